"""Who reports, and who in time: the rates so far, day by day, and unit by unit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from campaign.freshness import NOTHING, Tally
from campaign.progress import UnitProgress
from etl import freshness
from pages import _ask, _help, _tables
from pages._cards import bar, card, draw, e, panel
from pages._view import View
from reporting import charts, headlines, numbers
from reporting.cells import Kind
from reporting.freshness import Punctuality
from reporting.tables import Column, Table

COLUMNS = (
    ("name", 1), ("due_reports", 2), ("came", 3), ("came_in_time", 3), ("came_late", 1), ("never_came", 1),
    ("reporting_rate", 2), ("on_time_rate", 1),
)  # fmt: skip


def of(view: View) -> Punctuality:
    """Return who reported up to the day shown; the day still coming in stands beside it."""
    open_day = view.receiving if view.as_of >= view.standard_as_of else None
    last = min(view.as_of, view.standard_as_of)
    past = freshness.past(view.config, view.campaign.id)
    asked = (view.scope, last, open_day, view.category, view.stage, past, view.sources)
    return _ask.reporting(view.edition, *asked, view.figures)


def show(view: View) -> None:
    """Draw the rates of the units in view."""
    found = of(view)
    draw(
        f'<h2 class="cd-h2 cd-section">{e(view.says("punctuality.title"))}'
        f"<small>{e(view.says('punctuality.note'))}</small></h2>",
        f'<div class="cd-cards">{_cards(view, found)}</div>',
    )
    if not found.whole.expected:
        return
    draw(_days(view, found))
    rows = [row for row in view.within() if row.code in found.by_unit and row.code != view.tree.top.code]
    rolled = [row for row in rows if not row.is_leaf and row.code != view.scope]
    if rolled:
        _units(view, found, rolled, view.says("punctuality.above"), "punctuality-above")
    leaves = [row for row in rows if row.is_leaf]
    _units(view, found, leaves, view.says("punctuality.units"), "punctuality")
    _tables.downloads(view, lambda: _table(view, found, [*rolled, *leaves]), "punctuality")


def _cards(view: View, found: Punctuality) -> str:
    whole = found.whole
    drawn = [
        _rate(view, "reporting", whole.reporting_rate, whole.reported, whole),
        _rate(view, "on_time", whole.on_time_rate, whole.on_time, whole),
        card(view.says("punctuality.late"), numbers.whole(whole.late, view.lang), view.says("punctuality.reports"),
             e(view.says("punctuality.late.means", at=view.campaign.cutoff.strftime("%H:%M"))),
             e(view.says("punctuality.late.ours", n=whole.ours)) if whole.ours else "", mark=_mark(view, "late")),
        _coming(view, found) if found.open_day else card(
            view.says("punctuality.missing"), numbers.whole(whole.missing, view.lang), view.says("punctuality.reports"),
            e(view.says("punctuality.missing.means")), mark=_mark(view, "missing")),
    ]  # fmt: skip
    return "".join(drawn)


def _mark(view: View, term: str) -> str:
    return _help.mark(term, view.lang, view.says(f"punctuality.{term}"))


def _rate(view: View, term: str, rate: Fraction | None, count: int, whole: Tally) -> str:
    title, mark = view.says(f"punctuality.{term}"), _mark(view, term)
    if rate is None:
        return card(title, numbers.NONE, "", e(view.says("punctuality.nothing_due")), mark=mark)
    of_them = view.says("punctuality.of", n=count, total=whole.expected)
    shown = numbers.percent(rate, view.lang)
    return card(title, shown, "", e(of_them), gauge=bar(charts.width(rate)), mark=mark)


def _coming(view: View, found: Punctuality) -> str:
    """Return how many have reported for the day still open: nobody is late for it."""
    come = found.coming
    at = view.campaign.cutoff.strftime("%H:%M")
    title = view.says("punctuality.coming", on=found.open_day)
    count = f"{numbers.whole(come.reported, view.lang)}/{numbers.whole(come.expected, view.lang)}"
    means = e(view.says("punctuality.coming.means", at=at))
    gauge = bar(charts.covered(come.reported, come.expected))
    return card(title, count, view.says("word.unit"), means, gauge=gauge, mark=_help.mark("coming", view.lang, title))


def _days(view: View, found: Punctuality) -> str:
    """Return one line a closed day on which reports were due: in time, late, missing."""
    lines = "".join(_day(view, day, one) for day, one in found.by_day.items() if one.expected)
    keys = "".join(
        f'<span><i class="cd-part-{part}"></i>{e(view.says(f"punctuality.part.{part}"))}</span>'
        for part in ("on_time", "late", "missing")
    )
    body = f'<div class="cd-keys">{keys}</div><ol class="cd-day-bars">{lines}</ol>'
    return panel(headlines.punctual(found.by_day, view.lang), body, view.says("punctuality.days.note"))


def _day(view: View, day: date, one: Tally) -> str:
    parts = (("on_time", one.on_time), ("late", one.late), ("missing", one.missing))
    drawn = "".join(f'<i class="cd-part-{name}" style="flex-grow:{n}"></i>' for name, n in parts if n)
    told = view.says(
        "punctuality.day", on=day, total=one.expected, on_time=one.on_time, late=one.late, missing=one.missing
    )
    share = numbers.percent(one.on_time_rate, view.lang)
    when = e(numbers.day_short(day, view.lang))
    return (
        f'<li title="{e(told)}"><span>{when}</span><div aria-hidden="true">{drawn}</div><b>{share}</b>'
        f'<span class="cd-unseen">{e(told)}</span></li>'
    )


def _units(view: View, found: Punctuality, rows: Sequence[UnitProgress], title: str, key: str) -> None:
    """Draw units and their tallies, the least punctual first."""
    heads = [
        {
            "label": view.says(f"column.{name}.short"),
            "long": view.says(f"column.{name}.long"),
            "align": "left" if name == "name" else "right",
            "kind": "name" if name == "name" else "",
            "part": part if part > 1 else None,
            "first": -1 if name in ("came_late", "never_came") else 1,
            "thin": name != "name",
        }
        for name, part in COLUMNS
    ]
    ordered = sorted(rows, key=lambda row: (_known(found, row).on_time_rate or Fraction(0), row.code))
    listed, note = _tables.first(view, ordered, view.says("lag.count", n=len(rows)))
    cells = [_cells(view, row, _known(found, row)) for row in listed]
    _tables.draw(view, heads, cells, title, key, note)


def _known(found: Punctuality, row: UnitProgress) -> Tally:
    return found.by_unit.get(row.code, NOTHING)


def _cells(view: View, row: UnitProgress, one: Tally) -> list[_tables.Cell]:
    lang = view.lang

    def count(value: int, *, bad: bool = False) -> _tables.Cell:
        return {"text": numbers.whole(value, lang), "sort": value, "tone": "short" if bad and value else ""}

    def rate(value: Fraction | None) -> _tables.Cell:
        return {"text": numbers.percent(value, lang), "sort": "" if value is None else float(value)}

    name = {"text": row.name, "href": view.address.href("unit", unit=row.code), "note": view.parent_name(row),
            "code": row.code}  # fmt: skip
    return [
        name, count(one.expected), count(one.reported), count(one.on_time), count(one.late, bad=True),
        count(one.missing, bad=True), rate(one.reporting_rate), rate(one.on_time_rate),
    ]  # fmt: skip


def _table(view: View, found: Punctuality, rows: Sequence[UnitProgress]) -> Table:
    shares = {"reporting_rate", "on_time_rate"}
    names = ("level", "code", *(name for name, _ in COLUMNS))
    kinds = {name: Kind.SHARE if name in shares else Kind.WHOLE for name, _ in COLUMNS if name != "name"}
    columns = [Column(view.says(f"column.{name}.long"), kinds.get(name, Kind.TEXT)) for name in names]
    lines = []
    for row in rows:
        one = _known(found, row)
        counts = (one.expected, one.reported, one.on_time, one.late, one.missing)
        lines.append((row.level, row.code, row.name, *counts, one.reporting_rate, one.on_time_rate))
    return Table(view.says("punctuality.title"), columns, lines)
