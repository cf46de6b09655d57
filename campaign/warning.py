"""Early warning: who will probably miss the deadline, why, for how long it has been said, and whether it held.

A unit is warned while its probability to be on time is below one half. The gravest first: probability to miss ×
remaining work, the records that will probably be missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from campaign.calendar import ONE_DAY
from campaign.configuration import StatusRules
from campaign.feasibility import RUN, recent_rate
from campaign.progress import Status, UnitProgress
from campaign.prospects import Prospect, Standing

WARNED_BELOW = Fraction(1, 2)
BLOCKED_TIMES = 4  # the stage before moves at least so many times as much
MOST_REASONS = 2


class Reason(StrEnum):
    """Why a unit is warned, as a rule found it."""

    NEVER_REPORTED = "never_reported"
    SILENT = "silent"
    BLOCKED = "blocked"
    NOT_BEGUN = "not_begun"
    STALLED = "stalled"
    SLOW = "slow"
    TIGHT = "tight"


class Held(StrEnum):
    """Whether yesterday's warning held today."""

    STANDS = "stands"
    BETTER = "better"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Why:
    """One reason: the days it has lasted, or the share of what is needed that is done a day."""

    reason: Reason
    days: int = 0
    share: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """What a unit did: done at the end of the eve and of each campaign day so far, and the plan weights of those days.

    `upstream`: the same counts of the stage before, where one counts the same thing. `proven`: as `done`, but what came
    after days without a report is spread over them.
    """

    done: tuple[int, ...]
    weights: tuple[Fraction, ...]
    upstream: tuple[int, ...] | None = None
    proven: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Warned:
    """One unit warned: what will probably be missing (counts), why, for how many days in a row, and what came of it."""

    row: UnitProgress
    prospect: Prospect
    weight: Fraction
    reasons: tuple[Why, ...]
    days: int
    held: Held | None


def is_warned(prospect: Prospect) -> bool:
    """Tell whether a unit will more likely miss the deadline than not."""
    p = prospect.p_on_time
    return prospect.standing is Standing.OPEN and p is not None and p < WARNED_BELOW


def warnings(
    rows: Sequence[UnitProgress],
    prospects: Mapping[str, Prospect],
    work: Mapping[str, Work],
    earlier: Mapping[date, Mapping[str, Prospect]],
    rules: StatusRules,
) -> list[Warned]:
    """Return the warned units among `rows`, those with the most that will probably be missing first.

    `earlier`: what was forecast at the end of each earlier day, by day and unit, as far as it is known.
    """
    found = []
    for row in rows:
        prospect = prospects[row.code]
        if not is_warned(prospect) or prospect.p_on_time is None:
            continue
        weight = (1 - prospect.p_on_time) * (row.remaining or 0)
        reasons = why(row, work[row.code], rules)
        days = days_warned(row.code, row.as_of, earlier)
        found.append(Warned(row, prospect, weight, reasons, days, held(row, earlier.get(row.as_of - ONE_DAY, {}))))
    return sorted(found, key=lambda one: (-one.weight, one.row.code))


def why(row: UnitProgress, work: Work, rules: StatusRules) -> tuple[Why, ...]:
    """Return why a unit is warned, the plainest reason first, two at most."""
    found = []
    if row.last_as_of is None:
        found.append(Why(Reason.NEVER_REPORTED, days=row.days_silent))
    elif row.status is Status.SILENT:
        found.append(Why(Reason.SILENT, days=row.days_silent))
    elif is_blocked(work):
        found.append(Why(Reason.BLOCKED))
    elif row.done == 0:
        found.append(Why(Reason.NOT_BEGUN))
    elif row.stalled_days >= rules.stalled_days:
        found.append(Why(Reason.STALLED, days=row.stalled_days))
    rate, need = recent_rate(work.done, work.weights), row.required_per_day
    if row.done > 0 and rate is not None and need and rate < need:
        found.append(Why(Reason.SLOW, share=max(rate / need, Fraction(0))))
    return tuple(found[:MOST_REASONS]) or (Why(Reason.TIGHT),)


def is_blocked(work: Work) -> bool:
    """Tell whether the stage before moves while this one hardly does, over the last three working days.

    There must be something waiting, and the stage before must have moved at least four times as much.
    """
    if work.upstream is None or work.upstream[-1] <= work.done[-1]:
        return False
    own, before = (_gained(counts, work.weights) for counts in (work.done, work.upstream))
    return before > 0 and before >= BLOCKED_TIMES * max(own, 0)


def _gained(done: Sequence[int], weights: Sequence[Fraction]) -> int:
    """Return the progress since the start of the third last working day."""
    working = [number for number, weight in enumerate(weights) if weight > 0]
    return done[-1] - done[working[-min(RUN, len(working))]] if working else 0


def days_warned(code: str, as_of: date, earlier: Mapping[date, Mapping[str, Prospect]]) -> int:
    """Return for how many days in a row, `as_of` among them, a unit has been warned."""
    days, day = 1, as_of - ONE_DAY
    while code in earlier.get(day, {}) and is_warned(earlier[day][code]):
        days, day = days + 1, day - ONE_DAY
    return days


def held(row: UnitProgress, yesterday: Mapping[str, Prospect]) -> Held | None:
    """Return whether yesterday's warning held: it stands while today's count is not above its P90; None without one."""
    before = yesterday.get(row.code)
    if before is None or not is_warned(before):
        return None
    if row.remaining == 0:
        return Held.FINISHED
    today = next((high for day, _, _, high in before.band if day == row.as_of), None)
    if today is None:
        return None
    return Held.BETTER if row.done > today else Held.STANDS
