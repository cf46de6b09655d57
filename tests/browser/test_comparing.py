"""The page that compares in a real browser: on a phone the latest days are in sight, only the table moves sideways."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import settled
from tests.pages.house import SCRIPT

pytestmark = pytest.mark.browser


def test_on_a_phone_the_table_alone_moves_sideways_and_begins_at_the_latest_day(visit):
    page = visit()
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("button", name="Thêm").click()
    page.get_by_role("link", name="So sánh", exact=True).click()
    page.wait_for_url("**/so-sanh*")
    settled(page)
    expect(page.locator(".cd-heat td").first).to_be_visible()
    last = page.locator(".cd-heat thead th").last
    assert last.evaluate("e => e.getBoundingClientRect().right <= innerWidth")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    outside = page.evaluate(
        "[...document.querySelectorAll('.cd-panel, .cd-heat-box, .cd-small, .cd-bump, .cd-funnel')]"
        ".filter(e => e.getBoundingClientRect().right > innerWidth + 1).length"
    )
    assert outside == 0
    page.locator(".cd-heat-box").first.evaluate("e => { e.scrollLeft = -9999 }")
    assert page.locator(".cd-heat tbody th").first.evaluate("e => e.getBoundingClientRect().left") >= 0

    page.get_by_role("link", name="Trong từng ngày").click()
    page.wait_for_url("**measure=day*")
    expect(page.locator(".cd-panel h2").first).to_contain_text("1 đơn vị dưới kế hoạch ba ngày liền")
    page.locator(".cd-heat").get_by_role("link", name=SCRIPT).click()
    expect(page.locator(".cd-head h1")).to_have_text(f"{SCRIPT} chậm 60 thông tin so với kế hoạch")


def test_names_at_the_ends_of_lines_do_not_overlap_and_a_unit_is_chosen_by_a_click(visit):
    page = visit("/so-sanh?as_of=2025-03-03")
    page.get_by_text("Chọn đơn vị để so sánh").click()
    expect(page.locator(".cd-bump-names li")).to_have_count(5)
    boxes = page.locator(".cd-bump-names li").evaluate_all(
        "all => all.map(e => e.getBoundingClientRect()).map(r => [r.top, r.bottom])"
    )
    assert all(after[0] >= before[1] - 1 for before, after in zip(boxes, boxes[1:], strict=False))
    page.locator(".cd-pick").get_by_role("link", name="✓ Xã Đông", exact=True).click()
    page.wait_for_url("**units_shown=*")
    expect(page.locator(".cd-bump-names li")).to_have_count(4)
    page.locator(".cd-pick").get_by_role("link", name="Xã Đông", exact=True).click()
    expect(page.locator(".cd-bump-names li")).to_have_count(5)
