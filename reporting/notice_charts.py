"""The charts of a notice, as a spreadsheet's own: who stands where, and the work done against the plan.

They stand on a page of their own and draw from the sheet after it. Dark and light tones, a full and a broken line:
black and white paper shows them too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import zip_longest

from openpyxl import Workbook
from openpyxl.chart import BarChart, LineChart
from openpyxl.chart._chart import ChartBase
from openpyxl.chart.axis import ChartLines, DateAxis, NumericAxis
from openpyxl.chart.data_source import AxDataSource, NumData, NumDataSource, NumRef, NumVal, StrData, StrRef, StrVal
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.layout import Layout
from openpyxl.chart.legend import Legend
from openpyxl.chart.marker import Marker
from openpyxl.chart.series import Series, SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties, RegularTextRun
from openpyxl.drawing.text import Font as Typeface
from openpyxl.utils import column_index_from_string, quote_sheetname
from openpyxl.worksheet.worksheet import Worksheet

from campaign.bands import Group
from reporting import numbers
from reporting.cells import Kind, Share, Value, cell_at, legal, new_sheet
from reporting.looks import Looks
from reporting.notice_content import Line, Notice
from reporting.notice_sheets import SHARE_WIDTH, heading
from reporting.palette import PAPER, rrggbb
from reporting.printed_sheet import FACE, LOCALE, Field, PrintedSheet, fitting
from reporting.texts import text

MOST_BARS = 30
_LONGEST_LABEL = 32
_MOST_MARKS = 32  # more days than these run into one band
_DAY_NOUGHT = date(1899, 12, 30).toordinal()  # from which a workbook counts its days
_WIDTH = 18.2  # centimetres, of the page's one column
_PAGE_WIDTH = 88
_POINTS = 72 / 2.54  # a centimetre
_DARK, _LIGHT, _GRID = (rrggbb(PAPER[name]) for name in ("dark", "grey", "rule"))


@dataclass(frozen=True, slots=True)
class _Bars:
    """A chart of bars: its sentence, what each bar is called, and how long it is."""

    title: str
    header: str
    kind: Kind
    labels: tuple[str, ...]
    values: tuple[Share | int, ...]


def charts(book: Workbook, notice: Notice, looks: Looks) -> None:
    """Draw the charts on a sheet of their own, and the figures they draw from on the next."""
    bars, sentence = _bars(notice), _burnup_title(notice)
    if bars is None and sentence is None:
        return
    lang = notice.lang
    drawn = new_sheet(book, text("notice.sheet.charts", lang))
    figures = new_sheet(book, text("notice.sheet.chart_figures", lang))
    first = _figures(figures, notice, bars, looks)
    page = PrintedSheet(drawn, [Field("", Kind.TEXT, _PAGE_WIDTH)], lang, looks)
    heading(page, notice, text("notice.charts.title", lang))
    if bars is not None:
        _put(page, _bar_chart(figures, bars, first, lang), min(2.6 + 0.55 * len(bars.labels), 12.5))
    if sentence is not None:
        _put(page, _line_chart(figures, notice, sentence, first), 9.2)
    page.finish(notice.foot)


def _put(page: PrintedSheet, chart: ChartBase, height: float) -> None:
    """Anchor a chart on a row that is as high as the chart."""
    chart.anchor = f"A{page.next}"
    chart.width, chart.height = _WIDTH, height  # type: ignore[assignment] # the stubs know whole centimetres only
    page.sheet.row_dimensions[page.next].height = round((height + 0.4) * _POINTS, 1)
    page.sheet.add_chart(chart)
    page.next += 1


# What the charts say


def _bars(notice: Notice) -> _Bars | None:
    """Return the completion by unit of the lowest level that can be read; the bands where none can."""
    lang = notice.lang
    ranked = [[line for line in one.lines if line.whole.share.value is not None] for one in notice.rankings]
    if not any(ranked):
        return None
    lines = next((found for found in reversed(ranked) if 0 < len(found) <= MOST_BARS), None)
    if lines is None:
        bands = notice.bands[-1].bands
        counts = {band.group: len(band.lines) for band in bands}  # of the two asked for there is one band each
        sentence = text(
            "notice.chart.bands",
            lang,
            n=sum(len(band.lines) for band in bands),
            finished=counts[Group.FINISHED],
            not_begun=counts.get(Group.NOT_BEGUN, 0),
        )
        header = text("notice.column.units", lang)
        return _Bars(
            sentence, header, Kind.WHOLE, tuple(one.title for one in bands), tuple(len(one.lines) for one in bands)
        )
    shares = tuple(line.whole.share for line in lines)
    header = text("notice.column.share", lang)
    return _Bars(_leaders(lines, lang), header, Kind.SHARE, tuple(_label(line.name) for line in lines), shares)


def _leaders(lines: Sequence[Line], lang: str) -> str:
    """Return who is first and who is last, as a sentence."""

    def shown(line: Line) -> str:
        return numbers.percent(line.whole.share.value, lang, line.whole.share.finished)

    by_share = sorted(lines, key=lambda line: line.whole.share.value or 0, reverse=True)
    best, worst = by_share[0], by_share[-1]
    if len(lines) == 1:
        return text("notice.chart.units.one", lang, best=_label(best.name), high=shown(best))
    if shown(best) == shown(worst):
        return text("notice.chart.units.same", lang, n=len(lines), high=shown(best))
    said = {"best": _label(best.name), "high": shown(best), "worst": _label(worst.name), "low": shown(worst)}
    return text("notice.chart.units", lang, **said)


def _burnup_title(notice: Notice) -> str | None:
    """Return how the work stands against the plan, as a sentence; None where there is none to draw."""
    now = next((point for point in notice.burnup if point.day == notice.as_of), None)
    if now is None or now.done is None or not notice.burnup[-1].expected:
        return None
    gap = numbers.half_up(now.done - now.expected)
    word = "above" if gap > 0 else "below" if gap < 0 else "exact"
    return text(f"notice.chart.{word}", notice.lang, on=notice.as_of, done=now.done, n=abs(gap))


def _label(name: str) -> str:
    clean = legal(name)
    return clean if len(clean) <= _LONGEST_LABEL else clean[: _LONGEST_LABEL - 1].rstrip() + "…"


# The figures they draw from


def _figures(sheet: Worksheet, notice: Notice, bars: _Bars | None, looks: Looks) -> int:
    """Write the figures of both charts side by side, and return their first row."""
    lang = notice.lang
    labels, values = (bars.labels, bars.values) if bars else ((), ())
    fields = [
        Field(text("notice.column.unit", lang), Kind.TEXT, fitting(labels, 18, 34)),
        Field(bars.header if bars else "", bars.kind if bars else Kind.SHARE, SHARE_WIDTH + 2),
        Field(text("notice.column.day", lang), Kind.DATE, 11.5, centred=True),
        Field(text("notice.chart.plan", lang), Kind.AMOUNT, 14),
        Field(text("notice.chart.done", lang), Kind.WHOLE, 14),
    ]
    page = PrintedSheet(sheet, fields, lang, looks)
    heading(page, notice, text("notice.charts.figures", lang))
    page.header()
    first = page.next
    for label, value, point in zip_longest(labels, values, notice.burnup):
        days: list[Value] = [point.day, point.expected, point.done] if point else [None, None, None]
        page.row([label, value, *days])
    page.close()
    page.finish(notice.foot)
    return first


def _range(sheet: Worksheet, letter: str, first: int, count: int) -> str:
    return f"{quote_sheetname(sheet.title)}!${letter}${first}:${letter}${first + count - 1}"


def _numbers(sheet: Worksheet, letter: str, first: int, count: int) -> NumRef:
    """Return a column as a chart draws from it, its numbers beside its address: not every program looks there."""
    column = column_index_from_string(letter)
    cells = [cell_at(sheet, row, column) for row in range(first, first + count)]
    points = [
        NumVal(idx=place, v=cell.value.toordinal() - _DAY_NOUGHT if isinstance(cell.value, date) else cell.value)
        for place, cell in enumerate(cells)
        if cell.value is not None
    ]
    cache = NumData(formatCode=cells[0].number_format, ptCount=count, pt=points)
    return NumRef(f=_range(sheet, letter, first, count), numCache=cache)


# How they look


def _bar_chart(sheet: Worksheet, bars: _Bars, first: int, lang: str) -> BarChart:
    chart, count = BarChart(), len(bars.labels)
    chart.type, chart.gapWidth, chart.legend, chart.title = "bar", 40, None, _title(bars.title)
    form = f"{LOCALE[lang]}0.0%" if bars.kind is Kind.SHARE else f"{LOCALE[lang]}#,##0"
    series = Series(idx=0, order=0, tx=SeriesLabel(v=bars.header))
    names = StrData(ptCount=count, pt=[StrVal(idx=place, v=one) for place, one in enumerate(bars.labels)])
    series.cat = AxDataSource(strRef=StrRef(f=_range(sheet, "A", first, count), strCache=names))
    series.val = NumDataSource(numRef=_numbers(sheet, "B", first, count))
    series.spPr = GraphicalProperties(solidFill=_DARK)
    series.invertIfNegative = False
    series.dLbls = DataLabelList(
        dLblPos="outEnd",
        showVal=True,
        showLegendKey=False,
        showCatName=False,
        showSerName=False,
        showPercent=False,
        showBubbleSize=False,
        txPr=_letters(10),
    )
    chart.ser = [series]
    chart.x_axis.scaling.orientation = "maxMin"  # the first unit on top
    chart.x_axis.delete, chart.y_axis.delete = False, False
    chart.x_axis.txPr = _letters(10)
    chart.x_axis.tickLblSkip = 1
    chart.x_axis.spPr = GraphicalProperties(ln=LineProperties(solidFill=_LIGHT))
    _amounts(chart.y_axis, form)
    chart.y_axis.scaling.min = 0
    chart.y_axis.crosses = "max"  # below the bars, as the first unit is on top
    return chart


def _line_chart(sheet: Worksheet, notice: Notice, sentence: str, first: int) -> LineChart:
    chart, lang, count = LineChart(), notice.lang, len(notice.burnup)
    chart.title, chart.legend = _title(sentence), Legend()
    chart.legend.position, chart.legend.overlay, chart.legend.txPr = "b", False, _letters(11)
    plan = LineProperties(solidFill=_LIGHT, prstDash="dash", w=19050)
    done = LineProperties(solidFill=_DARK, w=34925)
    chart.ser = [
        _line(text("notice.chart.plan", lang), sheet, "D", (first, count), plan, 0),
        _line(text("notice.chart.done", lang), sheet, "E", (first, count), done, 1),
    ]
    days = DateAxis(axId=500, crossAx=100)
    days.number_format, days.baseTimeUnit, days.txPr = "dd/mm" if lang == "vi" else "d mmm", "days", _letters(10)
    days.delete, days.majorGridlines, days.tickLblPos = False, None, "low"
    days.spPr = GraphicalProperties(ln=LineProperties(solidFill=_LIGHT))
    chart.x_axis = days
    _amounts(chart.y_axis, f"{LOCALE[lang]}#,##0")
    chart.y_axis.crossAx, chart.y_axis.delete, chart.y_axis.scaling.min = 500, False, 0
    return chart


def _line(name: str, sheet: Worksheet, letter: str, rows: tuple[int, int], line: LineProperties, place: int) -> Series:
    """Return one line; the done is marked day by day, the plan is not."""
    series = Series(idx=place, order=place, tx=SeriesLabel(v=name))
    series.cat = AxDataSource(numRef=_numbers(sheet, "C", *rows))
    series.val = NumDataSource(numRef=_numbers(sheet, letter, *rows))
    series.spPr = GraphicalProperties(ln=line)
    series.smooth = False
    marked = place > 0 and rows[1] <= _MOST_MARKS
    series.marker = Marker(symbol="circle" if marked else "none")
    if marked:
        series.marker.size = 6
        series.marker.spPr = GraphicalProperties(solidFill=_DARK, ln=LineProperties(solidFill=_DARK))
    return series


def _amounts(axis: NumericAxis, form: str) -> None:
    axis.number_format, axis.txPr = form, _letters(10)
    axis.majorGridlines = ChartLines(spPr=GraphicalProperties(ln=LineProperties(solidFill=_GRID)))
    axis.spPr = GraphicalProperties(ln=LineProperties(noFill=True))


def _properties(size: int, *, bold: bool = False) -> CharacterProperties:
    return CharacterProperties(sz=size * 100, b=bold, solidFill="000000", latin=Typeface(typeface=FACE))


@cache
def _letters(size: int) -> RichText:
    paragraph = ParagraphProperties(defRPr=_properties(size))
    return RichText(p=[Paragraph(pPr=paragraph, endParaRPr=_properties(size))])


def _title(sentence: str) -> Title:
    run = RegularTextRun(rPr=_properties(12, bold=True), t=sentence)
    paragraph = Paragraph(pPr=ParagraphProperties(defRPr=_properties(12, bold=True)), r=[run])
    return Title(tx=Text(rich=RichText(p=[paragraph])), overlay=False, layout=Layout())
