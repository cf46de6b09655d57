"""Demo reports: the files the communes of both demo campaigns would have sent, always the same.

Whole-number arithmetic and a hash for chance, no random generator: every machine and Python version writes the same
counts. What is real in them and what is simulated: data/demo/README.md.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from hashlib import blake2b
from pathlib import Path
from zoneinfo import ZoneInfo

from openpyxl import Workbook

DEMO = Path(__file__).resolve().parents[1] / "data" / "demo"
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
ON_TIME, NEXT_MORNING = time(16, 50), time(7, 50)
PLAIN = ("unit_code", "category", "stage", "as_of", "count", "reason", "reported_by")
STATED = ("unit_code", "category", "stage", "as_of", "measure", "count")

# --- Bắc Ninh: who does what, when. Day 1 is 1 January 2025. -------------------------------------------------------
FIRST_DAY, DAYS = date(2025, 1, 1), 15
OUTAGE, OUTAGE_PERCENT = 7, 40  # how many of a hundred communes report on the day of the outage
# Working time behind a commune at the end of each day, in tenths of a day; next to none on the day of the outage.
WORKED = (0, 10, 20, 30, 40, 50, 60, 62, 72, 82, 92, 102, 112, 122, 132, 142)
# A stage runs over this part of a commune's whole time, in thousandths.
SPAN = {"collected": (0, 330), "scanned": (20, 450), "entered": (30, 900), "checked": (50, 950), "approved": (70, 1000)}
BOOKS = ("collected", "scanned")
# Tenths of a day a commune needs in all, by place in a draw: early finishers, the many, the late (142 is the limit).
NEEDS = ((14, 84, 112), (38, 116, 141), (10**6, 151, 172))
SILENT = {"09478": (9, 15), "09331": (12, 15), "09229": (1, 3), "09409": (5, 8), "09187": (6, 9)}
STALLED = {"09427": 10, "09379": 13}  # reports the same counts from this day on
NOT_APPROVING = "264"  # a district whose work waits for approval: at most these thousandths by the end of the day
APPROVED_AT_MOST = (0, 50, 100, 140, 180, 200, 220, 220, 240, 260, 280, 300, 330, 520, 720, 890)
LATE_DAYS, LATE_PERCENT = (2, 4, 5, 6, 9, 10, 12, 13, 15), 4  # some reports of these days come the next morning
WORKBOOK_DAYS, OFFICE_DAY = (9, 12, 14), 6  # sent as XLSX; as the office's CSV: semicolons, 06/01/2025, 1.234
BY_NAME_DAY = 4  # the late file of this day gives names instead of codes, and has the errors below
MISSPELT = {"Xã Trung Chính": "Xã Trung Trính"}
BAD_COUNTS = {("09163", "birth", "entered"): "1.2o5", ("09163", "death", "entered"): "86,5"}
OVER = ("09214", "marriage", 7)  # the book had seven entries more than its cover said
TAKEN_BACK = ("09349", "birth", 10)  # a book approved twice: the count falls, with its reason
TAKEN_BACK_WHY = "Hủy phê duyệt 01 sổ khai sinh năm 1994 do nhập trùng, đã nhập lại"
SLIP = ("09292", "marriage", 11)  # a digit left out: the count falls without a reason
STATED_DAYS, SWAPPED_DAY = (5, 10, 12, 15), 15  # the province's own totals; once with two digits swapped

# --- Yên Bái: the monthly reports, and how much of the last one each had reached, in thousandths ---------------------
MONTHS = (
    *(date(2024, month + 1, 1) - timedelta(days=1) for month in range(1, 10)),
    date(2024, 10, 22),
)
REACHED = (30, 80, 160, 270, 390, 520, 660, 820, 880, 1000)
FIRST_TO_FINISH = "139"  # huyện Trạm Tấu: by September
PUBLISHED = (  # category, target, count: the source's own figures, 22/10/2024
    ("all", 637_469, 519_537),
    ("population_db", 529_694, 419_447),
    ("civil_status_db", 107_662, 100_126),
)
PUBLISHED_FINISHED = {
    "15": 60, "132": 2, "133": 3, "135": 14, "136": 2, "137": 8, "138": 6, "139": 12, "140": 6, "141": 6,
}  # fmt: skip


@dataclass(frozen=True)
class DemoFile:
    """One file as it arrived."""

    path: Path
    campaign: str
    source: str | None
    received_at: datetime


@dataclass(frozen=True)
class Cell:
    """One commune's work in one register type and stage."""

    unit: str
    category: str
    stage: str
    target: int
    books: int


