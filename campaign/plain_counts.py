"""Plain counts: a long file's counts judged all at once, where every count of a series can simply stand."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

DAY_BITS = 22  # a day's ordinal fits: 9999-12-31 is 3 652 059
_DAY = (1 << DAY_BITS) - 1
_PIECE = 1 << 16  # counts that are judged together


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

    def between(self, first: np.int64, last: np.int64) -> Counts:
        """Return the counts of the keys from one to another, both included."""
        start, stop = np.searchsorted(self.key, first), np.searchsorted(self.key, last, side="right")
        return Counts(self.key[start:stop], self.count[start:stop])

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
    slow = slow.copy()
    judged = Judged(*(np.empty(len(key), bool) for _ in range(3)))
    for first, end in _pieces(key, order):
        place = order[first:end]
        own = key[place]
        series = own >> DAY_BITS
        nearby = known.between(own[0] & ~_DAY, own[-1] | _DAY)
        same, unchanged, fits = _compare(own, count[place], free[place], nearby)
        slow[series[~fits]] = True
        plain = ~slow[series]
        judged.plain[place], judged.known[place], judged.unchanged[place] = plain, same, plain & unchanged
    return judged


def _pieces(key: Ints, order: Ints) -> Iterator[tuple[int, int]]:
    """Yield (first, end) of pieces of the order of keys, each of whole series, small enough for a processor's cache."""
    first = 0
    while first < len(key):
        last = key[order[min(first + _PIECE, len(key)) - 1]] | _DAY
        end = bisect_right(order, last, first, key=key.__getitem__)
        yield first, end
        first = end


def _compare(key: Ints, count: Ints, free: Flags, known: Counts) -> tuple[Flags, Flags, Flags]:
    """Return, of counts in order of key: a count stands for that day; it is the same; this one can simply stand."""
    series = key >> DAY_BITS
    follows = np.concatenate(([False], series[1:] == series[:-1]))
    twice = np.concatenate(([False], key[1:] == key[:-1]))
    before = np.where(follows, np.roll(count, 1), 0)
    if not len(known.key):
        nothing = np.zeros(len(key), bool)
        return nothing, nothing, ~twice & (free | (count >= before))
    place = np.searchsorted(known.key, key)
    same, day, stands = known.at(place, series)
    same &= day == (key & _DAY)
    later, _, later_count = known.at(place + same, series)
    earlier, earlier_day, earlier_count = known.at(place - 1, series)
    from_record = earlier & (~follows | (earlier_day > np.roll(key & _DAY, 1)))
    least = np.where(same, stands, np.where(from_record, earlier_count, before))
    unchanged = same & (stands == count)
    fits = unchanged | free | ((count >= least) & (~later | (count <= later_count)))
    return same, unchanged, fits & ~twice


def above_target(key: Ints, count: Ints, targets: Counts) -> Flags:
    """Return which counts are above T(day): the latest version with valid_from ≤ day; before the first, the first."""
    series = targets.key >> DAY_BITS
    if len(series) and (series[1:] != series[:-1]).all():  # one version each, whatever its day
        due = np.full(max(int(series[-1]), int(key.max(initial=0)) >> DAY_BITS) + 1, np.iinfo(np.int64).max)
        due[series] = targets.count
        return np.asarray(count > due[key >> DAY_BITS])
    found = [_above(key[first : first + _PIECE], count[first : first + _PIECE], targets)
             for first in range(0, len(key), _PIECE)]  # fmt: skip
    return np.concatenate(found) if found else np.zeros(0, bool)


def _above(key: Ints, count: Ints, targets: Counts) -> Flags:
    series = key >> DAY_BITS
    begun, _, target = targets.at(np.searchsorted(targets.key, key, side="right") - 1, series)
    known, _, first = targets.at(np.searchsorted(targets.key, series << DAY_BITS), series)
    return np.where(begun, count > target, known & (count > first))
