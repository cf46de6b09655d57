"""Copier: files of a folder copied and hashed one by one, and read where they are plain workbooks.

This is what the second process of a pull runs: what is imported here is paid for at every start.
"""

from __future__ import annotations

import gc
import hashlib
import io
import os
import pickle
import sys
from typing import Any, NamedTuple

from etl.bundle import Bundle, Inside
from etl.quick_sheet import QUICK, QuickGrid, QuickSheets

MINE, ITS = "files-1.zip", "files-2.zip"  # the bundles of either process; no file of a load is named so
_LENGTH = 8


class Wanted(NamedTuple):
    """A file to copy: where it is, its size and time of change when it was last seen, and where the copy goes.

    `known`: its sha256 when it was last taken; the same again is not copied.
    """

    path: str
    seen: tuple[int, int]
    copy: str
    known: str | None = None


class Copied(NamedTuple):
    """What became of one: its sha256, its sheet where it is a plain workbook, and its place where a bundle holds it.

    No sha256: it has changed or gone since it was seen, or, with `problem`, cannot be read.
    """

    sha256: str | None = None
    grid: QuickGrid | None = None
    problem: str | None = None
    inside: Inside | None = None


class Copier:
    """Copies files one by one; `many`: plain workbooks are read at once, and small ones go into a bundle."""

    def __init__(self, bundle: str, *, many: bool) -> None:
        """Name the bundle, which lies beside the copies."""
        self.quick = QuickSheets() if many else None
        self._name = bundle
        self._bundle: Bundle | None = None

    def copied(self, wanted: Wanted) -> Copied:
        """Copy one file, unless it has changed or gone since it was seen, or is as it was when it was last taken."""
        try:
            content = content_of(wanted.path)
            state = os.stat(wanted.path)  # noqa: PTH116 - a Path for each of many files costs more than this
        except FileNotFoundError:
            return Copied()
        except OSError as problem:
            return Copied(problem=problem.strerror or str(problem))
        if (state.st_size, state.st_mtime_ns) != wanted.seen or len(content) != wanted.seen[0]:
            return Copied()
        digest = hashlib.sha256(content).hexdigest()
        if digest == wanted.known:
            return Copied(digest)
        quick = self.quick if wanted.path.lower().endswith(QUICK) else None
        folder, name = os.path.split(wanted.copy)
        if quick is not None and self._bundle is None:
            self._bundle = Bundle(f"{folder}{os.sep}{self._name}")
        if quick is None or self._bundle is None or not self._bundle.holds(len(content)):
            with open(wanted.copy, "wb") as made:  # noqa: PTH123 - as above
                made.write(content)
            return Copied(digest, quick.read(content) if quick is not None else None)
        inside = self._bundle.put(name, content, digest)
        return Copied(digest, quick.read(content), inside=inside)

    def close(self) -> None:
        """Make durable what the bundle holds."""
        if self._bundle is not None:
            self._bundle.close()

    def drop(self) -> None:
        """Let go of the bundle."""
        if self._bundle is not None:
            self._bundle.drop()


def content_of(path: str) -> bytes:
    """Return a file's bytes."""
    with io.FileIO(path) as opened:  # nothing between us and the file: half the time of Path.read_bytes()
        return opened.readall()


def serve() -> None:
    """Copy what the first process asks for, until it has no more, or closes the line.

    It sends (forms of workbooks that it has learned, files), and gets the files' fates; None is the end, both ways.
    """
    gc.disable()  # as the first process does meanwhile
    copier = Copier(ITS, many=True)
    work, answers = sys.stdin.fileno(), sys.stdout.fileno()
    try:
        while (asked := taken(work)) is not None:
            forms, part = asked
            if copier.quick is not None:
                copier.quick.teach(forms)
            put(answers, [copier.copied(one) for one in part])
        copier.close()
        put(answers, None)
    except (EOFError, BrokenPipeError):
        copier.drop()


def put(line: int, what: object) -> None:
    """Send an object to the other process; BrokenPipeError when it is gone."""
    content = pickle.dumps(what, pickle.HIGHEST_PROTOCOL)
    rest = memoryview(len(content).to_bytes(_LENGTH, "big") + content)
    while rest:
        rest = rest[os.write(line, rest) :]


def taken(line: int) -> Any:
    """Return the next object that the other process sent; EOFError when it is gone."""
    size = int.from_bytes(_read(line, _LENGTH), "big")
    return pickle.loads(_read(line, size))  # noqa: S301 - from our own process, over a line that nobody else has


def _read(line: int, size: int) -> bytes:
    found = bytearray()
    while len(found) < size:
        piece = os.read(line, size - len(found))
        if not piece:
            raise EOFError
        found += piece
    return bytes(found)
