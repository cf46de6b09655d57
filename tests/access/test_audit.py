"""The audit log: every tampering is found and named, a killed writer leaves a whole log, many write at once."""

import json
import logging
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access import audit
from access.audit import What, folder, record
from access.chain import Link, Writer, files_of, link_of, read_head, sealed
from access.entries import Wanted, latest
from access.verifying import Flaw, verify
from campaign.configuration import Configuration, parse
from campaign.errors import SourceError
from etl.configured import PROJECT

OCTOBER, NOVEMBER = datetime(2026, 10, 31, 8, tzinfo=UTC), datetime(2026, 11, 1, 8, tzinfo=UTC)


def house(place: Path) -> Configuration:
    return parse("[access]\n", place / "config.toml")


def three_and_four(place: Path) -> Configuration:
    """Return a house whose log holds records 1 to 3 of October and 4 to 7 of November."""
    config = house(place)
    for number in range(1, 8):
        at = OCTOBER if number <= 3 else NOVEMBER
        record(config, What.VIEW, f"user{number}", "10.0.0.1", "c", at=at, page="unit", unit=f"0918{number}")
    return config


def in_the_way(config: Configuration) -> None:
    """Let nothing be written: a file stands where the folder is to be."""
    config.data.mkdir()
    folder(config).write_text("in the way")


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def flaws(config: Configuration) -> list[tuple[Flaw, str, int]]:
    return [(one.flaw, one.file, one.line) for one in verify(folder(config)).breaks]


def test_an_untouched_log_is_whole_over_its_files(tmp_path: Path) -> None:
    config = three_and_four(tmp_path)
    october, november = files_of(folder(config))
    assert (october.name, november.name) == ("2026-10.jsonl", "2026-11.jsonl")
    assert (len(lines(october)), len(lines(november))) == (3, 4)
    verdict = verify(folder(config))
    assert verdict.whole
    assert not verdict.unfinished
    head = read_head(folder(config))
    assert head is not None
    assert verdict.last == head.link
    assert verdict.last.n == 7


def test_a_log_that_was_never_begun_is_whole_and_empty(tmp_path: Path) -> None:
    assert verify(folder(house(tmp_path))).last == Link()


def test_one_byte_changed_anywhere_is_found_and_the_line_is_named(tmp_path: Path) -> None:
    config = three_and_four(tmp_path)
    for path in files_of(folder(config)):
        content = path.read_bytes()
        for place in range(len(content)):
            path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
            number = content[:place].count(b"\n") + 1
            found = flaws(config)
            assert found, (path.name, place)
            assert found[0][1:] == (path.name, number), (path.name, place)
        path.write_bytes(content)
    assert flaws(config) == []


def test_one_byte_taken_out_or_put_in_anywhere_is_found(tmp_path: Path) -> None:
    config = three_and_four(tmp_path)
    for path in files_of(folder(config)):
        content = path.read_bytes()
        for place in range(len(content)):
            path.write_bytes(content[:place] + content[place + 1 :])
            assert flaws(config), (path.name, place)
            path.write_bytes(content[:place] + b"0" + content[place:])
            assert flaws(config), (path.name, place)
        path.write_bytes(content)


@pytest.mark.parametrize(
    ("edit", "flaw", "line"),
    [
        (lambda all_: all_[:1] + all_[2:], Flaw.MISSING, 2),
        (lambda all_: all_[1:], Flaw.MISSING, 1),
        (lambda all_: [*all_[:2], all_[1], *all_[2:]], Flaw.ORDER, 3),
        (lambda all_: [all_[0], all_[2], all_[1], all_[3]], Flaw.MISSING, 2),
        (lambda all_: [*all_[:2], b'{"n":6}\n', *all_[2:]], Flaw.CHANGED, 3),
        (lambda all_: [*all_[:2], b"\n", *all_[2:]], Flaw.CHANGED, 3),
        (lambda all_: all_[:3], Flaw.CUT, 3),
        (lambda all_: [*all_[:3], all_[3][:-1]], Flaw.CHANGED, 4),
        (lambda all_: [*all_[:3], all_[3][:40]], Flaw.CHANGED, 4),
    ],
    ids=["removed", "first removed", "doubled", "swapped", "put in", "blank put in", "tail cut", "end of line cut",
         "half a line cut"],
)  # fmt: skip
def test_a_line_out_of_its_place_is_found_and_named(tmp_path: Path, edit, flaw: Flaw, line: int) -> None:
    config = three_and_four(tmp_path)
    november = files_of(folder(config))[1]
    november.write_bytes(b"".join(edit(lines(november))))
    assert flaws(config)[0] == (flaw, "2026-11.jsonl", line)


