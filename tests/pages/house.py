"""A small campaign that was loaded through the product: figures one can check with pencil and paper.

Five days from 1 to 5 March 2025, even plan. One province, two districts, five communes; two categories, two stages.
At the end of day 3 of 5 the plan asks for 600 of 1,000 records; 550 are approved: 200 in a1, 120 in a2, 60 in a3 (which
was silent that day), 150 in b1 (10 deaths too many) and 20 in b2 (whose births fell to 9 and are held).
"""

from __future__ import annotations

import csv
from pathlib import Path

from etl.commands import main

ID = "thu-2025"
EMPTY = "chua-co-so-lieu"
LATER = "sap-toi"
SCRIPT = "<script>alert(1)</script>"
FORMULA = "=1+1"
LONG = "Xã có một cái tên rất dài để xem bảng và thẻ có bị tràn ra ngoài màn hình hay không"
MARKED = "**Xã** :material/home: $x$ [a](http://b.example)"
CONFIG = """
language = "vi"
timezone = "Asia/Ho_Chi_Minh"
data = "data"

[[campaign]]
id = "thu-2025"
name = { vi = "Chiến dịch thử", en = "Trial campaign" }
start = 2025-03-01
end = 2025-03-05
units = "units.csv"
targets = "targets.csv"
simulated = true
[[campaign.group]]
id = "chung"
name = { vi = "Nhóm chung", en = "Both" }
[[campaign.category]]
id = "birth"
name = { vi = "Khai sinh", en = "Births" }
group = "chung"
[[campaign.category]]
id = "death"
name = { vi = "Khai tử", en = "Deaths" }
group = "chung"
[[campaign.stage]]
id = "entered"
name = { vi = "Đã nhập", en = "Entered" }
counts = { vi = "thông tin", en = "records" }
[[campaign.stage]]
id = "approved"
name = { vi = "Đã duyệt", en = "Approved" }
counts = { vi = "thông tin", en = "records" }
headline = true

[[campaign]]
id = "chua-co-so-lieu"
name = { vi = "Chưa có số liệu" }
start = 2025-03-01
end = 2025-03-05
units = "units.csv"
targets = "one-target.csv"

[[campaign]]
id = "sap-toi"
name = { vi = "Sắp tới" }
start = 2099-03-01
end = 2099-03-05
units = "units.csv"
targets = "one-target.csv"
"""
UNITS = [
    ("T", "Tỉnh Thử", "province", ""),
    ("A", "Huyện An", "district", "T"),
    ("B", "Huyện Bình", "district", "T"),
    ("a1", "Xã Đông", "commune", "A"),
    ("a2", FORMULA, "commune", "A"),
    ("a3", SCRIPT, "commune", "A"),
    ("b1", MARKED, "commune", "B"),
    ("b2", LONG, "commune", "B"),
]
# The counts approved by the end of each day, (births, deaths); None: no report.
APPROVED = {
    "a1": [(60, 20), (100, 40), (150, 50), (150, 50), (150, 50)],
    "a2": [(10, 10), (30, 30), (80, 40), (90, 60), (100, 80)],
    "a3": [(20, 0), (40, 20), None, None, (100, 60)],
    "b1": [(0, 0), (50, 30), (90, 60), (110, 80), (130, 90)],
    "b2": [(10, 10), (10, 10), (9, 10), (10, 10), (10, 10)],
}


def write(path: Path, rows: list[tuple[object, ...]]) -> Path:
    """Write rows as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def report(folder: Path, day: int, name: str = "") -> Path:
    """Write one day's report of every commune that sends one."""
    rows: list[tuple[object, ...]] = [("unit_code", "category", "stage", "as_of", "count")]
    for unit, counts in APPROVED.items():
        both = counts[day - 1]
        if both is not None:
            for category, count in zip(("birth", "death"), both, strict=True):
                rows.append((unit, category, "approved", f"2025-03-0{day}", count))
                rows.append((unit, category, "entered", f"2025-03-0{day}", count))
    if day == 2:
        rows.append(("zz", "birth", "approved", "2025-03-02", 5))
    return write(folder / f"{name or f'day-{day}'}.csv", rows)


def ingest(config: Path, file: Path, day: int, at: str = "16:00") -> None:
    """Send one file, received that day in the afternoon."""
    moment = f"2025-03-0{day}T{at}:00+07:00"
    code = main(["--config", str(config), "ingest", "--campaign", ID, "--received-at", moment, str(file)])
    assert code == 0


def build(folder: Path, days: int = 3) -> Path:
    """Make the house in `folder`, load the first days, and return its configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "config.toml"
    config.write_text(CONFIG, "utf-8")
    write(folder / "units.csv", [("code", "name", "level", "parent_code"), *UNITS])
    targets: list[tuple[object, ...]] = [("unit_code", "category", "stage", "target")]
    for unit in APPROVED:
        targets += [(unit, category, stage, 150 if category == "birth" else 50) for category in ("birth", "death")
                    for stage in ("entered", "approved")]  # fmt: skip
    write(folder / "targets.csv", targets)
    write(folder / "one-target.csv", [("unit_code", "target"), ("a1", 10)])
    for day in range(1, days + 1):
        ingest(config, report(folder, day), day)
    nothing = write(folder / "nothing.csv", [("unit_code", "as_of", "count")])
    assert main(["--config", str(config), "ingest", "--campaign", LATER, str(nothing)]) == 0
    return config
