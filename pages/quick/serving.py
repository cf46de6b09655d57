"""Serving the quick view: pages made once per version, configuration, scope and address, then only handed out.

A request that finds its page made computes nothing and asks no database; a campaign's state is looked at once a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime
from http import HTTPStatus
from time import monotonic

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from campaign.access import ANYBODY_HERE, Viewer
from campaign.configuration import Campaign, Configuration
from pages import _ask, _recorded, _viewer
from pages._address import Address
from pages._session import address_of
from pages.quick.asked import WALL, WALL_VIEWS, Asked, Unreadable, read
from pages.quick.eyes import WHOLE, Eyes, eyes_of
from pages.quick.kept import Kept, Made, answer, made
from pages.quick.making import Maker
from pages.quick.page import message, started
from pages.quick.state import State, state_of
from reporting import campaigns
from reporting.campaigns import Card
from reporting.kept import make_room
from reporting.links import QUICK
from reporting.texts import LANGUAGES, text

LOOK_EVERY_SECONDS = 1.0
STARTS_KEPT = 16
AGAIN = "60"
PAGE = "quick"  # as the audit log names it
Key = tuple[State, Eyes, Asked]
Start = tuple[date, str, tuple[tuple[State | None, Eyes], ...]]


class QuickView:
    """The quick view of every campaign of one configuration."""

    def __init__(self, config: Configuration) -> None:
        """Serve the campaigns of `config`."""
        self.config, self.maker, self.kept = config, Maker(config), Kept[Key]()
        self._starts: dict[Start, Made] = {}
        self._states: dict[str, tuple[float, State | None]] = {}
        self._making: dict[Key, asyncio.Task[Made]] = {}

    def routes(self) -> list[Route]:
        """Return the routes of the quick view; what lies below it and is none of them is not found."""
        return [
            Route(QUICK, self._start),
            Route(f"{QUICK}/{{campaign}}", self._show),
            Route(f"{QUICK}/{{campaign}}/{{unit}}", self._show),
            Route(f"{QUICK}/{{rest:path}}", self._nowhere),
        ]

    def viewer_of(self, request: Request) -> Viewer:
        """Return who sent a request."""
        return ANYBODY_HERE if self.config.access is None else _viewer.viewer_of(request)

    async def _start(self, request: Request) -> Response:
        """Lead to the only campaign, or name them all."""
        lang, viewer = self.maker.language(request.query_params.get("lang", "")), self.viewer_of(request)
        eyes = {one.id: found for one in self.config.campaigns if (found := eyes_of(viewer, one.id)) is not None}
        seen = [one for one in self.config.campaigns if one.id in eyes]
        if len(seen) == 1:
            return RedirectResponse(Asked(seen[0].id, lang=self.maker.written(lang)).to(), HTTPStatus.SEE_OTHER)
        if not seen:
            return answer(request, made(message(Asked(""), lang, text("page.campaigns", lang),
                                                text("empty.campaign", lang), {})))  # fmt: skip
        today = datetime.now(UTC).astimezone(self.config.zone).date()
        states = [(one, await self._state(one)) for one in campaigns.in_order(seen, today)]
        key = (today, lang, tuple((state, eyes[one.id]) for one, state in states))
        if key not in self._starts:
            cards = await run_in_threadpool(lambda: [self._card(*one, eyes[one[0].id], today, lang) for one in states])
            make_room(self._starts, STARTS_KEPT)
            title = campaigns.title(seen, today, lang)
            self._starts[key] = made(started(Asked("", lang=self.maker.written(lang)), lang, title, cards), again=AGAIN)
        return answer(request, self._starts[key])

    def _card(self, campaign: Campaign, state: State | None, eyes: Eyes, today: date, lang: str) -> Card:
        if state is None:
            return campaigns.empty_card(campaign, today, lang)
        return self.maker.card(state, eyes, today, lang)

    async def _nowhere(self, request: Request) -> Response:
        lang = self.maker.language(request.query_params.get("lang", ""))
        says = text("error.page.says", lang)
        return answer(request, self.maker.trouble(Asked(""), lang, text("error.page", lang), says))

    async def _show(self, request: Request) -> Response:
        """Hand out one page, made in a thread if it is not kept."""
        params, path = request.query_params, request.path_params
        lang = self.maker.language(params.get("lang", ""))
        campaign = self.config.campaign(path["campaign"])
        eyes = eyes_of(self.viewer_of(request), campaign.id) if campaign else None
        if campaign is None or eyes is None:
            await self._put_on_record(request, path["campaign"], path.get("unit", ""), shown=False)
            says = text("empty.campaign.unknown", lang, id=path["campaign"])
            return answer(request, self.maker.trouble(Asked(""), lang, text("error.address", lang), says))
        try:
            asked = read(campaign.id, path.get("unit", ""), params)
        except Unreadable as problem:
            page = self.maker.unreadable(Asked(campaign.id), lang, problem.name, problem.value)
            return answer(request, page)
        state = await self._state(campaign)
        if state is None:
            return answer(request, self.maker.empty(asked, campaign))
        key = (state, eyes, asked)
        page = self.kept.get(key) or await self._once(key)
        await self._put_on_record(request, campaign.id, asked.unit, shown=page.status == HTTPStatus.OK)
        return answer(request, page)

    async def _put_on_record(self, request: Request, campaign: str, unit: str, *, shown: bool) -> None:
        """Leave word in the audit log of who looked at a page, or was led to one he may not see."""
        if self.config.access is not None:
            who, ip, named = self.viewer_of(request), address_of(request), {"campaign": campaign, "unit": unit}
            if shown:
                await run_in_threadpool(_recorded.looked, self.config, who, ip, campaign, PAGE, unit)
            else:
                await run_in_threadpool(_recorded.refused, self.config, who, ip, PAGE, Address(PAGE, named))

    async def _once(self, key: Key) -> Made:
        """Make a page in a thread; whoever asks for it meanwhile waits for the same one."""
        task = self._making.get(key)
        if task is None:
            task = asyncio.ensure_future(run_in_threadpool(self._make, key))
            self._making[key] = task
            task.add_done_callback(lambda _: self._making.pop(key, None))
        return await asyncio.shield(task)

    def _make(self, key: Key) -> Made:
        page = self.maker.page(*key)
        if page.status == HTTPStatus.OK:
            self.kept.put(key, page)
        return page

    async def _state(self, campaign: Campaign) -> State | None:
        """Return the state of a campaign, looked at anew once a second."""
        looked, found = self._states.get(campaign.id, (float("-inf"), None))
        if monotonic() - looked < LOOK_EVERY_SECONDS:
            return found
        return await run_in_threadpool(self.look, campaign)

    def look(self, campaign: Campaign) -> State | None:
        """Look at a campaign's state now; what was made of an earlier version is let go of."""
        found = state_of(self.config, campaign, datetime.now(UTC))
        before = self._states.get(campaign.id, (0.0, None))[1]
        self._states[campaign.id] = (monotonic(), found)
        if found is not None and before is not None and before.edition != found.edition:
            self.kept.forget(lambda key: key[0].is_stale(campaign.id, found.edition))
            self.maker.forget(campaign.id, found.edition)
        return found

    # Warm before anybody asks

    def warm(self, campaign: str, *, rest: Callable[[], bool], whole: bool) -> None:
        """Make the pages of a campaign's top unit, and with `whole` those right below it and the wall's.

        `rest` lets others work after a page was made, and tells whether to stop.
        """
        found = self.config.campaign(campaign)
        state = self.look(found) if found else None
        if state is None:
            return
        for asked in self._standard(state, campaign, whole=whole):
            key = (state, WHOLE, asked)
            if self.kept.get(key) is None:
                self._make(key)
                if rest():
                    return

    def _standard(self, state: State, campaign: str, *, whole: bool) -> list[Asked]:
        tree = _ask.figures(state.edition, self.config).tree(state.standard)
        if not whole:
            return [Asked(campaign)]
        below = [code for code in tree.children(tree.top.code) if not tree.is_leaf(code)]
        return [
            *(Asked(campaign, lang=self.maker.written(lang)) for lang in LANGUAGES),
            *(Asked(campaign, mode=WALL, view=view) for view in WALL_VIEWS),
            *(Asked(campaign, code) for code in below),
        ]
