"""Numbers as people read them: one way to show a percentage, a count, a day and a moment.

Screens, workbooks and messages all call these functions, so one figure never shows in two ways.
The rule is in DEFINITIONS.md, "Showing numbers". Whatever is unknown (None) shows as an en dash;
a negative number carries a true minus sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from fractions import Fraction
from functools import cache
from zoneinfo import ZoneInfo

NONE = "–"
MINUS = "−"  # the sign itself, as wide as a plus

_SHORTENED_FROM = 10**7
_SHORT = {"vi": (" triệu", " tỷ"), "en": ("m", "bn")}  # millions, thousand millions
_ALL = 1000  # tenths of a percent
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def percent(value: Fraction | int | None, lang: str, finished: bool | None = None) -> str:  # noqa: FBT001 - reads as "percent of it, finished"
    """Return a share as a percentage with one decimal, rounded half up from the exact value.

    What is not finished never shows 100 (99,96 % shows 99,9%) and what has begun never shows 0
    (0,02 % shows <0,1%). `finished` says which; left out, a share is finished from 1 on.
    """
    if value is None:
        return NONE
    tenths = shown_tenths(value, finished)
    if tenths == 0 and value > 0:
        return f"<{_grouped(1, 1, lang)}%"
    if tenths == 0 and value < 0:
        return f">{MINUS}{_grouped(1, 1, lang)}%"
    return f"{_grouped(tenths, 1, lang)}%"


def bound(value: Fraction | None, lang: str) -> str:
    """Return a share from the configuration as it was written, with no decimals it does not need: 10%, 12,5%."""
    if value is None:
        return NONE
    places = next(places for places in range(7) if places == 6 or (value * 100 * 10**places).denominator == 1)  # noqa: PLR2004 - as fine as any bound
    return f"{_grouped(half_up(value * 100, 10**places), places, lang)}%"


def shown_tenths(value: Fraction | int, finished: bool | None = None) -> int:  # noqa: FBT001 - as above
    """Return the tenths of a percent that a share shows: 999 for an unfinished 99,96 %."""
    tenths = half_up(value, _ALL)
    done = value >= 1 if finished is None else finished
    return _ALL - 1 if tenths == _ALL and not done else tenths


def whole(value: Fraction | int | None, lang: str) -> str:
    """Return a count with its thousands set apart; a fraction is rounded half up first."""
    return NONE if value is None else _grouped(half_up(value), 0, lang)


def axis(counts: Sequence[int], lang: str) -> tuple[str, ...]:
    """Return the labels of an axis of round counts, exact: from ten millions on in millions or thousand millions."""
    if max(counts, default=0) < _SHORTENED_FROM:
        return tuple(whole(count, lang) for count in counts)
    millions, billions = _SHORT["en" if lang == "en" else "vi"]
    unit, word = (10**9, billions) if all(count % 10**8 == 0 for count in counts) else (10**6, millions)
    places = next(places for places in range(10) if all(count * 10**places % unit == 0 for count in counts))
    return tuple(f"{_grouped(count * 10**places // unit, places, lang)}{word}" if count else "0" for count in counts)


def decimal(value: Fraction | int | None, places: int, lang: str) -> str:
    """Return a number with exactly `places` decimals, rounded half up from the exact value."""
    return NONE if value is None else _grouped(half_up(value, 10**places), places, lang)


def signed(value: Fraction | int | None, lang: str, places: int = 0) -> str:
    """Return a difference with its sign: +12, −3, and a plain 0."""
    if value is None:
        return NONE
    scaled = half_up(value, 10**places)
    return ("+" if scaled > 0 else "") + _grouped(scaled, places, lang)


def day(value: date | None, lang: str) -> str:
    """Return a date: 22/10/2024 in Vietnamese, 2024-10-22 in English."""
    if value is None:
        return NONE
    if lang == "vi":
        return f"{value.day:02}/{value.month:02}/{value.year:04}"
    return f"{value.year:04}-{value.month:02}-{value.day:02}"


def day_short(value: date | None, lang: str) -> str:
    """Return a date without its year: 22/10 in Vietnamese, 22 Oct in English."""
    if value is None:
        return NONE
    if lang == "vi":
        return f"{value.day:02}/{value.month:02}"
    return f"{value.day} {_MONTHS[value.month - 1]}"


def month(value: date | None, lang: str) -> str:
    """Return a month: 01/2025 in Vietnamese, 2025-01 in English."""
    if value is None:
        return NONE
    if lang == "vi":
        return f"{value.month:02}/{value.year:04}"
    return f"{value.year:04}-{value.month:02}"


def moment(value: datetime | None, tz: tzinfo | str, lang: str) -> str:
    """Return a UTC instant in local time: 17:05 22/10/2024, in English 2024-10-22 17:05."""
    if value is None:
        return NONE
    hour, written = clock(value, tz), day(value.astimezone(_zone(tz)).date(), lang)
    return f"{hour} {written}" if lang == "vi" else f"{written} {hour}"


def clock(value: datetime | None, tz: tzinfo | str) -> str:
    """Return the local hour and minute of a UTC instant: 17:05."""
    if value is None:
        return NONE
    local = value.astimezone(_zone(tz))
    return f"{local.hour:02}:{local.minute:02}"


def half_up(value: Fraction | int, scale: int = 1) -> int:
    """Return value × scale as a whole number; a half goes away from zero (2,5 → 3 and −2,5 → −3)."""
    top, bottom = value.numerator * scale, value.denominator
    size = (2 * abs(top) + bottom) // (2 * bottom)
    return size if top >= 0 else -size


def fixed(value: Fraction | int, places: int) -> str:
    """Return a number as programs read it: a point, exactly `places` decimals, half up, never a minus zero."""
    scaled = half_up(value, 10**places)
    size, rest = divmod(abs(scaled), 10**places)
    return f"{'-' if scaled < 0 else ''}{size}.{rest:0{places}}"


def _grouped(scaled: int, places: int, lang: str) -> str:
    """Return scaled / 10**places with the separators of the language."""
    size, rest = divmod(abs(scaled), 10**places)
    text = f"{size:,}"
    if lang == "vi":
        text = text.replace(",", ".")
    if places:
        text += f"{',' if lang == 'vi' else '.'}{rest:0{places}}"
    return MINUS + text if scaled < 0 else text


@cache
def _named_zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _zone(tz: tzinfo | str) -> tzinfo:
    return _named_zone(tz) if isinstance(tz, str) else tz
