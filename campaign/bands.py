"""Bands: units grouped by the share they have completed; the finished stand apart, and every unit is in one group."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from campaign.progress import UnitProgress


class Group(StrEnum):
    """The kinds of group, in the order they are shown: the best first."""

    FINISHED = "finished"
    ABOVE = "above"
    MIDDLE = "middle"
    BELOW = "below"
    NOT_BEGUN = "not_begun"
    NOTHING_TO_DO = "nothing_to_do"
    NO_TARGET = "no_target"


@dataclass(frozen=True, slots=True)
class Band:
    """Some units of one group: completion from `low` to `high`, shares; None where the group has no such bound.

    ABOVE: low < completion. MIDDLE: low ≤ completion ≤ high. BELOW: low ≤ completion < high (low 0 and a band for
    nothing done: 0 < completion).
    """

    group: Group
    low: Fraction | None
    high: Fraction | None
    units: tuple[UnitProgress, ...]


def banded(rows: Iterable[UnitProgress], bounds: Sequence[Decimal | Fraction]) -> tuple[Band, ...]:
    """Return units by band, the best band first; each unit is in exactly one, empty bands are there too.

    `bounds`: shares that rise; a first 0 asks for a band of those who have done nothing, the last bounds the band
    above it, those between bound bands below them. The groups without a share (nothing to do, no target) stand
    last; without bounds everything unfinished is the middle.
    """
    edges = [Fraction(bound) for bound in bounds]
    not_begun = bool(edges) and edges[0] == 0
    below = edges[1 if not_begun else 0 : -1]
    above = edges[-1] if len(edges) > (1 if not_begun else 0) else None
    frames: list[tuple[Group, Fraction | None, Fraction | None]] = [(Group.FINISHED, None, None)]
    if above is not None:
        frames.append((Group.ABOVE, above, None))
    frames.append((Group.MIDDLE, below[-1] if below else None, above))
    lows = [Fraction(0) if not_begun else None, *below]
    frames += [(Group.BELOW, low, high) for low, high in zip(lows[: len(below)], below, strict=True)][::-1]
    if not_begun:
        frames.append((Group.NOT_BEGUN, None, None))
    frames += [(Group.NOTHING_TO_DO, None, None), (Group.NO_TARGET, None, None)]
    found: dict[tuple[Group, Fraction | None], list[UnitProgress]] = {(kind, high): [] for kind, _, high in frames}
    for row in rows:
        found[_place(row, below, above, not_begun=not_begun)].append(row)
    return tuple(Band(kind, low, high, tuple(found[kind, high])) for kind, low, high in frames)


def _place(
    row: UnitProgress, below: Sequence[Fraction], above: Fraction | None, *, not_begun: bool
) -> tuple[Group, Fraction | None]:
    """Return the group of a unit and its upper bound: the first that holds."""
    if row.target is None:
        return Group.NO_TARGET, None
    if row.completion is None:
        return Group.NOTHING_TO_DO, None
    if row.remaining == 0:
        return Group.FINISHED, None
    share = row.completion
    if not_begun and share == 0:
        return Group.NOT_BEGUN, None
    bound = next((one for one in below if share < one), None)
    if bound is not None:
        return Group.BELOW, bound
    return (Group.ABOVE, None) if above is not None and share > above else (Group.MIDDLE, above)
