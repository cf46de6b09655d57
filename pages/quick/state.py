"""What a campaign's plain pages depend on beside their address, looked at when asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from campaign.configuration import Campaign, Configuration
from campaign.freshness import Outage
from etl import freshness, heartbeat
from etl.publishing import failure_of
from pages import _ask
from reporting.brief import Failing


@dataclass(frozen=True)
class State:
    """A campaign now: its edition, the days, and what fails on our side.

    `standard`: the latest day whose cut-off has passed; `receiving`: the day still coming in; `quiet`: the scheduler
    gives no sign; `failure`: what the last run said that published nothing.
    """

    edition: str
    standard: date
    receiving: date | None
    today: date
    quiet: bool
    outages: tuple[Outage, ...]
    failure: str

    def is_stale(self, campaign: str, edition: str) -> bool:
        """Tell whether this is a campaign's state of another edition."""
        return self.edition != edition and self.edition.split("/")[1] == campaign

    def failing(self, config: Configuration, campaign: Campaign) -> Failing:
        """Return what fails on our side, as the brief is told of it."""
        configured = tuple(one.name for one in config.sources if one.campaign == campaign.id)
        return Failing(self.outages, configured, {"said": self.failure} if self.failure else None)


def state_of(config: Configuration, campaign: Campaign, now: datetime) -> State | None:
    """Return a campaign's state; None while it waits for its first figure. `now` is UTC."""
    version = _ask.opened(config, campaign)
    if version is None:
        return None
    edition = _ask.edition_of(config, campaign.id, version)
    figures = _ask.figures(edition, config)
    if figures.awaits_first(now):
        return None
    standard = figures.default_as_of(now)
    today = now.astimezone(config.zone).date()
    failure = failure_of(config, campaign.id)
    return State(
        edition=edition,
        standard=standard,
        receiving=today if campaign.start <= today <= campaign.end and today > standard else None,
        today=today,
        quiet=heartbeat.is_silent(config, now),
        outages=freshness.outages(config, campaign.id, now),
        failure=str(failure.get("at") or failure) if failure else "",
    )
