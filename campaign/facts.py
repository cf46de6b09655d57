"""Facts: counts that stand and target versions, as parallel arrays, and how they are laid out day by day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

BEFORE_EVERYTHING = 0


@dataclass(frozen=True)
class Facts:
    """Counts that stand, one entry a (unit, category, day), and target versions, as parallel arrays.

    `*_unit` and `*_category` index `unit_codes` and `category_ids`; `*_day` are date ordinals
    (BEFORE_EVERYTHING for a target valid from the start).
    """

    unit_codes: list[str]
    category_ids: list[str]
    count_unit: Ints
    count_category: Ints
    count_day: Ints
    count: Ints
    target_unit: Ints
    target_category: Ints
    target_day: Ints
    target: Ints


@dataclass(frozen=True)
class Added:
    """The counts that are made of increments, one entry a (unit, category, day), numbered as in Facts."""

    unit: Ints
    category: Ints
    day: Ints


@dataclass(frozen=True)
class View:
    """What is asked for: the category view by name, the categories it sums, and the stage."""

    category: str
    members: tuple[str, ...]
    stage: str
    single: bool


@dataclass(frozen=True)
class Counted:
    """Leaf × category (× day): which have a target, what it is, what was counted, and what was reported."""

    has_target: Flags
    target: Ints
    done: Ints
    reported: Flags


def filled(rows: int, axis: Ints, row: Ints, day: Ints, value: Ints) -> tuple[Ints, Ints]:
    """Return (values carried forward along the axis, position each stems from; −1 before the first)."""
    width = len(axis)
    source = np.full((rows, width), -1, dtype=np.int64)
    values = np.zeros((rows, width), dtype=np.int64)
    position = np.searchsorted(axis, day)
    values[row, position] = value
    source[row, position] = position
    np.maximum.accumulate(source, axis=1, out=source)
    carried = np.take_along_axis(values, np.maximum(source, 0), axis=1)
    carried[source < 0] = 0
    return carried, source


def prefix_sums(per_leaf: Ints) -> Ints:
    """Return running sums over the leaves, a 0 in front: a range's sum is the difference of two of them."""
    prefix = np.zeros((len(per_leaf) + 1, *per_leaf.shape[1:]), dtype=np.int64)
    np.cumsum(per_leaf, axis=0, out=prefix[1:])
    return prefix
