"""Reading what should not have been sent: each file one clear message, nothing read by halves."""

import io
import struct
import subprocess
import sys
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from campaign.errors import ContractError
from etl.reading import read_table
from etl.sheet_grid import Book
from etl.sheet_guard import MOST_UNPACKED, looked_at
from tests.etl.old import old_workbook, record
from tests.etl.reports import made, province, saved
from tests.warehouse.small import ROOT, Small

HEAD = ["unit_code", "as_of", "count"]
SHEET = "xl/worksheets/sheet1.xml"


def plain() -> bytes:
    return made(lambda sheet: next(sheet.append(row) for row in (HEAD, ["00101", "2025-02-03", 12])))


def with_sheet(body: bytes, around: bytes = b"<worksheet xmlns='%s'><sheetData>%s</sheetData></worksheet>") -> bytes:
    """Return a workbook whose sheet's rows are `body`."""
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain())) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.infolist():
            new.writestr(one.filename, around % (space, body) if one.filename == SHEET else old.read(one))
    return out.getvalue()


def refused(content: bytes, name: str = "a.xlsx") -> str:
    path = Path(name)
    with pytest.raises(ContractError) as told:
        Book(content, path.name).grid("Biểu 01")
    assert "\n" not in str(told.value)
    assert str(told.value).startswith(name)
    return str(told.value)


def saying(content: bytes, size: int) -> bytes:
    """Return the archive with another word in its directory for the unpacked size of the sheet."""
    said = bytearray(content)
    struct.pack_into("<L", said, said.rfind(b"PK\x01\x02", 0, said.rfind(SHEET.encode())) + 24, size)
    return bytes(said)


def peak(path: Path) -> tuple[str, int]:
    """Return what reading a file says in a process of its own, and by how many kB its memory grew at most."""
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from etl.reading import read_rows\n"
        "from etl.sheet_grid import Book\n"
        "import python_calamine\n"
        "from campaign.errors import ContractError\n"
        "def highest():\n"
        "    return int(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])\n"
        "before = highest()\n"
        "path = Path(sys.argv[1])\n"
        "try: print([row.cells['count'] for row in read_rows(path, path.name)])\n"
        "except ContractError as told: print(told)\n"
        "print(highest() - before)\n"
    )
    command = [sys.executable, "-c", script, str(path)]
    said, grown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return said, int(grown)


def test_a_bomb_is_refused_by_what_it_says_of_itself() -> None:
    assert "unpacks to 512 MB or more" in refused(saying(plain(), MOST_UNPACKED + 1))


def test_a_bomb_that_lies_about_its_size_is_refused_while_it_unpacks() -> None:
    assert "unpacks to 33 MB or more" in refused(saying(with_sheet(b" " * (40 << 20)), 1000))


needs_proc = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")


@needs_proc
def test_a_bomb_is_refused_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(saying(with_sheet(b"<row r='1'/>" * (5 << 20)), 1000))
    said, grown = peak(path)
    assert "unpacks to" in said
    assert grown < 20_000  # unpacked it would be 60 MB


def test_two_values_at_the_ends_of_a_sheet_are_refused_before_room_is_made_for_all_between() -> None:
    rows = b"<row r='1'><c r='A1'><v>1</v></c></row><row r='1048576'><c r='XFD1048576'><v>1</v></c></row>"
    assert "has values as far as row 1048576 and column XFD" in refused(with_sheet(rows))


def test_an_open_document_that_repeats_a_value_a_million_times_is_refused() -> None:
    body = (
        b"<office:document-content xmlns:office='urn:oasis:names:tc:opendocument:xmlns:office:1.0' "
        b"xmlns:table='urn:oasis:names:tc:opendocument:xmlns:table:1.0'>"
        b'<table:table table:name="a"><table:table-row table:number-rows-repeated="1000000">'
        b'<table:table-cell table:number-columns-repeated="16384" office:value-type="float" office:value="1"/>'
        b"</table:table-row></table:table></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", body)
    assert "repeats a value" in refused(out.getvalue(), "a.ods")


@needs_proc
def test_a_million_formatted_rows_without_a_value_cost_neither_time_nor_memory(tmp_path: Path) -> None:
    first = (
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>unit_code</t></is></c>'
        b'<c r="B1" t="inlineStr"><is><t>as_of</t></is></c><c r="C1" t="inlineStr"><is><t>count</t></is></c></row>'
        b'<row r="2"><c r="A2" t="inlineStr"><is><t>00101</t></is></c>'
        b'<c r="B2" t="inlineStr"><is><t>2025-02-03</t></is></c><c r="C2"><v>12</v></c></row>'
    )
    empty = b"".join(b'<row r="%d"><c r="A%d" s="1"/><c r="B%d" s="1"/></row>' % (n, n, n) for n in range(3, 1_048_577))
    content = with_sheet(first + empty)
    short = looked_at(content, "a.xlsx").content
    assert len(short) < 100_000 < len(content)
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    said, grown = peak(path)
    assert said == "[12.0]"
    assert grown < 45_000  # of which the file is 8 MB; its XML alone is 70 MB


