"""Versions: the files of one campaign's warehouse, and which of them is CURRENT.

A run builds the next version beside the published ones and swaps CURRENT at the very end; whatever
kills it leaves the old version served. Readers open a version read-only by its own name.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from filelock import FileLock, Timeout

from campaign.errors import CanDichError, SourceError, UsageError

CURRENT = "CURRENT"
LOCK_SECONDS = 30.0
KEPT_VERSIONS = 20
KEPT_DAYS_AFTER = timedelta(days=90)
_NAME = re.compile(r"v([0-9]{6,})")


@dataclass(frozen=True)
class Current:
    """What CURRENT says: the published version, the sha256 of its file, and when it was published (UTC)."""

    version: str
    sha256: str
    published_at: datetime


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file's bytes, in hex."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old bytes or the new, never a part, even after a crash."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with beside.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    beside.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renames in a folder durable, where the system can."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


class VersionStore:
    """The versions of one campaign, in `folder` = <warehouse>/<campaign id>."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; nothing is made until something is written."""
        self.folder = folder

    def path(self, version: str) -> Path:
        """Return the file of a version."""
        return self.folder / f"{version}.duckdb"

    def versions(self) -> list[str]:
        """Return the names of the versions kept, oldest first."""
        found = [path.stem for path in self.folder.glob("v*.duckdb") if _NAME.fullmatch(path.stem)]
        return sorted(found, key=lambda name: int(name[1:]))

    def current(self) -> Current | None:
        """Return what CURRENT says; None before the first version."""
        try:
            content = json.loads((self.folder / CURRENT).read_text("utf-8"))
            return Current(content["version"], content["sha256"], datetime.fromisoformat(content["published_at"]))
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as problem:
            raise CanDichError(
                str(self.folder / CURRENT), f"not readable ({problem})", "name a version with the rollback command"
            ) from None

    @contextmanager
    def lock(self, seconds: float = LOCK_SECONDS) -> Iterator[None]:
        """Hold the campaign's writer lock; SourceError when another run keeps it for longer."""
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.folder / "writer.lock", timeout=seconds)
        try:
            lock.acquire()
        except Timeout:
            raise SourceError(
                str(self.folder), f"another run has been writing for over {seconds:g} s", "try again when it has ended"
            ) from None
        try:
            yield
        finally:
            lock.release()

    def begin(self, *, empty: bool = False) -> Path:
        """Return the file to build the next version in: a copy of CURRENT's, or none yet. Lock held."""
        for left in self.folder.glob(".building*"):
            left.unlink()
        building = self.folder / ".building.duckdb"
        current = None if empty else self.current()
        if current is not None:
            source = self.path(current.version)
            if source.with_name(source.name + ".wal").exists():
                raise CanDichError(str(source), "has a write-ahead log beside it", "use the rollback command")
            shutil.copyfile(source, building)
        return building

    def publish(self, building: Path, now: datetime) -> Current:
        """Make the finished file the next version and CURRENT; the lock is held, the file closed."""
        wal = building.with_name(building.name + ".wal")
        if wal.exists():
            raise CanDichError(str(wal), "the new version was not closed whole", "run again")
        with building.open("rb+") as opened:
            os.fsync(opened.fileno())
        current = self.current()
        used = [*self.versions(), *([current.version] if current else [])]
        version = f"v{max((int(one[1:]) for one in used), default=0) + 1:06d}"
        digest = sha256_of(building)
        building.rename(self.path(version))
        sync_folder(self.folder)
        return self.point_to(version, now, digest)

    def point_to(self, version: str, now: datetime, digest: str | None = None) -> Current:
        """Swap CURRENT to a version that is there."""
        path = self.path(version)
        if not _NAME.fullmatch(version) or not path.exists():
            known = ", ".join(self.versions()[-5:]) or "none"
            raise UsageError(f"version {version}", "is not kept", f"the latest kept are {known}")
        current = Current(version, digest or sha256_of(path), now.astimezone(UTC))
        content = {
            "version": current.version,
            "sha256": current.sha256,
            "published_at": current.published_at.isoformat(),
        }
        write_whole(self.folder / CURRENT, json.dumps(content).encode())
        return current

    def prune(self, now: datetime, zone: ZoneInfo, end: date, named: frozenset[str]) -> list[str]:
        """Remove the versions no rule keeps, and return them. Lock held.

        Kept: CURRENT, the last 20, the last of each local day until 90 days after the campaign's `end`,
        and every version `named` by a notice.
        """
        versions, current = self.versions(), self.current()
        kept = {*versions[-KEPT_VERSIONS:], *named, *([current.version] if current else [])}
        today = now.astimezone(zone).date()
        if today <= end + KEPT_DAYS_AFTER:
            last_of_day: dict[date, str] = {}
            for version in versions:
                made = datetime.fromtimestamp(self.path(version).stat().st_mtime, zone).date()
                last_of_day[made] = version
            kept.update(last_of_day.values())
        removed = [version for version in versions if version not in kept]
        for version in removed:
            self.path(version).unlink(missing_ok=True)
        return removed
