"""Earned schedule: the time on the plan's own clock, against plain arithmetic (days 1 to 4, day 3 excused)."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.earned import Earned, earned_schedule

CURVE = [Fraction(due) for due in (0, 100, 200, 200, 300)]


@pytest.mark.parametrize(
    ("done", "earned"),
    [
        (0, Fraction(0)),
        (50, Fraction(1, 2)),
        (100, Fraction(1)),
        (200, Fraction(2)),  # the excused day 3 asks for nothing, so it earns nothing
        (250, Fraction(7, 2)),  # half of what day 4 asks for
        (300, Fraction(4)),
        (400, Fraction(4)),
    ],
)
def test_the_time_is_where_the_plan_expected_what_is_done(done: int, earned: Fraction) -> None:
    assert earned_schedule(CURVE, done) == earned


def test_time_pace_does_not_return_to_one_for_late_work() -> None:
    late = Earned(earned_schedule(CURVE, 100), elapsed=4)
    assert (late.time_pace, late.days_behind) == (Fraction(1, 4), Fraction(3))
    assert Earned(Fraction(0), elapsed=0).time_pace is None


@given(st.lists(st.integers(0, 50), min_size=1, max_size=12), st.integers(0, 700), st.integers(0, 50))
def test_more_work_never_earns_less_time(steps: list[int], done: int, more: int) -> None:
    curve = [Fraction(sum(steps[:day])) for day in range(len(steps) + 1)]
    before, after = earned_schedule(curve, done), earned_schedule(curve, done + more)
    assert 0 <= before <= after <= len(steps)
