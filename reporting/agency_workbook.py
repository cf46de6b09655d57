"""The agency's own workbook in place of ours: named placeholders in any cell, filled from a notice.

`{{ky}}` is filled wherever it stands. A row with `{{bang_xep_hang.ten}}`, `{{bang_xep_hang.tong_so}}` … is written
once for each unit, in its own style, and what stands below moves down; `{{bang_xep_hang}}` alone fills the cells from
its own on. The names are those of docs/notices.md.
"""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from campaign.errors import ContractError
from campaign.paperwork import Paper
from reporting import numbers, periods
from reporting.agency_file import checked
from reporting.cells import FORMULA_STARTS, Kind, Share, Value, legal, saved, written
from reporting.inserted_rows import insert_below
from reporting.looks import in_schema_order
from reporting.notice_content import BandLines, Difference, Line, Notice
from reporting.printed_sheet import LOCALE
from reporting.texts import text

_MARK = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
MOST_CELLS = 300_000  # of one sheet, from A1 to the last one that has anything
NEEDED = ("don_vi", "ky")  # a paper that says neither whose it is nor of when is no notice


@dataclass(frozen=True, slots=True)
class _Table:
    """A table that may be asked for: its columns by name, in order, and its rows of values."""

    columns: tuple[tuple[str, Kind], ...]
    rows: tuple[tuple[Value, ...], ...]


_LINE = (
    ("stt", Kind.WHOLE),
    ("ten", Kind.TEXT),
    ("thuoc", Kind.TEXT),
    ("tong_so", Kind.WHOLE),
    ("da_thuc_hien", Kind.WHOLE),
    ("ty_le", Kind.SHARE),
    ("con_lai", Kind.WHOLE),
    ("trong_ky", Kind.WHOLE),
    ("hang", Kind.WHOLE),
    ("tang_giam", Kind.CHANGE),
    ("ghi_chu", Kind.TEXT),
)
_BAND = (
    ("stt", Kind.WHOLE),
    ("muc", Kind.TEXT),
    ("so_don_vi", Kind.WHOLE),
    ("tong_so", Kind.WHOLE),
    ("da_thuc_hien", Kind.WHOLE),
    ("con_lai", Kind.WHOLE),
    ("ten", Kind.TEXT),
)
_DIFFERENCE = (
    ("stt", Kind.WHOLE),
    ("ten", Kind.TEXT),
    ("loai", Kind.TEXT),
    ("noi_dung", Kind.TEXT),
    ("ngay", Kind.DATE),
    ("so_bao_cao", Kind.WHOLE),
    ("so_cong", Kind.WHOLE),
    ("chenh_lech", Kind.WHOLE),
    ("nguyen_nhan", Kind.TEXT),
    ("giai_trinh", Kind.TEXT),
)


def agency_workbook(template: bytes, name: str, notice: Notice, paper: Paper, now: datetime) -> bytes:
    """Return an agency's workbook filled from a notice.

    Raises ContractError, naming sheet and cell, for a placeholder there is none of, one inside a formula, or two tables
    in a row; and for a file that is no .xlsx or lacks the placeholders no notice can do without.
    """
    try:
        book = load_workbook(io.BytesIO(checked(template, name, ".xlsx")))
    except (KeyError, ValueError, OSError, TypeError, AttributeError, IndexError) as problem:
        raise ContractError(name, f"no workbook that can be read ({problem})", "an .xlsx file was expected") from None
    facts, tables = _facts(notice, paper), _tables(notice)
    _judge(book, name, facts, tables)
    for sheet in book.worksheets:
        for row in _table_rows(sheet, tables):
            _fill_table(sheet, row, tables, notice.lang)
        for cell in _marked(sheet):
            _fill(cell, facts, notice.lang)
    book.properties.title = text("notice.title", notice.lang, period=periods.spoken(notice.period, notice.lang))
    in_schema_order(book)
    return saved(book, now)


def known_placeholders(notice: Notice, paper: Paper) -> list[str]:
    """Return every placeholder that may stand in a template."""
    tables = _tables(notice)
    columns = [f"{key}.{column}" for key, table in tables.items() for column, _ in table.columns]
    return [*_facts(notice, paper), *tables, *columns]


# What may be asked for


