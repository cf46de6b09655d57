"""Unpublished: a campaign before its first version, as figures of its configuration, units and targets alone.

They are built where nobody else looks, and leave nothing in the campaign's folder: the first load publishes the first
version.
"""

from __future__ import annotations

import hashlib
import tempfile
import weakref
from datetime import UTC, datetime
from pathlib import Path

from campaign.configuration import Campaign, Configuration
from campaign.errors import SourceError
from etl.configured import input_bytes, inputs_of
from etl.publishing import describe
from reporting.figures import Figures
from warehouse.reader import Reader
from warehouse.versions import VersionStore
from warehouse.writer import fingerprint, next_version

PREFIX = "none-"
_MARK = 16


def name_of(config: Configuration, campaign: Campaign) -> str:
    """Return what stands for the version there is none of yet; another one when units, targets or terms change.

    Raises ConfigError when the files of the campaign cannot be read.
    """
    mark = fingerprint(config.shape(campaign), input_bytes(config, campaign))
    return PREFIX + hashlib.sha256(mark.encode()).hexdigest()[:_MARK]


def built(config: Configuration, campaign: Campaign, folder: Path) -> Path:
    """Build in `folder` what would be published if nothing had been received; return its file.

    Raises ConfigError for units or targets that are wrong, CheckFailed when they fail a check.
    """
    store = VersionStore(folder)
    with next_version(store, datetime.now(UTC), empty=True) as publication:
        describe(publication.version, config, campaign, inputs_of(config, campaign))
    if publication.published is None:
        raise SourceError(f"campaign {campaign.id!r}", "nothing describes it", "look at its configuration")
    return store.path(publication.published.version)


def figures(config: Configuration, campaign: Campaign, name: str) -> Figures:
    """Return the figures of a campaign of which nothing was received; what they are read from goes when they go."""
    scratch = tempfile.TemporaryDirectory(prefix="candich-", ignore_cleanup_errors=True)
    try:
        reader = Reader(built(config, campaign, Path(scratch.name)))
    except BaseException:
        scratch.cleanup()
        raise
    weakref.finalize(reader, scratch.cleanup)
    return Figures(reader, name, datetime.now(UTC))
