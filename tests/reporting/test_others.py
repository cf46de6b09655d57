"""Others: what somebody who sees a part may know of the rest; and what never changes by what he may see."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from campaign.access import Others
from campaign.scope import EVERYTHING, NOTHING, Scope
from etl.configured import load
from reporting import others
from reporting.figures import Figures
from reporting.notice import notices
from tests.pages.house import ID, LONG, build

DAY = date(2025, 3, 3)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Figures]:
    figures = Figures.open(load(build(tmp_path_factory.mktemp("others"))), ID)
    yield figures
    figures.close()


def seen(whole: Figures, allowed: Others, *units: str) -> Figures:
    return whole.within(Scope(frozenset(units)), DAY, allowed)


def test_nothing_says_not_even_how_many(whole: Figures) -> None:
    figures = seen(whole, Others.NOTHING, "B")
    assert others.board(figures, DAY, "commune") == others.around(figures, DAY) == ()
    assert others.peers(figures, figures.unit("b1", DAY)) is None
    assert figures.unit("b1", DAY).rank == whole.unit("b1", DAY).rank == 2


def test_ranks_name_nobody_but_ones_own(whole: Figures) -> None:
    figures = seen(whole, Others.RANKS, "B")
    board = others.board(figures, DAY, "commune")
    assert [(one.rank, one.name, one.row is not None) for one in board] == [
        (1, "", False), (2, whole.unit("b1", DAY).name, True), (3, "", False), (4, "", False), (5, LONG, True),
    ]  # fmt: skip
    assert others.peers(figures, figures.unit("b1", DAY)) == 5
    assert others.around(figures, DAY) == ()
    assert all(one.done is None and one.target is None for one in board)


def test_a_share_of_anothers_is_no_more_exact_than_it_is_shown(whole: Figures) -> None:
    odd = whole.unit("a1", DAY, category="birth")
    assert odd.completion == 1
    assert others._rounded(Fraction(1, 3)) == Fraction(333, 1000)
    assert others._rounded(Fraction(1, 10**6)) == Fraction(1, 2000), "what has begun stays begun"
    assert others._rounded(Fraction(10**6 - 1, 10**6)) == Fraction(1999, 2000), "what is not finished is not"
    assert others._rounded(Fraction(0)) == 0
    assert others._rounded(None) is None


def test_totals_name_the_roll_ups_above_and_beside(whole: Figures) -> None:
    clerk = seen(whole, Others.TOTALS, "a1")
    assert {(one.name, one.done, one.target) for one in others.around(clerk, DAY)} == {
        ("Tỉnh Thử", 550, 1000), ("Huyện An", 380, 600), ("Huyện Bình", 170, 400),
    }  # fmt: skip
    lead = seen(whole, Others.TOTALS, "A")
    assert [one.name for one in others.around(lead, DAY)] == ["Tỉnh Thử", "Huyện Bình"]
    assert [one.name for one in others.board(lead, DAY, "district")] == ["Huyện An", "Huyện Bình"]
    assert {one.name for one in others.board(lead, DAY, "commune") if one.row is None} == {""}


def test_names_name_everybody_and_lead_to_nobody(whole: Figures) -> None:
    board = others.board(seen(whole, Others.NAMES, "a1"), DAY, "commune")
    assert len({one.name for one in board}) == 5
    assert [one.row.code for one in board if one.row] == ["a1"]


def test_a_level_he_has_no_unit_of_is_not_his_to_know(whole: Figures) -> None:
    assert others.board(seen(whole, Others.NAMES, "a1"), DAY, "district") == ()
    assert others.board(seen(whole, Others.NAMES, "A", "B"), DAY, "commune") == (), "he sees them all"
    assert others.board(whole, DAY, "commune") == ()


def test_figures_are_narrowed_once_and_of_nothing_there_is_nothing(whole: Figures) -> None:
    assert whole.within(EVERYTHING) is whole
    assert whole.within(Scope(None, frozenset({ID}))) is whole
    assert whole.within(Scope(None, frozenset({"khac"}))).progress(DAY) == []
    assert whole.within(NOTHING).tree(DAY).codes == []
    own = seen(whole, Others.RANKS, "A")
    assert own is seen(whole, Others.RANKS, "A"), "kept by what decides it"
    assert own is not seen(whole, Others.NOTHING, "A")
    with pytest.raises(ValueError, match="narrowed once"):
        own.within(Scope(frozenset({"B"})))


def test_a_notice_of_a_unit_says_the_same_whoever_draws_it_up(whole: Figures) -> None:
    now = datetime(2025, 3, 6, tzinfo=UTC)
    every = {one.unit_code: one for one in notices(whole, "2025-03", "vi", now)}
    assert set(every) == {"T", "A", "B"}
    (own,) = notices(seen(whole, Others.NOTHING, "A"), "2025-03", "vi", now)
    assert own == every["A"]
