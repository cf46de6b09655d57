"""Claims about how a number is shown, worked out by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.numbers import (
    axis,
    clock,
    day,
    day_short,
    decimal,
    half_up,
    moment,
    month,
    percent,
    shown_tenths,
    signed,
    whole,
)


@pytest.mark.parametrize(
    ("done", "target", "shown"),
    [
        (519_537, 637_469, "81,5%"),
        (419_447, 529_694, "79,2%"),
        (100_126, 107_662, "93,0%"),
        (1, 16, "6,3%"),  # 6,25 goes up
        (1, 3, "33,3%"),
        (2, 3, "66,7%"),
        (0, 7, "0,0%"),
        (7, 7, "100,0%"),
        (1_124, 1_000, "112,4%"),
        (12_345, 10, "123.450,0%"),
    ],
)
def test_a_percentage_is_rounded_half_up_to_one_decimal(done: int, target: int, shown: str) -> None:
    assert percent(Fraction(done, target), "vi") == shown


def test_a_half_goes_up_where_floating_point_would_go_down() -> None:
    assert percent(Fraction(10_050, 1_000_000), "vi") == "1,0%"
    assert percent(Fraction(8_145, 10_000), "vi") == "81,5%"
    assert percent(Fraction(1_005, 100_000), "en") == "1.0%"
    assert percent(Fraction(105, 10_000), "en") == "1.1%"


def test_what_is_not_finished_never_shows_100() -> None:
    assert percent(Fraction(9_996, 10_000), "vi") == "99,9%"
    assert percent(Fraction(999_999_999, 1_000_000_000), "en") == "99.9%"
    # a roll-up where one unit's excess hides another's shortfall
    assert percent(Fraction(1), "vi", finished=False) == "99,9%"
    assert percent(Fraction(100_04, 100_00), "vi", finished=False) == "99,9%"
    assert percent(Fraction(102, 100), "vi", finished=False) == "102,0%"
    assert percent(Fraction(1), "vi", finished=True) == "100,0%"


def test_what_has_begun_never_shows_0() -> None:
    assert percent(Fraction(2, 10_000), "vi") == "<0,1%"
    assert percent(Fraction(2, 10_000), "en") == "<0.1%"
    assert percent(Fraction(5, 10_000), "vi") == "0,1%"
    assert percent(Fraction(0), "vi") == "0,0%"


def test_an_unknown_figure_is_a_dash() -> None:
    assert percent(None, "vi") == whole(None, "vi") == decimal(None, 1, "vi") == "–"
    assert signed(None, "en") == day(None, "vi") == day_short(None, "en") == month(None, "vi") == "–"
    assert moment(None, UTC, "vi") == clock(None, UTC) == "–"


def test_a_negative_share_keeps_its_sign() -> None:
    assert percent(Fraction(-1, 8), "vi") == "−12,5%"
    assert percent(Fraction(-2, 10_000), "vi") == ">−0,1%"


def test_counts_are_grouped_in_the_manner_of_the_language() -> None:
    assert whole(519_537, "vi") == "519.537"
    assert whole(519_537, "en") == "519,537"
    assert whole(0, "vi") == "0"
    assert whole(999, "vi") == "999"
    assert whole(-1_234_567, "vi") == "−1.234.567"
    assert whole(Fraction(23_333_333, 1_000), "vi") == "23.333"
    assert whole(Fraction(5, 2), "vi") == "3"


def test_decimals_are_rounded_half_up_from_the_exact_value() -> None:
    assert decimal(Fraction(1, 8), 2, "vi") == "0,13"
    assert decimal(Fraction(-1, 8), 2, "en") == "−0.13"
    assert decimal(Fraction(46_666, 3), 1, "vi") == "15.555,3"
    assert decimal(7, 1, "en") == "7.0"
    assert decimal(Fraction(1, 20), 1, "en") == "0.1"
    assert decimal(Fraction(1, 1000), 1, "vi") == "0,0"


def test_a_difference_carries_its_sign() -> None:
    assert signed(12, "vi") == "+12"
    assert signed(-3, "vi") == "−3"
    assert signed(0, "vi") == "0"
    assert signed(Fraction(-5_000_1, 10), "vi", 1) == "−5.000,1"
    assert signed(Fraction(1, 4), "en", 1) == "+0.3"
    assert signed(Fraction(1, 4), "en") == "0"


def test_dates_and_moments_follow_the_language_and_the_local_clock() -> None:
    assert day(date(2024, 10, 22), "vi") == "22/10/2024"
    assert day(date(2025, 1, 5), "en") == "2025-01-05"
    assert day_short(date(2024, 10, 2), "vi") == "02/10"
    assert day_short(date(2024, 10, 22), "en") == "22 Oct"
    assert month(date(2025, 1, 31), "vi") == "01/2025"
    assert month(date(2025, 1, 31), "en") == "2025-01"
    evening = datetime(2024, 10, 22, 10, 5, tzinfo=UTC)
    assert moment(evening, "Asia/Ho_Chi_Minh", "vi") == "17:05 22/10/2024"
    assert moment(evening, "Asia/Ho_Chi_Minh", "en") == "2024-10-22 17:05"
    assert clock(evening, timezone(timedelta(hours=7))) == "17:05"
    last_hour = datetime(2024, 10, 22, 18, 30, tzinfo=UTC)
    assert moment(last_hour, "Asia/Ho_Chi_Minh", "vi") == "01:30 23/10/2024"


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_the_shown_percentage_is_within_half_a_tenth_unless_a_rule_moves_it(done: int, target: int) -> None:
    share = Fraction(done, target)
    tenths = shown_tenths(share)
    if done < target:
        assert tenths < 1000
    if tenths == 999 and share < 1:
        assert Fraction(9985, 10000) <= share
    else:
        assert abs(share * 1000 - tenths) <= Fraction(1, 2)
    shown = percent(share, "en")
    assert (shown == "0.0%") == (done == 0)
    assert (shown == "<0.1%") == (0 < share < Fraction(5, 10_000))


@given(st.fractions())
def test_half_up_is_symmetric_about_zero(value: Fraction) -> None:
    assert half_up(-value) == -half_up(value)
    assert abs(half_up(value) - value) <= Fraction(1, 2)


@pytest.mark.parametrize(
    ("counts", "vi", "en"),
    [
        ((0, 500_000, 1_000_000), ("0", "500.000", "1.000.000"), ("0", "500,000", "1,000,000")),
        ((0, 5_000_000, 10_000_000), ("0", "5 triệu", "10 triệu"), ("0", "5m", "10m")),
        ((0, 2_500_000, 10_000_000), ("0", "2,5 triệu", "10,0 triệu"), ("0", "2.5m", "10.0m")),
        ((0, 100_000_000, 200_000_000), ("0", "0,1 tỷ", "0,2 tỷ"), ("0", "0.1bn", "0.2bn")),
        ((0, 2_000_000_000), ("0", "2 tỷ"), ("0", "2bn")),
        ((), (), ()),
    ],
)
def test_an_axis_of_large_counts_is_short_and_exact(counts, vi, en):
    assert axis(counts, "vi") == vi
    assert axis(counts, "en") == en
