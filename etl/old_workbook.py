"""Old workbooks: an .xls looked at before it is parsed: how far apart its values lie, and its error cells and calendar.

The parser makes room for every cell between the first value of a sheet and the last, for all sheets at once, and
leaves out cells like #N/A. So the file's own records are read here: [MS-CFB] for the file, [MS-XLS] 2.3 for records.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

_HEADER, _ENTRY = 512, 128
_LAST = 0xFFFFFFFA  # sector numbers from here on are marks
_IN_HEADER = 109  # places for the table's sectors in the header
_NAMES = ("workbook", "book")
_BOUND_SHEET, _PASSWORD, _BEGIN, _END = 0x85, 0x2F, 0x809, 0x0A
_CALENDAR = 0x22
_MANY, _ERROR, _FORMULAS = 0xBD, 0x205, (0x06, 0x206, 0x406)
_CELLS = frozenset({0x203, 0x204, 0x27E, 0xFD, 0xD6, _MANY, _ERROR, *_FORMULAS})
_WIDTHS = struct.Struct("<HH")
_WORDS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}


class NoWorkbook(ValueError):
    """The bytes are no old workbook, or are damaged."""


class Locked(NoWorkbook):
    """The workbook is protected by a password."""


@dataclass
class OldSheet:
    """How many lines and columns a sheet's values reach, and (line, column, words) of its error cells, from 1.

    `from_1904`: are its workbook's days counted from 1904, as old Macs did.
    """

    lines: int = 0
    columns: int = 0
    from_1904: bool = False
    errors: list[tuple[int, int, str]] = field(default_factory=list)


def sheets_of(content: bytes) -> list[OldSheet]:
    """Return the sheets of an old workbook in order; Locked with a password, NoWorkbook when it is none."""
    try:
        stream = _stream(content)
        whole = list(_records(stream, 0))
        if any(kind == _PASSWORD for kind, _ in whole):
            raise Locked
        starts = [struct.unpack_from("<I", body)[0] for kind, body in whole if kind == _BOUND_SHEET]
        from_1904 = any(kind == _CALENDAR and body[:2] == b"\1\0" for kind, body in whole)
        return [_sheet(stream, start, from_1904=from_1904) for start in starts]
    except (struct.error, IndexError, UnicodeDecodeError, OverflowError) as problem:
        raise NoWorkbook(str(problem)) from None


def _sheet(stream: bytes, start: int, *, from_1904: bool) -> OldSheet:
    found = OldSheet(from_1904=from_1904)
    for kind, body in _records(stream, start):
        if kind not in _CELLS or len(body) < _WIDTHS.size:
            continue
        line, column = _WIDTHS.unpack_from(body)
        last = struct.unpack_from("<H", body, len(body) - 2)[0] if kind == _MANY else column
        found.lines, found.columns = max(found.lines, line + 1), max(found.columns, last + 1)
        if (code := _error(kind, body)) is not None:
            found.errors.append((line + 1, column + 1, _WORDS.get(code, "#N/A")))
    return found


def _error(kind: int, body: bytes) -> int | None:
    """Return the code of an error that a cell holds, of its own or as what its formula gives."""
    if kind == _ERROR and body[7:8] == b"\x01":
        return body[6]
    if kind in _FORMULAS and body[12:14] == b"\xff\xff" and body[6:7] == b"\x02":
        return body[8]
    return None


def _records(stream: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """Yield (kind, body) of the records from a place to the end of its part; charts inside a sheet are passed over."""
    place, depth = start, 0
    while place + 4 <= len(stream):
        kind, size = _WIDTHS.unpack_from(stream, place)
        body = stream[place + 4 : place + 4 + size]
        place += 4 + size
        depth += (kind == _BEGIN) - (kind == _END)
        if depth <= 0:
            return
        if depth == 1:
            yield kind, body


def _stream(content: bytes) -> bytes:
    """Return the stream of records out of the file."""
    size, small = 1 << struct.unpack_from("<H", content, 30)[0], 1 << struct.unpack_from("<H", content, 32)[0]
    tables, root_at, least = (struct.unpack_from("<I", content, place)[0] for place in (44, 48, 56))
    if size not in (_HEADER, 4096) or small > size:
        raise NoWorkbook("sectors of an unknown size")
    table = _table(content, size, tables)
    entries = _joined(content[size:], size, table, root_at)
    root = wanted = None
    for place in range(0, len(entries) - _ENTRY + 1, _ENTRY):
        one = entries[place : place + _ENTRY]
        length = struct.unpack_from("<H", one, 64)[0]
        name = one[: max(length - 2, 0)].decode("utf-16-le", "replace").casefold()
        root = root or one
        if name in _NAMES and one[66] == 2 and (wanted is None or name == _NAMES[0]):  # noqa: PLR2004 - a stream
            wanted = one
    if root is None or wanted is None:
        raise NoWorkbook("no stream of a workbook")
    start, length = struct.unpack_from("<II", wanted, 116)
    if length >= least:
        return _joined(content[size:], size, table, start)[:length]
    parts_at = struct.unpack_from("<I", content, 60)[0]
    parts = _numbers(_joined(content[size:], size, table, parts_at))
    inside = _joined(content[size:], size, table, struct.unpack_from("<I", root, 116)[0])
    return _joined(inside, small, parts, start)[:length]


def _table(content: bytes, size: int, tables: int) -> tuple[int, ...]:
    """Return which sector follows each: the list of its own sectors begins in the header, and goes on in others."""
    places = list(_numbers(content[76:_HEADER]))[:_IN_HEADER]
    further = struct.unpack_from("<I", content, 68)[0]
    while further < _LAST and len(places) < tables:
        numbers = _numbers(content[(further + 1) * size : (further + 2) * size])
        places += numbers[:-1]
        further = numbers[-1]
    whole = b"".join(content[(one + 1) * size : (one + 2) * size] for one in places[:tables] if one < _LAST)
    return _numbers(whole)


def _numbers(content: bytes) -> tuple[int, ...]:
    return struct.unpack_from(f"<{len(content) // 4}I", content)


def _joined(sectors: bytes, size: int, table: tuple[int, ...], start: int) -> bytes:
    """Return a chain of sectors as one piece."""
    found: list[bytes] = []
    one = start
    while one < _LAST:
        if len(found) > len(table):
            raise NoWorkbook("a chain in a circle")
        found.append(sectors[one * size : (one + 1) * size])
        one = table[one]
    return b"".join(found)
