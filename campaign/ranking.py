"""Ranks: by covered share, exact; ties by the earlier finish; still equal, the same rank."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import groupby

NEVER = 2**62


def ranks(remaining: Sequence[int], target: Sequence[int], finished_on: Sequence[int | None]) -> list[int | None]:
    """Return each unit's rank among the units given (one level), None where target is 0.

    Order: covered share 1 − remaining/target descending, exact ratios; equal: the earlier
    finished_on (a day's ordinal), none last; still equal: the same rank, and the next skips
    (1, 2, 2, 4) (DEFINITIONS "rank").
    """
    keyed = sorted(
        (Fraction(rest, due), NEVER if finish is None else finish, index)
        for index, (rest, due, finish) in enumerate(zip(remaining, target, finished_on, strict=True))
        if due > 0
    )
    found: list[int | None] = [None] * len(target)
    place = 1
    for _, tied in groupby(keyed, key=lambda entry: entry[:2]):
        members = [entry[2] for entry in tied]
        for index in members:
            found[index] = place
        place += len(members)
    return found
