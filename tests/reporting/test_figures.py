"""Figures: one door to every number, through one scope."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from campaign.errors import SourceError, UsageError
from campaign.scope import Scope
from reporting.figures import Figures
from tests.warehouse.small import CONFIG, ID, NAMED, NAMED_TARGETS, UNITS, Small, counts

LAST = date(2025, 2, 7)


@pytest.fixture
def fed(small: Small) -> Small:
    small.send(counts(("00101", "3", 10), ("00102", "3", 20), ("00201", "4", 30)))
    return small


def narrow(small: Small, *units: str) -> Figures:
    found = Figures.open(small.config, ID, scope=Scope(units=frozenset(units)))
    small.opened.append(found)
    return found


def test_before_the_first_version_there_is_nothing_to_ask(small: Small) -> None:
    with pytest.raises(SourceError, match="no published version"):
        small.figures()


def test_a_scope_shows_its_subtrees_only_and_never_changes_a_rank(fed: Small) -> None:
    whole = fed.progress()
    seen = narrow(fed, "D1")
    rows = {row.code: row for row in seen.progress(LAST)}
    assert set(rows) == {"D1", "00101", "00102"}
    left = whole["D1"].remaining
    for code, row in rows.items():  # but for what would name or count the others
        above = None if code == "D1" else whole[code].parent_code
        assert row == replace(whole[code], parent_code=above, gap_share=Fraction(row.remaining, left))
    assert {one.unit_code for one, _ in seen.submissions("27")} == {"00101", "00102"}
    assert seen.batches() == []


@pytest.mark.parametrize("question", ["unit", "series", "plan"])
def test_a_unit_outside_the_scope_is_as_if_it_were_not_there(fed: Small, question: str) -> None:
    seen = narrow(fed, "D1")
    ask = {
        "unit": lambda: seen.unit("00201", LAST),
        "series": lambda: seen.series("00201", last=LAST),
        "plan": lambda: seen.plan("00201", as_of=LAST),
    }[question]
    with pytest.raises(UsageError):
        ask()


def test_a_scope_of_other_campaigns_opens_nothing(fed: Small) -> None:
    with pytest.raises(UsageError):
        Figures.open(fed.config, ID, scope=Scope(campaigns=frozenset({"khac"})))


def test_rows_of_no_known_unit_are_shown_to_a_reader_of_everything_only(fed: Small) -> None:
    fed.send(counts(("00999", "4", 1), ("00101", "4", 9), ("00201", "5", 29)))
    assert [row.unit_code for row in fed.figures().refusals(LAST)] == [None, "00101", "00201"]
    assert [row.unit_code for row in narrow(fed, "D1").refusals(LAST)] == ["00101"]


def test_the_plan_of_a_unit_runs_from_the_eve_to_the_last_day(fed: Small) -> None:
    plan = fed.figures().plan("27", as_of=LAST)
    assert [day.day for day, _ in plan] == [2, 3, 4, 5, 6, 7]
    assert [expected for _, expected in plan] == [0, 80, 160, 240, 320, 400]


def test_a_series_is_what_progress_says_day_by_day(fed: Small) -> None:
    figures = fed.figures()
    for row in figures.series("D1", last=LAST + timedelta(days=2)):
        assert row == figures.unit("D1", row.as_of)


def test_the_default_day_turns_at_the_cut_off(fed: Small) -> None:
    figures = fed.figures()
    cut_off = datetime(2025, 2, 5, 10, 0, tzinfo=UTC)
    assert figures.default_as_of(cut_off - timedelta(seconds=1)) == date(2025, 2, 4)
    assert figures.default_as_of(cut_off) == date(2025, 2, 5)
    assert figures.default_as_of(datetime(2026, 1, 1, tzinfo=UTC)) == LAST


def test_a_district_is_the_sum_of_its_communes_and_one_units_excess_hides_nobodys_shortfall(small: Small) -> None:
    small.send(counts(("00101", "3", 150), ("00102", "3", 150)))
    district = small.progress()["D1"]
    assert (district.target, district.done, district.remaining, district.excess) == (300, 300, 50, 50)
    assert (district.completion, district.status) == (Fraction(1), "silent")
    assert (district.units_with_target, district.units_finished) == (2, 1)


def test_a_group_and_all_are_sums_of_the_categories_that_have_a_target(tmp_path: Path) -> None:
    house = Small(tmp_path, CONFIG + NAMED, targets=NAMED_TARGETS)
    head = "unit_code,category,stage,as_of,count\n"
    house.send(
        head
        + "00101,birth,approved,2025-02-03,10\n00101,death,approved,2025-02-03,5\n00101,birth,entered,2025-02-03,9\n"
    )
    assert [house.done(category=one) for one in ("birth", "death", "civil", "all")] == [10, 5, 15, 15]
    assert house.done(category="birth", stage="entered") == 0, "no target there: left out of a roll-up"
    assert house.progress(category="birth", stage="entered")["00101"].done == 9
    house.close()


def test_units_of_a_day_are_those_valid_then(tmp_path: Path) -> None:
    units = UNITS.replace("parent_code\n", "parent_code,valid_from,valid_to\n").replace(
        "00201,Phường An,commune,D2\n",
        "00201,Phường An,commune,D2,,2025-02-04\n"
        "00201,Phường An,commune,D1,2025-02-05,\n00202,Xã Mới,commune,D2,2025-02-05,\n",
    )
    house = Small(tmp_path, units=units)
    house.send(counts(("00201", "3", 30), ("00202", "6", 4)))
    assert [house.progress(f"2025-02-0{day}")["00201"].parent_code for day in (4, 5)] == ["D2", "D1"]
    assert "00202" not in house.progress("2025-02-04")
    assert [house.progress(f"2025-02-0{day}")["D1"].done for day in (4, 5)] == [0, 30]
    house.close()


def test_unknown_words_are_told_with_the_known_ones(fed: Small) -> None:
    figures = fed.figures()
    with pytest.raises(UsageError, match="all"):
        figures.progress(LAST, category="x")
    with pytest.raises(UsageError, match="done"):
        figures.progress(LAST, stage="x")
    with pytest.raises(UsageError, match="province, district, commune"):
        figures.progress(LAST, level="x")
