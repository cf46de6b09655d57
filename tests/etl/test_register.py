"""The register: a number is given once, a notice stays what it was, and nothing goes out that is not accounted for."""

import json
import os
import signal
import subprocess
import sys
import zipfile
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from campaign.errors import CheckFailed, ContractError, SourceError, UsageError
from campaign.notices import Order, Record, corrections, next_number, reference
from campaign.period import read_period
from campaign.scope import Scope
from etl import office, register
from etl.backup import backup, restore
from etl.doctor import examine
from etl.drawn import words_of
from etl.envelope import LOCAL, Kind, Sender
from etl.numbered import again, issue
from etl.publishing import named_versions
from etl.submitted import result, submit, submit_decisions, submit_order, take_all
from tests.warehouse.small import CONFIG, ID, ROOT, Small, counts

PAPER = """
[campaign.notice]
superior = "UBND TỈNH NHỎ"
agency = "SỞ TƯ PHÁP"
place = "Nhỏ"
symbol = "TB-STP"
recipients = ["Như trên"]
[campaign.notice.signer]
authority = "KT. GIÁM ĐỐC"
post = "PHÓ GIÁM ĐỐC"
name = "Nguyễn Văn A"
"""
TODAY = datetime(2025, 2, 20, 3, tzinfo=UTC)
FEBRUARY = Order(read_period("2025-02"), date(2025, 2, 20), "vi", formats=("xlsx",))
STATED = counts(("27", 4, 100))  # 40 + 50 were counted: 10 too many are stated


@pytest.fixture
def small(tmp_path: Path) -> Small:
    made = Small(tmp_path / "small", config_text=CONFIG + PAPER)
    made.send(counts(("00101", 4, 40), ("00201", 4, 50)))
    return made


def issued(small: Small, order: Order = FEBRUARY, **more: object) -> Record:
    return issue(small.config, small.campaign, order, LOCAL, **({"now": TODAY} | more))  # type: ignore[arg-type]


def changed(**more: object) -> Order:
    return Order(**{name: getattr(FEBRUARY, name) for name in Order.__dataclass_fields__} | more)  # type: ignore[arg-type]


def test_what_is_issued_is_on_record_with_all_that_it_was_made_from(small: Small) -> None:
    record = issued(small)
    assert (record.number, record.reference) == (1, "01/TB-STP")
    assert record.units == ("27", "D1", "D2")
    assert (record.version, record.as_of) == (small.version, date(2025, 2, 7))
    assert record.version_sha256 == sha256(small.store.path(small.version).read_bytes()).hexdigest()
    assert [file.unit for file in record.files] == ["27", "D1", "D2"]
    (kept,) = register.records(small.config)
    assert kept == record
    for file in record.files:
        content = (small.config.data / "notices" / record.id / file.name).read_bytes()
        assert sha256(content).hexdigest() == file.sha256
    document = json.loads((small.config.data / "notices" / f"{record.id}.json").read_text("utf-8"))
    assert document["signer"]["name"] == "Nguyễn Văn A"
    assert document["recipients"] == ["Như trên"]


def test_numbers_follow_each_other_within_the_year_and_are_given_once(small: Small) -> None:
    assert [issued(small).number for _ in range(2)] == [1, 2]
    assert issued(small, changed(number=7)).number == 7
    assert issued(small).number == 8
    with pytest.raises(UsageError, match=r"07/TB-STP of 2025 is taken; the next free one is 9"):
        issued(small, changed(number=7))
    later = TODAY.replace(year=2026)
    assert issued(small, changed(signed_on=date(2026, 2, 20)), now=later).number == 1
    assert len(register.records(small.config)) == 5


def test_another_symbol_has_numbers_of_its_own(small: Small) -> None:
    issued(small)
    small.write("config.toml", small.config_text.replace("TB-STP", "CV-STP"))
    assert issued(small).reference == "01/CV-STP"


def test_below_ten_a_nought_stands_before_the_number() -> None:
    assert [reference(number, "TB") for number in (5, 10, 105)] == ["05/TB", "10/TB", "105/TB"]


