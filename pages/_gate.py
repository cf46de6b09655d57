"""The gate: one ASGI middleware before every path and websocket; what it does not know, it refuses."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OPEN_PREFIXES = (
    "/static/",
    "/fonts/",
    "/assets/",
    "/media/",
    "/api/version/",
    "/xem/",
    "/_stcore/bidi-components/",
    "/_stcore/upload_file/",  # answers only to a session of its own, with its token
)
OPEN_PATHS = (
    "/health",
    "/xem",
    "/favicon.png",
    "/_stcore/health",
    "/_stcore/host-config",
    "/_stcore/stream",
)
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
}


def is_loopback(name: str) -> bool:
    """Return whether a host name or address can only mean this machine."""
    bare = name.strip("[]").rstrip(".").lower()
    if bare == "localhost":
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False


def host_name(host: str) -> str:
    """Return the name in a Host header, without its port; empty when it cannot be read."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def policy(host: str) -> str:
    """Return the content policy: nothing is loaded from, or sent to, another machine; no inline script runs.

    'unsafe-eval' stays for what the framework's chart libraries and browser test tools compile at run time.
    """
    return (
        "default-src 'self'; script-src 'self' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; "
        f"connect-src 'self' ws://{host} wss://{host}; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


class Gate:
    """Denies by default: unknown hosts, foreign websockets and unlisted paths never reach the application."""

    def __init__(self, app: ASGIApp, pages: Iterable[str], not_found: Callable[[str], str]) -> None:
        """Guard `app`; `pages` are the paths that show a page, `not_found` draws the page for the others."""
        self.app = app
        self.pages = frozenset(pages)
        self.not_found = not_found

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a known request on with the security headers; answer any other here."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        refusal = self._refusal(scope, host, headers.get("origin"))
        if refusal is None:
            await self.app(scope, receive, self._guarded(send, host) if scope["type"] == "http" else send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refusal(scope, receive, self._guarded(send, host))

    def _refusal(self, scope: Scope, host: str, origin: str | None) -> Response | None:
        """Return the answer to a request that may not pass; None for one that may."""
        name = host_name(host)
        if not name or not is_loopback(name):
            return PlainTextResponse("421 Misdirected Request", status_code=HTTPStatus.MISDIRECTED_REQUEST)
        foreign = origin is not None and urlsplit(origin).netloc != host
        if foreign or (origin is None and scope["type"] == "websocket"):
            return PlainTextResponse("403 Forbidden", status_code=HTTPStatus.FORBIDDEN)
        path = scope["path"]
        if path in self.pages or path in OPEN_PATHS or path.startswith(OPEN_PREFIXES):
            return None
        if "/_stcore/" in path or scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD"):
            return PlainTextResponse("404 Not Found", status_code=HTTPStatus.NOT_FOUND)
        drawn = self.not_found(scope.get("query_string", b"").decode("latin-1"))
        return HTMLResponse(drawn, status_code=HTTPStatus.NOT_FOUND)

    @staticmethod
    def _guarded(send: Send, host: str) -> Send:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("content-security-policy", policy(host))
            await send(message)

        return guarded
