"""The overview says in words and figures where the small campaign stands; every number here was added up by hand."""

import re
from datetime import date

from tests.pages.house import EMPTY, FORMULA, LATER, SCRIPT


def test_the_headline_says_how_far_behind_plan_the_province_is(show):
    assert "Tỉnh Thử chậm 50 thông tin so với kế hoạch" in show().html


def test_the_sentence_gives_done_target_share_and_plan(show):
    html = show().html
    assert "Đến hết ngày 03/03/2025 (ngày 3/5): đã duyệt <b>550</b> trên 1.000 thông tin" in html
    assert "đạt <b>55,0%</b>; kế hoạch phải đạt <b>60,0%</b>, chậm <b>0,3</b> ngày so với kế hoạch." in html


def test_today_is_told_against_what_catching_up_needs(show):
    html = show().html
    assert "190 <small>/ 214</small>" in html
    assert "Thiếu 24 so với chỉ tiêu ngày" in html
    assert "Kế hoạch ban đầu của ngày: 200" in html


def test_both_yardsticks_stand_side_by_side(show):
    html = show().html
    assert ">55,0%" in html
    assert "1/5" in html


def test_who_holds_the_whole_back_comes_in_order_of_what_is_left(show):
    html = show().html
    panel = html[html.index("2 đơn vị chiếm 69,6% tổng số còn lại") :]
    assert panel.index("Xã có một cái tên rất dài") < panel.index("&lt;script&gt;") < panel.index(FORMULA)
    assert "39,1%" in panel  # 180 of 460; 180 + 140 are 69,6 %


def test_rows_held_and_sent_back_are_counted_on_the_first_page(show):
    html = show().html
    assert "Chờ xác nhận <b>2</b>" in html
    assert "Trả lại <b>1</b>" in html


def test_another_day_can_be_replayed(show):
    html = show(as_of="2025-03-02").html
    assert "<b>360</b> trên 1.000" in html
    assert "đạt <b>36,0%</b>" in html


def test_a_district_shows_its_own_figures(show):
    html = show(district="B").html
    assert "Huyện Bình chậm 70 thông tin so với kế hoạch" in html


def test_a_category_shows_its_own_figures(show):
    assert "<b>370</b> trên 750" in show(category="birth").html


def test_the_chart_draws_only_days_on_which_something_was_reported(show):
    traces = show("don-vi", unit="a3").chart["data"]
    done = next(trace for trace in traces if trace.get("fill") == "tozeroy")
    assert [day[:10] for day in done["x"]] == ["2025-03-01", "2025-03-02"]
    assert done["y"] == [20, 60]
    assert traces[-1]["line"]["dash"] == "dot"


def test_the_plan_curve_runs_from_nothing_to_the_target(show):
    plan = show().chart["data"][0]
    assert plan["y"] == [0, 200, 400, 600, 800, 1000]
    assert plan["x"][0][:10] == date(2025, 2, 28).isoformat()


def test_simulated_figures_are_marked(show):
    assert "Số liệu mô phỏng" in show().html


def test_names_are_escaped_in_every_piece_of_html(show):
    for page in ("", "chi-tieu-ngay", "xep-hang", "don-vi-cham", "don-vi"):
        html = show(page).html
        assert SCRIPT not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in show().html


def test_english_says_the_same(show):
    html = show(lang="en").html
    assert "Tỉnh Thử is 50 records behind plan" in html
    assert "<b>55.0%</b>" in html


def test_a_campaign_without_figures_says_so_and_what_to_do(show):
    assert "Chiến dịch chưa có số liệu" in show(campaign=EMPTY, as_of="").html


def test_a_campaign_that_has_not_begun_says_when_it_will(show):
    html = show(campaign=LATER, as_of="").html
    assert "Chiến dịch bắt đầu ngày 01/03/2099" in html


def test_the_stages_say_where_the_work_piles_up_as_the_page_of_comparing_does(show):
    said = re.search(
        r"(Ùn nhiều nhất ở bước [^<]*|Bước [^<]* dừng lại[^<]*|Không bước nào còn việc)", show("so-sanh").html
    )
    assert said is not None
    assert said[1] in show().html
