"""Reading: a file that arrived, as rows of our fields; strict, and clear about what is wrong with it."""

from __future__ import annotations

import csv
import io
import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from os.path import splitext
from pathlib import Path
from typing import TYPE_CHECKING

from campaign.configuration import FIELDS, Source
from campaign.errors import ContractError
from campaign.rows import Row
from campaign.values import Unreadable, read_day, read_text
from etl.kept import Kept

if TYPE_CHECKING:
    from etl.sheet_grid import Book, OneSheet, Sheets

csv.field_size_limit(1_000_000)

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
TEXTS = (".csv", ".tsv", ".txt")
JSON = ".json"
_MAGIC = {
    b"PK\x03\x04": "a zip archive or an Office workbook",
    b"\xd0\xcf\x11\xe0": "an old Office file",
    b"%PDF": "a PDF",
}


@dataclass(frozen=True)
class Table:
    """A file's rows: header (trimmed) and (row number as a person counts, cells)."""

    header: list[str]
    rows: list[tuple[int, list[object]]]


def read_table(path: Kept, name: str) -> Table:
    """Return the first table of a file; ContractError says what is wrong with it."""
    content = path.read_bytes()
    if not content.strip():
        raise ContractError(name, "the file is empty", "a header row and rows of counts were expected")
    suffix = splitext(name)[1].lower()  # noqa: PTH122 - a Path for each of many files costs more than this
    if suffix in WORKBOOKS:
        return _workbook(content, name)
    if suffix in TEXTS:
        return headed(text_rows(content, name), name)
    raise ContractError(name, f"files of the kind {suffix or 'without an ending'} are not read", "send CSV or XLSX")


def looks_like_page(content: bytes) -> bool:
    """Tell whether a file is a web page, whatever its name says: an error or a sign-in page, as a rule."""
    return content.lstrip()[:15].lower().startswith((b"<!doctype", b"<html"))


