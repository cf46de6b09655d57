"""A campaign from nothing to figures by hand alone: no source, no load, one workbook filled in and sent."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, settled, whole
from tests.warehouse.small import CONFIG, ID, Small, counts

pytestmark = pytest.mark.browser
TODAY = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).date()  # the campaign's own day, not that of UTC
YESTERDAY = TODAY - timedelta(days=1)
HEADING = "Chiến dịch chưa có số liệu: đang chờ báo cáo đầu tiên của 3 đơn vị"


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    """Return a campaign that began two days ago and has no figures."""
    first, last = TODAY - timedelta(days=2), TODAY + timedelta(days=5)
    dated = CONFIG.replace("2025-02-03", first.isoformat()).replace("2025-02-07", last.isoformat())
    made = Small(tmp_path / "nho", dated)
    yield made
    made.close()


@pytest.fixture
def started(small: Small) -> Iterator[str]:
    """Run it by `manage.py start`, and give its address."""
    with whole(small.path) as url:
        yield url


def filled(page: Page, file: Path) -> Path:
    """Get the workbook of all units for yesterday, and fill it in: 40 of 100, 60 of 200, and a word for a count."""
    page.get_by_role("combobox", name="Đơn vị").first.click()
    page.get_by_role("option", name="Tỉnh Nhỏ").click()
    when = page.get_by_test_id("stDateInput")
    for part, value in zip(("day", "month", "year"), YESTERDAY.strftime("%d %m %Y").split(), strict=True):
        when.get_by_role("spinbutton", name=part).fill(value)
    page.keyboard.press("Enter")
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Tải biểu mẫu Excel").click()
    book = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes()))
    sheet = book.worksheets[0]
    assert [sheet.cell(row, 2).value for row in (8, 9, 10)] == ["00101", "00102", "00201"]
    sheet["D8"], sheet["D9"], sheet["D10"] = 40, 60, "nhiều"
    book.save(file)
    return file


def test_from_nothing_to_figures_by_one_workbook(page, context, small, started, tmp_path):
    url = started
    page.goto(f"{url}/nguon-so-lieu")
    settled(page)
    expect(page.get_by_role("heading", name="Chiến dịch chưa có nguồn số liệu tự động")).to_be_visible()
    page.goto(url)
    settled(page)
    expect(page.get_by_role("heading", name=HEADING)).to_be_visible()
    watched, plain = context.new_page(), context.new_page()
    watched.goto(url)
    settled(watched)
    watched.evaluate("window.stayed = true")
    plain.goto(f"{url}/xem/{ID}")
    expect(plain.locator("main")).to_contain_text("Chiến dịch chưa có số liệu")

    page.get_by_role("link", name="Nộp số liệu đầu tiên").click()
    page.wait_for_url("**/gui-so-lieu**")
    expect(page.get_by_role("button", name="Tải biểu mẫu Excel")).to_be_visible()
    page.locator("input[type=file]").set_input_files(filled(page, tmp_path / "dau-tien.xlsx"))
    expect(page.get_by_role("button", name="Gửi 3 dòng")).to_be_visible()
    expect(page.locator(".cd-tally")).to_contain_text("2")
    assert (small.version, small.figures().batches()) == ("v000001", []), "start makes one of nothing, a look none"
    page.get_by_role("button", name="Gửi 3 dòng").click()
    expect(page.get_by_text("ghi nhận 2, không đổi 0, chờ xác nhận 0, trả lại 1")).to_be_visible()
    assert small.version == "v000002"

    expect(watched.get_by_role("heading", name=HEADING)).to_have_count(0)
    expect(watched.locator(".cd-answers, .cd-cards").first).to_contain_text("25,0%")  # 40 and 60 of 400
    assert watched.evaluate("window.stayed"), "the page moved on by itself"
    plain.reload()
    expect(plain.locator("main")).to_contain_text("25,0%")


def test_pages_served_before_any_version_open_and_move_on_to_the_first(page, small):
    with Server(small.path).running() as server:
        for path in ("/nguon-so-lieu", "/gui-so-lieu", "/can-xu-ly"):
            page.goto(server.url + path)
            settled(page)
            expect(page.locator(".cd-message")).to_have_count(0)
        page.goto(server.url)
        settled(page)
        expect(page.get_by_role("heading", name=HEADING)).to_be_visible()
        page.evaluate("window.stayed = true")
        assert small.version == "", "looking publishes nothing"
        first = YESTERDAY.isoformat()
        assert small.send(counts().rstrip() + f"\n00102,{first},100\n", at=datetime.now(UTC)).version == "v000001"
        expect(page.get_by_role("heading", name=HEADING)).to_have_count(0)
        expect(page.locator(".cd-answers, .cd-cards").first).to_contain_text("25,0%")  # 100 of 400
        assert page.evaluate("window.stayed")
