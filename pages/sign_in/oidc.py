"""Signing in through the province's provider: the framework leads the dance, and only our own session comes out of it.

The framework's st.login does two things: it sends the browser to /auth/login with a token that names the provider, and
its own routes do the rest with Authlib (state, nonce, PKCE, the ID token's signature). It would need a script run for
somebody who has not signed in yet. So a plain route gives the same address instead, and no script runs before the gate
has opened. What the provider says reaches the framework's callback; the signed cookie it answers with is read here, on
its way out, and is exchanged once for a session of ours. The browser never holds it, and one it brings is taken away
before the framework looks: so nothing but our own session lets anybody in, ends, or can be ended.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.user_info import generate_login_redirect_url
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import SESSION_COOKIE_NAME, USER_COOKIE_NAME

from access import audit
from access.attempts import LONGEST, Attempt, Attempts
from access.sessions import NotLetIn, Sessions
from access.vouched import Doubt, vouched
from campaign.configuration import Configuration
from campaign.errors import CanDichError
from etl.provider import CALLBACK, ProviderSecrets, provider_of
from pages._session import OIDC as START
from pages._session import SIGN_IN, address_of, agent_of, is_secure, local_path, set_session, token_of
from pages.sign_in.oidc_refused import Why, refused

LOG = logging.getLogger(__name__)
LOGIN = "/auth/login"
OPEN = frozenset({START, LOGIN, CALLBACK})  # what the gate lets through before anybody has signed in
ATTEMPT_COOKIE = "candich_oidc"
PROVIDER = "default"
LIFETIME_DAYS = 1 / 24  # of the framework's signature, which is seconds old when it is read here
_WHY = {Doubt.NO_NAME: Why.NO_NAME, Doubt.ODD_NAME: Why.ODD_NAME, Doubt.UNVERIFIED: Why.UNVERIFIED}


class Oidc:
    """The way in through one provider; one object a process."""

    def __init__(self, config: Configuration, provider: ProviderSecrets) -> None:
        """Lead to `provider` and back, for what `config` says of its word."""
        self.config, self.provider = config, provider
        self.sessions, self.attempts = Sessions(config), Attempts()
        self.cookie_secret = secrets.token_hex(32)
        self.secure = is_secure(config)

    def secrets(self) -> dict[str, Any]:
        """Return `[auth]` as the framework wants it."""
        kwargs = {"client_kwargs": dict(self.provider.client_kwargs)} if self.provider.client_kwargs else {}
        return {
            "auth": {
                "redirect_uri": self.provider.redirect_uri,
                "cookie_secret": self.cookie_secret,
                "client_id": self.provider.client_id,
                "client_secret": self.provider.client_secret,
                "server_metadata_url": self.provider.server_metadata_url,
                **kwargs,
            }
        }

    def routes(self) -> list[Route]:
        """Return the route a person begins at."""
        return [Route(START, self._start, methods=["GET"])]

    def _start(self, request: Request) -> Response:
        leads_to = local_path(request.query_params.get("next", ""))
        if request.headers.get("host") != urlsplit(self.provider.origin).netloc:  # cookies belong to one name
            asked = urlencode({"next": leads_to})
            return RedirectResponse(f"{self.provider.origin}{START}?{asked}", HTTPStatus.SEE_OTHER)
        written = self.attempts.begin(leads_to, datetime.now(UTC))
        answer = RedirectResponse(generate_login_redirect_url(PROVIDER), HTTPStatus.SEE_OTHER)
        answer.headers["cache-control"] = "no-store"
        answer.set_cookie(
            ATTEMPT_COOKIE,
            written,
            max_age=int(LONGEST.total_seconds()),
            path=CALLBACK,
            httponly=True,
            samesite="lax",
            secure=self.secure,
        )
        return answer

    async def led_away(self, scope: Scope, app: ASGIApp, receive: Receive) -> Response:
        """Return the way to the provider, or what to tell somebody when it cannot be reached."""
        status, headers = await _head_of(app, scope, receive)
        if status != HTTPStatus.FOUND:
            return await run_in_threadpool(self._refused, Request(scope), Why.OUT_OF_REACH)
        answer = RedirectResponse(headers["location"], HTTPStatus.SEE_OTHER)
        answer.headers["cache-control"] = "no-store"
        for written in headers.getlist("set-cookie"):
            answer.headers.append("set-cookie", f"{written}; secure" if self.secure else written)
        return answer

    async def led_back(self, scope: Scope, app: ASGIApp, receive: Receive) -> Response:
        """Return the answer to the provider's answer: the framework checks it, and a session of ours begins, or not."""
        request, now = Request(scope), datetime.now(UTC)
        attempt = self.attempts.read(request.cookies.get(ATTEMPT_COOKIE, ""), now)
        if attempt is None:
            return await run_in_threadpool(self._refused, request, Why.TOO_LATE)
        told = self._told((await _head_of(app, scope, receive))[1])
        if told is None:
            gave_up = request.query_params.get("error") == "access_denied"
            why = Why.GAVE_UP if gave_up else Why.NOT_BELIEVED
            return await run_in_threadpool(self._refused, request, why, attempt)
        return await run_in_threadpool(self._let_in, request, attempt, told, now)

    def _told(self, headers: Headers) -> dict[str, Any] | None:
        """Return the claims in the signed cookie the framework has just set; None when it set none."""
        jar: dict[str, str] = {}
        for written in headers.getlist("set-cookie"):
            try:
                jar |= {name: morsel.value for name, morsel in SimpleCookie(written).items()}
            except CookieError:
                continue

        def opened(name: str) -> bytes | None:
            signed = jar.get(name, "")
            return decode_signed_value(self.cookie_secret, name, signed, LIFETIME_DAYS) if signed else None

        found = get_cookie_with_chunks(opened, USER_COOKIE_NAME)
        told = json.loads(found) if found else None
        return told if isinstance(told, dict) and told.get("is_logged_in") is True else None

    def _let_in(self, request: Request, attempt: Attempt, told: Mapping[str, Any], now: datetime) -> Response:
        who = vouched(self.provider.word, told)
        if isinstance(who, Doubt):
            return self._refused(request, _WHY[who], attempt)
        if not self.attempts.finish(attempt, now):
            return self._refused(request, Why.TOO_LATE, attempt)
        ip, agent = address_of(request), agent_of(request)
        try:
            token = self.sessions.begin(who.user, who.name, "oidc", who.claims, now, ip, agent)
        except NotLetIn:
            return self._refused(request, Why.DISABLED, attempt, who.user)
        try:
            audit.record(self.config, audit.What.SIGN_IN, who.user, ip, via="oidc", agent=agent)
        except CanDichError:
            LOG.exception("nobody is let in: the audit log cannot be written")
            self.sessions.end(token)
            return self._refused(request, Why.UNRECORDED, attempt, who.user)
        self.sessions.end(token_of(request, self.config))
        answer = RedirectResponse(attempt.leads_to, HTTPStatus.SEE_OTHER)
        answer.headers["cache-control"] = "no-store"
        set_session(answer, self.config, token)
        return self._forgetting(answer)

    def _refused(self, request: Request, why: Why, attempt: Attempt | None = None, user: str = "") -> Response:
        LOG.info("sign-in through the provider refused: %s", why.value)
        if why is not Why.UNRECORDED:
            audit.record(self.config, audit.What.SIGN_IN_FAILED, user, address_of(request), via="oidc", why=why.value)
        again = SIGN_IN + "?" + urlencode({"next": attempt.leads_to if attempt else "/"})
        return self._forgetting(refused(why, again, self.config.language))

    def _forgetting(self, answer: Response) -> Response:
        """Leave nothing of the dance in the browser."""
        answer.delete_cookie(ATTEMPT_COOKIE, path=CALLBACK, httponly=True, samesite="lax", secure=self.secure)
        answer.delete_cookie(SESSION_COOKIE_NAME, path="/", httponly=True, samesite="lax", secure=self.secure)
        return answer