def test_a_removed_file_is_found(tmp_path: Path) -> None:
    config = three_and_four(tmp_path)
    october, november = files_of(folder(config))
    content = october.read_bytes()
    october.unlink()
    assert verify(folder(config)).breaks[0].detail == "1 to 3"
    assert flaws(config) == [(Flaw.MISSING, "2026-11.jsonl", 1)]
    october.write_bytes(content)
    november.unlink()
    assert flaws(config) == [(Flaw.CUT, "2026-10.jsonl", 3)]


def test_a_record_written_anew_with_its_hash_is_found_at_the_next(tmp_path: Path) -> None:
    config = three_and_four(tmp_path)
    november = files_of(folder(config))[1]
    old = lines(november)
    body = json.loads(old[1])
    before = Link(4, body.pop("before"))
    del body["n"], body["hash"]
    forged, _ = sealed(before, {**body, "who": "nobody"})
    november.write_bytes(b"".join([old[0], forged, *old[2:]]))
    assert flaws(config)[0] == (Flaw.REBOUND, "2026-11.jsonl", 3)


def test_a_cut_end_stays_found_when_more_is_written_after_it(tmp_path: Path) -> None:
    config = three_and_four(tmp_path)
    november = files_of(folder(config))[1]
    november.write_bytes(b"".join(lines(november)[:2]))
    record(config, What.SIGN_OUT, "later", at=NOVEMBER)
    broken = verify(folder(config)).breaks
    assert [(one.flaw, one.line, one.detail) for one in broken] == [(Flaw.MISSING, 3, "6 to 7")]


@pytest.mark.parametrize("left", [None, b"", b"{}", b'{"n":"x"'])
def test_a_head_that_is_gone_is_found_for_ever(tmp_path: Path, left: bytes | None) -> None:
    config = three_and_four(tmp_path)
    head = folder(config) / "head.json"
    head.unlink()
    if left is not None:
        head.write_bytes(left)
    assert flaws(config) == [(Flaw.HEAD, "2026-11.jsonl", 4)]
    record(config, What.SIGN_OUT, "later", at=NOVEMBER)
    assert flaws(config) == [(Flaw.HEADLESS, "2026-11.jsonl", 5)]
    assert verify(folder(config)).last.n == 9


@pytest.mark.parametrize(("name", "value"), [("n", 6), ("n", 8), ("hash", "0" * 64), ("size", 10), ("size", 99_999),
                                             ("file", "2026-10.jsonl"), ("file", "2026-12.jsonl")])  # fmt: skip
def test_a_changed_head_is_found(tmp_path: Path, name: str, value: object) -> None:
    config = three_and_four(tmp_path)
    head = folder(config) / "head.json"
    head.write_text(json.dumps({**json.loads(head.read_text()), name: value}))
    assert flaws(config)


def test_a_log_written_wholly_anew_is_found_by_a_head_kept_elsewhere(tmp_path: Path) -> None:
    config = three_and_four(tmp_path / "true")
    known = verify(folder(config)).last
    assert verify(folder(config), [known]).whole
    other = house(tmp_path / "false")
    for _ in range(9):
        record(other, What.VIEW, "somebody else", at=NOVEMBER)
    assert verify(folder(other)).whole
    assert [one.flaw for one in verify(folder(other), [known]).breaks] == [Flaw.KNOWN]
    assert [one.flaw for one in verify(folder(house(tmp_path / "none")), [known]).breaks] == [Flaw.KNOWN]


