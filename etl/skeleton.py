"""Skeletons: the data of a sheet without what its cells hold, which most sheets of one form have in common.

What a cell is named, what style it has and whether it holds a text or a number stands in its tags. Where two sheets of
one form are the same in all of those, each value of the second stands where the first's did.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import NamedTuple

VALUE = re.compile(b">([^<>]+)</")
_GAP = b">\0</"  # itself cut out wherever it stands, so no two skeletons are equal by chance
_WRITTEN = [b"%d" % number for number in range(2_000)]  # the numbers of shared texts, as a plain sheet writes them
SHARED, INLINE = b"shared", b"inline"  # kinds of values; a number's is its style, in digits

Cells = list[list[object]]


class Parted(NamedTuple):
    """A sheet's data: its skeleton, and what stands between."""

    skeleton: bytes
    values: list[bytes]


def parted(body: bytes) -> Parted:
    """Return the data of a sheet without its values, and those, in order."""
    pieces = VALUE.split(body)
    return Parted(_GAP.join(pieces[::2]), pieces[1::2])


def table_of(strings: list[str]) -> dict[bytes, str] | None:
    """Return the texts that cells share, by their numbers as a sheet writes them; None: they are too many."""
    return dict(zip(_WRITTEN, strings, strict=False)) if len(strings) <= len(_WRITTEN) else None


class Plan(NamedTuple):
    """Where the values of a skeleton stand in its rows.

    `values`: how many; `groups`: a kind, and which of the values are of it; `order`: the place of every cell of the
    rows in all groups, one after the other, 0 for one that has no value; `width`: of a row.
    """

    values: int
    groups: list[tuple[bytes, Callable[[Sequence[bytes]], Iterable[bytes]]]]
    order: Callable[[Sequence[object]], Sequence[object]]
    width: int

    def rows(
        self, values: list[bytes], known: Mapping[bytes, Mapping[bytes, object]], shared: Mapping[bytes, str]
    ) -> Cells:
        """Return the rows; `known`: what values are, by kind. KeyError: a text is none of those shared."""
        found: list[object] = [None]
        for kind, picked in self.groups:
            told: Mapping[bytes, object] = shared if kind == SHARED else known[kind]
            found += map(told.__getitem__, picked(values))
        flat = self.order(found)
        return [list(flat[place : place + self.width]) for place in range(0, len(flat), self.width)]


def planned(at: Sequence[int], width: int, kinds: Sequence[bytes | None], rows: Cells) -> Plan | None:
    """Return the plan of a sheet that was read; None where it is too small to have one.

    `at`, `width`: where its cells stand, in rows of that width; `kinds`: of each, None: it holds nothing; `rows`: what
    they were.
    """
    size = len(rows[0]) if rows else 0
    groups: dict[bytes, list[tuple[int, int]]] = {}
    filled = [(place, kind) for place, kind in zip(at, kinds, strict=True) if kind is not None]
    for number, (place, kind) in enumerate(filled):
        groups.setdefault(kind, []).append((number, place))
    where: dict[int, int] = {}
    picked: list[tuple[bytes, Callable[[Sequence[bytes]], Iterable[bytes]]]] = []
    free = 1
    for kind, members in groups.items():
        numbers = [number for number, _ in members]
        picked.append((kind, itemgetter(*numbers, numbers[0])))  # one more: a single one would be no tuple
        where.update((place, free + number) for number, (_, place) in enumerate(members))
        free += len(members) + 1
    order = [where.get(line * width + column, 0) for line in range(len(rows)) for column in range(size)]
    return Plan(len(filled), picked, itemgetter(*order), size) if len(order) > 1 else None
