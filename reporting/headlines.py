"""Headlines: what a chart shows, in one sentence made from the figures that it draws.

The page says where a unit stands; the headline of its burn-up says how it came there: for how many days it has been
below or on its plan, and whether the gap widens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from campaign.comparing import gap_to_plan, is_behind_plan
from campaign.configuration import Campaign
from campaign.freshness import Tally
from campaign.progress import Status, UnitProgress
from campaign.prospects import Standing
from reporting import forecasts, numbers
from reporting.forecasts import Assessment
from reporting.same_day import SameDay, picked
from reporting.texts import text

ONE_DAY = timedelta(days=1)
HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Run:
    """The days without a break, up to the last, on which a unit was below its plan, or was not.

    `days`: how many, None where not every day is drawn; `always`: whether it was so on every day there is.
    `gap`: how far from the plan it is, never negative; `before`: the same a day earlier within the run.
    """

    below: bool
    since: date
    days: int | None
    always: bool
    gap: Fraction
    before: Fraction | None


def run(rows: Sequence[UnitProgress]) -> Run | None:
    """Return the run of a unit whose figures of each day are given, rising; None where no plan or target is known."""
    if not rows or rows[-1].variance is None:
        return None
    last, below = rows[-1], rows[-1].variance < 0
    found, gaps = [last], [abs(rows[-1].variance)]
    for row in reversed(rows[:-1]):
        if row.variance is None or (row.variance < 0) != below or found[-1].as_of - row.as_of != ONE_DAY:
            break
        found.append(row)
        gaps.append(abs(row.variance))
    is_daily = len(rows) == 1 or last.as_of - rows[-2].as_of == ONE_DAY
    return Run(
        below=below,
        since=found[-1].as_of,
        days=len(found) if is_daily else None,
        always=len(found) == len(rows),
        gap=gaps[0],
        before=gaps[1] if len(gaps) > 1 else None,
    )


def burnup(rows: Sequence[UnitProgress], campaign: Campaign, lang: str) -> str:
    """Return the headline of the burn-up that draws these figures of one unit, a day each and rising."""
    row = rows[-1]
    if row.as_of < campaign.start:
        return text("overview.not_begun", lang, on=campaign.start)
    if row.status is Status.FINISHED:
        return _finished(row, campaign, lang)
    found = run(rows)
    if found is None or row.remaining is None:
        return text("overview.burnup", lang)
    if row.as_of >= campaign.end:
        return _after_the_end(rows, campaign, lang)
    side = "below" if found.below else "on"
    if found.days is None:
        length = "now"
    elif found.days == 1:
        length = "first" if found.always else "turned"
    else:
        length = "always" if found.always else "run"
    on = numbers.day_short(found.since, lang)
    return text(f"headline.{side}.{length}", lang, days=found.days, on=on) + _gap(found, side, lang)


def _gap(found: Run, side: str, lang: str) -> str:
    """Return how far from the plan, and whether that grew since the day before; "" where it is less than one."""
    now = numbers.half_up(found.gap)
    if now == 0:
        return ""
    before = now if found.before is None else numbers.half_up(found.before)
    way = "same" if before == now else "more" if now > before else "less"
    return text(f"headline.{side}.{way}", lang, n=numbers.whole(now, lang))


def _finished(row: UnitProgress, campaign: Campaign, lang: str) -> str:
    if row.finished_on is None:
        return text("headline.finished", lang)
    early = (campaign.end - row.finished_on).days
    key = "early" if early > 0 else "late" if early < 0 else "in_time"
    return text(f"headline.finished.{key}", lang, on=numbers.day_short(row.finished_on, lang), n=abs(early))


def _after_the_end(rows: Sequence[UnitProgress], campaign: Campaign, lang: str) -> str:
    """Return what is missing at the deadline or after it, and what was done since."""
    row = rows[-1]
    at_end = next((one for one in rows if one.as_of == campaign.end), None)
    more = row.done - at_end.done if at_end else 0
    left, on = numbers.whole(row.remaining, lang), numbers.day_short(campaign.end, lang)
    if more > 0:
        return text("headline.overdue.more", lang, on=on, m=numbers.whole(more, lang), n=left)
    return text("headline.overdue", lang, on=on, n=left)


def furthest(row: UnitProgress) -> tuple[bool, Fraction, str]:
    """Return the key that sorts units by how far they trail their plan, the worst first, those without one last."""
    gap = gap_to_plan(row)
    return gap is None, gap or Fraction(0), row.code


def forecast(one: Assessment, campaign: Campaign, lang: str) -> str:
    """Return the headline of what is to be expected of a unit: where it will stand at the deadline, and who in time."""
    row, prospect = one.row, one.prospect
    end = numbers.day_short(campaign.end, lang)
    match prospect.standing:
        case Standing.NOT_BEGUN:
            return text("overview.not_begun", lang, on=campaign.start)
        case Standing.FINISHED:
            on = numbers.day_short(prospect.finish_p50 or row.as_of, lang)
            return text("headline.forecast.finished", lang, name=row.name, on=on)
        case Standing.ENDED:
            return text("headline.forecast.ended", lang, name=row.name, on=end, n=numbers.whole(row.remaining, lang))
        case Standing.NOTHING_TO_DO | Standing.NO_TARGET:
            return text(f"headline.forecast.{prospect.standing}", lang, name=row.name)
    share = numbers.percent(one.expected_share, lang, finished=False)
    if row.is_leaf:
        chance = forecasts.likely(prospect, lang)
        return text("headline.forecast.unit", lang, name=row.name, share=share, on=end, chance=chance)
    # What is over in one unit does not help another: a share of all or more would promise what the units do not keep.
    key = "units" if one.expected_share is not None and one.expected_share < 1 else "only_units"
    on_time, due = numbers.half_up(prospect.units_on_time), row.units_with_target
    return text(f"headline.forecast.{key}", lang, name=row.name, share=share, on=end, n=on_time, of=due)


def below(rows: Sequence[UnitProgress], lang: str) -> str:
    """Return the headline of the units right below one: how many trail their plan, and who trails it furthest."""
    due = [row for row in rows if gap_to_plan(row) is not None]
    behind = [row for row in due if is_behind_plan(row)]
    if not due:
        return text("overview.districts", lang)
    if len(due) == 1:
        return text(f"headline.districts.one.{'behind' if behind else 'none'}", lang, name=due[0].name)
    if not behind:
        return text("comparing.multiples.none", lang, m=len(due))
    worst = min(behind, key=furthest)
    return text("headline.districts", lang, n=len(behind), m=len(due), name=worst.name)


def holders(rows: Sequence[UnitProgress], lang: str) -> str:
    """Return the headline of the units with the most left to do, most first: how few of them hold half of all of it.

    Where all of those given hold less than half, it tells what all of them hold.
    """
    if not rows:
        return text("overview.holding_back", lang)
    few, share = 0, Fraction(0)
    for row in rows:
        few, share = few + 1, share + (row.gap_share or 0)
        if share >= HALF:
            break
    said = numbers.percent(share, lang, finished=share == 1)
    if few == 1:
        left = numbers.whole(rows[0].remaining, lang)
        return text("overview.holding_back.says", lang, name=rows[0].name, n=left, share=said)
    return text("overview.holding_back.few", lang, n=few, share=said)


def same_day(found: SameDay, lang: str) -> str:
    """Return the headline of two campaigns side by side: since which day one of them has been ahead."""
    past = [number for number in picked(found.mine.length, found.number) if number <= found.number]
    if not found.gap or past != list(range(1, found.number + 1)):  # of a long campaign not every day is known
        return text("same_day.chart", lang)
    ahead, since = found.gap > 0, found.number
    for number in reversed(past):
        gap = found.gap_on(number)
        if not gap or (gap > 0) != ahead:
            break
        since = number
    key = f"headline.same_day.{'ahead' if ahead else 'behind'}"
    return text(f"{key}.always" if since == 1 else key, lang, n=since)


def punctual(days: Mapping[date, Tally], lang: str) -> str:
    """Return the headline of the reports of each day: the day on which the fewest came in time."""
    due = {day: one for day, one in days.items() if one.on_time_rate is not None}
    worst = min(due, key=lambda day: (due[day].on_time_rate or Fraction(0), -day.toordinal()), default=None)
    if worst is None:
        return text("punctuality.days", lang)
    one = due[worst]
    if one.on_time == one.expected:
        return text("headline.punctual.always", lang)
    on = numbers.day_short(worst, lang)
    return text("headline.punctual.worst", lang, on=on, n=one.on_time, m=one.expected)
