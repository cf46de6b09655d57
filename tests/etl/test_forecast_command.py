"""The forecast command on a small campaign full of odd units: one sensible line each, the same in every process."""

import csv
import io
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from etl.commands import main
from tests.etl.odd import COMMUNES, SECOND, build

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = ["code", "name", "p_on_time", "finish_p10", "finish_p50", "finish_p90", "expected_final"]


@pytest.fixture(scope="module")
def odd(tmp_path_factory) -> Path:
    return build(tmp_path_factory.mktemp("odd"))


@pytest.fixture
def forecast(odd, capsys):
    def ask(*more: str) -> dict[str, dict[str, str]]:
        capsys.readouterr()
        assert main(["--config", str(odd), "forecast", "--campaign", "odd-2025", "--format", "csv", *more]) == 0
        out = capsys.readouterr()
        assert out.err == ""
        rows = list(csv.DictReader(io.StringIO(out.out)))
        assert all(list(row) == COLUMNS for row in rows)
        return {row["code"]: row for row in rows}

    return ask


def test_rows_come_in_the_order_of_progress(odd, forecast, capsys):
    rows = list(forecast("--as-of", "2025-03-04"))
    capsys.readouterr()
    asked = ["--config", str(odd), "progress", "--campaign", "odd-2025", "--as-of", "2025-03-04", "--format", "csv"]
    assert main(asked) == 0
    assert rows == [row["code"] for row in csv.DictReader(io.StringIO(capsys.readouterr().out))]
    assert rows[0] == "P"
    assert len(rows) == 14


def test_who_is_finished_is_certain_and_says_since_when(forecast):
    rows = forecast("--as-of", "2025-03-04")
    assert list(rows["finished"].values())[2:6] == ["1.000000", "2025-03-03", "2025-03-03", "2025-03-03"]
    assert list(rows["over"].values())[2:6] == ["1.000000", "2025-03-02", "2025-03-02", "2025-03-02"]


def test_without_a_target_or_work_there_is_no_probability(forecast):
    rows = forecast("--as-of", "2025-03-04")
    for code in ("nothing", "unknown"):
        assert list(rows[code].values())[2:] == ["", "", "", "", ""]


@pytest.mark.parametrize("day", ["2025-03-01", "2025-03-02", "2025-03-03", "2025-03-04", "2025-03-05"])
def test_every_open_unit_has_a_probability_ordered_days_and_a_count_not_below_what_is_done(forecast, day):
    open_units = set(COMMUNES) - {"finished", "over", "nothing", "unknown"}
    rows = forecast("--as-of", day)
    for code in (*open_units, "D1", "D2", "P"):
        row = rows[code]
        assert 0 <= float(row["p_on_time"]) <= 1
        days = [date.fromisoformat(row[name]) for name in COLUMNS[3:6] if row[name]]
        assert days == sorted(days)
        assert all(one > date.fromisoformat(day) for one in days)
        assert float(row["expected_final"]) >= 0
    assert "nan" not in str(rows).lower()


def test_a_roll_up_is_no_likelier_than_its_least_likely_unit(forecast):
    rows = forecast("--as-of", "2025-03-04")
    of = {code: float(row["p_on_time"]) for code, row in rows.items() if row["p_on_time"]}
    assert of["D1"] <= min(of[code] for code in COMMUNES if code in of and code not in SECOND)
    assert of["P"] <= min(of["D1"], of["D2"])


def test_a_unit_on_its_way_is_likelier_than_one_that_hardly_moves(forecast):
    rows = forecast("--as-of", "2025-03-04")
    assert float(rows["steady"]["p_on_time"]) > float(rows["late"]["p_on_time"])
    assert float(rows["steady"]["expected_final"]) > 200


def test_before_the_start_nothing_is_said(forecast):
    for row in forecast("--as-of", "2025-02-20").values():
        assert list(row.values())[2:] == ["", "", "", "", ""]


@pytest.mark.parametrize("day", ["2025-03-06", "2025-03-20"])
def test_after_the_end_it_is_known_who_was_on_time(forecast, day):
    rows = forecast("--as-of", day)
    assert {code: row["p_on_time"] for code, row in rows.items()} == {
        **dict.fromkeys(("P", "D1", "D2", "steady", "late", "one", "zero", "silent", "falls", "excused"), "0.000000"),
        **dict.fromkeys(("finished", "over"), "1.000000"), "nothing": "", "unknown": "",
    }  # fmt: skip
    assert rows["steady"]["expected_final"] == "200.00"
    assert rows["steady"]["finish_p50"] == ""


def test_what_was_not_known_yet_is_not_used(forecast):
    early = forecast("--as-of", "2025-03-04", "--known-at", "2025-03-02T20:00:00+07:00")
    assert early["finished"]["p_on_time"] != "1.000000"


def test_a_level_can_be_chosen_and_an_unknown_one_is_refused(odd, forecast, capsys):
    assert list(forecast("--level", "district", "--as-of", "2025-03-04")) in (["D1", "D2"], ["D2", "D1"])
    assert main(["--config", str(odd), "forecast", "--campaign", "odd-2025", "--level", "ward"]) == 2
    assert "ward" in capsys.readouterr().err


def test_json_gives_numbers_days_and_nulls(odd, capsys):
    asked = ["--config", str(odd), "forecast", "--campaign", "odd-2025", "--as-of", "2025-03-04", "--format", "json"]
    capsys.readouterr()
    assert main(asked) == 0
    rows = {row["code"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["finished"]["p_on_time"] == 1
    assert rows["finished"]["finish_p50"] == "2025-03-03"
    assert rows["nothing"]["p_on_time"] is None


def test_two_processes_give_the_same_answer(odd):
    asked = [sys.executable, "-W", "error::RuntimeWarning", "-m", "etl", "--config", str(odd), "forecast",
             "--campaign", "odd-2025", "--as-of", "2025-03-03", "--format", "csv"]  # fmt: skip
    answers = {
        subprocess.run(
            asked, cwd=ROOT, check=True, capture_output=True, env=os.environ | {"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    }
    assert len(answers) == 1
