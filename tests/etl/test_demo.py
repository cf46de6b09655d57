"""The demo campaigns: the totals of the press, and reports that are the same every time."""

from __future__ import annotations

import csv
import importlib.util
import time as clock
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from etl.demo import DEMO, DemoFile, draw, read_rows, share_out, write_reports

BOOKS, RECORDS = ("collected", "scanned"), ("entered", "checked", "approved")
FOUR = ("birth", "marriage", "death", "marital_status")
BAC_NINH, YEN_BAI = "bac-ninh-2025", "yen-bai-2024"
Key = tuple[str, str, str]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[DemoFile]:
    return write_reports(tmp_path_factory.mktemp("reports"))


def communes(campaign: str) -> dict[str, str]:
    """Each commune's district."""
    rows = read_rows(DEMO / campaign / "units.csv")
    return {row["code"]: row["parent_code"] for row in rows if row["level"] == "commune"}


def targets(campaign: str, on: str) -> dict[Key, int]:
    """The targets in force on a day: later versions come after earlier ones in the file."""
    rows = read_rows(DEMO / campaign / "targets.csv")
    return {(r["unit_code"], r["category"], r["stage"]): int(r["target"]) for r in rows if r["valid_from"] <= on}


@cache
def table(file: DemoFile) -> list[dict[str, str]]:
    """A file's rows as text, whichever way it was written."""
    if file.path.suffix == ".xlsx":
        head, *body = CalamineWorkbook.from_path(file.path).get_sheet_by_index(0).to_python()
        return [
            {
                str(name): value.isoformat() if isinstance(value, date) else str(value).removesuffix(".0")
                for name, value in zip(head, row, strict=True)
            }
            for row in body
        ]
    lines = file.path.read_text(encoding="utf-8-sig").splitlines()
    return list(csv.DictReader(lines, delimiter=";" if ";" in lines[0] else ",", strict=True))


def arrivals(files: list[DemoFile], campaign: str) -> Iterator[tuple[DemoFile, dict[str, str], str]]:
    """Every row in order of arrival, with the unit's code (of a name, found in the list)."""
    units = read_rows(DEMO / campaign.rsplit("-", 1)[0] / "units.csv")
    districts = {row["code"]: row["name"] for row in units}
    by_name = {(row["name"], districts.get(row["parent_code"], "")): row["code"] for row in units}
    for file in (one for one in files if one.campaign == campaign):
        for row in table(file):
            yield file, row, row.get("unit_code") or by_name.get((row["unit_name"], row["parent_name"]), "")


def day_of(row: dict[str, str]) -> date:
    text = row["as_of"]
    return datetime.strptime(text, "%d/%m/%Y").date() if "/" in text else date.fromisoformat(text)  # noqa: DTZ007 – a day


class Replay:
    """The reports taken in as the rules say: falls without a reason held, unreadable rows rejected."""

    def __init__(self, files: list[DemoFile], campaign: str, until: date = date.max) -> None:
        self.counts: dict[Key, int] = {}
        self.stated: dict[tuple[str, str, str, date], int] = {}
        self.held: list[dict[str, str]] = []
        self.rejected: list[dict[str, str]] = []
        self.corrected: list[dict[str, str]] = []
        for _, row, unit in arrivals(files, campaign):
            self._take(row, unit, until)

    def _take(self, row: dict[str, str], unit: str, until: date) -> None:
        digits = row["count"].replace(".", "")
        if day_of(row) > until:
            return
        if not unit or not digits.isdigit():
            self.rejected.append(row)
            return
        key, count = (unit, row["category"], row["stage"]), int(digits)
        if len(unit) < 5:
            self.stated[unit, row["category"], row["measure"], day_of(row)] = count
            return
        if count < self.counts.get(key, 0):
            (self.corrected if row.get("reason") else self.held).append(row)
            if not row.get("reason"):
                return
        self.counts[key] = count

    def done(self, stage: str, wanted: set[str] | None = None) -> int:
        return sum(n for (unit, _, one), n in self.counts.items() if one == stage and (not wanted or unit in wanted))


def finished(counts: dict[Key, int], goals: dict[Key, int], stage: str) -> set[str]:
    units = {unit for unit, _, _ in goals}
    short = {key[0] for key, goal in goals.items() if key[2] == stage and counts.get(key, 0) < goal}
    return units - short


# --- targets ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("on", ["2025-01-01", "2025-01-04", "2025-01-05", "2025-01-15"])
def test_bac_ninh_has_350000_records_and_3000_books_and_que_vo_23000_and_215_on_every_day(on: str) -> None:
    district, goals = communes("bac-ninh"), targets("bac-ninh", on)
    for stages, province, que_vo in ((BOOKS, 3_000, 215), (RECORDS, 350_000, 23_000)):
        for stage in stages:
            own = {unit: goal for unit, goal in _by_unit(goals, stage).items() if district[unit] == "259"}
            assert sum(_by_unit(goals, stage).values()) == province
            assert sum(own.values()) == que_vo


