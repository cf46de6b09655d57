"""Inspecting: many reports of the kinds provinces make; the layout proposed reads each as it was filled in."""

import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from campaign.claims import ClaimReader
from campaign.configuration import parse
from campaign.rows import Row
from etl.configured import aliases, inputs_of, load
from etl.reading import read_rows
from etl.sheet_proposal import Proposal, propose
from tests.etl.reports import CONFIG, TARGETS, UNITS, made, province, saved, written
from tests.etl.test_sheets import commune
from tests.warehouse.small import Small

TODAY = date(2025, 2, 8)
DAY = date(2025, 2, 5)
TREE = {
    "136": ("Huyện Văn Yên", {"04375": "Thị trấn Mậu A", "04378": "Xã Lang Thíp", "04381": "Xã Tân Thịnh"}),
    "138": ("Huyện Trấn Yên", {"04531": "Thị trấn Cổ Phúc", "04534": "Xã Tân Thịnh"}),
}
TITLES = ("Số liệu tính đến ngày 05/02/2025", "(đến hết ngày 05-02-2025)", "Đến ngày 05 tháng 02 năm 2025")

Fact = tuple[str, str, str, date, int, int | None]


@dataclass
class Made:
    """A workbook made at random, and the facts that were filled in."""

    content: bytes
    name: str
    facts: set[Fact] = field(default_factory=set)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Small]:
    small = Small(tmp_path / "house", CONFIG, UNITS, TARGETS)
    yield small
    small.close()


def proposal_for(house: Small, path: Path) -> Proposal:
    campaign = house.campaign
    return propose(path, campaign, inputs_of(house.config, campaign).registry, aliases(), TODAY)


def facts_of(house: Small, rows: list[Row]) -> set[Fact]:
    campaign = house.campaign
    reader = ClaimReader(campaign, inputs_of(house.config, campaign).registry, aliases())
    claims = [reader.read(row, TODAY) for row in rows]
    return {
        (one.series.unit_code, one.series.category, one.series.stage, one.as_of, one.count, one.target)
        for one in claims
    }


