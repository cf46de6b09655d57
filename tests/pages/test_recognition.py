"""Recognition on the ranking, without a browser."""

from collections.abc import Callable

from tests.pages.conftest import Shown

Show = Callable[..., Shown]


def test_the_ranking_names_who_is_recognised(show: Show) -> None:
    html = show("xep-hang").html
    recognised = html[html.index("Ghi nhận") :]
    assert "Về đích đầu tiên" in recognised
    assert "Xã Đông" in recognised
    assert "3 ngày liền đạt kế hoạch ngày" in recognised, "80, 60 and 60 of 40 a day"
    assert "tăng 100,0 điểm phần trăm" in recognised


def test_a_district_names_its_own(show: Show) -> None:
    html = show("xep-hang", district="B").html
    recognised = html[html.index("Ghi nhận") :]
    assert "Về đích đầu tiên" not in recognised
    assert "2 ngày liền đạt kế hoạch ngày" in recognised, "b1: nothing, then 80 and 70 of 40"
    assert "tăng 70,0 điểm phần trăm" in recognised, "140 of 200, ten deaths too many"


def test_another_view_than_the_headlines_recognises_nobody(show: Show) -> None:
    assert "Ghi nhận" not in show("xep-hang", category="birth").html
