"""Units that merge, split and hand on their codes: every series under any map, totals equal to the last unit."""

from csv import DictReader
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.errors import ConfigError
from campaign.facts import BEFORE_EVERYTHING, Facts
from campaign.lineage import Lineage, lineage_of
from campaign.mapping import Mapping, apportion
from campaign.units import Registry, Unit

ROOT = Path(__file__).resolve().parents[2]
EVE, MERGER, LATER = date(2024, 12, 31), date(2025, 1, 1), date(2025, 1, 10)
START = date(2024, 12, 20)

Count = tuple[str, str, date, int]
Due = tuple[str, str, date | None, int]


def facts_of(counts: list[Count], targets: list[Due] = ()) -> Facts:
    units = sorted({one[0] for one in [*counts, *targets]})
    categories = sorted({one[1] for one in [*counts, *targets]})

    def column(values: list[int]) -> np.ndarray:
        return np.array(values, dtype=np.int64)

    return Facts(
        units,
        categories,
        column([units.index(one[0]) for one in counts]),
        column([categories.index(one[1]) for one in counts]),
        column([one[2].toordinal() for one in counts]),
        column([one[3] for one in counts]),
        column([units.index(one[0]) for one in targets]),
        column([categories.index(one[1]) for one in targets]),
        column([one[2].toordinal() if one[2] else BEFORE_EVERYTHING for one in targets]),
        column([one[3] for one in targets]),
    )


def under(registry: Registry, facts: Facts, day: date) -> Facts:
    tree = registry.on(day)
    return Mapping(facts, Lineage(registry)).seen_by(tree, day.toordinal())


def done(facts: Facts, code: str, day: date, category: str = "a") -> int:
    """Return the latest count of a unit up to a day, 0 when there is none."""
    rows = zip(facts.count_unit, facts.count_category, facts.count_day, facts.count, strict=True)
    held = [
        (when, count)
        for unit, kind, when, count in rows
        if facts.unit_codes[unit] == code and facts.category_ids[kind] == category and when <= day.toordinal()
    ]
    return int(max(held)[1]) if held else 0


def due(facts: Facts, code: str, day: date, category: str = "a") -> int | None:
    """Return the target version that holds on a day; before the first, the first."""
    rows = zip(facts.target_unit, facts.target_category, facts.target_day, facts.target, strict=True)
    versions = sorted(
        (when, count)
        for unit, kind, when, count in rows
        if facts.unit_codes[unit] == code and facts.category_ids[kind] == category
    )
    holds = [count for when, count in versions if when <= day.toordinal()]
    return int(holds[-1] if holds else versions[0][1]) if versions else None


TOP = Unit("24", "Tỉnh", "province")
MERGED = [
    TOP,
    Unit("A", "Xã A", "commune", "24", valid_to=EVE, successor="M"),
    Unit("B", "Xã B", "commune", "24", valid_to=EVE, successor="M"),
    Unit("M", "Phường M", "commune", "24", valid_from=MERGER),
    Unit("C", "Xã C", "commune", "24"),
]
REPORTS = [
    ("A", "a", date(2024, 12, 22), 10),
    ("A", "a", date(2024, 12, 28), 30),
    ("B", "a", date(2024, 12, 25), 5),
    ("C", "a", date(2024, 12, 25), 7),
    ("M", "a", date(2025, 1, 4), 61),
]
TARGETS = [("A", "a", None, 50), ("B", "a", None, 25), ("C", "a", None, 9)]


def test_a_merged_unit_stands_on_its_parts_until_it_reports_itself() -> None:
    seen = under(Registry(MERGED), facts_of(REPORTS, TARGETS), MERGER)
    days = [date(2024, 12, day) for day in (21, 22, 25, 28, 31)] + [date(2025, 1, day) for day in (1, 3, 4, 9)]
    assert [done(seen, "M", day) for day in days] == [0, 10, 15, 35, 35, 35, 35, 61, 61]
    assert [due(seen, "M", day) for day in days] == [75] * 9
    assert done(seen, "C", LATER) == 7
    assert due(seen, "C", LATER) == 9
    last = max(when for unit, when in zip(seen.count_unit, seen.count_day, strict=True)
               if seen.unit_codes[unit] == "M" and when < MERGER.toordinal())  # fmt: skip
    assert date.fromordinal(int(last)) == date(2024, 12, 28)


