"""A cron line: when a source is pulled or a backup made, as crontab(5) reads it.

APScheduler counts weekdays from Monday and wants day and weekday to match both; a crontab counts from Sunday and
takes either. The difference is made up for here.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger

FIELDS = 5
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


def trigger(line: str, zone: ZoneInfo) -> BaseTrigger:
    """Return the trigger of a cron line in local time; raise ValueError saying what is wrong with it."""
    parts = line.split()
    if len(parts) != FIELDS:
        raise ValueError(f"{len(parts)} fields")
    minute, hour, day, month, weekday = parts
    time = {"minute": minute, "hour": hour, "month": month, "timezone": zone}
    if day.startswith("*") or weekday.startswith("*"):
        return CronTrigger(day=day, day_of_week=_weekdays(weekday), **time)
    return OrTrigger([CronTrigger(day=day, **time), CronTrigger(day_of_week=_weekdays(weekday), **time)])


def _weekdays(field: str) -> str:
    """Return a crontab's weekday field as names, every range and step written out."""
    if field == "*":
        return field
    days: list[int] = []
    for part in field.lower().split(","):
        span, _, step = part.partition("/")
        first, dash, last = span.partition("-")
        start = 0 if first == "*" else _weekday(first)
        end = 6 if first == "*" else _weekday(last) if dash else start
        days += range(start, end + 1 if end >= start else end + 8, int(step or 1))
    return ",".join(dict.fromkeys(WEEKDAYS[day % 7] for day in days))


def _weekday(word: str) -> int:
    """Return a weekday's number from Sunday = 0; 7 is Sunday too."""
    number = WEEKDAYS.index(word) if word in WEEKDAYS else int(word)
    if number not in range(8):
        raise ValueError(f"weekday {word}")
    return number
