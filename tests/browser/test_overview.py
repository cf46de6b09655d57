"""Tổng quan in a real browser: five answers in one screen, in their order on a phone, nothing sideways."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PATIENCE_MS, Server, settled

pytestmark = pytest.mark.browser
ASKED = ["where", "outlook", "today", "calls", "true"]
EDGES = """all => all.map(one => {
  const box = one.getBoundingClientRect(); return [one.dataset.answer, box.top, box.bottom];
})"""


@pytest.fixture
def seen(browser: Browser, server: Server):
    """Return a visitor with a screen of a size, who has not scrolled."""
    opened = []

    def look(width: int, height: int, address: str = "/?as_of=2025-03-03") -> Page:
        page = browser.new_page(viewport={"width": width, "height": height})
        opened.append(page)
        page.set_default_timeout(PATIENCE_MS)
        page.goto(server.url + address)
        settled(page)
        page.locator(".cd-answer").nth(4).wait_for()
        return page

    yield look
    for page in opened:
        page.close()


@pytest.mark.parametrize(
    "address", ["/?as_of=2025-03-03", "/?as_of=2025-03-03&lang=en", "/?as_of=2025-03-03&district=A"]
)
def test_the_five_answers_and_the_upper_part_of_the_burn_up_need_no_scrolling(seen, address):
    page = seen(1366, 768, address)
    edges = page.locator(".cd-answer").evaluate_all(EDGES)
    assert [name for name, _, _ in edges] == ASKED
    assert max(bottom for _, _, bottom in edges) < 768
    expect(page.locator(".cd-head h1")).to_be_in_viewport(ratio=1)
    plot = page.locator(".cd-still img").bounding_box()
    assert plot is not None
    assert plot["y"] + plot["height"] / 2 < 768


def test_on_a_phone_the_answers_come_one_below_the_other_and_nothing_is_pushed_sideways(seen):
    page = seen(390, 844)
    edges = page.locator(".cd-answer").evaluate_all(EDGES)
    assert [name for name, _, _ in edges] == ASKED
    assert all(above[2] <= below[1] for above, below in zip(edges, edges[1:], strict=False))
    widest = page.evaluate(
        "[document.documentElement, document.getElementById('stMain')].map(e => e.scrollWidth - e.clientWidth)"
    )
    assert max(widest) <= 0
    inside = page.locator(".cd-answer, .cd-answer *:visible").evaluate_all(
        "all => Math.max(...all.map(one => one.getBoundingClientRect().right))"
    )
    assert inside <= 390


def test_links_in_the_answers_are_as_large_as_a_thumb_on_a_phone(seen):
    page = seen(390, 844)
    heights = [box["height"] for link in page.locator(".cd-answer a").all() if (box := link.bounding_box())]
    assert len(heights) >= 4
    assert min(heights) >= 44


def test_a_long_name_is_cut_with_a_sign_and_pushes_nothing_away(seen):
    page = seen(1366, 768)
    name = page.locator(".cd-calls a").first
    assert name.evaluate("node => getComputedStyle(node).textOverflow") == "ellipsis"
    box, card = name.bounding_box(), page.locator("[data-answer=calls]").bounding_box()
    assert box is not None
    assert card is not None
    assert box["x"] + box["width"] <= card["x"] + card["width"]


@pytest.mark.parametrize("width", [390, 1366])
def test_whom_to_call_is_named_however_long_the_name_of_the_area_is(seen, width):
    page = seen(width, 900)
    name = page.locator(".cd-calls a").first
    name.evaluate("""node => {
      node.textContent = "Xã Đông"; node.nextElementSibling.textContent = "Huyện có một cái tên rất dài ".repeat(9);
    }""")
    assert name.evaluate("node => node.scrollWidth - node.clientWidth") <= 0


def test_little_under_the_answers_stands_in_one_line_on_a_phone(seen):
    page = seen(390, 900)
    page.locator(".cd-under > .cd-tally .cd-chip ~ .cd-chip").evaluate_all("all => all.forEach(one => one.remove())")
    paper, brief = (page.locator(one).bounding_box() for one in (".cd-paper", ".cd-brief summary"))
    assert paper is not None
    assert brief is not None
    assert abs(paper["y"] + paper["height"] / 2 - brief["y"] - brief["height"] / 2) < 4
    assert paper["x"] < brief["x"]


def test_the_brief_opens_in_place_and_is_copied_from_there(seen):
    page = seen(1366, 768)
    page.locator(".cd-brief summary").click()
    expect(page.get_by_role("button", name="Sao chép tin nhanh")).to_be_visible()
    expect(page.locator(".cd-brief")).to_contain_text("Ngày 3/5: đạt 55,0%, kế hoạch 60,0%")


def test_one_click_prints_the_same_on_one_sheet(seen):
    page = seen(1366, 768, "/?as_of=2025-03-03&district=A")
    page.context.add_init_script("window.print = () => console.log('printed', location.pathname)")
    with page.expect_popup() as opened, page.context.expect_console_message(lambda said: "printed /xem/" in said.text):
        page.get_by_role("link", name="In trên một trang A4").click()
    sheet = opened.value
    assert sheet.url.endswith("/xem/thu-2025/A?as_of=2025-03-03&in=1")
    expect(sheet.get_by_role("heading", level=1)).to_contain_text("Huyện An")
    expect(page.locator(".cd-head h1")).to_contain_text("Huyện An")
