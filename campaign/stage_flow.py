"""Stage flow: what waits before each step of the work, how long it takes to clear, and where the work piles up.

Waiting: what the stage before (the nearest that counts the same thing) has done and this one has not, unit by unit:
Σ max(before − done, 0). Where no earlier stage counts the same thing, all that remains of the stage's own target waits.
Pace: counts per full working day over the last three working days, or as many as there were. Days to clear: waiting /
pace, in full working days; none when there is no pace. Bottleneck: the stage whose waiting takes longest to clear.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Flow:
    """One stage at the end of a day. `upstream`: the stage whose work it takes up, None for a first one.

    `waiting`: counts; `pace`: counts per full working day, None before the first working day.
    """

    stage: str
    target: int | None
    done: int
    completion: Fraction | None
    upstream: str | None
    waiting: int
    pace: Fraction | None

    @property
    def days_to_clear(self) -> Fraction | None:
        """Return the full working days until what waits is done; None when there is no pace."""
        if self.waiting == 0:
            return Fraction(0)
        return self.waiting / self.pace if self.pace is not None and self.pace > 0 else None


def waiting(counts: Iterable[tuple[int, int]]) -> int:
    """Return what waits, from (done before, done here) of each unit: one unit's lead hides no other's backlog."""
    return sum(max(before - done, 0) for before, done in counts)


def bottleneck(flows: Sequence[Flow]) -> Flow | None:
    """Return the stage before which the work piles up; None when nothing waits or no working day has passed.

    Something that waits without any pace takes longest of all; of several equal, the one with the most waiting, and
    of these the later stage.
    """
    found = [(place, one) for place, one in enumerate(flows) if one.waiting > 0 and one.pace is not None]
    if not found:
        return None

    def grave(placed: tuple[int, Flow]) -> tuple[bool, Fraction, int, int]:
        place, one = placed
        days = one.days_to_clear
        return days is None, days or Fraction(0), one.waiting, place

    return max(found, key=grave)[1]
