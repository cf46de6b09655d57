"""Many short files in one load: judged side by side, they end exactly as they do one after the other."""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from campaign.errors import ContractError
from etl import many_tables, opening, taking
from etl.quick_sheet import QuickGrid
from etl.replay import rebuild
from tests.etl.test_long_files import (
    HEADER,
    MANY_TARGETS,
    MANY_UNITS,
    MORE,
    SOURCES,
    cells,
    nasty_file,
    orderly,
    tables,
)
from tests.warehouse.small import CONFIG, NAMED, Small

LAID_OUT = """
[[source]]
name = "laid"
campaign = "nho"
columns = { unit_code = "Mã", category = "Loại", stage = "Bước", as_of = "Ngày", count = "Số" }
[source.sheet]
words = { "Khai sinh" = "birth", "Khai tử" = "death" }
"""
DAYS = """
[[source]]
name = "bang"
campaign = "nho"
columns = { unit_code = "Mã" }
constants = { category = "birth", stage = "approved" }
on_fall = "accept"
[source.sheet]
counts = [{ each_day = true }]
"""
Load = tuple[list[bytes], list[str], str | None]


def typed(dice: Random, text: str) -> object:
    """Return a text as a cell a person may have made of it: a number, a day, a yes, or the text."""
    if text.isascii() and text.isdecimal() and dice.random() < 0.7:
        return dice.choice([int(text), float(text)])
    if len(text) == 10 and text[4] == "-" and dice.random() < 0.5 and text < "2025-02-28":
        day = date.fromisoformat(text)
        return dice.choice([day, datetime(day.year, day.month, day.day, 9, 30)])  # noqa: DTZ001 - as cells are
    return dice.choice([True, False]) if dice.random() < 0.01 else text or None


def rows_by_chance(dice: Random, names: list[str], nasty: float) -> list[list[str]]:
    """Return rows of the plain form."""
    found = orderly(dice) if dice.random() < 0.7 else [cells(dice, nasty) for _ in range(20)]
    found = dice.sample(found, min(len(found), dice.randint(1, 30)))
    found = [one | (cells(dice, 1) if dice.random() < nasty / 4 else {}) for one in found]
    return [[one[name] for name in names] for one in found]


def workbook(dice: Random, names: list[str], nasty: float) -> bytes:
    """Return a workbook of the plain form: typed cells, doubled and ragged rows, cells beside the header."""
    book, out = Workbook(), io.BytesIO()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.append(names)
    for row in rows_by_chance(dice, names, nasty):
        sheet.append(
            [typed(dice, cell) for cell in row] + ([dice.choice(["", 7])] if dice.random() < nasty / 4 else [])
        )
    book.save(out)
    return out.getvalue()


def laid_out(dice: Random, nasty: float) -> bytes:
    """Return a CSV that a layout reads: a title, a header, rows, a total."""
    names = ["unit_code", "category", "stage", "as_of", "count"]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["Báo cáo"])
    writer.writerow(["Mã", "Loại", "Bước", "Ngày", "Số"])
    writer.writerows(rows_by_chance(dice, names, nasty))
    return out.getvalue().replace("birth", "Khai sinh").encode()


def one_file(dice: Random, source: str | None, names: list[str], nasty: float) -> tuple[bytes, str]:
    """Return a file and the ending of its name."""
    if source == "laid":
        return laid_out(dice, nasty), "csv"
    if dice.random() < 0.5:
        return workbook(dice, names, nasty), "xlsx"
    return nasty_file(dice.randrange(10**9), names), "csv"


def deliveries(seed: int) -> list[Load]:
    """Return some loads of several files each, and the source they come from."""
    dice = Random(seed)  # noqa: S311 - chance, not secrecy
    found: list[Load] = []
    for _ in range(dice.randint(2, 3)):
        source, nasty = dice.choice([None, None, "restates", "laid"]), dice.choice([0.0, 0.02, 0.2])
        names = [one for one in HEADER if one in HEADER[:5] or dice.random() < 0.5]
        files = [one_file(dice, source, names, nasty) for _ in range(dice.randint(2, 4))]
        if dice.random() < 0.3:
            files.append(files[0])
        found.append(([content for content, _ in files], [f"{n}.{end}" for n, (_, end) in enumerate(files)], source))
    return found


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    """Leave the limit as it was."""
    yield
    side_by_side(many_tables.MANY)


def side_by_side(many: int) -> None:
    """Let so many files of a load be judged side by side."""
    opening.MANY = taking.MANY = many  # type: ignore[attr-defined]


def play(folder: Path, loads: list[Load], many: int) -> tuple[object, ...]:
    """Return what a campaign says of its loads."""
    side_by_side(many)
    house = Small(folder, CONFIG + NAMED + SOURCES + LAID_OUT, units=MANY_UNITS, targets=MANY_TARGETS)
    told: list[object] = []
    for files, names, source in loads:
        try:
            told.append(house.send(*files, names=tuple(names), source=source).tally)
        except ContractError as problem:
            told.append(str(problem))
    house.close()
    return told, tables(house)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**9))
