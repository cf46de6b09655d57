"""Places: which cell of a workbook a figure stood in, carried in the one number a row has."""

from __future__ import annotations

import re

_IN_A_CELL = 1 << 48  # a number from here on names a cell; below, it is the line of a plain file
_LETTERS = 26


def cell_number(sheet: int, line: int, column: int) -> int:
    """Return the number of a cell: sheet, line and column as a person counts them, from 1.

    Unique within a file, in reading order, and below 2^53: every format carries it exactly.
    """
    return _IN_A_CELL | sheet << 37 | line << 16 | column


def line_of(number: int) -> int:
    """Return the line a row's number means, as a person sees it."""
    return number >> 16 & (1 << 21) - 1 if number >= _IN_A_CELL else number


def cell_of(number: int) -> str:
    """Return the cell a row's number names, like "F12"; "" for the line of a plain file."""
    return f"{letters(number & 0xFFFF)}{line_of(number)}" if number >= _IN_A_CELL else ""


def place_of(number: int) -> int | str:
    """Return what to show for a row's number: the line of a plain file, else the cell ("F12", "#2!F12" on sheet 2)."""
    if number < _IN_A_CELL:
        return number
    sheet = (number & _IN_A_CELL - 1) >> 37
    return cell_of(number) if sheet == 1 else f"#{sheet}!{cell_of(number)}"


def told(number: int) -> str:
    """Return a row's place in words: "row 12", "cell F12"."""
    return f"{'row' if number < _IN_A_CELL else 'cell'} {place_of(number)}"


def letters(column: int) -> str:
    """Return a column's letters: 1 is A, 27 is AA."""
    found = ""
    while column:
        column, rest = divmod(column - 1, _LETTERS)
        found = chr(ord("A") + rest) + found
    return found


def address(text: str) -> tuple[int, int] | None:
    """Return (line, column), from 1, of an address like "C3"; None when it is not one."""
    match = re.fullmatch(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})", text.strip().upper())
    if match is None:
        return None
    column = 0
    for letter in match[1]:
        column = column * _LETTERS + ord(letter) - ord("A") + 1
    return int(match[2]), column
