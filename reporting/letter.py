"""The letter as a document: measures, sizes and places by Nghị định 30/2020/NĐ-CP, Phụ lục I.

A4 upright, 20 mm above and below, 30 mm on the left, 15 mm on the right; Times New Roman; page numbers in the middle
of the top margin, none on the first page. What the letter says is in letter_content.py.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime, time

from docx import Document
from docx.document import Document as Docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_LINE_SPACING
from docx.section import Section
from docx.shared import Length, Mm, Pt

from campaign.errors import UsageError
from campaign.paperwork import Paper
from reporting.letter_annexes import Annex
from reporting.letter_content import Letter, Stamp, letter_of, missing
from reporting.letter_docx import (
    CENTRE,
    FACE,
    JUSTIFIED,
    LEFT,
    Style,
    balanced,
    borderless,
    clean,
    numbered_pages,
    paragraph,
    put_rule,
    table_of,
    text_width,
)
from reporting.letter_template import fill
from reporting.notice_content import Notice
from reporting.texts import text

_LEFT, _RIGHT, _TOP, _BOTTOM, _HEADER = Mm(30), Mm(15), Mm(20), Mm(20), Mm(8)
_WIDTH, _HEIGHT = Mm(210), Mm(297)
_ROOM = Mm(165)  # the width of the text
_HEAD = (Mm(64), Mm(101))  # agency | country
_FOOT = (Mm(80), Mm(85))  # recipients | signer
_INDENT, _GAP = Mm(12.7), Pt(6)
_LINES = 1.15
_TO_SIGN = Pt(74)  # room for the signature and the seal
_PART = 0.42  # a rule between a third and a half of the text above it

_COUNTRY = Style(13, bold=True, align=CENTRE)
_MOTTO = Style(14, bold=True, align=CENTRE)
_SUPERIOR = Style(13, align=CENTRE)
_AGENCY = Style(13, bold=True, align=CENTRE)
_NUMBER = Style(13, align=CENTRE)
_PLACE = Style(14, italic=True, align=CENTRE)
_RE = Style(12, align=CENTRE, before=Pt(6))
_KIND = Style(14, bold=True, align=CENTRE, before=Pt(12))
_SUBJECT = Style(14, bold=True, align=CENTRE)
_BODY = Style(14, align=JUSTIFIED, indent=_INDENT, before=_GAP, lines=_LINES)
_HEADING = Style(14, bold=True, align=JUSTIFIED, indent=_INDENT, before=_GAP, lines=_LINES, with_next=True)
_GROUND = Style(14, italic=True, align=JUSTIFIED, indent=_INDENT, before=_GAP, lines=_LINES)
_NOTE = Style(13, italic=True, align=CENTRE, before=Pt(4))
_TO = Style(12, bold=True, italic=True, align=LEFT)
_RECIPIENT = Style(11, align=LEFT)
_SIGNER = Style(14, bold=True, align=CENTRE, with_next=True)
_ANNEX = Style(14, bold=True, align=CENTRE, with_next=True)
_LONGEST = 255  # characters that a fact about a document may have
_TABLE_NOTE = Style(11, italic=True, align="right", after=Pt(3), with_next=True)


def letter(notice: Notice, paper: Paper, stamp: Stamp) -> bytes:
    """Return the letter of a notice as .docx: our own, or the agency's document filled.

    A stamp with a number makes a letter that may be signed: UsageError names what the configuration lacks for one.
    ContractError names a placeholder of the agency's document that is unknown or missing.
    """
    if stamp.number is not None and (lacking := missing(paper, notice.lang)):
        expected = "set it under [campaign.notice] in config.toml"
        raise UsageError("notice", f"the configuration lacks {', '.join(lacking)}", expected)
    said = letter_of(notice, paper, stamp)
    if paper.letter:
        document, has_annexes = fill(paper.letter, said, stamp)
    else:
        document, has_annexes = _written(said), False
    if not has_annexes:
        for annex in said.annexes:
            _add_annex(document, said, annex)
    _described(document, said, stamp)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _written(said: Letter) -> Docx:
    document = Document()
    for key, one in list(document.part.rels.items()):
        if one.reltype.endswith("/stylesWithEffects"):  # Word 2010's copy of the styles: of others than ours
            del document.part.rels[key]
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = FACE, Pt(14)
    normal.element.rPr.rFonts.set("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}eastAsia", FACE)
    normal.paragraph_format.space_after = Pt(0)
    _page(document.sections[0], wide=False)
    _head(document, said)
    _title(document, said)
    for one in said.grounds:
        paragraph(document, one, _GROUND)
    for passage in said.body:
        paragraph(document, passage.text, _HEADING if passage.heading else _BODY)
    document.paragraphs[-1].paragraph_format.keep_with_next = True  # the signature never stands alone on a page
    _signature(document, said)
    return document


def _described(document: Docx, said: Letter, stamp: Stamp) -> None:
    """Write down what the document is; of dates only its own, so that the same letter is the same file."""
    facts = document.core_properties
    facts.title, facts.author = clean(said.subject)[:_LONGEST], clean(said.agency)[:_LONGEST]
    facts.comments = ""
    moment = datetime.combine(stamp.signed_on, time(), UTC) if stamp.signed_on else None
    if moment:
        facts.created = facts.modified = moment
    facts.language = "vi-VN" if said.lang == "vi" else "en-GB"


def _page(section: Section, *, wide: bool) -> None:
    """Give a section its paper: margins stay with the edges of the text when the page is turned."""
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (_HEIGHT, _WIDTH) if wide else (_WIDTH, _HEIGHT)
    section.left_margin, section.right_margin = _LEFT, _RIGHT
    section.top_margin, section.bottom_margin = _TOP, _BOTTOM
    section.header_distance, section.footer_distance = _HEADER, _HEADER
    numbered_pages(section)


def _head(document: Docx, said: Letter) -> None:
    """Put the agency on the left, the country on the right, number and date on one line below them."""
    table = borderless(document, 2, _HEAD)
    left, right = table.rows[0].cells
    room = _HEAD[0].pt - 12
    if said.superior:
        paragraph(left, "\n".join(balanced(said.superior, 13, room, bold=False)), _SUPERIOR)
    agency = balanced(said.agency, 13, room)
    paragraph(left, "\n".join(agency), _AGENCY)
    put_rule(left, min(max(text_width(one, 13, bold=True) for one in agency), room) * _PART, _HEAD[0])
    paragraph(right, text("letter.country", said.lang), _COUNTRY)
    motto = text("letter.motto", said.lang)
    paragraph(right, motto, _MOTTO)
    put_rule(right, text_width(motto, 14, bold=True), _HEAD[1])
    left, right = table.rows[1].cells
    paragraph(left, said.number, _NUMBER)
    if not said.kind:
        paragraph(left, "\n".join(balanced(said.subject, 12, room, bold=False)), _RE)
    paragraph(right, said.place_and_date, _PLACE)


def _title(document: Docx, said: Letter) -> None:
    """Put kind and subject in the middle with their rule, or whom a công văn is addressed to."""
    if said.kind:
        paragraph(document, said.kind, _KIND)
        lines = balanced(said.subject, 14, _ROOM.pt - 20)
        paragraph(document, "\n".join(lines), _SUBJECT)
        put_rule(document, max(text_width(one, 14, bold=True) for one in lines) * _PART, _ROOM)
    if said.simulated:
        paragraph(document, said.simulated, _NOTE)
    if not said.kind:
        _addressed(document, said)
    else:
        paragraph(document, "", Style(6))


def _addressed(document: Docx, said: Letter) -> None:
    to, names = text("letter.to", said.lang), said.addressed_to
    one = Style(14, align=CENTRE, before=Pt(12), after=Pt(12))
    if len(names) == 1:
        paragraph(document, f"{to} {names[0].rstrip(' ;.')}", one)
        return
    table = borderless(document, 1, (Mm(55), Mm(110)))
    left, right = table.rows[0].cells
    paragraph(left, to, Style(14, align="right", before=Pt(12)))
    for place, name in enumerate(names, 1):
        ended = f"- {name.rstrip(' ;.')}{';' if place < len(names) else '.'}"
        paragraph(right, ended, Style(14, align=LEFT, before=Pt(12) if place == 1 else Pt(0)))


def _signature(document: Docx, said: Letter) -> None:
    """Put the recipients on the left, the signer's authority, post, room to sign and name on the right."""
    paragraph(document, "", Style(6, with_next=True))
    table = borderless(document, 1, _FOOT)
    left, right = table.rows[0].cells
    paragraph(left, text("letter.recipients", said.lang), _TO)
    for one in said.recipients:
        paragraph(left, one, _RECIPIENT)
    for one in (said.authority, said.post):
        if one:
            paragraph(right, one, _SIGNER)
    paragraph(right, said.signer, Style(14, bold=True, align=CENTRE, before=_TO_SIGN))


def _add_annex(document: Docx, said: Letter, annex: Annex) -> None:
    """Add one annex on a page of its own, its pages numbered from 1."""
    section = document.add_section(WD_SECTION.NEW_PAGE)
    end = document.paragraphs[-1].paragraph_format  # ends the section before: a full page has no room for a line more
    end.line_spacing_rule, end.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(1)
    _page(section, wide=annex.wide)
    room = Length(int(section.page_width or 0) - _LEFT - _RIGHT)
    paragraph(document, annex.label, _ANNEX)
    paragraph(document, "\n".join(balanced(annex.title, 14, room.pt - 40)), _ANNEX)
    paragraph(document, said.attached, Style(13, italic=True, align=CENTRE, after=Pt(8), with_next=True))
    if annex.note:  # above the table: below it, a page may begin with nothing else
        paragraph(document, annex.note, _TABLE_NOTE)
    table_of(document, annex.columns, annex.rows, room)
