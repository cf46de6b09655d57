"""A sheet that prints on A4 as Decree 30/2020/NĐ-CP, annex I, asks, written from the top down.

Margins 20 mm above and below, 30 mm left, 15 mm right; Times New Roman, black; the page number
centred in the top margin and hidden on the first page; a table's header repeats on every page.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooter, HeaderFooterItem
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from reporting import numbers
from reporting.cells import NOTHING, Kind, Value, Written, written, written_text
from reporting.looks import Face, Look, Looks
from reporting.palette import PAPER, rrggbb
from reporting.texts import text

LOCALE = {"vi": "[$-42A]", "en": "[$-409]"}  # separators of the language, also where LibreOffice prints elsewhere
FACE = "Times New Roman"
MILLIMETRE = 1 / 25.4
A4 = 9

BASE_FONT = Face(name=FACE, size=12)  # the sheet's widths are measured in its figures, 8 pixels wide

_FIGURE = 8
_NUMBER_WIDTH = 7.5
_LINE_HEIGHT = 1.3  # of the letters' size
_WORDS_AT = 2  # the column of names
_PORTRAIT_WIDTH = 108  # wider than this and a sheet lies down

# Widths of letters in Times New Roman, in thousandths of their size; the rest are 500.
_NARROW = dict.fromkeys("ijltI.,;:'|!/()[]- –", 310) | dict.fromkeys("frsJ", 380)
_WIDE = dict.fromkeys("ABCDEFGHKLNOPQRSTUVXYZ", 700) | dict.fromkeys("mMwW%", 860)
_LETTERS = _NARROW | _WIDE

_THIN = Side(style="thin", color="000000")
_HAIR = Side(style="hair", color=rrggbb(PAPER["grey"]))
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_ROW = Border(left=_THIN, right=_THIN, top=_HAIR, bottom=_HAIR)
_LAST_ROW = Border(left=_THIN, right=_THIN, top=_HAIR, bottom=_THIN)
_HEAD_FILL = PatternFill("solid", fgColor=rrggbb(PAPER["head"]))
_MIDDLE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_HEAD = Look(Face(name=FACE, size=12, bold=True), _MIDDLE, _BOX, _HEAD_FILL)
_WITHIN = Look(
    Face(name=FACE, size=12, bold=True), Alignment(horizontal="left", vertical="center", wrap_text=True), _BOX
)
_SMALL = Face(name=FACE, size=9, italic=True, color=rrggbb(PAPER["grey"]))
_CHECK = Look(_SMALL, Alignment(horizontal="right", vertical="center"))
_CHECK_WORDS = Look(_SMALL, Alignment(horizontal="left", vertical="center"))


@cache
def _line_look(size: float, colour: str, *, bold: bool, italic: bool, left: bool) -> Look:
    font = Face(name=FACE, size=size, bold=bold, italic=italic, color=colour)
    return Look(font, Alignment(horizontal="left" if left else "center", vertical="center", wrap_text=True))


@cache
def _row_look(side: str, *, wrap: bool, bold: bool, last: bool = False) -> Look:
    alignment = Alignment(horizontal=side, vertical="center", wrap_text=wrap, indent=1 if side == "left" else 0)
    border = _BOX if bold else _LAST_ROW if last else _ROW
    return Look(Face(name=FACE, size=12, bold=bold), alignment, border)


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a printed table; fields of one group stand under a common header."""

    header: str
    kind: Kind
    width: float
    group: str = ""
    summed: bool = False
    centred: bool = False

    def look(self, *, bold: bool = False, last: bool = False) -> Look:
        """Return how the column's cells look: in a row, in a bold total, in the last row of a table."""
        words = self.kind is Kind.TEXT
        side = "center" if self.centred else "left" if words else "right"
        return _row_look(side, wrap=words, bold=bold, last=last)


def fitting(values: Sequence[str | int | None], least: float = _NUMBER_WIDTH, most: float = 30) -> float:
    """Return the column width that shows the longest of some values in bold, within bounds."""
    shown = [value if isinstance(value, str) else numbers.whole(value, "vi") for value in values]
    longest = max((pixels_of(one, bold=True) for one in shown), default=0)
    return min(max(least, math.ceil(longest / _FIGURE * 2) / 2 + 1), most)


