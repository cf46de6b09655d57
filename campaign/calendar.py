"""The plan curve: day weights, excused days, and the share of the work due by the end of a day.

A profile is one unit's curve. Leaves under the same excuses share a profile, so a province of
thousands of units has only a handful. All arithmetic is exact (Fraction).
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import accumulate

ONE_DAY = timedelta(days=1)


def milestone_weights(first: date, last: date, milestones: dict[date, Fraction]) -> tuple[Fraction, ...]:
    """Return the N day weights of a milestone plan: its daily increments times N.

    The curve runs linearly from 0 before day 1 through each (date, share due by its end) to 1 on
    the last day (DEFINITIONS "planned_share").
    """
    length = (last - first).days + 1
    points = {0: Fraction(0), length: Fraction(1)}
    for day, share in milestones.items():
        points[(day - first).days + 1] = share
    knots = sorted(points)
    curve = [Fraction(0)]
    for left, right in zip(knots, knots[1:], strict=False):
        step = (points[right] - points[left]) / (right - left)
        curve += [points[left] + step * k for k in range(1, right - left + 1)]
    return tuple((after - before) * length for before, after in zip(curve, curve[1:], strict=False))


@dataclass(frozen=True)
class Profile:
    """One plan curve: the campaign's days and the weight each carries for a unit (0: excused)."""

    first: date
    last: date
    weights: tuple[Fraction, ...]
    _cumulative: tuple[Fraction, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Cumulate the weights once."""
        object.__setattr__(self, "_cumulative", (Fraction(0), *accumulate(self.weights)))

    @property
    def total(self) -> Fraction:
        """Return Σ w over the campaign's days."""
        return self._cumulative[-1]

    def _elapsed(self, day: date) -> int:
        """Return how many campaign days have ended by the end of `day` (0…N)."""
        return min(max((day - self.first).days + 1, 0), len(self.weights))

    def planned_share(self, day: date) -> Fraction:
        """Return W(day), the share due by the end of `day`: 0 before day 1, 1 from day N on."""
        elapsed = self._elapsed(day)
        if elapsed == len(self.weights):
            return Fraction(1)
        return self._cumulative[elapsed] / self.total if self.total else Fraction(0)

    def weight(self, day: date) -> Fraction:
        """Return the weight of `day`; 0 outside the campaign."""
        return self.weights[(day - self.first).days] if self.first <= day <= self.last else Fraction(0)

    def weight_after(self, day: date) -> Fraction:
        """Return Σ w over the campaign days after `day`: the full working days still to come."""
        return self.total - self._cumulative[self._elapsed(day)]

    def weight_from(self, day: date) -> Fraction:
        """Return Σ w over the campaign days from `day` on, `day` included."""
        return self.weight_after(day - ONE_DAY)

    @cached_property
    def working_days(self) -> list[date]:
        """Return the campaign days with a weight above 0, in order."""
        return [self.first + timedelta(days=k) for k, weight in enumerate(self.weights) if weight > 0]

    def working_days_between(self, after: date, until: date) -> int:
        """Return how many working days lie in (after, until]."""
        days = self.working_days
        return max(bisect_right(days, until) - bisect_right(days, after), 0)

    def working_days_back(self, day: date, count: int) -> date | None:
        """Return the `count`-th last working day at or before `day`; None when there are fewer."""
        position = bisect_right(self.working_days, day) - count
        return self.working_days[position] if position >= 0 else None

    def catchup(self, shortfall: int, day: date) -> int:
        """Return what must be done on `day` itself of `shortfall`, rounded up (catchup_today)."""
        if day > self.last:
            return shortfall
        weight = self.weight(day)
        if day < self.first or weight == 0:
            return 0
        return -((-shortfall * weight) // self.weight_from(day))
