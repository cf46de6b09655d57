"""The evening brief: ten seconds in words. Where we are, will we make it, whom to call, what is wrong with the data.

Everything is found by rule from the figures, through their scope, so a district's brief says nothing of any other.
Whom to call: among the leaves that are overdue, silent, stalled or behind, the three with the most left to do; those
merely at risk fill up what is left of the three. A leaf that a failing source of ours keeps silent is nobody to call.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from campaign.earned import Earned
from campaign.errors import UsageError
from campaign.freshness import Gap, Outage
from campaign.progress import Status, UnitProgress
from campaign.prospects import Prospect, Standing
from reporting import brief_words, charts, faults, forecasts, numbers
from reporting.explained import unexplained
from reporting.figures import Figures
from reporting.freshness import Gaps, gaps
from reporting.texts import text
from reporting.waiting import Waiting, waiting

CALLED = 3
GRAVE = (Status.OVERDUE, Status.SILENT, Status.STALLED, Status.BEHIND)
MILD = (Status.AT_RISK,)


@dataclass(frozen=True, slots=True)
class Failing:
    """What fails on our side: sources, of those `configured`; and what the last run said, if it published nothing."""

    outages: tuple[Outage, ...] = ()
    configured: tuple[str, ...] = ()
    failure: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A unit to call: what it lags by in words, what it has left (a count) and what share of the brief's rest that is.

    `within`: the name of the unit above it, empty where that is the brief's own.
    """

    code: str
    name: str
    within: str
    status: Status
    why: str
    remaining: int
    share: Fraction | None


@dataclass(frozen=True, slots=True)
class Faulty:
    """What is wrong with the data, in counts.

    `down`: each failing source and how many of the brief's units wait for it. `unheard`: the leaves that are silent by
    our own failure. `differences`: stated totals that are not our sum and that nobody has explained. `last_as_of`: the
    latest day reported, where that is before the brief's own and something is left to do.
    """

    down: tuple[tuple[str, int], ...] = ()
    unheard: int = 0
    held: int = 0
    rejected: int = 0
    differences: int = 0
    failing_check: bool = False
    none_reported: bool = False
    last_as_of: date | None = None


@dataclass(frozen=True, slots=True)
class Brief:
    """One unit's evening in plain values and in sentences; an empty sentence is one there is nothing to say in.

    `row` and `prospect` hold the figures that the sentences were made from, `standing` a status or "source_down".
    """

    lang: str
    campaign: str
    simulated: bool
    row: UnitProgress
    prospect: Prospect
    standing: str
    headline: str
    against: str
    outlook: str
    today: str
    calls: tuple[Call, ...]
    nobody: str
    faulty: Faulty
    data: tuple[str, ...]
    fresh: str
    link: str = ""

    @property
    def called(self) -> tuple[str, ...]:
        """Return the three to call, a line each."""
        return tuple(_call_said(number, one, self.lang) for number, one in enumerate(self.calls, 1))

    @property
    def lines(self) -> tuple[str, ...]:
        """Return the brief as lines of plain text, the gravest first."""
        calls = (text("brief.calls", self.lang), *self.called) if self.calls else (self.nobody,)
        data = (text("brief.data", self.lang, what="; ".join(self.data)),) if self.data else ()
        simulated = (text("brief.simulated", self.lang),) if self.simulated else ()
        said = (self.headline, self.against, self.today, self.outlook, *calls, *data, self.fresh, *simulated, self.link)
        return tuple(line for line in said if line)

    @property
    def text(self) -> str:
        """Return the brief as it is sent."""
        return "\n".join(self.lines)


def brief(
    figures: Figures,
    as_of: date,
    now: datetime,
    lang: str,
    unit: str | None = None,
    failing: Failing | None = None,
    link: str = "",
) -> Brief:
    """Return the brief of a unit (left out: the top one that may be seen) at the end of a day; `now` is UTC.

    Raises UsageError for a unit that there is not, or that may not be seen.
    """
    return brief_of(figures, figures.unit(unit or top_of(figures, as_of), as_of), now, lang, failing, link)


