"""Received: what arrived, kept as it arrived, one folder a load, before anything is made of it."""

from __future__ import annotations

import json
import os
import re
import shutil
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from campaign.errors import ContractError, SourceError, UsageError
from etl.bundle import Inside
from etl.copier import Copied, Wanted
from etl.copies import copying
from etl.envelope import Envelope, read_envelope
from etl.kept import Kept, beside, on_disk
from etl.quick_sheet import QuickGrid
from etl.uncollected import MANY
from warehouse.versions import sha256_of, sync_folder, write_whole

MANIFEST = "manifest.json"
FINISHED = "finished"
ASIDE = ".aborted-"
INCOMING = ".incoming-"
STALE_AFTER = timedelta(days=1)
_ODD = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_A_BYTE = 0xFF
_KEPT = re.compile(r"[0-9]{3,}-")
_WRITER = json.JSONEncoder(ensure_ascii=False)
MOST_OF_A_NAME = 60  # characters of a file's own name kept in ours, its ending with them; the manifest has it whole


@dataclass(frozen=True)
class Received:
    """One load as it arrived: its files in order, each (name it had, file we keep or its place in a bundle, sha256).

    `came_from`: the folder that this one was before it was taken in, where that was ours. `grids`: the sheets that were
    read as their files were copied, by sha256.
    """

    folder: Path
    source: str
    files: list[tuple[str, Kept, str]]
    envelope: Envelope | None = None
    came_from: Path | None = None
    grids: dict[str, QuickGrid] = field(default_factory=dict, compare=False, repr=False)

    @property
    def batch(self) -> str:
        """Return the load's id."""
        return self.folder.name


def plain_name(name: str) -> str:
    """Return a file's name as it can be told and written: bytes that are no text, and line breaks, stand as %0a."""
    return _ODD.sub(lambda one: f"%{ord(one[0]) & _A_BYTE:02x}", name)


def kept_name(number: int, name: str) -> str:
    """Return the name under which we keep the file of a load that has a number in it."""
    return f"{number:03d}-{plain_name(name)[-MOST_OF_A_NAME:]}"


def _listed(name: str, kept: Kept, digest: str) -> dict[str, Any]:
    """Return what the manifest says of a file."""
    told: dict[str, Any] = {"name": name, "kept": kept.name, "sha256": digest}
    return told | {"in": on_disk(kept), "at": kept.at, "size": kept.size} if isinstance(kept, Inside) else told


def _kept(folder: Path, told: dict[str, Any]) -> Kept:
    """Return the file that a manifest tells of."""
    if "in" not in told:
        return folder / str(told["kept"])
    return Inside(f"{folder}{os.sep}{told['in']}", str(told["kept"]), int(told["at"]), int(told["size"]),
                  str(told["sha256"]))  # fmt: skip


def as_it_arrived(kept: Kept, digest: str) -> bool:
    """Tell whether a kept file is the bytes that it was."""
    try:
        return (sha256(kept.read_bytes()).hexdigest() if isinstance(kept, Inside) else sha256_of(kept)) == digest
    except (OSError, SourceError):
        return False


def _linked(path: Path, copy: Path) -> bool:
    """Give a file a second name; tell whether the disk can."""
    try:
        os.link(path, copy)
    except OSError:
        return False
    return True


def _folder_of(files: Sequence[Kept], ours: Mapping[Kept, tuple[str, str]]) -> Path | None:
    """Return the folder that holds these files of ours, under names as we keep them, and nothing else."""
    folders = {Path(one).parent for one in {one.bundle if isinstance(one, Inside) else str(one) for one in files}}
    if len(folders) != 1 or not all(path in ours and _KEPT.match(path.name) for path in files):
        return None
    (folder,) = folders
    return folder if set(os.listdir(folder)) == set(map(on_disk, files)) else None  # noqa: PTH208 - names do


def _copied(files: Sequence[Kept], folder: Path, ours: Mapping[Kept, tuple[str, str]]) -> list[Copied]:
    """Copy files of other people's, where they are many, into a folder; no sha256: it is still to be copied."""
    others = [path for path in files if isinstance(path, Path)]
    if len(files) < MANY or ours or len(others) < len(files):
        return [Copied()] * len(files)
    wanted = []
    for number, path in enumerate(others):
        state = path.stat()
        copy = folder / kept_name(number, plain_name(path.name))
        wanted.append(Wanted(str(path), (state.st_size, state.st_mtime_ns), str(copy)))
    with copying(len(wanted)) as copies:
        return copies.all(wanted)


