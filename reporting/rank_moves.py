"""Rank movement: the ranks of a chosen few units day by day, named where their lines end."""

from __future__ import annotations

import html
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from campaign.comparing import Movement, greatest, telling, tells_order
from campaign.progress import UnitProgress
from reporting import drawing, numbers
from reporting.heatmap import Days
from reporting.texts import text

MOST_CHOSEN = 10
LINE_REM = Fraction(7, 4)  # height of one label
FEWEST_REM = 14
LOOKS = {"rise": (drawing.DONE, 3.5, ""), "fall": (drawing.LATEST, 3.5, "7,4"), "": (drawing.PLAN, 2.0, "")}
ALL_DASHES = ("", "1,4", "10,4", "10,4,1,4")


@dataclass(frozen=True, slots=True)
class Moves:
    """The ranks of some units from the first day that puts units in order.

    `names` by code; `ranked`: how many units in view have a rank; `best`, `lowest`: the ranks between which all lie.
    """

    days: tuple[date, ...]
    lines: tuple[Movement, ...]
    names: Mapping[str, str]
    ranked: int
    best: int
    lowest: int

    @property
    def greatest(self) -> list[Movement]:
        """Return the greatest rise and the greatest fall among those drawn."""
        return greatest(self.lines)


def moves(days: Days, codes: Collection[str], chosen: Sequence[str] = ()) -> Moves:
    """Return the movements of `chosen`, as far as they are among `codes`; of none, of those that tell most."""
    last = days[max(days)]
    ranks = [_ranks(rows, codes) for rows in days.values()]
    begun = next((number for number, day in enumerate(ranks) if day), len(ranks) - 1)
    ranks = ranks[begun:]
    found = {
        code: Movement(code, tuple(day.get(code) for day in ranks))
        for code in codes
        if code in last and last[code].rank is not None
    }
    wanted = [code for code in dict.fromkeys(chosen) if code in found][:MOST_CHOSEN] or telling(found)
    lines = sorted((found[code] for code in wanted), key=lambda one: (one.now or 0, one.code))
    drawn = [rank for one in lines for rank in one.ranks if rank is not None]
    names = {one.code: last[one.code].name for one in lines}
    return Moves(tuple(days)[begun:], tuple(lines), names, len(found), min(drawn, default=1), max(drawn, default=1))


def _ranks(rows: Mapping[str, UnitProgress], codes: Collection[str]) -> dict[str, int]:
    """Return the ranks of one day; none while they put nobody in order."""
    found = {code: row.rank for code in codes if (row := rows.get(code)) is not None and row.rank is not None}
    return found if tells_order(found.values()) else {}


def title(drawn: Moves, lang: str) -> str:
    """Return the movement in one sentence."""
    if drawn.ranked < 2:  # noqa: PLR2004 - one unit has nobody to pass
        return text("comparing.moves.one" if drawn.ranked else "comparing.moves.nobody", lang)
    if len(drawn.days) < 2:  # noqa: PLR2004 - one day is no movement
        return text("comparing.moves.one_day", lang)
    said = [
        text(
            f"comparing.moves.{'rise' if one.change > 0 else 'fall'}",
            lang,
            name=drawn.names[one.code],
            n=abs(one.change),
            first=one.first,
            now=one.now,
        )
        for one in drawn.greatest
    ]
    if not said:
        return text("comparing.moves.none", lang)
    return "; ".join(said)


def slots(wanted: Sequence[Fraction], least: Fraction) -> list[Fraction]:
    """Return places (0 … 1) in the order given, each at least `least` below the one before, as near as can be.

    `wanted` rises. There is room for them all when (n − 1) × least ≤ 1.
    """
    found: list[Fraction] = []
    for one in wanted:
        found.append(max(one, found[-1] + least) if found else one)
    below = Fraction(1)
    for place in range(len(found) - 1, -1, -1):
        found[place] = min(found[place], below)
        below = found[place] - least
    return found


