"""Comparing: a day's work against its plan, who has stayed below it, and who moved most in the ranking."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from campaign.feasibility import RUN
from campaign.progress import UnitProgress

AT_EITHER_END = 3

Share = Callable[[UnitProgress], Fraction | None]


def day_share(row: UnitProgress) -> Fraction | None:
    """Return done_today / planned_today; None on a day for which nothing is planned."""
    return row.done_today / row.planned_today if row.planned_today else None


def pace(row: UnitProgress) -> Fraction | None:
    """Return done / expected (DEFINITIONS "pace")."""
    return row.pace


def days_below(rows: Sequence[UnitProgress], share: Share) -> int:
    """Return for how many working days in a row, counted back from the last of `rows`, a unit was below its plan.

    `rows`: one unit's figures day by day. Days for which nothing is planned are stepped over; a finished unit is
    below nothing.
    """
    if not rows or not rows[-1].remaining:
        return 0
    days = 0
    for row in reversed(rows):
        found = share(row)
        if not row.planned_today or found is None:
            continue
        if found >= 1:
            break
        days += 1
    return days


def run_so_far(rows: Sequence[UnitProgress]) -> int:
    """Return how many working days in a row can be asked for: three, or as many as there were."""
    return min(sum(1 for row in rows if row.planned_today), RUN)


def gap_to_plan(row: UnitProgress) -> Fraction | None:
    """Return completion − planned_share, negative while behind; None without a target or with nothing to do."""
    if row.completion is None or row.planned_share is None:
        return None
    return row.completion - row.planned_share


def is_behind_plan(row: UnitProgress) -> bool:
    """Tell whether a unit with work left has done less than its plan asks for by now."""
    gap = gap_to_plan(row)
    return gap is not None and gap < 0 and row.remaining != 0


@dataclass(frozen=True, slots=True)
class Movement:
    """One unit's rank at the end of each day, None where it had none or the day put nobody in order."""

    code: str
    ranks: tuple[int | None, ...]

    @property
    def now(self) -> int | None:
        """Return the rank of the last day."""
        return self.ranks[-1] if self.ranks else None

    @property
    def first(self) -> int | None:
        """Return the first rank it had."""
        return next((rank for rank in self.ranks if rank is not None), None)

    @property
    def change(self) -> int:
        """Return by how many places it rose since its first rank; negative when it fell."""
        return self.first - self.now if self.first is not None and self.now is not None else 0


def tells_order(ranks: Collection[int]) -> bool:
    """Tell whether ranks of one day put units in order: not while more than half of them share one, as at the start."""
    return not ranks or 2 * max(Counter(ranks).values()) <= max(len(ranks), 2)


def telling(movements: Mapping[str, Movement]) -> tuple[str, ...]:
    """Return the codes that tell most: the first three, the last three, the greatest rise and the greatest fall."""
    ranked = sorted((one for one in movements.values() if one.now is not None), key=lambda one: (one.now, one.code))
    found = [*ranked[:AT_EITHER_END], *ranked[-AT_EITHER_END:], *greatest(ranked)]
    chosen = {one.code for one in found}
    return tuple(one.code for one in ranked if one.code in chosen)


def greatest(movements: Sequence[Movement]) -> list[Movement]:
    """Return the greatest rise and the greatest fall, as far as there are any; the better rank now wins a tie."""
    order = sorted(movements, key=lambda one: (one.now or 0, one.code))
    rise = max(order, key=lambda one: one.change, default=None)
    fall = min(order, key=lambda one: one.change, default=None)
    return [one for one, real in ((rise, rise and rise.change > 0), (fall, fall and fall.change < 0)) if one and real]
