"""Sheets: workbooks as offices make them, read by a layout, every count one row, every refusal naming its cell."""

import unicodedata
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from campaign.configuration import Source, parse
from campaign.errors import ConfigError, ContractError
from campaign.places import cell_number, cell_of, line_of, place_of, told
from campaign.rows import Row
from etl.reading import file_day, read_rows
from etl.sheet_proposal import source_in
from tests.etl.reports import CONFIG, ROWS, TARGETS, UNITS, WIDE, heads, made, province, saved, written
from tests.warehouse.small import Small

FILL = Callable[[Worksheet], None]


def rows(folder: Path, content: bytes, config: str = WIDE, name: str = "bieu.xlsx") -> list[Row]:
    source = parse(CONFIG + config, folder / "config.toml").source("bieu")
    return list(read_rows(written(folder, content, name), name, source))


def seen(found: list[Row], *fields: str) -> list[tuple[object, ...]]:
    return [(place_of(one.number), *(one.cells.get(field) for field in fields)) for one in found]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Small]:
    small = Small(tmp_path / "house", CONFIG + WIDE, UNITS, TARGETS)
    yield small
    small.close()


def test_a_wide_report_becomes_one_row_for_every_count_in_it(tmp_path: Path) -> None:
    found = seen(rows(tmp_path, made(province)), "unit_name", "parent_name", "unit_code", "category", "count", "target")
    yen, tran = "Huyện Văn Yên", "Huyện Trấn Yên"
    assert found == [
        ("D9", yen, None, None, "birth", 90, 600),
        ("G9", yen, None, None, "death", 16, 180),
        ("D10", "TT. Mậu A", yen, None, "birth", 40, 100),
        ("G10", "TT. Mậu A", yen, None, "death", 0, 50),
        ("D11", "Lang Thíp", yen, None, "birth", "50", 200),
        ("G11", "Lang Thíp", yen, None, "death", 16, 60),
        ("D13", tran, None, None, "birth", "1.234", 900),
        ("G13", tran, None, None, "death", 3, 170),
        ("D14", "TT. Cổ Phúc", tran, None, "birth", "1.200", 400),
        ("G14", "TT. Cổ Phúc", tran, None, "death", 3, 80),
        ("D15", "X. Tân Thịnh", tran, None, "birth", 34, 500),
        ("D16", None, None, "15", "birth", 1324, 1500),
        ("G16", None, None, "15", "death", 19, 350),
    ]


def test_a_wide_report_is_judged_loaded_and_its_totals_are_compared_never_added(house: Small) -> None:
    outcome = house.send(made(province), names=("bieu.xlsx",), source="bieu")
    assert outcome.document() | {"batch": "", "version": ""} == {
        "batch": "", "version": "", "read": 13, "accepted": 13, "unchanged": 0, "held": 0, "rejected": 0, "flagged": 1,
    }  # fmt: skip
    progress = house.progress("2025-02-05", category="birth")
    assert {code: progress[code].done for code in ("15", "136", "138", "04375", "04378", "04381", "04534")} == {
        "15": 1324, "136": 90, "138": 1234, "04375": 40, "04378": 50, "04381": 0, "04534": 34,
    }  # fmt: skip
    assert progress["04381"].last_as_of is None  # an empty cell is "not reported", never 0
    assert house.progress("2025-02-05", category="death")["04375"].last_as_of == date(2025, 2, 5)  # 0 is a report


def test_a_report_sent_twice_changes_nothing(house: Small) -> None:
    house.send(made(province), names=("bieu.xlsx",), source="bieu")
    before = house.version
    again = house.send(made(province), names=("bieu.xlsx",), source="bieu")
    assert (again.tally.unchanged, again.tally.read, house.version) == (13, 13, before)


