"""Quick sheets: a workbook read in one pass has the very cells that the parser gives, or is left to it."""

import io
import zipfile
from datetime import date, datetime, time, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from campaign.errors import ContractError
from etl.quick_sheet import QuickSheets
from etl.sheet_grid import Book, Grid

NAME = "xã.xlsx"
SPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHEET = "xl/worksheets/sheet1.xml"
TEXTS = ["Loại sổ", "Mã đơn vị: 00107", "00107", "a & b", "<x>", 'nói "vậy"', "2.0", "Số\nlượng", " lề ", "_x000D_",
         "TRUE", "#N/A", "\u00a0", "đ\u0301", "𠮷", "'", "sheetData", "c r=", "</c>", "=1+1"]  # fmt: skip
VALUES = [0, 1, -3, 7.5, 1e21, 123456789012345, 0.1, 1e-7, True, False, None, date(2025, 2, 5),
          datetime(2025, 2, 5, 9, 30), time(8, 15), timedelta(hours=30)]  # noqa: DTZ001 - as cells are # fmt: skip
FORMATS = ["General", "0", "#,##0", "0.00%", "dd/mm/yyyy", "[h]:mm", '"ngày" d', "@", "yyyy"]
BITS = [
    b'<c r="B9"><v>5</v></c>', b'<c r="A1"/>', b'<c r="A1" t="s"><v>0</v></c>', b'<row r="3">', b"</row>", b"<row/>",
    b"<c><v>1</v></c>", b'<c r="ZZ9"><v>1</v></c>', b'<c r="A1" t="e"><v>#N/A</v></c>', b"<f>1+1</f>", b"<v></v>",
    b'<c r="B2" t="b"><v>1</v></c>', b'<c r="B2" t="str"><v>x</v></c>', b"&#10;", b"&amp;", b"&lt", b"&#xD;",
    b" ", b"\n",
    b"<!-- -->", b"<![CDATA[x]]>", b' s="1"', b' s="99"', b' t="d"', b"-", b"e5", b".", b"0", b"1", b"\xc3", b"\xff",
    b'<mergeCell ref="A1:B2"/>', b"<is><t>x</t></is>", b"<is><r><t>a</t></r><r><t>b</t></r></is>", b"</sheetData>",
    b"inf",
    b' r="A1"', b' xml:space="preserve"', b"<t/>", b"_x0041_", b'<row r="3" hidden="1">', b"<c r='A1'><v>4</v></c>",
]  # fmt: skip


def told(content: bytes) -> Grid | None:
    """Return what the careful way gives for the first sheet that a reader sees; None where it refuses."""
    try:
        book = Book(content, NAME)
        return book.grid((book.visible or book.sheets)[0])
    except ContractError:
        return None


def read(quick: QuickSheets, content: bytes) -> Grid | None:
    """Return what the quick way gives; None where it leaves the workbook to the careful one."""
    found = quick.read(content)
    return None if found is None else found.grid(NAME)


def agree(quick: QuickSheets, content: bytes) -> bool:
    """Check that a workbook is read alike both ways, twice; tell whether it was quick."""
    first, again = read(quick, content), read(quick, content)
    assert repr(first) == repr(again)
    if first is not None:
        assert repr(first) == repr(told(content))  # a repr tells True from 1.0, and a day from a moment
    return first is not None


def written(dice: Random) -> bytes:
    """Return a workbook as openpyxl writes it: any values, formats, merged cells, a gap or two."""
    book, out = Workbook(), io.BytesIO()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = dice.choice(["Sheet", "Báo cáo", "a & b"])
    rare = dice.random() < 0.3
    for _ in range(dice.randint(0, 40)):
        cell = sheet.cell(dice.randint(1, 30), dice.randint(1, 9))
        plain: list[object] = [dice.randint(0, 999), dice.choice(TEXTS[:3])]
        cell.value = dice.choice([*VALUES, *TEXTS]) if rare else dice.choice(plain)  # type: ignore[assignment]
        if dice.random() < 0.3:
            cell.number_format = dice.choice(FORMATS)
    for _ in range(dice.randint(0, 2)):
        line, column = dice.randint(31, 40), dice.randint(1, 5)
        sheet.merge_cells(start_row=line, end_row=line + 1, start_column=column, end_column=column + dice.randint(0, 2))
    book.save(out)
    return out.getvalue()