def _by_unit(goals: dict[Key, int], stage: str) -> Counter[str]:
    totals: Counter[str] = Counter()
    for (unit, _, one), goal in goals.items():
        if one == stage:
            totals[unit] += goal
    return totals


def test_every_commune_has_a_target_for_every_type_and_stage_and_books_where_it_has_records() -> None:
    goals = targets("bac-ninh", "2025-01-15")
    types = {category for _, category, _ in goals}
    assert len(types) == 10
    assert set(goals) == {(u, c, s) for u in communes("bac-ninh") for c in types for s in (*BOOKS, *RECORDS)}
    for (unit, category, stage), goal in goals.items():
        assert (goal > 0) == (goals[unit, category, "collected"] > 0)
        assert goal == goals[unit, category, "collected" if stage in BOOKS else "approved"]
    without = {category for (_, category, _), goal in goals.items() if goal == 0}
    assert without == {"guardianship", "guardianship_supervision", "adoption", "foreign_divorce"}


def test_births_are_most_and_a_book_holds_about_a_hundred_records() -> None:
    goals = targets("bac-ninh", "2025-01-15")
    by_type: Counter[str] = Counter()
    for (_, category, stage), goal in goals.items():
        by_type[category] += goal if stage == "approved" else 0
    assert by_type.most_common(3)[0][0] == "birth"
    assert by_type["birth"] > sum(by_type.values()) / 2
    books, records = _by_unit(goals, "collected"), _by_unit(goals, "approved")
    assert all(75 <= records[unit] / books[unit] <= 160 for unit in books)


def test_a_target_that_changes_on_the_way_says_when_and_why() -> None:
    changed = [row for row in read_rows(DEMO / "bac-ninh" / "targets.csv") if row["valid_from"] > "2025-01-01"]
    assert {row["unit_code"] for row in changed} == {"09457", "09460"}
    assert {row["valid_from"] for row in changed} == {"2025-01-05"}
    assert all(row["reason"] for row in changed)
    district = communes("bac-ninh")
    assert district["09457"] == district["09460"] == "263"


def test_yen_bais_targets_add_up_to_the_two_groups() -> None:
    goals = targets("yen-bai", "2024-10-22")
    four = sum(goal for (_, category, _), goal in goals.items() if category in FOUR)
    assert (four, sum(goals.values()) - four) == (529_694, 107_662)
    assert set(_by_unit(goals, "digitized")) == set(communes("yen-bai"))


