"""A table sorted and searched is what a colleague sees who is sent the link."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE_MS, Server, settled
from tests.warehouse.small import Small, counts

pytestmark = pytest.mark.browser
CODES = [f"{number:05d}" for number in range(1, 13)]


@pytest.fixture(scope="module")
def twelve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Twelve communes of one district; commune n has done 5 n of 100 on day 2, and 12 none."""
    made = Small(
        tmp_path_factory.mktemp("twelve"),
        units="code,name,level,parent_code\n27,Tỉnh Nhỏ,province,\nD1,Huyện Một,district,27\n"
        + "".join(f"{code},Xã Số {int(code)},commune,D1\n" for code in CODES),
        targets="unit_code,target\n" + "".join(f"{code},100\n" for code in CODES),
    )
    made.send(counts(*((code, "4", 5 * int(code)) for code in CODES[:-1])), at="2025-02-20T08:00:00+07:00")
    with Server(made.path).running() as running:
        yield running


@pytest.fixture
def go(page: Page, twelve: Server):
    page.set_default_timeout(PATIENCE_MS)

    def visit(address: str) -> Page:
        page.goto(twelve.url + address)
        settled(page)
        return page

    return visit


def names(page: Page) -> list[str]:
    expect(page.locator(".cd-table tbody tr").first).to_be_visible()
    return page.locator(".cd-table tbody tr td.cd-n a:not(.cd-pin)").all_inner_texts()


HERE = "/chi-tieu-ngay?as_of=2025-02-04"


def test_how_a_table_is_sorted_and_searched_stands_in_the_address_and_in_the_link_sent(go, context):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = go(HERE)
    done = page.get_by_role("columnheader", name="Trong ngày")
    done.get_by_role("button").click()
    page.wait_for_url(re.compile("sort=done_today"))
    done.get_by_role("button").click()
    page.wait_for_url(re.compile("sort=-done_today"))
    expect(done).to_have_attribute("aria-sort", "descending")
    page.get_by_role("searchbox").fill("so 1")
    page.wait_for_url(re.compile(r"find=so(\+|%20)1"))
    shown = names(page)
    assert shown == ["Xã Số 11", "Xã Số 10", "Xã Số 1", "Xã Số 12"]
    page.get_by_role("button", name="Sao chép liên kết").click()
    expect(page.locator(".cd-said")).to_be_visible()  # it has been copied
    link = page.evaluate("navigator.clipboard.readText()")
    page.goto("about:blank")
    page.goto(link)
    settled(page)
    expect(page.get_by_role("searchbox")).to_have_value("so 1")
    expect(page.get_by_role("columnheader", name="Trong ngày")).to_have_attribute("aria-sort", "descending")
    assert names(page) == shown


def test_another_day_keeps_the_sorting_and_another_page_begins_afresh(go):
    page = go(HERE + "&sort=-done_today")
    assert names(page)[0] == "Xã Số 11"
    page.get_by_role("button", name="Ngày trước").click()
    page.wait_for_url(re.compile("as_of=2025-02-03.*sort=-done_today|sort=-done_today.*as_of=2025-02-03"))
    settled(page)
    expect(page.locator("th[aria-sort=descending]")).to_have_count(1)
    page.get_by_role("link", name="Đơn vị chậm", exact=True).click()
    page.wait_for_url(lambda url: "don-vi-cham" in url and "sort=" not in url)


def test_of_several_tables_each_keeps_its_own(go):
    page = go("/don-vi-cham?as_of=2025-02-04&sort=behind.name,silent.-remaining")
    tables = page.locator(".cd-table")
    expect(page.locator("th[aria-sort=ascending]")).to_have_count(1)
    expect(page.locator("th[aria-sort=descending]")).to_have_count(1)
    behind = tables.filter(has=page.locator("th[aria-sort=ascending]"))
    behind.locator("th[aria-sort=ascending] button").click()
    page.wait_for_url(re.compile("silent.-remaining"))
    page.wait_for_url(re.compile("behind.-name"))


def test_an_address_that_asks_for_what_is_not_there_shows_the_table_as_it_is(go):
    page = go(HERE + "&sort=-secret,name&find=" + "x" * 80)
    expect(page.locator("th[aria-sort]")).to_have_count(0)
    expect(page.get_by_role("searchbox")).to_have_value("x" * 60)
    expect(page.locator(".cd-table .cd-empty")).to_be_visible()
    expect(page.locator(".cd-message")).to_have_count(0)


@pytest.fixture(scope="module")
def three_hundred(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Three hundred communes of one province; commune n has done n of 1,000 on day 2."""
    codes = [f"{number:05d}" for number in range(1, 301)]
    made = Small(
        tmp_path_factory.mktemp("hundreds"),
        units="code,name,level,parent_code\n27,Tỉnh Nhỏ,province,\n"
        + "".join(f"{code},Xã Số {int(code)},commune,27\n" for code in codes),
        targets="unit_code,target\n" + "".join(f"{code},1000\n" for code in codes),
    )
    made.send(counts(*((code, "4", int(code)) for code in codes)), at="2025-02-20T08:00:00+07:00")
    with Server(made.path).running() as running:
        yield running


def test_a_long_table_is_sorted_searched_and_opened_further_over_all_its_rows(page, three_hundred):
    page.set_default_timeout(PATIENCE_MS)
    page.goto(three_hundred.url + HERE)
    settled(page)
    rows = page.locator(".cd-table tbody tr")
    expect(rows).to_have_count(100)
    done = page.get_by_role("columnheader", name="Trong ngày")
    done.get_by_role("button").click()
    page.wait_for_url(re.compile("sort=done_today"))
    done.get_by_role("button").click()
    page.wait_for_url(re.compile("sort=-done_today"))
    expect(rows.first).to_contain_text("Xã Số 300")
    page.get_by_role("button", name="Xem thêm 200 dòng").click()
    page.wait_for_url(re.compile("rows=200"))
    expect(rows).to_have_count(200)
    search = page.get_by_role("searchbox")
    search.press_sequentially("so 29", delay=30)
    expect(page.locator(".cd-found")).to_have_text("13/300 đơn vị")
    expect(rows).to_have_count(13)
    expect(rows.first).to_contain_text("Xã Số 299")
    expect(search).to_be_focused()
    expect(search).to_have_value("so 29")
    link = page.url
    page.goto("about:blank")
    page.goto(link)
    settled(page)
    expect(rows).to_have_count(13)
    expect(rows.first).to_contain_text("Xã Số 299")
    expect(page.get_by_role("searchbox")).to_have_value("so 29")