def typed(dice: Random, texts: list[str]) -> bytes:
    """Return a sheet as Excel and LibreOffice write it: shared texts, spans, heights, styles."""
    rows = []
    for line in sorted(dice.sample(range(1, 60), dice.randint(0, 20))):
        cells = []
        for column in sorted(dice.sample("ABCDEFG", dice.randint(0, 7))):
            style = dice.choice(["", ' s="0"', ' s="1"', ' s="2"'])
            kind, value = dice.choice([
                (' t="s"', f"<v>{dice.randrange(len(texts))}</v>"), ("", f"<v>{dice.randint(-9, 50000)}</v>"),
                (' t="n"', f"<v>{dice.random() * 100!r}</v>"), ("", ""), (' t="s"', "<v>7</v>"),
            ])  # fmt: skip
            shut = "/>" if not value and dice.random() < 0.5 else f">{value}</c>"
            cells.append(f'<c r="{column}{line}"{style}{kind}{shut}')
        look = dice.choice(["", ' spans="1:7" x14ac:dyDescent="0.25"', ' customFormat="false" ht="12.8"'])
        rows.append(f'<row r="{line}"{look}>{"".join(cells)}</row>' if cells else f'<row r="{line}"{look}/>')
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
    views = (
        '<sheetViews><sheetView tabSelected="1" workbookViewId="0"/></sheetViews><sheetFormatPr defaultRowHeight="15"/>'
    )
    cols = '<cols><col min="1" max="1" width="9.1" customWidth="1"/></cols>'
    merged = '<mergeCells count="1"><mergeCell ref="A61:B62"/></mergeCells>' if dice.random() < 0.3 else ""
    foot = "<headerFooter><oddHeader>&amp;C&amp;A</oddHeader></headerFooter>" if dice.random() < 0.3 else ""
    return (
        f'{head}<worksheet {SPACE} xmlns:x14ac="x"><dimension ref="A1:G60"/>{views}{cols}<sheetData>{"".join(rows)}'
        f'</sheetData>{merged}<pageMargins left="0.7" right="0.7" top="1" bottom="1"/>{foot}</worksheet>'
    ).encode()


def shared(texts: list[str]) -> bytes:
    """Return a part of shared texts."""
    items = "".join(f"<si><t>{one}</t></si>" for one in texts)
    return f'<?xml version="1.0"?>\n<sst {SPACE} count="9" uniqueCount="9">{items}</sst>'.encode()


