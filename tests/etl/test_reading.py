"""Reading: files as people send them, and files that are not what their names say."""

import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from campaign.errors import ContractError
from etl.reading import read_rows, read_table
from tests.warehouse.small import Small

PLAIN = "unit_code,as_of,count\n00101,2025-02-03,12\n00102,2025-02-03,1.234\n"


def workbook(*rows: list[object]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zipped(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, content)
    return out.getvalue()


HEAD: list[object] = ["unit_code", "as_of", "count"]
A_WORKBOOK = workbook(HEAD, ["00101", "2025-02-03", 12])


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        PLAIN.replace(",", ";").encode(),
        PLAIN.replace(",", "\t").encode(),
        PLAIN.replace("\n", "\r\n").encode("utf-8-sig"),
        PLAIN.encode("utf-16"),
        ("\n\n" + PLAIN + "\n,,\n").encode(),
        b'unit_code,as_of,count\n"00101","2025-02-03","12"\n"00102",2025-02-03,"1,234"\n',
        b" Unit_Code , AS_OF,Count \n 00101 , 2025-02-03 , 12 \n00102,3/2/2025,1.234\n",
        PLAIN.rstrip("\n").encode(),
    ],
    ids=["plain", "bom", "semicolons", "tabs", "crlf", "utf-16", "empty lines", "quoted", "blanks", "no last newline"],
)
def test_a_csv_is_read_in_every_usual_dress(small: Small, content: bytes) -> None:
    outcome = small.send(content)
    assert [(one.fate, one.claim.count) for _, one in outcome.verdicts if one.claim] == [
        ("accepted", 12),
        ("accepted", 1234),
    ]


def test_a_row_is_named_by_the_line_a_person_sees(small: Small) -> None:
    outcome = small.send("\nunit_code,as_of,count\n\n00101,2025-02-03,12\n00999,2025-02-03,1\n")
    assert [verdict.number for _, verdict in outcome.verdicts] == [4, 5]


def test_a_workbook_is_read_with_its_numbers_and_dates_as_they_are(small: Small) -> None:
    book = workbook(
        HEAD,
        ["00101", date(2025, 2, 3), 12.0],
        ["00102", datetime(2025, 2, 3, 17, 30), 1234],  # noqa: DTZ001 - a workbook's dates have no zone
        ["00201", "04/02/2025", "1.234"],
        [201, "2025-02-04", 5],
    )
    outcome = small.send(book, names=("a.xlsx",))
    fates = [(one.fate, one.reason, one.claim.count if one.claim else None) for _, one in outcome.verdicts]
    assert fates == [
        ("accepted", None, 12),
        ("accepted", None, 1234),
        ("accepted", None, 1234),
        ("rejected", "unknown_unit", None),
    ]
    assert outcome.verdicts[3][1].near == ("Phường An (00201)",), "Excel took the code's zeros: say which it may be"


@pytest.mark.parametrize("value", [519.537, 0.5, True, "abc", date(2025, 2, 3)])
def test_a_cell_that_is_no_whole_number_is_refused_not_guessed(small: Small, value: object) -> None:
    book = workbook(HEAD, ["00101", date(2025, 2, 3), value])
    assert small.judged(book, names=("a.xlsx",)) == [("rejected", "bad_count")]


def test_a_unit_code_that_excel_made_a_number_is_read_whole(small: Small) -> None:
    units = "code,name,level,parent_code\n27,Tỉnh,province,\n9163,Xã Số,commune,27\n"
    small.write("units.csv", units)
    small.write("targets.csv", "unit_code,target\n9163,10\n")
    assert small.judged(workbook(HEAD, [9163, date(2025, 2, 3), 5]), names=("a.xlsx",)) == [("accepted", None)]


def test_only_the_first_sheet_counts(small: Small) -> None:
    book = Workbook()
    first = book.active
    assert first is not None
    first.append(HEAD)
    first.append(["00101", "2025-02-03", 5])
    book.create_sheet("khác").append(["nothing of ours"])
    out = io.BytesIO()
    book.save(out)
    assert small.send(out.getvalue(), names=("a.xlsx",)).tally.accepted == 1


