"""Sections: the small tables of config.toml, each key checked on its own."""

from __future__ import annotations

import re
from datetime import date, datetime, time
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


def _as_address(value: str) -> str:
    if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?", value):
        raise ValueError('an address like "https://so-hoa.bacninh.gov.vn" was expected')
    return value.rstrip("/")


PublicUrl = Annotated[str, AfterValidator(_as_address)]
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
    feasible_up_to: Decimal = Field(Decimal("1.5"), ge=1)  # need / best proven rate: beyond it more people do not help


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
    """Where a file's date comes from when no column carries it; or how its column writes it (`format`: %Y%m%d)."""

    filename: str | None = None
    fixed: Day | None = None
    format: str | None = None

    @field_validator("filename")
    @classmethod
    def _a_pattern(cls, value: str | None) -> str | None:
        try:
            re.compile(value or "")
        except re.error as problem:
            raise ValueError(f"a regular expression was expected ({problem})") from None
        return value

    @field_validator("format")
    @classmethod
    def _a_way_to_write_days(cls, value: str | None) -> str | None:
        try:
            datetime.strptime(date(2025, 1, 31).strftime(value or "%Y"), value or "%Y")  # noqa: DTZ007 - only a trial
        except ValueError:
            raise ValueError("a way to write days like %Y%m%d was expected") from None
        return value

    @model_validator(mode="after")
    def _one_way(self) -> AsOf:
        if sum(one is not None for one in (self.filename, self.fixed, self.format)) != 1:
            raise ValueError("give either filename (a pattern with one group), fixed (a date) or format (like %Y%m%d)")
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


class Pagination(Section):
    """How an answer that comes in pages goes on: a page number, an offset, or a link to the next page.

    `next` is a JMESPath to the link in the JSON; without one the Link header carries it. `size` is how many records
    a full page has, asked for by `size_param`: a page with fewer is the last. More than `most` pages are an error.
    """

    kind: Literal["page", "offset", "next"]
    next: str | None = None
    param: str | None = None
    first: int | None = Field(None, ge=0)
    size: int | None = Field(None, ge=1)
    size_param: str | None = None
    most: int = Field(1000, ge=1)

    @model_validator(mode="after")
    def _complete(self) -> Pagination:
        if self.kind != "next" and self.next is not None:
            raise ValueError('the key next belongs to kind = "next"')
        for key in ("param", "first", "size", "size_param"):
            if self.kind == "next" and getattr(self, key) is not None:
                raise ValueError(f"the key {key} belongs to pages and offsets; a next link says it all")
        if self.kind == "offset" and self.size is None:
            raise ValueError("the key size is missing: how many records a full page has")
        return self


class Since(Section):
    """What `:since` is bound to: the largest value of a column that was ever taken; `first` before that."""

    column: str
    first: datetime | date | int | str


KEYS_OF_KINDS = {
    "folder": ("path",),
    "http": ("url", "http_headers", "params", "format", "pagination", "ca", "deadline", "tries"),
    "sql": ("url", "query", "since", "deadline"),
}
FROM_ENVIRONMENT = re.compile(r"^env:([A-Za-z_][A-Za-z0-9_]*)$|\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SAID_IN_ADDRESS = re.compile(r"(?<=://)[^/?#@]*:([^/?#@]+)@|(?<=[?&])([^=&#]+)=([^&#]+)")
_SECRET = re.compile(
    r"authori[sz]ation|cookie|token|secret|passw|api[-_]?key|(^|[-_])(auth|key|pwd)($|[-_])", re.IGNORECASE
)


class Source(Section):
    """A place counts come from, and how its columns map to ours.

    `timeout` (seconds) bounds each wait for a server, and a query; `deadline` (seconds) and `most_mb` bound all that
    one pull fetches. url, headers and params may say env:NAME or ${NAME}: secrets come from the environment only.
    """

    name: Identifier
    campaign: str
    kind: Literal["folder", "http", "sql"] = "folder"
    path: Path | None = None
    url: str | None = None
    http_headers: dict[str, str] = Field(default_factory=dict, alias="headers")
    params: dict[str, str | int] = Field(default_factory=dict)
    format: Literal["csv", "tsv", "txt", "xlsx", "xlsm", "xls", "ods", "json", "zip"] | None = None
    records: str | None = None
    pagination: Pagination | None = None
    ca: Path | None = None
    query: str | None = None
    since: Since | None = None
    timeout: float = Field(30, gt=0)
    deadline: float = Field(600, gt=0)
    tries: int = Field(4, ge=1, le=20)
    most_mb: int = Field(200, ge=1)
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

    @field_validator("http_headers", "params")
    @classmethod
    def _no_secrets(cls, value: dict[str, Any]) -> dict[str, Any]:
        for name, said in value.items():
            if _SECRET.search(name) and not FROM_ENVIRONMENT.search(str(said)):
                raise ValueError(f"the value of {name} stands in this file; write ${{NAME}}, read from the environment")
        return value

    @model_validator(mode="after")
    def _no_secrets_in_the_address(self) -> Source:  # of the whole table: an error of one key would tell its value
        for password, name, value in _SAID_IN_ADDRESS.findall(self.url or ""):
            said = password or value
            if (not name or _SECRET.search(name)) and not FROM_ENVIRONMENT.search(said):
                found = f"a {name or 'password'}"
                raise ValueError(f"url has {found} in it; write env:NAME or ${{NAME}}, read from the environment")
        return self

    @model_validator(mode="after")
    def _somewhere_to_look(self) -> Source:
        if self.kind == "folder" and self.schedule and self.path is None:
            raise ValueError("the key path is missing; a source with a schedule needs a folder to look in")
        if self.path is not None and {"*", "?"} & set(str(self.path)):
            raise ValueError("path has a * or ? in it; name the folder: every file in it that can be read is taken")
        if self.kind != "folder" and self.url is None:
            raise ValueError(f'the key url is missing; a source of kind "{self.kind}" needs one')
        if self.kind == "sql" and not str(self.url).startswith("env:"):
            raise ValueError('url is written as "env:NAME": an address with a password stays out of this file')
        if self.kind == "sql" and not (self.query or "").strip():
            raise ValueError("the key query is missing: one SELECT")
        if self.pagination is not None and self.sheet is not None:
            raise ValueError("pages are records, and sheet is the layout of a workbook; give one of them")
        if self.since is not None and self.combine == "sum":
            raise ValueError('since brings parts of a sum without the others; leave out since, or combine = "sum"')
        return self

    @model_validator(mode="after")
    def _keys_of_its_kind(self) -> Source:
        for kind, keys in KEYS_OF_KINDS.items():
            for key in self.model_fields_set.intersection(keys).difference(KEYS_OF_KINDS[self.kind]):
                called = type(self).model_fields[key].alias or key
                raise ValueError(f'the key {called} belongs to kind = "{kind}"; this source\'s kind is "{self.kind}"')
        return self

    @property
    def variables(self) -> tuple[str, ...]:
        """Return the environment variables that the source reads, in the order it names them."""
        said = [self.url or "", *self.http_headers.values(), *(str(one) for one in self.params.values())]
        names = [one or other for text in said for one, other in FROM_ENVIRONMENT.findall(text)]
        return tuple(dict.fromkeys(names))

    def headers(self, field: str) -> tuple[str, ...]:
        """Return the header or headers that carry a field; () when the source does not map it."""
        header = self.columns.get(field, ())
        return (header,) if isinstance(header, str) else tuple(header)