def test_a_correction_is_a_new_notice_that_names_the_old_one_which_stays_as_it_was(small: Small) -> None:
    old = issued(small)
    before = (small.config.data / "notices" / f"{old.id}.json").read_bytes()
    small.send(counts(("00101", 5, 60)))
    new = issued(small, changed(replaces=old.id))
    assert new.version != old.version
    assert corrections(register.records(small.config)) == {old.id: new}
    assert (small.config.data / "notices" / f"{old.id}.json").read_bytes() == before
    sheet = load_workbook(small.config.data / "notices" / new.id / new.files[0].name).worksheets[0]
    said = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
    assert "Văn bản này thay thế Văn bản số 01/TB-STP ngày 20/02/2025." in said
    with pytest.raises(UsageError, match="01/TB-STP is corrected already by 02/TB-STP"):
        issued(small, changed(replaces=old.id))
    with pytest.raises(UsageError, match="is no notice on record"):
        issued(small, changed(replaces="khong-co"))


def test_made_again_from_its_version_it_is_the_same_bytes_whatever_came_since(small: Small, tmp_path: Path) -> None:
    record = issued(small)
    small.send(counts(("00101", 5, 90), ("00102", 5, 150)))
    small.write("config.toml", small.config_text.replace("Nguyễn Văn A", "Trần Thị B"))
    found = again(small.config, record, tmp_path / "again")
    assert [one.verdict for one in found] == ["same"] * 3
    for file in record.files:
        assert sha256((tmp_path / "again" / file.name).read_bytes()).hexdigest() == file.sha256


def test_made_again_from_another_version_it_is_refused(small: Small, tmp_path: Path) -> None:
    record = issued(small)
    path = small.store.path(record.version)
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(CheckFailed, match="is not the version"):
        again(small.config, record, tmp_path / "again")


def test_a_date_before_the_figures_or_after_today_is_refused(small: Small) -> None:
    for day in (date(2025, 2, 6), date(2025, 2, 21)):
        with pytest.raises(UsageError, match="a date from 2025-02-07"):
            issued(small, changed(signed_on=day))
    assert register.records(small.config) == []


def test_figures_that_changed_since_they_were_seen_are_not_issued(small: Small) -> None:
    with pytest.raises(CheckFailed, match="changed since the preview"):
        issued(small, changed(seen="0" * 64))


def test_a_stated_total_that_differs_blocks_until_somebody_explains_it(small: Small) -> None:
    small.send(STATED)
    with pytest.raises(CheckFailed, match="1 stated totals differ from the sums"):
        issued(small)
    only = issued(small, changed(unit="D1"))  # the total is not of this district
    assert (only.units, only.explanations) == (("D1",), ())
    explain(small, "sổ của xã giáp ranh tính hai lần")
    record = issued(small)
    assert [(one.unit, one.why, one.by) for one in record.explanations] == [
        ("27", "sổ của xã giáp ranh tính hai lần", "Lê Thị C")
    ]
    book = load_workbook(small.config.data / "notices" / record.id / record.files[0].name)
    said = " ".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value)
    assert "sổ của xã giáp ranh tính hai lần" in said


def explain(small: Small, why: str) -> None:
    (one,) = [issue for issue in small.issues() if issue.kind.value == "reconciliation"]
    decision = {
        "what": "explain", "unit_code": one.unit_code, "category": one.category, "stage": one.stage,
        "measure": one.measure, "as_of": str(one.as_of), "stated": int(one.found or 0),
        "summed": int(one.expected or 0), "why": why, "by": "Lê Thị C",
    }  # fmt: skip
    name = submit_decisions(small.config, ID, LOCAL, [decision])
    take_all(small.config)
    assert (result(small.config, name) or {}).get("accepted") == 1


def test_without_an_agency_or_a_signer_nothing_is_issued(small: Small) -> None:
    small.write("config.toml", CONFIG)
    with pytest.raises(CheckFailed, match=r"names no agency, .*no place, .*no post of the signer, .*names no signer"):
        issued(small)


def test_a_failed_check_blocks(small: Small) -> None:
    failure = {"where": "check x", "found": "2 rows", "expected": "none"}
    (small.store.folder / "FAILED.json").write_text(json.dumps(failure), "utf-8")
    with pytest.raises(CheckFailed, match="failed its check"):
        issued(small)


def test_a_sender_issues_only_what_he_speaks_for(small: Small) -> None:
    district = Sender("lan", "Trần Thị Lan", Scope(units=frozenset({"D1"})))
    with pytest.raises(UsageError, match="units that are not the sender's"):
        issue(small.config, small.campaign, FEBRUARY, district, now=TODAY)
    record = issue(small.config, small.campaign, changed(unit="D1"), district, now=TODAY)
    assert (record.issued_by, record.units) == ("lan", ("D1",))


