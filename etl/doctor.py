"""The doctor: whether the configuration is whole, and every version and received file the bytes it was."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from access import audit
from access.chain import unwritable
from access.verifying import verify
from campaign.configuration import Campaign, Configuration
from campaign.errors import CanDichError
from campaign.freshness import masked
from etl import admitted, audit_kept, boundaries, heartbeat, provider, register, secret_file
from etl.configured import inputs_of
from etl.freshness import states
from etl.intake import received_store
from etl.publishing import failure_of
from etl.received import ASIDE, FINISHED, INCOMING, MANIFEST, ReceivedStore, as_it_arrived
from reporting.figures import store_of
from warehouse.reader import Reader
from warehouse.versions import sha256_of


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    subject: str
    well: bool
    words: str


def examine(config: Configuration) -> list[Finding]:
    """Return a finding for everything looked at."""
    found = [Finding("configuration", well=True, words=f"{config.path}, {len(config.campaigns)} campaigns")]
    found += _secrets(config)
    for campaign in config.campaigns:
        found += [*_inputs(config, campaign), *_version(config, campaign), *_received(config, campaign)]
        found += _sources(config, campaign)
        found += [
            Finding(f"{campaign.id} notices", well=well, words=words)
            for well, words in register.examine(config, campaign.id)
        ]
    age = heartbeat.age(config, datetime.now(UTC))
    words = "has not run here yet" if age is None else f"last beat {age:.0f} s ago"
    found.append(Finding("scheduler", well=True, words=words))
    found += [Finding("sign-in", well=well, words=words) for well, words in admitted.examine(config)]
    return [*found, *_audit(config)]


def _secrets(config: Configuration) -> list[Finding]:
    """Return whether the file of secrets is read by nobody else, and whether the sign-in provider's are there."""
    found = []
    path = secret_file.path_beside(config.path)
    if secret_file.is_open(path):
        found.append(Finding("secrets", well=False, words=f"others on this machine may read {path}; chmod 600 it"))
    try:
        provider.checked(config)
    except CanDichError as problem:
        found.append(Finding("sign-in", well=False, words=str(problem)))
    return found


def _audit(config: Configuration) -> list[Finding]:
    """Return whether the audit log is whole and has what each backup remembers of it; its last record is the last word.

    Whoever keeps that word elsewhere can prove later that nothing before it was written anew.
    """
    verdict = audit_kept.judged(config)
    found = [Finding("audit log", well=False, words=str(one)) for one in verdict.breaks]
    if problem := unwritable(audit.folder(config), audit.LOCK_SECONDS):
        words = f"cannot be written by whoever runs this ({problem}): as that user nobody signs in or sends"
        found.append(Finding("audit log", well=False, words=words))
    if verdict.whole:
        end = f"; the last is {verdict.last}" if verdict.last.n else ""
        cut = "; a line that its writer left unfinished is closed off by the next" if verdict.unfinished else ""
        found.append(Finding("audit log", well=True, words=f"{verdict.last.n} records, whole{end}{cut}"))
    for place in audit_kept.laid_beside(config):
        other = verify(place)
        words = f"{other.last.n} records of another log, laid here by a restore"
        said = str(other.breaks[0]) if other.breaks else words
        found.append(Finding(f"audit log {place.parent.name}/{place.name}", well=other.whole, words=said))
    return found


def _sources(config: Configuration, campaign: Campaign) -> list[Finding]:
    return [*_variables(config, campaign), *_pulls(config, campaign)]


def _variables(config: Configuration, campaign: Campaign) -> list[Finding]:
    """Return which environment variables of the sources and messages are not set; never what one holds."""
    sources = ((f"source {one.name}", one.campaign, one.variables) for one in config.sources)
    sent = (
        (f"message {one.name}", one.campaign, [to.removeprefix("env:") for to in one.to]) for one in config.messages
    )
    return [
        Finding(
            subject,
            well=False,
            words=f"the environment variable {name} is not set here; set it where start and doctor run",
        )
        for subject, of, names in (*sources, *sent)
        if of == campaign.id
        for name in names
        if not os.environ.get(name, "").strip()
    ]


