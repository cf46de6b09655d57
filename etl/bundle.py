"""Bundles: many small files of one load, one after the other in one file, as they arrived.

A thousand files of their own cost more to make than to read. A bundle is a zip that packs nothing, so any program
opens it; we find a file in it by the load's manifest, which says where it begins, how long it is, and its sha256.

The process that helps to copy brings this in: what it imports is paid for at every start.
"""

from __future__ import annotations

import os
import struct
import zlib
from hashlib import sha256
from typing import BinaryIO, NamedTuple

from campaign.errors import SourceError

MEND = "bring it back from a backup"

MOST_OF_A_FILE = 1 << 18  # bytes up to which a file is small
_MOST_FILES, _MOST_BYTES = 60_000, 1 << 31  # of one bundle: a plain zip holds no more
_LOCAL, _ENTRY = struct.Struct("<4sHHHHHLLLHH"), struct.Struct("<4sHHHHHHLLLHHHHHLL")
_END = struct.Struct("<4sHHHHLLH")
_VERSION, _UTF8, _STORED, _NO_TIME, _NO_DAY = 20, 0x800, 0, 0, 0x21


class Inside(NamedTuple):
    """A file inside a bundle: the bundle's path, the name we gave it, where it begins, how long it is, its sha256."""

    bundle: str
    name: str
    at: int
    size: int
    sha256: str

    def read_bytes(self) -> bytes:
        """Return the file as it arrived; SourceError when the bundle is gone, or holds other bytes."""
        where = f"{self.bundle}: {self.name}"
        try:
            with open(self.bundle, "rb") as opened:  # noqa: PTH123 - a Path for each of many files costs more than this
                opened.seek(self.at)
                content = opened.read(self.size)
        except OSError as problem:
            raise SourceError(where, f"cannot be read ({problem.strerror})", MEND) from None
        if sha256(content).hexdigest() != self.sha256:
            raise SourceError(where, "is not as it arrived", MEND)
        return content


class Bundle:
    """A bundle that is being written; there is no file before the first one is put in."""

    def __init__(self, path: str) -> None:
        """Name the file."""
        self.path = path
        self._opened: BinaryIO | None = None
        self._entries: list[bytes] = []
        self._size = 0

    def holds(self, size: int) -> bool:
        """Tell whether it has room for one more file of so many bytes, and that is a small one."""
        return size <= MOST_OF_A_FILE and len(self._entries) < _MOST_FILES and self._size < _MOST_BYTES

    def put(self, name: str, content: bytes, digest: str) -> Inside:
        """Add a file; it is on the disk when the bundle is closed."""
        if self._opened is None:
            self._opened = open(self.path, "wb", buffering=1 << 20)  # noqa: PTH123, SIM115 - closed by close()
        named, crc, size, start = name.encode("utf-8"), zlib.crc32(content), len(content), self._size
        common = (_UTF8, _STORED, _NO_TIME, _NO_DAY, crc, size, size, len(named), 0)
        head = _LOCAL.pack(b"PK\x03\x04", _VERSION, *common) + named
        self._opened.write(head)
        self._opened.write(content)
        self._entries.append(_ENTRY.pack(b"PK\x01\x02", _VERSION, _VERSION, *common, 0, 0, 0, 0, start) + named)
        self._size = start + len(head) + size
        return Inside(self.path, name, start + len(head), size, digest)

    def close(self) -> None:
        """End the file and make it durable."""
        if self._opened is None:
            return
        listed, count = b"".join(self._entries), len(self._entries)
        with self._opened as opened:
            self._opened = None
            opened.write(listed)
            opened.write(_END.pack(b"PK\x05\x06", 0, 0, count, count, len(listed), self._size, 0))
            opened.flush()
            os.fsync(opened.fileno())

    def drop(self) -> None:
        """Let go of the file, if it was not closed."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None
