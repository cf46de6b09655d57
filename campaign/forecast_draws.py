"""Draws: simulated ends of the campaign, the same for every node, and what they say of each."""

from __future__ import annotations

from dataclasses import dataclass
from math import lgamma

import numpy as np
from numpy.typing import NDArray

from campaign.facts import Ints
from campaign.forecast_evidence import Evidence, Knobs
from campaign.forecast_history import FINAL_LEVELS, Floats, History

Draws = NDArray[np.float32]

CELLS = 1 << 17  # rows × draws simulated at a time: what stays in a processor's cache
FAR = 30000.0  # days after which a finish is no finish


@dataclass(frozen=True)
class Answers:
    """What the draws say of each node: what is gained from now on, and when the last leaf is finished."""

    late: Draws  # nodes × draws; days from now
    gained: Floats  # nodes × m × 3
    final: Floats  # nodes × 19
    mean: Floats  # nodes


def common_draws(history: History, evidence: Evidence, draws: int, knobs: Knobs) -> Floats:
    """Return draws of the factor on everyone's speed, ascending.

    Plausible by its own spread, times the share of leaves it would let finish: targets are set to be met.
    """
    grid = np.linspace(-4, 4, 121) * max(evidence.common, 0.4)
    density = (1 + (grid / evidence.common) ** 2 / knobs.tails) ** (-(knobs.tails + 1) / 2)
    if evidence.work.any() and history.ahead.shape[1]:
        share = np.clip(_share_met(history, evidence, np.exp(grid)), 0.005, 0.995)
        density *= knobs.doubt + (1 - knobs.doubt) * _beta(share, knobs.met_a, knobs.met_b)
    mass = np.concatenate(([0.0], np.cumsum((density[1:] + density[:-1]) / 2)))
    return np.asarray(np.exp(np.interp((np.arange(draws) + 0.5) / draws * mass[-1], mass, grid)))


def _beta(share: Floats, a: float, b: float) -> Floats:
    """Return the density of a Beta distribution."""
    scale = lgamma(a + b) - lgamma(a) - lgamma(b)
    return np.asarray(np.exp(scale + (a - 1) * np.log(share) + (b - 1) * np.log(1 - share)))