def test_seen_by_the_old_units_what_was_brought_stays_and_the_rest_goes_by_what_each_lacked() -> None:
    seen = under(Registry(MERGED), facts_of(REPORTS, TARGETS), EVE)
    assert (done(seen, "A", LATER), done(seen, "B", LATER)) == (30 + 13, 5 + 13)  # 26 more, both lacked 20
    assert (done(seen, "A", date(2025, 1, 3)), done(seen, "B", date(2025, 1, 3))) == (30, 5)
    assert (due(seen, "A", LATER), due(seen, "B", LATER)) == (50, 25)


def test_a_late_correction_of_an_old_unit_moves_its_day_and_the_merged_unit_that_stands_on_it() -> None:
    corrected = [*REPORTS[:1], ("A", "a", date(2024, 12, 28), 33), *REPORTS[2:4]]
    seen = under(Registry(MERGED), facts_of(corrected), MERGER)
    assert done(seen, "M", date(2024, 12, 28)) == done(seen, "M", LATER) == 38


def test_each_category_waits_for_its_own_first_report() -> None:
    counts = [("A", "a", EVE, 3), ("A", "b", EVE, 4), ("B", "b", EVE, 5), ("M", "a", MERGER, 8)]
    seen = under(Registry(MERGED), facts_of(counts), MERGER)
    assert (done(seen, "M", LATER, "a"), done(seen, "M", LATER, "b")) == (8, 9)


def test_a_merged_unit_s_own_target_holds_from_its_beginning_and_is_split_by_the_old_ones() -> None:
    targets = [*TARGETS, ("M", "a", None, 90)]
    new, old = (under(Registry(MERGED), facts_of(REPORTS, targets), day) for day in (MERGER, EVE))
    assert [due(new, "M", day) for day in (EVE, MERGER)] == [75, 90]
    assert [(due(old, "A", day), due(old, "B", day)) for day in (EVE, MERGER)] == [(50, 25), (60, 30)]
    only = facts_of(REPORTS, [("M", "a", None, 90)])
    assert [due(under(Registry(MERGED), only, MERGER), "M", day) for day in (EVE, MERGER)] == [90, 90]
    assert [due(under(Registry(MERGED), only, EVE), code, EVE) for code in "AB"] == [77, 13]  # 90 as 30 : 5


def test_a_unit_that_takes_another_in_goes_on_under_its_code() -> None:
    rows = [TOP, Unit("A", "Xã A", "commune", "24", valid_to=EVE, successor="K"), Unit("K", "Xã K", "commune", "24")]
    counts = [("A", "a", EVE, 4), ("K", "a", EVE, 10), ("K", "a", date(2025, 1, 5), 20)]
    new, old = (under(Registry(rows), facts_of(counts), day) for day in (MERGER, EVE))
    assert [done(new, "K", day) for day in (EVE, MERGER, LATER)] == [14, 14, 20]
    assert [(done(old, "A", day), done(old, "K", day)) for day in (EVE, MERGER, LATER)] == [(4, 10), (4, 10), (6, 14)]


def test_a_split_goes_by_its_shares_to_the_last_unit() -> None:
    rows = [
        TOP,
        Unit("A", "Xã A", "commune", "24", valid_to=EVE, successor="B:0.6 C:0.4"),
        *(Unit(code, f"Xã {code}", "commune", "24", valid_from=MERGER) for code in "BC"),
    ]
    facts = facts_of([("A", "a", EVE, 7), ("B", "a", LATER, 10)], [("A", "a", None, 99)])
    new, old = under(Registry(rows), facts, MERGER), under(Registry(rows), facts, EVE)
    assert (done(new, "B", EVE), done(new, "C", EVE)) == (4, 3)  # 4.2 and 2.8
    assert (due(new, "B", EVE), due(new, "C", EVE)) == (59, 40)  # 59.4 and 39.6
    assert (done(new, "B", LATER), done(new, "C", LATER)) == (10, 3)
    assert (done(old, "A", EVE), done(old, "A", LATER), due(old, "A", LATER)) == (7, 13, 99)


