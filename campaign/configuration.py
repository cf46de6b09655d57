"""The configuration: what config.toml may say, checked, with messages that name the key.

Pure: text in, a Configuration out. pydantic is let into the core for this file and sections.py alone,
because its checks and messages are better than ours would be.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Callable
from datetime import time, timedelta
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator

from campaign.access import Access, Grant, Provider, Role
from campaign.calendar import Profile, milestone_weights
from campaign.errors import ConfigError
from campaign.layout import Counted, Sheet
from campaign.paperwork import Classes, Emulation, Message, Paper, Signer
from campaign.sections import (
    FIELDS,
    AsOf,
    Backup,
    Category,
    Clock,
    Day,
    Excused,
    Group,
    Named,
    Pagination,
    Plan,
    PublicUrl,
    Section,
    Since,
    Source,
    Stage,
    StatusRules,
    Storage,
)
from campaign.units import Tree

__all__ = [
    "ALL",
    "DONE",
    "FIELDS",
    "AsOf",
    "Backup",
    "Campaign",
    "Category",
    "Configuration",
    "Excused",
    "Group",
    "Plan",
    "Source",
    "Stage",
    "StatusRules",
    "Storage",
    "parse",
]

ALL = "all"
DONE = "done"
STREAMLIT_SECTIONS = ("server", "theme", "client", "browser", "runner", "logger", "global", "ui", "mapbox", "secrets")


class Campaign(Named):
    """A drive with a first and a last day, targets per unit, and a plan curve."""

    decision: str | None = None
    start: Day
    end: Day
    cutoff: Clock = time(17, 0)
    units: Path
    targets: Path | None = None
    map_file: Path | None = Field(None, alias="map")  # a GeoJSON with the units' outlines
    map_code: str | None = None  # its property that carries the code; None: found where values are codes
    plan: Plan = Plan()
    categories: tuple[Category, ...] = Field((), alias="category")
    groups: tuple[Group, ...] = Field((), alias="group")
    stages: tuple[Stage, ...] = Field((), alias="stage")
    excused: tuple[Excused, ...] = ()
    simulated: bool = False
    paper: Paper = Field(Paper(), alias="notice")
    emulation: Emulation = Emulation()
    classes: Classes = Field(default_factory=dict)  # units compared with each other where the most improved is named

    @model_validator(mode="after")
    def _consistent(self) -> Campaign:
        if self.end < self.start:
            raise ValueError(f"end {self.end} is before start {self.start}")
        for label, items in (("category", self.categories), ("group", self.groups), ("stage", self.stages)):
            ids = [item.id for item in items]
            for doubled in sorted({one for one in ids if ids.count(one) > 1}):
                raise ValueError(f"{label} id {doubled!r} is given twice")
        groups = {group.id for group in self.groups}
        for category in self.categories:
            if category.id == ALL or category.id in groups:
                raise ValueError(f"category id {category.id!r} is also a group or the word for the sum of all")
            if category.group is not None and category.group not in groups:
                raise ValueError(f"category {category.id!r} names the group {category.group!r}, which is not listed")
        if ALL in groups:
            raise ValueError("a group may not be called 'all'")
        if len(self.stages) > 1 and sum(stage.headline for stage in self.stages) != 1:
            raise ValueError("exactly one stage must say headline = true")
        self._check_plan()
        return self

    def _check_plan(self) -> None:
        plan, length = self.plan, (self.end - self.start).days + 1
        if plan.weights is not None and plan.milestones is not None:
            raise ValueError("plan gives both weights and milestones; one was expected")
        if plan.weights is not None:
            if len(plan.weights) != length:
                raise ValueError(f"plan.weights has {len(plan.weights)} values; {length} campaign days were expected")
            if any(weight < 0 or not weight.is_finite() for weight in plan.weights):
                raise ValueError("plan.weights has a value below 0")
        before = Decimal(0)
        for day, share in sorted((plan.milestones or {}).items()):
            if not self.start <= day <= self.end:
                raise ValueError(f"plan.milestones names {day}, outside the campaign")
            if not before <= share <= 1:
                raise ValueError(f"plan.milestones says {share} on {day}; shares rise from 0 to 1")
            if day == self.end and share != 1:
                raise ValueError(f"plan.milestones says {share} on the last day; 1 was expected")
            before = share

    @cached_property
    def base_weights(self) -> tuple[Fraction, ...]:
        """Return the plan's day weights before any excuse, one a campaign day."""
        if self.plan.milestones is not None:
            shares = {day: Fraction(share) for day, share in self.plan.milestones.items()}
            return milestone_weights(self.start, self.end, shares)
        if self.plan.weights is not None:
            return tuple(Fraction(weight) for weight in self.plan.weights)
        return (Fraction(1),) * ((self.end - self.start).days + 1)

    def profile(self, lineage: frozenset[str]) -> Profile:
        """Return the plan curve of a unit, given its own code and those of its ancestors."""
        weights = list(self.base_weights)
        for excuse in self.excused:
            if excuse.units is None or lineage.intersection(excuse.units):
                for index in range(len(weights)):
                    if excuse.first <= self.start + timedelta(days=index) <= excuse.last:
                        weights[index] = Fraction(0)
        return Profile(self.start, self.end, tuple(weights))

    def profile_of(self, tree: Tree, code: str) -> Profile:
        """Return the plan curve of one unit of a tree."""
        return self.profile(frozenset((code, *tree.ancestors(code))))

    @property
    def names_categories(self) -> bool:
        """Tell whether rows must name a category."""
        return bool(self.categories)

    @property
    def names_stages(self) -> bool:
        """Tell whether rows must name a stage."""
        return bool(self.stages)

    @cached_property
    def category_ids(self) -> tuple[str, ...]:
        """Return the categories counted: those named, else the one implied, `all`."""
        return tuple(category.id for category in self.categories) or (ALL,)

    @cached_property
    def stage_ids(self) -> tuple[str, ...]:
        """Return the stages in order: those named, else the one implied, `done`."""
        return tuple(stage.id for stage in self.stages) or (DONE,)

    @cached_property
    def headline(self) -> str:
        """Return the id of the stage that "done" means."""
        return next((stage.id for stage in self.stages if stage.headline), self.stage_ids[0])

    def members(self, category: str) -> tuple[str, ...] | None:
        """Return the categories a view sums: one, a group's, or all; None when there is no such view."""
        if category in self.category_ids:
            return (category,)
        if category == ALL:
            return self.category_ids
        if category in {group.id for group in self.groups}:
            return tuple(one.id for one in self.categories if one.group == category)
        return None


