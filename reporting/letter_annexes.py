"""The annexes of a letter: the ranked tables, the units by name where they are many, and the differences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from reporting import numbers, periods
from reporting.notice_content import Difference, Line, Notice, Part, Ranking, Section
from reporting.texts import named, text

FEW = 5  # so many units are named within a sentence; more are counted there and listed in an annex
_FEW_DIFFERENCES = 2
_WIDE_FROM = 10  # columns that need the page turned
_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


class About(StrEnum):
    """What an annex lists."""

    RANKING = "ranking"
    FINISHED = "finished"
    LAGGING = "lagging"
    DIFFERENCES = "differences"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its header, the header above it that it shares, its share of the width, and its side."""

    header: str
    weight: float
    side: str = "center"  # left | right | center
    group: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it is read: a unit's, a total's, or a heading across the table."""

    cells: tuple[str, ...]
    bold: bool = False
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Annex:
    """One annex: its label (Phụ lục II), its title, its table. `wide`: on a page that is turned."""

    about: About
    label: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    wide: bool
    note: str = ""


def annexes(notice: Notice) -> tuple[Annex, ...]:
    """Return the annexes of a notice in their order; numbered only when there are several."""
    found = [_ranked(notice, ranking) for ranking in notice.rankings]
    finished = [section for section in notice.finished if len(section.lines) > FEW]
    if finished:
        found.append(_listed(notice, finished, About.FINISHED))
    if any(len(section.lines) > FEW for section in notice.lagging):
        found.append(_listed(notice, notice.lagging, About.LAGGING))
    if len(notice.differences) > _FEW_DIFFERENCES:
        found.append(_differences(notice))
    labels = [roman(place) for place in range(1, len(found) + 1)] if len(found) > 1 else [""]
    return tuple(
        Annex(
            one.about,
            text("letter.annex", notice.lang, number=label).strip(),
            one.title.upper(),
            one.columns,
            one.rows,
            one.wide,
            one.note,
        )
        for label, one in zip(labels, found, strict=True)
    )


def roman(number: int) -> str:
    """Return a small whole number in Roman figures."""
    found = ""
    for value, sign in _ROMAN:
        while number >= value:
            found, number = found + sign, number - value
    return found


def level_spoken(level: str, lang: str) -> str:
    """Return the units of a level as one speaks of many: đơn vị cấp xã; cụm; districts."""
    word = named("levels", level, lang).lower()
    return text("letter.units.level", lang, level=word) if word.startswith("cấp ") else word


def _text(notice: Notice, key: str, **params: object) -> str:
    return text(f"letter.annex.{key}", notice.lang, **params)


def _header(notice: Notice, key: str) -> str:
    return text(f"notice.column.{key}", notice.lang)


def _ranked(notice: Notice, ranking: Ranking) -> Annex:
    titles = notice.part_titles
    columns = [Column(_header(notice, "number"), 1.1), Column(_header(notice, "unit"), 5.0, "left")]
    if ranking.shows_above:
        columns.append(Column(_header(notice, "above"), 4.2, "left"))
    for title in titles:
        group = title if len(titles) > 1 else ""
        columns.append(Column(_header(notice, "total"), 1.9, "right", group))
        columns.append(Column(_header(notice, "done"), 1.9, "right", group))
        columns.append(Column(_header(notice, "share"), 1.7, "right", group))
    columns += [
        Column(_header(notice, "remaining"), 1.8, "right"),
        Column(periods.column(notice.period, notice.lang), 1.8, "right"),
        Column(notice.rank_title, 1.5),
        Column(_header(notice, "note"), 3.4, "left"),
    ]
    rows = [Row(_ranked_cells(notice, ranking, line, f"{place}")) for place, line in enumerate(ranking.lines, 1)]
    rows.append(Row(_ranked_cells(notice, ranking, ranking.total, ""), bold=True))
    level = level_spoken(ranking.level, notice.lang)
    title = _text(notice, "ranking", levels=level, on=notice.as_of)
    note = _text(notice, "foot", version=notice.version)
    return Annex(About.RANKING, "", title, tuple(columns), tuple(rows), len(columns) >= _WIDE_FROM, note)


def _ranked_cells(notice: Notice, ranking: Ranking, line: Line, number: str) -> tuple[str, ...]:
    lang, whole = notice.lang, line.whole
    above = (line.above if number else "",) if ranking.shows_above else ()
    parts = tuple(shown for part in line.parts for shown in _part_cells(part, lang))
    rank = f"{line.rank}" if line.rank is not None else "" if not number else numbers.NONE
    tail = (numbers.whole(whole.remaining, lang), numbers.whole(line.in_period, lang), rank, line.note)
    return (number, line.name, *above, *parts, *tail)


def _part_cells(part: Part, lang: str) -> tuple[str, str, str]:
    share = numbers.percent(part.share.value, lang, part.share.finished)
    return numbers.whole(part.target, lang), numbers.whole(part.done, lang), share


def _listed(notice: Notice, sections: Sequence[Section], about: About) -> Annex:
    """Return the units of some sections by name, each section under its heading."""
    lang = notice.lang
    shows_above = any(ranking.shows_above for ranking in notice.rankings)
    columns = [Column(_header(notice, "number"), 1.1), Column(_header(notice, "unit"), 5.0, "left")]
    if shows_above:
        columns.append(Column(_header(notice, "above"), 4.0, "left"))
    columns += [Column(_header(notice, key), 1.9, "right") for key in ("total", "done", "share", "remaining")]
    last = text("letter.annex.finished_on" if about is About.FINISHED else "letter.annex.why", lang)
    columns.append(Column(last, 3.6, "center" if about is About.FINISHED else "left"))
    rows = []
    for section in sections:
        rows.append(Row((section.title,), bold=True, heading=True))
        for place, line in enumerate(section.lines, 1):
            above = (line.above,) if shows_above else ()
            note = numbers.day(line.finished_on, lang) if about is About.FINISHED else line.note
            figures = (*_part_cells(line.whole, lang), numbers.whole(line.whole.remaining, lang))
            rows.append(Row((f"{place}", line.name, *above, *figures, note)))
    return Annex(about, "", _text(notice, about), tuple(columns), tuple(rows), wide=False)


def _differences(notice: Notice) -> Annex:
    keys = (("number", 1.1, "center"), ("unit", 3.2, "left"), ("what", 3.0, "left"), ("day", 2.1, "center"),
            ("stated", 2.0, "right"), ("summed", 2.0, "right"), ("difference", 1.9, "right"))  # fmt: skip
    columns = [Column(_header(notice, key), weight, side) for key, weight, side in keys]
    columns.append(Column(_header(notice, "explained"), 4.5, "left"))
    rows = [Row(_difference_cells(notice, one, place)) for place, one in enumerate(notice.differences, 1)]
    return Annex(About.DIFFERENCES, "", _text(notice, "differences"), tuple(columns), tuple(rows), wide=True)


def _difference_cells(notice: Notice, one: Difference, place: int) -> tuple[str, ...]:
    lang = notice.lang
    what = f"{one.what} ({one.category})"
    said = text("notice.explained", lang, why=one.explained, by=one.explained_by)
    if not one.explained:  # what may lie behind it is our guess, and nobody's explanation
        key = "letter.annex.unexplained.cause" if one.cause else "notice.explained.not"
        said = text(key, lang, cause=one.cause[:1].lower() + one.cause[1:])
    figures = (numbers.whole(one.stated, lang), numbers.whole(one.summed, lang))
    gap = numbers.signed(one.stated - one.summed, lang)
    return (f"{place}", one.unit, what, numbers.day(one.day, lang), *figures, gap, said)
