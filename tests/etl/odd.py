"""A small campaign full of odd units: whatever is computed or drawn must have a sensible answer for each of them.

Six days from 1 to 6 March 2025, even plan, eleven communes in two districts; the reports of days 1 to 4 are in.
"""

from pathlib import Path

from etl.commands import main
from tests.pages.house import write

CONFIG = """
timezone = "Asia/Ho_Chi_Minh"
[[campaign]]
id = "odd-2025"
start = 2025-03-01
end = 2025-03-06
units = "units.csv"
targets = "targets.csv"
[[campaign.excused]]
from = 2025-03-03
to = 2025-03-06
units = ["excused"]
reason = "flood"
"""
# What each commune had done by the end of days 1 to 4 (None: no report), and its target (None: none given).
COMMUNES = {
    "steady": ((50, 100, 150, 200), 300),
    "late": ((1, 2, 3, 4), 300),
    "one": ((None, 30, None, None), 300),
    "zero": ((0, 0, 0, 0), 300),
    "silent": ((None, None, None, None), 300),
    "finished": ((100, 200, 300, 300), 300),
    "over": ((200, 350, 350, 350), 300),
    "falls": ((90, 80, 70, 60), 300),
    "nothing": ((0, 0, 0, 0), 0),
    "unknown": ((5, 6, 7, 8), None),
    "excused": ((10, 20, 20, 20), 300),
}
SECOND = ("over", "falls", "nothing", "unknown", "excused")


def build(folder: Path) -> Path:
    """Make the campaign in `folder`, load its four days, and return its configuration."""
    config = folder / "config.toml"
    config.write_text(CONFIG, "utf-8")
    above = [("P", "Tỉnh", "province", ""), ("D1", "Huyện Một", "district", "P"), ("D2", "Huyện Hai", "district", "P")]
    units = [(code, f"Xã {code}", "commune", "D2" if code in SECOND else "D1") for code in COMMUNES]
    write(folder / "units.csv", [("code", "name", "level", "parent_code"), *above, *units])
    targets = [(code, target) for code, (_, target) in COMMUNES.items() if target is not None]
    write(folder / "targets.csv", [("unit_code", "target"), *targets])
    for day in range(1, 5):
        rows = [(code, f"2025-03-0{day}", counts[day - 1], "đếm lại" if code == "falls" else "")
                for code, (counts, _) in COMMUNES.items() if counts[day - 1] is not None]  # fmt: skip
        file = write(folder / f"day-{day}.csv", [("unit_code", "as_of", "count", "reason"), *rows])
        at = f"2025-03-0{day}T16:00:00+07:00"
        sent = ["--config", str(config), "ingest", "--campaign", "odd-2025", "--received-at", at, str(file)]
        assert main(sent) == 0
    return config