def test_whatever_a_killed_writer_leaves_of_a_line_is_closed_off_and_never_rewritten(tmp_path: Path) -> None:
    config = three_and_four(tmp_path)
    november = files_of(folder(config))[1]
    content, head = november.read_bytes(), (folder(config) / "head.json").read_bytes()
    last = verify(folder(config)).last
    line, _ = sealed(last, {"at": NOVEMBER.isoformat(), "what": "view", "who": "lan", "about": {"unit": "ạ"}})
    for cut in range(1, len(line) + 1):
        november.write_bytes(content + line[:cut])
        (folder(config) / "head.json").write_bytes(head)
        verdict = verify(folder(config))
        assert verdict.whole, cut
        assert verdict.unfinished == (cut < len(line)), cut
        record(config, What.SIGN_OUT, "next", at=NOVEMBER)
        assert flaws(config) == [], cut
        assert november.read_bytes().startswith(content + line[:cut])
        said = [link_of(one) is not None for one in november.read_bytes()[len(content) :].splitlines()]
        assert said == ([True, True] if cut >= len(line) - 1 else [False, True, True]), cut


def test_a_half_line_may_be_followed_by_another_and_by_the_next_month(tmp_path: Path) -> None:
    config = three_and_four(tmp_path)
    november = files_of(folder(config))[1]
    with november.open("ab") as opened:
        opened.write(b'{"n":8,"at"\n{"n":8,"at":"2026\r\n\n{"n":8')
    record(config, What.SIGN_OUT, "next", at=datetime(2026, 12, 1, tzinfo=UTC))
    assert flaws(config) == []
    assert [one.name for one in files_of(folder(config))][-1] == "2026-12.jsonl"
    (folder(config) / "2026-12.jsonl").write_bytes(b"")
    assert flaws(config)[0][0] is Flaw.CUT


def test_the_half_line_itself_can_neither_be_changed_nor_taken_out(tmp_path: Path) -> None:
    config = three_and_four(tmp_path)
    november = files_of(folder(config))[1]
    with november.open("ab") as opened:
        opened.write(b'{"n":8,"at"')
    record(config, What.SIGN_OUT, "next", at=NOVEMBER)
    content = november.read_bytes()
    november.write_bytes(content.replace(b'{"n":8,"at"\n', b'{"n":8,"aT"\n'))
    assert flaws(config) == [(Flaw.CHANGED, "2026-11.jsonl", 5)]
    november.write_bytes(content.replace(b'{"n":8,"at"\n', b""))
    assert flaws(config)[0] == (Flaw.CHANGED, "2026-11.jsonl", 5)


WRITE = """
import sys
from pathlib import Path
from access.audit import What, record
from campaign.configuration import parse
config = parse("[access]", Path(sys.argv[1]) / "config.toml")
for number in range(int(sys.argv[2])):
    record(config, What.VIEW, sys.argv[3], unit=f"{number}", filler="x" * 200)
    print(number, flush=True)
"""


def writing(place: Path, records: int, who: str) -> subprocess.Popen[bytes]:
    asked = [sys.executable, "-c", WRITE, str(place), str(records), who]
    return subprocess.Popen(asked, cwd=PROJECT, stdout=subprocess.PIPE)


def test_four_processes_write_one_whole_chain(tmp_path: Path) -> None:
    started = [writing(tmp_path, 200, f"user{number}") for number in range(4)]
    for one in started:
        one.communicate()
        assert one.returncode == 0
    config = house(tmp_path)
    assert flaws(config) == []
    found = list(latest(folder(config), Wanted()))
    assert [one.n for one in found] == list(range(800, 0, -1))
    for number in range(4):
        mine = [one.about["unit"] for one in reversed(found) if one.who == f"user{number}"]
        assert mine == [str(one) for one in range(200)]


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_writer_killed_at_any_moment_leaves_a_log_that_goes_on_whole(tmp_path: Path) -> None:
    config, written = house(tmp_path), 0
    for seconds in (0.0, 0.003, 0.011, 0.05, 0.1, 0.17):
        one = writing(tmp_path, 100_000, "killed")
        assert one.stdout is not None
        one.stdout.readline()
        time.sleep(seconds)
        os.kill(one.pid, signal.SIGKILL)
        told = 1 + len(one.communicate()[0].splitlines())
        written += told
        assert verify(folder(config)).whole
        record(config, What.SIGN_OUT, "after")
        verdict = verify(folder(config))
        assert verdict.whole
        assert not verdict.unfinished
        stand = [entry.who for entry in latest(folder(config), Wanted())]
        assert stand.count("killed") >= written  # whatever was told as written stands


@given(st.lists(st.tuples(st.sampled_from(list(What)[:20]), st.text(max_size=400), st.text(max_size=400),
                          st.dictionaries(st.text(min_size=1, max_size=60), st.one_of(
                              st.text(max_size=900), st.integers(), st.booleans(), st.none(), st.floats(),
                              st.lists(st.text(max_size=20), max_size=40)), max_size=30)),
                min_size=1, max_size=6), st.data())  # fmt: skip
