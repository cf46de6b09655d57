"""The scheduler in a real process, its cron lines, its requests and its heartbeat."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from campaign.configuration import Configuration, parse
from etl import cron, heartbeat, request
from etl.scheduler import HELD

ROOT = Path(__file__).resolve().parents[2]
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
TIMEOUT = 20.0

CONFIG = """
[[campaign]]
id = "drive"
start = 2025-01-01
end = 2025-01-15
units = "units.csv"
[[source]]
name = "good"
campaign = "drive"
[[source]]
name = "bad"
campaign = "drive"
"""
SCHEDULED = 'path = "in"\nschedule = "0 0 1 1 *"\n'

# Stands in for etl.pull: notes each pull in a file; the source "bad" always fails.
DRIVER = """
import sys
from pathlib import Path
from campaign.configuration import parse
from campaign.errors import SourceError
from etl.scheduler import jobs, serve
path = Path(sys.argv[1])
def pull(configuration, source, now):
    with (path.parent / "pulls").open("a") as file:
        file.write(source + "\\n")
    if source == "bad":
        raise SourceError("source bad", "no answer")
    return {"read": 3, "accepted": 3}
configuration = parse(path.read_text(), path)
sys.exit(serve(configuration, jobs(configuration, pull=pull, backup=lambda configuration: None)))
"""

# The same, told to stop in the midst of handing out a job, where the clock swallows whatever is raised.
INTERRUPTED = """
import os, signal
from apscheduler.executors.pool import ThreadPoolExecutor
hand_out = ThreadPoolExecutor.submit_job
def told_meanwhile(self, job, times):
    ThreadPoolExecutor.submit_job = hand_out
    os.kill(os.getpid(), signal.SIGTERM)
    return hand_out(self, job, times)
