"""The client: one GET after the other for one pull, patient with a server that is busy, and bounded in every way.

httpx sends and streams, stamina tries again. What they leave to us: a configured header goes to the configured origin
only, whatever its name (httpx takes Authorization off a redirect to another host, and nothing else); one clock and
one number of bytes for the whole pull.
"""

from __future__ import annotations

import contextlib
import logging
import math
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Self

import certifi
import httpx
import stamina
from stamina.instrumentation import set_on_retry_hooks

from campaign.configuration import Source
from campaign.errors import CanDichError, ConfigError, SourceError
from etl.room import no_room
from etl.sources.environment import Environment
from etl.sources.unpacking import PACKED, CutOffError, unpacked

FIRST_WAIT = 0.5  # seconds before the second try, doubled for each one after it
LONGEST_WAIT = 60.0
MOST_REDIRECTS = 5
BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
ACCEPTED = {"Accept-Encoding": "gzip, deflate"}
CLOSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)

logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs every address, and a token may be part of one
set_on_retry_hooks([])  # what failed is told once, at the end


class Passing(SourceError):
    """A fault that may be gone a moment later; `after` is how long the server asks to be left alone, in seconds."""

    def __init__(self, where: str, found: str, expected: str = "", after: float | None = None) -> None:
        """Say what happened, and when to come back."""
        super().__init__(where, found, expected)
        self.after = after


@dataclass(frozen=True)
class Answer:
    """What a server sent: its headers, and the body in a file; None when nothing has changed since."""

    url: httpx.URL
    headers: httpx.Headers
    body: Path | None


