"""How a notice looks: its title block, its tables and its lists, as a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from reporting import numbers, periods
from reporting.cells import Kind, Share, Value, base_font, new_sheet, saved, sheet_name
from reporting.notice_content import Line, Notice, Ranking, Section
from reporting.printed_sheet import BASE_FONT, Field, PrintedSheet, fitting
from reporting.texts import named, text

_NAME_WIDTH = (18, 34)
_NOTE_WIDTH = (18, 30)
_SHARE_WIDTH = 7.5


def workbook(notice: Notice, now: datetime) -> bytes:
    """Return the notice as the bytes of a workbook."""
    book = Workbook()
    base_font(book, BASE_FONT)
    book.properties.creator = text("app.name", notice.lang)
    book.properties.title = text("notice.title", notice.lang, period=periods.spoken(notice.period, notice.lang))
    book.properties.created = book.properties.modified = now.astimezone(UTC).replace(tzinfo=None)
    sheet = book.worksheets[0]
    sheet.title = sheet_name(text("notice.sheet.first", notice.lang))
    for place, ranking in enumerate(notice.rankings):
        title = named("levels", ranking.level, notice.lang)
        page = PrintedSheet(
            sheet if place == 0 else new_sheet(book, title), _ranking_fields(notice, ranking), notice.lang
        )
        if place == 0:
            _title_block(page, notice)
        else:
            _heading(page, notice, text("notice.table", notice.lang, level=title.lower()))
        _ranking(page, ranking)
        page.finish(notice.foot, first=place == 0)
    _named_units(new_sheet(book, text("notice.sheet.named", notice.lang)), notice)
    if notice.differences:
        _differences(new_sheet(book, text("notice.sheet.differences", notice.lang)), notice)
    return saved(book)


def _title_block(page: PrintedSheet, notice: Notice) -> None:
    """Write what the notice is: title, unit, campaign, decision, day; then the results as a whole."""
    lang = notice.lang
    page.across(text("notice.title", lang, period=periods.spoken(notice.period, lang)).upper(), 14, bold=True)
    if notice.unit:
        page.across(notice.unit.upper(), 14, bold=True)
    page.across(notice.campaign, 13, bold=True)
    if notice.decision:
        page.across(text("notice.decision", lang, decision=notice.decision), 13, italic=True)
    older = notice.last_as_of is not None and notice.last_as_of < notice.as_of
    key = "notice.as_of.older" if older else "notice.as_of"
    page.across(text(key, lang, on=notice.as_of, last=notice.last_as_of), 13, italic=True)
    _simulated(page, notice)
    page.skip()
    for sentence in notice.says:
        page.across(sentence, 13, left=True)
    page.skip()


def _heading(page: PrintedSheet, notice: Notice, title: str) -> None:
    """Write the heading of a sheet that continues the notice."""
    page.across(title, 13, bold=True)
    about = (
        f"{notice.unit or notice.campaign}, " + text("notice.as_of", notice.lang, on=notice.as_of).strip("()").lower()
    )
    page.across(about, 12, italic=True)
    _simulated(page, notice)
    page.skip()


def _simulated(page: PrintedSheet, notice: Notice) -> None:
    if notice.simulated:
        page.across(text("notice.simulated", notice.lang), 12, bold=True, colour="9C0006")


def _ranking(page: PrintedSheet, ranking: Ranking) -> None:
    """Write a ranked table, its total, and the live sums that must agree with it."""
    page.header()
    first = page.next
    for place, line in enumerate(ranking.lines, start=1):
        page.row(_ranking_values(place, line, ranking))
    total = page.next
    page.row(_ranking_values(None, ranking.total, ranking), bold=True)
    page.check(first, total)


def _words(notice: Notice, key: str) -> str:
    return text(f"notice.column.{key}", notice.lang)


# The columns of each table


def _ranking_fields(notice: Notice, ranking: Ranking) -> list[Field]:
    lines = [*ranking.lines, ranking.total]
    fields = _unit_fields(notice, ranking.lines, above=ranking.shows_above)
    for place, title in enumerate(notice.part_titles):
        parts = [line.parts[place] for line in lines]
        fields += [
            Field(_words(notice, "total"), Kind.WHOLE, fitting([part.target for part in parts]), title, summed=True),
            Field(_words(notice, "done"), Kind.WHOLE, fitting([part.done for part in parts]), title, summed=True),
            Field(_words(notice, "share"), Kind.SHARE, _SHARE_WIDTH, title),
        ]
    remaining, in_period = [line.whole.remaining for line in lines], [line.in_period for line in lines]
    return [
        *fields,
        Field(_words(notice, "remaining"), Kind.WHOLE, fitting(remaining), summed=True),
        Field(periods.column(notice.period, notice.lang), Kind.WHOLE, fitting(in_period), summed=True),
        Field(notice.rank_title, Kind.WHOLE, fitting(notice.rank_title.split(), 6.5), centred=True),
        Field(_words(notice, "note"), Kind.TEXT, fitting([line.note for line in lines], *_NOTE_WIDTH)),
    ]


def _ranking_values(place: int | None, line: Line, ranking: Ranking) -> list[Value]:
    names: list[Value] = [place, line.name, *([line.above] if ranking.shows_above else [])]
    figures: list[Value] = []
    for part in line.parts:
        figures += [part.target, part.done, part.share]
    rank = line.rank if place is None else _known(line.rank)
    return [*names, *map(_known, [*figures, line.whole.remaining, line.in_period]), rank, line.note]


def _known(value: Value) -> Value:
    """Return a figure, or the dash that stands for one that is not known."""
    unknown = value is None or (isinstance(value, Share) and value.value is None)
    return numbers.NONE if unknown else value


def _unit_fields(notice: Notice, lines: Sequence[Line], *, above: bool) -> list[Field]:
    fields = [
        Field(_words(notice, "number"), Kind.WHOLE, 5, centred=True),
        Field(_words(notice, "unit"), Kind.TEXT, fitting([line.name for line in lines], *_NAME_WIDTH)),
    ]
    if above:
        fields.append(Field(_words(notice, "above"), Kind.TEXT, fitting([line.above for line in lines], 14, 26)))
    return fields


# The sheets after the tables


def _named_units(sheet: Worksheet, notice: Notice) -> None:
    """Draw the units that have finished, in order, and those that lag, by reason."""
    sections = [*notice.finished, *notice.lagging]
    lines = [line for section in sections for line in section.lines]
    above = len({line.above for line in lines}) > 1
    fields = [
        *_unit_fields(notice, lines, above=above),
        Field(_words(notice, "total"), Kind.WHOLE, fitting([line.whole.target for line in lines])),
        Field(_words(notice, "done"), Kind.WHOLE, fitting([line.whole.done for line in lines])),
        Field(_words(notice, "share"), Kind.SHARE, _SHARE_WIDTH),
        Field(_words(notice, "remaining"), Kind.WHOLE, fitting([line.whole.remaining for line in lines])),
        Field(_words(notice, "when_or_why"), Kind.TEXT, fitting([line.note for line in lines], 20, 30)),
    ]
    page = PrintedSheet(sheet, fields, notice.lang)
    _heading(page, notice, text("notice.named.title", notice.lang))
    page.header()
    finished = notice.finished or (Section(text("notice.named.finished.none", notice.lang), ()),)
    lagging = notice.lagging or (Section(text("notice.named.lagging.none", notice.lang), ()),)
    for section in (*finished, *lagging):
        page.band(section.title)
        for place, line in enumerate(section.lines, start=1):
            whole = line.whole
            values: list[Value] = [place, line.name, *([line.above] if above else [])]
            figures = map(_known, [whole.target, whole.done, whole.share, whole.remaining])
            page.row([*values, *figures, line.finished_on or line.note])
    page.close()
    page.finish(notice.foot)


def _differences(sheet: Worksheet, notice: Notice) -> None:
    """Draw the stated totals that differ from the sums of the units."""
    found = notice.differences
    fields = [
        Field(_words(notice, "number"), Kind.WHOLE, 5, centred=True),
        Field(_words(notice, "unit"), Kind.TEXT, fitting([one.unit for one in found], *_NAME_WIDTH)),
        Field(_words(notice, "category"), Kind.TEXT, fitting([one.category for one in found], 12, 26)),
        Field(_words(notice, "what"), Kind.TEXT, fitting([one.what for one in found], 14, 24)),
        Field(_words(notice, "day"), Kind.DATE, 11.5, centred=True),
        Field(_words(notice, "stated"), Kind.WHOLE, fitting([one.stated for one in found], 10)),
        Field(_words(notice, "summed"), Kind.WHOLE, fitting([one.summed for one in found], 10)),
        Field(_words(notice, "difference"), Kind.WHOLE, 10.5),
        Field(_words(notice, "cause"), Kind.TEXT, fitting([one.cause for one in found], 24, 40)),
    ]
    page = PrintedSheet(sheet, fields, notice.lang)
    _heading(page, notice, text("notice.differences.title", notice.lang))
    page.header()
    for place, one in enumerate(found, start=1):
        gap = one.stated - one.summed
        page.row([place, one.unit, one.category, one.what, one.day, one.stated, one.summed, gap, one.cause])
    page.close()
    page.finish(notice.foot)
