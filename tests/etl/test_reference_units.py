"""The unit lists of the demo campaigns: whole, well-formed, spelt as the statistics office spells them."""

from __future__ import annotations

import csv
import importlib.util
import unicodedata
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "data" / "reference"
SHARED = ROOT.parent / "shared" / "data" / "vietnam"
LISTS = {
    "bac-ninh": ("27", "units-2025-01-01.csv", {
        "256": 17, "258": 14, "259": 20, "260": 14, "261": 12, "262": 18, "263": 14, "264": 12,
    }),
    "yen-bai": ("15", "units-2024-11-01.csv", {
        "132": 15, "133": 14, "135": 24, "136": 25, "137": 14, "138": 21, "139": 12, "140": 24, "141": 24,
    }),
}  # fmt: skip


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def units(campaign: str) -> dict[str, dict[str, str]]:
    found = rows(ROOT / "data" / "demo" / campaign / "units.csv")
    by_code = {row["code"]: row for row in found}
    assert len(by_code) == len(found), "a code stands twice"
    return by_code


@pytest.mark.parametrize("campaign", LISTS)
def test_each_province_has_its_districts_and_each_district_its_communes(campaign: str) -> None:
    province, _, communes = LISTS[campaign]
    listed = units(campaign)
    assert [code for code, row in listed.items() if row["level"] == "province"] == [province]
    assert [code for code, row in listed.items() if row["level"] == "district"] == list(communes)
    assert Counter(row["parent_code"] for row in listed.values() if row["level"] == "commune") == communes


@pytest.mark.parametrize(("campaign", "total"), [("bac-ninh", 121), ("yen-bai", 173)])
def test_a_province_has_as_many_communes_as_were_valid_that_day(campaign: str, total: int) -> None:
    assert sum(row["level"] == "commune" for row in units(campaign).values()) == total


@pytest.mark.parametrize("campaign", LISTS)
def test_every_name_is_composed_and_begins_with_its_own_kind(campaign: str) -> None:
    kinds = {
        "province": {"tỉnh"},
        "district": {"huyện", "thị xã", "thành phố"},
        "commune": {"xã", "phường", "thị trấn"},
    }
    for row in units(campaign).values():
        assert row["kind"] in kinds[row["level"]], row
        assert row["name"].lower().startswith(row["kind"] + " "), row
        assert row["name"] == unicodedata.normalize("NFC", row["name"]).strip(), row


@pytest.mark.parametrize("campaign", LISTS)
def test_points_lie_in_the_province_and_only_five_merged_communes_have_none(campaign: str) -> None:
    missing = set()
    for code, row in units(campaign).items():
        if not row["lat"]:
            missing.add(code)
            continue
        assert 20.9 < float(row["lat"]) < 22.4, row
        assert 103.8 < float(row["lon"]) < 106.4, row
    assert missing == ({"04267", "04507", "04528", "04561", "04774"} if campaign == "yen-bai" else set())


def test_names_that_went_stale_are_the_mended_ones() -> None:
    listed = units("bac-ninh")
    mends = rows(REFERENCE / "mends.csv")
    assert {row["code"] for row in mends} >= {"259", "262"}
    for mend in mends:
        assert listed[mend["code"]]["name"] == mend["name"] != mend["stale_name"]
        assert mend["reason"]
    assert listed["259"]["name"] == "Thị xã Quế Võ"
    assert listed["256"]["name"] == "Thành phố Bắc Ninh"


def test_an_alias_names_a_listed_unit_otherwise_than_the_list_does() -> None:
    listed = units("bac-ninh") | units("yen-bai")
    aliases = rows(REFERENCE / "aliases.csv")
    assert {row["alias"]: row["code"] for row in aliases}["Huyện Mù Cang Chải"] == "137"
    for row in aliases:
        assert listed[row["code"]]["name"] != row["alias"]


@pytest.fixture(scope="module")
def derivation() -> ModuleType:
    spec = importlib.util.spec_from_file_location("derive_units", REFERENCE / "derive_units.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys  # noqa: PLC0415 – dataclasses look their module up there

    sys.modules["derive_units"] = module
    spec.loader.exec_module(module)
    return module


def test_a_mend_turns_the_stale_name_into_the_right_one_and_stops_at_a_third(derivation: ModuleType) -> None:
    mends = derivation.Mends(REFERENCE / "mends.csv")
    assert mends.name("259", "Huyện Quế Võ") == "Thị xã Quế Võ"
    assert mends.name("259", "Thị xã Quế Võ") == "Thị xã Quế Võ"
    assert mends.name("256", "Thành phố Bắc Ninh") == "Thành phố Bắc Ninh"
    with pytest.raises(SystemExit, match="259"):
        mends.name("259", "Thành phố Quế Võ")


@pytest.mark.parametrize("campaign", LISTS)
def test_the_list_equals_an_independent_one_of_the_same_day(campaign: str) -> None:
    province, name, communes = LISTS[campaign]
    if not (SHARED / name).exists():
        pytest.skip("the independent list is not at hand")
    expected = {
        row["code"]: (row["name"], row["level"], row["parent_code"])
        for row in rows(SHARED / name)
        if province in (row["code"], row["parent_code"]) or row["parent_code"] in communes
    }
    assert {code: (row["name"], row["level"], row["parent_code"]) for code, row in units(campaign).items()} == expected
