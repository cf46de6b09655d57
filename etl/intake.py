"""Intake: one load from files to a published version: keep, read, judge, load, check, publish."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from campaign.configuration import Campaign, Configuration, Source
from campaign.errors import UsageError
from campaign.judging import Judge
from campaign.rows import Row, Tally, Verdict
from etl.configured import Inputs, aliases
from etl.decisions import put_decisions
from etl.envelope import Envelope, Kind
from etl.kept import Kept, size_of
from etl.opening import Tables, open_load
from etl.publishing import describe, inputs_for_load, publish, renew_old_schema
from etl.received import Received, ReceivedStore
from etl.sources.arrival import Arrival
from etl.submission import read_submitted
from etl.taking import Taking, terms_of
from etl.uncollected import uncollected
from reporting.figures import store_of
from warehouse.reader import Reader
from warehouse.versions import VersionStore
from warehouse.writer import NextVersion, next_version

if TYPE_CHECKING:
    from etl.quick_sheet import QuickGrid

__all__ = ["Outcome", "ingest", "load", "new_judge", "put", "read_all", "terms_of"]
LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What one load did: `version` is what is published after it."""

    batch: str
    version: str
    tally: Tally
    verdicts: list[tuple[str, Verdict]]

    def document(self) -> dict[str, Any]:
        """Return the object `ingest --json` prints."""
        tally = self.tally
        return {
            "batch": self.batch,
            "version": self.version,
            "read": tally.read,
            "accepted": tally.accepted,
            "unchanged": tally.unchanged,
            "held": tally.held,
            "rejected": tally.rejected,
            "flagged": tally.flagged,
        }


def received_store(config: Configuration, campaign_id: str) -> ReceivedStore:
    """Return where a campaign's received files are kept."""
    return ReceivedStore(config.data / "received" / campaign_id)


def source_for(config: Configuration, campaign: Campaign, name: str | None) -> Source | None:
    """Return a source of a campaign by name; None for the plain form."""
    if name is None:
        return None
    source = config.source(name)
    if source is None or source.campaign != campaign.id:
        known = ", ".join(one.name for one in config.sources if one.campaign == campaign.id) or "none"
        raise UsageError(f"--source {name}", f"is not a source of {campaign.id}", f"one of {known}")
    return source


def ingest(
    config: Configuration,
    campaign: Campaign,
    files: Sequence[Kept],
    source: Source | None = None,
    received_at: datetime | None = None,
    *,
    dry_run: bool = False,
    envelope: Envelope | None = None,
    ours: Mapping[Kept, Arrival] | None = None,
) -> Outcome:
    """Take one load in: keep its files as they arrived, judge every row, publish what changed.

    `ours`: which of the files are copies that nobody else writes to, as they were fetched.
    Raises UsageError for a missing file or a time of receipt that does not rise, ContractError for a file
    that cannot be read (nothing of the load is taken), SourceError when the lock is held, CheckFailed when
    the new version fails a check.
    """
    renew_old_schema(config, campaign)
    inputs = inputs_for_load(config, campaign)
    if dry_run:
        own = [path for path in files if isinstance(path, Path)]
        return _dry_run(config, campaign, inputs, own, source, received_at or datetime.now(UTC))
    kept, store = received_store(config, campaign.id), store_of(config, campaign.id)
    fetched = {path: (one.name, one.sha256) for path, one in (ours or {}).items()}
    ahead = {one.sha256: one.grid for one in (ours or {}).values() if one.grid is not None}
    received = kept.take(files, source.name if source else "", envelope, fetched)
    try:
        with uncollected(len(files), sum(size_of(path) for _, path, _ in received.files)):
            tables = read_all(received, source, ahead | received.grids)
            with store.lock():
                recover(kept, store)
                moment = _moment(received_at, _last_received_at(kept, store))
                received = kept.settle(received, moment)
                outcome = load(config, campaign, inputs, received, tables, source, moment)
                kept.finish(received)
                return outcome
    except BaseException:
        if received.folder.name.startswith("."):
            kept.drop(received)
        raise


def _moment(asked: datetime | None, last: datetime | None) -> datetime:
    """Return the time of receipt: strictly later than the last one."""
    if asked is not None:
        if last is not None and asked <= last:
            raise UsageError(
                f"--received-at {asked.isoformat()}",
                f"is not after the last load, received {last.isoformat()}",
                "received_at strictly increases within a campaign",
            )
        return asked
    now = datetime.now(UTC)
    return now if last is None or now > last else last + timedelta(microseconds=1)


