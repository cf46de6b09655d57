"""Intake: every row ends somewhere with its reason; what arrived is kept; a load is taken whole or not at all."""

import hashlib
import json
from datetime import datetime
from pathlib import Path

import pytest

from campaign.errors import ContractError, UsageError
from tests.warehouse.small import (
    CONFIG,
    ID,
    NAMED,
    NAMED_TARGETS,
    UNITS,
    Small,
    counts,
    everything_in,
    manifest,
    verdict,
)

HEADER = "unit_code,category,stage,as_of,count\n"
GOOD = "00101,birth,approved,2025-02-03,10\n"


@pytest.fixture
def named(tmp_path: Path) -> Small:
    """The small campaign with two categories in a group and two stages."""
    return Small(tmp_path / "named", CONFIG + NAMED, targets=NAMED_TARGETS)


REASONS = {
    "an unknown unit": ("00999,birth,approved,2025-02-03,1", "unknown_unit", "unit_code", "00999"),
    "an unknown category": ("00101,wedding,approved,2025-02-03,1", "unknown_category", "category", "wedding"),
    "an unknown stage": ("00101,birth,finished,2025-02-03,1", "unknown_stage", "stage", "finished"),
    "words for a count": ("00101,birth,approved,2025-02-03,mười", "bad_count", "count", "mười"),
    "a fraction": ("00101,birth,approved,2025-02-03,1.5", "bad_count", "count", "1.5"),
    "digits grouped wrongly": ("00101,birth,approved,2025-02-03,1.23", "bad_count", "count", "1.23"),
    "mixed groups": ('00101,birth,approved,2025-02-03,"1,234.567"', "bad_count", "count", "1,234.567"),
    "an exponent": ("00101,birth,approved,2025-02-03,1e3", "bad_count", "count", "1e3"),
    "a count beyond all counts": ("00101,birth,approved,2025-02-03," + "9" * 30, "bad_count", "count", "9" * 30),
    "a negative count": ("00101,birth,approved,2025-02-03,-5", "negative_count", "count", "-5"),
    "an impossible date": ("00101,birth,approved,30/02/2025,1", "bad_date", "as_of", "30/02/2025"),
    "month first": ("00101,birth,approved,02/13/2025,1", "bad_date", "as_of", "02/13/2025"),
    "two digits for a year": ("00101,birth,approved,03/02/25,1", "bad_date", "as_of", "03/02/25"),
    "mixed date signs": ("00101,birth,approved,03/02-2025,1", "bad_date", "as_of", "03/02-2025"),
    "tomorrow": ("00101,birth,approved,2025-02-09,1", "future_date", "as_of", "2025-02-09"),
    "no unit": (",birth,approved,2025-02-03,1", "missing_field", "unit_code", ""),
    "no category": ("00101,,approved,2025-02-03,1", "missing_field", "category", ""),
    "no stage": ("00101,birth,,2025-02-03,1", "missing_field", "stage", ""),
    "no date": ("00101,birth,approved,,1", "missing_field", "as_of", ""),
    "no count": ("00101,birth,approved,2025-02-03,", "missing_field", "count", ""),
    "only blanks for a count": ("00101,birth,approved,2025-02-03,  ", "missing_field", "count", ""),
}


def test_every_bad_row_is_rejected_with_its_reason_and_the_others_are_taken(named: Small) -> None:
    outcome = named.send(HEADER + "".join(row + "\n" for row, *_ in REASONS.values()) + GOOD)
    assert (outcome.tally.accepted, outcome.tally.rejected) == (1, len(REASONS))
    told = [(one.number, one.fate, one.reason, one.field, one.found) for _, one in outcome.verdicts[:-1]]
    expected = [(number, "rejected", *why) for number, (_, *why) in enumerate(REASONS.values(), 2)]
    assert told == expected
    issues = [(one.row, one.reason, one.found) for one in named.issues() if one.kind == "rejected"]
    assert issues == [(number, reason, found) for number, _, reason, _, found in expected]
    refused = named.figures().refusals(named.campaign.end)
    on_record = [one.content["unit_code"] for one in refused]
    assert on_record == [row.split(",")[0] for row, *_ in REASONS.values()], "as they were received"
    named.close()