def _share_met(history: History, evidence: Evidence, factors: Floats) -> Floats:
    """Return per factor the share of leaves with work that would finish on time; at most some 4,000 rows are asked."""
    rows = np.flatnonzero(evidence.work)
    if len(rows) > 8000:  # noqa: PLR2004 - whole leaves, evenly spread
        leaf = history.leaf[rows]
        rows = rows[np.unique(leaf, return_inverse=True)[1] % (len(rows) // 4000) == 0]
    target = history.target[rows].astype(float)
    short = (target - history.done[rows, -1]) / target
    reach = evidence.speed[rows] * history.ahead[rows].sum(axis=1)
    days = np.maximum((history.ahead[rows] > 0).sum(axis=1), 1)
    sd = np.sqrt(evidence.spread[rows] ** 2 + np.log1p(np.minimum(evidence.noise[rows], 9) / days))
    z = np.log(np.maximum(reach, 1e-9) / np.where(short > 0, short, 1))[:, None] + np.log(factors)[None, :]
    met = 1 / (1 + np.exp(np.clip(-1.7 * z / sd[:, None], -50, 50)))  # the logistic curve stands in for the normal
    met[short <= 0] = 1
    starts = np.flatnonzero(np.diff(history.leaf[rows], prepend=-1))
    return np.asarray(np.minimum.reduceat(met, starts, axis=0).mean(axis=0))


class Simulation:
    """One campaign's draws, leaf range by leaf range, added up to nodes."""

    def __init__(self, evidence: Evidence, low: Ints, high: Ints, *, seed: int, draws: int, knobs: Knobs) -> None:
        """Draw what all leaves share: the factor, the day each day ahead will be like, whether work can run out."""
        history = evidence.history
        rng = np.random.default_rng(seed)
        self.evidence, self.history, self.low, self.high = evidence, history, low, high
        self.seed, self.draws, self.m = seed, draws, history.ahead.shape[1]
        self.factor = rng.permutation(common_draws(history, evidence, draws, knobs)).astype(np.float32)
        self.donors, self.days = evidence.residual.shape
        self.day_of = rng.integers(0, self.days, (self.m, draws), dtype=np.int32)
        self.capped = rng.permutation(np.arange(draws) < evidence.capped * draws)
        self.own_odds = np.float32(self.days / (self.days + knobs.own_days))
        self.residual = evidence.residual.astype(np.float32).ravel()
        self.ranks = [rank(level, draws) for level in knobs.levels(history)]
        self.final_ranks = [rank(float(level), draws) for level in FINAL_LEVELS]
        self.leaves = int(max(history.leaf.max(initial=-1) + 1, high.max(initial=0)))
        self.first_row = np.searchsorted(history.leaf, np.arange(self.leaves + 1))
        positive = np.concatenate((history.past, history.ahead), axis=1)
        self.usual = positive.sum(axis=1) / np.maximum((positive > 0).sum(axis=1), 1)
        self.usual[self.usual <= 0] = 1

    def run(self) -> Answers:
        """Return what the draws say of the nodes."""
        nodes = len(self.low)
        single = self.high - self.low == 1
        several = np.flatnonzero(~single)
        answers = Answers(
            np.zeros((nodes, self.draws), np.float32),
            np.zeros((nodes, self.m, 3)),
            np.zeros((nodes, len(FINAL_LEVELS))),
            np.zeros(nodes),
        )
        gained = np.zeros((len(several), self.m, self.draws), np.float32)
        per_leaf = max(len(self.history.leaf) / max(self.leaves, 1), 1e-9)
        step = max(1, int(CELLS / self.draws / per_leaf))
        for a in range(0, self.leaves, step):
            b = min(a + step, self.leaves)
            if self.first_row[a] == self.first_row[b]:
                continue
            late, gain = self._leaves(a, b)
            alone = np.flatnonzero(single & (self.low >= a) & (self.low < b))
            answers.late[alone] = late[self.low[alone] - a]
            self._read(answers, alone, gain[self.low[alone] - a])
            self._add_up(answers, several, gained, (a, b, late, gain))
        self._read(answers, several, gained)
        return answers

    def _leaves(self, a: int, b: int) -> tuple[Draws, Draws]:
        """Return the leaves a … b − 1: (days until finished: leaves × draws, gained: leaves × m × draws)."""
        rows = slice(self.first_row[a], self.first_row[b])
        starts = self.first_row[a:b] - rows.start
        filled = np.diff(self.first_row[a : b + 1]) > 0
        short, late, level, speed, place = self._begin(rows, np.random.default_rng([self.seed, a]))
        limit = np.where(self.capped, np.maximum(short, 0), np.float32(np.inf))
        ahead = self.history.ahead[rows].astype(np.float32)
        gain = np.zeros((b - a, self.m, self.draws), np.float32)
        one_each = len(starts) == len(short) and bool(filled.all())
        for j in range(self.m):
            late += level < short - 0.5
            level += speed * self.residual.take(place + self.day_of[j]) * ahead[:, j : j + 1]
            shown = np.minimum(level, limit)
            gain[filled, j] = shown if one_each else np.add.reduceat(shown, starts[filled], axis=0)
        usual = self.usual[rows, None].astype(np.float32)
        rest = np.maximum(short - 0.5 - level, 0)
        late += np.minimum(np.ceil(rest / np.maximum(speed * usual, np.float32(1e-9))), np.float32(FAR))
        slowest = np.zeros((b - a, self.draws), np.float32)
        slowest[filled] = late if one_each else np.maximum.reduceat(late, starts[filled], axis=0)
        return slowest, gain

    def _begin(self, rows: slice, rng: np.random.Generator) -> tuple[Draws, Draws, Draws, Draws, NDArray[np.int32]]:
        """Return rows × draws: what is short, days late (0), gained (0), speed per weight, place of the residuals."""
        evidence, shape = self.evidence, (rows.stop - rows.start, self.draws)
        target = self.history.target[rows]
        short = (target - self.history.done[rows, -1]).astype(np.float32)[:, None]
        short[target <= 0] = 0
        speed = rng.standard_normal(shape, dtype=np.float32)
        speed *= evidence.spread[rows, None].astype(np.float32)
        np.exp(speed, out=speed)
        speed *= (evidence.speed[rows] * np.maximum(target, 0)).astype(np.float32)[:, None]
        speed *= self.factor
        own = evidence.donor[rows, None].astype(np.int32)
        place = rng.integers(0, self.donors, shape, dtype=np.int32)
        place = np.where((rng.random(shape, dtype=np.float32) < self.own_odds) & (own >= 0), own, place)
        place *= self.days
        return short, np.zeros(shape, np.float32), np.zeros(shape, np.float32), speed, place

    def _add_up(self, answers: Answers, several: Ints, gained: Draws, leaves: tuple[int, int, Draws, Draws]) -> None:
        """Add the leaves a … b − 1 to the roll-ups that hold any of them."""
        a, b, late, gain = leaves
        touched = np.flatnonzero((self.low[several] < b) & (self.high[several] > a))
        first = np.maximum(self.low[several[touched]], a) - a
        last = np.minimum(self.high[several[touched]], b) - a
        for place, x, y in zip(touched, first, last, strict=True):
            node = several[place]
            np.maximum(answers.late[node], late[x:y].max(axis=0), out=answers.late[node])
            gained[place] += gain[x:y].sum(axis=0)

    def _read(self, answers: Answers, nodes: Ints, gain: Draws) -> None:
        """Read means and quantiles of what is gained: nodes × m × draws."""
        if not self.m or not len(nodes):
            return
        answers.mean[nodes] = gain[:, -1].mean(axis=1, dtype=float)
        answers.gained[nodes, :-1] = np.partition(gain[:, :-1], self.ranks, axis=2)[:, :, self.ranks]
        last = np.sort(gain[:, -1], axis=1)
        answers.gained[nodes, -1] = last[:, self.ranks]
        answers.final[nodes] = last[:, self.final_ranks]


def rank(level: float, draws: int) -> int:
    """Return the place of a quantile among sorted draws."""
    return min(max(int(np.ceil(level * draws)) - 1, 0), draws - 1)
