"""Boundaries: a GeoJSON file as a user brings it, read with care: which shape is whose, and what is nobody's.

Nothing is guessed: a shape belongs to the unit whose code its property carries, letter for letter. Shapes of codes that
the campaign does not have, and units without a shape, are listed for who can mend them.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from campaign.errors import ConfigError

Place = tuple[float, float]  # degrees east and north
Ring = tuple[Place, ...]  # closed: the first place is not repeated at the end

DEGREES = (180, 90)
FEWEST = 3  # places that enclose something
MOST_PLACES = 3_000_000
SHOWN = 5
SHAPE_KINDS = ("Polygon", "MultiPolygon")


@dataclass(frozen=True)
class Boundaries:
    """The shapes of a file by unit code, each its rings (outer ones and holes alike), and what did not match.

    `key`: the property that carries the code; `unknown`: codes in the file that are no unit's, as it writes them.
    """

    key: str
    rings: Mapping[str, tuple[Ring, ...]]
    unknown: tuple[str, ...]

    def missing(self, codes: Iterable[str]) -> list[str]:
        """Return those of some codes that have no shape."""
        return [code for code in codes if code not in self.rings]


def boundaries(content: bytes, codes: Collection[str], key: str | None, where: str) -> Boundaries:
    """Return the boundaries in a GeoJSON file; `codes`: every unit's, `key`: the property named, None to find it.

    Raises ConfigError that says what in the file is wrong, and what was expected.
    """
    features = _features(_document(content, where), where)
    named = key if key is not None else _found_key(features, codes, where)
    if not any(named in _properties(one) for one in features):
        known = ", ".join(_names(features)[:SHOWN]) or "none"
        raise ConfigError(where, f"no shape has the property {named!r}", f"map_code is one of its properties ({known})")
    rings: dict[str, list[Ring]] = {}
    unknown: dict[str, None] = {}
    places = 0
    for number, one in enumerate(features, 1):
        code = written(_properties(one).get(named))
        found = list(_rings(one.get("geometry"), f"{where}, shape {number} ({code or 'no code'})"))
        places += sum(len(ring) for ring in found)
        if places > MOST_PLACES:
            found_ = f"more than {MOST_PLACES:,} points"
            raise ConfigError(where, found_, "simplify it first; a screen shows some ten thousand")
        if code in codes:
            rings.setdefault(code, []).extend(found)
        else:
            unknown[code] = None
    if not rings:
        raise ConfigError(
            where, _no_match(features, named, codes), "a property with the codes of units.csv, as text, was expected"
        )
    drawn = {code: tuple(found) for code, found in rings.items() if found}
    return Boundaries(named, drawn, tuple(unknown))


def written(value: object) -> str:
    """Return a property as a code is written; a number as the file writes it, without a fraction of zero."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None or isinstance(value, bool | list | dict) else str(value).strip()


def _document(content: bytes, where: str) -> Any:
    try:
        return json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as problem:
        raise ConfigError(where, f"not UTF-8 ({problem.reason})", "GeoJSON in UTF-8 was expected") from None
    except (ValueError, RecursionError) as problem:
        raise ConfigError(where, f"not readable as JSON ({problem})", "a GeoJSON file was expected") from None


def _features(document: Any, where: str) -> list[dict[str, Any]]:
    kind = document.get("type") if isinstance(document, dict) else type(document).__name__
    if kind == "Topology":
        raise ConfigError(where, "is TopoJSON", "export it as GeoJSON, in degrees (WGS 84)")
    features = document.get("features") if isinstance(document, dict) else None
    if kind != "FeatureCollection" or not isinstance(features, list):
        raise ConfigError(where, f"its type is {kind!r}", "a GeoJSON FeatureCollection with a feature for each unit")
    if not features:
        raise ConfigError(where, "no shape in it", "a feature for each unit was expected")
    for number, one in enumerate(features, 1):
        if not isinstance(one, dict):
            raise ConfigError(where, f"shape {number} is no feature", "a GeoJSON feature was expected")
    return features


def _properties(feature: Mapping[str, Any]) -> Mapping[str, Any]:
    found = feature.get("properties")
    held: Mapping[str, Any] = found if isinstance(found, dict) else {}
    return held if "id" not in feature or "id" in held else {**held, "id": feature["id"]}


def _names(features: Iterable[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(name for one in features for name in _properties(one)))


def _found_key(features: list[dict[str, Any]], codes: Collection[str], where: str) -> str:
    """Return the property whose values are codes of units more often than any other's."""
    scored: dict[str, tuple[int, tuple[str, ...]]] = {}
    for name in _names(features):
        values = tuple(written(_properties(one).get(name)) for one in features)
        scored[name] = (len(set(values).intersection(codes)), values)
    best = max((n for n, _ in scored.values()), default=0)
    if not best:
        said = "; ".join(f"{name} = {values[0]!r}" for name, (_, values) in list(scored.items())[:SHOWN])
        hint = next((one for name in scored if "zero" in (one := _no_match(features, name, codes))), "")
        found = hint or f"no property holds codes of units (the first shape has {said or 'no property'})"
        raise ConfigError(where, found, "a property with the codes of units.csv, as text, was expected")
    first, *others = [name for name, (n, _) in scored.items() if n == best]
    differing = [name for name in others if scored[name][1] != scored[first][1]]
    if differing:
        found = f"the properties {first!r} and {differing[0]!r} both hold codes of units"
        raise ConfigError(where, found, f"say which by map_code = {first!r}")
    return first


def _no_match(features: list[dict[str, Any]], name: str, codes: Collection[str]) -> str:
    """Return why no value of a property is the code of a unit."""
    values = [value for one in features if (value := written(_properties(one).get(name)))]
    short = {code.lstrip("0"): code for code in codes if code.startswith("0")}
    cut = next((value for value in values if value in short), None)
    if cut is not None:
        return f"{name} says {cut} for {short[cut]}, its leading zeros are lost"
    shown = ", ".join(values[:SHOWN]) or "nothing"
    return f"{name} holds no code of a unit (it says {shown})"


def _rings(geometry: Any, where: str) -> Iterable[Ring]:
    if geometry is None:
        return
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in SHAPE_KINDS:
        raise ConfigError(where, f"its type is {kind!r}", "a Polygon or a MultiPolygon was expected")
    parts = geometry.get("coordinates")
    for polygon in parts if kind == "MultiPolygon" else [parts]:
        for ring in polygon if isinstance(polygon, list) else [None]:
            yield _ring(ring, where)


def _ring(ring: Any, where: str) -> Ring:
    try:
        places = [(float(place[0]), float(place[1])) for place in ring]
    except (TypeError, ValueError, IndexError, KeyError):
        raise ConfigError(
            where, "its coordinates are no list of points", "[[longitude, latitude], …] was expected"
        ) from None
    for place in places:
        if not all(isfinite(value) and abs(value) <= most for value, most in zip(place, DEGREES, strict=True)):
            found = f"the point {place[0]:g}, {place[1]:g} is not in degrees"
            raise ConfigError(where, found, "export it as WGS 84 (EPSG:4326), longitude first")
    kept = [place for number, place in enumerate(places) if place != places[number - 1] or len(places) == 1]
    if len(kept) < FEWEST:
        raise ConfigError(
            where, f"a ring of {len(places)} points", "at least three were expected, then the first again"
        )
    return tuple(kept)