@pytest.mark.parametrize("column", ["unit_code", "category", "stage", "as_of", "count"])
def test_a_missing_column_is_a_missing_field_of_every_row(named: Small, column: str) -> None:
    names = HEADER.strip().split(",")
    cells = GOOD.strip().split(",")
    kept = [number for number, name in enumerate(names) if name != column]
    text = "\n".join(",".join(line[number] for number in kept) for line in (names, cells)) + "\n"
    assert named.judged(text) == [("rejected", "missing_field")]


def test_unknown_names_come_with_the_nearest_ones(small: Small) -> None:
    outcome = small.send("unit_name,as_of,count\nXã Bin,2025-02-03,5\n")
    assert (verdict(outcome).reason, verdict(outcome).near) == ("unknown_unit", ("Xã Bình (00102)",))
    assert "Xã Bình (00102)" in (small.issues()[0].hint or "")


def test_a_name_two_units_bear_is_ambiguous_until_the_parent_or_the_kind_is_named(small: Small) -> None:
    outcome = small.send("unit_name,as_of,count\nAn,2025-02-03,5\n")
    assert (verdict(outcome).reason, set(verdict(outcome).near)) == (
        "ambiguous_unit",
        {"Xã An (00101)", "Phường An (00201)"},
    )
    rows = "unit_name,parent_name,as_of,count\nAn,Huyện Hai,2025-02-03,5\nX. An,,2025-02-03,6\n"
    assert small.judged(rows) == [("accepted", None)] * 2
    assert {code: row.done for code, row in small.progress().items()} == {
        "27": 11, "D1": 6, "D2": 5, "00101": 6, "00102": 0, "00201": 5,
    }  # fmt: skip


def test_two_counts_for_one_key_are_all_rejected_and_two_equal_ones_are_one(small: Small) -> None:
    rows = counts(("00101", "3", 5), ("00101", "3", 6), ("00102", "3", 7), ("00102", "3", 7))
    assert small.judged(rows) == [
        ("rejected", "conflicting_rows"),
        ("rejected", "conflicting_rows"),
        ("accepted", None),
        ("unchanged", None),
    ]


def test_a_fall_is_held_with_what_stands_and_a_reason_lets_it_pass(small: Small) -> None:
    small.send(counts(("00101", "3", 10), ("00101", "5", 30)))
    assert small.judged(counts(("00101", "4", 9), ("00101", "4", 9))) == [("held", "count_falls"), ("unchanged", None)]
    assert small.judged(counts(("00101", "4", 31))) == [("held", "exceeds_later")]
    assert small.judged(counts(("00101", "4", 9))) == [("unchanged", None)]
    assert small.done("2025-02-04") == 10
    held = [(one.reason, one.found, one.expected, one.difference) for one in small.issues() if one.kind == "held"]
    assert held == [("exceeds_later", "31", "30", 1), ("count_falls", "9", "10", -1)]
    blank = "unit_code,as_of,count,reason\n00101,2025-02-04,8,   \n"
    assert small.judged(blank) == [("held", "count_falls")]
    told = "unit_code,as_of,count,reason\n00101,2025-02-04,9,đếm lại\n"
    assert small.judged(told) == [("accepted", None)]
    assert small.done("2025-02-04") == 9
    assert [one.found for one in small.issues() if one.kind == "held"] == ["8", "31"]


def test_a_held_count_accepted_by_a_later_file_of_the_same_load_waits_no_longer(small: Small) -> None:
    small.send(counts(("00101", "3", 10)))
    told = "unit_code,as_of,count,reason\n00101,2025-02-04,9,đếm lại\n"
    assert small.judged(counts(("00101", "4", 9)), told) == [("held", "count_falls"), ("accepted", None)]
    assert "held" not in small.kinds()


def test_a_count_above_the_target_is_accepted_and_flagged(small: Small) -> None:
    outcome = small.send(counts(("00101", "3", 101), ("00102", "3", 200)))
    assert (outcome.tally.accepted, outcome.tally.flagged) == (2, 1)
    assert outcome.document()["flagged"] == 1


