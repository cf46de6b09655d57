"""A run that is killed, or has no room to write: the old version is served, and the next run succeeds."""

import signal
from datetime import datetime
from pathlib import Path

import pytest

from tests.warehouse.small import ID, Small, counts

DIE = "import os, signal\ndef die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)\n"
AFTER = """
def after(kind, name):
    original = getattr(kind, name)
    def patched(*arguments, **more):
        original(*arguments, **more)
        die()
    setattr(kind, name, patched)
"""
IMPORTS = """
from pathlib import Path
from etl.received import ReceivedStore
from warehouse.versions import VersionStore
from warehouse.writer import NextVersion
import etl.intake, warehouse.versions, warehouse.writer
"""
MOMENTS = {
    "after the files were copied": "after(ReceivedStore, 'take')",
    "after the load got its id": "after(ReceivedStore, 'settle')",
    "after the old version was copied": "after(VersionStore, 'begin')",
    "in the transaction": "after(NextVersion, 'load')",
    "after many counts were committed": """
import etl.long_text, warehouse.bulk
etl.long_text.LONG, warehouse.bulk.LARGE = 0, 1
after(warehouse.writer, 'put_counts')
""",
    "after the checks, before the commit": "after(NextVersion, 'build_marts_and_check')",
    "after the commit, before the new file has its name": "VersionStore.publish = die",
    "after the new file has its name, before CURRENT": "VersionStore.point_to = die",
    "while CURRENT is written": """
replace = Path.replace
Path.replace = lambda self, target: die() if Path(target).name == 'CURRENT' else replace(self, target)
""",
}
PUBLISHED = "after CURRENT, before old versions are removed"
AT = "2025-02-09T08:00:00+07:00"


def killed(small: Small, moment: str) -> Path:
    """Kill an ingest at a moment; return the file it was sent."""
    file = small.write("sent/new.csv", counts(("00101", "3", 77)))
    program = IMPORTS + DIE + AFTER + moment
    code, _, _ = small.command("ingest", "--campaign", ID, "--received-at", AT, str(file), before=program)
    assert code == -signal.SIGKILL
    return file


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS.keys())
def test_a_killed_run_leaves_the_old_version_and_the_same_command_then_succeeds(small: Small, moment: str) -> None:
    small.send(counts(("00101", "3", 10)))
    file = killed(small, moment)
    assert small.version == "v000001"
    assert small.done() == 10
    code, _, errors = small.command("ingest", "--campaign", ID, "--received-at", AT, str(file))
    assert (code, errors) == (0, "")
    assert small.done() == 77
    assert not list(small.store.folder.glob(".building*"))


@pytest.mark.parametrize("moment", ["after(ReceivedStore, 'settle')", "VersionStore.point_to = die"])
def test_after_a_killed_run_another_file_is_taken(small: Small, moment: str) -> None:
    small.send(counts(("00101", "3", 10)))
    killed(small, moment)
    outcome = small.send(counts(("00102", "3", 5)), at=datetime.fromisoformat("2025-02-09T09:00:00+07:00"))
    assert outcome.tally.accepted == 1
    assert small.progress()["00102"].done == 5


def test_a_run_killed_after_current_was_swapped_is_published(small: Small) -> None:
    small.send(counts(("00101", "3", 10)))
    killed(small, "VersionStore.prune = die")
    assert (small.version, small.done()) == ("v000002", 77)
    assert small.send(counts(("00101", "3", 78)), at="2025-02-09T09:00:00+07:00").version == "v000003"


def test_the_very_first_run_may_be_killed_too(small: Small) -> None:
    killed(small, "VersionStore.point_to = die")
    assert small.version == ""
    assert small.send(counts(("00101", "3", 78)), at="2025-02-09T09:00:00+07:00").tally.accepted == 1
    assert small.done() == 78


LIMIT = """
import resource
def no_room(*_): resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
"""
FULL = {
    "when the old version is copied": "no_room()",
    "when the new version is written": """
load = NextVersion.load
def full(self, *arguments, **more):
    no_room()
    load(self, *arguments, **more)
NextVersion.load = full
""",
}


@pytest.mark.parametrize("moment", FULL.values(), ids=FULL.keys())
def test_a_full_disk_leaves_the_old_version_and_one_line(small: Small, moment: str) -> None:
    small.send(counts(("00101", "3", 10)))
    file = small.write("sent/new.csv", counts(("00101", "3", 77)))
    command = ("ingest", "--campaign", ID, "--received-at", AT, str(file))
    code, out, errors = small.command(*command, before=IMPORTS + LIMIT + moment)
    assert (code, out) == (1, "")
    assert (small.version, small.done()) == ("v000001", 10)
    assert len(errors.splitlines()) == 1, errors
    assert small.command(*command)[0] == 0, "the same command, once there is room"
    assert small.done() == 77
