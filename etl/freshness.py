"""How the sources of a campaign are doing: their last pulls, their next one, and which of them fail now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import takewhile
from pathlib import Path
from typing import Any

from campaign.configuration import Configuration, Source
from campaign.freshness import Outage, Past
from etl import heartbeat, pulls
from etl.sources import arrival

Pull = Mapping[str, Any]
OVERDUE = timedelta(seconds=90)  # a pull this late, and no scheduler: nobody looks at the source any more
_known: dict[Path, tuple[tuple[int, int], Any]] = {}


@dataclass(frozen=True)
class State:
    """One source: its pulls, newest first, what the scheduler says of it, and the outage it is in."""

    source: Source
    pulls: tuple[Pull, ...]
    running_since: datetime | None
    next_at: datetime | None
    outage: Outage | None

    @property
    def last_good(self) -> Pull | None:
        """Return the newest pull that went well."""
        return next((one for one in self.pulls if one.get("ok")), None)


def states(config: Configuration, campaign: str, now: datetime) -> list[State]:
    """Return how every source of a campaign is doing, in the order of the configuration."""
    beat = heartbeat.read(config) or {}
    silent = heartbeat.is_silent(config, now)
    jobs = {job.get("source"): job for job in beat.get("jobs", []) if isinstance(job, dict) and job.get("source")}
    found = []
    for source in (one for one in config.sources if one.campaign == campaign):
        job, done = jobs.get(source.name, {}), _history(config, source.name)
        found.append(
            State(
                source=source,
                pulls=done or _told_by(job),
                running_since=None if silent else moment(job.get("running_since")),
                next_at=moment(job.get("next")),
                outage=_of_files(config, source, done, _failing(source, done, job, beat))
                or (_unattended(source, done, job, now) if silent else None),
            )
        )
    return found


def next_pull(found: Sequence[State]) -> datetime | None:
    """Return when the first of some sources is pulled next; None when that is not known."""
    return min((one.next_at for one in found if one.next_at is not None), default=None)


def outages(config: Configuration, campaign: str, now: datetime) -> tuple[Outage, ...]:
    """Return the sources of a campaign that fail now."""
    return tuple(one.outage for one in states(config, campaign, now) if one.outage is not None)


def past(config: Configuration, campaign: str) -> tuple[Past, ...]:
    """Return the times in which a source of a campaign failed and was mended, as far as its pulls are remembered."""
    found = []
    for source in (one for one in config.sources if one.campaign == campaign):
        begun = None
        for one in reversed(_history(config, source.name)):
            if not one.get("ok"):
                begun = begun or moment(one.get("since")) or moment(one.get("started"))
            elif begun is not None:
                alone = int(one.get("times") or 1) == 1  # else its time is that of the last of several
                ended = moment(one.get("finished") if alone else one.get("since"))
                found += [Past(source.name, begun, ended)] if ended is not None else []
                begun = None
    return tuple(found)


def mark(found: Sequence[Outage]) -> str:
    """Return a word that changes whenever a source begins to fail or is mended, and names none; empty for none."""
    said = ",".join(f"{one.source}@{one.since.isoformat(timespec='seconds')}{'+' * len(one.files)}" for one in found)
    return sha256(said.encode()).hexdigest()[:12] if said else ""


def moment(written: object) -> datetime | None:
    """Return an ISO moment in UTC; None for what is none."""
    try:
        found = datetime.fromisoformat(str(written))
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else None


def _failing(source: Source, done: Sequence[Pull], job: Pull, beat: Pull) -> Outage | None:
    """Return the outage that the latest pulls tell of; a source that left no word yet is asked of the scheduler."""
    failed = list(takewhile(lambda one: not one.get("ok"), done))
    if failed:
        since = moment(failed[-1].get("since")) or moment(failed[-1].get("started")) or moment(failed[0]["finished"])
        good = done[len(failed)] if len(done) > len(failed) else None
        last_good = moment(good.get("finished")) if good else moment(job.get("last_ok"))
        return Outage(source.name, since, last_good, str(failed[0].get("error"))) if since else None
    if done or not job.get("last_error"):
        return None
    last_good = moment(job.get("last_ok"))
    since = last_good or moment(beat.get("started"))
    return Outage(source.name, since, last_good, str(job["last_error"])) if since else None


def _of_files(config: Configuration, source: Source, done: Sequence[Pull], found: Outage | None) -> Outage | None:
    """Return an outage as one of single files, where files that could not be read are all there is to it.

    Such a file is not tried again until it changes, so the pulls after it go well: it fails while it lies there.
    """
    files = _refused(config, source)
    if not files or (found is not None and not _named(files, found.error)):
        return found
    told = [one for one in done if _named(files, str(one.get("error")))]
    begun = [at for one in told if (at := moment(one.get("since")) or moment(one.get("started"))) is not None]
    if not begun:
        return found
    named = tuple(name for name in files if any(_named([name], str(one.get("error"))) for one in told))
    last_good = found.last_good if found else moment(done[0].get("finished"))
    return Outage(source.name, min(begun), last_good, str(told[0]["error"]), named)


def _named(files: Sequence[str], error: str) -> bool:
    return any(name in error for name in files)


def _refused(config: Configuration, source: Source) -> list[str]:
    """Return the files of a drop folder that could not be read under today's settings and lie there still."""
    if source.kind != "folder" or source.path is None:
        return []
    noted = config.data / "run" / f"taken-{source.name}.json"
    known = _unless_changed(noted, lambda: arrival.recall(config, "taken", source)) or {}
    refused = {name: one.get("refused") for name, one in known.items() if isinstance(one, dict) and one.get("refused")}
    if not refused:
        return []
    today = arrival.terms(source)
    return sorted(name for name, under in refused.items() if under == today and _lies_there(source.path / name))


def _lies_there(file: Path) -> bool:
    try:
        return file.is_file()
    except OSError:  # the folder itself cannot be looked into
        return False


def _unattended(source: Source, done: Sequence[Pull], job: Pull, now: datetime) -> Outage | None:
    """Return the outage of a source that is due for long while no scheduler runs."""
    due = moment(job.get("next"))
    if due is None or now - due < OVERDUE:
        return None
    times = [moment(job.get("last_ok")), *(moment(one.get("finished")) for one in done[:1])]
    last_good = max((one for one in times if one is not None), default=None)
    if last_good is not None and last_good >= due:
        return None
    return Outage(source.name, due, last_good, "scheduler: it has stopped; start it again")


def _told_by(job: Pull) -> tuple[Pull, ...]:
    """Return the last good pull as the scheduler remembers it: all there is of a source that left no word yet."""
    return ({"ok": True, "finished": job["last_ok"]},) if job.get("last_ok") else ()


def _history(config: Configuration, source: str) -> tuple[Pull, ...]:
    """Return a source's pulls, newest first."""
    return _unless_changed(pulls.history_file(config, source), lambda: tuple(pulls.history(config, source))) or ()


def _unless_changed(file: Path, read: Callable[[], Any]) -> Any:
    """Return what is read from a file, read again only when it has changed: every open page asks; None without it."""
    try:
        state = file.stat()
    except OSError:
        return None
    seen = (state.st_mtime_ns, state.st_size)
    if file not in _known or _known[file][0] != seen:
        _known[file] = (seen, read())
    return _known[file][1]
