"""Bắc Ninh on 1 January 2025, the campaign's first day: communes merge, and the totals are the same by either list."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from reporting.figures import Figures
from tests.warehouse.small import CONFIG, NAMED, Small

HERE = Path(__file__).parent
SHARED = HERE.parents[2] / "shared" / "data" / "vietnam"
EXCERPT = (HERE / "data" / "bac-ninh-2025-01-01.csv").read_text("utf-8")
FIFTEEN = CONFIG.replace("2025-02-03", "2025-01-01").replace("2025-02-07", "2025-01-15")
EVE, FIRST = date(2024, 12, 31), date(2025, 1, 1)
# Codes and names are the statistics office's. Whose code a new commune has is one of its parts; the lists do not say
# where Hán Quảng went: its neighbour Chi Lăng stands here.
GONE = {"09175": "09184", "09178": "09184", "09316": "09313", "09520": "09508", "09526": "09517"}
TARGETS = {
    "09175": 40, "09178": 50, "09184": 90, "09187": 60, "09313": 30, "09316": 20,
    "09481": 45, "09508": 35, "09517": 25, "09520": 15, "09526": 10,
}  # fmt: skip
BROUGHT = {
    "09175": 10, "09178": 20, "09184": 30, "09187": 5, "09313": 7, "09316": 3,
    "09481": 4, "09508": 11, "09517": 13, "09520": 9, "09526": 1,
}  # fmt: skip
REPORTED = [("09184", 2, 66), ("09313", 2, 12), ("09481", 2, 6), ("09184", 4, 180), ("09508", 4, 19), ("09517", 5, 35)]


def lines(header: str, rows: list[tuple[object, ...]]) -> str:
    return "\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n"


@pytest.fixture
def province(tmp_path: Path) -> Iterator[Small]:
    """The merged communes and some of their neighbours: 11 before, 6 after."""
    made = Small(tmp_path, FIFTEEN, EXCERPT, lines("unit_code,target", list(TARGETS.items())))
    made.send(lines("unit_code,as_of,count", [(code, EVE, count) for code, count in BROUGHT.items()]))
    made.send(lines("unit_code,as_of,count", [(code, f"2025-01-{day:02d}", count) for code, day, count in REPORTED]))
    yield made
    made.close()


def done(figures: Figures, day: date) -> dict[str, int]:
    return {row.code: row.done for row in figures.progress(day) if row.level == "commune"}


def test_on_the_eve_there_are_eleven_and_from_the_first_day_six_that_stand_on_their_parts(province: Small) -> None:
    figures = province.figures()
    assert done(figures, EVE) == BROUGHT
    assert done(figures, FIRST) == {
        "09184": 10 + 20 + 30, "09187": 5, "09313": 7 + 3, "09481": 4, "09508": 11 + 9, "09517": 13 + 1,
    }  # fmt: skip
    rows = {row.code: row for row in figures.progress(FIRST)}
    assert (rows["09184"].name, rows["09184"].target) == ("Phường Tiền Ninh Vệ", 40 + 50 + 90)
    assert (rows["09517"].name, rows["09517"].target) == ("Xã Quang Minh", 25 + 10)
    assert (rows["27"].done, rows["27"].target) == (113, 420)
    assert rows["27"].expected == 420 / 15
    assert province.kinds("2025-01-01") == [], "no row is held, and no commune that has gone reports"


def test_later_days_by_the_old_list_go_to_the_parts_by_what_each_lacked(province: Small) -> None:
    old = province.figures().under(EVE)
    # Tiền Ninh Vệ's 6 more of the 2nd: Vệ An lacked 30, Tiền An 30, Ninh Xá 60: 1.5, 1.5, 3; a half to the lower code.
    second = done(old, date(2025, 1, 2))
    assert {code: second[code] for code in ("09175", "09178", "09184")} == {"09175": 12, "09178": 21, "09184": 33}
    fourth = done(old, date(2025, 1, 4))
    assert {code: fourth[code] for code in ("09175", "09178", "09184")} == {"09175": 40, "09178": 50, "09184": 90}
    assert (fourth["09508"], fourth["09520"]) == (10, 9), "19 of what brought 11 and 9: 10.45 and 8.55"
    assert old.unit("09184", date(2025, 1, 4)).name == "Phường Ninh Xá"


def test_totals_are_equal_by_both_lists_every_day_at_every_level_above(province: Small) -> None:
    figures = province.figures()
    for number in range(-1, 15):
        day = FIRST + timedelta(number)
        seen = [
            {row.code: (row.done, row.target, row.expected) for row in figures.under(on).progress(day)
             if row.level != "commune"}
            for on in (EVE, FIRST)
        ]  # fmt: skip
        assert seen[0] == seen[1], day
        assert len(seen[0]) == 5
    assert figures.unit("27", date(2025, 1, 15)).done == 180 + 5 + 12 + 6 + 19 + 35


def test_a_commune_that_has_gone_is_told_to_report_by_the_new_one(province: Small) -> None:
    province.send(lines("unit_code,as_of,count", [("09175", "2025-01-03", 15)]))
    assert province.kinds("2025-01-03").count("unit_not_valid") == 1
    assert province.figures().unit("27", date(2025, 1, 3)).done == 66 + 5 + 12 + 6 + 20 + 14


@pytest.mark.skipif(not SHARED.is_dir(), reason="the whole lists are not here")
def test_by_the_whole_lists_126_communes_and_121_add_up_to_the_same(tmp_path: Path) -> None:
    before, after = (
        {row["code"]: row for row in csv.DictReader((SHARED / f"units-{day}.csv").read_text("utf-8").splitlines())}
        for day in ("2024-11-01", "2025-01-01")
    )
    districts = [code for code, row in after.items() if row["parent_code"] == "27"]
    old, new = ([row for row in one.values() if row["parent_code"] in districts] for one in (before, after))
    assert (len(old), len(new), len(districts)) == (126, 121, 8)
    assert {row["code"] for row in old} - {row["code"] for row in new} == set(GONE)
    rows: list[tuple[object, ...]] = [("27", "Tỉnh Bắc Ninh", "province", "", "", "", "")]
    rows += [(code, after[code]["name"], "district", "27", "", "", "") for code in districts]
    for row in old:
        code, then = row["code"], after.get(row["code"])
        ends = "" if then and then["name"] == row["name"] else EVE
        rows.append((code, row["name"], "commune", row["parent_code"], "", ends, GONE.get(code, "")))
        if then and ends:
            rows.append((code, then["name"], "commune", then["parent_code"], FIRST, "", ""))
    due = [(one["code"], kind, "approved", 90 + 7 * number % 50) for number, one in enumerate(old)
           for kind in ("birth", "death")]  # fmt: skip
    house = Small(tmp_path, FIFTEEN + NAMED, lines("code,name,level,parent_code,valid_from,valid_to,successor", rows),
                  lines("unit_code,category,stage,target", due))  # fmt: skip
    counts = [(one["code"], kind, "approved", EVE, 3 + number % 11) for number, one in enumerate(old)
              for kind in ("birth", "death")]  # fmt: skip
    counts += [(one["code"], kind, "approved", FIRST + timedelta(day - 1), 35 + day * (2 + number % 5))
               for day in range(1, 16) for number, one in enumerate(new) for kind in ("birth", "death")
               if (number + day) % 3 == 0]  # fmt: skip
    tally = house.send(lines("unit_code,category,stage,as_of,count", counts)).tally
    assert (tally.accepted, tally.read) == (len(counts), len(counts))
    latest: dict[tuple[str, str], int] = {}
    parts = {one["code"]: [one["code"], *(gone for gone, heir in GONE.items() if heir == one["code"])] for one in new}
    first = {(row[0], row[1]): int(str(row[4])) for row in counts if row[3] == EVE}
    for code, made_of in parts.items():
        latest |= {(code, kind): sum(first[part, kind] for part in made_of) for kind in ("birth", "death")}
    figures = house.figures()
    for day in (EVE, *(FIRST + timedelta(number) for number in range(15))):
        if day >= FIRST:
            latest |= {(str(row[0]), str(row[1])): int(str(row[4])) for row in counts if row[3] == day}
        by_old, by_new = (figures.under(on).progress(day) for on in (EVE, FIRST))
        assert [len([row for row in one if row.level == "commune"]) for one in (by_old, by_new)] == [126, 121]
        for level in ("province", "district"):
            one, other = ({row.code: (row.done, row.target) for row in seen if row.level == level}
                          for seen in (by_old, by_new))  # fmt: skip
            assert one == other, (day, level)
        assert by_new[0].done == sum(latest.values()), day
        assert by_new[0].target == sum(int(str(row[3])) for row in due)
    house.close()
