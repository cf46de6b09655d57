"""What a notice says: its tables, its named units and its sentences, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from campaign.bands import Group
from campaign.period import Period
from campaign.progress import Status, UnitProgress
from reporting.cells import Share

DifferenceKey = tuple[str, str, str, str, date]  # unit code, category, stage, measure, day
Explained = Mapping[DifferenceKey, tuple[str, str]]  # why a stated total differs, and who says so


@dataclass(frozen=True, slots=True)
class Part:
    """What is due and done in one group of categories: the three columns that repeat."""

    target: int | None
    done: int | None
    remaining: int | None
    share: Share


@dataclass(frozen=True, slots=True)
class Line:
    """One unit of a table, or the table's total; `parts` follow the notice's part titles, the whole last.

    `rank_change`: places gained since the day before the period, below 0 lost. `row`: the unit's own figures over
    all categories at the end of the day; None for a sum of several units.
    """

    name: str
    above: str
    parts: tuple[Part, ...]
    in_period: int | None
    rank: int | None = None
    rank_change: int | None = None
    note: str = ""
    finished_on: date | None = None
    row: UnitProgress | None = None

    @property
    def whole(self) -> Part:
        """Return the part that sums all categories."""
        return self.parts[-1]


@dataclass(frozen=True, slots=True)
class Ranking:
    """One ranked table: the units of a level, in order, and their total."""

    level: str
    lines: tuple[Line, ...]
    total: Line
    shows_above: bool


@dataclass(frozen=True, slots=True)
class Section:
    """Some units under one heading: those of a level that finished, or those that lag for one reason."""

    title: str
    lines: tuple[Line, ...]
    level: str = ""
    status: Status = Status.FINISHED


@dataclass(frozen=True, slots=True)
class BandLines:
    """The units of one band: finished, above or below a share, nothing done, nothing to do, no target; their sum."""

    title: str
    group: Group
    low: Fraction | None
    high: Fraction | None
    lines: tuple[Line, ...]
    whole: Part


@dataclass(frozen=True, slots=True)
class Banding:
    """The units of one ranked table by band, the best band first; each unit stands in exactly one."""

    level: str
    bands: tuple[BandLines, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One stated total that differs from our sum, and what a person said about it (empty: nobody has)."""

    unit: str
    category: str
    what: str
    day: date | None
    stated: int
    summed: int
    cause: str
    explained: str = ""
    explained_by: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """One day of a burn-up: what the plan asks for by its end, and what was done (None: a day to come)."""

    day: date
    expected: Fraction
    done: int | None


@dataclass(frozen=True, slots=True)
class Notice:
    """Everything one notice says, in the order it says it.

    `unit_code`, `row`: the unit it is about and its figures; None for a campaign without a unit above all others,
    whose sum is in `total`. `start`, `end`: the campaign's days. `counts`: what is counted, with a blank before it.
    """

    lang: str
    unit: str
    unit_code: str | None
    campaign_id: str
    campaign: str
    decision: str | None
    simulated: bool
    start: date
    end: date
    period: Period
    as_of: date
    last_as_of: date | None
    version: str
    foot: str
    counts: str
    row: UnitProgress | None
    total: Line
    says: tuple[str, ...]
    part_titles: tuple[str, ...]
    rank_title: str
    rankings: tuple[Ranking, ...]
    bands: tuple[Banding, ...]
    finished: tuple[Section, ...]
    lagging: tuple[Section, ...]
    differences: tuple[Difference, ...]
    burnup: tuple[Point, ...]
    recognised: tuple[str, ...] = ()