def test_whatever_people_type_makes_one_line_each_and_no_line_can_be_dropped(
    tmp_path_factory: pytest.TempPathFactory, made, data: st.DataObject
) -> None:
    config = house(tmp_path_factory.mktemp("audit"))
    for what, who, ip, about in made:
        named = {name: value for name, value in about.items() if name not in ("who", "ip", "campaign", "at", "what")}
        named.pop("config", None)
        record(config, what, who, ip, at=NOVEMBER, **named)
    path = files_of(folder(config))[0]
    content = path.read_bytes()
    text = content.decode()
    assert len(text.splitlines()) == content.count(b"\n") == len(made)
    assert all(one.isprintable() or one == "\n" for one in text)
    assert max(len(line) for line in text.splitlines()) < 40_000
    assert flaws(config) == []
    dropped = data.draw(st.integers(0, len(made) - 1))
    kept = lines(path)
    path.write_bytes(b"".join(kept[:dropped] + kept[dropped + 1 :]))
    assert flaws(config)


def test_a_line_break_in_a_name_forges_no_record(tmp_path: Path) -> None:
    config = house(tmp_path)
    record(
        config, What.SIGN_IN_FAILED, 'x"}\n{"n":2,"what":"sign_in","who":"admin', "1.1.1.1\r\n", agent="\x1b[2J" * 99
    )
    (one,) = latest(folder(config), Wanted())
    assert one.who == 'x"}\\u000a{"n":2,"what":"sign_in","who":"admin'
    assert one.ip == "1.1.1.1\\u000d\\u000a"
    assert len(str(one.about["agent"])) == 300


def test_the_values_of_an_address_are_not_written_down(tmp_path: Path) -> None:
    config = house(tmp_path)
    record(config, What.PULL, "lan", url="https://lan:matkhau@example.vn/a?token=bimat")
    (one,) = latest(folder(config), Wanted())
    assert "matkhau" not in one.line
    assert "bimat" not in one.line


def test_what_must_not_go_unrecorded_is_refused_when_the_log_cannot_be_written(tmp_path: Path) -> None:
    config = house(tmp_path)
    in_the_way(config)
    for what in (What.SIGN_IN, What.DOWNLOAD, What.SUBMIT, What.DECIDE, What.EXPLAIN, What.ISSUE, What.ACCOUNT):
        with pytest.raises(SourceError, match="audit log"):
            record(config, what, "lan")


