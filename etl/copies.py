"""Copies: files of a folder copied, hashed and, where they are plain workbooks, read; many by two processes.

Where they are many, small workbooks are copied into a bundle, one of each process, not each into a file of its own.
The second process is lean: it brings in what copies and quick sheets need, and nothing else. It takes a few files at a
time, as this one does, and ends when this one closes its line, or dies.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import io
import os
import pickle
import select
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from etl.bundle import Bundle, Inside
from etl.quick_sheet import QUICK, QuickSheets
from etl.uncollected import MANY, uncollected

if TYPE_CHECKING:
    from etl.sheet_grid import Grid

_AT_ONCE = 20  # files given out at a time
_AHEAD = 2  # such parts that wait at the second process
_LENGTH = 8
_MINE, _ITS = "files-1.zip", "files-2.zip"  # the bundles; no file of a load is named so
_SERVE = "import sys; sys.path[:] = {path!r}; from etl.copies import serve; serve()"


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
    grid: Grid | None = None
    problem: str | None = None
    inside: Inside | None = None


@contextmanager
def copying(files: int) -> Iterator[Copying]:
    """Yield who copies so many files: with a second process when they are many and the machine has room for it."""
    second = _second() if files >= MANY and (os.cpu_count() or 1) > 1 else None
    try:
        yield Copying(second, ahead=files >= MANY)
    finally:
        if second is not None:
            for pipe in (second.stdin, second.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
            second.terminate()
            second.wait()


class Copying:
    """Copies files, alone or with a second process."""

    def __init__(self, second: subprocess.Popen[bytes] | None, *, ahead: bool) -> None:
        """Take the second process, if there is one; `ahead`: plain workbooks are read at once."""
        self._second = second
        self._copier = Copier(_MINE, many=ahead)

    def all(self, wanted: Sequence[Wanted]) -> list[Copied]:
        """Return what became of every file, in order; what bundles hold is on the disk then."""
        parts = [wanted[place : place + _AT_ONCE] for place in range(0, len(wanted), _AT_ONCE)]
        with uncollected(len(wanted)):
            try:
                return self._shared(parts)
            finally:
                self._copier.drop()

    def _shared(self, parts: list[Sequence[Wanted]]) -> list[Copied]:
        done: list[list[Copied] | None] = [None] * len(parts)
        given: list[int] = []
        waiting, mine = list(range(len(parts))), set[int]()
        while waiting or self._second is not None:
            if self._second is not None and not self._share(self._second, parts, done, given, waiting):
                self._second, given = None, []
                waiting = [place for place in range(len(parts)) if place not in mine]
                _forget(parts)
            if waiting:
                mine.add(place := waiting.pop())
                done[place] = [self._copier.copied(one) for one in parts[place]]
            else:
                self._second = None  # it has ended its bundle, and does no more
        self._copier.close()
        return [one for part in done for one in part or ()]

    @staticmethod
    def _share(
        second: subprocess.Popen[bytes],
        parts: list[Sequence[Wanted]],
        done: list[list[Copied] | None],
        given: list[int],
        waiting: list[int],
    ) -> bool:
        """Give the second process parts to do and take what it has done, to its end when none is waiting.

        Tell whether it is still there.
        """
        if second.stdin is None or second.stdout is None:
            return False
        work, answers = second.stdin.fileno(), second.stdout.fileno()
        try:
            while waiting and len(given) < _AHEAD:
                _put(work, parts[waiting[0]])
                given.append(waiting.pop(0))
            if not waiting:
                _put(work, None)
            while given and (not waiting or select.select([answers], [], [], 0)[0]):
                done[given[0]] = _taken(answers)
                given.pop(0)
            if not waiting:
                _taken(answers)
        except (OSError, EOFError, pickle.UnpicklingError):
            return False
        return True


class Copier:
    """Copies files one by one; `many`: plain workbooks are read at once, and small ones go into a bundle."""

    def __init__(self, bundle: str, *, many: bool) -> None:
        """Name the bundle, which lies beside the copies."""
        self._quick = QuickSheets() if many else None
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
        quick = self._quick if wanted.path.lower().endswith(QUICK) else None
        folder, name = os.path.split(wanted.copy)
        if quick is not None and self._bundle is None:
            self._bundle = Bundle(f"{folder}{os.sep}{self._name}")
        if quick is None or self._bundle is None or not self._bundle.holds(len(content)):
            with open(wanted.copy, "wb") as made:  # noqa: PTH123 - as above
                made.write(content)
            return Copied(digest, quick.grid(content, "") if quick is not None else None)
        inside = self._bundle.put(name, content, digest)
        return Copied(digest, quick.grid(content, ""), inside=inside)

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


def _forget(parts: list[Sequence[Wanted]]) -> None:
    """Remove the bundle of a second process that is gone: all that was in it is copied anew."""
    if parts:
        (Path(parts[0][0].copy).parent / _ITS).unlink(missing_ok=True)


def _second() -> subprocess.Popen[bytes] | None:
    """Start the second process; None where the system has none for us."""
    if os.name != "posix":  # no select() on its lines
        return None
    try:
        return subprocess.Popen(  # noqa: S603 - our own program, of our own words
            [sys.executable, "-I", "-S", "-c", _SERVE.format(path=sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
    except OSError:
        return None


def serve() -> None:
    """Copy what the first process asks for, until it has no more, or closes the line."""
    gc.disable()  # as the first process does meanwhile
    copier = Copier(_ITS, many=True)
    work, answers = sys.stdin.fileno(), sys.stdout.fileno()
    with contextlib.suppress(EOFError, BrokenPipeError):
        while (part := _taken(work)) is not None:
            _put(answers, [copier.copied(one) for one in part])
        copier.close()
        _put(answers, None)


def _put(line: int, what: object) -> None:
    content = pickle.dumps(what, pickle.HIGHEST_PROTOCOL)
    rest = memoryview(len(content).to_bytes(_LENGTH, "big") + content)
    while rest:
        rest = rest[os.write(line, rest) :]


def _taken(line: int) -> Any:
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
