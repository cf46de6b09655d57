"""Matching: every row of a square table gets one column of its own, at the least sum of costs.

The shortest augmenting paths of Jonker and Volgenant ("A shortest augmenting path algorithm for dense and sparse
linear assignment problems", Computing 38, 1987), after a first round in which rows take the column that is cheapest
for them while it is free. Equal costs give the same answer every time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Costs = NDArray[np.float64]
Columns = NDArray[np.int64]

FREE = -1


def matched(costs: Costs) -> Columns:
    """Return the column of each row; `costs` is n × n and finite."""
    size = len(costs)
    column_price = costs.min(axis=0) if size else np.zeros(0)
    row_price = (costs - column_price).min(axis=1) if size else np.zeros(0)
    column_of, row_of = np.full(size, FREE), np.full(size, FREE)
    for row in range(size):
        column = int((costs[row] - column_price).argmin())
        if row_of[column] == FREE:
            row_of[column], column_of[row] = row, column
    for left in np.flatnonzero(column_of == FREE):
        _augment(int(left), costs, (row_price, column_price), (column_of, row_of))
    return column_of


def _augment(start: int, costs: Costs, prices: tuple[Costs, Costs], found: tuple[Columns, Columns]) -> None:
    """Give `start` a column by the cheapest chain of rows that each move on to another one."""
    (row_price, column_price), (column_of, row_of) = prices, found
    nearest, before = np.full(len(costs), np.inf), np.full(len(costs), FREE)
    open_price = column_price.copy()  # of a column already reached: so low that nothing reaches it again
    reached: list[tuple[int, float]] = []
    row, so_far = start, 0.0
    while True:
        through = costs[row] - open_price
        through += so_far - row_price[row]
        better = through < nearest
        np.copyto(nearest, through, where=better)
        before[better] = row
        column = int(nearest.argmin())
        so_far = float(nearest[column])
        if row_of[column] == FREE:
            break
        reached.append((column, so_far))
        nearest[column], open_price[column] = np.inf, -np.inf
        row = int(row_of[column])
    row_price[start] += so_far
    for passed, distance in reached:
        row_price[row_of[passed]] += so_far - distance
        column_price[passed] -= so_far - distance
    while True:
        row = int(before[column])
        row_of[column] = row
        column, column_of[row] = int(column_of[row]), column
        if row == start:
            return
