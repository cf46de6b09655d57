"""The look before sending: the same fates the load then has, nothing kept, no lock; and our own workbook read back."""

import io
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from campaign.errors import ContractError
from campaign.scope import Scope
from etl.envelope import LOCAL, Kind, Sender
from etl.preview import Preview, preview
from etl.submission import read_upload
from etl.submitted import submit, take_all
from reporting.template_workbook import Template, template_workbook
from tests.etl.old import old_workbook
from tests.warehouse.small import CONFIG, ID, NAMED, NAMED_TARGETS, Small, counts, everything_in

NASTY = counts(
    ("00101", 4, 30), ("00101", 5, 41), ("00102", 4, 250), ("00201", 4, "1,5"), ("zz", 4, 1), ("00102", 5, 1),
    ("00201", 5, 5), ("00201", 5, 6), ("D1", 4, 90), ("00101", 3, 40),
)  # fmt: skip


def look(small: Small, content: str, sender: Sender = LOCAL, name: str = "a.csv") -> Preview:
    return preview(small.config, small.config.campaigns[0], [(name, content.encode())], sender)


def fates(found: Preview) -> list[tuple[int, str, str | None]]:
    return [
        (one.number, one.verdict.fate.value, one.verdict.reason and one.verdict.reason.value) for one in found.lines
    ]


@pytest.mark.parametrize("sender", [LOCAL, Sender("lan", "", Scope(units=frozenset({"D1"})))])
def test_what_is_seen_is_what_the_load_then_does(small: Small, sender: Sender) -> None:
    small.send(counts(("00101", 3, 40), ("00102", 4, 100)))
    seen = look(small, NASTY, sender)
    submit(small.config, ID, Kind.FILES, sender, [("a.csv", NASTY.encode())])
    take_all(small.config)
    batch = small.figures().batches()[0]
    tally = seen.tally
    assert (tally.read, tally.accepted, tally.unchanged, tally.held, tally.rejected, tally.flagged) == (
        batch.read, batch.accepted, batch.unchanged, batch.held, batch.rejected, batch.flagged,
    )  # fmt: skip
    refused = {(row.row_number, row.fate, row.reason) for row in small.figures().refusals(date(2025, 2, 7))}
    assert {one for one in fates(seen) if one[1] in ("held", "rejected")} == refused


def test_before_and_after_are_told_for_every_cell(small: Small) -> None:
    small.send(counts(("00101", 3, 40), ("00101", 5, 60)))
    (line,) = look(small, counts(("00101", 4, 45))).lines
    assert (line.before, line.after, line.target) == ((date(2025, 2, 3), 40), 45, 100)
    (line,) = look(small, counts(("00101", 5, 61))).lines
    assert (line.before, line.after) == ((date(2025, 2, 5), 60), 61)


def test_a_look_keeps_nothing_and_waits_for_no_lock(small: Small) -> None:
    small.send(counts(("00101", 3, 40)))
    before = everything_in(small.folder / "data")
    with small.store.lock():
        assert look(small, NASTY).tally.read == 10
    assert everything_in(small.folder / "data") == before


def test_what_cannot_be_read_is_said_with_the_files_name(small: Small) -> None:
    small.send(counts(("00101", 3, 40)))
    with pytest.raises(ContractError, match=r"hong\.csv"):
        look(small, "<html>", name="hong.csv")


@pytest.fixture
def named(tmp_path: Path) -> Any:
    made = Small(tmp_path / "named", CONFIG + NAMED, targets=NAMED_TARGETS)
    yield made
    made.close()


def workbook(small: Small, lang: str = "vi", stages: tuple[str, ...] = ("entered", "approved")) -> bytes:
    small.send("unit_code,category,stage,as_of,count\n")
    tree = small.figures().tree(date(2025, 2, 4))
    wanted = Template(
        small.config.campaigns[0],
        "Huyện Một",
        date(2025, 2, 4),
        [tree.unit(code) for code in ("00101", "00102")],
        stages,
    )
    return template_workbook(wanted, lang)


