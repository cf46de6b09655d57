"""Claims about the office: documents become PDF all or none, several at once, and nothing goes on afterwards."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from docx import Document
from openpyxl import Workbook
from PIL import Image
from pypdfium2 import PdfDocument

from campaign.errors import ContractError, SourceError
from etl import office


def document(path: Path, words: str) -> Path:
    made = Document()
    made.add_paragraph(words)
    made.save(str(path))
    return path


def words_of(path: Path) -> str:
    made = PdfDocument(path.read_bytes())
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in made)
    finally:
        made.close()


def test_letters_and_workbooks_become_pdf_in_the_order_given(tmp_path: Path) -> None:
    book = Workbook()
    book.worksheets[0]["A1"] = "Tổng cộng"
    book.save(tmp_path / "thông báo.xlsx")
    sources = [tmp_path / "thông báo.xlsx", document(tmp_path / "thông báo.docx", "Xin chào Quế Võ")]
    sources.append(document(tmp_path / "--help.docx", "Tên lạ"))
    made = office.to_pdf(sources, tmp_path / "out")
    assert [path.name for path in made] == ["thông báo.xlsx.pdf", "thông báo.docx.pdf", "--help.pdf"]
    assert ["Tổng cộng" in words_of(made[0]), "Quế Võ" in words_of(made[1]), "Tên lạ" in words_of(made[2])] == [
        True
    ] * 3
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(path.name for path in made)


def test_two_may_print_at_once(tmp_path: Path) -> None:
    sources = [document(tmp_path / f"{n}.docx", f"số {n}") for n in range(2)]
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda one: office.to_pdf([one], tmp_path / "out")[0], sources))
    assert [words_of(path).strip() for path in made] == ["số 0", "số 1"]


def test_without_the_program_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "office", lambda: None)
    with pytest.raises(SourceError, match=r"LibreOffice is not installed.*apt-get install libreoffice-writer-nogui"):
        office.to_pdf([document(tmp_path / "a.docx", "a")], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def stub(folder: Path, script: str) -> Path:
    path = folder / "soffice"
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(0o755)
    return path


@pytest.mark.skipif(os.name != "posix", reason="the stand-in is a shell script")
def test_what_fails_writes_nothing_and_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = stub(tmp_path, "echo 'Error: source file could not be loaded'")
    monkeypatch.setattr(office, "office", lambda: program)
    with pytest.raises(SourceError, match=r"a\.docx.*source file could not be loaded"):
        office.to_pdf([document(tmp_path / "a.docx", "a")], tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(os.name != "posix", reason="the stand-in is a shell script")
def test_of_rubbish_only_what_can_be_read_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = stub(tmp_path, r"head -c 3000000 /dev/zero; printf '\n\033[31mred\377\007'; exit 3")
    monkeypatch.setattr(office, "office", lambda: program)
    with pytest.raises(SourceError, match=r"made no PDF of it \(\[31mred\)"):
        office.to_pdf([document(tmp_path / "a.docx", "a")], tmp_path / "out")


@pytest.mark.skipif(os.name != "posix", reason="the stand-in is a shell script")
def test_what_takes_too_long_is_ended_with_all_it_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = stub(tmp_path, f"sleep 600 & echo $! > {tmp_path}/child; wait")
    monkeypatch.setattr(office, "office", lambda: program)
    monkeypatch.setattr(office, "SECONDS", 2.0)
    monkeypatch.setattr(office, "SECONDS_EACH", 0.0)
    with pytest.raises(SourceError, match="had not finished after 2 s"):
        office.to_pdf([document(tmp_path / "a.docx", "a")], tmp_path / "out")
    child = int((tmp_path / "child").read_text())
    for _ in range(100):
        asked = ["ps", "-o", "stat=", "-p", f"{child}"]
        state = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
        if not state or state.startswith("Z"):
            break
        time.sleep(0.1)
    else:
        os.kill(child, signal.SIGKILL)
        pytest.fail("a child of the program went on")


def test_pages_become_pictures_of_the_width_asked_for(tmp_path: Path) -> None:
    source = tmp_path / "a.docx"
    made = Document()
    made.add_paragraph("một")
    made.add_page_break()
    made.add_paragraph("hai")
    made.save(str(source))
    pdf = office.to_pdf([source], tmp_path)[0].read_bytes()
    shown = [Image.open(io.BytesIO(one)) for one in office.pictures(pdf, 400)]
    assert [(one.format, one.width) for one in shown] == [("PNG", 400), ("PNG", 400)]
    assert len(shown[0].getcolors(1 << 16) or []) > 1  # something is written on the first
    with pytest.raises(ContractError, match="cannot be read"):
        office.pictures(b"no pdf", 400)
