"""The template: how our own workbook of counts says, in the workbook itself, where everything stands.

On its sheet: the day in DAY, and a hidden row, MARK_ROW, that begins with MARK and the campaign and has below each
column to be read its field: unit_code, unit_name, reason, or count|category|stage. The units follow from FIRST_ROW on.
"""

from __future__ import annotations

MARK = "candich-template-1"
DAY = (3, 3)  # row, column
MARK_ROW = 5
FIRST_ROW = 8
CODES_AT = 2  # the column of unit_code: the mark itself stands in the first


def mark_of(campaign: str) -> str:
    """Return the word that marks a template of a campaign."""
    return f"{MARK}|{campaign}"


def marked_for(word: str) -> str | None:
    """Return the campaign a template was made for; "" when it does not say, None when the word marks no template."""
    mark, _, campaign = word.partition("|")
    return campaign if mark == MARK else None


def field_of(category: str, stage: str) -> str:
    """Return the word that marks a column of counts."""
    return f"count|{category}|{stage}"


def parts_of(field: str) -> tuple[str, str] | None:
    """Return (category, stage) of a column of counts; None for another column."""
    parts = field.split("|")
    return (parts[1], parts[2]) if len(parts) == 3 and parts[0] == "count" else None  # noqa: PLR2004 - count, category, stage
