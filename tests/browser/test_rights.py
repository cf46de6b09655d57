"""A clerk at work in a real browser, the product started as people start it: his own unit, his own name, no more."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect

from access.accounts import Accounts
from access.sessions import Sessions
from etl.configured import load
from etl.intake import received_store
from pages._session import COOKIE
from reporting.figures import Figures
from tests.browser.conftest import PATIENCE_MS, settled, whole
from tests.pages.house import ID, build

pytestmark = pytest.mark.browser
ACCESS = """
[access]
[[access.grant]]
user = "xa.dong"
role = "clerk"
units = ["a1"]
[[access.grant]]
user = "can.bo"
role = "officer"
"""
NAMES = {"xa.dong": "Lê Thị Đông", "can.bo": "Trần Văn Cán"}


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    config = build(tmp_path_factory.mktemp("signed") / "house")
    config.write_text(config.read_text("utf-8") + ACCESS, "utf-8")
    for user, name in NAMES.items():
        Accounts(load(config)).add(user, name, "một mật khẩu dài và riêng", datetime.now(UTC))
    with whole(config) as url:
        yield config, url


def signed_in(browser: Browser, started: tuple[Path, str], user: str) -> Page:
    config, url = started
    token = Sessions(load(config)).begin(user, NAMES[user], "local", {}, datetime.now(UTC))
    context = browser.new_context(locale="vi-VN")
    context.add_cookies([{"name": COOKIE, "value": token, "url": url}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    return page


def test_a_clerk_sends_for_his_unit_and_an_officer_sees_who_did(browser: Browser, started: tuple[Path, str]) -> None:
    config, url = started
    page = signed_in(browser, started, "xa.dong")
    page.goto(f"{url}/gui-so-lieu?as_of=2025-03-03")
    settled(page)
    work = page.locator(".cd-nav a, .cd-menu a").evaluate_all("all => all.map(one => new URL(one.href).pathname)")
    assert "/gui-so-lieu" in work
    assert not {"/van-ban", "/nguon-so-lieu"} & set(work)
    with page.expect_download() as download:
        page.get_by_role("button", name="Tải biểu mẫu Excel").click()
    book = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes()))
    sheet = book.worksheets[0]
    codes = {str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value in ("a1", "a2", "a3", "b1")}
    assert codes == {"a1"}
    sheet["D8"], sheet["E8"] = 151, 51
    book.save(config.parent / "mine.xlsx")
    page.locator("input[type=file]").set_input_files(config.parent / "mine.xlsx")
    page.get_by_role("button", name="Gửi 2 dòng").click()
    expect(page.get_by_text("Số liệu đã lên bảng điều hành")).to_be_visible()
    page.context.close()
    (sent,) = [one for one in _loads(config) if one]
    assert sent == ("xa.dong", "Lê Thị Đông", "127.0.0.1")
    figures = Figures.open(load(config), ID)
    assert figures.unit("a1", figures.campaign.end).done == 202
    figures.close()


def _loads(config: Path) -> list[tuple[str, str, str] | None]:
    loads = [one.envelope for one in received_store(load(config), ID).loads()]
    return [None if one is None else (one.sender.id, one.sender.name, one.ip) for one in loads]


def test_a_page_that_is_not_his_is_not_there(browser: Browser, started: tuple[Path, str]) -> None:
    _, url = started
    page = signed_in(browser, started, "xa.dong")
    answer = page.goto(f"{url}/van-ban")
    assert answer is not None
    assert answer.status == 404
    page.goto(f"{url}/can-xu-ly?as_of=2025-03-03")
    settled(page)
    expect(page.get_by_role("button", name="Xử lý")).to_have_count(0)
    page.context.close()
    page = signed_in(browser, started, "can.bo")
    page.goto(f"{url}/can-xu-ly?as_of=2025-03-03")
    settled(page)
    expect(page.get_by_role("button", name="Xử lý", exact=True)).to_have_count(3)
    page.context.close()
