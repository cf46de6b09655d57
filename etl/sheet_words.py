"""Words: what the texts of a report made by people mean: totals, headings, notes, dates, dashes."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache
from unicodedata import normalize

from campaign.names import spelling, split_kind
from campaign.values import Unreadable, read_day, read_text

DASHES = frozenset({"", "-", "–", "—", "−", "--", "…", "..."})
_SPACES = re.compile(r"[\s\u00a0\u202f\u2007]+")
_ABOVE_LEAVES = ("huyen", "thanh pho", "thi xa", "quan", "tinh")
_TOTAL = re.compile(
    rf"({'|'.join(spelling(one) for one in ('tổng cộng', 'tổng số', 'tổng', 'cộng', 'grand total', 'total'))})"
    r"(?![a-zđ\u0300-\u036f])[\s:.,(-]*(.*)"
)
_WHOLE = re.compile(rf"(?:.*[\s(])?{spelling('toàn')} (.+?)\)?")
_BARE_KINDS = frozenset(spelling(one) for one in ("tỉnh", "thành phố", "huyện", "thị xã", "quận", "xã", "phường"))
_LONE = re.compile(r"[\s:.()+\-0-9ivx]*")
_UNITS = "|".join(sorted((*_BARE_KINDS, spelling("thị trấn"), spelling("đơn vị"))))
_SO_MANY = re.compile(rf"\(?[0-9]+(?:/[0-9]+)? (?:{_UNITS})(?:[\s,/-]+(?:{_UNITS}))*\)?")
_ROMAN = re.compile(r"[IVXLC]+|[A-E]")
_NUMBERED = re.compile(r"\(?([IVXLC]+|[A-Ea-e]|[0-9]{1,3}(?:\.[0-9]{1,3})*)\s*[.):/]\s*(?=\S)|[-+•*]\s+(?=\S)")
_ORDINAL = re.compile(r"[(\[]?(?:[0-9]{1,2}|[A-Z])[)\]]?(?:\s*=.*)?")
_NOTE = re.compile(
    r"người lập|lập biểu|nơi nhận|ghi chú\s*:|thủ trưởng|giám đốc|chủ tịch|kế toán|trưởng phòng|kiểm soát|"
    r"ký tên|ký, ghi|xác nhận của|đóng dấu|ngày\s*[0-9.… ]*\s*tháng|\b(?:kt|tm|tl|tuq)\.",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[-−]?\s*[0-9][0-9.,\s]*%?")
_DATE = r"([0-9]{1,2}\s*[/.-]\s*[0-9]{1,2}\s*[/.-]\s*[0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{2})"
_SPOKEN = r"(?:ngày\s+)?([0-9]{1,2})\s+tháng\s+([0-9]{1,2})\s+năm\s+([0-9]{4})"
_ANY_DATE = re.compile(rf"(?<![0-9/.-]){_DATE}(?![0-9/-])|{_SPOKEN}", re.IGNORECASE)
_HEADED = re.compile(
    r"(?:(?:số liệu|l[ũu]y\s*kế|lu[ỹy]\s*kế|cộng dồn)\s+)?(?:tính\s+)?(?:đến\s+)?(?:hết\s+)?(?:ngày\s+)?"
    rf"(?:(?P<whole>{_DATE}|{_SPOKEN})(?: 00:00:00)?|(?P<short>[0-9]{{1,2}}\s*[/.-]\s*[0-9]{{1,2}}))",
    re.IGNORECASE,
)
_HOUR = r"[0-9]{1,2}\s*(?:giờ|[gh:])\s*(?:[0-9]{2})?(?:\s*(?:phút|'))?"
_UNTIL_WORDS = rf"(?:đến|hết|số liệu|báo cáo)(?:\s+(?!từ\b)\S+)??(?:\s+{_HOUR})?[\s,:]+(?:ngày\s*)?:?\s*"
_UNTIL = re.compile(rf"{_UNTIL_WORDS}$|ngày báo cáo\s*:?\s*$", re.IGNORECASE)
_NO_YEAR = re.compile(
    r"(?:đến|hết)[^/]*?\sngày\s*:?\s*([0-9]{1,2})\s*[/.-]\s*([0-9]{1,2})(?![0-9]|\s*[/.-]\s*[0-9]{4})", re.IGNORECASE
)
_PLACE = re.compile(r"([^\W\d_]+(?:[ .]+[^\W\d_]+){0,4}),\s*(?:ngày\s*)?")
_OF_THE_LETTER = re.compile(r"kèm theo|căn cứ|quyết định|kế hoạch số|công văn|\bsố\s*:", re.IGNORECASE)
_FIRST_SERIAL, _LAST_SERIAL = 36526, 73415  # 1/1/2000 and 31/12/2100, counted from 1900
_FROM_1900, _FROM_1904 = date(1899, 12, 30), date(1904, 1, 1)
_OLD_FONT = re.compile(r"[µ¸¶·¹®§¨©ª«¬¡¢£¤¥¦¼½¾]|[ñÑ][aeiouyôöAEIOUYÔÖ]")
_UNICODE = re.compile(r"[ăđơưĂĐƠƯ\u1ea0-\u1ef9]")


@lru_cache(maxsize=8192)
def spelled(text: str) -> str:
    """Return a text in one spelling, remembered: headers repeat from file to file."""
    return spelling(text)


def words_of(cell: object) -> str:
    """Return a cell as text on one line, single spaces (no-break ones too), trimmed."""
    if cell is None:
        return ""
    return on_one_line(cell) if isinstance(cell, str) else read_text(cell)


@lru_cache(maxsize=8192)
def on_one_line(text: str) -> str:
    """Return a text on one line, remembered: names repeat from row to row and from file to file."""
    return _SPACES.sub(" ", text).strip()


def is_blank(cell: object) -> bool:
    """Tell whether a count's cell says "not reported": empty, or a dash. 0 is a count."""
    return cell is None or (isinstance(cell, str) and on_one_line(cell) in DASHES)


