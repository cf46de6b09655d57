"""A campaign played in a world: everything delivered, ready to be asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from tests.oracle.campaigns import Campaign, Delivery
from tests.oracle.inventing import LOCAL
from tests.oracle.setting import ONE_DAY, Setting, read_setting
from tests.oracle.worlds import OracleWorld, ProductWorld, Table, World

Tally = dict[str, int]


@dataclass
class Told:
    """A campaign, the world it was played in, and what that world answered."""

    campaign: Campaign
    folder: Path
    world: World
    setting: Setting
    tallies: list[Tally] = field(default_factory=list)
    answers: dict[tuple[object, ...], Table] = field(default_factory=dict)

    @property
    def views(self) -> list[str]:
        """Return every category, every group and `all`."""
        return list(dict.fromkeys(["all", *self.campaign.categories, *self.campaign.groups]))

    @property
    def targets_are_settled(self) -> bool:
        """Return whether all targets are known beforehand: no source states any."""
        return not any("target" in source.columns for source in self.campaign.sources)

    @property
    def around(self) -> list[date]:
        """Return the campaign days with one before and two after."""
        first, last = self.campaign.start - ONE_DAY, self.campaign.end + 2 * ONE_DAY
        return [first + step * ONE_DAY for step in range((last - first).days + 1)]

    @property
    def some_days(self) -> list[date]:
        """Return a few telling days: before, first, middle, last, after."""
        start, end = self.campaign.start, self.campaign.end
        middle = start + (end - start) // 2
        return sorted({start - ONE_DAY, start, middle, end, end + 2 * ONE_DAY})

    @property
    def last_reported(self) -> date:
        """Return a day on which, or after which, nothing more was reported."""
        return max(delivery.received_at.astimezone(LOCAL).date() for delivery in self.campaign.deliveries)

    def progress(self, day: date, category: str = "all", **more: str) -> Table:
        """Return one row a unit, asking only once."""
        asked = (day, category, *sorted(more.items()))
        if asked not in self.answers:
            self.answers[asked] = self.world.progress(day, category=category, **more)
        return self.answers[asked]

    def by_code(self, day: date, category: str = "all") -> dict[str, dict[str, str]]:
        """Return the rows of a day by unit."""
        return {row["code"]: row for row in self.progress(day, category)}

    def leaves(self) -> list[str]:
        """Return the units with nobody below them."""
        return self.campaign.leaves()

    def deliver(self, delivery: Delivery) -> Tally:
        """Let one more delivery arrive."""
        self.campaign.deliveries.append(delivery)
        files = self.campaign.write_delivery(self.folder, len(self.campaign.deliveries) - 1)
        self.tallies.append(self.world.ingest(files, delivery.stamp(), delivery.source))
        self.answers.clear()
        return self.tallies[-1]

    def next_moment(self, at_least: date | None = None) -> datetime:
        """Return a moment after the last delivery, and if wanted at the evening of a day."""
        moment = self.campaign.deliveries[-1].received_at + timedelta(seconds=1)
        if at_least is None:
            return moment
        return max(moment, datetime(at_least.year, at_least.month, at_least.day, 20, tzinfo=LOCAL))


def play(campaign: Campaign, folder: Path, world_of: type[OracleWorld | ProductWorld]) -> Told:
    """Return the campaign told to its end."""
    config = campaign.write(folder)
    world = world_of(config, campaign.identifier)
    told = Told(campaign, folder, world, read_setting(config, campaign.identifier))
    for number, delivery in enumerate(campaign.deliveries):
        files = campaign.write_delivery(folder, number)
        told.tallies.append(world.ingest(files, delivery.stamp(), delivery.source))
    return told
