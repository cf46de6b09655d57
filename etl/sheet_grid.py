"""Grids: the sheets of a workbook as rows of cells, and what stands in those that have no value."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from campaign.errors import ContractError
from campaign.places import address, letters
from etl.old_workbook import Locked, NoWorkbook, OldSheet, sheets_of
from etl.sheet_guard import MOST_AREA, OLE, Facts, damaged, looked_at, parsing, too_wide

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

UNRECKONED = "công thức chưa có kết quả: mở bằng Excel rồi lưu lại"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_XML_SHEET = b"urn:schemas-microsoft-com:office:spreadsheet"
_ROW_OR_CELL = re.compile(
    rb"<(?:\w+:)?row(?P<row>(?:\s[^>]*+)?)>|<(?:\w+:)?c(?P<head>(?:\s[^>]*+)?)"
    rb"(?:(?<=/)>|>(?P<body>(?:[^<]++|<(?!/?(?:\w+:)?c[\s/>]))*+)</(?:\w+:)?c\s*>)"
)
_LINE = re.compile(rb"\sr\s*=\s*[\"']([0-9]{1,7})[\"']")
_PLACE = re.compile(rb"\sr\s*=\s*[\"']([A-Z]{1,3}[0-9]+)[\"']")
_KIND = re.compile(rb"\st\s*=\s*[\"'](\w+)[\"']")
_FORMULA = re.compile(rb"<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>(.*?)</(?:\w+:)?f\s*>)", re.DOTALL)
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>\s*([^<\s][^<]*)</")
_LONGEST_FORMULA = 60

Area = tuple[int, int, int, int]  # first row, first column, last row, last column, from 0


@dataclass
class Grid:
    """One sheet: its rows from the first, each a list of cells (None: no value), from column A."""

    where: str
    sheet: str
    index: int
    rows: list[list[object]]
    merged: list[Area] = field(default_factory=list)
    from_1904: bool | None = None


class Book:
    """A workbook whose sheets are read when asked for."""

    def __init__(self, content: bytes, name: str) -> None:
        """Look before opening; ContractError says what is wrong with the file."""
        from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - a second saved where no workbook is read

        self.name = name
        _no_other_kind(content, name)
        self._facts = looked_at(content, name) if content.startswith(b"PK") else Facts(content)
        self._old = _old_sheets(content, name) if content.startswith(OLE) else []
        try:
            with parsing(name, content):
                self._book: CalamineWorkbook = CalamineWorkbook.from_filelike(io.BytesIO(self._facts.content))
        except (CalamineError, OSError, ValueError) as problem:
            if "assword" in str(problem):
                raise _protected(name) from None
            raise damaged(name, problem) from None
        if not self._book.sheet_names:
            raise ContractError(name, "the workbook has no sheet", "a sheet of counts was expected")

    @property
    def sheets(self) -> tuple[str, ...]:
        """Return the names of all sheets, in order."""
        return tuple(self._book.sheet_names)

    @property
    def visible(self) -> tuple[str, ...]:
        """Return the names of the sheets a reader sees, in order."""
        from python_calamine import SheetVisibleEnum  # noqa: PLC0415

        return tuple(one.name for one in self._book.sheets_metadata if one.visible == SheetVisibleEnum.Visible)

    def grid(self, sheet: str) -> Grid:
        """Return one sheet's cells; ContractError when they cannot be read."""
        from python_calamine import CalamineError  # noqa: PLC0415

        where = f"{self.name}, sheet {sheet!r}"
        try:
            with parsing(where, self._facts.content):
                read = self._book.get_sheet_by_name(sheet)
                if read.total_height * read.total_width > MOST_AREA:
                    raise too_wide(where, read.total_height, letters(read.total_width))
                cells = read.to_python(skip_empty_area=False)
        except (CalamineError, OSError, ValueError, OverflowError) as problem:  # a date of the year 10^9, too
            raise damaged(where, problem) from None
        rows: list[list[object]] = [[None if cell == "" else cell for cell in row] for row in cells]
        merged = [(top, left, bottom, right) for (top, left), (bottom, right) in read.merged_cell_ranges or ()]
        zipped = self._facts.content.startswith(b"PK")
        grid = Grid(where, sheet, self.sheets.index(sheet) + 1, rows, merged, self._facts.from_1904 if zipped else None)
        if self._facts.unreckoned or self._facts.errors:
            try:
                self._tell(grid, _faults(self._facts.content, grid.sheet))
            except (zipfile.BadZipFile, zlib.error) as problem:
                raise damaged(where, problem) from None
        if len(self._old) == len(self.sheets):
            grid.from_1904 = self._old[grid.index - 1].from_1904
            self._tell(grid, self._old[grid.index - 1].errors)
        return grid

    @staticmethod
    def _tell(grid: Grid, faults: Iterable[tuple[int, int, str]]) -> None:
        """Put what cells without a value say into the grid: "#N/A", or that a formula was never reckoned.

        A fault stands as text: no such text is a count, a day or a unit, so its row is refused and names it.
        """
        for line, column, words in faults:
            while len(grid.rows) < line:
                grid.rows.append([])
            row = grid.rows[line - 1]
            row.extend([None] * (column - len(row)))
            if row[column - 1] is None:
                row[column - 1] = words


