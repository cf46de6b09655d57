"""The register: the notices that were issued, each with its number, its files and what they were made from.

<data>/notices/ID.json is the record, <data>/notices/ID/ holds its files. The files come first and the record last, so
whatever kills an issue leaves a whole record or none. Nothing of a record is ever written again. Records without a
number, written by drafts, only keep their version from being removed.
"""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from campaign.configuration import Campaign, Configuration
from campaign.errors import CanDichError, ContractError, SourceError, UsageError
from campaign.notices import Record, corrections, is_record, read_record
from campaign.scope import Scope
from etl.received import INCOMING
from reporting.figures import Figures, store_of
from warehouse.versions import Current, sha256_of, sync_folder, write_whole

LOG = logging.getLogger(__name__)
LOCK_SECONDS = 30.0
PIN = ".making.json"  # read as a record of a version that must stay


def folder(config: Configuration) -> Path:
    """Return the folder that issued notices of a data root are kept in."""
    return config.data / "notices"


def records(config: Configuration, campaign: str | None = None) -> list[Record]:
    """Return the notices issued (of one campaign), the latest first; ContractError names a record that is damaged."""
    found, damaged = _read(config)
    if damaged:
        raise damaged[0]
    return _latest(found, campaign)


def legible(config: Configuration, figures: Figures) -> list[Record]:
    """Return a campaign's notices that the reader of its figures may see, the latest first; damaged ones are left out.

    A notice is seen by whoever may see every unit it is about, as it was on the notice's own day.
    """
    found = _latest(_read(config)[0], figures.campaign.id)
    return [one for one in found if all(figures.sees(unit, one.as_of) for unit in one.units or (None,))]


def _latest(found: Sequence[Record], campaign: str | None) -> list[Record]:
    wanted = [one for one in found if campaign is None or one.campaign == campaign]
    return sorted(wanted, key=lambda one: (one.issued_at, one.number), reverse=True)


def _read(config: Configuration) -> tuple[list[Record], list[ContractError]]:
    """Return the records and what is wrong with those that cannot be read."""
    found, damaged = [], []
    for path in sorted(folder(config).glob("*.json")):
        try:
            content = json.loads(path.read_text("utf-8"))
            if is_record(content):
                found.append(read_record(content, str(path)))
        except ContractError as problem:
            damaged.append(problem)
        except (OSError, ValueError) as problem:
            damaged.append(ContractError(str(path), f"cannot be read ({problem})", "bring it back from a backup"))
    return found, damaged


def versions_named(config: Configuration, campaign: str) -> frozenset[str]:
    """Return the versions that a campaign's issued notices were made from, as far as their records can be read."""
    return frozenset(one.version for one in _read(config)[0] if one.campaign == campaign)


def record_of(config: Configuration, name: str) -> Record:
    """Return one notice by its id; UsageError names the latest there are."""
    found = records(config)
    one = next((record for record in found if record.id == name), None)
    if one is None:
        known = ", ".join(record.id for record in found[:5]) or "none has been issued"
        raise UsageError("notice", f"{name!r} is no notice on record", known)
    return one


def content_of(config: Configuration, record: Record, name: str) -> bytes:
    """Return the bytes of a file of a notice; ContractError when they are not those that were issued."""
    kept = next((one for one in record.files if one.name == name), None)
    path = folder(config) / record.id / name
    if kept is None or Path(name).name != name:
        raise ContractError(str(path), "is no file of this notice", "choose one that is")
    try:
        content = path.read_bytes()
        whole = sha256_of(path) == kept.sha256
    except OSError:
        content, whole = b"", False
    if not whole:
        raise ContractError(str(path), "is not the file that was issued", "bring it back from a backup")
    return content


