"""Guard: a workbook looked at before it is parsed, so that no file of a few kilobytes can take the machine down.

The sizes a zip archive states are not believed: what could be large is unpacked, chunk by chunk, and counted.
"""

from __future__ import annotations

import io
import os
import re
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import IO, NamedTuple

from campaign.errors import ContractError
from campaign.places import address

MOST_UNPACKED = 1 << 29  # bytes of one workbook, unpacked: a sheet of a million filled rows has about half
MOST_RATIO = 200  # unpacked to packed; formatted rows without a value reach about 60
RATIO_FROM = 1 << 25  # bytes unpacked below which no ratio is too high
MOST_AREA = 8_000_000  # cells from A1 to the last one with a value: the parser makes room for each
_STRONGEST = 1032  # deflate packs no better than this
_EMPTY_TAIL = 1 << 22  # bytes of rows without a value worth cutting off
OLE = b"\xd0\xcf\x11\xe0"
_ERRORS = 2  # the standard error of the process
_CHUNK = 1 << 20
_OVERLAP = 1 << 10
_MOST_ENTRIES = 0xFFFF
_END_SIZE = 22

_END, _ENTRY, _LOCAL = b"PK\x05\x06", struct.Struct("<4s4xHH8xLLHHH8xL"), struct.Struct("<HH")
_UNRECKONED = re.compile(
    rb"(?:</(?:\w+:)?f\s*>|<(?:\w+:)?f(?:\s[^>]*)?/>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v(?:\s[^>]*)?>\s*</(?:\w+:)?v\s*>)?\s*</(?:\w+:)?c\s*>"
)
_1904 = re.compile(rb"date1904\s*=\s*[\"'](?:1|true|on)[\"']")
_OPEN_1904 = re.compile(rb"null-date[^>]*date-value=\"1904-01-01")
_FAR = re.compile(rb"r=[\"'](?:[A-Z]{3}|[A-Z]{1,2}[0-9]{5})")  # without one, the area is small enough
_VALUED = re.compile(rb"r=[\"']([A-Z]{1,3})([0-9]{1,7})[\"'][^>]*+(?<!/)>")
_REPEATED_VALUE = re.compile(rb'number-columns-repeated="([0-9]{4,})"[^>]*office:value')
_REPEATED_ROWS = re.compile(rb'number-rows-repeated="([0-9]{5,})"')


class Entry(NamedTuple):
    """One file of an archive, as its directory tells."""

    name: str
    method: int
    packed: int
    unpacked: int
    start: int


@dataclass
class Facts:
    """What a look at a workbook's sheets told.

    `content`: what to hand to the parser. `unreckoned`: has it formulas without a result. `errors`: has it cells
    like #N/A. `from_1904`: are its days counted from 1904, as old Macs did.
    """

    content: bytes
    unreckoned: bool = False
    errors: bool = False
    from_1904: bool = False
    tails: dict[str, int] = field(default_factory=dict)


def looked_at(content: bytes, name: str) -> Facts:
    """Return a zipped workbook's facts; its `content` has no long tail of formatted rows without a value.

    Raises ContractError for an archive that is damaged, or would take too much room.
    """
    facts = Facts(content)
    try:
        entries = _entries(content)
        _stated_sizes(entries, len(content), name)
        known_small = sum(one.packed for one in entries) * _STRONGEST <= MOST_UNPACKED
        total = 0
        for one in entries:
            if known_small and not _may_be_sheet(one.name):
                continue
            total += _scan(content, one, facts, name, MOST_UNPACKED - total)
    except (zipfile.BadZipFile, struct.error, zlib.error, IndexError, ValueError, NotImplementedError) as problem:
        raise damaged(name, problem) from None
    if facts.tails:
        facts.content = _without_tails(content, facts.tails)
    return facts


def damaged(name: str, problem: object) -> ContractError:
    """Return the error for a workbook that no program opens."""
    del problem
    return ContractError(
        name, "is not what its name says, or is damaged", "a workbook that opens in Excel was expected"
    )


def _entries(content: bytes) -> list[Entry]:
    """Return the archive's directory: read by hand where it is plain (ten times as fast), else by zipfile."""
    end = content.rfind(_END)
    if end >= 0 and len(content) - end == _END_SIZE:
        count, size, place = struct.unpack_from("<HLL", content, end + 10)
        if place + size == end and count < _MOST_ENTRIES:
            return _directory(content, count, place)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [
            Entry(one.filename, one.compress_type, one.compress_size, one.file_size, one.header_offset)
            for one in archive.infolist()
        ]


def _directory(content: bytes, count: int, place: int) -> list[Entry]:
    found = []
    for _ in range(count):
        mark, flags, method, packed, unpacked, named, extra, comment, start = _ENTRY.unpack_from(content, place)
        if mark != b"PK\x01\x02" or flags & 1:
            raise zipfile.BadZipFile
        title = content[place + 46 : place + 46 + named].decode("utf-8", "replace")
        found.append(Entry(title, method, packed, unpacked, start))
        place += 46 + named + extra + comment
    return found


def _may_be_sheet(name: str) -> bool:
    """Tell whether a part may hold cells: every part but those that never do, by their fixed names."""
    return not name.endswith((".rels", "theme1.xml", "styles.xml", "app.xml", "core.xml", "[Content_Types].xml"))


def _stated_sizes(entries: list[Entry], size: int, name: str) -> None:
    unpacked = sum(one.unpacked for one in entries)
    if unpacked > MOST_UNPACKED or (unpacked > RATIO_FROM and unpacked > MOST_RATIO * size):
        raise _too_large(name, unpacked, size)


