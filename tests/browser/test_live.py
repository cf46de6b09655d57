"""A published version appears by itself, in place, and only then does a page run again."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Server, settled
from tests.pages.house import ID, build, ingest, report

pytestmark = pytest.mark.browser


def test_a_new_version_appears_by_itself_and_keeps_the_place(page, tmp_path):
    config = build(tmp_path / "house")
    with Server(config).running() as server:
        page.goto(f"{server.url}/?as_of=2025-03-04&category=birth")
        settled(page)
        expect(page.locator(".cd-says b").first).to_have_text("370")
        page.evaluate("window.stayed = true")
        assert page.request.get(f"{server.url}/api/version/{ID}").json()["version"] == "v000003"
        ingest(config, report(config.parent, 4), 4)
        expect(page.locator(".cd-says b").first).to_have_text("400", timeout=10_000)
        assert page.request.get(f"{server.url}/api/version/{ID}").json()["version"] == "v000004"
        assert page.evaluate("window.stayed")
        assert "category=birth" in page.url


def test_watching_for_a_version_does_not_run_the_page_again(visit):
    page = visit()
    frames = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda _: frames.append(1)))
    page.reload()
    settled(page)
    page.locator(".js-plotly-plot .scatterlayer path").first.wait_for()
    page.wait_for_timeout(1000)
    drawn = len(frames)
    page.wait_for_timeout(6000)
    assert len(frames) == drawn


def test_a_scheduler_that_never_ran_is_said_in_the_header(visit):
    expect(visit().locator(".cd-live")).to_contain_text("Ngừng nhận số liệu tự động")


def test_the_version_of_an_unknown_campaign_is_not_told(page, server):
    assert page.request.get(f"{server.url}/api/version/nowhere").status == 404