def _moved(folder: Path, to: Path) -> bool:
    """Give a folder another name; tell whether the disk can."""
    try:
        folder.rename(to)
    except OSError:
        return False
    return True


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

    def take(
        self,
        files: Sequence[Kept],
        source: str,
        envelope: Envelope | None = None,
        ours: Mapping[Kept, tuple[str, str]] | None = None,
    ) -> Received:
        """Copy files in as they are, under a name of their own until settle() gives the load its id.

        `ours`: files that nobody else writes to, each (name it had, sha256): those are linked, not copied, and taken
        out of their bundles. A folder that holds those, named as ours are, and nothing else, becomes the load's.
        """
        ours = ours or {}
        for path in files:
            if path not in ours and not (isinstance(path, Path) and path.is_file()):
                raise UsageError(str(path), "there is no such file", "name a CSV or XLSX file")
        folder = self.folder / f"{INCOMING}{uuid.uuid4().hex}"
        self.folder.mkdir(parents=True, exist_ok=True)
        if (whole := _folder_of(files, ours)) is not None and _moved(whole, folder):
            there = str(folder)
            moved = [(*ours[path], beside(there, path)) for path in files]
            return Received(folder, source, [(name, one, digest) for name, digest, one in moved], envelope, whole)
        folder.mkdir()
        kept: list[tuple[str, Kept, str]] = []
        grids: dict[str, QuickGrid] = {}
        try:
            for number, (path, copied) in enumerate(zip(files, _copied(files, folder, ours), strict=True)):
                name, digest = ours.get(path, (plain_name(path.name), ""))
                copy = folder / kept_name(number, name)
                if copied.sha256 is not None:
                    kept.append((name, copied.inside or copy, copied.sha256))
                    if copied.grid is not None:
                        grids[copied.sha256] = copied.grid
                    continue
                if isinstance(path, Inside):
                    copy.write_bytes(path.read_bytes())
                elif not digest or not _linked(path, copy):
                    shutil.copyfile(path, copy)
                    digest = sha256_of(copy)
                kept.append((name, copy, digest))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return Received(folder, source, kept, envelope, grids=grids)

    def settle(self, received: Received, received_at: datetime) -> Received:
        """Give a load its id, write its manifest, and make both durable."""
        content: dict[str, Any] = {"source": received.source, "received_at": received_at.astimezone(UTC).isoformat()}
        if received.envelope is not None:
            content["envelope"] = received.envelope.document()
        lines = ",\n  ".join(_WRITER.encode(_listed(*one)) for one in received.files)
        manifest = f'{json.dumps(content, ensure_ascii=False, indent=1)[:-2]},\n "files": [\n  {lines}\n ]\n}}'
        write_whole(received.folder / MANIFEST, manifest.encode())
        folder = self.folder / batch_id(received_at)
        received.folder.rename(folder)
        sync_folder(self.folder)
        there = str(folder)
        moved = [(name, beside(there, path), one) for name, path, one in received.files]
        return Received(folder, received.source, moved, received.envelope)

    def finish(self, received: Received) -> None:
        """Note that a load's run has ended well: only such loads count and are replayed."""
        write_whole(received.folder / FINISHED, b"")

    def drop(self, received: Received) -> None:
        """Forget a load that was refused before it got an id; a folder that was ours before is where it was."""
        if received.came_from is not None and _moved(received.folder, received.came_from):
            return
        shutil.rmtree(received.folder, ignore_errors=True)

    def recover(self, published: Callable[[list[str]], set[str]], now: datetime) -> None:
        """Tidy up after runs that were killed; the campaign's lock is held.

        `published` tells which of some loads the published version holds: those are finished. Any other load
        without a finished run is set aside, as it arrived. Copies never given an id go after a day.
        """
        open_loads = [folder for folder in self._folders() if not (folder / FINISHED).exists()]
        known = published([folder.name for folder in open_loads]) if open_loads else set()
        for folder in open_loads:
            if folder.name in known:
                write_whole(folder / FINISHED, b"")
            else:
                folder.rename(self.folder / f"{ASIDE}{folder.name}-{uuid.uuid4().hex[:8]}")
        for folder in self.folder.glob(f"{INCOMING}*"):
            if now.timestamp() - folder.stat().st_mtime > STALE_AFTER.total_seconds():
                shutil.rmtree(folder, ignore_errors=True)

    def loads(self) -> list[Received]:
        """Return every load whose run ended well, in order of receipt; ContractError names a damaged manifest."""
        return [self._read(folder) for folder in self._folders() if (folder / FINISHED).exists()]

    def _folders(self) -> list[Path]:
        return sorted(folder for folder in self.folder.glob("[0-9]*Z") if folder.is_dir())

    @staticmethod
    def _read(folder: Path) -> Received:
        try:
            content = json.loads((folder / MANIFEST).read_text("utf-8"))
            files = [(str(one["name"]), _kept(folder, one), str(one["sha256"])) for one in content["files"]]
            envelope = read_envelope(content["envelope"], str(folder / MANIFEST)) if "envelope" in content else None
            return Received(folder, str(content["source"]), files, envelope)
        except (OSError, ValueError, KeyError, TypeError) as problem:
            where = str(folder / MANIFEST)
            raise ContractError(where, f"is damaged ({problem})", "bring it back from a backup") from None

    def load_of(self, envelope: str) -> Received | None:
        """Return the load of an envelope whose run ended well; None when there is none."""
        return next((one for one in reversed(self.loads()) if one.envelope and one.envelope.id == envelope), None)

    def last_received_at(self) -> datetime | None:
        """Return when the last load whose run ended well was received."""
        names = [folder.name for folder in self._folders() if (folder / FINISHED).exists()]
        return batch_moment(names[-1]) if names else None
