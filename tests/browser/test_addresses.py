"""Choices live in the address, across pages, languages, browsers and a fresh process."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Server, settled
from tests.pages.house import build

pytestmark = pytest.mark.browser


def head(page: Page):
    return page.locator(".cd-head h1")


def test_the_first_deep_link_on_a_fresh_process_goes_through_the_shell(page, tmp_path):
    with Server(build(tmp_path / "house")).running() as fresh:
        page.goto(f"{fresh.url}/xep-hang?as_of=2025-03-03&lang=en")
        settled(page)
        expect(head(page)).to_have_text("Ranking at the end of 2025-03-03")
        expect(page.locator(".cd-nav a[aria-current]")).to_have_text("Ranking")


def test_a_choice_goes_into_the_address_and_stays_there_across_pages(visit):
    page = visit()
    page.select_option("select[name=district]", "B")
    expect(head(page)).to_have_text("Huyện Bình chậm 70 thông tin so với kế hoạch")
    expect(page).to_have_url(re.compile("district=B"))
    page.get_by_role("link", name="Bảng xếp hạng").click()
    expect(head(page)).to_have_text("Xếp hạng đến hết ngày 03/03/2025")
    expect(page).to_have_url(re.compile("/xep-hang\\?as_of=2025-03-03&district=B"))
    expect(page.locator(".cd-table tbody tr")).to_have_count(2)


def test_a_copied_link_shows_a_colleague_the_same(visit, browser: Browser):
    page = visit("/?as_of=2025-03-02&district=A&category=birth")
    page.get_by_role("link", name="Chỉ tiêu ngày").click()
    expect(head(page)).to_have_text("Chỉ tiêu ngày 02/03/2025")
    mine = page.locator(".cd-table").inner_text()
    colleague = browser.new_context().new_page()
    colleague.goto(page.url)
    settled(colleague)
    assert colleague.locator(".cd-table").inner_text() == mine
    colleague.context.close()


def test_a_campaign_change_drops_what_only_the_old_one_had(visit):
    page = visit("/?as_of=2025-03-02&district=A")
    page.select_option("select[name=campaign]", "sap-toi")
    expect(head(page)).to_have_text("Chiến dịch bắt đầu ngày 01/03/2099")
    expect(page).to_have_url(re.compile(r"/\?campaign=sap-toi$"))


def test_days_are_stepped_through_one_at_a_time(visit):
    page = visit()
    page.get_by_role("button", name="Ngày trước").click()
    expect(page.locator(".cd-says")).to_contain_text("02/03/2025")
    expect(page).to_have_url(re.compile("as_of=2025-03-02"))


def test_back_returns_to_what_was_chosen_before(visit):
    page = visit()
    page.select_option("select[name=district]", "B")
    expect(head(page)).to_contain_text("Huyện Bình")
    page.go_back()
    expect(head(page)).to_contain_text("Tỉnh Thử")


def test_the_language_is_switched_in_the_address_and_in_the_document(visit):
    page = visit()
    assert page.locator("html").get_attribute("lang") == "vi"
    page.get_by_role("link", name="English").click()
    expect(head(page)).to_have_text("Tỉnh Thử is 50 records behind plan")
    expect(page).to_have_url(re.compile("lang=en"))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page).to_have_title("Overview · Cán Đích")


def test_a_unit_is_opened_from_a_table_without_loading_the_page_again(visit):
    page = visit("/xep-hang?as_of=2025-03-03")
    page.evaluate("window.stayed = true")
    page.get_by_role("link", name="Xã Đông").last.click()
    expect(head(page)).to_have_text("Xã Đông đã cán đích")
    assert page.evaluate("window.stayed")


def test_an_unknown_page_is_said_to_be_unknown_with_a_way_back(page, server):
    answer = page.goto(f"{server.url}/khong-co")
    assert answer.status == 404
    page.get_by_role("link", name="Về trang tổng quan").click()
    settled(page)
    expect(head(page)).to_contain_text("Tỉnh Thử")