@dataclass
class Line:
    """One row of a report."""

    cell: Cell
    as_of: date
    count: int
    reason: str = ""
    held: bool = False


@dataclass
class Standing:
    """What the province knows: the count of each cell that stands."""

    counts: dict[Cell, int] = field(default_factory=dict)

    def take(self, lines: list[Line]) -> None:
        """Let the lines of a file stand, but for those held."""
        self.counts.update({line.cell: line.count for line in lines if not line.held})

    def complete(self, cell: Cell) -> bool:
        """Tell whether nothing is left to report."""
        return self.counts.get(cell, 0) >= cell.target


@cache
def draw(low: int, high: int, *key: object) -> int:
    """Return a whole number from low to high that depends on `key` alone: chance that never changes."""
    digest = blake2b("\x1f".join(map(str, key)).encode(), digest_size=8).digest()
    return low + int.from_bytes(digest, "big") % (high - low + 1)


def share_out(total: int, weights: list[int]) -> list[int]:
    """Return whole parts of `total` in proportion to `weights`, adding up exactly (largest remainders first)."""
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for index in order[: total - sum(parts)]:
        parts[index] += 1
    return parts


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of one of the demo's own CSV files."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_reports(directory: Path) -> list[DemoFile]:
    """Write every report of both campaigns below `directory`; return the files in order of arrival, by campaign."""
    return [*_bac_ninh(directory / "bac-ninh-2025"), *_yen_bai(directory / "yen-bai-2024")]


def _cells(campaign: str) -> dict[str, list[Cell]]:
    """Return the cells of each commune that have work, at the targets of the last day."""
    targets: dict[tuple[str, str, str], int] = {}
    for row in read_rows(DEMO / campaign / "targets.csv"):
        targets[row["unit_code"], row["category"], row["stage"]] = int(row["target"])
    cells: dict[str, list[Cell]] = {}
    for (unit, category, stage), target in targets.items():
        books = targets.get((unit, category, BOOKS[0]), 1)
        cells.setdefault(unit, []).extend([Cell(unit, category, stage, target, books)] if target else [])
    return cells


def _communes(campaign: str) -> dict[str, dict[str, str]]:
    return {row["code"]: row for row in read_rows(DEMO / campaign / "units.csv") if row["level"] == "commune"}


# --- Bắc Ninh --------------------------------------------------------------------------------------------------------


def _bac_ninh(folder: Path) -> Iterator[DemoFile]:
    units, cells = _communes("bac-ninh"), _cells("bac-ninh")
    needs = _needs(units)
    standing = Standing()
    desk = Desk(folder, "bac-ninh-2025", "inbox")
    for day in range(1, DAYS + 1):
        as_of = FIRST_DAY + timedelta(days=day - 1)
        on_time: list[Line] = []
        late: list[Line] = []
        for unit in (code for code in units if _reports(code, day)):
            lines = _day_of(unit, units[unit]["parent_code"], needs[unit], day, cells[unit], standing)
            is_late = day in LATE_DAYS and (
                draw(1, 100, "late", unit, day) <= LATE_PERCENT or _has_errors(unit, units, day)
            )
            (late if is_late else on_time).extend(lines)
        standing.take(on_time)
        yield desk.file(f"{as_of}-bao-cao-ngay", as_of, ON_TIME, day, _plain(on_time, office=day == OFFICE_DAY))
        if late:
            table = _by_name(late, units) if day == BY_NAME_DAY else _plain(late)
            standing.take([line for line in late if day != BY_NAME_DAY or not _misread(line, units)])
            yield desk.file(f"{as_of}-bo-sung", as_of + timedelta(days=1), NEXT_MORNING, 0, table)
        if day in STATED_DAYS:
            rows = _stated_total(standing, cells, as_of, swapped=day == SWAPPED_DAY)
            yield desk.file(f"{as_of}-so-tu-phap-tong-hop", as_of + timedelta(days=1), time(8, 30), 0, rows)


def _needs(units: dict[str, dict[str, str]]) -> dict[str, int]:
    """Return the tenths of a day each commune needs: bands filled in the order of a draw."""
    needs = {code: 139 if last < DAYS else 150 for code, (_, last) in SILENT.items()} | dict.fromkeys(STALLED, 150)
    rest = sorted((code for code in units if code not in needs), key=lambda code: draw(0, 10**9, "need", code))
    waiting = [code for code in rest if units[code]["parent_code"] == NOT_APPROVING]
    needs |= {code: draw(114, 140, "needs", code) for code in waiting}
    free = [code for code in rest if code not in needs]
    named = [OVER[0], TAKEN_BACK[0], SLIP[0]]
    free.sort(key=lambda code: code in named)  # these three are met again below, among the many
    for size, low, high in NEEDS:
        band, free = free[:size], free[size:]
        needs |= {code: draw(low, high, "needs", code) for code in band}
    return needs | dict.fromkeys(named, 136)


