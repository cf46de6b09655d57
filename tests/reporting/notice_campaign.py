"""A small campaign with everything that may go wrong in a notice, taken in for real."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from campaign.configuration import parse
from etl.intake import ingest
from reporting.figures import Figures

NOW = datetime(2025, 3, 1, 3, tzinfo=UTC)
SCRIPT = "<script>alert(1)</script>"
LONG = "Xã Tân Thịnh Hưng Đạo Quang Trung Lê Lợi Nguyễn Huệ Trần Phú Hùng Vương Bà Triệu Phố Mới"

UNITS = f"""code,name,level,parent_code
27,Tỉnh Bắc Hà,province,
A,Huyện =1+1,district,27
B,Huyện B,district,27
A1,=1+1,commune,A
A2,{SCRIPT},commune,A
A3,{LONG},commune,A
B1,Xã B,commune,B
B2,Xã B,commune,B
B3,Phường Không,commune,B
B4,Phường Chưa Giao,commune,B
"""

TARGETS = """unit_code,category,stage,target
A1,birth,approved,10000
A1,death,approved,500
A2,birth,approved,5000
A2,death,approved,0
A3,birth,approved,100
A3,death,approved,10
B1,birth,approved,300
B1,death,approved,30
B2,birth,approved,70
B2,death,approved,7
B3,birth,approved,0
B3,death,approved,0
"""

CONFIG = """
data = "data"
[[campaign]]
id = "demo"
name = { vi = "Chiến dịch số hóa Bắc Hà (thử)", en = "Bắc Hà drive" }
decision = "Kế hoạch số 1/KH-UBND"
start = 2025-01-06
end = 2025-01-15
units = "units.csv"
targets = "targets.csv"
simulated = true
[[campaign.group]]
id = "first"
name = { vi = "Nhóm một", en = "First group" }
[[campaign.group]]
id = "second"
name = { vi = "Nhóm hai", en = "Second group" }
[[campaign.category]]
id = "birth"
name = { vi = "Khai sinh", en = "Births" }
group = "first"
[[campaign.category]]
id = "death"
name = { vi = "Khai tử", en = "Deaths" }
group = "second"
[[campaign.stage]]
id = "approved"
counts = "thông tin"
headline = true
"""

COUNTS = """unit_code,category,stage,as_of,count
A1,birth,approved,2024-12-31,40
A1,birth,approved,2025-01-10,9996
A1,death,approved,2025-01-15,500
A2,birth,approved,2025-01-15,1
A3,birth,approved,2025-01-12,120
A3,death,approved,2025-01-12,10
B1,birth,approved,2025-01-09,300
B1,death,approved,2025-01-09,30
B2,birth,approved,2025-01-08,35
B4,birth,approved,2025-01-08,12
"""


def figures_of(
    folder: Path, units: str = UNITS, targets: str = TARGETS, counts: str = COUNTS, config: str = CONFIG
) -> Figures:
    """Take a campaign in for real, and open what was published."""
    for name, content in (("units", units), ("targets", targets), ("counts", counts)):
        folder.joinpath(f"{name}.csv").write_text(content, "utf-8")
    made = parse(config, folder / "config.toml")
    ingest(made, made.campaigns[0], [folder / "counts.csv"], received_at=datetime(2025, 1, 16, tzinfo=UTC))
    return Figures.open(made, made.campaigns[0].id)


def sheets(path: Path) -> Sequence[Worksheet]:
    return load_workbook(path).worksheets


def header_row(sheet: Worksheet) -> int:
    return next(row for row in range(1, 40) if sheet.cell(row, 1).value in ("STT", "No."))
