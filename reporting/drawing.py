"""Drawing: lines in a square of 1000 that stretches with the page while their widths do not.

The colours are those of the burn-up (reporting/burnup.py): each is told from a light and from a dark ground. Labels
are HTML beside the picture, so they stay readable at any width.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable
from fractions import Fraction

from reporting import numbers
from reporting.burnup import BAND, DONE, FIXED, LATEST, PLAN

SIDE = 1000
Point = tuple[Fraction, Fraction]  # across and down, each 0 … 1

__all__ = ["BAND", "DONE", "LATEST", "PLAN", "Point", "area", "line", "mark", "percent", "picture", "turns"]


def percent(share: Fraction) -> str:
    """Return a share of the square as CSS reads it."""
    return f"{numbers.fixed(share * 100, 1)}%"


def _at(points: Iterable[Point]) -> str:
    return " ".join(f"{numbers.half_up(x * SIDE)},{numbers.half_up(y * SIDE)}" for x, y in turns(points))


def turns(points: Iterable[Point]) -> list[Point]:
    """Return the points at which a line begins, turns and ends: those between lie on it anyway."""
    kept: list[Point] = []
    for point in points:
        if len(kept) > 1:
            (ax, ay), (bx, by) = kept[-2:]
            if (bx - ax) * (point[1] - by) == (point[0] - bx) * (by - ay):
                kept.pop()
        kept.append(point)
    return kept


def line(points: Iterable[Point], colour: str, wide: float, dash: str = "") -> str:
    """Return a line through points."""
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<polyline points="{_at(points)}" fill="none" stroke="{colour}" stroke-width="{wide}"{dashed} {FIXED}/>'


def area(points: Iterable[Point], colour: str) -> str:
    """Return a filled area."""
    return f'<polygon points="{_at(points)}" fill="{colour}"/>'


def mark(point: Point, colour: str, wide: float) -> str:
    """Return a dot that does not stretch: a line of no length with round ends."""
    x, y = (numbers.half_up(one * SIDE) for one in point)
    return f'<path d="M{x} {y}h.01" stroke="{colour}" stroke-width="{wide}" stroke-linecap="round" {FIXED}/>'


def picture(parts: Iterable[str], says: str) -> str:
    """Return the picture as an image of a page; `says` is it in one sentence, for who cannot see it."""
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}" preserveAspectRatio="none">'
        f"{''.join(parts)}</svg>"
    )
    packed = base64.b64encode(drawn.encode()).decode()
    named = html.escape(says.replace("</", "< /"), quote=True)  # the browser's cleaner drops a whole sentence for "</"
    return f'<img alt="{named}" src="data:image/svg+xml;base64,{packed}">'
