"""Credit: what of the work done counts toward the targets, and on which days a unit met the plan of the day.

What lies above a target counts for nothing, category by category: nobody gains by reporting too much.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

import numpy as np

from campaign.calendar import ONE_DAY
from campaign.cube import Cube
from campaign.facts import Ints, prefix_sums

Met = tuple[bool | None, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """Working days in a row on which a unit met the plan of the day; `length` 0: there was none.

    `worked`: the days on which the plan asked something of it, the run's among them.
    """

    length: int = 0
    first: date | None = None
    last: date | None = None
    worked: int = 0


def short(cube: Cube, before: date, day: date) -> tuple[Ints, Ints]:
    """Return what each unit lacked at the end of `before` and of `day`, both of the target of `day`; by cube.codes."""
    found = cube.counted([before, day], due_on=day)
    lacking = np.maximum(found.target[:, :, None] - found.done, 0) * found.has_target[:, :, None]
    return _summed(cube, lacking[:, :, 0].sum(axis=1)), _summed(cube, lacking[:, :, 1].sum(axis=1))


def due(cube: Cube, day: date) -> Ints:
    """Return each unit's target on a day, by cube.codes; 0 where it has none."""
    return _summed(cube, _due_of_leaves(cube, day))


def planned(cube: Cube, day: date) -> list[Fraction]:
    """Return what the plan asks of each unit on one day (DEFINITIONS "planned_today"), by cube.codes."""
    per_leaf = _due_of_leaves(cube, day)
    profiles = [cube.profile(code) for code in cube.tree.leaves]
    total = [Fraction(0)] * len(cube.codes)
    for number, profile in {id(one): one for one in profiles}.items():
        step = profile.planned_share(day) - profile.planned_share(day - ONE_DAY)
        if step:
            under = np.array([id(one) == number for one in profiles])
            for place, value in enumerate(_summed(cube, np.where(under, per_leaf, 0)).tolist()):
                total[place] += value * step
    return total


def _due_of_leaves(cube: Cube, day: date) -> Ints:
    found = cube.counted([day], due_on=day)
    per_leaf: Ints = (found.target * found.has_target).sum(axis=1)
    return per_leaf


def _summed(cube: Cube, per_leaf: Ints) -> Ints:
    low, high = cube.spans
    prefix = prefix_sums(per_leaf)
    summed: Ints = prefix[high] - prefix[low]
    return summed


def gained(cube: Cube, before: date, day: date) -> dict[str, Fraction]:
    """Return the rise of each unit's covered share from the end of `before` to the end of `day`.

    Both ends are measured against the target of `day`, so that a target that was changed lifts or drops nobody. Units
    with nothing to do, or no target, are left out.
    """
    then, now = (one.tolist() for one in short(cube, before, day))
    targets = due(cube, day).tolist()
    found = zip(cube.codes, then, now, targets, strict=True)
    return {code: Fraction(lacked - lacks, target) for code, lacked, lacks, target in found if target}


def days_met(cube: Cube, days: Sequence[date]) -> dict[str, Met]:
    """Return for each unit and day whether what it did that day, and counts, is at least what the plan asked of it.

    None: the plan asked nothing of it (excused, outside the campaign, no work), or nothing was left to do.
    """
    columns = []
    for day in days:
        then, now = (one.tolist() for one in short(cube, day - ONE_DAY, day))
        columns.append(
            [
                None if not asked or not lacked else lacked - lacks >= asked
                for asked, lacked, lacks in zip(planned(cube, day), then, now, strict=True)
            ]
        )
    return dict(zip(cube.codes, zip(*columns, strict=True), strict=True)) if columns else dict.fromkeys(cube.codes, ())


@dataclass(frozen=True, slots=True)
class Credit:
    """What of the work done counts, for the units that may be seen (`seen`; None: all)."""

    cube: Cube
    seen: frozenset[str] | None

    def gained(self, before: date, day: date) -> dict[str, Fraction]:
        """Return how much the covered share of each unit that may be seen has risen."""
        found = gained(self.cube, before, day)
        return {code: rise for code, rise in found.items() if self.seen is None or code in self.seen}

    def runs(self, until: date) -> dict[str, Run]:
        """Return each unit's longest run of days on which it met the plan of the day, up to the end of a day."""
        first, last = self.cube.campaign.start, min(until, self.cube.campaign.end)
        met = days_met(self.cube, [first + timedelta(days=number) for number in range((last - first).days + 1)])
        return {code: longest(first, one) for code, one in met.items() if self.seen is None or code in self.seen}


def longest(first: date, met: Iterable[bool | None]) -> Run:
    """Return the longest run of days met, the earliest of equals; a day of None neither breaks nor lengthens it.

    `first`: the day of the first entry; each further one is the day after.
    """
    best, run, began, worked = Run(), 0, first, 0
    for place, one in enumerate(met):
        day = first + timedelta(days=place)
        if one is None:
            continue
        worked += 1
        if not one:
            run = 0
            continue
        began = began if run else day
        run += 1
        if run > best.length:
            best = Run(run, began, day)
    return Run(best.length, best.first, best.last, worked)
