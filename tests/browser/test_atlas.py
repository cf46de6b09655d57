"""The map in a real browser: pointed at, walked through by keys, on a phone, on paper, and without a network."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Server, settled
from tests.pages.house import SCRIPT
from tests.pages.test_atlas import PLACES, located, shapes

pytestmark = pytest.mark.browser
PLACE = ".cd-map svg a"


@pytest.fixture(scope="module")
def mapped(tmp_path_factory):
    """Return a server of the small campaign with coordinates and with boundaries for all but one commune."""
    config = located(tmp_path_factory.mktemp("mapped"), map="map.geojson")
    shapes(config.parent, [code for code in PLACES if code != "b2"])
    with Server(config).running() as running:
        yield running


def open_map(page, server, query=""):
    page.set_default_timeout(30_000)
    page.goto(f"{server.url}/ban-do?as_of=2025-03-03{query}")
    settled(page)
    page.locator(PLACE).first.wait_for()
    return page


def test_a_click_opens_the_unit_without_loading_the_page_anew(page, server):
    open_map(page, server)
    page.evaluate("window.same = true")
    page.get_by_role("link", name=f"{SCRIPT}, Huyện An, Chậm tiến độ, 30,0%").click()
    page.wait_for_url("**/don-vi?*unit=a3*")
    expect(page.locator(".cd-head h1")).to_have_text(f"{SCRIPT} chậm 60 thông tin so với kế hoạch")
    assert page.evaluate("window.same")


def test_the_map_is_one_stop_of_the_tab_key_and_arrows_lead_where_they_point(page, mapped):
    open_map(page, mapped)
    assert page.locator(f"{PLACE}[tabindex='0']").count() == 1
    page.locator(f"{PLACE}[tabindex='0']").focus()
    walked = []
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "Home", "End"):
        page.keyboard.press(key)
        walked.append(page.evaluate("document.activeElement.getAttribute('href').match(/unit=(\\w+)/)[1]"))
    # a1 and a2 lie side by side in the north, a3 below a1, b1 to the south-east of it
    assert walked == ["a2", "b1", "a3", "a1", "b1"]
    expect(page.locator(".cd-map-tip")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/don-vi?*unit=b1*")


def test_pointing_tells_the_unit_its_district_and_its_standing(page, server):
    open_map(page, server, "&measure=pace")
    page.locator(f"{PLACE}.k-far_behind").hover()
    tip = page.locator(".cd-map-tip")
    expect(tip).to_contain_text("Huyện Bình")
    expect(tip).to_contain_text("▼▼ dưới 50%")
    expect(tip).to_contain_text("16,7%")


def test_true_outlines_are_drawn_and_leave_the_machine_alone(page, mapped):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    open_map(page, mapped)
    expect(page.locator(PLACE)).to_have_count(4)
    north, south = (page.locator(f"{PLACE}[href*='unit={code}'] path").bounding_box() for code in ("a1", "b1"))
    assert north["y"] < south["y"]
    assert north["x"] < south["x"]
    expect(page.locator(".cd-map-without a")).to_have_attribute("href", "/don-vi?as_of=2025-03-03&unit=b2")
    page.wait_for_timeout(1500)
    elsewhere = [one for one in asked if urlsplit(one).scheme not in ("data", "blob")
                 and urlsplit(one).netloc != urlsplit(mapped.url).netloc]  # fmt: skip
    assert asked
    assert elsewhere == []


def test_another_measure_shades_the_same_places_anew_and_keeps_the_key_beside_it(page, server):
    open_map(page, server)
    before = page.locator(f"{PLACE} path").evaluate_all("all => all.map(e => e.getAttribute('d'))")
    page.get_by_role("link", name="So với kế hoạch", exact=True).click()
    page.wait_for_url("**measure=pace*")
    expect(page.locator(f"{PLACE}.k-far_behind")).to_have_count(1)
    assert page.locator(f"{PLACE} path").evaluate_all("all => all.map(e => e.getAttribute('d'))") == before
    shown = page.evaluate(
        "['.cd-map a.k-far_behind path', '.cd-map-key .k-far_behind'].map(one => document.querySelector(one))"
        ".map((e, n) => getComputedStyle(e)[n ? 'backgroundColor' : 'fill'])"
    )
    assert shown[0] == shown[1]


def test_one_level_back_the_map_is_drawn_again(page, server):
    open_map(page, server)
    page.get_by_role("link", name=f"{SCRIPT}, Huyện An, Chậm tiến độ, 30,0%").click()
    page.wait_for_url("**/don-vi?*")
    page.go_back()
    page.wait_for_url("**/ban-do?*")
    expect(page.locator(PLACE)).to_have_count(5)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_signs_stand_out_from_their_shades(browser, server, scheme):
    page = browser.new_page(viewport={"width": 1366, "height": 768}, color_scheme=scheme)
    weakest = {}
    for measure in ("status", "completion", "pace", "silent"):
        open_map(page, server, f"&measure={measure}")
        pairs = page.locator(".cd-map svg g[class]:has(> text)").evaluate_all(
            "all => all.map(e => e.getAttribute('class')).map((kind, n) => [kind,"
            " getComputedStyle(document.querySelector(`.cd-units .${kind} path`)).fill,"
            " getComputedStyle(all[n].querySelector('text')).fill])"
        )
        for kind, ground, ink in pairs:
            weakest[kind] = contrast(ground, ink)
    page.close()
    assert len(weakest) >= 6
    assert {kind: found for kind, found in weakest.items() if found < 4.5} == {}


def contrast(first, second):
    """Return the contrast of two colours as WCAG 2 has it."""

    def light(colour):
        parts = [int(part) / 255 for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
        lines = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * lines[0] + 0.7152 * lines[1] + 0.0722 * lines[2]

    dark, bright = sorted((light(first), light(second)))
    return (bright + 0.05) / (dark + 0.05)


def test_on_a_phone_the_map_fits_and_the_choices_are_as_large_as_a_thumb(page, mapped):
    page.set_viewport_size({"width": 390, "height": 844})
    open_map(page, mapped)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box = page.locator(".cd-map-plot").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    heights = page.locator(".cd-map-measures a").evaluate_all("all => all.map(e => e.getBoundingClientRect())")
    assert min(one["height"] for one in heights) >= 44
    assert max(one["right"] for one in heights) <= 390


def test_on_paper_the_map_keeps_its_shades_and_stands_above_the_table(page, server):
    open_map(page, server)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 790, "height": 1100})
    chosen = page.locator(f"{PLACE} path").first.evaluate("e => getComputedStyle(e).printColorAdjust")
    assert chosen == "exact"
    drawn, table = page.locator(".cd-map-plot").bounding_box(), page.locator(".cd-table").bounding_box()
    assert drawn["y"] + drawn["height"] <= table["y"]
