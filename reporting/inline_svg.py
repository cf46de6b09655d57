"""The burn-up as inline SVG: no script, no picture file, its colours those of the page it stands in.

The lines lie in a square of 1000 that stretches with the page while their widths do not; labels are HTML beside it, so
they stay readable at any width. Everything drawn is a Burnup (reporting/burnup.py); nothing is computed here.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from reporting import numbers
from reporting.burnup import Burnup, moment
from reporting.texts import text

SIDE = 1000
MOST_DOTS = 31
HOUR = timedelta(hours=1)  # every moment drawn is a whole one
LABEL_ROOM = Fraction(17, 100)  # of the width: a day label nearer than this to the day itself gives way to it


@dataclass(frozen=True)
class Label:
    """One word beside the plot: where it stands in percent of the plot's width or height, and what it says."""

    at: str
    says: str
    kind: str = ""


@dataclass(frozen=True)
class Inline:
    """A chart ready to be set in a page: the SVG, its labels, and the key (class of the swatch, words)."""

    svg: str
    counts: tuple[Label, ...]
    days: tuple[Label, ...]
    key: tuple[tuple[str, str], ...]


def burnup(drawn: Burnup, says: str, lang: str) -> Inline:
    """Return the burn-up of one unit; `says` is the chart in one sentence, for who cannot see it."""
    return Inline(_svg(drawn, says), _counts(drawn, lang), _days(drawn, lang), _key(drawn, lang))


def _across(drawn: Burnup, day: date, hours: int = 0) -> Fraction:
    start, end = drawn.span
    return Fraction((moment(day, hours) - start) // HOUR, (end - start) // HOUR)


def _x(drawn: Burnup, day: date, hours: int = 0) -> str:
    return f"{numbers.half_up(_across(drawn, day, hours) * SIDE)}"


def _y(drawn: Burnup, count: Fraction | int) -> str:
    return f"{numbers.half_up((1 - Fraction(count) / drawn.top) * SIDE)}"


def _line(kind: str, *points: tuple[str, str]) -> str:
    written = " ".join(f"{x},{y}" for x, y in points)
    return f'<polyline class="{kind}" points="{written}"/>'


def _area(kind: str, *points: tuple[str, str]) -> str:
    written = " ".join(f"{x},{y}" for x, y in points)
    return f'<polygon class="{kind}" points="{written}"/>'


def _svg(drawn: Burnup, says: str) -> str:
    """Return the picture: what lies below first, the work done on top."""
    parts = [_line("vg", ("0", _y(drawn, count)), (str(SIDE), _y(drawn, count))) for count in drawn.count_ticks]
    for day in drawn.excused:
        left, right = _x(drawn, day, -12), _x(drawn, day, 12)
        parts.append(_area("vx", (left, "0"), (right, "0"), (right, str(SIDE)), (left, str(SIDE))))
    if drawn.band:
        edge = [(_x(drawn, day), _y(drawn, high)) for day, _, _, high in drawn.band]
        edge += [(_x(drawn, day), _y(drawn, low)) for day, low, _, _ in drawn.band[::-1]]
        parts.append(_area("vb", *edge))
        parts.append(_line("vm", *((_x(drawn, day), _y(drawn, mid)) for day, _, mid, _ in drawn.band)))
    done = [(_x(drawn, day), _y(drawn, count)) for day, count in drawn.reported]
    if done:
        parts.append(_area("va", *done, (done[-1][0], str(SIDE)), (done[0][0], str(SIDE))))
    parts.append(_line("vp", *((_x(drawn, day), _y(drawn, value)) for day, value in drawn.planned)))
    parts.append(_line("vt", ("0", _y(drawn, drawn.target)), (str(SIDE), _y(drawn, drawn.target))))
    if drawn.as_of is not None:
        parts.append(_line("vn", (_x(drawn, drawn.as_of), "0"), (_x(drawn, drawn.as_of), str(SIDE))))
    if done:
        parts.append(_line("vd", *done))
        if drawn.silent and drawn.as_of is not None:
            parts.append(_line("vs", done[-1], (_x(drawn, drawn.as_of), done[-1][1])))
        # A line of no length with round ends is a dot that does not stretch.
        dots = done if len(done) <= MOST_DOTS else done[-1:]
        parts += [f'<path class="vo" d="M{x} {y}h.01"/>' for x, y in dots]
    named = html.escape(says, quote=True)
    return (
        f'<svg viewBox="0 0 {SIDE} {SIDE}" preserveAspectRatio="none" role="img" aria-label="{named}" '
        f'focusable="false">{"".join(parts)}</svg>'
    )


def _percent(share: Fraction) -> str:
    return numbers.fixed(share * 100, 1)


def _counts(drawn: Burnup, lang: str) -> tuple[Label, ...]:
    labels = zip(drawn.count_ticks, drawn.count_labels(lang), strict=True)
    return tuple(Label(_percent(Fraction(count) / drawn.top), label) for count, label in labels)


def _days(drawn: Burnup, lang: str) -> tuple[Label, ...]:
    """Return the labels under the plot: the day itself always, and those of the others that leave it room."""
    if drawn.as_of is None:
        ticks, now = drawn.day_ticks, None
    else:
        now = _across(drawn, drawn.as_of)
        ticks = tuple(day for day in drawn.day_ticks if abs(_across(drawn, day) - now) >= LABEL_ROOM)
    labels = [(day, "") for day in ticks] + ([(drawn.as_of, "now")] if drawn.as_of else [])
    return tuple(
        Label(_percent(_across(drawn, day)), numbers.day_short(day, lang), kind) for day, kind in sorted(labels)
    )


def _key(drawn: Burnup, lang: str) -> tuple[tuple[str, str], ...]:
    """Return what each line means, with the count it has come to."""
    key = []
    if drawn.reported:
        key.append(("vd", f"{text('chart.done', lang)} {numbers.whole(drawn.reported[-1][1], lang)}"))
    due = next((value for day, value in drawn.planned if day == drawn.as_of), None)
    key.append(("vp", " ".join(one for one in (text("chart.plan", lang), due and numbers.whole(due, lang)) if one)))
    key.append(("vt", f"{text('chart.target', lang)} {numbers.whole(drawn.target, lang)}"))
    if drawn.band:
        _, low, _, high = drawn.band[-1]
        said = text("quick.band", lang, low=numbers.whole(low, lang), high=numbers.whole(high, lang))
        key.append(("vb", said))
    if drawn.excused:
        key.append(("vx", text("chart.excused", lang)))
    return tuple(key)
