"""Serving the quick view: bytes made once per version, configuration, scope and address, then only handed out.

A request that finds its page made already computes and reads nothing but the campaign's state, at most once a second.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from threading import Lock
from time import monotonic
from typing import Any
from uuid import uuid4

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from campaign.configuration import ALL, Campaign, Configuration
from campaign.errors import CanDichError, UsageError
from campaign.freshness import Outage
from campaign.scope import EVERYTHING, Scope
from etl import freshness, heartbeat
from etl.publishing import failure_of
from pages import _ask
from pages.quick.asked import ROOT, WALL, WALL_VIEWS, Asked, Unreadable, read
from pages.quick.page import Note, drawn, message, refreshed
from reporting import brief, numbers
from reporting.brief import Failing
from reporting.figures import Figures
from reporting.quick import Day, day_of, quick
from reporting.texts import LANGUAGES, has, text

LOG = logging.getLogger(__name__)
MOST_BYTES = 60_000
BOARD_SIZES = (150, 100, 60, 30, 12, 3)  # lines a board may have; the first with which the page is small enough
KEPT_BYTES = 32_000_000
LOOK_EVERY_SECONDS = 1.0
POLICY = (
    "default-src 'none'; script-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class State:
    """What a campaign's pages depend on beside their address: its version, the days, and what fails on our side."""

    edition: str
    standard: date
    receiving: date | None
    today: date
    quiet: bool
    outages: tuple[Outage, ...]
    failure: str


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


class Kept:
    """The pages made so far, the least lately asked for falling out first."""

    def __init__(self, most: int = KEPT_BYTES) -> None:
        """Hold at most so many bytes."""
        self.most, self.bytes = most, 0
        self._pages: OrderedDict[tuple[Any, ...], Made] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[Any, ...]) -> Made | None:
        """Return a page, if it is kept."""
        with self._lock:
            found = self._pages.get(key)
            if found is not None:
                self._pages.move_to_end(key)
            return found

    def put(self, key: tuple[Any, ...], page: Made) -> None:
        """Keep a page."""
        with self._lock:
            before = self._pages.pop(key, None)
            self.bytes += page.size - (before.size if before else 0)
            self._pages[key] = page
            while self.bytes > self.most and len(self._pages) > 1:
                _, oldest = self._pages.popitem(last=False)
                self.bytes -= oldest.size

    def forget(self, stale: Callable[[tuple[Any, ...]], bool]) -> None:
        """Drop the pages whose key is out of date."""
        with self._lock:
            for key in [key for key in self._pages if stale(key)]:
                self.bytes -= self._pages.pop(key).size


