"""Units: the tree of any day, and the days on which it turns."""

from datetime import date

import pytest

from campaign.errors import ConfigError
from campaign.units import Registry, Unit

TOP = Unit("27", "Tỉnh", "province")
BEFORE = Unit("A", "Xã A", "commune", "27", valid_to=date(2025, 6, 30))
AFTER = Unit("B", "Xã B", "commune", "27", valid_from=date(2025, 7, 1))


def test_the_tree_turns_when_a_row_begins_and_the_day_after_one_ends() -> None:
    gone = Unit("C", "Xã C", "commune", "27", valid_from=date(2025, 2, 1), valid_to=date(2025, 3, 31))
    registry = Registry([TOP, BEFORE, AFTER, gone])
    assert registry.turns == [date(2025, 2, 1), date(2025, 4, 1), date(2025, 7, 1)]
    assert [registry.on(day).leaves for day in registry.turns] == [["A", "C"], ["A"], ["B"]]
    assert Registry([TOP]).turns == []
    assert Registry([Unit("27", "Tỉnh", "province", valid_to=date.max)]).turns == []


def test_before_the_first_row_and_after_the_last_the_nearest_day_s_tree_stands() -> None:
    registry = Registry([Unit("27", "Tỉnh", "province", valid_from=date(2025, 1, 1), valid_to=date(2025, 1, 31))])
    assert registry.on(date(2024, 1, 1)).codes == registry.on(date(2026, 1, 1)).codes == ["27"]


def test_a_day_without_any_unit_is_named() -> None:
    first = Unit("27", "Tỉnh", "province", valid_from=date(2025, 1, 1), valid_to=date(2025, 1, 31))
    later = Unit("27", "Tỉnh", "province", valid_from=date(2025, 3, 1))
    last = Unit("28", "Tỉnh", "province", valid_from=date(2025, 4, 1), valid_to=date(2025, 4, 2))
    with pytest.raises(ConfigError, match="2025-02-01: no unit"):
        Registry([first, later, last]).on(date(2025, 2, 1))