class OnlyOurSession:
    """Takes the framework's own identity away from every request, and answers for its callback."""

    def __init__(self, app: ASGIApp, oidc: Oidc | None) -> None:
        """Stand before `app`; without `oidc` the framework's sign-in is out of reach altogether."""
        self.app, self.oidc = app, oidc

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on without what names a user to the framework."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        scope = _nameless(scope)
        ours = (
            {LOGIN: self.oidc.led_away, CALLBACK: self.oidc.led_back} if self.oidc and scope["type"] == "http" else {}
        )
        if scope["path"] in ours:
            answer = await ours[scope["path"]](scope, self.app, receive)
            await answer(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _nameless(scope: Scope) -> Scope:
    headers = [
        (name, _without_identity(value) if name == b"cookie" else value) for name, value in scope.get("headers", [])
    ]
    return {**scope, "headers": headers}


def _without_identity(cookies: bytes) -> bytes:
    kept = [one for one in cookies.decode("latin-1").split(";") if not one.strip().startswith(USER_COOKIE_NAME)]
    return ";".join(kept).strip().encode("latin-1")


async def _head_of(app: ASGIApp, scope: Scope, receive: Receive) -> tuple[int, Headers]:
    """Return status and headers of an application's answer; the rest of it goes nowhere."""
    status, headers = 0, Headers()

    async def caught(message: Message) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status, headers = message["status"], Headers(raw=message["headers"])

    await app(scope, receive, caught)
    return status, headers


def oidc_of(config: Configuration, environment: Mapping[str, str], port: int) -> Oidc | None:
    """Return the way in through the configured provider; None when there is none. `port`: of this server.

    Raises ConfigError naming what is missing of the provider's address and secret.
    """
    provider = provider_of(config, environment, port)
    return None if provider is None else Oidc(config, provider)
