"""Rows on their way in: what was claimed, what became of it, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple


class Fate(StrEnum):
    """Where every row read ends: exactly one of these."""

    ACCEPTED = "accepted"
    UNCHANGED = "unchanged"
    HELD = "held"
    REJECTED = "rejected"


class Reason(StrEnum):
    """Why a row was held or rejected."""

    COUNT_FALLS = "count_falls"
    EXCEEDS_LATER = "exceeds_later"
    UNKNOWN_UNIT = "unknown_unit"
    AMBIGUOUS_UNIT = "ambiguous_unit"
    UNKNOWN_CATEGORY = "unknown_category"
    UNKNOWN_STAGE = "unknown_stage"
    BAD_COUNT = "bad_count"
    NEGATIVE_COUNT = "negative_count"
    BAD_DATE = "bad_date"
    FUTURE_DATE = "future_date"
    CONFLICTING_ROWS = "conflicting_rows"
    MISSING_FIELD = "missing_field"
    OUTSIDE_SCOPE = "outside_scope"


class Measure(StrEnum):
    """What a figure measures; TARGET and UNITS_FINISHED are for stated totals only, no row names INCREMENT."""

    COUNT = "count"
    TARGET = "target"
    UNITS_FINISHED = "units_finished"
    INCREMENT = "increment"  # a held row of a daily source: its count is one day's work


class Series(NamedTuple):
    """What is counted: one unit, one category, one stage, one measure."""

    unit_code: str
    category: str
    stage: str
    measure: Measure = Measure.COUNT


@dataclass(slots=True)
class Row:
    """One row as a file carried it, each of our fields as the cell was (None: not there)."""

    number: int
    cells: dict[str, object]


@dataclass(slots=True)
class Claim:
    """A row that could be read: a count for a series at the end of a day."""

    number: int
    series: Series
    as_of: date
    count: int
    stated: bool
    target: int | None = None
    reason: str = ""
    reported_by: str = ""
    increment: int | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """A later day that an accepted row moved along: its cumulative count now, and the increment it is made of."""

    day: date
    count: int
    increment: int


@dataclass(slots=True)
class Verdict:
    """What became of one row. `found` and `mend` are for people; `claim` is None when it could not be read."""

    number: int
    fate: Fate
    reason: Reason | None = None
    claim: Claim | None = None
    field: str = ""
    found: str = ""
    near: tuple[str, ...] = ()
    over_target: bool = False
    standing: int | None = None
    standing_day: date | None = None
    moved: tuple[Moved, ...] = ()


@dataclass(slots=True)
class Tally:
    """The counts of one load: read = accepted + unchanged + held + rejected, always."""

    read: int = 0
    accepted: int = 0
    unchanged: int = 0
    held: int = 0
    rejected: int = 0
    flagged: int = 0
    reasons: dict[str, int] = field(default_factory=dict)

    def add(self, verdict: Verdict) -> None:
        """Count one row."""
        self.read += 1
        fate = str(verdict.fate)
        setattr(self, fate, getattr(self, fate) + 1)
        self.flagged += verdict.over_target
        if verdict.reason is not None:
            self.reasons[verdict.reason.value] = self.reasons.get(verdict.reason.value, 0) + 1
