"""The plan curve: its laws, whatever the weights and whichever days are excused."""

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from campaign.calendar import Profile, milestone_weights

FIRST = date(2025, 1, 30)
weights = st.lists(st.one_of(st.just(Fraction(0)), st.fractions(0, 9, max_denominator=7)), min_size=1, max_size=12)
offsets = st.integers(-4, 16)


def profile(of: list[Fraction]) -> Profile:
    return Profile(FIRST, FIRST + timedelta(days=len(of) - 1), tuple(of))


def on(offset: int) -> date:
    return FIRST + timedelta(days=offset)


@given(weights, offsets)
def test_the_plan_never_falls_begins_at_0_and_ends_at_1(of: list[Fraction], offset: int) -> None:
    plan = profile(of)
    assert plan.planned_share(on(offset)) <= plan.planned_share(on(offset + 1))
    assert plan.planned_share(on(-1)) == 0
    assert plan.planned_share(plan.last) == plan.planned_share(on(99)) == 1


@given(weights, offsets)
def test_the_plan_grows_by_the_weight_of_the_day(of: list[Fraction], offset: int) -> None:
    plan = profile(of)
    grown = plan.planned_share(on(offset)) - plan.planned_share(on(offset - 1))
    if plan.total:
        assert grown == plan.weight(on(offset)) / plan.total
    else:
        assert grown == (1 if on(offset) == plan.last else 0)


@given(weights, offsets)
def test_what_is_behind_and_what_is_to_come_make_the_whole(of: list[Fraction], offset: int) -> None:
    plan = profile(of)
    assert plan.weight_from(on(offset)) == plan.weight(on(offset)) + plan.weight_after(on(offset))
    assert plan.weight_after(plan.last) == 0
    assert plan.weight_from(FIRST) == plan.total


@given(weights, st.integers(1, 10_000))
def test_doing_each_days_catch_up_reaches_the_target_on_the_last_working_day(of: list[Fraction], due: int) -> None:
    plan, left = profile(of), due
    for number in range(len(of)):
        today = plan.catchup(left, on(number))
        assert 0 <= today <= left
        assert today == 0 or plan.weight(on(number)) > 0
        left -= today
    assert left == (0 if plan.total else due)
    assert plan.catchup(left, plan.last + timedelta(days=1)) == left


@given(weights, offsets, offsets)
def test_working_days_are_those_with_weight(of: list[Fraction], one: int, other: int) -> None:
    plan = profile(of)
    expected = sum(1 for number in range(len(of)) if one < number <= other and of[number] > 0)
    assert plan.working_days_between(on(one), on(other)) == expected


@given(weights, offsets, st.integers(1, 5))
def test_counting_working_days_back_is_counting(of: list[Fraction], offset: int, count: int) -> None:
    plan = profile(of)
    days = [on(number) for number in range(min(offset, len(of) - 1), -1, -1) if of[number] > 0]
    assert plan.working_days_back(on(offset), count) == (days[count - 1] if len(days) >= count else None)


@given(st.integers(1, 20), st.data())
def test_a_milestone_plan_runs_through_its_milestones_in_straight_lines(length: int, data: st.DataObject) -> None:
    days = data.draw(st.lists(st.integers(0, max(length - 2, 0)), unique=True, max_size=4)) if length > 1 else []
    shares = sorted(data.draw(st.lists(st.fractions(0, 1), min_size=len(days), max_size=len(days))))
    milestones = dict(zip((on(day) for day in sorted(days)), shares, strict=True))
    last = on(length - 1)
    of = milestone_weights(FIRST, last, milestones)
    plan = Profile(FIRST, last, of)
    assert (len(of), sum(of)) == (length, length)
    for day, share in milestones.items():
        assert plan.planned_share(day) == share
    for number in range(length - 1):
        if on(number) not in milestones:
            assert of[number] == of[number + 1]


def test_the_plan_of_the_press_day_by_day() -> None:
    plan = profile([Fraction(one) for one in (1, 2, 0, 1)])
    assert [plan.planned_share(on(number)) for number in range(-1, 5)] == [0, Fraction(1, 4), Fraction(3, 4),
        Fraction(3, 4), 1, 1]  # fmt: skip
    assert [plan.catchup(10, on(number)) for number in range(-1, 5)] == [0, 3, 7, 0, 10, 10]
