"""Publishing: a campaign's next version, built, checked and swapped in; the lock is the caller's."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from campaign.configuration import Campaign, Configuration
from campaign.errors import CheckFailed, UsageError
from campaign.rows import Measure
from etl.configured import Inputs, input_bytes, inputs_of
from reporting.figures import store_of
from warehouse.reader import Reader
from warehouse.versions import write_whole
from warehouse.writer import NextVersion, StatedRow, TargetRow, fingerprint, next_version, schema_mark

FAILURE = "FAILED.json"


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


def ensure_current(config: Configuration, campaign: Campaign) -> str:
    """Return the published version, after making one when there is none or the configuration has changed."""
    renew_old_schema(config, campaign)
    store = store_of(config, campaign.id)
    current = store.current()
    if current is not None:
        reader = Reader(store.path(current.version))
        try:
            if reader.fingerprint == fingerprint(config.shape(campaign), input_bytes(config, campaign)):
                return current.version
        finally:
            reader.close()
    inputs = inputs_of(config, campaign)
    with store.lock():
        return publish(config, campaign, lambda version: describe(version, config, campaign, inputs))


def renew_old_schema(config: Configuration, campaign: Campaign) -> None:
    """Rebuild a campaign from what was received when its version was built with other tables than today's."""
    store = store_of(config, campaign.id)
    current = store.current()
    if current is None:
        return
    reader = Reader(store.path(current.version))
    same = reader.schema_mark == schema_mark()
    reader.close()
    if not same:
        from etl.replay import rebuild  # noqa: PLC0415 - replay publishes too

        rebuild(config, campaign)


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
    if publication.published is not None:
        (store.folder / FAILURE).unlink(missing_ok=True)
        store.prune(datetime.now(UTC), config.zone, campaign.end, named_versions(config, campaign.id))
        return publication.published.version
    current = store.current()
    return current.version if current else ""


def named_versions(config: Configuration, campaign_id: str) -> frozenset[str]:
    """Return the versions that issued notices name; they are never pruned."""
    found = set()
    for path in (config.data / "notices").glob("*.json"):
        content = json.loads(path.read_text("utf-8"))
        if content.get("campaign") == campaign_id:
            found.add(str(content["version"]))
    return frozenset(found)
