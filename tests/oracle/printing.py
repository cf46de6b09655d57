"""Figures as the contract prints them: which columns, how many decimals, empty for none."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from tests.oracle.figures import UnitFigures

PROGRESS_COLUMNS = [
    "campaign",
    "as_of",
    "level",
    "code",
    "name",
    "parent_code",
    "category",
    "stage",
    "target",
    "done",
    "remaining",
    "excess",
    "completion",
    "planned_share",
    "expected",
    "variance",
    "pace",
    "done_today",
    "planned_today",
    "catchup_today",
    "required_per_day",
    "rank",
    "rank_change",
    "status",
    "finished_on",
    "last_as_of",
    "days_silent",
    "units_with_target",
    "units_finished",
]
SERIES_COLUMNS = [
    "as_of",
    "target",
    "done",
    "done_today",
    "expected",
    "planned_today",
    "catchup_today",
    "completion",
    "rank",
    "status",
]
DECIMALS = {"completion": 6, "planned_share": 6, "pace": 6} | {
    "expected": 2,
    "variance": 2,
    "planned_today": 2,
    "required_per_day": 2,
}


def fixed(number: Fraction, decimals: int) -> str:
    """Return a number with so many decimals, half rounded away from zero."""
    scaled = abs(number) * 10**decimals
    whole = int(scaled + Fraction(1, 2))
    sign = "-" if number < 0 and whole else ""
    digits = str(whole).zfill(decimals + 1)
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}"


def cell(column: str, value: object) -> str:
    """Return the text of one cell."""
    if value is None:
        return ""
    if column in DECIMALS:
        return fixed(Fraction(value), DECIMALS[column])  # type: ignore[call-overload]
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def printed(rows: Iterable[UnitFigures], columns: list[str]) -> list[dict[str, str]]:
    """Return rows of text."""
    return [{column: cell(column, getattr(row, column)) for column in columns} for row in rows]
