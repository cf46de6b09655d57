"""Deciding: the form under one row that waits, and the decision it makes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from campaign.access import Right
from campaign.decisions import What
from campaign.rows import Fate, Reason
from pages import _ask, _reach, _submitting
from pages._cards import draw, e, note
from pages._view import View
from warehouse.reader import Refusal

MOST_WORDS = 300
SAME: dict[str, tuple[str, ...]] = {
    Reason.UNKNOWN_UNIT: ("unit_code", "unit_name", "parent_name"),
    Reason.AMBIGUOUS_UNIT: ("unit_code", "unit_name", "parent_name"),
    Reason.UNKNOWN_CATEGORY: ("category",),
    Reason.UNKNOWN_STAGE: ("stage",),
}
CHANGED: dict[str, tuple[str, ...]] = {
    Reason.UNKNOWN_UNIT: ("unit_code",),
    Reason.AMBIGUOUS_UNIT: ("unit_code",),
    Reason.UNKNOWN_CATEGORY: ("category",),
    Reason.UNKNOWN_STAGE: ("stage",),
}


def about(row: Refusal, what: What, why: str, **more: object) -> dict[str, object]:
    """Return a decision about a row as it is submitted."""
    return {"what": what.value, "batch": row.batch, "file": row.file, "row": row.row_number, "why": why.strip(), **more}


def own(view: View, rows: Sequence[Refusal]) -> list[Refusal]:
    """Return those of some rows that whoever looks may decide on; a row of no unit is the whole campaign's."""
    codes = None if _reach.may_whole(view, Right.MEND) else frozenset(_reach.codes(view, Right.MEND))
    return [row for row in rows if codes is None or row.unit_code in codes]


def possible(row: Refusal) -> list[What]:
    """Return what may be decided about a row, the likeliest first."""
    name = row.reason == Reason.UNKNOWN_UNIT and row.field == "unit_name" and not _elsewhere(row)
    found = [What.ACCEPT] if row.fate == Fate.HELD else []
    return [*found, *([What.ALIAS] if name else []), What.CORRECT, What.DISMISS]


def _elsewhere(row: Refusal) -> bool:
    """Tell whether a row's name is a unit's, but not below the parent it states: then no other name is missing."""
    name, parent = (" ".join(str(row.content.get(field) or "").split()) for field in ("unit_name", "parent_name"))
    return bool(parent) and " ".join((row.found or "").split()).startswith(f"{name}, ")


def alike(row: Refusal, rows: Sequence[Refusal]) -> list[Refusal]:
    """Return the other rows that were sent back for the very same word: what mends one mends all."""
    if row.reason not in SAME:
        return []
    said = _said(row)
    return [one for one in rows if one is not row and _said(one) == said] if any(said) else []


def _said(row: Refusal) -> tuple[str, ...]:
    fields = SAME.get(row.reason, ())
    return tuple(str(row.content.get(name) or "").strip() for name in fields)


def form(view: View, row: Refusal, key: str, unit: str, others: Sequence[Refusal]) -> list[dict[str, object]]:
    """Draw the form about one row; return the decisions when they are made.

    `unit`: the near unit somebody tapped. `others`: rows that say the same wrong thing, which it may settle as well.
    """
    choices = possible(row)
    what = st.segmented_control(
        view.says("mending.what"),
        choices,
        default=choices[0],
        format_func=lambda one: view.says(f"decision.{one}"),
        key=f"cd-what-{key}",
    )
    what = what or choices[0]
    is_part = _is_part(view, row)
    st.caption(view.says("decision.alias.again" if what is What.ALIAS and is_part else f"decision.{what}.means"))
    with st.form(f"cd-form-{what}-{key}-{unit}", border=False):
        change, means, whole = {}, "", False
        if what is What.CORRECT:
            change = _changes(view, row, key, unit)
        elif what is What.ALIAS:
            means = _unit(view, key, unit)
        if others and (what is not What.CORRECT or not is_part):
            whole = st.checkbox(
                view.says(
                    "decision.alike", n=len(others) + 1, said=_submitting.plain(" ".join(filter(None, _said(row))))
                ),
                value=True,
                key=f"cd-alike-{what}-{key}",
            )
        why = st.text_area(
            view.says("mending.why"),
            value=_usual(view, row, unit),
            max_chars=MOST_WORDS,
            key=f"cd-why-{what}-{key}-{unit}",
        )
        again = what is What.ALIAS and is_part
        sent = st.form_submit_button(view.says(f"decision.send.{'alias.again' if again else what}"), type="primary")
    if not sent:
        return []
    if not why.strip():
        draw(note(e(view.says("mending.why.needed")), "bad"))
        return []
    if (what is What.ALIAS and not means) or (what is What.CORRECT and not change.get("unit_code")):
        draw(note(e(view.says("decision.choose")), "bad"))
        return []
    decided = [about(row, what, why, change=change, means=means)]
    if whole:
        same = {name: change[name] for name in CHANGED[row.reason] if name in change}
        decided += [about(one, what, why, change=same, means=means, along=True) for one in others]
    return decided


