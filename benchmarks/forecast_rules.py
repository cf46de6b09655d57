"""The simple rules a forecast has to beat, all of the shape: a campaign and a day in, what each unit will do out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.forecast_campaigns import Array, Finished
from campaign.forecast import FINAL_LEVELS, History, outlook

DRAWS = 100


@dataclass(frozen=True)
class Told:
    """What a rule says of each unit: `final` and `band` are None where it says nothing."""

    p_on_time: Array  # units
    final: Array | None = None  # units × 19: quantiles 5 % … 95 % of the final count, or units × 1: one number
    band: Array | None = None  # units × days left × 2: what is to hold 80 %


Rule = Callable[[Finished, int], Told]


def history_of(campaign: Finished, day: int) -> History:
    """Return what is known at the end of a campaign day: every unit a leaf, one category, everyone reported."""
    units = len(campaign.target)
    weights = np.broadcast_to(campaign.weights, (units, campaign.days))
    return History(
        leaf=np.arange(units),
        target=campaign.target.astype(np.int64),
        done=campaign.done[:, : day + 1].astype(np.int64),
        reported=np.ones((units, day + 1), bool),
        upstream=None,
        past=weights[:, :day],
        ahead=weights[:, day:],
        days_after=2 * campaign.days,
    )


def ours(campaign: Finished, day: int) -> Told:
    """Return the product's own forecast."""
    unit = np.arange(len(campaign.target))
    said = outlook(history_of(campaign, day), unit, unit + 1, seed=1)
    return Told(said.p_on_time, said.final, said.counts[:, :, [0, 2]])


def _at_rate(campaign: Finished, day: int, since: int) -> Told:
    """Go on as fast as since a day, per unit of plan weight."""
    weight = campaign.weights[since:day].sum()
    gained = campaign.done[:, day] - campaign.done[:, since]
    rate = gained / weight if weight > 0 else np.zeros(len(gained))
    final = campaign.done[:, day] + rate * campaign.weights[day:].sum()
    return Told((final >= campaign.target - 1e-9).astype(float), final[:, None])


def straight_line(campaign: Finished, day: int) -> Told:
    """Go on as since the start."""
    return _at_rate(campaign, day, 0)


def last_day(campaign: Finished, day: int) -> Told:
    """Go on as on the last day."""
    return _at_rate(campaign, day, day - 1)


def three_days(campaign: Finished, day: int) -> Told:
    """Go on as in the last three days."""
    return _at_rate(campaign, day, max(day - 3, 0))


def plan_pace(campaign: Finished, day: int) -> Told:
    """Whoever has done what the plan expected by now will be on time."""
    planned = campaign.weights[:day].sum() / campaign.weights.sum()
    pace = campaign.done[:, day] / (campaign.target * planned) if planned > 0 else np.ones(len(campaign.target))
    return Told((pace >= 1).astype(float), (pace * campaign.target)[:, None])


def half(campaign: Finished, day: int) -> Told:  # noqa: ARG001 - the rule looks at nothing
    """Say even chances of everyone."""
    return Told(np.full(len(campaign.target), 0.5))


def poisson_gamma(campaign: Finished, day: int) -> Told:
    """Every unit a Poisson process; rates (share of the target) gamma among units, by moments."""
    weight, ahead = campaign.weights[:day].sum(), campaign.weights[day:]
    gained = np.maximum(campaign.done[:, day] - campaign.done[:, 0], 0)
    rate = gained / (campaign.target * max(weight, 1e-9))
    mean = max(rate.mean(), 1e-6)
    between = max(rate.var() - (rate / (campaign.target * max(weight, 1e-9))).mean(), 0.01 * mean**2)
    shape, scale = mean**2 / between, between / mean
    rng = np.random.default_rng(1)
    exposure = campaign.target * weight
    drawn = rng.gamma((shape + gained)[:, None], (1 / (1 / scale + exposure))[:, None], (len(gained), DRAWS))
    days = rng.poisson(drawn[:, None, :] * (campaign.target[:, None] * ahead)[:, :, None])
    return _from_paths(campaign, day, days)


def own_days(campaign: Finished, day: int) -> Told:
    """Every unit's days ahead are days of its own past."""
    rng = np.random.default_rng(1)
    worked = np.flatnonzero(campaign.weights[:day] > 0)
    past = np.diff(campaign.done[:, : day + 1], axis=1)[:, worked] / campaign.weights[worked]
    if not len(worked):
        return straight_line(campaign, day)
    picked = rng.integers(0, len(worked), (len(past), campaign.days - day, DRAWS))
    days = past[np.arange(len(past))[:, None, None], picked] * campaign.weights[day:, None]
    return _from_paths(campaign, day, days)


def _from_paths(campaign: Finished, day: int, days: Array) -> Told:
    """Return what simulated increments (units × days × draws) say."""
    paths = np.sort(campaign.done[:, day, None, None] + days.cumsum(axis=1), axis=2)
    ranks = (np.ceil(FINAL_LEVELS * DRAWS) - 1).astype(int)
    low, high = DRAWS // 10 - 1, DRAWS - DRAWS // 10 - 1
    on_time = (paths[:, -1] >= campaign.target[:, None] - 1e-9).mean(axis=1)
    return Told(on_time, paths[:, -1][:, ranks], paths[:, :, [low, high]])


def earlier_share(earlier: list[Finished]) -> Rule:
    """Say of everyone the share of units that were on time in other campaigns."""
    share = float(np.mean([one.on_time.mean() for one in earlier])) if earlier else 0.5
    return lambda campaign, day: Told(np.full(len(campaign.target), share))  # noqa: ARG005 - it looks at nothing


RULES: dict[str, Rule] = {
    "this forecast": ours,
    "straight line": straight_line,
    "last day's rate": last_day,
    "last three days' rate": three_days,
    "Poisson-gamma": poisson_gamma,
    "plan pace < 1": plan_pace,
    "own days resampled": own_days,
    "constant 0.5": half,
}
EARLIER = "earlier share"
