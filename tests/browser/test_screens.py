"""What the screens show and do not show: nothing from elsewhere, names as text, no English, nothing sideways."""

import re
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import settled
from tests.pages.house import FORMULA, MARKED, SCRIPT

pytestmark = pytest.mark.browser

PAGES = ("/", "/chi-tieu-ngay", "/xep-hang", "/don-vi-cham", "/so-sanh", "/ban-do", "/du-bao", "/don-vi")
ENGLISH = re.compile(
    r"\b(the|and|of|to|is|not|no|show|search|download|upload|choose|option|options|select|press|enter|loading|running|"
    r"stop|rerun|deploy|settings|menu|connecting|error|view|fullscreen|skip|content|main|page|found|day|days|unit|units|"
    r"target|done|today|overview|ranking|status|plan|left|finished|behind|silent|updated|filter|filters|reset|more|rows)\b",
    re.IGNORECASE,
)
OURS = (FORMULA, MARKED, SCRIPT)


def chart_drawn(page):
    page.locator(".js-plotly-plot .scatterlayer path").first.wait_for()


@pytest.mark.parametrize("path", PAGES)
def test_no_request_leaves_the_machine(visit, requests_made, server, path):
    page = visit(f"{path}?as_of=2025-03-03")
    if path in ("/", "/don-vi"):
        chart_drawn(page)
    page.wait_for_timeout(3000)
    elsewhere = [one for one in requests_made if urlsplit(one).scheme not in ("data", "blob")
                 and urlsplit(one).netloc != urlsplit(server.url).netloc]  # fmt: skip
    assert requests_made
    assert elsewhere == []


@pytest.mark.parametrize("campaign", ["thu-2025", "sap-toi"])
def test_the_overview_keeps_to_wcag(browser, server, campaign):
    page = browser.new_page(viewport={"width": 1366, "height": 768}, bypass_csp=True)
    page.goto(f"{server.url}/?campaign={campaign}")
    settled(page)
    found = Axe().run(page).response["violations"]
    page.close()
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    assert [(one["id"], one["nodes"][0]["html"]) for one in serious] == []


@pytest.mark.parametrize("path", PAGES)
def test_vietnamese_pages_hold_no_english(visit, path):
    page = visit(f"{path}?as_of=2025-03-03")
    page.wait_for_timeout(500)
    seen = page.locator("body").inner_text()
    spoken = page.evaluate(
        "[...document.querySelectorAll('[aria-label],[placeholder],[title]')].filter(e => e.checkVisibility())"
        ".flatMap(e => ['aria-label','placeholder','title'].map(n => e.getAttribute(n) || ''))"
    )
    text = " ".join([seen, *spoken])
    for name in OURS:
        text = text.replace(name, "")
    text = re.sub(r"\bday-\d\.csv\S*", "", text)
    assert ENGLISH.findall(text) == []


def test_names_are_shown_as_they_are_written(visit):
    page = visit("/xep-hang?as_of=2025-03-03")
    alerts = []
    page.on("dialog", lambda dialog: alerts.append(dialog.message))
    names = page.locator(".cd-table td.cd-n a").all_inner_texts()
    assert set(OURS) <= set(names)
    page.get_by_role("link", name=SCRIPT).last.click()
    expect(page.locator(".cd-head h1")).to_have_text(f"{SCRIPT} chậm 60 thông tin so với kế hoạch")
    chart_drawn(page)
    assert alerts == []
    assert page.locator(".cd-head script, .cd-table script").count() == 0


@pytest.mark.parametrize("path", PAGES)
def test_nothing_has_to_be_pushed_sideways_on_a_phone(visit, path):
    page = visit(f"{path}?as_of=2025-03-03")
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(800)
    widest = page.evaluate(
        "Math.max(...[document.documentElement, document.getElementById('stMain'), "
        "...document.querySelectorAll('.cd-scroll')].map(e => e.scrollWidth - e.clientWidth))"
    )
    assert widest <= 0
    cut = page.evaluate(
        "[...document.querySelectorAll('.cd-card, .cd-panel, .cd-table, .cd-head')]"
        ".filter(e => e.getBoundingClientRect().right > innerWidth + 1).length"
    )
    assert cut == 0


