"""Gửi số liệu: a workbook to fill in, a file or a short form, what it would do, and then the sending."""

from __future__ import annotations

import csv
import io
from datetime import date

import streamlit as st

from campaign.access import Right
from campaign.configuration import ALL
from campaign.errors import CanDichError
from campaign.rows import Fate
from etl.envelope import Kind
from etl.preview import Preview
from etl.reading import TEXTS, WORKBOOKS
from pages import _previewed, _reach, _recorded, _submitting
from pages._cards import draw, e, note
from pages._view import View
from reporting import numbers
from reporting.template_workbook import Template, template_workbook
from reporting.told import told

KINDS = [ending.removeprefix(".") for ending in (*WORKBOOKS, *TEXTS)]
FORM = "nhap-nhanh.csv"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEGABYTE = 1024 * 1024


def show(view: View) -> None:
    """Draw the two ways to send figures."""
    draw(
        f'<div class="cd-head"><h1>{e(view.says("sending.title"))}</h1>'
        f'<p class="cd-says">{e(view.says("sending.intro"))}</p></div>'
    )
    _submitting.watch(view)
    with st.container(key="cd-work"):
        ways = ("file", "form")
        asked = view.address.get("way")
        way = st.segmented_control(
            view.says("sending.way"),
            ways,
            default=asked if asked in ways else "file",
            format_func=lambda one: view.says(f"sending.way.{one}"),
            key="cd-way",
            on_change=_chosen,
            label_visibility="collapsed",
        )
        if not _leaves(view):
            draw(note(e(view.says("sending.none")), "plain"))
        elif way == "form":
            _form(view)
        else:
            _template(view)
            _file(view)


def _chosen() -> None:
    """Keep the way of sending in the address: a link to the short form opens the short form."""
    st.query_params["way"] = st.session_state["cd-way"] or "file"


def _days(view: View) -> tuple[date, date, date]:
    """Return (the day most likely meant, the first, the last) that counts may be sent for."""
    last = max(view.today, view.campaign.start)
    return min(view.receiving or view.as_of, last), min(view.campaign.start, last), last


def _inside(view: View) -> list[str]:
    """Return the units in view: of all there is until one is chosen, however many stand at the top."""
    return view.tree.subtree(view.scope) if view.address.get("district") else list(view.tree.codes)


def _leaves(view: View) -> list[str]:
    """Return the units in view whose counts this sender may hand in."""
    own = frozenset(_reach.codes(view, Right.SUBMIT))
    return [code for code in _inside(view) if view.tree.is_leaf(code) and code in own]


def _parts(view: View, leaves: list[str]) -> dict[str, list[str]]:
    """Return the units a workbook may be made for, the widest first, each with the leaves of it that are the sender's.

    Several leaves and no unit above them: all of them together, under no code.
    """
    tree, own = view.tree, frozenset(leaves)
    above = [code for code in _inside(view) if not tree.is_leaf(code)]
    found = {code: inside for code in above if (inside := [one for one in tree.subtree(code) if one in own])}
    return found or {leaves[0] if len(leaves) == 1 else "": leaves}


def _template(view: View) -> None:
    draw(f'<h2 class="cd-step">1. {e(view.says("sending.template"))}</h2>')
    within, stage, day, get = st.columns([1.4, 1.2, 1, 1], gap="small", vertical_alignment="bottom")
    leaves = _leaves(view)
    parts, usual = _parts(view, leaves), _days(view)
    code = within.selectbox(
        view.says("sending.within"),
        list(parts),
        index=1 if len(parts) > 1 else 0,
        format_func=lambda one: _named(view, one),
        key="cd-template-within",
    )
    stages = {one.id: one.title(view.lang) for one in view.campaign.stages}
    asked = stage.selectbox(
        view.says("sending.stage"),
        [*view.campaign.stage_ids, ALL] if stages else [*view.campaign.stage_ids],
        index=view.campaign.stage_ids.index(view.stage),
        format_func=lambda one: stages.get(one, view.says("word.all" if one == ALL else "stage.done")),
        key="cd-template-stage",
    )
    on = day.date_input(
        view.says("sending.day"), value=usual[0], min_value=usual[1], max_value=usual[2], format="DD/MM/YYYY",
        key="cd-template-day",
    )  # fmt: skip
    chosen = view.campaign.stage_ids if asked == ALL else (asked,)
    wanted = Template(
        view.campaign, _named(view, code), on, [view.tree.unit(one) for one in parts[code]], chosen
    )  # fmt: skip
    name = view.says("template.file", campaign=view.campaign.id, within=code or "don-vi", on=on.isoformat())
    get.download_button(
        view.says("sending.get"),
        data=_recorded.taken(
            view.config, f"{name}.xlsx", lambda: template_workbook(wanted, view.lang), view.campaign.id, {"unit": code}
        ),
        file_name=f"{name}.xlsx",
        mime=WORKBOOK,
        on_click="ignore",
        key="cd-template-get",
        width="stretch",
    )
    st.caption(view.says("sending.template.note"))


