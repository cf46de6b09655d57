"""Day columns: a table with a column for every day yields each day's counts, as often as it is sent whole."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from campaign.errors import ConfigError, ContractError
from etl.reading import read_rows
from etl.sheet_proposal import source_in
from etl.sheet_words import header_day
from tests.etl.reports import CONFIG, TARGETS, UNITS, made
from tests.etl.test_inspect import proposal_for
from tests.etl.test_sheets import documented
from tests.warehouse.small import Small

DAYS = """
[[source]]
name = "bang"
campaign = "nho"
columns = { unit_name = "Tên đơn vị" }
constants = { category = "birth" }
on_fall = "accept"
[source.sheet]
counts = [{ each_day = true, stage = "approved" }]
"""
GROUPS = """
[[source]]
name = "bang"
campaign = "nho"
columns = { unit_name = "Tên đơn vị" }
[source.sheet]
header_rows = 2
counts = [
  { column = "Khai sinh", each_day = true, category = "birth", stage = "approved" },
  { column = "Khai tử", each_day = true, category = "death", stage = "approved" },
]
"""
UNIT_ROWS = ("TT. Mậu A", "X. Lang Thíp", "TT. Cổ Phúc")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Small]:
    small = Small(tmp_path / "house", CONFIG + DAYS, UNITS, TARGETS)
    yield small
    small.close()


def table(*lines: list[object]) -> Callable[[Worksheet], None]:
    """Return what fills a sheet with a title, the lines, and a note."""

    def fill(sheet: Worksheet) -> None:
        sheet["A1"] = "THEO DÕI TIẾN ĐỘ TỪNG NGÀY"
        for line in ([], *lines, [], ["Người lập biểu"]):
            sheet.append(line)

    return fill


def facts(content: bytes, layout: str, folder: Path) -> list[tuple[object, ...]]:
    """Return (unit, category, day, count) of every row."""
    path = folder / "bang.xlsx"
    path.write_bytes(content)
    fields = ("unit_name", "category", "as_of", "count")
    return [tuple(one.cells.get(field) for field in fields) for one in read_rows(path, path.name, source_in(layout))]


@pytest.mark.parametrize(
    ("header", "year", "day"),
    [
        ("05/02/2025", None, (2025, 2, 5)),
        ("Ngày 5/2/2025", None, (2025, 2, 5)),
        ("Lũy kế đến ngày 05-02-2025", None, (2025, 2, 5)),
        ("Luỹ kế đến 05.02.2025", None, (2025, 2, 5)),
        ("Đến hết ngày 5 tháng 2 năm 2025", None, (2025, 2, 5)),
        ("2025-02-05", None, (2025, 2, 5)),
        ("2025-02-05 00:00:00", None, (2025, 2, 5)),
        ("Ngày 5/2", 2025, (2025, 2, 5)),
        ("05-02", 2025, (2025, 2, 5)),
        ("5/2", None, None),
        ("31/2/2025", None, None),
        ("30/2", 2025, None),
        ("Tăng so với 04/02/2025", None, None),
        ("Từ 03/02/2025 đến 05/02/2025", None, None),
        ("Kế hoạch 2025", 2025, None),
        ("1.234", 2025, None),
        ("Tỷ lệ", 2025, None),
    ],
)
def test_a_header_is_a_day_when_it_says_nothing_else(
    header: str, year: int | None, day: tuple[int, int, int] | None
) -> None:
    assert header_day(header, year) == (None if day is None else date(*day))


def test_every_column_headed_by_a_day_is_a_count_of_that_day(tmp_path: Path) -> None:
    sheet = table(
        [
            "STT",
            "Tên đơn vị",
            "Chỉ tiêu",
            "03/02/2025",
            datetime(2025, 2, 4),  # noqa: DTZ001 - as a cell is
            "Ngày 5/2/2025",
            "Tăng so với 04/02/2025",
        ],
        [1, "TT. Mậu A", 100, 10, 20, None, 20],
        [2, "X. Lang Thíp", 200, 0, "1.234", "-", None],
    )
    assert facts(made(sheet), DAYS, tmp_path) == [
        ("TT. Mậu A", "birth", date(2025, 2, 3), 10),
        ("TT. Mậu A", "birth", date(2025, 2, 4), 20),
        ("X. Lang Thíp", "birth", date(2025, 2, 3), 0),
        ("X. Lang Thíp", "birth", date(2025, 2, 4), "1.234"),
    ]


@pytest.mark.parametrize("days_above", [False, True])
def test_days_of_several_categories_stand_below_or_above_them(tmp_path: Path, *, days_above: bool) -> None:
    groups, days = ["Khai sinh", "Khai sinh", "Khai tử", "Khai tử"], ["03/02/2025", "04/02/2025"] * 2
    if days_above:
        groups, days = ["Khai sinh", "Khai tử"] * 2, ["03/02/2025", "03/02/2025", "04/02/2025", "04/02/2025"]
    upper, lower = (days, groups) if days_above else (groups, days)
    values = {("Khai sinh", "03/02/2025"): 1, ("Khai sinh", "04/02/2025"): 2, ("Khai tử", "03/02/2025"): 3,
              ("Khai tử", "04/02/2025"): 4}  # fmt: skip
    row = [values[one] for one in zip(groups, days, strict=True)]
    content = made(table(["Tên đơn vị", *upper], ["", *lower], ["TT. Mậu A", *row]))
    assert sorted(facts(content, GROUPS, tmp_path), key=str) == [
        ("TT. Mậu A", "birth", date(2025, 2, 3), 1),
        ("TT. Mậu A", "birth", date(2025, 2, 4), 2),
        ("TT. Mậu A", "death", date(2025, 2, 3), 3),
        ("TT. Mậu A", "death", date(2025, 2, 4), 4),
    ]


def test_a_series_sent_whole_each_day_is_known_as_it_was_published(house: Small) -> None:
    first = table(["Tên đơn vị", "03/02/2025"], *([one, 10] for one in UNIT_ROWS))
    second = table(["Tên đơn vị", "03/02/2025", "04/02/2025"], *([one, 8, 30] for one in UNIT_ROWS))
    house.send(made(first), names=("bang.xlsx",), source="bang")
    again = house.send(made(second), names=("bang.xlsx",), source="bang").tally
    assert (again.read, again.accepted, again.unchanged, again.held, again.rejected) == (6, 6, 0, 0, 0)
    third = house.send(made(second), names=("bang.xlsx",), source="bang").tally
    assert (third.read, third.unchanged) == (6, 6)
    assert house.progress("2025-02-03", category="birth")["15"].done == 8 * 3
    assert house.progress("2025-02-04", category="birth")["15"].done == 30 * 3


@pytest.mark.parametrize(
    ("header", "says"),
    [
        (
            ["Tên đơn vị", "3/2", "4/2"],
            r"no column is headed by a day; .*05/02/2025 \(a day without its year needs year",
        ),
        (["Tên đơn vị", "03/02/2025", "3/2/2025"], r"03/02/2025 heads two columns \(B, C\)"),
    ],
)
def test_days_that_cannot_be_told_stop_the_file(tmp_path: Path, header: list[object], says: str) -> None:
    with pytest.raises(ContractError, match=says) as raised:
        facts(made(table(header, ["TT. Mậu A", 1, 2])), DAYS, tmp_path)
    assert "bang.xlsx, sheet 'Biểu 01', row 3" in str(raised.value)


@pytest.mark.parametrize(
    ("counts", "more", "says"),
    [
        ("{ each_day = true, target = 'Chỉ tiêu' }", "", "a target has no day"),
        ("{ each_day = true, column = ['a', 'b'] }", "", "each_day takes one header"),
        ("{ stage = 'approved' }", "", "the header of a column of counts"),
        ("{ each_day = true }", "above = { as_of = 'A1' }", "says the day twice"),
    ],
)
def test_a_layout_that_contradicts_itself_is_refused(tmp_path: Path, counts: str, more: str, says: str) -> None:
    layout = DAYS.replace('{ each_day = true, stage = "approved" }', counts) + more
    with pytest.raises((ConfigError, ContractError), match=says):
        facts(made(table(["Tên đơn vị", "03/02/2025"], ["TT. Mậu A", 1])), layout, tmp_path)


@pytest.mark.parametrize("year", ["/2025", ""])
def test_inspect_proposes_days_and_what_it_proposes_reads_them(house: Small, tmp_path: Path, year: str) -> None:
    path = tmp_path / "theo dõi.xlsx"
    path.write_bytes(made(table(
        ["STT", "Tên đơn vị", "Chỉ tiêu", "Khai sinh", "Khai sinh", "Khai tử", "Khai tử"],
        ["", "", "", *[f"{day:02d}/02{year}" for day in (3, 4, 3, 4)]],
        [1, "TT. Mậu A", 90, 1, 2, 3, 4],
        [2, "X. Lang Thíp", 90, 5, 6, 7, 8],
    )))  # fmt: skip
    found = proposal_for(house, path)
    assert [(one.cells["category"], one.cells["as_of"], one.cells["count"]) for one in found.rows] == [
        (category, date(2025, 2, day), first + 2 * (category == "death") + day - 3)
        for first in (1, 5) for category in ("birth", "death") for day in (3, 4)
    ]  # fmt: skip
    assert not found.refused
    doubts = {key for key, _ in found.doubts}
    assert ("inspect.year" in doubts) == (year == "")
    assert "inspect.not_of_days" in doubts, "the column of targets has no day"


def test_the_example_of_the_docs_yields_what_its_cells_hold(tmp_path: Path) -> None:
    sheet = table(
        ["STT", "Tên đơn vị", "Chỉ tiêu", "03/02/2025", "04/02/2025", "05/02/2025"],
        [1, "TT. Mậu A", 100, 10, 20, None],
        [2, "X. Lang Thíp", 200, 0, 35, 50],
    )
    assert facts(made(sheet), documented()[2], tmp_path) == [
        ("TT. Mậu A", "birth", date(2025, 2, 3), 10),
        ("TT. Mậu A", "birth", date(2025, 2, 4), 20),
        ("X. Lang Thíp", "birth", date(2025, 2, 3), 0),
        ("X. Lang Thíp", "birth", date(2025, 2, 4), 35),
        ("X. Lang Thíp", "birth", date(2025, 2, 5), 50),
    ]
