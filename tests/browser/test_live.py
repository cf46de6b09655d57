"""A published version appears by itself, in place, and only then does a page run again."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from etl import heartbeat
from etl.configured import load
from tests.browser.conftest import Server, settled
from tests.pages.house import ID, build, ingest, report

pytestmark = pytest.mark.browser
LOTS = """() => {
  const [later, lot] = [window.setTimeout, Math.random];
  window.waits = new Set(); window.lots = [];
  window.setTimeout = (call, wait, ...more) => { window.waits.add(wait); return later(call, wait, ...more); };
  Math.random = () => { const drawn = lot(); window.lots.push(drawn); return drawn; };
}"""
LOOK = """() => {
  window.seen = { empty: 0, scrolls: 0 };
  const main = document.getElementById("stMain");
  main.addEventListener("scroll", () => { window.seen.scrolls += 1; });
  const look = () => {
    const whole = document.querySelectorAll(".cd-answer").length === 5 && document.querySelector(".cd-head h1");
    if (!whole) window.seen.empty += 1;
    requestAnimationFrame(look);
  };
  look();
}"""


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


def test_each_browser_takes_a_new_version_up_after_a_moment_drawn_by_lot(page, tmp_path):
    config = build(tmp_path / "house")
    with Server(config).running() as server:
        page.goto(f"{server.url}/?as_of=2025-03-04")
        settled(page)
        page.evaluate(LOTS)
        ingest(config, report(config.parent, 4), 4)
        expect(page.locator(".cd-says b").first).to_have_text("620", timeout=15_000)
        assert page.evaluate("window.lots.some((lot) => window.waits.has(lot * 2500))")


def test_new_figures_leave_the_reader_where_he_is(page, tmp_path):
    config = build(tmp_path / "house")
    page.set_viewport_size({"width": 390, "height": 700})
    with Server(config).running() as server:
        page.goto(f"{server.url}/?as_of=2025-03-04")
        settled(page)
        page.locator(".cd-brief summary").click()
        expect(page.locator(".cd-brief")).to_have_attribute("open", "")
        page.locator(".js-plotly-plot .scatterlayer path").first.wait_for()
        held = page.locator(".cd-masonry .cd-list a").first
        held.scroll_into_view_if_needed()
        held.focus()
        stood = held.get_attribute("href")
        page.evaluate(LOOK)
        before = page.evaluate("document.activeElement.getBoundingClientRect().top")
        assert page.evaluate("document.getElementById('stMain').scrollTop") > 500
        ingest(config, report(config.parent, 4), 4)
        expect(page.locator(".cd-says b").first).to_have_text("620", timeout=10_000)
        expect(page.locator(".cd-brief")).to_have_attribute("open", "")
        assert page.evaluate("document.activeElement.getAttribute('href')") == stood
        page.wait_for_timeout(500)
        seen = page.evaluate("window.seen")
        assert abs(page.evaluate("document.activeElement.getBoundingClientRect().top") - before) <= 2
        assert seen["empty"] == 0, "the words are never away, nor the answers"
        assert seen["scrolls"] <= 2


def test_a_server_that_is_gone_is_said_and_what_it_publishes_when_it_is_back_appears_by_itself(page, tmp_path):
    config = build(tmp_path / "house")
    server = Server(config)
    with server.running():
        page.goto(f"{server.url}/?as_of=2025-03-04")
        settled(page)
        expect(page.locator(".cd-says b").first).to_have_text("550")
        page.evaluate("Math.random = () => 0")  # asks for the new version before its line to the server is back
    stale = page.locator(".cd-stale")
    expect(stale).to_contain_text("Mất kết nối với máy chủ, đang tự nối lại. Số liệu đang hiện được cập nhật lúc")
    expect(page.locator(".cd-says b").first).to_have_text("550")
    ingest(config, report(config.parent, 4), 4)
    with server.running():
        expect(page.locator(".cd-says b").first).to_have_text("620", timeout=45_000)
        expect(stale).not_to_contain_text("Mất kết nối")


def test_a_scheduler_that_dies_is_said_on_every_screen_and_no_longer_once_it_is_back(page, tmp_path):
    config = build(tmp_path / "house")
    page.set_viewport_size({"width": 1366, "height": 768})

    def beat(seconds_ago: int) -> None:
        at = datetime.now(UTC) - timedelta(seconds=seconds_ago)
        heartbeat.write(load(config), {"at": at.isoformat(), "pid": 1, "started": at.isoformat(), "jobs": []})

    with Server(config).running() as server:
        beat(-3600)
        page.goto(f"{server.url}/xep-hang?as_of=2025-03-03")
        settled(page)
        expect(page.locator(".cd-live")).to_have_attribute("data-state", "live")
        expect(page.locator(".cd-stale")).to_be_empty()
        beat(60)
        said = "Bộ nhận số liệu tự động không hoạt động"
        expect(page.locator(".cd-stale")).to_contain_text(said)
        expect(page.locator(".cd-stale")).to_be_visible()
        beat(-3600)
        expect(page.locator(".cd-stale")).to_be_empty()


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