def _named(view: View, code: str) -> str:
    return view.tree.unit(code).name if code else view.says("sending.within.own")


def _file(view: View) -> None:
    most = int(st.get_option("server.maxUploadSize"))
    draw(f'<h2 class="cd-step">2. {e(view.says("sending.file"))}</h2>')
    sources = [one.name for one in view.config.sources if one.campaign == view.campaign.id]
    if not _reach.may_whole(view, Right.OPERATE):  # a source's form may let counts fall, and state targets
        sources = []
    source = ""
    if sources:
        source = st.selectbox(
            view.says("sending.form.kind"),
            ["", *sources],
            format_func=lambda one: one or view.says("sending.form.own"),
            key="cd-file-source",
        )
    given = st.file_uploader(
        view.says("sending.file.note", n=most),
        type=KINDS,
        max_upload_size=most,
        key=f"cd-file-{st.session_state.get('cd_round', 0)}",
    )
    if given is None:
        return
    if given.size > most * MEGABYTE:
        draw(note(e(view.says("sending.too_large", n=most)), "bad"))
        return
    _look_then_send(view, (given.name, given.getvalue()), Kind.FILES, source)


def _look_then_send(view: View, file: tuple[str, bytes], kind: Kind, source: str = "") -> None:
    """Draw what a file would do, and the button that sends it."""
    sender = _submitting.sender()
    try:
        found = _previewed.judged(view, file, sender, source)
    except CanDichError as problem:
        draw(note(f"<b>{e(view.says('sending.unreadable'))}.</b> {e(told(str(problem), view.lang))}", "bad"))
        return
    _previewed.show(view, found)
    news = _news(found)
    if not found.lines:
        return
    label = view.says("sending.commit", n=len(found.lines)) if news else view.says("sending.commit.nothing")
    if st.button(label, type="primary", disabled=not news, key=f"cd-commit-{kind.value}"):
        _submitting.send(view, kind, [file], source)
        st.session_state["cd_round"] = st.session_state.get("cd_round", 0) + 1
        st.rerun()


def _news(found: Preview) -> bool:
    """Tell whether sending would change anything."""
    return any(line.verdict.fate is not Fate.UNCHANGED for line in found.lines)


def _form(view: View) -> None:
    leaves = _leaves(view)
    asked = view.address.get("unit")
    usual = _days(view)
    who, what, when = st.columns([1.6, 1.2, 1], gap="small")
    code = who.selectbox(
        view.says("sending.unit"),
        leaves,
        index=leaves.index(asked) if asked in leaves else 0,
        format_func=lambda one: f"{view.tree.unit(one).name} ({one})",
        key="cd-form-unit",
    )
    stages = {one.id: one.title(view.lang) for one in view.campaign.stages}
    stage = what.selectbox(
        view.says("sending.stage"),
        view.campaign.stage_ids,
        index=view.campaign.stage_ids.index(view.stage),
        format_func=lambda one: stages.get(one, view.says("stage.done")),
        key="cd-form-stage",
    )
    on = when.date_input(
        view.says("sending.day"), value=usual[0], min_value=usual[1], max_value=usual[2], format="DD/MM/YYYY",
        key="cd-form-day",
    )  # fmt: skip
    small = f"<small>{e(view.says('sending.counts.note'))}</small>"
    draw(f'<h2 class="cd-step">{e(view.says("sending.counts"))} {small}</h2>')
    typed = _typed(view, code, stage, on)
    reason = st.text_input(view.says("sending.reason"), key=f"cd-form-reason-{st.session_state.get('cd_round', 0)}")
    rows = [
        (code, category, stage, on.isoformat(), count, reason) for category, count in typed.items() if count.strip()
    ]
    if rows:
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("unit_code", "category", "stage", "as_of", "count", "reason"))
        writer.writerows(rows)
        _look_then_send(view, (FORM, out.getvalue().encode()), Kind.FORM)


def _typed(view: View, code: str, stage: str, on: date) -> dict[str, str]:
    """Draw one field a category, with what stands now beside it; return what was typed."""
    named = {one.id: one.title(view.lang) for one in view.campaign.categories}
    typed: dict[str, str] = {}
    wide = min(len(view.campaign.category_ids), 3)
    columns = []
    for number, category in enumerate(view.campaign.category_ids):
        if number % wide == 0:
            columns = st.columns(wide, gap="small")  # row by row: on a phone they stand in their order
        row = next(one for one in view.rows(category=category, stage=stage, as_of=on) if one.code == code)
        target = numbers.whole(row.target, view.lang)
        stands = view.says("sending.now.none", target=target)
        if row.last_as_of is not None:
            stands = view.says("sending.now", n=row.done, on=row.last_as_of, target=target)
        with columns[number % wide]:
            typed[category] = st.text_input(
                _submitting.plain(named.get(category, view.says("template.count"))),
                placeholder=numbers.whole(row.done, view.lang) if row.last_as_of else "",
                key=f"cd-form-{code}-{stage}-{on}-{category}-{st.session_state.get('cd_round', 0)}",
            )
            st.caption(stands)
    return typed
