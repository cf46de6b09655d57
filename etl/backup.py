"""Backup: everything that cannot be made again, in one file; and back."""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import tempfile
import zipfile
import zlib
from contextlib import ExitStack
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

from access.audit import What, record
from campaign.configuration import Configuration
from campaign.errors import ContractError, SourceError, UsageError
from campaign.sections import IDENTIFIER
from etl import audit_kept
from etl.audited import HOUSE
from etl.outbox import Outbox
from etl.received import FINISHED, INCOMING
from etl.register import PIN, versions_named
from etl.register import folder as folder_of_notices
from reporting.figures import store_of
from warehouse.reader import Reader
from warehouse.versions import CURRENT, VersionStore, sha256_of, sync_folder

LOG = logging.getLogger(__name__)
CONTENTS = "CONTENTS.json"
NOTICES = "notices"
KEPT_FOLDERS = ("received", "submitted", NOTICES, "messages")
LOG_OF_MESSAGES = "messages/sent.jsonl"  # the one file that grows: of its folder nothing else is kept
PACKED_FOLDERS = ("warehouse", *KEPT_FOLDERS, audit_kept.PACKED)
SUFFIX = ".candich.zip"
HALF = ".restoring"  # what a restore is writing; one that was killed leaves it behind
SEAL = b"sha256:" + bytes(64)  # the archive's comment: the digest of every byte before it, in hexadecimal
_VERSION = re.compile(r"v[0-9]{6,}")


def backup(config: Configuration, out: Path) -> dict[str, Any]:
    """Write every campaign's published version and all that was received, submitted, issued and sent to one file.

    Return what went in. The file appears whole or not at all. Raises UsageError when `out` exists.
    """
    if out.exists():
        raise UsageError(str(out), "exists already", "name a file that is not there yet")
    out.parent.mkdir(parents=True, exist_ok=True)
    beside = out.with_name(f".{out.name}.part")
    contents: dict[str, Any] = {
        "made_at": datetime.now(UTC).isoformat(),
        "sealed": True,
        "campaigns": {},
        "files": {},
    }
    try:
        with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
            written = _written(config)
            for campaign in config.campaigns:
                store = store_of(config, campaign.id)
                with store.lock():
                    current = store.current()
                    if current is None:
                        continue
                    named = sorted(versions_named(config, campaign.id) - {current.version})
                    issued = [path for version in named if (path := store.path(version)).exists()]
                    for path in (store.path(current.version), store.folder / CURRENT, *issued):
                        _add(archive, contents, path, f"warehouse/{campaign.id}/{path.name}")
                    contents["campaigns"][campaign.id] = current.version
            for name in KEPT_FOLDERS:
                folder = config.data / name
                for path in sorted(one for one in folder.rglob("*") if one.is_file()):
                    parts = path.relative_to(folder).parts
                    if name == NOTICES and parts[0].removesuffix(".json") not in written:
                        continue
                    packed = f"{name}/{'/'.join(parts)}"
                    if name == "messages" and packed != LOG_OF_MESSAGES:
                        continue
                    if path.name != HALF and not any(part.startswith(INCOMING) for part in parts):
                        _add(archive, contents, path, packed)
            _add_log(archive, contents, config)
            archive.writestr(CONTENTS, json.dumps(contents, ensure_ascii=False, indent=1))
            archive.comment = SEAL
        _seal(beside)
        beside.replace(out)
    finally:
        beside.unlink(missing_ok=True)
    return {"file": str(out), "campaigns": contents["campaigns"], "files": len(contents["files"])}


def _written(config: Configuration) -> frozenset[str]:
    """Return the notices on record now; what is issued meanwhile waits for the next backup."""
    found = (path.name for path in folder_of_notices(config).glob("*.json"))
    return frozenset(name.removesuffix(".json") for name in found if not name.endswith(PIN))


def _add(archive: zipfile.ZipFile, contents: dict[str, Any], path: Path, name: str) -> None:
    if name == LOG_OF_MESSAGES:  # it may grow right now: what is read once is what is kept
        _add_read(archive, contents, path.read_bytes(), name)
        return
    contents["files"][name] = sha256_of(path)
    archive.write(path, name)


