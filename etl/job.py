"""A job: something the scheduler does again and again, and how it went."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from apscheduler.triggers.base import BaseTrigger

from campaign.configuration import Configuration
from campaign.errors import CanDichError, ConfigError
from etl import cron

FORECASTS, FORECASTS_EVERY = "forecasts", "* * * * *"  # what a version makes us expect is written within a minute
MESSAGES, MESSAGES_EVERY = "messages", "* * * * *"  # what is due, or was refused a while ago, goes out within a minute

Pull = Callable[[Configuration, str, datetime], Mapping[str, object]]
Backup = Callable[[Configuration], object]


def _pull(configuration: Configuration, source: str, now: datetime) -> Mapping[str, object]:
    from etl.pull import pull_source  # noqa: PLC0415 – a broken import is this job's failure, not the scheduler's

    counts: Mapping[str, object] = pull_source(configuration, source, now)
    return counts


def _backup(configuration: Configuration) -> object:
    from etl.backup import run_scheduled  # noqa: PLC0415 – as above

    return run_scheduled(configuration)


def take_submitted(configuration: Configuration) -> object:
    """Take in what pages have submitted."""
    from etl.submitted import take_all  # noqa: PLC0415 – as above

    return take_all(configuration)


def _forecast(configuration: Configuration) -> object:
    from etl.forecasting import keep_all  # noqa: PLC0415 – as above

    return keep_all(configuration)


def _send(configuration: Configuration) -> object:
    from etl.messages import send_due  # noqa: PLC0415 – as above

    return send_due(configuration)


@dataclass
class Job:
    """Something to do, when, and how it went the last time."""

    name: str
    work: Callable[[], object]
    trigger: BaseTrigger | None = None
    source: str | None = None
    campaign: str | None = None
    last_ok: str | None = None
    last_error: str | None = None
    running_since: str | None = None
    asked: list[Path] = field(default_factory=list)  # requests that the next run answers
    busy: threading.Lock = field(default_factory=threading.Lock)

    def run(self) -> object:
        """Do it once; whatever it raises is kept as one line, never passed on. Return what it returned."""
        self.running_since = datetime.now(UTC).isoformat()
        try:
            result = self.work()
        except Exception as problem:  # noqa: BLE001 – any failure of a job is recorded, and none ends the scheduler
            self.last_error = sentence(problem)
            return None
        else:
            self.last_ok, self.last_error = datetime.now(UTC).isoformat(), None
            return result
        finally:
            self.running_since = None

    def beat(self, due: datetime | None) -> dict[str, Any]:
        """Return what the heartbeat says of this job."""
        return {
            "job": self.name,
            "source": self.source,
            "campaign": self.campaign,
            "last_ok": self.last_ok,
            "last_error": self.last_error,
            "running_since": self.running_since,
            "next": due.astimezone(UTC).isoformat() if due else None,
        }


def jobs(configuration: Configuration, pull: Pull = _pull, backup: Backup = _backup) -> list[Job]:
    """Return the jobs of a configuration, those that only run on request too; ConfigError for a bad schedule."""

    def due(key: str, line: str | None) -> BaseTrigger | None:
        try:
            return cron.trigger(line, configuration.zone) if line else None
        except ValueError as problem:
            expected = 'five cron fields were expected, like "*/5 * * * *"'
            raise ConfigError(f"{configuration.path}: {key}", f"found {line!r} ({problem})", expected) from None

    def pulling(source: str) -> Callable[[], object]:
        return lambda: pull(configuration, source, datetime.now(UTC))

    found = [
        Job(
            name=f"pull {source.name}",
            work=pulling(source.name),
            trigger=due(f"source {source.name}.schedule", source.schedule),
            source=source.name,
            campaign=source.campaign,
        )
        for source in configuration.sources
    ]
    nightly = due("backup.schedule", configuration.backup.schedule)
    sending = [due(f"message {one.name}.schedule", one.schedule) for one in configuration.messages if one.schedule]
    return [
        *found,
        Job(name="backup", work=lambda: backup(configuration), trigger=nightly),
        Job(name=FORECASTS, work=lambda: _forecast(configuration), trigger=due("forecasts", FORECASTS_EVERY)),
        *([Job(MESSAGES, lambda: _send(configuration), due("messages", MESSAGES_EVERY))] if sending else []),
    ]


def sentence(problem: Exception) -> str:
    """Return one line: the message of an error made for people, else its type, message and place."""
    if isinstance(problem, CanDichError):
        return str(problem)
    last = traceback.extract_tb(problem.__traceback__)[-1]
    return f"{type(problem).__name__}: {' '.join(str(problem).split())} ({Path(last.filename).name}:{last.lineno})"
