"""The five answers at the top of Tổng quan, added up by hand, and the same as those of the quick view and the brief."""

import re
from html import unescape

from tests.pages.house import LATER, LONG


def answers(html: str) -> dict[str, str]:
    """Return the words of each answer, in the order in which they stand; what a reader may unfold is left out."""
    html = re.sub(r"<details class=.cd-help.*?</details>", "", html)
    found = re.findall(r'<section class="cd-card cd-answer" data-answer="(\w+)">(.*?)</section>', html)
    return {name: " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split()) for name, body in found}


def test_the_five_answers_stand_in_the_order_in_which_they_are_asked(show):
    assert list(answers(show().html)) == ["where", "outlook", "today", "calls", "true"]


def test_each_answer_is_words_and_figures_added_up_by_hand(show):
    said = answers(show().html)
    over = "10 vượt chỉ tiêu ở phần khác không bù cho phần thiếu"
    finished = "1/5 đơn vị đã hoàn thành"
    assert said["where"] == f"Tiến độ đến đâu? 55,0% kế hoạch 60,0% Còn lại 460 thông tin: {over} {finished}"
    assert said["today"].startswith("Ngày 03/03/2025: làm / cần 190 / 214 Thiếu 24 so với chỉ tiêu ngày")
    assert said["today"].endswith("Kế hoạch ban đầu của ngày: 200")
    assert said["calls"].startswith(f"Cần gọi ai? {LONG} Huyện Bình")
    assert "còn 180, bằng 39,1% phần còn lại" in said["calls"]  # 180 of 460
    assert "2 dòng chờ xác nhận; 1 dòng bị trả lại." in said["true"]


def test_will_we_make_it_says_what_every_day_from_now_on_takes(show):
    said = answers(show().html)["outlook"]
    assert re.search(
        r"Có kịp hạn không\? \d/5 đơn vị dự kiến kịp hạn Xem dự báo", said
    )  # what b1 is over helps no other
    assert said.endswith("Từ nay mỗi ngày 230 đến hạn 05/03")  # 460 left, two days


def test_where_nothing_is_over_target_what_is_left_needs_no_word_more(show):
    said = answers(show(category="birth").html)["where"]
    assert "Còn lại 380 thông tin 1/5" in said  # 750 less 370


def test_on_the_last_day_it_is_told_that_the_deadline_is_here_and_was_not_kept(show):
    page = show(as_of="2025-03-05").html  # nobody reported after the third
    assert "Tỉnh Thử đến hạn còn thiếu 460 thông tin" in page
    said = answers(page)["outlook"]
    assert said == "Có kịp hạn không? Không 1/5 đơn vị về đích đúng hạn Đã hết hạn ngày 05/03/2025, chưa về đích."


def test_a_part_of_the_work_is_answered_for_too(show):
    said = answers(show(category="birth").html)
    assert said["where"].startswith("Tiến độ đến đâu? 49,3% kế hoạch 60,0%")  # 370 of 750
    assert len(said) == 5


def test_a_campaign_that_has_not_begun_is_answered_in_words(show):
    said = answers(show(campaign=LATER, as_of="").html)
    assert list(said) == ["where", "outlook", "today", "calls", "true"]
    assert said["outlook"].startswith("Có kịp hạn không? Chiến dịch bắt đầu ngày 01/03/2099; chưa có gì để dự báo.")
    assert said["true"].startswith("Số liệu có đúng không? ✓ Số liệu khớp")


def test_the_same_is_said_in_english(show):
    said = answers(show(lang="en").html)
    over = "10 above target elsewhere do not make up for what is missing"
    assert said["where"] == f"Where are we? 55.0% plan 60.0% 460 records left: {over} 1 of 5 units have finished"