class Client:
    """Fetches for one pull of one source; a context manager."""

    def __init__(self, source: Source, environment: Environment, where: str) -> None:
        """Take what bounds the pull; raises ConfigError for a ca file that cannot be read."""
        self.source, self.environment, self.where = source, environment, where
        self.headers = {
            name: environment.expand(value, f"headers.{name}") for name, value in source.http_headers.items()
        }
        for name, value in self.headers.items():
            if not (name + value).isascii():
                raise ConfigError(f"source {source.name}: headers.{name}", "has letters beyond ASCII", "mend its value")
        self.bytes_left = source.most_mb << 20
        self._ends, self._over = time.monotonic() + source.deadline, False
        self._sockets: list[socket.socket] = []
        self._clock = threading.Timer(source.deadline, self._hang_up)
        self._http = httpx.Client(verify=_trust(source), timeout=source.timeout, follow_redirects=False)
        self._origin: tuple[str, str, int | None] | None = None

    def __enter__(self) -> Self:
        """Start the clock."""
        self._clock.daemon = True
        self._clock.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the clock and hang up."""
        self._clock.cancel()
        self._http.close()

    def get(self, url: str | httpx.URL, target: Path, conditions: Mapping[str, str] | None = None) -> Answer:
        """Fetch an address into `target`, trying again what may pass; only the first one's origin gets our headers.

        Raises SourceError for what cannot be had, ConfigError for an address that is none.
        """
        try:
            address = httpx.URL(url)
        except httpx.InvalidURL:
            raise ConfigError(f"{self.where}: url", "is no address", "one like https://… was expected") from None
        if address.scheme not in {"http", "https"} or not address.host:
            raise ConfigError(f"{self.where}: url", "is no address", "one like https://… was expected")
        self._origin = self._origin or _origin(address)
        tries = 0
        try:
            for attempt in stamina.retry_context(
                on=self._again,
                attempts=self.source.tries,
                timeout=None,
                wait_initial=FIRST_WAIT,
                wait_max=min(LONGEST_WAIT, self.source.deadline),
                wait_jitter=FIRST_WAIT,
            ):
                with attempt:
                    tries = attempt.num
                    return self._once(address, target, conditions or {})
        except Passing as problem:
            times = f" ({tries} times)" if tries > 1 else ""
            raise SourceError(problem.where, f"{problem.found}{times}", problem.expected) from None
        raise AssertionError("a retry context ends by returning or raising")

    def _again(self, problem: Exception) -> bool | float:
        """Tell whether to try again, and when; never later than the pull may last."""
        if not isinstance(problem, Passing) or self._over:
            return False
        left = self._ends - time.monotonic()
        if problem.after is None:
            return left > 0
        return problem.after if problem.after < min(left, LONGEST_WAIT * 5) else False

    def _once(self, address: httpx.URL, target: Path, conditions: Mapping[str, str]) -> Answer:
        if self._over:
            raise self._too_late()
        try:
            return self._follow(address, target, conditions)
        except CanDichError:
            raise
        except (httpx.HTTPError, ssl.SSLError, OSError, httpx.InvalidURL, zlib.error, CutOffError) as problem:
            raise self._words(problem) from None

    def _follow(self, address: httpx.URL, target: Path, conditions: Mapping[str, str]) -> Answer:
        own = self.headers if _origin(address) == self._origin else {}
        request = self._http.build_request("GET", address, headers={**ACCEPTED, **own, **conditions})
        request.extensions["trace"] = self._trace
        for _ in range(MOST_REDIRECTS + 1):
            response = self._http.send(request, stream=True)
            try:
                if not response.has_redirect_location or response.next_request is None:
                    return self._take(response, target, conditional=bool(conditions))
            finally:
                response.close()
            request = self._redirected(request, response.next_request)
        raise SourceError(self.where, f"redirects in a loop, or more than {MOST_REDIRECTS} times", "mend its address")

    def _redirected(self, before: httpx.Request, request: httpx.Request) -> httpx.Request:
        if before.url.scheme == "https" and request.url.scheme != "https":
            found = f"redirects to http://{request.url.host}, where everybody could listen"
            raise SourceError(self.where, found, "an https address was expected")
        if _origin(before.url) == self._origin and _only_safer(before.url, request.url):
            self._origin = _origin(request.url)
        if _origin(request.url) != self._origin:
            for name in self.headers:
                request.headers.pop(name, None)
        request.extensions["trace"] = self._trace
        return request

    def _take(self, response: httpx.Response, target: Path, *, conditional: bool) -> Answer:
        status = response.status_code
        if status == HTTPStatus.NOT_MODIFIED and conditional:
            return Answer(response.url, response.headers, None)
        phrase = f"{status} {response.reason_phrase}".rstrip()
        told = f"answered {phrase}"
        if status in BUSY:
            raise Passing(self.where, told, "try again later", _after(response.headers.get("Retry-After")))
        if status in CLOSED:
            names = ", ".join(dict.fromkeys(self.environment.names)) or "headers"
            raise SourceError(self.where, f"answered {phrase}: it does not let us in", f"check {names}")
        if status != HTTPStatus.OK:
            raise SourceError(self.where, told, "200 OK was expected; check url and params")
        packed = response.headers.get("Content-Encoding", "").strip().lower()
        if packed not in PACKED:  # what is packed twice unpacks to a million times its size
            found = f"sends what is packed as {packed[:40]}"
            raise SourceError(self.where, found, "only gzip and deflate are read, once")
        self._store(unpacked(response.iter_raw(), packed), target)
        return Answer(response.url, response.headers, target)

    def _store(self, chunks: Iterator[bytes], target: Path) -> None:
        size = 0
        with target.open("wb") as opened:
            for chunk in chunks:
                size += len(chunk)
                if size > self.bytes_left:
                    raise SourceError(
                        self.where, f"sends more than {self.source.most_mb} MB", "raise most_mb if it may"
                    )
                opened.write(chunk)
        if self._over:  # what looks like the end is where we hung up
            raise self._too_late()
        self.bytes_left -= size

    def _words(self, problem: Exception) -> SourceError:
        """Return a fault of the network in words; an address is never part of them."""
        if self._over:
            return self._too_late()
        if (full := no_room(self.where, problem)) is not None:
            return full
        told = self.environment.hide(str(problem))
        if "CERTIFICATE_VERIFY_FAILED" in told:
            reason = told.partition("verify failed:")[2].partition("(")[0].strip() or "not trusted"
            return SourceError(self.where, f"its certificate is refused: {reason}", "mend it, or name its issuer: ca")
        if isinstance(problem, zlib.error):
            return SourceError(self.where, "sends what it says is packed, and is not", "mend the server")
        words = {
            httpx.TimeoutException: f"did not answer within {self.source.timeout:g} s",
            CutOffError: "broke off in the middle (what it packed has no end)",
            httpx.RemoteProtocolError: f"broke off in the middle ({told})",
            httpx.ConnectError: f"cannot be reached ({told})",
            Exception: f"the connection failed ({type(problem).__name__} {told})",
        }
        found = next(told for kind, told in words.items() if isinstance(problem, kind))
        return Passing(self.where, found, "try again later")

    def _too_late(self) -> SourceError:
        return SourceError(self.where, f"was not done after {self.source.deadline:g} s", "mend it, or raise deadline")

    def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Remember each connection, so that the clock can end it in the middle of a byte that never comes."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            found = info["return_value"].get_extra_info("socket")
            if found is not None:
                self._sockets.append(found)

    def _hang_up(self) -> None:
        self._over = True
        for one in self._sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or {"http": 80, "https": 443}.get(url.scheme)


def _only_safer(before: httpx.URL, after: httpx.URL) -> bool:
    """Tell whether a redirect leads to the same host, from http to https."""
    ways = (_origin(before), _origin(after))
    return ways == (("http", before.host, 80), ("https", before.host, 443))


def _trust(source: Source) -> ssl.SSLContext:
    """Return whom a source's server may be vouched for by: the known authorities, and the source's own ca file."""
    context = ssl.create_default_context(cafile=certifi.where())
    if source.ca is not None:
        try:
            context.load_verify_locations(cafile=source.ca)
        except (OSError, ssl.SSLError) as problem:
            found = f"{source.ca} is not readable as certificates ({problem})"
            raise ConfigError(f"source {source.name}: ca", found, "a PEM file was expected") from None
    return context


def _after(header: str | None) -> float | None:
    """Return how many seconds a Retry-After header asks for: a number, or a date; None without one."""
    if header is None:
        return None
    try:
        return float(max(int(header), 0))
    except OverflowError:
        return math.inf
    except ValueError:
        pass
    try:
        return max((parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds(), 0.0)
    except (TypeError, ValueError):
        return None
