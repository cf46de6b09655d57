"""Earned schedule: where on the plan's own clock the work stands, in campaign days (Lipke)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Earned:
    """`schedule`: the campaign day at whose end the plan expected what is done; `elapsed`: the days gone by."""

    schedule: Fraction
    elapsed: int

    @property
    def time_pace(self) -> Fraction | None:
        """Return schedule / elapsed; None before day 1."""
        return self.schedule / self.elapsed if self.elapsed else None

    @property
    def days_behind(self) -> Fraction:
        """Return the days by which the work trails the plan (below 0: it is ahead)."""
        return self.elapsed - self.schedule


def earned_schedule(expected: Sequence[Fraction], done: int) -> Fraction:
    """Return the time on a plan curve at which expected equals `done`.

    `expected`: E_0 … E_N, from the eve of the campaign to its last day. The time is
    k + (C − E_k) / (E_{k+1} − E_k), k the last day with E_k ≤ C; flat steps (excused days) are skipped:
    work equal to E_k has earned day k, work beyond it belongs to the next day on which the curve rises.
    """
    last = len(expected) - 1
    if last < 1 or done >= expected[last]:
        return Fraction(max(last, 0))
    after = next(day for day in range(1, last + 1) if expected[day] > done)
    before = after - 1
    earned = next(day for day in range(before + 1) if expected[day] == expected[before])
    gained = done - expected[before]
    return Fraction(earned) if gained == 0 else before + gained / (expected[after] - expected[before])
