"""Habits: find a unit by typing, step through days, make a table one's own, ask what a number means."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import PATIENCE_MS, settled
from tests.pages.house import ID, LATER

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
HERE = "?as_of=2025-03-03"


def box(page: Page):
    return page.get_by_role("dialog", name="Tìm đơn vị")


def test_a_unit_is_found_without_diacritics_by_the_keyboard_alone_from_any_page(visit):
    page = visit(f"/don-vi-cham{HERE}&district=B")
    page.locator("h1").click()
    page.keyboard.press("/")
    field = box(page).get_by_role("combobox")
    expect(field).to_be_focused()
    page.keyboard.type("xa do")
    option = box(page).get_by_role("option")
    expect(option).to_have_count(1)
    expect(option).to_contain_text("Xã Đông")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(box(page).get_by_role("status")).to_have_text("1 đơn vị khớp")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/don-vi{HERE}&unit=a1")
    settled(page)
    expect(page.locator(".cd-head h1")).to_contain_text("Xã Đông")
    expect(box(page)).to_have_count(0)


def test_a_unit_is_found_by_its_code_and_nothing_found_is_said(visit):
    page = visit()
    page.get_by_role("button", name="Tìm đơn vị").click()
    field = box(page).get_by_role("combobox")
    field.fill("b2")
    expect(box(page).get_by_role("option")).to_have_count(1)
    field.fill("khong co don vi nay")
    expect(box(page).get_by_role("status")).to_have_text("Không có đơn vị nào khớp")
    page.keyboard.press("Escape")
    expect(box(page)).to_have_count(0)
    expect(page.get_by_role("button", name="Tìm đơn vị")).to_be_focused()


def test_the_arrows_go_through_what_was_found_and_the_slash_can_be_turned_off(visit):
    page = visit()
    page.keyboard.press("/")
    page.keyboard.type("huyen")
    options = box(page).get_by_role("option")
    expect(options.nth(2)).to_be_visible()  # the list is fetched when the box opens
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    box(page).get_by_label("Phím / mở ô tìm này").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.wait_for_timeout(500)
    expect(box(page)).to_have_count(0)


SCRIPT = re.compile(r"/finding\.js")


def held_back(page: Page) -> list[Route]:
    """Return where requests for the script of the box are held until somebody lets them through."""
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    page.route(SCRIPT, hold)
    return waiting


def until_held(page: Page, waiting: list[Route], many: int) -> None:
    """Wait until so many requests are held: the browser tells of a request before it hands it over."""
    for _ in range(PATIENCE_MS // 20):
        if len(waiting) >= many:
            return
        page.wait_for_timeout(20)
    raise AssertionError(f"{len(waiting)} of {many} requests came")


def test_on_a_slow_line_what_is_typed_before_the_box_opens_is_kept(visit):
    page = visit()
    waiting = held_back(page)
    page.keyboard.press("/")
    page.keyboard.type("xa donk")
    page.keyboard.press("Backspace")
    page.keyboard.type("g")
    until_held(page, waiting, 1)
    assert box(page).count() == 0
    waiting[0].continue_()
    expect(box(page).get_by_role("combobox")).to_have_value("xa dong")
    expect(box(page).get_by_role("option")).to_contain_text(["Xã Đông"])
    page.keyboard.type(" x")
    expect(box(page).get_by_role("combobox")).to_have_value("xa dong x")


def test_a_box_that_does_not_come_is_said_and_one_given_up_stays_away(visit):
    page = visit()
    waiting = held_back(page)
    page.keyboard.press("/")
    until_held(page, waiting, 1)
    waiting[0].abort()
    expect(page.locator(".cd-said")).to_have_text(re.compile("Chưa lấy được danh mục đơn vị"))
    page.keyboard.press("/")
    until_held(page, waiting, 2)
    page.keyboard.press("Escape")
    waiting[1].continue_()
    page.wait_for_timeout(500)
    assert box(page).count() == 0


def test_a_slash_typed_into_a_field_is_a_slash(visit):
    page = visit(f"/du-bao{HERE}")
    page.evaluate("document.querySelector('h1').insertAdjacentHTML('afterend', '<input id=own>')")
    page.locator("#own").focus()
    page.keyboard.type("a/b")
    expect(page.locator("#own")).to_have_value("a/b")
    expect(box(page)).to_have_count(0)


def test_on_a_phone_a_unit_is_found_by_thumb(visit):
    page = visit()
    page.set_viewport_size(PHONE)
    page.get_by_role("button", name="Tìm đơn vị").click()
    box(page).get_by_role("combobox").fill("xa dong")
    option = box(page).get_by_role("option").first
    bounds = option.bounding_box()
    assert bounds is not None
    assert bounds["height"] >= 44
    assert box(page).evaluate("e => e.getBoundingClientRect().right <= innerWidth")
    option.click()
    page.wait_for_url("**/don-vi*unit=a1")


def test_days_are_stepped_by_keyboard_and_the_focus_stays_where_it_was(visit):
    page = visit()
    before = page.get_by_role("button", name="Ngày trước")
    before.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**as_of=2025-03-02*")
    settled(page)
    expect(before).to_be_focused()
    page.keyboard.press("Shift+ArrowLeft")
    page.wait_for_url("**as_of=2025-03-01*")
    settled(page)
    expect(page.locator(".cd-head")).to_contain_text("ngày 1/5")
    slide = page.get_by_role("slider")
    slide.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**as_of=2025-03-02*")
    settled(page)
    expect(slide).to_be_focused()
    expect(slide).to_have_attribute("aria-valuetext", "02/03/2025 · ngày 2")


def first(page: Page):
    return page.locator(".cd-table tbody tr").first


def test_a_pinned_unit_stands_first_in_every_table_and_the_link_keeps_it(visit):
    page = visit(f"/xep-hang{HERE}")
    page.get_by_role("link", name="Ghim Xã Đông lên đầu bảng").focus()
    first_pin = page.locator(".cd-table tbody tr").nth(1).locator(".cd-pin")
    code = first_pin.get_attribute("name")
    first_pin.click()
    page.wait_for_url("**pin=b1*")
    settled(page)
    expect(first(page)).to_have_attribute("data-pinned", "")
    expect(first(page).locator(".cd-pin")).to_have_attribute("name", str(code))
    page.get_by_role("button", name="Tỷ lệ").click()
    expect(first(page)).to_have_attribute("data-pinned", "")
    page.get_by_role("link", name="Chỉ tiêu ngày", exact=True).click()
    page.wait_for_url("**/chi-tieu-ngay*pin=b1*")
    settled(page)
    expect(first(page)).to_have_attribute("data-pinned", "")
    first(page).locator(".cd-pin").click()
    page.wait_for_url(lambda url: "pin=" not in url)


def test_columns_are_chosen_by_keyboard_and_stand_in_the_address(visit):
    page = visit(f"/xep-hang{HERE}")
    page.locator(".cd-opens-columns summary").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Chỉ tiêu", exact=True).focus()
    page.keyboard.press("Space")
    page.wait_for_url("**cols=*")
    settled(page)
    expect(page.get_by_role("columnheader", name="Chỉ tiêu", exact=True)).to_have_count(0)
    expect(page.get_by_label("Chỉ tiêu", exact=True)).to_be_focused()  # the list stays open for the next choice
    page.get_by_label("Trong ngày", exact=True).check()
    expect(page.get_by_role("columnheader", name="Trong ngày", exact=True)).to_have_count(1)
    page.get_by_role("link", name="Trở lại cột mặc định").click()
    page.wait_for_url(lambda url: "cols=" not in url)
    expect(page.get_by_role("columnheader", name="Chỉ tiêu", exact=True)).to_have_count(1)


def test_what_a_number_means_opens_by_keyboard_and_closes_by_escape(visit):
    page = visit(f"/chi-tieu-ngay{HERE}")
    ask = page.locator(".cd-help summary").first
    told = page.locator(".cd-help p").first
    ask.focus()
    page.keyboard.press("Enter")
    expect(told).to_be_visible()
    page.keyboard.press("Escape")
    expect(told).to_be_hidden()
    expect(ask).to_be_focused()
    page.locator(".cd-opens-means summary").click()
    expect(page.locator(".cd-opens-means dl")).to_contain_text("Số phải làm trong ngày này để kịp tiến độ")


def test_what_a_number_means_fits_a_phone(visit):
    page = visit(f"/chi-tieu-ngay{HERE}")
    page.set_viewport_size(PHONE)
    for ask in page.locator(".cd-help summary").all():
        bounds = ask.bounding_box()
        assert bounds is not None
        assert min(bounds["width"], bounds["height"]) >= 44
        ask.click()
        told = page.locator(".cd-help[open] p")
        expect(told).to_have_count(1)
        assert told.evaluate(
            "e => { const r = e.getBoundingClientRect(); return r.left >= 0 && r.right <= innerWidth; }"
        )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "path", [f"/cung-ky{HERE}&against={LATER}", "/chien-dich", f"/chien-dich?campaign={ID}&lang=en"]
)
def test_the_pages_of_many_campaigns_keep_to_wcag_and_to_a_phone(browser, server, path, scheme):
    page = browser.new_page(viewport=PHONE, color_scheme=scheme, bypass_csp=True)
    page.goto(server.url + path)
    settled(page)
    assert page.evaluate("document.getElementById('stMain').scrollWidth <= innerWidth")
    found = Axe().run(page).response["violations"]
    page.close()
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    assert [(one["id"], one["nodes"][0]["html"]) for one in serious] == []


def test_the_open_box_the_columns_and_the_help_keep_to_wcag(browser, server):
    page = browser.new_page(viewport={"width": 1366, "height": 768}, bypass_csp=True)
    page.goto(f"{server.url}/xep-hang{HERE}")
    settled(page)
    page.locator(".cd-opens-columns summary").click()
    opened = Axe().run(page, context=".cd-table").response["violations"]
    page.keyboard.press("/")
    box(page).get_by_role("combobox").fill("xa")
    expect(box(page).get_by_role("option").first).to_be_visible()
    found = [*opened, *Axe().run(page, context="dialog").response["violations"]]
    page.close()
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    assert [(one["id"], one["nodes"][0]["html"]) for one in serious] == []


def test_a_card_leads_to_its_campaign_and_the_switch_leads_back(visit):
    page = visit(f"/{HERE}")
    page.get_by_role("link", name="Tất cả chiến dịch").click()
    page.wait_for_url("**/chien-dich*")
    settled(page)
    page.get_by_role("link", name="Chiến dịch thử").click()
    page.wait_for_url(f"**/?campaign={ID}")
    settled(page)
    expect(page.locator(".cd-head h1")).to_contain_text("Tỉnh Thử")
