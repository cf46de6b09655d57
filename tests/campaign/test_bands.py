"""Claims about bands, by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from campaign.bands import Group, banded
from campaign.paperwork import BANDS
from campaign.progress import Status, UnitProgress


def unit(code: str, target: int | None, done: int, remaining: int | None = None) -> UnitProgress:
    left = None if target is None else max(target - done, 0) if remaining is None else remaining
    share = Fraction(done, target) if target else None
    return UnitProgress(
        campaign="c",
        as_of=date(2024, 10, 22),
        level="district",
        code=code,
        name=code,
        parent_code=None,
        category="all",
        stage="done",
        target=target,
        done=done,
        remaining=left,
        excess=0,
        completion=share,
        planned_share=None,
        expected=None,
        variance=None,
        pace=None,
        done_today=0,
        planned_today=None,
        catchup_today=None,
        required_per_day=None,
        rank=None,
        rank_change=None,
        status=Status.ON_TRACK,
        finished_on=None,
        last_as_of=None,
        days_silent=0,
        units_with_target=1,
        units_finished=0,
        gap_share=None,
        stalled_days=0,
        is_leaf=True,
    )


def names(rows: list[UnitProgress], bounds: tuple[Decimal, ...] = BANDS) -> list[tuple[str, str]]:
    return [(band.group.value, " ".join(one.code for one in band.units)) for band in banded(rows, bounds)]


def test_the_units_above_ninety_percent_are_those_not_finished() -> None:
    """Yên Bái, 22 October 2024: three of nine districts above 90 %, and Trạm Tấu, at 100 %, is not among them."""
    districts = [
        unit("Trạm Tấu", 12_000, 12_000),
        unit("Văn Yên", 100_000, 95_300),
        unit("Mù Cang Chải", 50_000, 46_001),
        unit("Lục Yên", 90_000, 81_001),
        unit("Yên Bình", 90_000, 81_000),  # 90 % exactly is not above it
        unit("Trấn Yên", 80_000, 40_000),
    ]
    assert names(districts) == [
        ("finished", "Trạm Tấu"),
        ("above", "Văn Yên Mù Cang Chải Lục Yên"),
        ("middle", "Yên Bình Trấn Yên"),
        ("below", ""),
        ("below", ""),
        ("not_begun", ""),
        ("nothing_to_do", ""),
        ("no_target", ""),
    ]


def test_each_unit_stands_in_the_first_band_that_holds() -> None:
    rows = [
        unit("zero", 10_000, 0),
        unit("barely", 10_000, 1),
        unit("under ten", 10_000, 999),
        unit("ten", 10_000, 1_000),
        unit("under half", 10_000, 4_999),
        unit("half", 10_000, 5_000),
        unit("nothing", 0, 0),
        unit("none", None, 7),
        unit("over and short", 100, 130, remaining=5),  # over in one category, short in another
    ]
    found = dict(enumerate(names(rows)))
    assert found[1] == ("above", "over and short")
    assert found[2] == ("middle", "half")
    assert found[3] == ("below", "ten under half")
    assert found[4] == ("below", "barely under ten")
    assert found[5] == ("not_begun", "zero")
    assert found[6] == ("nothing_to_do", "nothing")
    assert found[7] == ("no_target", "none")


def test_bands_say_their_bounds_exactly() -> None:
    bounds = [(band.group, band.low, band.high) for band in banded([], BANDS)]
    tenth, half, most = Fraction(1, 10), Fraction(1, 2), Fraction(9, 10)
    assert bounds[1:6] == [
        (Group.ABOVE, most, None),
        (Group.MIDDLE, half, most),
        (Group.BELOW, tenth, half),
        (Group.BELOW, Fraction(0), tenth),
        (Group.NOT_BEGUN, None, None),
    ]


@pytest.mark.parametrize(
    ("bounds", "groups"),
    [
        ((), ["finished", "middle"]),
        (("0",), ["finished", "middle", "not_begun"]),
        (("0.5",), ["finished", "above", "middle"]),
        (("0", "0.8"), ["finished", "above", "middle", "not_begun"]),
        (("0.3", "0.8"), ["finished", "above", "middle", "below"]),
    ],
)
def test_other_bounds_make_other_bands_and_lose_nobody(bounds: tuple[str, ...], groups: list[str]) -> None:
    rows = [unit(f"{done}", 100, done) for done in range(101)] + [unit("no", None, 1), unit("0/0", 0, 0)]
    found = banded(rows, [Decimal(bound) for bound in bounds])
    assert [band.group.value for band in found] == [*groups, "nothing_to_do", "no_target"]
    assert sorted(one.code for band in found for one in band.units) == sorted(row.code for row in rows)
