"""Pull: take what is new from a source, as one load."""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from campaign.configuration import Campaign, Configuration, Source
from campaign.errors import CanDichError, ContractError, PartlyTaken, SourceError, UsageError
from etl.intake import ingest, received_store
from etl.opening import open_load
from etl.publishing import ensure_current, known_campaign
from etl.pulls import leave_word
from etl.received import batch_id
from etl.room import no_room
from etl.sources import folder
from etl.sources.arrival import Arrival, Fetched
from etl.uncollected import MANY, uncollected

LOOK_AGAIN_AFTER = 1.0
WAIT_FOR_ANOTHER = 30.0  # seconds for which another pull of the same source is waited for
FETCHING = ".fetching-"
REFUSED = ".refused-"
REFUSED_KEPT = 20  # answers of a source that could not be read, kept to be looked at


def pull_source(config: Configuration, name: str, now: datetime | None = None) -> dict[str, Any]:
    """Pull one source once, and return what the load did; no new file makes no load. Word is left, well or ill.

    A file of a folder that cannot be read does not keep the others out: they are taken, then PartlyTaken names it
    and says what was taken; it is not tried again until it or its source's settings change. An answer of a server or
    a database is taken whole or not at all. Raises UsageError for an unknown source, SourceError when it cannot be
    had or is being pulled already, and what ingest() raises: then all is tried again.
    """
    source = config.source(name)
    if source is None:
        known = ", ".join(one.name for one in config.sources) or "none"
        raise UsageError(f"--source {name}", "is not configured", f"one of {known}")
    campaign = known_campaign(config, source.campaign)
    del now
    lock = FileLock(config.data / "run" / f"pull-{source.name}.lock")
    Path(lock.lock_file).parent.mkdir(parents=True, exist_ok=True)
    try:
        held = lock.acquire(timeout=WAIT_FOR_ANOTHER)
    except Timeout:
        raise SourceError(f"source {source.name}", "is being pulled by another process", "wait for it") from None
    with held:
        return _pull_and_tell(config, campaign, source)


def _pull_and_tell(config: Configuration, campaign: Campaign, source: Source) -> dict[str, Any]:
    started, did = datetime.now(UTC), dict[str, Any]()
    error: str | None = "cut short"
    try:
        # looked for once, when all that was read is gone: a collection in between walks through every cell
        with uncollected(MANY if source.kind == "folder" else 0):
            document = _pull(config, campaign, source, did)
        error = None
    except CanDichError as problem:
        error = " ".join(str(problem).split())
        raise
    except Exception as problem:
        if (full := no_room(f"source {source.name}", problem)) is not None:
            error = str(full)
            raise full from None
        error = f"{type(problem).__name__}: {' '.join(str(problem).split())}"
        raise
    finally:
        leave_word(config, source.name, campaign.id, started, did, error)
    return document


def _pull(config: Configuration, campaign: Campaign, source: Source, did: dict[str, Any]) -> dict[str, Any]:
    with _scratch(config, source) as scratch:
        try:
            fetched = _fetch(config, source, scratch)
            refusals, document = _take_in(config, campaign, source, fetched)
        except ContractError:
            _keep_refused(config, source, scratch)
            raise
        did |= document
        did["bytes"] = sum(one.size for one in fetched.fresh if one.name not in refusals)
        fetched.remember(refusals.keys())
    if fetched.problems or refusals:
        raise _complaint(source, [*fetched.problems, *refusals.values()], document)
    return document


@contextmanager
def _scratch(config: Configuration, source: Source) -> Iterator[Path]:
    """Make the folder that a source's pull fetches into, without what a killed one left; no other pull has it now."""
    place = config.data / "run" / f"{FETCHING}{source.name}"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _fetch(config: Configuration, source: Source, scratch: Path) -> Fetched:
    """Return what is new; only the kind that is used brings its libraries in."""
    if source.kind == "http":
        from etl.sources import web  # noqa: PLC0415

        return web.fetch(config, source, scratch)
    if source.kind == "sql":
        from etl.sources import sql  # noqa: PLC0415

        return sql.fetch(config, source, scratch)
    return folder.fetch(config, source, scratch, LOOK_AGAIN_AFTER)


def _take_in(
    config: Configuration, campaign: Campaign, source: Source, fetched: Fetched
) -> tuple[dict[str, str], dict[str, Any]]:
    """Load what can be read of the new files; return what is wrong with the others, by name, and what the load did."""
    refusals: dict[str, str] = {}
    outcome, fresh = None, fetched.fresh
    ours = {one.copy: one for one in fresh}
    try:
        outcome = ingest(config, campaign, list(ours), source, ours=ours) if fresh else None
    except ContractError as problem:
        if fetched.whole:
            raise ContractError(f"{fetched.where}, {problem.where}", problem.found, problem.expected) from None
        refusals = {one.name: words for one in fresh if (words := _unreadable(one, source))}
        if not refusals:
            raise
        good = [one.copy for one in fresh if one.name not in refusals]
        outcome = ingest(config, campaign, good, source, ours=ours) if good else None
    if outcome is None:
        nothing = dict.fromkeys(("read", "accepted", "unchanged", "held", "rejected", "flagged"), 0)
        document = {"batch": "", "version": ensure_current(config, campaign), **nothing}
    else:
        document = outcome.document()
    files = len(fresh) - len(refusals)
    return refusals, {"source": source.name, "campaign": campaign.id, **document, "files": files}


def _unreadable(arrival: Arrival, source: Source) -> str | None:
    """Return what is wrong with a file; None when it can be read."""
    try:
        deque(open_load([(arrival.name, arrival.copy, arrival.sha256)], source), maxlen=0)
    except ContractError as problem:
        return f"{problem} (not tried again until it changes)"
    return None


def _keep_refused(config: Configuration, source: Source, scratch: Path) -> None:
    """Keep an answer that could not be read, as it came: what lay in a folder lies there still, this is nowhere."""
    files = sorted(path for path in scratch.iterdir() if path.is_file())
    if source.kind == "folder" or not files:
        return
    place = received_store(config, source.campaign).folder
    kept = place / f"{REFUSED}{batch_id(datetime.now(UTC))}-{source.name}"
    kept.mkdir(parents=True)
    for path in files:
        shutil.copyfile(path, kept / path.name)
    for old in sorted(place.glob(f"{REFUSED}*Z-{source.name}"))[:-REFUSED_KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def _complaint(source: Source, problems: list[str], document: dict[str, Any]) -> ContractError:
    """Return the error that names every file not taken, and says what became of the others."""
    where, found = f"source {source.name}", "; ".join(problems)
    if not document["files"]:
        return ContractError(where, found, "taken in: nothing, no other is new")
    shown = ("files", "read", "accepted", "unchanged", "held", "rejected", "version")
    others = " ".join(f"{name}={document[name]}" for name in shown)
    return PartlyTaken(where, found, f"taken in: {others}", document)
