"""Messages on the wire: real servers on loopback, figures added up by hand (tests/pages/house.py)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from campaign.errors import ConfigError, SourceError, UsageError
from etl import messages
from etl.commands import main
from etl.configured import load
from etl.job import jobs
from etl.outbox import Outbox, State, Why
from tests.etl.receivers import campaign, mail_server, web_server

EVENING = datetime(2025, 3, 3, 10, 30, tzinfo=UTC)  # 17:30 of day 3, the time of the message
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    return campaign(tmp_path_factory.mktemp("house"))


@pytest.fixture(autouse=True)
def empty_outbox(house):
    shutil.rmtree(house.parent / "data" / "messages", ignore_errors=True)


@pytest.fixture
def config(house):
    return load(house)


def kept(config):
    return [(one.state, one.attempt, one.why) for one in Outbox(config).notes()]


def test_the_brief_arrives_whole_and_once(config, monkeypatch):
    with mail_server() as (box, address):
        monkeypatch.setenv("TO", address)
        assert messages.send_due(config, EVENING) == {"sent": 1, "refused": 0, "unknown": 0}
        assert messages.send_due(config, EVENING + MINUTE) == {"sent": 0, "refused": 0, "unknown": 0}
        assert messages.send_due(config, EVENING + 40 * MINUTE) == {"sent": 0, "refused": 0, "unknown": 0}
    assert len(box.got) == 1
    told = box.texts[0]
    # 550 of 1,000 against 600 planned; 190 done today of the 214 needed; b2 has 180 of the 460 left
    assert "Tỉnh Thử chậm 50 thông tin so với kế hoạch." in told
    assert "Ngày 3/5: đạt 55,0%, kế hoạch 60,0%" in told
    assert "Hôm nay làm 190/214, thiếu 24." in told
    assert "2 ngày không phát sinh, còn 180" in told
    assert box.got[0][1]["subject"] == "Tin nhanh 03/03/2025: Tỉnh Thử"
    assert box.got[0][0] == ["lanhdao@tinh.example"]
    assert kept(config) == [(State.SENDING, 1, ""), (State.SENT, 1, "")]


def test_nothing_goes_out_before_its_time_or_an_hour_after_it(config, monkeypatch):
    with mail_server() as (box, address):
        monkeypatch.setenv("TO", address)
        assert messages.send_due(config, EVENING - MINUTE) == {}
        assert messages.send_due(config, EVENING + 61 * MINUTE) == {}
    assert box.tried == 0


def test_a_time_before_the_cut_off_sends_the_day_before_and_nothing_more_after_it(tmp_path, monkeypatch):
    config = load(campaign(tmp_path, schedule="45 16 * * *"))
    with mail_server() as (box, address):
        monkeypatch.setenv("TO", address)
        for minutes in (0, 10, 20, 50):  # the cut-off is at 17:00
            messages.send_due(config, EVENING + (minutes - 45) * MINUTE)
    assert [mail["subject"] for _, mail in box.got] == ["Tin nhanh 02/03/2025: Tỉnh Thử"]


def test_old_figures_do_not_go_out_by_themselves(config, monkeypatch):
    with mail_server() as (box, address):
        monkeypatch.setenv("TO", address)
        messages.send_due(config, EVENING + timedelta(days=30))  # the campaign ended on 5 March
        messages.send_due(config, EVENING - timedelta(days=30))  # it had not begun
    assert (box.tried, kept(config)) == (0, [])


@pytest.mark.parametrize("answer", ["550 no", "450 later", "rcpt refused"])
def test_a_server_that_refuses_is_tried_again_later_and_got_nothing(config, monkeypatch, answer):
    with mail_server(answer) as (box, address):
        monkeypatch.setenv("TO", address)
        with pytest.raises(SourceError, match=r"not taken: toi → mailto \(TO\) \(turned_down\)"):
            messages.send_due(config, EVENING)
        assert (box.got, box.tried) == ([], 1)
    assert kept(config) == [(State.SENDING, 1, ""), (State.REFUSED, 1, Why.TURNED_DOWN)]


def test_what_was_refused_goes_out_once_the_server_takes_it(config, monkeypatch):
    clock = [EVENING]
    monkeypatch.setattr(messages, "_now", lambda: clock[0])
    with mail_server("451 busy", "250 OK") as (box, address):
        monkeypatch.setenv("TO", address)
        with pytest.raises(SourceError):
            messages.send_due(config, clock[0])
        clock[0] += timedelta(seconds=30)
        assert messages.send_due(config, clock[0]) == {"sent": 0, "refused": 0, "unknown": 0}  # it waits a minute
        clock[0] += timedelta(seconds=31)
        assert messages.send_due(config, clock[0]) == {"sent": 1, "refused": 0, "unknown": 0}
        clock[0] += timedelta(minutes=20)
        messages.send_due(config, clock[0])
    assert (len(box.got), box.tried) == (1, 2)


def test_refusals_end_after_five_attempts(config, monkeypatch):
    clock = [EVENING]
    monkeypatch.setattr(messages, "_now", lambda: clock[0])
    with mail_server("550 no") as (box, address):
        monkeypatch.setenv("TO", address)
        for _ in range(60):
            with suppress(SourceError):
                messages.send_due(config, clock[0])
            clock[0] += MINUTE
    assert (box.tried, box.got) == (5, [])


def test_a_server_that_took_it_and_fell_silent_is_never_tried_again(config, monkeypatch):
    with mail_server("hang") as (box, address):
        monkeypatch.setenv("TO", address)
        assert messages.send_due(config, EVENING) == {"sent": 0, "refused": 0, "unknown": 1}
        assert messages.send_due(config, EVENING + 30 * MINUTE) == {"sent": 0, "refused": 0, "unknown": 0}
        assert [one.state for one in messages.send_now(config, "toi", EVENING)] == [State.UNKNOWN]
    assert len(box.got) == 1
    assert kept(config)[-1] == (State.UNKNOWN, 1, Why.NO_ANSWER)


@pytest.mark.parametrize("answer", ["?? what was that", "299 perhaps"])
def test_a_server_whose_answer_turns_nothing_down_is_never_tried_again(config, monkeypatch, answer):
    with mail_server(answer) as (box, address):
        monkeypatch.setenv("TO", address)
        assert messages.send_due(config, EVENING) == {"sent": 0, "refused": 0, "unknown": 1}
        assert messages.send_due(config, EVENING + 30 * MINUTE) == {"sent": 0, "refused": 0, "unknown": 0}
    assert box.tried == 1


def test_a_person_sends_again_what_nobody_knows(config, monkeypatch):
    with mail_server("hang", "250 OK") as (box, address):
        monkeypatch.setenv("TO", address)
        messages.send_due(config, EVENING)
        key = Outbox(config).notes()[-1].key
        assert [one.state for one in messages.resend(config, key, EVENING)] == [State.SENT]
        assert len(box.got) == 2
        with pytest.raises(UsageError, match="was sent"):
            messages.resend(config, key, EVENING)
        with pytest.raises(UsageError, match="no message on record"):
            messages.resend(config, "toi/other", EVENING)


@pytest.mark.parametrize(
    ("answer", "state", "why"),
    [
        (200, State.SENT, ""),
        (403, State.REFUSED, Why.TURNED_DOWN),
        (503, State.REFUSED, Why.TURNED_DOWN),
        (500, State.UNKNOWN, Why.NO_ANSWER),
        (0, State.UNKNOWN, Why.NO_ANSWER),
    ],
)
def test_a_web_address_is_believed_by_its_answer(config, monkeypatch, answer, state, why):
    with web_server(answer) as (got, address):
        monkeypatch.setenv("TO", address)
        note = messages.send_now(config, "toi", EVENING)[0]
        assert (note.state, note.why) == (state, why)
        assert len(got) == 1
    assert "Hôm nay làm 190/214" in got[0]["message"]


@pytest.mark.parametrize("code", [301, 302, 307, 308])
def test_a_web_address_that_leads_elsewhere_is_not_followed_and_not_believed(config, monkeypatch, code):
    with web_server() as (elsewhere, other), web_server(code, leads_to=other) as (got, address):
        monkeypatch.setenv("TO", address)
        assert messages.send_due(config, EVENING) == {"sent": 0, "refused": 0, "unknown": 1}
        assert messages.send_due(config, EVENING + 30 * MINUTE)["sent"] == 0
    assert (len(got), elsewhere) == (1, [])
    assert Outbox(config).notes()[-1].code == str(code)


def test_a_server_that_cannot_be_reached_got_nothing(config, monkeypatch):
    for address in ("json://127.0.0.1:9/x", "mailto://127.0.0.1:9/?from=a@b.example&to=c@d.example&cto=1"):
        monkeypatch.setenv("TO", address)
        note = messages.send_now(config, "toi", EVENING)[0]
        assert (note.state, note.why) == (State.REFUSED, Why.NOT_REACHED)


def test_each_mailbox_is_a_message_of_its_own(config, monkeypatch):
    with mail_server() as (box, address), web_server() as (got, other):
        two = address.replace("to=lanhdao@tinh.example", "to=lanhdao@tinh.example,phong@tinh.example")
        monkeypatch.setenv("TO", f"{two}\n{other}")
        notes = messages.send_now(config, "toi", EVENING)
    assert [one.to for one in notes] == ["mailto (TO #1)", "mailto (TO #2)", "json (TO #3)"]
    assert len({one.key for one in notes}) == 3
    assert [tos for tos, _ in box.got] == [["lanhdao@tinh.example"], ["phong@tinh.example"]]
    assert len(got) == 1


def test_what_may_have_gone_out_before_a_restore_is_listed_and_not_sent_again(config, monkeypatch):
    with mail_server() as (box, address):
        monkeypatch.setenv("TO", address)
        assert messages.send_due(config, EVENING)["sent"] == 1
        shutil.rmtree(config.data / "messages")
        Outbox(config).was_restored(EVENING + MINUTE)
        assert messages.send_due(config, EVENING + 2 * MINUTE) == {"sent": 0, "refused": 0, "unknown": 1}
        assert messages.send_due(config, EVENING + 3 * MINUTE)["unknown"] == 0
        (note,) = Outbox(config).notes()
        assert (len(box.got), note.state, note.why) == (1, State.UNKNOWN, Why.CUT_SHORT)
        assert [one.state for one in messages.resend(config, note.key, EVENING + 4 * MINUTE)] == [State.SENT]
    assert len(box.got) == 2


def test_an_address_or_a_unit_given_twice_gets_one_message(tmp_path, monkeypatch):
    config = load(campaign(tmp_path, units=("A", "A"), to=("env:TO", "env:TOO")))
    with mail_server() as (box, address):
        monkeypatch.setenv("TO", f"{address} {address}")
        monkeypatch.setenv("TOO", address)
        assert messages.send_due(config, EVENING) == {"sent": 1, "refused": 0, "unknown": 0}
        assert [one.state for one in messages.send_now(config, "toi", EVENING + MINUTE)] == [State.SENT]
    assert len(box.got) == 1


@pytest.mark.parametrize("to", ['"{}"', '["env:TO", "{}"]', '{{ one = "{}" }}', '[["{}"]]', "[1]", "[]"])
def test_an_address_written_into_the_configuration_is_refused_and_not_repeated(tmp_path, to):
    config = campaign(tmp_path, days=1)
    written = "mailto://me:hunter2@mail.example"
    config.write_text(config.read_text("utf-8").replace('["env:TO"]', to.format(written)), "utf-8")
    with pytest.raises(ConfigError) as refused:
        load(config)
    assert "message[1]: to: a list like" in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_a_district_gets_its_own_and_nothing_of_the_others(tmp_path, monkeypatch):
    config = load(campaign(tmp_path, units=("B",)))
    with web_server() as (got, address):
        monkeypatch.setenv("TO", address)
        messages.send_now(config, "toi", EVENING)
    told = got[0]["message"]
    # B: 170 of 400 against 240 planned; b2's 180 of the 240 left there
    assert "Huyện Bình chậm 70 thông tin so với kế hoạch." in told
    assert "Ngày 3/5: đạt 42,5%" in told
    assert "còn 180" in told
    assert not any(word in told for word in ("Tỉnh Thử", "Huyện An", "Xã Đông", "script", "1.000"))


def test_a_brief_links_to_the_plain_page_of_its_unit_where_others_reach_it(tmp_path, monkeypatch):
    path = campaign(tmp_path, units=("B",))
    path.write_text('public_url = "https://so-hoa.example/"\n' + path.read_text("utf-8"), "utf-8")
    with web_server() as (got, address):
        monkeypatch.setenv("TO", address)
        messages.send_now(load(path), "toi", EVENING)
    assert got[0]["message"].rstrip().endswith("\nhttps://so-hoa.example/xem/thu-2025/B")


def test_a_unit_that_is_not_there_stops_nobody_else(tmp_path, monkeypatch):
    path = campaign(tmp_path, units=("Z",))
    first = path.read_text("utf-8")
    again = first[first.index("[[message]]") :].replace('name = "toi"', 'name = "hai"').replace('["Z"]', '["A"]')
    path.write_text(first + again, "utf-8")
    with mail_server() as (box, address):
        monkeypatch.setenv("TO", address)
        with pytest.raises(SourceError, match=r"message toi: unit 'Z'"):
            messages.send_due(load(path), EVENING)
    assert [mail["subject"] for _, mail in box.got] == ["Tin nhanh 03/03/2025: Huyện An"]


def test_pages_are_attached(tmp_path, monkeypatch):
    config = load(campaign(tmp_path, more='attach = ["pdf", "png"]\ntitle = { vi = "Tối nay" }'))
    with mail_server() as (box, address):
        monkeypatch.setenv("TO", address)
        assert messages.send_now(config, "toi", EVENING)[0].state is State.SENT
    files = {part.get_filename(): part.get_content() for part in box.got[0][1].iter_attachments()}
    assert sorted(files) == ["Tin nhanh - Tinh Thu - 2025-03-03.pdf", "Tin nhanh - Tinh Thu - 2025-03-03.png"]
    assert files["Tin nhanh - Tinh Thu - 2025-03-03.pdf"].startswith(b"%PDF-")
    assert files["Tin nhanh - Tinh Thu - 2025-03-03.png"].startswith(b"\x89PNG")
    assert box.got[0][1]["subject"] == "Tối nay"


@pytest.mark.parametrize(("written", "why"), [("", Why.NOT_SET), ("nonsense", Why.NOT_UNDERSTOOD)])
def test_an_address_that_is_missing_or_misspelt_is_told_by_its_variable(config, monkeypatch, written, why):
    monkeypatch.setenv("TO", written)
    note = messages.send_now(config, "toi", EVENING)[0]
    assert (note.state, note.why) == (State.REFUSED, why)
    assert "TO" in note.to
    assert "nonsense" not in json.dumps([one.to + one.key for one in Outbox(config).notes()])


def test_an_address_stands_in_no_log_and_no_output(house):
    def run(*words: str) -> str:
        told = subprocess.run(
            [sys.executable, "-X", "dev", "-W", "ignore", "-m", "etl", "--config", str(house), "send", *words],
            env={**os.environ, "TO": secret}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return told.stdout + told.stderr

    with mail_server("550 no") as (_, address):
        secret = address.replace("mailto://", "mailto://nguoi:mat-khau-bi-mat@")
        said = run("--name", "toi", "--dry-run"), run("--name", "toi"), run("--list")
    assert "→ mailto (TO): chưa gửi" in said[0]
    assert "toi → mailto (TO): không gửi được" in said[1]
    assert said[2] == said[1]
    everything = "".join(said) + Outbox(load(house)).file.read_text("utf-8")
    assert not any(one in everything for one in ("mat-khau", "lanhdao", "127.0.0.1", "candich@"))


def test_a_dry_run_prints_the_brief_and_sends_nothing(house, monkeypatch, capsys):
    with mail_server() as (box, address):
        monkeypatch.setenv("TO", address)
        assert main(["--config", str(house), "send", "--name", "toi", "--dry-run"]) == 0
    told = capsys.readouterr().out
    assert "--- Tin nhanh 05/03/2025: Tỉnh Thử" in told
    assert (box.tried, Outbox(load(house)).notes()) == (0, [])


def test_send_says_by_its_exit_code_whether_all_went_out(house, monkeypatch, capsys):
    assert main(["--config", str(house), "send", "--name", "khong-co"]) == 2
    assert "message 'khong-co': is not configured; one of toi" in capsys.readouterr().err
    with mail_server() as (_, address):
        monkeypatch.setenv("TO", address)
        assert main(["--config", str(house), "send", "--name", "toi", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["state"] == "sent"
    assert main(["--config", str(house), "send", "--list"]) == 0
    assert "toi → mailto (TO): đã gửi" in capsys.readouterr().out


def test_the_scheduler_sends_only_where_a_message_has_a_time(config):
    assert "messages" in [one.name for one in jobs(config)]
    assert "messages" not in [one.name for one in jobs(config.model_copy(update={"messages": ()}))]


def test_the_demo_sends_nothing():
    assert load(None, demo=True).messages == ()


def test_two_schedulers_send_one(config, monkeypatch):
    with mail_server() as (box, address):
        monkeypatch.setenv("TO", address)
        with Outbox(config).locked(0):
            assert messages.send_due(config, EVENING) == {}
        messages.send_due(config, EVENING)
        messages.send_due(config, EVENING)
    assert len(box.got) == 1