def test_the_derivation_makes_the_files_that_are_kept(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("derive_targets", DEMO / "derive_targets.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.main(tmp_path)
    made = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*.csv"))
    assert [str(path) for path in made] == ["bac-ninh/targets.csv", "yen-bai/state.csv", "yen-bai/targets.csv"]
    for path in made:
        assert (tmp_path / path).read_bytes() == (DEMO / path).read_bytes()


# --- configuration ---------------------------------------------------------------------------------------------------


def test_the_configuration_names_the_ten_types_in_two_groups_and_one_headline_stage() -> None:
    config = tomllib.loads((DEMO / "config.toml").read_text(encoding="utf-8"))
    assert [one["id"] for one in config["campaign"]] == [BAC_NINH, YEN_BAI]
    for one, stages in zip(config["campaign"], ((*BOOKS, *RECORDS), ("digitized",)), strict=True):
        groups = Counter(category["group"] for category in one["category"])
        assert groups == {"population_db": 4, "civil_status_db": 6}
        assert tuple(stage["id"] for stage in one["stage"]) == stages
        assert [stage["id"] for stage in one["stage"] if stage.get("headline")] == [stages[-1]]
        assert "mô phỏng" in one["name"]["vi"]
        assert "simulated" in one["name"]["en"]
    assert len(config["campaign"][0]["plan"]["weights"]) == 15
    assert not {"server", "theme"} & set(config)


# --- reports ---------------------------------------------------------------------------------------------------------


def test_two_runs_write_the_same_bytes(files: list[DemoFile], tmp_path: Path) -> None:
    assert sum(file.path.suffix == ".xlsx" for file in files) == 4
    clock.sleep(1.1)  # a workbook's own clock counts whole seconds
    again = write_reports(tmp_path)
    for one, other in zip(files, again, strict=True):
        assert (one.path.name, one.campaign, one.received_at) == (other.path.name, other.campaign, other.received_at)
        assert one.path.read_bytes() == other.path.read_bytes()


def test_files_arrive_one_after_the_other_and_not_before_their_day(files: list[DemoFile]) -> None:
    for campaign in (BAC_NINH, YEN_BAI):
        moments = [file.received_at for file in files if file.campaign == campaign]
        assert all(a < b for a, b in zip(moments, moments[1:], strict=False))
        assert all(moment.tzinfo is UTC for moment in moments)
    for campaign in (BAC_NINH, YEN_BAI):
        assert all(day_of(row) <= file.received_at.date() for file, row, _ in arrivals(files, campaign))


def test_there_are_no_more_rows_than_a_first_start_can_take(files: list[DemoFile]) -> None:
    assert sum(len(table(file)) for file in files) <= 70_000


def test_bac_ninh_ends_at_96_percent_with_76_communes_finished(files: list[DemoFile]) -> None:
    end, goals = Replay(files, BAC_NINH), targets("bac-ninh", "2025-01-15")
    assert end.done("approved") == 337_149
    assert len(finished(end.counts, goals, "approved")) == 76
    assert end.done("collected") <= 3_000
    assert end.done("entered") > end.done("checked") > end.done("approved")


def test_bac_ninh_starts_slowly_and_does_next_to_nothing_on_the_day_of_the_outage(files: list[DemoFile]) -> None:
    done = [Replay(files, BAC_NINH, date(2025, 1, day)).done("approved") for day in range(1, 16)]
    daily = [after - before for before, after in zip([0, *done], done, strict=False)]
    assert sum(daily[:3]) < 0.05 * 350_000
    assert daily[6] == min(daily[3:15])
    assert daily[6] < 0.25 * max(daily)


def test_the_early_finish_by_day_12_and_not_before_day_8(files: list[DemoFile]) -> None:
    goals = targets("bac-ninh", "2025-01-15")
    early = [len(finished(Replay(files, BAC_NINH, date(2025, 1, d)).counts, goals, "approved")) for d in (8, 9, 12)]
    assert early == sorted(early)
    assert early[0] == 0
    assert early[1] >= 1
    assert 15 <= early[2] <= 30


def test_silent_communes_send_nothing_and_a_stalled_one_sends_the_same(files: list[DemoFile]) -> None:
    reported: dict[str, set[int]] = defaultdict(set)
    approved: dict[tuple[str, int], int] = defaultdict(int)
    for _, row, unit in arrivals(files, BAC_NINH):
        reported[unit].add(day_of(row).day)
        if unit == "09427" and row["stage"] == "approved":
            approved[row["category"], day_of(row).day] = int(row["count"].replace(".", ""))
    assert max(reported["09478"]) == 8
    assert max(reported["09331"]) == 11
    assert min(reported["09229"]) == 4
    assert not {5, 6, 7, 8} & reported["09409"]
    assert {11, 12, 13, 14, 15} <= reported["09427"]
    assert all(approved["birth", day] == approved["birth", 10] for day in range(11, 16))


def test_one_district_is_stuck_at_approval(files: list[DemoFile]) -> None:
    own = {unit for unit, district in communes("bac-ninh").items() if district == "264"}
    on = Replay(files, BAC_NINH, date(2025, 1, 12))
    assert on.done("checked", own) > 2.5 * on.done("approved", own)
    assert not finished(Replay(files, BAC_NINH).counts, targets("bac-ninh", "2025-01-15"), "approved") & own


def test_one_count_falls_with_its_reason_and_one_without(files: list[DemoFile]) -> None:
    end = Replay(files, BAC_NINH)
    assert [(row["unit_code"], row["category"], row["as_of"]) for row in end.corrected] == [
        ("09349", "birth", "2025-01-10"),
    ]
    assert [(row["unit_code"], row["category"], row["as_of"]) for row in end.held] == [
        ("09292", "marriage", "2025-01-11"),
    ]


def test_some_rows_are_unreadable_and_come_again_the_next_day(files: list[DemoFile]) -> None:
    end = Replay(files, BAC_NINH)
    assert Counter(row["unit_name"] for row in end.rejected) == {"Xã Trung Trính": 5, "Phường Vũ Ninh": 2}
    assert {row["count"] for row in end.rejected} >= {"1.2o5"}
    assert ("09163", "birth", "entered") in end.counts


def test_only_one_type_of_one_commune_goes_over_its_target(files: list[DemoFile]) -> None:
    counts, goals = Replay(files, BAC_NINH).counts, targets("bac-ninh", "2025-01-15")
    over = {key: count - goals[key] for key, count in counts.items() if count > goals[key]}
    assert over == {("09214", "marriage", stage): 7 for stage in RECORDS}
    before = targets("bac-ninh", "2025-01-04")  # and nobody was ahead of a target that was to change
    on = Replay(files, BAC_NINH, date(2025, 1, 4)).counts
    assert all(count <= before[key] for key, count in on.items())


def test_stated_totals_agree_but_for_two_swapped_digits(files: list[DemoFile]) -> None:
    stated = Replay(files, BAC_NINH).stated
    goals = targets("bac-ninh", "2025-01-15")
    differences = {}
    for (unit, category, measure, day), count in stated.items():
        assert (unit, category) == ("27", "all")
        ours = Replay(files, BAC_NINH, day)
        value = ours.done("approved") if measure == "count" else len(finished(ours.counts, goals, "approved"))
        if count != value:
            differences[day] = (count, value)
    assert differences == {date(2025, 1, 15): (337_194, 337_149)}
    assert len(stated) == 8


def test_yen_bai_adds_up_to_the_two_groups_and_differs_from_the_stated_total_as_the_source_does(
    files: list[DemoFile],
) -> None:
    end = Replay(files, YEN_BAI)
    four = sum(count for (_, category, _), count in end.counts.items() if category in FOUR)
    assert four == 419_447
    assert end.done("digitized") - four == 100_126
    on = date(2024, 10, 22)
    stated = {key[:3]: count for key, count in end.stated.items() if key[3] == on}
    assert stated["15", "all", "count"] == 519_537 == end.done("digitized") - 36
    assert stated["15", "all", "target"] == 637_469 == sum(targets("yen-bai", "2024-10-22").values()) + 113
    assert stated["15", "population_db", "count"] == 419_447
    assert stated["15", "population_db", "target"] == 529_694
    assert stated["15", "civil_status_db", "count"] == 100_126
    assert stated["15", "civil_status_db", "target"] == 107_662
    assert not end.held
    assert not end.rejected


def test_yen_bais_finished_communes_are_those_of_the_press_59_against_a_stated_60(files: list[DemoFile]) -> None:
    end, goals, district = Replay(files, YEN_BAI), targets("yen-bai", "2024-10-22"), communes("yen-bai")
    done = finished(end.counts, goals, "digitized")
    expected = {"132": 2, "133": 3, "135": 14, "136": 2, "137": 8, "138": 6, "139": 12, "140": 6, "141": 6}
    assert Counter(district[unit] for unit in done) == expected
    assert len(done) == 59
    stated = {unit: count for (unit, _, measure, _), count in end.stated.items() if measure == "units_finished"}
    assert stated == expected | {"15": 60}
    kinds = {row["code"]: row["kind"] for row in read_rows(DEMO / "yen-bai" / "units.csv")}
    assert {kinds[unit] for unit in done if district[unit] == "132"} == {"phường"}
    assert {kinds[unit] for unit in done if district[unit] not in ("132", "139")} == {"xã"}


def test_yen_bais_districts_stand_where_the_press_puts_them(files: list[DemoFile]) -> None:
    end, goals, district = Replay(files, YEN_BAI), targets("yen-bai", "2024-10-22"), communes("yen-bai")
    share = {}
    for code in sorted(set(district.values())):
        own = {unit for unit, parent in district.items() if parent == code}
        share[code] = end.done("digitized", own) / sum(goal for (unit, _, _), goal in goals.items() if unit in own)
    assert share.pop("139") == 1
    assert {code for code, part in share.items() if part > 0.9} == {"135", "136", "137"}
    assert max(share.values()) < 1


def test_yen_bai_rises_month_by_month_and_tram_tau_is_there_by_september(files: list[DemoFile]) -> None:
    days = sorted({day_of(row) for _, row, unit in arrivals(files, YEN_BAI) if len(unit) == 5})
    assert (days[0], days[-1], len(days)) == (date(2024, 1, 31), date(2024, 10, 22), 10)
    done = [Replay(files, YEN_BAI, day).done("digitized") for day in days]
    assert done == sorted(set(done))
    own = {unit for unit, parent in communes("yen-bai").items() if parent == "139"}
    reached = finished(Replay(files, YEN_BAI, days[-2]).counts, targets("yen-bai", "2024-10-22"), "digitized")
    assert own <= reached


# --- chance and sharing ----------------------------------------------------------------------------------------------


def test_parts_add_up_and_follow_their_weights() -> None:
    assert share_out(10, [1, 1, 1]) == [4, 3, 3]
    assert share_out(7, [0, 2, 5]) == [0, 2, 5]
    assert sum(share_out(350_000, [draw(1, 99, "w", i) for i in range(121)])) == 350_000


def test_chance_depends_on_its_key_alone() -> None:
    assert draw(1, 100, "a", 1) == draw(1, 100, "a", 1)
    assert all(3 <= draw(3, 7, "range", i) <= 7 for i in range(200))
    assert {draw(3, 7, "range", i) for i in range(200)} == {3, 4, 5, 6, 7}
