"""Opening what arrived: archives, JSON, and the word that pulls leave."""

import io
import json
import os
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import etl.pull
from campaign.configuration import Source
from campaign.errors import ContractError
from etl.many_tables import ShortTable
from etl.opening import open_load
from etl.pull import pull_source
from etl.pulls import KEPT, history, history_file, leave_word
from tests.warehouse.small import CONFIG, Small, counts

SOURCE = '\n[[source]]\nname = "inbox"\ncampaign = "nho"\npath = "inbox"\nschedule = "*/1 * * * *"\n'


@pytest.fixture
def inbox(small: Small, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(etl.pull, "LOOK_AGAIN_AFTER", 0)
    small.write("config.toml", CONFIG + SOURCE)
    return small.folder / "inbox"


def zipped(members: dict[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for number, (name, content) in enumerate(members.items()):
            archive.writestr(zipfile.ZipInfo(name, (2025, 2, 3, 8, number, 0)), content, compression)
    return out.getvalue()


def names(path: Path, source: Source | None = None) -> list[str]:
    return [name for name, _ in open_load([(path.name, path, "")], source)]


# --- archives -------------------------------------------------------------------------------------------------


def test_an_archive_is_kept_whole_and_read_as_its_members(small: Small, inbox: Path) -> None:
    members = {
        "xã An/a.csv": counts(("00101", "3", 5)),
        "b.json": json.dumps([{"unit_code": "00102", "as_of": "2025-02-03", "count": 6}]),
        "__MACOSX/._a.csv": "x",
        "~$b.xlsx": "x",
        "ảnh.png": "x",
    }
    content = zipped(members)
    small.write("inbox/bao-cao.zip", content)
    assert pull_source(small.config, "inbox")["accepted"] == 2
    ((name, kept, _),) = small.received.loads()[0].files
    assert (name, kept.read_bytes(), small.done()) == ("bao-cao.zip", content, 11)
    assert names(kept.rename(kept.with_name("bao-cao.zip"))) == ["bao-cao.zip/xã An/a.csv", "bao-cao.zip/b.json"]
    assert inbox.is_dir()


def test_members_take_effect_in_order_of_time(small: Small, inbox: Path) -> None:
    small.write("inbox/a.zip", zipped({"z.csv": counts(("00101", "3", 5)), "a.csv": counts(("00101", "3", 6))}))
    assert pull_source(small.config, "inbox")["accepted"] == 2
    assert small.done() == 6
    assert inbox.is_dir()


@pytest.mark.parametrize("name", ["../../../escaped.csv", "/escaped.csv", "a\\..\\escaped.csv", "c:/escaped.csv"])
def test_a_name_that_wants_out_of_the_archive_is_only_a_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / "inner" / "a.zip"
    path.parent.mkdir()
    path.write_bytes(zipped({name: counts(("00101", "3", 5))}))
    ((label, rows),) = open_load([("a.zip", path, "")], None)
    assert label.startswith("a.zip/")
    assert isinstance(rows, ShortTable)
    assert len(rows.rows()) == 1
    assert [one.name for one in tmp_path.rglob("*escaped*")] == []
    assert not Path("/escaped.csv").exists()


def test_what_no_table_of_counts_can_be_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("etl.opening.RATIO_FROM", 1 << 16)
    monkeypatch.setattr("etl.opening.MOST_MEMBERS", 3)
    good = counts(("00101", "3", 5))
    protected = bytearray(zipped({"a.csv": good}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        protected[protected.index(mark) + at] |= 1
    cases = {
        "bomb": (zipped({"a.csv": b"0" * (1 << 22)}), "more than 200 times"),
        "nested": (zipped({"in.zip": zipped({"a.csv": good})}), "archive inside an archive"),
        "many": (zipped({f"{number}.csv": good for number in range(4)}), "4 files"),
        "nothing": (zipped({"a.png": b"x"}), "no file of a kind"),
        "protected": (bytes(protected), "password"),
        "broken": (zipped({"a.csv": good})[:-30], "damaged"),
        "no archive": (b"<html>", "damaged"),
        "member": (zipped({"ok.csv": good, "bad.xlsx": b"<html>"}), "member.zip/bad.xlsx"),
    }
    for name, (content, told) in cases.items():
        path = tmp_path / f"{name}.zip"
        path.write_bytes(content)
        with pytest.raises(ContractError, match=told) as refused:
            open_load([(path.name, path, "")], None)
        assert f"{name}.zip" in str(refused.value)


def test_the_size_an_archive_states_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("etl.opening.MOST_UNPACKED", 1 << 16)
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({f"{number}.csv": os.urandom(1 << 15) for number in range(3)}, zipfile.ZIP_STORED))
    with pytest.raises(ContractError):
        open_load([(path.name, path, "")], None)
    path.write_bytes(zipped({"a.csv": counts(("00101", "3", 5)) + " " * (1 << 17)}))
    with pytest.raises(ContractError, match="unpacks to more than"):
        open_load([(path.name, path, "")], None)


# --- JSON -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        '[{"unit_code": "00101", "as_of": "2025-02-03", "count": 5}]',
        '{"data": [{"unit_code": "00101", "as_of": "2025-02-03", "count": "5"}], "more": false}',
        """\ufeff{"unit_code": "00101", "as_of": "2025-02-03", "count": 4}

        {"unit_code": "00101", "as_of": "2025-02-04", "count": 5, "reason": "x"}""",
    ],
)
def test_json_in_a_folder_is_read(small: Small, inbox: Path, content: str) -> None:
    small.write("inbox/a.json", content)
    pull_source(small.config, "inbox")
    assert small.done() == 5
    assert inbox.is_dir()


def test_numbers_of_json_are_taken_as_they_are_or_refused(small: Small, inbox: Path) -> None:
    values = [519.537, 5.0, True, None, "1.234", -1, [1], {"a": 1}]
    rows = [{"unit_code": "00101", "as_of": f"2025-02-0{n}", "count": one} for n, one in enumerate(values, 1)]
    small.write("inbox/a.json", json.dumps(rows))
    taken = pull_source(small.config, "inbox")
    assert (taken["read"], taken["accepted"], taken["rejected"]) == (8, 2, 6)
    assert inbox.is_dir()


def test_an_empty_list_is_no_fault_and_a_field_that_is_gone_is_one(small: Small, inbox: Path) -> None:
    columns = '[source.columns]\nunit_code = "ma"\nas_of = "ngay"\ncount = "so.da_duyet"\n'
    small.write("config.toml", CONFIG + SOURCE + columns)
    small.write("inbox/a.json", "[]")
    assert pull_source(small.config, "inbox")["read"] == 0
    small.write("inbox/b.json", '[{"ma": "00101", "ngay": "2025-02-03", "so": {"da_duyet": 5}}]')
    assert pull_source(small.config, "inbox")["accepted"] == 1
    small.write("inbox/c.json", '[{"ma": "00101", "ngay": "2025-02-04", "so": {"duyet": 6}}]')
    with pytest.raises(ContractError, match=r"so\.da_duyet"):
        pull_source(small.config, "inbox")
    assert small.done() == 5
    assert inbox.is_dir()


def test_days_written_in_a_form_of_their_own(small: Small, inbox: Path) -> None:
    columns = '[source.columns]\nunit_code = "u"\nas_of = "d"\ncount = "n"\n'
    small.write("config.toml", f'{CONFIG}{SOURCE}as_of = {{ format = "%Y%m%d" }}\n{columns}')
    small.write("inbox/a.csv", "u,d,n\n00101,20250203,5\n00102,3/2/2025,6\n00201,20250299,7\n")
    taken = pull_source(small.config, "inbox")
    assert (taken["accepted"], taken["rejected"], small.done("2025-02-03")) == (2, 1, 11)
    assert inbox.is_dir()


# --- the word a pull leaves -----------------------------------------------------------------------------------


def test_every_pull_leaves_word_and_the_same_word_is_left_once(small: Small, inbox: Path) -> None:
    assert history(small.config, "inbox") == []
    small.write("inbox/a.csv", counts(("00101", "3", 5), ("nowhere", "3", 5)))
    for _ in range(3):
        pull_source(small.config, "inbox")
    idle, taken = history(small.config, "inbox")
    assert (taken["files"], taken["read"], taken["accepted"], taken["rejected"], taken["times"]) == (1, 2, 1, 1, 1)
    assert (taken["ok"], taken["error"], taken["version"], taken["bytes"]) == (True, None, "v000001", 62)
    assert (idle["files"], idle["times"]) == (0, 2)
    assert taken["finished"] <= idle["since"] < idle["started"] < idle["finished"]
    assert all(
        datetime.fromisoformat(idle[one]).utcoffset() == timedelta(0) for one in ("started", "finished", "since")
    )
    assert inbox.is_dir()


def test_word_of_a_failure_says_what_was_taken_beside_it(small: Small, inbox: Path) -> None:
    small.write("inbox/a.csv", counts(("00101", "3", 5)))
    small.write("inbox/b.csv", "")
    with pytest.raises(ContractError):
        pull_source(small.config, "inbox")
    (word,) = history(small.config, "inbox")
    assert (word["ok"], word["files"], word["accepted"]) == (False, 1, 1)
    assert "b.csv" in word["error"]
    assert inbox.is_dir()


def test_an_unforeseen_failure_leaves_word_too(small: Small, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("etl.sources.folder.fetch", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        pull_source(small.config, "inbox")
    assert history(small.config, "inbox")[0]["error"].startswith("ZeroDivisionError: division by zero")
    assert not inbox.exists()


def test_only_so_many_words_are_kept_and_a_damaged_line_is_left_out(small: Small) -> None:
    config, now = small.config, datetime.now(UTC)
    for number in range(KEPT + 5):
        leave_word(config, "s", "nho", now, {"files": 1, "read": number}, None)
    assert [one["read"] for one in history(config, "s")] == list(range(KEPT + 4, 4, -1))
    with history_file(config, "s").open("a", encoding="utf-8") as opened:
        opened.write('{"half": \n[]\n')
    assert len(history(config, "s")) == KEPT
