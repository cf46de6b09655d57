"""The five answers: the few figures beside the words of the brief, the same on every screen that asks.

Where are we, will we make it, what did the day bring, whom to call, is the number true. Words and faults are the
brief's (reporting/brief.py); this file adds the figure that stands beside each, its bar and its tone.
"""

from __future__ import annotations

from dataclasses import dataclass

from campaign.configuration import Campaign
from campaign.progress import Status, UnitProgress
from campaign.prospects import Standing
from reporting import brief_words, charts, forecasts, numbers
from reporting.brief import Brief, Call
from reporting.forecasts import Assessment
from reporting.texts import text


@dataclass(frozen=True, slots=True)
class Card:
    """One figure that stands beside an answer: the figure, what it is, its bar and the plan's mark in percent."""

    figure: str
    of: str
    width: float
    plan: float | None = None
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """What one unit is told on one day. A card is None where there is no figure; its words are always there.

    `outlook_more`: what is to be said of the outlook beside its figure, without saying that again; "" for nothing.
    """

    brief: Brief
    done: Card
    outlook: Card | None
    outlook_said: str
    outlook_more: str
    today: Card | None
    today_said: str
    nobody: str
    alone: Card | None
    alone_said: tuple[str, ...]


def answers(told: Brief, one: Assessment, campaign: Campaign) -> Answers:
    """Return the answers for the unit of a brief; `one`: what is to be expected of it on the same day."""
    row, lang = told.row, told.lang
    return Answers(
        brief=told,
        done=_done(row, lang),
        outlook=_outlook(one, lang),
        outlook_said=told.outlook or forecasts.says(told.prospect, campaign, lang),
        outlook_more=_outlook_more(told, one, campaign),
        today=_today(row, lang),
        today_said=_today_said(told, campaign),
        nobody=told.nobody or text("brief.calls.none" if row.remaining == 0 else "quick.calls.none", lang),
        alone=_alone(row, lang),
        alone_said=_alone_said(one, campaign, lang),
    )


def called(one: Call, lang: str, *, shared: bool = True) -> str:
    """Return why a unit is called and what that would move; `shared`: with its share of all that is left."""
    return text(
        "quick.call" if shared else "quick.call.wall",
        lang,
        why=one.why,
        n=one.remaining,
        share=numbers.percent(one.share, lang, finished=True),
    )


def _done(row: UnitProgress, lang: str) -> Card:
    share = numbers.percent(row.completion, lang, row.status is Status.FINISHED)
    of = f"{numbers.whole(row.done, lang)}/{numbers.whole(row.target, lang)}" if row.target else ""
    plan = None if row.planned_share is None else charts.width(row.planned_share)
    return Card(share, of, charts.width(row.completion), plan)


def _outlook(one: Assessment, lang: str) -> Card | None:
    """Return the chance of a leaf, or the units of a roll-up that will be on time; once the deadline is over, "no".

    None where nothing can be said.
    """
    found = forecasts.gauge(one, lang)
    if one.prospect.standing is Standing.ENDED:
        of = text("forecast.ended.units", lang, units=found.figure) if found and not one.row.is_leaf else ""
        return Card(text("forecast.no", lang), of, charts.width(found.share if found else None), tone="short")
    return None if found is None else Card(found.figure, found.says, charts.width(found.share), tone=found.tone)


def _outlook_more(told: Brief, one: Assessment, campaign: Campaign) -> str:
    """Return what a roll-up will have done by the deadline; what is over in one unit does not help another."""
    final = forecasts.final(one, told.lang)
    if one.row.is_leaf or not final or one.expected_share is None:
        return forecasts.says(told.prospect, campaign, told.lang)
    return final if one.expected_share < 1 else ""


def _today(row: UnitProgress, lang: str) -> Card | None:
    """Return what was done on the day of what it asked; None where it asked nothing."""
    if not row.catchup_today:
        return None
    done, due = numbers.whole(row.done_today, lang), numbers.whole(row.catchup_today, lang)
    return Card(done, f"/ {due}", charts.covered(row.done_today, row.catchup_today))


def _today_said(told: Brief, campaign: Campaign) -> str:
    """Return what the day brought of what it asked, or why it asks nothing."""
    row, lang = told.row, told.lang
    if row.target is None:
        return text("status.no_target.means", lang)
    if told.today:
        return told.today
    if row.as_of > campaign.end and row.remaining:
        return text("forecast.ended", lang, on=campaign.end)
    said = text("overview.deadline.done", lang) if row.remaining == 0 else brief_words.today(row, campaign, lang)
    return f"{said[:1].upper()}{said[1:].rstrip('.')}."


def _alone(row: UnitProgress, lang: str) -> Card | None:
    """Return what a leaf has left to do, where a roll-up says whom to call; None without a target."""
    if not row.is_leaf or row.remaining is None:
        return None
    return Card(numbers.whole(row.remaining, lang), "", charts.covered(row.remaining, row.target))


def _alone_said(one: Assessment, campaign: Campaign, lang: str) -> tuple[str, ...]:
    """Return why a leaf lags, and whether the rest can be done by what it has shown it can do."""
    why = charts.why(one.row, campaign.end, lang)
    said = (f"{why[:1].upper()}{why[1:]}.",) if why else ()
    return (*said, forecasts.feasible(one.feasibility, lang)) if one.prospect.standing is Standing.OPEN else said
