"""The agency's own document in place of ours: named placeholders such as {{noi_dung}}, filled wherever they stand.

Word cuts a placeholder into several runs as it likes, in the body, in tables, text boxes, headers and footers; what
counts is the text of the paragraph. A placeholder of several lines stands in a paragraph of its own, whose look its
lines take.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from docx import Document
from docx.document import Document as Docx
from docx.opc.constants import RELATIONSHIP_TYPE as REL
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from campaign.errors import ContractError
from reporting.agency_file import checked
from reporting.citations import date_parts
from reporting.letter_content import Letter, Stamp, long_date, number_shown
from reporting.letter_docx import clean, table_xml

NEEDED = ("so", "ngay_thang", "trich_yeu", "noi_dung", "nguoi_ky")
BLOCKS = ("noi_dung", "can_cu", "kinh_gui", "noi_nhan", "bang_xep_hang")
_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def fill(path: Path, said: Letter, stamp: Stamp) -> tuple[Docx, bool]:
    """Return the agency's document filled, and whether it has a place for the annexes.

    Raises ContractError when it cannot be read, has a placeholder nobody knows, lacks one that is needed, or has a
    placeholder of several lines within other words.
    """
    document = _opened(path)
    lines = _lines(said, stamp)
    blocks = _blocks(said)
    known = [*lines, *blocks]
    roots = list(_roots(document))
    written = [_text_of(one) for root in roots for one in root.iter(qn("w:p"))]
    found = {name for one in written for name in _PLACEHOLDER.findall(one)}
    _checked(path, found, known, [one for one in written if "{{" in _PLACEHOLDER.sub("", one)])
    room = _room(document)
    for root in roots:
        for one in list(root.iter(qn("w:p"))):
            _fill(path, one, lines, blocks, said, room)
    return document, "bang_xep_hang" in found


def _opened(path: Path) -> Docx:
    try:
        return Document(io.BytesIO(checked(path.read_bytes(), str(path), ".docx")))
    except (OSError, PackageNotFoundError, KeyError, ValueError, AttributeError, TypeError) as problem:
        found = problem.strerror if isinstance(problem, OSError) else "no Word document, or one with macros"
        raise ContractError(f"{path}", f"cannot be read ({found})", "a .docx was expected") from None


def _checked(path: Path, found: set[str], known: Sequence[str], broken: Sequence[str]) -> None:
    if broken:
        raise ContractError(f"{path}", f"found {broken[0].strip()[:60]!r}", "a placeholder like {{so}} was expected")
    unknown = sorted(found - set(known))
    lacking = [one for one in NEEDED if one not in found]
    if unknown or lacking:
        said = [f"unknown: {', '.join(_marked(unknown))}"] if unknown else []
        said += [f"missing: {', '.join(_marked(lacking))}"] if lacking else []
        raise ContractError(f"{path}", "; ".join(said), f"known placeholders: {', '.join(_marked(known))}")


def _marked(names: Sequence[str]) -> list[str]:
    return [f"{{{{{name}}}}}" for name in names]


def _lines(said: Letter, stamp: Stamp) -> dict[str, str]:
    """Return the placeholders of one line and what they stand for."""
    day, month, year = date_parts(stamp.signed_on)
    return {
        "co_quan_chu_quan": said.superior,
        "co_quan": said.agency,
        "so": number_shown(stamp),
        "ky_hieu": said.number.partition("/")[2],
        "dia_danh": said.place_and_date.partition(",")[0],
        "ngay_thang": long_date(stamp.signed_on, said.lang),
        "ngay": day,
        "thang": month,
        "nam": year,
        "trich_yeu": said.subject,
        "quyen_han": said.authority,
        "chuc_vu": said.post,
        "nguoi_ky": said.signer,
    }


def _blocks(said: Letter) -> dict[str, list[tuple[str, bool]]]:
    """Return the placeholders of several lines, each line with whether it is a heading."""
    return {
        "noi_dung": [(one.text, one.heading) for one in said.body],
        "can_cu": [(one, False) for one in said.grounds],
        "kinh_gui": [(one, False) for one in said.addressed_to],
        "noi_nhan": [(one, False) for one in said.recipients],
        "bang_xep_hang": [],
    }


def _roots(document: Docx) -> Iterator[Any]:
    yield document.element.body
    for relation in document.part.rels.values():
        if relation.reltype in (REL.HEADER, REL.FOOTER):
            yield relation.target_part.element


def _room(document: Docx) -> int:
    section = document.sections[0]
    width, left, right = section.page_width, section.left_margin, section.right_margin
    return int(width or 0) - int(left or 0) - int(right or 0)


def _texts(paragraph: Any) -> list[Any]:
    """Return the text elements of a paragraph, without those of text boxes anchored in it."""
    return [one for one in paragraph.iter(qn("w:t")) if next(one.iterancestors(qn("w:p"))) is paragraph]


def _text_of(paragraph: Any) -> str:
    return "".join(one.text or "" for one in _texts(paragraph))


def _fill(
    path: Path,
    paragraph: Any,
    lines: dict[str, str],
    blocks: dict[str, list[tuple[str, bool]]],
    said: Letter,
    room: int,
) -> None:
    whole = _text_of(paragraph)
    wanted = _PLACEHOLDER.findall(whole)
    block = next((name for name in wanted if name in blocks), None)
    if block is None:
        if wanted:
            _replace(paragraph, lines)
        return
    if not _PLACEHOLDER.fullmatch(whole.strip()):
        expected = f"{{{{{block}}}}} in a paragraph of its own"
        raise ContractError(f"{path}", f"{whole.strip()[:60]!r} has other words beside {{{{{block}}}}}", expected)
    if block == "bang_xep_hang":
        _put_annexes(paragraph, said, room)
    else:
        _put_lines(paragraph, blocks[block])


def _replace(paragraph: Any, lines: dict[str, str]) -> None:
    """Put each placeholder's words where it begins, and take the rest of it out of the runs it was cut into."""
    while found := _PLACEHOLDER.search(_text_of(paragraph)):
        start, end, at = found.start(), found.end(), 0
        words = clean(lines[found[1]]).replace("{{", "{\u200b{")  # words of ours are no placeholders
        for one in _texts(paragraph):
            own = one.text or ""
            first, last = max(start - at, 0), min(end - at, len(own))
            at += len(own)
            if first >= last:
                continue
            one.text = own[:first] + words + own[last:]
            one.set(_SPACE, "preserve")
            words = ""