def test_what_stands_behind_a_million_empty_rows_is_not_lost() -> None:
    row = b'<row r="%d"><c r="A%d"><v>7</v></c></row>'
    empty = b"".join(b'<row r="%d"><c r="A%d" s="1"/></row>' % (n, n) for n in range(2, 200_000))
    grid = Book(with_sheet(row % (1, 1) + empty + row % (200_000, 200_000)), "a.xlsx").grid("Biểu 01")
    assert (len(grid.rows), grid.rows[0], grid.rows[-1]) == (200_000, [7], [7])


def test_merged_cells_survive_the_cut_of_an_empty_tail() -> None:
    row = b'<row r="1"><c r="A1"><v>7</v></c></row>'
    empty = b"".join(b'<row r="%d"><c r="A%d" s="1"/></row>' % (n, n) for n in range(2, 200_000))
    around = (
        b"<worksheet xmlns='%s'><sheetData>%s</sheetData>"
        b"<mergeCells count='1'><mergeCell ref='A1:B2'/></mergeCells></worksheet>"
    )
    content = with_sheet(row + empty, around)
    assert looked_at(content, "a.xlsx").tails
    assert Book(content, "a.xlsx").grid("Biểu 01").merged == [(0, 0, 1, 1)]


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "is protected by a password"),
        ("a.xlsx", plain()[:2000], "or is damaged"),
        ("a.xlsx", plain().replace(b"PK\x01\x02", b"XX\x01\x02"), "or is damaged"),
        ("a.xls", OLE, "or is damaged"),
        ("a.xls", b"<html xmlns:x='urn:schemas-microsoft-com:office:excel'><table><tr><td>1</td></tr></table></html>",
         "it is a web page; open it in Excel and save it as a workbook (.xlsx)"),
        ("a.xls", b"\xef\xbb\xbf\n<!DOCTYPE html><html></html>", "it is a web page"),
        ("a.xls", b"<meta charset=utf-8><HTML><body>500</body></HTML>", "it is a web page"),
        ("a.xls", b"MIME-Version: 1.0\nX-Document-Type: Workbook\n", "it is a web page"),
        ("a.xls", b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>',
         "it is an XML spreadsheet of 2003"),
        ("a.ods", b"PK\x05\x06" + b"\0" * 18, "or is damaged"),
    ],
    ids=["password", "cut", "no directory", "no book", "web page", "doctype", "meta", "mht", "xml 2003", "empty zip"],
)  # fmt: skip
def test_a_file_that_is_no_workbook_is_told_by_what_it_is(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ContractError) as told:
        read_table(path, name)
    assert says in str(told.value)
    assert str(told.value).startswith(name)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("unit_code,as_of,count\nXã Châu Phong,2025-02-03,1\n".encode("cp1258", "replace"), "line 2 is not UTF-8"),
        ("unit_code,as_of,count\n00101,2025-02-03,1\n".encode("utf-16-le"), "is UTF-16 without its mark"),
        ("§¬n vÞ,as_of,count\nX· Ch©u Phong,2025-02-03,1\n".encode(), "font of before Unicode (TCVN3 or VNI)"),
    ],
    ids=["windows-1258", "utf-16", "tcvn3"],
)
def test_a_csv_in_another_code_is_told_so(small: Small, content: bytes, says: str) -> None:
    small.write(
        "config.toml",
        small.config_text + '[[source]]\nname = "s"\ncampaign = "nho"\n[source.columns]\nunit_name = "Đơn vị"\n',
    )
    with pytest.raises(ContractError) as told:
        small.send(content, source="s")
    assert says in str(told.value)


def test_the_plain_form_says_of_a_cell_without_a_value_what_stands_there(small: Small) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEAD, ["00101", "2025-02-03", "=SUM(D1:D9)"], ["00102", "2025-02-03", "#REF!"],
                ["00201", datetime(2025, 2, 3), None]):  # fmt: skip  # noqa: DTZ001
        sheet.append(row)
    sheet["C3"].data_type = "e"
    outcome = small.send(saved(book), names=("a.xlsx",))
    assert [(one.reason, one.found) for _, one in outcome.verdicts] == [
        ("bad_count", "=SUM(D1:D9) (công thức chưa có kết quả: mở bằng Excel rồi lưu lại)"),
        ("bad_count", "#REF!"),
        ("missing_field", ""),
    ]


def test_a_formula_whose_result_is_an_empty_text_says_nothing() -> None:
    row = b'<row r="1"><c r="A1" t="str"><f>IF(B1="","",B1)</f><v></v></c><c r="B1"><f>1+1</f><v>2</v></c></row>'
    assert Book(with_sheet(row), "a.xlsx").grid("Biểu 01").rows == [[None, 2]]