def _add_log(archive: zipfile.ZipFile, contents: dict[str, Any], config: Configuration) -> None:
    for packed, content in audit_kept.snapshot(config):
        _add_read(archive, contents, content, packed)


def _add_read(archive: zipfile.ZipFile, contents: dict[str, Any], content: bytes, name: str) -> None:
    contents["files"][name] = sha256(content).hexdigest()
    archive.writestr(name, content)


def _seal(file: Path) -> None:
    """Write the digest of all that comes before the seal into it: a zip alone does not check its own headers."""
    digest = _digest_before_seal(file)
    with file.open("rb+") as opened:
        opened.seek(-len(digest), os.SEEK_END)
        opened.write(digest)


def _is_whole(file: Path) -> bool:
    """Tell whether a sealed file is as it was sealed, to the last byte."""
    digest = _digest_before_seal(file)
    with file.open("rb") as opened:
        opened.seek(-len(digest), os.SEEK_END)
        return opened.read() == digest


def _digest_before_seal(file: Path) -> bytes:
    left, made = file.stat().st_size - 64, sha256()
    with file.open("rb") as opened:
        while left > 0:
            part = opened.read(min(left, 1 << 20))
            left -= len(part)
            made.update(part)
    return made.hexdigest().encode()


def _unpacked(file: Path, folder: Path) -> dict[str, str]:
    """Unpack a backup into `folder`, every byte checked; return each campaign's version."""
    if not file.is_file():
        raise UsageError(str(file), "there is no such file", "name a file that backup wrote")
    try:
        with zipfile.ZipFile(file) as archive:
            contents = json.loads(archive.read(CONTENTS))
            campaigns, files = _contents(file, contents)
            if contents.get("sealed") and not _is_whole(file):  # the earliest backups have no seal
                raise ContractError(str(file), "is damaged", "use another backup")
            for name, digest in files.items():
                target = folder / PurePosixPath(name)
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(name) as packed, target.open("wb") as opened:
                    shutil.copyfileobj(packed, opened)
                if sha256_of(target) != digest:
                    raise ContractError(f"{file}: {name}", "is damaged", "use another backup")
    except (zipfile.BadZipFile, zlib.error, LookupError, ValueError, EOFError, OSError, RuntimeError) as problem:
        raise ContractError(str(file), f"is not a whole backup ({problem})", "use another one") from None
    for campaign, version in campaigns.items():
        try:
            Reader(folder / _packed(campaign, version)).close()
        except SourceError:
            where = f"{file}: {_packed(campaign, version)}"
            raise ContractError(where, "cannot be opened as a version", "use another backup") from None
    return campaigns


def _packed(campaign: str, version: str) -> PurePosixPath:
    return PurePosixPath("warehouse", campaign, f"{version}.duckdb")


def _contents(file: Path, contents: object) -> tuple[dict[str, str], dict[str, str]]:
    """Return (version of each campaign, digest of each file); ContractError for what backup() never writes."""
    tables = [contents.get(name) for name in ("campaigns", "files")] if isinstance(contents, dict) else []
    campaigns, files = (one if isinstance(one, dict) else None for one in tables or (None, None))
    if campaigns is None or files is None:
        raise ContractError(f"{file}: {CONTENTS}", "is not a table of campaigns and files", "not a backup of ours")
    for campaign, version in campaigns.items():
        well = re.fullmatch(IDENTIFIER, campaign) and isinstance(version, str) and _VERSION.fullmatch(version)
        if not well or str(_packed(campaign, version)) not in files:
            raise ContractError(
                f"{file}: {CONTENTS}",
                f"found the campaign {campaign!r} with the version {version!r}",
                "a campaign's id and a version in the backup were expected: not a backup of ours",
            )
    for name in files:
        place = PurePosixPath(name)
        if place.is_absolute() or ".." in place.parts or (place.parts or ("",))[0] not in PACKED_FOLDERS:
            raise ContractError(f"{file}: {name!r}", "names a place outside the data folder", "not a backup of ours")
    return campaigns, files