def brief_of(
    figures: Figures,
    row: UnitProgress,
    now: datetime,
    lang: str,
    failing: Failing | None = None,
    link: str = "",
    rows_waiting: Waiting | None = None,
) -> Brief:
    """Return the brief of a unit whose figures are at hand: of their day, category and stage.

    `rows_waiting`: all rows that wait on that day, where they are known already.
    """
    ours, as_of = failing or Failing(), row.as_of
    everyone = figures.progress(as_of, category=row.category, stage=row.stage)
    inside = frozenset(figures.tree(as_of).subtree(row.code))
    rows = [one for one in everyone if one.code in inside]
    kept = gaps(figures, everyone, ours.outages, ours.configured)
    asked = figures.outlook(as_of, category=row.category, stage=row.stage)
    prospect = next(one for one in asked if one.code == row.code)
    standing = str(Gap.SOURCE_DOWN) if kept.gap_of(row) is Gap.SOURCE_DOWN else str(row.status)
    found = _faulty(figures, row, rows, kept, ours.failure, rows_waiting)
    calls = _calls(figures, row, rows, kept, lang)
    return Brief(
        lang=lang,
        campaign=figures.campaign.title(lang),
        simulated=figures.campaign.simulated,
        row=row,
        prospect=prospect,
        standing=standing,
        headline=f"{brief_words.verdict(row, figures.campaign, lang)}.",
        against=_against(figures, row, lang),
        outlook=_outlook(figures, row, prospect, lang),
        today=_today(figures, row, now, lang),
        calls=calls,
        nobody=text("brief.calls.none", lang) if _may_call(figures, row, rows) and not calls else "",
        faulty=found,
        data=_data_said(found, lang, is_leaf=row.is_leaf),
        fresh=_fresh(figures, as_of, lang),
        link=link,
    )


def top_of(figures: Figures, as_of: date) -> str:
    """Return the highest unit that may be seen; the first where there are several, UsageError where there is none."""
    codes = figures.tree(as_of).codes
    if not codes:
        raise UsageError("brief", f"no unit may be seen on {as_of}", "a day on which one of the reader's units stands")
    return codes[0]


# Where it stands


def _is_running(figures: Figures, row: UnitProgress) -> bool:
    return figures.campaign.start <= row.as_of and row.status not in brief_words.SETTLED


def _against(figures: Figures, row: UnitProgress, lang: str) -> str:
    """Return what is done against what the plan asks, and by how many days the work trails it."""
    campaign = figures.campaign
    if row.as_of < campaign.start:
        return f"{text('overview.day.before', lang, n=(campaign.start - row.as_of).days)}."
    if row.target is None or row.status is Status.NOTHING_TO_DO:
        return ""
    share = numbers.percent(row.completion, lang, row.status is Status.FINISHED)
    if not _is_running(figures, row) or row.as_of > campaign.end:
        return text("brief.against.outside", lang, done=row.done, target=row.target, share=share)
    earned = figures.earned(row.code, category=row.category, stage=row.stage, as_of=row.as_of)
    return text(
        "brief.against",
        lang,
        day=(row.as_of - campaign.start).days + 1,
        days=(campaign.end - campaign.start).days + 1,
        share=share,
        planned=numbers.percent(row.planned_share, lang, finished=True),
        clock=_clock(row, earned, lang),
    )


def _clock(row: UnitProgress, earned: Earned | None, lang: str) -> str:
    """Return by how many days the work trails the plan or is ahead of it, in two words."""
    if row.status in brief_words.SETTLED or earned is None or numbers.half_up(earned.days_behind * 10) == 0:
        return ""
    behind = earned.days_behind
    key = "brief.clock.behind" if behind > 0 else "brief.clock.ahead"
    return text(key, lang, days=numbers.decimal(max(behind, -behind), 1, lang))


def _today(figures: Figures, row: UnitProgress, now: datetime, lang: str) -> str:
    """Return what the day brought against what it asked; empty outside the campaign and where nothing is left."""
    if not _is_running(figures, row) or row.as_of > figures.campaign.end or row.catchup_today is None:
        return ""
    is_now = row.as_of == now.astimezone(figures.zone).date()
    when = text("brief.when.today", lang) if is_now else text("brief.when", lang, on=numbers.day_short(row.as_of, lang))
    if brief_words.is_excused(row):
        return text("brief.today.excused", lang, when=when, done=row.done_today)
    key = "brief.today.short" if row.short_today else "brief.today.met"
    return text(key, lang, when=when, done=row.done_today, needed=row.catchup_today, n=row.short_today)


def _outlook(figures: Figures, row: UnitProgress, prospect: Prospect, lang: str) -> str:
    """Return whether it will be made: for a roll-up by its units, as one late unit alone makes the whole late."""
    if prospect.standing in (Standing.NO_TARGET, Standing.NOTHING_TO_DO, Standing.NOT_BEGUN, Standing.ENDED):
        return ""
    if prospect.standing is Standing.OPEN and not row.is_leaf and row.target and prospect.expected_final is not None:
        units = {"n": numbers.half_up(prospect.units_on_time), "of": row.units_with_target}
        share = prospect.expected_final / row.target
        if share >= 1:  # what is over in one unit does not help another
            return text("brief.outlook.units", lang, **units)
        return text("brief.outlook", lang, **units, share=numbers.percent(share, lang, finished=False))
    return forecasts.says(prospect, figures.campaign, lang)


# Whom to call


