"""The forecast: where the counts of a campaign will be on each day left, and who will be on time.

Every leaf of the unit tree is simulated many times from the same draws, so a roll-up's answer comes from
whole simulated provinces, never from sums of medians. docs/forecast.md explains the model in three sentences.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from campaign.facts import Ints
from campaign.forecast_draws import Simulation, rank
from campaign.forecast_evidence import KNOBS, Knobs, read
from campaign.forecast_history import FINAL_LEVELS, Floats, History, Outlook

__all__ = ["DRAWS", "FINAL_LEVELS", "Floats", "History", "Knobs", "Outlook", "outlook"]

DRAWS = 200


def outlook(history: History, low: Ints, high: Ints, *, seed: int, draws: int = DRAWS, knobs: Knobs = KNOBS) -> Outlook:
    """Return what is to be expected of the nodes that hold the leaves low … high − 1 each.

    A node without work is on time and finished already. The same history, nodes and seed give the same answer.
    """
    low, high = np.asarray(low, np.int64), np.asarray(high, np.int64)
    evidence = read(history, knobs)
    answers = Simulation(evidence, low, high, seed=seed, draws=draws, knobs=knobs).run()
    m = history.ahead.shape[1]

    def over(per_row: ArrayLike) -> Floats:
        """Return per node the sum of a figure of rows."""
        prefix = np.concatenate(([0.0], np.cumsum(np.asarray(per_row, float))))
        return np.asarray(prefix[np.searchsorted(history.leaf, high)] - prefix[np.searchsorted(history.leaf, low)])

    now, target = over(history.done[:, -1]), over(history.target)
    ranks = [rank(level, draws) for level in knobs.levels(history)]
    finish = np.sort(answers.late, axis=1)[:, ranks].astype(np.int64)
    came = over((np.diff(history.done, axis=1) > 0).any(axis=1))
    left = over((history.target > history.done[:, -1]) & evidence.work)
    return Outlook(
        p_on_time=(answers.late <= m).mean(axis=1),
        finish=np.where(finish > m + history.days_after, -1, finish),
        counts=np.round(now[:, None, None] + answers.gained),
        expected_final=now + answers.mean,
        pooled=np.clip(over(history.target * evidence.borrowed) / np.where(target > 0, target, 1), 0, 1),
        moving=(came > 0) | (left == 0),
        final=np.round(now[:, None] + answers.final),
    )