def _facts(notice: Notice, paper: Paper) -> Mapping[str, tuple[Value, Kind]]:
    whole, lang = notice.total.whole, notice.lang
    leaves = notice.rankings[-1].lines
    words: dict[str, str | None] = {
        "don_vi": notice.unit or notice.campaign,
        "chien_dich": notice.campaign,
        "can_cu": notice.decision,
        "ky": periods.spoken(notice.period, lang),
        "tieu_de": text("notice.title", lang, period=periods.spoken(notice.period, lang)),
        "ket_qua": "\n".join(notice.says),
        "phien_ban": notice.foot,
        "co_quan_cap_tren": paper.superior,
        "co_quan": paper.agency,
        "dia_danh": paper.place,
        "quyen_han_ky": paper.signer.authority,
        "chuc_vu_ky": paper.signer.post,
        "nguoi_ky": paper.signer.name,
        "mo_phong": text("notice.simulated", lang) if notice.simulated else "",
    }
    amounts: dict[str, tuple[Value, Kind]] = {
        "ngay_so_lieu": (notice.as_of, Kind.DATE),
        "tong_so": (whole.target, Kind.WHOLE),
        "da_thuc_hien": (whole.done, Kind.WHOLE),
        "con_lai": (whole.remaining, Kind.WHOLE),
        "ty_le": (whole.share, Kind.SHARE),
        "trong_ky": (notice.total.in_period, Kind.WHOLE),
        "so_don_vi": (len(leaves), Kind.WHOLE),
        "so_hoan_thanh": (sum(line.finished_on is not None for line in leaves), Kind.WHOLE),
    }
    return {key: (value or "", Kind.TEXT) for key, value in words.items()} | amounts


def _tables(notice: Notice) -> dict[str, _Table]:
    tables = {
        "bang_xep_hang": _lines(notice.rankings[0].lines),
        "bang_xep_hang_duoi": _lines(notice.rankings[-1].lines),
        "hoan_thanh": _lines([line for section in notice.finished for line in section.lines]),
        "cham": _lines([line for section in notice.lagging for line in section.lines]),
    }
    return {
        **tables,
        "theo_muc": _Table(_BAND, tuple(map(_band, range(1, 10**3), notice.bands[-1].bands))),
        "chenh_lech": _Table(_DIFFERENCE, tuple(map(_difference, range(1, 10**6), notice.differences))),
    }


def _band(place: int, one: BandLines) -> tuple[Value, ...]:
    whole, names = one.whole, ", ".join(line.name for line in one.lines)
    return (place, one.title, len(one.lines), whole.target, whole.done, whole.remaining, names)


def _lines(lines: Sequence[Line]) -> _Table:
    return _Table(
        _LINE,
        tuple(
            (place, line.name, line.above, line.whole.target, line.whole.done, line.whole.share, line.whole.remaining,
             line.in_period, line.rank, line.rank_change, line.finished_on if not line.note else line.note)
            for place, line in enumerate(lines, start=1)
        ),
    )  # fmt: skip


def _difference(place: int, one: Difference) -> tuple[Value, ...]:
    said = f"{one.explained} ({one.explained_by})" if one.explained_by else one.explained
    gap = one.stated - one.summed
    return (place, one.unit, one.category, one.what, one.day, one.stated, one.summed, gap, one.cause, said)


# Judging and filling


def _marked(sheet: Worksheet) -> list[Cell]:
    cells = [cell for row in sheet.iter_rows() for cell in row]
    return [cell for cell in cells if isinstance(cell, Cell) and isinstance(cell.value, str) and "{{" in cell.value]


def _judge(book: Workbook, name: str, facts: Mapping[str, object], tables: Mapping[str, _Table]) -> None:
    """Refuse a workbook that cannot be filled, before anything is."""
    for sheet in book.worksheets:
        if sheet.max_row * sheet.max_column > MOST_CELLS:
            last = f"{get_column_letter(sheet.max_column)}{sheet.max_row}"
            raise ContractError(
                f"{name}: {sheet.title}", f"reaches down to {last}", "remove the empty rows and columns"
            )
    columns = {f"{key}.{column}" for key, table in tables.items() for column, _ in table.columns}
    known, met = {*facts, *tables, *columns}, set()
    for sheet in book.worksheets:
        asked: dict[int, set[str]] = {}
        for cell in _marked(sheet):
            marks = _judged(cell, f"{name}, {sheet.title}!{cell.coordinate}", known)
            met.update(marks)
            asked.setdefault(cell.row, set()).update(mark.partition(".")[0] for mark in marks if mark not in facts)
        for row, several in asked.items():
            if len(several) > 1:
                found = f"{', '.join(sorted(several))} in one row"
                raise ContractError(f"{name}, {sheet.title}!{row}", found, "one table a row was expected")
    missing = [f"{{{{{mark}}}}}" for mark in NEEDED if mark not in met]
    if missing:
        expected = f"a cell for each was expected; known are {', '.join(sorted(known))}"
        raise ContractError(name, f"{' and '.join(missing)} missing", expected)