@lru_cache(maxsize=8192)  # a name stands on several sheets, and in the notice above its own
def pixels_of(value: str, size: float = 12, *, bold: bool = False) -> float:
    """Return about how wide a text is in Times New Roman."""
    letters = (one for one in unicodedata.normalize("NFD", value) if not unicodedata.combining(one))
    return sum(_LETTERS.get(one, 500) for one in letters) / 1000 * size * 4 / 3 * (1.06 if bold else 1)


@lru_cache(maxsize=8192)
def lines_of(value: str, width: float, size: float = 12, *, bold: bool = False) -> int:
    """Return how many lines a text takes in a column of this width, breaking between words."""
    room = width * _FIGURE - 4
    blank = pixels_of(" ", size)
    found, used = 1, 0.0
    for word in value.split():
        need = pixels_of(word, size, bold=bold)
        if used and used + blank + need > room:
            found, used = found + 1, 0.0
        else:
            need += blank if used else 0
        used += need
        broken = int(used // room)
        found, used = found + broken, used - broken * room
    return found


class PrintedSheet:
    """One sheet being written from the top down."""

    def __init__(self, sheet: Worksheet, fields: Sequence[Field], lang: str, looks: Looks) -> None:
        """Give the sheet its columns; the sheets of one workbook share its looks."""
        self.sheet, self.fields, self.lang = sheet, fields, lang
        self.next = 1
        self.looks = looks
        self.header_rows: tuple[int, int] | None = None
        self.width = sum(field.width for field in fields)
        self._letters = [get_column_letter(place) for place in range(1, len(fields) + 1)]
        for letter, field in zip(self._letters, fields, strict=True):
            sheet.column_dimensions[letter].width = field.width

    def skip(self) -> None:
        """Leave a row empty."""
        self.next += 1

    def across(
        self, value: str, size: float, *, bold: bool = False, italic: bool = False, left: bool = False, colour: str = ""
    ) -> None:
        """Write one text over the whole width, on as many lines as it needs."""
        look = _line_look(size, colour or "000000", bold=bold, italic=italic, left=left)
        self.looks.place(self.sheet, self.next, 1, look, written_text(value))
        self._merge(self.next, 1, self.next, len(self.fields))
        self._height(self.next, lines_of(value, self.width, size, bold=bold), size)
        self.next += 1

    def header(self) -> None:
        """Write the header, on two rows where fields stand in groups; it repeats on every page."""
        top = self.next
        grouped = any(field.group for field in self.fields)
        bottom = top + 1 if grouped else top
        for place, field in enumerate(self.fields, start=1):
            at = bottom if field.group else top
            for row in range(top, bottom + 1):
                self._place(row, place, _HEAD, written_text(field.header) if row == at else NOTHING)
        edges = [place for place, field in enumerate(self.fields) if self._begins(place)] + [len(self.fields)]
        group_lines = 1
        for start, end in pairwise(edges):
            group = self.fields[start].group
            if group:
                self._place(top, start + 1, _HEAD, written_text(group))
                self._merge(top, start + 1, top, end)
                room = sum(field.width for field in self.fields[start:end])
                group_lines = max(group_lines, lines_of(group, room, bold=True))
            elif grouped:
                self._merge(top, start + 1, bottom, start + 1)
        lines = {field: lines_of(field.header, field.width, bold=True) for field in self.fields}
        tallest = max(count for field, count in lines.items() if field.group or not grouped)
        if grouped:
            self._height(top, group_lines, 12)
            tallest = max(tallest, *(count - group_lines for count in lines.values()))
        self._height(bottom, tallest, 12)
        self.header_rows = (top, bottom)
        self.next = bottom + 1

    def _begins(self, place: int) -> bool:
        group = self.fields[place].group
        return place == 0 or not group or group != self.fields[place - 1].group

    def row(self, values: Sequence[Value], *, bold: bool = False) -> None:
        """Write one row of the table; a bold row is a total."""
        lines, locale = 1, LOCALE[self.lang]
        for place, (value, field) in enumerate(zip(values, self.fields, strict=True), start=1):
            self._place(self.next, place, field.look(bold=bold), written(value, field.kind, self.lang, locale=locale))
            if isinstance(value, str) and len(value) > 1:
                lines = max(lines, lines_of(value, field.width - 1, bold=bold))
        self._height(self.next, lines, 12)
        self.next += 1

    def check(self, first: int, total: int) -> None:
        """Write live sums of the rows under the total, small and grey, and whether they agree with it."""
        same, form = [], f"{LOCALE[self.lang]}#,##0"
        for place, (field, letter) in enumerate(zip(self.fields, self._letters, strict=True), start=1):
            value = NOTHING
            if field.summed:
                value = Written(f"=SUM({letter}{first}:{letter}{total - 1})", "f", form)
                same.append(f"{letter}{self.next}={letter}{total}")
            elif place == _WORDS_AT:
                value = written_text(text("notice.check", self.lang))
            self._place(self.next, place, _CHECK if field.summed else _CHECK_WORDS, value)
        words = [text(f"notice.check.{key}", self.lang) for key in ("same", "differs")]
        verdict = f'=IF(AND({",".join(same)}),"{words[0]}","{words[1]}")'
        self._place(self.next, len(self.fields), _CHECK_WORDS, Written(verdict, "f", "General"))
        self.next += 1

    def band(self, title: str) -> None:
        """Write a heading within a table."""
        for place in range(1, len(self.fields) + 1):
            self._place(self.next, place, _WITHIN, written_text(title) if place == 1 else NOTHING)
        self._merge(self.next, 1, self.next, len(self.fields))
        self._height(self.next, lines_of(title, self.width, bold=True), 12)
        self.next += 1

    def close(self) -> None:
        """Draw the line under the last row of a table without a total."""
        for place, field in enumerate(self.fields, start=1):
            cell = self.sheet.cell(self.next - 1, place)
            if isinstance(cell, Cell) and cell.border.bottom != _THIN:
                self.looks.again(cell, field.look(last=True))

    def _place(self, row: int, column: int, look: Look, value: Written) -> None:
        self.looks.place(self.sheet, row, column, look, value)

    def finish(self, foot: str, *, first: bool = False) -> None:
        """Make the sheet ready for A4: margins, repeated header, page numbers, a foot line, as wide as the paper."""
        sheet = self.sheet
        sheet.page_setup.paperSize = A4
        sheet.page_setup.orientation = "landscape" if self.width > _PORTRAIT_WIDTH else "portrait"
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.page_margins = PageMargins(
            left=30 * MILLIMETRE,
            right=15 * MILLIMETRE,
            top=20 * MILLIMETRE,
            bottom=20 * MILLIMETRE,
            header=9 * MILLIMETRE,
            footer=9 * MILLIMETRE,
        )
        sheet.print_options.horizontalCentered = True
        sheet.print_area = f"A1:{get_column_letter(len(self.fields))}{self.next - 1}"
        sheet.sheet_view.showGridLines = False
        if self.header_rows:
            sheet.print_title_rows = f"{self.header_rows[0]}:{self.header_rows[1]}"
            if not first:
                sheet.freeze_panes = f"C{self.header_rows[1] + 1}"
        self._header_and_footer(foot, first=first)

    def _header_and_footer(self, foot: str, *, first: bool) -> None:
        page = HeaderFooterItem()
        page.center.text = f"{text('notice.page', self.lang)} &P/&N"
        page.center.font, page.center.size = f"{FACE},Regular", 13
        below = HeaderFooterItem()
        below.left.text = foot.replace("&", "&&")
        below.left.font, below.left.size = f"{FACE},Italic", 8
        self.sheet.HeaderFooter = HeaderFooter(
            differentFirst=first, oddHeader=page, oddFooter=below, firstFooter=below if first else None
        )

    def _merge(self, top: int, left: int, bottom: int, right: int) -> None:
        if (top, left) != (bottom, right):
            self.sheet.merged_cells.add(f"{self._letters[left - 1]}{top}:{self._letters[right - 1]}{bottom}")

    def _height(self, row: int, lines: int, size: float) -> None:
        self.sheet.row_dimensions[row].height = round(size * _LINE_HEIGHT * lines + 3, 1)