def chart(drawn: Moves, lang: str, href: Callable[[str], str]) -> str:
    """Return the lines and the names at their ends as HTML."""
    rem = max(len(drawn.lines) * LINE_REM, Fraction(FEWEST_REM))
    ends = [_down(drawn, one.now or drawn.lowest) for one in drawn.lines]
    places = slots(ends, LINE_REM / rem)
    marked = {one.code: "rise" if one.change > 0 else "fall" for one in drawn.greatest}
    lines, leads, labels = [], [], ""
    for number, (one, end, place) in enumerate(zip(drawn.lines, ends, places, strict=True)):
        colour, wide, dash = LOOKS[marked.get(one.code, "")]
        dash = dash or ("" if one.code in marked else ALL_DASHES[number % len(ALL_DASHES)])
        points = [(_across(drawn, day), _down(drawn, rank)) for day, rank in enumerate(one.ranks) if rank is not None]
        lines += [drawing.line(points, colour, wide, dash), *(drawing.mark(point, colour, 7) for point in points[-1:])]
        leads.append(drawing.line([(Fraction(0), end), (Fraction(1), place)], colour, 1))
        labels += _label(drawn, one, place, marked.get(one.code, ""), lang, href)
    days = "".join(
        f'<span style="left:{drawing.percent(_across(drawn, number))}">{numbers.day_short(day, lang)}</span>'
        for number, day in enumerate(drawn.days)
        if number in _ticks(len(drawn.days))
    )
    ranks = "".join(
        f'<span style="top:{drawing.percent(_down(drawn, rank))}">{numbers.whole(rank, lang)}</span>'
        for rank in dict.fromkeys((drawn.best, drawn.lowest))
    )
    return (
        f'<div class="cd-bump" style="height:{float(rem):.2f}rem">'
        f'<div class="cd-bump-ranks" aria-hidden="true">{ranks}</div>'
        f'<div class="cd-bump-plot">{drawing.picture(lines, title(drawn, lang))}'
        f'<div class="cd-bump-days" aria-hidden="true">{days}</div></div>'
        f'<div class="cd-bump-leads" aria-hidden="true">{drawing.picture(leads, "")}</div>'
        f'<ul class="cd-bump-names">{labels}</ul></div>'
    )


def _label(drawn: Moves, one: Movement, place: Fraction, mark: str, lang: str, href: Callable[[str], str]) -> str:
    link = f'<a href="{html.escape(href(one.code), quote=True)}">{html.escape(drawn.names[one.code])}</a>'
    sign = f"{'▲' if one.change > 0 else '▼'} {abs(one.change)}" if one.change else "="
    return (
        f'<li style="top:{drawing.percent(place)}" data-mark="{mark}"><b>{numbers.whole(one.now, lang)}</b> {link}'
        f"<small>{sign}</small></li>"
    )


def table(drawn: Moves, lang: str) -> str:
    """Return the ranks as a table, for who does not see the lines."""
    days = "".join(f"<th scope=col>{html.escape(numbers.day_short(day, lang))}" for day in drawn.days)
    rows = "".join(
        f"<tr><th scope=row>{html.escape(drawn.names[one.code])}"
        + "".join(f"<td>{numbers.whole(rank, lang)}" for rank in one.ranks)
        for one in drawn.lines
    )
    head = html.escape(text("column.name.short", lang))
    return f'<table class="cd-plain"><thead><tr><th scope=col>{head}{days}</thead><tbody>{rows}</tbody></table>'


def _ticks(days: int) -> set[int]:
    """Return which days are named: the first, the last, and the middle where there is one."""
    return {0, days - 1, *({(days - 1) // 2} if days > 4 else set())}  # noqa: PLR2004 - below, three labels would touch


def _across(drawn: Moves, day: int) -> Fraction:
    return Fraction(day, max(len(drawn.days) - 1, 1))


def _down(drawn: Moves, rank: int) -> Fraction:
    return Fraction(rank - drawn.best, max(drawn.lowest - drawn.best, 1))
