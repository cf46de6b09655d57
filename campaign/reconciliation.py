"""Reconciliation: a stated total against our sum, and the likely cause of a difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """The likely cause of a difference, the first that fits."""

    SWAPPED_DIGITS = "swapped_digits"
    ONE_UNIT = "one_unit"
    OTHER_DAY = "other_day"
    ONE_DIGIT = "one_digit"
    ROUNDED = "rounded"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Difference:
    """stated − ours, and its likely cause; `unit_code` is the unit a ONE_UNIT difference equals."""

    stated: int
    ours: int
    cause: Cause
    unit_code: str | None = None

    @property
    def difference(self) -> int:
        """Return stated − ours."""
        return self.stated - self.ours


def _unlike(stated: int, ours: int) -> list[int]:
    """Return the places in which two numbers of the same length differ; [] when the lengths differ."""
    one, other = str(stated), str(ours)
    if len(one) != len(other):
        return []
    return [place for place, (left, right) in enumerate(zip(one, other, strict=True)) if left != right]


def explain(
    stated: int,
    ours: int,
    per_unit: Mapping[str, int] | None = None,
    other_days: frozenset[int] = frozenset(),
) -> Difference | None:
    """Return the difference and its likely cause; None when there is no difference.

    `per_unit`: the leaves' own figures (one left out or counted twice explains a difference);
    `other_days`: our figure on the days beside (a total of another day).
    """
    if stated == ours:
        return None
    places = _unlike(stated, ours)
    one, other = str(stated), str(ours)
    if len(places) == 2 and one[places[0]] == other[places[1]] and one[places[1]] == other[places[0]]:
        return Difference(stated, ours, Cause.SWAPPED_DIGITS)
    gap = abs(stated - ours)
    fits = [code for code, value in (per_unit or {}).items() if value == gap]
    if len(fits) == 1 and gap >= 10:
        return Difference(stated, ours, Cause.ONE_UNIT, fits[0])
    if stated in other_days:
        return Difference(stated, ours, Cause.OTHER_DAY)
    if len(places) == 1 and ours >= 100:
        return Difference(stated, ours, Cause.ONE_DIGIT)
    if any(ours >= step * 10 and stated % step == 0 and gap <= step for step in (100, 1000, 10000)):
        return Difference(stated, ours, Cause.ROUNDED)
    return Difference(stated, ours, Cause.UNKNOWN)