def test_a_total_that_is_wrong_shows_as_a_difference(house: Small) -> None:
    def wrong(sheet: Worksheet) -> None:
        province(sheet)
        sheet["D16"] = 1342

    house.send(made(wrong), names=("bieu.xlsx",), source="bieu")
    (one,) = [issue for issue in house.issues("2025-02-05") if issue.kind == "reconciliation"]
    assert (one.unit_code, one.category, one.found, one.expected, one.difference, one.row) == (
        "15", "birth", "1342", "1324", 18, "D16",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "value", "reason", "found"),
    [
        ("D10", 519.537, "bad_count", "519.537"),
        ("D10", "4o", "bad_count", "4o"),
        ("D10", -4, "negative_count", "-4"),
        ("D10", True, "bad_count", "True"),
        ("D10", "#N/A", "bad_count", "#N/A"),
        ("D10", "=D99+1", "bad_count", "=D99+1 (công thức chưa có kết quả: mở bằng Excel rồi lưu lại)"),
        ("C10", "=1/0", "bad_count", "=1/0 (công thức chưa có kết quả: mở bằng Excel rồi lưu lại)"),
        ("B10", "TT. Mậu Ơ", "unknown_unit", "TT. Mậu Ơ"),
        ("B10", None, "missing_field", ""),
        ("B10", "=VLOOKUP(A10;X:Y;2)", "unknown_unit", None),
    ],
)
def test_a_refused_count_names_its_cell(house: Small, cell: str, value: object, reason: str, found: str) -> None:
    def fill(sheet: Worksheet) -> None:
        province(sheet)
        sheet[cell].value = value  # type: ignore[union-attr]
        if value == "#N/A":
            sheet[cell].data_type = "e"  # type: ignore[union-attr]

    outcome = house.send(made(fill), names=("bieu.xlsx",), source="bieu")
    tally = outcome.tally
    assert tally.read == 13 == tally.accepted + tally.unchanged + tally.held + tally.rejected
    refused = [one for _, one in outcome.verdicts if one.fate == "rejected"]
    assert refused[0].reason == reason
    assert found is None or refused[0].found == found
    assert place_of(refused[0].number) == "D10"
    (shown, *_) = [one for one in house.issues("2025-02-05") if one.kind == "rejected"]
    assert (shown.file, shown.row) == ("bieu.xlsx", "D10")


