"""The chain: lines of JSON, each bound to the one before by its hash, over files that only grow.

One record a line, `{"n":7,…,"before":"<hash of record 6>","hash":"<sha256 of all that stands before it>"}`: the hash is
over the bytes as they stand, so no byte of a line can be another one. The head says which record was the last, and how
long its file was then. A line that its writer did not finish stays as it is; the record after it names its bytes.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from warehouse.versions import sync_folder

FIRST = "0" * 64  # what the first record says of the one before
HEAD, LOCK = "head.json", "lock"
HEAD_BYTES = 240  # always as long: it is written in place, in one piece
TORN = "torn"  # the record that closes off what a killed writer left
HEADLESS = "headless"  # the record that says the head was not there when it was written
_NAME = re.compile(r"[0-9]{4}-[0-9]{2}\.jsonl")
_LINES = re.compile(rb"[^\n]*\n|[^\n]+")
_LINE = re.compile(rb'(\{"n":([0-9]{1,18}),.*,"before":"([0-9a-f]{64})"),"hash":"([0-9a-f]{64})"\}')


@dataclass(frozen=True)
class Link:
    """A record's place in the chain: its number, from 1, and its hash. Number 0: before the first."""

    n: int = 0
    hash: str = FIRST

    def __str__(self) -> str:
        return f"{self.n}:{self.hash}"


@dataclass(frozen=True)
class Head:
    """The last record, the file it stands in and how many bytes that file had with it."""

    link: Link = Link()
    file: str = ""
    size: int = 0


def sealed(before: Link, record: Mapping[str, Any]) -> tuple[bytes, Link]:
    """Return the line of the record that follows `before`, and its place."""
    n = before.n + 1
    document = {"n": n, **record, "before": before.hash}
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()[:-1]
    digest = sha256(body).hexdigest()
    return b'%s,"hash":"%s"}\n' % (body, digest.encode()), Link(n, digest)


def link_of(line: bytes) -> tuple[Link, str] | None:
    """Return the place of the record in a line without its end, and the hash it names; None where it is no record."""
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    body, n, before, digest = found.groups()
    return (Link(int(n), digest.decode()), before.decode()) if sha256(body).hexdigest() == digest.decode() else None


def follows(link: Link, before: str, last: Link) -> bool:
    """Tell whether a record is the one after `last`."""
    return link.n == last.n + 1 and before == last.hash


def files_of(folder: Path) -> list[Path]:
    """Return the files of a log, oldest first."""
    return sorted(one for one in folder.glob("*.jsonl") if _NAME.fullmatch(one.name))


