"""Dữ liệu cần xử lý: every held or rejected row that waits for a person, by reason, and what people decided."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256

import streamlit as st

from campaign.access import Right
from campaign.decisions import Outcome, What
from campaign.places import place_of
from campaign.rows import Fate
from pages import _ask, _decided, _deciding, _explaining, _reach, _submitting
from pages._cards import draw, e, note
from pages._view import View
from reporting import numbers
from reporting.texts import has
from warehouse.reader import Refusal

FIRST = ("count_falls", "exceeds_later")
STEP = 10
NEAR = "cd_near"
TOLD = 30
NEAREST = 3
COUNTED = ("count",)
NAMED = ("unit_code", "unit_name")


def show(view: View) -> None:
    """Draw the work list, group by group, what was overtaken since, then the decisions taken so far."""
    rows, differences = view.waiting.open, _explaining.differences(view)
    unexplained = sum(one.explanation is None for one in differences)
    title = view.says("mending.differences", n=unexplained) if unexplained else view.says("mending.none")
    title = view.says("mending.title", n=len(rows)) if rows else title
    says = view.says("mending.intro" if rows else "mending.none.says")
    draw(f'<div class="cd-head"><h1>{e(title)}</h1><p class="cd-says">{e(says)}</p></div>')
    _submitting.watch(view)
    if view.address.get("row") not in {_explaining.place_of(one) for one in differences}:
        _gone(view, (*rows, *view.waiting.replaced))
    groups: dict[str, list[Refusal]] = {}
    for row in rows:
        groups.setdefault(row.reason, []).append(row)
    order = sorted(groups, key=lambda reason: (reason not in FIRST, -len(groups[reason]), reason))
    with st.container(key="cd-work"):
        # First what no notice goes out without; what has been explained comes last.
        opened, explained = _explaining.show(view, [one for one in differences if one.explanation is None])
        if rows and not _reach.may(view, Right.MEND):
            draw(_reach.why_not(view, Right.MEND))
        for reason in order:
            _group(view, reason, groups[reason])
        _replaced(view, view.waiting.replaced)
        again, changed = _explaining.show(view, [one for one in differences if one.explanation is not None])
    opened, explained = again if again is not None else opened, explained + changed
    if explained:
        hand_in(view, explained)
    if opened is not None:
        _open(opened)
        st.rerun()
    _decided.show(view)


def _replaced(view: View, rows: Sequence[Refusal]) -> None:
    """Draw the rows whose unit has sent a valid report for the same place since: closed, dismissed by one tap."""
    if not rows:
        return
    with st.expander(view.says("mending.replaced", n=len(rows)), key="cd-replaced"):
        draw(f'<p class="cd-meta">{e(view.says("mending.replaced.means"))}</p>')
        own = _deciding.own(view, rows)
        if own and st.button(view.says("mending.replaced.dismiss", n=len(own)), key="cd-replaced-dismiss"):
            hand_in(view, [_deciding.about(row, What.DISMISS, view.says("mending.replaced.why")) for row in own])
        draw("".join(f'<div class="cd-past">{_told(view, row, past=True)}</div>' for row in rows[:TOLD]))
        if len(rows) > TOLD:
            st.caption(view.says("mending.replaced.rest", n=len(rows) - TOLD))


def _gone(view: View, rows: Sequence[Refusal]) -> None:
    """Say so when the row that is open in the address was settled meanwhile, and by whom."""
    asked = view.address.get("row")
    if not asked or any(_key(row.batch, row.file, row.row_number) == asked for row in rows):
        return
    st.query_params.pop("row", None)
    taken = (one for one in _ask.decisions(view.edition, view.figures) if one.outcome == Outcome.TAKEN)
    first = next((one for one in taken if _key(one.row_batch, one.row_file, one.row_number) == asked), None)
    told = _submitting.decided_by(view, first) if first else view.says("refusal.already_settled")
    draw(note(e(told)))


def _key(batch: str, file: str, number: int) -> str:
    """Return the name by which an address and the widgets know a row."""
    return sha256(f"{batch}/{file}/{number}".encode()).hexdigest()[:12]


def _group(view: View, reason: str, rows: Sequence[Refusal]) -> None:
    name = view.says(f"reason.{reason}") if has(f"reason.{reason}") else reason
    means = view.says(f"reason.{reason}.means") if has(f"reason.{reason}.means") else ""
    mend = view.says(f"reason.{reason}.mend") if has(f"reason.{reason}.mend") else ""
    heading = e(view.says("mending.group", reason=name, n=len(rows)))
    with st.container(key=f"cd-group-{reason}"):
        draw(f'<h2 class="cd-step">{heading}</h2><p class="cd-meta">{e(means)} {e(mend)}</p>')
        if len(own := _deciding.own(view, rows)) > 1:
            _bulk(view, reason, own)
        shown = st.session_state.get(f"cd_shown_{reason}", STEP)
        asked = view.address.get("row")
        for number, row in enumerate(rows):
            if number < shown or _key(row.batch, row.file, row.row_number) == asked:
                _row(view, row, _deciding.alike(row, own), mine=row in own)
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
    _submitting.decide(view, decisions)
    _open("")
    st.rerun()


def _open(key: str, unit: str = "") -> None:
    """Open a row in the address, with the unit that was tapped for it; none closes."""
    if key:
        st.query_params["row"] = key
    else:
        st.query_params.pop("row", None)
    st.session_state[NEAR] = (key, unit)


def _row(view: View, row: Refusal, alike: Sequence[Refusal], *, mine: bool) -> None:
    """Draw one row: what was found, what stands, what comes near; and, when it is open, the form to decide.

    `alike`: the other rows of the group that say the very same wrong thing. `mine`: it is this viewer's to decide.
    """
    key = _key(row.batch, row.file, row.row_number)
    is_open = view.address.get("row") == key
    with st.container(key=f"cd-row-{key}", border=True):
        with st.container(horizontal=True, key=f"cd-line-{key}"):
            draw(_told(view, row))
            if not mine:
                return
            taps = st.container(horizontal=True, key=f"cd-tap-{key}")
        with taps:
            for number, (code, name) in enumerate(_near(view, row)):
                label = f"{view.says('mending.near')} {_submitting.plain(name)}?"
                if st.button(label, key=f"cd-near-{number}-{key}"):
                    _open(key, code)
                    st.rerun()
            if st.button(view.says("mending.close" if is_open else "mending.open"), key=f"cd-open-{key}"):
                _open("" if is_open else key)
                st.rerun()
        if is_open:
            tapped, unit = st.session_state.get(NEAR, ("", ""))
            decisions = _deciding.form(view, row, key, unit if tapped == key else "", alike)
            if decisions:
                hand_in(view, decisions)


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


def _told(view: View, row: Refusal, *, past: bool = False) -> str:
    """Return what a row says, what is wrong of it marked, where it came from, and what stands unless it is `past`."""
    lang, said = view.lang, row.content
    cell = said.get("cell")
    source = view.says(
        "mending.from.cell" if cell else "mending.from",
        file=row.file,
        row=str(cell or place_of(row.row_number)),
        at=numbers.moment(row.received_at, view.config.zone, lang),
    )
    stands = ""
    if not past and row.standing is not None and row.standing_day is not None:
        shown = view.says("mending.stands.on", n=row.standing, on=row.standing_day)
        stands = f"<span>{e(view.says('mending.stands'))} <b>{e(shown)}</b></span>"
    found = numbers.whole(row.count, lang) if row.count is not None else str(said.get("count") or row.found)
    count = f"<b{_wrong(row, COUNTED)}>{e(found)}</b>"
    known = {_bare(one) for one in (found, *said.values(), row.category, row.stage, row.as_of, row.count)}
    also = f"<span>{e(row.found)}</span>" if row.found and _bare(row.found) not in known else ""
    return (
        f'<div class="cd-case"><h3{_wrong(row, NAMED)}>{_who(view, row)}</h3><p>{_about(view, row)}</p>'
        f'<p class="cd-figures"><span>{e(view.says("mending.found"))} {count}</span>{stands}{also}</p>'
        f'<p class="cd-meta">{e(source)}</p></div>'
    )


def _who(view: View, row: Refusal) -> str:
    """Return whom a row is about: the unit it names, else what it says."""
    code, said = view.waiting.unit_of(row), row.content
    if code is not None and code in view.tree:
        above = view.tree.unit(code).parent_code
        parent = view.tree.unit(above).name if above and above != view.tree.top.code else ""
        return f"{e(view.tree.unit(code).name)}<small>{e(parent)}</small>"
    name = str(said.get("unit_name") or said.get("unit_code") or "").strip()
    return f"{e(name or view.says('mending.nobody'))}<small>{e(said.get('parent_name') or '')}</small>"


def _about(view: View, row: Refusal) -> str:
    """Return category, stage and day, in words where they are known; the one that is wrong is marked."""
    lang, said = view.lang, row.content
    named = {one.id: one.title(lang) for one in (*view.campaign.groups, *view.campaign.categories)}
    stages = {one.id: one.title(lang) for one in view.campaign.stages}
    parts = (
        ("category", named.get(str(row.category or said.get("category")), str(said.get("category") or ""))),
        ("stage", stages.get(str(row.stage or said.get("stage")), str(said.get("stage") or ""))),
        ("as_of", numbers.day(row.as_of, lang) if row.as_of else _submitting.said_day(said.get("as_of"), lang)),
    )
    return " · ".join(f"<span{_wrong(row, (name,))}>{e(words)}</span>" for name, words in parts if words)


def _wrong(row: Refusal, fields: Sequence[str]) -> str:
    """Return the mark of a part of a row that is what kept it from being counted."""
    return ' class="cd-wrong"' if (row.field or COUNTED[0]) in fields else ""


def _bare(value: object) -> str:
    """Return a value without the signs between its digits: 99.999 says what 99999 says."""
    return re.sub(r"[.,\s]", "", str(value))