@contextmanager
def opened(config: Configuration) -> Iterator[list[Record]]:
    """Hold the register alone, and give its records; what killed issues left is tidied away first.

    Raises SourceError when another issue holds it for long, ContractError when a record is damaged.
    """
    folder(config).mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder(config) / "register.lock", timeout=LOCK_SECONDS)
    try:
        lock.acquire()
    except Timeout:
        raise SourceError(
            str(folder(config)), f"another notice has been under way for over {LOCK_SECONDS:g} s", "try again"
        ) from None
    try:
        found = records(config)
        _tidy(config, found)
        yield found
    finally:
        lock.release()


def _tidy(config: Configuration, found: Sequence[Record]) -> None:
    """Remove the pins and the files of issues that were killed before their record was written. Register held."""
    known = {one.id for one in found}
    for path in folder(config).glob(f"*{PIN}"):
        path.unlink()
    for path in folder(config).iterdir():
        if path.is_dir() and path.name not in known:
            shutil.rmtree(path)


@contextmanager
def pinned(
    config: Configuration, campaign: Campaign, scope: Scope, on: date | None = None
) -> Iterator[tuple[Figures, Current]]:
    """Open a campaign's current version, which is not removed while the block lasts. Register held.

    `on`: the day on which the scope's codes are read.

    Raises SourceError before the first version, or when the campaign's lock is held.
    """
    store, pin = store_of(config, campaign.id), folder(config) / f"{campaign.id}{PIN}"
    with store.lock():
        current = store.current()
        if current is None:
            raise UsageError(f"campaign {campaign.id}", "has no published version yet", "run ingest or start")
        write_whole(pin, json.dumps({"campaign": campaign.id, "version": current.version}).encode())
    try:
        figures = Figures.open(config, campaign.id, current.version, scope, on)
        try:
            yield figures, current
        finally:
            figures.close()
    finally:
        pin.unlink(missing_ok=True)


def keep(config: Configuration, record: Record, files: dict[str, bytes]) -> None:
    """Put a notice on record: its files first, the record last. Register held, version pinned."""
    place = folder(config) / record.id
    draft = place.with_name(f"{INCOMING}{record.id}")
    try:
        for name, content in files.items():
            path = draft / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, content)
        draft.rename(place)
        sync_folder(place.parent)
        document = json.dumps(record.document(), ensure_ascii=False, indent=1)
        write_whole(folder(config) / f"{record.id}.json", document.encode())
    except OSError as problem:
        for left in (draft, place):
            shutil.rmtree(left, ignore_errors=True)
        raise SourceError(str(place), f"not writable ({problem.strerror})", "make room on the disk") from None
    LOG.info("notice %s issued: %s, %d files of %s", record.id, record.reference, len(record.files), record.version)


def examine(config: Configuration, campaign: str) -> list[tuple[bool, str]]:
    """Return (well, words) for everything wrong with a campaign's notices, or one line that all is as issued."""
    found, damaged = _read(config)
    mine = _latest(found, campaign)
    wrong = [(False, str(problem)) for problem in damaged]
    store, known = store_of(config, campaign), {one.id for one in found}
    for one in mine:
        for file in one.files:
            try:
                content_of(config, one, file.name)
            except CanDichError as problem:
                wrong.append((False, str(problem)))
        path = store.path(one.version)
        if not path.exists():
            wrong.append((False, f"the version {one.version} that {one.id} names is gone; bring it back from a backup"))
        elif sha256_of(path) != one.version_sha256:
            wrong.append((False, f"{path} is not the version that {one.id} was made from; it cannot be made again"))
    wrong += [
        (False, f"{old}, which {new.id} corrects, is not on record; bring it back from a backup")
        for old, new in corrections(mine).items()
        if old not in known
    ]
    if wrong or not mine:
        return wrong
    return [(True, f"{len(mine)} issued, every file and version as it was")]


def as_document(record: Record) -> dict[str, Any]:
    """Return what a page is told of a notice that was just issued."""
    return {"record": record.id, "reference": record.reference, "version": record.version, "files": len(record.files)}
