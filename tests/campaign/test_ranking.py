"""Ranks: exact, with ties, whatever the order of the units."""

from fractions import Fraction
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from campaign.ranking import ranks

unit = st.integers(0, 6).flatmap(
    lambda due: st.tuples(st.integers(0, due), st.just(due), st.integers(1, 3)).map(
        lambda one: (one[0], one[1], one[2] if one[1] and one[0] == 0 else None)
    )
)
units = st.lists(unit, max_size=12)


def ranked(of: list[tuple[int, int, int | None]]) -> list[int | None]:
    return ranks([one[0] for one in of], [one[1] for one in of], [one[2] for one in of])


@given(units, st.randoms(use_true_random=False))
def test_the_order_of_the_units_does_not_matter(of: list[tuple[int, int, int | None]], chance: Random) -> None:
    order = list(range(len(of)))
    chance.shuffle(order)
    mixed = ranked([of[number] for number in order])
    assert [mixed[order.index(number)] for number in range(len(of))] == ranked(of)


@given(units)
def test_a_rank_is_one_more_than_the_number_of_units_ahead(of: list[tuple[int, int, int | None]]) -> None:
    def key(one: tuple[int, int, int | None]) -> tuple[Fraction, int]:
        return Fraction(one[0], one[1]), one[2] or 99

    for one, rank in zip(of, ranked(of), strict=True):
        if one[1] == 0:
            assert rank is None
        else:
            assert rank == 1 + sum(1 for other in of if other[1] and key(other) < key(one))


def test_ties_share_a_rank_and_the_next_skips() -> None:
    assert ranks([0, 5, 10, 5, 7], [10, 10, 20, 10, 0], [3, None, None, None, None]) == [1, 2, 2, 2, None]


def test_of_two_that_finished_the_earlier_is_first_and_excess_buys_nothing() -> None:
    assert ranks([0, 0, 0], [10, 1000, 10], [5, 4, 5]) == [2, 1, 2]


def test_shares_that_round_alike_are_not_alike() -> None:
    assert ranks([10**9, 10**9 - 1], [3 * 10**9, 3 * 10**9], [None, None]) == [2, 1]
