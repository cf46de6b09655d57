"""Forecasts in words: will a unit make it, when, what it would take, and what more people or days would change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from campaign.configuration import ALL, Campaign
from campaign.feasibility import Feasibility, Verdict, best_rate, best_with, feasibility, need_until
from campaign.progress import UnitProgress
from campaign.prospects import Prospect, Standing
from campaign.units import Tree
from campaign.warning import WARNED_BELOW, Reason, Warned, Why, warnings
from reporting import numbers
from reporting.figures import Figures
from reporting.texts import text

BORROWED = 0.5  # from this share of borrowed evidence on, it is said
HUNDREDTHS = 100


@dataclass(frozen=True, slots=True)
class Assessment:
    """One unit: its figures, what is to be expected, and whether what is left can be done."""

    row: UnitProgress
    prospect: Prospect
    feasibility: Feasibility

    @property
    def expected_share(self) -> Fraction | None:
        """Return the share of the target expected by the last day; None where nothing is due or forecast."""
        final, target = self.prospect.expected_final, self.row.target
        return final / target if final is not None and target else None

    @property
    def on_time_share(self) -> Fraction | None:
        """Return the share of the leaves with work that is expected to be on time; None where there is no work."""
        due = self.row.units_with_target
        return self.prospect.units_on_time / due if due else None


@dataclass(frozen=True, slots=True)
class Gauge:
    """The chance of a leaf, or how many units of a roll-up will be on time: as a figure, in words, as a share."""

    figure: str
    says: str
    share: Fraction
    missed: bool = False

    @property
    def tone(self) -> str:
        """Return how it is toned: short where the deadline was missed or a leaf of this chance is warned, met else."""
        return "short" if self.missed or self.share < WARNED_BELOW else "met"


def verdicts(assessed: Iterable[Assessment]) -> list[tuple[Verdict, int]]:
    """Return how many leaves with work have each verdict, those there are none of left out."""
    counted = Counter(one.feasibility.verdict for one in assessed if one.row.is_leaf and one.row.target)
    return [(one, counted[one]) for one in Verdict if counted[one]]


def assess(figures: Figures, as_of: date, category: str = ALL, stage: str | None = None) -> dict[str, Assessment]:
    """Return the assessment of every unit in scope at the end of a day, in the order of progress()."""
    rows = figures.progress(as_of, category=category, stage=stage)
    prospects = {one.code: one for one in figures.outlook(as_of, category=category, stage=stage)}
    work, tree = figures.work(as_of, category=category, stage=stage), figures.tree(as_of)
    stretch = Fraction(figures.rules.feasible_up_to)
    staff = staff_of(tree)
    found = {}
    for row in rows:
        best = best_rate(work[row.code].proven, work[row.code].weights)
        judged = feasibility(row.remaining or 0, row.required_per_day, best, stretch, staff[row.code])
        found[row.code] = Assessment(row, prospects[row.code], judged)
    return found


def staff_of(tree: Tree) -> dict[str, int | None]:
    """Return the people at work of every unit: a roll-up's are its leaves' together, when each of them says."""
    found: dict[str, int | None] = {}
    for code in reversed(tree.codes):
        below = [found[child] for child in tree.children(code)]
        known = [one for one in below if one is not None]
        summed = sum(known) if known and len(known) == len(below) else None
        found[code] = tree.unit(code).staff if not below or summed is None else summed
    return found


def what_if(figures: Figures, one: Assessment, people: int, until: date) -> Feasibility:
    """Return the assessment's feasibility with some people more and another last day."""
    was, row = one.feasibility, one.row
    profile = figures.campaign.profile_of(figures.tree(row.as_of), row.code)
    stretch = Fraction(figures.rules.feasible_up_to)
    need = need_until(was.need, was.remaining, profile, row.as_of, until)
    best = best_with(was.best, was.staff, people)
    staff = was.staff + people if was.staff else None
    return feasibility(was.remaining, need, best, stretch, staff)


def warned(figures: Figures, as_of: date, category: str = ALL, stage: str | None = None) -> list[Warned]:
    """Return the leaves in scope that will more likely miss than not, the gravest first."""
    rows = [row for row in figures.progress(as_of, category=category, stage=stage) if row.is_leaf]
    prospects = {one.code: one for one in figures.outlook(as_of, category=category, stage=stage)}
    work = figures.work(as_of, category=category, stage=stage)
    kept = is_kept(figures.campaign, category, stage)
    earlier = figures.earlier_outlooks(as_of) if kept else {}
    return warnings(rows, prospects, work, earlier, figures.rules)


def is_kept(campaign: Campaign, category: str, stage: str | None) -> bool:
    """Tell whether forecasts of a view are stored day by day: those of the headline over all categories are."""
    return category == ALL and stage in (None, campaign.headline)


# In words


def chance(p: Fraction | None, lang: str) -> str:
    """Return a probability in whole percent; what is not certain never shows 0 or 100."""
    if p is None:
        return numbers.NONE
    if 0 < p < Fraction(1, HUNDREDTHS):
        return text("forecast.below_one", lang)
    if Fraction(HUNDREDTHS - 1, HUNDREDTHS) < p < 1:
        return text("forecast.above_99", lang)
    return f"{numbers.whole(p * HUNDREDTHS, lang)}%"


def likely(prospect: Prospect, lang: str) -> str:
    """Return the probability to be on time as a figure: a simulation never says 0 % or 100 % of an open end."""
    p = prospect.p_on_time
    if prospect.standing is Standing.OPEN and p == 0:
        return text("forecast.below_one", lang)
    if prospect.standing is Standing.OPEN and p == 1:
        return text("forecast.above_99", lang)
    return chance(p, lang)


