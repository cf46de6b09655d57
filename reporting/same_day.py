"""The same day of two campaigns: one at the end of its day N beside another at the end of its own.

Campaigns differ in targets, lengths and stages, so each is shown as its completion (done / target, DEFINITIONS.md) at
the end of a campaign day. They are laid upon each other by the number of the day, or by the share of the time gone:
then day N of a campaign of L days meets the last day that had ended of the other by the same share, ⌊N · M / L⌋ of its
M days, so that only figures somebody reported are compared, never values between two days.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from campaign.configuration import ALL, Campaign
from campaign.progress import Status, UnitProgress
from reporting import numbers
from reporting.figures import Figures
from reporting.texts import text

MOST_POINTS = 62
MOST_LINES = 16
HUNDRED = 100


class Align(StrEnum):
    """How two campaigns are laid upon each other."""

    DAY = "day"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Side:
    """One unit of one campaign: its words, its length in days, and its figures by campaign day.

    `known`: the last campaign day that has ended, 0 before the first, at most `length`. `rows` hold some of the days
    1 … known; `plan`: (day, share of the target due by its end) from day 0 to the last.
    """

    campaign: str
    simulated: bool
    unit: str
    stage: str
    category: str
    start: date
    end: date
    known: int
    rows: Mapping[int, UnitProgress]
    plan: tuple[tuple[int, Fraction], ...] = ()

    @property
    def length(self) -> int:
        """Return the number of its campaign days."""
        return (self.end - self.start).days + 1

    def at(self, number: int) -> UnitProgress | None:
        """Return its figures at the end of a campaign day; None on a day not ended, or before its first report."""
        row = self.rows.get(number)
        return row if row is not None and row.last_as_of is not None and row.completion is not None else None

    @property
    def target(self) -> int | None:
        """Return its target on the last day known; None where it has none."""
        return self.rows[max(self.rows)].target if self.rows else None

    @property
    def reported(self) -> tuple[tuple[int, Fraction], ...]:
        """Return (campaign day, completion) of each day something was reported for: silence is no work stood still."""
        found: dict[int, Fraction] = {}
        for _, row in sorted(self.rows.items()):
            if row.last_as_of is not None and row.completion is not None:
                number = min(max((row.last_as_of - self.start).days + 1, 0), self.length)
                found[number] = row.completion
        return tuple(sorted(found.items()))


@dataclass(frozen=True, slots=True)
class SameDay:
    """Two sides laid upon each other at `number`, the campaign day of `mine`, 0 before the first."""

    mine: Side
    theirs: Side
    number: int
    align: Align

    def there(self, number: int) -> int:
        """Return the campaign day of theirs that meets a day of mine; past its last day, one there never was."""
        return met(number, self.mine.length, self.theirs.length, self.align)

    @property
    def gap(self) -> Fraction | None:
        """Return by how much more is done here, as shown: a difference of shares of whole tenths of a percent."""
        return self.gap_on(self.number)

    def gap_on(self, number: int) -> Fraction | None:
        """Return the same at the end of another day of mine; theirs stays at its last day once it has ended."""
        return gap_of(self.mine.at(number), self.theirs.at(min(self.there(number), self.theirs.length)))


def standard_align(mine: Campaign, theirs: Campaign) -> Align:
    """Return how two campaigns are compared unless asked otherwise: by days, unless one lasts over twice as long."""
    short, long = sorted((one.end - one.start).days + 1 for one in (mine, theirs))
    return Align.SHARE if long > 2 * short else Align.DAY


def day_number(start: date, end: date, day: date) -> int:
    """Return which campaign day a day is: 0 before the first, the last from the last day on."""
    return min(max((day - start).days + 1, 0), (end - start).days + 1)


def met(number: int, length: int, other: int, align: Align) -> int:
    """Return the day of a campaign of `other` days that meets day `number` of one of `length` days."""
    return number if align is Align.DAY else number * other // length


def gap_of(here: UnitProgress | None, there: UnitProgress | None) -> Fraction | None:
    """Return the difference of two completions as they are shown, so that a reader finds the same by hand."""
    if here is None or there is None:
        return None
    return Fraction(_tenths(here) - _tenths(there), 10 * HUNDRED)


def _tenths(row: UnitProgress) -> int:
    return numbers.shown_tenths(row.completion or 0, row.status is Status.FINISHED)


def picked(length: int, number: int, most: int = MOST_LINES) -> tuple[int, ...]:
    """Return at most so many campaign days, evenly apart, the first, the last and the one asked for among them."""
    step = max(-(-(length - 1) // max(most - 2, 1)), 1)
    days = {*range(length, 0, -step), 1, *([number] if 1 <= number <= length else [])}
    return tuple(sorted(days))


def side_of(
    figures: Figures, unit: str, category: str, stage: str, last: date, wanted: Iterable[int], lang: str
) -> Side:
    """Return one side: `last` is the latest day whose figures are asked for, `wanted` the campaign days it must hold.

    Days beyond `last` are left out, and days on which there is no such unit.
    """
    campaign = figures.campaign
    length = (campaign.end - campaign.start).days + 1
    known = day_number(campaign.start, campaign.end, last)
    days = sorted({*picked(length, known, MOST_POINTS), *wanted, known})
    rows = {}
    for number in days:
        day = campaign.start + timedelta(days=number - 1)
        if 1 <= number <= known and unit in figures.tree(day):
            rows[number] = figures.unit(unit, day, category=category, stage=stage)
    name = figures.tree(last).unit(unit).name
    plan = _plan(figures, unit, category, stage, last)
    return Side(
        campaign=campaign.title(lang),
        simulated=campaign.simulated,
        unit=name,
        stage=next((one.title(lang) for one in campaign.stages if one.id == stage), text("stage.done", lang)),
        category=_category(campaign, category, lang),
        start=campaign.start,
        end=campaign.end,
        known=known,
        rows=rows,
        plan=plan,
    )


def _plan(figures: Figures, unit: str, category: str, stage: str, last: date) -> tuple[tuple[int, Fraction], ...]:
    curve = figures.plan(unit, category=category, stage=stage, as_of=last)
    target = curve[-1][1] if curve else None
    return tuple((number, due / target) for number, (_, due) in enumerate(curve)) if target else ()


def _category(campaign: Campaign, category: str, lang: str) -> str:
    if category == ALL:
        return text("filter.all.categories", lang)
    found = (one.title(lang) for one in (*campaign.groups, *campaign.categories) if one.id == category)
    return next(found, category)


# In words


def share(row: UnitProgress | None, lang: str) -> str:
    """Return a completion as it is shown; an en dash where nothing is known."""
    return numbers.NONE if row is None else numbers.percent(row.completion, lang, row.status is Status.FINISHED)


def points(gap: Fraction | None, lang: str) -> str:
    """Return a difference of two shares in percentage points, with its sign."""
    return numbers.signed(None if gap is None else gap * HUNDRED, lang, 1)


def says(found: SameDay, lang: str) -> str:
    """Return the comparison in one sentence: where both stand on this day, and by how much they differ."""
    mine = found.mine
    if found.number == 0:
        return text("same_day.not_begun", lang, on=mine.start)
    here = mine.at(found.number)
    if here is None:
        key = "same_day.nothing" if mine.target else "same_day.no_target"
        return text(key, lang, n=found.number, name=mine.campaign)
    key = "same_day.here" if found.align is Align.DAY else "same_day.here.share"
    gone = numbers.percent(Fraction(found.number, mine.length), lang)
    told = text(key, lang, n=found.number, share=share(here, lang), gone=gone)
    return f"{told}; {_there(found, lang)}"


def _there(found: SameDay, lang: str) -> str:
    theirs, number = found.theirs, found.there(found.number)
    name = {"name": theirs.campaign}
    if theirs.known == 0:
        return text("same_day.there.not_begun", lang, **name, on=theirs.start)
    if not theirs.target:
        return text("same_day.there.no_target", lang, **name)
    if theirs.known < number <= theirs.length:
        return text("same_day.there.not_yet", lang, **name, n=theirs.known)
    there = theirs.at(min(number, theirs.length))
    if there is None:
        return text("same_day.there.nothing" if number else "same_day.there.too_early", lang, **name, n=number)
    key = "same_day.there.ended" if number > theirs.length else "same_day.there"
    key += ".share" if number <= theirs.length and found.align is Align.SHARE else ""
    shown = {"n": min(number, theirs.length), "share": share(there, lang)}
    return f"{text(key, lang, **name, **shown)}{_gap(found, lang)}"


def _gap(found: SameDay, lang: str) -> str:
    gap = found.gap
    if gap is None:
        return ""
    if gap == 0:
        return f" ({text('same_day.gap.none', lang)})"
    key = "same_day.gap.ahead" if gap > 0 else "same_day.gap.behind"
    return f" ({text(key, lang, points=numbers.decimal(abs(gap) * HUNDRED, 1, lang))})"


def differs(found: SameDay, lang: str) -> tuple[str, ...]:
    """Return what a reader must know before comparing: other stages, categories, lengths, simulated figures."""
    mine, theirs = found.mine, found.theirs
    said = []
    if mine.stage != theirs.stage:
        said.append(text("same_day.differs.stage", lang, mine=mine.stage, theirs=theirs.stage))
    if mine.category != theirs.category:
        said.append(text("same_day.differs.category", lang, mine=mine.category, theirs=theirs.category))
    if mine.length != theirs.length:
        said.append(text("same_day.differs.length", lang, mine=mine.length, theirs=theirs.length))
    if theirs.simulated != mine.simulated:
        name = theirs.campaign if theirs.simulated else mine.campaign
        said.append(text("same_day.differs.simulated", lang, name=name))
    return tuple(said)