def _judged(cell: Cell, where: str, known: Collection[str]) -> list[str]:
    """Return the placeholders of a cell; ContractError for one there is none of, or where none can be filled."""
    said = f"{cell.value}"
    marks: list[str] = _MARK.findall(said)
    for mark in marks:
        if mark not in known:
            expected = f"one of {', '.join(sorted(known))}"
            raise ContractError(where, f"{{{{{mark}}}}} is no placeholder", expected)
    if "{{" in _MARK.sub("", said):
        raise ContractError(where, f"found {said!r}", "a placeholder like {{ky}} was expected")
    if cell.data_type == "f":
        raise ContractError(where, f"a placeholder in the formula {said}", "a cell of its own was expected")
    return marks


def _table_rows(sheet: Worksheet, tables: Mapping[str, _Table]) -> list[int]:
    """Return the rows that ask for a table, the lowest first: what is filled moves only what is below it."""
    marks = [(cell.row, mark.partition(".")[0]) for cell in _marked(sheet) for mark in _MARK.findall(f"{cell.value}")]
    return sorted({row for row, mark in marks if mark in tables}, reverse=True)


def _fill_table(sheet: Worksheet, row: int, tables: Mapping[str, _Table], lang: str) -> None:
    """Write a table's rows from a row of placeholders on; a table without rows leaves its row empty."""
    asked: dict[int, tuple[_Table, str]] = {}
    for cell in (cell for cell in _marked(sheet) if cell.row == row):
        for mark in _MARK.findall(f"{cell.value}"):
            key, dot, column = mark.partition(".")
            if key not in tables:
                continue
            table = tables[key]
            if dot:
                asked[cell.column] = (table, column)
            else:
                asked |= {cell.column + step: (table, one) for step, (one, _) in enumerate(table.columns)}
    (table,) = {id(table): table for table, _ in asked.values()}.values()
    insert_below(sheet, row, len(table.rows) - 1)
    for down, values in enumerate(table.rows or (tuple("" for _ in table.columns),)):
        named = {column: (value, kind) for (column, kind), value in zip(table.columns, values, strict=True)}
        for place, (_, column) in asked.items():
            target = sheet.cell(row + down, place)
            if isinstance(target, Cell):
                value, kind = named[column]
                _write(target, value, kind, lang)


def _fill(cell: Cell, facts: Mapping[str, tuple[Value, Kind]], lang: str) -> None:
    """Fill the placeholders of one cell: a number alone stays a number, within a text it is written out."""
    said = f"{cell.value}"
    alone = _MARK.fullmatch(said.strip())
    if alone:
        _write(cell, *facts[alone[1]], lang)
        return
    _write(cell, _MARK.sub(lambda found: _worded(*facts[found[1]], lang), said), Kind.TEXT, lang)


def _worded(value: Value, kind: Kind, lang: str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Share):
        return numbers.percent(value.value, lang, value.finished)
    if kind is Kind.DATE and isinstance(value, date):
        return numbers.day(value, lang)
    return numbers.whole(value, lang) if isinstance(value, int) else numbers.NONE


def _write(cell: Cell, value: Value, kind: Kind, lang: str) -> None:
    """Write a value in the cell's own style; a number takes our format where the cell has none."""
    known = numbers.NONE if value is None or (isinstance(value, Share) and value.value is None) else value
    if isinstance(known, str):
        cell.value, cell.data_type = legal(known), "s"
        if cell.value.startswith(FORMULA_STARTS):
            cell.quotePrefix = True
        return
    found = written(known, kind, lang, locale=LOCALE[lang])
    cell.value = found.value
    if cell.number_format in ("General", "@"):
        cell.number_format = found.number_format
