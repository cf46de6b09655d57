"""The demo, loaded: its reports received as on the days they came, and one version a campaign built from them."""

from __future__ import annotations

import tempfile
from pathlib import Path

from campaign.configuration import Configuration
from etl.configured import is_demo
from reporting.figures import store_of


def load_demo(config: Configuration) -> None:
    """Load the demo campaigns that are not loaded yet; nothing to do for any other configuration."""
    if not is_demo(config) or all(store_of(config, one.id).current() for one in config.campaigns):
        return
    from etl.demo import write_reports  # noqa: PLC0415 - commands ask for this each time: only a first one pays
    from etl.intake import received_store  # noqa: PLC0415
    from etl.received import batch_id  # noqa: PLC0415
    from etl.replay import rebuild_locked  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as scratch:
        reports = write_reports(Path(scratch))
        for campaign in config.campaigns:
            kept, store = received_store(config, campaign.id), store_of(config, campaign.id)
            with store.lock():
                if store.current() is not None:
                    continue
                for report in sorted(reports, key=lambda one: one.received_at):
                    fresh = report.campaign == campaign.id and not (kept.folder / batch_id(report.received_at)).exists()
                    if fresh:
                        kept.finish(kept.settle(kept.take([report.path], report.source or ""), report.received_at))
                rebuild_locked(config, campaign)


def ready(config: Configuration) -> None:
    """Make sure every campaign has a version built with today's configuration."""
    from etl.publishing import ensure_current  # noqa: PLC0415

    load_demo(config)
    for campaign in config.campaigns:
        ensure_current(config, campaign)
