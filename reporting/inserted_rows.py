"""Rows put into a sheet that somebody laid out: styles, heights, merged cells and formulas move with them.

openpyxl's own insert_rows moves nothing but the cells.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import copy

from openpyxl import Workbook
from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token
from openpyxl.worksheet.worksheet import Worksheet

_CELL = re.compile(r"(\$?[A-Z]{1,3}\$?)(\d+)")
_PART = re.compile(r"\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?")


def insert_below(sheet: Worksheet, row: int, count: int) -> None:
    """Insert `count` rows below a row, each like it; ranges that end at the row grow over them."""
    if count <= 0:
        return
    height = sheet.row_dimensions[row].height
    lower = {number: sheet.row_dimensions[number].height for number in range(row + 1, sheet.max_row + 1)}
    merged = [one.bounds for one in sheet.merged_cells.ranges]
    for one in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(one))
    sheet.insert_rows(row + 1, count)
    for number, tall in lower.items():
        sheet.row_dimensions[number + count].height = tall
    for number in range(row + 1, row + 1 + count):
        sheet.row_dimensions[number].height = height
        for column in range(1, sheet.max_column + 1):
            like = sheet.cell(row, column)
            if like.has_style:
                sheet.cell(number, column)._style = copy(like._style)  # type: ignore[union-attr]  # noqa: SLF001 - openpyxl has no public way
    for left, top, right, bottom in merged:
        within = top == bottom == row
        down = count if top > row else 0
        longer = count if bottom > row or (bottom == row and top < row) else 0
        sheet.merge_cells(start_row=top + down, start_column=left, end_row=bottom + longer, end_column=right)
        for number in range(row + 1, row + 1 + count) if within else ():
            sheet.merge_cells(start_row=number, start_column=left, end_row=number, end_column=right)
    _move_formulas(sheet, row, count)
    _move_print(sheet, row, count)


def _move_formulas(sheet: Worksheet, row: int, count: int) -> None:
    book = sheet.parent
    if not isinstance(book, Workbook):
        return
    for other in book.worksheets:
        for cell in (cell for cells in other.iter_rows() for cell in cells):
            if cell.data_type == "f" and isinstance(cell.value, str):
                cell.value = moved(cell.value, row, count, own=other is sheet, title=sheet.title)


def moved(formula: str, row: int, count: int, *, own: bool, title: str) -> str:
    """Return a formula after `count` rows were inserted below `row` of the sheet `title`; `own`: it stands there."""
    said = Tokenizer(formula)
    for token in said.items:
        if token.type == Token.OPERAND and token.subtype == Token.RANGE:
            name, mark, place = token.value.rpartition("!")
            if (own and not mark) or (mark and name.strip("'").replace("''", "'") == title):
                token.value = name + mark + _PART.sub(_shift(row, count), place)
    return f"={''.join(token.value for token in said.items)}"


def _shift(row: int, count: int) -> Callable[[re.Match[str]], str]:
    def shifted(found: re.Match[str]) -> str:
        first, colon, last = found[0].partition(":")
        if not colon:
            return _lowered(first, row, count)
        return f"{_lowered(first, row, count)}:{_lowered(last, row - 1, count)}"  # a range that ends here grows

    return shifted


def _lowered(place: str, below: int, count: int) -> str:
    def one(found: re.Match[str]) -> str:
        number = int(found[2])
        return f"{found[1]}{number + count if number > below else number}"

    return _CELL.sub(one, place)


def _move_print(sheet: Worksheet, row: int, count: int) -> None:
    """Let the printed area grow with the sheet; header rows that repeat stand above any table."""
    if sheet.print_area:
        parts = [part.rpartition("!")[2] for part in str(sheet.print_area).split(",")]
        sheet.print_area = ",".join(_PART.sub(_shift(row, count), part) for part in parts)