def test_files_end_the_same_side_by_side_as_one_by_one(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    folder, loads = tmp_path_factory.mktemp("many"), deliveries(seed)
    assert play(folder / "side", loads, 1) == play(folder / "single", loads, 1 << 40)


def test_a_rebuild_reads_many_files_side_by_side_too(tmp_path: Path) -> None:
    loads = deliveries(11)
    side_by_side(1 << 40)
    house = Small(tmp_path, CONFIG + NAMED + SOURCES + LAID_OUT, units=MANY_UNITS, targets=MANY_TARGETS)
    for files, names, source in loads:
        house.send(*files, names=tuple(names), source=source)
    before = tables(house)
    assert len(before["submission"]) > 20
    side_by_side(1)
    rebuild(house.config, house.campaign)
    assert tables(house) == before
    house.close()


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_one_long_report_is_judged_by_columns_as_it_is_row_by_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    dice, told, seen = Random(f"{kind}"), [], list[int]()  # noqa: S311 - no secret
    days = [date(2025, 2, 3 + number) for number in range(5)]
    lines: list[list[object]] = [["Mã", *[f"{day:%d/%m/%Y}" for day in days]]]
    lines += [[code, *[dice.choice([None, "-", number, str(number), "1.234", "x", -1]) for number in range(5)]]
              for code in [*MORE, "00101", "00101", *dice.choices(["9", "", "00102"], k=9)]]  # fmt: skip
    content = as_workbook(lines) if kind == "xlsx" else "\n".join(
        ",".join("" if cell is None else str(cell) for cell in line) for line in lines
    ).encode()  # fmt: skip
    columns, add = many_tables.ManyTables.__init__, seen.append

    def counted(self: many_tables.ManyTables, tables: Any) -> None:
        columns(self, tables)
        add(len(self.row))

    monkeypatch.setattr(many_tables.ManyTables, "__init__", counted)
    for folder, long, rows in (("columns", 1, 1), ("rows", 1 << 40, 1 << 40)):
        monkeypatch.setattr(opening, "_LONG_SHEET", long)
        monkeypatch.setattr(taking, "MANY_ROWS", rows)
        house = Small(tmp_path / folder, CONFIG + NAMED + DAYS, units=MANY_UNITS, targets=MANY_TARGETS)
        tally = house.send(content, names=(f"bang.{kind}",), source="bang").tally
        house.close()
        told.append((tally, tables(house)))
    assert told[0] == told[1]
    assert len(seen) == 1, "one of the two ways was not taken"
    assert told[0][0].accepted > 5 < told[0][0].rejected


def as_workbook(lines: list[list[object]]) -> bytes:
    """Return a workbook of the lines."""
    book, out = Workbook(), io.BytesIO()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    for line in lines:
        sheet.append(line)
    book.save(out)
    return out.getvalue()


def test_two_files_on_one_series_are_judged_in_their_order(tmp_path: Path) -> None:
    head = b"unit_code,category,stage,as_of,count,reason\n"
    first = head + b"00101,birth,approved,2025-02-05,8,\n"
    second = head + b"00101,birth,approved,2025-02-04,9,\n00102,birth,approved,2025-02-04,9,\n"
    third = head + b"00101,birth,approved,2025-02-04,7,recounted\n00101,birth,approved,2025-02-05,7,\n"
    side_by_side(1)
    house = Small(tmp_path, CONFIG + NAMED, units=MANY_UNITS, targets=MANY_TARGETS)
    tally = house.send(first, second, third, names=("a.csv", "b.csv", "c.csv")).tally
    found = [row[1:6] + row[8:10] for row in tables(house)["submission"]]
    house.close()
    assert (tally.read, tally.accepted, tally.held) == (5, 3, 2)
    assert found == [
        ("00101", "birth", "approved", date(2025, 2, 5), 8, "a.csv", 2),
        ("00102", "birth", "approved", date(2025, 2, 4), 9, "b.csv", 3),
        ("00101", "birth", "approved", date(2025, 2, 4), 7, "c.csv", 2),
    ]


def sheet_by_chance(dice: Random) -> QuickGrid:
    """Return a sheet of a header and rows, with gaps in any place, and now and then cells beside the header."""
    width = dice.randint(1, 7)
    names = dice.sample(["unit_code", "as_of", "count", "reason", "Ghi chú", "category"], min(width, 6))
    header: list[object] = [*names, *[None] * (width - len(names))] if dice.random() < 0.7 else [None, *names][:width]
    header[-1] = header[0] if dice.random() < 0.1 else header[-1]
    gaps = dice.choice([0.0, 0.1, 0.6])
    lines = [[None if dice.random() < gaps else float(dice.randint(0, 9)) for _ in range(width)]
             for _ in range(dice.randint(0, 5))]  # fmt: skip
    if dice.random() < 0.1:
        lines.insert(0, [None] * width)
    rows: list[list[object]] = [[None] * width] * dice.choice([0, 0, 0, 1]) + [list(header), *lines]
    return QuickGrid("S", tuple(chain.from_iterable(rows)), width, [], from_1904=False)


def told(table: object, fields: list[str]) -> tuple[object, ...]:
    """Return all that is asked of a short table."""
    assert isinstance(table, many_tables.ShortTable | many_tables.LaidOut)
    columns: dict[str, list[object]] = {field: [] for field in fields}
    table.put(columns)
    picked = table.picked(list(range(0, len(table.numbers), 2)))
    return list(table.numbers), table.rows(), picked, list(table.fields), columns


def test_a_sheet_is_the_same_table_by_its_cells_as_by_its_rows() -> None:
    dice, seen = Random(20261122), 0  # noqa: S311 - no secret
    for _ in range(1500):
        quick, fields = sheet_by_chance(dice), ["count", "unit_code", "as_of", "reason"]
        answers = []
        for tables_of in (many_tables.ShortTables(None), Careful(None)):
            try:
                table = tables_of.read(Path("a.xlsx"), "a.xlsx", quick)
            except ContractError as problem:
                answers.append(str(problem))
                continue
            seen += isinstance(table, many_tables.SheetTable)
            answers.append(str(told(table, fields)))
        assert answers[0] == answers[1], quick
    assert 300 < seen < 1500, "both ways are gone"


class Careful(many_tables.ShortTables):
    """Reads every sheet row by row."""

    def _below(self, quick: QuickGrid, name: str) -> many_tables.Below | None:
        del quick, name
        return None
