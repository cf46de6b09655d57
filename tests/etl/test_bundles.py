"""Bundles: many small workbooks of one load kept in one file, to the byte, and found damaged when it is."""

import json
import os
import shutil
import signal
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

import etl.pull
from campaign.errors import ContractError, SourceError
from etl import copier
from etl.backup import backup, restore
from etl.bundle import Bundle, Inside
from etl.doctor import examine
from etl.intake import ingest
from etl.pull import pull_source
from etl.replay import rebuild
from tests.etl.test_copies import FILES, SOURCE, workbook
from tests.warehouse.small import CONFIG, Small

CODES = ("00101", "00102", "00201")
DIE = """
import os, signal
def die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)
import etl.pull, etl.intake, etl.copies as copies
from etl.bundle import Bundle
from etl.received import ReceivedStore
etl.pull.LOOK_AGAIN_AFTER = 0
def after(kind, name, times=1):
    original, done = getattr(kind, name), []
    def patched(*arguments, **more):
        found = original(*arguments, **more)
        done.append(1)
        if len(done) == times:
            die()
        return found
    setattr(kind, name, patched)
"""
MOMENTS = {
    "between two files": "after(Bundle, 'put', 7)",
    "before the bundle is ended": "Bundle.close = die",
    "after the bundle was ended": "after(Bundle, 'close')",
    "after the folder was taken over": "after(ReceivedStore, 'take')",
    "after the load got its id": "after(ReceivedStore, 'settle')",
    "after the load was finished": "after(ReceivedStore, 'finish')",
}


@pytest.fixture
def many(small: Small, monkeypatch: pytest.MonkeyPatch) -> Small:
    """Return a campaign with a folder of many workbooks."""
    monkeypatch.setattr(etl.pull, "LOOK_AGAIN_AFTER", 0.0)
    small.write("config.toml", CONFIG + SOURCE)
    (small.folder / "inbox").mkdir()
    for number in range(FILES):
        path = small.write(f"inbox/{number:03d}.xlsx", workbook(CODES[number % 3], number))
        os.utime(path, (number + 1, number + 1))
    return small


def as_sent(small: Small, loads: int = 1) -> None:
    """Check that so many loads on record hold every file of the folder to the byte, each under its own sha256."""
    assert len(small.received.loads()) == loads
    for load in small.received.loads():
        assert [name for name, _, _ in load.files] == [f"{number:03d}.xlsx" for number in range(FILES)]
        for name, kept, digest in load.files:
            content = (small.folder / "inbox" / name).read_bytes()
            assert (kept.read_bytes(), digest) == (content, sha256(content).hexdigest())


def bundles(small: Small) -> list[Path]:
    """Return the bundles of the one load."""
    (load,) = small.received.loads()
    return sorted(load.folder.glob("*.zip"))


def test_a_bundle_is_a_zip_that_any_program_opens(tmp_path: Path) -> None:
    bundle = Bundle(str(tmp_path / "files.zip"))
    files = {"000-Xã Đông.xlsx": b"PK\x03\x04 one", "001-b.xlsx": b"", "002-c.xlsx": os.urandom(70_000)}
    put = [bundle.put(name, content, sha256(content).hexdigest()) for name, content in files.items()]
    bundle.close()
    with zipfile.ZipFile(tmp_path / "files.zip") as archive:
        assert archive.testzip() is None
        assert {one.filename: archive.read(one) for one in archive.infolist()} == files
    assert [one.read_bytes() for one in put] == list(files.values())
    assert [one.name for one in put] == list(files)
    Bundle(str(tmp_path / "none.zip")).close()
    assert not (tmp_path / "none.zip").exists()


def test_many_workbooks_are_kept_in_bundles_and_say_the_same_again(many: Small) -> None:
    taken = pull_source(many.config, "inbox")
    assert (taken["read"], taken["accepted"], taken["files"]) == (FILES, FILES, FILES)
    as_sent(many)
    (load,) = many.received.loads()
    names = {path.name for path in load.folder.iterdir()}
    assert names <= {"files-1.zip", "files-2.zip", "manifest.json", "finished"}
    assert all(isinstance(kept, Inside) for _, kept, _ in load.files)
    before = many.table()
    rebuild(many.config, many.campaign)
    assert many.table() == before
    assert all(one.well for one in examine(many.config) if "received" in one.subject)
    os.utime(many.folder / "inbox" / "000.xlsx", (500, 500))
    assert pull_source(many.config, "inbox")["files"] == 0, "the same bytes are not taken again"
    as_sent(many)


def test_a_workbook_under_the_name_of_a_text_is_refused_though_its_twin_is_read(many: Small) -> None:
    shutil.copy(many.folder / "inbox" / "007.xlsx", many.folder / "inbox" / "twin.csv")
    with pytest.raises(ContractError, match=rf"twin\.csv: .* CSV text file .* files={FILES} read={FILES} "):
        pull_source(many.config, "inbox")
    before = many.table()
    rebuild(many.config, many.campaign)
    assert many.table() == before, "what was published can be made again"
    assert many.done() == 117 + 118 + 119