def _calls(
    figures: Figures, whole: UnitProgress, rows: Sequence[UnitProgress], kept: Gaps, lang: str
) -> tuple[Call, ...]:
    leaves = [row for row in rows if row.is_leaf and row.remaining and kept.gap_of(row) is not Gap.SOURCE_DOWN]
    if not _may_call(figures, whole, rows):
        return ()
    lagging = [row for row in leaves if row.status in (*GRAVE, *MILD)]
    lagging.sort(key=lambda row: (row.status in MILD, -(row.remaining or 0), row.code))
    return tuple(_call(figures, whole, row, lang) for row in lagging[:CALLED])


def _may_call(figures: Figures, whole: UnitProgress, rows: Sequence[UnitProgress]) -> bool:
    """Tell whether there is anyone to call: units below, work left, and not all of them still to be heard from."""
    begun = whole.as_of >= figures.campaign.start and any(row.last_as_of for row in rows if row.is_leaf)
    return begun and not whole.is_leaf and bool(whole.remaining)


def _call(figures: Figures, whole: UnitProgress, row: UnitProgress, lang: str) -> Call:
    above = row.parent_code
    within = "" if above in (None, whole.code) else figures.tree(row.as_of).unit(above or "").name
    share = row.gap_share / whole.gap_share if row.gap_share is not None and whole.gap_share else None
    return Call(row.code, row.name, within, row.status, _why(figures, row, lang), row.remaining or 0, share)


def _why(figures: Figures, row: UnitProgress, lang: str) -> str:
    """Return why a unit is called: silence first, then what it lags by."""
    if row.last_as_of is None:
        return text("lag.silent.never", lang)
    if row.status is Status.OVERDUE:
        return text("brief.why.overdue", lang, days=(row.as_of - figures.campaign.end).days)
    if row.status in (Status.BEHIND, Status.AT_RISK):
        return text("brief.why.behind", lang, pace=numbers.percent(row.pace, lang, finished=False))
    return charts.why(row, figures.campaign.end, lang)


def _call_said(number: int, one: Call, lang: str) -> str:
    named = text("brief.call.within", lang, name=one.name, within=one.within) if one.within else one.name
    return text("brief.call", lang, number=number, name=named, why=one.why, n=one.remaining)


# What is wrong with the data


def _faulty(
    figures: Figures,
    row: UnitProgress,
    rows: Sequence[UnitProgress],
    kept: Gaps,
    failure: dict[str, Any] | None,
    known: Waiting | None,
) -> Faulty:
    codes, as_of = frozenset(one.code for one in rows), row.as_of
    held, rejected = _waiting(figures, row, codes, known)
    is_all = not figures.is_part and row.code == figures.tree(as_of).top.code
    down = ((one.source, kept.waiting_in(one.source, codes)) for one in kept.outages)
    begun, left = as_of >= figures.campaign.start, bool(row.remaining)
    reported = row.last_as_of is not None
    return Faulty(
        down=tuple((source, n) for source, n in down if n or is_all),
        unheard=sum(one.is_leaf and one.code in kept.down for one in rows),
        held=held,
        rejected=rejected,
        differences=len(unexplained(figures, as_of, codes)),
        failing_check=bool(failure),
        none_reported=begun and left and not reported,
        last_as_of=row.last_as_of
        if begun and left and row.last_as_of and row.last_as_of < min(as_of, figures.campaign.end)
        else None,
    )


def _waiting(figures: Figures, row: UnitProgress, codes: frozenset[str], known: Waiting | None) -> tuple[int, int]:
    """Return how many rows of the units wait held, and how many rejected; those of no known unit are the whole's."""
    tree = figures.tree(row.as_of)
    found = known or waiting(figures, row.as_of)
    if figures.is_part or row.code != tree.top.code:
        found = found.within(codes)
    held = sum(one.fate == faults.Kind.HELD for one in found.open)
    return held, len(found.open) - held


def _data_said(found: Faulty, lang: str, *, is_leaf: bool) -> tuple[str, ...]:
    """Return what is wrong with the data, a few words a fault, the gravest first."""
    counted = (("held", found.held), ("rejected", found.rejected), ("differences", found.differences))
    said = [text("brief.data.check", lang)] if found.failing_check else []
    said += [text("brief.data.down", lang, source=source) for source, _ in found.down]
    said += [text("brief.data.unheard", lang, n=found.unheard)] if found.unheard else []
    none = "lag.silent.never" if is_leaf else "brief.data.none"
    said += [text(none, lang)] if found.none_reported else []
    said += [text("brief.data.last", lang, on=numbers.day_short(found.last_as_of, lang))] if found.last_as_of else []
    said += [text(f"brief.data.{name}", lang, n=n) for name, n in counted if n]
    return tuple(said)


def _fresh(figures: Figures, as_of: date, lang: str) -> str:
    at = numbers.moment(figures.published_at, figures.zone, lang)
    return text("brief.fresh", lang, on=as_of, at=at)
