"""Forecasts in words, what people and days would change, and the score: every expectation added up by hand."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from campaign.feasibility import feasibility
from campaign.prospects import Prospect, Standing
from campaign.units import Tree, Unit
from etl.configured import load
from reporting import calibration, forecasts
from reporting.figures import Figures
from reporting.forecast_score import Bin, brier, score
from tests.pages.house import ID, build
from warehouse.forecasts import Stored

OPEN = Prospect(
    as_of=date(2025, 1, 10), level="commune", code="a1", name="Xã Đông", category="all", stage="approved",
    standing=Standing.OPEN, p_on_time=Fraction(62, 100), finish_p10=date(2025, 1, 14), finish_p50=date(2025, 1, 16),
    finish_p90=date(2025, 1, 20), horizon=date(2025, 1, 30), expected_final=Fraction(950),
    units_on_time=Fraction(62, 100), band=(), pooled=0.1, moving=True, is_leaf=True,
)  # fmt: skip


class Fifteen:
    start, end = date(2025, 1, 1), date(2025, 1, 15)


def says(**changed) -> str:
    return forecasts.says(replace(OPEN, **changed), Fifteen, "vi")


def test_an_open_unit_is_told_its_chance_and_its_days():
    told = "Khả năng về đích đúng hạn 62%, dự kiến xong 16/01 (sớm nhất 14/01, muộn nhất 20/01)."
    assert says() == told
    assert says(pooled=0.7) == f"{told} Ít số liệu, dựa vào các đơn vị cùng loại."
    assert says(moving=False).startswith("Chưa có tiến triển; dự báo dựa vào các đơn vị cùng loại. Khả năng")


def test_what_lies_beyond_the_days_looked_at_is_after_the_last_of_them():
    assert "xong 16/01 (sớm nhất 14/01, muộn nhất sau 30/01)" in says(finish_p90=None)
    assert "xong sau 30/01 (sớm nhất 14/01)" in says(finish_p90=None, finish_p50=None)
    assert says(finish_p90=None, finish_p50=None, finish_p10=None).endswith("dự kiến xong sau 30/01.")


@pytest.mark.parametrize(
    ("p", "shown"),
    [(Fraction(0), "dưới 1%"), (Fraction(4, 1000), "dưới 1%"), (Fraction(1, 100), "1%"), (Fraction(625, 1000), "63%"),
     (Fraction(99, 100), "99%"), (Fraction(995, 1000), "trên 99%"), (Fraction(1), "trên 99%")],
)  # fmt: skip
def test_an_open_end_is_never_certain(p, shown):
    assert forecasts.likely(replace(OPEN, p_on_time=p), "vi") == shown


def test_the_chance_to_miss_is_the_other_way_round():
    assert forecasts.missing(OPEN, "vi") == "38%"
    assert forecasts.missing(replace(OPEN, p_on_time=Fraction(0)), "vi") == "trên 99%"


@pytest.mark.parametrize(
    ("standing", "told"),
    [
        (Standing.FINISHED, "Đã về đích ngày 16/01/2025."),
        (Standing.ENDED, "Đã hết hạn ngày 15/01/2025, chưa về đích."),
        (Standing.NOT_BEGUN, "Chiến dịch bắt đầu ngày 01/01/2025; chưa có gì để dự báo."),
        (Standing.NO_TARGET, "Chưa giao chỉ tiêu nên chưa dự báo được."),
    ],
)
def test_other_standings_are_told_plainly(standing, told):
    assert says(standing=standing) == told


def test_feasibility_is_told_with_its_two_rates():
    told = forecasts.feasible(feasibility(100, Fraction(46), Fraction(30), Fraction(3, 2)), "vi")
    assert told.startswith("Mỗi ngày cần 46, gấp 1,5 lần ba ngày liền tốt nhất (30 mỗi ngày): không khả thi")
    staffed = feasibility(300, Fraction(65), Fraction(40), Fraction(2), staff=4)
    assert forecasts.people(staffed, "vi") == "Phần còn lại cần khoảng 30 ngày công; hiện có 4 người. Cần thêm 3 người."
    assert forecasts.people(feasibility(300, Fraction(65), Fraction(40), Fraction(2)), "vi") == ""


def test_staff_is_summed_up_the_tree_only_where_every_leaf_says():
    def unit(code, parent, staff=None):
        return Unit(code, code, "x", parent, staff=staff)

    tree = Tree([unit("P", None, 99), unit("A", "P"), unit("B", "P"), unit("a1", "A", 4), unit("a2", "A", 6),
                 unit("b1", "B", 3), unit("b2", "B")])  # fmt: skip
    assert forecasts.staff_of(tree) == {"P": 99, "A": 10, "B": None, "a1": 4, "a2": 6, "b1": 3, "b2": None}


# The house: day 3 of 5, see tests/pages/house.py


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    return load(build(tmp_path_factory.mktemp("house"), days=5))


@pytest.fixture
def figures(house):
    opened = Figures.open(house, ID)
    yield opened
    opened.close()


def test_every_unit_is_assessed_by_its_best_three_days(figures):
    found = forecasts.assess(figures, date(2025, 3, 3))
    assert list(found) == [row.code for row in figures.progress(date(2025, 3, 3))]
    # a2: 20, 60, 120 by the end of days 1 to 3: 40 a day; 80 left in 2 days: 40 a day
    judged = found["a2"].feasibility
    assert (judged.best, judged.need, str(judged.verdict)) == (40, 40, "achievable")
    # T: 550 in three days, 183.3 a day; the leaves still need 460 in 2 days
    assert found["T"].feasibility.best == Fraction(183333333, 10**6)
    assert found["T"].feasibility.need == 230
    assert str(found["T"].feasibility.verdict) == "more_people"


def test_most_units_on_time_are_well_before_the_deadline_and_never_once_it_was_missed(figures):
    found = forecasts.assess(figures, date(2025, 3, 3))
    top = next(one for one in found.values() if not one.row.parent_code)
    most = replace(top, prospect=replace(top.prospect, units_on_time=Fraction(4)))
    assert forecasts.gauge(most, "vi").tone == "met"
    over = replace(most, prospect=replace(most.prospect, standing=Standing.ENDED))
    assert (forecasts.gauge(over, "vi").figure, forecasts.gauge(over, "vi").tone) == ("4/5", "short")


def test_more_days_ease_the_need(figures):
    one = forecasts.assess(figures, date(2025, 3, 3))["a2"]
    assert forecasts.what_if(figures, one, 0, date(2025, 3, 7)).need == 20
    assert forecasts.what_if(figures, one, 3, date(2025, 3, 5)).best == 40  # staff is not known


def test_shares_and_verdicts_are_counted_over_the_leaves_with_work(figures):
    found = forecasts.assess(figures, date(2025, 3, 3))
    top = next(one for one in found.values() if not one.row.parent_code)
    half = replace(top.prospect, expected_final=Fraction(top.row.target, 2), units_on_time=Fraction(3, 2))
    assert replace(top, prospect=half).expected_share == Fraction(1, 2)
    assert replace(top, prospect=half).on_time_share == Fraction(3, 2) / top.row.units_with_target
    assert replace(top, row=replace(top.row, target=None, units_with_target=0)).expected_share is None
    assert replace(top, row=replace(top.row, units_with_target=0)).on_time_share is None
    counted = forecasts.verdicts(found.values())
    assert sum(count for _, count in counted) == top.row.units_with_target
    assert all(count for _, count in counted)


def made(code, p, low, high, day=4):
    on = date(2025, 3, day)
    band = ((on, low, (low + high) // 2, high),)
    return replace(OPEN, as_of=date(2025, 3, day - 1), code=code, p_on_time=Fraction(p).limit_denominator(), band=band)


def test_the_score_counts_what_came(figures):
    for path in figures.forecasts.folder.glob("*.parquet"):
        path.unlink()
    kept = Stored(date(2025, 3, 3), figures.version, "model", None, "")
    # On day 4 a2 stood at 150, a3 (silent) still at 60, b2 at 20. On day 5: a2 180, a3 160, b2 20; only a1 finished,
    # and b1 (130 of 150 births, 90 of 50 deaths) did not.
    figures.forecasts.write(kept, [made("a2", 0.5, 140, 150), made("a3", 0.2, 61, 90), made("b2", 0, 20, 20)])
    later = replace(kept, as_of=date(2025, 3, 4))
    figures.forecasts.write(later, [made("a2", 0.4, 181, 200, 5), made("a3", 0.1, 100, 200, 5)])
    found = score(figures, date(2025, 3, 5))
    assert [(day.within, day.compared, day.came) for day in found.days] == [(2, 3, 0), (1, 2, 0)]
    assert found.coverage == Fraction(3, 5)
    assert found.fit == "narrow"
    # squares 0.25, 0.04, 0, 0.16 and 0.01 of five forecasts
    assert found.brier == Fraction(46, 500)
    assert [(one.units, one.came) for one in found.bins] == [(2, 0), (1, 0), (2, 0)]
    assert (found.halfway.warned, found.halfway.missed, found.halfway.both) == (2, 2, 2)
    assert (found.judged, found.halfway.right, found.bins[0].share) == (2, 1, 0)


def test_before_the_end_nothing_is_said_of_who_was_on_time(figures):
    found = score(figures, date(2025, 3, 4))
    assert (found.brier, found.bins, found.halfway) == (None, (), None)
    assert not found.enough
    assert score(figures, date(2025, 3, 1)).days == ()


def test_brier_is_the_mean_square_of_what_was_off():
    assert brier([(Fraction(8, 10), True), (Fraction(3, 10), False)]) == Fraction(13, 200)
    assert brier([]) is None


def test_the_calibration_picture_names_its_axes_as_text():
    html = calibration.still([Bin(Fraction(0), Fraction(1, 5), 10, Fraction(1, 10), 1)], "<said>", "came")
    assert "&lt;said&gt;" in html
    assert "<said>" not in html