class OneSheet:
    """A CSV file as a workbook of one sheet without a name."""

    def __init__(self, name: str, lines: list[tuple[int, list[object]]]) -> None:
        """Put each line at its number."""
        self.name = name
        self._rows: list[list[object]] = []
        for number, cells in lines:
            self._rows.extend([] for _ in range(number - 1 - len(self._rows)))
            self._rows.append([None if cell == "" else cell for cell in cells])

    sheets = visible = ("",)

    def grid(self, sheet: str) -> Grid:
        """Return the lines as a sheet's cells."""
        return Grid(self.name, sheet, 1, self._rows)


class OneGrid:
    """A workbook of one sheet that was read already."""

    def __init__(self, name: str, grid: Grid) -> None:
        """Take the sheet as it was read."""
        self.name, self._grid = name, grid
        self.sheets = self.visible = (grid.sheet,)

    def grid(self, sheet: str) -> Grid:
        """Return the sheet's cells."""
        del sheet
        return self._grid


Sheets = Book | OneSheet | OneGrid


def _no_other_kind(content: bytes, name: str) -> None:
    head = content[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    lower = head.lower()
    if lower.startswith((b"<!doctype", b"<html", b"mime-version:")) or b"<html" in lower[:1024]:
        raise ContractError(
            name, "is not what its name says: it is a web page", "open it in Excel and save it as a workbook (.xlsx)"
        )
    if _XML_SHEET in head:
        found = "is not what its name says: it is an XML spreadsheet of 2003"
        raise ContractError(name, found, "open it in Excel and save it as a workbook (.xlsx)")
    if content.startswith(OLE) and _ENCRYPTED in content:
        raise _protected(name)


def _old_sheets(content: bytes, name: str) -> list[OldSheet]:
    """Return what an old workbook's own records say; ContractError when no memory would hold its sheets."""
    try:
        found = sheets_of(content)
    except Locked:
        raise _protected(name) from None
    except NoWorkbook as problem:
        raise damaged(name, problem) from None
    if sum(one.lines * one.columns for one in found) > MOST_AREA:
        widest = max(found, key=lambda one: one.lines * one.columns)
        raise too_wide(name, widest.lines, letters(widest.columns))
    return found


def _protected(name: str) -> ContractError:
    return ContractError(name, "is protected by a password", "a workbook that opens in Excel was expected")


def _faults(content: bytes, sheet: str) -> Iterator[tuple[int, int, str]]:
    """Yield (line, column, words), from 1, of the cells of a sheet that the parser leaves empty."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if "content.xml" in archive.namelist():
            yield from _open_document_faults(archive.read("content.xml"), sheet)
            return
        part = _part_of(archive, sheet)
        text = archive.read(part) if part else b""
    line = column = 0
    for one in _ROW_OR_CELL.finditer(text):
        if one["head"] is None:
            named = _LINE.search(one["row"])
            line, column = int(named[1]) if named else line + 1, 0
            continue
        place = _PLACE.search(one["head"])
        line, column = (address(place[1].decode()) if place else None) or (line, column + 1)
        words = _fault(one["head"], one["body"] or b"")
        if words:
            yield line, column, words


def _fault(head: bytes, body: bytes) -> str:
    value, formula = _VALUE.search(body), _FORMULA.search(body)
    kind = _KIND.search(head)
    if kind and kind[1] == b"e":
        return unescape(value[1].decode("utf-8", "replace")).strip() if value else "#N/A"
    if formula is None or value is not None or (kind and kind[1] in (b"str", b"inlineStr")):
        return ""
    told = unescape((formula[1] or b"").decode("utf-8", "replace"))
    return f"={told[:_LONGEST_FORMULA]} ({UNRECKONED})"


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """Return the part of an archive that holds a sheet, as the workbook's own lists say."""
    try:
        book = ET.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - size was looked at; no entity of others is fetched
        links = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    except (KeyError, ET.ParseError):
        return None
    targets = {one.get("Id"): one.get("Target", "") for one in links}
    for one in book.iter():
        if one.tag.endswith("}sheet") and one.get("name") == sheet:
            link = next((value for key, value in one.attrib.items() if key.endswith("}id")), None)
            target = targets.get(link, "").lstrip("/")
            return target if target.startswith("xl/") else f"xl/{target}"
    return None


def _open_document_faults(content: bytes, sheet: str) -> Iterator[tuple[int, int, str]]:
    """Yield the error cells of an OpenDocument sheet, which say so in an attribute."""
    line, inside = 0, False
    for event, one in ET.iterparse(io.BytesIO(content), events=("start", "end")):  # noqa: S314 - size was looked at
        tag = one.tag.rpartition("}")[2]
        if tag == "table":
            inside = event == "start" and _named(one, "name") == sheet
        elif tag == "table-row" and event == "end" and inside:
            column = 0
            for cell in one:
                if _named(cell, "value-type") == "error" or "error" in _all(cell, "value-type"):
                    yield line + 1, column + 1, "".join(cell.itertext()) or "#N/A"
                column += int(_named(cell, "number-columns-repeated") or 1)
            line += int(_named(one, "number-rows-repeated") or 1)
            one.clear()


def _all(one: ET.Element, name: str) -> list[str]:
    return [value for key, value in one.attrib.items() if key.rpartition("}")[2] == name]


def _named(one: ET.Element, name: str) -> str:
    return next(iter(_all(one, name)), "")
