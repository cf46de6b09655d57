"""Backup: everything that cannot be made again, in one file; and back."""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
import zipfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from campaign.configuration import Configuration
from campaign.errors import ContractError, UsageError
from reporting.figures import store_of
from warehouse.reader import Reader
from warehouse.versions import CURRENT, VersionStore, sha256_of

LOG = logging.getLogger(__name__)
CONTENTS = "CONTENTS.json"
KEPT_FOLDERS = ("received", "submitted", "notices")
SUFFIX = ".candich.zip"


def backup(config: Configuration, out: Path) -> dict[str, Any]:
    """Write every campaign's published version and all that was received, submitted and issued to one file.

    Return what went in. The file appears whole or not at all. Raises UsageError when `out` exists.
    """
    if out.exists():
        raise UsageError(str(out), "exists already", "name a file that is not there yet")
    out.parent.mkdir(parents=True, exist_ok=True)
    beside = out.with_name(f".{out.name}.part")
    contents: dict[str, Any] = {"made_at": datetime.now(UTC).isoformat(), "campaigns": {}, "files": {}}
    try:
        with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
            for campaign in config.campaigns:
                store = store_of(config, campaign.id)
                with store.lock():
                    current = store.current()
                    if current is None:
                        continue
                    for path in (store.path(current.version), store.folder / CURRENT):
                        _add(archive, contents, path, f"warehouse/{campaign.id}/{path.name}")
                    contents["campaigns"][campaign.id] = current.version
            for name in KEPT_FOLDERS:
                folder = config.data / name
                for path in sorted(one for one in folder.rglob("*") if one.is_file()):
                    parts = path.relative_to(folder).parts
                    if not any(part.startswith(".incoming-") for part in parts):
                        _add(archive, contents, path, f"{name}/{'/'.join(parts)}")
            archive.writestr(CONTENTS, json.dumps(contents, ensure_ascii=False, indent=1))
        beside.replace(out)
    finally:
        beside.unlink(missing_ok=True)
    return {"file": str(out), "campaigns": contents["campaigns"], "files": len(contents["files"])}


def _add(archive: zipfile.ZipFile, contents: dict[str, Any], path: Path, name: str) -> None:
    contents["files"][name] = sha256_of(path)
    archive.write(path, name)


def _unpacked(file: Path, folder: Path) -> dict[str, Any]:
    """Unpack a backup into `folder`, every byte checked; return its contents."""
    if not file.is_file():
        raise UsageError(str(file), "there is no such file", "name a file that backup wrote")
    try:
        with zipfile.ZipFile(file) as archive:
            contents: dict[str, Any] = json.loads(archive.read(CONTENTS))
            for name, digest in contents["files"].items():
                place = PurePosixPath(name)
                if place.is_absolute() or ".." in place.parts or place.parts[0] not in ("warehouse", *KEPT_FOLDERS):
                    raise ContractError(
                        f"{file}: {name}", "names a place outside the data folder", "not a backup of ours"
                    )
                target = folder / place
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(name) as packed, target.open("wb") as opened:
                    shutil.copyfileobj(packed, opened)
                if sha256_of(target) != digest:
                    raise ContractError(f"{file}: {name}", "is damaged", "use another backup")
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, OSError) as problem:
        raise ContractError(str(file), f"is not a whole backup ({problem})", "use another one") from None
    return contents


def restore(config: Configuration, file: Path) -> dict[str, Any]:
    """Bring back what a backup holds, after checking every byte of it.

    Each campaign's version comes back under the next version number, and CURRENT points to it; what was
    received, submitted or issued since stays. Return the versions published now.
    """
    found: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as locks:
        folder = Path(scratch)
        contents = _unpacked(file, folder)
        for campaign, version in contents["campaigns"].items():
            store = store_of(config, campaign)
            locks.enter_context(store.lock())
            opened = Reader(folder / "warehouse" / campaign / f"{version}.duckdb")
            opened.close()
        for name in KEPT_FOLDERS:
            source = folder / name
            for path in sorted(one for one in source.rglob("*") if one.is_file()):
                target = config.data / name / path.relative_to(source)
                if not target.exists():
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(path, target)
        for campaign, version in contents["campaigns"].items():
            found[campaign] = _bring_back(store_of(config, campaign), folder / "warehouse" / campaign, version)
    return {"file": str(file), "campaigns": found}


def _bring_back(store: VersionStore, folder: Path, version: str) -> str:
    building = store.begin(empty=True)
    shutil.copyfile(folder / f"{version}.duckdb", building)
    return store.publish(building, datetime.now(UTC)).version


def run_scheduled(config: Configuration) -> dict[str, Any]:
    """Make tonight's backup, prove that it can be unpacked whole and opened, and remove the oldest ones."""
    folder = config.backup.path
    name = datetime.now(config.zone).strftime("%Y-%m-%d-%H%M%S") + SUFFIX
    made = backup(config, folder / name)
    with tempfile.TemporaryDirectory() as scratch:
        contents = _unpacked(folder / name, Path(scratch))
        for campaign, version in contents["campaigns"].items():
            Reader(Path(scratch) / "warehouse" / campaign / f"{version}.duckdb").close()
    for old in sorted(folder.glob(f"*{SUFFIX}"))[: -config.backup.keep]:
        old.unlink()
    LOG.info("backup %s: %d files, test-restored", name, made["files"])
    return made