class Maker:
    """Makes one workbook: every choice a province might make is drawn by chance."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - a report, not a secret
        self.facts: set[Fact] = set()
        pick = self.chance.choice
        self.targets, self.share, self.numbered = pick((True, False)), pick((True, False)), pick((True, False))
        self.units = pick(("sections", "parents", "codes", "sheets"))
        self.total, self.merged, self.ordinal = pick((True, False)), pick((True, False)), pick((True, False))
        self.spell = pick((str, str.upper, lambda text: unicodedata.normalize("NFD", text)))
        self.dated = pick(("title", "title", "name", "column"))
        self.called = pick(("Tên đơn vị", "Đơn vị", "Xã, phường, thị trấn", "Địa phương"))
        self.deep = self.targets or self.share or pick((True, False))

    def header(self) -> list[tuple[str, str, str]]:
        """Return (group, under it, what it holds) of each column."""
        found = [("STT", "", "ordinal")] if self.ordinal else []
        if self.units == "codes":
            found.append(("Mã đơn vị", "", "code"))
        if self.units == "parents":
            found.append(("Huyện", "", "parent"))
        found.append((self.called, "", "name"))
        if self.dated == "column":
            found.append(("Ngày báo cáo", "", "day"))
        for category, title in (("birth", "Khai sinh"), ("death", "Khai tử")):
            if self.targets:
                found.append((title, "Tổng số", f"target {category}"))
            found.append((title, "Đã duyệt" if self.deep else "", f"count {category}"))
            if self.share:
                found.append((title, "Tỷ lệ (%)", "share"))
        return [*found, ("Ghi chú", "", "note")]

    def workbook(self) -> Made:
        book = Workbook()
        assert book.active is not None
        if self.units == "sheets":
            book.remove(book.active)
            for code, (name, communes) in TREE.items():
                self.fill(book.create_sheet(name), {code: ("", communes)})
        else:
            self.fill(book.active, TREE)
        return Made(saved(book), "bao-cao-2025-02-05.xlsx" if self.dated == "name" else "bao-cao.xlsx", self.facts)

    def fill(self, sheet: Worksheet, tree: dict[str, tuple[str, dict[str, str]]]) -> None:
        sheet.append(["UBND TỈNH YÊN BÁI"])
        sheet.append(["BIỂU TỔNG HỢP SỐ HÓA SỔ HỘ TỊCH"])
        sheet.append([self.chance.choice(TITLES)] if self.dated == "title" else [])
        columns = self.header()
        first = 4 + self.chance.choice((0, 1))
        for place, (group, under, _) in enumerate(columns, 1):
            before = columns[place - 2][0] if place > 1 else ""
            sheet.cell(first, place, None if under and group == before else self.spell(group))
            if self.deep and under:
                sheet.cell(first + 1, place, self.spell(under))
            elif self.deep and self.merged:
                sheet.merge_cells(start_row=first, end_row=first + 1, start_column=place, end_column=place)
        self.join_groups(sheet, columns, first)
        line = first + (2 if self.deep else 1)
        if self.numbered:
            for place in range(1, len(columns) + 1):
                sheet.cell(line, place, f"({place})")
            line += 1
        for code, (name, communes) in tree.items():
            if self.units == "sections":
                sheet.cell(line, 1, "I" if self.ordinal else f"I. {name}")
                sheet.cell(line, 2, name if self.ordinal else None)
                line += 1
            for place, (unit, called) in enumerate(communes.items(), 1):
                self.row(sheet, line, columns, unit, (str(place), called, name or TREE[code][0]))
                line += 1
        if self.total:
            self.sum_up(sheet, line, columns, tree)
        sheet.cell(line + 2, 2, "Người lập biểu")
        sheet.cell(line + 2, 5, "GIÁM ĐỐC")

    def join_groups(self, sheet: Worksheet, columns: list[tuple[str, str, str]], first: int) -> None:
        if not (self.deep and self.merged):
            return
        for title in ("Khai sinh", "Khai tử"):
            places = [place for place, one in enumerate(columns, 1) if one[0] == title]
            if len(places) > 1:
                sheet.merge_cells(start_row=first, end_row=first, start_column=places[0], end_column=places[-1])

    def row(
        self, sheet: Worksheet, line: int, columns: list[tuple[str, str, str]], unit: str, said: tuple[str, str, str]
    ) -> None:
        ordinal, name, parent = said
        counted = {one: self.chance.randint(0, 5000) for one in ("birth", "death")}
        due = {one: self.chance.randint(1, 9000) for one in ("birth", "death")}
        silent = self.chance.choice((None, None, "birth"))
        for place, (_, _, holds) in enumerate(columns, 1):
            kind, _, category = holds.partition(" ")
            value: object = {
                "ordinal": int(ordinal), "code": unit, "parent": parent, "name": name, "day": "5/2/2025",
            }.get(kind)  # fmt: skip
            if kind == "target":
                value = due[category]
            elif kind == "count" and category != silent:
                number = counted[category]
                value = f"{number:,}".replace(",", ".") if self.chance.random() < 0.3 else number
                target = due[category] if self.targets else None
                self.facts.add((unit, category, "approved", DAY, number, target))
            elif kind == "share":
                value = 0.5
            sheet.cell(line, place, value)

    def sum_up(
        self, sheet: Worksheet, line: int, columns: list[tuple[str, str, str]],
        tree: dict[str, tuple[str, dict[str, str]]],
    ) -> None:  # fmt: skip
        below = {unit for _, communes in tree.values() for unit in communes}
        label = next(place for place, one in enumerate(columns, 1) if one[2] == "name")
        sheet.cell(line, label, "Tổng cộng")
        of = next(iter(tree)) if self.units == "sheets" else "15"
        for place, (_, _, holds) in enumerate(columns, 1):
            kind, _, category = holds.partition(" ")
            if holds == "day":
                sheet.cell(line, place, "5/2/2025")
            if kind == "count":
                total = sum(one[4] for one in self.facts if one[0] in below and one[1] == category)
                sheet.cell(line, place, total)
                self.facts.add((of, category, "approved", DAY, total, None))


@pytest.mark.parametrize("seed", range(60))
def test_a_proposal_reads_a_report_as_it_was_filled_in(house: Small, tmp_path: Path, seed: int) -> None:
    report = Maker(seed).workbook()
    path = written(tmp_path, report.content, report.name)
    found = proposal_for(house, path)
    assert found.refused == []
    assert facts_of(house, found.rows) == report.facts
    config = parse(CONFIG + "\n" + found.toml, tmp_path / "config.toml")  # as it stands after pasting
    again = list(read_rows(path, report.name, config.sources[0]))
    assert [(one.number, one.cells) for one in again] == [(one.number, one.cells) for one in found.rows]


def test_inspect_prints_a_layout_that_loads_when_pasted(house: Small, tmp_path: Path) -> None:
    path = written(tmp_path, made(province), "Biểu tổng hợp.xlsx")
    code, out, errors = house.command("inspect", str(path))
    assert (code, errors) == (0, "")
    block = out[out.index("[[source]]") : out.index("]\n\n") + 2]
    house.write("config.toml", f"{CONFIG}\n{block}")
    (source,) = load(house.path).sources
    assert source.name == "bieu-tong-hop"
    outcome = house.send(made(province), names=("bieu.xlsx",), source=source.name)
    assert (outcome.tally.read, outcome.tally.accepted) == (13, 13)
    assert "Đọc theo khai báo trên, tệp cho 13 số liệu" in out
    assert "D10  TT. Mậu A" in out


def test_inspect_says_what_it_is_unsure_about_and_what_would_be_refused(house: Small, tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        province(sheet)
        sheet["A4"] = None
        sheet["A5"] = None
        sheet["B10"] = "TT. Mậu Ơ"
        sheet["D11"] = 519.537

    found = proposal_for(house, written(tmp_path, made(fill)))
    keys = [key for key, _ in found.doubts]
    assert "inspect.no_day" in keys
    assert "inspect.headline" in keys
    assert [(why.reason, why.found) for _, why in found.refused] == [
        ("unknown_unit", "TT. Mậu Ơ"), ("unknown_unit", "TT. Mậu Ơ"), ("bad_count", "519.537"),
    ]  # fmt: skip


def test_inspect_finds_a_communes_own_report(house: Small, tmp_path: Path) -> None:
    found = proposal_for(house, written(tmp_path, made(commune)))
    assert len(found.rows) == 7
    assert [what["what"] for key, what in found.doubts if key == "inspect.no_word"] == ["Giám hộ"]
    assert {why.found for _, why in found.refused} == {"Giám hộ"}


def test_the_plain_form_needs_no_layout(house: Small, tmp_path: Path) -> None:
    plain = "unit_code,category,stage,as_of,count\n04375,birth,approved,2025-02-05,3\n"
    found = proposal_for(house, written(tmp_path, plain.encode(), "a.csv"))
    assert (found.toml, len(found.rows), found.refused) == ("", 1, [])
    code, out, _ = house.command("inspect", str(tmp_path / "a.csv"))
    assert code == 0
    assert "dạng chuẩn" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("inspect", "nowhere.xlsx"), "nowhere.xlsx: there is no such file; name a workbook or a CSV file"),
        (("inspect", "--campaign", "x", "y.xlsx"), "--campaign x: names no campaign; one of nho"),
    ],
)
def test_wrong_use_of_inspect_is_said_in_one_line(house: Small, arguments: tuple[str, ...], message: str) -> None:
    assert house.command(*arguments) == (2, "", f"{message}\n")


def test_a_workbook_without_a_table_is_said_so(house: Small, tmp_path: Path) -> None:
    path = written(tmp_path, made(lambda sheet: sheet.append(["Kính gửi", 1])), "thu.xlsx")
    code, _, errors = house.command("inspect", str(path))
    assert (code, errors.count("\n")) == (1, 1)
    assert errors.startswith("thu.xlsx: no row looks like a header")


def test_inspect_pairs_categories_that_stand_below_their_stages_and_targets(house: Small, tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["Tính đến ngày 05/02/2025"])
        sheet.append(["STT", "Đơn vị", "Chỉ tiêu", None, "Trong ngày", None, "Đã nhập", None, "Đã duyệt", None])
        sheet.append([None, None, *["Khai sinh", "Khai tử"] * 4])
        sheet.append([1, "TT. Mậu A", 100, 50, 3, 2, 15, 9, 10, 4])
        for area in ("A2:A3", "B2:B3", "C2:D2", "E2:F2", "G2:H2", "I2:J2"):
            sheet.merge_cells(area)

    found = proposal_for(house, written(tmp_path, made(fill)))
    assert [key for key, _ in found.doubts] == ["inspect.day"]
    assert facts_of(house, found.rows) == {
        ("04375", "birth", "entered", DAY, 15, None), ("04375", "death", "entered", DAY, 9, None),
        ("04375", "birth", "approved", DAY, 10, 100), ("04375", "death", "approved", DAY, 4, 50),
    }  # fmt: skip


def test_inspect_says_of_an_old_font_that_it_is_one(house: Small, tmp_path: Path) -> None:
    rows = (["Sè liÖu tÝnh ®Õn ngµy 05/02/2025"], ["STT", "Tªn ®¬n vÞ", "Khai sinh"], [1, "TT. MËu A", 1])
    path = written(tmp_path, made(lambda sheet: [sheet.append(row) for row in rows] and None), "cu.xlsx")
    code, _, errors = house.command("inspect", str(path))
    assert (code, "cu.xlsx: is typed in a font of before Unicode (TCVN3 or VNI)" in errors) == (1, True)


def test_inspect_takes_the_unit_from_the_sheets_name_where_every_commune_has_a_sheet(
    house: Small, tmp_path: Path
) -> None:
    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    for name, count in (("Mậu A", 10), ("Lang Thíp", 20)):
        sheet = book.create_sheet(name)
        for row in (["Tính đến ngày 05/02/2025"], ["TT", "Loại sổ", "Đã duyệt"], [1, "Khai sinh", count]):
            sheet.append(row)
    found = proposal_for(house, written(tmp_path, saved(book)))
    assert (found.refused, "inspect.no_unit" in [key for key, _ in found.doubts]) == ([], False)
    assert facts_of(house, found.rows) == {
        ("04375", "birth", "approved", DAY, 10, None), ("04378", "birth", "approved", DAY, 20, None),
    }  # fmt: skip