class Configuration(Section):
    """The whole of config.toml."""

    language: Literal["vi", "en"] = "vi"
    timezone: str = "Asia/Ho_Chi_Minh"
    public_url: PublicUrl = ""
    data: Path = Path("data")
    storage: Storage = Storage()
    status: StatusRules = StatusRules()
    backup: Backup = Backup()
    campaigns: tuple[Campaign, ...] = Field((), alias="campaign")
    sources: tuple[Source, ...] = Field((), alias="source")
    messages: tuple[Message, ...] = Field((), alias="message")
    access: Access | None = None
    streamlit: dict[str, Any] = Field(default_factory=dict)
    text: str = ""
    path: Path = Path("config.toml")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("no such time zone; one like Asia/Ho_Chi_Minh was expected") from None
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Configuration:
        ids = [campaign.id for campaign in self.campaigns]
        for doubled in sorted({one for one in ids if ids.count(one) > 1}):
            raise ValueError(f"campaign id {doubled!r} is given twice")
        names = [source.name for source in self.sources]
        for doubled in sorted({one for one in names if names.count(one) > 1}):
            raise ValueError(f"source name {doubled!r} is given twice")
        for source in self.sources:
            if source.campaign not in ids:
                raise ValueError(f"source {source.name!r} names the campaign {source.campaign!r}, which is not listed")
        names = [message.name for message in self.messages]
        for doubled in sorted({one for one in names if names.count(one) > 1}):
            raise ValueError(f"message name {doubled!r} is given twice")
        for message in self.messages:
            if message.campaign not in ids:
                raise ValueError(
                    f"message {message.name!r} names the campaign {message.campaign!r}, which is not listed"
                )
        return self

    @cached_property
    def zone(self) -> ZoneInfo:
        """Return the time zone of the campaign's days."""
        return ZoneInfo(self.timezone)

    def campaign(self, campaign_id: str) -> Campaign | None:
        """Return the campaign with this id, if there is one."""
        return next((one for one in self.campaigns if one.id == campaign_id), None)

    def source(self, name: str) -> Source | None:
        """Return the source with this name, if there is one."""
        return next((one for one in self.sources if one.name == name), None)

    @property
    def warehouse(self) -> Path:
        """Return the folder of the warehouse: `[storage] url`, else warehouse/ in the data folder."""
        if self.storage.url is None:
            return self.data / "warehouse"
        return Path(self.storage.url.removeprefix("duckdb:"))

    @cached_property
    def fingerprint(self) -> str:
        """Return a hash of what shapes numbers and texts and where they are kept, for the keys of caches."""
        return hashlib.sha256(f"{self.data}\0{self.text}".encode()).hexdigest()[:16]

    def shape(self, campaign: Campaign) -> str:
        """Return the canonical JSON of what shapes one campaign's figures; a change makes a new version."""
        apart = {"units", "targets", "map_file", "map_code", "paper", "emulation"}
        apart |= set() if campaign.classes else {"classes"}
        document = {
            "timezone": self.timezone,
            "status": self.status.model_dump(mode="json"),
            "campaign": campaign.model_dump(mode="json", by_alias=True, exclude=apart),
        }
        return json.dumps(document, ensure_ascii=False, sort_keys=True)


