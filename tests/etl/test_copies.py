"""Copies: many files are copied by two processes as one would, and whatever becomes of the second, none is lost."""

import hashlib
import io
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

import etl.pull
from campaign.errors import ContractError
from etl import copier, copies
from etl.bundle import Inside
from etl.copier import Copied, Wanted
from etl.copies import copying
from etl.kept import on_disk
from etl.pull import pull_source
from etl.sheet_grid import Book
from tests.warehouse.small import CONFIG, Small

FILES = 120
SOURCE = '\n[[source]]\nname = "inbox"\ncampaign = "nho"\npath = "inbox"\n'


def workbook(code: str, count: object) -> bytes:
    """Return a workbook of the plain form, of one count."""
    book, out = Workbook(), io.BytesIO()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.append(["unit_code", "as_of", "count"])
    sheet.append([code, "2025-02-03", count])
    book.save(out)
    return out.getvalue()


@pytest.fixture
def wanted(tmp_path: Path) -> list[Wanted]:
    """Return files to copy: workbooks, a text, one that has changed since, one that is gone."""
    (tmp_path / "from").mkdir()
    (tmp_path / "to").mkdir()
    found = []
    for number in range(FILES):
        path = tmp_path / "from" / (f"{number}.csv" if number == 7 else f"{number}.xlsx")
        path.write_bytes(b"unit_code\n1\n" if number == 7 else workbook(str(number), number))
        state = path.stat()
        found.append(Wanted(str(path), (state.st_size, state.st_mtime_ns), str(tmp_path / "to" / f"{number}")))
    with Path(found[8].path).open("ab") as opened:
        opened.write(b"more")
    Path(found[9].path).unlink()
    return found


def check(wanted: list[Wanted], done: list[Copied]) -> None:
    """Check what became of every file against the files themselves."""
    assert len(done) == FILES
    for number, (one, copied) in enumerate(zip(wanted, done, strict=True)):
        if number in {8, 9}:
            assert copied == Copied()
            continue
        content = Path(one.path).read_bytes()
        kept = copied.inside or Path(one.copy)
        place = Path(kept.bundle if isinstance(kept, Inside) else kept)
        assert (kept.read_bytes(), kept.name, place.parent) == (content, str(number), Path(one.copy).parent)
        assert (copied.inside is None) == (number == 7), "a text has a file of its own"
        assert copied.sha256 == hashlib.sha256(content).hexdigest()
        grid = copied.grid
        assert (grid is None) == (number == 7)
        if grid is not None:
            assert grid.rows == Book(content, "").grid("Sheet").rows


def test_two_processes_copy_and_read_what_one_would(wanted: list[Wanted]) -> None:
    with copying(FILES) as both:
        check(wanted, both.all(wanted))
    if os.name == "posix" and (os.cpu_count() or 1) > 1:
        with copying(FILES) as both:
            second = both._second
            assert second is not None
            copier.put(second.stdin.fileno(), ([], wanted[:3]))  # type: ignore[union-attr]
            (first, *_) = copier.taken(second.stdout.fileno())  # type: ignore[union-attr]
            assert first.grid.rows[1] == ["0", "2025-02-03", 0.0]
        assert second.returncode is not None, "it is gone when its work is"


def test_a_second_process_that_dies_leaves_its_files_to_the_first(wanted: list[Wanted]) -> None:
    with copying(FILES) as both:
        if both._second is not None:
            both._second.kill()
            both._second.wait()
        check(wanted, both.all(wanted))


def test_a_second_process_that_dies_midway_leaves_none_of_its_files_behind(
    wanted: list[Wanted], monkeypatch: pytest.MonkeyPatch
) -> None:
    share, asked = copies.Copying._share, list[int]()

    def dying(self: copies.Copying, second: subprocess.Popen[bytes], *others: Any) -> bool:
        asked.append(len(others[2]))
        if len(asked) == 3:
            second.kill()
            second.wait()
        return share(self, second, *others)

    monkeypatch.setattr(copies.Copying, "_share", dying)
    monkeypatch.setattr(copies, "_AT_ONCE", 8)
    with copying(FILES) as both:
        if both._second is None:
            pytest.skip("the machine has no room for a second process")
        check(wanted, done := both.all(wanted))
    assert len(asked) == 3
    assert {Path(one.inside.bundle).name for one in done if one.inside} == {"files-1.zip"}
    assert not (Path(wanted[0].copy).parent / "files-2.zip").exists()


def test_few_files_are_copied_alone_and_read_later(wanted: list[Wanted]) -> None:
    with copying(3) as alone:
        assert alone._second is None
        assert [one.grid for one in alone.all(wanted[:3])] == [None] * 3


def test_many_workbooks_of_a_folder_are_one_load_and_a_bad_one_keeps_no_other_out(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(etl.pull, "LOOK_AGAIN_AFTER", 0.05)
    small.write("config.toml", CONFIG + SOURCE)
    inbox = small.folder / "inbox"
    inbox.mkdir()
    codes = ["00101", "00102", "00201"]
    for number in range(FILES):
        path = inbox / f"{number:03d}.xlsx"
        path.write_bytes(workbook(codes[number % 3], number))
        os.utime(path, (number + 1, number + 1))
    (inbox / "bad.xlsx").write_bytes(b"PK\x03\x04 is not a workbook")
    with pytest.raises(ContractError, match=rf"bad\.xlsx.* files={FILES} read={FILES} accepted={FILES} "):
        pull_source(small.config, "inbox")
    assert small.done() == 117 + 118 + 119  # of each unit, the last one in order of time
    (load,) = small.received.loads()
    names = [f"{number:03d}.xlsx" for number in range(FILES)]
    assert [name for name, _, _ in load.files] == names
    assert all(path.read_bytes() == (inbox / name).read_bytes() for name, path, _ in load.files)
    found = {path.name for path in load.folder.iterdir()}
    assert found == {*(on_disk(kept) for _, kept, _ in load.files), "manifest.json", "finished"}
    again = pull_source(small.config, "inbox")
    assert (again["files"], len(small.received.loads())) == (0, 1)
    os.utime(inbox / "000.xlsx", (500, 500))
    (inbox / "001.xlsx").write_bytes(workbook("00101", 130))
    assert pull_source(small.config, "inbox")["accepted"] == 1


def test_a_load_whose_files_were_ours_alone_takes_their_folder_over(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(etl.pull, "LOOK_AGAIN_AFTER", 0.0)
    small.write("config.toml", CONFIG + SOURCE)
    (small.folder / "inbox").mkdir()
    for number in range(FILES):
        (small.folder / "inbox" / f"{number:03d}.xlsx").write_bytes(workbook("00101", number))
    linked: list[Path] = []
    monkeypatch.setattr("etl.received._linked", lambda path, _: linked.append(path))
    taken = pull_source(small.config, "inbox")
    assert (taken["files"], taken["read"], linked) == (FILES, FILES, [])
