"""The forecast: where the counts of a campaign will be on each day left, and who will be on time.

Every leaf of the unit tree is simulated many times from the same draws, so a roll-up's answer comes from
whole simulated provinces, never from sums of medians. docs/forecast.md explains the model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from campaign.facts import Flags, Ints

Floats = NDArray[np.float64]

DRAWS = 200


@dataclass(frozen=True)
class History:
    """What a forecaster may know at the end of a day; a row is one leaf × one category that has a target.

    Days are the campaign's: n have passed, m are left. Column 0 of `done`, `reported` and `upstream` is the eve
    of the campaign (whatever was done before it), column k the end of day k.
    """

    leaf: Ints  # rows; number of the leaf in tree order, ascending
    target: Ints  # rows
    done: Ints  # rows × (n+1); cumulative
    reported: Flags  # rows × (n+1); a submission with that as_of stands (column 0: anything before the campaign)
    upstream: Ints | None  # rows × (n+1); the nearest earlier stage that counts the same thing, if there is one
    past: Floats  # rows × n; the plan's weight of each day gone by, 0 on an excused day
    ahead: Floats  # rows × m; the weights of the campaign days left, m may be 0
    days_after: int  # calendar days after the last campaign day in which a finish is still looked for


@dataclass(frozen=True)
class Outlook:
    """What is to be expected of each asked node (a unit or a roll-up: a range of leaves)."""

    p_on_time: Floats  # nodes; probability that every leaf with work is finished by the last campaign day
    finish: Ints  # nodes × (P10, P50, P90); days from now, 0 = already, -1 = not within the days looked at
    counts: Floats  # nodes × m × (P10, P50, P90); done at the end of each campaign day left
    expected_final: Floats  # nodes; mean of done at the end of the last campaign day
    pooled: Floats  # nodes; share of the evidence borrowed from peers, 0 … 1
    moving: Flags  # nodes; False: no progress at all so far


def outlook(history: History, low: Ints, high: Ints, *, seed: int, draws: int = DRAWS) -> Outlook:
    """Return what is to be expected of the nodes that hold the leaves low … high − 1 each.

    The same history and seed give the same answer. Raises ValueError when the shapes do not fit.
    """
    rng = np.random.default_rng(seed)
    rows, m = len(history.target), history.ahead.shape[1]
    leaves = int(max(history.leaf.max(initial=-1) + 1, high.max(initial=0)))
    done, target = history.done[:, -1].astype(float), history.target.astype(float)
    gained = np.maximum(np.diff(history.done, axis=1), 0) / np.maximum(target, 1)[:, None]
    known = history.past > 0
    rates = np.where(known, gained / np.where(known, history.past, 1), 0)
    weights = np.concatenate((history.ahead, np.ones((rows, history.days_after))), axis=1)
    days = weights.shape[1]
    n = rates.shape[1]
    path = np.zeros((rows, draws, days))
    if n and rows:
        own = rates[np.arange(rows)[:, None, None], rng.integers(0, n, (1, draws, days))]
        peer = rates[rng.integers(0, rows, (rows, draws, days)), rng.integers(0, n, (1, draws, days))]
        path = (
            np.where(rng.random((rows, draws, 1)) < n / (n + 3), own, peer)
            * weights[:, None, :]
            * target[:, None, None]
        )
    path = np.round(done[:, None, None] + path.cumsum(axis=2))
    left = target > 0
    reached = path >= target[:, None, None]
    first = np.where(reached.any(axis=2), reached.argmax(axis=2) + 1, days + 1)
    first = np.where((done >= target)[:, None], 0, first)
    slowest = np.zeros((leaves, draws))
    np.maximum.at(slowest, history.leaf[left], first[left])
    total = np.zeros((leaves + 1, draws, m))
    np.add.at(total, history.leaf + 1, path[:, :, :m])
    total = total.cumsum(axis=0)
    final = total[:, :, -1] if m else np.zeros((leaves + 1, draws))
    now = np.concatenate(([0.0], np.bincount(history.leaf, done, leaves).cumsum()))
    came = np.concatenate(([0], np.bincount(history.leaf, (gained > 0).sum(axis=1), leaves).cumsum()))
    nodes = len(low)
    worst = np.array([slowest[a:b].max(axis=0, initial=0) for a, b in zip(low, high, strict=True)]).reshape(
        nodes, draws
    )
    finish = np.quantile(worst, [0.1, 0.5, 0.9], axis=1, method="higher").T.astype(np.int64)
    return Outlook(
        p_on_time=(worst <= m).mean(axis=1),
        finish=np.where(finish > days, -1, finish),
        counts=np.moveaxis(np.quantile(total[high] - total[low], [0.1, 0.5, 0.9], axis=1), 0, -1),
        expected_final=(final[high] - final[low]).mean(axis=1) if m else now[high] - now[low],
        pooled=np.full(nodes, 3 / (n + 3)),
        moving=came[high] > came[low],
    )
