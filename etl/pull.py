"""Pull: take what is new from a source, as one load."""

from __future__ import annotations

import json
import logging
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from campaign.configuration import Configuration, Source
from campaign.errors import ConfigError, SourceError, UsageError
from etl.intake import ingest
from etl.publishing import ensure_current, known_campaign
from etl.reading import TEXTS, WORKBOOKS
from warehouse.versions import sha256_of, write_whole

LOG = logging.getLogger(__name__)
LOOK_AGAIN_AFTER = 1.0
TAKEN = "taken.json"


def pull_source(config: Configuration, name: str, now: datetime | None = None) -> dict[str, Any]:
    """Pull one source once, and return what the load did; no new file makes no load.

    Raises UsageError for an unknown source, SourceError when its folder cannot be read, ContractError for a
    file that is not what was agreed.
    """
    source = config.source(name)
    if source is None:
        known = ", ".join(one.name for one in config.sources) or "none"
        raise UsageError(f"--source {name}", "is not configured", f"one of {known}")
    campaign = known_campaign(config, source.campaign)
    files = _new_files(config, source)
    if not files:
        version = ensure_current(config, campaign)
        return {"source": name, "campaign": campaign.id, "batch": "", "version": version, "files": 0, **_nothing()}
    outcome = ingest(config, campaign, [path for path, _ in files], source)
    _remember(config, source, files)
    del now
    return {"source": name, "campaign": campaign.id, **outcome.document(), "files": len(files)}


def _nothing() -> dict[str, int]:
    return dict.fromkeys(("read", "accepted", "unchanged", "held", "rejected", "flagged"), 0)


def _folder(source: Source) -> Path:
    if source.path is None:
        raise ConfigError(f"source {source.name}: path", "the key is missing", "a folder to look in")
    return source.path


def _new_files(config: Configuration, source: Source) -> list[tuple[Path, str]]:
    """Return (file, sha256) of the files not yet taken that have settled, in order of time, then name."""
    folder = _folder(source)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        first = _look(folder)
    except OSError as problem:
        raise SourceError(
            f"source {source.name}: {folder}", f"not readable ({problem.strerror})", "mend its rights"
        ) from None
    taken = _taken(config, source)
    candidates = {path: seen for path, seen in first.items() if taken.get(path.name, {}).get("seen") != list(seen)}
    if not candidates:
        return []
    time.sleep(LOOK_AGAIN_AFTER)
    second = _look(folder)
    settled = [path for path, seen in candidates.items() if second.get(path) == seen]
    found = [(path, sha256_of(path)) for path in sorted(settled, key=lambda one: (one.stat().st_mtime_ns, one.name))]
    return [(path, digest) for path, digest in found if taken.get(path.name, {}).get("sha256") != digest]


def _look(folder: Path) -> dict[Path, tuple[int, int]]:
    """Return (size, time of change) of every file of a kind we read."""
    found = {}
    for path in folder.iterdir():
        wanted = path.suffix.lower() in (*WORKBOOKS, *TEXTS) and not path.name.startswith(("~$", "."))
        if wanted and path.is_file():
            state = path.stat()
            found[path] = (state.st_size, state.st_mtime_ns)
    return found


def _memory(config: Configuration, source: Source) -> Path:
    return config.data / "run" / f"taken-{source.name}.json"


def _taken(config: Configuration, source: Source) -> dict[str, Any]:
    try:
        return dict(json.loads(_memory(config, source).read_text("utf-8")))
    except (OSError, ValueError):
        return {}


def _remember(config: Configuration, source: Source, files: list[tuple[Path, str]]) -> None:
    """Note what was last taken from each path, so that A, then B, then A again are three loads."""
    taken = _taken(config, source)
    for path, digest in files:
        state = path.stat()
        taken[path.name] = {"sha256": digest, "seen": [state.st_size, state.st_mtime_ns]}
    _memory(config, source).parent.mkdir(parents=True, exist_ok=True)
    write_whole(_memory(config, source), json.dumps(taken, ensure_ascii=False).encode())
