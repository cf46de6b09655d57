"""What can be done with a draft: take it home, issue it under a number, or mend what is in the way."""

from __future__ import annotations

from datetime import date
from functools import partial

import streamlit as st

from campaign.access import Right
from campaign.errors import CanDichError
from campaign.notices import MOST, Block, Order, Reason, Record, corrections, next_number, signed_by
from etl import register
from etl.drawn import mark_of, zipped
from etl.envelope import Kind
from pages import _reach, _recorded, _submitting
from pages._cards import draw, e, note
from pages._documents_draft import Draft
from pages._documents_preview import STUDIO
from pages._view import View
from reporting import numbers, periods
from reporting.texts import LANGUAGES
from reporting.told import told

KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "zip": "application/zip",
}
MENDED_AT = {Block.UNEXPLAINED: "issues", Block.FAILED_CHECK: "issues"}


def show(draft: Draft) -> None:
    """Draw the downloads of a draft, then its issue or why it cannot be issued."""
    _downloads(draft)
    view = draft.view
    draw(f'<h2 class="cd-step">{e(view.says("documents.issue"))}</h2>')
    _submitting.watch(view)  # beside the button that was pressed, not at the head of a page that is scrolled
    if _submitting.waits(view, Kind.NOTICE):
        return
    try:
        known = register.records(view.config)
    except CanDichError as problem:
        draw(note(e(_damaged(view, problem)), "bad"))
        return
    if not _mine(draft):
        another = _reach.may(view, Right.ISSUE)
        draw(note(e(view.says("right.issue.other")), "plain") if another else _reach.why_not(view, Right.ISSUE))
    elif draft.reasons or draft.unfit:
        draw(_blocked(draft))
    else:
        _form(draft, known)


def _damaged(view: View, problem: CanDichError) -> str:
    """Return what is wrong with the register; its records are of every campaign, so their names are told to few."""
    if view.viewer.administers:
        return told(str(problem), view.lang)
    return view.says("documents.record.damaged", name=view.says("documents.history"))


def _mine(draft: Draft) -> bool:
    """Tell whether whoever looks may issue this notice: it speaks of nothing that is not his to speak for."""
    view = draft.view
    return _reach.may_whole(view, Right.ISSUE) or draft.unit in _reach.codes(view, Right.ISSUE)


def _downloads(draft: Draft) -> None:
    """Offer the draft's files; each is made when somebody asks for it."""
    view = draft.view
    draw(f'<h2 class="cd-step">{e(view.says("documents.draft"))}</h2>')
    name = view.says("documents.draft.file", period=periods.filed(draft.period, view.lang))
    with st.container(key="cd-downloads-draft", horizontal=True):
        for form in draft.formats:
            st.download_button(
                view.says(f"documents.draft.{form}"),
                data=_recorded.taken(view.config, f"{name}.{form}", partial(_first, draft, form), *_told(draft)),
                file_name=f"{name}.{form}",
                mime=KINDS[form],
                on_click="ignore",
                key=f"cd-draft-{form}",
            )
        if not draft.formats:
            return
        st.download_button(
            view.says("documents.draft.zip", n=len(draft.notices)),
            data=_recorded.taken(view.config, f"{name}.zip", partial(_zip, draft), *_told(draft)),
            file_name=f"{name}.zip",
            mime=KINDS["zip"],
            on_click="ignore",
            key="cd-draft-zip",
        )


def _told(draft: Draft) -> tuple[str, dict[str, object]]:
    """Return what the audit log is told of a draft that somebody takes home: its campaign, its period, its unit."""
    unit = {"unit": draft.unit} if draft.unit else {}
    return draft.campaign.id, {"period": draft.period.code, **unit}


def _zip(draft: Draft) -> bytes:
    return zipped((one.name, one.content) for one in draft.files(draft.formats))


def _first(draft: Draft, form: str) -> bytes:
    """Return the first notice in one format; the PDF that is on screen is not made again."""
    if form == "pdf":
        return STUDIO.ask(draft.key, draft.pdf).pdf or draft.pdf()
    (only,) = draft.files((form,), first=1)
    return only.content


def _blocked(draft: Draft) -> str:
    """Return why it cannot be issued, each reason with the link to where it is mended."""
    view = draft.view
    lines = "".join(f"<li>{_reason(draft, one)}</li>" for one in draft.reasons)
    for why in draft.unfit.values():
        lines += f"<li>{e(view.says('documents.blocked.letter', why=told(why, view.lang)))}</li>"
    return note(f"<b>{e(view.says('documents.blocked'))}</b><ul>{lines}</ul>", "bad")


def _reason(draft: Draft, one: Reason) -> str:
    view = draft.view
    said = e(view.says(f"documents.blocked.{one.block}", n=one.n, words=one.words))
    page = MENDED_AT.get(one.block)
    if page is None:
        return said
    chosen = {"as_of": draft.as_of.isoformat(), "period": "", "unit": "", "row": ""}
    return f"{said} {_reach.way(view, page, view.says(f'documents.blocked.{one.block}.mend'), **chosen)}"


def _form(draft: Draft, known: list[Record]) -> None:
    """Draw the form that issues the draft; the scheduler does it, from the figures that stand then."""
    view, paper = draft.view, draft.campaign.paper
    free = next_number(known, paper.symbol, view.today.year)
    corrected = corrections(known)
    old = {one.id: one for one in known if one.campaign == view.campaign.id and one.id not in corrected}
    if not _reach.may_whole(view, Right.ISSUE):
        own = frozenset(_reach.codes(view, Right.ISSUE))
        old = {name: one for name, one in old.items() if own.issuperset(one.units)}
    with st.form(f"cd-form-issue-{free}-{draft.period.code}-{draft.unit}", border=False):
        number = st.number_input(
            view.says("documents.issue.number", symbol=_submitting.plain(paper.symbol)),
            min_value=1, max_value=MOST, value=free, step=1, key=f"cd-number-{free}",
        )  # fmt: skip
        signed_on = st.date_input(
            view.says("documents.issue.date"), value=max(view.today, draft.as_of), min_value=draft.as_of,
            max_value=max(view.today, draft.as_of), format="DD/MM/YYYY", key="cd-signed-on",
        )  # fmt: skip
        language = st.selectbox(
            view.says("documents.issue.language"), LANGUAGES, index=LANGUAGES.index(view.lang),
            format_func=lambda one: view.says(f"app.language.{one}"), key=f"cd-issue-language-{view.lang}",
        )  # fmt: skip
        replaces = ""
        if old:  # nothing to choose from is nothing to draw
            replaces = st.selectbox(
                view.says("documents.issue.replaces"), ["", *old], key=f"cd-replaces-{free}",
                format_func=lambda one: _named(draft, old.get(one)),
            ) or ""  # fmt: skip
        draw(f'<p class="cd-meta">{e(view.says("documents.issue.signer", signer=signed_by(paper)))}</p>')
        draw(f'<p class="cd-meta">{e(view.says("documents.issue.says"))}</p>')
        sent = st.form_submit_button(view.says("documents.issue.send"), type="primary")
    if sent and isinstance(signed_on, date):
        seen = mark_of(draft.into(language).notices)
        order = Order(
            draft.period, signed_on, language, draft.unit, int(number), replaces, draft.formats, seen
        )  # fmt: skip
        _submitting.order(view, order)
        st.rerun()


def _named(draft: Draft, record: Record | None) -> str:
    if record is None:
        return draft.view.says("documents.issue.replaces.none")
    number = draft.view.says("documents.record.number", reference=record.reference)
    return f"{number} · {numbers.day(record.signed_on, draft.view.lang)}"