def test_a_code_given_to_another_unit_keeps_nothing_of_the_first() -> None:
    rows = [
        TOP,
        Unit("15", "Xã cũ", "commune", "24", valid_to=EVE, successor="M"),
        Unit("M", "Xã M", "commune", "24", valid_from=MERGER),
        Unit("15", "Xã mới", "commune", "24", valid_from=MERGER),
    ]
    counts = [("15", "a", EVE, 8), ("15", "a", LATER, 2)]
    targets = [("15", "a", None, 80), ("15", "a", MERGER, 20)]
    new, old = (under(Registry(rows), facts_of(counts, targets), day) for day in (MERGER, EVE))
    assert [done(new, "15", day) for day in (EVE, MERGER, LATER)] == [0, 0, 2]
    assert [done(new, "M", day) for day in (EVE, LATER)] == [8, 8]
    assert (due(new, "15", LATER), due(new, "M", LATER)) == (20, 80)
    assert [done(old, "15", day) for day in (EVE, LATER)] == [8, 8]
    assert not Lineage(Registry(rows)).same_unit("15", EVE, MERGER)


def test_a_report_by_a_unit_that_has_gone_belongs_to_nobody() -> None:
    counts = [("A", "a", EVE, 3), ("A", "a", LATER, 30), ("M", "a", EVE, 99)]
    for day in (EVE, MERGER):
        seen = under(Registry(MERGED), facts_of(counts), day)
        assert sum(done(seen, code, LATER) for code in "ABM") == 3


def test_without_successors_there_is_nothing_to_carry() -> None:
    rows = [
        TOP,
        Unit("A", "Xã A", "commune", "24", valid_to=EVE),
        Unit("M", "Xã M", "commune", "24", valid_from=MERGER),
    ]
    assert lineage_of(Registry(rows)) is None


@pytest.mark.parametrize(
    ("successor", "says"),
    [
        ("B:0.6 C:0.3", "add up to 9/10"),
        ("B:x", "found 'B:x'"),
        ("B:1e1000000 C:0.4", "found 'B:1e1000000'"),
        ("B C", "add up to 2"),
        ("B:1 C:0", "found 'B:1 C:0'"),
        ("Z", "names 'Z', which is no unit on 2025-01-01"),
        ("24", "has units below it"),
    ],
)
def test_a_successor_that_cannot_be_is_refused(successor: str, says: str) -> None:
    rows = [TOP, Unit("A", "Xã A", "commune", "24", valid_to=EVE, successor=successor)]
    rows += [Unit(code, f"Xã {code}", "commune", "24", valid_from=MERGER) for code in "BC"]
    with pytest.raises(ConfigError, match=says) as raised:
        Lineage(Registry(rows))
    assert "unit A" in str(raised.value)


def test_a_successor_of_a_row_without_an_end_is_refused() -> None:
    rows = [TOP, Unit("A", "Xã A", "commune", "24", successor="B"), Unit("B", "Xã B", "commune", "24")]
    with pytest.raises(ConfigError, match="no valid_to"):
        Lineage(Registry(rows))


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**9), min_size=1, max_size=7))
def test_parts_add_up_and_none_is_a_whole_unit_from_its_share(total: int, weights: list[int]) -> None:
    parts = apportion(np.array([total]), np.array([[one] for one in weights]))[:, 0].tolist()
    assert sum(parts) == total
    whole = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        share = Fraction(total * weight, whole) if whole else Fraction(total, len(weights))
        assert abs(part - share) < 1


@st.composite
def registries(draw: st.DrawFn) -> Registry:
    """Return units that end on two days and go to new ones, to ones that stay, or to ones that take over a code."""
    rows, fresh = [TOP], iter(f"N{number}" for number in range(99))
    alive: dict[str, date | None] = {f"U{number}": None for number in range(draw(st.integers(2, 5)))}
    for turn in (MERGER, LATER):
        ending = draw(st.lists(st.sampled_from(sorted(alive)), unique=True))
        codes = draw(st.lists(st.sampled_from(ending), unique=True)) if ending else []
        staying = {code: since for code, since in alive.items() if code not in ending}
        pool = [*codes, *staying, next(fresh), next(fresh)]
        begun = set()
        for code in ending:
            heirs = draw(st.lists(st.sampled_from(pool), min_size=1, max_size=2, unique=True))
            share = Fraction(draw(st.integers(1, 99)), 100)
            parts = [heirs[0]] if len(heirs) == 1 else [f"{heirs[0]}:{share}", f"{heirs[1]}:{1 - share}"]
            rows.append(Unit(code, code, "commune", "24", None, alive[code], turn - timedelta(days=1),
                             successor=" ".join(parts)))  # fmt: skip
            begun |= set(heirs) - set(staying)
        alive = staying | dict.fromkeys(sorted(begun), turn)
    return Registry([*rows, *(Unit(code, code, "commune", "24", None, since) for code, since in alive.items())])