def filled(content: bytes, **cells: Any) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(content))
    for name, value in cells.items():
        book.worksheets[0][name] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(tmp_path: Path, content: bytes, name: str = "bieu.xlsx") -> list[dict[str, Any]]:
    path = tmp_path / name
    path.write_bytes(content)
    return [row.cells for row in read_upload(path, name, None, ID)]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_workbook_filled_in_comes_back_as_the_plain_form(named: Small, tmp_path: Path, lang: str) -> None:
    # Columns from D: birth entered, birth approved, death entered, death approved; then the reason.
    content = filled(workbook(named, lang), D8=12, E8=10, G9=0, H9="nhập trùng")
    rows = read(tmp_path, content)
    assert [(row["unit_code"], row["category"], row["stage"], row["count"], row["cell"]) for row in rows] == [
        ("00101", "birth", "entered", 12, "D8"),
        ("00101", "birth", "approved", 10, "E8"),
        ("00102", "death", "approved", 0, "G9"),
    ]
    assert [row.get("reason") for row in rows] == [None, None, "nhập trùng"]
    seen = preview(named.config, named.config.campaigns[0], [("bieu.xlsx", content)], LOCAL)
    assert [(one.place, one.verdict.fate.value) for one in seen.lines] == [
        ("D8", "accepted"), ("E8", "accepted"), ("G9", "accepted"),
    ]  # fmt: skip
    submit(named.config, ID, Kind.FILES, LOCAL, [("bieu.xlsx", content)])
    take_all(named.config)
    assert named.done("2025-02-04") == 10


def test_a_refused_cell_of_the_template_is_named_as_people_name_it(named: Small) -> None:
    content = filled(workbook(named, "vi"), D8="mười hai", E8=10)
    submit(named.config, ID, Kind.FILES, LOCAL, [("bieu.xlsx", content)])
    take_all(named.config)
    (refused,) = [one for one in named.issues() if one.reason == "bad_count"]
    assert refused.row == "D8"


def test_an_empty_workbook_says_nothing_at_all(named: Small, tmp_path: Path) -> None:
    assert read(tmp_path, workbook(named)) == []


def test_a_bad_cell_is_refused_by_its_name_and_the_others_are_taken(named: Small) -> None:
    content = filled(workbook(named), D8="mười", E8=-3, D9=4.5, E9=7)
    seen = preview(named.config, named.config.campaigns[0], [("bieu.xlsx", content)], LOCAL)
    assert [(one.place, one.verdict.reason and one.verdict.reason.value) for one in seen.lines] == [
        ("D8", "bad_count"), ("E8", "negative_count"), ("D9", "bad_count"), ("E9", None),
    ]  # fmt: skip


def test_only_the_cells_to_fill_in_are_open_and_take_whole_numbers_only(named: Small) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(named))).worksheets[0]
    unlocked = {cell.coordinate for line in sheet.iter_rows() for cell in line if not cell.protection.locked}
    assert unlocked == {"C3", *(f"{column}{row}" for column in "DEFGH" for row in (8, 9))}
    assert sheet.protection.sheet
    assert sheet.freeze_panes == "D8"
    whole = next(one for one in sheet.data_validations.dataValidation if one.type == "whole")
    assert (str(whole.sqref), whole.operator, whole.formula1) == ("D8:G9", "greaterThanOrEqual", "0")
    assert sheet.row_dimensions[5].hidden
    assert sheet.column_dimensions["A"].hidden


def test_a_template_taken_apart_is_refused_with_what_is_missing(named: Small, tmp_path: Path) -> None:
    content = workbook(named)
    with pytest.raises(ContractError, match="unit_code"):
        read(tmp_path, filled(content, B5="", D8=1))
    with pytest.raises(ContractError, match="C3"):
        read(tmp_path, filled(content, C3=None, D8=1))


@pytest.mark.parametrize("change", ["mark cleared", "a column taken out", "a row put in above"])
def test_a_template_without_its_mark_is_one_refusal_and_no_list_of_rows(
    named: Small, tmp_path: Path, change: str
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(filled(workbook(named), D8=1)))
    sheet = book.worksheets[0]
    if change == "mark cleared":
        sheet["A5"] = None
    elif change == "a column taken out":
        sheet.delete_cols(1)
    else:
        sheet.insert_rows(2)
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(ContractError, match="hidden row 5 has lost its mark; fill in a new template"):
        read(tmp_path, out.getvalue())


