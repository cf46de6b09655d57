"""The heartbeat: what the scheduler says of itself every few seconds, and how long ago it last did."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from campaign.configuration import Configuration

EVERY = 5.0
SILENT_AFTER = 20.0


def path(configuration: Configuration) -> Path:
    """Return where the scheduler of a data root writes its heartbeat."""
    return configuration.data / "run" / "scheduler.json"


def write(configuration: Configuration, beat: dict[str, Any]) -> None:
    """Put the heartbeat on disk whole: a reader sees the earlier one or this one."""
    target = path(configuration)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(f".{os.getpid()}.tmp")
    draft.write_text(json.dumps(beat, ensure_ascii=False, indent=1), "utf-8")
    draft.replace(target)


def read(configuration: Configuration) -> dict[str, Any] | None:
    """Return the last heartbeat, or None when there is none that can be read.

    Keys: at (ISO, UTC), pid, started (ISO, UTC), jobs: a list of {job, source, campaign, last_ok, last_error,
    running_since, next}; last_error is a sentence, or None when the last run went well.
    """
    try:
        beat = json.loads(path(configuration).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return beat if isinstance(beat, dict) else None


def age(configuration: Configuration, now: datetime) -> float | None:
    """Return the seconds since the last heartbeat, or None when no scheduler ever ran on this data root."""
    beat = read(configuration)
    try:
        return (now - datetime.fromisoformat(str(beat["at"]))).total_seconds() if beat else None
    except (KeyError, ValueError, TypeError):
        return None


def is_silent(configuration: Configuration, now: datetime) -> bool:
    """Tell whether the scheduler has missed several heartbeats, or never gave one."""
    seconds = age(configuration, now)
    return seconds is None or seconds > SILENT_AFTER
