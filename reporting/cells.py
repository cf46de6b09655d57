"""Workbook cells: how one value becomes a cell that stays what it is.

A text stays a text, whatever it begins with; a count, a share, a day and a moment are numbers with a
format, so a clerk can go on calculating with them.
"""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime, tzinfo
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from reporting import numbers

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # the last four: full-width forms

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST_TEXT_FORMAT = 255  # beyond it some versions of Excel draw a text-formatted cell as ####


class Kind(StrEnum):
    """What a column holds; it decides how a value is written, aligned and formatted."""

    TEXT = "text"
    WHOLE = "whole"
    CHANGE = "change"
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


class Written(NamedTuple):
    """A value as a cell holds it: openpyxl's kind (s text, n number, d day), its number format, and its quote mark."""

    value: str | float | date | None
    data_type: str
    number_format: str
    quoted: bool = False


NOTHING = Written(None, "n", "General")


def written(value: Value, kind: Kind, lang: str, zone: tzinfo = UTC, locale: str = "") -> Written:
    """Return how a cell holds one value of one kind.

    `locale` goes before a number format: `[$-42A]` asks for Vietnamese separators on any machine.
    """
    if isinstance(value, str):
        return written_text(value)
    if isinstance(value, date):
        return _written_day(value, lang, zone)
    finished = None
    if isinstance(value, Share):
        value, finished = value
    if value is None:
        return NOTHING
    if kind is Kind.SHARE:
        share = Fraction(value)
        return Written(_share(share), "n", share_format(share, lang, finished, locale))
    if isinstance(value, int):
        form = f"{locale}#,##0"
        signed = f"{locale}+#,##0;{locale}{numbers.MINUS}#,##0;0"
        return Written(value, "n", signed if kind is Kind.CHANGE else form)
    return Written(float(value), "n", f"{locale}#,##0.0")


def _written_day(value: date, lang: str, zone: tzinfo) -> Written:
    if isinstance(value, datetime):
        local = value.astimezone(zone).replace(tzinfo=None)
        return Written(local, "d", "hh:mm dd/mm/yyyy" if lang == "vi" else "yyyy-mm-dd hh:mm")
    return Written(value, "d", "dd/mm/yyyy" if lang == "vi" else "yyyy-mm-dd")


def written_text(value: str) -> Written:
    """Return how a cell holds a text that stays a text, whatever it begins with."""
    clean = legal(value)
    form = "@" if len(clean) <= _LONGEST_TEXT_FORMAT else "General"
    return Written(clean, "s", form, clean.startswith(FORMULA_STARTS))


def put(cell: Cell, value: Value, kind: Kind, lang: str, zone: tzinfo = UTC, locale: str = "") -> Cell:
    """Write one value of one kind into a cell, and return the cell."""
    if isinstance(value, str):
        return put_text(cell, value)
    found = written(value, kind, lang, zone, locale)
    if found.value is not None:
        cell.value, cell.number_format = found.value, found.number_format
    return cell


def put_text(cell: Cell, value: str) -> Cell:
    """Write a text that stays a text, whatever it begins with, and return the cell."""
    found = written_text(value)
    cell.value, cell.data_type, cell.number_format = found.value, found.data_type, found.number_format
    if found.quoted:
        cell.quotePrefix = True
    return cell


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


def saved(book: Workbook, at: datetime | None = None) -> bytes:
    """Return the bytes of a workbook; with `at`, the moment it is made, the same content gives the same bytes."""
    out = io.BytesIO()
    if at is None:
        book.save(out)
        return out.getvalue()
    book.properties.created = book.properties.modified = at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    with StampedZip(out, at) as archive:
        ExcelWriter(book, archive).write_data()
    return out.getvalue()


class StampedZip(ZipFile):
    """A zip being written whose files all bear one moment, so the same files give the same bytes."""

    def __init__(self, out: io.BytesIO, at: datetime) -> None:
        super().__init__(out, "w", ZIP_DEFLATED)
        self._at = at.astimezone(UTC).timetuple()[:6]

    def writestr(self, name: str, data: str | bytes) -> None:  # type: ignore[override]
        """Add one file."""
        info = ZipInfo(name, self._at)
        info.compress_type, info.external_attr = ZIP_DEFLATED, 0o644 << 16
        super().writestr(info, data)

    def write(self, filename: str, arcname: str) -> None:  # type: ignore[override]
        """Add one file from the disk."""
        self.writestr(arcname, Path(filename).read_bytes())
