"""Claims about the agency's own workbook: its placeholders are filled, its style stays, what is below moves down."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from campaign.errors import CanDichError, ConfigError, ContractError
from campaign.paperwork import Paper, Signer
from reporting.agency_workbook import agency_workbook, known_placeholders
from reporting.figures import Figures
from reporting.inserted_rows import moved
from reporting.notice import notices, write_notices
from tests.reporting.notice_campaign import LONG, NOW, SCRIPT, figures_of

PAPER = Paper(agency="SỞ TƯ PHÁP", signer=Signer(post="GIÁM ĐỐC", name="Nguyễn Văn Mẫu"))


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Figures]:
    opened = figures_of(tmp_path_factory.mktemp("campaign"))
    yield opened
    opened.close()


def template(cells: dict[str, object] | None = None) -> bytes:
    """Return an agency's workbook: a title, a table of its own columns, a total, a signature."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Phụ lục"
    laid = {
        "A1": "{{co_quan}}",
        "A2": "KẾT QUẢ {{ky}} CỦA {{don_vi}}",
        "C3": "{{tong_so}}",
        "A5": "{{bang_xep_hang_duoi.stt}}",
        "B5": "{{bang_xep_hang_duoi.ten}}",
        "C5": "{{bang_xep_hang_duoi.tong_so}}",
        "D5": "{{bang_xep_hang_duoi.ty_le}}",
        "B6": "Cộng",
        "C6": "=SUM(C5:C5)",
        "D6": "=C6/C3",
        "A8": "{{chuc_vu_ky}} {{nguoi_ky}}",
    } | (cells or {})
    for place, value in laid.items():
        sheet[place] = value
    sheet["B5"].font, sheet["B5"].fill = Font(name="Arial", size=9, italic=True), PatternFill("solid", fgColor="FFFF00")
    sheet["D5"].number_format = "0.000"
    sheet.row_dimensions[5].height, sheet.row_dimensions[8].height = 33, 44
    sheet.merge_cells("A2:D2")
    sheet.merge_cells("A8:D8")
    sheet.print_area = "A1:D8"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def filled(figures: Figures, place: int = 1, cells: dict[str, object] | None = None) -> Worksheet:
    made = notices(figures, "2025-01", "vi", NOW, PAPER)[place]
    content = agency_workbook(template(cells), "mau.xlsx", made, PAPER, NOW)
    return load_workbook(io.BytesIO(content)).worksheets[0]


def test_every_placeholder_is_filled_wherever_it_stands(figures: Figures) -> None:
    sheet = filled(figures)
    assert sheet["A1"].value == "SỞ TƯ PHÁP"
    assert sheet["A2"].value == "KẾT QUẢ tháng 01/2025 CỦA Huyện =1+1"
    assert sheet["C3"].value == 10_000 + 500 + 5_000 + 100 + 10
    assert sheet["C3"].number_format == "[$-42A]#,##0"
    assert sheet["A10"].value == "GIÁM ĐỐC Nguyễn Văn Mẫu"
    assert not [cell for row in sheet.iter_rows() for cell in row if "{{" in str(cell.value)]


def test_a_table_goes_on_in_its_row_s_own_style_and_what_is_below_moves_down(figures: Figures) -> None:
    sheet = filled(figures)
    rows = [[cell.value for cell in sheet[number][:4]] for number in (5, 6, 7)]
    assert [row[:3] for row in rows] == [[1, LONG, 110], [2, "=1+1", 10_500], [3, SCRIPT, 5_000]]
    assert [row[3] for row in rows] == pytest.approx([130 / 110, 10_496 / 10_500, 1 / 5_000])
    for number in (5, 6, 7):
        assert (sheet.cell(number, 2).font.name, sheet.cell(number, 2).fill.fgColor.rgb) == ("Arial", "00FFFF00")
        assert sheet.cell(number, 4).number_format == "0.000"
        assert sheet.row_dimensions[number].height == 33
    assert sheet["C8"].value == "=SUM(C5:C7)"
    assert sheet["D8"].value == "=C8/C3"
    assert {str(one) for one in sheet.merged_cells.ranges} == {"A2:D2", "A10:D10"}
    assert sheet.row_dimensions[10].height == 44
    assert sheet.print_area.endswith("$A$1:$D$10")


def test_a_name_never_becomes_a_formula(figures: Figures) -> None:
    cell = filled(figures)["B6"]
    assert (cell.value, cell.data_type, bool(cell.quotePrefix)) == ("=1+1", "s", True)


def test_a_placeholder_of_a_whole_table_fills_the_cells_beside_it(figures: Figures) -> None:
    sheet = filled(figures, cells={"F5": "{{bang_xep_hang_duoi}}"})
    assert [cell.value for cell in sheet[6][5:12]] == [2, "=1+1", "Huyện =1+1", 10_500, 10_496, 10_496 / 10_500, 4]


