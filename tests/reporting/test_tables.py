"""Claims about CSV and XLSX downloads, read back with other programs' readers."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from campaign.progress import PROGRESS_COLUMNS, Status, UnitProgress
from reporting.cells import Kind, Share, Value, cell_at, put, sheet_name
from reporting.numbers import fixed, percent, shown_tenths
from reporting.prints import csv_text
from reporting.tables import Column, Table, csv_download, progress_table, xlsx

SCRIPT = "<script>alert(1)</script>"
SHEET = Workbook().worksheets[0]
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")

ROW = UnitProgress(
    campaign="c",
    as_of=date(2025, 1, 9),
    level="commune",
    code="09187",
    name="=1+1",
    parent_code="256",
    category="all",
    stage="approved",
    target=3,
    done=2,
    remaining=1,
    excess=0,
    completion=Fraction(2, 3),
    planned_share=Fraction(9, 15),
    expected=Fraction(27, 15),
    variance=Fraction(2, 10),
    pace=Fraction(30, 27),
    done_today=-1,
    planned_today=Fraction(1, 5),
    catchup_today=1,
    required_per_day=Fraction(1, 6),
    rank=1,
    rank_change=None,
    status=Status.ON_TRACK,
    finished_on=None,
    last_as_of=date(2025, 1, 9),
    days_silent=0,
    units_with_target=1,
    units_finished=0,
    gap_share=Fraction(1),
    stalled_days=0,
    is_leaf=True,
)


def a_table(*names: str) -> Table:
    return Table("Bảng", [Column("Đơn vị"), Column("Số", Kind.WHOLE)], [(name, -3) for name in names])


def opened(content: bytes) -> Worksheet:
    return load_workbook(io.BytesIO(content)).worksheets[0]


def test_the_exact_csv_of_progress_is_the_contract_to_the_letter() -> None:
    assert csv_text([ROW], PROGRESS_COLUMNS) == (
        ",".join(PROGRESS_COLUMNS) + "\n"
        "c,2025-01-09,commune,09187,=1+1,256,all,approved,3,2,1,0,0.666667,0.600000,1.80,0.20,1.111111,"
        "-1,0.20,1,0.17,1,,on_track,,2025-01-09,0,1,0\n"
    )


@pytest.mark.parametrize(
    ("value", "places", "written"),
    [
        (Fraction(1, 200), 2, "0.01"),
        (Fraction(5, 10_000_000), 6, "0.000001"),
        (Fraction(-1, 1000), 2, "0.00"),
        (Fraction(-25, 2), 2, "-12.50"),
        (Fraction(-1, 200), 2, "-0.01"),
        (1, 6, "1.000000"),
    ],
)
def test_exact_decimals_are_rounded_half_up_and_never_minus_zero(
    value: Fraction | int, places: int, written: str
) -> None:
    assert fixed(value, places) == written


@pytest.mark.parametrize("name", ["=1+1", "+84", "-x", "@SUM(A1)", "\tx", "\rx", " =1", "\x00=1"])
def test_a_page_download_neutralises_what_looks_like_a_formula_and_leaves_numbers(name: str) -> None:
    content = csv_download(a_table(name))
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert rows[1] == ["'" + name.replace("\x00", ""), "-3"]


def test_the_command_line_csv_leaves_every_text_as_it_is() -> None:
    names = ["=1+1", SCRIPT, 'a "b", c']
    written = csv_text([replace(ROW, name=name) for name in names], ["name", "expected"])
    assert list(csv.reader(io.StringIO(written)))[1:] == [[name, "1.80"] for name in names]


def test_a_text_cell_of_a_workbook_is_never_a_formula() -> None:
    sheet = opened(xlsx(a_table("=1+1", SCRIPT, "#N/A", "09187", "a\x07b"), "vi"))
    cells = [sheet.cell(row, 1) for row in range(2, 7)]
    assert [cell.value for cell in cells] == ["=1+1", SCRIPT, "#N/A", "09187", "ab"]
    assert {cell.data_type for cell in cells} == {"s"}
    assert cells[0].quotePrefix
    assert not cells[1].quotePrefix
    assert b"<f>" not in xlsx(a_table("=1+1"), "vi")


def test_another_reader_sees_the_same_values() -> None:
    content = xlsx(a_table("=1+1", SCRIPT), "vi")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert rows == [["Đơn vị", "Số"], ["=1+1", -3.0], [SCRIPT, -3.0]]


def test_numbers_dates_and_moments_are_numeric_cells_with_formats() -> None:
    row: list[Value]
    kinds = [Kind.WHOLE, Kind.SHARE, Kind.AMOUNT, Kind.DATE, Kind.MOMENT, Kind.TEXT]
    row = [519_537, Fraction(519_537, 637_469), Fraction(1, 3), date(2024, 10, 22)]
    at = datetime(2024, 10, 22, 18, 30, tzinfo=UTC)
    table = Table("t", [Column(kind.value, kind) for kind in kinds], [[*row, at, None], [None] * 6])
    sheet = opened(xlsx(table, "vi", HANOI))
    cells = [sheet.cell(2, index) for index in range(1, 7)]
    assert [cell.value for cell in cells] == [
        519_537,
        pytest.approx(519_537 / 637_469, rel=1e-15),
        pytest.approx(1 / 3, rel=1e-15),
        datetime(2024, 10, 22),  # noqa: DTZ001 - a workbook holds local time without a zone
        datetime(2024, 10, 23, 1, 30),  # noqa: DTZ001
        None,
    ]
    formats = ["#,##0", "0.0%", "#,##0.0", "dd/mm/yyyy", "hh:mm dd/mm/yyyy"]
    assert [cell.number_format for cell in cells[:5]] == formats
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:F3"


def test_a_share_cell_keeps_the_exact_ratio_and_shows_what_the_pages_show() -> None:
    table = Table(
        "t",
        [Column("%", Kind.SHARE)],
        [[Fraction(9_996, 10_000)], [Fraction(2, 10_000)], [Share(Fraction(1), finished=False)], [Fraction(1)]],
    )
    sheet = opened(xlsx(table, "vi"))
    cells = [sheet.cell(row, 1) for row in range(2, 6)]
    assert [cell.value for cell in cells] == [0.9996, 0.0002, 1, 1]
    assert [cell.number_format for cell in cells] == [
        '[>=1]0.0%;[>=0.9995]"99,9%";0.0%',
        '[>=0.0005]0.0%;[>0]"<0,1%";0.0%',
        '[>=1.0005]0.0%;[>=0.9995]"99,9%";0.0%',
        "0.0%",
    ]


@given(st.integers(0, 3_000_000), st.integers(1, 2_000_000), st.sampled_from([None, True, False]))
@example(2835, 10_000, None)
def test_a_share_cell_prints_the_shown_percentage_under_binary_rounding(
    done: int,
    target: int,
    finished: bool | None,  # noqa: FBT001 - drawn by Hypothesis
) -> None:
    share = Fraction(done, target)
    cell = cell_at(SHEET, 1, 1)
    put(cell, share if finished is None else Share(share, finished), Kind.SHARE, "en")
    written = Fraction(float(f"{cell.value:.16g}"))  # as openpyxl writes it
    assert abs(written - share) <= share / 10**14
    if cell.number_format == "0.0%":
        assert int(written * 1000 + Fraction(1, 2)) == shown_tenths(share, finished)
    else:
        assert f'"{percent(share, "en", finished)}"' in cell.number_format


def test_headers_and_words_of_progress_follow_the_language() -> None:
    table = progress_table([ROW], ("name", "completion", "status", "level"), "t", "vi")
    assert [column.header for column in table.columns] == [
        "Tên đơn vị",
        "Tỷ lệ hoàn thành",
        "Trạng thái tiến độ",
        "Cấp đơn vị",
    ]
    assert table.rows == [["=1+1", Share(Fraction(2, 3), finished=False), "Đúng tiến độ", "xã"]]


def test_an_empty_table_and_a_long_name_still_make_a_workbook() -> None:
    sheet = opened(xlsx(a_table(), "vi"))
    assert sheet.max_row == 1
    long = opened(xlsx(a_table("Xã " + "Tân Thịnh Hưng Đạo " * 5), "vi"))
    assert long.column_dimensions["A"].width == 60


def test_a_sheet_name_is_always_legal() -> None:
    assert sheet_name("a/b:c*d?[e]\\f" + "g" * 40) == "a-b-c-d--e--f" + "g" * 18
    assert sheet_name("''") == "1"