def _pulls(config: Configuration, campaign: Campaign) -> list[Finding]:
    return [
        Finding(
            f"source {one.source.name}",
            well=one.outage is None,
            words=f"fails since {one.outage.since.isoformat(timespec='seconds')}: {masked(one.outage.error)}"
            if one.outage
            else f"last good pull {one.last_good['finished']}"
            if one.last_good
            else "not pulled yet",
        )
        for one in states(config, campaign.id, datetime.now(UTC))
    ]


def _inputs(config: Configuration, campaign: Campaign) -> list[Finding]:
    try:
        inputs = inputs_of(config, campaign)
    except CanDichError as problem:
        return [Finding(f"{campaign.id} units and targets", well=False, words=str(problem))]
    words = f"{len(inputs.registry.codes)} units, {len(inputs.targets)} targets"
    found = [Finding(f"{campaign.id} units and targets", well=True, words=words)]
    said = boundaries.examine(campaign, inputs.registry)
    return [*found, *(Finding(f"{campaign.id} map", well=well, words=words) for well, words in said)]


def _version(config: Configuration, campaign: Campaign) -> list[Finding]:
    store, subject = store_of(config, campaign.id), f"{campaign.id} version"
    try:
        current = store.current()
        if current is None:
            return [Finding(subject, well=True, words="none yet")]
        path = store.path(current.version)
        if not path.exists():
            return [Finding(subject, well=False, words=f"{current.version} is missing; use rollback or rebuild")]
        if sha256_of(path) != current.sha256:
            return [Finding(subject, well=False, words=f"{path} is not the bytes published; use rollback or rebuild")]
        reader = Reader(path)
        loads = len(reader.batches())
        reader.close()
    except (CanDichError, OSError, ValueError) as problem:
        return [Finding(subject, well=False, words=str(problem))]
    found = [
        Finding(subject, well=True, words=f"{current.version}, {loads} loads, {len(store.versions())} versions kept")
    ]
    failure = failure_of(config, campaign.id)
    if failure:
        found.append(Finding(f"{campaign.id} last run", well=False, words=f"{failure['where']}: {failure['found']}"))
    return found


def _received(config: Configuration, campaign: Campaign) -> list[Finding]:
    kept, subject = received_store(config, campaign.id), f"{campaign.id} received"
    found = [
        Finding(subject, well=False, words=f"the load {folder.name} has no {MANIFEST}; bring it back from a backup")
        for folder in _folders(kept, "[0-9]*Z")
        if not (folder / MANIFEST).is_file()
    ]
    try:
        loads = kept.loads()
    except (CanDichError, OSError) as problem:
        return [*(found or [Finding(subject, well=False, words=str(problem))]), *_loose_ends(kept, subject)]
    for load in loads:
        for name, path, digest in load.files:
            if not as_it_arrived(path, digest):
                words = f"{name} of load {load.batch} is not as it arrived; bring it back from a backup"
                found.append(Finding(subject, well=False, words=words))
    if not found:
        found.append(Finding(subject, well=True, words=f"{len(loads)} loads, every file as it arrived"))
    return [*found, *_loose_ends(kept, subject)]


def _folders(kept: ReceivedStore, pattern: str) -> list[Path]:
    return sorted(folder for folder in kept.folder.glob(pattern) if folder.is_dir())


def _loose_ends(kept: ReceivedStore, subject: str) -> list[Finding]:
    """Return what runs under way, or killed ones, have left: worth knowing, and no fault."""
    unfinished = [
        one for one in _folders(kept, "[0-9]*Z") if (one / MANIFEST).is_file() and not (one / FINISHED).exists()
    ]
    told = (
        (_folders(kept, f"{INCOMING}*"), "coming in, or left by a killed run: removed after a day"),
        (unfinished, "under way, or cut short by a killed run: the next load settles it"),
        (_folders(kept, f"{ASIDE}*"), "set aside by a killed run: counted only if its files came again"),
    )
    return [
        Finding(subject, well=True, words=f"{folder.name}: {words}") for folders, words in told for folder in folders
    ]
