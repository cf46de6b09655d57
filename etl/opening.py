"""Opening: the files of a load as tables of rows: archives unpacked, the pages of one answer put together."""

from __future__ import annotations

import io
import re
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from campaign.configuration import Source
from campaign.errors import ContractError
from campaign.rows import Row
from etl.alike import AlikeTable
from etl.bundle import Inside
from etl.kept import Kept, size_of
from etl.long_text import LONG, LongText, long_text
from etl.many_tables import MANY, LaidOut, ShortTable, ShortTables
from etl.quick_sheet import QUICK
from etl.reading import JSON, TEXTS, WORKBOOKS, Table, read_rows, rows_of, table_of
from etl.room import no_room

if TYPE_CHECKING:
    from etl.quick_sheet import QuickGrid

ZIP = ".zip"
KINDS = (*WORKBOOKS, *TEXTS, JSON, ZIP)
MOST_MEMBERS = 10_000
MOST_UNPACKED = 1 << 30  # bytes of all members together
MOST_RATIO = 200  # unpacked to packed; text of counts reaches about 20
RATIO_FROM = 1 << 25  # bytes unpacked below which no ratio is too high
_CHUNK = 1 << 20
_LONG_SHEET = 50_000  # bytes of a laid-out file from which columns may pay: each of its cells may be a count
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others take what memory they say they need, or are rare
_NO_ARCHIVE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    IndexError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)  # fmt: skip - what zipfile raises for archives that are none
_LABEL = re.compile(r"[\x00-\x1f\x7f]")

Rows = list[Row] | LongText | ShortTable | AlikeTable | LaidOut
Tables = list[tuple[str, Rows]]


def open_load(
    files: Sequence[tuple[str, Kept, str]], source: Source | None, ahead: Mapping[str, QuickGrid] | None = None
) -> Tables:
    """Return (name, rows) of every file of a load, a long CSV as its columns; `files` are (name, path, sha256).

    Short files are tables when they are many, and so are long ones and the members of a zip. `ahead`: the sheets that
    were read already, by sha256.

    A zip is read as its members, each named archive.zip/member.csv, in order of time, then name. The pages of a source
    that has pagination are one table, its rows numbered on. Raises ContractError for what cannot be read.
    """
    if source is not None and source.pagination is not None and len(files) > 1:
        return [_pages(files, source)]
    long = _LONG_SHEET if source is not None and source.sheet is not None else LONG
    columns_pay = len(files) >= MANY or any(size_of(path) >= long for _, path, _ in files)
    short = ShortTables(source) if columns_pay else None
    opened: Tables = []
    for name, path, digest in files:
        grid = ahead.get(digest) if ahead and name.lower().endswith(QUICK) else None  # others are no workbooks by name
        if short is not None and grid is not None:
            opened.append((name, short.read(path, name, grid)))
        else:
            opened.extend(_opened(name, path, source, short))
    return opened


def _opened(name: str, path: Kept, source: Source | None, short: ShortTables | None) -> Iterator[tuple[str, Rows]]:
    if not name.lower().endswith(ZIP):
        if (long := long_text(path, name, source)) is not None:
            yield name, long
        else:
            yield name, short.read(path, name) if short else list(read_rows(path, name, source))
        return
    with tempfile.TemporaryDirectory() as scratch:
        short = short or ShortTables(source)
        for label, member in _members(path, name, Path(scratch)):
            yield label, long_text(member, label, source) or short.read(member, label)
            member.unlink()


def _pages(files: Sequence[tuple[str, Kept, str]], source: Source) -> tuple[str, list[Row]]:
    """Return several pages as one table: rows of one key on two pages are judged as rows of one file are."""
    tables = [table_of(path, name, source) for name, path, _ in files]
    tables = [one for one in tables if one.rows] or tables[:1]
    header = list(dict.fromkeys(column for table in tables for column in table.header))
    rows: list[tuple[int, list[object]]] = []
    for table in tables:
        places = [table.header.index(column) if column in table.header else None for column in header]
        before = rows[-1][0] if rows else 0
        for number, cells in table.rows:
            known = [cells[at] if at is not None and at < len(cells) else None for at in places]
            rows.append((before + number, [*known, *cells[len(table.header) :]]))
    return files[0][0], list(rows_of(Table(header, rows), files[0][0], source))


def _members(path: Kept, name: str, scratch: Path) -> Iterator[tuple[str, Path]]:
    """Yield (label, file) of a zip's members that we read; a member's own name decides nothing but its kind."""
    try:
        with zipfile.ZipFile(io.BytesIO(path.read_bytes()) if isinstance(path, Inside) else path) as archive:
            wanted = _wanted(archive.infolist(), name)
            left = MOST_UNPACKED
            for number, one in enumerate(sorted(wanted, key=lambda one: (one.date_time, one.filename))):
                label = f"{name}/{_LABEL.sub(' ', one.filename)}"
                member = scratch / f"{number:05d}{PurePosixPath(one.filename).suffix.lower()}"
                left -= _unpack(archive, one, member, label, left)
                yield label, member
    except _NO_ARCHIVE as problem:
        if (full := no_room(name, problem)) is not None:
            raise full from None
        raise ContractError(name, f"is damaged, or no zip archive ({problem})", "send it again") from None


def _wanted(entries: list[zipfile.ZipInfo], name: str) -> list[zipfile.ZipInfo]:
    files = [one for one in entries if one.filename and not one.is_dir() and not stat.S_ISLNK(one.external_attr >> 16)]
    if len(files) > MOST_MEMBERS:
        raise ContractError(name, f"holds {len(files)} files", f"at most {MOST_MEMBERS} were expected")
    wanted = []
    for one in files:
        inner = PurePosixPath(one.filename)
        hidden = inner.name.startswith(("~$", ".")) or "__MACOSX" in inner.parts
        if hidden or inner.suffix.lower() not in KINDS:
            continue
        if inner.suffix.lower() == ZIP:
            raise ContractError(
                f"{name}/{one.filename}", "is an archive inside an archive", "send its files themselves"
            )
        if one.flag_bits & 1:
            raise ContractError(f"{name}/{one.filename}", "is protected by a password", "send it without one")
        if one.compress_type not in _PACKED:
            raise ContractError(f"{name}/{one.filename}", "is packed in a way that is not read", "pack it as plain zip")
        wanted.append(one)
    if not wanted:
        raise ContractError(name, "holds no file of a kind that is read", f"one of {', '.join(KINDS[:-1])}")
    return wanted


def _unpack(archive: zipfile.ZipFile, one: zipfile.ZipInfo, target: Path, label: str, left: int) -> int:
    """Write a member out, counting what really comes out of it; return its size in bytes."""
    size = 0
    with archive.open(one) as packed, target.open("wb") as out:
        while chunk := packed.read(_CHUNK):
            size += len(chunk)
            if size > left:
                found = f"unpacks to more than {MOST_UNPACKED >> 20} MB"
                raise ContractError(label, found, "send the files themselves, or fewer at once")
            if size > RATIO_FROM and size > MOST_RATIO * max(one.compress_size, 1):
                found = f"unpacks to more than {MOST_RATIO} times its size"
                raise ContractError(label, found, "that is no table of counts; send the file itself")
            out.write(chunk)
    return size
