"""A source that breaks under the eyes of a visitor: the overview says so, and that it is mended, without a reload."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from etl import request
from etl.configured import load
from tests.browser.conftest import settled, whole
from tests.pages.house import ID, build, report

pytestmark = pytest.mark.browser
SOURCE = f"""
[[source]]
name = "hop-thu"
campaign = "{ID}"
kind = "folder"
path = "inbox"
schedule = "0 3 1 1 *"
"""


@pytest.fixture
def started(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """Run the small campaign, whose files come through a folder, by `manage.py start`."""
    config = build(tmp_path / "house", days=0)
    config.write_text(config.read_text("utf-8") + SOURCE, "utf-8")
    (config.parent / "inbox").mkdir()
    for day in (1, 2, 3):
        report(config.parent / "inbox", day)
    with whole(config) as url:
        yield config, url


def test_a_source_breaks_and_is_mended_on_an_untouched_overview_and_a_pull_is_one_click(page, started):
    config, url = started
    inbox, away = config.parent / "inbox", config.parent / "away"
    page.goto(f"{url}/")
    settled(page)
    expect(page.locator(".cd-says b").first).to_have_text("550")  # the scheduler pulls what was never pulled
    page.evaluate("window.stayed = true")
    inbox.rename(away)
    inbox.write_text("this is no folder")
    request.submit(load(config), "pull", source="hop-thu")
    note = page.locator(".cd-note[data-kind=bad]")
    expect(note).to_contain_text("Nguồn hop-thu hỏng từ")
    expect(note).to_contain_text("4 đơn vị chưa lấy được số liệu")
    expect(page.locator(".cd-chip.cd-source_down").first).to_contain_text("Chưa lấy được số liệu")
    note.get_by_role("link").click()
    expect(page.locator("h1")).to_have_text("1/1 nguồn số liệu đang hỏng")
    inbox.unlink()
    away.rename(inbox)
    page.get_by_role("button", name="Lấy số liệu ngay").click()
    expect(page.locator(".cd-asked")).to_contain_text("Đã lấy xong lúc")
    expect(page.locator("h1")).to_have_text("1 nguồn số liệu đang hoạt động bình thường")
    page.get_by_role("link", name="Tổng quan").click()
    expect(page.locator(".cd-says b").first).to_have_text("550")
    expect(note).to_have_count(0)
    expect(page.locator(".cd-source_down")).to_have_count(0)
    assert page.evaluate("window.stayed"), "the page was not loaded again"
