"""Outlines: the shapes of units made ready for a screen: simplified once, together, so that neighbours still touch.

Lines that two units share are cut out first and simplified once for both (as in TopoJSON); each on its own would leave
slivers and gaps. Points closer to their line than a screen can show are left out (Douglas and Peucker, 1973).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians

import numpy as np
from numpy.typing import NDArray

from reporting.boundaries import Place, Ring
from reporting.tiles import chained

SIDE = 1000  # the longer side of the picture, in its own steps
CLOSE = 0.8  # steps a line may leave its place by
SMALLEST = 3.0  # steps²: a ring smaller than this is not seen, unless it is all a unit has
SAMPLES = 9  # across and down, to find where in a shape a sign has most room
BESIDE = 2.0  # steps to either side of a line, where it is asked whose ground that is
DOT = 3  # steps: half the size of a shape too small to be seen
Point = tuple[int, int]
Array = NDArray[np.float64]
Numbers = NDArray[np.int64]
Line = tuple[Place, ...]
Side = tuple[Point, Point]


@dataclass(frozen=True, slots=True)
class Outline:
    """One unit: its rings in steps of the picture, where a sign has most room, and how far that is from the edge."""

    rings: tuple[tuple[Point, ...], ...]
    at: Point
    room: int


@dataclass(frozen=True)
class Outlines:
    """The picture: its size in steps, the units by code, and the lines around areas."""

    width: int
    height: int
    units: Mapping[str, Outline]
    borders: tuple[tuple[Point, ...], ...]

    @property
    def points(self) -> int:
        """Return how many points the rings of all units have."""
        return sum(len(ring) for one in self.units.values() for ring in one.rings)


def outlines(rings: Mapping[str, Sequence[Ring]], area: Mapping[str, str]) -> Outlines:
    """Return the picture of some units; `rings`: each unit's, in degrees, `area`: the code of each unit's area."""
    shared = _turning(ring for found in rings.values() for ring in found)
    cut = {code: [_arcs(ring, shared) for ring in found] for code, found in rings.items()}
    frame = _Frame.around([place for found in rings.values() for ring in found for place in ring])
    owners: dict[Line, list[str]] = {}
    for code, found in cut.items():
        for arcs in found:
            for arc, _ in arcs:
                owners.setdefault(arc, []).append(code)
    drawn = {arc: _simplified(frame.of(arc)) for arc in owners}
    units = {code: _outline([_joined(arcs, drawn) for arcs in found]) for code, found in cut.items()}
    edges = [drawn[arc] for arc, codes in owners.items() if len({area[one] for one in codes}) > 1]
    sides = {side for edge in edges for side in _sides(edge)}
    loose = {side for arc, codes in owners.items() if len(codes) == 1 for side in _sides(drawn[arc])}
    sides |= _between_areas(sorted(loose), units, area)
    return Outlines(frame.width, frame.height, units, tuple(tuple(line) for line in chained(sides)))


def _sides(line: Sequence[Point]) -> Iterable[Side]:
    return (min((a, b), (b, a)) for a, b in zip(line, line[1:], strict=False))


def _between_areas(sides: Sequence[Side], units: Mapping[str, Outline], area: Mapping[str, str]) -> set[Side]:
    """Return those lines of one unit alone that have another area, or nothing, on their other side.

    Where two shapes touch without sharing their points, neither line is known to be the other's: what lies a little to
    the left and to the right tells.
    """
    if not sides:
        return set()
    ends = np.array(sides, dtype=float)
    along = ends[:, 1] - ends[:, 0]
    aside = np.column_stack([-along[:, 1], along[:, 0]]) / np.hypot(along[:, 0], along[:, 1])[:, None] * BESIDE
    middle = ends.mean(axis=1)
    asked = np.concatenate([middle + aside, middle - aside])
    number = {one: index for index, one in enumerate(sorted(set(area.values())))}
    found = np.full(len(asked), -1)
    for code, one in units.items():
        found[_inside(one.rings, asked)] = number[area[code]]
    left, right = found[: len(sides)], found[len(sides) :]
    return {side for side, differs in zip(sides, left != right, strict=True) if differs}


def _inside(rings: Sequence[Sequence[Point]], asked: Array) -> Numbers:
    """Return the numbers of the points that lie inside rings, their holes left out."""
    corners = np.array([point for ring in rings for point in ring])
    near: Numbers = np.flatnonzero(((asked >= corners.min(axis=0)) & (asked <= corners.max(axis=0))).all(axis=1))
    if not len(near):
        return near
    crossed = np.zeros(len(near), dtype=np.int64)
    for ring in rings:
        crossed += _crossings(np.array(ring, dtype=float), asked[near])
    found: Numbers = near[crossed % 2 == 1]
    return found


def _crossings(ring: Array, asked: Array) -> Numbers:
    """Return how often a line from each point to the east crosses a ring."""
    start, end = ring, np.roll(ring, -1, axis=0)
    x, y = asked[:, :1], asked[:, 1:]
    crosses = (start[:, 1] > y) != (end[:, 1] > y)
    rise = np.where(end[:, 1] == start[:, 1], 1.0, end[:, 1] - start[:, 1])
    found: Numbers = (crosses & (x < start[:, 0] + (y - start[:, 1]) * (end[:, 0] - start[:, 0]) / rise)).sum(axis=1)
    return found


@dataclass(frozen=True)
class _Frame:
    """How degrees become steps of the picture: a degree east is shorter than one north by the cosine of the middle."""

    west: float
    north: float
    flat: float
    scale: float
    width: int
    height: int

    @classmethod
    def around(cls, places: Sequence[Place]) -> _Frame:
        every = np.array(places)
        (west, south), (east, north) = every.min(axis=0), every.max(axis=0)
        flat = cos(radians((south + north) / 2))
        across, down = (east - west) * flat, north - south
        scale = SIDE / (max(across, down) or 1.0)
        size = (max(round(float(side) * scale), 1) for side in (across, down))
        return cls(float(west), float(north), flat, float(scale), *size)

    def of(self, line: Line) -> Array:
        places = np.array(line)
        east, south = places[:, 0] - self.west, self.north - places[:, 1]
        return np.column_stack([east * self.flat * self.scale, south * self.scale])


def _turning(rings: Iterable[Ring]) -> frozenset[Place]:
    """Return the places at which lines part: seen once between these neighbours, once between others."""
    between: dict[Place, tuple[Place, Place]] = {}
    parting: set[Place] = set()
    for ring in rings:
        before, here = ring[-2], ring[-1]
        for after in ring:
            ends = (before, after) if before < after else (after, before)
            if between.setdefault(here, ends) != ends:
                parting.add(here)
            before, here = here, after
    return frozenset(parting)


def _arcs(ring: Ring, parting: frozenset[Place]) -> list[tuple[Line, bool]]:
    """Return the lines of a ring, each as written in one direction, and whether the ring follows that one."""
    cuts = [number for number, place in enumerate(ring) if place in parting]
    if not cuts:  # on its own, or the hole another one fills: begun at the same place by both
        first = min(range(len(ring)), key=lambda number: ring[number])
        cuts = [first]
    turned = ring[cuts[0] :] + ring[: cuts[0]]
    ends = [number - cuts[0] for number in cuts] + [len(ring)]
    closed = (*turned, turned[0])
    lines = (closed[first : last + 1] for first, last in zip(ends, ends[1:], strict=False))
    return [(line, True) if line <= line[::-1] else (line[::-1], False) for line in lines]


def _simplified(points: Array) -> list[Point]:
    """Return the points of a line that a screen needs, in whole steps."""
    keep = np.zeros(len(points), dtype=bool)
    keep[[0, -1]] = True
    pending = [(0, len(points) - 1)]
    while pending:
        first, last = pending.pop()
        if last - first < 2:  # noqa: PLR2004 - nothing between two neighbours
            continue
        (ax, ay), (bx, by) = points[first], points[last]
        inside = points[first + 1 : last]
        dx, dy = bx - ax, by - ay
        length = (dx * dx + dy * dy) ** 0.5
        if length:
            away = np.abs((inside[:, 0] - ax) * dy - (inside[:, 1] - ay) * dx) / length
        else:
            away = np.hypot(inside[:, 0] - ax, inside[:, 1] - ay)
        farthest = int(away.argmax())
        if away[farthest] > CLOSE:
            middle = first + 1 + farthest
            keep[middle] = True
            pending += [(first, middle), (middle, last)]
    steps = np.rint(points[keep]).astype(int).tolist()
    kept: list[Point] = []
    for x, y in steps:
        if not kept or kept[-1] != (x, y):
            kept.append((x, y))
    return kept


def _joined(arcs: Sequence[tuple[Line, bool]], drawn: Mapping[Line, list[Point]]) -> list[Point]:
    """Return a ring in steps, its first point not repeated."""
    ring: list[Point] = []
    for arc, forward in arcs:
        points = drawn[arc] if forward else drawn[arc][::-1]
        ring += points[:-1] if len(points) > 1 else []
    return ring or drawn[arcs[0][0]][:1]


def _outline(rings: Sequence[list[Point]]) -> Outline:
    """Return the shape of a unit without what is too small to be seen; never without all of it."""
    largest = max(rings, key=lambda ring: abs(_doubled(ring)), default=[(0, 0)])
    seen = [ring for ring in rings if abs(_doubled(ring)) / 2 >= SMALLEST]
    if not seen:
        x, y = largest[0]
        diamond = ((x, y - DOT), (x + DOT, y), (x, y + DOT), (x - DOT, y))
        return Outline((diamond,), (x, y), 0)
    at, room = _roomiest([np.array(ring, dtype=float) for ring in seen], np.array(largest, dtype=float))
    return Outline(tuple(tuple(ring) for ring in seen), at, room)


def _doubled(ring: Sequence[Point]) -> int:
    """Return twice the area a ring encloses, below zero when it runs the other way."""
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in zip(ring, [*ring[1:], *ring[:1]], strict=True))


def _roomiest(rings: Sequence[Array], largest: Array) -> tuple[Point, int]:
    """Return the point of a grid over the largest ring that is in the shape and farthest from any edge, and how far."""
    low, high = largest.min(axis=0), largest.max(axis=0)
    steps = (np.arange(SAMPLES) + 0.5) / SAMPLES
    grid = np.stack(np.meshgrid(*(low[side] + steps * (high[side] - low[side]) for side in (0, 1))), -1).reshape(-1, 2)
    away, crossed = np.full(len(grid), np.inf), np.zeros(len(grid), dtype=np.int64)
    for ring in rings:
        away = np.minimum(away, _away(ring, grid))
        crossed += _crossings(ring, grid)
    away[crossed % 2 == 0] = -1
    best = int(away.argmax())
    if away[best] < 0:
        return (int(largest[0][0]), int(largest[0][1])), 0
    return (round(float(grid[best][0])), round(float(grid[best][1]))), int(away[best])


def _away(ring: Array, asked: Array) -> Array:
    """Return how far each point is from a ring."""
    along = np.roll(ring, -1, axis=0) - ring
    x, y = asked[:, :1] - ring[:, 0], asked[:, 1:] - ring[:, 1]
    length = np.maximum((along**2).sum(axis=1), 1e-9)
    share = np.clip((x * along[:, 0] + y * along[:, 1]) / length, 0, 1)
    found: Array = np.hypot(share * along[:, 0] - x, share * along[:, 1] - y).min(axis=1)
    return found


def path(line: Sequence[Point], *, closed: bool) -> str:
    """Return a line as SVG writes it, in steps from one point to the next."""
    (x, y), *rest = line
    written = [f"M{x} {y}l"] if rest else [f"M{x} {y}"]
    here = (x, y)
    for number, (ax, ay) in enumerate(rest):
        dx, dy = ax - here[0], ay - here[1]
        gap = "" if number == 0 or dx < 0 else " "
        written.append(f"{gap}{dx}{'' if dy < 0 else ' '}{dy}")
        here = (ax, ay)
    return "".join(written) + ("z" if closed else "")
