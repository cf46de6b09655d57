"""Claims about the monthly notices, read back cell by cell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from campaign.errors import CanDichError
from campaign.period import month_of
from reporting.figures import Figures
from reporting.notice import notices, plain_letters, write_notices
from reporting.notice_content import Notice
from reporting.notice_workbook import workbook
from reporting.numbers import percent
from reporting.printed_sheet import fitting, lines_of, pixels_of
from tests.reporting.notice_campaign import (
    CONFIG,
    COUNTS,
    LONG,
    NOW,
    SCRIPT,
    TARGETS,
    UNITS,
    figures_of,
    header_row,
    sheets,
)


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Figures]:
    opened = figures_of(tmp_path_factory.mktemp("campaign"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def written(figures: Figures, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_notices(figures, "2025-01", tmp_path_factory.mktemp("notices"), "vi", NOW)


def ranked(sheet: Worksheet) -> dict[str, list[Cell]]:
    """Return the rows of a ranked table by unit name, in order; the total under its own name."""
    top = header_row(sheet) + 2
    rows = [list(row) for row in sheet.iter_rows(min_row=top, max_row=sheet.max_row)]
    return {f"{row[1].value}": row for row in rows if row[1].value}  # type: ignore[misc]


def all_text(path: Path) -> str:
    return "\n".join(str(c.value) for s in sheets(path) for row in s.iter_rows() for c in row if c.value is not None)


def test_the_province_and_each_district_get_a_workbook_a_clerk_can_find(written: list[Path]) -> None:
    assert [path.name for path in written] == [
        "Thong bao chien dich so hoa Bac Ha thang 01-2025 - Tinh Bac Ha (mo phong).xlsx",
        "Thong bao chien dich so hoa Bac Ha thang 01-2025 - Huyen 1 1 (mo phong).xlsx",
        "Thong bao chien dich so hoa Bac Ha thang 01-2025 - Huyen B (mo phong).xlsx",
    ]
    assert sorted(path.name for path in written[0].parent.iterdir()) == sorted(path.name for path in written)


def test_every_cell_of_a_ranked_table_equals_the_figures(figures: Figures, written: list[Path]) -> None:
    day = date(2025, 1, 15)
    views = [{row.name: row for row in figures.progress(day, category=view)} for view in ("first", "second", "all")]
    before = {row.name: row.done for row in figures.progress(date(2024, 12, 31))}
    district = sheets(written[1])[0]
    compared = 0
    for name, cells in ranked(district).items():
        if name not in (SCRIPT, "=1+1", LONG, "Tổng cộng"):
            continue
        unit = "Huyện =1+1" if name == "Tổng cộng" else name
        rows = [view[unit] for view in views]
        values = [cell.value for cell in cells]
        for place, row in enumerate(rows):
            assert values[2 + 3 * place : 4 + 3 * place] == [row.target, row.done]
            share = values[4 + 3 * place]
            assert share == "–" if row.completion is None else share == pytest.approx(float(row.completion), rel=1e-14)
        whole = rows[-1]
        assert values[11] == whole.remaining
        assert values[12] == whole.done - before[unit]
        assert values[13] == (None if name == "Tổng cộng" else whole.rank)
        assert all(isinstance(value, int | float) for value in values[2:13] if value != "–")
        compared += 1
    assert compared == 4


def test_the_numbers_are_those_of_plain_arithmetic(written: list[Path]) -> None:
    """9 996 + 500 of 10 500; 1 of 5 000; 120 + 10 of 110; 330 of 330; 35 of 77."""
    total = ranked(sheets(written[0])[0])["Tổng cộng"]
    values = [cell.value for cell in total]
    first, second, whole = (15_470, 10_452), (547, 540), (16_017, 10_992)
    assert values[2:4] == list(first)
    assert values[5:7] == list(second)
    assert values[8:10] == list(whole)
    assert values[10] == pytest.approx(10_992 / 16_017)
    assert values[11] == 4 + 4_999 + 0 + 0 + 42
    assert values[12] == 10_992 - 40


def test_the_live_sums_cover_exactly_the_rows_and_agree_with_the_total(written: list[Path]) -> None:
    checked = 0
    for path in written:
        for sheet in sheets(path):
            for row in sheet.iter_rows():
                for cell in row:
                    found = re.fullmatch(r"=SUM\(([A-Z]+)(\d+):\1(\d+)\)", str(cell.value))
                    if not found:
                        continue
                    letter, first, last = found[1], int(found[2]), int(found[3])
                    heading = sheet.cell(first - 1, 1).value  # the header, or the level of the rows below
                    assert first == header_row(sheet) + 2 or heading in ("STT", "Cấp huyện", "Cấp xã")
                    assert (sheet.cell(last + 1, 2).value, last + 2) == ("Tổng cộng", cell.row)
                    values = [sheet[f"{letter}{number}"].value for number in range(first, last + 1)]
                    assert (
                        sum(value for value in values if isinstance(value, int)) == sheet[f"{letter}{last + 1}"].value
                    )
                    assert all(sheet.cell(number, 2).value for number in range(first, last + 1))
                    checked += 1
    assert checked == 4 * 8 + 4 * 4  # two tables for the province, one for each district; the same by band


def test_a_name_is_a_text_and_only_the_check_is_a_formula(written: list[Path]) -> None:
    for path in written:
        for sheet in sheets(path):
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.data_type == "f":
                        assert str(cell.value).startswith(("=SUM(", "=IF(AND("))
    names = ranked(sheets(written[1])[0])
    assert names["=1+1"][1].data_type == "s"
    assert names["=1+1"][1].quotePrefix
    assert SCRIPT in names


def test_what_is_unfinished_never_prints_100_and_what_has_begun_never_0(written: list[Path]) -> None:
    names = ranked(sheets(written[1])[0])
    almost, barely, over = names["=1+1"], names[SCRIPT], names[LONG]
    assert almost[4].value == 0.9996
    assert almost[4].number_format == '[>=1][$-42A]0.0%;[>=0.9995]"99,9%";[$-42A]0.0%'
    assert barely[4].value == 0.0002
    assert barely[4].number_format == '[>=0.0005][$-42A]0.0%;[>0]"<0,1%";[$-42A]0.0%'
    assert barely[7].value == "–"  # nothing to do there
    assert (over[4].value, over[4].number_format) == (1.2, "[$-42A]0.0%")


def test_a_unit_with_nothing_to_do_or_no_target_is_named_and_not_counted(written: list[Path]) -> None:
    names = ranked(sheets(written[2])[0])
    assert [cell.value for cell in names["Phường Không"]][8:16] == [0, 0, "–", 0, 0, "–", "–", "Không có việc"]
    none = [cell.value for cell in names["Phường Chưa Giao"]]
    assert none[2:15] == ["–"] * 13
    assert none[15] == "Chưa giao chỉ tiêu"
    assert names["Tổng cộng"][8].value == 300 + 30 + 70 + 7


def test_finished_units_stand_in_order_of_finishing_and_lagging_ones_by_reason(figures: Figures) -> None:
    province = notices(figures, "2025-01", "vi", NOW)[0]
    assert [section.title for section in province.finished] == ["Đã hoàn thành, theo thứ tự về đích: Cấp xã (2)"]
    finished = province.finished[0].lines
    assert [(line.name, line.finished_on) for line in finished] == [
        ("Xã B", date(2025, 1, 9)),
        (LONG, date(2025, 1, 12)),
    ]
    lagging = {section.title: [(line.name, line.note) for line in section.lines] for section in province.lagging}
    assert lagging == {
        "Chưa báo cáo (1)": [("Xã B", "7 ngày, gần nhất 08/01/2025")],
        "Chậm tiến độ (1)": [(SCRIPT, "<0,1% kế hoạch, thiếu 4.999")],
        "Chậm nhẹ (1)": [("=1+1", "99,9% kế hoạch, thiếu 4")],
        "Chưa giao chỉ tiêu (1)": [("Phường Chưa Giao", "Chưa giao chỉ tiêu")],
    }


def test_the_sentences_say_the_results_as_a_whole(figures: Figures) -> None:
    province = notices(figures, month_of(date(2025, 1, 20)), "vi", NOW)[0]
    assert province.says[0] == (
        "Đến hết ngày 15/01/2025, tỉnh Bắc Hà đã thực hiện 10.992/16.017 thông tin, đạt 68,6%; còn lại 5.045 thông tin."
    )
    assert province.says[1:5] == (
        "– Nhóm một: 10.452/15.470, đạt 67,6%.",
        "– Nhóm hai: 540/547, đạt 98,7%.",
        "Có 20 thông tin vượt chỉ tiêu; phần vượt không được tính bù cho phần còn thiếu.",
        "Trong tháng 01/2025 thực hiện 10.952 thông tin.",
    )
    assert "Số đơn vị cấp xã đã hoàn thành: 2/5." in province.says


def test_the_title_block_says_what_when_and_that_it_is_simulated(written: list[Path]) -> None:
    lines = [sheets(written[0])[0].cell(row, 1).value for row in range(1, 7)]
    assert lines == [
        "THÔNG BÁO KẾT QUẢ THỰC HIỆN THÁNG 01/2025",
        "TỈNH BẮC HÀ",
        "Chiến dịch số hóa Bắc Hà (thử)",
        "(Thực hiện Kế hoạch số 1/KH-UBND)",
        "(Số liệu tính đến hết ngày 15/01/2025)",
        "Số liệu mô phỏng, không phải số liệu chính thức",
    ]


def test_every_sheet_prints_on_a4_within_the_margins_of_the_decree(written: list[Path]) -> None:
    for path in written:
        for number, sheet in enumerate(sheets(path)):
            setup, margins = sheet.page_setup, sheet.page_margins
            assert (setup.paperSize, setup.fitToWidth, setup.fitToHeight) == (9, 1, 0)
            assert sheet.sheet_properties.pageSetUpPr is not None
            assert sheet.sheet_properties.pageSetUpPr.fitToPage
            millimetres = [round(side * 25.4, 1) for side in (margins.left, margins.right, margins.top, margins.bottom)]
            assert millimetres == [30, 15, 20, 20]
            if sheet.title != "Biểu đồ":  # a page of pictures has no table
                assert sheet.print_title_rows
                first = 5 if sheet.title == "Số liệu biểu đồ" else header_row(sheet)
                assert f"${first}:" in sheet.print_title_rows
            assert sheet.HeaderFooter.differentFirst == (number == 0)
            assert sheet.HeaderFooter.oddHeader is not None
            assert sheet.HeaderFooter.oddHeader.center.text == "Trang &P/&N"
            assert {c.font.name for row in sheet.iter_rows() for c in row if c.value is not None} == {"Times New Roman"}


def test_a_name_of_ninety_letters_gets_the_lines_it_needs(written: list[Path]) -> None:
    sheet = sheets(written[1])[0]
    row = ranked(sheet)[LONG][1].row
    assert sheet.column_dimensions["B"].width <= 34
    assert sheet.row_dimensions[row].height >= 3 * 12 * 1.25
    assert ranked(sheet)[LONG][1].alignment.wrap_text


def test_english_notices_hold_the_same_numbers_in_english_words(figures: Figures, tmp_path: Path) -> None:
    path = write_notices(figures, "2025-01", tmp_path, "en", NOW)[0]
    assert path.name == "Notice Bac Ha drive 2025-01 - Tinh Bac Ha (simulated).xlsx"
    shown = all_text(path)
    assert "By the end of 2025-01-15, tỉnh Bắc Hà had done 10,992 of 16,017 thông tin, 68.6%" in shown
    assert "Tổng" not in shown
    total = ranked(sheets(path)[0])["Total"]
    assert [cell.value for cell in total][8:10] == [16_017, 10_992]
    assert total[10].number_format == "[$-409]0.0%"


@pytest.mark.parametrize("month", ["2025-13", "2025-1", "01-2025", "", "0000-01", "2024-12", "2025-04", "1999-01"])
def test_a_month_that_is_none_or_has_no_figures_is_refused_in_one_line(
    figures: Figures, tmp_path: Path, month: str
) -> None:
    with pytest.raises(CanDichError) as refused:
        write_notices(figures, month, tmp_path / "out", "vi", NOW)
    assert month in str(refused.value)
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "out").exists()


def test_a_month_after_the_end_has_no_figures_and_a_running_month_stops_at_the_last_day(figures: Figures) -> None:
    with pytest.raises(CanDichError, match="2025-02"):
        notices(figures, "2025-02", "vi", NOW)
    noon = datetime(2025, 1, 12, 5, tzinfo=UTC)
    assert {one.as_of for one in notices(figures, "2025-01", "vi", noon)} == {date(2025, 1, 11)}


def test_a_campaign_nobody_reported_to_has_no_notice(tmp_path: Path) -> None:
    bad = "unit_code,category,stage,as_of,count\nnobody,birth,approved,2025-01-08,1\n"
    silent = figures_of(tmp_path, counts=bad)
    with pytest.raises(CanDichError, match="nothing was reported"):
        write_notices(silent, "2025-01", tmp_path / "out", "vi", NOW)
    assert not (tmp_path / "out").exists()
    silent.close()


def test_a_run_that_breaks_leaves_no_file_behind(
    figures: Figures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    def breaks(notice: Notice, now: datetime) -> bytes:
        if notice.unit == "Huyện B":
            raise OSError("disk full")
        return workbook(notice, now)

    monkeypatch.setattr("reporting.notice.workbook", breaks)
    with pytest.raises(OSError, match="disk full"):
        write_notices(figures, "2025-01", tmp_path, "vi", NOW)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_is_refused_in_one_line(figures: Figures, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("a file", "utf-8")
    with pytest.raises(CanDichError, match="a folder was expected"):
        write_notices(figures, "2025-01", taken, "vi", NOW)
    assert taken.read_text("utf-8") == "a file"


def test_writing_again_replaces_the_earlier_notices(figures: Figures, tmp_path: Path) -> None:
    first = write_notices(figures, "2025-01", tmp_path, "vi", NOW)
    assert write_notices(figures, "2025-01", tmp_path, "vi", NOW) == first
    assert len(list(tmp_path.iterdir())) == 3


def test_a_tree_of_one_unit_gives_one_notice(tmp_path: Path) -> None:
    config = CONFIG.split("[[campaign.group]]", maxsplit=1)[0].replace("simulated = true\n", "")
    alone = figures_of(
        tmp_path,
        units="code,name,level,parent_code\nX,Xã Một,commune,\n",
        targets="unit_code,target\nX,40\n",
        counts="unit_code,as_of,count\nX,2025-01-07,10\n",
        config=config,
    )
    (path,) = write_notices(alone, "2025-01", tmp_path / "out", "vi", NOW)
    assert path.name == "Thong bao chien dich so hoa Bac Ha thang 01-2025 - Xa Mot.xlsx"
    sheet = sheets(path)[0]
    row = next(list(cells) for cells in sheet.iter_rows() if cells[0].value == 1)
    assert [cell.value for cell in row] == [1, "Xã Một", 40, 10, 0.25, 30, 10, 1, "–", "Chưa báo cáo"]
    alone.close()


def test_a_flat_list_of_units_gives_one_notice_that_sums_them(tmp_path: Path) -> None:
    config = CONFIG.split("[[campaign.group]]", maxsplit=1)[0]
    flat = figures_of(
        tmp_path,
        units="code,name,level,parent_code\nX,Một,commune,\nY,Hai,commune,\nZ,Ba,commune,\n",
        targets="unit_code,target\nX,40\nY,60\n",
        counts="unit_code,as_of,count\nX,2025-01-07,50\nY,2025-01-15,15\nZ,2025-01-15,5\n",
        config=config,
    )
    (only,) = notices(flat, "2025-01", "vi", NOW)
    total = only.rankings[0].total
    assert (total.whole.target, total.whole.done, total.whole.remaining, total.in_period) == (100, 65, 45, 65)
    assert percent(total.whole.share.value, "vi", total.whole.share.finished) == "65,0%"
    assert [line.note for line in only.rankings[0].lines][-1] == "Chưa giao chỉ tiêu; đã báo cáo 5"
    assert len(write_notices(flat, "2025-01", tmp_path / "out", "vi", NOW)) == 1
    flat.close()


def test_a_unit_that_ends_above_a_level_still_counts_in_that_level_s_table(tmp_path: Path) -> None:
    uneven = figures_of(
        tmp_path,
        units=UNITS + "P,Phòng Tư pháp,office,B\nQ,Sở Tư pháp,department,27\n",
        targets=TARGETS + "P,birth,approved,11\nQ,birth,approved,13\n",
        counts=COUNTS + "P,birth,approved,2025-01-14,11\nQ,birth,approved,2025-01-14,2\n",
    )
    for one in notices(uneven, "2025-01", "vi", NOW):
        for ranking in one.rankings:
            lines = ranking.lines
            assert sum(line.whole.done or 0 for line in lines) == ranking.total.whole.done
            assert sum(line.whole.target or 0 for line in lines) == ranking.total.whole.target
            assert sum(line.in_period or 0 for line in lines) == ranking.total.in_period
    uneven.close()


def test_stated_totals_that_differ_are_listed_with_a_likely_cause(tmp_path: Path) -> None:
    stated = "27,all,approved,2025-01-15,10929\nB,all,approved,2025-01-15,365\n"
    differing = figures_of(tmp_path, counts=COUNTS + stated)
    province, _, second = notices(differing, "2025-01", "vi", NOW)
    assert [(one.unit, one.stated, one.summed, one.cause) for one in province.differences] == [
        ("Tỉnh Bắc Hà", 10_929, 10_992, "Có thể đảo hai chữ số"),
    ]
    assert second.differences == ()
    path = write_notices(differing, "2025-01", tmp_path / "out", "vi", NOW)[0]
    last = next(sheet for sheet in sheets(path) if sheet.title == "Đối chiếu")
    top = header_row(last)
    values = [cell.value for cell in last[top + 1]]
    assert values[5:] == [10_929, 10_992, -63, "Có thể đảo hai chữ số", "Chưa giải trình"]
    differing.close()


def test_two_units_of_one_name_get_two_files_and_a_long_campaign_a_short_name(tmp_path: Path) -> None:
    long = CONFIG.replace("Chiến dịch số hóa Bắc Hà (thử)", "Chiến dịch " + "số hóa rất dài " * 20)
    same = figures_of(tmp_path, units=UNITS.replace("Huyện =1+1", "Huyện B"), config=long)
    paths = write_notices(same, "2025-01", tmp_path / "out", "vi", NOW)
    assert len({path.name.lower() for path in paths}) == 3
    for path in paths:
        assert path.name.isascii()
        assert len(path.name) <= 120
    assert paths[2].stem == f"{paths[1].stem} 2"
    same.close()


def test_plain_letters_keep_what_a_reader_needs() -> None:
    assert plain_letters("Quế Võ, Đông Thọ / =1+1") == "Que Vo Dong Tho 1 1"


def test_widths_and_lines_are_estimated_from_the_letters() -> None:
    assert pixels_of("Mù Cang Chải") > pixels_of("Mù Cang")
    assert pixels_of("Quế Võ") == pixels_of("Que Vo")
    assert lines_of("Xã Tân Thịnh", 30) == 1
    assert lines_of(LONG, 34) == 3
    assert lines_of("x" * 400, 30) > 10
    assert lines_of("", 30) == 1
    assert fitting([1_234_567, None, "Xã"]) == fitting([1_234_567])
