"""Lagging: how long or how far a unit lags, and what some units have left to do."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from campaign.progress import Status, UnitProgress


def left(rows: Iterable[UnitProgress]) -> int:
    """Return what these units have left to do together."""
    return sum(row.remaining or 0 for row in rows)


def lag(row: UnitProgress) -> Fraction | int:
    """Return how long, or how far, a unit lags; larger is worse, comparable within one status."""
    match row.status:
        case Status.SILENT:
            return row.days_silent
        case Status.STALLED:
            return row.stalled_days
        case Status.BEHIND | Status.AT_RISK:
            return -row.pace if row.pace is not None else 0
    return row.remaining or 0
