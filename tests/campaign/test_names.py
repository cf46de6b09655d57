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


def test_a_name_and_kind_typed_without_marks_never_choose_between_two_that_differ_in_their_marks() -> None:
    names = book("Xã Nga Thanh", "Xã Nga Thành", "Xã Ea Bar", "Xã Xa Dung", parents=("Huyện Nga Sơn",))
    assert names.find("Xa Nga Thanh") == names.find("XA NGA THANH", "Huyện Nga Sơn") == ["0", "1"]
    assert names.find("Xã Nga Thanh") == names.find("X. Nga Thanh") == names.find("Nga Thanh") == ["0"]
    assert names.find("Xa Ea Bar") == names.find("Xa EaBar") == ["2"]
    assert names.find("Xa Nga Thành") == ["1"]
    assert names.find("Xa Dung") == names.find("Xa Xa Dung") == ["3"]


@pytest.mark.parametrize(
    "written",
    [
        "An Bình, H. Cai Lậy",
        "Xã An Bình (Huyện Cai Lậy)",
        "X. An Bình,Cai Lậy",
        "xã An Bình, huyện Cai Lậy, Tiền Giang",
    ],
)
def test_a_name_may_state_its_parent_itself(written: str) -> None:
    top, *districts = (
        Unit("T", "Tỉnh Tiền Giang", "province"),
        Unit("C", "Huyện Cai Lậy", "district", "T"),
        Unit("G", "Huyện Gò Công", "district", "T"),
    )
    names = NameBook(Tree([top, *districts, Unit("1", "Xã An Bình", "c", "C"), Unit("2", "Xã An Bình", "c", "G")]))
    assert (
        names.find(written)
        == names.find(written, "Tiền Giang")
        == names.find("An Bình", "Cai Lậy, Tiền Giang")
        == ["1"]
    )
    assert names.find(written, "Huyện Gò Công") == []
    for other in (
        "An Bình, Gò Cát",
        "An Bình (mới)",
        "An Bình, An Bình",
        "An Định, Cai Lậy",
        "An Bình, Cai Lậy, Hà Nội",
    ):
        assert names.find(other) == []


def test_a_name_typed_without_marks_is_not_taken_for_one_with_marks_below_the_parent() -> None:
    names = book("Xã Quang Minh", "Xã Quảng Minh", parents=("Huyện Hiệp Hòa", "Huyện Việt Yên"))
    assert names.find("Xa Quang Minh") == ["0", "1"]
    assert names.find("Xa Quang Minh", "Huyện Hiệp Hòa") == ["0"]
    assert names.find("Xa Quang Minh", "Huyện Việt Yên") == []


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


@pytest.mark.parametrize(
    ("known", "written"),
    [
        ("Phường 1", "Phường 01"),
        ("Phường 01", "P1"),
        ("Phường 1", "Phường1"),
        ("Phường 4", "Phường IV"),
        ("Phường IV", "P.4"),
        ("Xã Châu Phong", "xã.Châu Phong"),
        ("Xã Châu Phong", "UBND xã Châu Phong"),
        ("Xã Châu Phong", "X\u00e3 Ch\u00e2u\u200b Phong"),
        ("Xã Châu Phong", "Xã ChâuPhong"),
        ("Thành phố Yên Bái", "T.P. Yên Bái"),
        ("Thành phố Yên Bái", "T.P Yên Bái"),
        ("Thị xã Nghĩa Lộ", "T.X. Nghĩa Lộ"),
        ("Đặc khu Phú Quý", "ĐK. Phú Quý"),
        ("Xã Quý Sơn", "Qúy Sơn"),
        ("Xã Quý Sơn", "Xã Quí Sơn"),
        ("Huyện Đắk R'Lấp", "Đăk R\u2019Lấp"),
        ("Huyện Đắk R'Lấp", "H. Đắk R Lấp"),
        ("Huyện Đắk R'Lấp", "Đắk R`lấp"),
        ("Tỉnh Bà Rịa - Vũng Tàu", "Bà Rịa\u2013Vũng Tàu"),
        ("Tỉnh Bà Rịa - Vũng Tàu", "T. Bà Rịa Vũng Tàu"),
        ("Xã Thuỷ Hoà", "Thủy Hòa"),
        ("Xã Quế Võ", "Xã Que\u0301\u0302 Vo\u0303"),
    ],
)
def test_a_name_is_found_as_people_type_it(known: str, written: str) -> None:
    assert book(known, "Xã Khác Hẳn").find(written) == ["0"]


@pytest.mark.parametrize(
    ("known", "written"),
    [
        ("Xã An Bình", "Xã An Bình (mới)"),
        ("Xã An Bình", "Xã An Bình 2"),
        ("Phường 1", "Phường 11"),
        ("Phường 1", "Quận 1"),
        ("Phường 10", "Phường 1"),
        ("Xã Đắk Long", "Xã Đắc Long"),
        ("Xã Mỹ", "Xã Mị"),
        ("Xã An", "Công an xã An"),
    ],
)
def test_notes_and_numbers_are_not_overlooked(known: str, written: str) -> None:
    assert book(known).find(written) == []


def test_the_strict_spelling_comes_before_the_loose_one() -> None:
    both = book("Xã Mỹ Đức", "Xã Mĩ Đức")
    assert both.find("Mĩ Đức") == ["1"]
    assert both.find("Mỹ Đức") == ["0"]
    assert book("Xã EaBar", "Xã Ea Bar").find("Ea-Bar") == ["0", "1"]


def test_an_alias_names_a_unit_and_a_parent_and_settles_two_of_one_name() -> None:
    tree = Tree(
        [
            Unit("137", "Huyện Mù Căng Chải", "district"),
            Unit("04456", "Thị trấn Mù Căng Chải", "commune", "137"),
            Unit("04462", "Xã Nậm Có", "commune", "137"),
        ]
    )
    called = {spelling("Huyện Mù Cang Chải"): "137", spelling("Mù Cang Chải"): "137", spelling("Mù Căng Chải"): "137"}
    known = NameBook(tree, called)
    assert known.find("mù cang chải") == known.find("H. Mù Cang Chải") == ["137"]
    assert known.find("Nậm Có", "H.Mù Cang Chải") == ["04462"]
    assert known.find("Mù Căng Chải") == ["137"]
    assert NameBook(tree).find("Mù Căng Chải") == ["137", "04456"]
    assert known.find("TT. Mù Cang Chải") == []


def test_the_nearest_below_the_parent_named_come_first() -> None:
    both = book("Xã Tân Thịnh", "Xã Tân Thịnh", parents=("Huyện Một", "Huyện Hai"))
    assert both.nearest("Tân Thinh", "Huyện Hai")[0] == "Xã Tân Thịnh (1)"
    assert both.nearest("Tân Thinh", "Huyện Một")[0] == "Xã Tân Thịnh (0)"


def test_a_spelling_s_own_spelling_is_itself() -> None:
    for name in ("Xã Hoà Tiến", "Phường 01", "Huyện Đắk R\u2019Lấp", "Bà Rịa \u2013 Vũng Tàu", "XàXá"):
        assert spelling(spelling(name)) == spelling(name)
