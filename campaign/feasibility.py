"""Feasibility: what each day from now on needs, against the best a unit has proven it can do.

Rates are counts per full working day (plan weight 1). "Proven" is the best mean of plan-weighted daily progress
over any three working days in a row; whoever needs no more than that has done it before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

import numpy as np

from campaign.calendar import Profile
from campaign.facts import Flags, Ints
from campaign.forecast import Floats

MILLION = 10**6  # rates are kept to six decimals
RUN = 3  # working days in a row that make a proof


class Verdict(StrEnum):
    """What the need against the proven rate says, gravest last but one."""

    DONE = "done"
    ACHIEVABLE = "achievable"
    MORE_PEOPLE = "more_people"
    NOT_FEASIBLE = "not_feasible"
    UNPROVEN = "unproven"
    NO_DAYS = "no_days"


@dataclass(frozen=True, slots=True)
class Feasibility:
    """One unit's need against its best.

    `need`, `best`: counts per full working day (None: no such day left; nothing proven). `ratio`: need / best.
    `staff`: people at work, None when not known. `person_days`: days of one person at the proven rate that the rest
    takes. `more_people`: people to add so that the need is the proven rate, 0 when none.
    """

    verdict: Verdict
    remaining: int
    need: Fraction | None
    best: Fraction | None
    ratio: Fraction | None
    staff: int | None
    person_days: Fraction | None
    more_people: int | None


def spread(done: Ints, reported: Flags, weights: Floats) -> Floats:
    """Return the progress of each day, what came after days without a report spread over all of them by weight.

    `done`, `reported`: rows × (n+1), the eve first; `weights`: rows × n; the result: rows × n. A month's count that
    arrives in one report is a month's work, not proof of what can be done in three days.
    """
    rows, n = weights.shape
    place = np.arange(n + 1)
    known = np.where(reported, place, -1)
    known[:, 0] = 0
    before = np.maximum.accumulate(known, axis=1)[:, :-1]  # the last report before each day
    total = np.concatenate((np.zeros((rows, 1)), np.cumsum(weights, axis=1)), axis=1)
    gained = done[:, 1:] - np.take_along_axis(done, before, axis=1)
    worked = total[:, 1:] - np.take_along_axis(total, before, axis=1)
    rate = np.where(worked > 0, gained / np.where(worked > 0, worked, 1), 0)
    later = np.where(reported[:, 1:], place[:-1], n)
    after = np.minimum.accumulate(later[:, ::-1], axis=1)[:, ::-1]  # the next report from each day on
    rate = np.concatenate((rate, np.zeros((rows, 1))), axis=1)
    return np.take_along_axis(rate, after, axis=1) * weights


def weighted_rates(done: Sequence[float], weights: Sequence[Fraction]) -> list[Fraction]:
    """Return the mean plan-weighted progress of every run of three working days, in order.

    `done`: counts at the end of the eve of the campaign and of each day since; `weights`: those days' plan weights.
    A mean is the progress of the three days over their weights together: sum first, divide last.
    """
    steps = [
        (after - before, weight) for before, after, weight in zip(done, done[1:], weights, strict=False) if weight > 0
    ]
    runs = zip(steps, steps[1:], steps[2:], strict=False)
    return [Fraction(sum(gain for gain, _ in run)) / sum(weight for _, weight in run) for run in runs]


def best_rate(done: Sequence[float], weights: Sequence[Fraction]) -> Fraction | None:
    """Return the best proven rate; None before three working days, and when none of them brought progress."""
    best = max(weighted_rates(done, weights), default=Fraction(0))
    best = Fraction(round(best * MILLION), MILLION)
    return best if best > 0 else None


def recent_rate(done: Sequence[int], weights: Sequence[Fraction]) -> Fraction | None:
    """Return the rate of the last three working days, or of as many as there were; None before the first."""
    steps = [
        (after - before, weight) for before, after, weight in zip(done, done[1:], weights, strict=False) if weight > 0
    ][-RUN:]
    weight = sum((one for _, one in steps), Fraction(0))
    return Fraction(sum(gain for gain, _ in steps)) / weight if weight else None


def feasibility(
    remaining: int, need: Fraction | None, best: Fraction | None, stretch: Fraction, staff: int | None = None
) -> Feasibility:
    """Return whether a unit can do what is left: need ≤ best, ≤ `stretch` × best (with more people), or not.

    `need` None: no working day is left. `staff` 0 is taken as not known.
    """
    ratio = need / best if need is not None and best is not None else None
    verdict = _verdict(remaining, need, ratio, stretch)
    people = staff or None
    each = best / people if best is not None and people else None
    more = None
    if each is not None and need is not None and people is not None:
        more = max(-((-need) // each) - people, 0)
    return Feasibility(
        verdict=verdict,
        remaining=remaining,
        need=need,
        best=best,
        ratio=ratio,
        staff=people,
        person_days=remaining / each if each is not None else None,
        more_people=more,
    )


def _verdict(remaining: int, need: Fraction | None, ratio: Fraction | None, stretch: Fraction) -> Verdict:
    if remaining == 0:
        return Verdict.DONE
    if need is None:
        return Verdict.NO_DAYS
    if ratio is None:
        return Verdict.UNPROVEN
    if ratio <= 1:
        return Verdict.ACHIEVABLE
    return Verdict.MORE_PEOPLE if ratio <= stretch else Verdict.NOT_FEASIBLE


def usual_weight(profile: Profile) -> Fraction:
    """Return the plan weight of an ordinary working day: the mean over the campaign's (1 when there is none)."""
    working = [weight for weight in profile.weights if weight > 0]
    return sum(working, Fraction(0)) / len(working) if working else Fraction(1)


def need_until(
    required: Fraction | None, remaining: int, profile: Profile, as_of: date, until: date | None
) -> Fraction | None:
    """Return what a full working day needs when the end moves to `until`; None while no working day is left.

    Days after the campaign's last weigh as an ordinary working day. `required`: the need as it stands. For a
    roll-up, its leaves' needs shrink alike: the time left grows in the same proportion.
    """
    if until is None or until <= profile.last:
        return required
    more = (until - max(as_of, profile.last)).days * usual_weight(profile)
    left = profile.weight_after(as_of)
    if more <= 0:
        return required
    if required is None or left == 0:
        return remaining / more
    return required * left / (left + more)


def best_with(best: Fraction | None, staff: int | None, people: int) -> Fraction | None:
    """Return the proven rate with `people` more, taken as proportional to staff; unchanged when staff is not known."""
    if best is None or not staff:
        return best
    return best * (staff + people) / staff
