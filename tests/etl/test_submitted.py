"""Envelopes: taken in once, in order, by a scheduler that may die at any moment, and never trusted for their words."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from campaign.scope import Scope
from etl.envelope import LOCAL, Kind, Sender
from etl.replay import rebuild
from etl.submitted import folder, result, safe_name, submit, take_all, waiting
from tests.warehouse.small import ID, ROOT, Small, counts

TWO = counts(("00101", 4, 40), ("00201", 4, 50)).encode()
DISTRICT_ONE = Sender("lan", "Trần Thị Lan", Scope(units=frozenset({"D1"})))


def send(small: Small, content: bytes = TWO, sender: Sender = LOCAL, name: str = "bao-cao.csv") -> str:
    return submit(small.config, ID, Kind.FILES, sender, [(name, content)])


def test_what_was_submitted_counts_and_says_so(small: Small) -> None:
    name = send(small)
    assert result(small.config, name) is None
    assert take_all(small.config) == 1
    found = result(small.config, name)
    assert found is not None
    assert (found["read"], found["accepted"], found["version"]) == (2, 2, small.version)
    assert small.done("2025-02-04") == 90
    assert waiting(small.config) == []


def test_envelopes_are_taken_in_the_order_they_were_handed_in(small: Small) -> None:
    for count in (10, 20, 30):
        send(small, counts(("00101", 4, count)).encode())
    assert take_all(small.config) == 3
    assert small.done("2025-02-04") == 30


def test_the_sender_is_known_on_replay_and_his_bounds_hold_there_too(small: Small) -> None:
    name = send(small, sender=DISTRICT_ONE)
    take_all(small.config)
    found = result(small.config, name)
    assert found is not None
    assert (found["accepted"], found["rejected"]) == (1, 1)
    assert [row.reason for row in small.figures().refusals(small.config.campaigns[0].end)] == ["outside_scope"]
    assert small.done("2025-02-04") == 40
    before = small.table("2025-02-04")
    rebuild(small.config, small.config.campaigns[0])
    assert small.table("2025-02-04") == before
    (load,) = small.received.loads()
    assert load.envelope is not None
    assert load.envelope.sender == DISTRICT_ONE


def test_who_sends_is_never_read_from_the_file(small: Small) -> None:
    rows = counts(("00201", 4, 50, "all"), header="unit_code,as_of,count,scope").encode()
    name = send(small, rows, DISTRICT_ONE)
    take_all(small.config)
    found = result(small.config, name)
    assert found is not None
    assert found["rejected"] == 1


def test_a_sender_without_rights_for_the_campaign_is_refused_whole(small: Small) -> None:
    name = send(small, sender=Sender("x", "", Scope(campaigns=frozenset({"khac"}))))
    take_all(small.config)
    assert "not the sender's" in (result(small.config, name) or {})["error"]
    assert not small.received.folder.exists() or small.received.loads() == []


def test_a_file_changed_after_it_was_sealed_is_refused_and_kept_aside(small: Small) -> None:
    name = send(small)
    (inside,) = folder(small.config).glob(f"{name}/0/*")
    inside.write_bytes(TWO.replace(b"40", b"99"))
    take_all(small.config)
    assert "not as it was handed in" in (result(small.config, name) or {})["error"]
    assert (folder(small.config) / "refused" / name / "envelope.json").exists()


def test_a_file_that_cannot_be_read_is_refused_with_its_name_and_the_next_goes_on(small: Small) -> None:
    bad, good = send(small, b"<html>", name="hong.csv"), send(small)
    assert take_all(small.config) == 2
    assert "hong.csv" in (result(small.config, bad) or {})["error"]
    assert (result(small.config, good) or {})["accepted"] == 2


def test_a_damaged_envelope_keeps_nobody_out(small: Small) -> None:
    name = send(small)
    (folder(small.config) / name / "envelope.json").write_text("{", "utf-8")
    good = send(small)
    take_all(small.config)
    assert "error" in (result(small.config, name) or {})
    assert (result(small.config, good) or {})["accepted"] == 2


@pytest.mark.parametrize(
    "name", ["../../../x.csv", "..", ".ẩn.csv", "a\x00b.csv", "C:\\x\\y.csv", "x" * 400 + ".csv", "\u202evsc.exe.csv"]
)
def test_a_hostile_file_name_stays_inside_and_short(small: Small, name: str) -> None:
    safe = safe_name(name)
    assert not set(safe) & set("/\\\x00:\u202e")
    assert not safe.startswith(".")
    assert 0 < len(safe) <= 60
    submit(small.config, ID, Kind.FILES, LOCAL, [(name, TWO)])
    inside = [path for path in folder(small.config).rglob("*") if path.is_file()]
    assert len(inside) == 2
    assert all(path.resolve().is_relative_to(folder(small.config).resolve()) for path in inside)


def test_half_an_envelope_is_never_seen(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("etl.submitted.write_whole", full)
    with pytest.raises(OSError, match="disk full"):
        send(small)
    assert list(folder(small.config).iterdir()) == []


def test_a_result_is_asked_for_by_id_only(small: Small) -> None:
    assert result(small.config, "../../config") is None


KILLED = """
import os, signal, sys
from pathlib import Path
import {module}
from etl.configured import load
from etl.submitted import take_all
whole = {module}.{function}
def die(*arguments, **more):
    found = whole(*arguments, **more) if {after} else None
    os.kill(os.getpid(), signal.SIGKILL)
{module}.{function} = die
take_all(load(Path(sys.argv[1])))
"""


@pytest.mark.parametrize(
    ("module", "function", "after"),
    [
        ("etl.submitted", "ingest", False),
        ("etl.submitted", "ingest", True),
        ("etl.intake", "load", True),
        ("etl.submitted", "_opened", True),
        ("etl.submitted", "write_whole", False),
        ("shutil", "rmtree", False),
    ],
)
def test_killed_at_any_moment_an_envelope_is_taken_in_exactly_once(
    small: Small, module: str, function: str, *, after: bool
) -> None:
    name = send(small, counts(("00101", 4, 40), ("zz", 4, 1), ("00102", 4, 7)).encode())
    program = KILLED.format(module=module, function=function, after=after)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run([sys.executable, "-c", program, str(small.path)], env=environment, check=False)
    assert ended.returncode == -signal.SIGKILL
    take_all(small.config)
    found = result(small.config, name)
    assert found is not None
    assert (found["read"], found["accepted"], found["rejected"]) == (3, 2, 1)
    assert waiting(small.config) == []
    assert len(small.figures().batches()) == 1
    assert small.done("2025-02-04") == 47
    assert len(small.received.loads()) == 1


def test_the_scheduler_takes_in_what_pages_submit_within_seconds(small: Small) -> None:
    small.send(counts(("00101", 3, 1)))
    environment = {**os.environ, "CANDICH_CONFIG": str(small.path), "PYTHONPATH": str(ROOT)}
    log = small.folder / "log"
    with log.open("wb") as file:
        scheduler = subprocess.Popen([sys.executable, "-m", "etl.scheduler"], env=environment, stderr=file)
        try:
            name = send(small)
            for _ in range(400):
                if result(small.config, name) is not None:
                    break
                time.sleep(0.1)
        finally:
            scheduler.send_signal(signal.SIGTERM)
            assert scheduler.wait(20) == 0
    assert (result(small.config, name) or {}).get("accepted") == 2, log.read_text()
    beat = json.loads((Path(small.config.data) / "run" / "scheduler.json").read_text())
    assert "submitted" in [one["job"] for one in beat["jobs"]]
