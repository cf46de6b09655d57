"""Making the plain pages: an address, a campaign's state and a scope in, a page out, or in words why there is none."""

from __future__ import annotations

import logging
from collections import OrderedDict
from datetime import UTC, date, datetime
from http import HTTPStatus
from threading import Lock
from uuid import uuid4

from campaign.configuration import ALL, Campaign, Configuration
from campaign.errors import UsageError
from campaign.progress import UnitProgress
from etl import freshness, heartbeat
from pages import _ask
from pages._address import Address
from pages.quick.asked import PRINT, WALL, Asked
from pages.quick.eyes import WHOLE, Eyes
from pages.quick.kept import Made, made
from pages.quick.page import Note, drawn, message, refreshed
from pages.quick.state import State
from reporting import brief, forecasts, numbers
from reporting.campaigns import Card, card
from reporting.figures import Figures
from reporting.quick import Day, day_of, quick
from reporting.texts import LANGUAGES, has, text
from reporting.waiting import waiting

LOG = logging.getLogger(__name__)
MOST_BYTES = 60_000
BOARD_SIZES = (150, 125, 100, 60, 30, 12, 3)  # lines a board may have; the first with which the page is small enough
SHEET_LINES = 140  # of both boards on one sheet of A4
DAYS_KEPT = 4  # the day, the one coming in, another view or two


class Maker:
    """Makes the pages of one configuration; the figures of a day are read once for all pages of its units."""

    def __init__(self, config: Configuration) -> None:
        """Make pages of the campaigns of `config`."""
        self.config = config
        self._days: OrderedDict[tuple[State, Eyes, date, str, str], Day] = OrderedDict()
        self._lock = Lock()

    def page(self, state: State, eyes: Eyes, asked: Asked) -> Made:
        """Return the page of an address, or the page that says what is wrong with it; never raises."""
        lang = self.language(asked.lang)
        try:
            return self._page(state, eyes, asked, lang)
        except UsageError:
            says = text("quick.unknown.unit", lang, code=asked.unit, on=asked.as_of or state.standard)
            return self.trouble(asked, lang, text("error.address", lang), says)
        except Exception:  # a sentence and a code for the reader, the traceback for the log
            code = uuid4().hex[:8]
            LOG.exception("quick view failed, code %s", code)
            says = text("error.says", lang, code=code)
            return self.trouble(asked, lang, text("error.title", lang), says, HTTPStatus.INTERNAL_SERVER_ERROR)

    def _page(self, state: State, eyes: Eyes, asked: Asked, lang: str) -> Made:
        figures = self._figures(state, eyes)
        campaign, as_of = figures.campaign, asked.as_of or state.standard
        wrong = _wrong(state, campaign, asked, as_of)
        if wrong is not None:
            return self.unreadable(asked, lang, *wrong)
        code = asked.unit or brief.top_of(figures, as_of)
        category, stage = asked.category or ALL, asked.stage or campaign.headline
        row = figures.unit(code, as_of, category=category, stage=stage)
        return self._drawn(state, self._day(state, eyes, figures, row), row, asked, lang)

    def _drawn(self, state: State, day: Day, row: UnitProgress, asked: Asked, lang: str) -> Made:
        """Return the page of a unit with as long a board as the page has room for."""
        campaign, now = day.figures.campaign, datetime.now(UTC)
        failing, notes = state.failing(self.config, campaign), _notes(state, campaign, asked, lang)
        html, whole = "", quick(day, row, now, lang, failing, BOARD_SIZES[0])
        for most in BOARD_SIZES:
            said = whole.cut(most)
            html = drawn(asked, said, notes)
            lines = len(said.below.lines) + len(said.leaves.lines) + len(said.rest.lines)
            if len(html.encode()) <= MOST_BYTES and (asked.mode != PRINT or lines <= SHEET_LINES):
                break
        return made(html, again=_again(asked))

    def _figures(self, state: State, eyes: Eyes) -> Figures:
        """Return the door to the figures of an edition, for what a reader may see."""
        return _ask.figures(state.edition, self.config).within(eyes.scope, state.today, eyes.others)

    def _day(self, state: State, eyes: Eyes, figures: Figures, row: UnitProgress) -> Day:
        """Return the figures of a day, shared by the pages of its units."""
        key = (state, eyes, row.as_of, row.category, row.stage)
        with self._lock:
            found = self._days.get(key)
        if found is None or found.figures is not figures:
            if eyes == WHOLE:  # shared with the pages people work on
                assessed = _ask.assess(state.edition, row.category, row.stage, row.as_of, figures)
                rows = _ask.waiting(state.edition, row.as_of, figures)
            else:
                assessed = forecasts.assess(figures, row.as_of, row.category, row.stage)
                rows = waiting(figures, row.as_of)
            found = day_of(figures, row, state.failing(self.config, figures.campaign), assessed, rows)
            with self._lock:
                self._days[key] = found
                while len(self._days) > DAYS_KEPT:
                    self._days.popitem(last=False)
        return found

    def card(self, state: State, eyes: Eyes, today: date, lang: str) -> Card:
        """Return a campaign's card: of the highest unit in view, on the latest closed day."""
        figures = self._figures(state, eyes)
        row = figures.unit(brief.top_of(figures, state.standard), state.standard)
        day = self._day(state, eyes, figures, row)
        leaves = [day.standing(one) for one in day.within(row.code) if one.target]
        assessed = day.assessed[row.code]
        return card(figures, row, leaves, day.standing(row), assessed, today, lang, down=len(day.kept.outages))

    def forget(self, campaign: str, edition: str) -> None:
        """Let go of a campaign's earlier editions."""
        with self._lock:
            for stale in [key for key in self._days if key[0].is_stale(campaign, edition)]:
                del self._days[stale]

    # What is wrong, in words

    def language(self, written: str) -> str:
        """Return the language asked for, else the configured one."""
        return written if written in LANGUAGES else self.config.language

    def written(self, lang: str) -> str:
        """Return a language as an address names it: not at all where it is the configured one."""
        return "" if lang == self.config.language else lang

    def trouble(self, asked: Asked, lang: str, title: str, says: str, status: int = HTTPStatus.NOT_FOUND) -> Made:
        """Return a page that says what is wrong, and leads back."""
        around = Asked(asked.campaign, lang=self.written(lang))
        return made(message(around, lang, title, says, {around.to(): text("button.back_to_data", lang)}), status)

    def unreadable(self, asked: Asked, lang: str, name: str, value: str) -> Made:
        """Return the page for a choice that there is not."""
        label = text(f"filter.{name}" if has(f"filter.{name}") else "quick.filter.view", lang)
        says = text("error.choice", lang, name=label, value=value)
        return self.trouble(asked, lang, text("error.address", lang), says, HTTPStatus.BAD_REQUEST)

    def empty(self, asked: Asked, campaign: Campaign) -> Made:
        """Return the page of a campaign without figures yet, with when they are fetched; it looks again by itself."""
        lang = self.language(asked.lang)
        chosen = {"lang": self.written(lang), "campaign": campaign.id}
        links = {Address("overview", chosen).href(): text("first.open", lang)}
        says = f"{text('empty.version', lang)} {self._fetched(campaign, lang)}"
        return made(message(asked, lang, campaign.title(lang), says, links), again=_again(asked))

    def _fetched(self, campaign: Campaign, lang: str) -> str:
        """Return how a campaign's first figures come: by its next pull, by a scheduler to be woken, by people."""
        now = datetime.now(UTC)
        found = freshness.states(self.config, campaign.id, now)
        at = freshness.next_pull(found)
        if heartbeat.is_silent(self.config, now):
            return text("first.asleep", lang)
        if at is None:
            return text("first.by_hand" if found else "first.sources.none", lang)
        return text("first.next", lang, at=numbers.moment(at, self.config.zone, lang))


