"""What the map is made of and made to: its picture, kept by the list of units, and what each place says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from campaign.freshness import Gap
from campaign.progress import UnitProgress
from campaign.units import Tree
from etl.boundaries import Read, boundaries_of
from pages._kept import kept
from pages._view import View
from reporting import map_picture, unit_map
from reporting.boundaries import Ring
from reporting.map_picture import Picture
from reporting.tiles import Spot
from reporting.unit_map import Shade

MOST = 800  # places of one map; of more units, those above them are drawn
HALF = 2  # shapes are drawn when at least one unit in two has one
LEAST_ROOM = 9  # steps of a picture 1,000 wide: in less, a sign is not readable
TILE_PIXELS, WIDEST = 84, 2000  # no hexagon, and no map of outlines, is wider
COLUMNS = (9, 18)  # so many hexagons in a line leave room for a figure in each, on a phone and on a screen
HERE = "~unit~"


@dataclass(frozen=True)
class Atlas:
    """The map of a view: its picture, what each place says, and units that have no place in it.

    `still`: what the browser draws whatever is measured, `said`: what each place says, in the same order.
    """

    picture: Picture
    shades: tuple[Shade, ...]
    left_out: tuple[Shade, ...]
    measure: str
    title: str
    shaped: bool
    read: Read | None
    still: Mapping[str, Any]
    said: Mapping[str, Any]


def measure_of(view: View) -> str:
    """Return what the places say."""
    asked = view.address.get("measure")
    return asked if asked in unit_map.MEASURES else next(iter(unit_map.MEASURES))


def drawn_units(tree: Tree, top: str) -> list[str]:
    """Return the leaves below a unit; where these are too many, the units above them, as far down as there is room."""
    drawn = [code for code in tree.subtree(top) if tree.is_leaf(code)]
    while len(drawn) > MOST:
        deepest = max(tree.depth[code] for code in drawn)
        above = (tree.unit(code).parent_code or code if tree.depth[code] == deepest else code for code in drawn)
        fewer = list(dict.fromkeys(above))
        if top in fewer:  # all of them right below it: there is nothing between
            return drawn
        drawn = fewer
    return drawn


def of(view: View) -> Atlas:
    """Return the map for what the address chose."""
    read = boundaries_of(view.config.campaign(view.campaign.id) or view.campaign, view.figures.reader.registry.codes)
    down = tuple(row.code for row in view.within() if view.gaps.gap_of(row) is Gap.SOURCE_DOWN)
    mark = read.mark if read else ""
    return _of(view.edition, view.address.href(), view.lang, view.as_of, down, mark, view, read)


@kept(100)
def _of(
    edition: str,  # noqa: ARG001 - these are the key; the view is what they say
    address: str,  # noqa: ARG001
    lang: str,
    as_of: date,  # noqa: ARG001
    down: tuple[str, ...],  # noqa: ARG001
    mark: str,
    _view: View,
    _read: Read | None,
) -> Atlas:
    tree, measure, rules = _view.tree, measure_of(_view), _view.figures.rules
    rows = {row.code: row for row in _view.rows()}
    codes = [code for code in drawn_units(tree, _view.scope) if code in rows]
    found = unit_map.shades((rows[code] for code in codes), measure, rules, lang, _view.standing)
    area = {code: tree.unit(code).parent_code or code for code in codes}
    areas = {code: rows[code] for code in dict.fromkeys(area.values()) if code in rows and code not in area}
    rings = _read.found.rings if _read and _read.found else {}
    known = {code: rings[code] for code in codes if code in rings}
    shaped = bool(known) and HALF * len(known) >= len(codes)
    picture = _shaped(mark, tuple(area.items()), _names(area, tree), known) if shaped else _tiled(tree, codes, area)
    placed = tuple(one for one in found if one.row.code in picture.places)
    left_out = tuple(one for one in found if one.row.code not in picture.places)
    title = unit_map.title(found, measure, rules, rows[_view.scope], areas, lang)
    still = _still(picture, placed, areas, shaped=shaped)
    said = _said(_view, placed, measure, title, still["id"])
    return Atlas(picture, placed, left_out, measure, title, shaped, _read, still, said)


def _names(area: Mapping[str, str], tree: Tree) -> tuple[tuple[str, str], ...]:
    return tuple((code, tree.unit(code).name) for code in dict.fromkeys(area.values()))


@kept(24)
def _shaped(
    mark: str,  # noqa: ARG001 - with the codes it says which rings
    area: tuple[tuple[str, str], ...],
    names: tuple[tuple[str, str], ...],
    _rings: Mapping[str, Sequence[Ring]],
) -> Picture:
    """Return the true outlines of some units, simplified once for all who look."""
    return map_picture.shaped(_rings, dict(area), dict(names))


def _tiled(tree: Tree, codes: Sequence[str], area: Mapping[str, str]) -> Picture:
    """Return the tiles of some units, in their places among all; by themselves where they are not among them."""
    every = drawn_units(tree, tree.top.code) if len(tree.tops) == 1 else list(codes)
    among = every if set(codes) <= set(every) else list(codes)
    units = (tree.unit(code) for code in among)
    spots = frozenset(Spot(one.code, one.parent_code or one.code, one.lat, one.lon) for one in units)
    return map_picture.tiled(spots, frozenset(codes), dict(_names(area, tree)))


def _still(
    picture: Picture, shades: Sequence[Shade], areas: Mapping[str, UnitProgress], *, shaped: bool
) -> dict[str, Any]:
    """Return what is drawn whatever is measured; its `id` tells one such picture from another."""
    columns = picture.width / (2 * map_picture.HALF)
    order = {code: number for number, code in enumerate(areas)}
    drawn: dict[str, Any] = {
        "w": picture.width,
        "h": picture.height,
        "tiles": not shaped,
        "values": "wide" if shaped or columns > COLUMNS[0] else "all",
        "widest": WIDEST if shaped else round(columns * TILE_PIXELS),
        "hexagon": map_picture.HEXAGON,
        "top": 2 * map_picture.QUARTER,
        "least": LEAST_ROOM,
        "borders": picture.borders,
        "labels": [[one.x, one.y, areas[one.area].name, one.narrow] for one in picture.labels if one.area in areas],
        "areas": [row.name for row in areas.values()],
        "places": [_place(picture, one.row, order) for one in shades],
    }
    if not shaped and columns > COLUMNS[1]:
        drawn["values"] = "none"
    return drawn | {"id": hashlib.sha256(json.dumps(drawn).encode()).hexdigest()[:16]}


def _place(picture: Picture, row: UnitProgress, order: Mapping[str, int]) -> list[Any]:
    place, area = picture.places[row.code], order.get(row.parent_code or "", -1)
    return [row.code, row.name, area, place.x, place.y, place.room, int(row.is_leaf), place.path]


def _said(view: View, shades: Sequence[Shade], measure: str, title: str, of_: str) -> dict[str, Any]:
    """Return what each place says; `of_`: the picture it is said of."""
    kinds, rules, lang = unit_map.kinds_of(shades), view.figures.rules, view.lang
    number = {kind: place for place, kind in enumerate(kinds)}
    return {
        "of": of_,
        "title": title,
        "hint": view.says("map.hint"),
        "kinds": [[one, unit_map.sign(one, lang), unit_map.said(one, measure, rules, lang)] for one in kinds],
        "href": view.address.href("unit", unit=HERE),
        "opens": view.address.href(district=HERE),
        "units": [[number[one.kind], one.value, one.told] for one in shades],
    }