def recover(kept: ReceivedStore, store: VersionStore) -> None:
    """Tidy up what killed runs left among the received files. Lock held."""

    def published(batches: list[str]) -> set[str]:
        current = store.current()
        if current is None:
            return set()
        reader = Reader(store.path(current.version))
        try:
            return reader.known_batches(batches)
        finally:
            reader.close()

    kept.recover(published, datetime.now(UTC))


def _last_received_at(kept: ReceivedStore, store: VersionStore) -> datetime | None:
    moments = [kept.last_received_at()]
    current = store.current()
    if current is not None:
        reader = Reader(store.path(current.version))
        moments.append(reader.last_received_at)
        reader.close()
    return max((one for one in moments if one is not None), default=None)


def read_all(received: Received, source: Source | None, ahead: Mapping[str, QuickGrid] | None = None) -> Tables:
    """Return (file name, rows) of every file of a load; `ahead`: the sheets that were read already, by sha256."""
    if received.envelope is not None:
        loose = [(name, path, digest) for name, path, digest in received.files if isinstance(path, Path)]
        return read_submitted(received.envelope, loose, source)  # it has no bundle
    return open_load(received.files, source, ahead)


def load(
    config: Configuration,
    campaign: Campaign,
    inputs: Inputs,
    received: Received,
    tables: Tables,
    source: Source | None,
    moment: datetime,
) -> Outcome:
    """Judge a load's rows against what stands and publish what changed. Lock held."""
    outcomes: list[Outcome] = []

    def build(version: NextVersion) -> None:
        describe(version, config, campaign, inputs)
        judge = new_judge(version, campaign, inputs)
        outcomes.append(put(version, config, judge, received, tables, source, moment))

    version = publish(config, campaign, build)
    outcome = replace(outcomes[0], version=version)
    LOG.info(
        "load %s %s: read=%d accepted=%d unchanged=%d held=%d rejected=%d flagged=%d -> %s",
        campaign.id, outcome.batch, outcome.tally.read, outcome.tally.accepted, outcome.tally.unchanged,
        outcome.tally.held, outcome.tally.rejected, outcome.tally.flagged, version,
    )  # fmt: skip
    return outcome


def new_judge(version: NextVersion, campaign: Campaign, inputs: Inputs) -> Judge:
    """Return a judge who knows what stands in the version being built."""
    standing = version.standing()
    standing.held.update(version.decisions.covered().held)  # sent again, such a row is still decided
    return Judge(campaign, inputs.registry, standing, {**aliases(), **version.decisions.aliases()})


def put(
    version: NextVersion,
    config: Configuration,
    judge: Judge,
    received: Received,
    tables: Tables,
    source: Source | None,
    moment: datetime,
) -> Outcome:
    """Judge a load's rows and write them into the version being built, unless they change nothing."""
    if received.envelope is not None and received.envelope.kind is Kind.DECISIONS:
        ((name, decided),) = tables
        tally, ended = put_decisions(version, config, judge, received, cast("list[Row]", decided), moment)
        return Outcome(received.batch, "", tally, [(name, one) for one in ended])
    taking = Taking(version, config, judge, received, source, moment)
    taking.take(tables)
    taking.close()
    return Outcome(received.batch, "", taking.tally, taking.verdicts)


def _dry_run(
    config: Configuration,
    campaign: Campaign,
    inputs: Inputs,
    files: list[Path],
    source: Source | None,
    moment: datetime,
) -> Outcome:
    """Judge a load's rows and keep nothing."""
    received = Received(Path(), source.name if source else "", [(path.name, path, "") for path in files])
    for path in files:
        if not path.is_file():
            raise UsageError(str(path), "there is no such file", "name a CSV or XLSX file")
    tables = read_all(received, source)
    store = store_of(config, campaign.id)
    with store.lock():
        outcomes: list[Outcome] = []
        with next_version(store, datetime.now(UTC)) as publication:
            describe(publication.version, config, campaign, inputs)
            judge = new_judge(publication.version, campaign, inputs)
            outcomes.append(put(publication.version, config, judge, received, tables, source, moment))
            publication.version.changed = False
    current = store.current()
    return replace(outcomes[0], batch="", version=current.version if current else "")
