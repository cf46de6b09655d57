"""Received: what arrived, kept as it arrived, one folder a load, before anything is made of it."""

from __future__ import annotations

import json
import shutil
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from campaign.errors import UsageError
from warehouse.versions import sha256_of, sync_folder, write_whole

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Received:
    """One load as it arrived: its files in order, each (name it had, file we keep, sha256)."""

    folder: Path
    source: str
    files: list[tuple[str, Path, str]]

    @property
    def batch(self) -> str:
        """Return the load's id."""
        return self.folder.name


def batch_id(received_at: datetime) -> str:
    """Return the id of a load received at a moment; ids sort as the moments do."""
    return received_at.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")


def batch_moment(batch: str) -> datetime:
    """Return the moment a load's id names."""
    return datetime.strptime(batch, "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC)


class ReceivedStore:
    """The received files of one campaign, in `folder` = <data>/received/<campaign id>."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; it is made with the first file."""
        self.folder = folder

    def take(self, files: list[Path], source: str) -> Received:
        """Copy files in as they are, under a name of their own until settle() gives the load its id."""
        for path in files:
            if not path.is_file():
                raise UsageError(str(path), "there is no such file", "name a CSV or XLSX file")
        folder = self.folder / f".incoming-{uuid.uuid4().hex}"
        folder.mkdir(parents=True)
        kept: list[tuple[str, Path, str]] = []
        for number, path in enumerate(files):
            copy = folder / f"{number:03d}-{path.name}"
            shutil.copyfile(path, copy)
            kept.append((path.name, copy, sha256_of(copy)))
        return Received(folder, source, kept)

    def settle(self, received: Received, received_at: datetime) -> Received:
        """Give a load its id, write its manifest, and make both durable."""
        content: dict[str, Any] = {
            "source": received.source,
            "received_at": received_at.astimezone(UTC).isoformat(),
            "files": [{"name": name, "kept": path.name, "sha256": digest} for name, path, digest in received.files],
        }
        write_whole(received.folder / MANIFEST, json.dumps(content, ensure_ascii=False, indent=1).encode())
        folder = self.folder / batch_id(received_at)
        received.folder.rename(folder)
        sync_folder(self.folder)
        return Received(
            folder, received.source, [(name, folder / path.name, one) for name, path, one in received.files]
        )

    def drop(self, received: Received) -> None:
        """Forget a load that was refused before it got an id."""
        shutil.rmtree(received.folder, ignore_errors=True)

    def loads(self) -> list[Received]:
        """Return every load kept, in order of receipt."""
        found = []
        for folder in sorted(self.folder.glob("[0-9]*Z")):
            manifest = folder / MANIFEST
            if manifest.is_file():
                content = json.loads(manifest.read_text("utf-8"))
                files = [(one["name"], folder / one["kept"], one["sha256"]) for one in content["files"]]
                found.append(Received(folder, content["source"], files))
        return found

    def last_received_at(self) -> datetime | None:
        """Return when the last load kept was received."""
        names = sorted(folder.name for folder in self.folder.glob("[0-9]*Z"))
        return batch_moment(names[-1]) if names else None
