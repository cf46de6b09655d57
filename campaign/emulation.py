"""The emulation score (điểm thi đua): parts of 0 to 1, each weighed by the configuration, added up and ranked.

docs/emulation.md says what each part is and why none of them rewards a false figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

WHOLE = Fraction(1)
NOTHING = Fraction(0)


class Part(StrEnum):
    """What a score is made of, in the order it is shown."""

    COMPLETION = "completion"  # covered share of the target
    ON_TIME = "on_time"  # unit-days reported, and accepted, before the cut-off, of those due
    FINISHED_EARLY = "finished_early"  # share of the plan that was still to come when the unit finished
    STREAK = "streak"  # longest run of days on which the plan of the day was met, of the days it asked something
    DATA_QUALITY = "data_quality"  # rows that counted as they were sent, of those sent


@dataclass(frozen=True, slots=True)
class Score:
    """One unit's score: the points in all (None: nothing to do, unranked) and what each part is and brings."""

    code: str
    rank: int | None
    points: Fraction | None
    parts: Mapping[Part, Fraction]
    by_part: Mapping[Part, Fraction]


def share(count: int, whole: int, *, without: Fraction) -> Fraction:
    """Return count / whole, 0 to 1; `without` when the whole is 0."""
    return Fraction(count, whole) if whole else without


def scores(parts: Mapping[str, Mapping[Part, Fraction] | None], weights: Mapping[Part, Fraction]) -> list[Score]:
    """Return the scores of the units of one level, the highest first, equal ones by code and with the same rank.

    `parts`: each unit's parts, 0 to 1; None for a unit with nothing to do, which is listed last and not ranked. A part
    without a weight brings nothing.
    """
    found = []
    for code, one in parts.items():
        by_part = {part: weight * one[part] for part, weight in weights.items()} if one is not None else {}
        found.append((code, None if one is None else sum(by_part.values(), NOTHING), one or {}, by_part))
    places = _places(points for _, points, _, _ in found if points is not None)
    found.sort(key=lambda one: (one[1] is None, -(one[1] or 0), one[0]))
    return [
        Score(code, None if points is None else places[points], points, own, by_part)
        for code, points, own, by_part in found
    ]


def _places(points: Iterable[Fraction]) -> dict[Fraction, int]:
    """Return the rank of each number of points: 1, 2, 2, 4."""
    found: dict[Fraction, int] = {}
    for place, one in enumerate(sorted(points, reverse=True), start=1):
        found.setdefault(one, place)
    return found