def _is_part(view: View, row: Refusal) -> bool:
    """Tell whether a row came from a source whose rows are added up: alone it is no count."""
    source = view.config.source(_ask.brought_by(view.edition, view.figures).get(row.batch, ""))
    return source is not None and (source.measure == "daily" or source.combine == "sum")


def _usual(view: View, row: Refusal, unit: str) -> str:
    if not unit:
        return ""
    return view.says("decision.near.why", found=row.found, name=view.tree.unit(unit).name)


def _unit(view: View, key: str, unit: str) -> str:
    codes = list(_reach.codes(view, Right.MEND))
    return st.selectbox(
        view.says("decision.unit"),
        codes,
        index=codes.index(unit) if unit in codes else None,
        placeholder=view.says("decision.choose"),
        format_func=lambda code: _named(view, code),
        key=f"cd-unit-{key}-{unit}",
    ) or ""  # fmt: skip


def _named(view: View, code: str) -> str:
    above = view.tree.unit(code).parent_code
    return f"{view.tree.unit(code).name} ({code})" + (f", {view.tree.unit(above).name}" if above else "")


def _changes(view: View, row: Refusal, key: str, unit: str) -> dict[str, str]:
    """Draw one field for each thing a row says, filled in with what could be read of it; return what they say."""
    said = row.content
    found: dict[str, str] = {"unit_code": _unit(view, f"c-{key}", unit or view.waiting.unit_of(row) or "")}
    named = {one.id: one.title(view.lang) for one in view.campaign.categories}
    stages = {one.id: one.title(view.lang) for one in view.campaign.stages}
    for field, options, titles in (
        ("category", view.campaign.category_ids, named),
        ("stage", view.campaign.stage_ids, stages),
    ):
        if titles:
            now = getattr(row, field) or str(said.get(field) or "")
            found[field] = st.selectbox(
                view.says(f"decision.{field}"),
                options,
                index=options.index(now) if now in options else None,
                placeholder=view.says("word.none"),
                format_func=lambda one, titles=titles: titles.get(one, one),
                key=f"cd-{field}-{key}",
            ) or ""  # fmt: skip
    found["as_of"] = _day(view, row, key)
    found["count"] = st.text_input(
        view.says("decision.count"), value=str(row.count if row.count is not None else said.get("count") or ""),
        key=f"cd-count-{key}",
    ).strip()  # fmt: skip
    return {name: value for name, value in found.items() if value}


def _day(view: View, row: Refusal, key: str) -> str:
    """Draw the day; return it as ISO, empty when none is chosen."""
    last = max(view.today, view.campaign.start)
    now = row.as_of
    if now is None:
        try:
            now = date.fromisoformat(str(row.content.get("as_of")))
        except ValueError:
            now = None
    first = min(view.campaign.start, now) if now else view.campaign.start
    chosen = st.date_input(
        view.says("decision.as_of"), value=now if now and now <= last else None, min_value=first, max_value=last,
        format="DD/MM/YYYY", key=f"cd-day-{key}",
    )  # fmt: skip
    return chosen.isoformat() if chosen else ""
