"""Reports that are alike: read as the first of them was, each has the very rows that reading it with care gives."""

import re
from datetime import date
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.configuration import Source, parse
from campaign.errors import ContractError
from etl.alike import Alike, AlikeTable
from etl.many_tables import LaidOut
from etl.reading import sheet_rows_in
from etl.sheet_grid import Grid, OneGrid

CONFIG = """
[[campaign]]
id = "nho"
start = 2025-02-03
end = 2025-02-07
units = "units.csv"
[[source]]
name = "above"
campaign = "nho"
path = "in"
columns = { category = "Loại", stage = "Bước", count = "Số" }
[source.sheet]
above = { unit_code = 'Mã: (.+)' }
header_rows = 2
words = { "Khai sinh" = "birth" }
[[source]]
name = "wide"
campaign = "nho"
path = "in"
columns = { unit_name = "Đơn vị" }
[source.constants]
parent_name = "Huyện Một"
[source.sheet]
counts = [
  { column = "Khai sinh", category = "birth", stage = "s" },
  { column = "Khai tử", category = "death", stage = "s" },
]
total_for = "T"
[[source]]
name = "skip"
campaign = "nho"
path = "in"
columns = { unit_name = "Đơn vị", count = "Số", as_of = "Ngày" }
[source.sheet]
skip = ["^bỏ"]
"""
CONFIGURATION = parse(CONFIG, Path("config.toml"))
LABELS = ["Xã An", "Xã Bình", "Xã Cộng Hòa", "Tổng cộng", "Cộng huyện Hai", "II", "Huyện Hai", "bỏ", "(1)", "Khai sinh",
          "Người lập biểu", "1", "s0", "Đơn vị", "Số"]  # fmt: skip
TITLES = ["Tính đến ngày 05/02/2025", "BÁO CÁO", "Mã: 00107", "Mã: 00200", "Khai sinh", "Ngày 06/02/2025", "Đơn vị"]
HEADERS = {
    "above": ["STT", "Loại", "Bước", "Số", "Ghi chú"],
    "wide": ["STT", "Đơn vị", "Khai sinh", "Khai tử", "Tỷ lệ"],
    "skip": ["TT", "Đơn vị", "Ngày", "Số", "Ghi chú"],
}
COUNTED = {"above": (3,), "wide": (2, 3), "skip": (3,)}


def number(dice: Random) -> object:
    """Return a cell of counts."""
    return dice.choice([float(dice.randint(0, 30)), float(dice.randint(0, 30)), 7.5, "12", "1.234", None, "-", "x"])


def report(dice: Random, name: str) -> list[list[object]]:
    """Return the cells of a report, from its titles to its signatures."""
    titles = TITLES[:3] if dice.random() < 0.9 else dice.sample(TITLES, dice.randint(1, 3))
    rows: list[list[object]] = [[one, None, None, None, None] for one in titles]
    rows += [list(HEADERS[name]), [None] * 5] if name == "above" else [list(HEADERS[name])]
    if dice.random() < 0.5:
        rows.append([f"({place})" for place in range(1, 6)])
    for line in range(dice.randint(1, 8)):
        middle: list[object] = [dice.choice(LABELS), dice.choice(["s0", "s1", 5.0])]
        row: list[object] = [dice.choice([float(line + 1), "I", None]), *middle, number(dice), dice.choice([None, 0.5])]
        for place in COUNTED[name]:
            row[place] = number(dice)
        if name == "skip":
            row[2] = dice.choice([date(2025, 2, 5), 45693.0, None])
        rows.append(row)
    if dice.random() < 0.2:
        rows.append(list(HEADERS[name]))
    return rows


def another(dice: Random, rows: list[list[object]], name: str) -> list[list[object]]:
    """Return a report like another: other counts, now and then another title, label or kind of cell."""
    made = [row.copy() for row in rows]
    for row in made:
        for place, cell in enumerate(row):
            if isinstance(cell, float) and (place in COUNTED[name] or dice.random() < 0.1):
                row[place] = float(dice.randint(0, 30))
    if made[2][0] == "Mã: 00107" and dice.random() < 0.5:
        made[2][0] = dice.choice(["Mã: 00200", "Mã: 00300"])
    for _ in range(dice.choice([0, 0, 0, 1, 2])):
        row = dice.choice(made)
        row[dice.randrange(5)] = dice.choice([*LABELS, *TITLES, None, 3.0])
    return made


def careful(grid: Grid, source: Source) -> LaidOut | str:
    """Return what reading with care gives, or the words by which it refuses."""
    try:
        return LaidOut("a.xlsx", list(sheet_rows_in(lambda: OneGrid("a.xlsx", grid), "a.xlsx", source)))
    except ContractError as problem:
        return str(problem)


def columns(table: LaidOut | AlikeTable) -> dict[str, list[str]]:
    """Return a table's columns; a repr tells True from 1.0."""
    found: dict[str, list[object]] = {field: [] for field in table.fields}
    table.put(found)
    return {field: [repr(value) for value in column] for field, column in found.items()}


def check(alike: Alike, grid: Grid, source: Source) -> bool:
    """Check that a report is read as with care; tell whether it was read as one like it."""
    expected = careful(grid, source)
    if isinstance(expected, str):
        with pytest.raises(ContractError, match=re.escape(expected)):
            alike.read(grid, "a.xlsx")
        return False
    read = alike.read(grid, "a.xlsx")
    table = LaidOut("a.xlsx", read) if isinstance(read, list) else read
    assert table.numbers == expected.numbers
    assert columns(table) == columns(expected)
    assert [(row.number, repr(row.cells)) for row in table.rows()] == [
        (row.number, repr(row.cells)) for row in expected.rows()
    ]
    return isinstance(table, AlikeTable)


@settings(max_examples=400, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_report_like_another_has_the_rows_that_reading_it_with_care_gives(seed: int) -> None:
    dice = Random(seed)  # noqa: S311 - dice
    name = dice.choice(["above", "above", "wide", "wide", "skip"])
    source = CONFIGURATION.source(name)
    assert source is not None
    alike, first = Alike(source), report(dice, name)
    merged = dice.choice([[], [], [(len(first) - 1, 1, len(first), 1)], [(1, 0, 2, 0)]])
    for rows in [first, *(another(dice, first, name) for _ in range(6))]:
        check(alike, Grid("a.xlsx, sheet 'S'", "S", 1, rows, list(merged), from_1904=False), source)


def test_reports_that_differ_in_their_counts_alone_are_read_as_one() -> None:
    source = CONFIGURATION.source("above")
    assert source is not None
    alike, seen = Alike(source), 0
    for code in range(5):
        rows: list[list[object]] = [
            [f"Mã: 0010{code}", None, None, None],
            ["Tính đến ngày 05/02/2025", None, None, None],
        ]
        rows += [["STT", "Loại", "Bước", "Số"], [None] * 4]
        rows += [[float(one), "Khai sinh", f"s{one}", float(100 * code + one)] for one in range(3)]
        seen += check(alike, Grid("a.xlsx, sheet 'S'", "S", 1, rows, [], from_1904=False), source)
    assert seen == 4
