"""Periods as people speak of them: in a title, within a sentence, above a column, and in a file's name."""

from __future__ import annotations

from campaign.period import Period
from reporting import numbers
from reporting.texts import text


def spoken(period: Period, lang: str) -> str:
    """Return what a period is called: tháng 01/2025; ngày 05/01/2025; từ ngày 01/01/2025 đến ngày 15/01/2025."""
    return _said("name", period, lang)


def within(period: Period, lang: str) -> str:
    """Return a period at the head of a sentence: Trong tháng 01/2025; Trong ngày 05/01/2025; Từ ngày … đến ngày …."""
    return _said("within", period, lang)


def column(period: Period, lang: str) -> str:
    """Return the header of what was done in a period: Trong tháng, Trong ngày, Trong tuần, Trong kỳ."""
    return text(f"period.column.{period.span}", lang)


def filed(period: Period, lang: str) -> str:
    """Return a period as it stands in a file's name, in plain letters: thang 01-2025; tuan 06-01-2025."""
    first, last = numbers.day(period.first, lang), numbers.day(period.last, lang)
    month = numbers.month(period.first, lang)
    return text(f"period.file.{period.span}", lang, first=first, last=last, month=month).replace("/", "-")


def _said(key: str, period: Period, lang: str) -> str:
    month = numbers.month(period.first, lang)
    return text(f"period.{key}.{period.span}", lang, first=period.first, last=period.last, month=month)
