"""Backup: what cannot be made again goes into one file, and comes back whole or not at all."""

import hashlib
import json
import random
import shutil
import signal
import zipfile
from pathlib import Path

import pytest

from campaign.errors import CanDichError, UsageError
from etl.backup import backup, restore, run_scheduled
from etl.doctor import examine
from tests.warehouse.small import CONFIG, ID, Small, counts, everything_in


@pytest.fixture
def saved(small: Small) -> Path:
    """A backup of two loads, after which a third came."""
    small.send(counts(("00101", "3", 10)))
    small.send(counts(("00102", "3", 5), ("00999", "3", 5)))
    file = small.folder / "backup.candich.zip"
    backup(small.config, file)
    small.send(counts(("00101", "4", 90)))
    return file


def test_a_backup_brings_back_figures_faults_and_what_was_received(small: Small, saved: Path) -> None:
    shutil.rmtree(small.config.data)
    code, out, errors = small.command("restore", str(saved))
    assert (code, errors) == (0, "")
    assert json.loads(out)["campaigns"] == {ID: "v000001"}
    assert small.done() == 15
    assert "rejected" in small.kinds()
    assert len(small.received.loads()) == 2
    assert small.command("rebuild", "--campaign", ID)[0] == 0
    assert small.done() == 15


def test_a_restored_version_is_the_next_one_and_what_came_since_stays_received(small: Small, saved: Path) -> None:
    restore(small.config, saved)
    assert (small.version, small.done()) == ("v000004", 15)
    assert small.done(version="v000003") == 95
    assert len(small.received.loads()) == 3
    assert small.send(counts(("00101", "5", 11))).version == "v000005"


def test_a_backup_restores_on_another_machine(small: Small, saved: Path, tmp_path: Path) -> None:
    other = Small(tmp_path / "other")
    restore(other.config, saved)
    assert other.table() == small.table() or other.done() == 15
    assert everything_in(other.config.data / "received").keys() <= everything_in(small.config.data / "received").keys()
    other.close()


def test_any_damage_to_a_backup_is_refused_and_changes_nothing(small: Small, saved: Path) -> None:
    whole, before = saved.read_bytes(), everything_in(small.config.data)
    damaged = small.folder / "damaged.zip"
    chance = random.Random(7)  # noqa: S311 - the same places every time
    headers = [0, 6, 10, 14, 18, 26, len(whole) - 64, len(whole) - 75, len(whole) - 80, len(whole) - 90]
    for place in headers + [chance.randrange(len(whole)) for _ in range(25)]:
        content = bytearray(whole)
        content[place : place + 8] = bytes(255 - byte for byte in content[place : place + 8])
        damaged.write_bytes(content)
        with pytest.raises(CanDichError):
            restore(small.config, damaged)
        assert everything_in(small.config.data) == before, f"damaged at byte {place}"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"not a zip at all"])
def test_what_is_no_backup_is_refused_in_one_line(small: Small, saved: Path, content: bytes) -> None:
    before = everything_in(small.config.data)
    saved.write_bytes(content)
    code, out, errors = small.command("restore", str(saved))
    assert (code, out, len(errors.splitlines())) == (1, "", 1)
    assert everything_in(small.config.data) == before


@pytest.mark.parametrize(
    "contents",
    [
        {"campaigns": {}, "files": {"../outside.txt": "0"}},
        {"campaigns": {}, "files": {"config/x": "0"}},
        {"campaigns": {"../../outside": "v000001"}, "files": {}},
        {"campaigns": {ID: "../v000001"}, "files": {}},
        {"campaigns": {ID: "v000001"}, "files": {}},
        {"campaigns": {ID: 1}, "files": {}},
        {"campaigns": [ID], "files": {}},
        {"campaigns": {}, "files": ["received/x"]},
        {"campaigns": {}, "files": {"": "0"}},
        {"campaigns": {}, "files": {"/received/x": "0"}},
        {"campaigns": {}, "files": {"received/x": "0"}},
        {"campaigns": {}},
        [],
        None,
    ],
)
def test_a_backup_made_by_somebody_else_writes_nowhere(small: Small, saved: Path, contents: object) -> None:
    before = everything_in(small.folder)
    forged = small.folder.parent / "forged.zip"
    with zipfile.ZipFile(forged, "w") as archive:
        archive.writestr("CONTENTS.json", json.dumps(contents))
        archive.writestr("../outside.txt", "x")
    with pytest.raises(CanDichError):
        restore(small.config, forged)
    assert everything_in(small.folder) == before
    assert sorted(path.name for path in small.folder.parent.iterdir()) == ["forged.zip", small.folder.name]
    assert saved.exists()


