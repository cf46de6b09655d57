"""Standing: what stands at one moment of a campaign's intake: counts, increments, held rows, targets."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from campaign.rows import Measure, Series


@dataclass(frozen=True, slots=True)
class Move:
    """A later day whose count moved along with an earlier one: its count before and now, and its own increment."""

    day: date
    before: int
    count: int
    increment: int


@dataclass
class Standing:
    """The counts that stand at this moment, per series and day, and the rows still held.

    A day's count is either a cumulative one, as it was reported, or made of an `increment`: then it is the count of
    the nearest earlier day (none: 0) and the increment. So the counts from one cumulative count on, up to the next, are
    a chain: whatever changes one of them moves all later ones. It ends where the code begins to mean another unit:
    `joined` tells whether the counts of a code for two days are one unit's (left out: always).

    `whole`: everything on record is here. Otherwise `fetch` fills in what is on record of some series (their measure
    left out: all measures come along), and need() must name a series before it is looked at.
    """

    counts: dict[Series, dict[date, int]] = field(default_factory=dict)
    increments: dict[Series, dict[date, int]] = field(default_factory=dict)
    held: set[tuple[Series, date, int]] = field(default_factory=set)
    targets: dict[Series, dict[date, int]] = field(default_factory=dict)
    fetch: Callable[[Standing, Collection[Series]], None] | None = None
    whole: bool = True
    joined: Callable[[str, date, date], bool] | None = None
    _fetched: set[Series] = field(default_factory=set)
    _days: dict[Series, list[date]] = field(default_factory=dict)

    def need(self, series: Iterable[Series]) -> None:
        """Have at hand what is on record of some series."""
        if self.whole or self.fetch is None:
            return
        plain = {one if one.measure is Measure.COUNT else one._replace(measure=Measure.COUNT) for one in series}
        missing = plain - self._fetched
        if missing:
            self.fetch(self, missing)
            self._fetched |= missing

    def forget(self) -> None:
        """Drop what can be fetched again: it was changed on record behind our back."""
        self.whole = False
        for known in (self.counts, self.increments, self.targets, self._days):
            known.clear()
        self._fetched.clear()

    def days(self, series: Series) -> list[date]:
        """Return the days a series has a count for, in order."""
        if series not in self._days:
            self._days[series] = sorted(self.counts.get(series, ()))
        return self._days[series]

    def _one_unit(self, series: Series, day: date, other: date) -> bool:
        return self.joined is None or self.joined(series.unit_code, day, other)

    def earlier(self, series: Series, day: date) -> int:
        """Return the count of the nearest earlier day of the same unit; none: 0."""
        days = self.days(series)
        place = bisect_left(days, day)
        alike = place > 0 and self._one_unit(series, days[place - 1], day)
        return self.counts[series][days[place - 1]] if alike else 0

    def before(self, series: Series, day: date) -> tuple[date, int] | None:
        """Return the nearest earlier or same day with a count, and the count."""
        days = self.days(series)
        place = bisect_right(days, day)
        return (days[place - 1], self.counts[series][days[place - 1]]) if place else None

    def after(self, series: Series, day: date) -> tuple[date, int] | None:
        """Return the nearest later day with a count, and the count."""
        days = self.days(series)
        place = bisect_right(days, day)
        return (days[place], self.counts[series][days[place]]) if place < len(days) else None

    def room(self, series: Series, day: date) -> tuple[date, int] | None:
        """Return the nearest later day with a cumulative count, and the most a count of `day` may be below it.

        The increments of the days between come on top of it.
        """
        between = 0
        own = self.increments.get(series, {})
        days = self.days(series)
        for later in days[bisect_right(days, day) :]:
            if not self._one_unit(series, day, later):
                return None
            if later not in own:
                return later, self.counts[series][later] - between
            between += own[later]
        return None

    def put(self, series: Series, day: date, count: int, increment: int | None = None) -> list[Move]:
        """Let a count stand for a day, made of `increment` when given; return the later days that move along."""
        known = self.counts.setdefault(series, {})
        if day not in known:
            days = self.days(series)
            if day not in days[bisect_left(days, day) :][:1]:
                insort(days, day)
        known[day] = count
        if increment is not None:
            self.increments.setdefault(series, {})[day] = increment
        elif series in self.increments:
            self.increments[series].pop(day, None)
        return self._move(series, day) if series in self.increments else []

    def _move(self, series: Series, day: date) -> list[Move]:
        known, own, days = self.counts[series], self.increments[series], self.days(series)
        moved = []
        for earlier, later in pairwise(days[bisect_left(days, day) :]):
            if later not in own or not self._one_unit(series, earlier, later):
                break
            if known[later] == known[earlier] + own[later]:
                break
            moved.append(Move(later, known[later], known[earlier] + own[later], own[later]))
            known[later] = known[earlier] + own[later]
        return moved

    def target(self, series: Series, day: date) -> int | None:
        """Return T(day): the version with the latest valid_from ≤ day; before the first, the first."""
        versions = self.targets.get(series)
        if not versions:
            return None
        starts = sorted(versions)
        place = bisect_right(starts, day)
        return versions[starts[max(place - 1, 0)]]