def test_a_notice_is_seen_by_whoever_sees_all_its_units(small: Small) -> None:
    whole, one = issued(small), issued(small, changed(unit="D1"))
    figures = small.figures()

    def seen(*units: str) -> list[str]:
        return [record.id for record in register.legible(small.config, figures.within(Scope(frozenset(units))))]

    assert seen("D1") == [one.id]
    assert seen("D2") == []
    assert seen("27") == [one.id, whole.id]
    assert [record.id for record in register.legible(small.config, figures)] == [one.id, whole.id]
    assert register.legible(small.config, figures.within(Scope(campaigns=frozenset({"khac"})))) == []


def test_a_version_that_a_notice_names_is_never_removed(small: Small) -> None:
    record = issued(small)
    for count in range(41, 66):
        small.send(counts(("00101", 4, count)))
    assert named_versions(small.config, ID) == {record.version}
    kept = small.store.versions()
    assert len(kept) == 21  # the last 20 of 26, and the one that is named
    assert kept[0] == record.version
    assert not [one for one in examine(small.config) if not one.well]


def test_a_backup_brings_a_notice_back_with_the_version_it_was_made_from(small: Small, tmp_path: Path) -> None:
    record = issued(small)
    small.send(counts(("00101", 5, 70)))
    backup(small.config, tmp_path / "kept.candich.zip")
    other = Small(tmp_path / "other", config_text=CONFIG + PAPER)
    assert restore(other.config, tmp_path / "kept.candich.zip")["differing"] == []
    assert register.records(other.config) == [record]
    assert [one.verdict for one in again(other.config, record, tmp_path / "again")] == ["same"] * 3
    assert not [one for one in examine(other.config) if not one.well]


