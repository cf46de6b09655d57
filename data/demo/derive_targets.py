#!/usr/bin/env python3
"""Targets: make both demo campaigns' targets.csv, and Yên Bái's state.csv, from the press figures.

Only the totals below are facts (README.md beside this file says which); how they spread over communes and
register types is simulated, always the same way. To make the files anew, from the project's folder:

    PYTHONPATH=. .venv/bin/python data/demo/derive_targets.py [FOLDER]
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from etl.demo import DEMO, draw, read_rows, share_out

# Register types, and how many of a hundred thousand old records are of each (assumed). A type held by fewer than
# all communes says by how many of a hundred: few books of supervised guardianship were ever opened.
TYPES = {
    "birth": (57_000, 100),
    "marriage": (22_500, 100),
    "death": (13_500, 100),
    "marital_status": (2_200, 100),
    "guardianship": (400, 55),
    "guardianship_supervision": (150, 20),
    "parent_child": (1_400, 100),
    "adoption": (700, 65),
    "foreign_divorce": (450, 40),
    "correction": (1_700, 100),
}
FOUR = tuple(TYPES)[:4]
SIX = tuple(TYPES)[4:]

# Bắc Ninh: the press gives the province and one district; the size of the others is assumed.
BOOKS, RECORDS = ("collected", "scanned"), ("entered", "checked", "approved")
THIN = 40  # so few records never fill a second book
PROVINCE_BOOKS, PROVINCE_RECORDS = 3_000, 350_000
QUE_VO, QUE_VO_BOOKS, QUE_VO_RECORDS = "259", 215, 23_000
DISTRICT_SIZE = {"256": 120, "258": 115, "260": 100, "261": 110, "262": 105, "263": 80, "264": 75}
# One birth register found in the wrong commune and handed over: from, to, day, why. It moves a book and leaves
# every total of the district and the province as it was, on every day.
HANDED_OVER = ("09460", "09457", "2025-01-05")
HANDED_OVER_WHY = "Bàn giao 01 sổ khai sinh năm 1987 theo địa giới cũ (xã Thái Bảo chuyển xã Vạn Ninh)"

# Yên Bái, 22/10/2024: (target, done) of the two groups, and the finished communes of each district.
GROUPS = {FOUR: (529_694, 419_447), SIX: (107_662, 100_126)}
FINISHED = {"132": 2, "133": 3, "135": 14, "136": 2, "137": 8, "138": 6, "139": 12, "140": 6, "141": 6}
FINISHED_KIND = {"132": "phường"}  # "2 phường"; elsewhere "xã", in Trạm Tấu every commune
# Assumed: size of a commune, and how far behind its unfinished communes are, by district.
COMMUNE_SIZE = {"132": 67, "133": 49, "135": 47, "136": 52, "137": 46, "138": 41, "139": 25, "140": 49, "141": 47}
BEHIND = {"132": 30, "133": 33, "135": 16, "136": 7, "137": 16, "138": 38, "140": 40, "141": 34}


def commune_size(code: str, kind: str) -> int:
    """Return a commune's size among its neighbours; towns and wards keep more books."""
    return draw(70, 140, "size", code) * {"xã": 100, "phường": 110, "thị trấn": 130}[kind]


def bac_ninh() -> list[list[object]]:
    """Return the rows of Bắc Ninh's targets.csv."""
    units = [unit for unit in read_rows(DEMO / "bac-ninh" / "units.csv") if unit["level"] == "commune"]
    size = {unit["code"]: commune_size(unit["code"], unit["kind"]) for unit in units}
    communes = {
        unit["parent_code"]: [u["code"] for u in units if u["parent_code"] == unit["parent_code"]] for unit in units
    }
    others = list(DISTRICT_SIZE)
    weights = [DISTRICT_SIZE[code] * sum(size[one] for one in communes[code]) for code in others]
    records = dict(zip(others, share_out(PROVINCE_RECORDS - QUE_VO_RECORDS, weights), strict=True))
    books = dict(zip(others, share_out(PROVINCE_BOOKS - QUE_VO_BOOKS, weights), strict=True))
    records[QUE_VO], books[QUE_VO] = QUE_VO_RECORDS, QUE_VO_BOOKS

    cells: dict[tuple[str, str], tuple[int, int]] = {}
    for district, codes in communes.items():
        cells |= _district(codes, size, records[district], books[district])
    return _with_handed_over_book(cells)


