"""Early warning: the gravest first, with the reason a rule found, for how long, and whether yesterday's held."""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from campaign.configuration import StatusRules
from campaign.progress import Status, UnitProgress
from campaign.prospects import Prospect, Standing
from campaign.warning import Held, Reason, Why, Work, days_warned, held, is_blocked, warnings, why

DAY = date(2025, 3, 4)
RULES = StatusRules()
EVEN = (Fraction(1),) * 4


def row(code="a1", **changed):
    said = dict.fromkeys(UnitProgress.__dataclass_fields__)
    said |= {
        "as_of": DAY, "code": code, "name": code, "target": 100, "done": 40, "remaining": 60, "status": Status.BEHIND,
        "last_as_of": DAY, "days_silent": 0, "stalled_days": 0, "required_per_day": Fraction(20), "is_leaf": True,
    }  # fmt: skip
    return UnitProgress(**(said | changed))


def prospect(code="a1", p=Fraction(1, 5), as_of=DAY, band=(), standing=Standing.OPEN):
    return Prospect(
        as_of=as_of, level="commune", code=code, name=code, category="all", stage="done", standing=standing,
        p_on_time=p, finish_p10=None, finish_p50=None, finish_p90=None, horizon=DAY, expected_final=None,
        units_on_time=Fraction(0), band=band, pooled=0.0, moving=True, is_leaf=True,
    )  # fmt: skip


def test_the_most_that_will_be_missing_comes_first():
    rows = [row("a", remaining=100), row("b", remaining=50), row("c", remaining=500)]
    chances = {"a": Fraction(4, 10), "b": Fraction(0), "c": Fraction(6, 10)}
    work = dict.fromkeys(chances, Work((0, 10, 20, 30, 40), EVEN))
    found = warnings(rows, {code: prospect(code, p) for code, p in chances.items()}, work, {}, RULES)
    # a: 0.6 × 100 = 60; b: 1 × 50; c is more likely on time than not
    assert [(one.row.code, one.weight) for one in found] == [("a", 60), ("b", 50)]


@pytest.mark.parametrize("standing", [Standing.FINISHED, Standing.ENDED, Standing.NOT_BEGUN, Standing.NO_TARGET])
def test_only_open_units_are_warned(standing):
    work = {"a1": Work((0, 1), (Fraction(1),))}
    assert warnings([row()], {"a1": prospect(standing=standing)}, work, {}, RULES) == []


def test_a_slow_unit_is_told_its_share_of_what_is_needed():
    # the last three days brought 24, or 8 a day of the 20 needed
    assert why(row(), Work((0, 16, 24, 32, 40), EVEN), RULES) == (Why(Reason.SLOW, share=Fraction(2, 5)),)


def test_silence_comes_before_slowness():
    found = why(row(status=Status.SILENT, days_silent=2), Work((0, 40, 40, 40, 40), EVEN), RULES)
    assert found == (Why(Reason.SILENT, days=2), Why(Reason.SLOW, share=Fraction(0)))


def test_who_never_reported_or_never_began_is_told_so():
    idle = Work((0, 0, 0, 0, 0), EVEN)
    assert why(row(done=0, last_as_of=None, days_silent=4), idle, RULES) == (Why(Reason.NEVER_REPORTED, days=4),)
    assert why(row(done=0), idle, RULES) == (Why(Reason.NOT_BEGUN),)


def test_standing_still_is_told_with_its_days_and_a_stage_that_blocks_before_it():
    still = (0, 40, 40, 40, 40)
    assert why(row(stalled_days=3), Work(still, EVEN), RULES)[0] == Why(Reason.STALLED, days=3)
    assert why(row(stalled_days=3), Work(still, EVEN, (0, 40, 60, 80, 90)), RULES)[0] == Why(Reason.BLOCKED)


@pytest.mark.parametrize(
    ("done", "upstream", "blocked"),
    [
        ((0, 30, 35, 38, 40), (0, 40, 60, 70, 80), True),  # 10 against 40: four times as much
        ((0, 29, 35, 38, 40), (0, 40, 60, 70, 80), False),  # 11 against 40
        ((0, 40, 40, 40, 40), (0, 40, 40, 40, 40), False),  # nothing waits
        ((0, 40, 40, 40, 40), (0, 60, 60, 60, 60), False),  # neither moves
        ((0, 50, 48, 45, 40), (0, 50, 60, 60, 60), True),  # this one fell
    ],
)
def test_blocked_is_when_the_stage_before_moves_and_this_one_hardly_does(done, upstream, blocked):
    assert is_blocked(Work(done, EVEN, upstream)) is blocked


def test_whoever_works_as_needed_and_is_warned_all_the_same_has_much_left():
    assert why(row(), Work((0, 0, 0, 0, 80), EVEN), RULES) == (Why(Reason.TIGHT),)


def test_days_in_a_row_stop_at_the_first_day_without_a_warning():
    back = [DAY - timedelta(days=n) for n in range(1, 5)]
    earlier = {
        back[0]: {"a1": prospect()},
        back[1]: {"a1": prospect()},
        back[2]: {"a1": prospect(p=Fraction(1, 2))},
        back[3]: {"a1": prospect()},
    }
    assert days_warned("a1", DAY, earlier) == 3
    assert days_warned("a2", DAY, earlier) == 1


@pytest.mark.parametrize(
    ("done", "remaining", "said"),
    [(45, 55, Held.STANDS), (50, 50, Held.STANDS), (51, 49, Held.BETTER), (100, 0, Held.FINISHED)],
)
def test_yesterdays_warning_stands_up_to_its_upper_end(done, remaining, said):
    yesterday = {"a1": prospect(band=((DAY, 41, 45, 50),))}
    assert held(row(done=done, remaining=remaining), yesterday) is said
    assert held(row(done=done, remaining=remaining), {}) is None
    assert held(row(), {"a1": prospect(p=Fraction(3, 4), band=((DAY, 41, 45, 50),))}) is None