def _plain(error: dict[str, Any]) -> tuple[str, str]:
    """Return (what was found, what was expected) of one pydantic error, in plain words."""
    kind, given = error["type"], error.get("input")
    if kind == "missing":
        return "the key is missing", "it must be given"
    if kind == "extra_forbidden":
        return "unknown key", "remove it or mend its spelling"
    expected = str(error["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
    if isinstance(given, dict | list):
        return expected, "mend this table"
    return f"found {given!r}", expected


def _suggest(key: str, model: type[BaseModel]) -> str:
    known = [info.alias or name for name, info in model.model_fields.items()]
    near = get_close_matches(key, known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"the keys are {', '.join(known)}"


_SECTIONS: dict[str, type[BaseModel]] = {
    "campaign": Campaign,
    "category": Category,
    "group": Group,
    "stage": Stage,
    "excused": Excused,
    "plan": Plan,
    "status": StatusRules,
    "storage": Storage,
    "backup": Backup,
    "source": Source,
    "as_of": AsOf,
    "pagination": Pagination,
    "since": Since,
    "sheet": Sheet,
    "counts": Counted,
    "notice": Paper,
    "signer": Signer,
    "emulation": Emulation,
    "message": Message,
    "access": Access,
    "grant": Grant,
    "role": Role,
    "oidc": Provider,
}


def _key(location: tuple[str | int, ...]) -> str:
    shown = ""
    for part in location:
        shown += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if shown else part
    return shown or "the file"


def parse(text: str, path: Path) -> Configuration:
    """Return the configuration in `text`, paths made absolute against the folder of `path`.

    Raises ConfigError naming the key, what was found and what was expected.
    """
    try:
        document = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as problem:
        raise ConfigError(str(path), f"not readable as TOML ({problem})", "mend the line it names") from None
    streamlit = {name: document.pop(name) for name in STREAMLIT_SECTIONS if name in document}
    for reserved in ("text", "path", "streamlit", "campaigns", "sources", "messages"):
        if reserved in document:
            raise ConfigError(f"{path}: {reserved}", "unknown key", _suggest(reserved, Configuration))
    try:
        configuration = Configuration(**document, streamlit=streamlit, text=text, path=path)
    except ValidationError as problem:
        errors = sorted(problem.errors(include_url=False), key=lambda one: one["type"] != "extra_forbidden")
        error: dict[str, Any] = dict(errors[0])
        location: tuple[str | int, ...] = error["loc"]
        found, expected = _plain(error)
        if error["type"] == "extra_forbidden":
            owner = next((_SECTIONS[part] for part in reversed(location[:-1]) if part in _SECTIONS), Configuration)
            expected = _suggest(str(location[-1]), owner)
        raise ConfigError(f"{path}: {_key(location)}", found, expected) from None
    return _absolute(configuration, path.parent)


def _found_from(paper: Paper, resolved: Callable[[Path], Path]) -> Paper:
    own = {key: resolved(path) for key in ("letter", "workbook") if (path := getattr(paper, key)) is not None}
    return paper.model_copy(update=own)


def _absolute(configuration: Configuration, folder: Path) -> Configuration:
    def resolved(path: Path) -> Path:
        return path if path.is_absolute() else (folder / path).resolve()

    campaigns = tuple(
        one.model_copy(
            update={"paper": _found_from(one.paper, resolved)}
            | {key: resolved(path) for key in ("units", "targets", "map_file") if (path := getattr(one, key))},
        )
        for one in configuration.campaigns
    )
    sources = tuple(
        one.model_copy(
            update={key: resolved(path) for key in ("path", "ca") if (path := getattr(one, key)) is not None}
        )
        for one in configuration.sources
    )
    access = configuration.access
    if access is not None and access.grants_file is not None:
        access = access.model_copy(update={"grants_file": resolved(access.grants_file)})
    backup = configuration.backup.model_copy(update={"path": resolved(configuration.backup.path)})
    url = configuration.storage.url
    storage = Storage(url=f"duckdb:{resolved(Path(url.removeprefix('duckdb:')))}" if url else None)
    return configuration.model_copy(
        update={
            "campaigns": campaigns,
            "sources": sources,
            "backup": backup,
            "storage": storage,
            "access": access,
            "data": resolved(configuration.data),
        },
    )