def test_the_first_sheet_a_reader_sees_is_the_plain_one(small: Small) -> None:
    book = Workbook()
    hidden = book.active
    assert hidden is not None
    hidden.append(["nháp"])
    hidden.sheet_state = "hidden"
    shown = book.create_sheet("Số liệu")
    for row in (HEAD, ["00101", "2025-02-03", 12]):
        shown.append(row)
    assert small.judged(saved(book), names=("a.xlsx",)) == [("accepted", None)]


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_old_and_open_workbooks_are_read_as_the_new_ones(kind: str) -> None:
    content = (Path(__file__).parent / "data" / f"bieu.{kind}").read_bytes()
    grid = Book(content, f"bieu.{kind}").grid("Biểu 01")
    expected = Book(made(province), "bieu.xlsx").grid("Biểu 01")
    width = max(len(row) for row in expected.rows)
    assert [[*row, *[None] * (width - len(row))][:width] for row in grid.rows] == expected.rows


@pytest.mark.parametrize("sheets", [1, 40])
def test_an_old_workbook_of_a_few_kilobytes_takes_no_gigabytes(sheets: int) -> None:
    content = old_workbook(*[[(0, 0, 1.0), (65535, 255, 2.0)]] * sheets)
    assert len(content) < 10_000
    told = refused(content, "a.xls")
    assert "has values as far as row 65536 and column IV" in told


def test_old_workbooks_tell_of_their_error_cells_as_new_ones_do() -> None:
    content = old_workbook([(0, 0, 1.0), (1, 2, "#N/A"), (2, 0, 3.0)], [(0, 0, 4.0)])
    book = Book(content, "a.xls")
    assert book.grid("S0").rows == [[1, None, None], [None, None, "#N/A"], [3, None, None]]
    assert book.grid("S1").rows == [[4]]


def test_an_old_workbook_with_a_password_is_told_so() -> None:
    assert "is protected by a password" in refused(old_workbook([(9, 9, 1.0)], first=record(0x2F, b"\1" * 6)), "a.xls")


def test_an_error_cell_right_of_empty_formatted_ones_is_told() -> None:
    row = (
        b'<row r="1"><c r="A1" s="1"/><c r="B1" s="1" /><c r="C1" t="e"><v>#REF!</v></c></row>'
        b'<row r="2"><c r="A2" s="1"/><c r="B2"><f>SUM(D1:D9)</f></c><c r="C2"/><c r="D2"><v>4</v></c></row>'
    )
    rows = Book(with_sheet(row), "a.xlsx").grid("Biểu 01").rows
    assert rows[0][:3] == [None, None, "#REF!"]
    assert rows[1] == [None, "=SUM(D1:D9) (công thức chưa có kết quả: mở bằng Excel rồi lưu lại)", None, 4]


@pytest.mark.parametrize(
    "row",
    [
        b"<row><c><v>7</v></c><c t='n'/><c><f>SUM(D1:D9)</f><v></v></c><c t=\"e\"><v>#REF!</v></c></row>",
        b"<row r='1'><c r='A1'><v>7</v></c><c r='C1'><f>SUM(D1:D9)</f></c><c r='D1' t='e'><v>#REF!</v></c></row>",
        (
            b'<row\n  r="1">\n<c\n r="A1">\n<v>7</v>\n</c>\n<c\n r="C1">\n <f>SUM(D1:D9)</f>\n <v/>\n</c>\n'
            b'<c\n t="e"\n r="D1">\n<v>#REF!</v>\n</c>\n</row>'
        ),
    ],
)
def test_cells_without_a_value_are_told_however_the_file_is_written(row: bytes) -> None:
    rows = Book(with_sheet(row), "a.xlsx").grid("Biểu 01").rows
    assert rows == [[7, None, "=SUM(D1:D9) (công thức chưa có kết quả: mở bằng Excel rồi lưu lại)", "#REF!"]]


@pytest.mark.parametrize(
    ("said", "mac"),
    [(b'date1904="1"', True), (b"date1904='true'", True), (b'date1904 = "on"', True), (b'date1904="0"', False)],
)
def test_the_calendar_of_a_workbook_is_known_however_it_is_written(said: bytes, mac: bool) -> None:  # noqa: FBT001 - a case
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain())) as old, zipfile.ZipFile(out, "w") as new:
        for one in old.infolist():
            part = old.read(one)
            is_list = one.filename == "xl/workbook.xml"
            new.writestr(one.filename, part.replace(b"<workbookPr", b"<workbookPr " + said) if is_list else part)
    assert Book(out.getvalue(), "a.xlsx").grid("Biểu 01").from_1904 is mac


def test_old_and_open_workbooks_say_their_calendar_too() -> None:
    assert Book(old_workbook([(0, 0, 45693.0)]), "a.xls").grid("S0").from_1904 is False
    mac = old_workbook([(0, 0, 44231.0)], first=record(0x22, b"\1\0"))
    assert Book(mac, "a.xls").grid("S0").from_1904 is True
    content = (Path(__file__).parent / "data" / "bieu.ods").read_bytes()
    out, start = io.BytesIO(), b"<office:spreadsheet>"
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for one in old.infolist():
            said = b'<table:calculation-settings><table:null-date table:date-value="1904-01-01"/>'
            part = old.read(one).replace(start, start + said + b"</table:calculation-settings>")
            new.writestr(one.filename, part)
    calendars = [Book(one, "a.ods").grid("Biểu 01").from_1904 for one in (content, out.getvalue())]
    assert calendars == [False, True]
