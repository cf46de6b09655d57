"""Tables that leave the screen: typed rows to CSV and to XLSX.

A text stays a text wherever it lands: a unit called `=1+1` is never a formula. What programs read
(the command line) is written by prints.py.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from fractions import Fraction

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from campaign.progress import Status, UnitProgress
from campaign.prospects import Prospect
from reporting import numbers
from reporting.cells import FORMULA_STARTS, Kind, Share, Value, cell_at, legal, put, put_text, saved, sheet_name
from reporting.palette import LIGHT, rrggbb
from reporting.texts import named, text


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its header and what it holds."""

    header: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class Table:
    """A title, columns, and rows of values in their order."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]


PLACES = {Kind.SHARE: 6, Kind.AMOUNT: 2}

PROGRESS_KINDS = {
    **dict.fromkeys(
        (
            "target",
            "done",
            "remaining",
            "excess",
            "done_today",
            "catchup_today",
            "rank",
            "rank_change",
            "days_silent",
            "stalled_days",
            "units_with_target",
            "units_finished",
        ),
        Kind.WHOLE,
    ),
    **dict.fromkeys(("expected", "variance", "planned_today", "required_per_day"), Kind.AMOUNT),
    **dict.fromkeys(("completion", "planned_share", "pace", "gap_share"), Kind.SHARE),
    **dict.fromkeys(("as_of", "finished_on", "last_as_of"), Kind.DATE),
}


HEAD_HEIGHT = 45  # points: the three lines a header may take
FORECAST_KINDS = {
    "p_on_time": Kind.SHARE,
    "expected_final": Kind.AMOUNT,
    **dict.fromkeys(("finish_p10", "finish_p50", "finish_p90"), Kind.DATE),
}


def progress_table(rows: Iterable[UnitProgress], names: Sequence[str], title: str, lang: str) -> Table:
    """Return a table of these progress columns, in a reader's language."""
    columns = [Column(text(f"column.{name}.long", lang), PROGRESS_KINDS.get(name, Kind.TEXT)) for name in names]
    return Table(title, columns, [[_progress_value(row, name, lang) for name in names] for row in rows])


def forecast_table(rows: Iterable[tuple[UnitProgress, Prospect]], names: Sequence[str], title: str, lang: str) -> Table:
    """Return a table of what is to be expected of units, after the day, target, done and rest of each."""
    facts = ("as_of", "level", "target", "done", "remaining")
    columns = [Column(text(f"column.{name}.long", lang), FORECAST_KINDS.get(name, Kind.TEXT)) for name in names]
    columns += [Column(text(f"column.{name}.long", lang), PROGRESS_KINDS.get(name, Kind.TEXT)) for name in facts]
    found = [
        [*(getattr(one, name) for name in names), *(_progress_value(row, name, lang) for name in facts)]
        for row, one in rows
    ]
    return Table(title, columns, found)


def _progress_value(row: UnitProgress, name: str, lang: str) -> Value:
    value: Value = getattr(row, name)
    if name == "completion":
        return Share(row.completion, row.status is Status.FINISHED or row.remaining == 0)
    if name in {"status", "level"}:
        return named(name, str(value), lang)
    return value


def csv_download(table: Table) -> bytes:
    """Return the table as CSV that a spreadsheet opens safely: with a byte order mark, formulas neutralised."""
    return b"\xef\xbb\xbf" + _csv(table).encode("utf-8", "replace")


def neutralised(value: str) -> str:
    """Return a text that no spreadsheet takes for a formula: one that looks like it gets an apostrophe."""
    clean = legal(value)
    return f"'{clean}" if clean.lstrip(" ").startswith(FORMULA_STARTS) else clean


def _csv(table: Table) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    rows = [[column.header for column in table.columns], *table.rows]
    kinds = [column.kind for column in table.columns]
    for row in rows:
        cells = []
        for value, kind in zip(row, kinds, strict=True):
            if isinstance(value, str):
                cells.append(neutralised(value))
            else:
                cells.append(_plain(value, kind))
        writer.writerow(cells)
    return out.getvalue()


def _plain(value: Value, kind: Kind) -> str:
    """Return a value as programs read it."""
    if isinstance(value, Share):
        value = value.value
    if value is None:
        return ""
    if isinstance(value, Fraction) or (isinstance(value, int) and kind in PLACES):
        return numbers.fixed(value, PLACES.get(kind, 2))
    return value.isoformat() if isinstance(value, date) else str(value)


def xlsx(table: Table, lang: str, zone: tzinfo = UTC) -> bytes:
    """Return the table as a workbook: numbers are numbers, texts are texts, moments in local time."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = sheet_name(table.title)
    thin = Side(style="thin", color=rrggbb(LIGHT["line-2"]))
    for index, column in enumerate(table.columns, start=1):
        head = put_text(cell_at(sheet, 1, index), column.header)
        head.font = Font(bold=True)
        head.fill = PatternFill("solid", fgColor=rrggbb(LIGHT["raised"]))
        head.border = Border(bottom=thin)
        head.alignment = Alignment(
            wrap_text=True, vertical="center", horizontal="left" if column.kind is Kind.TEXT else "right"
        )
    for number, row in enumerate(table.rows, start=2):
        for index, (value, column) in enumerate(zip(row, table.columns, strict=True), start=1):
            put(cell_at(sheet, number, index), value, column.kind, lang, zone)
    for index, column in enumerate(table.columns, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = _width(table, index - 1, column, lang)
    sheet.row_dimensions[1].height = HEAD_HEIGHT
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{len(table.rows) + 1}"
    return saved(book)


def _width(table: Table, index: int, column: Column, lang: str) -> float:
    """Return a width that shows the column's values, and its header on two or three lines."""
    longest = max((_length(row[index], column.kind, lang) for row in table.rows), default=0)
    words = max((len(word) for word in column.header.split()), default=0)
    return min(max(longest + 2, words + 3, len(column.header) / 2.5 + 3, 7), 60)


def _length(value: Value, kind: Kind, lang: str) -> int:
    if isinstance(value, str):
        return len(value)
    if value is None:
        return 0
    if isinstance(value, datetime):
        return 16
    if isinstance(value, date):
        return 10
    if isinstance(value, Share) or kind is Kind.SHARE:
        return len("1.234,5%")
    return len(numbers.whole(value, lang)) + (0 if isinstance(value, int) else 2)
