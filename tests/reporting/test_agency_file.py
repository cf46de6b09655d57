"""Claims about files that an agency, or somebody else, puts in place of ours: refused in one line, or filled whole."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from docx import Document
from openpyxl import Workbook

from campaign.errors import ContractError
from reporting.agency_workbook import agency_workbook
from reporting.letter import letter
from reporting.notice import notices
from reporting.notice_content import Notice
from tests.reporting.notice_campaign import COUNTS, NOW, UNITS, figures_of
from tests.reporting.test_letter_paper import PAPER, STAMP

LINES = ("{{so}}/{{ky_hieu}}, {{ngay_thang}}", "{{trich_yeu}}", "{{noi_dung}}", "{{nguoi_ky}}")
MAIN = {"docx": "word/document.xml", "xlsx": "xl/worksheets/sheet1.xml"}
TYPES = "[Content_Types].xml"
WORD = b"wordprocessingml.document.main+xml"
Altered = Callable[[bytes], bytes]


@pytest.fixture(scope="module")
def notice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notice]:
    opened = figures_of(tmp_path_factory.mktemp("campaign"))
    yield notices(opened, "2025-01", "vi", NOW, PAPER)[0]
    opened.close()


def whole(kind: str, *more: str) -> bytes:
    out = io.BytesIO()
    if kind == "docx":
        document = Document()
        for line in (*LINES, *more):
            document.add_paragraph(line)
        document.save(out)
    else:
        book = Workbook()
        book.active["A1"] = "{{don_vi}} {{ky}}"
        book.save(out)
    return out.getvalue()


def altered(content: bytes, part: str, change: Altered, extra: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in given.namelist():
            made.writestr(name, change(given.read(name)) if name == part else given.read(name))
        if extra:
            made.writestr("media.bin", extra)
    return out.getvalue()


def fill(kind: str, content: bytes, notice: Notice, folder: Path) -> bytes:
    if kind == "xlsx":
        return agency_workbook(content, "mau.xlsx", notice, PAPER, NOW)
    path = folder / "mau.docx"
    path.write_bytes(content)
    return letter(notice, PAPER.model_copy(update={"letter": path}), STAMP)


@pytest.mark.parametrize("kind", ["docx", "xlsx"])
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda _: b"%PDF-1.7 renamed", "a damaged or locked one"),
        (lambda _: b"", "a damaged or locked one"),
        (lambda content: content[:-200], "a damaged or locked one"),
        (lambda content: altered(content, "", bytes, b"\0" * (101 << 20)), "far larger unpacked"),
        (lambda content: altered(content, TYPES, lambda _: b"<x"), "is damaged"),
        (lambda content: altered(content, "_rels/.rels", lambda _: b"<x"), "is damaged"),
        (lambda content: content + b"\0" * (21 << 20), "has 21 MB"),
    ],
)
def test_what_is_no_document_is_refused_by_its_name(
    notice: Notice, tmp_path: Path, kind: str, change: Altered, said: str
) -> None:
    with pytest.raises(ContractError, match=said) as refused:
        fill(kind, change(whole(kind)), notice, tmp_path)
    assert f"mau.{kind}" in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("kind", ["docx", "xlsx"])
def test_words_that_make_themselves_longer_are_not_read(notice: Notice, tmp_path: Path, kind: str) -> None:
    def own(content: bytes) -> bytes:
        return b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]>' + content[content.rfind(b"?>") + 1 :].lstrip(
            b">"
        )

    with pytest.raises(ContractError, match="a document type of its own"):
        fill(kind, altered(whole(kind), MAIN[kind], own), notice, tmp_path)


def test_a_picture_from_elsewhere_is_refused_and_a_link_is_not(notice: Notice, tmp_path: Path) -> None:
    def linked(kind: str) -> Altered:
        relation = (
            f'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"'
            ' TargetMode="External" Target="http://tracker.example/a.png"/></Relationships>'
        )
        return lambda content: content.replace(b"</Relationships>", relation.encode())

    part = "word/_rels/document.xml.rels"
    with pytest.raises(ContractError, match="draws on http://tracker"):
        fill("docx", altered(whole("docx"), part, linked("image")), notice, tmp_path)
    assert fill("docx", altered(whole("docx"), part, linked("hyperlink")), notice, tmp_path)


def test_a_document_with_macros_is_named_as_one(notice: Notice, tmp_path: Path) -> None:
    macros = altered(whole("docx"), TYPES, lambda content: content.replace(
        b"vnd.openxmlformats-officedocument." + WORD, b"vnd.ms-word.document.macroEnabled.main+xml"))  # fmt: skip
    with pytest.raises(ContractError, match="with macros"):
        fill("docx", macros, notice, tmp_path)


@pytest.mark.parametrize("line", ["{{nguoi ky}}", "{{so-hieu}}", "Số {{ so }", "{{}}"])
def test_a_placeholder_that_is_misspelt_never_reaches_the_paper(notice: Notice, tmp_path: Path, line: str) -> None:
    with pytest.raises(ContractError, match="a placeholder like"):
        fill("docx", whole("docx", line), notice, tmp_path)


def test_a_workbook_formatted_to_the_end_of_the_sheet_is_refused_at_once(notice: Notice, tmp_path: Path) -> None:
    book = Workbook()
    book.active["A1"], book.active["XFD1048576"] = "{{don_vi}} {{ky}}", "x"
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(ContractError, match="reaches down to XFD1048576"):
        fill("xlsx", out.getvalue(), notice, tmp_path)


def test_a_name_longer_than_a_fact_of_a_document_may_be_makes_a_letter_all_the_same(tmp_path: Path) -> None:
    name = "Huyện " + "Rất Dài " * 60
    opened = figures_of(tmp_path, units=UNITS.replace("Huyện B,", f"{name.strip()},"), counts=COUNTS)
    try:
        made = next(one for one in notices(opened, "2025-01", "vi", NOW, PAPER) if one.unit_code == "B")
    finally:
        opened.close()
    document = Document(io.BytesIO(letter(made, PAPER, STAMP)))
    assert len(document.core_properties.title) == 255
    assert any(" ".join(["Rất Dài"] * 60) in one.text for one in document.paragraphs)
