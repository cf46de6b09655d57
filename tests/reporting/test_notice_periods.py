"""Claims about notices of a day, a week, any days: what was done in them, who gained places, how they are spoken of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from campaign.errors import CanDichError
from campaign.period import read_period
from reporting import periods
from reporting.figures import Figures
from reporting.notice import archive_name, notices, write_notices
from tests.reporting.notice_campaign import COUNTS, NOW, figures_of

MORE = "A2,birth,approved,2025-01-11,0\nB2,birth,approved,2025-01-14,69\nB2,death,approved,2025-01-14,7\n"


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Figures]:
    opened = figures_of(tmp_path_factory.mktemp("campaign"), counts=COUNTS + MORE)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("code", "spoken", "within", "column", "filed"),
    [
        ("2025-01", "tháng 01/2025", "Trong tháng 01/2025", "Trong tháng", "thang 01-2025"),
        ("2025-01-05", "ngày 05/01/2025", "Trong ngày 05/01/2025", "Trong ngày", "ngay 05-01-2025"),
        (
            "2025-W02",
            "tuần từ ngày 06/01/2025 đến ngày 12/01/2025",
            "Trong tuần từ ngày 06/01/2025 đến ngày 12/01/2025",
            "Trong tuần",
            "tuan 06-01-2025 den 12-01-2025",
        ),
        (
            "2025-01-01..2025-01-15",
            "từ ngày 01/01/2025 đến ngày 15/01/2025",
            "Từ ngày 01/01/2025 đến ngày 15/01/2025",
            "Trong kỳ",
            "tu 01-01-2025 den 15-01-2025",
        ),
    ],
)
def test_a_period_is_spoken_of_as_an_official_would(
    code: str, spoken: str, within: str, column: str, filed: str
) -> None:
    period = read_period(code)
    found = [one(period, "vi") for one in (periods.spoken, periods.within, periods.column, periods.filed)]
    assert found == [spoken, within, column, filed]


def test_what_was_done_in_a_period_is_the_difference_of_its_ends(figures: Figures) -> None:
    """Up to 8 January 40 + 35; up to the 9th 330 more; the 10th 9 956, the 12th 130, the 14th 41, the 15th 501."""
    done = {
        "2025-01-09": 330,
        "2025-01-10": 9_956,
        "2025-01-13": 0,
        "2025-W02": 35 + 330 + 9_956 + 130,
        "2025-01-11..2025-01-15": 130 + 41 + 501,
        "2025-01": 35 + 330 + 9_956 + 130 + 41 + 501,
    }
    for code, expected in done.items():
        province = notices(figures, code, "vi", NOW)[0]
        assert province.total.in_period == expected
        for ranking in province.rankings:
            assert sum(line.in_period or 0 for line in ranking.lines) == expected


def test_places_gained_are_counted_from_the_day_before_the_period(figures: Figures) -> None:
    """On the 14th B2 has 76 of 77, one place before A1 with 9 996 of 10 500; A3 finished on the 12th, after B1."""
    for code in ("2025-01-14", "2025-01-11..2025-01-15", "2025-W03"):
        period = read_period(code)
        made = notices(figures, code, "vi", NOW)[0]
        before = {row.code: row.rank for row in figures.progress(date.fromordinal(period.first.toordinal() - 1))}
        changes = {}
        for line in (line for ranking in made.rankings for line in ranking.lines if line.row):
            was = before[line.row.code]
            assert line.rank_change == (None if line.rank is None or was is None else was - line.rank)
            changes[line.row.code] = line.rank_change
        if code == "2025-01-14":
            assert [changes[one] for one in ("A1", "A2", "A3", "B1", "B2")] == [-1, 0, 0, 0, 1]
        if code == "2025-01-11..2025-01-15":
            assert changes["A3"] == 4 - 2  # had done nothing on the 10th, as A2 had, and was the second to finish
            assert changes["B1"] == 0
            assert any((change or 0) < 0 for change in changes.values())


def test_a_day_s_places_are_those_of_the_figures(figures: Figures) -> None:
    rows = {row.code: row for row in figures.progress(date(2025, 1, 12))}
    for ranking in notices(figures, "2025-01-12", "vi", NOW)[0].rankings:
        for line in ranking.lines:
            assert line.row is not None
            assert line.rank_change == rows[line.row.code].rank_change


def test_before_anybody_ran_nobody_had_a_place_to_gain_or_lose(tmp_path: Path) -> None:
    opened = figures_of(tmp_path, counts=COUNTS.replace("A1,birth,approved,2024-12-31,40\n", ""))
    made = notices(opened, "2025-01", "vi", NOW)[0]
    assert {line.rank_change for ranking in made.rankings for line in ranking.lines} == {None}
    opened.close()


def test_on_the_first_day_places_are_the_figures_own_and_in_its_month_those_of_the_baseline(figures: Figures) -> None:
    """On the eve A1 had 40 of 10 500 and A its 40 of 15 610: first, and everybody else second."""
    eve, last = ({row.code: row for row in figures.progress(date(2025, 1, day))} for day in (5, 15))
    month = [line for one in notices(figures, "2025-01", "vi", NOW)[0].rankings for line in one.lines if line.row]
    changes = {line.row.code: line.rank_change for line in month if line.row}
    assert (eve["A1"].rank, eve["A3"].rank, last["A3"].rank) == (1, 2, 2)
    assert (changes["A1"], changes["A3"], changes["B1"]) == (1 - (last["A1"].rank or 0), 0, 1)
    one_day = notices(figures.under(date(2025, 1, 6)), "2025-01-06", "vi", NOW)[0]
    first = {row.code: row.rank_change for row in figures.progress(date(2025, 1, 6))}
    assert first["A1"] == 0
    for line in (line for ranking in one_day.rankings for line in ranking.lines if line.row):
        assert line.row is not None
        assert line.rank_change == first[line.row.code]


def test_a_day_s_workbook_says_so_from_its_name_to_its_columns(figures: Figures, tmp_path: Path) -> None:
    path = write_notices(figures, "2025-01-12", tmp_path, "vi", NOW)[0]
    assert path.name == "Thong bao chien dich so hoa Bac Ha ngay 12-01-2025 - Tinh Bac Ha (mo phong).xlsx"
    sheet = load_workbook(path).worksheets[0]
    shown = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert shown[0] == "THÔNG BÁO KẾT QUẢ THỰC HIỆN NGÀY 12/01/2025"
    assert "Trong ngày 12/01/2025 thực hiện 130 thông tin." in shown
    assert "Trong ngày" in shown
    assert "Trong tháng" not in " ".join(shown)
    changes = [row[14] for row in sheet.iter_rows() if isinstance(row[0].value, int)]
    assert {cell.number_format for cell in changes} == {"[$-42A]+#,##0;[$-42A]−#,##0;0"}


def test_a_week_that_is_not_over_stands_at_its_last_known_day(figures: Figures) -> None:
    noon = NOW.replace(month=1, day=11)
    assert {one.as_of for one in notices(figures, "2025-W02", "vi", noon)} == {date(2025, 1, 10)}


@pytest.mark.parametrize("code", ["2024-W50", "2025-01-05", "2025-01-16", "2025-W54", "2025-01-15..2025-01-01", "x"])
def test_a_period_without_figures_is_refused_and_named(figures: Figures, tmp_path: Path, code: str) -> None:
    with pytest.raises(CanDichError) as refused:
        write_notices(figures, code, tmp_path / "out", "vi", NOW)
    assert code in str(refused.value)
    assert not (tmp_path / "out").exists()


def test_all_notices_of_a_period_may_lie_in_one_archive_of_a_plain_name(figures: Figures) -> None:
    week = read_period("2025-W02")
    name = archive_name(figures.campaign, week, "vi", "Tỉnh Bắc Hà")
    assert name == "Thong bao chien dich so hoa Bac Ha tuan 06-01-2025 den 12-01-2025 (mo phong).zip"


def test_explanations_stand_beside_the_differences_they_explain(tmp_path: Path) -> None:
    stated = "27,all,approved,2025-01-15,10929\nB,all,approved,2025-01-14,364\n"
    differing = figures_of(tmp_path, counts=COUNTS + stated)
    key = ("27", "all", "approved", "count", date(2025, 1, 15))
    said = {key: ("Gõ nhầm hai chữ số", "Nguyễn Văn Mẫu")}
    province, _, second = notices(differing, "2025-01", "vi", NOW, explained=said)
    assert [(one.explained, one.explained_by) for one in province.differences if one.unit == "Tỉnh Bắc Hà"] == [
        ("Gõ nhầm hai chữ số", "Nguyễn Văn Mẫu")
    ]
    assert [one.explained for one in second.differences] == [""]
    path = write_notices(differing, "2025-01", tmp_path / "out", "vi", NOW, explained=said)[0]
    sheet = next(one for one in load_workbook(path).worksheets if one.title == "Đối chiếu")
    last = [row[9].value for row in sheet.iter_rows() if isinstance(row[0].value, int)]
    assert sorted(map(str, last)) == ["Chưa giải trình", "Gõ nhầm hai chữ số (Nguyễn Văn Mẫu)"]
    differing.close()


def test_work_done_after_the_end_has_notices_of_its_own_days(tmp_path: Path) -> None:
    late = COUNTS + "A2,birth,approved,2025-01-16,4000\n"
    opened = figures_of(tmp_path, counts=late)
    made = notices(opened, "2025-01-16", "vi", NOW)[0]
    opened.close()
    assert (made.as_of, made.total.in_period) == (date(2025, 1, 16), 4_000 - 1)
    assert [(point.day.day, point.expected, point.done) for point in made.burnup][-2:] == [
        (15, 16_017, 10_992),
        (16, 16_017, 10_992 + 3_999),
    ]
    assert not [sentence for sentence in made.says if "kế hoạch" in sentence]  # the plan is over