def _reports(unit: str, day: int) -> bool:
    first, last = SILENT.get(unit, (0, 0))
    return not first <= day <= last and (day != OUTAGE or draw(1, 100, "outage", unit) <= OUTAGE_PERCENT)


def _thousandths(unit: str, district: str, need: int, day: int, stage: str) -> int:
    """Return how far a commune is with a stage: a slow start, a steep middle, a slow end."""
    day = min(day, STALLED.get(unit, DAYS))
    worked = WORKED[day]
    if 1 < day < DAYS - 2:
        worked = max(WORKED[day - 1], worked - draw(0, 8, "pace", unit, day))
    start, end = (need * part for part in SPAN[stage])
    x = min(max((1000 * worked - start) * 1000 // (end - start), 0), 1000)
    share = x * x * (3000 - 2 * x) // 1_000_000
    if stage == "approved" and district == NOT_APPROVING:
        share = min(share, APPROVED_AT_MOST[day])
    return share


def _count(cell: Cell, share: int) -> int:
    """Return a cell's count: books come whole, and what is checked or approved comes by whole books."""
    whole = min((share * cell.books + draw(0, 900, "book", cell.unit, cell.category)) // 1000, cell.books)
    if cell.stage in BOOKS or whole == cell.books:
        return min(whole, cell.target) if cell.stage in BOOKS else cell.target
    uneven = draw(-6, 6, "thick", cell.unit, cell.category, whole) if cell.target > 30 * cell.books and whole else 0
    by_book = cell.target * whole // cell.books + uneven
    return max(by_book, cell.target * share // 10_000 * 10) if cell.stage == "entered" else by_book


def _day_of(unit: str, district: str, need: int, day: int, cells: list[Cell], standing: Standing) -> list[Line]:
    """Return a commune's report of a day: every cell not complete before, changed or not."""
    as_of = FIRST_DAY + timedelta(days=day - 1)
    shares = {stage: _thousandths(unit, district, need, day, stage) for stage in SPAN}
    lines = []
    for cell in cells:
        if standing.complete(cell):
            continue
        known = standing.counts.get(cell, 0)
        line = Line(cell, as_of, max(_count(cell, shares[cell.stage]), known))
        if (unit, cell.category) == OVER[:2] and cell.stage not in BOOKS and line.count == cell.target:
            line.count += OVER[2]
        if (unit, cell.category, day) == TAKEN_BACK and cell.stage == "approved":
            line.count, line.reason = known - cell.target // cell.books, TAKEN_BACK_WHY
        if (unit, cell.category, day) == SLIP and cell.stage == "approved":
            line.count, line.held = line.count // 10, True
        lines.append(line)
    return lines


def _has_errors(unit: str, units: dict[str, dict[str, str]], day: int) -> bool:
    known = units[unit]["name"] in MISSPELT or unit in {code for code, _, _ in BAD_COUNTS}
    return day == BY_NAME_DAY and known


def _misread(line: Line, units: dict[str, dict[str, str]]) -> bool:
    cell = line.cell
    misspelt = units[cell.unit]["name"] in MISSPELT and cell.category == "birth"
    return misspelt or (cell.unit, cell.category, cell.stage) in BAD_COUNTS


def _plain(lines: list[Line], *, office: bool = False) -> list[list[object]]:
    rows: list[list[object]] = [list(PLAIN)]
    for line in lines:
        cell = line.cell
        by = "Công chức tư pháp - hộ tịch" if line.reason else ""
        as_of = f"{line.as_of:%d/%m/%Y}" if office else line.as_of
        count = f"{line.count:,}".replace(",", ".") if office else line.count
        rows.append([cell.unit, cell.category, cell.stage, as_of, count, line.reason, by])
    return rows


def _by_name(lines: list[Line], units: dict[str, dict[str, str]]) -> list[list[object]]:
    districts = {row["code"]: row["name"] for row in read_rows(DEMO / "bac-ninh" / "units.csv")}
    rows: list[list[object]] = [["unit_name", "parent_name", *PLAIN[1:5]]]
    for line in lines:
        cell, unit = line.cell, units[line.cell.unit]
        name = MISSPELT.get(unit["name"], unit["name"]) if cell.category == "birth" else unit["name"]
        count = BAD_COUNTS.get((cell.unit, cell.category, cell.stage), line.count)
        rows.append([name, districts[unit["parent_code"]], cell.category, cell.stage, line.as_of, count])
    return rows


def _stated_total(
    standing: Standing,
    cells: dict[str, list[Cell]],
    as_of: date,
    *,
    swapped: bool,
) -> list[list[object]]:
    """Return the province's own totals of a day: records approved and communes finished."""
    approved = [[cell for cell in own if cell.stage == "approved"] for own in cells.values()]
    total = sum(standing.counts.get(cell, 0) for own in approved for cell in own)
    finished = sum(all(standing.complete(cell) for cell in own) for own in approved)
    if swapped:
        total = _swap_digits(total)
    head = ["27", "all", "approved", as_of]
    return [list(STATED), [*head, "count", total], [*head, "units_finished", finished]]


def _swap_digits(number: int) -> int:
    """Return the number with its last two unequal neighbouring digits swapped, as a tired hand does."""
    text = str(number)
    at = max(i for i in range(len(text) - 1) if text[i] != text[i + 1])
    return int(text[:at] + text[at + 1] + text[at] + text[at + 2 :])


# --- Yên Bái ---------------------------------------------------------------------------------------------------------


def _yen_bai(folder: Path) -> Iterator[DemoFile]:
    units, cells = _communes("yen-bai"), _cells("yen-bai")
    state = {
        (row["unit_code"], row["category"]): int(row["count"]) for row in read_rows(DEMO / "yen-bai" / "state.csv")
    }
    standing = Standing()
    desk = Desk(folder, "yen-bai-2024", None)
    for month, as_of in enumerate(MONTHS):
        lines = []
        for unit, row in units.items():
            own = cells[unit]
            done = all(state[unit, cell.category] == cell.target for cell in own)
            reached = _reached(unit, row["parent_code"], month, done=done)
            lines += [
                Line(cell, as_of, max(state[unit, cell.category] * reached // 1000, standing.counts.get(cell, 0)))
                for cell in own
                if not standing.complete(cell)
            ]
        standing.take(lines)
        day = WORKBOOK_DAYS[0] if as_of == MONTHS[-1] else 0
        yield desk.file(f"{as_of}-bao-cao-thang", as_of, ON_TIME, day, _plain(lines))
    stage = "digitized"
    rows: list[list[object]] = [list(STATED)]
    for category, target, count in PUBLISHED:
        rows.append(["15", category, stage, as_of, "target", target])
        rows.append(["15", category, stage, as_of, "count", count])
    rows += [[unit, "all", stage, as_of, "units_finished", count] for unit, count in PUBLISHED_FINISHED.items()]
    yield desk.file(f"{as_of}-so-tu-phap-cong-bo", as_of, time(16, 55), 0, rows)


def _reached(unit: str, district: str, month: int, *, done: bool) -> int:
    """Return the thousandths of its last count a commune had reached: those that finish do so some months sooner."""
    last = len(MONTHS) - 1
    if done:
        sooner = draw(7, 8, "done", unit) if district == FIRST_TO_FINISH else draw(5, last, "done", unit)
        return REACHED[min(month * last // sooner, last)]
    return REACHED[month] if month == last else REACHED[month] * draw(85, 115, "month", unit, month) // 115


# --- Files -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Desk:
    """Where one campaign's files are written."""

    folder: Path
    campaign: str
    source: str | None

    def file(self, name: str, day: date, at: time, kind: int, rows: list[list[object]]) -> DemoFile:
        """Write one file; `kind` is the day whose habit of writing files it follows, 0 for plain CSV."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if kind in WORKBOOK_DAYS:
            path, content = self.folder / f"{name}.xlsx", _workbook(rows)
        else:
            office = kind == OFFICE_DAY
            path, content = self.folder / f"{name}.csv", _csv(rows, ";" if office else ",", bom=office)
        path.write_bytes(content)
        return DemoFile(path, self.campaign, self.source, datetime.combine(day, at, ZONE).astimezone(UTC))


def _csv(rows: list[list[object]], delimiter: str, *, bom: bool) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n" if bom else "\n").writerows(rows)
    return text.getvalue().encode("utf-8-sig" if bom else "utf-8")


def _workbook(rows: list[list[object]]) -> bytes:
    """Return a workbook, the same bytes every time: the moments openpyxl and zip write into it are fixed."""
    book, packed, fixed = Workbook(write_only=True), io.BytesIO(), io.BytesIO()
    sheet = book.create_sheet("Báo cáo")
    for row in rows:
        sheet.append(row)
    book.save(packed)
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2025-01-01T00:00:00Z", part)
            new.writestr(zipfile.ZipInfo(name, (2025, 1, 1, 0, 0, 0)), part, zipfile.ZIP_DEFLATED)
    return fixed.getvalue()
