"""The verdict on a log: whether every record follows the one before, and where it first does not.

What it proves: nothing between the first record and the last was changed, taken out, put in or moved, and the end is
the one the head names. What it cannot: that somebody who may write as we do has not written the whole log anew, head
and all. For that, compare with a head that was kept elsewhere: a backup's, or doctor's last word (`known`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from filelock import Timeout

from access.chain import FIRST, HEADLESS, TORN, Head, Link, files_of, follows, link_of, locked, read_head

WAIT_SECONDS = 5.0
MOST_BREAKS = 50
START = Link()


class Flaw(StrEnum):
    """How a log is not whole."""

    CHANGED = "changed"  # what stands there is no record as it was written
    MISSING = "missing"  # records between this one and the one before it
    ORDER = "order"  # a record out of its place: doubled, moved or put in
    REBOUND = "rebound"  # the record before was written anew
    CUT = "cut"  # the end the head names is not there
    HEAD = "head"  # there is no head, or it does not say what stands in the files
    HEADLESS = "headless"  # the head was not there once; what stood after this record then is not known
    KNOWN = "known"  # not what it was when it was noted elsewhere


_WORDS: Mapping[Flaw, str] = {
    Flaw.CHANGED: "what stands here is not a record as it was written",
    Flaw.MISSING: "records are missing before this one",
    Flaw.ORDER: "this record is out of its place",
    Flaw.REBOUND: "the record before this one was written anew",
    Flaw.CUT: "the records after this one, which the head names, are missing",
    Flaw.HEAD: "the head is missing, or does not say what stands here",
    Flaw.HEADLESS: "the head was missing when this record was written; records before it may be missing",
    Flaw.KNOWN: "a record is not the one that was noted elsewhere",
}


@dataclass(frozen=True)
class Break:
    """One place where a log is not whole: the file and its line, from 1."""

    flaw: Flaw
    file: str
    line: int
    detail: str = ""

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}: " if self.file else ""
        return f"{where}{_WORDS[self.flaw]}" + (f" ({self.detail})" if self.detail else "")


@dataclass(frozen=True)
class Verdict:
    """What a look at a whole log found. `unfinished`: its last line is being written, or its writer was killed."""

    last: Link = START
    files: int = 0
    breaks: tuple[Break, ...] = ()
    unfinished: bool = False

    @property
    def whole(self) -> bool:
        """Tell whether every record follows the one before, to the end that the head names."""
        return not self.breaks


def verify(folder: Path, known: Iterable[Link] = ()) -> Verdict:
    """Return whether a log is whole; `known`: records noted elsewhere, which must stand in it."""
    if not folder.is_dir():
        return Verdict(breaks=tuple(_unknown(known, START)))
    try:
        with locked(folder, WAIT_SECONDS):
            head, files = _snapshot(folder)
    except (OSError, Timeout):  # a log one may only read
        head, files = _snapshot(folder)
    look = _Look(head, {one.n: one.hash for one in known})
    for path, size in files:
        look.file(path, size)
    return look.verdict(len(files))


def _snapshot(folder: Path) -> tuple[Head | None, list[tuple[Path, int]]]:
    return read_head(folder), [(path, path.stat().st_size) for path in files_of(folder)]


def _unknown(known: Iterable[Link], last: Link) -> list[Break]:
    return [Break(Flaw.KNOWN, "", 0, f"record {one.n} is not there") for one in known if one.n > last.n]


@dataclass
class _Look:
    """One pass over a log, line by line."""

    head: Head | None
    known: Mapping[int, str]
    last: Link = START
    breaks: list[Break] = field(default_factory=list)
    at: tuple[str, int] = ("", 0)
    rest: bytearray = field(default_factory=bytearray)  # lines since the last record that are none
    rest_at: tuple[str, int, int] = ("", 0, 0)
    headed: tuple[str, str, int] | None = None  # hash, file and end of the record the head names

    def file(self, path: Path, size: int) -> None:
        """Look at the first `size` bytes of the next file."""
        if self.rest:  # a file that ended in a half line was closed off before the next was begun
            self._flaw(Flaw.CHANGED, self.rest_at[0], self.rest_at[1])
            self.rest.clear()
        end = 0
        self.at = (path.name, 1)
        try:
            with path.open("rb") as opened:
                for number, line in enumerate(opened, 1):
                    if end + len(line) > size:
                        break
                    end += len(line)
                    self.at = (path.name, number)
                    self._line(line, end)
        except OSError as problem:
            self._flaw(Flaw.CHANGED, *self.at, detail=problem.strerror or repr(problem))

    def _line(self, line: bytes, end: int) -> None:
        found = link_of(line[:-1]) if line.endswith(b"\n") else None
        if found is None:
            if not self.rest:
                self.rest_at = (*self.at, end - len(line))
            self.rest += line
            return
        link, before = found
        if self.rest or link.n < 1:
            if not (follows(link, before, self.last) and self._closes(line)):
                self._flaw(Flaw.CHANGED, *self.rest_at[:2])
            self.rest.clear()
        elif not follows(link, before, self.last):
            self._out_of_place(link)
        elif self._is(line, TORN):
            self._flaw(Flaw.CHANGED, *self.at, detail="the half line before it is gone")
        if self._is(line, HEADLESS):
            self._flaw(Flaw.HEADLESS, *self.at)
        if self.known.get(link.n, link.hash) != link.hash:
            self._flaw(Flaw.KNOWN, *self.at, detail=f"record {link.n}")
        if self.head and link.n == self.head.link.n:
            self.headed = (link.hash, self.at[0], end)
        self.last = link

    def _closes(self, line: bytes) -> bool:
        about = json.loads(line).get("about") if self._is(line, TORN) else None
        return isinstance(about, dict) and about.get("sha256") == sha256(self.rest).hexdigest()

    @staticmethod
    def _is(line: bytes, what: str) -> bool:
        return f'"what":"{what}"'.encode() in line and json.loads(line).get("what") == what

    def _out_of_place(self, link: Link) -> None:
        missing = link.n - self.last.n - 1
        if missing > 0:
            span = f"{self.last.n + 1}" + (f" to {link.n - 1}" if missing > 1 else "")
            self._flaw(Flaw.MISSING, *self.at, detail=span)
        else:
            self._flaw(Flaw.ORDER if missing < 0 else Flaw.REBOUND, *self.at)

    def _flaw(self, flaw: Flaw, file: str, line: int, detail: str = "") -> None:
        if len(self.breaks) < MOST_BREAKS:
            self.breaks.append(Break(flaw, file, line, detail))

    def verdict(self, files: int) -> Verdict:
        """Return what the pass found, the end compared with the head."""
        unfinished = bool(self.rest) and self._is_behind_head()
        if self.rest and not unfinished:
            self._flaw(Flaw.CHANGED, *self.rest_at[:2])
        self._end(files)
        self.breaks += _unknown([Link(n, digest) for n, digest in self.known.items()], self.last)
        return Verdict(self.last, files, tuple(self.breaks), unfinished)

    def _is_behind_head(self) -> bool:
        file, _, start = self.rest_at
        return self.head is not None and (file, start) >= (self.head.file, self.head.size)

    def _end(self, files: int) -> None:
        if self.head is None:
            if files:
                self._flaw(Flaw.HEAD, *self.at)
        elif self.head.link.n > self.last.n:
            self._flaw(Flaw.CUT, *self.at, detail=f"to {self.head.link.n}")
        elif self.head.link.n == 0:
            if (self.head.link.hash, self.head.file, self.head.size) != (FIRST, "", 0):
                self._flaw(Flaw.HEAD, *self.at)
        elif self.headed != (self.head.link.hash, self.head.file, self.head.size) and not self.breaks:
            self._flaw(Flaw.HEAD, *self.at)
