"""Mojibake: text from before Unicode is recognised and read, and no Vietnamese name is taken for it."""

import unicodedata
from datetime import date

import pytest

from campaign import mojibake
from campaign.claims import ClaimReader, Refused
from campaign.configuration import Campaign
from campaign.mojibake import Encoding, Reading
from campaign.names import NameBook
from campaign.rows import Reason, Row
from campaign.units import Registry, Tree, Unit

UNITS = [
    Unit("256", "Thị xã Quế Võ", "district"),
    Unit("09292", "Xã Châu Phong", "commune", "256"),
    Unit("09001", "Xã An Cư", "commune", "256"),
    Unit("09002", "Xã An Dũng", "commune", "256"),
]


@pytest.mark.parametrize(
    ("written", "encoding", "says"),
    [
        ("h\u00e9p m\u00f8t t\u00d5t", Encoding.TCVN3, "hộp mứt tết"),
        ("X\u00b7 Ch\u00a9u Phong", Encoding.TCVN3, "Xã Châu Phong"),
        ("Qu\u00d5 V\u00e2", Encoding.TCVN3, "Quế Võ"),
        ("\u00a7\u00b9i \u00a7\u00e5ng", Encoding.TCVN3, "Đại Đồng"),
        ("Xa\u00f5 Cha\u00e2u Phong", Encoding.VNI, "Xã Châu Phong"),
        ("Th\u00f2 tra\u00e1n Ma\u00e4u A", Encoding.VNI, "Thị trấn Mậu A"),
        ("\u00d1A\u00cfI \u00d1O\u00c0NG", Encoding.VNI, "ĐẠI ĐỒNG"),
        ("Xã Quế Võ".encode().decode("cp1252"), Encoding.UTF8, "Xã Quế Võ"),
    ],
)
def test_what_it_says_and_in_which_code(written: str, encoding: Encoding, says: str) -> None:
    assert mojibake.recognised(written) == Reading(encoding, says)


@pytest.mark.parametrize(
    "written",
    ["Xã Châu Phong", "Xã Hòa", "Phường 1", "", "Chau Phong", "Ea Súp", "Nông Cống", "Quế Võ", "Thú Y", "Cà Mau"],
)
def test_what_is_written_in_unicode_is_left_alone(written: str) -> None:
    for form in ("NFC", "NFD"):
        text = unicodedata.normalize(form, written)
        assert mojibake.recognised(text) is None
        assert mojibake.described(text) == text


def test_a_unit_s_name_in_an_old_code_is_refused_and_said_to_be_so() -> None:
    book = NameBook(Tree(UNITS))
    written = "X\u00b7 Ch\u00a9u Phong"
    assert book.find(written) == []
    found, near = book.unknown(written, "Th\u00de x\u00b7 Qu\u00d5 V\u00e2")
    assert found == f"{written} = TCVN3 (.VnTime) “Xã Châu Phong”"
    assert near[0] == "Xã Châu Phong (09292)"


def test_the_list_of_units_settles_which_code_it_was() -> None:
    found, near = NameBook(Tree(UNITS)).unknown("Xa\u00f5 An C\u00f6")
    assert found.endswith("= VNI (VNI-Times) “Xã An Cư”")
    assert near[0] == "Xã An Cư (09001)"


def test_a_name_that_may_be_meant_as_it_stands_is_only_shown_its_likeness() -> None:
    found, near = NameBook(Tree(UNITS)).unknown("An Dòng")
    assert (found, near[0]) == ("An Dòng", "Xã An Dũng (09002)")


def test_a_row_with_such_a_name_is_rejected_with_what_it_says() -> None:
    campaign = Campaign.model_validate(
        {"id": "c", "name": "C", "start": "2025-01-01", "end": "2025-01-15", "units": "units.csv"}
    )
    reader = ClaimReader(campaign, Registry(UNITS), {})
    cells: dict[str, object] = {"unit_name": "X\u00b7 Ch\u00a9u Phong", "as_of": "2025-01-02", "count": 5}
    with pytest.raises(Refused) as refused:
        reader.read(Row(1, cells), date(2025, 1, 3))
    assert refused.value.reason is Reason.UNKNOWN_UNIT
    assert refused.value.found == "X\u00b7 Ch\u00a9u Phong = TCVN3 (.VnTime) “Xã Châu Phong”"
    assert refused.value.near[0] == "Xã Châu Phong (09292)"
