"""Claims about the files of the notices: they keep to the Open XML schemas, and every cell is what `progress` says."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from lxml import etree
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from openxml_audit.errors import FileFormat, ValidationSeverity
from openxml_audit.validator import OpenXmlValidator

from etl.commands import main
from etl.office import office
from reporting.figures import Figures
from reporting.notice import notices, write_notices
from reporting.notice_workbook import workbook
from tests.reporting.notice_campaign import CONFIG, COUNTS, LONG, NOW, SCRIPT, figures_of, header_row, sheets

CHART = {"c": "http://schemas.openxmlformats.org/drawingml/2006/chart"}
STATED = "27,all,approved,2025-01-15,10929\n"
HOSTILE = ["=1+1", "+84 Xã", "-Xã", "@SUM(A1)", "\t=2", "＝3", "Xã " + "Rất Dài " * 11, "<script>", "Xã \x01 Lạ", "'=4"]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("campaign")


@pytest.fixture(scope="module")
def figures(house: Path) -> Iterator[Figures]:
    house.joinpath("config.toml").write_text(CONFIG, "utf-8")
    opened = figures_of(house, counts=COUNTS + STATED)
    yield opened
    opened.close()


def faults_of(path: Path) -> list[str]:
    """Return what breaks the Open XML schemas; hints on how Excel itself would have written it are no faults."""
    found = OpenXmlValidator(file_format=FileFormat.OFFICE_2019, max_errors=1000).validate(path)
    return [f"{one.part_uri}: {one.description}" for one in found.errors if one.severity is ValidationSeverity.ERROR]


def many(folder: Path, names: list[str]) -> Figures:
    """Take in a flat list of units, each at another share."""
    config = CONFIG.split("[[campaign.group]]", maxsplit=1)[0]
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(["code", "name", "level", "parent_code"])
    rows.writerows([f"U{number}", name, "commune", ""] for number, name in enumerate(names))
    places = range(len(names))
    targets = "unit_code,target\n" + "".join(f"U{number},1000\n" for number in places)
    counts = "unit_code,as_of,count\n" + "".join(
        f"U{one},2025-01-{6 + one % 9:02},{one * 1009 % 1101}\n" for one in places
    )
    folder.mkdir()
    return figures_of(folder, out.getvalue(), targets, counts, config)


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("period", ["2025-01", "2025-01-12"])
def test_every_workbook_keeps_to_the_open_xml_schemas(figures: Figures, tmp_path: Path, lang: str, period: str) -> None:
    paths = write_notices(figures, period, tmp_path, lang, NOW)
    assert {path.name: faults_of(path) for path in paths} == {path.name: [] for path in paths}


def test_the_validator_finds_what_is_wrong(figures: Figures, tmp_path: Path) -> None:
    path = write_notices(figures, "2025-01", tmp_path, "vi", NOW)[0]
    broken = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(path) as good, zipfile.ZipFile(broken, "w") as bad:
        for part in good.namelist():
            bad.writestr(part, good.read(part).replace(b"<sz ", b"<size ").replace(b"<barDir", b"<barWay"))
    found = " ".join(faults_of(broken))
    assert "styles.xml" in found
    assert "chart1.xml" in found


@pytest.mark.parametrize("count", [1, 2, 30, 31, 300])
def test_a_list_of_any_length_makes_one_sound_workbook(tmp_path: Path, count: int) -> None:
    names = [HOSTILE[place % len(HOSTILE)] + f" {place // len(HOSTILE) or ''}".rstrip() for place in range(count)]
    opened = many(tmp_path / "many", names)
    (path,) = write_notices(opened, "2025-01", tmp_path / "out", "vi", NOW)
    opened.close()
    assert faults_of(path) == []
    sheet = sheets(path)[0]
    rows = [row for row in sheet.iter_rows() if isinstance(row[0].value, int)]
    assert len(rows) == count
    shown = {str(row[1].value) for row in rows}
    assert {" ".join(name.split()) for name in shown} == {" ".join(name.replace("\x01", "").split()) for name in names}
    formulas = {str(c.value)[:8] for one in sheets(path) for row in one.iter_rows() for c in row if c.data_type == "f"}
    assert all(formula.startswith(("=SUM(", "=IF(AND(")) for formula in formulas)
    for one in sheets(path):
        assert all((row.height or 0) <= 409 for row in one.row_dimensions.values())
    with zipfile.ZipFile(path) as archive:
        bars = etree.fromstring(archive.read("xl/charts/chart1.xml"))
    ((_, values),) = drawn(next(one for one in sheets(path) if one.title == "Số liệu biểu đồ"), bars)
    title = " ".join(one.text for one in bars.iterfind("c:chart/c:title//{*}t", CHART))
    assert (len(values) == count) if count <= 30 else (sum(values) == count)
    assert count <= 30 or title.startswith(f"{count} đơn vị: ")


def test_charts_are_native_and_draw_from_the_figures_beside_them(figures: Figures, tmp_path: Path) -> None:
    path = write_notices(figures, "2025-01", tmp_path, "vi", NOW)[0]
    book = load_workbook(path)
    with zipfile.ZipFile(path) as archive:
        parts = archive.namelist()
        assert not [name for name in parts if name.startswith("xl/media")]
        roots = [etree.fromstring(archive.read(f"xl/charts/chart{number}.xml")) for number in (1, 2)]
    bars, lines = roots
    assert [one.get("val") for root in roots for one in root.iterfind(".//c:delete", CHART)] == ["0"] * 4
    ((names, shares),) = drawn(book["Số liệu biểu đồ"], bars)
    assert names == ["Xã B", f"{LONG[:31]}…", "=1+1", "Xã B", SCRIPT]
    assert shares == pytest.approx([1, 130 / 110, 10_496 / 10_500, 35 / 77, 1 / 5_000])
    (days, plan), (_, done) = drawn(book["Số liệu biểu đồ"], lines)
    assert [f"{day:%d/%m}" for day in (*days[:2], days[-1])] == ["05/01", "06/01", "15/01"]
    assert plan == pytest.approx([16_017 * day / 10 for day in range(11)])
    assert done == [40, 40, 40, 40 + 35, 405, 10_361, 10_361, 10_491, 10_491, 10_491, 10_992]
    titles = [" ".join(t.text for t in root.iterfind("c:chart/c:title//{*}t", CHART)) for root in roots]
    assert titles == [
        f"{LONG[:31]}… đạt cao nhất (118,2%), {SCRIPT} thấp nhất (<0,1%)",
        "Đến hết ngày 15/01/2025 thực hiện 10.992, thấp hơn kế hoạch 5.025",
    ]


def drawn(sheet: Worksheet, root: etree._Element) -> list[tuple[list, list]]:
    """Return the categories and values of each series, read where the chart says they stand."""
    found = []
    for series in root.iterfind(".//c:ser", CHART):
        both = []
        for part in ("cat", "val"):
            place = series.findtext(f"c:{part}//c:f", namespaces=CHART)
            title, _, cells = place.rpartition("!")
            assert title.strip("'") == sheet.title
            both.append([row[0].value for row in sheet[cells.replace("$", "")]])
            kept = {
                int(one.get("idx")): one.findtext("c:v", namespaces=CHART)
                for one in series.iterfind(f"c:{part}//c:pt", CHART)
            }
            wanted = {n: as_kept(value) for n, value in enumerate(both[-1]) if value is not None}
            assert {n: as_kept(value) for n, value in kept.items()} == wanted
        found.append(tuple(both))
    return found


def as_kept(value: object) -> float | str:
    """Return a value as a chart keeps it beside its address; a day is counted from the end of 1899."""
    if isinstance(value, datetime):
        return float((value - datetime(1899, 12, 30)).days)  # noqa: DTZ001 - a cell has no zone
    try:
        return round(float(str(value)), 12)
    except ValueError:
        return str(value)


@pytest.mark.parametrize(("lang", "total"), [("vi", "Tổng cộng"), ("en", "Total")])
def test_every_cell_of_every_workbook_is_what_the_command_progress_prints(
    figures: Figures, house: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], lang: str, total: str
) -> None:
    """Units are told apart by the name above them: two communes of one district share theirs."""

    def printed(day: str, category: str) -> dict[str, dict[str, str]]:
        command = ["--config", f"{house / 'config.toml'}", "progress", "--campaign", "demo", "--as-of", day]
        assert main([*command, "--category", category, "--format", "csv"]) == 0
        return {row["code"]: row for row in csv.DictReader(io.StringIO(capsys.readouterr().out))}

    views = [printed("2025-01-12", view) for view in ("first", "second", "all")]
    eve = printed("2025-01-11", "all")
    paths = write_notices(figures, "2025-01-12", tmp_path, lang, NOW)
    for place, number, top, level, units in (
        (0, 0, "27", "district", 2),
        (0, 1, "27", "commune", 7),
        (1, 0, "A", "commune", 3),
        (2, 0, "B", "commune", 4),
    ):
        sheet = sheets(paths[place])[number]
        cells = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=header_row(sheet) + 2)]
        rows = [one for one in views[-1].values() if one["level"] == level and top in ("27", one["parent_code"])]
        assert len(rows) == units
        above = len(cells[0]) - 16  # a column more where units of several districts stand together
        for shown, one in zip(cells, [*rows, views[-1][top]], strict=False):
            code, is_total = one["code"], one["code"] == top
            assert shown[1] == (total if is_total else one["name"])
            expected: list[str] = []
            for view in views:
                due = view[code]["target"]
                expected += [due, view[code]["done"] if due else "", view[code]["completion"]]
            in_period = str(int(one["done"]) - int(eve[code]["done"])) if one["target"] else ""
            expected += [one["remaining"], in_period]
            expected += ["", ""] if is_total else [one["rank"], one["rank_change"]]
            assert [as_printed(value) for value in shown[2 + above : 15 + above]] == list(map(as_printed, expected))


def as_printed(value: object) -> float | None:
    return None if value in (None, "", "–") else round(float(str(value)), 6)


def test_the_same_notice_and_moment_give_the_same_bytes(figures: Figures) -> None:
    first, again = (notices(figures, "2025-01", "vi", NOW)[0] for _ in range(2))
    assert workbook(first, NOW) == workbook(again, NOW)
    assert workbook(first, NOW) != workbook(first, NOW.replace(year=2026))


def recalculated(paths: list[Path], into: Path) -> list[Path]:
    """Return workbooks as LibreOffice writes them after opening them: every formula worked out anew."""
    program = office()
    if program is None:
        pytest.fail("LibreOffice is needed: apt-get install libreoffice-calc-nogui")
    profile = f"-env:UserInstallation={(into / 'profile').as_uri()}"
    command = [f"{program}", profile, "--headless", "--convert-to", "xlsx", "--outdir", f"{into / 'made'}"]
    subprocess.run([*command, *map(str, paths)], check=True, capture_output=True, timeout=180)
    shutil.rmtree(into / "profile", ignore_errors=True)
    return [into / "made" / path.name for path in paths]


def test_libreoffice_opens_them_works_the_sums_out_and_keeps_the_charts(figures: Figures, tmp_path: Path) -> None:
    paths = write_notices(figures, "2025-01", tmp_path / "out", "vi", NOW)
    agreed = 0
    for path, after in zip(paths, recalculated(paths, tmp_path), strict=True):
        before, worked_out = load_workbook(path), load_workbook(after, data_only=True, read_only=True)
        assert worked_out.sheetnames == before.sheetnames
        for sheet in before.worksheets:
            values = [[cell.value for cell in row] for row in worked_out[sheet.title].iter_rows()]
            for row in sheet.iter_rows():
                for cell in (cell for cell in row if cell.data_type == "f"):
                    found = values[cell.row - 1][cell.column - 1]
                    if str(cell.value).startswith("=SUM("):
                        assert found == values[cell.row - 2][cell.column - 1]
                        agreed += 1
                    else:
                        assert found == "khớp"
        with zipfile.ZipFile(after) as archive:
            charts = [archive.read(name) for name in archive.namelist() if re.match(r"xl/charts/chart\d+\.xml", name)]
        assert sorted(chart.count(b"<c:ser>") for chart in charts) == [1, 2]
        assert sum(b"<c:barChart>" in chart for chart in charts) == 1
    assert agreed == 4 * 8 + 4 * 4


def test_the_command_writes_a_week_into_one_archive(
    figures: Figures, house: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["--config", f"{house / 'config.toml'}", "notice", "--campaign", figures.campaign.id]
    assert main([*command, "--period", "2025-W02", "--out", f"{tmp_path}", "--zip"]) == 0
    (path,) = tmp_path.iterdir()
    assert f"{path}" == capsys.readouterr().out.strip()
    assert path.name == "Thong bao chien dich so hoa Bac Ha tuan 06-01-2025 den 12-01-2025 (mo phong).zip"
    with zipfile.ZipFile(path) as archive:
        named = [name.rpartition(" - ")[2] for name in archive.namelist()]
        assert named == [f"{unit} (mo phong).xlsx" for unit in ("Tinh Bac Ha", "Huyen 1 1", "Huyen B")]
        with archive.open(archive.namelist()[2]) as one:
            assert load_workbook(io.BytesIO(one.read())).worksheets[0]["A2"].value == "HUYỆN B"
    for wrong in (["--month", "2025-W02"], ["--period", "2025-13"], ["--period", "2024-12", "--zip"]):
        assert main([*command, *wrong, "--out", f"{tmp_path / 'none'}"]) == 2
        assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert not (tmp_path / "none").exists()
