"""Pull: take what is new from a source, as one load."""

from __future__ import annotations

import hashlib
import json
import stat
import tempfile
import time
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from campaign.configuration import Campaign, Configuration, Source
from campaign.errors import ConfigError, ContractError, SourceError, UsageError
from etl.intake import ingest
from etl.publishing import ensure_current, known_campaign
from etl.reading import TEXTS, WORKBOOKS, read_rows
from warehouse.versions import write_whole

LOOK_AGAIN_AFTER = 1.0

Seen = tuple[int, int]  # size, time of change


@dataclass(frozen=True)
class Arrival:
    """A file that has settled in a drop folder, as it was then: nobody changes our copy of it."""

    name: str
    seen: Seen
    sha256: str
    copy: Path


def pull_source(config: Configuration, name: str, now: datetime | None = None) -> dict[str, Any]:
    """Pull one source once, and return what the load did; no new file makes no load.

    A file that cannot be read does not keep the others out: they are taken, then ContractError names it and says
    what was taken. It is not tried again until it or its source's settings change. Raises UsageError for an unknown
    source, SourceError when its folder cannot be read, and what ingest() raises: then all is tried again.
    """
    source = config.source(name)
    if source is None:
        known = ", ".join(one.name for one in config.sources) or "none"
        raise UsageError(f"--source {name}", "is not configured", f"one of {known}")
    campaign = known_campaign(config, source.campaign)
    del now
    problems: list[str] = []
    with tempfile.TemporaryDirectory() as scratch:
        arrivals = _arrivals(config, source, Path(scratch), problems)
        taken = _taken(config, source)
        fresh = [one for one in arrivals if taken.get(one.name, {}).get("sha256") != one.sha256]
        refusals, document = _take_in(config, campaign, source, fresh)
    if arrivals:
        _remember(config, source, arrivals, refusals.keys())
    if problems or refusals:
        raise _complaint(source, [*problems, *refusals.values()], document)
    return document


def _take_in(
    config: Configuration, campaign: Campaign, source: Source, fresh: list[Arrival]
) -> tuple[dict[str, str], dict[str, Any]]:
    """Load what can be read of the new files; return what is wrong with the others, by name, and what the load did."""
    refusals: dict[str, str] = {}
    outcome = None
    try:
        outcome = ingest(config, campaign, [one.copy for one in fresh], source) if fresh else None
    except ContractError:
        refusals = {one.name: words for one in fresh if (words := _unreadable(one, source))}
        if not refusals:
            raise
        good = [one.copy for one in fresh if one.name not in refusals]
        outcome = ingest(config, campaign, good, source) if good else None
    if outcome is None:
        nothing = dict.fromkeys(("read", "accepted", "unchanged", "held", "rejected", "flagged"), 0)
        document = {"batch": "", "version": ensure_current(config, campaign), **nothing}
    else:
        document = outcome.document()
    files = len(fresh) - len(refusals)
    return refusals, {"source": source.name, "campaign": campaign.id, **document, "files": files}


def _unreadable(arrival: Arrival, source: Source) -> str | None:
    """Return what is wrong with a file; None when it can be read."""
    try:
        deque(read_rows(arrival.copy, arrival.name, source), maxlen=0)
    except ContractError as problem:
        return f"{problem} (not tried again until it changes)"
    return None


def _complaint(source: Source, problems: list[str], document: dict[str, Any]) -> ContractError:
    """Return the error that names every file not taken, and says what became of the others."""
    shown = ("files", "read", "accepted", "unchanged", "held", "rejected", "version")
    others = " ".join(f"{name}={document[name]}" for name in shown) if document["files"] else "nothing, no other is new"
    return ContractError(f"source {source.name}", "; ".join(problems), f"taken in: {others}")


def _folder(source: Source) -> Path:
    if source.path is None:
        raise ConfigError(f"source {source.name}: path", "the key is missing", "a folder to look in")
    return source.path


def _arrivals(config: Configuration, source: Source, scratch: Path, problems: list[str]) -> list[Arrival]:
    """Return the settled files that are not as last taken, copied to `scratch`, in order of time, then name.

    A file of the same bytes as last taken is among them: it was only touched.
    """
    folder, taken = _folder(source), _taken(config, source)
    first = _look(source, folder)
    candidates = {name: seen for name, seen in first.items() if taken.get(name, {}).get("seen") != list(seen)}
    if not candidates:
        return []
    time.sleep(LOOK_AGAIN_AFTER)
    second = _look(source, folder)
    settled = sorted((seen[1], name) for name, seen in candidates.items() if second.get(name) == seen)
    found = []
    for _, name in settled:
        try:
            arrival = _copied(folder / name, second[name], scratch / name)
        except ContractError as problem:
            problems.append(str(problem))
        else:
            found += [arrival] if arrival else []
    return found


def _copied(path: Path, seen: Seen, copy: Path) -> Arrival | None:
    """Copy a file; return None when it has changed or gone since it was last seen."""
    try:
        content = path.read_bytes()
        state = path.stat()
    except FileNotFoundError:
        return None
    except OSError as problem:
        what, mend = f"not readable ({problem.strerror})", "mend its rights, or close it where it is open"
        raise ContractError(path.name, what, f"{mend} (tried again by the next pull)") from None
    if (state.st_size, state.st_mtime_ns) != seen or len(content) != seen[0]:
        return None
    copy.write_bytes(content)
    return Arrival(path.name, seen, hashlib.sha256(content).hexdigest(), copy)


def _look(source: Source, folder: Path) -> dict[str, Seen]:
    """Return (size, time of change) of every file of a kind we read."""
    found = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.iterdir():
            if path.suffix.lower() in (*WORKBOOKS, *TEXTS) and not path.name.startswith(("~$", ".")):
                try:
                    state = path.stat()
                except FileNotFoundError:  # gone since it was listed, or a link to nothing
                    continue
                if stat.S_ISREG(state.st_mode):
                    found[path.name] = (state.st_size, state.st_mtime_ns)
    except OSError as problem:
        raise SourceError(
            f"source {source.name}: {folder}", f"not readable ({problem.strerror})", "mend its rights"
        ) from None
    return found


def _memory(config: Configuration, source: Source) -> Path:
    return config.data / "run" / f"taken-{source.name}.json"


def _terms(source: Source) -> str:
    """Return a hash of the settings that a source's files are read by."""
    return hashlib.sha256(source.model_dump_json().encode()).hexdigest()[:16]


def _taken(config: Configuration, source: Source) -> dict[str, dict[str, Any]]:
    """Return what was last taken or refused of each file.

    What cannot be read, or was refused under other settings, is forgotten: its file is tried again.
    """
    try:
        known = json.loads(_memory(config, source).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(known, dict):
        return {}
    entries = {name: one for name, one in known.items() if isinstance(one, dict)}
    return {name: one for name, one in entries.items() if one.get("refused") in (None, _terms(source))}


def _remember(config: Configuration, source: Source, arrivals: list[Arrival], refused: Collection[str]) -> None:
    """Note what was last taken or refused of each file, so that A, then B, then A again are three loads."""
    known = _taken(config, source)
    for one in arrivals:
        before = known.get(one.name, {})
        entry = dict(before) if before.get("sha256") == one.sha256 else {"sha256": one.sha256}
        if one.name in refused:
            entry["refused"] = _terms(source)
        known[one.name] = {**entry, "seen": list(one.seen)}
    _memory(config, source).parent.mkdir(parents=True, exist_ok=True)
    write_whole(_memory(config, source), json.dumps(known, ensure_ascii=False).encode())
