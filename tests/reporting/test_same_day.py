"""Two campaigns laid upon each other say what can be worked out by hand from the counts they were sent."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from campaign.configuration import ALL
from reporting import headlines, same_day, same_day_chart
from reporting.same_day import Align, SameDay, Side
from tests.warehouse.small import Small, counts

LONG = """[[campaign]]
id = "nho"
name = "Chiến dịch trước"
start = 2025-02-03
end = 2025-02-12
units = "units.csv"
targets = "targets.csv"
"""
# 400 in all: 40 on day 1, 160 on day 3; the other has 400 too, 20 on day 1, 100 on day 4, 200 on day 6, 400 on day 10.
MINE = [("00101", "3", 40), ("00102", "5", 120)]
THEIRS = [("00101", "3", 20), ("00102", "6", 80), ("00201", "8", 100), ("00102", "12", 200), ("00101", "12", 100)]
ALL_DAYS = range(11)


def small(folder: Path, config: str = "", sent: list[tuple[str, str, object]] = MINE) -> Small:
    made = Small(folder, config_text=config) if config else Small(folder)
    made.send(counts(*sent), at="2025-02-20T08:00:00+07:00")
    return made


def side(made: Small, last: str, wanted: object = ALL_DAYS) -> Side:
    found = made.figures()
    return same_day.side_of(found, "27", ALL, found.campaign.headline, date.fromisoformat(last), wanted, "vi")


@pytest.fixture
def mine(tmp_path: Path) -> Small:
    return small(tmp_path / "mine")


@pytest.fixture
def theirs(tmp_path: Path) -> Small:
    return small(tmp_path / "theirs", LONG, THEIRS)


def laid(mine: Small, theirs: Small, day: str, align: Align, known: str = "2025-02-28") -> SameDay:
    number = same_day.day_number(date(2025, 2, 3), date(2025, 2, 7), date.fromisoformat(day))
    return SameDay(side(mine, day), side(theirs, known), number, align)


def test_the_same_day_of_both_is_compared_as_shares_of_their_own_targets(mine: Small, theirs: Small) -> None:
    found = laid(mine, theirs, "2025-02-05", Align.DAY)
    assert found.mine.at(3).completion == Fraction(160, 400)
    assert found.theirs.at(3).completion == Fraction(20, 400)
    assert found.gap == Fraction(40 - 5, 100)
    assert same_day.says(found, "vi") == (
        "Ngày thứ 3: đạt 40,0%; Chiến dịch trước khi đó đạt 5,0% (ở đây nhanh hơn 35,0 điểm phần trăm)"
    )


def test_the_same_share_of_the_time_meets_the_last_day_that_had_ended(mine: Small, theirs: Small) -> None:
    found = laid(mine, theirs, "2025-02-05", Align.SHARE)
    assert found.there(3) == 6  # three of five days gone, six of ten
    assert found.theirs.at(6).completion == Fraction(200, 400)
    assert same_day.says(found, "vi") == (
        "Ngày thứ 3 (đã qua 60,0% thời gian): đạt 40,0%; Chiến dịch trước khi đó (hết ngày thứ 6) đạt 50,0% "
        "(ở đây chậm hơn 10,0 điểm phần trăm)"
    )


@pytest.mark.parametrize(
    ("number", "length", "other", "there"),
    [(1, 15, 15, 1), (9, 15, 296, 177), (1, 15, 10, 0), (7, 15, 10, 4), (15, 15, 10, 10), (0, 5, 9, 0)],
)
def test_a_share_of_the_time_is_rounded_down_to_a_whole_day(number: int, length: int, other: int, there: int) -> None:
    assert same_day.met(number, length, other, Align.SHARE) == there
    assert same_day.met(number, length, other, Align.DAY) == number


def test_a_campaign_that_is_over_by_then_is_met_on_its_last_day(mine: Small, theirs: Small) -> None:
    turned = SameDay(side(theirs, "2025-02-10"), side(mine, "2025-02-28"), 8, Align.DAY)
    assert same_day.says(turned, "vi") == (
        "Ngày thứ 8: đạt 50,0%; Chiến dịch nhỏ đã kết thúc từ ngày thứ 5, đạt 40,0% "
        "(ở đây nhanh hơn 10,0 điểm phần trăm)"
    )


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ("2025-02-04", "Chiến dịch trước mới đến ngày thứ 2"),
        ("2025-02-01", "Chiến dịch trước chưa bắt đầu (ngày 03/02/2025)"),
    ],
)
def test_a_day_the_other_has_not_come_to_is_said_and_never_compared(
    mine: Small, theirs: Small, known: str, said: str
) -> None:
    found = laid(mine, theirs, "2025-02-05", Align.DAY, known)
    assert same_day.says(found, "vi") == f"Ngày thứ 3: đạt 40,0%; {said}"
    assert found.gap is None


def test_silence_is_no_nought(tmp_path: Path, mine: Small) -> None:
    late = small(tmp_path / "late", LONG, [("00101", "6", 100)])
    found = laid(mine, late, "2025-02-04", Align.DAY)
    assert same_day.says(found, "vi") == "Ngày thứ 2: đạt 10,0%; Chiến dịch trước khi đó chưa có báo cáo nào"
    assert found.theirs.reported == ((4, Fraction(100, 400)),)


def test_a_campaign_that_has_not_begun_says_when_it_does(mine: Small, theirs: Small) -> None:
    assert same_day.says(laid(mine, theirs, "2025-02-01", Align.DAY), "vi") == (
        "Chiến dịch bắt đầu ngày 03/02/2025; chưa có ngày nào để so sánh"
    )


def test_the_difference_is_that_of_the_shares_as_they_are_read(tmp_path: Path, mine: Small) -> None:
    other = small(tmp_path / "other", LONG, [("00102", "5", 119)])  # 29.75 % reads 29,8%; 40.0 - 29.8
    found = laid(mine, other, "2025-02-05", Align.DAY)
    assert "29,8%" in same_day.says(found, "vi")
    assert same_day.points(found.gap, "vi") == "+10,2"


def test_what_differs_between_the_two_is_said(mine: Small, theirs: Small) -> None:
    found = laid(mine, theirs, "2025-02-05", Align.DAY)
    assert same_day.differs(found, "vi") == ("Hai chiến dịch dài khác nhau: 5 ngày và 10 ngày.",)


def test_work_without_stages_of_its_own_is_called_done(mine: Small, theirs: Small) -> None:
    found = laid(mine, theirs, "2025-02-05", Align.DAY)
    assert found.mine.stage == "Đã thực hiện"
    staged = SameDay(found.mine, replace(found.theirs, stage="Đã phê duyệt"), found.number, found.align)
    assert same_day.differs(staged, "vi")[0] == "Hai bên đếm hai bước khác nhau: Đã thực hiện và Đã phê duyệt."


def test_campaigns_of_very_different_lengths_are_compared_by_time_unless_asked(mine: Small, theirs: Small) -> None:
    short, long = mine.figures().campaign, theirs.figures().campaign
    assert same_day.standard_align(short, long) is Align.DAY  # ten days are not over twice five
    longer = long.model_copy(update={"end": date(2025, 2, 13)})
    assert same_day.standard_align(short, longer) is same_day.standard_align(longer, short) is Align.SHARE


def test_a_long_table_keeps_the_first_the_last_and_the_day_asked_for() -> None:
    assert same_day.picked(15, 9) == tuple(range(1, 16))
    days = same_day.picked(296, 177)
    assert {1, 177, 296} <= set(days)
    assert len(days) <= same_day.MOST_LINES + 1


def test_the_table_shows_what_the_other_did_next_and_nothing_of_days_to_come_here(mine: Small, theirs: Small) -> None:
    html = same_day_chart.table(laid(mine, theirs, "2025-02-05", Align.SHARE), "vi")
    assert "<th scope=row>Ngày 3 ↔ 6<td>40,0%<td>50,0%<td><span class=cd-tone-behind>−10,0</span>" in html
    assert "<th scope=row>Ngày 5 ↔ 10<td>–<td>100,0%<td><span>–</span>" in html


def test_the_picture_says_in_words_what_it_draws(mine: Small, theirs: Small) -> None:
    found = laid(mine, theirs, "2025-02-05", Align.SHARE)
    html = same_day_chart.chart(found, "vi")
    assert f'alt="{same_day.says(found, "vi")}"' in html
    assert "<b>40,0%</b>" in html
    assert "<b>50,0%</b>" in html


def test_the_chart_says_since_when_one_has_been_ahead(mine: Small, theirs: Small) -> None:
    # By days: 10,0 % against 5,0 on day 1, and never less after it. By time: 10,0 against 5,0 and 40,0 against 50,0.
    assert headlines.same_day(laid(mine, theirs, "2025-02-05", Align.DAY), "vi") == (
        "Ở đây nhanh hơn từ ngày đầu đến nay"
    )
    by_time = laid(mine, theirs, "2025-02-05", Align.SHARE)
    assert [by_time.gap_on(day) for day in (1, 2, 3)] == [Fraction(1, 20), Fraction(-3, 20), Fraction(-1, 10)]
    assert headlines.same_day(by_time, "vi") == "Ở đây chậm hơn từ ngày thứ 2 đến nay"


def test_a_long_campaign_whose_days_are_not_all_known_claims_nothing(mine: Small, theirs: Small) -> None:
    found = laid(mine, theirs, "2025-02-05", Align.DAY)
    long = replace(found, mine=replace(found.mine, end=date(2025, 12, 31)))
    assert headlines.same_day(long, "vi") == "Tỷ lệ hoàn thành theo ngày của mỗi chiến dịch"