def test_a_formula_without_a_result_and_an_error_refuse_their_own_cell_alone(named: Small) -> None:
    content = filled(workbook(named), D8=7, D9="=SUM(D8:D8)", E8="#N/A", J2="=1+1", J3="#REF!")
    seen = preview(named.config, named.config.campaigns[0], [("bieu.xlsx", content)], LOCAL)
    assert [(one.place, one.verdict.reason and one.verdict.reason.value) for one in seen.lines] == [
        ("D8", None), ("E8", "bad_count"), ("D9", "bad_count"),
    ]  # fmt: skip
    assert [one.verdict.found for one in seen.lines[1:]] == ["#N/A", seen.lines[2].cells["count"]]


def test_a_template_saved_as_an_old_workbook_is_read_all_the_same(named: Small) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(filled(workbook(named), C3="04/02/2025", D8=12, E8=10))).worksheets[0]
    cells = [(one.row - 1, one.column - 1, one.value) for line in sheet for one in line if one.value is not None]
    seen = preview(named.config, named.config.campaigns[0], [("bieu.xls", old_workbook(cells))], LOCAL)
    assert [(one.place, one.verdict.fate.value, one.after) for one in seen.lines] == [
        ("D8", "accepted", 12), ("E8", "accepted", 10),
    ]  # fmt: skip


def test_every_sheet_with_the_mark_is_read_wherever_it_stands(named: Small) -> None:
    book = openpyxl.load_workbook(io.BytesIO(filled(workbook(named), D8=12)))
    tomorrow = book.copy_worksheet(book.worksheets[0])
    tomorrow["C3"], tomorrow["D8"] = datetime(2025, 2, 5), 15  # noqa: DTZ001 - a cell's day has no zone
    book.move_sheet(book.worksheets[0], 1)
    out = io.BytesIO()
    book.save(out)
    seen = preview(named.config, named.config.campaigns[0], [("bieu.xlsx", out.getvalue())], LOCAL)
    assert [(one.place, one.as_of, one.after) for one in seen.lines] == [
        ("#2!D8", date(2025, 2, 4), 12), ("#3!D8", date(2025, 2, 5), 15),
    ]  # fmt: skip


def test_the_template_of_another_campaign_is_refused_though_its_units_are_ours(named: Small) -> None:
    content = filled(workbook(named), D8=12)
    other = named.config.campaigns[0].model_copy(update={"id": "khac"})
    with pytest.raises(ContractError, match=r"bieu\.xlsx: is the template of another campaign, nho; send it there"):
        preview(named.config, other, [("bieu.xlsx", content)], LOCAL)
    submit(named.config, ID, Kind.FILES, LOCAL, [("bieu.xlsx", filled(content, A5="candich-template-1|khac"))])
    before = named.version
    take_all(named.config)
    assert named.version == before
    older = filled(content, A5="candich-template-1")  # made before a template named its campaign
    assert preview(named.config, named.config.campaigns[0], [("bieu.xlsx", older)], LOCAL).tally.accepted == 1


def test_another_day_written_into_the_template_is_the_day_of_its_counts(named: Small, tmp_path: Path) -> None:
    (row,) = read(tmp_path, filled(workbook(named), C3=datetime(2025, 2, 6, tzinfo=UTC).replace(tzinfo=None), D8=1))
    assert row["as_of"] == date(2025, 2, 6)
    (row,) = read(tmp_path, filled(workbook(named), C3="07/02/2025", D8=1))
    assert row["as_of"] == "07/02/2025"


def test_a_unit_whose_name_is_a_formula_stays_a_text(tmp_path: Path) -> None:
    units = "code,name,level,parent_code\n27,Tỉnh,province,\n1,=1+1,commune,27\n"
    small = Small(tmp_path / "odd", CONFIG, units=units, targets="unit_code,target\n1,5\n")
    small.send("unit_code,as_of,count\n")
    tree = small.figures().tree(date(2025, 2, 4))
    wanted = Template(small.config.campaigns[0], "Tỉnh", date(2025, 2, 4), [tree.unit("1")], ("done",))
    sheet = openpyxl.load_workbook(io.BytesIO(template_workbook(wanted, "vi"))).worksheets[0]
    assert (sheet["C8"].value, sheet["C8"].data_type) == ("=1+1", "s")
    small.close()
