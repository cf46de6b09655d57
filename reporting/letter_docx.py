"""What python-docx leaves to be written by hand: paragraphs of one look, rules, page numbers, tables built at once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from docx.document import Document as Docx
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.section import Section, _Header
from docx.shared import Length, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from reporting.letter_annexes import Column, Row

FACE = "Times New Roman"
LEFT, CENTRE, JUSTIFIED = "left", "center", "both"
_ALIGN = {
    LEFT: WD_ALIGN_PARAGRAPH.LEFT,
    CENTRE: WD_ALIGN_PARAGRAPH.CENTER,
    JUSTIFIED: WD_ALIGN_PARAGRAPH.JUSTIFY,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_TABLE_SIZES = {11: 0.6, 10: 0.2, 9: 0.0}  # points, and how much of the wished width they must get to be taken
_WORD_AT_MOST = 90.0  # points; a longer word may be broken within a cell
_BINDING = frozenset(  # words that a title never parts from the next
    ("năm", "tháng", "ngày", "tỉnh", "phố", "huyện", "xã", "quận", "phường", "trấn", "cấp", "ủy", "uỷ", "nhân")
)
_LONGEST = 500  # letters of a cell whose width is worth measuring
_TWIPS = 635  # English Metric Units a twentieth of a point
_CELL_SIDE = 70  # twips of air at both sides of a cell

# Widths of Times New Roman in thousandths of its size; a letter with marks is as wide as the letter without.
_REGULAR = {
    **dict.fromkeys("abdghknopquvxy0123456789*_–đ", 500), **dict.fromkeys("ijlt/\\", 278),
    **dict.fromkeys("cez", 444), **dict.fromkeys(" .,", 250), **dict.fromkeys("-()fIr", 333),
    **dict.fromkeys("DGHKNOQUVXYAwĐ", 722), **dict.fromkeys("BCR", 667), **dict.fromkeys("ELTZ", 611),
    **dict.fromkeys("FPS", 556), **dict.fromkeys("m&", 778), **dict.fromkeys("Js", 389), **dict.fromkeys(":;", 278),
    "M": 889, "W": 944, "'": 180, '"': 408, "%": 833, "=": 564, "+": 564, "…": 1000,
}  # fmt: skip
_BOLD = {
    **dict.fromkeys("agoxvy0123456789*_–", 500), **dict.fromkeys("bdhknpquSPđ", 556), **dict.fromkeys("ijl/\\", 278),
    **dict.fromkeys("ce", 444), **dict.fromkeys(" .,", 250), **dict.fromkeys("-()ft:;", 333),
    **dict.fromkeys("ANUwDCRVXYĐ", 722), **dict.fromkeys("GHKOQ", 778), **dict.fromkeys("BELTZ", 667), "F": 611,
    "I": 389, "J": 500, "s": 389, "r": 444, "z": 444, "m": 833, "M": 944, "W": 1000, "%": 1000, "&": 833, "=": 570,
    "+": 570, "…": 1000, "'": 278, '"': 555,
}  # fmt: skip
_BOLD |= {"P": 611}


@dataclass(frozen=True, slots=True)
class Style:
    """How one paragraph looks; sizes in points."""

    size: float
    bold: bool = False
    italic: bool = False
    align: str = LEFT
    indent: Length | None = None
    before: Length = Pt(0)  # noqa: RUF009 - a length is a number
    after: Length = Pt(0)  # noqa: RUF009
    lines: float = 1.0
    with_next: bool = False


def clean(value: str) -> str:
    """Return a text without the control characters that XML cannot hold."""
    return _NOT_XML.sub("", value)


def balanced(value: str, size: float, room: float, *, bold: bool = True) -> tuple[str, ...]:
    """Return a title in as few lines as it needs, about as long as each other; `room` in points."""
    words = _bound(value.split(), size, room, bold=bold)
    whole = text_width(value, size, bold=bold)
    count = int(whole // room) + 1
    limit = whole / count
    while True:
        lines: list[str] = []
        for word in words:
            if lines and text_width(f"{lines[-1]} {word}", size, bold=bold) <= limit:
                lines[-1] += f" {word}"
            else:
                lines.append(word)
        if len(lines) <= count:
            return tuple(lines)
        if limit < room:
            limit = min(limit * 1.03, room)
        else:
            count += 1
            limit = whole / count


def _bound(words: Sequence[str], size: float, room: float, *, bold: bool) -> list[str]:
    """Return words with those bound together that a line never parts: năm 2024, huyện Gia Bình, Bắc Ninh."""
    found: list[str] = []
    for word in words:
        last = found[-1].split()[-1] if found else ""
        name = word[:1].isupper() and not word.isupper() and last.isalpha()
        binds = last.lower() in _BINDING or (name and last[:1].isupper() and not last.isupper())
        if binds and text_width(f"{found[-1]} {word}", size, bold=bold) <= room / 2:
            found[-1] += f" {word}"
        else:
            found.append(word)
    return found


def text_width(value: str, size: float, *, bold: bool = False) -> float:
    """Return how wide a line of Times New Roman is, in points."""
    widths = _BOLD if bold else _REGULAR
    letters = (one for one in unicodedata.normalize("NFD", value) if not unicodedata.combining(one))
    return sum(widths.get(one, 500) for one in letters) * size / 1000


def paragraph(into: Docx | _Cell | _Header, value: str, style: Style) -> Paragraph:
    """Add a paragraph; the empty one that every cell is born with is taken first."""
    fresh = isinstance(into, (_Cell, _Header)) and len(into.paragraphs) == 1 and not into.paragraphs[0].runs
    made = into.paragraphs[0] if fresh and into.paragraphs[0]._p.pPr is None else into.add_paragraph()  # noqa: SLF001 - python-docx has no other way to tell a fresh paragraph
    shape = made.paragraph_format
    shape.alignment = _ALIGN[style.align]
    shape.space_before, shape.space_after = style.before, style.after
    shape.line_spacing = style.lines
    shape.first_line_indent = style.indent
    shape.keep_with_next = style.with_next or None
    shape.widow_control = True
    run = made.add_run(clean(value))
    run.font.name, run.font.size = FACE, Pt(style.size)
    run.bold, run.italic = style.bold or None, style.italic or None
    return made


def put_rule(into: Docx | _Cell, points: float, room: Length) -> None:
    """Put a horizontal rule of a length in points in the middle below what stands there."""
    padding = 2 * 0.075 * 72 if isinstance(into, _Cell) else 0  # a cell's own margins
    side = max((room.pt - padding - points) / 2, 0)
    made = paragraph(into, "", Style(2, before=Pt(2)))
    shape = made.paragraph_format
    shape.left_indent = shape.right_indent = Pt(side)
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(4)
    line = f'<w:pBdr {nsdecls("w")}><w:top w:val="single" w:sz="6" w:space="1" w:color="000000"/></w:pBdr>'
    made._p.get_or_add_pPr().insert_element_before(  # noqa: SLF001 - python-docx knows no borders
        parse_xml(line), "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc"
    )


def borderless(document: Docx, rows: int, widths: Sequence[Length]) -> Table:
    """Add a table without lines that places what stands side by side; its rows are never split."""
    table: Table = document.add_table(rows, len(widths))
    table.autofit = False
    for row in table.rows:
        row._tr.get_or_add_trPr().append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))  # noqa: SLF001 - not in python-docx
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = width
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    indent = parse_xml(f'<w:tblInd {nsdecls("w")} w:w="0" w:type="dxa"/>')
    table._tbl.tblPr.insert_element_before(  # noqa: SLF001 - not in python-docx
        indent, "w:tblBorders", "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook"
    )
    return table


def numbered_pages(section: Section) -> None:
    """Have a section's pages numbered from 1, in the middle of the top margin, the first page's number not shown."""
    section.different_first_page_header_footer = True
    section.header.is_linked_to_previous = False
    section.first_page_header.is_linked_to_previous = False
    number = parse_xml(f'<w:pgNumType {nsdecls("w")} w:start="1"/>')
    settings = section._sectPr  # noqa: SLF001 - python-docx knows no page numbers
    for old in settings.findall(qn("w:pgNumType")):
        settings.remove(old)
    settings.insert_element_before(
        number, "w:cols", "w:formProt", "w:vAlign", "w:noEndnote", "w:titlePg", "w:textDirection", "w:bidi", "w:docGrid"
    )
    if section.header.paragraphs[0].runs:
        return
    made = paragraph(section.header, "", Style(13, align=CENTRE))
    for kind in ("begin", "instr", "separate", "shown", "end"):
        run = made.add_run("1" if kind == "shown" else "")
        run.font.name, run.font.size = FACE, Pt(13)
        if kind == "instr":
            run._r.append(parse_xml(f'<w:instrText {nsdecls("w")} xml:space="preserve"> PAGE </w:instrText>'))  # noqa: SLF001
        elif kind != "shown":
            run._r.append(parse_xml(f'<w:fldChar {nsdecls("w")} w:fldCharType="{kind}"/>'))  # noqa: SLF001


def table_of(into: Docx, columns: Sequence[Column], rows: Sequence[Row], room: int) -> None:
    """Add a table with lines: headers that repeat on every page, rows that are never split.

    It is written as one piece of XML: cell by cell, python-docx takes seconds for three hundred rows.
    """
    body = into.element.body
    body.insert_element_before(parse_xml(table_xml(columns, rows, room)), "w:sectPr")


def table_xml(columns: Sequence[Column], rows: Sequence[Row], room: int) -> str:
    """Return a table as XML; `room`: its width in English Metric Units."""
    widths, size = fitted(columns, rows, room // _TWIPS)
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    lines = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    sides = "".join(f'<w:{side} w:w="{_CELL_SIDE}" w:type="dxa"/>' for side in ("left", "right"))
    settings = (
        f'<w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>{lines}'
        f'</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar>{sides}</w:tblCellMar></w:tblPr>'
    )
    written = "".join(_row(one, columns, widths, size) for one in rows)
    headers = _headers(columns, widths, size)
    return f"<w:tbl {nsdecls('w')}>{settings}<w:tblGrid>{grid}</w:tblGrid>{headers}{written}</w:tbl>"


def fitted(columns: Sequence[Column], rows: Sequence[Row], room: int) -> tuple[list[int], int]:
    """Return the widths of columns in twips, together `room`, and the size of the letters, in points.

    Figures and words are never broken while there is room; what is left goes to the columns of words.
    """
    filled = [row for row in rows if not row.heading]
    found: list[float] = []
    size = min(_TABLE_SIZES)
    for size, enough in _TABLE_SIZES.items():
        needs = [_needs(column, filled, place, size) for place, column in enumerate(columns)]
        least, spare = [one for one, _ in needs], room / 20 - sum(one for one, _ in needs)
        wished = sum(most - one for one, most in needs)
        if spare >= wished * enough:
            given = min(spare / wished, 1.0) if wished else 0.0
            found = [one + (most - one) * given for one, most in needs]
            break
        found = [one * room / 20 / sum(least) for one in least]
    left = room / 20 - sum(found)
    weights = sum(column.weight for column in columns)
    widths = [int((one + left * column.weight / weights) * 20) for one, column in zip(found, columns, strict=True)]
    return widths, size


def _needs(column: Column, rows: Sequence[Row], place: int, size: int) -> tuple[float, float]:
    """Return the least and the best width of one column, in points."""
    shown = {(row.cells[place][:_LONGEST], row.bold) for row in rows}
    sides = 2 * _CELL_SIDE / 20 + 1
    header = max((text_width(word, size, bold=True) for word in column.header.split()), default=0)
    best = max((text_width(one, size, bold=bold) for one, bold in shown), default=0)
    if column.side != LEFT:
        return max(header, best) + sides, max(header, best) + sides
    words = (text_width(word, size, bold=bold) for one, bold in shown for word in one.split())
    least = max(min(max(words, default=0), _WORD_AT_MOST), header, size * 4)
    return least + sides, max(least, best) + sides


def _headers(columns: Sequence[Column], widths: Sequence[int], size: int) -> str:
    """Return one header row, or two where columns share a header above theirs."""
    if not any(column.group for column in columns):
        cells = [
            _cell(one.header, width, size, "center", bold=True) for one, width in zip(columns, widths, strict=True)
        ]
        return _tr("".join(cells), header=True)
    upper, lower = [], []
    for place, (column, width) in enumerate(zip(columns, widths, strict=True)):
        if not column.group:
            upper.append(_cell(column.header, width, size, "center", bold=True, merge='<w:vMerge w:val="restart"/>'))
            lower.append(_cell("", width, size, "center", merge="<w:vMerge/>"))
            continue
        lower.append(_cell(column.header, width, size, "center", bold=True))
        if place and columns[place - 1].group == column.group:
            continue
        spanned = [one for one, own in zip(widths, columns, strict=True) if own.group == column.group]
        merge = f'<w:gridSpan w:val="{len(spanned)}"/>'
        upper.append(_cell(column.group, sum(spanned), size, "center", bold=True, merge=merge))
    return _tr("".join(upper), header=True) + _tr("".join(lower), header=True)


def _row(row: Row, columns: Sequence[Column], widths: Sequence[int], size: int) -> str:
    if row.heading:
        merge = f'<w:gridSpan w:val="{len(columns)}"/>'
        return _tr(_cell(row.cells[0], sum(widths), size, "left", bold=True, merge=merge, with_next=True))
    return _tr(
        "".join(
            _cell(value, width, size, column.side, bold=row.bold)
            for value, width, column in zip(row.cells, widths, columns, strict=True)
        )
    )


def _tr(cells: str, *, header: bool = False) -> str:
    return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' if header else ''}</w:trPr>{cells}</w:tr>"


def _cell(
    value: str, width: int, size: int, side: str, *, bold: bool = False, merge: str = "", with_next: bool = False
) -> str:
    font = f'<w:rFonts w:ascii="{FACE}" w:hAnsi="{FACE}" w:cs="{FACE}" w:eastAsia="{FACE}"/>'
    look = f'{font}{"<w:b/>" if bold else ""}<w:sz w:val="{size * 2}"/><w:szCs w:val="{size * 2}"/>'
    keep = "<w:keepNext/>" if with_next else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{merge}<w:vAlign w:val="center"/></w:tcPr><w:p><w:pPr>{keep}'
        f'<w:spacing w:before="20" w:after="20" w:line="240" w:lineRule="auto"/><w:jc w:val="{side}"/></w:pPr>'
        f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{escape(clean(value))}</w:t></w:r></w:p></w:tc>'
    )
