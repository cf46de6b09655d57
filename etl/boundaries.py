"""Boundaries: the GeoJSON file that a campaign names for its map, read again only when it changes."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from campaign.configuration import Campaign
from campaign.errors import ConfigError
from campaign.units import Registry
from reporting.boundaries import Boundaries, boundaries

LARGEST = 200_000_000  # bytes
KEPT = 8


@dataclass(frozen=True)
class Read:
    """What came of the file: a mark of its content, its boundaries, or what is wrong with it."""

    mark: str
    found: Boundaries | None = None
    wrong: ConfigError | None = None


def boundaries_of(campaign: Campaign, codes: Collection[str]) -> Read | None:
    """Return the boundaries of a campaign's map, None when it names none; `codes`: of all its units, of any day."""
    path = campaign.map_file
    if path is None:
        return None
    where = f"map = {path.name}"
    try:
        about = path.stat()
    except OSError as problem:
        return Read("", wrong=ConfigError(where, f"not readable ({problem.strerror})", "a GeoJSON file was expected"))
    return _read(path, where, campaign.map_code, frozenset(codes), (about.st_mtime_ns, about.st_size))


@lru_cache(maxsize=KEPT)
def _read(path: Path, where: str, key: str | None, codes: frozenset[str], changed: tuple[int, int]) -> Read:
    """Return what a file holds; `changed`: its time and size, by which a new content is known."""
    if changed[1] > LARGEST:
        found = f"{changed[1] // 1_000_000} MB"
        return Read("", wrong=ConfigError(where, found, f"at most {LARGEST // 1_000_000} MB; simplify it first"))
    try:
        content = path.read_bytes()
    except OSError as problem:
        return Read("", wrong=ConfigError(where, f"not readable ({problem.strerror})", "a GeoJSON file was expected"))
    mark = hashlib.sha256(content).hexdigest()[:16]
    try:
        return Read(mark, boundaries(content, codes, key, where))
    except ConfigError as problem:
        return Read(mark, wrong=problem)


def examine(campaign: Campaign, registry: Registry) -> list[tuple[bool, str]]:
    """Return whether a campaign's map file can be used, and what in it does not match; [] when it names none."""
    read = boundaries_of(campaign, registry.codes)
    if read is None:
        if campaign.map_code is None:
            return []
        return [(False, f"map_code = {campaign.map_code!r} names a property, but no file is named by the key map")]
    if read.found is None:
        return [(False, str(read.wrong))]
    missing = read.found.missing(registry.on(campaign.end).leaves)
    said = [(True, f"{campaign.map_file}, {len(read.found.rings)} shapes by the property {read.found.key!r}")]
    if read.found.unknown:
        said.append((True, f"{len(read.found.unknown)} codes are no unit's: {', '.join(read.found.unknown)}"))
    if missing:
        said.append((False, f"{len(missing)} units have no shape: {', '.join(missing)}"))
    return said
