"""The burn-up: silence is not work that stood still, and the still picture lies exactly under the chart."""

from datetime import date, datetime
from fractions import Fraction

import pytest

from reporting import burnup, charts
from reporting.burnup import Burnup, drawn_days, still


def made(**changed) -> Burnup:
    plan = tuple((date(2025, 3, day), Fraction(200 * day)) for day in range(1, 6))
    said = {
        "planned": ((date(2025, 2, 28), Fraction(0)), *plan),
        "reported": ((date(2025, 3, 1), 150), (date(2025, 3, 2), 380)),
        "target": 1000,
        "as_of": date(2025, 3, 4),
        "excused": (date(2025, 3, 3),),
        "first": date(2025, 2, 28),
        "last": date(2025, 3, 5),
        "day_ticks": (date(2025, 3, 1), date(2025, 3, 3), date(2025, 3, 5)),
        "count_ticks": (0, 200, 400, 600, 800, 1000),
    }
    return Burnup(**(said | changed))


def test_days_without_a_report_are_dotted_not_drawn_as_done():
    figure = charts.burnup(made(), "vi")
    assert [trace.line.dash for trace in figure.data] == ["dash", None, "dot"]
    assert list(figure.data[1].y) == [150, 380]
    assert list(figure.data[2].x) == [date(2025, 3, 2), date(2025, 3, 4)]


def test_nothing_is_dotted_when_the_day_itself_was_reported():
    assert not made(as_of=date(2025, 3, 2)).silent
    assert len(charts.burnup(made(as_of=date(2025, 3, 2)), "vi").data) == 2


def test_chart_and_still_picture_share_their_margins_and_scales():
    drawn = made()
    figure = charts.burnup(drawn, "vi")
    margin = figure.layout.margin
    box = f"left:{margin.l}px;top:{margin.t}px;width:calc(100% - {margin.l + margin.r}px)"
    assert box in still(drawn, "vi")
    assert figure.layout.xaxis.range == (datetime(2025, 2, 27, 18), datetime(2025, 3, 5, 12))  # noqa: DTZ001 - local days
    assert figure.layout.yaxis.range == (0, 1050)


def test_labels_are_written_in_the_language_of_the_page():
    assert ">1.000</span>" in still(made(), "vi")
    assert ">1,000</span>" in still(made(), "en")
    assert ">5 Mar</span>" in still(made(), "en")


@pytest.mark.parametrize("highest", [0, 1, 5, 7, 99, 100, 350_000, 637_356, 10_600_000])
def test_counts_are_labelled_with_few_round_numbers(highest):
    ticks = burnup._count_ticks(highest)
    assert ticks[0] == 0
    assert 1 <= len(ticks) <= 7
    assert all(str(tick).rstrip("0") in {"", *map(str, range(100))} for tick in ticks)
    assert ticks[-1] <= max(highest, 1)


@pytest.mark.parametrize("days", [1, 2, 15, 62, 63, 296, 1000])
def test_a_long_campaign_is_drawn_with_few_points_the_last_always(days):
    last = date.fromordinal(date(2025, 1, 1).toordinal() + days - 1)
    drawn = drawn_days(date(2025, 1, 1), last)
    assert drawn[-1] == last
    assert len(drawn) <= 62
    assert drawn == sorted(set(drawn))


BAND = ((date(2025, 3, 4), 380, 380, 380), (date(2025, 3, 5), 500, 700, 1200))


def test_the_band_lies_between_its_ends_on_chart_and_still_picture_alike():
    drawn = made(band=BAND)
    low, high, middle = charts.burnup(drawn, "vi").data[-3:]
    assert (list(low.y), list(high.y), list(middle.y)) == ([380, 500], [380, 1200], [380, 700])
    assert high.fill == "tonexty"
    assert middle.customdata[1] == "Dự báo: 500 đến 1.200"
    assert middle.hovertemplate[0] == ""
    assert drawn.top == 1260  # a twentieth above the highest that may come
    picture = burnup._picture(drawn)
    right = f"{1000 * burnup._across(drawn, burnup.moment(date(2025, 3, 5))):.1f}"
    for count in (500, 700, 1200):
        assert f"{right},{1000 * (1 - count / 1260):.1f}" in picture


def test_without_a_forecast_nothing_is_added():
    assert made().top == 1050
    assert burnup._picture(made()).count("<polygon") == 1
    assert burnup._picture(made(band=BAND)).count("<polygon") == 2