def with_parts(content: bytes, parts: dict[str, bytes], *, link: bool = False) -> bytes:
    """Return a workbook with some parts in place of its own."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in dict.fromkeys([*old.namelist(), *parts]):
            part = parts.get(name) or old.read(name)
            if link and name.endswith("workbook.xml.rels"):
                kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
                told = f'<Relationship Id="rId9" Type="{kind}" Target="sharedStrings.xml"/></Relationships>'
                part = part.replace(b"</Relationships>", told.encode())
            new.writestr(name, part)
    return out.getvalue()


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_workbook_of_any_values_is_read_as_the_parser_reads_it(seed: int) -> None:
    dice = Random(seed)  # noqa: S311 - dice
    quick = QuickSheets()
    for _ in range(3):
        agree(quick, written(dice))


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_workbook_as_office_programs_write_it_is_quick_and_read_as_the_parser_reads_it(seed: int) -> None:
    dice = Random(seed)  # noqa: S311 - dice
    texts = ["00107", "Khai sinh", "a &amp; b", "&#7880;", "Đã duyệt", "x", "y", "z"]
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet["A1"], sheet["A2"] = date(2025, 2, 5), 0.5
    sheet["A2"].number_format = dice.choice(FORMATS)
    out = io.BytesIO()
    book.save(out)
    quick, was_quick = QuickSheets(), 0
    sheets = [typed(dice, texts) for _ in range(3)]
    for one in sheets:
        parts = {SHEET: one, "xl/sharedStrings.xml": shared(texts)}
        was_quick += agree(quick, with_parts(out.getvalue(), parts, link=True))
    assert was_quick or not any(b"<v>" in one for one in sheets)  # a sheet without any cell is not plain


@settings(max_examples=400, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_no_byte_of_a_sheet_makes_the_quick_way_read_what_the_parser_does_not(seed: int) -> None:
    dice = Random(seed)  # noqa: S311 - dice
    texts = ["00107", "Khai sinh", "a", "b", "c", "d", "e", "f"]
    out = io.BytesIO()
    Workbook().save(out)
    quick = QuickSheets()
    part = dice.choice([SHEET, "xl/sharedStrings.xml"])
    parts = {SHEET: typed(dice, texts), "xl/sharedStrings.xml": shared(texts)}
    for _ in range(dice.randint(1, 3)):
        content, place = parts[part], dice.randrange(len(parts[part]))
        gone = dice.choice([0, 0, 1, 3, 9])
        bit = dice.choice(BITS) if dice.random() < 0.8 else content[place : place + dice.randint(1, 40)]
        parts[part] = content[:place] + bit + content[place + gone :]
    agree(quick, with_parts(out.getvalue(), parts, link=True))


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_no_byte_of_an_archive_makes_the_quick_way_read_what_the_careful_way_refuses(seed: int) -> None:
    dice = Random(seed)  # noqa: S311 - dice
    content = bytearray(written(dice))
    quick = QuickSheets()
    quick.read(bytes(content))  # the form is known: what comes next is read without care, or not at all
    for _ in range(dice.randint(1, 4)):
        content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    agree(quick, bytes(content))


def test_the_plain_form_is_quick() -> None:
    book, out = Workbook(), io.BytesIO()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.append(["unit_code", "as_of", "count"])
    sheet.append(["00107", date(2025, 2, 5), 12])
    book.save(out)
    found = read(QuickSheets(), out.getvalue())
    assert found is not None
    assert found.rows == [["unit_code", "as_of", "count"], ["00107", date(2025, 2, 5), 12.0]]
    assert (found.sheet, found.where, found.merged, found.from_1904) == ("Sheet", "xã.xlsx, sheet 'Sheet'", [], False)


@pytest.mark.parametrize("change", ["hidden", "second sheet", "formula", "error", "a picture's part", "no text"])
def test_what_needs_care_is_left_to_the_careful_way(change: str) -> None:
    book, out = Workbook(), io.BytesIO()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.append(["unit_code", "count"])
    sheet.append(["00107", {"formula": "=1+1", "error": "#N/A", "no text": ""}.get(change, 5)])
    if change in {"hidden", "second sheet"}:
        book.create_sheet("Khác")
    if change == "hidden":
        sheet.sheet_state = "hidden"
    book.save(out)
    content = out.getvalue()
    if change == "a picture's part":
        content = with_parts(content, {"xl/media/image1.png": b"\x89PNG"})
    if change == "no text":
        content = with_parts(content, {SHEET: b"<worksheet " + SPACE.encode() + b"><sheetData/></worksheet>"})
    assert QuickSheets().read(content) is None


def test_a_sheet_with_the_skeleton_of_another_has_its_own_values_and_what_is_odd_is_left_to_the_parser() -> None:
    """One sheet is learnt; others put other things where its values stand, and must agree with the parser in each."""
    book, out = Workbook(), io.BytesIO()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    for row in (["Xã", "Ngày", "Số"], ["00101", date(2025, 2, 5), 7], [None, None, 8], ["00102", None, 9]):
        sheet.append(row)
    book.save(out)
    quick, seen = QuickSheets(), 0
    assert agree(quick, out.getvalue())
    with zipfile.ZipFile(out) as archive:
        parts = {one: archive.read(one) for one in archive.namelist()}
    odd = [
        b"8",
        b"8.0",
        b"-8",
        b"08",
        b"8e3",
        b"1e400",
        b" 8",
        b"8 ",
        b"x",
        b"&#56;",
        b"45000",
        b"nan",
        b"0x8",
        b"",
        b"<",
        b"1</v><v>2",
    ]
    texts = [
        b"a",
        b"a &amp; b",
        b"&lt",
        b" a",
        b"a\n",
        b"_x0041_",
        b"\xff",
        b"&#0;",
        b"00101",
        b"",
        b"1</t></is></c><c>",
    ]
    for old, others in ((b">8<", odd), (b">7<", odd), (b">45693<", odd), (b">00101<", texts), (b">00102<", texts)):
        assert old in parts[SHEET]
        for other in others:
            made = io.BytesIO()
            with zipfile.ZipFile(made, "w") as archive:
                for name, part in parts.items():
                    changed = part.replace(old, b">" + other + b"<") if name == SHEET else part
                    archive.writestr(name, changed)
            seen += agree(quick, made.getvalue())
    assert seen > 20
    assert any(form is not None and form.plans and form.last for form in quick._forms.values()), "and by its mould"


def test_what_changes_beside_the_values_is_seen_though_a_sheet_of_that_form_was_read() -> None:
    """Merged cells, a hidden row, a footer with a percentage: each is agreed on with the parser, or left to it."""
    book, out = Workbook(), io.BytesIO()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    for row in (["Xã", "Số 100%"], ["00101", 7], ["00102", 9]):
        sheet.append(row)
    sheet.oddFooter.center.text = "5% %s"
    book.save(out)
    quick = QuickSheets()
    with zipfile.ZipFile(out) as archive:
        parts = {one: archive.read(one) for one in archive.namelist()}
    body, changes = parts[SHEET], [
        (b"", b""),
        (b">7<", b">8<"),
        (b"</sheetData>", b'</sheetData><mergeCells count="1"><mergeCell ref="A2:A3"/></mergeCells>'),
        (b"5%", b"6%"),
        (b"5%", b"&amp;"),
        (b'<row r="3"', b'<row r="3" hidden="1"'),
        (b'<c r="B3"', b'<c r="C3"'),
        (b'r="3"', b'r="4"'),
        (b"</sheetData>", b"</sheetData></worksheet>"),
        (b"100%", b"%b"),
    ]  # fmt: skip
    for old, new in changes * 2:
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            for name, part in parts.items():
                archive.writestr(name, body.replace(old, new, 1) if name == SHEET and old else part)
        agree(quick, made.getvalue())


def test_what_one_process_learned_of_a_form_another_is_taught() -> None:
    first, second, dice = QuickSheets(), QuickSheets(), Random(5)  # noqa: S311 - no secret
    books = [written(dice) for _ in range(60)]
    read_there = [read(first, book) for book in books]
    forms = first.learned()
    assert forms
    assert not first.learned()
    second.teach(forms)
    assert [read(second, book) for book in books] == read_there
    assert not second.learned(), "it looked at none of them itself"
