"""Versions: which are kept, which is CURRENT, and what readers of old ones see."""

import os
import subprocess
import sys
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from campaign.errors import CanDichError, SourceError, UsageError
from tests.warehouse.small import ID, ROOT, Small, counts
from warehouse.versions import CURRENT, VersionStore, sha256_of

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
LONG_OVER = date(2020, 1, 1)

HOLDER = """
import sys, time
from pathlib import Path
from warehouse.versions import VersionStore
with VersionStore(Path(sys.argv[1])).lock(5):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def many(tmp_path: Path) -> VersionStore:
    """Thirty versions, three a local day, the last today."""
    store = VersionStore(tmp_path / ID)
    store.folder.mkdir()
    noon = datetime.now(ZONE).replace(hour=12, minute=0)
    for number in range(1, 31):
        path = store.path(f"v{number:06d}")
        path.write_bytes(b"x")
        made = noon - timedelta(days=(30 - number) // 3) - timedelta(minutes=30 - number)
        os.utime(path, (made.timestamp(), made.timestamp()))
    store.point_to("v000030", noon)
    return store


def test_an_unchanged_run_makes_no_version(small: Small) -> None:
    small.send(counts(("00101", "3", 10)))
    before = small.store.versions()
    outcome = small.send(counts(("00101", "3", 10)))
    assert (outcome.tally.read, outcome.tally.unchanged) == (1, 1)
    assert outcome.version == small.version
    assert small.store.versions() == before


def test_every_run_that_changes_something_makes_the_next_version(small: Small) -> None:
    versions = [small.send(counts(("00101", str(day), day * 10))).version for day in (3, 4, 5)]
    assert versions == small.store.versions() == ["v000001", "v000002", "v000003"]
    current = small.store.current()
    assert current is not None
    assert (current.version, current.sha256) == ("v000003", sha256_of(small.store.path("v000003")))
    assert not list(small.store.folder.glob("*.wal"))


def test_a_reader_of_an_old_version_keeps_its_numbers_while_new_ones_are_published(small: Small) -> None:
    small.send(counts(("00101", "3", 10)))
    old = small.figures()
    for count in range(11, 16):
        small.send(counts(("00101", "3", count)))
        assert old.progress(date(2025, 2, 7))[0].done == 10
        assert small.done() == count
    assert old.reader.facts("done").count.tolist() == [10]


def test_an_old_version_is_asked_by_its_name(small: Small) -> None:
    first = small.send(counts(("00101", "3", 10))).version
    small.send(counts(("00101", "3", 12)))
    assert small.done(version=first) == 10
    with pytest.raises(UsageError, match="v000099"):
        small.figures("v000099")


def test_rolling_back_serves_the_old_numbers_and_the_next_run_builds_on_them(small: Small) -> None:
    small.send(counts(("00101", "3", 10)))
    small.send(counts(("00101", "3", 99)))
    assert small.command("rollback", "--campaign", ID)[0] == 0
    assert small.done() == 10
    assert small.send(counts(("00102", "3", 5))).version == "v000003"
    assert small.done() == 15


def test_a_version_that_is_not_there_is_not_pointed_to(small: Small) -> None:
    small.send(counts(("00101", "3", 10)))
    for name in ("v000002", "../nho/v000001", "CURRENT", ""):
        with pytest.raises(UsageError):
            small.store.point_to(name, datetime.now(ZONE))
    assert small.version == "v000001"


def test_a_version_name_is_never_used_twice(small: Small) -> None:
    """A process that holds the old file under that name would go on showing it."""
    small.send(counts(("00101", "3", 10)))
    lost = small.send(counts(("00101", "3", 12))).version
    small.store.path(lost).unlink()
    assert small.command("rebuild", "--campaign", ID)[0] == 0
    assert small.version != lost


def test_a_damaged_current_says_what_to_do(small: Small) -> None:
    small.send(counts(("00101", "3", 10)))
    (small.store.folder / CURRENT).write_text("{", "utf-8")
    with pytest.raises(CanDichError, match="rollback"):
        small.store.current()


def test_a_lock_held_by_another_process_is_waited_for_then_the_run_ends(small: Small) -> None:
    small.send(counts(("00101", "3", 10)))
    folder = str(small.store.folder)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", HOLDER, folder], stdout=subprocess.PIPE, env=environment) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"held\n"
            began = time.monotonic()
            with pytest.raises(SourceError) as refused, small.store.lock(0.3):
                pytest.fail("two runs held the lock")
            assert refused.value.exit_code == 1
            assert time.monotonic() - began >= 0.3
            assert small.done() == 10, "readers do not wait"
        finally:
            holder.kill()
    with small.store.lock(5):
        assert small.version == "v000001"


def test_the_last_twenty_and_the_last_of_each_local_day_are_kept(many: VersionStore) -> None:
    removed = many.prune(datetime.now(ZONE), ZONE, datetime.now(ZONE).date(), frozenset())
    assert removed == ["v000001", "v000002", "v000004", "v000005", "v000007", "v000008", "v000010"]
    assert many.versions()[:4] == ["v000003", "v000006", "v000009", "v000011"]


def test_ninety_days_after_the_campaign_only_the_last_twenty_are_kept(many: VersionStore) -> None:
    many.prune(datetime.now(ZONE), ZONE, LONG_OVER, frozenset())
    assert many.versions() == [f"v{number:06d}" for number in range(11, 31)]


def test_what_is_current_and_what_a_notice_names_is_kept_however_old(many: VersionStore) -> None:
    many.point_to("v000002", datetime.now(ZONE))
    many.prune(datetime.now(ZONE), ZONE, LONG_OVER, frozenset({"v000005", "v000077"}))
    assert many.versions()[:3] == ["v000002", "v000005", "v000011"]
    assert many.path("v000002").exists()


def test_a_reader_of_a_version_that_was_removed_reads_on(small: Small) -> None:
    small.send(counts(("00101", "3", 10)))
    old = small.figures()
    small.send(counts(("00101", "3", 12)))
    small.store.path("v000001").unlink()
    assert old.progress(date(2025, 2, 7))[0].done == 10