def looks_counted(cell: object) -> bool:
    """Tell whether a cell holds a number, as a number or as text."""
    if isinstance(cell, int | float):
        return not isinstance(cell, bool)
    return isinstance(cell, str) and _NUMBER.fullmatch(words_of(cell)) is not None


@lru_cache(maxsize=8192)
def total_of(label: str) -> str | None:
    """Return what a total row's label names: a unit, "" for the part above it, "*" for all; None when it is no total.

    "Tổng cộng", "Cộng", "Toàn tỉnh", "Cộng huyện Văn Yên" are totals; the commune "Cộng Hòa" is not.
    """
    text = spelled(label)
    match, whole = _TOTAL.fullmatch(text), _WHOLE.fullmatch(text)
    if whole is not None and (match is not None or text.startswith(spelling("toàn"))):
        kind, bare = split_kind(whole[1])
        if whole[1] in _BARE_KINDS or kind == "tinh":
            return "*"
        return _last_words(label, whole[1]) if kind in _ABOVE_LEAVES and bare else None
    if match is None:
        return None
    rest = match[2].strip(" :.,()")
    if _LONE.fullmatch(rest) or _SO_MANY.fullmatch(rest):
        return "" if match[1] == spelling("cộng") else "*"
    return _last_words(label, rest) if split_kind(rest)[0] else None


def _last_words(label: str, rest: str) -> str:
    """Return the end of a label as it was written: a spelling is for comparing."""
    return " ".join(words_of(label).strip(" :.,()").split(" ")[-len(rest.split(" ")) :])


@lru_cache(maxsize=8192)
def without_number(label: str) -> str:
    """Return a label without its numbering: "1. Khai sinh", "- Khai sinh", "a) Khai sinh"; "X. An" is a commune."""
    match = _NUMBERED.match(label)
    if match is None:
        return label
    rest = label[match.end() :]
    roman = match[1] is not None and _ROMAN.fullmatch(match[1].upper())
    return label if roman and not split_kind(rest)[0] else rest


@lru_cache(maxsize=8192)
def heading_of(number: str, label: str, *, alone: bool = False) -> str | None:
    """Return what a section heading names ("I | Huyện Văn Yên", "II. Huyện Trấn Yên"); None for another row.

    `alone`: the row has no number of its own among numbered ones, or no figures: then "Huyện Văn Yên" is one too.
    """
    if label and number and _ROMAN.fullmatch(number.strip(" .):/")):
        return without_number(label)
    if alone and number in {"", label} and split_kind(label)[0] in _ABOVE_LEAVES and split_kind(label)[1]:
        return label
    match = _NUMBERED.match(label)
    if match is None or match[1] is None or not _ROMAN.fullmatch(match[1]):
        return None
    rest = label[match.end() :]
    return rest if split_kind(rest)[0] in _ABOVE_LEAVES else None


