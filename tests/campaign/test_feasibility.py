"""Feasibility: what is left a day against the best three days in a row, on numbers one can check by hand."""

from datetime import date
from fractions import Fraction

import numpy as np
import pytest

from campaign.calendar import Profile
from campaign.feasibility import Verdict, best_rate, best_with, feasibility, need_until, recent_rate, spread

STRETCH = Fraction(3, 2)
EVEN = (Fraction(1),) * 5


def test_the_proof_is_the_best_mean_of_three_working_days_in_a_row():
    # gains 10, 20, 60, 10, 0: the best three in a row are 20 + 60 + 10 = 90, or 30 a day
    assert best_rate([0, 10, 30, 90, 100, 100], EVEN) == 30


def test_an_excused_day_neither_counts_nor_breaks_the_row():
    # gains 30, (5 on the day off), 30, 30: the three working days bring 90
    assert best_rate([0, 30, 35, 65, 95], (Fraction(1), Fraction(0), Fraction(1), Fraction(1))) == 30


def test_progress_is_weighed_by_the_plan_sums_first():
    # 10 + 20 + 60 over weights 1 + 2 + 3
    assert best_rate([0, 10, 30, 90], (Fraction(1), Fraction(2), Fraction(3))) == 15


@pytest.mark.parametrize("done", [[0], [0, 50], [0, 20, 50], [7, 7, 7, 7], [90, 60, 30, 0]])
def test_two_days_none_or_a_fall_prove_nothing(done):
    assert best_rate(done, EVEN) is None


def test_the_recent_rate_is_that_of_the_last_three_working_days():
    assert recent_rate([0, 90, 100, 110, 120], EVEN) == 10
    assert recent_rate([0, 90], EVEN) == 90
    assert recent_rate([5], EVEN) is None


@pytest.mark.parametrize(
    ("need", "verdict"),
    [
        (20, Verdict.ACHIEVABLE),
        (30, Verdict.ACHIEVABLE),
        (Fraction(301, 10), Verdict.MORE_PEOPLE),
        (45, Verdict.MORE_PEOPLE),
        (46, Verdict.NOT_FEASIBLE),
    ],
)
def test_need_against_the_best_is_the_verdict(need, verdict):
    found = feasibility(100, Fraction(need), Fraction(30), STRETCH)
    assert found.verdict is verdict
    assert found.ratio == Fraction(need) / 30


def test_what_cannot_be_judged_says_why():
    assert feasibility(0, Fraction(0), None, STRETCH).verdict is Verdict.DONE
    assert feasibility(5, None, Fraction(30), STRETCH).verdict is Verdict.NO_DAYS
    assert feasibility(5, Fraction(5), None, STRETCH).verdict is Verdict.UNPROVEN


def test_person_days_and_people_to_add_follow_from_staff():
    # 4 people proved 40 a day, 10 each; 300 left are 30 person-days; 65 a day takes 7 people, 3 more
    found = feasibility(300, Fraction(65), Fraction(40), Fraction(2), staff=4)
    assert (found.person_days, found.more_people) == (30, 3)
    assert feasibility(300, Fraction(35), Fraction(40), Fraction(2), staff=4).more_people == 0
    assert feasibility(300, Fraction(35), Fraction(40), Fraction(2)).person_days is None
    assert feasibility(300, Fraction(35), Fraction(40), Fraction(2), staff=0).more_people is None


def test_more_days_share_the_rest_and_more_people_raise_the_best():
    profile = Profile(date(2025, 3, 1), date(2025, 3, 5), EVEN)
    third, sixth = date(2025, 3, 3), date(2025, 3, 6)
    # 60 a day for 2 days; 4 more days make it 20
    assert need_until(Fraction(60), 120, profile, third, date(2025, 3, 9)) == 20
    assert need_until(Fraction(60), 120, profile, third, date(2025, 3, 4)) == 60
    assert need_until(None, 120, profile, date(2025, 3, 5), date(2025, 3, 8)) == 40
    assert need_until(None, 120, profile, sixth, sixth) is None
    assert best_with(Fraction(40), 4, 2) == 60
    assert best_with(Fraction(40), None, 2) == 40


def test_a_day_more_weighs_as_an_ordinary_day_of_the_plan():
    profile = Profile(date(2025, 3, 1), date(2025, 3, 4), (Fraction(2), Fraction(0), Fraction(4), Fraction(6)))
    # 6 left after day 3, an ordinary day weighs 4: 10 in all
    assert need_until(Fraction(10), 60, profile, date(2025, 3, 3), date(2025, 3, 5)) == 6


def test_what_comes_after_silence_is_spread_over_it_by_weight():
    # reports on days 1, 4 and 5 of 6: 10, then 60 over weights 1 + 0 + 2, then 7; nothing since
    done = np.array([[0, 10, 10, 10, 70, 77, 77]])
    reported = np.array([[False, True, False, False, True, True, False]])
    weights = np.array([[1.0, 1.0, 0.0, 2.0, 1.0, 1.0]])
    assert spread(done, reported, weights).tolist() == [[10, 20, 0, 40, 7, 0]]


def test_a_month_that_arrives_at_once_is_no_proof_of_three_days():
    done = np.array([[0] * 30 + [300]])
    reported = np.array([[False] * 30 + [True]])
    daily = spread(done, reported, np.ones((1, 30)))
    counts = [0, *np.cumsum(daily[0]).tolist()]
    assert best_rate(counts, (Fraction(1),) * 30) == 10
    assert best_rate(done[0].tolist(), (Fraction(1),) * 30) == 100


def test_before_the_first_day_and_without_rows_there_is_nothing_to_spread():
    assert spread(np.zeros((2, 1), int), np.zeros((2, 1), bool), np.zeros((2, 0))).shape == (2, 0)
    assert spread(np.zeros((0, 4), int), np.zeros((0, 4), bool), np.zeros((0, 3))).shape == (0, 3)
