"""Copies: files of a folder copied, hashed and, where they are plain workbooks, read; many by two processes.

Where they are many, small workbooks are copied into a bundle, one of each process, not each into a file of its own.
The second process is lean: it brings in what copies and quick sheets need (copier.py), and nothing else. It takes a few
files at a time, as this one does, and ends when this one closes its line, or dies.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import select
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from etl.copier import ITS, MINE, Copied, Copier, Wanted, put, taken
from etl.uncollected import MANY, uncollected

_AT_ONCE = 10  # files given out at a time
_AHEAD = 2  # such parts that wait at the second process
_SERVE = "import sys; sys.path[:] = {path!r}; from etl.copier import serve; serve()"


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
        self._copier = Copier(MINE, many=ahead)

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
            if waiting:  # while the second one starts, forms are learned for it
                mine.add(place := waiting.pop())
                done[place] = [self._copier.copied(one) for one in parts[place]]
            if self._second is None:
                continue
            if not self._share(self._second, parts, done, given, waiting):
                self._second, given = None, []
                waiting = [place for place in range(len(parts)) if place not in mine]
                _forget(parts)
            elif not waiting:
                self._second = None  # it has ended its bundle, and does no more
        self._copier.close()
        return [one for part in done for one in part or ()]

    def _share(
        self,
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
                put(work, (self._copier.quick.learned() if self._copier.quick is not None else [], parts[waiting[0]]))
                given.append(waiting.pop(0))
            if not waiting:
                put(work, None)
            while given and (not waiting or select.select([answers], [], [], 0)[0]):
                done[given[0]] = taken(answers)
                given.pop(0)
            if not waiting:
                taken(answers)
        except (OSError, EOFError, pickle.UnpicklingError):
            return False
        return True


def _forget(parts: list[Sequence[Wanted]]) -> None:
    """Remove the bundle of a second process that is gone: all that was in it is copied anew."""
    if parts:
        (Path(parts[0][0].copy).parent / ITS).unlink(missing_ok=True)


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
