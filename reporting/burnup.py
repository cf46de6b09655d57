"""The burn-up: what it says (a Burnup), and its still picture, which needs no script to be seen.

The Plotly figure in reporting/charts.py is drawn on the same scales, so one can lie upon the other.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction

from campaign.configuration import ALL, Campaign
from campaign.progress import UnitProgress
from reporting import numbers
from reporting.figures import Figures
from reporting.palette import CHART, see_through

HEIGHT = 296
TOP, RIGHT, BOTTOM = 14, 16, 24
LETTER = 7.2  # the width of a digit at the size of the labels, in pixels
# Mid tones that stand out on a light and on a dark ground; the page colours texts and grid itself.
DONE, PLAN, LATEST = (CHART[f"chart-{name}"] for name in ("done", "plan", "now"))
DONE_FILL, FORECAST_FILL = see_through(DONE, 0.13), see_through(DONE, 0.26)
BAND, GRID = see_through(PLAN, 0.16), see_through(PLAN, 0.25)
MOST_TICKS = 6
MOST_POINTS = 62
HEADROOM = Fraction(21, 20)


@dataclass(frozen=True)
class Burnup:
    """Done so far against the plan: the points of both, and the scales they are drawn on."""

    planned: tuple[tuple[date, Fraction], ...]
    reported: tuple[tuple[date, int], ...]
    target: int
    as_of: date | None
    excused: tuple[date, ...]
    first: date
    last: date
    day_ticks: tuple[date, ...]
    count_ticks: tuple[int, ...]
    band: tuple[tuple[date, int, int, int], ...] = ()  # (day, P10, P50, P90), from the day itself on

    @property
    def silent(self) -> bool:
        """Return whether nothing was reported for the day itself, though something was before."""
        return bool(self.reported) and self.as_of is not None and self.reported[-1][0] < self.as_of

    @property
    def span(self) -> tuple[datetime, datetime]:
        """Return the moments the axis runs between."""
        return moment(self.first, -6), moment(self.last, 12)

    @property
    def top(self) -> Fraction:
        """Return the count at the upper edge."""
        counts = [Fraction(self.target), *(Fraction(done) for _, done in self.reported)]
        counts += [Fraction(high) for *_, high in self.band]
        return (max([*counts, *(value for _, value in self.planned)]) or Fraction(1)) * HEADROOM

    def left(self, lang: str) -> int:
        """Return the pixels that the widest count label needs."""
        return round(max(len(label) for label in self.count_labels(lang)) * LETTER) + 12

    def count_labels(self, lang: str) -> tuple[str, ...]:
        """Return what stands beside the count ticks, in their order."""
        return numbers.axis(self.count_ticks, lang)


def burnup_of(
    series: Sequence[UnitProgress],
    plan: Iterable[tuple[date, Fraction]],
    campaign: Campaign,
    as_of: date,
    excused: Iterable[date],
    forecast: Sequence[tuple[date, int, int, int]] = (),
) -> Burnup:
    """Return the burn-up of one unit from its figures day by day, its plan and its forecast (day, P10, P50, P90)."""
    planned = tuple(plan)
    # One point a day on which something was reported: silence is not drawn as work that stood still.
    done: dict[date, int] = {}
    for row in series:
        if row.last_as_of is not None:
            done.setdefault(row.last_as_of, row.done)
    reported = tuple(sorted(done.items()))
    begun = as_of >= campaign.start
    days = [*(day for day, _ in planned), *done, *([as_of] if begun else [])]
    first, last = min(days, default=campaign.start), max(days, default=campaign.end)
    target = (series[-1].target if series else None) or 0
    now = series[-1].done if series else 0
    highest = max([target, *done.values(), *(int(value) for _, value in planned)], default=1)
    return Burnup(
        planned=planned,
        reported=reported,
        target=target,
        as_of=as_of if begun else None,
        excused=tuple(excused),
        first=first,
        last=last,
        day_ticks=_day_ticks(max(first, campaign.start), last),
        count_ticks=_count_ticks(max([highest, *(high for *_, high in forecast)])),
        band=((as_of, now, now, now), *forecast) if forecast else (),
    )


def drawn_days(first: date, last: date) -> list[date]:
    """Return the days a burn-up draws: all of a short campaign, evenly fewer of a long one, the last always."""
    length = (last - first).days + 1
    step = max(-(-length // MOST_POINTS), 1)
    return [last - timedelta(days=back) for back in range(0, length, step)][::-1]


def drawn_series(
    figures: Figures, unit: str, last: date, category: str = ALL, stage: str | None = None
) -> list[UnitProgress]:
    """Return a unit's figures of each day that its burn-up draws, rising; before the start those of `last` alone."""
    days = drawn_days(figures.campaign.start, last) or [last]
    known = (day for day in days if unit in figures.tree(day))
    return [figures.unit(unit, day, category=category, stage=stage) for day in known]


