"""Headlines: each says what can be read off the counts by hand, and nothing that the chart does not show."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest

from campaign.configuration import ALL
from campaign.freshness import Tally
from campaign.progress import UnitProgress
from reporting import forecasts, headlines
from reporting.burnup import MOST_POINTS, drawn_series
from tests.warehouse.small import CONFIG, Small, counts

# 100 due, 20 a day of five.
FIRST = date(2025, 2, 3)


def drawn(folder, done, *, config=CONFIG, unit="00101", last=None):
    """Return the figures of a unit for each day up to the last on which it said what it had done; None is silence."""
    made = Small(folder, config_text=config)
    sent = [(unit, str((FIRST + timedelta(days=n)).day), n_done) for n, n_done in enumerate(done) if n_done is not None]
    made.send(counts(*sent), at="2025-02-20T08:00:00+07:00")
    figures = made.figures()
    as_of = last or FIRST + timedelta(days=len(done) - 1)
    return drawn_series(figures, unit, as_of), figures.campaign


@pytest.mark.parametrize(
    ("done", "said"),
    [
        ([15], "Ngày đầu đã dưới kế hoạch; đang thiếu 5"),
        ([15, 30], "Dưới kế hoạch từ ngày đầu đến nay; đang thiếu 10, nhiều hơn hôm trước"),
        ([15, 35], "Dưới kế hoạch từ ngày đầu đến nay; đang thiếu 5"),
        ([10, 35], "Dưới kế hoạch từ ngày đầu đến nay; đang thiếu 5, ít hơn hôm trước"),
        ([25, 35], "Tụt xuống dưới kế hoạch từ ngày 04/02; đang thiếu 5"),
        ([25, 35, 40], "Dưới kế hoạch 2 ngày liền, từ 04/02; đang thiếu 20, nhiều hơn hôm trước"),
        ([25, 35, None], "Dưới kế hoạch 2 ngày liền, từ 04/02; đang thiếu 25, nhiều hơn hôm trước"),
        ([20], "Ngày đầu đạt kế hoạch"),
        ([25], "Ngày đầu đạt kế hoạch; vượt 5"),
        ([20, 40], "Đạt kế hoạch từ ngày đầu đến nay"),
        ([25, 50], "Đạt kế hoạch từ ngày đầu đến nay; đang vượt 10, nhiều hơn hôm trước"),
        ([25, 42], "Đạt kế hoạch từ ngày đầu đến nay; đang vượt 2, ít hơn hôm trước"),
        ([15, 40], "Bắt kịp kế hoạch từ ngày 04/02"),
        ([15, 42, 60], "Đạt kế hoạch 2 ngày liền, từ 04/02"),
        ([None], "Ngày đầu đã dưới kế hoạch; đang thiếu 20"),
        ([25, 50, 80, 100], "Về đích ngày 06/02, trước hạn 1 ngày"),
        ([25, 50, 80, 90, 100], "Về đích ngày 07/02, đúng ngày hết hạn"),
        ([25, 50, 80, 90, 95, 100], "Về đích ngày 08/02, sau hạn 1 ngày"),
        ([25, 50, 80, 90, 95], "Hết hạn 07/02 còn thiếu 5"),  # the last day itself
        ([25, 50, 80, 90, 95, 95], "Hết hạn 07/02 còn thiếu 5"),
        ([25, 50, 80, 90, 95, 97, 98], "Sau hạn 07/02 làm thêm 3, còn thiếu 2"),
    ],
)
def test_the_burn_up_says_for_how_long_and_which_way_it_goes(tmp_path, done, said):
    rows, campaign = drawn(tmp_path, done)
    assert headlines.burnup(rows, campaign, "vi") == said


def test_the_burn_up_says_the_same_in_english(tmp_path):
    rows, campaign = drawn(tmp_path, [25, 35, 40])
    assert headlines.burnup(rows, campaign, "en").startswith("Below plan 2 days in a row, since ")
    assert headlines.burnup(rows, campaign, "en").endswith("; 20 short, more than the day before")


def test_before_the_first_day_it_says_when_that_is(tmp_path):
    rows, campaign = drawn(tmp_path, [15], last=date(2025, 2, 1))
    assert headlines.burnup(rows, campaign, "vi") == "Chiến dịch bắt đầu ngày 03/02/2025"


def test_less_than_one_is_no_gap_to_speak_of(tmp_path):
    made = Small(tmp_path, targets="unit_code,target\n00101,101\n")  # 20,2 a day
    made.send(counts(("00101", "3", 20)), at="2025-02-20T08:00:00+07:00")
    figures = made.figures()
    rows = [figures.unit("00101", FIRST, category=ALL, stage=figures.campaign.headline)]
    assert rows[0].variance == Fraction(-1, 5)
    assert headlines.burnup(rows, figures.campaign, "vi") == "Ngày đầu đã dưới kế hoạch"


def test_where_not_every_day_is_drawn_no_length_is_claimed(tmp_path):
    long = CONFIG.replace("2025-02-07", "2025-12-31")
    last = FIRST + timedelta(days=MOST_POINTS + 10)
    rows, campaign = drawn(tmp_path, [1, 2], config=long, last=last)
    assert len(rows) < MOST_POINTS
    assert headlines.burnup(rows, campaign, "vi").startswith("Đang dưới kế hoạch; đang thiếu ")


def test_a_unit_without_target_keeps_the_plain_title(tmp_path):
    made = Small(tmp_path, targets="unit_code,target\n00101,100\n")
    made.send(counts(("00101", "3", 20)), at="2025-02-20T08:00:00+07:00")
    figures = made.figures()
    row = figures.unit("00201", FIRST, category=ALL, stage=figures.campaign.headline)
    assert headlines.burnup([row], figures.campaign, "vi") == "Lũy kế thực hiện so với kế hoạch"
    assert headlines.run([]) is None


@pytest.fixture
def day_two(tmp_path) -> list[UnitProgress]:
    """Day 2, 40 % due: 00101 has 30 of 100, 00102 100 of 200, 00201 10 of 100: 260 left."""
    made = Small(tmp_path)
    made.send(counts(("00101", "4", 30), ("00102", "4", 100), ("00201", "4", 10)), at="2025-02-20T08:00:00+07:00")
    figures = made.figures()
    return figures.progress(date(2025, 2, 4), category=ALL, stage=figures.campaign.headline)


def of(rows, *codes):
    return [row for code in codes for row in rows if row.code == code]


def test_the_units_below_say_how_many_trail_and_who_furthest(day_two):
    assert headlines.below(of(day_two, "00101", "00102", "00201"), "vi") == (
        "2 trên 3 đơn vị trực thuộc chậm so với kế hoạch; chậm nhất là Phường An"
    )
    assert headlines.below(of(day_two, "00101"), "vi") == "Xã An chậm so với kế hoạch"
    assert headlines.below(of(day_two, "00102"), "vi") == "Xã Bình đạt hoặc vượt kế hoạch"
    assert headlines.below(of(day_two, "00102") * 2, "vi") == "Cả 2 đơn vị đều đạt hoặc vượt kế hoạch"
    assert headlines.below([], "vi") == "Tiến độ các đơn vị trực thuộc"


def test_units_below_are_sorted_by_how_far_they_trail_their_plan(day_two):
    rows = sorted(of(day_two, "00102", "00101", "00201"), key=headlines.furthest)
    assert [row.code for row in rows] == ["00201", "00101", "00102"]
    none = [row for row in day_two if row.target is None]
    assert [row.code for row in sorted([*none, *rows], key=headlines.furthest)][:3] == ["00201", "00101", "00102"]


def test_who_holds_back_is_told_by_how_few_hold_half_of_what_is_left(day_two):
    two = of(day_two, "00102", "00201")  # 100 + 90 of 260
    assert headlines.holders(two, "vi") == "2 đơn vị chiếm 73,1% tổng số còn lại"
    assert headlines.holders(of(day_two, "00102", "00201", "00101"), "vi") == "2 đơn vị chiếm 73,1% tổng số còn lại"
    assert headlines.holders(two[:1], "vi") == "Xã Bình còn 100, bằng 38,5% tổng số còn lại"
    assert headlines.holders([], "vi") == "Kéo giảm tiến độ nhiều nhất"


def test_one_that_holds_all_that_is_left_is_named(tmp_path):
    made = Small(tmp_path)
    made.send(counts(("00101", "4", 100), ("00102", "4", 200), ("00201", "4", 10)), at="2025-02-20T08:00:00+07:00")
    figures = made.figures()
    rows = figures.progress(date(2025, 2, 4), category=ALL, stage=figures.campaign.headline)
    assert headlines.holders(of(rows, "00201"), "vi") == "Phường An còn 90, bằng 100,0% tổng số còn lại"


def test_the_worst_day_of_reporting_is_named_the_latest_of_equals():
    day = Tally(expected=4, reported=4, on_time=4)
    days = {date(2025, 2, 3): replace(day, on_time=3), date(2025, 2, 4): replace(day, on_time=3, reported=3)}
    assert headlines.punctual(days, "vi") == "Kém nhất là ngày 04/02: 3 trên 4 đơn vị báo cáo đúng giờ"
    assert headlines.punctual({date(2025, 2, 3): day}, "vi") == "Ngày nào cũng báo cáo đủ và đúng giờ"
    assert headlines.punctual({}, "vi") == "Từng ngày"


def expected(folder, done, unit, day="2025-02-04"):
    """Return what is to be expected of a unit at the end of a day, and the campaign; `done`: counts on 4 February."""
    made = Small(folder)
    made.send(counts(*((code, "4", count) for code, count in done.items())), at="2025-02-20T08:00:00+07:00")
    figures = made.figures()
    found = forecasts.assess(figures, date.fromisoformat(day))[unit]
    made.close()
    return found, figures.campaign


@pytest.mark.parametrize(
    ("unit", "final", "said", "in_english"),
    [
        ("27", 330, "Tỉnh Nhỏ dự kiến đạt 82,5% khi đến hạn 07/02, 2/3 đơn vị kịp hạn",
         "Tỉnh Nhỏ is expected to reach 82.5% by the deadline 7 Feb, 2 of 3 units on time"),
        # what one unit does more than its target is no promise for the others
        ("27", 440, "Tỉnh Nhỏ dự kiến 2/3 đơn vị kịp hạn 07/02",
         "Tỉnh Nhỏ is expected to bring 2 of 3 units in by the deadline 7 Feb"),
        ("00101", 33, "Xã An dự kiến đạt 33,0% khi đến hạn 07/02, khả năng kịp hạn 25%",
         "Xã An is expected to reach 33.0% by the deadline 7 Feb, its chance to be on time is 25%"),
    ],
)  # fmt: skip
def test_the_forecast_is_told_by_where_it_leads(tmp_path, unit, final, said, in_english):
    one, campaign = expected(tmp_path, {"00101": 10, "00102": 20}, unit)
    told = {"expected_final": Fraction(final), "units_on_time": Fraction(3, 2), "p_on_time": Fraction(1, 4)}
    open_end = replace(one, prospect=replace(one.prospect, **told))  # 330 of 400, 33 of 100; one and a half is two
    assert headlines.forecast(open_end, campaign, "vi") == said
    assert headlines.forecast(open_end, campaign, "en") == in_english


@pytest.mark.parametrize(
    ("done", "unit", "day", "said"),
    [
        ({"00101": 100}, "00101", "2025-02-04", "Xã An đã về đích ngày 04/02"),
        ({"00101": 100, "00102": 150}, "D1", "2025-02-08", "Huyện Một hết hạn 07/02 chưa về đích, còn thiếu 50"),
        ({}, "27", "2025-02-02", "Chiến dịch bắt đầu ngày 03/02/2025"),
    ],
)
def test_a_forecast_that_is_over_or_not_begun_says_that(tmp_path, done, unit, day, said):
    one, campaign = expected(tmp_path, done, unit, day)
    assert headlines.forecast(one, campaign, "vi") == said


def test_a_unit_without_a_target_or_without_work_has_no_forecast(tmp_path):
    made = Small(tmp_path, targets="unit_code,target\n00101,0\n")
    made.send(counts(("00101", 4, 0)), at="2025-02-20T08:00:00+07:00")
    found = forecasts.assess(made.figures(), date(2025, 2, 4))
    said = [headlines.forecast(found[code], made.campaign, "vi") for code in ("00101", "00102")]
    made.close()
    assert said == ["Xã An không có việc phải làm", "Xã Bình chưa được giao chỉ tiêu nên chưa dự báo được"]
