"""Tiles: one hexagon of equal size for every unit, where its neighbours on the ground stay its neighbours.

Units with coordinates are given the cells of a region of their own shape, so that the sum of squared moves is least:
such a matching never twists a map. What is still cut off from its own area then changes places with others, as long as
more pairs of neighbours from one area come of it. Units without coordinates stand beside the others of their area;
areas that have none at all follow below, one block each. Nothing here depends on the order of the units.

Cells lie on a lattice of whole numbers: a cell at (x, y) is two wide, its row is three below the one before, its
corners are at (x, y±2) and (x±1, y±1).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, cos, radians, sqrt

import numpy as np
from numpy.typing import NDArray

from reporting.matching import FREE, matched

Point = tuple[int, int]
Array = NDArray[np.float64]

AROUND: tuple[Point, ...] = ((2, 0), (1, 3), (-1, 3), (-2, 0), (-1, -3), (1, -3))
DRAWN_TOGETHER = 0.25  # of the way to the middle of its area a unit is moved before it is matched
NEAREST = 3  # units whose distance tells how much room a unit takes on the ground
FINENESS = 9  # a cell is found by measuring so many points across the region
HALVINGS = 12
MOST_ROUNDS = 12
ENCLOSED = 5  # neighbours of six that are taken: a hole
AT_EDGE = 3  # no more than so many: a cell that others do not hang on
WIDE = 1.4  # blocks of units without coordinates: as many times wider than high
SQUEEZED = sqrt(3) / 2  # one step across the lattice against one of two down, in true measures


@dataclass(frozen=True, slots=True)
class Spot:
    """One unit: its code, the code of its area, and where it lies in degrees, when that is known."""

    code: str
    area: str
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True)
class Layout:
    """The cell of each unit, and the codes of those that are not where their own coordinates would have them."""

    cells: Mapping[str, Point]
    beside: frozenset[str]
    apart: frozenset[str]


@lru_cache(maxsize=32)
def layout(spots: frozenset[Spot]) -> Layout:
    """Return the cell of each unit; `beside`: put beside its area's others, `apart`: in a block of its own area."""
    ordered = sorted(spots, key=lambda one: (one.area, one.code))
    known = _known(ordered)
    own = {one.code for one in ordered if one.lat is not None and one.lon is not None}
    placed = [one for one in ordered if one.code in known]
    cells: dict[str, Point] = {}
    if placed:
        taken = _region(np.array([known[one.code] for one in placed]))
        cells = _matched(placed, np.array([known[one.code] for one in placed]), taken)
        _gather(placed, cells)
    rest = [one for one in ordered if one.code not in known]
    cells |= _blocks(rest, cells)
    beside = frozenset(one.code for one in placed if one.code not in own)
    return Layout(cells, beside, frozenset(one.code for one in rest))


def _known(spots: list[Spot]) -> dict[str, tuple[float, float]]:
    """Return where each unit lies, x to the east and y to the south; those of no area with coordinates are left out."""
    known = {one.code: (one.lon, one.lat) for one in spots if one.lat is not None and one.lon is not None}
    if not known:
        return {}
    areas: dict[str, list[tuple[float, float]]] = {}
    for one in spots:
        if one.code in known:
            areas.setdefault(one.area, []).append(known[one.code])
    flat = cos(radians(sum(lat for _, lat in known.values()) / len(known)))
    found = {}
    for one in spots:
        others = areas.get(one.area, [])
        if one.code in known:
            found[one.code] = (known[one.code][0] * flat, -known[one.code][1])
        elif others:
            lon, lat = (sum(values) / len(others) for values in zip(*others, strict=True))
            found[one.code] = (lon * flat, -lat)
    return found


def _room(points: Array) -> Array:
    """Return how far the nearest others are from each point; no two units take no room at all."""
    gaps = np.sqrt(((points[:, None] - points[None]) ** 2).sum(-1))
    gaps.sort(axis=1)
    near = gaps[:, 1 : NEAREST + 1].mean(axis=1) if len(points) > 1 else np.zeros(1)
    extent = float(np.ptp(points, axis=0).max())
    return np.maximum(near, extent / (10 * len(points)) or 1.0)


def _region(points: Array) -> Array:
    """Return as many lattice cells as there are points, in the shape of the ground around these.

    A cell belongs to it the more, the nearer it is to a point, measured by the room that this point has. The answer is
    n × 4: the cell (x, y), and where it lies on the ground.
    """
    room, size = _room(points), len(points)
    low = points.min(axis=0) - room.max()
    spread = np.ptp(points, axis=0) + 2 * room.max()
    smallest, largest = float(spread.max()) / (2 * FINENESS * sqrt(size)), float(spread.max())
    for _ in range(HALVINGS):  # the largest cells of which there are still enough
        middle = sqrt(smallest * largest)
        if (_distances(points, room, low, spread, middle)[1] <= 1).sum() >= size:
            smallest = middle
        else:
            largest = middle
    cells, distance = _distances(points, room, low, spread, smallest)
    return cells[_without_holes(cells, np.lexsort((cells[:, 0], cells[:, 1], np.round(distance, 9))), size)]


def _without_holes(cells: Array, nearest: NDArray[np.int64], size: int) -> list[int]:
    """Return the numbers of the nearest cells; one left out amid them takes the place of the farthest at the edge."""
    number = {(int(x), int(y)): index for index, (x, y) in enumerate(cells[:, :2].tolist())}
    around = [[number.get((int(x + dx), int(y + dy)), FREE) for dx, dy in AROUND] for x, y in cells[:, :2].tolist()]
    order = nearest.tolist()
    taken = set(order[:size])
    for _ in range(MOST_ROUNDS):
        holes = [one for one in order if one not in taken and sum(near in taken for near in around[one]) >= ENCLOSED]
        for hole in holes:
            loose = (
                one for one in reversed(order) if one in taken and sum(near in taken for near in around[one]) <= AT_EDGE
            )
            given = next(loose, None)
            if given is None:
                break
            taken = (taken - {given}) | {hole}
        if not holes:
            break
    return sorted(taken)


