"""Arrival: what a source has that was not taken yet, copied, before anybody looks into it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from campaign.configuration import Configuration, Source
from etl.kept import Kept
from warehouse.versions import write_whole

if TYPE_CHECKING:
    from etl.quick_sheet import QuickGrid


@dataclass(frozen=True)
class Arrival:
    """One file as it was when it was fetched: nobody changes our copy of it.

    `grid`: its sheet, where it is a plain workbook that was read as it came.
    """

    name: str
    sha256: str
    copy: Kept
    size: int
    grid: QuickGrid | None = None

    @classmethod
    def of(cls, copy: Path) -> Arrival:
        """Return an arrival named as its copy is."""
        with copy.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
        return cls(copy.name, digest, copy, copy.stat().st_size)


def _forget(refused: Collection[str]) -> None:
    del refused


@dataclass
class Fetched:
    """What one look at a source brought: the new files in order, and what could not be had of it.

    `where`: what messages call the place. `whole`: the files are parts of one answer, taken together or not at all.
    `remember` is called when they are loaded, with the names of those that could not be read.
    """

    fresh: list[Arrival] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    where: str = ""
    whole: bool = False
    remember: Callable[[Collection[str]], None] = _forget


def terms(source: Source) -> str:
    """Return a hash of the settings that a source's files are read by."""
    return hashlib.sha256(source.model_dump_json().encode()).hexdigest()[:16]


def recall(config: Configuration, kind: str, source: Source) -> dict[str, Any]:
    """Return what was noted of a source; {} when nothing was, or the note is damaged."""
    try:
        known = json.loads(_note(config, kind, source).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def note(config: Configuration, kind: str, source: Source, content: dict[str, Any]) -> None:
    """Note something of a source for the next pull: taken (files of a folder), fetched (answers), since (rows)."""
    path = _note(config, kind, source)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(content, ensure_ascii=False).encode())


def _note(config: Configuration, kind: str, source: Source) -> Path:
    return config.data / "run" / f"{kind}-{source.name}.json"
