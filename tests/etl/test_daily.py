"""Daily sources: rows are increments; a corrected or a late day moves all later ones, from that receipt on."""

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from random import Random

import pytest

from etl.replay import rebuild
from tests.warehouse.small import CONFIG, Small, counts, verdict

DAYS = ("3", "4", "5", "6", "7")
ADDS = '\n[[source]]\nname = "daily"\ncampaign = "nho"\nmeasure = "daily"\n'
RESTATES = ADDS + 'on_fall = "accept"\n'


@pytest.fixture
def daily(tmp_path: Path) -> Iterable[Small]:
    """The small campaign with a daily source that holds falls."""
    house = Small(tmp_path / "daily", CONFIG + ADDS)
    yield house
    house.close()


def send(house: Small, *rows: tuple[str, str, object]) -> list[tuple[str, str | None]]:
    return house.judged(counts(*rows), source="daily")


def curve(house: Small, known_at: datetime | None = None) -> list[int]:
    return [house.done(f"2025-02-0{day}", known_at=known_at) for day in DAYS]


def first_three(house: Small) -> None:
    assert send(house, ("00101", "3", 5), ("00101", "4", 2), ("00101", "5", 3)) == [("accepted", None)] * 3
    assert curve(house) == [5, 7, 10, 10, 10]


def test_a_corrected_day_moves_all_later_days_and_what_was_known_before_stays(daily: Small) -> None:
    first_three(daily)
    before = daily.figures().reader.last_received_at
    assert send(daily, ("00101", "4", 9)) == [("accepted", None)]
    assert curve(daily) == [5, 14, 17, 17, 17]
    assert curve(daily, known_at=before) == [5, 7, 10, 10, 10]
    reports = daily.figures().reader.submissions(["00101"])
    assert [(one.as_of.day, one.count) for one in reports] == [(4, 14), (5, 10), (4, 7), (3, 5)], (
        "a day moved is no report"
    )


def test_a_late_day_lifts_the_days_after_it_and_is_not_held_for_exceeding_them(daily: Small) -> None:
    send(daily, ("00101", "3", 5), ("00101", "6", 1))
    assert send(daily, ("00101", "4", 50)) == [("accepted", None)]
    assert curve(daily) == [5, 55, 55, 56, 56]


def test_the_same_increment_again_is_unchanged_though_the_days_have_moved(daily: Small) -> None:
    first_three(daily)
    send(daily, ("00101", "3", 6))
    versions = daily.store.versions()
    assert send(daily, ("00101", "4", 2), ("00101", "5", 3)) == [("unchanged", None)] * 2
    assert (curve(daily), daily.store.versions()) == ([6, 8, 11, 11, 11], versions)


def test_an_increment_that_falls_is_held_in_its_own_terms_and_moves_nothing(daily: Small) -> None:
    first_three(daily)
    outcome = daily.send(counts(("00101", "4", 1)), source="daily")
    held = verdict(outcome)
    assert (held.fate, held.reason, held.found, held.standing) == ("held", "count_falls", "1", 2)
    assert curve(daily) == [5, 7, 10, 10, 10]
    send(daily, ("00101", "3", 8))
    assert send(daily, ("00101", "4", 1)) == [("unchanged", None)], "it waits, whatever moved meanwhile"
    told = "unit_code,as_of,count,reason\n00101,2025-02-04,1,đếm lại\n"
    assert daily.judged(told, source="daily") == [("accepted", None)]
    assert (curve(daily), "held" in daily.kinds()) == ([8, 9, 12, 12, 12], False)


def test_an_increment_held_on_the_way_leaves_the_next_day_as_it_stands(daily: Small) -> None:
    first_three(daily)
    fates = send(daily, ("00101", "3", 4), ("00101", "4", 2), ("00101", "6", 1))
    assert fates == [("held", "count_falls"), ("unchanged", None), ("accepted", None)]
    assert curve(daily) == [5, 7, 10, 11, 11]


def test_increments_count_on_from_a_cumulative_count_and_may_not_overtake_the_next(daily: Small) -> None:
    daily.send(counts(("00101", "3", 100)))
    send(daily, ("00101", "4", 2), ("00101", "5", 3))
    daily.send(counts(("00101", "6", 110)))
    assert curve(daily) == [100, 102, 105, 110, 110]
    outcome = daily.send(counts(("00101", "4", 8)), source="daily")
    held = verdict(outcome)
    assert (held.reason, held.found, held.standing, held.standing_day) == (
        "exceeds_later", "8", 7, datetime.fromisoformat("2025-02-06").date()
    )  # fmt: skip
    assert send(daily, ("00101", "4", 7), ("00101", "7", 4)) == [("accepted", None)] * 2
    assert curve(daily) == [100, 107, 110, 110, 114]
    raised = "unit_code,as_of,count,reason\n00101,2025-02-03,103,sửa\n"
    assert daily.judged(raised) == [("accepted", None)]
    assert curve(daily) == [103, 110, 113, 110, 114]


def test_less_than_no_work_is_refused_even_where_falls_are_accepted(tmp_path: Path) -> None:
    house = Small(tmp_path / "restates", CONFIG + RESTATES)
    assert send(house, ("00101", "3", 5), ("00101", "4", -2)) == [("accepted", None), ("rejected", "negative_count")]
    house.close()


