"""Claims about the agency's own document: its placeholders are filled wherever Word has put them, in any pieces."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest
from docx import Document
from docx.document import Document as Docx

from campaign.errors import ContractError
from reporting.letter import letter
from reporting.letter_content import Stamp, letter_of
from reporting.notice import notices
from reporting.notice_content import Notice
from tests.reporting.notice_campaign import NOW, figures_of
from tests.reporting.test_letter_paper import PAPER, STAMP

LINES = ("{{so}}/{{ky_hieu}}, {{dia_danh}}, {{ngay_thang}}", "{{trich_yeu}}", "{{noi_dung}}", "{{nguoi_ky}}")


@pytest.fixture(scope="module")
def notice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notice]:
    opened = figures_of(tmp_path_factory.mktemp("campaign"))
    yield notices(opened, "2025-01", "vi", NOW, PAPER)[0]
    opened.close()


def template(folder: Path, lines: Sequence[str] = LINES, document: Docx | None = None) -> Path:
    made = document or Document()
    for line in lines:
        made.add_paragraph(line)
    made.save(str(folder / "mau.docx"))
    return folder / "mau.docx"


def filled(notice: Notice, path: Path, stamp: Stamp = STAMP) -> Docx:
    return Document(io.BytesIO(letter(notice, PAPER.model_copy(update={"letter": path}), stamp)))


def test_placeholders_are_filled_and_every_paragraph_of_the_letter_stands_in_its_place(
    notice: Notice, tmp_path: Path
) -> None:
    made = [one.text for one in filled(notice, template(tmp_path)).paragraphs]
    said = letter_of(notice, PAPER, STAMP)
    assert made[0] == "05/TB-STP, Bắc Hà, ngày 03 tháng 02 năm 2025"
    assert made[1] == said.subject
    assert made[2 : 2 + len(said.body)] == [one.text for one in said.body]
    assert made[2 + len(said.body)] == "Nguyễn Văn Mẫu"
    assert not any("{{" in one for one in made)


def test_a_placeholder_cut_into_runs_keeps_the_look_of_its_beginning(notice: Notice, tmp_path: Path) -> None:
    document = Document()
    cut = document.add_paragraph("Số: ")
    for piece in ("{", "{s", "o}", "}/{{ky", "_hieu}} ("):
        cut.add_run(piece).bold = piece == "{"
    cut.add_run("khẩn)")
    made = filled(notice, template(tmp_path, (*LINES[1:], "{{ngay_thang}}"), document))
    assert made.paragraphs[0].text == "Số: 05/TB-STP (khẩn)"
    assert [run.text for run in made.paragraphs[0].runs if run.bold] == ["05"]


def test_tables_headers_and_footers_are_filled_too(notice: Notice, tmp_path: Path) -> None:
    document = Document()
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "{{co_quan}}", "{{noi_nhan}}"
    document.sections[0].header.paragraphs[0].text = "{{trich_yeu}}"
    document.sections[0].footer.paragraphs[0].text = "{{chuc_vu}}"
    made = filled(notice, template(tmp_path, LINES, document))
    cells = made.tables[0].rows[0].cells
    assert cells[0].text == "SỞ TƯ PHÁP"
    assert cells[1].text.split("\n") == list(letter_of(notice, PAPER, STAMP).recipients)
    assert made.sections[0].header.paragraphs[0].text.startswith("Kết quả thực hiện")
    assert made.sections[0].footer.paragraphs[0].text == "PHÓ GIÁM ĐỐC"


def test_annexes_stand_where_the_document_wants_them_or_at_its_end(notice: Notice, tmp_path: Path) -> None:
    own = filled(notice, template(tmp_path, (*LINES, "{{bang_xep_hang}}")))
    ours = filled(notice, template(tmp_path))
    assert len(own.tables) == len(ours.tables) == len(notice.rankings)
    assert len(own.sections) == 1
    assert len(ours.sections) == 1 + len(notice.rankings)
    assert "Phụ lục II" in [one.text for one in own.paragraphs]


def test_unknown_and_missing_placeholders_are_named_with_those_that_are_known(notice: Notice, tmp_path: Path) -> None:
    path = template(tmp_path, ("{{so}} {{sổ}} {{nguoi_ky}} {{ngay_thang}} {{trich_yeu}}",))
    with pytest.raises(ContractError) as told:
        filled(notice, path)
    words = str(told.value)
    assert "unknown: {{sổ}}" in words
    assert "missing: {{noi_dung}}" in words
    assert "{{ky_hieu}}" in words.partition("known placeholders")[2]
    assert str(path) in words


def test_a_document_without_placeholders_or_that_is_none_is_refused(notice: Notice, tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="missing"):
        filled(notice, template(tmp_path, ("Kính gửi các đơn vị",)))
    broken = tmp_path / "broken.docx"
    broken.write_bytes(b"PK no document")
    with pytest.raises(ContractError, match="no document that can be read"):
        filled(notice, broken)
    with pytest.raises(ContractError, match="cannot be read"):
        filled(notice, tmp_path / "absent.docx")


def test_a_placeholder_of_many_lines_stands_alone(notice: Notice, tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="in a paragraph of its own"):
        filled(notice, template(tmp_path, (LINES[0], LINES[1], "Nội dung: {{noi_dung}}", LINES[3])))


def test_words_of_ours_that_look_like_a_placeholder_are_left_as_words(notice: Notice, tmp_path: Path) -> None:
    path = template(tmp_path)
    signer = PAPER.signer.model_copy(update={"name": "{{so}}"})
    paper = PAPER.model_copy(update={"letter": path, "signer": signer})
    made = Document(io.BytesIO(letter(notice, paper, Stamp(7, date(2025, 2, 3)))))
    assert "{{so}}" in [one.text.replace("\u200b", "") for one in made.paragraphs]
