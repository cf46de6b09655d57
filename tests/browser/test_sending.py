"""Whole: figures sent and rows mended in a real browser, the product started as people start it."""

import io
import time
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settled
from tests.browser.test_inbox import started  # noqa: F401 - the fixture
from tests.pages.house import report

pytestmark = pytest.mark.browser


def drawn(page: Page, url: str) -> None:
    page.goto(url)
    settled(page)


def test_an_upload_is_seen_before_it_is_sent_and_on_screen_seconds_later(page, started):  # noqa: F811 - the fixture
    config, url = started
    page.set_default_timeout(30_000)
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if "Content Security" in message.text else None)
    drawn(page, f"{url}/gui-so-lieu?as_of=2025-03-04")
    page.locator("input[type=file]").set_input_files(report(config.parent, 4))
    expect(page.get_by_role("button", name="Gửi 16 dòng")).to_be_visible()
    assert not list((config.parent / "data").glob("submitted/2*")), "a look keeps nothing"
    began = time.monotonic()
    page.get_by_role("button", name="Gửi 16 dòng").click()
    expect(page.get_by_text("Số liệu đã lên bảng điều hành")).to_be_visible()
    assert time.monotonic() - began < 20
    page.get_by_role("link", name="Xem tổng quan").click()
    expect(page.locator(".cd-says b").first).to_have_text("620")  # 200 + 150 + 60 + 190 + 20
    assert wrong == []


def test_the_workbook_of_the_page_filled_in_comes_back_as_counts(page, started, tmp_path: Path):  # noqa: F811 - the fixture
    _, url = started
    drawn(page, f"{url}/gui-so-lieu?as_of=2025-03-03")
    with page.expect_download() as download:
        page.get_by_role("button", name="Tải biểu mẫu Excel").click()
    book = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes()))
    sheet = book.worksheets[0]
    assert [sheet.cell(row, 2).value for row in (8, 9, 10)] == ["a1", "a2", "a3"]
    sheet["D8"], sheet["E8"], sheet["D9"] = 140, 51, 81
    book.save(tmp_path / "tra-loi.xlsx")
    page.locator("input[type=file]").set_input_files(tmp_path / "tra-loi.xlsx")
    expect(page.get_by_role("button", name="Gửi 3 dòng")).to_be_visible()
    table = page.locator(".cd-table, table").first
    expect(table).to_contain_text("D8")
    expect(table).to_contain_text("Chờ xác nhận")


def test_a_held_row_is_accepted_with_a_reason_and_leaves_the_list(page, started):  # noqa: F811 - the fixture
    _, url = started
    page.set_default_timeout(30_000)
    drawn(page, f"{url}/can-xu-ly?as_of=2025-03-03")
    expect(page.get_by_role("heading", name="3 dòng cần xử lý")).to_be_visible()
    page.get_by_role("button", name="Xử lý", exact=True).first.click()
    page.get_by_role("textbox", name="Lý do").fill("xóa một bản ghi trùng")
    page.get_by_role("button", name="Ghi nhận số này").click()
    expect(page.get_by_role("heading", name="2 dòng cần xử lý")).to_be_visible()
    expect(page.get_by_text("thực hiện 1")).to_be_visible()
    expect(page.get_by_text("người dùng máy này").first).to_be_visible()