def _put_lines(paragraph: Any, said: Sequence[tuple[str, bool]]) -> None:
    """Put a copy of the paragraph for each line; a heading is bold. Of no lines the paragraph itself remains, empty."""
    texts = _texts(paragraph)
    for one in texts[1:]:
        one.getparent().remove(one)
    if not said:
        texts[0].text = ""
        return
    for words, heading in said:
        made = deepcopy(paragraph)
        target = _texts(made)[0]
        target.text = clean(words)
        target.set(_SPACE, "preserve")
        if heading:
            run = target.getparent()
            run.get_or_add_rPr().get_or_add_b()
        paragraph.addprevious(made)
    paragraph.getparent().remove(paragraph)


def _put_annexes(paragraph: Any, said: Letter, room: int) -> None:
    """Put every annex, its label and title above its table, in the paragraph's place."""
    for annex in said.annexes:
        for words in (annex.label, annex.title, said.attached):
            paragraph.addprevious(parse_xml(_centred(words, bold=words is not said.attached)))
        paragraph.addprevious(parse_xml(table_xml(annex.columns, annex.rows, room)))
    for one in _texts(paragraph):  # it stays: a cell and a page end with a paragraph
        one.text = ""


def _centred(words: str, *, bold: bool) -> str:
    look = "<w:b/>" if bold else "<w:i/>"
    return (
        f'<w:p {nsdecls("w")}><w:pPr><w:keepNext/><w:spacing w:before="60" w:after="60"/><w:jc w:val="center"/></w:pPr>'
        f"<w:r><w:rPr>{look}</w:rPr><w:t>{escape(clean(words))}</w:t></w:r></w:p>"
    )
