"""Văn bản, whole: seen as it prints, blocked, explained, issued by the scheduler, and taken home as it is on record."""

import io
import json
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, TimeoutError, expect  # noqa: A004 - Playwright's own

from etl import office
from tests.browser.conftest import settled, whole
from tests.pages.house import build, ingest, write
from tests.pages.test_documents import with_paper

pytestmark = pytest.mark.browser
WAIT_MS = 90_000  # an office starts for the first page


@pytest.fixture
def started(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """Run the small campaign, whose province stated 505 records where 550 were counted; give configuration, address."""
    config = with_paper(build(tmp_path / "house"))
    stated = [("unit_code", "category", "stage", "as_of", "count"), ("T", "all", "approved", "2025-03-03", 505)]
    ingest(config, write(config.parent / "stated.csv", stated), 4)
    with whole(config) as url:
        yield config, url


def go(page: Page, address: str) -> None:
    page.set_default_timeout(30_000)
    page.goto(address)
    settled(page)


def taken_home(page: Page, label: str) -> bytes:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=label, exact=True).first.click()
    return Path(waiting.value.path()).read_bytes()


def chosen(page: Page, label: str, name: str) -> None:
    """Choose from a list as a person does: one that closes, as the page is drawn anew under it, is opened again."""
    option = page.get_by_role("option", name=name)
    for _ in range(10):
        page.get_by_label(label).click()
        try:
            option.wait_for(timeout=3_000)
            break
        except TimeoutError:
            page.keyboard.press("Escape")
    option.click()


def on_record(config: Path) -> list[dict[str, Any]]:
    found = [json.loads(path.read_text("utf-8")) for path in (config.parent / "data" / "notices").glob("*.json")]
    return sorted((one for one in found if "number" in one), key=lambda one: one["number"])


def test_a_notice_is_blocked_explained_issued_and_taken_home_as_it_is_on_record(page, started):
    assert office.office() is not None, "this test needs LibreOffice"
    config, url = started
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if "Content Security" in message.text else None)
    go(page, f"{url}/van-ban")
    expect(page.get_by_text("1 số liệu tổng hợp chưa khớp và chưa có giải trình")).to_be_visible()
    expect(page.get_by_role("button", name="Phát hành văn bản")).to_have_count(0)
    picture = page.get_by_role("img", name="Trang 1 trên")
    expect(picture).to_be_visible(timeout=WAIT_MS)
    assert picture.evaluate("node => node.naturalWidth") == 900

    page.get_by_role("link", name="Giải trình chênh lệch").click()
    page.wait_for_url("**/can-xu-ly*")
    settled(page)
    page.get_by_role("button", name="Giải trình", exact=True).first.click()
    page.get_by_label("Giải trình (một câu").fill("Xã Đông tính thiếu một quyển sổ")
    page.get_by_label("Họ và tên người giải trình").fill("Lê Thị C")
    page.get_by_role("button", name="Gửi giải trình").click()
    expect(page.get_by_text("Chênh lệch đã giải trình: 1")).to_be_visible()

    go(page, f"{url}/van-ban")
    page.get_by_role("button", name="Phát hành văn bản").click()
    expect(page.get_by_text("Đã phát hành văn bản số 01/TB-STP, gồm 9 tệp")).to_be_visible(timeout=WAIT_MS)
    (record,) = on_record(config)
    assert [one["why"] for one in record["explanations"]] == ["Xã Đông tính thiếu một quyển sổ"]
    page.get_by_role("link", name="Xem văn bản").click()
    expect(page.get_by_role("button", name=f"Tải {record['files'][0]['name']}")).to_be_visible()
    for file in record["files"][:3]:
        assert sha256(taken_home(page, f"Tải {file['name']}")).hexdigest() == file["sha256"]
    with zipfile.ZipFile(io.BytesIO(taken_home(page, "Tải tất cả (zip)"))) as archive:
        digests = {name: sha256(archive.read(name)).hexdigest() for name in archive.namelist()}
    assert digests == {file["name"]: file["sha256"] for file in record["files"]}
    letter = next(file["name"] for file in record["files"] if file["format"] == "docx")
    kept = config.parent / "data" / "notices" / record["id"] / letter
    with zipfile.ZipFile(kept) as parts:
        assert "Xã Đông tính thiếu một quyển sổ" in parts.read("word/document.xml").decode()

    page.get_by_role("button", name="Đóng").click()
    expect(page.get_by_role("button", name="Đóng")).to_have_count(0)
    settled(page)  # a list opened while the page is drawn anew closes again
    chosen(page, "Đính chính, thay thế văn bản", "Số 01/TB-STP")
    page.get_by_role("button", name="Phát hành văn bản").click()
    expect(page.get_by_text("Đã phát hành văn bản số 02/TB-STP")).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_text("Đã được thay thế bằng văn bản số 02/TB-STP")).to_be_visible()
    assert on_record(config)[1]["replaces"] == record["id"]
    assert wrong == []


def test_the_page_holds_on_a_phone_in_both_schemes_and_languages(browser, started):
    _, url = started
    for width, scheme, lang in ((390, "dark", "vi"), (390, "light", "en"), (1366, "dark", "en"), (1366, "light", "vi")):
        with browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme) as context:
            page = context.new_page()
            go(page, f"{url}/van-ban?period=2025-03-02&lang={lang}")
            expect(page.get_by_role("img", name="1").first).to_be_visible(timeout=WAIT_MS)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width
            found = axe(page)
            assert found == []


def axe(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found if one["impact"] in ("serious", "critical")
    ]
