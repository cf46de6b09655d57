"""Đơn vị: one unit's burn-up, its categories and stages, what it sent, and what was held or sent back."""

from __future__ import annotations

import streamlit as st

from pages import _sent, _words
from pages._cards import draw, e, items, link, panel, trouble, unit_link
from pages._chart import burnup
from pages._kpis import cards
from pages._view import Trouble, View
from reporting import numbers
from reporting.texts import named


def show(view: View) -> None:
    """Draw one unit; without one in the address, the unit the filter stands on."""
    code = view.address.get("unit") or view.scope
    if code not in view.tree:
        says = view.says("unit.unknown", code=code)
        trouble(Trouble(view.says("error.address"), says, view.address.href(unit="")), view.lang)
        return
    row = view.row(code)
    draw(_path(view, code), _words.head(view, row), cards(view, row))
    left, right = st.columns([1.75, 1], gap="small")
    with left:
        burnup(view, code)
    with right:
        draw(_facts(view, code))
    draw(f'<div class="cd-grid2">{_categories(view, code)}{_stages(view, code)}</div>')
    _sent.refused(view, code)
    _sent.submissions(view, code)


def _path(view: View, code: str) -> str:
    above = [link(view.tree.unit(one).name, view.address.href(unit=one)) for one in reversed(view.tree.ancestors(code))]
    here = f"<b>{e(view.tree.unit(code).name)}</b> <span>{e(code)}</span>"
    return f'<nav class="cd-meta" aria-label="{e(view.says("filter.within"))}">{" › ".join([*above, here])}</nav>'


def _facts(view: View, code: str) -> str:
    row, lang = view.row(code), view.lang
    lines = [
        ("column.variance.long", numbers.signed(row.variance, lang)),
        ("column.pace.long", numbers.percent(row.pace, lang)),
        ("column.gap_share.long", numbers.percent(row.gap_share, lang)),
        ("column.last_as_of.short", numbers.day(row.last_as_of, lang)),
        ("column.finished_on.long", numbers.day(row.finished_on, lang)),
    ]
    body = items((e(view.says(key)), e(value), "", "") for key, value in lines)
    below = [one for one in view.rows() if one.parent_code == code]
    listed = "".join(
        f"<li><div class='cd-name'>{unit_link(view, one.code, one.name)}</div>"
        f"<div class='cd-num'>{numbers.percent(one.completion, lang)}</div></li>"
        for one in below[:20]
    )
    more = panel(view.says("unit.below"), f'<ul class="cd-list">{listed}</ul>') if below else ""
    title = f"{named('level', row.level, lang).capitalize()}"
    return panel(title, body) + more


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