@st.composite
def histories(draw: st.DrawFn) -> tuple[Registry, Facts]:
    """Return such units with what they reported and owed."""
    registry = draw(registries())
    counts: list[Count] = []
    targets: list[Due] = []
    for code in sorted(registry.codes - {"24"}):
        for category in "ab":
            total = 0
            for offset in sorted(draw(st.sets(st.sampled_from([0, 5, 11, 12, 15, 20, 21, 25]), max_size=3))):
                total += draw(st.integers(0, 50))
                counts.append((code, category, START + timedelta(days=offset), total))
        due_from = draw(st.sets(st.sampled_from([None, MERGER, date(2025, 1, 5), LATER]), max_size=2))
        targets += [(code, "a", when, draw(st.integers(0, 99))) for when in due_from]
    return registry, facts_of(counts, targets)


@settings(max_examples=60, deadline=None)
@given(histories())
def test_totals_are_equal_under_any_map_on_every_day(history: tuple[Registry, Facts]) -> None:
    registry, facts = history
    if lineage_of(registry) is None:
        return
    maps = {day: under(registry, facts, day) for day in (EVE, MERGER, LATER)}
    for offset in (-1, 0, 5, 10, 11, 12, 15, 16, 20, 21, 25, 30):
        day = START + timedelta(days=offset)
        for category in facts.category_ids:
            totals, owed = {}, {}
            for on, seen in maps.items():
                leaves = registry.on(on).leaves
                totals[on] = sum(done(seen, code, day, category) for code in leaves)
                owed[on] = sum(due(seen, code, day, category) or 0 for code in leaves)
            assert len(set(totals.values())) == 1, (day, category, totals)
            assert len(set(owed.values())) == 1, (day, category, owed)


@settings(max_examples=60, deadline=None)
@given(histories())
def test_a_day_s_own_units_have_what_they_reported(history: tuple[Registry, Facts]) -> None:
    registry, facts = history
    if lineage_of(registry) is None:
        return
    for on in (EVE, MERGER, LATER):
        seen, since = under(registry, facts, on), max(START, {EVE: START, MERGER: MERGER, LATER: LATER}[on])
        for unit, category, day, count in zip(
            facts.count_unit, facts.count_category, facts.count_day, facts.count, strict=True
        ):
            code, when = facts.unit_codes[unit], date.fromordinal(int(day))
            if registry.on(when) is registry.on(on) and when >= since and code in registry.on(on):
                assert done(seen, code, when, facts.category_ids[category]) == count


def test_the_communes_of_yen_bai_before_and_after_new_year_2025() -> None:
    with (ROOT / "data/demo/yen-bai/units.csv").open(encoding="utf-8", newline="") as file:
        listed = [(row["code"], row["name"], row["level"], row["parent_code"] or None) for row in DictReader(file)]
    # The five that were merged that day; whom each joined is this test's choice: the next commune of its district.
    merged = {"04267", "04507", "04528", "04561", "04774"}
    into = {code: next(other for other, _, level, parent in listed if parent == above and other not in merged)
            for code, _, _, above in listed if code in merged}  # fmt: skip
    rows = [
        Unit(code, name, level, above, valid_to=EVE if code in merged else None, successor=into.get(code))
        for code, name, level, above in listed
    ]
    registry = Registry(rows)
    assert (len(registry.on(EVE).leaves), len(registry.on(MERGER).leaves)) == (173, 168)
    counts = [
        (code, "a", START + timedelta(days=day), 7 * number + 3 * day)
        for number, code in enumerate(registry.on(EVE).leaves)
        for day in range(0, 25, 4)
        if code not in merged or START + timedelta(days=day) <= EVE
    ]
    facts = facts_of(counts, [(code, "a", None, 2000) for code in registry.on(EVE).leaves])
    old, new = under(registry, facts, EVE), under(registry, facts, MERGER)
    reported = {(code, day): count for code, _, day, count in counts}
    for offset in range(0, 25, 4):
        day = START + timedelta(days=offset)
        by_old = {code: done(old, code, day) for code in registry.on(EVE).leaves}
        by_new = {code: done(new, code, day) for code in registry.on(MERGER).leaves}
        assert sum(by_old.values()) == sum(by_new.values())
        for code in set(by_new) - set(into.values()):
            assert by_old[code] == by_new[code] == reported[code, day]
    assert sum(due(new, code, LATER) or 0 for code in registry.on(MERGER).leaves) == 173 * 2000