def _distances(points: Array, room: Array, low: Array, spread: Array, width: float) -> tuple[Array, Array]:
    """Return the cells of one width over the ground, and how many times its room each is from a point."""
    down = width * SQUEEZED
    columns, rows = ceil(spread[0] / width) + 2, ceil(spread[1] / down) + 2
    y, x = np.divmod(np.arange(columns * rows), columns)
    across = 2 * x + y % 2
    where = np.stack([low[0] + across * width / 2, low[1] + y * down], axis=1)
    distance = np.full(len(where), np.inf)
    for point, free in zip(points, room, strict=True):
        distance = np.minimum(distance, np.hypot(where[:, 0] - point[0], where[:, 1] - point[1]) / free)
    return np.column_stack([across, 3 * y, where]), distance


def _matched(spots: list[Spot], points: Array, taken: Array) -> dict[str, Point]:
    """Return the cell of each unit, so that all together move least."""
    areas: dict[str, list[int]] = {}
    for number, one in enumerate(spots):
        areas.setdefault(one.area, []).append(number)
    drawn = points.copy()
    for members in areas.values():
        drawn[members] += DRAWN_TOGETHER * (points[members].mean(axis=0) - points[members])
    costs = ((drawn[:, None] - taken[None, :, 2:]) ** 2).sum(-1)
    chosen = taken[matched(costs / (costs.max() or 1.0))]
    return {one.code: (int(cell[0]), int(cell[1])) for one, cell in zip(spots, chosen, strict=True)}


def _gather(spots: list[Spot], cells: dict[str, Point]) -> None:
    """Let units change places with a neighbour while that leaves more pairs of one area side by side."""
    area = {one.code: one.area for one in spots}
    at = {cell: code for code, cell in cells.items()}

    def friends(code: str, cell: Point, without: str) -> int:
        around = (at.get((cell[0] + x, cell[1] + y)) for x, y in AROUND)
        return sum(one is not None and one not in (code, without) and area[one] == area[code] for one in around)

    for _ in range(MOST_ROUNDS):
        moved = False
        for code in [one.code for one in spots]:
            here, best = cells[code], (0, "")
            for x, y in AROUND:
                other = at.get((here[0] + x, here[1] + y))
                if other is None or area[other] == area[code]:
                    continue
                there = cells[other]
                before = friends(code, here, other) + friends(other, there, code)
                after = friends(code, there, other) + friends(other, here, code)
                best = max(best, (after - before, other))
            if best[0] > 0:
                other = best[1]
                cells[code], cells[other] = cells[other], here
                at[cells[code]], at[here] = code, other
                moved = True
        if not moved:
            return


def _blocks(spots: list[Spot], above: Mapping[str, Point]) -> dict[str, Point]:
    """Return cells for areas without coordinates: one block each, in lines as wide as what stands above."""
    areas: dict[str, list[str]] = {}
    for one in spots:
        areas.setdefault(one.area, []).append(one.code)
    left = min((x for x, _ in above.values()), default=0) // 2
    widest = max((x // 2 - left + 1 for x, _ in above.values()), default=0)
    wide = {area: ceil(sqrt(len(codes) * WIDE)) for area, codes in areas.items()}
    if len(areas) > 1:  # the room between blocks is part of what they take
        room = sum((wide[area] + 1) * (-(-len(codes) // wide[area]) + 2) for area, codes in areas.items())
        widest = max(widest, ceil(sqrt(room * WIDE)))
    widest = max(widest, *wide.values(), 0)
    row = max((y // 3 for _, y in above.values()), default=-3) + 3
    column, height = 0, 0
    found: dict[str, Point] = {}
    for area, codes in areas.items():
        width = wide[area]
        if column and column + width > widest:
            column, row, height = 0, row + height + 2, 0
        for number, code in enumerate(codes):
            down, across = divmod(number, width)
            found[code] = (2 * (left + column + across) + (row + down) % 2, 3 * (row + down))
        column, height = column + width + 1, max(height, -(-len(codes) // width))
    return found


def borders(cells: Mapping[str, Point], area: Mapping[str, str]) -> list[list[Point]]:
    """Return the lines around each area as chains of corners; a line between two areas is drawn once."""
    at = {cell: area[code] for code, cell in cells.items()}
    sides: set[tuple[Point, Point]] = set()
    for (x, y), mine in at.items():
        corners = ((1, -1), (1, 1), (0, 2), (-1, 1), (-1, -1), (0, -2))
        for number, (dx, dy) in enumerate(AROUND):
            if at.get((x + dx, y + dy)) == mine:
                continue
            (ax, ay), (bx, by) = corners[number], corners[(number + 1) % 6]
            ends = sorted(((x + ax, y + ay), (x + bx, y + by)))
            sides.add((ends[0], ends[1]))
    return chained(sides)


def chained(sides: Iterable[tuple[Point, Point]]) -> list[list[Point]]:
    """Return lines of two ends joined to as long chains as they make."""
    left: dict[Point, list[Point]] = {}
    for first, second in sorted(sides):
        left.setdefault(first, []).append(second)
        left.setdefault(second, []).append(first)
    chains = []
    for start in sorted(left, key=lambda point: (len(left[point]) % 2 == 0, point)):  # ends of open lines first
        while left[start]:
            chain, here = [start], start
            while left[here]:
                after = left[here].pop(0)
                left[after].remove(here)
                chain.append(after)
                here = after
            chains.append(chain)
    return chains
