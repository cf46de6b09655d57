"""The emulation score and recognition: plain arithmetic, and laws that hold whatever the figures."""

from datetime import date
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.credit import Run, longest
from campaign.emulation import Part, Score, scores, share
from campaign.recognition import Improved, Size, Steadiest, longest_runs, most_improved, size_classes

FIRST = date(2025, 3, 1)
WEIGHTS = {Part.COMPLETION: Fraction(60), Part.STREAK: Fraction(40)}
shares = st.fractions(0, 1, max_denominator=6)
parts = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=2),
    st.one_of(st.none(), st.fixed_dictionaries(dict.fromkeys(Part, shares))),
    max_size=8,
)
weights = st.fixed_dictionaries(dict.fromkeys(Part, st.fractions(0, 100, max_denominator=4)))


def told(found: list[Score]) -> list[tuple[str, int | None, Fraction | None]]:
    return [(one.code, one.rank, one.points) for one in found]


def test_points_are_the_parts_times_their_weights_and_equals_share_a_rank() -> None:
    found = scores(
        {
            "d": None,
            "c": {Part.COMPLETION: Fraction(1), Part.STREAK: Fraction(0)},
            "a": {Part.COMPLETION: Fraction(1, 3), Part.STREAK: Fraction(1)},
            "b": {Part.COMPLETION: Fraction(1, 3), Part.STREAK: Fraction(1)},
            "e": {Part.COMPLETION: Fraction(1, 2), Part.STREAK: Fraction(1, 4)},
        },
        WEIGHTS,
    )
    assert told(found) == [("a", 1, 60), ("b", 1, 60), ("c", 1, 60), ("e", 4, 40), ("d", None, None)]
    assert found[0].by_part == {Part.COMPLETION: 20, Part.STREAK: 40}


def test_points_too_close_for_a_decimal_still_rank_apart() -> None:
    near = {"a": Fraction(333333, 10**6), "b": Fraction(1, 3)}
    found = scores({code: {Part.COMPLETION: one, Part.STREAK: one} for code, one in near.items()}, WEIGHTS)
    assert [(one.code, one.rank) for one in found] == [("b", 1), ("a", 2)]


def test_a_share_of_nothing_is_what_is_said() -> None:
    assert (share(3, 4, without=Fraction(1)), share(0, 0, without=Fraction(1))) == (Fraction(3, 4), 1)


@given(parts, weights, st.randoms(use_true_random=False))
def test_the_order_of_the_units_does_not_matter(
    of: dict[str, dict[Part, Fraction] | None], by: dict[Part, Fraction], chance: Random
) -> None:
    mixed = list(of.items())
    chance.shuffle(mixed)
    assert scores(dict(mixed), by) == scores(of, by)


@given(parts, weights, st.fractions("1/9", 9))
def test_other_weights_of_the_same_proportions_change_no_order(
    of: dict[str, dict[Part, Fraction] | None], by: dict[Part, Fraction], factor: Fraction
) -> None:
    scaled = scores(of, {part: weight * factor for part, weight in by.items()})
    assert [(one.code, one.rank) for one in scaled] == [(one.code, one.rank) for one in scores(of, by)]


@given(parts, weights)
def test_a_unit_that_is_as_good_in_every_part_never_ranks_below(
    of: dict[str, dict[Part, Fraction] | None], by: dict[Part, Fraction]
) -> None:
    ranked = [one for one in scores(of, by) if one.rank is not None]
    for one in ranked:
        for other in ranked:
            if all(one.parts[part] >= other.parts[part] for part in Part):
                assert (one.rank or 0) <= (other.rank or 0)


@given(parts, weights)
def test_a_rank_is_one_more_than_the_units_with_more_points(
    of: dict[str, dict[Part, Fraction] | None], by: dict[Part, Fraction]
) -> None:
    points = [one.points for one in scores(of, by) if one.points is not None]
    for one in scores(of, by):
        assert one.rank == (None if one.points is None else 1 + sum(other > one.points for other in points))


# Runs of days


@pytest.mark.parametrize(
    ("met", "run"),
    [
        ((), Run()),
        ((False, False), Run(0, None, None, 2)),
        ((True, True, False, True), Run(2, FIRST, date(2025, 3, 2), 4)),
        ((True, False, True, True), Run(2, date(2025, 3, 3), date(2025, 3, 4), 4)),
        ((True, None, True, False), Run(2, FIRST, date(2025, 3, 3), 3)),
        ((None, None), Run()),
        ((True, False, True), Run(1, FIRST, FIRST, 3)),
    ],
)
def test_the_longest_run_skips_days_that_asked_nothing_and_is_the_earliest_of_equals(
    met: tuple[bool | None, ...], run: Run
) -> None:
    assert longest(FIRST, met) == run


def test_those_with_the_longest_run_are_named_together_and_one_day_is_no_run() -> None:
    runs = {"b": Run(3, FIRST, date(2025, 3, 3), 5), "a": Run(3, date(2025, 3, 2), date(2025, 3, 5), 5), "c": Run(2)}
    assert longest_runs(runs) == Steadiest(("a", "b"), 3, (runs["a"], runs["b"]))
    assert longest_runs({"a": Run(1, FIRST, FIRST, 5)}) is None
    assert longest_runs({}) is None


# Classes and the most improved


def test_units_of_a_level_are_divided_in_thirds_by_target_and_equal_targets_stay_together() -> None:
    targets = {f"u{number}": number * 10 for number in range(1, 10)}
    found = size_classes(targets | {"nothing": 0})
    assert [code for code, size in found.items() if size is Size.SMALL] == ["u1", "u2", "u3"]
    assert [code for code, size in found.items() if size is Size.LARGE] == ["u7", "u8", "u9"]
    assert "nothing" not in found
    alike = {f"u{number}": 10 if number < 6 else 20 for number in range(9)}
    assert set(size_classes(alike).values()) == {Size.SMALL, Size.LARGE}
    assert size_classes(alike)["u5"] is Size.SMALL
    assert set(size_classes(dict.fromkeys(targets, 5)).values()) == {Size.SMALL}


def test_a_level_of_few_units_is_one_class() -> None:
    assert set(size_classes({f"u{number}": number for number in range(1, 9)}).values()) == {Size.WHOLE}


def test_the_most_improved_of_each_class_are_named_ties_together_and_nobody_who_did_not_rise() -> None:
    rises = {"a": Fraction(1, 3), "b": Fraction(2, 6), "c": Fraction(1, 4), "d": Fraction(0), "e": Fraction(-1, 5)}
    classes = {"a": "x", "b": "x", "c": "x", "d": "y", "e": "y"}
    assert most_improved(rises, classes) == [Improved("x", ("a", "b"), Fraction(1, 3))]


def test_classes_come_by_name_and_then_by_size() -> None:
    names = ("large", "small", "b", "middle", "a")
    found = most_improved(dict.fromkeys(names, Fraction(1, 2)), {name: name for name in names})
    assert [one.in_class for one in found] == ["a", "b", "small", "middle", "large"]


@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), st.integers(0, 9)), st.randoms(use_true_random=False))
def test_classes_do_not_depend_on_the_order_of_the_units(targets: dict[str, int], chance: Random) -> None:
    mixed = list(targets.items())
    chance.shuffle(mixed)
    assert size_classes(dict(mixed)) == size_classes(targets)
