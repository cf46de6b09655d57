"""Values as files carry them: whole counts and days, read strictly, never guessed."""

from __future__ import annotations

import re
from datetime import date, datetime

from campaign.rows import Reason

LARGEST = 2**53
EARLIEST = date(1900, 1, 1)  # an earlier year is a slip of the pen
_PLAIN = re.compile(r"[0-9]+")
_THOUSANDS = re.compile(r"[0-9]{1,3}(\.[0-9]{3})+|[0-9]{1,3}(,[0-9]{3})+")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_DAY_FIRST = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4})")


class Unreadable(ValueError):
    """A value that cannot be read; `reason` is its code in DEFINITIONS."""

    def __init__(self, reason: Reason) -> None:
        """Keep the reason code."""
        super().__init__(reason.value)
        self.reason = reason


def read_count(value: object) -> int:
    """Return a whole count ≥ 0.

    Text of 1–3 digits and groups of .ddd (or ,ddd) is thousands; a number with a fraction is refused
    (519.537 as a number is a broken 519 537, and which one nobody knows). Raises Unreadable.
    """
    if isinstance(value, bool) or value is None:
        raise Unreadable(Reason.BAD_COUNT)
    if isinstance(value, int):
        number = value
    elif isinstance(value, float):
        if not value.is_integer():
            raise Unreadable(Reason.BAD_COUNT)
        number = int(value)
    else:
        text = str(value).strip()
        negative = text.startswith(("-", "−"))
        digits = text[1:].strip() if negative else text
        if not (_PLAIN.fullmatch(digits) or _THOUSANDS.fullmatch(digits)):
            raise Unreadable(Reason.BAD_COUNT)
        digits = digits.replace(".", "").replace(",", "")
        if len(digits.lstrip("0")) > len(str(LARGEST)):
            raise Unreadable(Reason.BAD_COUNT)
        number = -int(digits) if negative else int(digits)
    if number < 0:
        raise Unreadable(Reason.NEGATIVE_COUNT)
    if number > LARGEST:
        raise Unreadable(Reason.BAD_COUNT)
    return number


def read_day(value: object) -> date:
    """Return the day a cell or a text names: ISO, or day first with / - or dots; raises Unreadable."""
    day = _day(value)
    if day is None or day < EARLIEST:
        raise Unreadable(Reason.BAD_DATE)
    return day


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = str(value).strip() if isinstance(value, str) else ""
    iso, day_first = _ISO.fullmatch(text), _DAY_FIRST.fullmatch(text)
    try:
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if day_first:
            return date(int(day_first[4]), int(day_first[3]), int(day_first[1]))
    except ValueError:
        pass
    return None


def read_text(value: object) -> str:
    """Return a cell as text: trimmed, a whole number without its .0, nothing as ''."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