NOT_WHAT_THEY_SAY = {
    "an empty file": ("a.csv", b"", "empty"),
    "a file of blanks": ("a.csv", b" \r\n \n", "empty"),
    "a byte order mark alone": ("a.csv", b"\xef\xbb\xbf", "empty"),
    "a file of separators": ("a.csv", b",,,\n,,,\n", "empty"),
    "an empty workbook": ("a.xlsx", workbook([]), "empty"),
    "a web page as a workbook": ("a.xlsx", b"<html><table><tr><td>1", "web page"),
    "a csv as a workbook": ("a.xlsx", PLAIN.encode(), "not what its name says"),
    "a zip as a workbook": ("a.xlsx", zipped("a.csv", PLAIN.encode()), "not what its name says"),
    "half a workbook": ("a.xlsx", A_WORKBOOK[: len(A_WORKBOOK) // 2], "not what its name says"),
    "a workbook as csv": ("a.csv", A_WORKBOOK, "not what its name says"),
    "an old workbook as csv": ("a.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "not what its name says"),
    "a pdf as csv": ("a.csv", b"%PDF-1.7\n%\xe2\xe3", "not what its name says"),
    "a web page as csv": ("a.csv", b"\n <!DOCTYPE html><html>", "web page"),
    "bytes as csv": ("a.csv", b"unit_code,as_of,count\n\x00\x01\x02", "not what its name says"),
    "a csv in another encoding": ("a.csv", "unit_code,as_of,count,reason\n1,2,3,é".encode("latin-1"), "line 2"),
    "a kind we do not read": ("a.docx", A_WORKBOOK, "docx"),
    "no kind at all": ("report", PLAIN.encode(), "without an ending"),
    "a header twice": ("a.csv", b"unit_code,as_of,count,Count\n00101,2025-02-03,1,2\n", "twice"),
}


@pytest.mark.parametrize(("name", "content", "words"), NOT_WHAT_THEY_SAY.values(), ids=NOT_WHAT_THEY_SAY.keys())
def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ContractError) as refused:
        read_table(path, name)
    assert refused.value.where.startswith(name)
    assert words in str(refused.value)
    assert refused.value.exit_code == 1


def test_a_header_alone_is_a_load_of_no_rows(small: Small) -> None:
    outcome = small.send("unit_code,as_of,count\n")
    assert (outcome.tally.read, outcome.tally.rejected) == (0, 0)


def test_a_quote_that_is_never_closed_does_not_swallow_the_rows_below_it(small: Small) -> None:
    rows = 'unit_code,as_of,count,reason\n00101,2025-02-03,5,\n00102,2025-02-03,6,"đếm lại\n00201,2025-02-03,7,\n'
    with pytest.raises(ContractError, match=r"0\.csv"):
        small.send(rows)
    assert small.version == ""


def test_a_delimiter_inside_a_value_is_refused_and_moves_nothing(small: Small) -> None:
    outcome = small.send("unit_code,as_of,count\n00101,2025-02-03,1,234\n00102,2025-02-03,5,\n")
    fates = [(one.fate, one.reason) for _, one in outcome.verdicts]
    assert fates == [("rejected", "bad_count"), ("accepted", None)]
    assert "1" in outcome.verdicts[0][1].found
    assert "234" in outcome.verdicts[0][1].found


def test_a_short_row_misses_a_field(small: Small) -> None:
    assert small.judged("unit_code,as_of,count\n00101,2025-02-03\n") == [("rejected", "missing_field")]


def test_line_breaks_and_signs_in_a_quoted_cell_stay(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('unit_code,as_of,count,reason\n00101,2025-02-03,5,"=1+1\n<script>""x"", y"\n', "utf-8")
    (row,) = read_rows(path, "a.csv")
    assert row.cells["reason"] == '=1+1\n<script>"x", y'
