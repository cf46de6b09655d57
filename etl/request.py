"""A request: a small file by which a page asks the scheduler to do something now.

`{"do": "pull", "source": NAME}`, with `sender` and `at` where somebody signed in asks: his rights are looked up then.
Written under another name and renamed, so the scheduler never sees half of one; taken by renaming it again, so it is
done at most once.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from campaign.configuration import Configuration
from etl.envelope import Sender


def folder(configuration: Configuration) -> Path:
    """Return the folder that requests of a data root are put in."""
    return configuration.data / "requests"


def submit(configuration: Configuration, do: str, sender: Sender | None = None, **details: str) -> Path:
    """Ask the scheduler to do something, and return the file that says so; it is gone once the scheduler took it."""
    target = folder(configuration) / f"{uuid.uuid4().hex}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(".tmp")
    wish: dict[str, Any] = {"do": do, **details}
    if sender is not None:
        wish |= {"sender": sender.document(), "at": datetime.now(UTC).isoformat()}
    draft.write_text(json.dumps(wish, ensure_ascii=False), "utf-8")
    draft.replace(target)
    return target


def take(configuration: Configuration) -> Iterator[tuple[Path, dict[str, Any] | None]]:
    """Yield each waiting request once, oldest first, with the file to remove when it is done.

    What cannot be read as a request is yielded as None.
    """
    waiting = []
    for file in folder(configuration).glob("*.json"):
        try:
            waiting.append((file.stat().st_mtime_ns, file))
        except FileNotFoundError:  # its sender took it back
            continue
    for _, file in sorted(waiting):
        taken = file.with_suffix(".taken")
        try:
            file.replace(taken)
            wish = json.loads(taken.read_text("utf-8"))
        except FileNotFoundError:
            continue
        except (OSError, ValueError):
            wish = None
        yield taken, wish if isinstance(wish, dict) else None


def abandoned(configuration: Configuration) -> list[Path]:
    """Return the requests that a scheduler took and died over."""
    return sorted(folder(configuration).glob("*.taken"))
