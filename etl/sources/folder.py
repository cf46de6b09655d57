"""A folder as a source: the files dropped in it that have settled; it is never written to."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Collection
from functools import partial
from pathlib import Path
from typing import Any

from campaign.configuration import Configuration, Source
from campaign.errors import ConfigError, ContractError, SourceError
from etl.copier import Wanted
from etl.copies import copying
from etl.opening import KINDS
from etl.received import kept_name, plain_name
from etl.sources.arrival import Arrival, Fetched, note, recall, terms

Seen = tuple[int, int]  # size, time of change
NEVER: Seen = (-1, -1)


def fetch(config: Configuration, source: Source, scratch: Path, look_again_after: float) -> Fetched:
    """Copy the settled files that are not as last taken to `scratch`, in order of time, then name.

    A file is settled when size and time of change are the same at two looks, so many seconds apart. Raises
    SourceError when the folder cannot be read, ConfigError when none is named.
    """
    if source.path is None:
        raise ConfigError(f"source {source.name}: path", "the key is missing", "a folder to look in")
    folder, known, found = source.path, _taken(config, source), Fetched()
    if known and not folder.exists():
        found_there = "not readable (files were taken from it before, and it is no more)"
        raise SourceError(f"source {source.name}: {folder}", found_there, "bring it back, or mend its path")
    first = _look(source, folder)
    taken = {name: one.get("seen") for name, one in known.items()}
    candidates = {name: seen for name, seen in first.items() if taken.get(plain_name(name)) != list(seen)}
    if not candidates:
        return found
    with copying(len(candidates)) as copies:
        _wait(look_again_after)
        second = _look(source, folder)
        settled = sorted((seen[1], name) for name, seen in candidates.items() if second.get(name) == seen)
        wanted = [Wanted(f"{folder}{os.sep}{name}", second[name], f"{scratch}{os.sep}{kept_name(number, name)}",
                         known.get(plain_name(name), {}).get("sha256"))
                  for number, (_, name) in enumerate(settled)]  # fmt: skip
        arrivals: list[tuple[Arrival, Seen]] = []
        for it, (_, name), done in zip(wanted, settled, copies.all(wanted), strict=True):
            plain = plain_name(name)
            if done.problem is not None:
                found.problems.append(str(_unreadable(plain, done.problem)))
            elif done.sha256 is not None:
                kept = done.inside or Path(it.copy)
                arrivals.append((Arrival(plain, done.sha256, kept, it.seen[0], done.grid), it.seen))
    found.fresh += [one for one, _ in arrivals if known.get(one.name, {}).get("sha256") != one.sha256]
    found.remember = partial(_remember, config, source, arrivals)
    return found


def _wait(seconds: float) -> None:
    """Let the time between two looks pass; what every load needs is brought in meanwhile."""
    until = time.monotonic() + seconds
    if seconds:
        import pandas  # noqa: F401, ICN001, PLC0415 - DuckDB asks for it with the first parameter
        import pyarrow as pa  # noqa: F401, PLC0415
    time.sleep(max(0.0, until - time.monotonic()))


def _unreadable(name: str, problem: str) -> ContractError:
    mend = "mend its rights, or close it where it is open"
    return ContractError(name, f"not readable ({problem})", f"{mend} (tried again by the next pull)")


def _look(source: Source, folder: Path) -> dict[str, Seen]:
    """Return (size, time of change) of every file of a kind we read."""
    found = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in os.listdir(folder):  # noqa: PTH208 - a Path for each costs more than looking at the file
            if name.lower().endswith(KINDS) and not name.startswith(("~$", ".")):
                try:
                    state = os.stat(f"{folder}{os.sep}{name}")  # noqa: PTH116 - as above
                except FileNotFoundError:  # gone since it was listed, or a link to nothing
                    continue
                except OSError:  # a link in a circle: that it cannot be read is told of this one alone
                    found[name] = NEVER
                    continue
                if stat.S_ISREG(state.st_mode):
                    found[name] = (state.st_size, state.st_mtime_ns)
    except OSError as problem:
        where, what = f"source {source.name}: {folder}", f"not readable ({problem.strerror})"
        raise SourceError(where, what, "mend its rights") from None
    return found


def _taken(config: Configuration, source: Source) -> dict[str, dict[str, Any]]:
    """Return what was last taken or refused of each file.

    What cannot be read, or was refused under other settings, is forgotten: its file is tried again.
    """
    entries = {name: one for name, one in recall(config, "taken", source).items() if isinstance(one, dict)}
    return {name: one for name, one in entries.items() if one.get("refused") in (None, terms(source))}


def _remember(
    config: Configuration, source: Source, arrivals: list[tuple[Arrival, Seen]], refused: Collection[str]
) -> None:
    """Note what was last taken or refused of each file, so that A, then B, then A again are three loads."""
    known = _taken(config, source)
    for one, seen in arrivals:
        before = known.get(one.name, {})
        entry = dict(before) if before.get("sha256") == one.sha256 else {"sha256": one.sha256}
        if one.name in refused:
            entry["refused"] = terms(source)
        known[one.name] = {**entry, "seen": list(seen)}
    if arrivals:
        note(config, "taken", source, known)
