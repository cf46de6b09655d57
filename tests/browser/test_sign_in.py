"""Signing in with a real browser: the link one came for survives, and what is over is over on the screen too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from access.accounts import Accounts
from access.sessions import Sessions
from etl.configured import load
from tests.browser.conftest import PATIENCE_MS, Server, settled
from tests.pages.house import build

pytestmark = pytest.mark.browser

GOOD = "trời xanh mây trắng"
ACCESS = """
[access]
[[access.grant]]
user = "lan"
role = "lead"
units = ["A"]
[[access.grant]]
user = "binh"
role = "lead"
units = ["B"]
"""


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve the small campaign to those who have an account."""
    config = build(tmp_path_factory.mktemp("door"))
    config.write_text(config.read_text("utf-8") + ACCESS, "utf-8")
    for user, name in (("lan", "Nguyễn Thị Lan"), ("binh", "")):
        Accounts(load(config)).add(user, name, GOOD, datetime.now(UTC))
    with Server(config).running() as running:
        yield running


@pytest.fixture
def page(page: Page) -> Page:
    page.set_default_timeout(PATIENCE_MS)
    return page


def sign_in(page: Page, user: str, password: str = GOOD) -> None:
    page.get_by_label("Tên đăng nhập").fill(user)
    page.get_by_label("Mật khẩu").fill(password)
    page.get_by_role("button", name="Đăng nhập").click()


def test_a_deep_link_survives_signing_in(page, door):
    link = f"{door.url}/don-vi?as_of=2025-03-03&unit=a1"
    page.goto(link)
    expect(page).to_have_url(f"{door.url}/dang-nhap?next=%2Fdon-vi%3Fas_of%3D2025-03-03%26unit%3Da1")
    expect(page.get_by_label("Tên đăng nhập")).to_be_focused()
    sign_in(page, "lan", "sai mật khẩu rồi")
    expect(page.get_by_role("alert")).to_have_text("Sai tên đăng nhập hoặc mật khẩu. Còn 4 lần thử.")
    expect(page.get_by_label("Mật khẩu")).to_be_focused()
    expect(page.get_by_label("Mật khẩu")).to_have_value("")
    sign_in(page, "lan")
    settled(page)
    expect(page).to_have_url(link)
    expect(page.locator(".cd-head h1")).to_contain_text("Xã Đông")


def test_signing_out_by_the_header_leaves_nothing_to_go_back_to(page, door):
    page.goto(f"{door.url}/?as_of=2025-03-03")
    sign_in(page, "lan")
    settled(page)
    expect(page.locator(".cd-head h1")).to_contain_text("Huyện An")
    page.get_by_role("link", name="Tài khoản của tôi: Nguyễn Thị Lan").click()
    expect(page.get_by_role("heading", name="Quyền của tôi")).to_be_visible()
    page.get_by_role("button", name="Đăng xuất", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("Bạn đã đăng xuất.")
    page.goto(f"{door.url}/?as_of=2025-03-03")
    expect(page.get_by_label("Tên đăng nhập")).to_be_visible()
    sign_in(page, "binh")
    settled(page)
    expect(page.locator(".cd-head h1")).to_contain_text("Huyện Bình")
    page.go_back()
    expect(page.get_by_text("Huyện An")).to_have_count(0)


def test_a_session_that_ends_takes_its_open_page_along(page, door):
    page.goto(f"{door.url}/xep-hang?as_of=2025-03-03")
    sign_in(page, "lan")
    settled(page)
    Sessions(load(door.config)).end_all("lan")
    expect(page).to_have_url(f"{door.url}/dang-nhap?next=%2Fxep-hang%3Fas_of%3D2025-03-03")
    sign_in(page, "lan")
    settled(page)
    expect(page).to_have_url(f"{door.url}/xep-hang?as_of=2025-03-03")


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1366, 768)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_door_fits_the_screen_and_runs_no_script(browser, door, width, height, scheme):
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, java_script_enabled=False, locale="vi-VN"
    )
    said: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{door.url}/dang-nhap?next=%2Fxep-hang")
    button = page.get_by_role("button", name="Đăng nhập").bounding_box()
    assert button is not None
    assert button["x"] >= 0
    assert button["x"] + button["width"] <= width
    assert button["y"] + button["height"] <= height
    sign_in(page, "lan")
    page.wait_for_url(f"{door.url}/xep-hang")
    page.goto(f"{door.url}/tai-khoan")
    expect(page.get_by_role("heading", name="Nguyễn Thị Lan")).to_be_visible()
    boxes = [one.bounding_box() for one in page.locator("section, form, input:not([type=hidden]):not([hidden])").all()]
    assert all(box is not None and box["x"] >= 0 and box["x"] + box["width"] <= width for box in boxes)
    assert [line for line in said if "refused" in line.lower() or "violates" in line.lower()] == []
    context.close()


def test_without_sign_in_the_header_says_so(visit):
    page = visit()
    expect(page.locator(".cd-side").get_by_text("Chưa bật đăng nhập: chỉ mở trên máy này, mọi quyền")).to_be_visible()
