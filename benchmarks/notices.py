"""Notices: what 200 of them cost, beside bare openpyxl writing as many cells with as many styles.

    python -m benchmarks.notices [DISTRICTS] [COMMUNES]

Bare: for every workbook made, the same sheets with the same cells at the same places, each set by `sheet.cell` and
given the same font, border, fill, alignment and number format, objects made once; then saved. No merges, widths,
headers or charts. Both in one process, one after the other, CPU time; figures are read once for all notices.
"""

from __future__ import annotations

import io
import sys
import tempfile
import time
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell

from campaign.configuration import parse
from etl.intake import ingest
from reporting.figures import Figures
from reporting.notice import notices
from reporting.notice_content import Notice
from reporting.notice_workbook import workbook

START, DAYS = date(2025, 1, 1), 15
CONFIG = """
data = "data"
[[campaign]]
id = "many"
name = { vi = "Chiến dịch đo", en = "Benchmark" }
start = 2025-01-01
end = 2025-01-15
units = "units.csv"
targets = "targets.csv"
[[campaign.group]]
id = "first"
name = { vi = "Nhóm một" }
[[campaign.group]]
id = "second"
name = { vi = "Nhóm hai" }
[[campaign.category]]
id = "birth"
name = { vi = "Khai sinh" }
group = "first"
[[campaign.category]]
id = "death"
name = { vi = "Khai tử" }
group = "second"
"""


def campaign(folder: Path, districts: int, communes: int) -> Figures:
    """Take in a province of so many districts, each of so many communes that report every day."""
    units, targets = ["code,name,level,parent_code", "P,Tỉnh Đo,province,"], ["unit_code,category,target"]
    counts = ["unit_code,category,as_of,count"]
    for district in range(districts):
        units.append(f"D{district},Huyện Số {district},district,P")
        for commune in range(communes):
            code, pace = f"C{district}_{commune}", (district * 7 + commune * 13) % 97 + 5
            units.append(f"{code},Xã Số {commune} Huyện {district},commune,D{district}")
            for category, target in (("birth", 1000), ("death", 200)):
                targets.append(f"{code},{category},{target}")
                for day in range(DAYS):
                    done = min(target, target * pace * (day + 1) // 900)
                    counts.append(f"{code},{category},{START + timedelta(days=day)},{done}")
    for name, lines in (("units", units), ("targets", targets), ("counts", counts)):
        folder.joinpath(f"{name}.csv").write_text("\n".join(lines) + "\n", "utf-8")
    config = parse(CONFIG, folder / "config.toml")
    ingest(config, config.campaigns[0], [folder / "counts.csv"], received_at=datetime(2025, 1, 16, tzinfo=UTC))
    return Figures.open(config, "many")


@dataclass(frozen=True)
class Dress:
    """The style of a cell in the parts that openpyxl sets one by one."""

    font: Any
    border: Any
    fill: Any
    alignment: Any
    number_format: str


Sheets = list[list[tuple[int, int, Any, Dress]]]


def held(content: bytes) -> Sheets:
    """Return the cells of a workbook, sheet by sheet: place, value, style; each distinct style once."""
    book, known = load_workbook(io.BytesIO(content)), {}
    found: Sheets = []
    for sheet in book.worksheets:
        found.append([])
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            if not isinstance(cell, Cell) or (cell.value is None and not cell.has_style):
                continue
            key = tuple(cell._style)  # noqa: SLF001 - openpyxl has no public way
            if key not in known:
                parts = (copy(one) for one in (cell.font, cell.border, cell.fill, cell.alignment))
                known[key] = Dress(*parts, cell.number_format)
            found[-1].append((cell.row, cell.column, cell.value, known[key]))
    return found


def bare(sheets: Sheets, *, dressed: bool = True) -> bytes:
    """Write the same cells, with the same styles or none, in the plainest way openpyxl has."""
    book = Workbook()
    for number, cells in enumerate(sheets):
        sheet = book.worksheets[0] if number == 0 else book.create_sheet(f"s{number}")
        for row, column, value, dress in cells:
            cell = sheet.cell(row, column, value)
            if dressed:
                cell.font, cell.border, cell.fill = dress.font, dress.border, dress.fill
                cell.alignment, cell.number_format = dress.alignment, dress.number_format
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def seconds(work: Callable[[], object]) -> float:
    """Return the processor's seconds of one run."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def main() -> None:
    """Measure and print."""
    districts, communes = (int(one) for one in (*sys.argv[1:3], *("199", "14")[len(sys.argv) - 1 :]))
    now = datetime(2025, 1, 16, tzinfo=UTC)
    with tempfile.TemporaryDirectory() as folder:
        figures = campaign(Path(folder), districts, communes)
        made: list[Notice] = []
        words = seconds(lambda: made.extend(notices(figures, "2025-01", "vi", now)))
        contents: list[bytes] = []
        written = seconds(lambda: contents.extend(workbook(notice, now) for notice in made))
        figures.close()
    alike = [held(content) for content in contents]
    plain = seconds(lambda: [bare(sheets) for sheets in alike])
    undressed = seconds(lambda: [bare(sheets, dressed=False) for sheets in alike])
    cells = sum(len(found) for sheets in alike for found in sheets)
    print(f"{len(made)} notices, {sum(map(len, alike))} sheets, {cells} cells")
    print(f"figures and words {words:6.2f} s, workbooks {written:6.2f} s, together {words + written:6.2f} s")
    print(f"bare openpyxl, cells and styles {plain:6.2f} s: {(words + written) / plain:.2f} times as much")
    print(f"bare openpyxl, cells alone      {undressed:6.2f} s: {(words + written) / undressed:.2f} times as much")


if __name__ == "__main__":
    main()
