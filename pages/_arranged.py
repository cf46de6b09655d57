"""Long tables: of hundreds of units only the rows shown travel, so they are sorted and searched here.

A shorter table is arranged by the browser (assets/table.js) by the same rules. How a table is sorted, what was typed to
search it and how far it was opened stand in the address either way, so a link shows a colleague the same rows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from campaign.progress import Status, UnitProgress
from pages._view import View

LONG = 250  # rows from which on a table is arranged here: fewer are a province
MOST_SHOWN = 2000
Value = Fraction | int | date | str | None
STATUSES = list(Status)
SPECIAL: dict[str, Callable[[UnitProgress], Value]] = {  # what a column is sorted by where it is not its own figure
    "name": lambda row: row.name,
    "status": lambda row: STATUSES.index(row.status),
    "gap_today": lambda row: row.short_today,
    "reason": lambda row: row.days_silent,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks of one table: the column it is sorted by, falling or rising, words, and how many rows."""

    column: str
    falling: bool
    words: tuple[str, ...]
    shown: int


@dataclass(frozen=True, slots=True)
class Arranged:
    """The rows that are shown of a long table, those pinned first, and how many were found in all."""

    rows: list[UnitProgress]
    found: int


def plain(text: str) -> str:
    """Return a text as it is searched: without diacritics, in small letters."""
    bare = "".join(one for one in unicodedata.normalize("NFD", text) if not "\u0300" <= one <= "\u036f")
    return bare.lower().replace("đ", "d")


def asked_of(view: View, among: str, columns: Sequence[str], page: int) -> Asked:
    """Return what the address asks of a table; `among` tells it from the others of its page."""

    def mine(name: str) -> str:
        parts = [one for one in view.address.get(name).split(",") if one]
        if not among:
            return parts[0] if parts else ""
        return next((one[len(among) + 1 :] for one in parts if one.startswith(f"{among}.")), "")

    sort, rows = mine("sort"), mine("rows")
    column = sort.removeprefix("-")
    shown = int(rows) if rows.isascii() and rows.isdigit() and len(rows) <= len(str(MOST_SHOWN)) else page
    return Asked(
        column=column if column in columns else "",
        falling=sort.startswith("-"),
        words=tuple(plain(mine("find")).split()),
        shown=max(page, min(shown, MOST_SHOWN)),
    )


def arranged(view: View, rows: Sequence[UnitProgress], asked: Asked, pins: Sequence[str]) -> Arranged:
    """Return the rows to show: those found, sorted, those pinned first."""
    found = [row for row in rows if _is_found(view, row, asked.words)] if asked.words else list(rows)
    if asked.column:
        found = _sorted(found, asked)
    if pins:
        found.sort(key=lambda row: row.code not in pins)
    return Arranged(found[: asked.shown], len(found))


def value_of(row: UnitProgress, column: str) -> Value:
    """Return what a column sorts a unit by; None where it has no value, which stands last either way."""
    special = SPECIAL.get(column)
    found: Value = special(row) if special else getattr(row, column)
    return found


def _is_found(view: View, row: UnitProgress, words: Sequence[str]) -> bool:
    hay = plain(f"{row.name} {view.parent_name(row)} {row.code}")
    return all(word in hay for word in words)


def _sorted(rows: Sequence[UnitProgress], asked: Asked) -> list[UnitProgress]:
    """Return rows sorted by a column; equal ones stay in their order, and what has no value stands last."""
    valued = [(value_of(row, asked.column), row) for row in rows]
    known = [(_key(value), row) for value, row in valued if value is not None]
    known.sort(key=lambda one: one[0], reverse=asked.falling)
    return [*(row for _, row in known), *(row for value, row in valued if value is None)]


def _key(value: Fraction | int | date | str) -> Any:
    """Return the key of a value; a name by its letters without diacritics first, figures in it as numbers."""
    if not isinstance(value, str):
        return value
    parts = re.split(r"(\d+)", plain(value))
    return [(int(one), "") if number % 2 else (0, one) for number, one in enumerate(parts)], value
