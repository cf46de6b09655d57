"""Dữ liệu cần xử lý: every held or rejected row that waits for a person, by reason, and what people decided."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import streamlit as st

from campaign.decisions import Outcome, What
from campaign.rows import Fate
from campaign.values import Unreadable, read_day
from etl.envelope import Kind
from etl.submitted import submit_decisions
from pages import _ask, _decided, _deciding, _submitting
from pages._cards import draw, e, note
from pages._view import View
from reporting import numbers
from reporting.texts import has
from warehouse.reader import Refusal

FIRST = ("count_falls", "exceeds_later")
STEP = 10
OPEN = "cd_open_row"
NEAREST = 3


def show(view: View) -> None:
    """Draw the work list, group by group, then the decisions taken so far."""
    rows = _rows(view)
    title = view.says("mending.title", n=len(rows)) if rows else view.says("mending.none")
    says = view.says("mending.intro" if rows else "mending.none.says")
    draw(f'<div class="cd-head"><h1>{e(title)}</h1><p class="cd-says">{e(says)}</p></div>')
    _submitting.watch(view)
    _gone(view, rows)
    groups: dict[str, list[Refusal]] = {}
    for row in rows:
        groups.setdefault(row.reason, []).append(row)
    order = sorted(groups, key=lambda reason: (reason not in FIRST, -len(groups[reason]), reason))
    with st.container(key="cd-work"):
        for reason in order:
            _group(view, reason, groups[reason])
    _decided.show(view)


def _rows(view: View) -> list[Refusal]:
    """Return the rows that wait, of the part of the campaign in view; those of no known unit are the whole's."""
    rows = _ask.refusals(view.edition, view.as_of, view.figures)
    if view.scope == view.tree.top.code:
        return list(rows)
    inside = frozenset(view.tree.subtree(view.scope))
    return [row for row in rows if row.unit_code in inside]


def _gone(view: View, rows: Sequence[Refusal]) -> None:
    """Say so when the row this visitor has open was settled by somebody else meanwhile."""
    at = st.session_state.get(OPEN, {}).get("at")
    if at is None or any((row.batch, row.file, row.row_number) == at for row in rows):
        return
    st.session_state.pop(OPEN)
    taken = (one for one in _ask.decisions(view.edition, view.figures) if one.outcome == Outcome.TAKEN)
    first = next((one for one in taken if (one.row_batch, one.row_file, one.row_number) == at), None)
    told = _submitting.decided_by(view, first) if first else view.says("refusal.already_settled")
    draw(note(e(told)))


def _key(row: Refusal) -> str:
    return sha256(f"{row.batch}/{row.file}/{row.row_number}".encode()).hexdigest()[:12]


def _group(view: View, reason: str, rows: Sequence[Refusal]) -> None:
    name = view.says(f"reason.{reason}") if has(f"reason.{reason}") else reason
    means = view.says(f"reason.{reason}.means") if has(f"reason.{reason}.means") else ""
    mend = view.says(f"reason.{reason}.mend") if has(f"reason.{reason}.mend") else ""
    heading = e(view.says("mending.group", reason=name, n=len(rows)))
    with st.container(key=f"cd-group-{reason}"):
        draw(f'<h2 class="cd-step">{heading}</h2><p class="cd-meta">{e(means)} {e(mend)}</p>')
        if len(rows) > 1:
            _bulk(view, reason, rows)
        shown = st.session_state.get(f"cd_shown_{reason}", STEP)
        for row in rows[:shown]:
            _row(view, row)
        if len(rows) > shown:
            left = min(len(rows) - shown, STEP)
            if st.button(view.says("mending.more", n=left), key=f"cd-more-{reason}"):
                st.session_state[f"cd_shown_{reason}"] = shown + STEP
                st.rerun()


def _bulk(view: View, reason: str, rows: Sequence[Refusal]) -> None:
    """Draw the form that decides on all rows of one reason, or of one file of it, with one reason text."""
    files = sorted({row.file for row in rows})
    per_file = {file: [row for row in rows if row.file == file] for file in files}
    held = all(row.fate == Fate.HELD for row in rows)
    with st.popover(view.says("mending.bulk"), key=f"cd-bulk-{reason}"):
        chosen = st.selectbox(
            view.says("mending.bulk.source"),
            ["", *files] if len(files) > 1 else files,
            format_func=lambda one: (
                view.says("mending.bulk.file", file=one, n=len(per_file[one]))
                if one
                else view.says("mending.bulk.all", n=len(rows))
            ),
            key=f"cd-bulk-file-{reason}",
        )
        asked = per_file[chosen] if chosen else list(rows)
        why = st.text_area(view.says("mending.why"), key=f"cd-bulk-why-{reason}", max_chars=300)
        for what in (What.ACCEPT, What.DISMISS) if held else (What.DISMISS,):
            label = view.says(f"mending.bulk.{what}", n=len(asked))
            if st.button(label, key=f"cd-bulk-{what}-{reason}", type="primary" if what is What.ACCEPT else "secondary"):
                if why.strip():
                    hand_in(view, [_deciding.about(row, what, why) for row in asked])
                else:
                    draw(note(e(view.says("mending.why.needed")), "bad"))


