"""The menu in a real browser: every page is reached at every width, by keyboard too, and nothing is hidden unsaid."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import settled

pytestmark = pytest.mark.browser
EVERYDAY = ["Tổng quan", "Chỉ tiêu ngày", "Bảng xếp hạng", "Đơn vị chậm"]
FURTHER = ["So sánh", "Bản đồ", "Dự báo", "Đơn vị"]
LINKED = ["Cùng kỳ", "Các chiến dịch"]  # others lead there; on a phone they stand with the rest
WORK = ["Nguồn số liệu", "Dữ liệu cần xử lý: 3 dòng cần xử lý", "Gửi số liệu", "Văn bản", "Nhật ký"]


def seen(page) -> list[str]:
    links = page.get_by_role("navigation", name="Danh mục trang").get_by_role("link")
    return [link.get_attribute("aria-label") or link.inner_text().strip() for link in links.all() if link.is_visible()]


@pytest.mark.parametrize(
    ("width", "in_sight", "behind"),
    [
        (1920, [*EVERYDAY, *FURTHER], "Số liệu"),
        (1366, [*EVERYDAY, *FURTHER], "Số liệu"),
        (1024, [*EVERYDAY, *FURTHER], "Số liệu"),
        (800, EVERYDAY, "Thêm"),
        (390, EVERYDAY, "Thêm"),
    ],
)
def test_every_page_is_in_sight_or_behind_one_button_that_says_how_many_rows_wait(visit, width, in_sight, behind):
    page = visit()
    page.set_viewport_size({"width": width, "height": 844})
    assert seen(page) == in_sight
    top = page.locator(".cd-top")
    assert top.evaluate("node => node.scrollWidth <= node.clientWidth"), "nothing is pushed out of the header"
    button = page.get_by_role("button", name=behind)
    expect(button).to_contain_text("3")
    expect(button).to_have_attribute("aria-expanded", "false")
    button.click()
    assert set(seen(page)) - {"Xem nhanh", *LINKED} == {*EVERYDAY, *FURTHER, *WORK}
    page.locator("h1").click(position={"x": 4, "y": 4})
    assert seen(page) == in_sight


def test_the_menu_is_worked_by_keyboard_and_marks_the_page(visit):
    page = visit()
    page.set_viewport_size({"width": 390, "height": 844})
    button = page.get_by_role("button", name="Thêm")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="So sánh", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/so-sanh*")
    settled(page)
    expect(button).to_have_attribute("data-here", "more")
    button.click()
    expect(page.get_by_role("link", name="So sánh", exact=True)).to_have_attribute("aria-current", "page")


def test_the_frameworks_widgets_are_named_in_the_language_of_the_page(visit):
    page = visit("/gui-so-lieu?as_of=2025-03-03")
    expect(page.locator("button").and_(page.get_by_role("button", name="Chọn tệp"))).to_be_visible()
    expect(page.get_by_role("button", name="Chọn ngày").first).to_be_visible()
    page = visit("/gui-so-lieu?as_of=2025-03-03&lang=en")
    expect(page.get_by_role("button", name="Choose date").first).to_be_visible()
