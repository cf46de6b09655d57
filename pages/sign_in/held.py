"""What somebody holds, in words: his roles, over which units of which campaigns, and for how long."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from campaign.access import ROLES, Grant, Right, Viewer
from campaign.configuration import Campaign, Configuration
from campaign.errors import CanDichError
from campaign.units import Registry
from etl.configured import read_units
from reporting import numbers
from reporting.texts import named, text

LOG = logging.getLogger(__name__)
MOST_UNITS = 8


@dataclass(frozen=True)
class Held:
    """One grant: the role's name, what it allows, and over what."""

    role: str
    allows: str
    units: str
    campaigns: str
    days: str


def held(viewer: Viewer, config: Configuration, today: date, lang: str) -> list[Held]:
    """Return what a viewer was granted, in the order it was written."""
    return [_one(grant, rights, config, today, lang) for grant, rights in viewer.grants]


def _one(grant: Grant, rights: frozenset[Right], config: Configuration, today: date, lang: str) -> Held:
    covered = [one for one in config.campaigns if grant.campaigns is None or one.id in grant.campaigns]
    return Held(
        role=named("role", grant.role, lang) if grant.role in ROLES else grant.role,
        allows=", ".join(text(f"right.{right.value}", lang) for right in Right if right in rights),
        units=_units(grant, covered, today, lang),
        campaigns=text("account.campaigns.all", lang)
        if grant.campaigns is None
        else ", ".join(one.title(lang) for one in covered) or text("account.campaigns.none", lang),
        days=_days(grant, lang),
    )


def _units(grant: Grant, covered: list[Campaign], today: date, lang: str) -> str:
    if grant.units is None:
        return text("account.units.all", lang)
    names: dict[str, None] = {}
    for code in grant.units:
        known = [name for campaign in covered if (name := _name(campaign, code, today))]
        names |= dict.fromkeys(known or [code])
    shown = list(names)[:MOST_UNITS]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" {text('account.units.more', lang, n=more)}" if more else "")


def _days(grant: Grant, lang: str) -> str:
    since, until = numbers.day(grant.since, lang), numbers.day(grant.until, lang)
    if grant.since and grant.until:
        return text("account.days.both", lang, since=since, until=until)
    if grant.until:
        return text("account.days.until", lang, until=until)
    return text("account.days.since", lang, since=since) if grant.since else ""


def _name(campaign: Campaign, code: str, today: date) -> str:
    """Return what a unit is called; empty when the campaign has none of this code."""
    try:
        tree = _registry(campaign.units, campaign.units.stat().st_mtime_ns).on(
            min(max(today, campaign.start), campaign.end)
        )
    except (OSError, CanDichError):
        LOG.exception("the units of %s cannot be named", campaign.id)
        return ""
    return tree.unit(code).name if code in tree else ""


@lru_cache(maxsize=16)
def _registry(path: Path, _changed: int) -> Registry:
    return read_units(path, path.read_bytes())