def gauge(one: Assessment, lang: str) -> Gauge | None:
    """Return the figure that says whether a unit will make it; None where nothing can be said."""
    p, row = one.prospect.p_on_time, one.row
    if p is None:
        return None
    if row.is_leaf or one.on_time_share is None:
        return Gauge(likely(one.prospect, lang), text("forecast.chance", lang), p)
    units, due = numbers.half_up(one.prospect.units_on_time), row.units_with_target
    key = "forecast.units_on_time" if one.prospect.standing is Standing.OPEN else "forecast.expected_units"
    figure = f"{numbers.whole(units, lang)}/{numbers.whole(due, lang)}"
    return Gauge(figure, text(key, lang), one.on_time_share, one.prospect.standing is Standing.ENDED)


def missing(prospect: Prospect, lang: str) -> str:
    """Return the probability to miss the deadline as a figure: as likely(), the other way round."""
    p = prospect.p_on_time
    if p in (0, 1) and prospect.standing is Standing.OPEN:
        return text("forecast.above_99" if p == 0 else "forecast.below_one", lang)
    return chance(None if p is None else 1 - p, lang)


def says(prospect: Prospect, campaign: Campaign, lang: str) -> str:
    """Return in one sentence whether a unit will make it."""
    match prospect.standing:
        case Standing.FINISHED:
            return text("forecast.finished", lang, on=prospect.finish_p50)
        case Standing.ENDED:
            return text("forecast.ended", lang, on=campaign.end)
        case Standing.NOT_BEGUN:
            return text("forecast.not_begun", lang, on=campaign.start)
        case Standing.NOTHING_TO_DO | Standing.NO_TARGET:
            return text(f"forecast.{prospect.standing}", lang)
    key = "forecast.says" if prospect.is_leaf else "forecast.says.all"
    told = text(key, lang, chance=likely(prospect, lang), finish=_when(prospect, lang))
    if not prospect.moving:
        return f"{text('forecast.not_moving', lang)} {told}"
    return f"{told} {text('forecast.pooled', lang)}" if prospect.pooled >= BORROWED else told


def days(prospect: Prospect, lang: str) -> tuple[str, str, str]:
    """Return the middle, earliest and latest day of finishing as they are read; "after" the last day looked at."""
    if prospect.standing not in (Standing.OPEN, Standing.FINISHED):
        return (numbers.NONE,) * 3
    beyond = text("forecast.after", lang, on=_date(prospect.horizon, prospect, lang))
    low, mid, high = (
        _date(day, prospect, lang) if day else beyond
        for day in (prospect.finish_p10, prospect.finish_p50, prospect.finish_p90)
    )
    return mid, low, high


def _when(prospect: Prospect, lang: str) -> str:
    mid, low, high = days(prospect, lang)
    if prospect.finish_p10 is None:
        return mid
    if prospect.finish_p50 is None:
        return text("forecast.after_from", lang, mid=mid, low=low)
    return text("forecast.between", lang, mid=mid, low=low, high=high)


def _date(day: date, prospect: Prospect, lang: str) -> str:
    """Return a day as it is read beside the day it was asked on: with its year only where that is another."""
    return numbers.day_short(day, lang) if day.year == prospect.as_of.year else numbers.day(day, lang)


def units(one: Assessment, lang: str) -> str:
    """Return how many units and what share a roll-up is expected to reach by the last day; empty for a leaf."""
    prospect, row = one.prospect, one.row
    if prospect.standing is not Standing.OPEN or one.expected_share is None:
        return ""
    if row.is_leaf:
        return final(one, lang)
    return text(
        "forecast.units", lang, n=numbers.half_up(prospect.units_on_time), of=row.units_with_target,
        final=numbers.whole(prospect.expected_final, lang),
        share=numbers.percent(one.expected_share, lang, finished=False),
    )  # fmt: skip


def final(one: Assessment, lang: str) -> str:
    """Return the count and the share expected by the last day; empty where nothing is open."""
    if one.prospect.standing is not Standing.OPEN or one.expected_share is None:
        return ""
    share = numbers.percent(one.expected_share, lang, finished=False)
    return text("forecast.final", lang, final=numbers.whole(one.prospect.expected_final, lang), share=share)


def feasible(found: Feasibility, lang: str) -> str:
    """Return in one sentence what is needed a day against the best that was proven."""
    return text(
        f"feasible.{found.verdict}.says",
        lang,
        need=numbers.whole(found.need, lang),
        best=numbers.whole(found.best, lang),
        times=numbers.decimal(found.ratio, 1, lang),
    )


def people(found: Feasibility, lang: str) -> str:
    """Return what the rest takes in people; empty when staff is not known or nothing is left."""
    if found.person_days is None or found.verdict is Verdict.DONE:
        return ""
    told = text("feasible.person_days", lang, days=numbers.whole(found.person_days, lang), staff=found.staff)
    return f"{told} {text('feasible.more', lang, n=found.more_people)}" if found.more_people else told


def reasons(found: Warned, stage: str, lang: str) -> str:
    """Return why a unit is warned; `stage`: the name of the stage asked about."""
    told = ", ".join(_reason(one, stage, lang) for one in found.reasons)
    return told[:1].upper() + told[1:]


def _reason(one: Why, stage: str, lang: str) -> str:
    if one.reason is Reason.SLOW:
        return text("warning.slow", lang, share=chance(one.share, lang))
    return text(f"warning.{one.reason}", lang, days=one.days, stage=stage.lower().removeprefix("đã "))


def since(found: Warned, lang: str) -> str:
    """Return for how long a unit has been warned, and whether yesterday's warning held."""
    told = text("warning.days", lang, days=found.days) if found.days > 1 else text("warning.first", lang)
    return told if found.held is None else f"{told}; {text(f'warning.held.{found.held}', lang)}"