def test_what_arrived_is_kept_byte_for_byte_with_its_digest(small: Small) -> None:
    first, second = counts(("00101", "3", 1)).encode("utf-8-sig"), counts(("00102", "3", 2)).replace(",", ";").encode()
    outcome = small.send(first, second, names=("a.csv", "b.csv"), at="2025-02-08T08:30:00+07:00")
    folder = small.config.data / "received" / ID / outcome.batch
    said = manifest(folder)
    assert said["received_at"] == "2025-02-08T01:30:00+00:00"
    kept = said["files"]
    assert isinstance(kept, list)
    for one, name, content in zip(kept, ("a.csv", "b.csv"), (first, second), strict=True):
        assert one["name"] == name
        assert one["sha256"] == hashlib.sha256(content).hexdigest()
        assert (folder / one["kept"]).read_bytes() == content


def test_two_files_of_one_name_in_one_load_are_both_kept(small: Small) -> None:
    one = small.write("x/same.csv", counts(("00101", "3", 1)))
    two = small.write("y/same.csv", counts(("00102", "3", 2)))
    code, out, _ = small.command("ingest", "--campaign", ID, "--json", str(one), str(two))
    assert (code, json.loads(out)["accepted"]) == (0, 2)
    assert len(list((small.config.data / "received" / ID).glob("*/*same.csv"))) == 2


def test_a_load_of_several_files_is_one_batch_and_one_version(small: Small) -> None:
    outcome = small.send(counts(("00101", "3", 1)), counts(("00101", "4", 2)), counts(("00101", "5", 1)))
    assert (outcome.tally.read, outcome.tally.accepted, outcome.tally.held) == (3, 2, 1)
    assert small.store.versions() == ["v000001"]
    assert len(small.figures().batches()) == 1


@pytest.mark.parametrize(
    "content",
    [
        counts(("00101", "3", 10)),
        counts(("00101", "3", 10), ("00101", "4", 9)),
        counts(("00101", "3", 10), ("00999", "3", 9), ("00101", "4", "x")),
        counts(("D1", "3", 10), ("27", "3", 11)),
        counts(("00101", "3", 10), ("00101", "3", 11)),
    ],
    ids=["counts", "a held row", "rejected rows", "stated totals", "conflicting rows"],
)
def test_a_file_sent_twice_changes_nothing(small: Small, content: str) -> None:
    small.send(content)
    before = everything_in(small.store.folder)
    table, faults = small.table(), small.issues()
    again = small.send(content)
    assert again.tally.accepted == again.tally.held == 0
    assert everything_in(small.store.folder) == before
    assert (small.table(), small.issues()) == (table, faults)


@pytest.mark.parametrize("at", ["2025-02-08T08:01:00+07:00", "2025-02-08T08:00:59+07:00", "2025-02-08T01:01:00+00:00"])
def test_a_time_of_receipt_that_does_not_rise_is_refused_and_keeps_nothing(small: Small, at: str) -> None:
    small.send(counts(("00101", "3", 10)))
    before = everything_in(small.config.data)
    with pytest.raises(UsageError) as refused:
        small.send(counts(("00101", "4", 11)), at=at)
    assert refused.value.exit_code == 2
    assert everything_in(small.config.data) == before


def test_a_load_without_a_time_comes_after_one_of_the_future(small: Small) -> None:
    small.send(counts(("00101", "3", 10)), at="2999-01-01T00:00:00+00:00")
    file = small.write("sent/b.csv", counts(("00101", "4", 11)))
    assert small.command("ingest", "--campaign", ID, str(file))[0] == 0
    assert small.done() == 11


def test_a_dry_run_tells_the_same_and_keeps_nothing(small: Small) -> None:
    small.send(counts(("00101", "3", 10)))
    before = everything_in(small.config.data)
    content = counts(("00101", "4", 9), ("00102", "4", 9), ("00999", "4", 9))
    told = small.send(content, dry_run=True)
    assert everything_in(small.config.data) == before
    assert (told.batch, told.version) == ("", "v000001")
    assert small.send(content).tally == told.tally


def test_a_dry_run_of_a_campaign_that_has_nothing_yet_makes_no_version(small: Small) -> None:
    assert small.send(counts(("00101", "3", 10)), dry_run=True).tally.accepted == 1
    assert small.version == ""
    assert not (small.config.data / "received").exists()


def test_one_unreadable_file_refuses_the_whole_load(small: Small) -> None:
    small.send(counts(("00101", "3", 10)))
    before = everything_in(small.config.data)
    with pytest.raises(ContractError):
        small.send(counts(("00101", "4", 11)), b"", names=("good.csv", "empty.csv"))
    assert everything_in(small.config.data) == before


