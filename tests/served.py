"""A server for tests: it answers what it is told to, well or badly, and remembers what it was asked."""

from __future__ import annotations

import contextlib
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request: path, query (each value once) and headers."""

    path: str
    query: dict[str, str]
    headers: Message


@dataclass(frozen=True)
class Says:
    """One answer. `length`: what Content-Length claims; `drip`: seconds between bytes, None: never a byte."""

    body: bytes | str = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None
    drip: float | None = 0.0

    @property
    def content(self) -> bytes:
        return self.body.encode() if isinstance(self.body, str) else self.body


Answer = Says | Callable[[Asked], Says]


@dataclass
class Served:
    """A running server; `says[path]` is an answer, or a list of them, the last one again and again."""

    address: str
    says: dict[str, Answer | list[Answer]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def answer(self, asked: Asked) -> Says:
        self.asked.append(asked)
        found = self.says.get(asked.path, Says("nothing here", 404))
        if isinstance(found, list):
            found = found.pop(0) if len(found) > 1 else found[0]
        return found if isinstance(found, Says) else found(asked)

    @property
    def paths(self) -> list[str]:
        return [one.path for one in self.asked]


class _Handler(BaseHTTPRequestHandler):
    served: Served

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        says = self.served.answer(Asked(parts.path, query, self.headers))
        if says.drip is None:
            self.served.ended.wait(30)
            return
        with contextlib.suppress(OSError):  # who asked has hung up
            self._say(says)

    def _say(self, says: Says) -> None:
        self.send_response(says.status)
        for name, value in says.headers.items():
            self.send_header(name, value)
        if says.status != 304:
            self.send_header("Content-Length", str(len(says.content) if says.length is None else says.length))
        self.end_headers()
        if not says.drip:
            self.wfile.write(says.content)
            return
        for byte in says.content:
            self.wfile.write(bytes([byte]))
            if self.served.ended.wait(says.drip):
                return

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def serving(context: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> Iterator[Served]:
    """Run a server on a free port, with TLS when a context is given."""
    served = Served("")
    handler = type("Handler", (_Handler,), {"served": served})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign] - a client that does not trust us
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    served.address = f"http{'s' if context else ''}://{host}:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        served.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()
