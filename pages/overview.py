"""Tổng quan: where we are against where we should be, what today asks, who holds us back, is the number true."""

from __future__ import annotations

import streamlit as st

from campaign.progress import Status, UnitProgress
from pages import _answers, _ask, _brief, _chrome, _forecast, _kpis, _words
from pages._cards import chip, draw, e, items, link, panel, track, unit_link
from pages._chart import burnup
from pages._view import View
from pages.quick.asked import PRINT
from reporting import headlines, numbers

HOLDERS = 5
SHOWN = 10


def show(view: View) -> None:
    """Draw the overview of the chosen units."""
    row = view.row(view.scope)
    under = f'<div class="cd-under">{_words.tally(view, view.scope)}{_paper(view)}{_brief.folded(view)}</div>'
    draw(_words.head(view, row, dated=False), _answers.row_of_five(view, row), under)
    below = _below(view)
    left, right = st.columns([1.75, 1], gap="small")
    with left:
        burnup(view, view.scope)
    with right:
        draw(below or (_place(view, row) if row.is_leaf else _holders(view)))
    more = (_holders(view) if below else "", _parts(view), _forecast.below(view), _trust(view))
    draw(f'<div class="cd-masonry">{"".join(more)}</div>')
    _brief.downloads(view)


def _paper(view: View) -> str:
    """Return the link that prints the same on one sheet, at one click."""
    href = e(_chrome.quick_link(view, PRINT))
    return f'<a class="cd-paper" href="{href}" data-print="1">{e(view.says("overview.print"))}</a>'


def _place(view: View, row: UnitProgress) -> str:
    """Return where a unit stands that has none below it, whom it could hold back."""
    return f'<div class="cd-cards">{_kpis.rank(view, row)}</div>'


def _holders(view: View) -> str:
    """Return the leaves with the most left to do: where help moves the whole."""
    leaves = [row for row in view.within() if row.is_leaf and row.remaining]
    leaves.sort(key=lambda row: (-(row.remaining or 0), row.code))
    rows = [
        (
            f"{unit_link(view, row.code, row.name)}<small>{e(view.parent_name(row))}</small>",
            f"{numbers.percent(row.gap_share, view.lang)}",
            "",
            (
                f"{chip(view.standing(row), view.lang)} "
                f"{e(view.says('overview.left', n=numbers.whole(row.remaining, view.lang)))}"
            ),
        )
        for row in leaves[:HOLDERS]
    ]
    body = items(rows) if rows else f'<p class="cd-empty">{e(view.says("overview.holding_back.none"))}</p>'
    return panel(
        headlines.holders(leaves[:HOLDERS], view.lang),
        body,
        view.says(f"overview.holding_back.note{'.part' if view.figures.is_part else ''}"),
    )


def _below(view: View) -> str:
    """Return the units right below, furthest behind its plan first, each with its bar and its plan mark."""
    rows = sorted((row for row in view.within() if row.parent_code == view.scope), key=headlines.furthest)
    lines = [(_opens(view, row), _share(view, row), track(row), "") for row in rows[:SHOWN]]
    more = f"<p>{link(view.says('button.show_all'), view.address.href('ranking'))}</p>" if len(rows) > SHOWN else ""
    return panel(headlines.below(rows, view.lang), items(lines) + more, view.says("overview.plan_mark")) if rows else ""


def _opens(view: View, row: UnitProgress) -> str:
    """Return a unit's name as a link: a roll-up opens its own overview, a leaf its page."""
    if row.is_leaf:
        return unit_link(view, row.code, row.name)
    return link(row.name, view.address.href(district=row.code))


def _share(view: View, row: UnitProgress) -> str:
    share = numbers.percent(row.completion, view.lang, row.status is Status.FINISHED)
    finished, due = (numbers.whole(count, view.lang) for count in (row.units_finished, row.units_with_target))
    return share if row.is_leaf else f"{share}<small>{finished}/{due}</small>"


def _parts(view: View) -> str:
    """Return the groups and the stages of the chosen units, each against its plan."""
    groups = [(group.title(view.lang), view.row(view.scope, category=group.id)) for group in view.campaign.groups]
    stages = [(stage.title(view.lang), view.row(view.scope, stage=stage.id)) for stage in view.campaign.stages]
    flow = _ask.stage_flow(view.edition, view.scope, view.category, view.as_of, view.lang, view.figures)
    blocks = []
    for title, parts in ((view.says("overview.by_group"), groups), (flow or view.says("overview.by_stage"), stages)):
        if len(parts) > 1:
            blocks.append(panel(title, items(_words.part(view, name, row) for name, row in parts)))
    return "".join(blocks)


def _trust(view: View) -> str:
    """Return whether the number is true: what does not reconcile, what waits, what was sent back."""
    found = (*_ask.failing(view.config, view.campaign.id), *_ask.issues(view.edition, view.as_of, view.figures))
    differences = _ask.differences(view.edition, view.as_of, view.figures)
    last = _ask.last_batch(view.edition, view.figures)
    return panel(view.says("overview.trust"), _words.trust(view, found, differences, last))
