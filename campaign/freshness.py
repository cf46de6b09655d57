"""Freshness: who reported for a day, who in time, and whose silence is our own failure, not theirs.

Reporting rate = reported / expected, on-time rate = on time / expected, over one and the same set of unit-days, so
neither can pass 1. A unit is expected to report for a campaign day on which it had something to do
(DEFINITIONS "catchup_today" > 0): a target above what was done the evening before, and a day not excused for it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction

from campaign.progress import Status, UnitProgress


class Gap(StrEnum):
    """Why there is, or is not, a fresh figure of a unit."""

    REPORTED = "reported"
    SILENT = "silent"
    SOURCE_DOWN = "source_down"


class Cause(StrEnum):
    """What kind of failure a pull met: the last part of the text key that says what to do about it."""

    SCHEDULER = "scheduler"
    RIGHTS = "rights"
    FOLDER = "folder"
    FILE = "file"
    ACCESS = "access"
    NOT_FOUND = "not_found"
    TIMEOUT = "timeout"
    CONNECTION = "connection"
    BUSY = "busy"
    SERVER = "server"
    LAYOUT = "layout"
    CHECK = "check"
    FULL = "full"
    SETTING = "setting"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Outage:
    """A source that fails now: since when, when it last answered (both UTC), and what it said.

    `files`: all that fails is that these files cannot be read; the others come in.
    """

    source: str
    since: datetime
    last_good: datetime | None
    error: str
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Past:
    """A time in which a source failed: from its first bad pull to the end of the good one that took what had waited."""

    source: str
    begun: datetime
    ended: datetime


@dataclass(frozen=True)
class Tally:
    """Unit-days that a report was expected for, of these how many came at all, and how many in time.

    `ours`: of those that came late, how many while the unit's source failed at the cut-off: late all the same, but
    perhaps by our own failure.
    """

    expected: int = 0
    reported: int = 0
    on_time: int = 0
    ours: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.expected + other.expected,
            self.reported + other.reported,
            self.on_time + other.on_time,
            self.ours + other.ours,
        )

    @property
    def late(self) -> int:
        """Return how many came after the cut-off of their day."""
        return self.reported - self.on_time

    @property
    def missing(self) -> int:
        """Return how many never came."""
        return self.expected - self.reported

    @property
    def reporting_rate(self) -> Fraction | None:
        """Return reported / expected, 0 to 1; None when nothing was expected."""
        return Fraction(self.reported, self.expected) if self.expected else None

    @property
    def on_time_rate(self) -> Fraction | None:
        """Return on time / expected, 0 to 1; None when nothing was expected."""
        return Fraction(self.on_time, self.expected) if self.expected else None


NOTHING = Tally()


def is_expected(row: UnitProgress, first: date, last: date) -> bool:
    """Tell whether a unit had to report for the row's day, a campaign's first and last day being given."""
    return row.is_leaf and first <= row.as_of <= last and (row.catchup_today or 0) > 0


def tally(
    expected: Iterable[tuple[str, date]],
    came_late: Mapping[tuple[str, date], bool],
    ours: Collection[tuple[str, date]] = (),
) -> Tally:
    """Return the tally of some expected (unit, day)s.

    `came_late` holds the (unit, day)s of which a report came, and whether the first of them came after the cut-off: a
    correction sent later makes nobody late. What came without being expected counts nowhere. `ours`: the late ones that
    our own failure may have made late.
    """
    due = list(expected)
    found = [came_late.get(one) for one in due]
    by_us = sum(1 for one, late in zip(due, found, strict=True) if late and one in ours)
    return Tally(len(found), sum(late is not None for late in found), sum(late is False for late in found), by_us)


def held_up(cutoff: datetime, received: datetime, fails: Iterable[Past]) -> bool:
    """Tell whether one of some failures lay over a cut-off and ended with the pull that took a report in."""
    return any(one.begun <= cutoff <= one.ended and received <= one.ended for one in fails)


def carried(
    source: str, leaves: Iterable[str], brought_by: Mapping[str, Iterable[str]], configured: Iterable[str]
) -> frozenset[str]:
    """Return the leaves a source carries: those its earlier loads brought.

    `brought_by`: the units every source brought. A source that never brought any carries all leaves when it is the
    only one configured for the campaign, else nobody knows whom it carries: none.
    """
    brought = frozenset(brought_by.get(source, ()))
    if brought:
        return brought.intersection(leaves)
    return frozenset(leaves) if list(configured) == [source] else frozenset()


def waiting(
    rows: Iterable[UnitProgress], carries: frozenset[str], last_received: Mapping[str, datetime], since: datetime
) -> frozenset[str]:
    """Return the units that a failing source carries, with work left, of which nothing came since it fails."""
    return frozenset(
        row.code
        for row in rows
        if row.code in carries and row.is_leaf and row.remaining and not _came_since(last_received.get(row.code), since)
    )


def _came_since(received: datetime | None, since: datetime) -> bool:
    return received is not None and received > since


def gap(row: UnitProgress, below: Iterable[UnitProgress], unfetched: frozenset[str]) -> Gap:
    """Return whether a unit reported, is silent, or could not be heard because a source of ours fails.

    `below`: the rows of the leaves under a roll-up (its own for a leaf); `unfetched`: the units that wait for a failing
    source. A roll-up is down when one of its silent leaves is and no other is silent of its own accord.
    """
    if row.status is not Status.SILENT:
        return Gap.REPORTED
    silent = [one.code in unfetched for one in below if one.status is Status.SILENT]
    return Gap.SOURCE_DOWN if silent and all(silent) else Gap.SILENT


SIGNS = (
    (Cause.SCHEDULER, r"^scheduler:"),
    (Cause.FULL, r"no space left|disk full|quota exceeded"),
    (Cause.RIGHTS, r"permission denied|operation not permitted|access is denied"),
    (Cause.FOLDER, r"not a directory|no such file|: not readable \((?!.*tried again)"),
    (Cause.ACCESS, r"answered (401|403|407)|let us in|sign-in|authentication|password|is not set"),
    (Cause.TIMEOUT, r"did not answer|was not done after|timed out|answered (408|504)"),
    (Cause.BUSY, r"answered 429|another process|\block\b"),
    (Cause.NOT_FOUND, r"answered (404|410)"),
    (Cause.SERVER, r"answered 5\d\d|is not packed|sends what it says"),
    (Cause.CONNECTION, r"cannot be reached|broke off|connection|certificate|resolve|connect"),
    (Cause.SETTING, r"sends more than|more than \d+ pages|redirects|without https|config|the key|is not configured"),
    (Cause.FILE, r"tried again|cannot be read|workbook|decode|utf-8"),
    (Cause.LAYOUT, r"column|header|sheet|records|no such (table|column)|mend the query"),
    (Cause.CHECK, r"\bcheck [a-z_]+\b"),
)


def cause_of(error: str) -> Cause:
    """Return what kind of failure a pull's one line of words tells of."""
    return next((cause for cause, sign in SIGNS if re.search(sign, error, re.IGNORECASE)), Cause.UNKNOWN)


def masked(words: str) -> str:
    """Return a text whose addresses show neither passwords nor the values of their query."""
    without_user = re.sub(r"(\w+://)[^/@\s]+@", r"\1…@", words)
    return re.sub(r"([?&][\w.\-\[\]%]+=)[^&\s;)'\"]+", r"\1…", without_user)
