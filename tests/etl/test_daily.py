"""Daily sources: rows are increments; a corrected or a late day moves all later ones, from that receipt on."""

from collections.abc import Iterable
from datetime import datetime
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
