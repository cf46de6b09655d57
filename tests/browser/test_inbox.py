"""The main promise, whole: `manage.py start`, a file dropped into a folder, the new figure on an untouched screen."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import settled, whole
from tests.pages.house import ID, build, report

pytestmark = pytest.mark.browser
SOURCE = f"""
[[source]]
name = "inbox"
campaign = "{ID}"
kind = "folder"
path = "inbox"
schedule = "*/1 * * * *"
"""


@pytest.fixture
def started(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """Run the small campaign by `manage.py start`; give its configuration and address."""
    config = build(tmp_path / "house")
    config.write_text(config.read_text("utf-8") + SOURCE, "utf-8")
    with whole(config) as url:
        yield config, url


def test_a_dropped_file_is_on_screen_within_70_seconds_without_touching_the_browser(page, started):
    config, url = started
    page.goto(f"{url}/?as_of=2025-03-04&category=birth")
    settled(page)
    expect(page.locator(".cd-says b").first).to_have_text("370")
    expect(page.locator(".cd-live")).to_contain_text("Trực tiếp")
    page.evaluate("window.stayed = true")
    arrived = report(config.parent, 4)
    began = time.monotonic()
    (config.parent / "inbox").mkdir(exist_ok=True)
    arrived.rename(config.parent / "inbox" / "ngay-4.csv")
    expect(page.locator(".cd-says b").first).to_have_text("400", timeout=70_000)
    assert time.monotonic() - began < 70
    assert page.evaluate("window.stayed"), "the page was not loaded again"