def _again(asked: Asked) -> str:
    """Return when and where the browser is to ask again, as the header `refresh` says it."""
    found = refreshed(asked)
    return f"{found[0]}; url={found[1]}" if found else ""


def _wrong(state: State, campaign: Campaign, asked: Asked, as_of: date) -> tuple[str, str] | None:
    """Return the first choice that there is not: its name, and what was written."""
    last = max(state.standard, min(state.today, campaign.end))
    if as_of != state.standard and not campaign.start <= as_of <= last:
        return "as_of", as_of.isoformat()
    if asked.category and campaign.members(asked.category) is None:
        return "category", asked.category
    if asked.stage and asked.stage not in campaign.stage_ids:
        return "stage", asked.stage
    return None


def _notes(state: State, campaign: Campaign, asked: Asked, lang: str) -> list[Note]:
    """Return what a reader must know first: nobody receives, or a later day is coming in."""
    notes = [Note(text("quick.scheduler", lang))] if state.quiet else []
    if state.receiving and asked.as_of != state.receiving and asked.mode != WALL:
        at = campaign.cutoff.strftime("%H:%M")
        says = f"{text('data.receiving.says', lang, on=state.receiving, at=at)}."
        look = asked.to(asked.unit, as_of=state.receiving)
        notes.append(Note(says, look, text("data.receiving.look", lang)))
    return notes
