"""Plain counts: a long file's counts judged all at once, where every count of a series can simply stand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

DAY_BITS = 22  # a day's ordinal fits: 9999-12-31 is 3 652 059
_DAY = (1 << DAY_BITS) - 1


def keys(series: Ints, day: Ints) -> Ints:
    """Return (series, day) as one whole number, ordered by series, then day."""
    return (series << DAY_BITS) | day


@dataclass(frozen=True)
class Counts:
    """Counts by key, in order of key, each key once: what stands, or the targets' versions by valid_from."""

    key: Ints
    count: Ints

    @classmethod
    def latest(cls, key: Ints, count: Ints) -> Counts:
        """Return counts of which the last given of a key stands."""
        order = np.argsort(key, kind="stable")
        key, count = key[order], count[order]
        last = np.append(key[1:] != key[:-1], True) if len(key) else np.zeros(0, bool)
        return cls(key[last], count[last])

    def at(self, place: Ints, series: Ints) -> tuple[Flags, Ints, Ints]:
        """Return, place by place: whether that series has a count there, its day and the count."""
        if not len(self.key):
            nothing = np.zeros(len(place), np.int64)
            return nothing.astype(bool), nothing, nothing
        inside = np.clip(place, 0, len(self.key) - 1)
        found = (inside == place) & (self.key[inside] >> DAY_BITS == series)
        return found, self.key[inside] & _DAY, self.count[inside]


@dataclass(frozen=True)
class Judged:
    """What became of a file's counts, in file order: `plain` ones are judged, the others need a judge of rows.

    `known`: a count stands for that very day; `unchanged`: the same, and the row is plain.
    """

    plain: Flags
    known: Flags
    unchanged: Flags


def judge_counts(key: Ints, count: Ints, free: Flags, known: Counts, slow: Flags) -> Judged:
    """Return which counts of a file are plain: every row of their series is accepted or unchanged, each on its own.

    `free`: rows that may fall (a reason is given, or the source restates); `slow`: series (by number) that are not
    to be judged here. Within a series rows take effect day by day, as campaign.judging has it: a count falls below
    the one of the nearest earlier or same day, or exceeds the one that stands for the nearest later day. A series
    that names a day twice, or has one count that cannot simply stand, is left to the judge of rows, whole.
    """
    order = np.argsort(key, kind="stable")
    key, count, free = key[order], count[order], free[order]
    series = key >> DAY_BITS
    follows = np.concatenate(([False], series[1:] == series[:-1])) if len(key) else np.zeros(0, bool)
    twice = np.concatenate(([False], key[1:] == key[:-1])) if len(key) else np.zeros(0, bool)
    place = np.searchsorted(known.key, key)
    same, day, stands = known.at(place, series)
    same &= day == (key & _DAY)
    later, _, later_count = known.at(place + same, series)
    earlier, earlier_day, earlier_count = known.at(place - 1, series)
    before, before_day = np.roll(count, 1), np.roll(key & _DAY, 1)
    from_record = earlier & (~follows | (earlier_day > before_day))
    least = np.where(same, stands, np.where(from_record, earlier_count, np.where(follows, before, 0)))
    unchanged = same & (stands == count)
    fits = unchanged | free | ((count >= least) & (~later | (count <= later_count)))
    slow = slow.copy()
    slow[series[~fits | twice]] = True
    plain, known_day, same_again = (np.empty(len(key), bool) for _ in range(3))
    plain[order], known_day[order], same_again[order] = ~slow[series], same, unchanged
    return Judged(plain, known_day, plain & same_again)


def above_target(key: Ints, count: Ints, targets: Counts) -> Flags:
    """Return which counts are above T(day): the latest version with valid_from ≤ day; before the first, the first."""
    series = key >> DAY_BITS
    begun, _, target = targets.at(np.searchsorted(targets.key, key, side="right") - 1, series)
    known, _, first = targets.at(np.searchsorted(targets.key, series << DAY_BITS), series)
    return np.where(begun, count > target, known & (count > first))
