"""The command `emulation` and its workbook: every score of the table is the score, and the sheet waits for a hand."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from openpyxl import load_workbook

from etl.commands import main
from reporting.notice import notices
from reporting.notice_workbook import workbook
from tests.warehouse.small import CONFIG, FIRST_RECEIPT, ID, TARGETS, UNITS, Small, counts

CONFIGURED = """[campaign.notice]
superior = "UBND TỈNH NHỎ"
agency = "SỞ TƯ PHÁP"
place = "Nhỏ"
signer = { authority = "KT. GIÁM ĐỐC", post = "PHÓ GIÁM ĐỐC", name = "Nguyễn Văn B" }
[campaign.emulation]
weights = { completion = 62.5, streak = 37.5 }
"""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Small]:
    """Return the campaign of 20, 40 and 20 a day: 00101 did it on both days, 00102 on one, =1+1 never."""
    made = Small(tmp_path / "house", CONFIG + CONFIGURED, UNITS.replace("Phường An", "=1+1"), TARGETS)
    made.send(counts(("00101", 3, 20), ("00101", 4, 40), ("00102", 3, 40), ("00102", 4, 60), ("00201", 3, 0)))
    yield made
    made.close()


def ask(house: Small, *more: str) -> int:
    return main(["--config", str(house.path), "emulation", "--campaign", ID, "--as-of", "2025-02-04", *more])


SCORES = {  # completion and run: 0.4 and 2/2; 0.3 and 1/2; nothing
    "00101": (1, Fraction(625, 10) * Fraction(2, 5) + Fraction(375, 10)),
    "00102": (2, Fraction(625, 10) * Fraction(3, 10) + Fraction(375, 20)),
    "00201": (3, Fraction(0)),
}


def test_the_table_has_each_part_of_the_formula_and_its_points(
    house: Small, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert ask(house, "--level", "commune", "--format", "csv") == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert list(rows[0])[6:] == ["rank", "points", "completion", "completion_points", "streak", "streak_points"]
    assert [(row["code"], row["rank"], row["points"]) for row in rows] == [
        ("00101", "1", "62.50"), ("00102", "2", "37.50"), ("00201", "3", "0.00"),
    ]  # fmt: skip
    assert (rows[1]["completion"], rows[1]["completion_points"], rows[1]["streak_points"]) == (
        "0.300000", "18.75", "18.75",
    )  # fmt: skip
    assert ask(house, "--format", "json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert [one["level"] for one in listed] == ["province", "district", "district", "commune", "commune", "commune"]


def test_a_unit_with_nothing_to_do_stands_last_without_a_score(
    house: Small, capsys: pytest.CaptureFixture[str]
) -> None:
    house.write("targets.csv", TARGETS.replace("00201,100", "00201,0"))
    house.send(counts(("00201", 4, 0)))
    capsys.readouterr()
    assert ask(house, "--level", "commune", "--format", "csv") == 0
    last = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))[-1]
    assert (last["code"], last["rank"], last["points"], last["completion"]) == ("00201", "", "", "")


def test_the_workbook_says_the_same_and_leaves_room_to_sign(house: Small, tmp_path: Path) -> None:
    out = tmp_path / "diem.xlsx"
    assert ask(house, "--format", "xlsx", "--out", str(out)) == 0
    sheet = load_workbook(out).worksheets[0]
    cells = {str(cell.value): cell for row in sheet.iter_rows() for cell in row if cell.value is not None}
    said = (
        "UBND TỈNH NHỎ", "SỞ TƯ PHÁP", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "BẢNG ĐIỂM THI ĐUA CẤP XÃ",
        "Công thức: Hoàn thành 62,5 điểm; Chuỗi ngày đạt kế hoạch 37,5 điểm; cộng 100 điểm.",
        "Nhỏ, ngày …… tháng …… năm ……", "NGƯỜI LẬP BẢNG", "KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC", "Nguyễn Văn B",
    )  # fmt: skip
    for words in said:
        assert cells[words].font.name == "Times New Roman", words
    assert (cells["=1+1"].data_type, cells["=1+1"].quotePrefix) == ("s", True)
    rows = {row[1].value: row for row in sheet.iter_rows() if row[1].value in {"Xã An", "Xã Bình", "=1+1"}}
    for name, code in (("Xã An", "00101"), ("Xã Bình", "00102"), ("=1+1", "00201")):
        rank, points = SCORES[code]
        assert (rows[name][0].value, rows[name][-1].value) == (rank, float(points))
        assert rows[name][-1].number_format.endswith("#,##0.00")
        assert rows[name][-1].value == rows[name][4].value + rows[name][6].value
    assert (sheet.page_setup.paperSize, sheet.print_title_rows is not None) == (9, True)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--format", "xlsx"), "was not given"),
        (("--format", "csv", "--out", "x.xlsx"), "for a workbook only"),
        (("--format", "xlsx", "--out", "no/such/folder/x.xlsx"), "folder does not exist"),
        (("--level", "zz"), "no unit has it"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    house: Small, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], said: str
) -> None:
    capsys.readouterr()
    assert ask(house, *more) == 2
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == 1


def test_a_formula_that_does_not_add_up_is_refused_with_its_key(
    house: Small, capsys: pytest.CaptureFixture[str]
) -> None:
    house.write("config.toml", CONFIG + CONFIGURED.replace("62.5", "60"))
    assert ask(house) == 2
    assert "emulation.weights: points of 0 or more that add up to 100" in capsys.readouterr().err


def test_a_notice_names_them_in_its_workbook(house: Small) -> None:
    notice, *_ = notices(house.figures(), "2025-02-04", "vi", FIRST_RECEIPT)
    said = "Cấp xã có chuỗi ngày làm việc liên tục đạt kế hoạch dài nhất: Xã An (2 ngày)."
    assert said in notice.recognised
    book = load_workbook(io.BytesIO(workbook(notice, FIRST_RECEIPT)))
    assert said in [cell.value for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert notice.as_of == date(2025, 2, 4)