def test_a_notice_issued_while_a_backup_is_made_waits_for_the_next_one(
    small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its version was not there when the versions went in: without it the notice could not be made again."""
    first, late = issued(small), []

    class Later(tuple[str, ...]):
        __slots__ = ()

        def __iter__(self):  # type: ignore[no-untyped-def]
            small.send(counts(("00102", 5, 11)))
            late.append(issued(small))
            (small.config.data / "notices" / f"{ID}{register.PIN}").write_text("{}", "utf-8")
            return super().__iter__()

    monkeypatch.setattr("etl.backup.KEPT_FOLDERS", Later(("received", "submitted", "notices")))
    backup(small.config, tmp_path / "one.zip")
    monkeypatch.undo()
    assert late
    other = Small(tmp_path / "other", config_text=small.config_text)
    restore(other.config, tmp_path / "one.zip")
    assert register.records(other.config) == [first]
    assert not [one for one in examine(other.config) if not one.well]
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert not [name for name in archive.namelist() if name.endswith((register.PIN, ".lock"))]


def test_the_doctor_finds_a_file_a_version_and_a_record_that_are_not_what_they_were(small: Small) -> None:
    record = issued(small)
    well = {one.subject: one.words for one in examine(small.config)}
    assert well[f"{ID} notices"] == "1 issued, every file and version as it was"
    file = small.config.data / "notices" / record.id / record.files[1].name
    file.write_bytes(file.read_bytes()[:-1])
    small.store.path(record.version).rename(small.store.folder / "away")
    (small.config.data / "notices" / "hong.json").write_text("{", "utf-8")
    words = " ".join(one.words for one in examine(small.config) if not one.well and "notices" in one.subject)
    assert "is not the file that was issued" in words
    assert "is gone" in words
    assert "hong.json" in words
    with pytest.raises(ContractError, match=r"hong\.json"):  # a number may be on it
        issued(small)
    with pytest.raises(ContractError, match="is not the file that was issued"):
        register.content_of(small.config, record, record.files[1].name)


def test_a_draft_on_record_keeps_its_version_and_takes_no_number(small: Small) -> None:
    code, _, errors = small.command("notice", "--campaign", ID, "--month", "2025-02", "--out", str(small.folder / "d"))
    assert code == 0, errors
    assert named_versions(small.config, ID) == {small.version}
    assert register.records(small.config) == []
    assert issued(small).number == 1


def test_an_order_is_issued_once_and_says_under_what_number(small: Small) -> None:
    name = submit_order(small.config, ID, LOCAL, changed(signed_on=today(small)))
    take_all(small.config)
    found = result(small.config, name)
    assert found is not None
    assert (found["reference"], found["version"], found["files"]) == ("01/TB-STP", small.version, 3)
    (record,) = register.records(small.config)
    assert (record.id, record.envelope) == (found["record"], name)
    taken = submit_order(small.config, ID, LOCAL, changed(signed_on=today(small), number=1))
    take_all(small.config)
    assert "is taken; the next free one is 2" in (result(small.config, taken) or {})["error"]
    assert len(register.records(small.config)) == 1


def today(small: Small) -> date:
    return datetime.now(UTC).astimezone(small.config.zone).date()


def test_an_order_nobody_can_read_is_refused_and_the_next_goes_on(small: Small) -> None:
    wrong = [
        submit(small.config, ID, Kind.NOTICE, LOCAL, [("notice.json", content)])
        for content in (b"{", b"[]", b'{"period": "2025-13", "signed_on": "2025-02-20", "language": "vi"}')
    ]
    good = submit_order(small.config, ID, LOCAL, changed(signed_on=today(small)))
    take_all(small.config)
    assert all("error" in (result(small.config, name) or {}) for name in wrong)
    assert (result(small.config, good) or {})["reference"] == "01/TB-STP"


KILLED = """
import os, signal, sys
from pathlib import Path
import {module}
from etl.configured import load
from etl.submitted import take_all
import etl.numbered
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
        ("etl.numbered", "draw_up", True),
        ("etl.register", "sync_folder", False),  # its files are there, its record is not
        ("etl.register", "keep", True),
        ("etl.submitted", "write_whole", False),
        ("shutil", "rmtree", False),
    ],
)
def test_killed_at_any_moment_an_order_gives_one_notice_and_one_number(
    small: Small, module: str, function: str, *, after: bool
) -> None:
    name = submit_order(small.config, ID, LOCAL, changed(signed_on=today(small)))
    program = KILLED.format(module=module, function=function, after=after)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run([sys.executable, "-c", program, str(small.path)], env=environment, check=False)
    assert ended.returncode == -signal.SIGKILL
    take_all(small.config)
    found = result(small.config, name)
    assert found is not None
    assert found["reference"] == "01/TB-STP"
    (record,) = register.records(small.config)
    assert record.envelope == name
    assert next_number([record], "TB-STP", today(small).year) == 2
    inside = sorted(path.name for path in (small.config.data / "notices").iterdir())
    assert inside == sorted([record.id, f"{record.id}.json", "register.lock"])
    assert not [one for one in examine(small.config) if not one.well]


@pytest.mark.parametrize("more", [("--issue",), ("--format", "docx")])
def test_a_place_nothing_can_be_written_to_is_told_before_a_number_is_taken(
    small: Small, tmp_path: Path, more: tuple[str, ...]
) -> None:
    file = tmp_path / "taken"
    file.write_text("a file, not a folder", "utf-8")
    month = ("notice", "--campaign", small.campaign.id, "--month", "2025-02", *more)
    for out in (file, file / "below", tmp_path / ("x" * 300)):
        code, _, errors = small.command(*month, "--out", str(out))
        assert (code, len(errors.splitlines())) == (2, 1)
        assert "a folder was expected" in errors
    assert register.records(small.config) == []


