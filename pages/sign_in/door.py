"""The door: the plain routes by which people with an account of ours come in, change their password and leave."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import parse_qs, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from access import audit
from access.accounts import KNOWN_FOR, Accounts, Answer, Verdict
from access.passwords import SHORTEST, Busy, Unfit, ready
from access.sessions import NotLetIn, Session
from campaign.access import Access
from campaign.configuration import Configuration
from campaign.errors import CanDichError
from etl.rights import admission_of
from pages._document import language_of
from pages._session import (
    ACCOUNT,
    EVERYWHERE,
    OIDC,
    PASSWORD,
    SIGN_IN,
    SIGN_OUT,
    address_of,
    agent_of,
    forget_session,
    is_secure,
    local_path,
    set_session,
    token_of,
)
from pages.sign_in.held import held
from pages.sign_in.looks import page
from reporting import numbers
from reporting.texts import LANGUAGES, text

LOG = logging.getLogger(__name__)
KNOWN = "candich_known"
MOST_BYTES = 16_384  # of a form
MOST_FIELDS = 10
Form = Mapping[str, str]


class Door:
    """The way in and out of one configuration's pages."""

    def __init__(self, config: Configuration) -> None:
        """Let people in as `[access]` of `config` says."""
        self.config = config
        self.access = config.access or Access()
        self.accounts = Accounts(config)
        self.admission = admission_of(config)
        self.sessions = self.admission.sessions
        self.known = f"__Host-{KNOWN}" if is_secure(config) else KNOWN
        if self.access.local:
            ready()

    def routes(self) -> list[Route]:
        """Return the routes of the way in, the way out and the account's own page."""
        return [
            Route(SIGN_IN, self._ask, methods=["GET"]),
            Route(SIGN_IN, _posted(self._enter), methods=["POST"]),
            Route(SIGN_OUT, _posted(self._leave), methods=["POST"]),
            Route(SIGN_OUT, lambda _: RedirectResponse(ACCOUNT, HTTPStatus.SEE_OTHER), methods=["GET"]),
            Route(ACCOUNT, self._show, methods=["GET"]),
            Route(PASSWORD, _posted(self._change), methods=["POST"]),
            Route(EVERYWHERE, _posted(self._leave_everywhere), methods=["POST"]),
        ]

    # The way in

    def _ask(self, request: Request) -> Response:
        params = request.query_params
        link = local_path(params.get("next", ""))
        if self.sessions.find(token_of(request, self.config), datetime.now(UTC)) is not None:
            return RedirectResponse(link, HTTPStatus.SEE_OTHER)
        lang = language_of(request.url.query, self.config.language)
        said = text("signin.signed_out", lang) if "ra" in params else ""
        return self._form(lang, link, said=said)

    def _enter(self, request: Request, form: Form) -> Response:
        lang, link = self._language(form), local_path(form.get("next", ""))
        user, password = form.get("user", "").strip(), form.get("password", "")
        if not self.access.local:
            return self._form(lang, link, status=HTTPStatus.NOT_FOUND)
        if not user or not password:
            return self._form(lang, link, user, text("signin.empty", lang), HTTPStatus.BAD_REQUEST)
        ip, now = address_of(request), datetime.now(UTC)
        try:
            verdict = self.accounts.check(user, password, ip, now, request.cookies.get(self.known, ""))
        except Busy:
            return self._form(lang, link, user, text("signin.busy", lang), HTTPStatus.SERVICE_UNAVAILABLE)
        if verdict.answer is not Answer.IN:
            self._tell_the_log(verdict, ip, agent_of(request))
            return self._turned_away(verdict, lang, link, user)
        return self._let_in(request, verdict, lang, link, now)

    def _let_in(self, request: Request, verdict: Verdict, lang: str, link: str, now: datetime) -> Response:
        ip, agent = address_of(request), agent_of(request)
        try:
            token = self.sessions.begin(verdict.user, verdict.name, "local", {}, now, ip, agent, turn=verdict.turn)
        except NotLetIn:
            return self._form(lang, link, verdict.user, text("signin.disabled", lang), HTTPStatus.FORBIDDEN)
        try:
            audit.record(self.config, audit.What.SIGN_IN, verdict.user, ip, via="local", agent=agent)
        except CanDichError:
            LOG.exception("nobody is let in: the audit log cannot be written")
            self.sessions.end(token)
            words = text("signin.unrecorded", lang)
            return self._form(lang, link, verdict.user, words, HTTPStatus.SERVICE_UNAVAILABLE)
        self.sessions.end(token_of(request, self.config))
        answer = RedirectResponse(link, HTTPStatus.SEE_OTHER)
        set_session(answer, self.config, token)
        self._be_known(answer, verdict.known)
        return answer

    def _turned_away(self, verdict: Verdict, lang: str, link: str, user: str) -> Response:
        words, status = self._words(verdict, lang)
        answer = self._form(lang, link, user, words, status)
        if verdict.until is not None:
            answer.headers["retry-after"] = str(_seconds(verdict.until))
        return answer

    def _words(self, verdict: Verdict, lang: str) -> tuple[str, HTTPStatus]:
        if verdict.answer is Answer.WRONG:
            return text("signin.wrong", lang, n=verdict.left), HTTPStatus.UNAUTHORIZED
        if verdict.answer is Answer.DISABLED or verdict.until is None:
            return text("signin.disabled", lang), HTTPStatus.FORBIDDEN
        if verdict.answer is Answer.SLOW:
            return text("signin.slow", lang, n=_seconds(verdict.until)), HTTPStatus.TOO_MANY_REQUESTS
        minutes, at = -(-_seconds(verdict.until) // 60), numbers.clock(verdict.until, self.config.zone)
        return text("signin.resting", lang, n=minutes, at=at), HTTPStatus.TOO_MANY_REQUESTS

    def _tell_the_log(self, verdict: Verdict, ip: str, agent: str) -> None:
        """Write down a wrong password; not what was not even looked at, or a flood of it would be a flood of lines.

        A name nobody has is not written: it may be a password that was typed into the wrong field.
        """
        if not verdict.looked:
            return
        who = verdict.user if verdict.exists else ""
        what = audit.What.LOCKED_OUT if verdict.answer is Answer.RESTING else audit.What.SIGN_IN_FAILED
        audit.record(self.config, what, who, ip, via="local", why=verdict.answer.value, agent=agent)

    def _form(
        self, lang: str, link: str, user: str = "", wrong: str = "", status: int = HTTPStatus.OK, said: str = ""
    ) -> Response:
        """Return the sign-in page."""
        kept = {"next": link} if link != "/" else {}
        oidc = self.access.oidc
        values = {
            "action": SIGN_IN,
            "local": self.access.local,
            "link": link,
            "user": user[:80],
            "wrong": wrong,
            "said": said,
            "oidc": (oidc.label or text("signin.oidc", lang)) if oidc else "",
            "oidc_href": f"{OIDC}?{urlencode(kept)}" if kept else OIDC,
            "others": {one: f"{SIGN_IN}?{urlencode({'lang': one} | kept)}" for one in LANGUAGES if one != lang},
        }
        html = page("sign_in.html", lang, text("signin.title", lang), values)
        return HTMLResponse(html, status, {"cache-control": "no-store"})

    # The account

    def _show(self, request: Request) -> Response:
        session = self._session(request)
        lang = language_of(request.url.query, self.config.language)
        if session is None:
            return _to_the_way_in(lang, self.config)
        said = text("account.password.changed", lang) if "xong" in request.query_params else ""
        return self._account(session, lang, said=said)

    def _change(self, request: Request, form: Form) -> Response:
        session, lang = self._session(request), self._language(form)
        if session is None or session.via != "local":
            return _to_the_way_in(lang, self.config)
        old, new, again = (form.get(name, "") for name in ("old", "new", "again"))
        if new != again:
            return self._account(session, lang, wrong=text("account.password.differ", lang))
        ip, now, token = address_of(request), datetime.now(UTC), token_of(request, self.config)
        known = request.cookies.get(self.known, "")
        try:
            verdict = self.accounts.change(session.user, old, new, now, ip=ip, keep=token, known=known)
        except Unfit as problem:
            words = text(f"account.password.{problem.why}", lang, n=SHORTEST)
            return self._account(session, lang, wrong=words)
        except Busy:
            return self._account(session, lang, wrong=text("signin.busy", lang))
        if verdict.answer is not Answer.IN:
            self._tell_the_log(verdict, ip, agent_of(request))
            wrong = verdict.answer is Answer.WRONG
            words = text("account.password.wrong", lang, n=verdict.left) if wrong else self._words(verdict, lang)[0]
            return self._account(session, lang, wrong=words)
        did = {"did": "password", "account": session.user}
        audit.note(self.config, audit.What.ACCOUNT, session.user, did, ip=ip, is_done=True)
        query = urlencode({"xong": "1"} | self._lang(lang))
        answer = RedirectResponse(f"{ACCOUNT}?{query}", HTTPStatus.SEE_OTHER)
        self._be_known(answer, verdict.known)
        return answer

    def _account(self, session: Session, lang: str, *, wrong: str = "", said: str = "") -> Response:
        """Return the page on which somebody sees who he is, and what he may do."""
        now, zone = datetime.now(UTC), self.config.zone
        viewer = self.admission.viewer_in(session, now)
        open_ones = [
            (numbers.moment(one.seen_at, zone, lang), one.ip, one.agent, one.key == session.key)
            for one in self.sessions.of(session.user, now)
        ]
        values = {
            "session": session,
            "begun": numbers.moment(session.begun_at, zone, lang),
            "ends": numbers.moment(self.sessions.ends_at(session), zone, lang),
            "idle": self.access.idle_minutes,
            "held": held(viewer, self.config, now.astimezone(zone).date(), lang),
            "open": open_ones,
            "paths": {"password": PASSWORD, "leave": SIGN_OUT, "everywhere": EVERYWHERE},
            "home": "/" + (f"?{urlencode(self._lang(lang))}" if self._lang(lang) else ""),
            "shortest": SHORTEST,
            "wrong": wrong,
            "said": said,
            "others": {one: f"{ACCOUNT}?{urlencode({'lang': one})}" for one in LANGUAGES if one != lang},
        }
        html = page("account.html", lang, text("account.title", lang), values)
        status = HTTPStatus.BAD_REQUEST if wrong else HTTPStatus.OK
        return HTMLResponse(html, status, {"cache-control": "no-store"})

    # The way out

    def _leave(self, request: Request, form: Form) -> Response:
        session = self._session(request)
        self.sessions.end(token_of(request, self.config))
        if session is not None:
            audit.record(self.config, audit.What.SIGN_OUT, session.user, address_of(request))
        return self._left(form)

    def _leave_everywhere(self, request: Request, form: Form) -> Response:
        session = self._session(request)
        if session is not None:
            ended = self.sessions.end_all(session.user)
            audit.record(self.config, audit.What.SIGN_OUT, session.user, address_of(request), sessions=ended)
        return self._left(form)

    def _left(self, form: Form) -> Response:
        query = urlencode({"ra": "1"} | self._lang(self._language(form)))
        answer = RedirectResponse(f"{SIGN_IN}?{query}", HTTPStatus.SEE_OTHER)
        forget_session(answer, self.config)
        return answer

    # What all of them need

    def _session(self, request: Request) -> Session | None:
        return self.sessions.find(token_of(request, self.config), datetime.now(UTC))

    def _language(self, form: Form) -> str:
        asked = form.get("lang", "")
        return asked if asked in LANGUAGES else self.config.language

    def _lang(self, lang: str) -> dict[str, str]:
        return {"lang": lang} if lang != self.config.language else {}

    def _be_known(self, answer: Response, known: str) -> None:
        """Let the browser keep that it was signed in here before: wrong passwords of others do not shut it out."""
        answer.set_cookie(
            self.known,
            known,
            max_age=int(KNOWN_FOR.total_seconds()),
            path="/",
            httponly=True,
            samesite="strict",
            secure=is_secure(self.config),
        )


def _to_the_way_in(lang: str, config: Configuration) -> Response:
    asked = {"next": ACCOUNT} | ({"lang": lang} if lang != config.language else {})
    return RedirectResponse(f"{SIGN_IN}?{urlencode(asked)}", HTTPStatus.SEE_OTHER)


def _posted(answer: Callable[[Request, Form], Response]) -> Callable[[Request], Awaitable[Response]]:
    """Return a route that reads a form, a short one, and answers it in a thread of its own."""

    async def posted(request: Request) -> Response:
        body = b""
        try:
            async for piece in request.stream():
                body += piece
                if len(body) > MOST_BYTES:
                    return Response(status_code=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            fields = parse_qs(body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except (ValueError, ClientDisconnect):
            return Response(status_code=HTTPStatus.BAD_REQUEST)
        return await run_in_threadpool(answer, request, {name: values[0] for name, values in fields.items()})

    return posted


def _seconds(until: datetime) -> int:
    return max(1, -int((datetime.now(UTC) - until).total_seconds() // 1))
