"""Looks: how the cells of one workbook look; each distinct look is registered once, and cells take it whole.

Setting a cell's font, border and alignment one by one costs openpyxl a search of its styles each time, many times
what writing the cell costs. Here a look is put together once a workbook.
"""

from __future__ import annotations

from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils.indexed_list import IndexedList
from openpyxl.worksheet.worksheet import Worksheet

from reporting.cells import NOTHING, Written


class Face(Font):
    """A font whose parts are written in the order of the Open XML schema; openpyxl's own order breaks it."""

    __attrs__, __nested__ = Font.__attrs__, Font.__nested__
    __elements__ = (
        "b",
        "i",
        "strike",
        "condense",
        "extend",
        "outline",
        "shadow",
        "u",
        "vertAlign",
        "sz",
        "color",
        "name",
        "family",
        "charset",
        "scheme",
    )


@dataclass(frozen=True, eq=False, slots=True)
class Look:
    """How a cell looks, its number format aside."""

    font: Font
    alignment: Alignment
    border: Border | None = None
    fill: PatternFill | None = None


class Looks:
    """The looks of one workbook."""

    def __init__(self, book: Workbook) -> None:
        self._scratch = Cell(book.worksheets[0], 1, 1)  # never part of the sheet
        self._known: dict[tuple[Look, str, bool], StyleArray] = {}

    def of(self, look: Look, number_format: str = "General", *, quoted: bool = False) -> StyleArray:
        """Return the style of a look under a number format."""
        key = (look, number_format, quoted)
        if key not in self._known:
            cell = self._scratch
            cell._style = StyleArray()  # type: ignore[attr-defined]  # noqa: SLF001 - openpyxl has no public way
            cell.font, cell.alignment, cell.number_format = look.font, look.alignment, number_format
            if look.border is not None:
                cell.border = look.border
            if look.fill is not None:
                cell.fill = look.fill
            if quoted:
                cell.quotePrefix = True
            self._known[key] = cell._style  # type: ignore[attr-defined]  # noqa: SLF001 - as above
        return self._known[key]

    def place(self, sheet: Worksheet, row: int, column: int, look: Look, value: Written = NOTHING) -> Cell:
        """Put a value into a free place of a sheet under a look, and return the cell."""
        cell = Cell(sheet, row, column, style_array=self.of(look, value.number_format, quoted=value.quoted))
        cell._value, cell.data_type = value.value, value.data_type  # type: ignore[attr-defined]  # noqa: SLF001 - as above
        sheet._cells[row, column] = cell  # noqa: SLF001 - as above
        return cell

    def again(self, cell: Cell, look: Look) -> None:
        """Give a cell another look under its number format."""
        style = self.of(look, cell.number_format, quoted=bool(cell.quotePrefix))
        cell._style = StyleArray(style)  # type: ignore[attr-defined]  # noqa: SLF001 - as above


def base_font(book: Workbook, font: Font) -> None:
    """Set the font of the style Normal, by which spreadsheets measure column widths, of a book without cells."""
    book._fonts = IndexedList([font])  # type: ignore[attr-defined]  # noqa: SLF001 - openpyxl has no public way
    book._named_styles["Normal"].font = font  # type: ignore[attr-defined]  # noqa: SLF001 - as above


def in_schema_order(book: Workbook) -> None:
    """Let the fonts of a workbook that was read be written in the order of the schema."""
    fonts = book._fonts  # type: ignore[attr-defined]  # noqa: SLF001 - as above
    for place, font in enumerate(fonts):
        fonts[place] = Face(**{name: getattr(font, name) for name in Face.__elements__})
