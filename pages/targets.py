"""Chỉ tiêu ngày: what each unit had to do today, what it did, what is missing."""

from __future__ import annotations

from pages import _help, _tables, _words
from pages._cards import card, draw, e
from pages._view import View
from reporting import numbers, tables

COLUMNS = (
    ("name", 1),
    ("planned_today", 3),
    ("catchup_today", 1),
    ("done_today", 1),
    ("gap_today", 1),
    ("required_per_day", 2),
    ("remaining", 2),
    ("status", 2),
)
TAKEN_HOME = (
    "as_of", "level", "code", "name", "target", "done", "remaining",
    "planned_today", "catchup_today", "done_today", "required_per_day", "status",
)  # fmt: skip


def show(view: View) -> None:
    """Draw today's target of every leaf in view."""
    row = view.row(view.scope)
    leaves = sorted((one for one in view.within() if one.is_leaf), key=lambda one: (-(one.short_today or 0), one.code))
    due = [one for one in leaves if one.catchup_today]
    met = [one for one in due if one.short_today == 0]
    lang = view.lang
    draw(
        _words.head(view, row, view.says("targets.title", on=view.as_of)),
        '<div class="cd-cards">',
        card(view.says("targets.needed"), numbers.whole(row.catchup_today, lang), view.counts,
             e(view.says("overview.today.plan", n=numbers.whole(row.planned_today, lang))),
             mark=_help.mark("catchup_today", lang)),
        card(view.says("targets.done"), numbers.whole(row.done_today, lang), view.counts, _words.today(view, row),
             mark=_help.mark("done_today", lang)),
        card(view.says("targets.units_met"), f"{len(met)}/{len(due)}", view.says("word.unit"),
             e(view.says("targets.missed", n=len(due) - len(met))),
             mark=_help.mark("units_met", lang, view.says("targets.units_met"))),
        card(view.says("overview.per_day"), numbers.whole(row.required_per_day, lang), view.counts,
             _words.deadline(view, row), mark=_help.mark("required_per_day", lang)),
        "</div>",
    )  # fmt: skip
    _tables.units(view, leaves, COLUMNS, view.says("page.targets"), "targets", view.says("targets.explained"))
    title = view.says("page.targets")
    _tables.downloads(view, lambda: tables.progress_table(leaves, TAKEN_HOME, title, lang), "targets")