def hand_in(view: View, decisions: Sequence[dict[str, object]]) -> None:
    """Submit decisions and draw the page anew: it tells what becomes of them."""
    name = submit_decisions(view.config, view.campaign.id, _submitting.sender(), decisions)
    _submitting.remember(view, name, Kind.DECISIONS)
    st.session_state.pop(OPEN, None)
    st.rerun()


def _row(view: View, row: Refusal) -> None:
    """Draw one row: what was found, what stands, what comes near; and, when it is open, the form to decide."""
    key, at = _key(row), (row.batch, row.file, row.row_number)
    is_open = st.session_state.get(OPEN, {}).get("row") == key
    with st.container(key=f"cd-row-{key}", border=True):
        with st.container(horizontal=True, key=f"cd-line-{key}"):
            draw(_told(view, row))
            taps = st.container(horizontal=True, key=f"cd-tap-{key}")
        with taps:
            for number, (code, name) in enumerate(_near(view, row)):
                label = f"{view.says('mending.near')} {_submitting.plain(name)}?"
                if st.button(label, key=f"cd-near-{number}-{key}"):
                    st.session_state[OPEN] = {"row": key, "unit": code, "at": at}
                    st.rerun()
            if st.button(view.says("mending.close" if is_open else "mending.open"), key=f"cd-open-{key}"):
                st.session_state[OPEN] = {} if is_open else {"row": key, "at": at}
                st.rerun()
        if is_open:
            decision = _deciding.form(view, row, key, st.session_state[OPEN].get("unit", ""))
            if decision is not None:
                hand_in(view, [decision])


def _near(view: View, row: Refusal) -> list[tuple[str, str]]:
    """Return (code, name) of the units a row may mean: `near` reads "name (code)"."""
    found = []
    for one in row.near[:NEAREST]:
        code = one.rpartition("(")[2].rstrip(")")
        if code in view.tree:
            above = view.tree.unit(code).parent_code
            parent = f", {view.tree.unit(above).name}" if above and above != view.tree.top.code else ""
            found.append((code, view.tree.unit(code).name + parent))
    return found


def _said_day(value: object, lang: str) -> str:
    """Return the day a row says, as it says it when it is none."""
    try:
        return numbers.day(read_day(value), lang)
    except Unreadable:
        return str(value or "")


def _told(view: View, row: Refusal) -> str:
    lang = view.lang
    named = {one.id: one.title(lang) for one in (*view.campaign.groups, *view.campaign.categories)}
    stages = {one.id: one.title(lang) for one in view.campaign.stages}
    said = row.content
    unit = row.unit_code
    who = (
        view.tree.unit(unit).name if unit in view.tree and unit else str(said.get("unit_name") or said.get("unit_code"))
    )
    parent = str(said.get("parent_name") or "")
    about = [
        named.get(str(row.category or said.get("category")), str(said.get("category") or "")),
        stages.get(str(row.stage or said.get("stage")), str(said.get("stage") or "")),
        numbers.day(row.as_of, lang) if row.as_of else _said_day(said.get("as_of"), lang),
    ]
    found = numbers.whole(row.count, lang) if row.count is not None else str(said.get("count") or row.found)
    cell = said.get("cell")
    source = view.says(
        "mending.from.cell" if cell else "mending.from",
        file=row.file,
        row=str(cell or row.row_number),
        at=numbers.moment(row.received_at, view.config.zone, lang),
    )
    stands = ""
    if row.standing is not None and row.standing_day is not None:
        shown = view.says("mending.stands.on", n=row.standing, on=row.standing_day)
        stands = f"<span>{e(view.says('mending.stands'))} <b>{e(shown)}</b></span>"
    wrong = f"<span>{e(row.found)}</span>" if row.found and row.found not in (found, who) else ""
    line = " · ".join(e(one) for one in about if one)
    return (
        f'<div class="cd-case"><h3>{e(who)}<small>{e(parent)}</small></h3><p>{line}</p>'
        f'<p class="cd-figures"><span class="cd-now">{e(view.says("mending.found"))} <b>{e(found)}</b></span>'
        f"{stands}{wrong}</p>"
        f'<p class="cd-meta">{e(source)}</p></div>'
    )
