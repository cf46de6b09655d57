"""History and Outlook: what a forecaster may know, and what is asked of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from campaign.facts import Flags, Ints

Floats = NDArray[np.float64]

FINAL_LEVELS = np.arange(1, 20) / 20  # the levels of Outlook.final


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

    def __post_init__(self) -> None:
        """Raise ValueError when the arrays do not fit together."""
        rows, columns = self.done.shape
        fits = (
            self.leaf.shape == self.target.shape == (rows,)
            and self.reported.shape == self.done.shape
            and (self.upstream is None or self.upstream.shape == self.done.shape)
            and self.past.shape == (rows, columns - 1)
            and self.ahead.shape[:1] == (rows,)
            and bool(np.all(np.diff(self.leaf) >= 0))
        )
        if not fits:
            raise ValueError("a History's arrays must have one row a (leaf, category), in leaf order, and n + 1 days")


@dataclass(frozen=True)
class Outlook:
    """What is to be expected of each asked node (a unit or a roll-up: a range of leaves)."""

    p_on_time: Floats  # nodes; probability that every leaf with work is finished by the last campaign day
    finish: Ints  # nodes × (P10, P50, P90); days from now, 0 = already, -1 = not within the days looked at
    counts: Floats  # nodes × m × (P10, P50, P90); done at the end of each campaign day left
    expected_final: Floats  # nodes; mean of done at the end of the last campaign day
    pooled: Floats  # nodes; share of the evidence borrowed from peers, 0 … 1
    moving: Flags  # nodes; False: work is left and there was no progress at all in the campaign so far
    final: Floats  # nodes × 19; done at the end of the last campaign day at the levels 5 %, 10 % … 95 %
