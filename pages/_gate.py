"""The gate: one ASGI middleware before every path and websocket; what it does not know, it refuses.

With `[access]` nothing but the way in, its looks and /health is answered to somebody without a session.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # it says nothing of its types
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

from campaign.access import Viewer
from campaign.configuration import Configuration
from campaign.errors import CanDichError
from etl.listening import is_loopback
from etl.rights import admission_of
from pages._address import PAGE_AT
from pages._document import language_of, message
from pages._recorded import refused
from pages._rights import may_open
from pages._session import ACCOUNT, LONGEST_LINK, OF_ACCOUNT, SIGN_IN, SIGN_OUT, address_of, token_of
from pages._viewer import SEEN
from reporting.links import QUICK
from reporting.texts import text

LOG = logging.getLogger(__name__)
OPEN_PREFIXES = (
    "/static/",
    "/fonts/",
    "/assets/",
    "/media/",
    "/api/version/",
    "/api/units/",
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
FOR_ANYBODY = frozenset({"/health", "/favicon.png", SIGN_IN, SIGN_OUT})
LOOKS = ("/fonts/", "/assets/")  # of the way in; nothing in them is anybody's
PUBLIC = ("/static/", *LOOKS)  # the same for everybody, so a browser may keep it
BY_ITSELF = ("/api/version/", "/_stcore/health", "/_stcore/host-config")  # asked by a browser nobody touches
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
}
ONLY_TLS = {"strict-transport-security": "max-age=31536000"}  # of this name: the province's others are not ours to bind


HOST = re.compile(r"([\w.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?", re.ASCII)
SELF_SAID = b'"version"'  # what the header sends when there are new figures (assets/chrome.js)


def host_name(host: str) -> str:
    """Return the name in a Host header, without its port; empty when it cannot be read."""
    if not HOST.fullmatch(host):
        return ""
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
    """Denies by default: unknown hosts, foreign websockets and unlisted paths never reach the application.

    Neither does, with `[access]`, a request without a session, or for a page its user has no right to.
    """

    def __init__(
        self,
        app: ASGIApp,
        pages: Iterable[str],
        not_found: Callable[[str], str],
        config: Configuration | None = None,
        ways_in: Iterable[str] = (),
    ) -> None:
        """Guard `app`; `pages` are the paths that show a page, `not_found` draws the page for the others.

        `ways_in`: more paths that lead to a session, besides the sign-in page.
        """
        self.app = app
        self.pages = frozenset(pages)
        self.not_found = not_found
        self.config = config or Configuration()
        self.access = self.config.access
        self.ways_in = FOR_ANYBODY | frozenset(ways_in)
        self.own = self.pages | self.ways_in | OF_ACCOUNT if self.access else self.pages
        self.public = urlsplit(self.config.public_url)
        self.headers = HEADERS | (ONLY_TLS if self.public.scheme == "https" else {})
        self.hosts = frozenset({host_name(self.public.netloc), *self.access.hosts} - {""} if self.access else ())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a known request on with the security headers; answer any other here."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        scope.pop(SEEN, None)
        refusal = self._misled(scope, headers, host) or await self._shut_out(scope, headers) or self._unlisted(scope)
        if scope["type"] == "http":
            private = self.access is not None and not scope["path"].startswith(PUBLIC)
            await self._answered(refusal or self.app, scope, receive, self._guarded(send, host, private=private))
        elif refusal is not None:
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        elif self.access is None:
            await self.app(scope, receive, send)
        else:
            line = Line(self._is_signed_in, token_of(scope, self.config), receive, send)
            await self.app(scope, line.receive, line.send)

    def _misled(self, scope: Scope, headers: Headers, host: str) -> Response | None:
        """Return the answer to a request for another server, or sent by another one's page; None for our own."""
        name = host_name(host)
        if not name or not (is_loopback(name) or name.rstrip(".") in self.hosts):
            return PlainTextResponse("421 Misdirected Request", status_code=HTTPStatus.MISDIRECTED_REQUEST)
        origin = headers.get("origin")
        changes = self.access is not None and scope["type"] == "http" and scope["method"] not in ("GET", "HEAD")
        if origin is None:
            unknown = changes and headers.get("sec-fetch-site") != "same-origin"
            foreign = scope["type"] == "websocket" or unknown
        else:
            foreign = not self._is_own(origin, host)
        return PlainTextResponse("403 Forbidden", status_code=HTTPStatus.FORBIDDEN) if foreign else None

    def _is_own(self, origin: str, host: str) -> bool:
        """Tell whether a page of an origin is one of ours: of public_url, or of the very host that is asked."""
        if self.access is not None and self.public.netloc:
            if origin == f"{self.public.scheme}://{self.public.netloc}":
                return True
            if host == self.public.netloc:
                return False  # the same name without TLS is whoever stands between
        try:
            return urlsplit(origin).netloc == host
        except ValueError:
            return False

    async def _shut_out(self, scope: Scope, headers: Headers) -> Response | None:
        """Return the answer to a request that needs a session, or a right, and has none; None for one that may pass."""
        path: str = scope["path"]
        if self.access is None or path in self.ways_in or path.startswith(LOOKS):
            return None
        try:
            viewer = await run_in_threadpool(
                admission_of(self.config).viewer,
                token_of(scope, self.config),
                datetime.now(UTC),
                used=not path.startswith(BY_ITSELF),
            )
        except CanDichError:
            LOG.exception("nobody can be let in")
            return self._out_of_order(scope)
        if not viewer.id:
            return self._to_the_way_in(scope, headers)
        scope[SEEN] = viewer
        refusal = self._without_right(scope, viewer)
        if refusal is not None and scope["type"] == "http":
            await run_in_threadpool(refused, self.config, viewer, address_of(scope), PAGE_AT.get(path, path))
        return refusal

    def _to_the_way_in(self, scope: Scope, headers: Headers) -> Response:
        """Return the way to the sign-in page for a person, and a plain refusal for a program."""
        path, query = scope["path"], scope.get("query_string", b"").decode("latin-1")
        read = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        if not read or not (self._is_shown(path) or "text/html" in headers.get("accept", "")):
            return JSONResponse({"error": "sign in first"}, HTTPStatus.UNAUTHORIZED, {"cache-control": "no-store"})
        lang = language_of(query, self.config.language)
        asked = {"lang": lang} if lang != self.config.language else {}
        here = scope.get("raw_path", path.encode()).decode("latin-1") + (f"?{query}" if query else "")
        if here != "/" and len(here) <= LONGEST_LINK:
            asked["next"] = here
        return RedirectResponse(SIGN_IN + (f"?{urlencode(asked)}" if asked else ""), HTTPStatus.SEE_OTHER)

    def _is_shown(self, path: str) -> bool:
        return path in self.pages or path == ACCOUNT or f"{path}/".startswith(f"{QUICK}/")

    async def _answered(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Let `app` answer; where it cannot, as a disk fails or a file is broken, say so and no more."""
        has_begun = False

        async def noted(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await app(scope, receive, noted)
        except CanDichError:
            if has_begun:
                raise
            LOG.exception("%s cannot be answered", scope["path"])
            await self._out_of_order(scope)(scope, receive, send)

    def _out_of_order(self, scope: Scope) -> Response:
        """Return the answer while the server cannot do its work: in words for a person, short for a program."""
        path, query = scope["path"], scope.get("query_string", b"").decode("latin-1")
        status, kept = HTTPStatus.SERVICE_UNAVAILABLE, {"cache-control": "no-store"}
        if scope["type"] != "http" or not (self._is_shown(path) or path in self.ways_in | OF_ACCOUNT):
            return PlainTextResponse("503 Service Unavailable", status, kept)
        lang = language_of(query, self.config.language)
        is_asked_again = scope["method"] == "GET" and path not in self.ways_in - {SIGN_IN}
        again = "/" if not is_asked_again else f"{path}?{query}" if query else path
        title, says, label = (text(key, lang) for key in ("out_of_order", "out_of_order.says", "button.retry"))
        return HTMLResponse(message(title, says, again, label, lang), status, kept)

    def _without_right(self, scope: Scope, viewer: Viewer) -> Response | None:
        """Return the answer to somebody signed in who asks for a page he has no right to."""
        path, query = scope["path"], scope.get("query_string", b"").decode("latin-1")
        if scope["type"] == "http" and path not in self.pages and not f"{path}/".startswith(f"{QUICK}/"):
            return None
        if not viewer.everything and not viewer.grants:
            lang = language_of(query, self.config.language)
            says = text("session.no_rights.says", lang, user=viewer.name or viewer.id)
            page = message(text("session.no_rights", lang), says, ACCOUNT, text("account.title", lang), lang)
            return HTMLResponse(page, HTTPStatus.FORBIDDEN)
        if path in self.pages and not may_open(viewer, PAGE_AT[path]):
            return HTMLResponse(self.not_found(query), HTTPStatus.NOT_FOUND)
        return None

    def _unlisted(self, scope: Scope) -> Response | None:
        """Return the answer to a request for what there is not; None for a path that is known."""
        path = scope["path"]
        if path in self.own or path in OPEN_PATHS or path.startswith(OPEN_PREFIXES):
            return None
        if "/_stcore/" in path or scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD"):
            return PlainTextResponse("404 Not Found", status_code=HTTPStatus.NOT_FOUND)
        drawn = self.not_found(scope.get("query_string", b"").decode("latin-1"))
        return HTMLResponse(drawn, status_code=HTTPStatus.NOT_FOUND)

    async def _is_signed_in(self, token: str, *, used: bool) -> bool:
        find = admission_of(self.config).sessions.find
        return await run_in_threadpool(find, token, datetime.now(UTC), used=used) is not None

    def _guarded(self, send: Send, host: str, *, private: bool) -> Send:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("content-security-policy", policy(host))
                page = headers.get("content-type", "text/html").startswith("text/html")
                if private and (page or not headers.get("cache-control", "").startswith("private")):
                    headers["cache-control"] = "private, no-store"  # the browser's next user must not be shown it
            await send(message)

        return guarded


def is_by_itself(said: bytes) -> bool:
    """Tell whether a page that nobody touches asks this: it looks again on its own clock, or at new figures."""
    try:
        asked = BackMsg.FromString(said).rerun_script
    except DecodeError:
        return False
    pressed = (one.json_trigger_value.encode() for one in asked.widget_states.widgets)
    return asked.is_auto_rerun or any(SELF_SAID in one for one in pressed)


class Line:
    """An open websocket: what comes in on it after its session is over is not passed on, and closes it."""

    def __init__(self, is_signed_in: Callable[..., Awaitable[bool]], token: str, receive: Receive, send: Send) -> None:
        self._is_signed_in, self._token = is_signed_in, token
        self._receive, self._send = receive, send
        self._closed = False

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] != "websocket.receive":
            return message
        if await self._is_signed_in(self._token, used=not is_by_itself(message.get("bytes") or b"")):
            return message
        self._closed = True
        await self._send({"type": "websocket.close", "code": 1008})
        return {"type": "websocket.disconnect", "code": 1008}

    async def send(self, message: Message) -> None:
        if not self._closed:
            await self._send(message)
