"""Bảng xếp hạng: who leads, who moves, who finished first."""

from __future__ import annotations

from collections.abc import Sequence

from campaign.progress import UnitProgress
from pages import _kpis, _others, _recognition, _tables, _words
from pages._cards import draw, e, items, panel, unit_link
from pages._view import View
from reporting import numbers, tables
from reporting.texts import named

COLUMNS = (
    ("rank", 1),
    ("rank_change", 1),
    ("name", 1),
    ("completion", 1),
    ("done", 2),
    ("target", 3),
    ("remaining", 2),
    ("variance", 3),
    ("finished_on", 2),
    ("status", 2),
)
ROLLED_UP = (*COLUMNS[:4], ("units_finished", 2), ("units_with_target", 3), *COLUMNS[4:])
TAKEN_HOME = (
    "as_of", "level", "rank", "rank_change", "code", "name", "target", "done", "remaining", "excess",
    "completion", "planned_share", "variance", "finished_on", "status", "units_finished", "units_with_target",
)  # fmt: skip
SHOWN = 5


def show(view: View) -> None:
    """Draw the table of one level; ranks are over all units of the level, whatever is filtered."""
    levels = _levels(view)
    asked = view.address.get("level")
    level = asked if asked in levels else levels[-1]
    rows = [row for row in view.within() if row.level == level]
    tabs = "".join(
        f'<a href="{e(view.address.href(level=one))}"{" aria-current=page" if one == level else ""}>'
        f"{e(named('levels', one, view.lang))}</a>"
        for one in levels
    )
    switch = f'<nav class="cd-tabs" aria-label="{e(view.says("filter.level"))}">{tabs}</nav>' if len(levels) > 1 else ""
    draw(_words.head(view, view.row(view.scope), view.says("ranking.title", on=view.as_of)), switch)
    if view.figures.is_part and len(rows) == 1:  # one alone is no ranking: his place among the others is
        draw(f'<div class="cd-cards">{_kpis.rank(view, rows[0])}</div>', _recognition.block(view, level))
        _others.show(view, level)
        return
    draw(f'<div class="cd-grid2">{_movers(view, rows)}{_finishers(view, rows)}</div>', _recognition.block(view, level))
    columns = COLUMNS if any(row.is_leaf for row in rows) else ROLLED_UP
    title = f"{view.says('page.ranking')} · {named('levels', level, view.lang)}"
    _tables.units(view, rows, columns, title, f"ranking-{level}", view.says("ranking.by"))
    _tables.downloads(view, lambda: tables.progress_table(rows, TAKEN_HOME, title, view.lang), f"ranking-{level}")
    _recognition.download(view, level)
    _others.show(view, level)


def _levels(view: View) -> list[str]:
    """Return the levels that have a ranking: all below the top one, of a part that of its own top too."""
    known = view.tree.levels
    return known if view.figures.is_part else known[1:] or known


def _movers(view: View, rows: Sequence[UnitProgress]) -> str:
    moved = [(row.rank_change, row) for row in rows if row.rank_change]
    moved.sort(key=lambda one: (-abs(one[0]), one[1].rank or 0))
    lines = []
    for change, row in moved[:SHOWN]:
        up = change > 0
        key, tone, sign = ("ranking.up", "on_track", "▲") if up else ("ranking.down", "behind", "▼")
        told = f'<span class="cd-chip cd-{tone}">{sign} {e(view.says(key, n=abs(change)))}</span>'
        parent = view.parent_name(row)
        lines.append((f"{unit_link(view, row.code, row.name)}<small>{e(parent)}</small>", told, "", ""))
    body = items(lines) if lines else f"<p>{e(view.says('ranking.movers.none'))}</p>"
    return panel(view.says("ranking.movers"), body, view.says("ranking.movers.note"))


def _finishers(view: View, rows: Sequence[UnitProgress]) -> str:
    finished = [(row.finished_on, row) for row in rows if row.finished_on]
    finished.sort(key=lambda one: (one[0], one[1].rank or 0))
    lines = [
        (
            f"{unit_link(view, row.code, row.name)}<small>{e(view.parent_name(row))}</small>",
            f'<span class="cd-chip cd-finished">✓ {numbers.day_short(day, view.lang)}</span>',
            "",
            "",
        )
        for day, row in finished[:SHOWN]
    ]
    body = items(lines) if lines else f"<p>{e(view.says('ranking.finish_order.none'))}</p>"
    return panel(view.says("ranking.finish_order"), body, view.says("lag.count", n=len(finished)))
