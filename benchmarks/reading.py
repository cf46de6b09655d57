"""1,000 communes' workbooks of 30 counts, one pull: against the time python-calamine needs just to read them.

`python -m benchmarks.reading [--profile]`: two dresses of the same counts, the plain form and a report laid out by
people (titles, a merged header, numbering, a total, signatures); every commune has its own counts. CPU seconds of this
process and of the one that helps it, and seconds by the clock, with no pause between the pull's two looks, importing
not counted on either side; each is run in turn, nine times, and a ratio is that of one turn: the median, the least and
the greatest of them. Each run has a data folder of its own, and none is removed before the
end: on ext4, files made after many were removed take ten times as long.
"""

from __future__ import annotations

import cProfile
import pstats
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from operator import truediv
from pathlib import Path
from statistics import median
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.worksheet.worksheet import Worksheet

from campaign.configuration import Configuration
from etl import pull as pulling
from etl.configured import load
from etl.pull import pull_source
from etl.reading import read_rows

COMMUNES, CATEGORIES, STAGES, ROUNDS = 1000, 10, 3, 9
DAY = date(2025, 2, 5)
PROFILE = "--profile" in sys.argv


def config_text() -> str:
    """Return a campaign of ten categories and three stages, and a source for each dress."""
    lines = ['[[campaign]]\nid = "do"\nstart = 2025-02-03\nend = 2025-02-07\nunits = "units.csv"']
    lines += [f'[[campaign.category]]\nid = "c{n}"\nname = "Loại sổ {n}"' for n in range(CATEGORIES)]
    lines += [f'[[campaign.stage]]\nid = "s{n}"\nheadline = {str(n == STAGES - 1).lower()}' for n in range(STAGES)]
    lines.append('[[source]]\nname = "plain"\ncampaign = "do"\npath = "in/plain"')
    lines.append('[[source]]\nname = "report"\ncampaign = "do"\npath = "in/report"')
    lines.append('columns = { category = "Loại sổ", stage = "Công đoạn", count = "Số lượng" }\n[source.sheet]')
    lines.append("above = { unit_code = 'Mã đơn vị: (.+)' }\nheader_rows = 2")
    lines.append("words = { " + ", ".join(f'"Loại sổ {n}" = "c{n}"' for n in range(CATEGORIES)) + " }")
    return "\n".join(lines) + "\n"


def counts(code: str) -> list[tuple[str, str, str, int]]:
    """Return (category, its name, stage, count) of one workbook's 30 rows."""
    return [(f"c{c}", f"Loại sổ {c}", f"s{s}", (7919 * int(code) + 613 * c + 31 * s) % 5000)
            for c in range(CATEGORIES) for s in range(STAGES)]  # fmt: skip


def plain(sheet: Worksheet, code: str) -> None:
    """Fill the plain form."""
    sheet.append(["unit_code", "category", "stage", "as_of", "count"])
    for category, _, stage, count in counts(code):
        sheet.append([code, category, stage, DAY, count])


def report(sheet: Worksheet, code: str) -> None:
    """Fill a report as an office makes it."""
    line = Side(style="thin")
    sheet["A1"], sheet["D1"] = "UBND TỈNH NHỎ", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
    sheet["A2"], sheet["A3"] = f"Mã đơn vị: {code}", "BÁO CÁO KẾT QUẢ SỐ HÓA"
    sheet["A4"] = "(Tính đến ngày 05/02/2025)"
    for place, text in enumerate(("STT", "Loại sổ", "Công đoạn", "Số lượng", "Ghi chú"), 1):
        sheet.cell(5, place, text).font = Font(bold=True)
        sheet.merge_cells(start_row=5, end_row=6, start_column=place, end_column=place)
        sheet.cell(7, place, f"({place})")
    for number, (_, name, stage, count) in enumerate(counts(code), 1):
        for place, value in enumerate((number, name, stage, count, None), 1):
            cell = sheet.cell(7 + number, place, value)
            cell.border = Border(left=line, right=line, top=line, bottom=line)
            cell.alignment = Alignment(wrap_text=True)
    sheet["B40"], sheet["D40"] = "NGƯỜI LẬP BIỂU", "CHỦ TỊCH"


def make(folder: Path, fill: Callable[[Worksheet, str], None]) -> list[Path]:
    """Write one workbook a commune."""
    folder.mkdir(parents=True)
    found = []
    for number in range(COMMUNES):
        book = Workbook()
        sheet = book.active
        if isinstance(sheet, Worksheet):
            fill(sheet, f"{number:05d}")
        found.append(folder / f"{number:05d}.xlsx")
        book.save(found[-1])
    return found


def processor_time() -> float:
    """Return the CPU seconds of this process and of those it started that have ended."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return the CPU seconds and the seconds by the clock of one run."""
    processor, clock = processor_time(), time.perf_counter()
    work()
    return processor_time() - processor, time.perf_counter() - clock


def bare(files: list[Path]) -> None:
    """Read every workbook's first sheet with python-calamine, and nothing more."""
    from python_calamine import CalamineWorkbook  # noqa: PLC0415 - its import is not what is measured

    for path in files:
        CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)


def measure(config: Configuration, name: str, files: list[Path]) -> None:
    """Print what reading, and a whole pull, cost beside the bare reading."""
    source = config.source(name)
    bare(files[:1])
    done: list[dict[str, Any]] = []

    def pull() -> None:
        if config.data.exists():
            config.data.rename(config.data.with_name(f"data-{time.monotonic_ns()}"))
        done.append(pull_source(config, name))

    pull()  # what is imported is imported
    if PROFILE:
        with cProfile.Profile() as profile:
            pull()
        pstats.Stats(profile).sort_stats("cumulative").print_stats(45)
        return
    works = {"bare": lambda: bare(files), "pull": pull,
             "row by row": lambda: [list(read_rows(path, path.name, source)) for path in files]}  # fmt: skip
    found: dict[str, list[tuple[float, float]]] = {label: [] for label in works}
    for _ in range(ROUNDS):
        for label, work in works.items():
            found[label].append(timed(work))
    for label, runs in found.items():
        both = zip(("CPU", "by the clock"), zip(*runs, strict=True), zip(*found["bare"], strict=True), strict=True)
        told = [f"{way}: least {min(own):.2f} s, {median(map(truediv, own, alone)):.2f}× "
                f"({min(map(truediv, own, alone)):.2f}-{max(map(truediv, own, alone)):.2f})"
                for way, own, alone in both]  # fmt: skip
        print(f"{name}, {label}: {'; '.join(told)}")
    print(f"{name}: accepted {done[-1]['accepted']}")


def main() -> None:
    """Make the workbooks, measure and print."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "config.toml").write_text(config_text(), "utf-8")
        units = ["code,name,level,parent_code", "p,Tỉnh Nhỏ,province,"]
        units += [f"{n:05d},Xã {n},commune,p" for n in range(COMMUNES)]
        (folder / "units.csv").write_text("\n".join(units), "utf-8")
        config = load(folder / "config.toml")
        pulling.LOOK_AGAIN_AFTER = 0.0
        for name, fill in (("plain", plain), ("report", report)):
            measure(config, name, make(folder / "in" / name, fill))


if __name__ == "__main__":
    main()
