"""How a notice looks: its title block, its tables, its lists and its charts, as a workbook."""

from __future__ import annotations

from datetime import datetime

from openpyxl import Workbook

from reporting import periods
from reporting.cells import Kind, Value, new_sheet, saved, sheet_name
from reporting.looks import Looks, base_font
from reporting.notice_charts import charts
from reporting.notice_content import Line, Notice, Ranking
from reporting.notice_sheets import SHARE_WIDTH, bands, differences, heading, known, named_units, simulated, unit_fields
from reporting.printed_sheet import BASE_FONT, Field, PrintedSheet, fitting
from reporting.texts import named, text

_NOTE_WIDTH = (18, 30)


def workbook(notice: Notice, now: datetime) -> bytes:
    """Return the notice as the bytes of a workbook; the same notice and moment give the same bytes."""
    book = Workbook()
    base_font(book, BASE_FONT)
    book.properties.creator = text("app.name", notice.lang)
    book.properties.title = text("notice.title", notice.lang, period=periods.spoken(notice.period, notice.lang))
    looks, lang = Looks(book), notice.lang
    sheet = book.worksheets[0]
    sheet.title = sheet_name(text("notice.sheet.first", lang))
    for place, ranking in enumerate(notice.rankings):
        title = named("levels", ranking.level, lang)
        page = PrintedSheet(
            sheet if place == 0 else new_sheet(book, title), _ranking_fields(notice, ranking), lang, looks
        )
        if place == 0:
            _title_block(page, notice)
        else:
            heading(page, notice, text("notice.table", lang, level=title.lower()))
        _ranking(page, ranking)
        page.finish(notice.foot, first=place == 0)
    bands(new_sheet(book, text("notice.sheet.bands", lang)), notice, looks)
    named_units(new_sheet(book, text("notice.sheet.named", lang)), notice, looks)
    if notice.differences:
        differences(new_sheet(book, text("notice.sheet.differences", lang)), notice, looks)
    charts(book, notice, looks)
    return saved(book, now)


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
    simulated(page, notice)
    page.skip()
    for sentence in notice.says:
        page.across(sentence, 13, left=True)
    page.skip()


def _ranking(page: PrintedSheet, ranking: Ranking) -> None:
    """Write a ranked table, its total, and the live sums that must agree with it."""
    page.header()
    first = page.next
    for place, line in enumerate(ranking.lines, start=1):
        page.row(_ranking_values(place, line, ranking))
    total = page.next
    page.row(_ranking_values(None, ranking.total, ranking), bold=True)
    page.check(first, total)


# The columns of a ranked table


def _words(notice: Notice, key: str) -> str:
    return text(f"notice.column.{key}", notice.lang)


def _ranking_fields(notice: Notice, ranking: Ranking) -> list[Field]:
    lines = [*ranking.lines, ranking.total]
    fields = unit_fields(notice, ranking.lines, above=ranking.shows_above)
    for place, title in enumerate(notice.part_titles):
        parts = [line.parts[place] for line in lines]
        fields += [
            Field(_words(notice, "total"), Kind.WHOLE, fitting([part.target for part in parts]), title, summed=True),
            Field(_words(notice, "done"), Kind.WHOLE, fitting([part.done for part in parts]), title, summed=True),
            Field(_words(notice, "share"), Kind.SHARE, SHARE_WIDTH, title),
        ]
    remaining, in_period = [line.whole.remaining for line in lines], [line.in_period for line in lines]
    return [
        *fields,
        Field(_words(notice, "remaining"), Kind.WHOLE, fitting(remaining), summed=True),
        Field(periods.column(notice.period, notice.lang), Kind.WHOLE, fitting(in_period), summed=True),
        Field(notice.rank_title, Kind.WHOLE, fitting(notice.rank_title.split(), 6.5), centred=True),
        Field(_words(notice, "rank_change"), Kind.CHANGE, 8, centred=True),
        Field(_words(notice, "note"), Kind.TEXT, fitting([line.note for line in lines], *_NOTE_WIDTH)),
    ]


def _ranking_values(place: int | None, line: Line, ranking: Ranking) -> list[Value]:
    names: list[Value] = [place, line.name, *([line.above] if ranking.shows_above else [])]
    figures: list[Value] = []
    for part in line.parts:
        figures += [part.target, part.done, part.share]
    amounts = [*figures, line.whole.remaining, line.in_period]
    standing: list[Value] = [None, None] if place is None else [known(line.rank), known(line.rank_change)]
    return [*names, *map(known, amounts), *standing, line.note]
