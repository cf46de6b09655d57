"""Skeletons: the data of a sheet without what its cells hold, which most sheets of one form have in common.

What a cell is named, what style it has and whether it holds a text or a number stands in its tags. Where two sheets of
one form are the same in all of those, each value of the second stands where the first's did.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import NamedTuple

VALUE = re.compile(b">([^<>]++)</")
_GAP = b">\0</"  # itself cut out wherever it stands, so no two skeletons are equal by chance
_WRITTEN = [b"%d" % number for number in range(2_000)]  # the numbers of shared texts, as a plain sheet writes them
SHARED, INLINE = b"shared", b"inline"  # kinds of values; a number's is its style, in digits

Cells = tuple[object, ...]  # of a sheet, row after row, all of one width; None: no value


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


class Mould:
    """A whole part of a workbook, of which nothing but its values changes from sheet to sheet."""

    def __init__(self, part: bytes) -> None:
        """Take the part apart."""
        pieces = [piece.replace(b"%", b"%%") for piece in VALUE.split(part)]
        self._text = b">%b</".join(pieces[::2])
        self.values = len(pieces) // 2

    def values_of(self, part: bytes) -> list[bytes] | None:
        """Return the values of a part that is the same but for them; None: it is another."""
        found = VALUE.findall(part)
        return found if len(found) == self.values and self._text % tuple(found) == part else None


class Plan(NamedTuple):
    """Where the values of a skeleton stand in its rows.

    `values`: how many; `groups`: a kind, and which of the values are of it; `order`: the place of every cell of the
    rows in all groups, one after the other, 0 for one that has no value; `width`: of a row.
    """

    values: int
    groups: list[tuple[bytes, Callable[[Sequence[bytes]], Iterable[bytes]]]]
    order: Callable[[Sequence[object]], Cells]
    width: int

    def cells(
        self, values: list[bytes], known: Mapping[bytes, Mapping[bytes, object]], shared: Mapping[bytes, str]
    ) -> Cells:
        """Return the cells; `known`: what values are, by kind. KeyError: a text is none of those shared."""
        found: list[object] = [None]
        for kind, picked in self.groups:
            told: Mapping[bytes, object] = shared if kind == SHARED else known[kind]
            found += map(told.__getitem__, picked(values))
        return self.order(found)


def planned(at: Sequence[int], width: int, kinds: Sequence[bytes | None], lines: int, size: int) -> Plan | None:
    """Return the plan of a sheet that was read; None where it is too small to have one.

    `at`, `width`: where its cells stand, in rows of that width; `kinds`: of each, None: it holds nothing; `lines`,
    `size`: how many rows it has, and how wide they are, without what is empty at their ends.
    """
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
    order = [where.get(line * width + column, 0) for line in range(lines) for column in range(size)]
    return Plan(len(filled), picked, itemgetter(*order), size) if len(order) > 1 else None
