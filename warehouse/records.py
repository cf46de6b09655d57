"""Records: the rows that a load puts on record, one class a table, its fields the table's columns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class TargetRow:
    """One version of a target, as targets.csv or a file states it."""

    unit_code: str
    category: str
    stage: str
    target: int
    valid_from: Any
    reason: str | None
    batch: str | None


@dataclass(frozen=True)
class SubmissionRow:
    """One accepted cumulative count."""

    unit_code: str
    category: str
    stage: str
    as_of: Any
    count: int
    received_at: datetime
    batch: str
    file: str
    row_number: int
    reason: str | None
    reported_by: str | None
    increment: int | None = None
    moved_by: Any = None


@dataclass(frozen=True)
class StatedRow:
    """One stated total."""

    unit_code: str
    category: str
    stage: str
    measure: str
    as_of: Any
    count: int
    received_at: datetime
    batch: str
    file: str
    row_number: int
    increment: int | None = None
    moved_by: Any = None


@dataclass(frozen=True)
class RefusedRow:
    """One held or rejected row, as it was received, with why."""

    batch: str
    received_at: datetime
    file: str
    row_number: int
    fate: str
    reason: str
    unit_code: str | None
    category: str | None
    stage: str | None
    measure: str | None
    as_of: Any
    count: int | None
    field: str
    found: str
    near: str
    standing: int | None
    standing_day: Any
    content: str
    released_by: str | None
