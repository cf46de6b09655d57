"""Lens: one published version of a campaign, seen by the units of one day and through one scope."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Self, TypeVar
from zoneinfo import ZoneInfo

from campaign.access import Others
from campaign.calendar import ONE_DAY
from campaign.configuration import Campaign, Configuration, StatusRules
from campaign.errors import SourceError, UsageError
from campaign.lineage import Lineage, lineage_of
from campaign.scope import EVERYTHING, NOTHING, Scope
from campaign.sight import Sight
from campaign.units import Tree
from reporting.kept import make_room
from warehouse.reader import Reader
from warehouse.versions import VersionStore

LISTS_KEPT = 24
SCOPES_KEPT = 200


def store_of(config: Configuration, campaign_id: str) -> VersionStore:
    """Return the version store of a campaign."""
    return VersionStore(config.warehouse / campaign_id)


class Lens:
    """What a campaign is, whose units are looked at, and who may see which; the numbers are in figures.py."""

    def __init__(self, reader: Reader, version: str, published_at: datetime) -> None:
        """Read one version's own configuration; `published_at` is UTC."""
        self.version, self.published_at, self.reader = version, published_at, reader
        shape = reader.shape
        self.campaign = Campaign.model_validate({**shape["campaign"], "units": Path("units.csv")})
        self.rules = StatusRules.model_validate(shape["status"])
        self.zone = ZoneInfo(shape["timezone"])
        self.units_on: date | None = None
        self.scope, self.others, self._base = EVERYTHING, Others.NAMES, self
        self._lock = Lock()
        self._by_list: dict[date | None, Self] = {}
        self._by_scope: dict[tuple[Scope, date, Others], Self] = {}

    @classmethod
    def open(
        cls,
        config: Configuration,
        campaign_id: str,
        version: str | None = None,
        scope: Scope = EVERYTHING,
        on: date | None = None,
    ) -> Self:
        """Open a campaign's current version, or an older one by name; `scope` and `on` as within() takes them.

        Raises UsageError for a campaign not configured (or out of scope), SourceError before the first version.
        """
        known = [one.id for one in config.campaigns if scope.allows_campaign(one.id)]
        if campaign_id not in known:
            raise UsageError(f"campaign {campaign_id!r}", "is not configured", f"one of {', '.join(known) or 'none'}")
        store = store_of(config, campaign_id)
        current = store.current()
        if current is None:
            raise SourceError(f"campaign {campaign_id!r}", "has no published version yet", "run ingest or start")
        name = version or current.version
        path = store.path(name)
        if version is not None and not path.exists():
            raise UsageError(f"version {name!r}", "is not kept", f"one of {', '.join(store.versions()[-5:])}")
        return cls(Reader(path), name, current.published_at).within(scope, on)

    def close(self) -> None:
        """Close the version's file."""
        self.reader.close()

    def under(self, units_on: date | None) -> Self:
        """Return the same figures by the units of one day (None: of the day asked), whatever day is asked."""
        if units_on == self.units_on:
            return self
        with self._lock:
            if units_on not in self._by_list:
                make_room(self._by_list, LISTS_KEPT)
                self._by_list[units_on] = self._copied(units_on=units_on, **self._of_another_list())
            return self._by_list[units_on]

    def within(self, scope: Scope, on: date | None = None, others: Others = Others.NOTHING) -> Self:
        """Return the same figures as somebody may see them who may not see all; they share what they are made of.

        `on`: the day on which the scope's codes are read (campaign/sight.py); left out: that of publishing. `others`:
        what may be known of the rest (others.py).
        """
        if self.is_part:
            raise ValueError("figures are narrowed once, from the whole")
        if not scope.allows_campaign(self.campaign.id):
            scope = NOTHING
        if scope.units is None:
            return self
        key = scope, on or self.published_at.astimezone(self.zone).date(), others
        with self._lock:
            if key not in self._by_scope:
                make_room(self._by_scope, SCOPES_KEPT)
                sight = Sight(scope, self.reader.registry, self._kinship, key[1])
                self._by_scope[key] = self._copied(scope=scope, others=others, _sight=sight)
            return self._by_scope[key]

    def _copied(self, **changes: object) -> Self:
        found = copy(self)
        vars(found).update(_by_list={}, _by_scope={}, **changes)
        return found

    def _of_another_list(self) -> dict[str, object]:
        """Return what cannot be shared by figures of another list of units."""
        return {}

    # Whose units

    def map(self, as_of: date) -> Tree:
        """Return all units as they stood on a day, or on the one day whose units are asked for: for counting only."""
        return self.reader.registry.on(self.units_on or as_of)

    def tree(self, as_of: date) -> Tree:
        """Return the units of that day that may be seen; who stands below one that may not stands at the top."""
        return self._sight.tree(self.map(as_of))

    @cached_property
    def _sight(self) -> Sight:
        return Sight(EVERYTHING, self.reader.registry, None, date.max)

    @cached_property
    def unit_days(self) -> list[date]:
        """Return the first day of each list of units in force during the campaign; one when they never change."""
        first, last = self.campaign.start, self.campaign.end
        days = [first, *(day for day in self.turns if first < day <= last)]
        # a campaign that begins on the day of a merger has the list of the evening before as well
        if first in self.turns:
            days.insert(0, first - ONE_DAY)
        return days

    @property
    def turns(self) -> list[date]:
        """Return the days on which the list of units changes."""
        return self.reader.registry.turns

    @cached_property
    def _lineage(self) -> Lineage | None:
        return lineage_of(self.reader.registry)

    @cached_property
    def _kinship(self) -> Lineage | None:
        """Return the lineage by which codes are told apart: that of units above leaves too, which carry no counts."""
        registry = self.reader.registry
        return Lineage(registry) if any(row.successor for row in registry.rows) else None

    def estimated_since(self, as_of: date) -> date | None:
        """Return the day from which figures of `as_of` by the units asked for are estimates; None when none are.

        Earlier units have no reports of their own after a merger: what the merged one did is spread over them.
        """
        if self._lineage is None or self.units_on is None:
            return None
        later = [turn for turn in self._lineage.turns if self.units_on.toordinal() < turn <= as_of.toordinal()]
        return date.fromordinal(later[0]) if later else None

    def behind(self, codes: list[str], as_of: date) -> set[str]:
        """Return the codes whose counts and targets stand in the figures of some units: theirs and their kin's.

        For counting only: kin may be somebody else's to see.
        """
        return self._lineage.behind(codes, self.units_on or as_of) if self._lineage else set(codes)

    # Whose eyes

    def in_scope(self, codes: Iterable[str], as_of: date) -> set[str]:
        """Return those of some codes that may be seen."""
        seen = self.seen(as_of)
        return set(codes) if seen is None else set(codes) & seen

    def seen(self, as_of: date) -> frozenset[str] | None:
        """Return the codes of the units of a day that may be seen; None when all may."""
        return self._sight.codes(self.map(as_of))

    def sees(self, code: str | None, day: date | None) -> bool:
        """Tell whether what was said of a unit for a day may be seen; what names no unit is the whole's."""
        if self.scope.units is None:
            return True
        return code is not None and self._sight.sees(code, day or self._sight.on)

    @property
    def is_part(self) -> bool:
        """Tell whether these figures are seen by somebody who may not see all."""
        return self.scope.units is not None

    def awaits_first(self, now: datetime) -> bool:
        """Tell whether the campaign has begun and no count of it was accepted yet, whoever looks."""
        return self.reader.last_reported_day is None and now.astimezone(self.zone).date() >= self.campaign.start

    def default_as_of(self, now: datetime) -> date:
        """Return the latest day whose cut-off has passed, at most the later of the last campaign and reported day."""
        local = now.astimezone(self.zone)
        latest = local.date() if local.time() >= self.campaign.cutoff else local.date() - ONE_DAY
        last = max(self.campaign.end, self.reader.last_reported_day or self.campaign.end)
        return min(latest, last)


Seen = TypeVar("Seen", bound=Lens)


def of_all(figures: Seen) -> Seen:
    """Return the same figures without the reader's scope: units are compared among all, then shown as may be seen."""
    base: Seen = figures._base  # type: ignore[assignment] # noqa: SLF001 - the one way back, and for counting only
    return base.under(figures.units_on)
