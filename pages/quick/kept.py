"""Pages as they are handed out, and the bounded store that keeps them."""

from __future__ import annotations

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from threading import Lock
from typing import Generic, TypeVar

from starlette.requests import Request
from starlette.responses import Response

KEPT_BYTES = 32_000_000
POLICY = (
    "default-src 'none'; script-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HTML = "text/html; charset=utf-8"
Key = TypeVar("Key")


@dataclass(frozen=True)
class Made:
    """One page as it is handed out."""

    body: bytes
    packed: bytes
    tag: str
    status: int = HTTPStatus.OK
    again: str = ""

    @property
    def size(self) -> int:
        """Return the bytes it takes to keep."""
        return len(self.body) + len(self.packed)


def made(html: str, status: int = HTTPStatus.OK, again: str = "") -> Made:
    """Return a page ready to be handed out."""
    body = html.encode()
    digest = hashlib.sha256(f"{status} {again}\n".encode() + body).hexdigest()[:20]
    return Made(body, gzip.compress(body, 6, mtime=0), f'W/"{digest}"', status, again)


class Kept(Generic[Key]):
    """The pages made so far, the least lately asked for falling out first."""

    def __init__(self, most: int = KEPT_BYTES) -> None:
        """Hold at most so many bytes."""
        self.most, self.bytes = most, 0
        self._pages: OrderedDict[Key, Made] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key) -> Made | None:
        """Return a page, if it is kept."""
        with self._lock:
            found = self._pages.get(key)
            if found is not None:
                self._pages.move_to_end(key)
            return found

    def put(self, key: Key, page: Made) -> None:
        """Keep a page."""
        with self._lock:
            before = self._pages.pop(key, None)
            self.bytes += page.size - (before.size if before else 0)
            self._pages[key] = page
            while self.bytes > self.most and len(self._pages) > 1:
                _, oldest = self._pages.popitem(last=False)
                self.bytes -= oldest.size

    def forget(self, stale: Callable[[Key], bool]) -> None:
        """Drop the pages whose key is out of date."""
        with self._lock:
            for key in [key for key in self._pages if stale(key)]:
                self.bytes -= self._pages.pop(key).size


def answer(request: Request, page: Made) -> Response:
    """Return a page as the browser asked for it: whole, packed, or not again when it has it already."""
    headers = {
        "cache-control": "no-cache",
        "etag": page.tag,
        "vary": "accept-encoding",
        "content-security-policy": POLICY,
    }
    if page.again:
        headers["refresh"] = page.again
    known = [one.strip() for one in request.headers.get("if-none-match", "").split(",")]
    if page.status == HTTPStatus.OK and page.tag in known:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(page.packed, page.status, headers | {"content-encoding": "gzip"}, HTML)
    return Response(page.body, page.status, headers, HTML)