def test_the_command_issues_numbers_and_makes_again(small: Small) -> None:
    asked = ("notice", "--campaign", ID, "--month", "2025-02", "--format", "xlsx")
    code, said, errors = small.command(*asked, "--issue", "--number", "12", "--out", str(small.folder / "out"))
    assert code == 0, errors
    (record,) = register.records(small.config)
    assert said.splitlines()[0] == f"{record.id}: 12/TB-STP, {small.version}, 3 files"
    for file in record.files:
        assert sha256((small.folder / "out" / file.name).read_bytes()).hexdigest() == file.sha256
    code, said, errors = small.command("notice", "--again", record.id, "--out", str(small.folder / "again"))
    assert (code, errors) == (0, "")
    assert [line.split()[0] for line in said.splitlines()] == ["same"] * 3
    code, said, errors = small.command(*asked, "--issue", "--zip", "--out", str(small.folder / "zip"))
    (path,) = (small.folder / "zip").iterdir()
    second = register.record_of(small.config, path.stem)
    assert (code, said.splitlines()[1], second.number) == (0, str(path), 13)
    with zipfile.ZipFile(path) as archive:
        held = {name: sha256(archive.read(name)).hexdigest() for name in archive.namelist()}
    assert held == {one.name: one.sha256 for one in second.files}
    code, _, errors = small.command(*asked, "--issue", "--zip")
    assert (code, "--out was not given" in errors) == (2, True)
    code, _, errors = small.command("notice", "--again", "khong-co", "--out", str(small.folder / "again"))
    assert (code, "is no notice on record" in errors) == (2, True)
    small.send(STATED)
    code, said, errors = small.command(*asked, "--issue")
    assert (code, said, len(errors.splitlines())) == (1, "", 1)
    assert "1 stated totals differ" in errors
    assert len(register.records(small.config)) == 2


def test_a_file_that_is_made_otherwise_is_said_to_differ(small: Small) -> None:
    record = issued(small)
    path = small.config.data / "notices" / f"{record.id}.json"
    content = json.loads(path.read_text("utf-8"))
    content["files"][0]["sha256"] = "0" * 64
    path.write_text(json.dumps(content), "utf-8")
    code, said, errors = small.command("notice", "--again", record.id, "--out", str(small.folder / "again"))
    assert code == 1
    assert [line.split()[0] for line in said.splitlines()] == ["differs", "same", "same"]
    assert "1 files differ from those on record" in errors


def test_a_full_disk_leaves_no_half_a_notice(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = register.write_whole

    def full(path: Path, content: bytes) -> None:
        if path.suffix == ".xlsx":
            raise OSError(28, "No space left on device")
        whole(path, content)

    monkeypatch.setattr(register, "write_whole", full)
    with pytest.raises(SourceError, match="not writable"):
        issued(small)
    monkeypatch.undo()
    assert [path.name for path in (small.config.data / "notices").iterdir()] == ["register.lock"]
    assert issued(small).number == 1


@pytest.mark.skipif(office.office() is None, reason="a PDF needs LibreOffice")
def test_letter_and_pdf_are_kept_and_made_again_with_the_same_words(small: Small, tmp_path: Path) -> None:
    old = issued(small, changed(unit="D1"))
    record = issued(small, changed(unit="D1", formats=("xlsx", "docx", "pdf"), replaces=old.id))
    assert [file.format for file in record.files] == ["xlsx", "docx", "pdf"]
    small.send(counts(("00101", 5, 90)))
    small.write("config.toml", small.config_text.replace("Nguyễn Văn A", "Trần Thị B"))
    found = {Path(one.name).suffix: one.verdict for one in again(small.config, record, tmp_path / "again")}
    assert (found[".xlsx"], found[".docx"]) == ("same", "same")
    assert found[".pdf"] in {"same", "same_words"}  # an office writes the moment into a PDF
    said = " ".join(words_of(register.content_of(small.config, record, record.files[1].name), "docx"))
    assert "Nguyễn Văn A" in said
    assert "Văn bản này thay thế Văn bản số 01/TB-STP ngày 20/02/2025" in said
    printed = words_of(register.content_of(small.config, record, record.files[2].name), "pdf")
    assert "02/TB-STP" in printed
    assert "Nguyễn" in printed


def test_the_agencys_own_workbook_is_kept_with_the_notice_and_used_again(small: Small, tmp_path: Path) -> None:
    own = Workbook()
    own.active.append(["{{don_vi}}", "{{ky}}"])
    own.save(small.folder / "mau-rieng.xlsx")
    small.write(
        "config.toml", small.config_text.replace('symbol = "TB-STP"', 'symbol = "TB"\nworkbook = "mau-rieng.xlsx"')
    )
    record = issued(small)
    assert record.paper.workbook == Path("mau/mau-rieng.xlsx")
    kept = load_workbook(small.config.data / "notices" / record.id / record.files[1].name).worksheets[0]
    assert (kept["A1"].value, kept["B1"].value) == ("Huyện Một", "tháng 02/2025")
    (small.folder / "mau-rieng.xlsx").write_bytes(b"gone")
    assert [one.verdict for one in again(small.config, record, tmp_path / "again")] == ["same"] * 3
