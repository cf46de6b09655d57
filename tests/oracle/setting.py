"""A campaign's setting: what config.toml, units.csv and targets.csv say, read plainly."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

ALL = "all"
ONE_DAY = timedelta(days=1)
LONG_AGO = date.min

Key = tuple[str, str, str]
"""(unit code, category, stage)"""


@dataclass(frozen=True)
class Unit:
    """Who reports."""

    code: str
    name: str
    level: str
    parent_code: str | None


@dataclass(frozen=True)
class Excuse:
    """Days on which some units (and all below them) need not work; no units: everyone."""

    first: date
    last: date
    units: tuple[str, ...] | None


@dataclass(frozen=True)
class StatusRules:
    """The thresholds of the statuses."""

    silent_days: int = 2
    stalled_days: int = 2
    behind_below: Fraction = Fraction(8, 10)
    at_risk_below: Fraction = Fraction(1)


@dataclass(frozen=True)
class Source:
    """How the files of one source are read."""

    name: str
    on_fall: str = "hold"
    measure: str = "cumulative"
    combine: str = "conflict"
    as_of_fixed: date | None = None
    as_of_filename: str | None = None
    columns: dict[str, list[str]] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)

    def says(self, name: str) -> bool:
        """Return whether the source says where a field is."""
        return (
            name in self.columns
            or name in self.constants
            or (name == "as_of" and bool(self.as_of_fixed or self.as_of_filename))
        )


@dataclass
class Setting:
    """Everything about one campaign that is known before the first report."""

    campaign: str
    timezone: ZoneInfo
    start: date
    end: date
    cutoff: time
    categories: dict[str, str | None]
    """category id -> group id; the implied `all` when the campaign names none"""
    groups: list[str]
    stages: list[str]
    headline: str
    names_categories: bool
    names_stages: bool
    weights: list[Fraction]
    excuses: list[Excuse]
    units: dict[str, Unit]
    targets: dict[Key, dict[date, int]]
    """for leaves and categories: valid_from (LONG_AGO when not given) -> count due"""
    sources: dict[str, Source]
    rules: StatusRules
    aliases: dict[str, str] = field(default_factory=dict)
    """names that people gave a meaning -> unit code"""

    @property
    def days(self) -> list[date]:
        """Return the campaign days 1…N."""
        return [self.start + i * ONE_DAY for i in range((self.end - self.start).days + 1)]

    def children(self, code: str) -> list[str]:
        """Return the units directly below a unit."""
        return [unit.code for unit in self.units.values() if unit.parent_code == code]

    def is_leaf(self, code: str) -> bool:
        """Return whether a unit has nobody below it."""
        return not self.children(code)

    def leaves(self, code: str) -> list[str]:
        """Return the leaves at or below a unit."""
        below = self.children(code)
        return [leaf for child in below for leaf in self.leaves(child)] if below else [code]

    def self_and_above(self, code: str) -> list[str]:
        """Return a unit and everyone it belongs to."""
        parent = self.units[code].parent_code
        return [code, *(self.self_and_above(parent) if parent else [])]

    def depth(self, code: str) -> int:
        """Return how many units stand above one."""
        return len(self.self_and_above(code)) - 1

    def levels(self) -> list[str]:
        """Return the level names, top first."""
        depths: dict[str, list[int]] = {}
        for unit in self.units.values():
            depths.setdefault(unit.level, []).append(self.depth(unit.code))
        return sorted(depths, key=lambda level: (min(depths[level]), max(depths[level])))

    def in_view(self, category: str) -> list[str]:
        """Return the categories that a category, a group or `all` stands for."""
        if category in self.categories:
            return [category]
        if category == ALL:
            return list(self.categories)
        if category in self.groups:
            return [known for known, group in self.categories.items() if group == category]
        raise KeyError(category)

    def is_single(self, category: str) -> bool:
        """Return whether a view is that of one category."""
        return category in self.categories

    def is_stated(self, unit: str, category: str) -> bool:
        """Return whether a figure for this unit and category is a total somebody states."""
        return not self.is_leaf(unit) or category not in self.categories


def read_setting(config: Path, campaign_id: str) -> Setting:
    """Return the setting of one campaign of a configuration file."""
    content = tomllib.loads(config.read_text(encoding="utf-8"), parse_float=Fraction)
    campaign = next(item for item in content["campaign"] if item["id"] == campaign_id)
    here = config.parent
    categories = campaign.get("category", [])
    stages = campaign.get("stage", [])
    start, end = campaign["start"], campaign["end"]
    setting = Setting(
        campaign=campaign_id,
        timezone=ZoneInfo(content.get("timezone", "Asia/Ho_Chi_Minh")),
        start=start,
        end=end,
        cutoff=time.fromisoformat(campaign.get("cutoff", "17:00")),
        categories={item["id"]: item.get("group") for item in categories} or {ALL: None},
        groups=[item["id"] for item in campaign.get("group", [])],
        stages=[item["id"] for item in stages] or ["done"],
        headline=next((item["id"] for item in stages if item.get("headline")), "done"),
        names_categories=bool(categories),
        names_stages=bool(stages),
        weights=_plan_weights(campaign.get("plan", {}), start, end),
        excuses=[
            Excuse(item["from"], item["to"], tuple(item["units"]) if "units" in item else None)
            for item in campaign.get("excused", [])
        ],
        units=_units(here / campaign["units"]),
        targets={},
        sources={item["name"]: _source(item) for item in content.get("source", []) if item["campaign"] == campaign_id},
        rules=_rules(content.get("status", {})),
    )
    if "targets" in campaign:
        setting.targets = _targets(here / campaign["targets"], setting)
    return setting


def _plan_weights(plan: dict[str, Any], start: date, end: date) -> list[Fraction]:
    """Return the weight of every campaign day, nobody excused."""
    length = (end - start).days + 1
    if "weights" in plan:
        weights = [Fraction(weight) for weight in plan["weights"]]
        if len(weights) != length:
            raise ValueError("a weight for every day")
        return weights
    if "milestones" in plan:
        # (day number, share due by its end), from nothing before day 1 to everything on day N
        points = {0: Fraction(0), length: Fraction(1)}
        for day, share in plan["milestones"].items():
            points[(date.fromisoformat(day) - start).days + 1] = Fraction(share)
        known = sorted(points)

        def share_by(day: int) -> Fraction:
            after = next(point for point in known if point >= day)
            if after == day:
                return points[day]
            before = max(point for point in known if point < day)
            step = Fraction(day - before, after - before)
            return points[before] + (points[after] - points[before]) * step

        return [(share_by(day) - share_by(day - 1)) * length for day in range(1, length + 1)]
    return [Fraction(1)] * length


def _rules(status: dict[str, Any]) -> StatusRules:
    defaults = StatusRules()
    return StatusRules(
        silent_days=status.get("silent_days", defaults.silent_days),
        stalled_days=status.get("stalled_days", defaults.stalled_days),
        behind_below=Fraction(status.get("behind_below", defaults.behind_below)),
        at_risk_below=Fraction(status.get("at_risk_below", defaults.at_risk_below)),
    )


def _source(item: dict[str, Any]) -> Source:
    as_of = item.get("as_of", {})
    return Source(
        name=item["name"],
        on_fall=item.get("on_fall", "hold"),
        measure=item.get("measure", "cumulative"),
        combine=item.get("combine", "conflict"),
        as_of_fixed=as_of.get("fixed"),
        as_of_filename=as_of.get("filename"),
        columns={
            name: [header] if isinstance(header, str) else list(header)
            for name, header in item.get("columns", {}).items()
        },
        constants={name: str(value) for name, value in item.get("constants", {}).items()},
    )


def read_table(raw: bytes) -> list[dict[str, str]]:
    """Return the rows of a CSV file: header -> cell, cells trimmed, missing cells absent."""
    text = raw.decode("utf-8-sig")
    first_line = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first_line.count)
    lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    if not lines:
        return []
    header = [cell.strip() for cell in lines[0]]
    return [
        dict(zip(header, (cell.strip() for cell in line), strict=False))
        for line in lines[1:]
        if any(cell.strip() for cell in line)
    ]


def _units(path: Path) -> dict[str, Unit]:
    return {
        row["code"]: Unit(row["code"], row["name"], row["level"], row["parent_code"] or None)
        for row in read_table(path.read_bytes())
    }


def _targets(path: Path, setting: Setting) -> dict[Key, dict[date, int]]:
    targets: dict[Key, dict[date, int]] = {}
    for row in read_table(path.read_bytes()):
        category = row.get("category") or (ALL if not setting.names_categories else "")
        stage = row.get("stage") or ("done" if not setting.names_stages else "")
        if setting.is_stated(row["unit_code"], category):
            continue  # kept and compared, never added
        valid_from = row.get("valid_from", "")
        first_day = date.fromisoformat(valid_from) if valid_from else LONG_AGO
        if not re.fullmatch(r"\d+", row["target"]):
            raise ValueError("a target is a whole number")
        versions = targets.setdefault((row["unit_code"], category, stage), {})
        if first_day in versions:
            raise ValueError("two targets from one day")
        versions[first_day] = int(row["target"])
    return targets
