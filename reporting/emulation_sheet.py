"""The table of emulation scores as a sheet ready to sign: A4, every part of the formula in columns of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from fractions import Fraction

from openpyxl import Workbook
from openpyxl.styles import Alignment

from campaign.configuration import Campaign
from campaign.emulation import Part
from campaign.paperwork import Emulation, Paper
from campaign.units import Tree
from reporting import numbers
from reporting.cells import Kind, Value, Written, saved, sheet_name, written_text
from reporting.emulation import Scored
from reporting.looks import Face, Look, Looks, base_font
from reporting.palette import PAPER, rrggbb
from reporting.printed_sheet import BASE_FONT, FACE, LOCALE, Field, PrintedSheet, fitting
from reporting.texts import named, text

_NAME_WIDTH = (18, 34)
_ABOVE_WIDTH = (12, 24)
_PART_WIDTH = 9.5
_MIDDLE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_SIGNING_ROOM = 4  # empty rows between the post and the name


@dataclass(frozen=True, slots=True)
class About:
    """What the table is of: a campaign's units of one level at the end of a day, by one formula."""

    campaign: Campaign
    tree: Tree
    level: str
    as_of: date
    emulation: Emulation
    paper: Paper
    version: str
    zone: tzinfo


def formula(weights: Mapping[Part, Fraction], lang: str) -> str:
    """Return the formula in words: what each part brings at most."""
    listed = "; ".join(
        text("emulation.formula.part", lang, part=text(f"emulation.part.{part}", lang), n=_number(weight, lang))
        for part, weight in weights.items()
    )
    return text("emulation.formula", lang, list=listed)


def _number(weight: Fraction, lang: str) -> str:
    """Return a weight with as many decimals as it has, two at most."""
    places = next((places for places in (0, 1) if weight * 10**places == int(weight * 10**places)), 2)
    return numbers.decimal(weight, places, lang)


def workbook(about: About, found: Sequence[Scored], lang: str, now: datetime) -> bytes:
    """Return the scores of a level as the bytes of a workbook that prints on A4 and waits for its signatures."""
    book = Workbook()
    base_font(book, BASE_FONT)
    title = text("emulation.title", lang, levels=named("levels", about.level, lang).lower())
    book.properties.creator, book.properties.title = text("app.name", lang), title
    sheet = book.worksheets[0]
    sheet.title = sheet_name(title)
    above = [_above(about, one) for one in found]
    page = PrintedSheet(sheet, _fields(about, found, above, lang), lang, Looks(book))
    _head(page, about, title, lang)
    page.header()
    for one, parent in zip(found, above, strict=True):
        _row(page, [one.score.rank, one.row.name, *([parent] if any(above) else []), *_points(about, one)])
    page.close()
    page.across(text("emulation.means", lang), 12, italic=True, left=True)
    page.skip()
    _signatures(page, about.paper, lang)
    at = numbers.moment(now, about.zone, lang)
    page.finish(text("notice.foot", lang, version=about.version, at=at), first=True)
    return saved(book, now)


def _fields(about: About, found: Sequence[Scored], above: Sequence[str], lang: str) -> list[Field]:
    fields = [
        Field(text("emulation.rank", lang), Kind.WHOLE, 7.5, centred=True),
        Field(text("emulation.unit", lang), Kind.TEXT, fitting([one.row.name for one in found], *_NAME_WIDTH)),
    ]
    if any(above):
        fields.append(Field(text("emulation.above", lang), Kind.TEXT, fitting(above, *_ABOVE_WIDTH)))
    for part, weight in about.emulation.points.items():
        name, most = text(f"emulation.part.{part}", lang), _number(weight, lang)
        title = text("emulation.part", lang, part=name, n=most)
        fields += [
            Field(text("emulation.share", lang), Kind.SHARE, _PART_WIDTH, title),
            Field(text("emulation.points", lang), Kind.AMOUNT, _PART_WIDTH, title),
        ]
    return [*fields, Field(text("emulation.total", lang), Kind.AMOUNT, _PART_WIDTH)]


def _above(about: About, one: Scored) -> str:
    """Return the unit above one; empty right below the top, where it says nothing."""
    parent, tree = one.row.parent_code, about.tree
    return tree.unit(parent).name if parent in tree and parent and parent != tree.top.code else ""


def _points(about: About, one: Scored) -> list[Value]:
    """Return each part and the points it brings, then all points."""
    score = one.score
    pairs = [(score.parts.get(part), score.by_part.get(part)) for part in about.emulation.points]
    return [*(value for pair in pairs for value in pair), score.points]


def _row(page: PrintedSheet, values: Sequence[Value]) -> None:
    """Write one unit; points with two decimals: ranks are by the exact ones, and with one many would look equal."""
    page.row(values)
    for place, (value, field) in enumerate(zip(values, page.fields, strict=True), start=1):
        if field.kind is Kind.AMOUNT and isinstance(value, Fraction):
            shown = Written(_near(value), "n", f"{LOCALE[page.lang]}#,##0.00")
            page.looks.place(page.sheet, page.next - 1, place, field.look(), shown)


def _near(value: Fraction) -> float:
    """Return the float of a number of points, a hair above it where it would be shown a hundredth too low."""
    near = float(value)
    return near * (1 + 2e-15) if numbers.half_up(Fraction(near), 100) < numbers.half_up(value, 100) else near


def _head(page: PrintedSheet, about: About, title: str, lang: str) -> None:
    """Write whose table it is, beside the nation's name and motto; what it is of, and by which formula."""
    paper = about.paper
    _beside(page, paper.superior, text("emulation.nation", lang), bold=(False, True))
    _beside(page, paper.agency, text("emulation.motto", lang), bold=(True, True))
    page.skip()
    page.across(title.upper(), 14, bold=True)
    page.across(about.campaign.title(lang), 13, bold=True)
    page.across(f"({text('emulation.as_of', lang, on=about.as_of)})", 13, italic=True)
    if about.campaign.simulated:
        page.across(text("notice.simulated", lang), 12, bold=True, colour=rrggbb(PAPER["warning"]))
    page.across(formula(about.emulation.points, lang), 12, italic=True)
    page.skip()


def _signatures(page: PrintedSheet, paper: Paper, lang: str) -> None:
    """Leave room for who drew the table up, on the left, and who signs it, on the right, below place and date."""
    signer = paper.signer
    _beside(page, "", text("emulation.dated", lang, place=paper.place or "…………"), italic=True)
    post = signer.authority or signer.post or text("emulation.signer", lang)
    _beside(page, text("emulation.maker", lang), post, bold=(True, True))
    if signer.authority and signer.post:
        _beside(page, "", signer.post, bold=(True, True))
    _beside(page, text("emulation.sign", lang), text("emulation.sign", lang), italic=True)
    page.next += _SIGNING_ROOM
    _beside(page, "", signer.name, bold=(True, True))


def _beside(
    page: PrintedSheet, left: str, right: str, *, bold: tuple[bool, bool] = (False, False), italic: bool = False
) -> None:
    """Write two texts side by side, each over half of the sheet's columns."""
    half = len(page.fields) // 2
    for value, first, last, heavy in ((left, 1, half, bold[0]), (right, half + 1, len(page.fields), bold[1])):
        look = Look(Face(name=FACE, size=13, bold=heavy, italic=italic), _MIDDLE)
        page.looks.place(page.sheet, page.next, first, look, written_text(value))
        page.sheet.merge_cells(start_row=page.next, start_column=first, end_row=page.next, end_column=last)
    page.sheet.row_dimensions[page.next].height = 20
    page.next += 1
