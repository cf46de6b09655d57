"""The audit log in backups: what goes in, what comes back, and the heads that backups remember.

A restore never shortens the log and never mixes two: the longer one of the same beginning stays; where the backup's
went another way it is laid beside ours, in `kept/`, and the head of each is told.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from filelock import Timeout

from access.audit import LOCK_SECONDS, folder
from access.chain import FIRST, HEAD, HEAD_BYTES, Link, files_of, last_record, locked
from access.verifying import Flaw, Verdict, verify
from campaign.configuration import Configuration
from campaign.errors import SourceError
from warehouse.versions import write_whole

PACKED = "audit"  # the log's folder in a backup
KEPT = "kept"  # logs of other houses, or of other days, that a restore brought
SHORT = 12


def snapshot(config: Configuration) -> Iterator[tuple[str, bytes]]:
    """Yield (name in the backup, content) of the log's files as of one moment, the head last; those laid beside it too.

    SourceError when others keep the log locked.
    """
    place = folder(config)
    if not place.is_dir():
        return
    try:
        with locked(place, LOCK_SECONDS):
            head = (place / HEAD).read_bytes() if (place / HEAD).is_file() else None
            sizes = [(path, path.stat().st_size) for path in files_of(place)]
    except Timeout:
        raise SourceError("audit log", "is being written by another process", "try again") from None
    for path in sorted(one for one in (place / KEPT).rglob("*") if one.is_file()):
        yield f"{PACKED}/{path.relative_to(place).as_posix()}", path.read_bytes()
    for path, size in sizes:  # they only grow: what comes meanwhile waits for the next backup
        with path.open("rb") as opened:
            yield f"{PACKED}/{path.name}", opened.read(size)
    if head is not None:
        yield f"{PACKED}/{HEAD}", head


def bring_back(config: Configuration, packed: Path) -> bool:
    """Take up the log of an unpacked backup in `packed`; return whether ours now has all of it.

    False: it is another log than ours, and laid beside it. SourceError when others keep the log locked.
    """
    theirs = files_of(packed)
    for beside in sorted(one for one in (packed / KEPT).glob("*") if one.is_dir()):
        _lay(beside, folder(config) / KEPT / beside.name)
    if not theirs:
        return True
    try:
        with locked(folder(config), LOCK_SECONDS):
            ours = {path.name: path for path in files_of(folder(config))}
            if all(path.name in ours and _begins(ours[path.name], path) for path in theirs):
                return True
            names = {path.name for path in theirs}
            if all(name in names and _begins(packed / name, path) for name, path in ours.items()):
                for path in [*theirs, packed / HEAD]:
                    if path.is_file():
                        write_whole(folder(config) / path.name, path.read_bytes())
                return True
    except Timeout:
        raise SourceError("audit log", "is being written by another process", "try again") from None
    last = last_record(theirs).link
    _lay(packed, folder(config) / KEPT / f"{last.n}-{last.hash[:SHORT]}")
    return False


def _begins(longer: Path, shorter: Path) -> bool:
    return longer.read_bytes().startswith(shorter.read_bytes())


def _lay(source: Path, target: Path) -> None:
    """Copy a log to where none stands yet; what stands there is left as it is."""
    target.mkdir(parents=True, exist_ok=True)
    for path in [*files_of(source), source / HEAD]:
        if path.is_file() and not (target / path.name).exists():
            write_whole(target / path.name, path.read_bytes())


def laid_beside(config: Configuration) -> list[Path]:
    """Return the folders of the logs that restores laid beside ours."""
    return sorted(one for one in (folder(config) / KEPT).glob("*") if one.is_dir())


def remembered(config: Configuration) -> list[tuple[str, Link]]:
    """Return (file, last record) of the log in each backup of the configured folder, as it was when that was made."""
    found = []
    for file in sorted(config.backup.path.glob("*.zip")):
        try:
            with zipfile.ZipFile(file) as archive:
                head = json.loads(archive.read(f"{PACKED}/{HEAD}")[:HEAD_BYTES])
            link = Link(int(head["n"]), str(head["hash"]))
        except (OSError, zipfile.BadZipFile, LookupError, ValueError, TypeError, EOFError, RuntimeError):
            continue  # one without a log, or none of ours: restore says what is wrong with it
        if link.hash != FIRST:
            found.append((file.name, link))
    return found


def judged(config: Configuration, known: Iterable[Link] = ()) -> Verdict:
    """Return whether our log is whole and holds every record in `known`, and those that backups remember of it.

    What a backup remembers of a log that a restore laid beside ours is looked for there.
    """
    own = [link for _, link in remembered(config)]
    for place in laid_beside(config):
        there = {link for link in own if all(one.flaw is not Flaw.KNOWN for one in verify(place, [link]).breaks)}
        own = [link for link in own if link not in there]
    return verify(folder(config), [*known, *own])
