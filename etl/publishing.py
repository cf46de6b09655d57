"""Publishing: a campaign's next version, built, checked and swapped in; the lock is the caller's."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from campaign.configuration import Campaign, Configuration
from campaign.errors import CanDichError, CheckFailed, UsageError
from campaign.rows import Measure
from etl.configured import Inputs, input_bytes, inputs_of
from reporting.figures import store_of
from warehouse.reader import Reader
from warehouse.records import StatedRow, TargetRow
from warehouse.versions import VersionStore, write_whole
from warehouse.writer import NextVersion, fingerprint, next_version, schema_mark

LOG = logging.getLogger(__name__)
FAILURE = "FAILED.json"
LONG_TARGETS = 200_000  # bytes of targets.csv from which reading it again costs more than asking


def known_campaign(config: Configuration, campaign_id: str) -> Campaign:
    """Return a configured campaign; UsageError names those there are."""
    campaign = config.campaign(campaign_id)
    if campaign is None:
        known = ", ".join(one.id for one in config.campaigns) or "none"
        raise UsageError(f"--campaign {campaign_id}", "is not configured", f"one of {known}")
    return campaign


def failure_of(config: Configuration, campaign_id: str) -> dict[str, Any] | None:
    """Return what the last run said that published nothing, if the last run failed."""
    try:
        content = json.loads((store_of(config, campaign_id).folder / FAILURE).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return dict(content)


def describe(version: NextVersion, config: Configuration, campaign: Campaign, inputs: Inputs) -> None:
    """Let the version take over today's configuration, units and targets, when they have changed."""
    if not inputs.whole and version.meta("fingerprint") != fingerprint(config.shape(campaign), inputs.files):
        inputs = inputs_of(config, campaign)
    epoch = datetime(1970, 1, 1)  # noqa: DTZ001 - stored as naive UTC
    name = campaign.targets.name if campaign.targets else ""
    version.describe(
        shape=config.shape(campaign),
        inputs=inputs.files,
        units=inputs.registry.rows,
        categories=campaign.category_ids,
        stages=campaign.stage_ids,
        targets=[
            TargetRow(row.unit_code, row.category, row.stage, row.target, row.valid_from, row.reason, None)
            for row in inputs.targets
        ],
        stated=[
            StatedRow(row.unit_code, row.category, row.stage, Measure.TARGET.value, row.valid_from or campaign.start,
                      row.target, epoch, "", name, 0)
            for row in inputs.stated
        ],
    )  # fmt: skip


def inputs_for_load(config: Configuration, campaign: Campaign) -> Inputs:
    """Return a campaign's units and targets; a long targets.csv that the published version has is not read again."""
    current = store_of(config, campaign.id).current()

    def described(files: dict[str, bytes]) -> bool:
        if current is None or len(files["targets"]) < LONG_TARGETS:
            return False
        reader = Reader(store_of(config, campaign.id).path(current.version))
        try:
            return reader.fingerprint == fingerprint(config.shape(campaign), files)
        finally:
            reader.close()

    return inputs_of(config, campaign, described)


def ensure_current(config: Configuration, campaign: Campaign) -> str:
    """Return the published version, after making one when there is none or the configuration has changed."""
    store = store_of(config, campaign.id)
    current = store.current()
    if current is not None:
        reader = Reader(store.path(current.version))
        try:
            same = reader.fingerprint == fingerprint(config.shape(campaign), input_bytes(config, campaign))
            if same and reader.schema_mark == schema_mark():
                return current.version
        finally:
            reader.close()
    renew_old_schema(config, campaign)
    inputs = inputs_of(config, campaign)
    with store.lock():
        return publish(config, campaign, lambda version: describe(version, config, campaign, inputs))


def renew_old_schema(config: Configuration, campaign: Campaign) -> None:
    """Rebuild a campaign from what was received when its version was built with other tables than today's."""
    store = store_of(config, campaign.id)
    if not _has_old_schema(store):
        return
    from etl.replay import rebuild_locked  # noqa: PLC0415 - replay publishes too

    with store.lock():
        if _has_old_schema(store):
            rebuild_locked(config, campaign)


def _has_old_schema(store: VersionStore) -> bool:
    current = store.current()
    return current is not None and schema_of(store, current.version) != schema_mark()


def schema_of(store: VersionStore, version: str) -> str:
    """Return the mark of the tables a version was built with."""
    reader = Reader(store.path(version))
    try:
        return reader.schema_mark
    finally:
        reader.close()


def publish(
    config: Configuration,
    campaign: Campaign,
    build: Callable[[NextVersion], None],
    *,
    empty: bool = False,
) -> str:
    """Build the next version with `build`, check and publish it; return what is published then. Lock held.

    A failed check leaves the published version as it was, and leaves word in the campaign's folder.
    """
    store = store_of(config, campaign.id)
    try:
        with next_version(store, datetime.now(UTC), empty=empty) as publication:
            build(publication.version)
    except CheckFailed as problem:
        content = {"where": problem.where, "found": problem.found, "expected": problem.expected}
        write_whole(store.folder / FAILURE, json.dumps(content, ensure_ascii=False).encode())
        raise
    (store.folder / FAILURE).unlink(missing_ok=True)
    if publication.published is not None:
        named = named_versions(config, campaign.id)
        if named is not None:
            store.prune(datetime.now(UTC), config.zone, campaign.end, named)
        return publication.published.version
    current = store.current()
    return current.version if current else ""


def named_versions(config: Configuration, campaign_id: str) -> frozenset[str] | None:
    """Return the versions that issued notices name, never to be pruned; None when a record cannot be read."""
    found = set()
    for path in (config.data / "notices").glob("*.json"):
        try:
            content = json.loads(path.read_text("utf-8"))
            if content["campaign"] == campaign_id:
                found.add(str(content["version"]))
        except (OSError, ValueError, KeyError, TypeError) as problem:
            LOG.warning("no version is removed: the record %s cannot be read (%s)", path, problem)
            return None
    return frozenset(found)


def rollback(config: Configuration, campaign: Campaign, to: str | None) -> tuple[str, str | None]:
    """Publish an older version again: `to`, else the one before CURRENT; return (it, what CURRENT said before).

    A CURRENT that cannot be read is mended by naming a version. Raises UsageError for a version that is not
    kept, or was built with other tables than today's.
    """
    store = store_of(config, campaign.id)
    with store.lock():
        try:
            current = store.current()
        except CanDichError:
            if to is None:
                raise
            current = None
        older = [one for one in store.versions() if current is None or int(one[1:]) < int(current.version[1:])]
        if to is None and not older:
            raise UsageError(f"campaign {campaign.id}", "has no older version", "name one with --to")
        chosen = to or older[-1]
        if chosen in store.versions() and schema_of(store, chosen) != schema_mark():
            raise UsageError(f"version {chosen}", "was built with other tables than today's", "use rebuild")
        published = store.point_to(chosen, datetime.now(UTC))
    return published.version, current.version if current else None
