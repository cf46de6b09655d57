"""Old workbooks made by hand, record by record: [MS-CFB] around [MS-XLS]."""

import struct

CELL = tuple[int, int, float | str]  # line and column from 0; texts that begin with "#" are error cells
_FREE, _CHAIN_END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SECTOR = 512


def record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _begin(kind: int) -> bytes:
    return record(0x809, struct.pack("<HHHHII", 0x600, kind, 0x0DBB, 0x07CC, 0, 6))


def _cell(line: int, column: int, value: float | str) -> bytes:
    if isinstance(value, str) and not value.startswith("#"):
        text = value.encode("utf-16-le")
        return record(0x204, struct.pack("<HHHHB", line, column, 0, len(text) // 2, 1) + text)
    if isinstance(value, str):
        return record(0x205, struct.pack("<HHHBB", line, column, 0, 0x2A, 1))
    return record(0x203, struct.pack("<HHHd", line, column, 0, value))


def old_workbook(*sheets: list[CELL], first: bytes = b"") -> bytes:
    """Return an .xls of sheets S0, S1 …; `first`: records before their names."""
    parts = [_begin(0x10) + b"".join(_cell(*one) for one in cells) + record(0x0A) for cells in sheets]

    def names(places: list[int]) -> bytes:
        named = b"".join(
            record(0x85, struct.pack("<IBBBB", place, 0, 0, 2, 0) + f"S{number}".encode())
            for number, place in enumerate(places)
        )
        return _begin(5) + first + named + record(0x0A)

    place, places = len(names([0] * len(parts))), []
    for part in parts:
        places.append(place)
        place += len(part)
    return _compound(names(places) + b"".join(parts))


def _compound(stream: bytes) -> bytes:
    """Return a file of one stream: header, the table of sectors, the directory, the stream."""
    stream = stream.ljust(max(4096, -(-len(stream) // _SECTOR) * _SECTOR), b"\0")
    count = len(stream) // _SECTOR
    table = [_TABLE, _CHAIN_END, *range(3, count + 2), _CHAIN_END]
    table += [_FREE] * (128 - len(table))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<9I", 0, 1, 1, 0, 4096, _CHAIN_END, 0, _CHAIN_END, 0) + struct.pack("<I", 0)

    def entry(name: str, kind: int, start: int, size: int, child: int = _FREE) -> bytes:
        written = name.encode("utf-16-le") + b"\0\0"
        about = struct.pack("<HBBIII", len(written), kind, 1, _FREE, _FREE, child)
        return written.ljust(64, b"\0") + about + b"\0" * 36 + struct.pack("<IQ", start, size)

    directory = entry("Root Entry", 5, _CHAIN_END, 0, 1) + entry("Workbook", 2, 2, len(stream))
    return head.ljust(_SECTOR, b"\xff") + struct.pack("<128I", *table) + directory.ljust(_SECTOR, b"\0") + stream
