"""Names: the many spellings of one unit lead to it, and two units of one name are never guessed between."""

import unicodedata

import pytest

from campaign.names import NameBook, spelling
from campaign.units import Tree, Unit


def book(*names: str, parents: tuple[str, ...] = ()) -> NameBook:
    tops = [Unit(f"P{number}", name, "district") for number, name in enumerate(parents)]
    below = [
        Unit(str(number), name, "commune", f"P{number % len(parents)}" if parents else None)
        for number, name in enumerate(names)
    ]
    return NameBook(Tree([*tops, *below]))


@pytest.mark.parametrize(
    ("known", "written"),
    [
        ("Xã Quế Võ", unicodedata.normalize("NFD", "Xã Quế Võ")),
        (unicodedata.normalize("NFD", "Xã Quế Võ"), "xã quế võ"),
        ("Xã Quế Võ", "XÃ QUẾ VÕ"),
        ("Xã Quế Võ", "  Xã   Quế\u00a0Võ "),
        ("Xã Quế Võ", "Quế Võ"),
        ("Xã Quế Võ", "X. Quế Võ"),
        ("Xã Quế Võ", "X.Quế Võ"),
        ("Xã Quế Võ", "x Quế Võ"),
        ("Phường Đáp Cầu", "P. Đáp Cầu"),
        ("Phường Đáp Cầu", "p.đáp cầu"),
        ("Thị trấn Mậu A", "TT. Mậu A"),
        ("Thị trấn Mậu A", "TT Mậu A"),
        ("Thị xã Nghĩa Lộ", "TX. Nghĩa Lộ"),
        ("Thành phố Yên Bái", "TP. Yên Bái"),
        ("Thành phố Yên Bái", "TP Yên Bái"),
        ("Huyện Văn Yên", "H. Văn Yên"),
        ("Xã Hòa Tiến", "Xã Hoà Tiến"),
        ("Xã Hoà Tiến", "XÃ HÒA TIẾN"),
        ("Xã Thụy Hòa", "Thuỵ Hoà"),
        ("Xã Khoẻ", "Khỏe"),
        ("Xã Châu Quế Hạ", "Châu Quế Hạ"),
        ("Phường 1", "P.1"),
        ("Phường 1", "P. 1"),
        ("Huyện Quan Hóa", "Quan Hoá"),
        ("Xã Tinh Nhuệ", "Tinh Nhuệ"),
        ("Xã Xa Dung", "Xa Dung"),
        ("Xã Đông Cuông", "Xã \u00d0ông Cuông"),
    ],
)
def test_a_name_is_found_in_every_usual_spelling(known: str, written: str) -> None:
    assert book(known, "Xã Khác Hẳn").find(written) == ["0"]


@pytest.mark.parametrize(
    ("known", "written"),
    [
        ("Xã Tu Vũ", "Tu Vũ"),
        ("Xa Dung", "Xã Xa Dung"),
        ("Quan Hóa", "Huyện Quan Hóa"),
        ("Xã Xa Dung", "xã xa dung"),
        ("Phường Phường Đúc", "Phường Đúc"),
        ("Phường Đúc", "phuong Đúc"),
        ("Xã Đông Cuông", "\u00f0ông cuông"),
        ("Xã \u0189ông Cuông", "Đông Cuông"),
    ],
)
def test_a_name_that_begins_like_a_kind_is_found(known: str, written: str) -> None:
    assert book(known, "Xã Khác Hẳn").find(written) == ["0"]


def test_a_kind_without_its_marks_is_never_guessed_to_be_one_or_a_part_of_the_name() -> None:
    both = book("Xã Dung", "Xã Xa Dung")
    assert both.find("Xa Dung") == ["0", "1"]
    assert both.find("Xã Dung") == ["0"]
    assert both.find("X. Xa Dung") == ["1"]
    assert both.nearest("Xa Dũng") == ("Xã Xa Dung (1)", "Xã Dung (0)")


@pytest.mark.parametrize(
    ("known", "written"),
    [
        ("Xã Đại Lịch", "Dai Lich"),
        ("Xã An", "Huyện Xã An"),
        ("Xã Thanh Hà", "Xã Thành Hạ"),
        ("Xã Quế", "Quê"),
        ("Xã An", "Phường An"),
        ("Xã Quy", "Xã Quý"),
        ("Xã An Bình", "An"),
        ("Xã An", ""),
    ],
)
def test_another_name_is_not_taken_for_it(known: str, written: str) -> None:
    assert book(known).find(written) == []


def test_qu_keeps_its_tone_on_the_vowel() -> None:
    assert spelling("Quý") == spelling("quý") != spelling("Qúy Nhơn")


def test_one_name_of_two_units_is_settled_by_kind_or_parent_or_not_at_all() -> None:
    both = book("Xã Mậu A", "Thị trấn Mậu A", parents=("Huyện Một", "Huyện Hai"))
    assert both.find("Mậu A") == ["0", "1"]
    assert both.find("TT. Mậu A") == ["1"]
    assert both.find("Mậu A", "H. Một") == ["0"]
    assert both.find("Mậu A", "Huyện Ba") == []


def test_the_nearest_names_come_with_their_codes_best_first() -> None:
    assert book("Xã Đại Phác", "Xã Yên Phú", "Xã Đại Sơn").nearest("Đại Phạc")[0] == "Xã Đại Phác (0)"
    assert book("Xã Yên Phú").nearest("zzzz") == ()