class QuickView:
    """The quick view of every campaign of one configuration."""

    def __init__(self, config: Configuration) -> None:
        """Serve the campaigns of `config`."""
        self.config = config
        self.kept = Kept()
        self._states: dict[str, tuple[float, State | None]] = {}
        self._making: dict[tuple[Any, ...], asyncio.Task[Made]] = {}
        self._days: OrderedDict[tuple[Any, ...], Day] = OrderedDict()
        self._lock = Lock()

    def routes(self) -> list[Route]:
        """Return the routes of the quick view."""
        return [
            Route(ROOT, self._start),
            Route(f"{ROOT}/{{campaign}}", self._show),
            Route(f"{ROOT}/{{campaign}}/{{unit}}", self._show),
            Route(f"{ROOT}/{{rest:path}}", self._nowhere),
        ]

    # What is asked

    async def _start(self, request: Request) -> Response:
        """Lead to the only campaign, or name them all."""
        lang = self._language(request.query_params.get("lang", ""))
        campaigns = self.config.campaigns
        if len(campaigns) == 1:
            return RedirectResponse(Asked(campaigns[0].id, lang=self._written(lang)).to(), HTTPStatus.SEE_OTHER)
        links = {Asked(one.id, lang=self._written(lang)).to(): one.title(lang) for one in campaigns}
        says = "" if links else text("empty.campaign", lang)
        return answer(request, made(message(Asked(""), lang, text("quick.choose", lang), says, links)))

    async def _nowhere(self, request: Request) -> Response:
        lang = self._language(request.query_params.get("lang", ""))
        return answer(request, self._trouble(Asked(""), lang, text("error.page", lang), text("error.page.says", lang)))

    async def _show(self, request: Request) -> Response:
        """Hand out one page, made in a thread if it is not kept."""
        params, path = request.query_params, request.path_params
        lang = self._language(params.get("lang", ""))
        try:
            asked = read(path["campaign"], path.get("unit", ""), params)
        except Unreadable as problem:
            return answer(request, self._unreadable(Asked(path["campaign"]), lang, problem.name, problem.value))
        scope = self.scope_of(request)
        campaign = self.config.campaign(asked.campaign)
        if campaign is None or not scope.allows_campaign(asked.campaign):
            says = text("empty.campaign.unknown", lang, id=asked.campaign)
            return answer(request, self._trouble(Asked(""), lang, text("error.address", lang), says))
        state = await self._state(campaign)
        if state is None:
            return answer(request, self._empty(asked, campaign, lang))
        key = (state, scope, asked)
        page = self.kept.get(key) or await self._once(key, state, scope, asked)
        return answer(request, page)

    def scope_of(self, request: Request) -> Scope:  # noqa: ARG002 - who signs in will be read from it
        """Return what the reader of a request may see."""
        return EVERYTHING

    # What is made

    async def _once(self, key: tuple[Any, ...], state: State, scope: Scope, asked: Asked) -> Made:
        """Make a page in a thread; whoever asks for it meanwhile waits for the same one."""
        task = self._making.get(key)
        if task is None:
            task = asyncio.ensure_future(run_in_threadpool(self.make, state, scope, asked))
            self._making[key] = task
            task.add_done_callback(lambda _: self._making.pop(key, None))
        return await asyncio.shield(task)

    def make(self, state: State, scope: Scope, asked: Asked) -> Made:
        """Return a page, keeping it unless it could not be made."""
        lang = self._language(asked.lang)
        try:
            page = self._made(state, scope, asked, lang)
        except UsageError:
            page = self._unknown_unit(state, asked, lang)
        except Exception:  # a sentence and a code for the reader, the traceback for the log
            code = uuid4().hex[:8]
            LOG.exception("quick view failed, code %s", code)
            return self._failed(asked, lang, code)
        self.kept.put((state, scope, asked), page)
        return page

    def _made(self, state: State, scope: Scope, asked: Asked, lang: str) -> Made:
        figures = self._figures(state, scope)
        campaign = figures.campaign
        as_of = asked.as_of or state.standard
        last = max(state.standard, min(state.today, campaign.end))
        wrong = {
            "as_of": as_of != state.standard and not campaign.start <= as_of <= last,
            "category": bool(asked.category) and campaign.members(asked.category) is None,
            "stage": bool(asked.stage) and asked.stage not in campaign.stage_ids,
        }
        for name, is_wrong in wrong.items():
            if is_wrong:
                return self._unreadable(
                    asked, lang, name, as_of.isoformat() if name == "as_of" else getattr(asked, name)
                )
        code = asked.unit or brief.top_of(figures, as_of)
        category, stage = asked.category or ALL, asked.stage or campaign.headline
        row = figures.unit(code, as_of, category=category, stage=stage)
        failing = self._failing(state, campaign)
        day = self._day(state, scope, figures, row.as_of, (category, stage), lambda: day_of(figures, row, failing))
        notes, again = self._notes(state, campaign, asked, lang), refreshed(asked)
        for most in BOARD_SIZES:
            html = drawn(asked, quick(day, row, datetime.now(UTC), lang, failing, most), notes)
            if len(html.encode()) <= MOST_BYTES:
                break
        return made(html, again=f"{again[0]}; url={again[1]}" if again else "")

    def _figures(self, state: State, scope: Scope) -> Figures:
        """Return the door to the figures of a version, for what a reader may see."""
        if scope == EVERYTHING:
            return _ask.figures(state.edition, self.config)
        _, campaign, version = state.edition.split("/")
        return Figures.open(self.config, campaign, version, scope)

    def _day(
        self, state: State, scope: Scope, figures: Figures, as_of: date, view: tuple[str, str], make: Callable[[], Day]
    ) -> Day:
        """Return the figures of a day, shared by the pages of its units."""
        key = (state.edition, state.outages, scope, as_of, view)
        with self._lock:
            found = self._days.get(key)
        if found is None or found.figures is not figures:
            found = make()
            with self._lock:
                self._days[key] = found
                while len(self._days) > 4:  # noqa: PLR2004 - a few: the day, the one coming in, another view
                    self._days.popitem(last=False)
        return found

    def _failing(self, state: State, campaign: Campaign) -> Failing:
        configured = tuple(one.name for one in self.config.sources if one.campaign == campaign.id)
        return Failing(state.outages, configured, {"said": state.failure} if state.failure else None)

    def _notes(self, state: State, campaign: Campaign, asked: Asked, lang: str) -> list[Note]:
        """Return what a reader must know first: nobody receives, or a later day is coming in."""
        notes = [Note(text("quick.scheduler", lang))] if state.quiet else []
        if state.receiving and asked.as_of != state.receiving and asked.mode != WALL:
            at = campaign.cutoff.strftime("%H:%M")
            says = f"{text('data.receiving.says', lang, on=state.receiving, at=at)}."
            look = asked.to(asked.unit, as_of=state.receiving)
            notes.append(Note(says, look, text("data.receiving.look", lang)))
        return notes

    # The campaign's state

    async def _state(self, campaign: Campaign) -> State | None:
        """Return the state, looked at anew once a second."""
        looked, found = self._states.get(campaign.id, (float("-inf"), None))
        if monotonic() - looked < LOOK_EVERY_SECONDS:
            return found
        return await run_in_threadpool(self.look, campaign)

    def look(self, campaign: Campaign) -> State | None:
        """Look at a campaign's state now; None before its first version."""
        now = datetime.now(UTC)
        found = self._looked(campaign, now)
        before = self._states.get(campaign.id, (0.0, None))[1]
        self._states[campaign.id] = (monotonic(), found)
        if found is not None and before is not None and before.edition != found.edition:
            self._evict(campaign.id, found.edition)
        return found

    def _looked(self, campaign: Campaign, now: datetime) -> State | None:
        version = _ask.current(self.config, campaign.id)
        if version is None:
            return None
        edition = _ask.edition_of(self.config, campaign.id, version)
        standard = _ask.figures(edition, self.config).default_as_of(now)
        today = now.astimezone(self.config.zone).date()
        failure = failure_of(self.config, campaign.id)
        return State(
            edition=edition,
            standard=standard,
            receiving=today if campaign.start <= today <= campaign.end and today > standard else None,
            today=today,
            quiet=heartbeat.is_silent(self.config, now),
            outages=freshness.outages(self.config, campaign.id, now),
            failure=str(failure.get("at") or failure) if failure else "",
        )

    def _evict(self, campaign: str, edition: str) -> None:
        """Drop what was made of a campaign's earlier versions."""

        def stale(of: str) -> bool:
            return of != edition and of.split("/")[1] == campaign

        self.kept.forget(lambda key: stale(key[0].edition))
        with self._lock:
            for key in [key for key in self._days if stale(key[0])]:
                del self._days[key]

    # Warm before anybody asks

    def warm(self, campaign: str, *, rest: Callable[[], bool], whole: bool) -> None:
        """Make the pages of a campaign's top unit, and with `whole` those right below and the wall's.

        `rest` lets others work between two pages, and tells whether to stop.
        """
        found = self.config.campaign(campaign)
        state = self.look(found) if found else None
        if state is None:
            return
        for asked in self._standard(state, campaign, whole=whole):
            if self.kept.get((state, EVERYTHING, asked)) is None:
                self.make(state, EVERYTHING, asked)
            if rest():
                return

    def _standard(self, state: State, campaign: str, *, whole: bool) -> list[Asked]:
        tree = _ask.figures(state.edition, self.config).tree(state.standard)
        below = [code for code in tree.children(tree.top.code) if not tree.is_leaf(code)] if whole else []
        asked = [Asked(campaign), *(Asked(campaign, code) for code in below)]
        if whole:
            asked += [Asked(campaign, mode=WALL, view=view) for view in WALL_VIEWS]
            asked += [Asked(campaign, lang=lang) for lang in LANGUAGES if lang != self.config.language]
        return asked

    # What is wrong

    def _language(self, written: str) -> str:
        return written if written in LANGUAGES else self.config.language

    def _written(self, lang: str) -> str:
        return "" if lang == self.config.language else lang

    def _trouble(self, asked: Asked, lang: str, title: str, says: str, status: int = HTTPStatus.NOT_FOUND) -> Made:
        back = Asked(asked.campaign, lang=self._written(lang)).to()
        page = message(Asked(asked.campaign), lang, title, says, {back: text("button.back_to_data", lang)})
        return made(page, status)

    def _unreadable(self, asked: Asked, lang: str, name: str, value: str) -> Made:
        label = text(f"filter.{name}", lang) if has(f"filter.{name}") else text("quick.filter.view", lang)
        says = text("error.choice", lang, name=label, value=value)
        return self._trouble(asked, lang, text("error.address", lang), says, HTTPStatus.BAD_REQUEST)

    def _unknown_unit(self, state: State, asked: Asked, lang: str) -> Made:
        says = text("quick.unknown.unit", lang, code=asked.unit, on=asked.as_of or state.standard)
        return self._trouble(asked, lang, text("error.address", lang), says)

    def _failed(self, asked: Asked, lang: str, code: str) -> Made:
        says = text("error.says", lang, code=code)
        return self._trouble(asked, lang, text("error.title", lang), says, HTTPStatus.INTERNAL_SERVER_ERROR)

    def _empty(self, asked: Asked, campaign: Campaign, lang: str) -> Made:
        """Return the page of a campaign without figures yet; it looks again by itself."""
        page = message(asked, lang, campaign.title(lang), text("empty.version", lang), {})
        again = refreshed(asked)
        return made(page, again=f"{again[0]}; url={again[1]}" if again else "")


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