def test_rebuilding_gives_the_same_figures_tallies_and_faults(small: Small) -> None:
    small.send(counts(("00101", "3", 10), ("00999", "3", 1)))
    middle = small.figures().reader.last_received_at
    small.send(counts(("00101", "4", 9), ("D1", "4", 12)), counts(("00102", "4", 7)))
    small.send("unit_code,as_of,count,reason\n00101,2025-02-04,9,đếm lại\n")
    small.send(counts(("00102", "4", 7)))
    tables = [small.table(day, known_at=moment) for day in ("2025-02-04", "2025-02-08") for moment in (None, middle)]
    batches, faults, submissions = (
        small.figures().batches(),
        small.issues(),
        small.figures().reader.submissions(["00101", "00102"]),
    )
    code, out, _ = small.command("rebuild", "--campaign", ID)
    assert code == 0
    assert json.loads(out) == {"campaign": ID, "version": small.version}
    assert small.version == "v000004"
    assert tables == [
        small.table(day, known_at=moment) for day in ("2025-02-04", "2025-02-08") for moment in (None, middle)
    ]
    assert small.figures().batches() == batches
    assert small.issues() == faults
    assert small.figures().reader.submissions(["00101", "00102"]) == submissions


def test_rebuilding_without_the_warehouse_brings_everything_back(small: Small) -> None:
    small.send(counts(("00101", "3", 10)))
    small.send(counts(("00101", "4", 12)))
    before = small.table()
    for path in small.store.folder.iterdir():
        path.unlink()
    assert small.command("rebuild", "--campaign", ID)[0] == 0
    assert small.table() == before


def test_names_that_look_like_code_stay_the_text_they_are(tmp_path: Path) -> None:
    hostile = [
        "=1+1",
        "<script>alert(1)</script>",
        'Xã "Ngoặc", kép',
        "Xã\nhai dòng",
        "@SUM(A1)",
        "'; drop table unit; --",
    ]
    units = "code,name,level,parent_code\n27,Tỉnh,province,\n"
    for number, name in enumerate(hostile):
        quoted = name.replace('"', '""')
        units += f'=C{number},"{quoted}",commune,27\n'
    house = Small(
        tmp_path / "hostile", units=units, targets="unit_code,target\n" + "".join(f"=C{n},9\n" for n in range(6))
    )
    rows = "".join(f'=C{number},2025-02-03,5,"=1+1\n<b>"\n' for number in range(6))
    assert house.send("unit_code,as_of,count,reason\n" + rows).tally.accepted == 6
    import csv  # noqa: PLC0415
    import io  # noqa: PLC0415

    printed = list(csv.DictReader(io.StringIO(house.table(), newline="")))
    assert [row["name"] for row in printed if row["level"] == "commune"] == hostile
    assert {row["code"] for row in printed} == {"27", *(f"=C{number}" for number in range(6))}
    reasons = {one.reason for one in house.figures().reader.submissions([f"=C{number}" for number in range(6)])}
    assert reasons == {"=1+1\n<b>"}
    house.close()


MAPPED = """
[[source]]
name = "sheet"
campaign = "nho"
{more}
[source.columns]
unit_code = "Mã"
count = ["Mũi 1", "Mũi 2"]
{columns}
"""


def mapped(small: Small, more: str = "", columns: str = "") -> None:
    small.write("config.toml", CONFIG + MAPPED.format(more=more, columns=columns))


def test_a_source_adds_columns_and_takes_the_day_from_the_file_name(small: Small) -> None:
    mapped(small, "as_of = { filename = 'bc_(\\d{4}-\\d{2}-\\d{2})' }")
    outcome = small.send("Mã;Mũi 1;Mũi 2\n00101;3;4\n", names=("bc_2025-02-04.csv",), source="sheet")
    claim = verdict(outcome).claim
    assert claim is not None
    assert (claim.count, claim.as_of.isoformat()) == (7, "2025-02-04")
    for name in ("bc.csv", "bc_2025-02-31.csv"):
        with pytest.raises(ContractError, match="date"):
            small.send("Mã,Mũi 1,Mũi 2\n00101,3,4\n", names=(name,), source="sheet")


