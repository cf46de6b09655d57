"""Pull: what is new in a folder becomes one load; nothing is taken half-written, twice, or forgotten."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import etl.pull
import etl.sources.folder
from campaign.errors import CanDichError, ContractError, UsageError
from etl import copier
from etl.intake import Outcome
from etl.pull import pull_source
from tests.warehouse.small import CONFIG, ID, Small, counts, everything_in

SOURCE = '\n[[source]]\nname = "inbox"\ncampaign = "nho"\npath = "inbox"\nschedule = "*/1 * * * *"\n'


@pytest.fixture
def inbox(small: Small, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(etl.pull, "LOOK_AGAIN_AFTER", 0.05)
    small.write("config.toml", CONFIG + SOURCE)
    return small.folder / "inbox"


def pull(small: Small) -> dict[str, Any]:
    return pull_source(small.config, "inbox")


def kept_in(small: Small) -> dict[str, bytes]:
    """Return all data but the word that pulls leave."""
    return {name: content for name, content in everything_in(small.config.data).items() if "pulls-" not in name}


def test_a_folder_that_is_not_there_yet_is_made_and_is_empty(small: Small, inbox: Path) -> None:
    assert pull(small)["files"] == 0
    assert inbox.is_dir()


def test_what_lies_in_the_folder_is_one_load_and_is_not_taken_again(small: Small, inbox: Path) -> None:
    small.write("inbox/a.csv", counts(("00101", "3", 5)))
    small.write("inbox/b.csv", counts(("00102", "3", 6)))
    taken = pull(small)
    assert (taken["files"], taken["accepted"], small.done()) == (2, 2, 11)
    assert len(small.received.loads()) == 1
    before = kept_in(small)
    again = pull(small)
    assert (again["files"], again["read"], again["version"]) == (0, 0, taken["version"])
    assert kept_in(small) == before
    assert (inbox / "a.csv").exists(), "a drop folder is its owner's"


def test_a_file_that_is_replaced_is_taken_again_and_back_again_too(small: Small, inbox: Path) -> None:
    one, two = counts(("00101", "3", 5)), counts(("00101", "3", 6))
    for number, content in enumerate((one, two, one), 1):
        os.utime(small.write("inbox/a.csv", content), (number, number))
        assert pull(small)["files"] == 1
    assert len(small.received.loads()) == 3
    assert inbox.is_dir()


def test_files_take_effect_in_order_of_time_then_name(small: Small, inbox: Path) -> None:
    for name, moment, count in (("a.csv", 300, 7), ("b.csv", 100, 5), ("c.csv", 100, 6)):
        os.utime(small.write(f"inbox/{name}", counts(("00101", "3", count))), (moment, moment))
    assert pull(small)["accepted"] == 3
    assert [name for name, _, _ in small.received.loads()[0].files] == ["b.csv", "c.csv", "a.csv"]
    assert inbox.is_dir()


def test_locks_of_office_hidden_files_and_other_kinds_are_left_alone(small: Small, inbox: Path) -> None:
    for name in ("~$a.xlsx", ".a.csv", "a.part", "readme.pdf"):
        small.write(f"inbox/{name}", "x")
    (inbox / "folder.csv").mkdir()
    assert pull(small)["files"] == 0


def test_a_file_still_being_written_waits_for_the_next_pull(
    small: Small, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = small.write("inbox/a.csv", counts(("00101", "3", 5)))
    with monkeypatch.context() as patched:
        more = counts(("00101", "3", 5), ("00102", "3", 6))
        patched.setattr(etl.sources.folder.time, "sleep", lambda _: file.write_text(more))
        assert pull(small)["files"] == 0
    assert pull(small)["accepted"] == 2
    assert inbox.is_dir()


def meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Let something happen in the folder while a load is being taken in."""
    real = etl.pull.ingest

    def ingest(*arguments: Any, **more: Any) -> Outcome:
        outcome = real(*arguments, **more)
        happens()
        return outcome

    monkeypatch.setattr(etl.pull, "ingest", ingest)


