"""The map's picture: where every unit's place is, the lines around areas, and the names that fit; no figures.

Two kinds, drawn alike: tiles, one hexagon a unit (reporting/tiles.py), and shapes, true outlines (outlines.py).
Lengths are steps of the picture, which stretches with the page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reporting.boundaries import Ring
from reporting.outlines import outlines, path
from reporting.tiles import Spot, borders, layout

HALF, QUARTER = 26, 15  # steps: half the width of a hexagon, a quarter of its height; 26 / 15 is nearly √3
EDGE = 6
HEXAGON = f"l{HALF} {QUARTER}v{2 * QUARTER}l-{HALF} {QUARTER}-{HALF}-{QUARTER}v-{2 * QUARTER}z"
LETTER = 0.58  # width of a letter against its height, about
WIDE, NARROW = (680, 11), (340, 10)  # pixels: how wide the picture is on a screen and on a phone, and the letters there
MOST_LABELS = 40


@dataclass(frozen=True, slots=True)
class Place:
    """One unit's place: the middle of its sign, how far that is from the edge, and its outline; empty for a tile."""

    x: int
    y: int
    room: int
    path: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """The name of an area: its code, its middle, and whether it fits on a phone as well."""

    area: str
    x: int
    y: int
    narrow: bool


@dataclass(frozen=True)
class Picture:
    """A map without figures; `beside` and `apart`: as Layout says, none where shapes are true."""

    width: int
    height: int
    places: Mapping[str, Place]
    borders: str
    labels: tuple[Label, ...]
    beside: frozenset[str] = frozenset()
    apart: frozenset[str] = frozenset()


def tiled(every: frozenset[Spot], shown: frozenset[str], names: Mapping[str, str]) -> Picture:
    """Return the tiles of some units, each where it is among all of them; `names`: of areas, by code."""
    made = layout(every)
    area = {one.code: one.area for one in every if one.code in shown}
    cells = {code: made.cells[code] for code in area}
    left = min(x for x, _ in cells.values()) - 1
    top = min(y for _, y in cells.values()) - 2

    def at(x: int, y: int) -> tuple[int, int]:
        return (x - left) * HALF + EDGE, (y - top) * QUARTER + EDGE

    places = {code: Place(*at(*cell), HALF) for code, cell in cells.items()}
    width, _ = at(max(x for x, _ in cells.values()) + 1, 0)
    _, height = at(0, max(y for _, y in cells.values()) + 2)
    lines = "".join(path([at(*corner) for corner in line], closed=line[0] == line[-1]) for line in borders(cells, area))
    size = (width + EDGE, height + EDGE)
    between = {code: (place.x, place.y + QUARTER * 3 // 2) for code, place in places.items()}
    labels = _labels(between, area, names, size, 3 * QUARTER)
    return Picture(*size, places, lines, labels, made.beside & shown, made.apart & shown)


def shaped(rings: Mapping[str, Sequence[Ring]], area: Mapping[str, str], names: Mapping[str, str]) -> Picture:
    """Return the true outlines of some units; `area`: the code of each unit's area, `names`: of areas, by code."""
    drawn = outlines(rings, area)
    places = {
        code: Place(
            one.at[0] + EDGE,
            one.at[1] + EDGE,
            one.room,
            "".join(path([(x + EDGE, y + EDGE) for x, y in ring], closed=True) for ring in one.rings),
        )
        for code, one in drawn.units.items()
    }
    moved = [[(x + EDGE, y + EDGE) for x, y in line] for line in drawn.borders]
    lines = "".join(path(line, closed=line[0] == line[-1]) for line in moved)
    size = (drawn.width + 2 * EDGE, drawn.height + 2 * EDGE)
    middles = {code: (place.x, place.y) for code, place in places.items()}
    labels = _labels(middles, area, names, size, 1)
    return Picture(*size, places, lines, labels)


def _labels(
    middles: Mapping[str, tuple[int, int]],
    area: Mapping[str, str],
    names: Mapping[str, str],
    size: tuple[int, int],
    line: int,
) -> tuple[Label, ...]:
    """Return the names of areas where they fit, the largest areas first; `line`: places are whole multiples of it."""
    members: dict[str, list[tuple[int, int]]] = {}
    for code, middle in middles.items():
        members.setdefault(area[code], []).append(middle)
    if len(members) == 1:
        return ()
    order = sorted((one for one in members if names.get(one)), key=lambda one: (-len(members[one]), one))
    found: list[Label] = []
    taken: dict[bool, list[tuple[float, float, float, float]]] = {False: [], True: []}
    for code in order[:MOST_LABELS]:
        x = sum(x for x, _ in members[code]) / len(members[code])
        y = sum(y for _, y in members[code]) / len(members[code])
        low = min(one for _, one in members[code])
        y = low + round((y - low) / line) * line
        fits = {narrow: _box(names[code], x, y, size, narrow=narrow) for narrow in (False, True)}
        free = {narrow: _is_free(box, taken[narrow]) for narrow, box in fits.items()}
        for narrow in (False, True):
            if free[narrow]:
                taken[narrow].append(fits[narrow])
        if free[False]:
            found.append(Label(code, round(x), round(y), free[True]))
    return tuple(found)


def _box(name: str, x: float, y: float, size: tuple[int, int], *, narrow: bool) -> tuple[float, float, float, float]:
    """Return what a name covers, in pixels of a screen or of a phone; moved in where it would run over the edge."""
    pixels, letter = NARROW if narrow else WIDE
    scale = pixels / size[0]
    half = len(name) * letter * LETTER / 2
    middle = min(max(x * scale, half), max(pixels - half, half))
    return middle - half, y * scale - letter, middle + half, y * scale + letter


def _is_free(box: tuple[float, ...], taken: Sequence[tuple[float, ...]]) -> bool:
    return all(box[2] < one[0] or box[0] > one[2] or box[3] < one[1] or box[1] > one[3] for one in taken)