def test_a_source_with_a_fixed_day_and_constants(tmp_path: Path) -> None:
    source = MAPPED.format(more="as_of = { fixed = 2025-02-03 }", columns="")
    constants = '[source.constants]\nstage = "approved"\ncategory = "birth"\n'
    house = Small(tmp_path / "constants", CONFIG + NAMED + source + constants, targets=NAMED_TARGETS)
    assert house.judged("Mã,Mũi 1,Mũi 2\n00101,3,4\n", source="sheet") == [("accepted", None)]
    assert house.done("2025-02-03", category="birth") == 7
    house.close()


def test_a_column_the_source_maps_must_be_there(small: Small) -> None:
    mapped(small, "as_of = { fixed = 2025-02-03 }")
    with pytest.raises(ContractError, match="'Mũi 2' is missing"):
        small.send("Mã,Mũi 1\n00101,3\n", source="sheet")
    assert small.version == ""


def test_one_bad_part_of_an_added_count_refuses_the_row(small: Small) -> None:
    mapped(small, "as_of = { fixed = 2025-02-03 }")
    rows = "Mã,Mũi 1,Mũi 2\n00101,3,\n00102,3,x\n00201,3,-1\n"
    assert [reason for _, reason in small.judged(rows, source="sheet")] == [
        "missing_field",
        "bad_count",
        "negative_count",
    ]


def test_parts_of_a_key_are_added_and_share_one_fate(small: Small) -> None:
    mapped(small, 'combine = "sum"\nas_of = { filename = "\\\\d{4}-\\\\d{2}-\\\\d{2}" }')
    first = small.send("Mã,Mũi 1,Mũi 2\n00101,3,4\n00101,1,1\n00101,1,0\n", names=("2025-02-03.csv",), source="sheet")
    assert (first.tally.read, first.tally.accepted, small.done()) == (3, 3, 10)
    again = small.send("Mã,Mũi 1,Mũi 2\n00101,3,4\n00101,1,1\n00101,1,0\n", names=("2025-02-03.csv",), source="sheet")
    assert again.tally.unchanged == 3
    fewer = small.send("Mã,Mũi 1,Mũi 2\n00101,3,4\n00101,1,1\n", names=("2025-02-04.csv",), source="sheet")
    assert (fewer.tally.held, small.done()) == (2, 10)
    assert {one.unit_code for one in small.issues() if one.kind == "held"} == {"00101"}


def test_held_parts_that_are_accepted_after_all_wait_no_longer(small: Small) -> None:
    mapped(small, 'combine = "sum"\nas_of = { filename = "\\\\d{4}-\\\\d{2}-\\\\d{2}" }')
    small.send("Mã,Mũi 1,Mũi 2\n00101,5,5\n", names=("2025-02-03.csv",), source="sheet")
    assert (
        small.send("Mã,Mũi 1,Mũi 2\n00101,3,4\n00101,1,1\n", names=("2025-02-04.csv",), source="sheet").tally.held == 2
    )
    told = "unit_code,as_of,count,reason\n00101,2025-02-04,9,đếm lại\n"
    assert small.judged(told) == [("accepted", None)]
    assert "held" not in small.kinds()


def test_increments_of_a_day_are_summed_and_the_same_file_again_is_unchanged(small: Small) -> None:
    source = '\n[[source]]\nname = "daily"\ncampaign = "nho"\nmeasure = "daily"\n'
    small.write("config.toml", CONFIG + source)
    small.send(counts(("00101", "3", 5), ("00101", "5", 3), ("00101", "4", 2)), source="daily")
    assert [small.done(f"2025-02-0{day}") for day in (3, 4, 5)] == [5, 7, 10]
    small.send(counts(("00101", "6", 4)), source="daily")
    assert small.done() == 14
    assert small.send(counts(("00101", "6", 4)), source="daily").tally.unchanged == 1


def test_a_source_that_restates_its_history_may_fall(small: Small) -> None:
    mapped(small, 'on_fall = "accept"\nas_of = { filename = "\\\\d{4}-\\\\d{2}-\\\\d{2}" }')
    small.send("Mã,Mũi 1,Mũi 2\n00101,5,5\n", names=("2025-02-03.csv",), source="sheet")
    small.send("Mã,Mũi 1,Mũi 2\n00101,5,4\n", names=("2025-02-04.csv",), source="sheet")
    assert [small.done("2025-02-03"), small.done()] == [10, 9]


STATING = ("as_of = { filename = '\\d{4}-\\d{2}-\\d{2}' }", 'target = "Dân số"')