def test_many_files_named_to_ingest_are_kept_and_judged_as_those_of_a_folder(
    many: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 1)  # this process copies them all: what is patched below is its own
    read = copier.content_of

    def content_of(path: str) -> bytes:
        if path.endswith("/007.xlsx"):
            raise PermissionError(13, "Permission denied", path)
        return read(path)

    monkeypatch.setattr(copier, "content_of", content_of)
    files = [many.folder / "inbox" / f"{number:03d}.xlsx" for number in range(FILES)]
    taken = ingest(many.config, many.campaign, files)
    assert (taken.tally.read, taken.tally.accepted) == (FILES, FILES)
    as_sent(many)
    (load,) = many.received.loads()
    alone = [name for name, kept, _ in load.files if not isinstance(kept, Inside)]
    assert alone == ["007.xlsx"], "what the copier could not take is copied as ever"
    before = many.table()
    rebuild(many.config, many.campaign)
    assert many.table() == before


def test_a_zip_of_many_workbooks_is_judged_as_those_of_a_folder(many: Small, tmp_path: Path) -> None:
    other = tmp_path / "tất cả.zip"
    with zipfile.ZipFile(other, "w") as archive:
        for path in sorted((many.folder / "inbox").iterdir()):
            archive.writestr(zipfile.ZipInfo(path.name), path.read_bytes())  # all of one time: in order of name
    taken = ingest(many.config, many.campaign, [other])
    assert (taken.tally.read, taken.tally.accepted) == (FILES, FILES)
    of_the_zip = many.table()
    shutil.rmtree(many.config.data)
    pull_source(many.config, "inbox")
    assert many.table() == of_the_zip


def test_a_backup_brings_bundles_back_to_the_byte(many: Small, tmp_path: Path) -> None:
    pull_source(many.config, "inbox")
    before, found = many.table(), {path.name: path.read_bytes() for path in bundles(many)}
    backup(many.config, tmp_path / "one.zip")
    shutil.rmtree(many.config.data)
    restore(many.config, tmp_path / "one.zip")
    assert {path.name: path.read_bytes() for path in bundles(many)} == found
    as_sent(many)
    rebuild(many.config, many.campaign)
    assert many.table() == before
    short = bundles(many)[0]
    short.write_bytes(short.read_bytes()[:900])
    restore(many.config, tmp_path / "one.zip")
    as_sent(many)


def test_a_load_kept_before_there_were_bundles_is_read_as_ever(many: Small) -> None:
    pull_source(many.config, "inbox")
    before = many.table()
    (load,) = many.received.loads()
    manifest = load.folder / "manifest.json"
    content = json.loads(manifest.read_text("utf-8"))
    for one, (_, kept, _) in zip(content["files"], load.files, strict=True):
        (load.folder / one["kept"]).write_bytes(kept.read_bytes())
        for key in ("in", "at", "size"):
            del one[key]
    for path in bundles(many):
        path.unlink()
    manifest.write_text(json.dumps(content), "utf-8")
    as_sent(many)
    rebuild(many.config, many.campaign)
    assert many.table() == before


@pytest.mark.parametrize("harm", ["a bit", "the end", "all"])
def test_a_damaged_bundle_is_named_and_nothing_is_made_of_it(many: Small, harm: str) -> None:
    pull_source(many.config, "inbox")
    before, version = many.table(), many.store.current()
    (load,) = many.received.loads()
    name, kept, _ = load.files[5]
    assert isinstance(kept, Inside)
    path = Path(kept.bundle)
    content = bytearray(path.read_bytes())
    content[kept.at + 40] ^= 1
    if harm == "all":
        path.unlink()
    else:
        path.write_bytes(content if harm == "a bit" else content[: kept.at + 40])
    told = [one.words for one in examine(many.config) if not one.well and "received" in one.subject]
    assert f"{name} of load {load.batch} is not as it arrived; bring it back from a backup" in told
    assert (len(told) == 1) == (harm == "a bit")
    with pytest.raises(SourceError, match=r"files-[12]\.zip: .*backup"):
        rebuild(many.config, many.campaign)
    assert (many.table(), many.store.current()) == (before, version), "yesterday stays"


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS.keys())
def test_a_pull_of_many_killed_at_any_step_is_made_again(many: Small, moment: str) -> None:
    code, _, _ = many.command("run", "--source", "inbox", before=DIE + moment)
    assert code == -signal.SIGKILL
    pull_source(many.config, "inbox")
    as_sent(many, 2 if "finish" in moment else 1)  # what was not remembered comes again, and changes nothing
    assert many.done() == 117 + 118 + 119
    assert pull_source(many.config, "inbox")["files"] == 0
    assert list((many.config.data / "run").glob(".fetching-*")) == []
    before = many.table()
    rebuild(many.config, many.campaign)
    assert many.table() == before
