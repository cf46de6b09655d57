"""Documents as a letter cites them: days written out, as Nghị định 30/2020/NĐ-CP has them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

_PADDED_DAYS, _PADDED_MONTHS = 10, 2
_FIGURES = re.compile(r"\bngày\s+(\d{1,2})([-/.])(\d{1,2})\2(\d{4})\b")
_SYMBOL = re.compile(r"\d+\w*(?:/[\w.-]+)+")  # 563/KH-UBND, 30/2020/NĐ-CP


def date_parts(day: date | None) -> tuple[str, str, str]:
    """Return day, month and year as the decree writes them: a nought before days below 10 and months 1 and 2."""
    if day is None:
        return "\u00a0" * 4, "\u00a0" * 4, "\u00a0" * 6
    shown = f"{day.day:02}" if day.day < _PADDED_DAYS else f"{day.day}"
    return shown, f"{day.month:02}" if day.month <= _PADDED_MONTHS else f"{day.month}", f"{day.year}"


def cited(document: str) -> str:
    """Return a document's name with its day written out: ngày 27-12-2024 → ngày 27 tháng 12 năm 2024."""

    def written(found: re.Match[str]) -> str:
        try:
            day = date(int(found[4]), int(found[3]), int(found[1]))
        except ValueError:  # no day of the calendar: left as it was given
            return found[0]
        return "ngày {} tháng {} năm {}".format(*date_parts(day))

    return _FIGURES.sub(written, document)


def already_cited(documents: Sequence[str], one: str) -> bool:
    """Return whether some of the documents are or name this one: by its number and symbol, else by its words."""
    symbol = _SYMBOL.search(one)
    sought = symbol[0] if symbol else cited(one).strip()
    return any(sought in cited(document) for document in documents)
