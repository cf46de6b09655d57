"""Commands: what they print, what they return, and that whatever is wrong is one line."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from campaign.progress import PROGRESS_COLUMNS, SERIES_COLUMNS
from tests.warehouse.small import CONFIG, ID, ROOT, Small, counts, everything_in, run

CONTRACT = (
    "campaign,as_of,level,code,name,parent_code,category,stage,target,done,remaining,excess,completion,planned_share,"
    "expected,variance,pace,done_today,planned_today,catchup_today,required_per_day,rank,rank_change,status,"
    "finished_on,last_as_of,days_silent,units_with_target,units_finished"
)


@pytest.fixture
def fed(small: Small) -> Small:
    small.send(counts(("00101", "3", 10), ("00102", "3", 20), ("00999", "3", 1)))
    return small


def test_ingest_prints_exactly_the_keys_of_the_contract(small: Small) -> None:
    file = small.write("a.csv", counts(("00101", "3", 10), ("00999", "3", 1)))
    code, out, errors = small.command(
        "ingest", "--campaign", ID, "--json", "--received-at", "2025-02-08T08:00:00Z", str(file)
    )
    assert (code, errors) == (0, "")
    told = json.loads(out)
    assert list(told) == ["batch", "version", "read", "accepted", "unchanged", "held", "rejected", "flagged"]
    assert list(told.values())[2:] == [2, 1, 0, 0, 1, 0]
    assert (told["version"], (small.config.data / "received" / ID / told["batch"]).is_dir()) == ("v000001", True)


def test_ingest_tells_a_person_which_rows_were_not_taken(small: Small) -> None:
    file = small.write("a.csv", counts(("00101", "3", 10), ("00999", "3", 1)))
    code, out, _ = small.command("ingest", "--campaign", ID, str(file))
    assert code == 0
    assert "read=2 accepted=1" in out
    assert "a.csv, row 3: rejected unknown_unit unit_code='00999'" in out


def test_progress_prints_the_columns_of_the_contract_and_exact_figures(fed: Small) -> None:
    code, out, errors = fed.command("progress", "--campaign", ID, "--as-of", "2025-02-04", "--format", "csv")
    assert (code, errors) == (0, "")
    assert out.splitlines()[0] == CONTRACT
    assert out.splitlines()[1] == (
        "nho,2025-02-04,province,27,Tỉnh Nhỏ,,all,done,400,30,370,0,0.075000,0.400000,160.00,-130.00,0.187500,0,80.00,"
        "93,123.33,1,0,behind,,2025-02-03,1,3,0"
    )
    assert [line.split(",")[3] for line in out.splitlines()[1:]] == ["27", "D1", "D2", "00101", "00102", "00201"]


def test_progress_as_json_has_the_same_columns_and_numbers_are_numbers(fed: Small) -> None:
    _, out, _ = fed.command(
        "progress", "--campaign", ID, "--as-of", "2025-02-04", "--format", "json", "--level", "province"
    )
    (row,) = json.loads(out)
    assert tuple(row) == PROGRESS_COLUMNS
    assert (row["target"], row["completion"], row["finished_on"], row["as_of"]) == (400, 0.075, None, "2025-02-04")


def test_series_prints_a_row_a_day_from_the_first(fed: Small) -> None:
    _, out, _ = fed.command("series", "--campaign", ID, "--unit", "27", "--as-of", "2025-02-05", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert tuple(rows[0]) == SERIES_COLUMNS
    assert [(row["as_of"], row["done"], row["expected"]) for row in rows] == [
        ("2025-02-03", "30", "80.00"),
        ("2025-02-04", "30", "160.00"),
        ("2025-02-05", "30", "240.00"),
    ]


def test_the_default_day_is_at_most_the_last_of_the_campaign_or_of_what_was_reported(fed: Small) -> None:
    def day() -> str:
        _, out, _ = fed.command("progress", "--campaign", ID, "--format", "csv", "--level", "province")
        return out.splitlines()[1].split(",")[1]

    assert day() == "2025-02-07"
    fed.send(counts(("00101", "8", 12)))
    assert day() == "2025-02-08"


def test_a_table_for_the_screen_is_aligned(fed: Small) -> None:
    _, out, _ = fed.command("progress", "--campaign", ID)
    assert len(out.splitlines()) == 7
    assert "Tỉnh Nhỏ" in out


WRONG_USE = {
    "no command": (),
    "an unknown command": ("jump",),
    "an unknown campaign": ("progress", "--campaign", "nowhere"),
    "no campaign": ("progress",),
    "an unknown category": ("progress", "--campaign", ID, "--category", "x"),
    "an unknown stage": ("progress", "--campaign", ID, "--stage", "x"),
    "an unknown level": ("progress", "--campaign", ID, "--level", "x"),
    "an unknown format": ("progress", "--campaign", ID, "--format", "xml"),
    "a day that is none": ("progress", "--campaign", ID, "--as-of", "2025-02-30"),
    "a moment without a zone": ("progress", "--campaign", ID, "--known-at", "2025-02-03T10:00:00"),
    "a moment that is none": ("progress", "--campaign", ID, "--known-at", "noon"),
    "an unknown unit": ("series", "--campaign", ID, "--unit", "00999"),
    "a missing file": ("ingest", "--campaign", ID, "nowhere.csv"),
    "a missing file of a dry run": ("ingest", "--campaign", ID, "--dry-run", "nowhere.csv"),
    "a folder for a file": ("ingest", "--campaign", ID, "."),
    "no file": ("ingest", "--campaign", ID),
    "an unknown source": ("ingest", "--campaign", ID, "--source", "x", "units.csv"),
    "a receipt without a zone": ("ingest", "--campaign", ID, "--received-at", "2025-02-09T10:00:00", "units.csv"),
    "a receipt before all time": ("ingest", "--campaign", ID, "--received-at", "0001-01-01T00:00:00+07:00", "a.csv"),
    "an unknown source to pull": ("run", "--source", "x"),
    "an unknown version": ("rollback", "--campaign", ID, "--to", "v000077"),
    "nothing older to go back to": ("rollback", "--campaign", ID),
    "a backup that is not there": ("restore", "nowhere.zip"),
    "a month that is none": ("notice", "--campaign", ID, "--month", "2025-13", "--out", "out"),
    "a value that is missing": ("progress", "--campaign"),
    "no file after --config": ("--config",),
}


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """A campaign with one load, which no test changes."""
    made = Small(tmp_path_factory.mktemp("settled"))
    made.send(counts(("00101", "3", 10)))
    made.write("a.csv", counts(("00101", "4", 10)))
    return made


@pytest.mark.parametrize("arguments", WRONG_USE.values(), ids=WRONG_USE.keys())
def test_wrong_use_is_one_line_and_exit_2_and_changes_nothing(settled: Small, arguments: tuple[str, ...]) -> None:
    before = everything_in(settled.config.data)
    named = tuple(str(settled.folder / one) if one in {"units.csv", "a.csv", "."} else one for one in arguments)
    code, out, errors = run(*named) if named == ("--config",) else settled.command(*named)
    assert (code, out) == (2, "")
    assert len(errors.splitlines()) == 1, errors
    assert everything_in(settled.config.data) == before


FAILING = {
    "an empty file": ("ingest", "--campaign", ID, "empty.csv"),
    "a page for a workbook": ("ingest", "--campaign", ID, "page.xlsx"),
    "a backup into a file": ("backup", "--out", "units.csv/b.zip"),
}


@pytest.mark.parametrize("arguments", FAILING.values(), ids=FAILING.keys())
def test_a_run_that_fails_is_one_line_and_exit_1(fed: Small, arguments: tuple[str, ...]) -> None:
    fed.write("empty.csv", "")
    fed.write("page.xlsx", "<html>")
    code, out, errors = fed.command(*arguments[:-1], str(fed.folder / arguments[-1]))
    assert (code, out) == (1, "")
    assert len(errors.splitlines()) == 1, errors
    assert fed.version == "v000001"
    assert not list(fed.received.folder.glob(".incoming-*"))


@pytest.mark.parametrize("command", ["progress", "ingest"])
def test_a_missing_version_is_one_line_that_says_what_to_do(fed: Small, command: str) -> None:
    fed.send(counts(("00101", "4", 50)))
    fed.store.path(fed.version).unlink()
    arguments = (str(fed.write("a.csv", counts(("00101", "5", 60)))),) if command == "ingest" else ()
    code, out, errors = fed.command(command, "--campaign", ID, *arguments)
    assert (code, out, len(errors.splitlines())) == (1, "", 1), errors
    assert "rollback" in errors
    assert fed.command("rollback", "--campaign", ID)[0] == 0
    assert fed.done() == 30


def test_rollback_mends_a_damaged_current(fed: Small) -> None:
    (fed.store.folder / "CURRENT").write_text("", "utf-8")
    code, out, _ = fed.command("rollback", "--campaign", ID, "--to", "v000001")
    assert (code, json.loads(out)["version"]) == (0, "v000001")
    assert fed.done() == 30


def test_rollback_goes_one_back_and_says_where_it_was(fed: Small) -> None:
    fed.send(counts(("00101", "4", 50)))
    code, out, _ = fed.command("rollback", "--campaign", ID)
    assert (code, json.loads(out)) == (0, {"campaign": ID, "version": "v000001", "was": "v000002"})
    code, _, _ = fed.command("rollback", "--campaign", ID, "--to", "v000002")
    assert (code, fed.done()) == (0, 70)


def test_the_lock_held_elsewhere_ends_the_run_with_1(fed: Small) -> None:
    file = fed.write("a.csv", counts(("00101", "4", 11)))
    impatient = "from warehouse.versions import VersionStore\nVersionStore.lock.__wrapped__.__defaults__ = (0.2,)"
    with fed.store.lock():
        code, out, errors = fed.command("ingest", "--campaign", ID, str(file), before=impatient)
        assert fed.command("progress", "--campaign", ID)[0] == 0
    assert (code, out, len(errors.splitlines())) == (1, "", 1)
    assert "another run" in errors
    assert len(fed.received.loads()) == 1
    assert fed.command("ingest", "--campaign", ID, str(file))[0] == 0


def test_config_stands_before_or_after_the_command_or_in_the_environment(fed: Small, tmp_path: Path) -> None:
    asked = ("progress", "--campaign", ID, "--format", "csv")
    before = run("--config", str(fed.path), *asked)
    assert before[0] == 0
    assert run(*asked, "--config", str(fed.path)) == before
    assert run(*asked, f"--config={fed.path}") == before
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "CANDICH_CONFIG": "house/config.toml"}
    done = subprocess.run(
        [sys.executable, "-m", "etl", *asked],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == before
    assert run("progress", "--campaign", ID, "--config", str(tmp_path / "nowhere.toml"))[0] == 2


def test_a_failing_source_does_not_keep_run_from_the_others(small: Small) -> None:
    sources = "".join(
        f'\n[[source]]\nname = "{name}"\ncampaign = "nho"\npath = "{name}"\nschedule = "* * * * *"\n' for name in "ab"
    )
    small.write("config.toml", CONFIG + sources)
    small.write("a/broken.csv", "")
    small.write("b/good.csv", counts(("00101", "3", 10)))
    code, out, errors = small.command("run", "--json", before="import etl.pull\netl.pull.LOOK_AGAIN_AFTER = 0")
    assert (code, len(errors.splitlines())) == (1, 1)
    assert "broken.csv" in errors
    assert [one["source"] for one in json.loads(out)] == ["b"]
    assert small.done() == 10


def test_help_is_no_error() -> None:
    code, out, errors = run("--help")
    assert (code, errors) == (0, "")
    assert "ingest" in out


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31"])
def test_a_year_nobody_means_is_refused(fed: Small, day: str) -> None:
    code, out, errors = fed.command("progress", "--campaign", ID, "--as-of", day, "--format", "csv")
    assert (code, out, len(errors.splitlines())) == (2, "", 1)
    assert day in errors
    assert fed.judged(f"unit_code,as_of,count\n27,{day},7\n") == [("rejected", "bad_date")]
    assert fed.command("issues", "--campaign", ID)[0] == 0


def test_a_file_with_a_name_as_long_as_names_can_be_is_taken_and_its_name_kept_whole(fed: Small) -> None:
    name = "a" * 249 + ".csv"
    assert fed.command("ingest", "--campaign", ID, str(fed.write(name, counts(("00101", "4", 50)))))[0] == 0
    assert fed.received.loads()[-1].files[0][0] == name