def test_a_table_without_rows_leaves_its_row_empty(figures: Figures) -> None:
    sheet = filled(figures, 2, {"A12": "{{chenh_lech.ten}}", "B12": "{{chenh_lech.so_bao_cao}}"})
    assert not [cell.value for cell in sheet[15] if cell.value]
    assert sheet["A2"].value == "KẾT QUẢ tháng 01/2025 CỦA Huyện B"


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"C9": "{{ten_la}}"}, ["mau.xlsx, Phụ lục!C9", "{{ten_la}}", "bang_xep_hang"]),
        ({"C9": "{{bang_xep_hang.khong_co}}"}, ["Phụ lục!C9", "bang_xep_hang.ten"]),
        ({"C9": "{{ ky"}, ["Phụ lục!C9", "{{ky}}"]),
        ({"C9": '="a"&"{{ky}}"'}, ["Phụ lục!C9", "formula"]),
        ({"E5": "{{cham.ten}}"}, ["Phụ lục!5", "one table a row"]),
        ({"A2": "không có gì"}, ["mau.xlsx", "{{don_vi}} and {{ky}} missing", "known are"]),
    ],
)
def test_what_cannot_be_filled_is_refused_in_one_line_that_says_where(
    figures: Figures, cells: dict[str, object], said: list[str]
) -> None:
    with pytest.raises(ContractError) as refused:
        filled(figures, cells=cells)
    assert "\n" not in str(refused.value)
    for words in said:
        assert words in str(refused.value)


def test_notices_are_written_by_the_agency_s_workbook_or_not_at_all(figures: Figures, tmp_path: Path) -> None:
    own, out = tmp_path / "mau.xlsx", tmp_path / "out"
    own.write_bytes(template())
    paths = write_notices(figures, "2025-01", out, "vi", NOW, Paper(workbook=own))
    assert [load_workbook(path).sheetnames for path in paths] == [["Phụ lục"]] * 3
    own.write_bytes(template({"A1": "{{la}}"}))
    for broken, kind in ((own, ContractError), (tmp_path / "none.xlsx", ConfigError)):
        with pytest.raises(kind):
            write_notices(figures, "2025-01", tmp_path / "other", "vi", NOW, Paper(workbook=broken))
    own.write_bytes(b"no workbook")
    with pytest.raises(CanDichError, match="no workbook"):
        write_notices(figures, "2025-01", tmp_path / "other", "vi", NOW, Paper(workbook=own))
    assert not (tmp_path / "other").exists()


def test_every_known_placeholder_can_be_filled_in_both_languages(figures: Figures) -> None:
    for lang in ("vi", "en"):
        made = notices(figures, "2025-01", lang, NOW, PAPER)[0]
        book = Workbook()
        for row, name in enumerate(known_placeholders(made, PAPER), start=1):
            book.worksheets[0].cell(row * 2, 1, f"{{{{{name}}}}}")
        out = io.BytesIO()
        book.save(out)
        sheet = load_workbook(io.BytesIO(agency_workbook(out.getvalue(), "x", made, PAPER, NOW))).worksheets[0]
        assert not [cell for row in sheet.iter_rows() for cell in row if "{{" in str(cell.value)]
        assert sheet.max_row > len(known_placeholders(made, PAPER)) * 2


@pytest.mark.parametrize(
    ("formula", "own", "after"),
    [
        ("=SUM(C5:C5)", True, "=SUM(C5:C7)"),
        ("=SUM($C$5:$C$5)+C6", True, "=SUM($C$5:$C$7)+C8"),
        ("=SUM(C2:C4)+C5", True, "=SUM(C2:C4)+C5"),
        ("=SUM('Phụ lục'!C5:C5)", False, "=SUM('Phụ lục'!C5:C7)"),
        ("=SUM(C5:C5)", False, "=SUM(C5:C5)"),
        ('="C6"&C6', True, '="C6"&C8'),
    ],
)
def test_formulas_move_with_the_rows_they_speak_of(formula: str, *, own: bool, after: str) -> None:
    assert moved(formula, 5, 2, own=own, title="Phụ lục") == after


def test_the_same_template_and_notice_give_the_same_bytes(figures: Figures) -> None:
    made = notices(figures, "2025-01", "vi", NOW, PAPER)[0]
    later = datetime(2026, 1, 1, tzinfo=NOW.tzinfo)
    first, again = (agency_workbook(template(), "x", made, PAPER, NOW) for _ in range(2))
    assert first == again != agency_workbook(template(), "x", made, PAPER, later)
