"""Đơn vị chậm: whom to call, grouped by why, with for how long."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from campaign.freshness import Gap
from campaign.lagging import lag, left
from campaign.progress import Status, UnitProgress
from campaign.warning import Warned
from pages import _ask, _tables, _words
from pages._cards import chip, draw, e, note
from pages._chrome import stage_name
from pages._view import View
from reporting import forecasts, numbers, tables
from reporting.tables import Column, Table

REASONS = (Status.OVERDUE, Status.SILENT, Status.STALLED, Status.BEHIND, Status.AT_RISK, Status.NO_TARGET)
COLUMNS = (("name", 1), ("reason", 1), ("completion", 2), ("remaining", 1), ("gap_share", 2), ("last_as_of", 3))
WARNED = (("name", 1), ("warned_for", 1), ("miss", 2), ("missing", 1), ("remaining", 3), ("since", 2))
WORDS = ("name", "warned_for", "since")
WARNED_PAGE = 15
TAKEN_HOME = (
    "as_of", "status", "code", "name", "level", "target", "done", "remaining", "completion", "pace", "variance",
    "last_as_of", "days_silent", "stalled_days", "catchup_today", "required_per_day", "gap_share",
)  # fmt: skip


def show(view: View) -> None:
    """Draw the lagging leaves, one table a reason, the gravest first."""
    leaves = [row for row in view.within() if row.is_leaf]
    groups = [(reason, [row for row in leaves if view.standing(row) == reason]) for reason in REASONS]
    groups = [(reason, _sorted(rows)) for reason, rows in groups if rows]
    lagging = [row for _, rows in groups for row in rows]
    down = _sorted([row for row in leaves if view.standing(row) == Gap.SOURCE_DOWN])
    row = view.row(view.scope)
    title = view.says(
        "lagging.sum", n=len(lagging), remaining=numbers.whole(left(lagging), view.lang), counts=view.counts
    )
    draw(
        _words.head(view, row, title if lagging else view.says("lag.none")),
        _summary(view, [*groups, *([(Gap.SOURCE_DOWN, down)] if down else [])]),
    )
    _warnings(view)
    for reason, rows in groups:
        name = view.says(f"lagging.{reason}")
        subtitle = f"{view.says('lag.count', n=len(rows))} · {view.says(f'status.{reason}.means')}"
        _tables.units(view, rows, COLUMNS, name, f"lagging-{reason}", subtitle, str(reason))
    _not_theirs(view, down)
    if lagging or down:
        _tables.downloads(view, lambda: _taken_home(view, lagging, down), "lagging")


def _taken_home(view: View, lagging: list[UnitProgress], down: list[UnitProgress]) -> Table:
    """Return the table of all of them, which says of each whether it is silent by a failure of our own."""
    found = tables.progress_table([*lagging, *down], TAKEN_HOME, view.says("page.lagging"), view.lang)
    marks = [*(view.says("word.no") for _ in lagging), *(view.says("word.yes") for _ in down)]
    columns = [*found.columns, Column(view.says("column.unheard.long"))]
    return Table(found.title, columns, [[*row, mark] for row, mark in zip(found.rows, marks, strict=True)])


def _warnings(view: View) -> None:
    """Draw the leaves that will more likely miss than not: what may be missing, why, for how long it has been said."""
    kept = view.figures.forecasts.names()
    found = _ask.warned(view.edition, kept, view.category, view.stage, view.as_of, view.figures)
    inside = {row.code for row in view.within()}
    found = tuple(one for one in found if one.row.code in inside)
    if not view.campaign.start <= view.as_of < view.campaign.end:
        return
    if not found:
        draw(note(e(view.says("warning.none")), "plain"))
        return
    heads = [
        {
            "label": view.says(f"column.{name}.short"),
            "long": view.says(f"column.{name}.long"),
            "align": "left" if name in WORDS else "right",
            "kind": "name" if name == "name" else "",
            "part": part if part > 1 else None,
            "first": -1,
            "thin": name not in WORDS,
        }
        for name, part in WARNED
    ]
    title = view.says("warning.title", n=len(found))
    listed, note_ = _tables.first(view, found, view.says("warning.note"))
    _tables.draw(view, heads, [_warning(view, one) for one in listed], title, "warned", note_, page=WARNED_PAGE)


def _warning(view: View, one: Warned) -> list[_tables.Cell]:
    lang, p = view.lang, one.prospect.p_on_time or Fraction(0)
    missing = view.standing(one.row) == Gap.SOURCE_DOWN
    why = view.says("status.source_down") if missing else forecasts.reasons(one, stage_name(view), lang)
    return [
        _tables.CELLS["name"](view, one.row),
        {"text": why},
        {"text": forecasts.missing(one.prospect, lang), "sort": float(1 - p)},
        {"text": numbers.whole(one.weight, lang), "sort": float(one.weight)},
        _tables.CELLS["remaining"](view, one.row),
        {"text": forecasts.since(one, lang), "sort": one.days},
    ]


def _not_theirs(view: View, down: list[UnitProgress]) -> None:
    """Draw the units that a failing source of ours keeps silent: nobody to call, a source to mend."""
    if down:
        subtitle = f"{view.says('lag.count', n=len(down))} · {view.says('status.source_down.means')}"
        title = view.says("lagging.source_down")
        _tables.units(view, down, COLUMNS, title, "lagging-source_down", subtitle, "source_down")


def _sorted(rows: list[UnitProgress]) -> list[UnitProgress]:
    return sorted(rows, key=lambda row: (-lag(row), -(row.remaining or 0), row.code))


def _summary(view: View, groups: Sequence[tuple[str, list[UnitProgress]]]) -> str:
    told = "".join(f"<span>{chip(reason, view.lang)} <b>{len(rows)}</b></span>" for reason, rows in groups)
    return f'<div class="cd-tally" aria-label="{e(view.says("overview.by_status"))}">{told}</div>' if told else ""