def test_a_number_that_several_units_share_is_refused_and_names_its_cells(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        province(sheet)
        sheet.merge_cells("D10:D11")

    found = rows(tmp_path, made(fill))
    assert [one.cells["count"] for one in found if cell_of(one.number) in ("D10", "D11")] == ["40 (gộp ô D10:D11)"]


def test_a_units_name_merged_over_several_rows_is_that_of_each(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        for row in (["Huyện", "Đơn vị", "Số lượng"], ["Văn Yên", "Mậu A", 4], [None, "Lang Thíp", 5]):
            sheet.append(row)
        sheet.merge_cells("A2:A3")

    config = """
[[source]]
name = "bieu"
campaign = "nho"
as_of = { fixed = 2025-02-05 }
constants = { category = "birth", stage = "approved" }
[source.columns]
unit_name = "Đơn vị"
parent_name = "Huyện"
count = "Số lượng"
[source.sheet]
"""
    assert seen(rows(tmp_path, made(fill), config), "parent_name", "unit_name", "count") == [
        ("C2", "Văn Yên", "Mậu A", 4),
        ("C3", "Văn Yên", "Lang Thíp", 5),
    ]


def test_a_header_that_moved_is_found_by_its_text(tmp_path: Path) -> None:
    def moved(sheet: Worksheet) -> None:
        province(sheet)
        sheet.move_range("A6:I22", rows=3, cols=2)
        sheet.merged_cells.ranges.clear()  # openpyxl leaves them where they were

    before = [tuple(one.cells[name] for name in ("category", "count")) for one in rows(tmp_path, made(province))]
    found = rows(tmp_path, made(moved))
    assert [tuple(one.cells[name] for name in ("category", "count")) for one in found] == before
    assert cell_of(found[0].number) == "F12"


@pytest.mark.parametrize("wanted", ["Khai sinh / Đã số hóa", "khai sinh / đã số hoá", "KHAI SINH / ĐÃ SỐ HÓA"])
def test_a_header_is_found_however_it_is_typed(tmp_path: Path, wanted: str) -> None:
    assert rows(tmp_path, made(province), WIDE.replace("Khai sinh / Đã số hóa", wanted))


def test_a_column_gone_stops_the_load_and_yesterday_stays(house: Small) -> None:
    house.send(made(province), names=("bieu.xlsx",), source="bieu")
    before = house.version

    def gone(sheet: Worksheet) -> None:
        province(sheet)
        sheet["G7"] = "Số đã làm"

    with pytest.raises(ContractError, match=r"sheet 'Biểu 01', row 6: the column 'Khai tử / Đã số hóa' is missing"):
        house.send(made(gone), names=("bieu.xlsx",), source="bieu")
    assert house.version == before


def test_a_header_that_could_be_two_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"stands 2 times \(D, G\)"):
        rows(tmp_path, made(province), WIDE.replace("Khai sinh / Đã số hóa", "Đã số hóa"))


def test_the_end_of_a_path_is_enough_when_no_other_column_ends_so(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        province(sheet)
        sheet["D7"] = "Đã nhập"

    assert rows(tmp_path, made(fill), WIDE.replace("Khai sinh / Đã số hóa", "Đã nhập"))[0].cells["count"] == 90


def test_hidden_sheets_are_not_read_unless_named(tmp_path: Path) -> None:
    book = Workbook()
    shown, aside = book.active, book.create_sheet("Nháp")
    assert shown is not None
    shown.title = "Bìa"
    shown["A1"] = "Báo cáo"
    province(aside)
    aside.sheet_state = "hidden"
    with pytest.raises(ContractError, match=r"'Tên đơn vị' is nowhere in 'Bìa' \(hidden, not read: Nháp\)"):
        rows(tmp_path, saved(book))
    assert len(rows(tmp_path, saved(book), WIDE.replace("header_rows", 'name = "nháp"\nheader_rows'))) == 13


def test_every_sheet_can_be_a_part_and_its_name_the_parent(tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    for name, line in (("Văn Yên", 3), ("Trấn Yên", 7)):
        sheet = book.create_sheet(name)
        heads(sheet)
        sheet.cell(8, 2, "Xã Tân Thịnh")
        sheet.cell(8, 4, line)
        sheet.cell(9, 1, "Tổng cộng")
        sheet.cell(9, 4, line)
    book.create_sheet("Hướng dẫn")["A1"] = "Điền vào ô trắng"
    config = WIDE.replace("header_rows", 'every = true\nsheet_is = "parent_name"\nheader_rows')
    found = rows(tmp_path, saved(book), config)
    assert seen(found, "unit_name", "parent_name", "count", "cell") == [
        ("D8", "Xã Tân Thịnh", "Văn Yên", 3, "Văn Yên!D8"),
        ("D9", "Văn Yên", None, 3, "Văn Yên!D9"),
        ("#2!D8", "Xã Tân Thịnh", "Trấn Yên", 7, "Trấn Yên!D8"),
        ("#2!D9", "Trấn Yên", None, 7, "Trấn Yên!D9"),
    ]
    only = WIDE.replace("header_rows", "pattern = '^Văn'\nheader_rows")
    assert len(rows(tmp_path, saved(book), only)) == 2
    with pytest.raises(ContractError, match="'Biểu 9' is missing; it has Văn Yên, Trấn Yên, Hướng dẫn"):
        rows(tmp_path, saved(book), WIDE.replace("header_rows", 'name = "Biểu 9"\nheader_rows'))


COMMUNE = """
[[source]]
name = "bieu"
campaign = "nho"
[source.columns]
category = "Loại sổ"
[source.sheet]
above = { unit_name = 'Đơn vị: (.+)', as_of = "B3" }
words = { "Khai sinh" = "birth", "Khai tử" = "death" }
counts = [{ column = "Đã duyệt", stage = "approved", target = "Phải làm" }, { column = "Đã nhập", stage = "entered" }]
"""


def commune(sheet: Worksheet) -> None:
    for row in (
        ["Đơn vị: Xã Lang Thíp"],
        ["BÁO CÁO NGÀY"],
        ["Ngày", datetime(2025, 2, 5)],  # noqa: DTZ001 - a workbook's dates have no zone
        [],
        ["TT", "Loại sổ", "Phải làm", "Đã nhập", "Đã duyệt"],
        [1, "1. Khai sinh", 200, 9, 5],
        [2, "Khai tử", 60, None, 6],
        [3, "Giám hộ", 1, 1, 1],
        [None, "Cộng", 261, 10, 12],
    ):
        sheet.append(row)


def test_a_communes_own_report_has_its_categories_in_rows(tmp_path: Path) -> None:
    found = seen(rows(tmp_path, made(commune), COMMUNE), "unit_name", "category", "stage", "count", "target", "as_of")
    day = date(2025, 2, 5)
    assert found == [
        ("E6", "Xã Lang Thíp", "birth", "approved", 5, 200, day),
        ("D6", "Xã Lang Thíp", "birth", "entered", 9, None, day),
        ("E7", "Xã Lang Thíp", "death", "approved", 6, 60, day),
        ("E8", "Xã Lang Thíp", "Giám hộ", "approved", 1, 1, day),
        ("D8", "Xã Lang Thíp", "Giám hộ", "entered", 1, None, day),
        ("E9", "Xã Lang Thíp", "all", "approved", 12, 261, day),
        ("D9", "Xã Lang Thíp", "all", "entered", 10, None, day),
    ]


@pytest.mark.parametrize(
    ("title", "day"),
    [
        ("Số liệu tính đến ngày 22/10/2024", date(2024, 10, 22)),
        ("(tính đến hết ngày 22-10-2024)", date(2024, 10, 22)),
        ("Từ ngày 01/10/2024 đến ngày 22.10.2024", date(2024, 10, 22)),
        ("đến 17 giờ ngày 22/10/2024", date(2024, 10, 22)),
        ("Đến ngày 22 tháng 10 năm 2024", date(2024, 10, 22)),
        ("Ngày báo cáo: 22/10/2024", date(2024, 10, 22)),
        ("Yên Bái, ngày 22 tháng 10 năm 2024", date(2024, 10, 22)),
    ],
)
def test_the_day_is_read_from_the_title(tmp_path: Path, title: str, day: date) -> None:
    def fill(sheet: Worksheet) -> None:
        province(sheet)
        sheet["A4"] = title

    assert {one.cells["as_of"] for one in rows(tmp_path, made(fill))} == {day}


@pytest.mark.parametrize(
    "title",
    [
        "Số liệu tính đến 17 giờ ngày 05/02/2025",
        "Tính đến 17 giờ 00 phút, ngày 05 tháng 02 năm 2025",
        "Số liệu đến 17h30 ngày 05/02/2025",
        "Số liệu từ ngày 01/02/2025 đến 17 giờ 00 ngày 05/02/2025",
        "Số liệu từ ngày 01/02/2025 đến ngày 05/02/2025",
        "Báo cáo từ 01/02/2025 đến hết ngày 05/02/2025",
        "Tính đến 17 giờ 00 ngày 05/02/2025 (Kèm theo Công văn số 12/STP ngày 07/02/2025)",
        "Số liệu tính đến: 05/02/2025",
        "Ngày 05/02/2025",
        unicodedata.normalize("NFD", "Số liệu tính đến ngày 05/02/2025"),
    ],
)
def test_the_day_of_the_figures_is_neither_their_first_nor_that_of_the_letter(tmp_path: Path, title: str) -> None:
    def fill(sheet: Worksheet) -> None:
        province(sheet)
        sheet["A4"], sheet["F1"] = title, "Yên Bái, ngày 06 tháng 02 năm 2025"

    assert {one.cells["as_of"] for one in rows(tmp_path, made(fill))} == {date(2025, 2, 5)}


@pytest.mark.parametrize(
    ("title", "signed", "day"),
    [
        ("tính đến ngày 5/2", "Yên Bái, ngày 06 tháng 02 năm 2025", None),
        ("tính đến 17h ngày 5/2/25", "Yên Bái, ngày 06 tháng 02 năm 2025", None),
        ("tính đến ngày 5/2", "Yên Bái, ngày 05 tháng 02 năm 2025", date(2025, 2, 5)),
    ],
)
def test_a_day_without_its_year_is_no_other_day(tmp_path: Path, title: str, signed: str, day: date | None) -> None:
    def fill(sheet: Worksheet) -> None:
        province(sheet)
        sheet["A4"], sheet["F1"] = title, signed

    if day is None:
        with pytest.raises(ContractError, match="no date stands above the table"):
            rows(tmp_path, made(fill))
    else:
        assert {one.cells["as_of"] for one in rows(tmp_path, made(fill))} == {day}


@pytest.mark.parametrize(
    ("title", "problem"),
    [
        ("Tháng 10", "no date stands above the table"),
        ("tính đến ngày 22/10", "no date stands above the table"),
        ("tính đến ngày 31/02/2025", "no date stands above the table"),
        ("đến ngày 22/10/2024, bổ sung đến ngày 23/10/2024", "several dates stand above the table"),
    ],
)
def test_a_title_without_one_day_is_refused(tmp_path: Path, title: str, problem: str) -> None:
    def fill(sheet: Worksheet) -> None:
        province(sheet)
        sheet["A4"] = title

    with pytest.raises(ContractError, match=problem):
        rows(tmp_path, made(fill))


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("BC_20250205.xlsx", "([0-9]{8})"),
        ("BC 05022025 (1).xlsx", "[0-9]{8}"),
        ("bc_05_02_2025.xlsx", "([0-9]{2}_[0-9]{2}_[0-9]{4})"),
        ("2025_02_05.xlsx", "[0-9_]{10}"),
        ("bc 5.2.2025.xlsx", "([0-9.]{8})"),
    ],
)
def test_a_day_is_read_however_a_files_name_writes_it(name: str, pattern: str) -> None:
    source = parse_source(f"as_of = {{ filename = '{pattern}' }}")
    assert file_day(name, source) == date(2025, 2, 5)


def test_every_day_of_the_century_is_one_day_in_eight_digits() -> None:
    source = parse_source("as_of = { filename = '[0-9]+' }")
    for number in range(date(2000, 1, 1).toordinal(), date(2100, 1, 1).toordinal(), 7):
        day = date.fromordinal(number)
        assert file_day(f"{day:%Y%m%d}.csv", source) == file_day(f"{day:%d%m%Y}.csv", source) == day
    with pytest.raises(ContractError, match="carries no date"):
        file_day("20253105.csv", source)


def parse_source(line: str) -> Source:
    """Return a source with one more key."""
    return source_in(f'[[source]]\nname = "x"\ncampaign = "nho"\nkind = "folder"\npath = "x"\n{line}\n')


def test_the_files_name_carries_the_day_where_the_source_says_so(tmp_path: Path) -> None:
    config = WIDE.replace("columns =", "as_of = { filename = 'ngay_(\\d{4}-\\d\\d-\\d\\d)' }\ncolumns =")
    found = rows(tmp_path, made(province), config, "ngay_2025-02-04.xlsx")
    assert {one.cells["as_of"] for one in found} == {date(2025, 2, 4)}


LONG = """
[[source]]
name = "bieu"
campaign = "nho"
constants = { category = "birth", stage = "approved" }
[source.columns]
unit_code = "Mã"
as_of = "Ngày"
count = "Số lượng"
[source.sheet]
"""


@pytest.mark.parametrize("from_1904", [False, True])
def test_dates_as_text_serials_and_dates_are_one(tmp_path: Path, from_1904: bool) -> None:  # noqa: FBT001 - a case
    book = Workbook()
    if from_1904:
        book.epoch = datetime(1904, 1, 1)  # type: ignore[assignment]  # noqa: DTZ001 - openpyxl's own
    sheet = book.active
    assert sheet is not None
    serial = 45693 - (1462 if from_1904 else 0)  # 5/2/2025 in either system
    for row in (["Mã", "Ngày", "Số lượng"], ["04375", "5/2/2025", 1], ["04378", serial, 2],
                ["04381", datetime(2025, 2, 5), 3], ["04531", 12, 4]):  # fmt: skip  # noqa: DTZ001
        sheet.append(row)
    found = [one.cells["as_of"] for one in rows(tmp_path, saved(book), LONG)]
    assert found[0] == "5/2/2025"
    assert found[1:] == [date(2025, 2, 5), datetime(2025, 2, 5).date() if not from_1904 else found[2], 12]  # noqa: DTZ001
    assert getattr(found[2], "year", 0) == 2025


def test_repeated_headers_notes_and_signatures_are_no_rows(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        heads(sheet)
        lines: list[list[object]] = [
            *ROWS[:3],
            ["STT", "Tên đơn vị", "Khai sinh", None, None, "Khai tử", None, None, "Ghi chú"],
            [None, None, *["Tổng số", "Đã số hóa", "Tỷ lệ (%)"] * 2],
            ["(1)", "(2)", "(3)", "(4)", "(5)=(4)/(3)", "(6)", "(7)", "(8)=(7)/(6)", "(9)"],
            ROWS[3],
            ["Ghi chú: số liệu lấy từ phần mềm 158"],
            [None, None, None, None, None, None, "Văn Yên, ngày … tháng 02 năm 2025"],
            [None, "Người lập biểu", None, "KIỂM SOÁT", None, None, "KT. CHỦ TỊCH"],
            [None, "(Ký, ghi rõ họ tên)", None, None, None, None, "Lê Văn C"],
        ]
        for line, row in enumerate(lines, 8):
            for place, value in enumerate(row, 1):
                sheet.cell(line, place, value)

    found = seen(rows(tmp_path, made(fill)), "unit_name", "count")
    assert found == [
        ("D9", "Huyện Văn Yên", 90),
        ("G9", "Huyện Văn Yên", 16),
        ("D10", "TT. Mậu A", 40),
        ("G10", "TT. Mậu A", 0),
        ("D14", "Lang Thíp", "50"),
        ("G14", "Lang Thíp", 16),
    ]


def test_another_table_below_is_not_read_as_counts(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        province(sheet)
        sheet.append(["Biểu 02: Cán bộ, máy tính tham gia"])
        for row in (["STT", "Tên đơn vị", "Cán bộ", "Máy tính"], [1, "TT. Mậu A", 5, 6], [2, "X. Lang Thíp", 7, 8]):
            sheet.append(row)

    assert seen(rows(tmp_path, made(fill)), "count") == seen(rows(tmp_path, made(province)), "count")


def test_our_table_that_goes_on_below_another_is_read_on(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        province(sheet)
        sheet.append(["STT", "Tên đơn vị", "Cán bộ", "Máy tính", None, "Máy quét"])
        sheet.append([1, "TT. Mậu A", 5, 6, None, None, 7])
        sheet.append(["STT", "Tên đơn vị", "Khai sinh", None, None, "Khai tử", None, None, "Ghi chú"])
        sheet.append([1, "X. Lang Thíp", 9, 8])

    assert [one for one in seen(rows(tmp_path, made(fill)), "count") if one[0] > "D16"][-1] == ("D26", 8)


def test_garbage_among_the_counts_is_a_row_and_refused_not_a_note(house: Small) -> None:
    def fill(sheet: Worksheet) -> None:
        province(sheet)
        sheet["D10"], sheet["G10"] = "đang làm", None

    outcome = house.send(made(fill), names=("bieu.xlsx",), source="bieu")
    assert [(place_of(one.number), one.found) for _, one in outcome.verdicts if one.reason == "bad_count"] == [
        ("D10", "đang làm")
    ]


@pytest.mark.parametrize(
    ("label", "fields"),
    [
        ("Tổng cộng", {"unit_code": "15"}),
        ("TỔNG SỐ:", {"unit_code": "15"}),
        ("Toàn tỉnh", {"unit_code": "15"}),
        ("Tổng cộng toàn tỉnh", {"unit_code": "15"}),
        ("Cộng (I+II)", {"unit_name": "Huyện Trấn Yên"}),
        ("Cộng", {"unit_name": "Huyện Trấn Yên"}),
        ("Tổng cộng: 5 xã, thị trấn", {"unit_code": "15"}),
        ("Tổng số (121/121 xã, phường)", {"unit_code": "15"}),
        ("Cộng 2 đơn vị", {"unit_name": "Huyện Trấn Yên"}),
        ("Cộng huyện Văn Yên", {"unit_name": "huyện Văn Yên"}),
        ("Xã Cộng Hòa", {"unit_name": "Xã Cộng Hòa", "parent_name": "Huyện Trấn Yên"}),
        ("Cộng Hòa", {"unit_name": "Cộng Hòa", "parent_name": "Huyện Trấn Yên"}),
    ],
)
def test_a_total_row_is_told_by_its_words(tmp_path: Path, label: str, fields: dict[str, str]) -> None:
    def fill(sheet: Worksheet) -> None:
        province(sheet)
        sheet["A16"] = label

    last = rows(tmp_path, made(fill))[-1].cells
    assert {name: last[name] for name in ("unit_code", "unit_name", "parent_name") if name in last} == fields


def test_nobodys_total_is_left_out_rather_than_counted(tmp_path: Path) -> None:
    found = rows(tmp_path, made(province), WIDE.replace('total_for = "15"\n', ""))
    assert [line_of(one.number) for one in found if line_of(one.number) == 16] == []


def test_headings_can_be_said_by_a_pattern_or_switched_off(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        province(sheet)
        sheet["A9"] = sheet["A13"] = None

    named = seen(rows(tmp_path, made(fill), WIDE.replace("total_for", "sections = '^Huyện'\ntotal_for")), "parent_name")
    assert [one[1] for one in named[2:4]] == ["Huyện Văn Yên"] * 2
    off = rows(tmp_path, made(province), WIDE.replace("total_for", 'sections = "none"\ntotal_for'))
    assert not any("parent_name" in one.cells for one in off)


def test_rows_to_skip_are_told_by_patterns(tmp_path: Path) -> None:
    found = rows(tmp_path, made(province), WIDE.replace("total_for", "skip = ['mậu a', '^II ']\ntotal_for"))
    assert [line_of(one.number) for one in found] == [9, 9, 11, 11, 14, 14, 15, 16, 16]


def test_x_is_a_commune_and_the_roman_ten_only_before_a_district(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        heads(sheet)
        for line, name in enumerate(("X. Huyện Văn Yên", "X. Lang Thíp", "1. X. Tân Thịnh", "V. Mậu A"), 8):
            sheet.cell(line, 2, name)
            sheet.cell(line, 4, line)

    assert seen(rows(tmp_path, made(fill)), "unit_name", "parent_name") == [
        ("D8", "Huyện Văn Yên", None),
        ("D9", "X. Lang Thíp", "Huyện Văn Yên"),
        ("D10", "X. Tân Thịnh", "Huyện Văn Yên"),
        ("D11", "V. Mậu A", "Huyện Văn Yên"),
    ]


@pytest.mark.parametrize("counts", [(600, 90), (None, None)], ids=["with its total", "bare"])
@pytest.mark.parametrize("place", [1, 2], ids=["across the row", "in its column"])
def test_a_district_without_a_number_heads_the_numbered_rows_below_it(
    tmp_path: Path, counts: tuple[int | None, int | None], place: int
) -> None:
    def fill(sheet: Worksheet) -> None:
        heads(sheet)
        lines: list[list[object]] = [
            ["HUYỆN VĂN YÊN"], [1, "X. Tân Thịnh", 300, 5], ["TX. Nghĩa Lộ"], [1, "P. Trung Tâm", 300, 6],
        ]  # fmt: skip
        for line, row in enumerate(lines, 8):
            first = place if len(row) == 1 else 1
            for column, value in enumerate(row, first):
                sheet.cell(line, column, value)
            if len(row) == 1:
                sheet.cell(line, 3, counts[0])
                sheet.cell(line, 4, counts[1])

    found = seen(rows(tmp_path, made(fill)), "unit_name", "parent_name", "count")
    assert [one for one in found if one[0] in {"D9", "D11"}] == [
        ("D9", "X. Tân Thịnh", "HUYỆN VĂN YÊN", 5),
        ("D11", "P. Trung Tâm", "TX. Nghĩa Lộ", 6),
    ]
    assert len(found) == (2 if counts[0] is None else 4)


def test_columns_may_be_numbered_in_any_brackets(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        heads(sheet)
        for place in range(1, 10):
            sheet.cell(8, place, f"[{place}]")
        for place, value in enumerate([1, "X. Tân Thịnh", 300, 5], 1):
            sheet.cell(9, place, value)

    assert [one[0] for one in seen(rows(tmp_path, made(fill)))] == ["D9"]


def test_a_header_of_three_rows_and_a_name_centred_over_its_columns(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["A1"] = "Đến ngày 05/02/2025"
        for row in (
            ["STT", "Đơn vị", "4 loại sổ", None, None, None, "Ghi\nchú"],
            [None, None, "Khai sinh", None, "Khai\xa0tử", None, None],
            [None, None, "Tổng", "Đã duyệt", "Tổng", "Đã duyệt", None],
            [1, "Mậu A", 100, 4, 50, 5, None],
        ):
            sheet.append(row)

    config = """
[[source]]
name = "bieu"
campaign = "nho"
columns = { unit_name = "Đơn vị", reason = "Ghi chú" }
[source.sheet]
header_rows = 3
counts = [
  { column = "4 loại sổ / Khai sinh / Đã duyệt", category = "birth", stage = "approved" },
  { column = ["4 loại sổ / Khai tử / Đã duyệt", "Khai tử / Tổng"], category = "death", stage = "approved" },
]
"""
    assert seen(rows(tmp_path, made(fill), config), "unit_name", "count") == [
        ("D5", "Mậu A", 4), ("F5", "Mậu A", [5, 50]),
    ]  # fmt: skip


def test_a_csv_can_be_laid_out_like_a_sheet(tmp_path: Path) -> None:
    text = (
        "BÁO CÁO;;;\nđến ngày 05/02/2025;;;\n;;;\nSTT;Đơn vị;Khai sinh;Khai tử\n1;Mậu A;1.200;-\n;Tổng cộng;1.200;0\n"
    )
    config = """
[[source]]
name = "bieu"
campaign = "nho"
columns = { unit_name = "Đơn vị" }
[source.sheet]
total_for = "15"
counts = [
  { column = "Khai sinh", category = "birth", stage = "approved" },
  { column = "Khai tử", category = "death", stage = "approved" },
]
"""
    found = rows(tmp_path, text.encode(), config, "bieu.csv")
    assert seen(found, "unit_name", "unit_code", "count", "cell") == [
        ("C5", "Mậu A", None, "1.200", "C5"),
        ("C6", None, "15", "1.200", "C6"),
        ("D6", None, "15", "0", "D6"),
    ]


def test_a_layout_without_counts_or_with_two_ways_to_choose_a_sheet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="names no column of counts"):
        rows(tmp_path, made(province), WIDE[: WIDE.index("header_rows")])
    for wrong in ('name = "a"\nevery = true', "pattern = '('", "skip = ['(']", "above = { count = 'B1' }"):
        with pytest.raises(ConfigError, match="sheet"):
            rows(tmp_path, made(province), WIDE.replace("header_rows", f"{wrong}\nheader_rows"))


def test_a_number_names_its_cell_and_a_plain_line_stays_a_line() -> None:
    number = cell_number(1, 1_048_576, 16_384)
    assert (cell_of(number), line_of(number), told(number)) == ("XFD1048576", 1_048_576, "cell XFD1048576")
    assert (cell_of(12), line_of(12), place_of(12), told(12)) == ("", 12, 12, "row 12")
    assert number < cell_number(2, 1, 1) < 2**53
    assert cell_number(1, 5, 9) < cell_number(1, 6, 1) < cell_number(1, 6, 2)


DOCS = Path(__file__).resolve().parents[2] / "docs" / "sheets.md"


def documented() -> list[str]:
    """Return the blocks of TOML of docs/sheets.md, for this campaign."""
    return [
        part.partition("```")[0].replace('"yen-bai-2025"', '"nho"')
        for part in DOCS.read_text("utf-8").split("```toml")[1:]
    ]


def test_the_first_example_of_the_docs_yields_what_the_docs_say(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["A1"] = "Số liệu tính đến ngày 05/02/2025"
        for row in (
            ["STT", "Tên đơn vị", "Khai sinh", None, "Khai tử", None],
            [None, None, "Tổng số", "Đã số hóa", "Tổng số", "Đã số hóa"],
            ["I", "Huyện Văn Yên", 300, 90, 110, 16],
            [1, "TT. Mậu A", 100, 40, 50, 0],
            [2, "X. Lang Thíp", 200, 50, 60, None],
            [None, "Tổng cộng", 300, 90, 110, 16],
            [None, "Người lập biểu", None, None, "GIÁM ĐỐC", None],
        ):
            sheet.append(row)

    config = documented()[0].replace('"bieu-tong-hop"', '"bieu"')
    assert seen(rows(tmp_path, made(fill), config), "unit_name", "unit_code", "count") == [
        ("D4", "Huyện Văn Yên", None, 90), ("F4", "Huyện Văn Yên", None, 16),
        ("D5", "TT. Mậu A", None, 40), ("F5", "TT. Mậu A", None, 0),
        ("D6", "X. Lang Thíp", None, 50),
        ("D7", None, "15", 90), ("F7", None, "15", 16),
    ]  # fmt: skip


def test_the_second_example_of_the_docs_yields_what_its_cells_hold(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        for row in (
            ["Đơn vị: Xã Lang Thíp"],
            ["Ngày", "05/02/2025"],
            ["TT", "Loại sổ", "Phải làm", "Đã nhập", "Đã duyệt"],
            [1, "Khai sinh", 200, 9, 5],
            [2, "Khai tử", 60, None, 6],
        ):
            sheet.append(row)

    config = documented()[1].replace('"bao-cao-xa"', '"bieu"')
    assert seen(rows(tmp_path, made(fill), config), "unit_name", "category", "stage", "as_of", "count", "target") == [
        ("D4", "Xã Lang Thíp", "birth", "entered", date(2025, 2, 5), 9, None),
        ("E4", "Xã Lang Thíp", "birth", "approved", date(2025, 2, 5), 5, 200),
        ("E5", "Xã Lang Thíp", "death", "approved", date(2025, 2, 5), 6, 60),
    ]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("header_row = 2", "sheet.header_row: unknown key; did you mean 'header_rows'?"),
        ('counts = [{ colum = "Đã nhập" }]', "sheet.counts[1].colum: unknown key; did you mean 'column'?"),
    ],
)
def test_a_slip_of_the_pen_in_a_layout_is_answered_by_its_own_keys(tmp_path: Path, line: str, says: str) -> None:
    source = f'[[source]]\nname = "b"\ncampaign = "nho"\n[source.sheet]\n{line}\n'
    with pytest.raises(ConfigError) as told:
        parse(CONFIG + source, tmp_path / "config.toml")
    assert str(told.value).endswith(says)
