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


LEAST_UNIT_GAP = 10  # a smaller difference equals some unit's figure by chance
LEAST_WRONG_DIGIT = 100  # below it, any two numbers differ in one digit
ROUND_STEPS = (100, 1000, 10000)


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
    cause, unit = _cause(stated, ours, per_unit or {}, other_days)
    return Difference(stated, ours, cause, unit)


def _cause(stated: int, ours: int, per_unit: Mapping[str, int], other_days: frozenset[int]) -> tuple[Cause, str | None]:
    places, gap = _unlike(stated, ours), abs(stated - ours)
    fits = [code for code, value in per_unit.items() if value == gap]
    checks = (
        (Cause.SWAPPED_DIGITS, _is_swapped(stated, ours, places)),
        (Cause.ONE_UNIT, len(fits) == 1 and gap >= LEAST_UNIT_GAP),
        (Cause.OTHER_DAY, stated in other_days),
        (Cause.ONE_DIGIT, len(places) == 1 and ours >= LEAST_WRONG_DIGIT),
        (Cause.ROUNDED, any(ours >= step * 10 and stated % step == 0 and gap <= step for step in ROUND_STEPS)),
    )
    cause = next((cause for cause, holds in checks if holds), Cause.UNKNOWN)
    return cause, fits[0] if cause is Cause.ONE_UNIT else None


def _is_swapped(stated: int, ours: int, places: list[int]) -> bool:
    """Tell whether one number is the other with two digits swapped."""
    one, other = str(stated), str(ours)
    pairs = {(one[place], other[place]) for place in places}
    return len(places) == len(pairs) == 2 and pairs == {(right, left) for left, right in pairs}  # noqa: PLR2004 - two digits
