"""Workbook cells: how one value becomes a cell that stays what it is.

A text stays a text, whatever it begins with; a count, a share, a day and a moment are numbers with a
format, so a clerk can go on calculating with them.
"""

from __future__ import annotations

import io
import re
from copy import copy
from datetime import UTC, date, datetime, tzinfo
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from reporting import numbers

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # the last four: full-width forms

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST_TEXT_FORMAT = 255  # beyond it some versions of Excel draw a text-formatted cell as ####


class Kind(StrEnum):
    """What a column holds; it decides how a value is written, aligned and formatted."""

    TEXT = "text"
    WHOLE = "whole"
    AMOUNT = "amount"
    SHARE = "share"
    DATE = "date"
    MOMENT = "moment"


class Share(NamedTuple):
    """A share whose unit may be unfinished at 100 % and more; a plain Fraction is finished from 1 on."""

    value: Fraction | None
    finished: bool


Value = str | int | Fraction | Share | date | datetime | None


def cell_at(sheet: Worksheet, row: int, column: int) -> Cell:
    """Return the cell at a place that no merged range covers."""
    found = sheet.cell(row, column)
    if not isinstance(found, Cell):
        raise TypeError(f"{sheet.title}!{found.coordinate} lies inside a merged range")
    return found


def put(cell: Cell, value: Value, kind: Kind, lang: str, zone: tzinfo = UTC, locale: str = "") -> Cell:
    """Write one value of one kind into a cell, and return the cell.

    `locale` goes before a number format: `[$-42A]` asks for Vietnamese separators on any machine.
    """
    if isinstance(value, str):
        return put_text(cell, value)
    finished = None
    if isinstance(value, Share):
        value, finished = value
    if value is None:
        return cell
    if isinstance(value, datetime):
        cell.value = value.astimezone(zone).replace(tzinfo=None)
        cell.number_format = "hh:mm dd/mm/yyyy" if lang == "vi" else "yyyy-mm-dd hh:mm"
    elif isinstance(value, date):
        cell.value = value
        cell.number_format = "dd/mm/yyyy" if lang == "vi" else "yyyy-mm-dd"
    elif kind is Kind.SHARE:
        cell.value = _share(Fraction(value))
        cell.number_format = share_format(Fraction(value), lang, finished, locale)
    elif isinstance(value, int):
        cell.value = value
        cell.number_format = f"{locale}#,##0"
    else:
        cell.value = float(value)
        cell.number_format = f"{locale}#,##0.0"
    return cell


def put_text(cell: Cell, value: str) -> Cell:
    """Write a text that stays a text, whatever it begins with, and return the cell."""
    clean = legal(value)
    cell.value = clean
    cell.data_type = "s"
    cell.number_format = "@" if len(clean) <= _LONGEST_TEXT_FORMAT else "General"
    if clean.startswith(FORMULA_STARTS):
        cell.quotePrefix = True
    return cell


def dress_alike(cell: Cell, model: Cell) -> None:
    """Give a cell the whole style of another of its workbook: many times faster than setting its parts."""
    cell._style = copy(model._style)  # type: ignore[attr-defined]  # noqa: SLF001 - openpyxl has no public way


def base_font(book: Workbook, font: Font) -> None:
    """Set the font of the style Normal, by which spreadsheets measure column widths."""
    book._named_styles["Normal"].font = font  # type: ignore[attr-defined]  # noqa: SLF001 - no public way


def legal(value: str) -> str:
    """Return a text without the characters that a workbook cannot hold."""
    return _ILLEGAL.sub("", value)


def share_format(value: Fraction, lang: str, finished: bool | None, locale: str = "") -> str:  # noqa: FBT001 - as numbers.percent
    """Return the number format under which an exact share shows what numbers.percent shows.

    The cell keeps the exact ratio. Where plain rounding would print 100 % for what is not finished
    or 0 % for what has begun, the format itself says 99,9% or <0,1%; it does so only in that narrow
    range, so a cell corrected by hand shows its new value.
    """
    plain, shown = f"{locale}0.0%", numbers.percent(value, lang, finished)
    if shown.startswith("<"):
        return f'[>=0.0005]{plain};[>0]"{shown}";{plain}'
    if numbers.shown_tenths(value, finished) != numbers.half_up(value, 1000):
        finished_from = "1" if value < 1 else "1.0005"
        return f'[>={finished_from}]{plain};[>=0.9995]"{shown}";{plain}'
    return plain


def _share(value: Fraction) -> float:
    """Return the float of a share; where it lies below a half that goes up, one a hair above.

    28,35 % is 0.28349999999999997 as a float, and LibreOffice would print 28,3%. The hair is wide
    enough to survive the 16 digits that openpyxl writes.
    """
    near = float(value)
    falls_short = numbers.half_up(Fraction(near), 1000) < numbers.half_up(value, 1000)
    return near * (1 + 2e-15) if falls_short else near


def sheet_name(title: str) -> str:
    """Return a title that may name a sheet: no forbidden characters, at most 31 of them."""
    return re.sub(r"[\[\]:*?/\\]", "-", legal(title)).strip("' ")[:31].strip("' ") or "1"


def new_sheet(book: Workbook, title: str) -> Worksheet:
    """Return a new sheet of a workbook under a legal name that is not taken yet."""
    name, number = sheet_name(title), 2
    taken = {one.lower() for one in book.sheetnames}
    while name.lower() in taken:
        name, number = f"{sheet_name(title)[:27]} {number}", number + 1
    made: Worksheet = book.create_sheet(name)
    return made


def saved(book: Workbook) -> bytes:
    """Return the bytes of a workbook."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