def _too_large(name: str, unpacked: int, size: int) -> ContractError:
    found = f"unpacks to {unpacked >> 20} MB or more from {max(size >> 10, 1)} kB"
    expected = f"at most {MOST_UNPACKED >> 20} MB and {MOST_RATIO} times its size; nothing of it was read"
    return ContractError(name, found, expected)


def _pieces(content: bytes, entry: Entry) -> Iterator[bytes]:
    """Yield an entry unpacked, a chunk at a time."""
    named, extra = _LOCAL.unpack_from(content, entry.start + 26)
    start = entry.start + 30 + named + extra
    packed = memoryview(content)[start : start + entry.packed]
    if entry.method == zipfile.ZIP_STORED:
        for place in range(0, len(packed), _CHUNK):
            yield bytes(packed[place : place + _CHUNK])
        return
    if entry.method != zipfile.ZIP_DEFLATED:
        raise NotImplementedError
    opener = zlib.decompressobj(-15)
    waiting: bytes | memoryview = packed
    while not opener.eof:
        piece = opener.decompress(waiting, _CHUNK)
        waiting = opener.unconsumed_tail
        if not piece and not waiting:
            raise zlib.error("cut short")
        yield piece


def _scan(content: bytes, entry: Entry, facts: Facts, name: str, room: int) -> int:
    """Look through one entry and return its true size."""
    size, kept, lines, columns, last_value = 0, b"", 0, set[bytes](), 0
    is_sheet, is_table = False, entry.name == "content.xml"
    for piece in _pieces(content, entry):
        size += len(piece)
        if size > room or (size > RATIO_FROM and size > MOST_RATIO * len(content)):
            raise _too_large(name, size, len(content))
        text = kept + piece if kept else piece
        is_sheet = is_sheet or b"sheetData" in text
        if is_sheet:
            valued = b"</c>" in text or b":c>" in text
            last_value = size if valued else last_value
            if valued and (lines or _FAR.search(text)):
                cells = _VALUED.findall(text)
                columns.update({letters for letters, _ in cells})
                lines = max(lines, *(int(line) for _, line in cells), 1)
            formulas = b"f>" in text or b"f " in text
            facts.unreckoned = facts.unreckoned or (formulas and _UNRECKONED.search(text) is not None)
            facts.errors = facts.errors or b't="e"' in text or b"t='e'" in text
        elif is_table:
            _open_document(text, facts, name)
        elif entry.name.endswith("workbook.xml"):
            facts.from_1904 = _1904.search(text) is not None
        kept = piece[-_OVERLAP:] if len(piece) == _CHUNK else b""
    if columns:
        _area(lines, columns, name)
    if last_value and size - last_value > _EMPTY_TAIL:
        facts.tails[entry.name] = last_value
    return size


def _area(lines: int, columns: set[bytes], name: str) -> None:
    widest = max(columns, key=lambda one: (len(one), one)).decode()
    spot = address(f"{widest}1")
    if spot and lines * spot[1] > MOST_AREA:
        raise too_wide(name, lines, widest)


def too_wide(name: str, lines: int, widest: str) -> ContractError:
    """Return the error for a sheet whose values lie so far apart that no memory holds what is between them."""
    found = f"has values as far as row {lines} and column {widest}"
    return ContractError(name, found, "one table was expected: delete what stands far below or beside it")


@contextmanager
def parsing(name: str, content: bytes) -> Iterator[None]:
    """Raise ContractError where the parser gives up in a panic, which is no Exception and would end its caller.

    An old workbook that is cut short does that; what it then prints for programmers is kept off the terminal.
    """
    try:
        with _silence() if content.startswith(OLE) else nullcontext():
            yield
    except BaseException as problem:
        if type(problem).__name__ != "PanicException":
            raise
        raise damaged(name, problem) from None


@contextmanager
def _silence() -> Iterator[None]:
    sys.stderr.flush()
    kept, nothing = os.dup(_ERRORS), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, _ERRORS)
    try:
        yield
    finally:
        os.dup2(kept, _ERRORS)
        os.close(kept)
        os.close(nothing)


def _open_document(text: bytes, facts: Facts, name: str) -> None:
    """Look through a chunk of an OpenDocument sheet: a repeated value is written once and unpacks to thousands."""
    facts.errors = facts.errors or b'value-type="error"' in text
    facts.from_1904 = facts.from_1904 or _OPEN_1904.search(text) is not None
    if _REPEATED_VALUE.search(text):
        raise ContractError(name, "repeats a value over a thousand columns", "one table was expected")
    rows = _REPEATED_ROWS.search(text)
    if rows and b"office:value" in text[rows.end() : text.find(b"</table:table>", rows.end())]:
        found = f"has a value below {rows[1].decode()} rows that are the same"
        raise ContractError(name, found, "one table was expected: delete what stands far below it")


def _without_tails(content: bytes, tails: dict[str, int]) -> bytes:
    """Return the workbook without the rows that follow its last value; cells only formatted say nothing."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
        for one in old.infolist():
            with old.open(one) as part:
                short = _cut(part, tails[one.filename]) if one.filename in tails else None
            new.writestr(one, old.read(one) if short is None else short)
    return made.getvalue()


def _cut(part: IO[bytes], last_value: int) -> bytes | None:
    """Return a sheet's XML as far as the row of its last value, and what stands behind the rows.

    None when it is not written as Excel does: then the parser gets it whole.
    """
    head = part.read(last_value + _OVERLAP)
    row = head.find(b"</row>", head.rfind(b"</c>"))
    rest = b""
    while piece := part.read(_CHUNK):
        rest = rest[-_OVERLAP:] + piece
        at = rest.find(b"</sheetData>")
        if at >= 0:
            return head[: row + len(b"</row>")] + rest[at:] + part.read() if row >= 0 else None
    return None
