"""Unpacking: what a server packed for the way, to its end: a part of it is never taken for the whole.

httpx unpacks, too, but says nothing when the end is missing, and drops the second of two parts packed one by one.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

GZIP = frozenset({"gzip", "x-gzip"})
PLAIN = frozenset({"", "identity"})
PACKED = GZIP | PLAIN | {"deflate"}
_BEGINS = b"\x1f\x8b"  # each part of a gzip
_AS_GZIP, _AS_ZLIB, _BARE = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS
_HEAD = 2  # bytes that tell one way of packing from another


class CutOffError(Exception):
    """What is packed has no end."""


def unpacked(chunks: Iterable[bytes], packed: str) -> Iterator[bytes]:
    """Yield what chunks hold that are packed as `packed` says.

    Raises zlib.error when they are not packed so, CutOffError when their end is missing.
    """
    if packed in PLAIN:
        yield from chunks
        return
    opener, parts, rest = None, 0, b""
    for chunk in chunks:
        rest += chunk
        while len(rest) >= _HEAD or (rest and opener is not None):
            if opener is None:
                if parts and (packed not in GZIP or not rest.startswith(_BEGINS)):
                    return  # what some servers fill up with
                opener, parts = zlib.decompressobj(_way(rest, packed)), parts + 1
            yield opener.decompress(rest)
            rest, opener = opener.unused_data, None if opener.eof else opener
    if opener is not None or (rest and not parts):
        raise CutOffError


def _way(start: bytes, packed: str) -> int:
    """Return how zlib is to take what begins so; deflate is sent with a head, as it should be, and bare."""
    if packed in GZIP:
        return _AS_GZIP
    headed = start[0] & 0x0F == zlib.DEFLATED and int.from_bytes(start[:_HEAD], "big") % 31 == 0
    return _AS_ZLIB if headed else _BARE