def restore(config: Configuration, file: Path) -> dict[str, Any]:
    """Bring back what a backup holds, after checking every byte of it.

    Each campaign's version comes back under the next version number, and CURRENT points to it; what was
    received, submitted or issued since stays, and so does a file that is not as the backup has it, but for one
    that was cut short. Return the versions published now, and the files that differ.
    """
    found: dict[str, str] = {}
    differing: list[str] = []
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as locks:
        folder = Path(scratch)
        campaigns = _unpacked(file, folder)
        for campaign in campaigns:
            locks.enter_context(store_of(config, campaign).lock())
        log = config.data / LOG_OF_MESSAGES
        if not (
            log.is_file() and (not (folder / LOG_OF_MESSAGES).is_file() or _has_all(log, folder / LOG_OF_MESSAGES))
        ):
            Outbox(config).was_restored(datetime.now(UTC))  # what was sent since the backup stands nowhere
        for name in KEPT_FOLDERS:
            packed = [one for one in (folder / name).rglob("*") if one.is_file()]
            # the mark of a finished load comes last: without it, half a load counts for nothing
            for path in sorted(packed, key=lambda one: (one.parent, one.name == FINISHED, one.name)):
                place = path.relative_to(folder)
                if place.as_posix() == LOG_OF_MESSAGES and _has_all(config.data / place, path):
                    continue
                if not _put_back(path, config.data / place):
                    differing.append(place.as_posix())
                    LOG.warning("%s stays, unlike the backup's; to have that, remove it and restore again", place)
        if not audit_kept.bring_back(config, folder / audit_kept.PACKED):
            differing.append(audit_kept.PACKED)
            LOG.warning("the audit log stays; the backup's is another one, and was laid beside it")
        for campaign, version in campaigns.items():
            differing += _named_back(config, campaign, folder)
            found[campaign] = _bring_back(store_of(config, campaign), folder / _packed(campaign, version))
    return {"file": str(file), "campaigns": found, "differing": differing}


def _named_back(config: Configuration, campaign: str, folder: Path) -> list[str]:
    """Put the versions that notices name back under their own names; return those that are another one here."""
    differing = []
    for version in sorted(versions_named(config, campaign)):
        packed = folder / _packed(campaign, version)
        if packed.is_file() and not _put_back(packed, store_of(config, campaign).path(version)):
            differing.append(_packed(campaign, version).as_posix())
            LOG.warning("%s stays, unlike the backup's: a notice made from it cannot be made again", version)
    return differing


def _put_back(path: Path, target: Path) -> bool:
    """Write a file where it is missing or cut short, whole or not at all; return whether it is as in the backup."""
    if target.exists():
        if not _is_cut_short(target, path):
            return sha256_of(target) == sha256_of(path)
        LOG.warning("%s was cut short; it is mended from the backup", target)
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(HALF)
    shutil.copyfile(path, beside)
    with beside.open("rb+") as opened:
        os.fsync(opened.fileno())
    beside.replace(target)
    sync_folder(target.parent)
    return True


def _has_all(target: Path, path: Path) -> bool:
    """Tell whether `target` begins as `path` does."""
    return target.is_file() and target.read_bytes().startswith(path.read_bytes())


def _is_cut_short(target: Path, path: Path) -> bool:
    """Tell whether `target` holds the beginning of `path` and no more."""
    size = target.stat().st_size
    if size >= path.stat().st_size:
        return False
    with path.open("rb") as whole:
        return whole.read(size) == target.read_bytes()


def _bring_back(store: VersionStore, packed: Path) -> str:
    building = store.begin(empty=True)
    shutil.copyfile(packed, building)
    return store.publish(building, datetime.now(UTC)).version


def run_scheduled(config: Configuration) -> dict[str, Any]:
    """Make tonight's backup, prove that it can be unpacked whole and opened, and remove the oldest ones."""
    folder = config.backup.path
    name = datetime.now(config.zone).strftime("%Y-%m-%d-%H%M%S") + SUFFIX
    made = backup(config, folder / name)
    with tempfile.TemporaryDirectory() as scratch:
        _unpacked(folder / name, Path(scratch))
    for old in sorted(folder.glob(f"*{SUFFIX}"))[: -config.backup.keep]:
        old.unlink()
    record(config, What.BACKUP, HOUSE, file=name, files=made["files"])
    LOG.info("backup %s: %d files, test-restored", name, made["files"])
    return made