ThreadPoolExecutor.submit_job = told_meanwhile
"""


def until(claim: Callable[[], bool], timeout: float = TIMEOUT) -> bool:
    deadline = time.monotonic() + timeout
    while not (held := claim()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return held


class Site:
    """A data root, and the schedulers that were started on it."""

    def __init__(self, folder: Path, text: str = CONFIG) -> None:
        self.folder = folder
        (folder / "config.toml").write_text(text)
        self.configuration: Configuration = parse(text, folder / "config.toml")
        self.processes: list[subprocess.Popen[str]] = []

    def start(self, before: str = "") -> subprocess.Popen[str]:
        argv = [sys.executable, "-c", before + DRIVER, str(self.folder / "config.toml")]
        self.processes.append(subprocess.Popen(argv, cwd=ROOT, stderr=subprocess.PIPE, text=True))
        return self.processes[-1]

    def beats(self, pid: int) -> bool:
        return until(lambda: (heartbeat.read(self.configuration) or {}).get("pid") == pid)

    def pulls(self) -> list[str]:
        file = self.folder / "pulls"
        return file.read_text().split() if file.exists() else []

    def job(self, name: str) -> dict[str, str | None]:
        beat = heartbeat.read(self.configuration)
        assert beat is not None
        return next(job for job in beat["jobs"] if job["job"] == name)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    one = Site(tmp_path)
    yield one
    for process in one.processes:
        process.kill()
        process.communicate()


def test_a_request_is_done_once_and_a_failure_is_told_and_survived(site: Site) -> None:
    process = site.start()
    assert site.beats(process.pid)
    failing = request.submit(site.configuration, "pull", source="bad")
    assert until(lambda: site.job("pull bad")["last_error"] is not None)
    asked = request.submit(site.configuration, "pull", source="good")
    assert until(lambda: site.job("pull good")["last_ok"] is not None)
    time.sleep(1.2)  # the folder is looked at once more
    assert site.pulls() == ["bad", "good"]
    assert not list(asked.parent.iterdir())
    assert failing != asked
    assert site.job("pull bad")["last_error"] == "source bad: no answer"
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 0
    assert "pull bad failed: source bad: no answer" in errors
    assert "pull good: read 3, accepted 3" in errors


def test_a_stop_told_while_a_job_is_handed_out_is_not_lost(site: Site) -> None:
    process = site.start(INTERRUPTED)
    _, errors = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 0
    assert "stopped" in errors


def test_what_is_no_request_is_told_and_removed(site: Site) -> None:
    folder = request.folder(site.configuration)
    folder.mkdir(parents=True)
    for name, text in (("a", "not json"), ("b", '{"do": "pull", "source": "unheard of"}'), ("c", '["pull"]')):
        (folder / f"{name}.json").write_text(text)
    (folder / "d.taken").write_text('{"do": "pull", "source": "good"}')
    process = site.start()
    assert until(lambda: not list(folder.iterdir()))
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=TIMEOUT)
    assert site.pulls() == []
    assert errors.count("is nothing this configuration can do") == 3
    assert "d.taken was cut short" in errors


def test_a_second_scheduler_on_the_same_data_is_refused(site: Site) -> None:
    first = site.start()
    assert site.beats(first.pid)
    second = site.start()
    _, errors = second.communicate(timeout=TIMEOUT)
    assert second.returncode == HELD
    assert f"another scheduler (process {first.pid}) already serves" in errors
    assert first.poll() is None


def test_a_scheduled_source_that_was_never_pulled_is_pulled_soon_after_the_start(tmp_path: Path) -> None:
    site = Site(tmp_path, CONFIG + SCHEDULED)
    process = site.start()
    try:
        assert until(lambda: site.pulls() == ["bad"])
        assert until(lambda: site.job("pull bad")["last_error"] is not None)
        year = datetime.now(HANOI).year + 1
        assert site.job("pull bad")["next"] == datetime(year, 1, 1, tzinfo=HANOI).astimezone(UTC).isoformat()
        assert site.job("pull good")["next"] is None
    finally:
        process.kill()
        process.communicate()


def test_the_heartbeat_s_age_is_counted_from_its_own_time(site: Site) -> None:
    at = datetime(2025, 1, 8, 10, 0, tzinfo=UTC)
    assert heartbeat.age(site.configuration, at) is None
    assert heartbeat.is_silent(site.configuration, at)
    heartbeat.write(site.configuration, {"at": at.isoformat(), "pid": 1, "jobs": []})
    assert heartbeat.age(site.configuration, at + timedelta(seconds=7)) == 7.0
    assert not heartbeat.is_silent(site.configuration, at + timedelta(seconds=7))
    assert heartbeat.is_silent(site.configuration, at + timedelta(minutes=2))
    heartbeat.path(site.configuration).write_text(json.dumps(["not", "a", "heartbeat"]))
    assert heartbeat.age(site.configuration, at) is None


@pytest.mark.parametrize(
    ("line", "after", "due"),
    [
        ("*/5 * * * *", "2025-01-01T10:01", "2025-01-01T10:05"),
        ("30 2 * * *", "2025-01-01T03:00", "2025-01-02T02:30"),
        ("0 8 * * 1", "2025-01-01T00:00", "2025-01-06T08:00"),  # a Monday
        ("0 8 * * 0", "2025-01-01T00:00", "2025-01-05T08:00"),  # a Sunday
        ("0 8 * * 7", "2025-01-01T00:00", "2025-01-05T08:00"),
        ("0 8 * * 1-5", "2025-01-03T09:00", "2025-01-06T08:00"),
        ("0 8 * * sat-mon", "2025-01-01T09:00", "2025-01-04T08:00"),
        ("0 8 * * */3", "2025-01-02T00:00", "2025-01-04T08:00"),  # Sunday, Wednesday, Saturday
        ("0 8 20 * fri", "2025-01-04T00:00", "2025-01-10T08:00"),  # the 20th or a Friday
        ("0 8 20 * fri", "2025-01-18T00:00", "2025-01-20T08:00"),
    ],
)
def test_a_cron_line_means_what_crontab_says_in_local_time(line: str, after: str, due: str) -> None:
    begin = datetime.fromisoformat(after).replace(tzinfo=HANOI)
    found = cron.trigger(line, HANOI).get_next_fire_time(None, begin)
    assert found == datetime.fromisoformat(due).replace(tzinfo=HANOI)


@pytest.mark.parametrize("line", ["", "* * * *", "61 * * * *", "0 8 * * 9", "0 8 * * monday", "@daily"])
def test_a_cron_line_that_cannot_be_read_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        cron.trigger(line, HANOI)