def test_targets_a_source_states_hold_from_the_day_of_the_file(small: Small) -> None:
    mapped(small, *STATING)
    head = "Mã,Mũi 1,Mũi 2,Dân số\n"
    small.send(head + "00101,5,5,100\n", names=("2025-02-03.csv",), source="sheet")
    small.send(head + "00101,5,6,120\n", names=("2025-02-05.csv",), source="sheet")
    assert [small.progress(f"2025-02-0{day}")["00101"].target for day in (3, 4, 5)] == [100, 100, 120]
    versions = small.store.versions()
    small.send(head + "00101,5,6,120\n", names=("2025-02-05.csv",), source="sheet")
    assert small.store.versions() == versions


@pytest.mark.parametrize(
    ("first", "second"),
    [("00101,9,9,100\n", "00101,5,5,110\n"), ("D1,9,9,300\n", "D1,9,9,310\n")],
    ids=["with a held row", "with a stated total"],
)
def test_a_file_that_states_targets_sent_twice_changes_nothing(small: Small, first: str, second: str) -> None:
    mapped(small, *STATING)
    head = "Mã,Mũi 1,Mũi 2,Dân số\n"
    small.send(head + first, names=("2025-02-03.csv",), source="sheet")
    small.send(head + second, names=("2025-02-04.csv",), source="sheet")
    before = small.store.versions()
    small.send(head + second, names=("2025-02-04.csv",), source="sheet")
    small.send(head + second, names=("2025-02-04.csv",), source="sheet")
    assert small.store.versions() == before


def test_a_stated_total_is_kept_and_never_added(named: Small) -> None:
    rows = "00101,all,approved,2025-02-03,99\nD1,birth,approved,2025-02-03,50\n00101,civil,approved,2025-02-03,3\n"
    outcome = named.send(HEADER + GOOD + rows)
    assert (outcome.tally.accepted, named.done()) == (4, 10)
    assert len(named.figures().stated_totals(named.campaign.end)) == 3
    named.close()


def test_a_measure_other_than_count_is_for_stated_totals_only(small: Small) -> None:
    rows = "unit_code,as_of,count,measure\n00101,2025-02-03,5,target\n"
    rows += "D1,2025-02-03,300,target\nD1,2025-02-03,1,units_finished\n"
    assert [fate for fate, _ in small.judged(rows)] == ["rejected", "accepted", "accepted"]
    assert small.judged("unit_code,as_of,count,measure\nD1,2025-02-03,5,wishes\n")[0][0] == "rejected"


def test_a_late_receipt_is_one_after_the_cut_off_of_its_day(small: Small) -> None:
    small.send(counts(("00101", "3", 5)), at="2025-02-03T17:00:00+07:00")
    small.send(counts(("00102", "3", 5)), at="2025-02-03T17:00:01+07:00")
    late = {one.unit_code: is_late for one, is_late in small.figures().submissions("27")}
    assert late == {"00101": False, "00102": True}


def test_the_day_of_receipt_is_the_local_one(small: Small) -> None:
    assert small.judged(counts(("00101", "4", 5)), at="2025-02-03T17:30:00+00:00") == [("accepted", None)]
    assert small.judged(counts(("00102", "5", 5)), at="2025-02-04T16:59:59+00:00") == [("rejected", "future_date")]


def test_a_dated_unit_list_whose_tree_breaks_on_a_later_day_is_refused_before_anything_is_kept(tmp_path: Path) -> None:
    units = UNITS.replace("parent_code\n", "parent_code,valid_to\n").replace(
        "Huyện Hai,district,27", "Huyện Hai,district,27,2025-02-05"
    )
    house = Small(tmp_path / "dated", units=units)
    code, out, errors = house.command("ingest", "--campaign", ID, str(house.write("a.csv", counts(("00201", "6", 5)))))
    assert (code, out, len(errors.splitlines())) == (2, "", 1)
    assert "D2" in errors
    assert not house.config.data.exists()


def test_moments_of_two_loads_are_the_ones_asked_for(small: Small) -> None:
    small.send(counts(("00101", "3", 5)), at="2025-02-03T18:00:00.000001+07:00")
    (batch,) = small.figures().batches()
    assert batch.received_at == datetime.fromisoformat("2025-02-03T11:00:00.000001+00:00")
