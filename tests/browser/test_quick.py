"""The quick view in a real browser: no script, nothing sideways, nothing against WCAG, and it looks again by itself."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import Server
from tests.pages.house import ID, LATER, build, ingest, report
from tests.pages.test_quick_boards import many

pytestmark = pytest.mark.browser

HERE = f"/xem/{ID}?as_of=2025-03-03"
WAYS = {
    "page": HERE,
    "english": f"{HERE}&lang=en",
    "district": f"/xem/{ID}/A?as_of=2025-03-03",
    "commune": f"/xem/{ID}/b2?as_of=2025-03-03",
    "wall": f"{HERE}&che-do=tuong",
    "wall, units": f"{HERE}&che-do=tuong&man=don-vi",
    "wall, lagging": f"{HERE}&che-do=tuong&man=cham",
    "paper": f"{HERE}&in=1",
    "before": f"/xem/{LATER}",
    "not found": f"/xem/{ID}/zz",
    "start": "/xem",
}
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("way", WAYS)
def test_nothing_breaks_wcag(browser: Browser, server: Server, way: str, scheme: str):
    page = browser.new_page(viewport={"width": 1366, "height": 768}, color_scheme=scheme, bypass_csp=True)
    page.goto(server.url + WAYS[way])
    found = Axe().run(page, options=RULES).response["violations"]
    page.close()
    assert [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found] == []


@pytest.mark.parametrize("width", [320, 390, 768, 1366, 1920])
@pytest.mark.parametrize("way", ["page", "english", "commune", "wall", "before", "not found"])
def test_nothing_is_wider_than_the_screen(browser: Browser, server: Server, way: str, width: int):
    context = browser.new_context(viewport={"width": width, "height": 800}, java_script_enabled=False)
    page = context.new_page()
    page.goto(server.url + WAYS[way])
    page.set_viewport_size({"width": width, "height": 800})
    box = page.locator("html").bounding_box()
    wide = [one.bounding_box() for one in page.locator("h1, p, table, section, svg[role=img]").all()]
    context.close()
    assert box is not None
    assert max(one["x"] + one["width"] for one in wide if one) <= width


def test_names_of_units_have_room_for_their_words_on_the_narrowest_phone_and_on_a_wall(
    browser: Browser, server: Server
):
    page = browser.new_page(viewport={"width": 320, "height": 640})
    page.goto(server.url + HERE)
    cells = [box["width"] for cell in page.locator("tbody th").all() if (box := cell.bounding_box()) is not None]
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(f"{server.url}{HERE}&che-do=tuong")
    cut = page.locator(".who li b").evaluate_all(
        "names => names.filter(one => one.scrollWidth > one.clientWidth).length"
    )
    page.close()
    assert min(cells) >= 90
    assert cut == 0


def test_links_are_as_large_as_a_thumb_on_a_phone(browser: Browser, server: Server):
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(server.url + HERE)
    small = [
        (link.inner_text(), box["height"])
        for link in page.locator("header a, .path a, tbody a, footer a").all()
        if (box := link.bounding_box()) is not None and box["height"] < 40
    ]
    page.close()
    assert small == []


@pytest.mark.parametrize("way", ["wall", "wall, units", "wall, lagging"])
def test_the_wall_needs_no_scrolling(browser: Browser, server: Server, way: str):
    page = browser.new_page(viewport={"width": 1920, "height": 1080})
    page.goto(server.url + WAYS[way])
    assert page.evaluate("document.documentElement.scrollHeight") <= 1080
    assert page.evaluate("document.querySelector('main').scrollHeight") <= 1080
    page.close()


def test_the_wall_cuts_neither_when_it_was_updated_nor_whom_to_call(browser: Browser, server: Server):
    page = browser.new_page(viewport={"width": 1920, "height": 1080})
    page.goto(server.url + WAYS["wall"])
    cut = page.locator(".foot p, .key span, .figs .fig, .figs p, .who").evaluate_all(
        "all => all.filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.textContent)"
    )
    below = page.locator(".who").evaluate("one => one.scrollHeight - one.clientHeight")
    tall = page.locator(".foot p").evaluate("one => one.clientHeight / parseFloat(getComputedStyle(one).fontSize)")
    page.close()
    assert (cut, below) == ([], 0)
    assert tall < 2  # one line


@pytest.mark.parametrize("width", [720, 768, 1000, 1280, 1349, 1366, 1920])
@pytest.mark.parametrize("way", ["page", "english"])
def test_the_figures_of_the_answers_stand_on_one_line(browser: Browser, server: Server, way: str, width: int):
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(server.url + WAYS[way])
    tops = page.locator(".answers .fig").evaluate_all("all => all.map(one => one.getBoundingClientRect().top)")
    page.close()
    assert len(tops) == 3
    assert max(tops) - min(tops) < 1


def test_a_long_board_is_folded_on_a_phone_and_whole_on_a_desk_and_on_paper(browser: Browser, tmp_path):
    with Server(many(tmp_path, 121, "Xã")).running() as own:
        context = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
        page = context.new_page()
        page.goto(f"{own.url}/xem/nhieu-121?as_of=2025-03-02&tu-dong=0")
        rows = page.locator(".board tbody tr:visible:not(.gap)")
        expect(rows).to_have_count(15)
        expect(page.get_by_text("106 đơn vị ở giữa", exact=True)).to_be_visible()
        page.get_by_text("Hiện thêm 106 đơn vị ở giữa").click()
        expect(rows).to_have_count(121)
        page.get_by_text("Thu gọn").click()
        expect(rows).to_have_count(15)
        page.emulate_media(media="print")
        expect(rows).to_have_count(121)
        page.emulate_media(media="screen")
        page.set_viewport_size({"width": 1366, "height": 768})
        expect(rows).to_have_count(121)
        expect(page.locator("summary")).to_be_hidden()
        context.close()


def test_paper_is_one_sheet_of_a4(page: Page, server: Server):
    page.goto(server.url + WAYS["paper"])
    printed = page.pdf(prefer_css_page_size=True)
    assert printed.count(b"/Type /Page\n") == 1
    assert b"/MediaBox [0 0 594.95996 841.91998]" in printed or b"/MediaBox [0 0 595 842]" in printed


def test_only_the_page_itself_is_asked_for(page: Page, server: Server, requests_made: list[str]):
    page.goto(server.url + HERE)
    page.wait_for_timeout(300)
    assert [one for one in requests_made if not one.startswith("data:")] == [server.url + HERE]


def hurried(route: Route) -> None:
    """Let a page ask again after one second instead of sixty; everything else stays as the server says it."""
    answer = route.fetch()
    headers = {name: value for name, value in answer.headers.items() if name != "content-encoding"}
    assert headers["refresh"].startswith("60; ")
    route.fulfill(status=answer.status, body=answer.body(), headers=headers | {"refresh": "1" + headers["refresh"][2:]})


def test_a_published_figure_appears_by_itself_without_script(browser: Browser, tmp_path):
    config = build(tmp_path / "house", days=2)
    with Server(config).running() as own:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.route("**/xem/**", hurried)
        page.goto(f"{own.url}/xem/{ID}?as_of=2025-03-03")
        expect(page.locator("section .fig").first).to_contain_text("360/1.000")
        ingest(config, report(tmp_path, 3), 3)
        expect(page.locator("section .fig").first).to_contain_text("550/1.000")
        context.close()


def test_the_working_page_leads_to_the_quick_view_of_the_same_unit_and_back(visit, server: Server):
    page = visit("/?as_of=2025-03-03&district=A")
    page.get_by_role("link", name="Xem nhanh").first.click()
    expect(page).to_have_url(f"{server.url}/xem/{ID}/A?as_of=2025-03-03")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Huyện An")
    page.get_by_role("link", name="Tỉnh Thử").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Tỉnh Thử")
    page.get_by_role("link", name="Chỉ tiêu ngày").click()
    page.locator(".cd-head").wait_for()
    expect(page.locator("h1")).to_contain_text("03/03/2025")
