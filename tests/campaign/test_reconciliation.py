"""Reconciliation: the likely cause of a difference between a stated total and our sum."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.reconciliation import Cause, explain


@pytest.mark.parametrize(
    ("stated", "ours", "cause"),
    [
        (519537, 519573, Cause.SWAPPED_DIGITS),
        (12, 21, Cause.SWAPPED_DIGITS),
        (637469, 637356, Cause.UNKNOWN),
        (107662, 107698, Cause.UNKNOWN),
        (1234, 1284, Cause.ONE_DIGIT),
        (520000, 519537, Cause.ROUNDED),
        (60, 59, Cause.UNKNOWN),
        (0, 5000, Cause.UNKNOWN),
        (12345, 123456, Cause.UNKNOWN),
    ],
)
def test_a_difference_has_its_likely_cause(stated: int, ours: int, cause: Cause) -> None:
    found = explain(stated, ours)
    assert found is not None
    assert (found.difference, found.cause) == (stated - ours, cause)


def test_no_difference_is_nothing() -> None:
    assert explain(5, 5) is None


def test_a_unit_left_out_is_named_when_only_one_fits() -> None:
    found = explain(637469, 637356, {"a": 113, "b": 40})
    assert found is not None
    assert (found.cause, found.unit_code) == (Cause.ONE_UNIT, "a")
    two = explain(637469, 637356, {"a": 113, "b": 113})
    assert two is not None
    assert (two.cause, two.unit_code) == (Cause.UNKNOWN, None)


def test_a_total_of_another_day_is_called_so() -> None:
    found = explain(5100, 5237, other_days=frozenset({5100, 5300}))
    assert found is not None
    assert found.cause is Cause.OTHER_DAY


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_every_difference_is_told_and_has_a_cause(stated: int, ours: int) -> None:
    found = explain(stated, ours)
    assert (found is None) == (stated == ours)
    if found is not None:
        assert (found.stated, found.ours, found.difference) == (stated, ours, stated - ours)


@given(st.integers(10, 10**9), st.data())
def test_two_swapped_digits_are_recognised_wherever_they_stand(ours: int, data: st.DataObject) -> None:
    digits = list(str(ours))
    one, other = data.draw(st.lists(st.integers(0, len(digits) - 1), min_size=2, max_size=2, unique=True))
    digits[one], digits[other] = digits[other], digits[one]
    stated = int("".join(digits))
    found = explain(stated, ours)
    if len(str(stated)) == len(str(ours)) and stated != ours:
        assert found is not None
        assert found.cause is Cause.SWAPPED_DIGITS