def text_rows(content: bytes, name: str) -> list[tuple[int, list[object]]]:
    """Return the lines of a CSV or TSV file, each with its number; ContractError says what is wrong with it."""
    for magic, kind in _MAGIC.items():
        if content.startswith(magic):
            raise ContractError(name, f"is not what its name says: it is {kind}", "a CSV text file was expected")
    if looks_like_page(content):
        raise ContractError(name, "is not what its name says: it is a web page", "a CSV text file was expected")
    try:
        text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content[: problem.start].count(b"\n") + 1
        mend = "save it as CSV UTF-8 (Excel: “CSV UTF-8”), not as Windows-1258 or in an old font"
        raise ContractError(name, f"line {line} is not UTF-8", mend) from None
    if "\x00" in text and content[:256].count(0) > len(content[:256]) // 4:
        raise ContractError(name, "is UTF-16 without its mark", "save it as CSV UTF-8")
    if "\x00" in text:
        raise ContractError(name, "is not what its name says: it is not text", "a CSV text file was expected")
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    rows: list[tuple[int, list[object]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows.extend((reader.line_num, list(cells)) for cells in reader)
    except csv.Error as problem:
        raise ContractError(
            f"{name}, line {reader.line_num}", f"not readable as CSV ({problem})", "mend that line"
        ) from None
    return rows


def _workbook(content: bytes, name: str) -> Table:
    """Return the first sheet that a reader sees; only where all are hidden, the first."""
    from etl.sheet_grid import Book  # noqa: PLC0415 - a second saved where no workbook is read

    book = Book(content, name)
    grid = book.grid((book.visible or book.sheets)[0])
    return headed(list(enumerate(grid.rows, 1)), grid.where)


def headed(rows: list[tuple[int, list[object]]], name: str) -> Table:
    """Return numbered rows as a table: the first that has anything is its header, those without are none."""
    filled = [one for one in rows if _is_filled(one[1])]
    if not filled:
        raise ContractError(name, "the file is empty", "a header row and rows of counts were expected")
    header = [read_text(cell) for cell in filled[0][1]]
    while header and not header[-1]:
        header.pop()
    named = [one.casefold() for one in header if one]
    doubled = next((one for one in header if one and named.count(one.casefold()) > 1), None)
    if doubled is not None:
        raise ContractError(name, f"the header {doubled!r} stands twice", "each column needs a header of its own")
    return Table(header, filled[1:])


def _is_filled(cells: list[object]) -> bool:
    """Tell whether any cell has a text of its own: a number and a day always have one."""
    for cell in cells:  # noqa: SIM110 - any() takes twice as long, for every row there is
        if cell is not None and (not isinstance(cell, str) or cell.strip()):
            return True
    return False


def _place(header: list[str], wanted: str) -> int | None:
    folded = wanted.strip().casefold()
    return next((number for number, one in enumerate(header) if one.casefold() == folded), None)


# a name may write 20250205 or 05022025: in this century no eight digits can be both
_ISO_DIGITS, _DIGITS = re.compile(r"^(20\d\d)([01]\d)([0-3]\d)$"), re.compile(r"^([0-3]\d)([01]\d)(20\d\d)$")


def file_day(name: str, source: Source) -> date | None:
    """Return the day a source's files are about when no column carries it; ContractError when the name has none."""
    if source.as_of is None or source.as_of.format is not None:
        return None
    if source.as_of.fixed is not None:
        return source.as_of.fixed
    match = re.search(source.as_of.filename or "", name)
    found = "" if match is None else match[1] if match.re.groups else match[0]
    try:
        return read_day(_ISO_DIGITS.sub(r"\1-\2-\3", _DIGITS.sub(r"\1-\2-\3", found.replace("_", "-"))))
    except Unreadable:
        raise ContractError(name, "the file's name carries no date", f"a name like {source.as_of.filename}") from None


def read_rows(path: Kept, name: str, source: Source | None = None) -> Iterator[Row]:
    """Yield the rows of a file, each of our fields as the cell was: plain form, or a source's mapping or layout.

    A row with more cells than the header has a delimiter inside a value: its count is then refused.
    Raises ContractError for a file that cannot be read, or lacks a column the source maps.
    """
    if source is not None and source.sheet is not None and Path(name).suffix.lower() != JSON:
        return sheet_rows(path, name, source)
    return rows_of(table_of(path, name, source), name, source)


def sheet_rows(path: Kept, name: str, source: Source) -> Iterator[Row]:
    """Yield the rows of a workbook, or a CSV, that people laid out: by a source's [source.sheet]."""
    return sheet_rows_in(lambda: book_of(path, name), name, source)


def sheet_rows_in(opened: Callable[[], Sheets], name: str, source: Source) -> Iterator[Row]:
    """Yield the rows of sheets that people laid out; they are opened when the layout and the file's name are right."""
    from etl.sheet_rows import SheetReader  # noqa: PLC0415 - a second saved where no workbook is read
    from etl.sheet_table import layout_of, tables  # noqa: PLC0415

    layout = layout_of(source)
    day = file_day(name, source)
    found = tables(opened(), source, layout)
    for table in found:
        for row in SheetReader(table, source, layout, day).rows():
            if source.as_of is not None and source.as_of.format is not None:
                row.cells["as_of"] = _written(row.cells.get("as_of"), source.as_of.format)
            yield row


def book_of(path: Kept, name: str) -> Book | OneSheet:
    """Return a file's sheets, a CSV's one; ContractError says what is wrong with it."""
    from etl.sheet_grid import Book, OneSheet  # noqa: PLC0415

    content = path.read_bytes()
    suffix = Path(name).suffix.lower()
    if not content.strip():
        raise ContractError(name, "the file is empty", "a header row and rows of counts were expected")
    if suffix in WORKBOOKS:
        return Book(content, name)
    if suffix not in TEXTS:
        raise ContractError(name, f"files of the kind {suffix or 'without an ending'} are not read", "send CSV or XLSX")
    return OneSheet(name, text_rows(content, name))


def _column_gone(name: str, header: str, known: list[str]) -> ContractError:
    from etl.sheet_words import in_old_font  # noqa: PLC0415

    if in_old_font(known):
        found = f"the column {header!r} is missing, and the header is typed in a font of before Unicode (TCVN3 or VNI)"
        return ContractError(name, found, "convert its texts to Unicode and send it again")
    return ContractError(name, f"the column {header!r} is missing", f"the header has {', '.join(known)}")


def table_of(path: Kept, name: str, source: Source | None = None) -> Table:
    """Return a file's first table: read_table(), or the records of a JSON file."""
    if Path(name).suffix.lower() == JSON:
        from etl.reading_json import json_table  # noqa: PLC0415 - it reads into our Table

        return json_table(path.read_bytes(), name, source)
    return read_table(path, name)


def rows_of(table: Table, name: str, source: Source | None = None) -> Iterator[Row]:
    """Yield a table's rows, each of our fields as the cell was; ContractError when a mapped column is missing."""
    places: dict[str, list[int]] = {}
    for field in FIELDS:
        mapped = source.headers(field) if source else ()
        for header in mapped or ((field,) if not (source and source.columns) else ()):
            place = _place(table.header, header)
            if place is not None:
                places.setdefault(field, []).append(place)
            elif mapped:
                raise _column_gone(name, header, table.header)
    constants: dict[str, object] = dict(source.constants) if source else {}
    fixed = file_day(name, source) if source else None
    width = len(table.header)
    for number, cells in table.rows:
        extra = [read_text(cell) for cell in cells[width:] if read_text(cell) != ""]
        found: dict[str, object] = {}
        for field, at in places.items():
            values = [cells[place] if place < len(cells) else None for place in at]
            found[field] = values[0] if len(values) == 1 else values
        found.update(constants)
        if fixed is not None and "as_of" not in places:
            found["as_of"] = fixed
        if source is not None and source.as_of is not None and source.as_of.format is not None:
            found["as_of"] = _written(found.get("as_of"), source.as_of.format)
        if extra:
            found["count"] = f"{read_text(found.get('count'))} … {' '.join(extra)}"
        yield Row(number, found)


def _written(value: object, form: str) -> object:
    """Return the day that a column writes in a form of its own; what does not follow the form stays as it is.

    A form without a day (%Y%m) names a month, and a figure of a month describes its end.
    """
    if isinstance(value, str | int):
        with suppress(ValueError):
            day = datetime.strptime(str(value).strip(), form).date()  # noqa: DTZ007 - a day has no zone
            names_a_day = "%d" in form or "%j" in form
            return day if names_a_day else day.replace(day=monthrange(day.year, day.month)[1])
    return value