def test_parts_of_an_increment_are_added_first(tmp_path: Path) -> None:
    house = Small(tmp_path / "parts", CONFIG + ADDS + 'combine = "sum"\n')
    send(house, ("00101", "3", 2), ("00101", "3", 3), ("00101", "4", 1))
    assert send(house, ("00101", "3", 4), ("00101", "3", 4)) == [("accepted", None)] * 2
    assert curve(house) == [8, 9, 9, 9, 9]
    assert send(house, ("00101", "3", 1), ("00101", "3", 1)) == [("held", "count_falls")] * 2
    assert send(house, ("00101", "3", 2)) == [("unchanged", None)]
    house.close()


def test_a_history_of_increments_rewritten_at_every_pull_is_known_as_it_was_at_each(tmp_path: Path) -> None:
    """Against plain sums: for every receipt and day, what the increments known by then add up to."""
    house, dice = Small(tmp_path / "history", CONFIG + RESTATES), Random(7)  # noqa: S311 - chance, not secrecy
    known: dict[tuple[str, str], int] = {}
    expected: list[dict[tuple[str, str], int]] = []
    for pull in range(6):
        for unit in ("00101", "00102", "00201"):
            for day in DAYS[: pull + 1]:
                if (unit, day) not in known or dice.random() < 0.4:
                    known[unit, day] = dice.randint(0, 9)
        rows = [(unit, day, count) for (unit, day), count in known.items()]
        dice.shuffle(rows)
        before = len(house.store.versions())
        send(house, *rows)
        assert len(house.store.versions()) == before + 1 or pull == 5
        expected.append({
            (unit, day): sum(count for (one, at), count in known.items() if one == unit and at <= day)
            for unit in ("00101", "00102", "00201") for day in DAYS
        })  # fmt: skip
    told = [one.received_at for one in reversed(house.figures().batches())]
    rebuild(house.config, house.campaign)
    for moment, cells in zip(told, expected, strict=False):
        for day in DAYS:
            figures = house.progress(f"2025-02-0{day}", known_at=moment)
            for unit in ("00101", "00102", "00201"):
                assert figures[unit].done == cells[unit, day], (moment, unit, day)
    house.close()


def test_stated_totals_of_a_daily_source_add_up_too(daily: Small) -> None:
    send(daily, ("D1", "3", 5), ("D1", "4", 2))
    send(daily, ("D1", "3", 6))
    assert send(daily, ("D1", "4", 2)) == [("unchanged", None)]
    assert {one.as_of.day: one.count for one in daily.figures().reader.stated_totals()} == {3: 6, 4: 8}


MERGER = """code,name,level,parent_code,valid_from,valid_to,successor
27,Tỉnh Nhỏ,province,,,,
101,Xã An,commune,27,,2025-02-04,
101,Xã An Bình,commune,27,2025-02-05,,
102,Xã Bình,commune,27,,2025-02-04,101
201,Xã Cường,commune,27,,2025-02-04,202
201,Xã Dũng,commune,27,2025-02-05,,
202,Xã Cường Mới,commune,27,2025-02-05,,
"""


@pytest.fixture
def merging(tmp_path: Path) -> Iterable[Small]:
    """Communes that end on 4 February: An takes Bình in and keeps its code, Cường's is given to another unit."""
    house = Small(
        tmp_path / "merging",
        CONFIG + ADDS,
        MERGER,
        "unit_code,target,valid_from\n101,50,\n102,50,\n201,50,\n201,50,2025-02-05\n",
    )
    yield house
    house.close()


def test_increments_of_a_code_given_to_another_unit_do_not_count_on_from_the_former_one(merging: Small) -> None:
    send(merging, ("201", "3", 30), ("201", "4", 5), ("202", "6", 2), ("201", "6", 4))
    assert [merging.progress(f"2025-02-0{day}")["201"].done for day in (4, 5, 6)] == [35, 0, 4]
    assert send(merging, ("201", "3", 40), ("201", "7", 1)) == [("accepted", None)] * 2
    assert [merging.progress(f"2025-02-0{day}")["201"].done for day in (4, 6, 7)] == [45, 4, 5]
    assert send(merging, ("201", "6", 3)) == [("held", "count_falls")]


def test_increments_of_a_day_before_the_unit_was_there_count_nowhere(merging: Small) -> None:
    send(merging, ("202", "4", 9), ("202", "6", 2), ("202", "7", 1))
    assert [merging.progress(f"2025-02-0{day}")["202"].done for day in (6, 7)] == [2, 3]
    assert "unit_not_valid" in merging.kinds()


def test_increments_of_a_merged_unit_come_on_top_of_what_its_parts_brought(merging: Small) -> None:
    send(merging, ("101", "3", 10), ("102", "4", 20), ("201", "4", 5))
    send(merging, ("101", "5", 3), ("101", "6", 1), ("202", "6", 2), ("201", "6", 4))
    assert curve(merging) == [10, 35, 38, 45, 45]
    told = {code: row.done for code, row in merging.progress("2025-02-06").items()}
    assert told == {"27": 45, "101": 34, "201": 4, "202": 7}
    by_the_former = merging.figures().under(date(2025, 2, 4)).progress(date(2025, 2, 6))[0]
    assert by_the_former.done == 41, "Dũng follows nobody"
    before = merging.figures().reader.last_received_at
    assert send(merging, ("102", "3", 7), ("101", "5", 6)) == [("accepted", None)] * 2
    assert (curve(merging), curve(merging, before)) == ([17, 42, 48, 55, 55], [10, 35, 38, 45, 45])
    merging.send(counts(("101", "6", 50)))
    send(merging, ("101", "7", 2))
    assert [merging.progress(f"2025-02-0{day}")["101"].done for day in (5, 6, 7)] == [43, 50, 52]
    table = merging.table()
    rebuild(merging.config, merging.campaign)
    assert (merging.table(), curve(merging, before)) == (table, [10, 35, 38, 45, 45])
