"""What is chosen lives in the address: links carry it, and what an address asks for wrongly is said in words."""

import pytest

from pages._address import Address, parsed
from tests.pages.house import ID


def test_a_link_to_another_page_keeps_what_was_chosen():
    here = Address("overview", {"campaign": ID, "as_of": "2025-03-02", "district": "A", "lang": "en"})
    assert here.href("ranking") == f"/xep-hang?lang=en&campaign={ID}&as_of=2025-03-02&district=A"


def test_a_link_to_another_page_leaves_that_page_its_own_choices():
    here = Address("ranking", {"level": "district", "as_of": "2025-03-02"})
    assert here.href("overview") == "/?as_of=2025-03-02"


@pytest.mark.parametrize(
    "link", ["https://elsewhere.example/", "//elsewhere.example/", "/nowhere", "javascript:alert(1)"]
)
def test_only_links_of_ours_are_followed(link):
    assert parsed(link) is None


def test_a_link_is_read_back_as_it_was_written():
    link = "/don-vi?as_of=2025-03-02&unit=a1"
    assert parsed(link).href() == link


@pytest.mark.parametrize(
    ("choice", "value", "said"),
    [
        ("campaign", "nowhere", "Không có chiến dịch mang mã nowhere"),
        ("as_of", "2031-01-01", "2031-01-01"),
        ("as_of", "hôm nay", "hôm nay"),
        ("district", "zz", "zz"),
        ("district", "a1", "a1"),
        ("category", "marriage", "marriage"),
        ("stage", "sealed", "sealed"),
        ("campaign", "<script>alert(1)</script>", "&lt;script&gt;"),
    ],
)
def test_a_wrong_choice_is_named_with_a_way_back(show, choice, value, said):
    html = show(**{choice: value}).html
    assert "Địa chỉ không đúng" in html
    assert said in html
    assert "Xem số liệu hiện có" in html


def test_an_unknown_unit_is_named_with_a_way_back(show):
    html = show("don-vi", unit="zz").html
    assert "Không tìm thấy đơn vị có mã zz" in html
    assert "Xem số liệu hiện có" in html


def test_a_language_we_do_not_speak_falls_back_to_the_configured_one(show):
    assert "Tỉnh Thử chậm" in show(lang="fr").html


def test_the_header_offers_each_choice_and_marks_what_was_chosen(show):
    filters = {one["name"]: one for one in show(district="A", category="chung").header["filters"]}
    assert list(filters) == ["campaign", "as_of", "district", "category", "stage"]
    assert filters["district"]["value"] == "A"
    assert [option["value"] for option in filters["category"]["options"]] == ["all", "chung", "birth", "death"]
    assert filters["as_of"]["value"] == "2025-03-03"
    assert filters["as_of"]["options"][-1]["value"] == "2025-03-01"


def test_the_copied_link_pins_everything(show):
    link = show(as_of="").header["permalink"]
    assert link == f"/?lang=vi&campaign={ID}&as_of=2025-03-05&category=all&stage=approved"
