"""The scheduler: a process of its own that pulls sources and makes backups when they are due, or on request.

`python -m etl.scheduler`, with CANDICH_CONFIG naming the configuration. One per data root.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import NoReturn

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler
from filelock import FileLock, Timeout

from campaign.configuration import Configuration
from campaign.errors import ConfigError
from etl import heartbeat, request
from etl.job import FORECASTS, Job, jobs, sentence, take_submitted
from etl.rights import may_ask

HELD = 75  # exit code: another scheduler has this data root
REQUESTS_EVERY = 1.0
FIRST_PULL_AFTER = timedelta(seconds=3)  # the web starts first
GRACE = 3.0  # seconds a running job is given when the scheduler is told to stop
MISFIRE_GRACE = 3600  # a run up to an hour late still happens, once

log = logging.getLogger("scheduler")


class Scheduler:
    """Runs the jobs of one data root until it is told to stop."""

    def __init__(self, configuration: Configuration, all_jobs: Iterable[Job]) -> None:
        """Take the jobs, and what the last heartbeat remembers of them."""
        self.configuration = configuration
        self.jobs = {job.name: job for job in all_jobs}
        self.requests = Job(name="requests", work=self._take_requests)
        self.submitted = Job(name="submitted", work=lambda: take_submitted(configuration))
        self.started = datetime.now(UTC)
        self._beating, self._asking = threading.Lock(), threading.Lock()
        self._stopping = False
        self.clock = BlockingScheduler(
            timezone=configuration.zone,
            executors={"default": ThreadPoolExecutor(4), "house": ThreadPoolExecutor(2)},
            job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": MISFIRE_GRACE},
        )
        for known in (heartbeat.read(configuration) or {}).get("jobs", []):
            if (job := self.jobs.get(known.get("job"))) is not None:
                job.last_ok, job.last_error = known.get("last_ok"), known.get("last_error")

    def run(self) -> None:
        """Run until SIGINT or SIGTERM; a job still at work then is given a moment."""
        for file in request.abandoned(self.configuration):
            log.warning("request %s was cut short by an earlier end of the scheduler; it is not repeated", file.name)
            file.unlink(missing_ok=True)
        for job in self.jobs.values():
            if job.trigger is not None:
                late = {"next_run_time": self.started + FIRST_PULL_AFTER} if self._is_late(job) else {}
                self.clock.add_job(self._scheduled, job.trigger, [job], id=job.name, **late)
        house = {"executor": "house", "next_run_time": self.started, "misfire_grace_time": None}
        self.clock.add_job(self._beat, "interval", seconds=heartbeat.EVERY, id="heartbeat", **house)
        self.clock.add_job(self._look, "interval", seconds=REQUESTS_EVERY, id="requests", **house)
        told = {"next_run_time": self.started, "misfire_grace_time": None}
        self.clock.add_job(self._take_in, "interval", seconds=REQUESTS_EVERY, id="submitted", **told)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        log.info("started: %d scheduled jobs", sum(job.trigger is not None for job in self.jobs.values()))
        try:
            self.clock.start()
        finally:
            self._finish()

    def _is_late(self, job: Job) -> bool:
        """Tell whether a run came due while no scheduler ran; what was never done is, backups excepted."""
        if job.trigger is None or job.last_ok is None:
            return job.source is not None or job.name == FORECASTS
        due = job.trigger.get_next_fire_time(None, datetime.fromisoformat(job.last_ok))
        return due is not None and due <= self.started

    def _stop(self, _number: int, _frame: FrameType | None) -> NoReturn:
        self._stopping = True
        raise SystemExit(0)

    def _finish(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # once is enough
        deadline = time.monotonic() + GRACE
        while time.monotonic() < deadline and any(job.running_since for job in self.jobs.values()):
            time.sleep(0.05)
        self._beat()
        log.info("stopped")
        logging.shutdown()
        os._exit(0)  # a job that hangs would keep the interpreter waiting; versions are safe against any end

    def _scheduled(self, job: Job) -> None:
        if job.busy.acquire(blocking=False):  # else a request runs it right now
            try:
                self._do(job)
            finally:
                job.busy.release()

    def _asked(self, job: Job) -> None:
        """Run a job because somebody asked; one run answers every request that came before it began."""
        with job.busy:
            with self._asking:
                answered, job.asked = job.asked, []
            try:
                self._do(job)
            finally:
                for file in answered:
                    file.unlink(missing_ok=True)

    def _do(self, job: Job) -> None:
        result = job.run()
        if job.last_error:
            log.error("%s failed: %s", job.name, job.last_error)
        elif isinstance(result, Mapping) and any(value for value in result.values() if isinstance(value, int)):
            log.info("%s: %s", job.name, ", ".join(f"{key} {value}" for key, value in result.items()))
        self._beat()

    def _look(self) -> None:
        """Look for requests; trouble with the folder is told once, not every second."""
        if self._stopping:  # told while the clock was handing out a job, which swallows it: told again
            signal.raise_signal(signal.SIGTERM)
        told = self.requests.last_error
        try:
            self.requests.work()
        except OSError as problem:
            self.requests.last_error = sentence(problem)
            if self.requests.last_error != told:
                log.error("requests: %s", self.requests.last_error)  # noqa: TRY400 – one line

    def _take_in(self) -> None:
        """Take in what pages have submitted; trouble is told once, not every second."""
        told = self.submitted.last_error
        self.submitted.run()
        if self.submitted.last_error not in (None, told):
            log.error("submitted: %s", self.submitted.last_error)

    def _take_requests(self) -> None:
        for file, wish in request.take(self.configuration):
            name = {"pull": f"pull {wish.get('source')}", "backup": "backup"}.get(str(wish.get("do"))) if wish else None
            job = self.jobs.get(name or "")
            if job is None:
                self.requests.last_error = f"{file.stem}: {wish!r} is nothing this configuration can do"
                log.warning("request %s", self.requests.last_error)
                file.unlink(missing_ok=True)
            elif not may_ask(self.configuration, wish or {}):
                log.warning("request %s: %s asked for %s and may not", file.stem, _who(wish), job.name)
                _put_on_record(self.configuration, wish or {}, job.name)
                file.unlink(missing_ok=True)
            else:
                log.info("request: %s", job.name)
                with self._asking:
                    job.asked.append(file)
                    if len(job.asked) == 1:
                        self.clock.add_job(self._asked, args=[job], misfire_grace_time=None)

    def _beat(self) -> None:
        def due(job: Job) -> datetime | None:
            planned = self.clock.get_job(job.name)
            return getattr(planned, "next_run_time", None)

        with self._beating:
            beat = {
                "at": datetime.now(UTC).isoformat(),
                "pid": os.getpid(),
                "started": self.started.isoformat(),
                "jobs": [job.beat(due(job)) for job in (*self.jobs.values(), self.requests, self.submitted)],
            }
            try:
                heartbeat.write(self.configuration, beat)
            except OSError as problem:
                log.error("heartbeat: %s", sentence(problem))  # noqa: TRY400 – one line


def _who(wish: Mapping[str, object] | None) -> str:
    sender = (wish or {}).get("sender")
    return repr(sender.get("id")) if isinstance(sender, Mapping) else "nobody known"


def _put_on_record(configuration: Configuration, wish: Mapping[str, object], name: str) -> None:
    from access.audit import What, record  # noqa: PLC0415 – as below

    sender = wish.get("sender")
    who = str(sender.get("id", "")) if isinstance(sender, Mapping) else ""
    record(configuration, What.REFUSED, who, did=name)


def serve(configuration: Configuration, all_jobs: Iterable[Job]) -> int:
    """Run the scheduler unless this data root has one already; return the exit code."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    lock = FileLock(configuration.data / "run" / "scheduler.lock")
    Path(lock.lock_file).parent.mkdir(parents=True, exist_ok=True)
    try:
        with lock.acquire(timeout=0):
            _tell_configuration(configuration)
            Scheduler(configuration, all_jobs).run()
    except Timeout:
        beat = heartbeat.read(configuration) or {}
        log.warning("another scheduler (process %s) already serves %s", beat.get("pid", "?"), configuration.data)
        return HELD
    return 0


def _tell_configuration(configuration: Configuration) -> None:
    """Put on record what changed in the configuration since the last start; the scheduler starts all the same."""
    from etl.audited import configuration_told  # noqa: PLC0415 – a broken import is not the scheduler's failure

    try:
        configuration_told(configuration)
    except OSError as problem:
        log.error("configuration: %s", sentence(problem))  # noqa: TRY400 – one line


def main() -> int:
    """Run the scheduler of the configuration in force."""
    from etl.configured import load  # noqa: PLC0415 – tests of this file need no configuration on disk

    try:
        configuration = load(None)
        return serve(configuration, jobs(configuration))
    except ConfigError as problem:
        print(problem, file=sys.stderr)
        return problem.exit_code


if __name__ == "__main__":
    sys.exit(main())