def test_a_missing_backup_and_an_existing_target_are_wrong_use(small: Small, saved: Path) -> None:
    with pytest.raises(UsageError):
        restore(small.config, small.folder / "nowhere.zip")
    content = saved.read_bytes()
    with pytest.raises(UsageError, match="exists"):
        backup(small.config, saved)
    assert saved.read_bytes() == content


def test_a_backup_killed_on_the_way_leaves_no_file_of_that_name(small: Small) -> None:
    small.send(counts(("00101", "3", 10)))
    out = small.folder / "b.zip"
    kill = """
import os, signal, etl.backup
add = etl.backup._add
def die(*arguments):
    add(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)
etl.backup._add = die
"""
    assert small.command("backup", "--out", str(out), before=kill)[0] == -signal.SIGKILL
    assert not out.exists()
    assert small.command("backup", "--out", str(out))[0] == 0


def test_a_restore_killed_on_the_way_is_made_whole_by_the_next(small: Small, saved: Path) -> None:
    shutil.rmtree(small.config.data)
    kill = """
import os, shutil, signal
from pathlib import Path
def half(source, target, **more):
    content = Path(source).read_bytes()
    Path(target).write_bytes(content[:len(content) // 2])
    os.kill(os.getpid(), signal.SIGKILL)
shutil.copyfile = half
"""
    assert small.command("restore", str(saved), before=kill)[0] == -signal.SIGKILL
    assert small.version == ""
    assert small.command("restore", str(saved))[0] == 0
    assert small.done() == 15
    assert [one.words for one in examine(small.config) if not one.well] == []


def test_a_half_file_is_mended_and_one_that_differs_stays_and_is_told(small: Small, saved: Path) -> None:
    first, second, _ = small.received.loads()
    half, other = first.files[0][1], second.files[0][1]
    whole = half.read_bytes()
    half.write_bytes(whole[: len(whole) // 2])
    other.write_bytes(b"something else")
    found = restore(small.config, saved)
    assert half.read_bytes() == whole
    assert other.read_bytes() == b"something else"
    assert found["differing"] == [other.relative_to(small.config.data).as_posix()]
    assert "differing" in json.loads(small.command("restore", str(saved))[1])


def test_a_version_that_cannot_be_opened_is_refused_before_anything_is_made(small: Small) -> None:
    content, name = b"no database", "warehouse/nho/v000001.duckdb"
    digest = hashlib.sha256(content).hexdigest()
    forged = small.folder / "forged.zip"
    with zipfile.ZipFile(forged, "w") as archive:
        archive.writestr("CONTENTS.json", json.dumps({"campaigns": {ID: "v000001"}, "files": {name: digest}}))
        archive.writestr(name, content)
    code, out, errors = small.command("restore", str(forged))
    assert (code, out, len(errors.splitlines())) == (1, "", 1)
    assert name in errors
    assert not small.config.data.exists()


def test_tonights_backup_is_proved_and_the_oldest_go(small: Small) -> None:
    small.write("config.toml", '[backup]\npath = "safe"\nkeep = 2\n' + CONFIG)
    small.send(counts(("00101", "3", 10)))
    for name in ("2024-01-01-000000", "2024-01-02-000000"):
        small.write(f"safe/{name}.candich.zip", b"old")
    run_scheduled(small.config)
    kept = sorted(path.name for path in (small.folder / "safe").iterdir())
    assert len(kept) == 2
    assert kept[0] == "2024-01-02-000000.candich.zip"
    restore(small.config, small.folder / "safe" / kept[1])


def test_what_was_sent_comes_back_so_that_it_is_not_sent_again(small: Small) -> None:
    log = small.config.data / "messages" / "sent.jsonl"
    small.send(counts(("00101", "3", 10)))
    log.parent.mkdir()
    log.write_text('{"key": "a"}\n', "utf-8")
    log.with_name("lock").touch()
    file = small.folder / "with-messages.candich.zip"
    backup(small.config, file)
    with log.open("a", encoding="utf-8") as opened:
        opened.write('{"key": "b"}\n')
    assert restore(small.config, file)["differing"] == []
    assert log.read_text("utf-8") == '{"key": "a"}\n{"key": "b"}\n'  # what was sent since stays sent
    assert not log.with_name("restored").exists()
    shutil.rmtree(log.parent)
    restore(small.config, file)
    assert sorted(path.name for path in log.parent.iterdir()) == ["restored", "sent.jsonl"]
    assert log.read_text("utf-8") == '{"key": "a"}\n'
