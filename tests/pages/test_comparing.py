"""The page that compares says what can be added up by hand from the small campaign, whatever the address chooses."""

import re

from tests.pages.house import LATER, SCRIPT


def page(show, **choices):
    return show("so-sanh", **choices).html


def cells(html, name):
    """Return the classes and words of a unit's cells."""
    line = html[html.index(f">{name}</a>") :]
    line = line[: line.index("<tr")] if "<tr" in line else line[: line.index("</tbody>")]
    return re.findall(r"<td class=(\w)>(?:<span class=cd-unseen>)?([^<]*)", line)


def test_who_is_below_plan_three_days_running_is_told_first(show):
    html = page(show)
    assert "2 đơn vị dưới kế hoạch ba ngày liền; 1 đơn vị trong số đó chưa báo cáo ngày cuối" in html
    assert "1 đơn vị dưới kế hoạch ba ngày liền, ở Huyện Bình" in page(show, measure="day")


def test_a_line_tells_each_day_as_a_share_of_the_plan(show):
    html = page(show)
    assert cells(html, "Xã Đông") == [("o", "200,0"), ("o", "175,0"), ("d", "đã về đích")]
    assert cells(html, "&lt;script&gt;alert(1)&lt;/script&gt;") == [("b", "50,0"), ("b", "75,0"), ("s", "chưa báo cáo")]
    assert cells(page(show, measure="day"), "=1+1") == [("b", "50,0"), ("o", "100,0"), ("o", "150,0")]


def test_the_worst_district_comes_first_in_the_table_and_among_the_pictures(show):
    html = page(show)
    assert html.index("Huyện Bình</a>") < html.index("Huyện An</a>")
    assert "1 trên 2 đơn vị chậm so với kế hoạch; chậm nhất là Huyện Bình: đạt 42,5%, kế hoạch 60,0%" in html
    assert 'alt="Huyện An: đạt 63,3%, kế hoạch phải đạt 60,0%"' in html


def test_ranks_are_followed_from_the_first_day_that_put_units_in_order(show):
    html = page(show)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; giảm 1 bậc (từ 3 xuống 4)" in html
    shown = page(show, units_shown="b2,b1")
    names = re.findall(r'<li style="top:[\d.]+%"[^>]*><b>(\d)</b> <a href="[^"]*unit=(\w+)', shown)
    assert names == [("2", "b1"), ("5", "b2")]
    assert "Các đơn vị đang xem không thay đổi thứ hạng" in shown


def test_the_bottleneck_is_named_with_the_days_it_takes_to_clear(show):
    html = page(show)
    assert "Ùn nhiều nhất ở bước Đã nhập: 460 thông tin chờ, cần khoảng 2,5 ngày làm việc" in html
    assert "còn 460 phải làm; mỗi ngày làm 183, hết sau 2,5 ngày làm việc" in html


def test_the_first_day_has_no_movement_and_a_run_of_one_day(show):
    html = page(show, as_of="2025-03-01")
    assert "4 đơn vị dưới kế hoạch ngay ngày đầu" in html
    assert "Cần ít nhất hai ngày để thấy thứ hạng thay đổi" in html


def test_a_district_is_compared_within_itself(show):
    html = page(show, district="B")
    assert "Huyện An</a>" not in html
    assert "1 trên 2 đơn vị chậm so với kế hoạch" in html


def test_a_campaign_that_has_not_begun_says_when_it_does(show):
    html = page(show, campaign=LATER, as_of="")
    assert "Chiến dịch bắt đầu ngày 01/03/2099; chưa có ngày nào để so sánh." in html


def test_names_are_escaped_and_every_line_leads_to_its_unit(show):
    html = page(show)
    assert SCRIPT not in html
    assert 'href="/don-vi?as_of=2025-03-03&amp;unit=a3"' in html


def test_english_says_the_same(show):
    html = page(show, lang="en")
    assert "2 units below plan for three days in a row; 1 of these did not report on the last day" in html
    assert "The work piles up at Entered: 460 records wait, about 2.5 working days" in html


def test_what_the_address_cannot_mean_is_left_out(show):
    odd = page(show, measure="x", part="x", open="zz", units_shown="zz")
    assert re.sub(r'href="[^"]*"', "", odd) == re.sub(r'href="[^"]*"', "", page(show))
