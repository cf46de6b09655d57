"""Sight: what a scope's codes open on days of other units. The least that lets a unit's holder see his own past."""

from datetime import date

import pytest

from campaign.lineage import Lineage
from campaign.scope import EVERYTHING, Scope
from campaign.sight import Sight
from campaign.units import Registry, Unit

EVE, DAY = date(2025, 6, 30), date(2025, 7, 1)


def unit(code: str, parent: str | None = "P", first: date | None = None, last: date | None = None, to: str = "",
         level: str = "commune") -> Unit:  # fmt: skip
    return Unit(code, f"{code} {first}", level, parent, valid_from=first, valid_to=last, successor=to or None)


# On 1 July A and B become M; C is split into X and Y; D's code goes to E, and D is part of F from then on; G moves
# from district K to district L; district Q is gone, and its only commune H stays.
REGISTRY = Registry(
    [
        unit("P", None, level="province"),
        unit("K", level="district"),
        unit("L", level="district"),
        unit("Q", last=EVE, level="district"),
        unit("A", "K", last=EVE, to="M"),
        unit("B", "K", last=EVE, to="M"),
        unit("M", "K", first=DAY),
        unit("C", "K", last=EVE, to="X:1/2 Y:1/2"),
        unit("X", "K", first=DAY),
        unit("Y", "L", first=DAY),
        unit("D", "L", last=EVE, to="F"),
        unit("F", "L", first=DAY),
        unit("E", "L", last=EVE, to="D"),
        unit("D", "L", first=DAY),
        unit("G", "K", last=EVE),
        unit("G", "L", first=DAY),
        unit("H", "Q", last=EVE),
        unit("H", "L", first=DAY),
    ]
)


def opened(*units: str, on: date = DAY, day: date = EVE) -> set[str]:
    sight = Sight(Scope(frozenset(units)), REGISTRY, Lineage(REGISTRY), on)
    return set(sight.codes(REGISTRY.on(day)) or ())


@pytest.mark.parametrize(
    ("units", "then"),
    [
        (["M"], {"A", "B"}),  # all of both is in it
        (["X"], set()),  # the other half is somebody else's
        (["X", "Y"], {"C"}),
        (["D"], {"E"}),  # the code's new bearer is what E was, never what D was
        (["F"], {"D"}),
        (["G"], {"G"}),
        (["K"], {"K", "A", "B", "C", "G"}),  # the district as it was then, G included
        (["L"], {"L", "D", "E", "G", "H", "Q"}),  # Q is gone, and all it had is L's now; C is half L's only
        (["P"], {"P", "K", "L", "Q", "A", "B", "C", "D", "E", "G", "H"}),
    ],
)
def test_a_code_opens_on_an_earlier_day_what_it_means_today(units: list[str], then: set[str]) -> None:
    assert opened(*units) == then


def test_on_the_day_of_the_sight_a_code_opens_its_subtree() -> None:
    assert opened("K", day=DAY) == {"K", "M", "X"}
    assert opened("M", "Y", day=DAY) == {"M", "Y"}
    assert opened("nobody", day=DAY) == set()


def test_a_code_read_before_the_change_opens_nothing_of_its_next_bearer() -> None:
    assert opened("D", on=EVE) == {"D"}
    assert opened("D", on=EVE, day=DAY) == {"F"}  # what became of it, which is nothing but it
    assert opened("A", on=EVE, day=DAY) == set()  # a merged unit is not A's alone


def test_a_pruned_tree_names_nobody_else() -> None:
    whole = REGISTRY.on(DAY)
    sight = Sight(Scope(frozenset({"M", "L"})), REGISTRY, Lineage(REGISTRY), DAY)
    seen = sight.tree(whole)
    assert sorted(seen.tops) == ["L", "M"]
    assert set(seen.codes) == {"M", "L", "Y", "D", "F", "G", "H"}
    assert seen.levels == ["district", "commune"], "in the order of the whole"
    assert all(one.parent_code in (None, "L") for one in seen.units)
    assert all(one.successor is None for one in sight.tree(REGISTRY.on(EVE)).units)
    assert Sight(EVERYTHING, REGISTRY, None, DAY).tree(whole) is whole


def test_what_was_said_of_a_code_on_a_day_it_meant_nothing_is_its_nearest_days() -> None:
    sight = Sight(Scope(frozenset({"M"})), REGISTRY, Lineage(REGISTRY), DAY)
    assert sight.sees("A", DAY), "a report by a code that has gone"
    assert sight.sees("M", EVE)
    assert not sight.sees("C", DAY)
    assert not sight.sees("never", DAY)
    assert Sight(EVERYTHING, REGISTRY, None, DAY).sees("never", DAY)
