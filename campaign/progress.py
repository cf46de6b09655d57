"""UnitProgress: the figures of one unit on one day, as DEFINITIONS names them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction


class Status(StrEnum):
    """Where a unit stands; the first that holds, in the order of DEFINITIONS "status"."""

    NO_TARGET = "no_target"
    NOTHING_TO_DO = "nothing_to_do"
    FINISHED = "finished"
    OVERDUE = "overdue"
    SILENT = "silent"
    STALLED = "stalled"
    BEHIND = "behind"
    AT_RISK = "at_risk"
    ON_TRACK = "on_track"


@dataclass(frozen=True, slots=True)
class UnitProgress:
    """One row a unit, day, category view and stage. None means there is no such figure, never 0."""

    campaign: str
    as_of: date
    level: str
    code: str
    name: str
    parent_code: str | None
    category: str
    stage: str
    target: int | None
    done: int
    remaining: int | None
    excess: int | None
    completion: Fraction | None
    planned_share: Fraction | None
    expected: Fraction | None
    variance: Fraction | None
    pace: Fraction | None
    done_today: int
    planned_today: Fraction | None
    catchup_today: int | None
    required_per_day: Fraction | None
    rank: int | None
    rank_change: int | None
    status: Status
    finished_on: date | None
    last_as_of: date | None
    days_silent: int
    units_with_target: int
    units_finished: int
    gap_share: Fraction | None
    stalled_days: int
    is_leaf: bool

    @property
    def short_today(self) -> int | None:
        """Return what is still missing of today's catch-up, max(catchup_today − done_today, 0)."""
        return None if self.catchup_today is None else max(self.catchup_today - self.done_today, 0)


PROGRESS_COLUMNS = (
    "campaign",
    "as_of",
    "level",
    "code",
    "name",
    "parent_code",
    "category",
    "stage",
    "target",
    "done",
    "remaining",
    "excess",
    "completion",
    "planned_share",
    "expected",
    "variance",
    "pace",
    "done_today",
    "planned_today",
    "catchup_today",
    "required_per_day",
    "rank",
    "rank_change",
    "status",
    "finished_on",
    "last_as_of",
    "days_silent",
    "units_with_target",
    "units_finished",
)

SERIES_COLUMNS = (
    "as_of",
    "target",
    "done",
    "done_today",
    "expected",
    "planned_today",
    "catchup_today",
    "completion",
    "rank",
    "status",
)
