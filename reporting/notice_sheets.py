"""The sheets of a notice after its ranked tables: units by band, finished and lagging units, differences."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl.worksheet.worksheet import Worksheet

from reporting import numbers
from reporting.cells import Kind, Share, Value
from reporting.looks import Looks
from reporting.notice_content import BandLines, Difference, Line, Notice, Section
from reporting.palette import PAPER, rrggbb
from reporting.printed_sheet import Field, PrintedSheet, fitting, lines_of
from reporting.texts import named, text

SHARE_WIDTH = 7.5
_NAME_WIDTH = (18, 34)
_NAMES_WIDTH = 62  # of the column that holds the names of a band
_NAMES_LINES = 12  # a row of a spreadsheet is at most 409 points high, and a page has an end


def heading(page: PrintedSheet, notice: Notice, title: str) -> None:
    """Write the heading of a sheet that continues the notice."""
    page.across(title, 13, bold=True)
    about = (
        f"{notice.unit or notice.campaign}, " + text("notice.as_of", notice.lang, on=notice.as_of).strip("()").lower()
    )
    page.across(about, 12, italic=True)
    simulated(page, notice)
    page.skip()


def simulated(page: PrintedSheet, notice: Notice) -> None:
    """Write that the figures are invented, where they are."""
    if notice.simulated:
        page.across(text("notice.simulated", notice.lang), 12, bold=True, colour=rrggbb(PAPER["warning"]))


def known(value: Value) -> Value:
    """Return a figure, or the dash that stands for one that is not known."""
    unknown = value is None or (isinstance(value, Share) and value.value is None)
    return numbers.NONE if unknown else value


def unit_fields(notice: Notice, lines: Sequence[Line], *, above: bool) -> list[Field]:
    """Return the columns that name a unit."""
    fields = [
        Field(_words(notice, "number"), Kind.WHOLE, 5, centred=True),
        Field(_words(notice, "unit"), Kind.TEXT, fitting([line.name for line in lines], *_NAME_WIDTH)),
    ]
    if above:
        fields.append(Field(_words(notice, "above"), Kind.TEXT, fitting([line.above for line in lines], 14, 26)))
    return fields


def _words(notice: Notice, key: str) -> str:
    return text(f"notice.column.{key}", notice.lang)


# Units by band


def bands(sheet: Worksheet, notice: Notice, looks: Looks) -> None:
    """Draw, for each level, how many units stand in each band, what is due and done there, and which they are."""
    sums = [band.whole for banding in notice.bands for band in banding.bands]
    fields = [
        Field(_words(notice, "number"), Kind.WHOLE, 5, centred=True),
        Field(_words(notice, "band"), Kind.TEXT, 26),
        Field(_words(notice, "units"), Kind.WHOLE, 9, summed=True),
        Field(_words(notice, "total"), Kind.WHOLE, fitting([part.target for part in sums], 9), summed=True),
        Field(_words(notice, "done"), Kind.WHOLE, fitting([part.done for part in sums], 9), summed=True),
        Field(_words(notice, "remaining"), Kind.WHOLE, fitting([part.remaining for part in sums], 9), summed=True),
        Field(_words(notice, "which"), Kind.TEXT, _NAMES_WIDTH),
    ]
    page = PrintedSheet(sheet, fields, notice.lang, looks)
    heading(page, notice, text("notice.bands.title", notice.lang))
    page.header()
    for banding, ranking in zip(notice.bands, notice.rankings, strict=True):
        if len(notice.bands) > 1:
            page.band(named("levels", banding.level, notice.lang))
        first = page.next
        for place, band in enumerate(banding.bands, start=1):
            _band(page, place, band, above=ranking.shows_above)
        total, whole = page.next, ranking.total.whole
        amounts = map(known, [whole.target, whole.done, whole.remaining])
        page.row([None, text("notice.total", notice.lang), len(ranking.lines), *amounts, None], bold=True)
        page.check(first, total)
    page.finish(notice.foot)


def _band(page: PrintedSheet, place: int, band: BandLines, *, above: bool) -> None:
    """Write one band; names that need more room than a row may have go on in the rows below."""
    whole = band.whole
    known_sums = [known(one) for one in (whole.target, whole.done, whole.remaining)]
    amounts = known_sums if band.lines else [0, 0, 0]
    texts = _names(band.lines, above=above)
    page.row([place, band.title, len(band.lines), *amounts, texts[0]])
    for more in texts[1:]:
        page.row([None, None, None, None, None, None, more])


def _names(lines: Sequence[Line], *, above: bool) -> list[str]:
    """Return the names of some units in texts that each fit into one row, those of one unit above it together."""
    if not above:
        return _packed([line.name for line in lines], ", ")
    together: dict[str, list[str]] = {}
    for line in lines:
        together.setdefault(line.above, []).append(line.name)
    return _packed([f"{name}: {', '.join(below)}" for name, below in together.items()], "; ")


def _packed(said: Sequence[str], between: str) -> list[str]:
    found = [""]
    for one in said:
        longer = f"{found[-1]}{between}{one}" if found[-1] else one
        if found[-1] and lines_of(longer, _NAMES_WIDTH - 1) > _NAMES_LINES:
            found[-1] += between.rstrip()
            found.append(one)
        else:
            found[-1] = longer
    return found


# Finished and lagging units, differences


def named_units(sheet: Worksheet, notice: Notice, looks: Looks) -> None:
    """Draw the units that have finished, in order, and those that lag, by reason."""
    sections = [*notice.finished, *notice.lagging]
    lines = [line for section in sections for line in section.lines]
    above = len({line.above for line in lines}) > 1
    fields = [
        *unit_fields(notice, lines, above=above),
        Field(_words(notice, "total"), Kind.WHOLE, fitting([line.whole.target for line in lines])),
        Field(_words(notice, "done"), Kind.WHOLE, fitting([line.whole.done for line in lines])),
        Field(_words(notice, "share"), Kind.SHARE, SHARE_WIDTH),
        Field(_words(notice, "remaining"), Kind.WHOLE, fitting([line.whole.remaining for line in lines])),
        Field(_words(notice, "when_or_why"), Kind.TEXT, fitting([line.note for line in lines], 20, 30)),
    ]
    page = PrintedSheet(sheet, fields, notice.lang, looks)
    heading(page, notice, text("notice.named.title", notice.lang))
    page.header()
    finished = notice.finished or (Section(text("notice.named.finished.none", notice.lang), ()),)
    lagging = notice.lagging or (Section(text("notice.named.lagging.none", notice.lang), ()),)
    for section in (*finished, *lagging):
        page.band(section.title)
        for place, line in enumerate(section.lines, start=1):
            whole = line.whole
            values: list[Value] = [place, line.name, *([line.above] if above else [])]
            figures = map(known, [whole.target, whole.done, whole.share, whole.remaining])
            page.row([*values, *figures, line.finished_on or line.note])
    page.close()
    if notice.recognised:
        page.skip()
        page.across(text("recognised.title", notice.lang), 13, bold=True, left=True)
    for sentence in notice.recognised:
        page.across(sentence, 13, left=True)
    page.finish(notice.foot)


def differences(sheet: Worksheet, notice: Notice, looks: Looks) -> None:
    """Draw the stated totals that differ from the sums of the units, and what was said about them."""
    found = notice.differences
    said = [_said(notice, one) for one in found]
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
        Field(_words(notice, "explained"), Kind.TEXT, fitting(said, 14, 40)),
    ]
    page = PrintedSheet(sheet, fields, notice.lang, looks)
    heading(page, notice, text("notice.differences.title", notice.lang))
    page.header()
    for place, (one, why) in enumerate(zip(found, said, strict=True), start=1):
        gap = one.stated - one.summed
        page.row([place, one.unit, one.category, one.what, one.day, one.stated, one.summed, gap, one.cause, why])
    page.close()
    page.finish(notice.foot)


def _said(notice: Notice, one: Difference) -> str:
    if not one.explained:
        return text("notice.explained.not", notice.lang)
    if not one.explained_by:
        return one.explained
    return text("notice.explained", notice.lang, why=one.explained, by=one.explained_by)
