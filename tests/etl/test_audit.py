"""The audit log around the rest of the house: backups keep it, restores never shorten it, doctor judges it."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from access.admission import Admission
from access.audit import What, folder, record
from access.chain import files_of, read_head
from access.entries import Entry, Wanted, latest
from access.verifying import verify
from campaign.configuration import Configuration
from campaign.errors import ContractError, SourceError
from etl.audit_kept import judged
from etl.audited import configuration_told
from etl.backup import _contents, backup, restore, run_scheduled
from etl.configured import load
from etl.doctor import examine
from etl.envelope import Kind, Sender
from etl.rights import admission_of, viewer_at
from etl.submitted import submit, submit_decisions, take_all
from tests.warehouse.small import ID, Small, counts

AT = datetime(2026, 11, 22, 1, tzinfo=UTC)


def looked(config: Configuration, *users: str) -> None:
    for one in users:
        record(config, What.VIEW, one, at=AT, page="unit", unit="00101")


def told(config: Configuration) -> list[Entry]:
    return list(reversed(list(latest(folder(config), Wanted()))))


def said(config: Configuration) -> list[tuple[bool, str]]:
    return [(one.well, one.words) for one in examine(config) if one.subject.startswith("audit log")]


def test_doctor_says_that_the_log_is_whole_and_names_its_last_record(small: Small) -> None:
    assert said(small.config) == [(True, "0 records, whole")]
    looked(small.config, "lan", "minh")
    head = read_head(folder(small.config))
    assert head is not None
    assert said(small.config) == [(True, f"2 records, whole; the last is 2:{head.link.hash}")]


def test_doctor_names_the_first_broken_line_and_fails(small: Small) -> None:
    looked(small.config, "lan", "minh", "hoa")
    path = files_of(folder(small.config))[0]
    path.write_bytes(path.read_bytes().replace(b"minh", b"nobd"))
    assert said(small.config) == [(False, "2026-11.jsonl, line 2: what stands here is not a record as it was written")]
    code, out, _ = small.command("doctor")
    assert code == 1
    assert "FAIL audit log: 2026-11.jsonl, line 2" in out


def test_doctor_says_when_the_log_can_be_neither_read_nor_written_here(small: Small) -> None:
    looked(small.config, "lan")
    (folder(small.config) / "2026-12.jsonl").mkdir()  # as good as a file of another user's
    changed, unwritten = said(small.config)
    assert changed[1].startswith("2026-12.jsonl, line 1: what stands here is not a record as it was written (")
    assert unwritten[1].startswith("cannot be written by whoever runs this (")
    assert not changed[0]
    assert not unwritten[0]


def test_doctor_says_when_the_log_can_be_read_and_not_written_here(small: Small) -> None:
    looked(small.config, "lan")
    (folder(small.config) / "lock").unlink()
    (folder(small.config) / "lock").mkdir()
    unwritten, whole = said(small.config)
    assert (unwritten[0], whole[0]) == (False, True)
    assert unwritten[1].startswith("cannot be written by whoever runs this (")


def test_a_log_written_anew_after_a_backup_is_found_by_what_the_backup_remembers(small: Small) -> None:
    looked(small.config, "lan", "minh", "hoa")
    backup(small.config, small.config.backup.path / "last.candich.zip")
    assert judged(small.config).whole
    shutil.rmtree(folder(small.config))
    looked(small.config, "lan", "hoa")
    assert verify(folder(small.config)).whole  # by itself it is: that is what the backup is for
    assert said(small.config) == [(False, "a record is not the one that was noted elsewhere (record 3 is not there)")]


def test_a_restore_on_an_empty_machine_brings_the_log_back_and_says_so_in_it(small: Small) -> None:
    small.send(counts(("00101", "3", 10)))
    looked(small.config, "lan", "minh")
    file = small.folder / "b.candich.zip"
    backup(small.config, file)
    shutil.rmtree(small.config.data)
    assert small.command("restore", str(file))[0] == 0
    assert [(one.what, one.who) for one in told(small.config)][:2] == [("view", "lan"), ("view", "minh")]
    last = told(small.config)[-1]
    assert (last.n, last.what, last.about["file"]) == (3, "restore", "b.candich.zip")
    assert last.who.startswith("terminal:")
    assert verify(folder(small.config)).whole


def test_a_restore_never_shortens_a_longer_log(small: Small) -> None:
    small.send(counts(("00101", "3", 10)))
    looked(small.config, "lan")
    file = small.folder / "b.candich.zip"
    backup(small.config, file)
    looked(small.config, "minh", "hoa")
    before = folder(small.config).joinpath("2026-11.jsonl").read_bytes()
    assert restore(small.config, file)["differing"] == []
    assert folder(small.config).joinpath("2026-11.jsonl").read_bytes() == before
    assert verify(folder(small.config)).last.n == 3


def test_a_restore_gives_back_the_end_that_was_cut_off(small: Small) -> None:
    small.send(counts(("00101", "3", 10)))
    looked(small.config, "lan", "minh")
    file = small.folder / "b.candich.zip"
    backup(small.config, file)
    path = files_of(folder(small.config))[0]
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    assert not verify(folder(small.config)).whole
    assert restore(small.config, file)["differing"] == []
    assert verify(folder(small.config)).last.n == 2
    assert verify(folder(small.config)).whole


def test_another_houses_log_is_laid_beside_ours_and_both_are_whole_and_kept_from_then_on(
    small: Small, tmp_path: Path
) -> None:
    small.send(counts(("00101", "3", 10)))
    looked(small.config, "lan", "minh")
    file = small.folder / "b.candich.zip"
    backup(small.config, file)
    other = Small(tmp_path / "other")
    looked(other.config, "hoa")
    assert restore(other.config, file)["differing"] == ["audit"]
    assert [one.who for one in told(other.config)] == ["hoa"]
    (beside,) = (folder(other.config) / "kept").iterdir()
    assert verify(beside).last.n == 2
    assert [well for well, _ in said(other.config)] == [True, True]
    again = tmp_path / "again.candich.zip"
    backup(other.config, again)
    assert judged(other.config).whole
    shutil.rmtree(other.config.data)
    restore(other.config, again)
    assert verify(folder(other.config) / "kept" / beside.name).last.n == 2
    path = files_of(folder(other.config) / "kept" / beside.name)[0]
    path.write_bytes(path.read_bytes().replace(b"minh", b"hinm"))
    assert [well for well, _ in said(other.config)] == [True, False]
    other.close()


def test_a_line_half_written_while_a_backup_is_made_comes_back_as_it_was(small: Small) -> None:
    small.send(counts(("00101", "3", 10)))
    looked(small.config, "lan")
    with files_of(folder(small.config))[0].open("ab") as opened:
        opened.write(b'{"n":2,"at":"2026')
    file = small.folder / "b.candich.zip"
    backup(small.config, file)
    shutil.rmtree(small.config.data)
    restore(small.config, file)
    assert verify(folder(small.config)).unfinished
    looked(small.config, "minh")
    assert verify(folder(small.config)).whole
    assert [one.what for one in told(small.config)] == ["view", "torn", "view"]


def test_commands_that_change_what_is_served_leave_word_of_who_and_what(small: Small) -> None:
    small.send(counts(("00101", "3", 10)))
    small.send(counts(("00101", "4", 20)))
    assert small.command("rollback", "--campaign", ID)[0] == 0
    assert small.command("rebuild", "--campaign", ID)[0] == 0
    assert small.command("backup", "--out", str(small.folder / "b.zip"))[0] == 0
    assert small.command("rollback", "--campaign", ID, "--to", "v999999")[0] == 2
    found = [(one.what, one.campaign, one.about.get("version")) for one in told(small.config)]
    assert found == [("rollback", ID, "v000001"), ("rebuild", ID, "v000003"), ("backup", "", None)]
    assert all(one.who.startswith("terminal:") for one in told(small.config))


def test_a_changed_configuration_is_told_by_its_keys_and_never_by_its_values(small: Small) -> None:
    assert configuration_told(small.config, AT) == []
    assert configuration_told(small.config, AT) == []
    path = small.config.path
    path.write_text(path.read_text() + '\n[status]\nsilent_days = 3\n[[source]]\nname = "vao"\ncampaign = "nho"\n'
                    'kind = "http"\nurl = "https://example.vn/bi-mat"\n')  # fmt: skip
    (path.parent / "targets.csv").write_text("unit_code,target\n00101,101\n00102,200\n00201,100\n")
    changed = configuration_told(load(path), AT)
    assert changed == ["file targets.csv", "source[vao].campaign", "source[vao].kind", "source[vao].name",
                       "source[vao].url", "status.silent_days"]  # fmt: skip
    assert [one.what for one in told(small.config)] == ["configuration", "configuration"]
    assert told(small.config)[-1].about["changed"] == changed
    everything = b"".join(one.read_bytes() for one in folder(small.config).rglob("*") if one.is_file())
    assert b"bi-mat" not in everything


def test_every_grant_of_one_user_and_every_file_of_one_name_is_told_apart(small: Small) -> None:
    two = '[access]\n[[access.grant]]\nuser = "lan"\nrole = "{}"\n[[access.grant]]\nuser = "lan"\nrole = "viewer"\n'
    other = '[[campaign]]\nid = "hai"\nname = "Hai"\nstart = 2025-02-03\nend = 2025-02-07\nunits = "b/units.csv"\n'
    small.write("b/units.csv", small.units)
    small.write("config.toml", small.config_text + other + two.format("clerk"))
    configuration_told(small.config, AT)
    small.write("config.toml", small.config_text + other + two.format("administrator"))
    small.write("units.csv", small.units.replace("Xã An", "Xã Ân"))
    assert configuration_told(small.config, AT) == ["access.grant[lan].role", "file units.csv"]


def test_grants_that_count_at_once_are_told_at_once_and_once(small: Small) -> None:
    head = "user,role\n"
    small.write("config.toml", small.config_text + '[access]\ngrants_file = "b/grants.csv"\n')
    small.write("b/grants.csv", head)
    configuration_told(small.config, AT)
    sender, here, elsewhere = Sender("lan", ""), admission_of(small.config), Admission(small.config)
    assert not viewer_at(small.config, sender, AT).grants
    assert len(told(small.config)) == 1
    small.write("b/grants.csv", head + "lan,administrator\n")
    assert viewer_at(small.config, sender, AT).administers
    assert here is admission_of(small.config)
    assert elsewhere.viewer_at("lan", {}, AT.date()).administers
    small.write("b/grants.csv", head)
    assert not viewer_at(small.config, sender, AT).grants
    small.write("b/grants.csv", "nothing of the kind\n")
    with pytest.raises(SourceError):
        viewer_at(small.config, sender, AT)
    found = [(one.what, one.who, one.about["changed"]) for one in told(small.config)[1:]]
    assert found == [("configuration", "house", ["file b/grants.csv"])] * 3
    assert configuration_told(small.config, AT) == []


def test_the_command_prints_what_was_asked_for_and_proves_a_record_noted_elsewhere(small: Small) -> None:
    looked(small.config, "lan", "minh", "=1+1")
    code, out, _ = small.command("audit", "--format", "csv")
    assert code == 0
    assert out.splitlines()[0] == "n,at,what,who,ip,campaign,about,hash"
    assert [line.split(",")[3] for line in out.splitlines()[1:]] == ["lan", "minh", "=1+1"]
    code, out, _ = small.command("audit", "--who", "lan", "--format", "json")
    assert [one["n"] for one in json.loads(out)] == [1]
    assert small.command("audit", "--last", "1")[1].splitlines()[1].split()[0] == "3"
    assert small.command("audit", "--format", "lines")[1].encode() == files_of(folder(small.config))[0].read_bytes()
    assert small.command("audit", "--since", "2026-11-23", "--format", "csv")[1].count("\n") == 1
    head = read_head(folder(small.config))
    assert head is not None
    assert small.command("audit", "--verify", "--known", str(head.link))[0] == 0
    code, out, errors = small.command("audit", "--verify", "--known", f"2:{head.link.hash}")
    assert code == 1
    assert "line 2" in out
    assert errors.startswith("audit log: is not whole")
    assert small.command("audit", "--verify", "--known", "2")[0] == 2
    assert small.command("audit", "--what", "nothing")[0] == 2


@pytest.mark.parametrize("name", ["audit/../../x", "/etc/x"])
def test_a_backup_names_no_place_outside_the_log(small: Small, name: str) -> None:
    with pytest.raises(ContractError):
        _contents(small.folder, {"campaigns": {}, "files": {name: "0"}})


ASKED = Sender("lan.nguyen", "Nguyễn Thị Lan")


def test_what_is_handed_in_is_on_record_before_it_is_taken_in_and_again_with_what_became_of_it(small: Small) -> None:
    name = submit(small.config, ID, Kind.FILES, ASKED, [("a.csv", counts(("00101", "3", 10)).encode())], "", "10.0.0.7")
    (sent,) = told(small.config)
    assert (sent.what, sent.who, sent.ip, sent.campaign) == ("submit", "lan.nguyen", "10.0.0.7", ID)
    assert (sent.about["envelope"], sent.about["file"]) == (name, ["a.csv"])
    take_all(small.config)
    taken = told(small.config)[-1]
    assert (taken.what, taken.who, taken.about["envelope"]) == ("admit", "lan.nguyen", name)
    assert (taken.about["accepted"], taken.about["version"]) == (1, "v000001")


def test_what_is_handed_in_and_refused_is_on_record_with_the_reason(small: Small) -> None:
    name = submit(small.config, ID, Kind.FILES, ASKED, [("a.xlsx", b"not a workbook")])
    take_all(small.config)
    sent, refused = told(small.config)
    assert (sent.what, refused.what, refused.about["envelope"]) == ("submit", "refused", name)
    assert "a.xlsx" in str(refused.about["why"])


def test_nothing_is_handed_in_while_the_log_cannot_be_written(small: Small) -> None:
    small.config.data.mkdir(exist_ok=True)
    folder(small.config).write_text("in the way")
    with pytest.raises(SourceError, match="audit log"):
        submit(small.config, ID, Kind.FILES, ASKED, [("a.csv", b"x")])
    assert not list((small.config.data / "submitted").iterdir())


def test_decisions_and_explanations_are_told_apart_and_their_words_are_not_in_the_log(small: Small) -> None:
    submit_decisions(small.config, ID, ASKED, [{"what": "accept", "reason": "riêng tư"}, {"what": "dismiss"}])
    submit_decisions(small.config, ID, ASKED, [{"what": "explain", "reason": "riêng tư"}])
    decided, explained = told(small.config)
    assert (decided.what, decided.about["did"]) == ("decide", ["accept 1", "dismiss 1"])
    assert (explained.what, explained.about["did"]) == ("explain", ["explain 1"])
    assert b"ri\xc3\xaang" not in files_of(folder(small.config))[0].read_bytes()


def test_a_load_from_the_terminal_is_on_record_and_one_that_only_looks_is_not(small: Small) -> None:
    file = small.write("r.csv", counts(("00101", "3", 10)))
    assert small.command("ingest", "--campaign", ID, "--dry-run", str(file))[0] == 0
    assert told(small.config) == []
    assert small.command("ingest", "--campaign", ID, str(file))[0] == 0
    (sent,) = told(small.config)
    assert (sent.what, sent.campaign, sent.about["file"]) == ("submit", ID, ["r.csv"])


def test_the_nightly_backup_is_on_record_as_nobodys(small: Small) -> None:
    small.send(counts(("00101", "3", 10)))
    run_scheduled(small.config)
    (made,) = told(small.config)
    assert (made.what, made.who) == ("backup", "house")