def test_a_file_replaced_while_it_is_taken_in_is_taken_by_the_next_pull(
    small: Small, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.write("inbox/a.csv", counts(("00101", "3", 5)))
    with monkeypatch.context() as patched:
        meanwhile(patched, lambda: small.write("inbox/a.csv", counts(("00101", "3", 50))))
        assert pull(small)["accepted"] == 1
    assert pull(small)["accepted"] == 1
    assert small.done() == 50
    assert inbox.is_dir()


def test_a_file_taken_away_while_it_is_taken_in_is_no_failure(
    small: Small, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = small.write("inbox/a.csv", counts(("00101", "3", 5)))
    meanwhile(monkeypatch, file.unlink)
    assert pull(small)["accepted"] == 1
    assert inbox.is_dir()


def test_one_unreadable_file_does_not_keep_the_others_out(small: Small, inbox: Path) -> None:
    """One commune's broken workbook in a shared folder must not silence the other hundred."""
    small.write("inbox/broken.xlsx", "<html>session expired</html>")
    small.write("inbox/good.csv", counts(("00101", "3", 5)))
    code, _, errors = small.command("run", "--source", "inbox")
    assert small.done() == 5
    assert (code, "broken.xlsx" in errors) == (1, True), "and the broken one is named"
    assert inbox.is_dir()


@pytest.mark.parametrize("named", [("--source", "inbox"), ()])
def test_who_reads_json_is_told_what_was_taken_beside_a_broken_file(
    small: Small, inbox: Path, named: tuple[str, ...]
) -> None:
    small.write("inbox/broken.xlsx", "<html>session expired</html>")
    small.write("inbox/good.csv", counts(("00101", "3", 5), ("00101", "4", "x"), ("00101", "3", 5)))
    code, out, errors = small.command("run", *named, "--json")
    (told,) = json.loads(out)
    assert code == 1
    assert (told["files"], told["read"], told["accepted"], told["unchanged"], told["rejected"]) == (1, 3, 1, 1, 1)
    assert told["problem"] == errors.strip()
    assert "broken.xlsx" in errors
    assert inbox.is_dir()


def test_what_was_taken_beside_a_broken_file_is_told_and_the_broken_one_is_tried_again_when_it_changes(
    small: Small, inbox: Path
) -> None:
    small.write("inbox/broken.xlsx", "<html>session expired</html>")
    small.write("inbox/empty.csv", "")
    small.write("inbox/good.csv", counts(("00101", "3", 5)))
    with pytest.raises(ContractError) as refused:
        pull(small)
    for told in (
        "inbox",
        "broken.xlsx",
        "web page",
        "empty.csv",
        "until it changes",
        "files=1",
        "accepted=1",
        "v000001",
    ):
        assert told in str(refused.value)
    assert [[name for name, _, _ in load.files] for load in small.received.loads()] == [["good.csv"]]
    small.write("inbox/later.csv", counts(("00102", "3", 6)))
    assert (pull(small)["files"], small.done()) == (1, 11)
    os.utime(inbox / "broken.xlsx", (1, 1))
    assert pull(small)["files"] == 0, "the same bytes at another time are the same file"
    small.write("inbox/empty.csv", counts(("00201", "3", 7)))
    assert (pull(small)["files"], small.done()) == (1, 18)


def test_a_folder_of_broken_files_only_makes_no_load(small: Small, inbox: Path) -> None:
    small.write("inbox/empty.csv", "")
    with pytest.raises(ContractError, match="nothing"):
        pull(small)
    assert small.received.loads() == []
    assert pull(small)["files"] == 0
    assert inbox.is_dir()


def test_a_refused_file_is_tried_again_when_its_source_is_described_anew(small: Small, inbox: Path) -> None:
    small.write("inbox/a.csv", counts(("00101", "3", 5), header="ma,as_of,count"))
    mapped = '[source.columns]\nunit_code = "{}"\nas_of = "as_of"\ncount = "count"\n'
    small.write("config.toml", CONFIG + SOURCE + mapped.format("MA XA"))
    with pytest.raises(ContractError, match="MA XA"):
        pull(small)
    small.write("config.toml", CONFIG + SOURCE + mapped.format("ma"))
    assert pull(small)["accepted"] == 1
    assert inbox.is_dir()


def test_a_file_that_cannot_be_opened_keeps_nothing_out_and_is_tried_by_every_pull(
    small: Small, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked = small.write("inbox/locked.csv", counts(("00102", "3", 6)))
    small.write("inbox/good.csv", counts(("00101", "3", 5)))
    real = copier.content_of

    def content_of(path: str) -> bytes:
        if path == str(locked):
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    with monkeypatch.context() as patched:
        patched.setattr(copier, "content_of", content_of)
        for _ in range(2):
            with pytest.raises(ContractError, match=r"locked.csv: not readable \(Permission denied\)"):
                pull(small)
    assert small.done() == 5
    assert pull(small)["accepted"] == 1
    assert inbox.is_dir()


@pytest.mark.parametrize("memory", ["", "null", "[]", '{"a.csv": 1}'])
def test_a_damaged_memory_of_what_was_taken_costs_one_load_without_change(
    small: Small, inbox: Path, memory: str
) -> None:
    small.write("inbox/a.csv", counts(("00101", "3", 5)))
    pull(small)
    (small.config.data / "run" / "taken-inbox.json").write_text(memory, "utf-8")
    assert pull(small)["unchanged"] == 1
    assert pull(small)["files"] == 0
    assert inbox.is_dir()


def test_a_pull_killed_before_it_could_remember_is_taken_again_unchanged(small: Small, inbox: Path) -> None:
    small.write("inbox/a.csv", counts(("00101", "3", 5)))
    kill = (
        "import os, etl.pull, etl.sources.folder as folder\netl.pull.LOOK_AGAIN_AFTER = 0\n"
        "folder._remember = lambda *_: os.kill(os.getpid(), 9)"
    )
    assert small.command("run", before=kill)[0] == -9
    assert small.done() == 5
    again = pull(small)
    assert (again["unchanged"], again["version"]) == (1, "v000001")
    assert inbox.is_dir()


def test_a_changed_target_file_is_taken_over_by_a_pull_without_files(small: Small, inbox: Path) -> None:
    pull(small)
    small.write("targets.csv", small.targets.replace("00101,100", "00101,111"))
    pull(small)
    assert small.progress()["00101"].target == 111
    assert inbox.is_dir()


def test_unknown_sources_and_sources_without_a_folder_are_named(small: Small) -> None:
    with pytest.raises(UsageError, match="nowhere"):
        pull_source(small.config, "nowhere")
    small.write("config.toml", CONFIG + SOURCE.replace('path = "inbox"\n', ""))
    with pytest.raises(CanDichError, match="path"):
        pull_source(small.config, "inbox")


@pytest.mark.parametrize("path", ["inbox/*.csv", "inbox/b?.csv"])
def test_a_pattern_in_the_place_of_a_folder_is_refused_and_no_folder_is_made(small: Small, path: str) -> None:
    small.write("config.toml", CONFIG + SOURCE.replace('path = "inbox"', f'path = "{path}"'))
    code, _, errors = small.command("run")
    assert (code, "name the folder" in errors) == (2, True), errors
    assert not (small.folder / "inbox").exists()


def test_run_pulls_every_source_that_has_a_schedule(small: Small, inbox: Path) -> None:
    small.write("config.toml", CONFIG + SOURCE + SOURCE.replace('"inbox"', '"by-hand"').replace("schedule", "# "))
    small.write("inbox/a.csv", counts(("00101", "3", 5)))
    code, out, errors = small.command("run", "--json", before="import etl.pull\netl.pull.LOOK_AGAIN_AFTER = 0")
    assert (code, errors) == (0, "")
    assert [(one["source"], one["accepted"]) for one in json.loads(out)] == [("inbox", 1)]
    assert inbox.is_dir()
    assert small.campaign.id == ID