def test_controls_on_a_phone_are_as_large_as_a_thumb(visit):
    page = visit()
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator(".cd-summary").click()
    sizes = page.evaluate(
        "[...document.querySelectorAll('.cd-nav a, .cd-side a, .cd-side button, .cd-filters :is(select, button)')]"
        ".filter(e => e.checkVisibility()).map(e => e.getBoundingClientRect().height)"
    )
    assert len(sizes) > 8
    assert min(sizes) >= 44


@pytest.mark.parametrize("path", ["/chi-tieu-ngay", "/xep-hang"])
def test_a_table_has_room_on_a_tablet_held_upright(visit, path):
    page = visit(f"{path}?as_of=2025-03-03")
    page.set_viewport_size({"width": 768, "height": 1024})
    box = page.locator(".cd-scroll").first
    box.wait_for()
    assert box.evaluate("node => node.scrollWidth - node.clientWidth") <= 0


@pytest.mark.parametrize("width", [1366, 1440, 1920])
def test_that_nobody_signs_in_is_told_in_full(visit, width):
    page = visit()
    page.set_viewport_size({"width": width, "height": 900})
    told = page.locator(".cd-side > .cd-account")
    expect(told).to_contain_text("Chưa bật đăng nhập")
    assert told.evaluate("node => node.scrollWidth - node.clientWidth") == 0
    assert told.evaluate("node => node.scrollHeight - node.clientHeight") == 0


def test_a_plain_message_leaves_a_margin_on_a_phone(page, server):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{server.url}/khong-co-trang-nay")
    page.locator(".cd-message p").first.evaluate("node => node.textContent = 'một hai ba bốn '.repeat(40)")
    box = page.locator(".cd-message p").first.bounding_box()
    assert box is not None
    assert box["x"] >= 12
    assert box["x"] + box["width"] <= 390 - 12


def test_a_table_is_searched_without_accents_and_sorted_by_a_click(visit):
    page = visit("/xep-hang?as_of=2025-03-03")
    first = page.locator(".cd-table tbody tr").first
    page.get_by_role("button", name="Tỷ lệ").click()
    expect(first).to_contain_text("Xã Đông")
    page.get_by_role("button", name="Tỷ lệ").click()
    expect(first).to_contain_text("Xã có một cái tên rất dài")


def test_the_document_speaks_vietnamese_before_any_script_runs(page, server):
    answer = page.request.get(f"{server.url}/don-vi")
    assert '<html lang="vi">' in answer.text()
    words = " ".join(re.sub(r"<[^>]*>", "", answer.text()).split())
    assert words == "Cán Đích Trang này cần JavaScript để hiển thị. Đang tải số liệu…"


def test_words_figures_and_the_still_picture_do_not_wait_for_the_chart_script(page, server):
    page.route("**/PlotlyChart*", lambda route: route.abort())
    page.goto(f"{server.url}/?as_of=2025-03-03")
    expect(page.locator(".cd-head h1")).to_have_text("Tỉnh Thử chậm 50 thông tin so với kế hoạch")
    expect(page.locator(".cd-answer")).to_have_count(5)
    expect(page.locator(".cd-still img")).to_be_visible()


def test_the_chart_takes_the_place_of_the_still_picture(visit):
    page = visit()
    chart_drawn(page)
    expect(page.locator(".cd-still")).to_be_hidden()
    still, chart = (page.locator(part).bounding_box() for part in (".cd-still img", ".js-plotly-plot .nsewdrag"))
    assert all(abs(still[edge] - chart[edge]) <= 1 for edge in ("x", "y", "width", "height"))
