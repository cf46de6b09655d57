"""Prints: rows for programs (exact CSV, JSON) and for a person at a terminal (aligned text).

The columns, their order and their decimals are the contract's: shares have 6 decimals, other fractions 2,
counts are whole, days ISO, and what does not exist is empty.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from fractions import Fraction

from campaign.emulation import Part
from reporting.numbers import fixed

PARTS = tuple(part.value for part in Part)  # of the emulation score
SHARES = frozenset({"completion", "planned_share", "pace", "p_on_time", *PARTS})
AMOUNTS = frozenset({"expected", "variance", "planned_today", "required_per_day", "expected_final", "points"}) | {
    f"{part}_points" for part in PARTS
}


def exact(value: object, column: str) -> str:
    """Return a value as the contract writes it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return str(value)
    if column in (SHARES | AMOUNTS) and isinstance(value, Fraction | int):
        return fixed(value, 6 if column in SHARES else 2)
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def csv_text(rows: Sequence[object], columns: Sequence[str]) -> str:
    """Return the rows as CSV, texts as they are: for programs, not for spreadsheets."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([exact(getattr(row, column), column) for column in columns] for row in rows)
    return out.getvalue()


def json_rows(rows: Sequence[object], columns: Sequence[str]) -> list[dict[str, object]]:
    """Return the rows as objects: numbers as numbers, days as ISO text, None where there is no figure."""
    return [{column: _json(getattr(row, column), column) for column in columns} for row in rows]


def _json(value: object, column: str) -> object:
    if value is None or isinstance(value, str):
        return value if value is None else str(value)
    if column in SHARES or column in AMOUNTS:
        return float(exact(value, column))
    return value if isinstance(value, int) else exact(value, column)


def screen_text(rows: Sequence[object], columns: Sequence[str]) -> str:
    """Return the rows with their columns aligned, numbers to the right."""
    lines = [list(columns), *([exact(getattr(row, column), column) for column in columns] for row in rows)]
    right = [any(isinstance(getattr(row, column), int | Fraction) for row in rows) for column in columns]
    widths = [max(_width(line[place]) for line in lines) for place in range(len(columns))]
    return "\n".join(
        "  ".join(
            (" " * (width - _width(cell)) + cell) if aligned else cell + " " * (width - _width(cell))
            for cell, width, aligned in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in lines
    )


def _width(text: str) -> int:
    """Return the columns a terminal gives a text: marks that combine take none."""
    return sum(1 for one in unicodedata.normalize("NFC", text) if not unicodedata.combining(one))
