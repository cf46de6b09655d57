"""Đơn vị: one unit's burn-up, its categories and stages, what it sent, and what was held or sent back."""

from __future__ import annotations

import streamlit as st

from campaign.progress import Status
from pages import _forecast, _punctuality, _sent, _words
from pages._cards import draw, e, items, link, panel, track, trouble, unit_link
from pages._chart import burnup
from pages._kpis import cards
from pages._view import Trouble, View
from reporting import numbers

SHOWN = 60


def show(view: View) -> None:
    """Draw one unit; without one in the address, the unit the filter stands on."""
    code = view.address.get("unit") or view.scope
    if code not in view.tree:
        says = view.says("unit.unknown", code=code)
        trouble(Trouble(view.says("error.address"), says, view.address.href(unit="")), view.lang)
        return
    row = view.row(code)
    draw(_path(view, code), _words.head(view, row), _forecast.strip(view, code), cards(view, row))
    left, right = st.columns([1.75, 1], gap="small")
    with left:
        burnup(view, code)
    with right:
        draw(_stages(view, code), _facts(view, code), _forecast.what_if(view, code))
    draw(f'<div class="cd-wide">{_categories(view, code)}</div>', _below(view, code))
    _sent.refused(view, code)
    _sent.submissions(view, code)


def _path(view: View, code: str) -> str:
    above = [link(view.tree.unit(one).name, view.address.href(unit=one)) for one in reversed(view.tree.ancestors(code))]
    here = f"<b>{e(view.tree.unit(code).name)}</b> <span>{e(code)}</span>"
    return f'<nav class="cd-meta" aria-label="{e(view.says("filter.within"))}">{" › ".join([*above, here])}</nav>'


def _facts(view: View, code: str) -> str:
    row, lang = view.row(code), view.lang
    lines = [
        ("column.pace.long", numbers.percent(row.pace, lang)),
        ("column.gap_share.long", numbers.percent(row.gap_share, lang)),
        ("column.last_as_of.short", numbers.day(row.last_as_of, lang)),
        *_punctual(view, code),
        *([("column.finished_on.long", numbers.day(row.finished_on, lang))] if row.finished_on else []),
    ]
    return panel(view.says("unit.facts"), items((e(view.says(key)), e(value), "", "") for key, value in lines))


def _punctual(view: View, code: str) -> list[tuple[str, str]]:
    """Return how often a unit reported in time, late or not at all, and when by our failure; [] if none was due."""
    found = _punctuality.of(view)
    known = found.by_unit.get(code)
    if known is None:
        return []
    share = numbers.percent(known.on_time_rate, view.lang)
    counts = {"on_time": known.on_time, "total": known.expected, "late": known.late, "missing": known.missing}
    told = [("punctuality.on_time", f"{share} ({view.says('punctuality.unit', **counts)})")]
    ours = ", ".join(numbers.day_short(day, view.lang) for day in found.late_by_us.get(code, ()))
    return [*told, *([("punctuality.ours.days", ours)] if ours else [])]


def _below(view: View, code: str) -> str:
    rows = [row for row in view.rows() if row.parent_code == code]
    lines = [
        (
            unit_link(view, row.code, row.name),
            numbers.percent(row.completion, view.lang, row.status is Status.FINISHED),
            track(row),
            "",
        )
        for row in rows[:SHOWN]
    ]
    return f'<div class="cd-wide">{panel(view.says("unit.below"), items(lines))}</div>' if lines else ""


def _categories(view: View, code: str) -> str:
    parts = [(one.title(view.lang), view.row(code, category=one.id)) for one in view.campaign.categories]
    return (
        panel(view.says("unit.categories"), items(_words.part(view, name, row) for name, row in parts)) if parts else ""
    )


def _stages(view: View, code: str) -> str:
    parts = [(one.title(view.lang), view.row(code, stage=one.id)) for one in view.campaign.stages]
    if len(parts) in (0, 1):
        return ""
    return panel(
        view.says("unit.stages"),
        items(_words.part(view, name, row) for name, row in parts),
        view.says("unit.stages.note"),
    )
