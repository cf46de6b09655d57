"""All campaigns as cards: those running first, then those to come, then those ended, each with its five answers.

The figures are those of the overview of each; this file only puts them in order and in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from campaign.configuration import Campaign
from campaign.progress import Status, UnitProgress
from campaign.prospects import Standing
from reporting import brief_words, charts, forecasts, numbers
from reporting.figures import Figures
from reporting.forecasts import Assessment
from reporting.quick import LAGGING
from reporting.texts import text


class Phase(StrEnum):
    """Where a campaign is in time, in the order the cards stand."""

    RUNNING = "running"
    COMING = "coming"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Card:
    """One campaign as it is read; `empty` where it has no figures yet. Widths and marks are percent of a bar."""

    id: str
    title: str
    simulated: bool
    phase: Phase
    dates: str
    day: str
    share: str = ""
    planned: str = ""
    width: float = 0.0
    plan: float | None = None
    standing: str = ""
    sign: str = ""
    word: str = ""
    verdict: str = ""
    outlook: str = ""
    behind: str = ""
    fresh: str = ""
    down: str = ""
    empty: str = ""


def phase_of(campaign: Campaign, today: date) -> Phase:
    """Return whether a campaign is running, to come or ended on a local day."""
    if today < campaign.start:
        return Phase.COMING
    return Phase.RUNNING if today <= campaign.end else Phase.ENDED


def in_order(campaigns: Iterable[Campaign], today: date) -> list[Campaign]:
    """Return campaigns as they are looked for: running (the soonest to end first), to come (the soonest), ended."""

    def place(one: Campaign) -> tuple[int, int, str]:
        phase = phase_of(one, today)
        soonest = {Phase.RUNNING: one.end, Phase.COMING: one.start, Phase.ENDED: one.end}[phase].toordinal()
        return list(Phase).index(phase), -soonest if phase is Phase.ENDED else soonest, one.id

    return sorted(campaigns, key=place)


def running(campaigns: Iterable[Campaign], today: date) -> list[Campaign]:
    """Return those that run on a day."""
    return [one for one in campaigns if phase_of(one, today) is Phase.RUNNING]


def title(campaigns: Iterable[Campaign], today: date, lang: str) -> str:
    """Return in one sentence how many there are of each phase."""
    found = [phase_of(one, today) for one in campaigns]
    parts = [text(f"campaigns.title.{one}", lang, n=found.count(one)) for one in Phase if one in found]
    return text("campaigns.title", lang, n=len(found), parts=", ".join(parts))


def empty_card(campaign: Campaign, today: date, lang: str) -> Card:
    """Return the card of a campaign without figures."""
    return replace(_named(campaign, today, lang), empty=text("empty.version", lang))


def card(
    figures: Figures,
    row: UnitProgress,
    leaves: Sequence[str],
    standing: str,
    assessed: Assessment,
    today: date,
    lang: str,
    down: int = 0,
) -> Card:
    """Return the card of a campaign from the row of the unit shown for it.

    `leaves`: the standing of every leaf at and below it that has work; `down`: how many of its sources fail.
    """
    campaign = figures.campaign
    begun = row.as_of >= campaign.start
    share = numbers.percent(row.completion, lang, row.status is Status.FINISHED)
    due = numbers.percent(row.planned_share, lang, finished=True)
    return replace(
        _named(campaign, today, lang),
        share=share,
        planned="" if row.planned_share is None else text("campaigns.planned", lang, share=due),
        width=charts.width(row.completion),
        plan=None if row.planned_share is None else charts.width(row.planned_share),
        standing=standing if begun else "",
        sign=text(f"status.{standing}.sign", lang) if begun else "",
        word=text(f"status.{standing}", lang) if begun else "",
        verdict=brief_words.verdict(row, campaign, lang),
        outlook=_outlook(campaign, assessed, lang) if begun else "",
        behind=_behind(leaves, lang) if begun else "",
        fresh=text("data.published", lang, at=numbers.moment(figures.published_at, figures.zone, lang)),
        down=text("campaigns.down", lang, n=down) if down else "",
    )


def _named(campaign: Campaign, today: date, lang: str) -> Card:
    return Card(
        id=campaign.id,
        title=campaign.title(lang),
        simulated=campaign.simulated,
        phase=phase_of(campaign, today),
        dates=text("campaigns.dates", lang, first=campaign.start, last=campaign.end),
        day=day_of(campaign, today, lang),
    )


def day_of(campaign: Campaign, today: date, lang: str) -> str:
    """Return which day of the campaign it is, or how far away it is."""
    match phase_of(campaign, today):
        case Phase.COMING:
            return text("overview.day.before", lang, n=(campaign.start - today).days)
        case Phase.ENDED:
            return text("overview.day.after", lang, n=(today - campaign.end).days)
    days = {"day": (today - campaign.start).days + 1, "days": (campaign.end - campaign.start).days + 1}
    left = (campaign.end - today).days
    rest = text("campaigns.days_left", lang, n=left) if left else text("campaigns.last_day", lang).lower()
    return f"{text('overview.day', lang, **days)}, {rest}"


def _outlook(campaign: Campaign, one: Assessment, lang: str) -> str:
    """Return whether it will make it: of a roll-up by how many of its units will be on time."""
    found = forecasts.gauge(one, lang)
    if one.prospect.standing is Standing.OPEN and found is not None and not one.row.is_leaf:
        return f"{found.figure} {found.says}"
    return forecasts.says(one.prospect, campaign, lang)


def _behind(leaves: Sequence[str], lang: str) -> str:
    n = sum(one in LAGGING for one in leaves)
    return text("campaigns.behind", lang, n=n, of=len(leaves)) if n else text("campaigns.behind.none", lang)