def _district(
    codes: list[str],
    size: dict[str, int],
    records: int,
    books: int,
) -> dict[tuple[str, str], tuple[int, int]]:
    """Return (books, records) of every commune and type of a district; a commune without a type has none of either."""
    held = [
        (code, kind, size[code] * share * draw(80, 120, "mix", code, kind))
        for code in codes
        for kind, (share, presence) in TYPES.items()
        if draw(0, 99, "held", code, kind) < presence
    ]
    counts = [5 + count for count in share_out(records - 5 * len(held), [weight for *_, weight in held])]
    volumes = [1 + count for count in share_out(books - len(held), [count * (count > THIN) for count in counts])]
    cells = {(code, kind): (0, 0) for code in codes for kind in TYPES}
    for (code, kind, _), volume, count in zip(held, volumes, counts, strict=True):
        cells[code, kind] = volume, count
    return cells


def _with_handed_over_book(cells: dict[tuple[str, str], tuple[int, int]]) -> list[list[object]]:
    giver, taker, day = HANDED_OVER
    volumes, records = cells[giver, "birth"]
    moved = {giver: 1, taker: -1}
    book = records // volumes
    rows: list[list[object]] = []
    for (code, kind), (volume, count) in cells.items():
        for stages, target, one in ((BOOKS, volume, 1), (RECORDS, count, book)):
            for stage in stages:
                change = moved.get(code, 0) * one if kind == "birth" else 0
                rows.append([code, kind, stage, target + change, "2025-01-01", ""])
                if change:
                    rows.append([code, kind, stage, target, day, HANDED_OVER_WHY])
    return rows


def yen_bai() -> tuple[list[list[object]], list[list[object]]]:
    """Return the rows of Yên Bái's targets.csv and state.csv (the counts of 22/10/2024)."""
    units = [unit for unit in read_rows(DEMO / "yen-bai" / "units.csv") if unit["level"] == "commune"]
    finished = {code for district in FINISHED for code in _finished(district, units)}
    targets, state = [], []
    for types, (target, done) in GROUPS.items():
        cells = [(unit, kind) for unit in units for kind in types]
        goals = share_out(
            target,
            [
                commune_size(unit["code"], unit["kind"])
                * COMMUNE_SIZE[unit["parent_code"]]
                * TYPES[kind][0]
                * draw(80, 120, "mix", unit["code"], kind)
                for unit, kind in cells
            ],
        )
        left = share_out(
            target - done,
            [
                0
                if unit["code"] in finished
                else goal * BEHIND[unit["parent_code"]] * draw(60, 140, "behind", unit["code"])
                for (unit, _), goal in zip(cells, goals, strict=True)
            ],
        )
        for (unit, kind), goal, gap in zip(cells, goals, left, strict=True):
            targets.append([unit["code"], kind, "digitized", goal, "2024-01-01", ""])
            state.append([unit["code"], kind, goal - gap])
    return sorted(targets, key=_place), sorted(state, key=_place)


def _finished(district: str, units: list[dict[str, str]]) -> list[str]:
    """Return which communes of a district have finished: how many is known, which ones is simulated."""
    wanted = FINISHED[district]
    own = [unit for unit in units if unit["parent_code"] == district]
    if wanted < len(own):
        own = [unit for unit in own if unit["kind"] == FINISHED_KIND.get(district, "xã")]
    return sorted((unit["code"] for unit in own), key=lambda code: draw(0, 10**9, "finished", code))[:wanted]


def _place(row: list[object]) -> tuple[str, int]:
    return str(row[0]), list(TYPES).index(str(row[1]))


def write(path: Path, columns: tuple[str, ...], rows: list[list[object]]) -> None:
    """Write one CSV file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def main(folder: Path) -> None:
    """Make the three files."""
    columns = ("unit_code", "category", "stage", "target", "valid_from", "reason")
    write(folder / "bac-ninh" / "targets.csv", columns, bac_ninh())
    targets, state = yen_bai()
    write(folder / "yen-bai" / "targets.csv", columns, targets)
    write(folder / "yen-bai" / "state.csv", ("unit_code", "category", "count"), state)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DEMO)
