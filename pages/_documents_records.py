"""The register on the page: the notices issued, the latest first, each with its files and what corrects it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from campaign.errors import CanDichError
from campaign.notices import Record, corrections
from campaign.period import read_period
from etl import register
from etl.drawn import zipped
from pages import _recorded, _submitting
from pages._cards import draw, e, note
from pages._documents_issue import KINDS
from pages._view import View
from reporting import numbers, periods

SHOWN = 30


def show(view: View) -> None:
    """Draw the notices of the campaign that the visitor may see."""
    found = register.legible(view.config, view.figures)
    draw(f'<h2 class="cd-step">{e(view.says("documents.history"))}</h2>')
    if not found:
        draw(f'<p class="cd-meta">{e(view.says("documents.history.none"))}</p>')
        return
    by_id, corrected = {one.id: one for one in found}, corrections(found)
    for one in found[:SHOWN]:
        _record(view, one, by_id.get(one.replaces), corrected.get(one.id))
    if len(found) > SHOWN:
        draw(f'<p class="cd-meta">{e(view.says("documents.history.rest", n=len(found) - SHOWN))}</p>')


def _record(view: View, one: Record, old: Record | None, new: Record | None) -> None:
    is_open = view.address.get("row") == one.id
    with st.container(key=f"cd-row-{one.id}", border=True):
        with st.container(horizontal=True, key=f"cd-line-{one.id}"):
            draw(_told(view, one, old, new))
            label = "documents.record.close" if is_open else "documents.record.files"
            st.button(
                view.says(label, n=len(one.files)), key=f"cd-files-{one.id}", on_click=_open,
                args=("" if is_open else one.id,),
            )  # fmt: skip
        if is_open:
            _files(view, one)


def _open(name: str) -> None:
    if name:
        st.query_params["row"] = name
    else:
        st.query_params.pop("row", None)


def _told(view: View, one: Record, old: Record | None, new: Record | None) -> str:
    """Return what a notice is: its number and date, whom it is about, who signed, from what, and its corrections."""
    lang, says = view.lang, view.says
    unit = view.tree.unit(one.unit).name if one.unit in view.tree else one.unit or says("documents.unit.every")
    if not one.unit and one.units and one.units[0] in view.tree:
        unit = says("documents.unit.all", name=view.tree.unit(one.units[0]).name)
    heading = says("documents.record.number", reference=one.reference)
    on = says("documents.record.on", on=one.signed_on)
    period = periods.spoken(read_period(one.period), lang)
    at = numbers.moment(one.issued_at, view.config.zone, lang)
    who = _submitting.name_of(view, one.issued_by, one.issued_by_name)
    facts = [
        says("documents.record.signer", signer=one.signer),
        says("documents.record.version", version=one.version),
        says("documents.record.by", who=who, at=at),
    ]
    if one.explanations:
        facts.append(says("documents.record.explained", n=len(one.explanations)))
    marks = [(key, other) for key, other in (("corrects", old), ("corrected", new)) if other is not None]
    told = "".join(
        f'<p class="cd-wrong">{e(says(f"documents.record.{key}", reference=other.reference, on=other.signed_on))}</p>'
        for key, other in marks
    )
    meta = "".join(f"<span>{e(fact)}</span>" for fact in facts)
    title = says("documents.title", period=period)
    return (
        f'<div class="cd-case"><h3>{e(heading)}<small>{e(on)}</small></h3>'
        f'<p>{e(title)} · {e(unit)}</p>{told}<p class="cd-meta">{meta}</p></div>'
    )


def _files(view: View, one: Record) -> None:
    """Offer the files of a notice, the very bytes that were issued; those that are not are named."""
    damaged = []
    with st.container(key=f"cd-downloads-{one.id}", horizontal=True):
        for place, file in enumerate(one.files):
            try:
                register.content_of(view.config, one, file.name)
            except CanDichError:
                damaged.append(file.name)
                continue
            st.download_button(
                _submitting.plain(view.says("documents.record.get", name=file.name)),
                data=_recorded.taken(
                    view.config,
                    file.name,
                    partial(register.content_of, view.config, one, file.name),
                    one.campaign,
                    {"reference": one.reference},
                ),
                file_name=file.name,
                mime=KINDS[file.format],
                on_click="ignore",
                key=f"cd-file-{one.id}-{place}",
            )
        if not damaged and len(one.files) > 1:
            st.download_button(
                view.says("documents.record.zip"),
                data=_recorded.taken(
                    view.config, f"{one.id}.zip", partial(_zip, view, one), one.campaign, {"reference": one.reference}
                ),
                file_name=f"{one.id}.zip",
                mime=KINDS["zip"],
                on_click="ignore",
                key=f"cd-zip-{one.id}",
            )
    for name in damaged:
        draw(note(e(view.says("documents.record.damaged", name=name)), "bad"))


def _zip(view: View, one: Record) -> bytes:
    return zipped((file.name, register.content_of(view.config, one, file.name)) for file in one.files)