def moment(day: date, hours: int = 0) -> datetime:
    """Return a moment so many hours from the start of a day: between two days on the axis."""
    return datetime.combine(day, time()) + timedelta(hours=hours)


def _day_ticks(first: date, last: date) -> tuple[date, ...]:
    """Return few enough days to label without overlap, the last always among them."""
    length = (last - first).days + 1
    step = max(-(-length // MOST_TICKS), 1)
    return tuple(last - timedelta(days=back) for back in range(0, length, step))[::-1]


def _count_ticks(highest: int) -> tuple[int, ...]:
    """Return round counts from 0 up to at most `highest`."""
    step = 1
    while highest > step * MOST_TICKS:
        step = step * 5 // 2 if str(step).startswith("2") else step * 2
    return tuple(range(0, max(highest, 1) + 1, step))


def still(drawn: Burnup, lang: str) -> str:
    """Return the burn-up as HTML without script: a picture that stretches, and its labels beside it."""
    left, low = drawn.left(lang), HEIGHT - BOTTOM
    picture = base64.b64encode(_picture(drawn).encode()).decode()
    counts = days = ""
    for count in drawn.count_ticks:
        place = f"right:calc(100% - {left - 6}px);top:{TOP + (low - TOP) * (1 - _height(drawn, count)):.1f}px"
        counts += f'<span style="{place}">{html.escape(numbers.whole(count, lang))}</span>'
    for day in drawn.day_ticks:
        place = f"left:calc({left}px + (100% - {left + RIGHT}px) * {_across(drawn, moment(day)):.4f})"
        days += f'<span class="cd-day" style="{place}">{html.escape(numbers.day_short(day, lang))}</span>'
    box = f"left:{left}px;top:{TOP}px;width:calc(100% - {left + RIGHT}px);height:{low - TOP}px"
    return (
        f'<div class="cd-still" aria-hidden="true" style="height:{HEIGHT}px">'
        f'<img alt="" style="{box}" src="data:image/svg+xml;base64,{picture}">{counts}{days}</div>'
    )


def _across(drawn: Burnup, at: datetime) -> float:
    start, end = drawn.span
    return (at - start) / (end - start)


def _height(drawn: Burnup, count: Fraction | int) -> float:
    return float(count / drawn.top)


def _picture(drawn: Burnup) -> str:
    """Return the SVG in a square of 1000 that the page stretches; line widths do not stretch with it."""

    def at(day: date, count: Fraction | int) -> str:
        return f"{1000 * _across(drawn, moment(day)):.1f},{1000 * (1 - _height(drawn, count)):.1f}"

    def line(points: str, colour: str, wide: float, dash: str = "") -> str:
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{wide}"{dashed} {FIXED}/>'

    parts = [line(f"0,{1000 * (1 - _height(drawn, count)):.1f} 1000,{1000 * (1 - _height(drawn, count)):.1f}", GRID, 1)
             for count in drawn.count_ticks]  # fmt: skip
    for day in drawn.excused:
        left, right = (1000 * _across(drawn, moment(day, hours)) for hours in (-12, 12))
        parts.append(f'<rect x="{left:.1f}" y="0" width="{right - left:.1f}" height="1000" fill="{BAND}"/>')
    if drawn.band:
        edge = [at(day, high) for day, _, _, high in drawn.band] + [at(day, low) for day, low, _, _ in drawn.band[::-1]]
        parts.append(f'<polygon points="{" ".join(edge)}" fill="{FORECAST_FILL}"/>')
        parts.append(line(" ".join(at(day, mid) for day, _, mid, _ in drawn.band), DONE, 2, "2,4"))
    points = " ".join(at(day, done) for day, done in drawn.reported)
    if drawn.reported:
        ends = f"{at(drawn.reported[-1][0], 0)} {at(drawn.reported[0][0], 0)}"
        parts.append(f'<polygon points="{points} {ends}" fill="{DONE_FILL}"/>')
    parts.append(line(" ".join(at(day, value) for day, value in drawn.planned), PLAN, 2, "9,9"))
    parts.append(line(f"0,{at(drawn.first, drawn.target).partition(',')[2]} 1000,"
                      f"{at(drawn.first, drawn.target).partition(',')[2]}", PLAN, 1.5))  # fmt: skip
    if drawn.reported:
        parts.append(line(points, DONE, 3))
    if drawn.silent and drawn.as_of is not None:
        day, done = drawn.reported[-1]
        parts.append(line(f"{at(day, done)} {at(drawn.as_of, done)}", DONE, 2, "3,3"))
    if drawn.as_of is not None:
        parts.append(line(f"{at(drawn.as_of, 0)} {at(drawn.as_of, drawn.top)}", LATEST, 1.5))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 1000" preserveAspectRatio="none">'
        f"{''.join(parts)}</svg>"
    )


FIXED = 'vector-effect="non-scaling-stroke" stroke-linejoin="round"'
