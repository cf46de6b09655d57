"""Pulls: the word each pull of a source leaves, well or ill, for whoever asks how the source is doing.

One file a source, `<data>/run/pulls-<source>.jsonl`, one JSON object a line, oldest first; the last 200 are kept:

    source, campaign    names
    started, finished   ISO, UTC
    ok, error           false and one line for people when something could not be had or read; else true and null
    files, bytes        what was taken in, of what size
    read, accepted, unchanged, held, rejected     rows; read = accepted + unchanged + held + rejected
    version             what was published after it; null when that is not known, as after most failures
    times, since        how many pulls in a row this line stands for, and when the first of them started

A pull that says nothing new - nothing to take again, or the same failure again - takes the place of the line before,
so that a source looked at every minute still remembers its last weeks.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from campaign.configuration import Configuration
from warehouse.versions import write_whole

LOG = logging.getLogger(__name__)
KEPT = 200
COUNTS = ("files", "bytes", "read", "accepted", "unchanged", "held", "rejected")


def history_file(config: Configuration, source: str) -> Path:
    """Return where the word of a source's pulls is left."""
    return config.data / "run" / f"pulls-{source}.jsonl"


def history(config: Configuration, source: str) -> list[dict[str, Any]]:
    """Return the last pulls of a source, newest first; [] when it was never pulled. A damaged line is left out."""
    try:
        lines = history_file(config, source).read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return []
    return [one for line in reversed(lines) if (one := _read(line)) is not None]


def _read(line: str) -> dict[str, Any] | None:
    try:
        one = json.loads(line)
    except ValueError:
        return None
    return one if isinstance(one, dict) and isinstance(one.get("finished"), str) else None


def leave_word(
    config: Configuration,
    source: str,
    campaign: str,
    started: datetime,
    did: Mapping[str, Any],
    error: str | None,
) -> None:
    """Note how a pull ended: `did` holds its counts and the version, as far as it came; a full disk is only logged."""
    record = {
        "source": source,
        "campaign": campaign,
        "started": started.astimezone(UTC).isoformat(),
        "finished": datetime.now(UTC).isoformat(),
        "ok": error is None,
        "error": error,
        **{name: int(did.get(name) or 0) for name in COUNTS},
        "version": did.get("version") or None,
        "times": 1,
        "since": started.astimezone(UTC).isoformat(),
    }
    known = history(config, source)
    if known and _same(known[0], record):
        record["times"], record["since"] = int(known[0].get("times", 1)) + 1, known[0].get("since", record["since"])
        known = known[1:]
    lines = [json.dumps(one, ensure_ascii=False) for one in reversed([record, *known][:KEPT])]
    file = history_file(config, source)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, "".join(f"{line}\n" for line in lines).encode())
    except OSError as problem:
        LOG.warning("source %s: no word of this pull could be left (%s)", source, problem)


def _same(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Tell whether a pull says nothing that the one before did not say."""
    told = ("ok", "error", *COUNTS, "version")
    return not now["files"] and all(before.get(name) == now[name] for name in told)
