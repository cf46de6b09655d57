"""The period a report covers: a day, a week, a month or any run of days; figures stand at the end of its last day."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from campaign.errors import UsageError

_WEEK = timedelta(days=6)
_FORMS = "2025-01 (a month), 2025-W02 (a week), 2025-01-05 (a day) or 2025-01-01..2025-01-15 (any days) was expected"


class Span(StrEnum):
    """What kind of period it is: how it is spoken of, and what its files are called."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    DAYS = "days"


@dataclass(frozen=True, slots=True)
class Period:
    """A run of days, both ends counted. What was done in it is done(last) − done(first − 1)."""

    first: date
    last: date
    span: Span

    @property
    def code(self) -> str:
        """Return the period as read_period() takes it."""
        if self.span is Span.MONTH:
            return f"{self.first:%Y-%m}"
        if self.span is Span.WEEK:
            year, week, _ = self.first.isocalendar()
            return f"{year:04}-W{week:02}"
        return f"{self.first}" if self.span is Span.DAY else f"{self.first}..{self.last}"


def month_of(day: date) -> Period:
    """Return the month a day lies in."""
    first = day.replace(day=1)
    return Period(first, first.replace(day=calendar.monthrange(first.year, first.month)[1]), Span.MONTH)


def week_of(day: date) -> Period:
    """Return the week, Monday to Sunday, a day lies in."""
    first = day - timedelta(days=day.weekday())
    return Period(first, first + _WEEK, Span.WEEK)


def day_of(day: date) -> Period:
    """Return one day as a period."""
    return Period(day, day, Span.DAY)


def read_period(code: str) -> Period:
    """Return the period a text names: 2025-01, 2025-W02, 2025-01-05 or 2025-01-01..2025-01-15.

    Raises UsageError for any other text, and for days that run backwards.
    """
    try:
        if re.fullmatch(r"\d{4}-\d{2}", code):
            return month_of(date(int(code[:4]), int(code[5:]), 1))
        if found := re.fullmatch(r"(\d{4})-W(\d{2})", code):
            return week_of(date.fromisocalendar(int(found[1]), int(found[2]), 1))
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", code):
            return day_of(date.fromisoformat(code))
        if found := re.fullmatch(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})", code):
            first, last = date.fromisoformat(found[1]), date.fromisoformat(found[2])
            if first <= last:
                return Period(first, last, Span.DAYS)
    except (ValueError, OverflowError):
        pass
    raise UsageError("period", f"found {code!r}", _FORMS)