def is_note(texts: list[str]) -> bool:
    """Tell whether a row's texts are of those below a table: signatures, notes, places and dates."""
    return any(_NOTE.search(text) for text in texts)


def is_ordinal(text: str) -> bool:
    """Tell whether a text may number a column: (1), A, 3=2/1."""
    return _ORDINAL.fullmatch(text) is not None


def is_numbering(texts: list[str]) -> bool:
    """Tell whether a row only numbers the columns: (1) (2) (3), A B 1 2 3=2/1."""
    return len(texts) > 2 and all(is_ordinal(text) for text in texts) and len(set(texts)) == len(texts)  # noqa: PLR2004 - two could be data


def day_of(cell: object, *, from_1904: bool | None) -> object:
    """Return a date cell's day: a number in a workbook's date column is its serial; anything else as it is.

    `from_1904`: whose days the workbook counts from 1904; None: unknown, and its numbers stay numbers.
    """
    if from_1904 is None or isinstance(cell, bool) or not isinstance(cell, int | float):
        return cell
    start, shift = (_FROM_1904, 1462) if from_1904 else (_FROM_1900, 0)
    if not _FIRST_SERIAL <= cell + shift <= _LAST_SERIAL:
        return cell
    return start + timedelta(days=int(cell))


def days_in(text: str) -> list[date]:
    """Return the days a text names, in order."""
    return [day for match in _ANY_DATE.finditer(text) if (day := _matched(match)) is not None]


def header_day(text: str, year: int | None) -> date | None:
    """Return the day that a column's header is, nothing else: 05/02/2025, "Đến ngày 5/2" where the year is known."""
    match = _HEADED.fullmatch(normalize("NFC", text))
    if match is None:
        return None
    if match["short"] is None:
        (*found,) = days_in(match["whole"])
        return found[0] if found else None
    try:
        return None if year is None else read_day(re.sub(r"\s*[/.-]\s*", "/", f"{match['short']}/{year}"))
    except Unreadable:
        return None


def _matched(match: re.Match[str]) -> date | None:
    whole = re.sub(r"\s", "", match[1]) if match[1] else f"{match[2]}/{match[3]}/{match[4]}"
    try:
        return read_day(whole)
    except Unreadable:
        return None


def reporting_days(texts: list[str]) -> list[date]:
    """Return the days a title may be about: those after "đến ngày", else those not of a letter or a plan.

    The day a letter was signed ("Yên Bái, ngày …") counts where no other stands; beside "đến ngày 5/2", without a year,
    only a day that is the same 5/2.
    """
    texts = [normalize("NFC", text) for text in texts]
    told = [_days_told(text) for text in texts]
    until, other, signed = ([day for one in told for day in one[kind]] for kind in range(3))
    short = {(int(day), int(month)) for text in texts for day, month in _NO_YEAR.findall(text)}
    if short and not until:
        return list(dict.fromkeys(day for day in other + signed if (day.day, day.month) in short))
    return list(dict.fromkeys(until or other or signed))


@lru_cache(maxsize=1_000)  # a thousand reports of one day have one title
def _days_told(text: str) -> tuple[tuple[date, ...], ...]:
    """Return the days after "đến ngày" in a text, those of no letter or plan, and the one a letter was signed."""
    until: list[date] = []
    other: list[date] = []
    for match in _ANY_DATE.finditer(text):
        day, before = _matched(match), text[: match.start()]
        if day is None:
            continue
        if _UNTIL.search(before) and "kèm theo" not in before.casefold():
            until.append(day)
        elif _is_signing(before) and match.end() == len(text):
            return (), (), (day,)
        elif not _OF_THE_LETTER.search(text):
            other.append(day)
    return tuple(until), tuple(other), ()


def _is_signing(before: str) -> bool:
    """Tell whether what stands before a date is the place where a letter was signed: "Yên Bái, ngày"."""
    place = _PLACE.fullmatch(before)
    return place is not None and not place[1].isupper() and all(one[0].isupper() for one in place[1].split())


def in_old_font(texts: list[str]) -> bool:
    """Tell whether texts were typed in a font of before Unicode (TCVN3, VNI): "§¬n vÞ" for "Đơn vị"."""
    whole = " ".join(texts)
    return len(_OLD_FONT.findall(whole)) > 1 and not _UNICODE.search(whole)
