"""The forecast's own time: a province and the whole country, ten categories, one night's answer for every unit.

`python -m benchmarks.forecast_speed`: made-up counts; CPU time of one process, which uses one core.
"""

from __future__ import annotations

import time

import numpy as np

from campaign.forecast import History, outlook

CASES = ((121, 5, 10), (121, 1, 14), (10_600, 5, 10), (10_600, 1, 14))  # leaves, days gone, days left
CATEGORIES = 10


def made_up(leaves: int, days: int, left: int) -> History:
    """Return a country of leaves with ten categories each."""
    rng = np.random.default_rng(1)
    rows = leaves * CATEGORIES
    target = np.round(np.exp(rng.normal(5, 1, rows))).astype(np.int64)
    gains = rng.poisson(0.06 * target[:, None] * rng.gamma(1, 1, (rows, days)))
    return History(
        leaf=np.repeat(np.arange(leaves), CATEGORIES),
        target=target,
        done=np.concatenate((np.zeros((rows, 1), np.int64), gains.cumsum(axis=1)), axis=1),
        reported=np.ones((rows, days + 1), bool),
        upstream=None,
        past=np.ones((rows, days)),
        ahead=np.ones((rows, left)),
        days_after=30,
    )


def main() -> None:
    """Measure and print."""
    for leaves, days, left in CASES:
        given = made_up(leaves, days, left)
        edges = np.linspace(0, leaves, max(leaves // 17, 1) + 1).astype(np.int64)
        low = np.concatenate((np.arange(leaves), edges[:-1], [0]))
        high = np.concatenate((np.arange(1, leaves + 1), edges[1:], [leaves]))
        taken = []
        for _ in range(3 if leaves > 1000 else 9):  # noqa: PLR2004 - a few runs of a long one
            began = time.process_time()
            outlook(given, low, high, seed=1)
            taken.append(time.process_time() - began)
        print(f"{leaves} leaves × {CATEGORIES}, day {days} of {days + left}: CPU {min(taken):.2f}–{max(taken):.2f} s")


if __name__ == "__main__":
    main()
