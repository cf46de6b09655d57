"""The warm-up: what the first visitor would wait for is done before the door opens."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from campaign.configuration import Configuration
from pages import _ask, _view
from pages._address import Address
from pages._document import document
from reporting.texts import LANGUAGES

LOG = logging.getLogger(__name__)


def warm(config: Configuration) -> None:
    """Compute the standard overview of every campaign, and the document pages start from."""
    for lang in LANGUAGES:
        document(lang)
    for campaign in config.campaigns:
        started = datetime.now(UTC)
        try:
            _overview(config, campaign.id)
        except Exception:  # a visitor would see a page that says so; the other campaigns must still be served
            LOG.exception("%s could not be warmed", campaign.id)
            continue
        LOG.info("%s is warm after %.1f s", campaign.id, (datetime.now(UTC) - started).total_seconds())


def _overview(config: Configuration, campaign: str) -> None:
    view = _view.read(Address("overview", {"campaign": campaign}), config)
    if isinstance(view, _view.Trouble):
        return
    _ask.burnup(view.edition, view.scope, view.category, view.stage, view.as_of, view.lang, view.figures)
    _ask.issues(view.edition, view.as_of, view.figures)
    for group in view.campaign.groups:
        view.rows(category=group.id)
    for stage in view.campaign.stages:
        view.rows(stage=stage.id)
