"""Faults: what is wrong with a campaign's data is found by itself, the gravest first."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from campaign.freshness import Outage
from etl.publishing import failure_of
from reporting.faults import ISSUE_COLUMNS, Kind, issues
from tests.warehouse.small import CONFIG, ID, NAMED, TARGETS, UNITS, Small, counts


def found(small: Small, kind: Kind, day: str = "2025-02-07") -> list[tuple[str | None, str | None, str | None]]:
    return [(one.unit_code, one.found, one.expected) for one in small.issues(day) if one.kind is kind]


def test_counts_above_their_targets_are_found(small: Small) -> None:
    small.send(counts(("00101", "3", 101), ("00102", "3", 200), ("00201", "3", 150)))
    assert found(small, Kind.OVER_TARGET) == [("00201", "150", "100"), ("00101", "101", "100")]
    assert found(small, Kind.OVER_TARGET, "2025-02-02") == []


def test_a_target_raised_in_time_ends_the_excess(small: Small) -> None:
    small.write("targets.csv", "unit_code,target,valid_from\n00101,100,\n00101,120,2025-02-05\n00102,1,\n00201,1,\n")
    small.send(counts(("00101", "3", 110)))
    assert found(small, Kind.OVER_TARGET, "2025-02-04") == [("00101", "110", "100")]
    assert found(small, Kind.OVER_TARGET, "2025-02-05") == []


def test_a_unit_without_a_target_row_is_found_and_one_with_nothing_to_do_is_not(small: Small) -> None:
    small.write("targets.csv", "unit_code,target\n00101,0\n00102,5\n")
    small.send(counts(("00101", "3", 0)))
    assert [code for code, _, _ in found(small, Kind.NO_TARGET)] == ["00201"]


def test_stages_nobody_uses_are_no_fault(tmp_path: Path) -> None:
    house = Small(tmp_path, CONFIG + NAMED, targets="unit_code,category,stage,target\n00101,birth,approved,5\n")
    house.send("unit_code,category,stage,as_of,count\n00101,birth,approved,2025-02-03,5\n")
    assert len(found(house, Kind.NO_TARGET)) == 5
    assert {one.stage for one in house.issues() if one.kind is Kind.NO_TARGET} == {"approved"}
    house.close()


def test_silent_units_are_found_with_the_day_they_last_spoke(small: Small) -> None:
    small.send(counts(("00101", "3", 10), ("00102", "5", 20)))
    assert found(small, Kind.SILENT, "2025-02-05") == [("00101", "2025-02-03", None), ("00201", None, None)]
    assert [code for code, _, _ in found(small, Kind.SILENT, "2025-02-03")] == []


@pytest.mark.parametrize(
    ("stated", "reason"), [(573, "swapped_digits"), (437, "one_unit"), (600, "unknown"), (530, "one_digit")]
)
def test_a_stated_total_that_differs_shows_by_itself_with_its_likely_cause(
    small: Small, stated: int, reason: str
) -> None:
    small.write("targets.csv", TARGETS.replace("100", "900").replace("200", "900"))
    small.send(counts(("00101", "3", 437), ("00201", "3", 100)) + f"27,2025-02-03,{stated}\n")
    (issue,) = [one for one in small.issues() if one.kind is Kind.RECONCILIATION]
    assert (issue.unit_code, issue.found, issue.expected, issue.difference) == ("27", str(stated), "537", stated - 537)
    assert issue.reason == reason
    assert issue.hint == ("Phường An" if reason == "one_unit" else None)


def test_stated_targets_and_numbers_of_finished_units_are_compared_too(small: Small) -> None:
    rows = "unit_code,as_of,count,measure\n27,2025-02-04,637,target\n"
    rows += "27,2025-02-04,2,units_finished\n00101,2025-02-03,100,\n"
    small.send(rows + "27,2025-02-05,100,count\n")
    issues = {one.measure: one for one in small.issues() if one.kind is Kind.RECONCILIATION}
    assert {measure: (one.found, one.expected) for measure, one in issues.items()} == {
        "target": ("637", "400"),
        "units_finished": ("2", "1"),
    }


def test_a_parents_target_in_targets_csv_is_compared_with_the_sum(small: Small) -> None:
    small.write("targets.csv", TARGETS + "27,410\nD2,100\n")
    small.send(counts(("00101", "3", 1)))
    assert found(small, Kind.RECONCILIATION) == [("27", "410", "400")]


def test_a_stated_total_is_compared_on_its_own_day_and_the_latest_stands(small: Small) -> None:
    small.send(counts(("00101", "3", 10), ("27", "3", 10)))
    small.send(counts(("00101", "4", 50)))
    assert found(small, Kind.RECONCILIATION) == []
    small.send(counts(("27", "3", 12)))
    assert found(small, Kind.RECONCILIATION) == [("27", "12", "10")]
    small.send(counts(("27", "3", 10)))
    assert found(small, Kind.RECONCILIATION) == []


def test_faults_stand_in_the_order_of_their_gravity(small: Small) -> None:
    small.write("units.csv", UNITS + "00202,Xã Mới,commune,D2\n")
    small.send(counts(("00101", "3", 101), ("00999", "3", 1), ("27", "3", 7)))
    small.send(counts(("00101", "4", 5)))
    (small.store.folder / "FAILED.json").write_text('{"where": "check x", "found": "y", "expected": "z"}', "utf-8")
    down = Outage("inbox", datetime(2025, 2, 7, tzinfo=UTC), None, "source inbox: not readable")
    told = issues(small.figures(), date(2025, 2, 7), failure_of(small.config, ID), [down])
    # units that follow one another have a campaign of their own: test_dated_units.py
    known = [kind for kind in Kind if kind is not Kind.UNIT_NOT_VALID]
    assert list(dict.fromkeys(one.kind for one in told)) == known


def test_the_command_prints_every_column_and_names_stay_text(small: Small) -> None:
    small.write("units.csv", UNITS.replace("Xã An", "=1+1"))
    small.send(counts(("00101", "3", 101)) + "00101,2025-02-04,<script>\n")
    code, out, _ = small.command("issues", "--campaign", ID, "--as-of", "2025-02-07", "--format", "csv")
    lines = out.splitlines()
    assert (code, lines[0]) == (0, ",".join(ISSUE_COLUMNS))
    assert any(",=1+1," in line for line in lines)
    assert any(",<script>," in line for line in lines)
