"""Replay: a campaign's version built anew from everything received, in the order it was received."""

from __future__ import annotations

import logging

from campaign.configuration import Campaign, Configuration, Source
from campaign.errors import ContractError
from etl.configured import inputs_of
from etl.intake import new_judge, put, read_all, received_store, recover
from etl.publishing import describe, publish
from etl.received import batch_moment
from reporting.figures import store_of
from warehouse.writer import NextVersion

LOG = logging.getLogger(__name__)


def rebuild(config: Configuration, campaign: Campaign) -> str:
    """Build a new version from an empty file by replaying every load kept; return its name.

    A load whose file cannot be read is left out, as it was when it came, and the log says so. Sources are
    read by today's mapping.
    """
    with store_of(config, campaign.id).lock():
        return rebuild_locked(config, campaign)


def rebuild_locked(config: Configuration, campaign: Campaign) -> str:
    """As rebuild(), by a caller that holds the campaign's lock."""
    inputs = inputs_of(config, campaign)
    recover(received_store(config, campaign.id), store_of(config, campaign.id))

    def build(version: NextVersion) -> None:
        describe(version, config, campaign, inputs)
        judge = new_judge(version, campaign, inputs)
        for received in received_store(config, campaign.id).loads():
            source = _source(config, received.source)
            try:
                tables = read_all(received, source)
            except ContractError as problem:
                LOG.warning("replay %s %s: left out, %s", campaign.id, received.batch, problem)
                continue
            put(version, config, judge, received, tables, source, batch_moment(received.batch))

    return publish(config, campaign, build, empty=True)


def _source(config: Configuration, name: str) -> Source | None:
    """Return a source by name; None for the plain form. A source no longer configured sent the plain form."""
    return config.source(name) if name else None
