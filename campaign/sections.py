"""Sections: the small tables of config.toml, each key checked on its own."""

from __future__ import annotations

import re
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from campaign.layout import Sheet


def _as_iso_date(value: object) -> object:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _as_clock(value: object) -> object:
    if not isinstance(value, str | time):  # a bare 17 would be taken for 17 seconds
        raise ValueError('a time like "17:00" was expected')  # noqa: TRY004 - pydantic names the key of a ValueError
    return time.fromisoformat(value) if isinstance(value, str) else value


def _local(value: time) -> time:
    if value.tzinfo is not None:
        raise ValueError('a time like "17:00" was expected, without a zone: it is that of the key timezone')
    return value


def _as_names(value: object) -> object:
    return {"vi": value} if isinstance(value, str) else value


Day = Annotated[date, BeforeValidator(_as_iso_date)]
Clock = Annotated[time, BeforeValidator(_as_clock), AfterValidator(_local)]
Names = Annotated[dict[str, str], BeforeValidator(_as_names)]
IDENTIFIER = r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$"
Identifier = Annotated[str, Field(pattern=IDENTIFIER, max_length=80)]


class Section(BaseModel):
    """A table of config.toml: no key it does not know, nothing changed after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Named(Section):
    """Something with an id and a name in several languages."""

    id: Identifier
    name: Names = Field(default_factory=dict)

    def title(self, language: str) -> str:
        """Return the name in `language`, else Vietnamese, else English, else the id."""
        return self.name.get(language) or self.name.get("vi") or self.name.get("en") or self.id


class Category(Named):
    """What kind of thing is counted."""

    group: str | None = None


class Group(Named):
    """Several categories that are summed together."""


class Stage(Named):
    """A step of the work, with its own thing counted."""

    counts: str | Names | None = None
    headline: bool = False

    def counted(self, language: str) -> str | None:
        """Return the word for what is counted in `language`, else in Vietnamese, else in English; None without one."""
        if isinstance(self.counts, dict):
            return self.counts.get(language) or self.counts.get("vi") or self.counts.get("en")
        return self.counts or None


class Excused(Section):
    """Days on which nothing is expected from some units (all of them when none is named)."""

    first: Day = Field(alias="from")
    last: Day = Field(alias="to")
    units: tuple[str, ...] | None = None
    reason: str = ""

    @model_validator(mode="after")
    def _forward(self) -> Excused:
        if self.last < self.first:
            raise ValueError(f"to {self.last} is before from {self.first}")
        return self


class Plan(Section):
    """The plan curve: day weights, or shares due by the end of a date; even when neither is given."""

    weights: tuple[Decimal, ...] | None = None
    milestones: dict[Day, Decimal] | None = None


class StatusRules(Section):
    """Thresholds of DEFINITIONS "status"."""

    silent_days: int = Field(2, ge=1)
    stalled_days: int = Field(2, ge=1)
    behind_below: Decimal = Field(Decimal("0.8"), ge=0)
    at_risk_below: Decimal = Field(Decimal("1.0"), ge=0)


class Storage(Section):
    """Where the warehouse lives."""

    url: str | None = None

    @field_validator("url")
    @classmethod
    def _known_engine(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith("duckdb:"):
            raise ValueError("an address like duckdb:data/warehouse was expected")
        return value


class Backup(Section):
    """Where backups go, and when."""

    path: Path = Path("data/backup")
    schedule: str | None = None
    keep: int = Field(30, ge=1)


class AsOf(Section):
    """Where a file's date comes from when no column carries it."""

    filename: str | None = None
    fixed: Day | None = None

    @field_validator("filename")
    @classmethod
    def _a_pattern(cls, value: str | None) -> str | None:
        try:
            re.compile(value or "")
        except re.error as problem:
            raise ValueError(f"a regular expression was expected ({problem})") from None
        return value

    @model_validator(mode="after")
    def _one_way(self) -> AsOf:
        if (self.filename is None) == (self.fixed is None):
            raise ValueError("give either filename (a pattern with one group) or fixed (a date)")
        return self


FIELDS = (
    "unit_code",
    "unit_name",
    "parent_name",
    "category",
    "stage",
    "as_of",
    "count",
    "reason",
    "reported_by",
    "measure",
    "target",
)


class Source(Section):
    """A place counts come from, and how its columns map to ours."""

    name: Identifier
    campaign: str
    kind: Literal["folder"] = "folder"
    path: Path | None = None
    schedule: str | None = None
    on_fall: Literal["hold", "accept"] = "hold"
    measure: Literal["cumulative", "daily"] = "cumulative"
    combine: Literal["conflict", "sum"] = "conflict"
    as_of: AsOf | None = None
    columns: dict[str, str | tuple[str, ...]] = Field(default_factory=dict)
    constants: dict[str, str | int | date] = Field(default_factory=dict)
    sheet: Sheet | None = None

    @field_validator("columns", "constants")
    @classmethod
    def _known_fields(cls, value: dict[str, Any]) -> dict[str, Any]:
        for name in value:
            if name not in FIELDS:
                raise ValueError(f"{name!r} is not a field; the fields are {', '.join(FIELDS)}")
        return value

    @model_validator(mode="after")
    def _somewhere_to_look(self) -> Source:
        if self.schedule and self.path is None:
            raise ValueError("the key path is missing; a source with a schedule needs a folder to look in")
        return self

    def headers(self, field: str) -> tuple[str, ...]:
        """Return the header or headers that carry a field; () when the source does not map it."""
        header = self.columns.get(field, ())
        return (header,) if isinstance(header, str) else tuple(header)