def test_a_view_goes_on_while_the_log_cannot_be_written_and_is_written_down_later(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = house(tmp_path)
    in_the_way(config)
    with caplog.at_level(logging.CRITICAL):
        record(config, What.VIEW, "lan", at=OCTOBER, unit="09187")
    assert "09187" in caplog.text
    folder(config).unlink()
    record(config, What.SIGN_OUT, "lan", at=NOVEMBER)
    later, first = latest(folder(config), Wanted())
    assert (first.what, first.at, first.about["unit"]) == ("view", OCTOBER, "09187")
    assert later.what == "sign_out"
    assert '"late":true' in first.line
    assert flaws(config) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is full")
def test_a_full_disk_refuses_a_sign_in_and_the_log_stays_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = three_and_four(tmp_path)
    november = files_of(folder(config))[1]
    real = Path.open

    def full(self: Path, mode: str = "r", *args, **more):
        return real(Path("/dev/full") if self == november and "a" in mode else self, mode, *args, **more)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", full)
        with pytest.raises(SourceError, match="No space left"):
            record(config, What.SIGN_IN, "lan", at=NOVEMBER)
    record(config, What.SIGN_IN, "lan", at=NOVEMBER)
    assert flaws(config) == []
    assert verify(folder(config)).last.n == 8


def test_what_was_late_is_written_once_however_often_the_disk_fails_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = house(tmp_path)
    in_the_way(config)
    for user in ("first", "second"):
        record(config, What.VIEW, user, at=NOVEMBER)
    folder(config).unlink()
    real, room = Writer.append, [2, 1, 9]  # how many records the disk takes before it is full again

    def until_full(self: Writer, line, month: str) -> Link:
        if room[0] == 0:
            room.pop(0)
            raise OSError(28, "No space left on device")
        room[0] -= 1
        return real(self, line, month)

    monkeypatch.setattr(Writer, "append", until_full)
    for user in ("third", "fourth", "fifth"):
        record(config, What.VIEW, user, at=NOVEMBER)
    assert [one.who for one in latest(folder(config), Wanted())] == ["fifth", "fourth", "third", "second", "first"]
    assert flaws(config) == []


def test_a_clock_set_back_moves_no_record_to_an_earlier_file(tmp_path: Path) -> None:
    config = three_and_four(tmp_path)
    record(config, What.VIEW, "back", at=OCTOBER)
    assert len(lines(files_of(folder(config))[1])) == 5
    assert flaws(config) == []


def test_records_are_found_by_who_what_and_local_day_latest_first(tmp_path: Path) -> None:
    config = house(tmp_path)
    record(config, What.VIEW, "Lan.Nguyen", at=datetime(2026, 10, 31, 18, tzinfo=UTC))  # 01:00 on 1 November here
    record(config, What.SIGN_IN, "minh", at=datetime(2026, 11, 1, 16, tzinfo=UTC))
    record(config, What.VIEW, "minh", at=datetime(2026, 11, 1, 18, tzinfo=UTC))  # 01:00 on 2 November

    def numbers(**asked) -> list[int]:
        return [one.n for one in latest(folder(config), Wanted(zone=config.zone, **asked))]

    assert numbers() == [3, 2, 1]
    assert numbers(since=date(2026, 11, 1), until=date(2026, 11, 1)) == [2, 1]
    assert numbers(since=date(2026, 11, 2)) == [3]
    assert numbers(until=date(2026, 10, 31)) == []
    assert numbers(who="nguyen") == [1]
    assert numbers(what="view") == [3, 1]
    assert numbers(before=3, who="minh") == [2]


def test_only_what_is_bounded_is_kept_of_many_values() -> None:
    assert audit.plain("a" * 1000) == "a" * 299 + "…"
    assert audit._value(list(range(25))) == [*(str(one) for one in range(20)), "… +5"]
    assert audit._value({"b", "a"}) == ["a", "b"]


def test_a_flood_of_failures_is_counted_and_does_not_fill_the_disk(tmp_path: Path) -> None:
    config = house(tmp_path)
    for second in range(200):
        record(config, What.SIGN_IN_FAILED, "lan", "10.0.0.9", at=NOVEMBER + timedelta(seconds=second / 10))
    record(config, What.SIGN_IN_FAILED, "lan", "10.0.0.8", at=NOVEMBER + timedelta(seconds=20))
    record(config, What.SIGN_IN_FAILED, "lan", "10.0.0.9", at=NOVEMBER + timedelta(seconds=61))
    last, other, *flood = latest(folder(config), Wanted())
    assert len(flood) == 60
    assert (other.ip, other.about) == ("10.0.0.8", {})
    assert last.about == {"unwritten": 140}


def test_a_flood_from_many_places_is_counted_too(tmp_path: Path) -> None:
    config = house(tmp_path)
    for number in range(700):
        record(config, What.REFUSED, "", f"2001:db8::{number:x}", at=NOVEMBER)
    assert len(list(latest(folder(config), Wanted()))) == 600
    record(config, What.SIGN_IN, "lan", at=NOVEMBER)  # what has to be written is
    assert next(latest(folder(config), Wanted())).what == "sign_in"


def test_what_one_place_left_out_is_told_though_the_place_is_left_out_with_all_others(tmp_path: Path) -> None:
    config, minute = house(tmp_path), timedelta(seconds=61)
    for _ in range(100):  # 40 are left out
        record(config, What.SIGN_IN_FAILED, "lan", "10.0.0.9", at=NOVEMBER)
    for number in range(600):
        record(config, What.SIGN_IN_FAILED, "", f"2001:db8::{number:x}", at=NOVEMBER + minute)
    record(config, What.SIGN_IN_FAILED, "lan", "10.0.0.9", at=NOVEMBER + minute)
    record(config, What.SIGN_IN_FAILED, "lan", "10.0.0.9", at=NOVEMBER + 2 * minute)
    found = list(latest(folder(config), Wanted()))
    assert len(found) + sum(one.about.get("unwritten", 0) for one in found) == 702
