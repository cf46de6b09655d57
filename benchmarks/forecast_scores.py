"""Scores of forecasts against what happened: Brier, CRPS, coverage, reliability, and how early a miss was named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks.forecast_campaigns import Array, Finished
from benchmarks.forecast_rules import EARLIER, RULES, Told, earlier_share
from campaign.forecast import FINAL_LEVELS

BINS = 10


@dataclass
class Score:
    """Means over campaigns of one rule on one day; every campaign weighs the same."""

    brier: list[float] = field(default_factory=list)
    crps: list[float] = field(default_factory=list)
    last: list[float] = field(default_factory=list)  # share of final counts within the 80 % band
    all_days: list[float] = field(default_factory=list)  # the same over all days left
    said: list[Array] = field(default_factory=list)
    came: list[Array] = field(default_factory=list)

    def add(self, campaign: Finished, day: int, told: Told) -> None:
        """Score one forecast."""
        on_time = campaign.on_time
        self.brier.append(float(np.mean((told.p_on_time - on_time) ** 2)))
        self.said.append(told.p_on_time)
        self.came.append(on_time.astype(float))
        final = campaign.done[:, -1:]
        if told.final is not None:
            self.crps.append(float(np.mean(crps(told.final, final) / campaign.target)))
        if told.band is not None:
            truth = campaign.done[:, day + 1 :]
            within = (told.band[:, :, 0] - 0.5 <= truth) & (truth <= told.band[:, :, 1] + 0.5)
            self.last.append(float(within[:, -1].mean()))
            self.all_days.append(float(within.mean()))

    def reliability(self) -> list[tuple[float, float, int]]:
        """Return (mean probability said, share that came, forecasts) of each tenth of probabilities."""
        said, came = np.concatenate(self.said), np.concatenate(self.came)
        place = np.minimum((said * BINS).astype(int), BINS - 1)
        return [
            (float(said[place == k].mean()), float(came[place == k].mean()), int((place == k).sum()))
            for k in range(BINS)
            if (place == k).any()
        ]


def crps(told: Array, truth: Array) -> Array:
    """Return the continuous ranked probability score: units × 19 quantiles (or one number) against units × 1."""
    if told.shape[1] == 1:
        return np.asarray(np.abs(told - truth)[:, 0])
    over = truth - told
    return np.asarray(2 * np.maximum(over * FINAL_LEVELS, over * (FINAL_LEVELS - 1)).mean(axis=1))


@dataclass(frozen=True)
class Lead:
    """How early the units that missed were named (p < 0.5, and ever after)."""

    misses: int
    named: int  # … of them, by the eve of the last day
    days: float  # mean days before the end, 0 for those never named
    of_length: float  # the same as a share of the campaign
    false: float  # share of the units named at a third of the time that were on time after all


def lead(campaigns: Sequence[Finished], said: Sequence[Array]) -> Lead:
    """Return how early misses were named; `said`: per campaign units × (days − 1), p at the end of each day."""
    days, share, wrong = [], [], []
    for campaign, p in zip(campaigns, said, strict=True):
        lasting = np.logical_and.accumulate((p < 0.5)[:, ::-1], axis=1)  # noqa: PLR2004 - more likely than not
        missed = ~campaign.on_time
        days.append(lasting.sum(axis=1)[missed].astype(float))
        share.append(days[-1] / campaign.days)
        named = p[:, max(round(campaign.days / 3), 1) - 1] < 0.5  # noqa: PLR2004
        wrong.append(campaign.on_time[named].astype(float))
    early, part, false = np.concatenate(days), np.concatenate(share), np.concatenate(wrong)
    if not len(early):
        return Lead(0, 0, 0.0, 0.0, float(false.mean()) if len(false) else 0.0)
    return Lead(
        len(early),
        int((early > 0).sum()),
        float(early.mean()),
        float(part.mean()),
        float(false.mean()) if len(false) else 0.0,
    )


def days_asked(campaign: Finished) -> list[int]:
    """Return the days forecasts are made on: all of them but the last."""
    return list(range(1, campaign.days))


def fifteenth(day: int, campaign: Finished) -> float:
    """Return how much of the campaign has gone, in fifteenths, so that lengths can stand in one table."""
    return round(15 * day / campaign.days)


@dataclass
class Table:
    """The scores of campaigns of one kind."""

    campaigns: list[Finished]
    scores: dict[str, dict[float, Score]]
    leads: dict[str, Lead]


def back_test(campaigns: Iterable[Finished], only: Sequence[str] | None = None) -> dict[str, Table]:
    """Return scores by kind of campaign; "earlier" means the other campaigns of the kind, but the one asked."""
    kinds: dict[str, list[Finished]] = {}
    for campaign in campaigns:
        kinds.setdefault(campaign.kind, []).append(campaign)
    return {kind: _table(found, only) for kind, found in kinds.items()}


def _table(campaigns: list[Finished], only: Sequence[str] | None) -> Table:
    scores: dict[str, dict[float, Score]] = {}
    leads = {}
    for name in only or (*RULES, EARLIER):
        of_rule = scores.setdefault(name, {})
        said = []
        for number, campaign in enumerate(campaigns):
            rule = RULES.get(name) or earlier_share(campaigns[:number] + campaigns[number + 1 :])
            told = [(day, rule(campaign, day)) for day in days_asked(campaign)]
            for day, one in told:
                of_rule.setdefault(fifteenth(day, campaign), Score()).add(campaign, day, one)
            said.append(np.stack([one.p_on_time for _, one in told], axis=1))
        leads[name] = lead(campaigns, said)
    return Table(campaigns, scores, leads)