def read_head(folder: Path) -> Head | None:
    """Return what the head says; None where there is none, or none that can be read."""
    try:
        found = json.loads((folder / HEAD).read_bytes())
        head = Head(Link(int(found["n"]), str(found["hash"])), str(found["file"]), int(found["size"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return head if head.file == "" or _NAME.fullmatch(head.file) else None


@contextmanager
def locked(folder: Path, wait_seconds: float) -> Iterator[None]:
    """Be the only one who writes a log, or reads its head; filelock.Timeout when others keep it for longer."""
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / LOCK).acquire(timeout=wait_seconds):
        yield


def unwritable(folder: Path, wait_seconds: float) -> str:
    """Return why this process could not write a log that was begun; empty when it could. Nothing is written."""
    if not folder.is_dir():
        return ""
    try:
        with locked(folder, wait_seconds):
            for path in [*files_of(folder)[-1:], folder / HEAD]:
                if path.exists():
                    path.open("rb+").close()
    except (OSError, Timeout) as problem:
        return str(problem)
    return ""


class Writer:
    """Who appends to a log's files. The lock is held."""

    def __init__(self, folder: Path, at: str) -> None:
        """Take up the log where it ends, at a moment (ISO, UTC), and close off what a killed writer left."""
        self._folder, self._at = folder, at
        found = read_head(folder)
        files = files_of(folder) if found is None else []
        self._head = found or last_record(files)
        if found is None and not files:
            self._point(self._head)
        self._catch_up()
        if files:
            line, link = sealed(self._head.link, {"at": at, "what": HEADLESS})
            self._put(line, link, files[-1].name)

    def append(self, record: Mapping[str, Any], month: str) -> Link:
        """Put a record on disk for good, in the file of a month (or a later one already begun), and return its place.

        OSError when the disk does not take it; what is left of it is taken up, or closed off, by the next writer.
        """
        line, link = sealed(self._head.link, record)
        self._put(line, link, max(f"{month}.jsonl", self._head.file))
        return link

    def _put(self, line: bytes, link: Link, name: str) -> None:
        path = self._folder / name
        is_new = not path.exists()
        with path.open("ab") as opened:
            opened.write(line)
            opened.flush()
            os.fsync(opened.fileno())
            size = opened.tell()
        if is_new:
            sync_folder(self._folder)
        self._point(Head(link, name, size))

    def _point(self, head: Head) -> None:
        """Write the head over the old one: fewer bytes than a sector holds, so it is the one or the other."""
        document = {"n": head.link.n, "hash": head.link.hash, "file": head.file, "size": head.size}
        path = self._folder / HEAD
        is_new = not path.exists()
        with path.open("wb" if is_new else "r+b", buffering=0) as opened:
            opened.write(json.dumps(document).encode().ljust(HEAD_BYTES - 1) + b"\n")
            opened.truncate()
            if is_new:
                os.fsync(opened.fileno())
        if is_new:
            sync_folder(self._folder)
        self._head = head

    def _catch_up(self) -> None:
        """Take up what stands behind the head: the lines of a writer that was killed before it wrote the head."""
        for path in files_of(self._folder):
            if path.name < self._head.file:
                continue
            start = self._head.size if path.name == self._head.file else 0
            if path.stat().st_size == start:
                continue
            with path.open("rb") as opened:
                opened.seek(min(start, path.stat().st_size))
                rest = opened.read()
            if path.stat().st_size < start:  # the end was cut off: what is written next does not follow what stands
                self._end_line(path)
                self._point(Head(self._head.link, path.name, path.stat().st_size))
            else:
                self._take_up(path, start, rest)

    def _take_up(self, path: Path, start: int, rest: bytes) -> None:
        done = 0
        for line in lines_of(rest):
            found = link_of(line.removesuffix(b"\n"))
            if found is None or not follows(*found, self._head.link):
                self._close_off(path, rest[done:])
                return
            if not line.endswith(b"\n"):
                self._end_line(path)
                done += 1
            done += len(line)
            self._point(Head(found[0], path.name, start + done))

    def _close_off(self, path: Path, rest: bytes) -> None:
        end = b"" if rest.endswith(b"\n") else b"\n"
        about = {"bytes": len(rest + end), "sha256": sha256(rest + end).hexdigest()}
        line, link = sealed(self._head.link, {"at": self._at, "what": TORN, "about": about})
        self._put(end + line, link, path.name)

    def _end_line(self, path: Path) -> None:
        with path.open("rb+") as opened:
            if opened.seek(0, os.SEEK_END):
                opened.seek(-1, os.SEEK_END)
                if opened.read(1) != b"\n":
                    opened.write(b"\n")


def lines_of(content: bytes) -> list[bytes]:
    """Return the lines of a file, each with its end; a last one may have none."""
    return _LINES.findall(content)


def last_record(files: list[Path]) -> Head:
    """Return the last line of a log that is a record, whatever stands before it; Head() where there is none."""
    for path in reversed(files):
        content = path.read_bytes()
        end = len(content)
        for line in reversed(lines_of(content)):
            found = link_of(line.removesuffix(b"\n"))
            if found is not None and line.endswith(b"\n"):
                return Head(found[0], path.name, end)
            end -= len(line)
    return Head()
