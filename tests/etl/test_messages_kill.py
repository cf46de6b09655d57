"""Messages across kill -9: whatever the moment, at most one arrives, and what was not surely sent is listed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from etl.configured import load
from etl.outbox import Outbox, State, Why
from tests.etl.receivers import campaign, mail_server, web_server

SENDER = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from etl import messages, outbox
from etl.configured import load

def die():
    os.kill(os.getpid(), signal.SIGKILL)

point, written, write = sys.argv[2], [], outbox.Outbox.write

def watched(self, note):
    if point == f"before {note.state}":
        die()
    if point == f"within {note.state}":
        with self.file.open("ab") as opened:
            opened.write(b'{"at": "2025-')
        die()
    write(self, note)
    if point == f"after {note.state}":
        die()
    return note

outbox.Outbox.write = watched
config = load(Path(sys.argv[1]))
print(messages.send_due(config, datetime(2025, 3, 3, 10, 30, tzinfo=UTC)), flush=True)
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    return campaign(tmp_path_factory.mktemp("house"))


@pytest.fixture(autouse=True)
def empty_outbox(house):
    shutil.rmtree(house.parent / "data" / "messages", ignore_errors=True)


def started(house, address, point="never"):
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", SENDER, str(house), point],
        env={**os.environ, "TO": address}, stdout=subprocess.DEVNULL,
    )  # fmt: skip


def sent(house, address, point="never"):
    """Run a sender to its end, and return how it ended."""
    return started(house, address, point).wait()


def listed(house):
    """Return how the message stands, as `send --list` says it."""
    return [(one.state, one.why) for one in Outbox(load(house)).last().values()]


@pytest.mark.parametrize(
    ("point", "arrived", "stands"),
    [
        ("before sending", 1, (State.SENT, "")),  # nothing was begun: the next run sends it
        ("within sending", 1, (State.SENT, "")),  # half an intent is none
        ("after sending", 0, (State.UNKNOWN, Why.CUT_SHORT)),
        ("before sent", 1, (State.UNKNOWN, Why.CUT_SHORT)),
        ("within sent", 1, (State.UNKNOWN, Why.CUT_SHORT)),
        ("after sent", 1, (State.SENT, "")),
    ],
)
@pytest.mark.parametrize("server", [mail_server, web_server])
def test_a_sender_that_dies_sends_nothing_twice(house, server, point, arrived, stands):
    with server() as (box, address):
        assert sent(house, address, point) == -signal.SIGKILL
        assert sent(house, address) == 0
        assert sent(house, address) == 0
        assert len(box if isinstance(box, list) else box.got) == arrived
    assert listed(house) == [stands]


@pytest.mark.parametrize(("moment", "arrived"), [("on_greeting", 0), ("on_data", 1)])
def test_a_sender_killed_while_it_speaks_sends_nothing_twice(house, moment, arrived):
    with mail_server() as (box, address):
        pids = []

        def kill():
            if pids:
                os.kill(pids.pop(), signal.SIGKILL)
                time.sleep(0.2)

        setattr(box, moment, kill)
        sender = started(house, address)
        pids.append(sender.pid)
        assert sender.wait() == -signal.SIGKILL
        assert sent(house, address) == 0
        assert len(box.got) == arrived
    assert listed(house) == [(State.UNKNOWN, Why.CUT_SHORT)]


def test_two_senders_at_once_send_one(house):
    with mail_server() as (box, address):
        senders = [started(house, address) for _ in range(3)]
        assert [one.wait() for one in senders] == [0, 0, 0]
        assert len(box.got) == 1
    assert listed(house) == [(State.SENT, "")]


def test_a_killed_sender_leaves_the_lock_to_the_next(house):
    with mail_server("hang") as (box, address):
        sender = started(house, slow := address.replace("cto=2", "cto=60"))
        while not box.got and sender.poll() is None:
            time.sleep(0.05)
        sender.kill()
        assert sender.wait() == -signal.SIGKILL
        assert sent(house, slow) == 0
        assert len(box.got) == 1
    assert listed(house) == [(State.UNKNOWN, Why.CUT_SHORT)]
