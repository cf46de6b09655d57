"""A real browser signs in at a real provider, each a process of its own, and comes back to where it wanted to go."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import PATIENCE_MS, Server, settled
from tests.pages.house import build

pytestmark = pytest.mark.browser

ACCESS = """
[access]
local = false
[access.oidc]
label = "Đăng nhập bằng tài khoản tỉnh"
[[access.grant]]
user = "oidc:lan@tinh.example"
role = "administrator"
[[access.grant]]
claim = "roles"
value = "huyen-an"
role = "lead"
units = ["A"]
"""
USERS = [
    {"sub": "lan", "email": "lan@tinh.example", "email_verified": True, "name": "Nguyễn Thị Lan"},
    {"sub": "an", "email": "an@tinh.example", "email_verified": True, "name": "Trần Văn An", "roles": ["huyen-an"]},
    {"sub": "la", "email": "la@tinh.example", "email_verified": False},
]
DEEP = "/xep-hang?as_of=2025-03-03&unit=A"


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    users = [word for user in USERS for word in ("--user-claims", json.dumps(user))]
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "-p", str(port), "-n", "true", *users],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ | {"NO_COLOR": "1"},
    )  # fmt: skip
    try:
        for _ in range(300):
            assert process.poll() is None
            try:
                urllib.request.urlopen(f"{address}/jwks", timeout=1).close()  # noqa: S310 - our own server
                break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory, provider: str) -> Iterator[Server]:
    config = build(tmp_path_factory.mktemp("oidc"))
    config.write_text(config.read_text("utf-8") + ACCESS, "utf-8")
    config.with_name("secrets.toml").write_text(
        f'[auth]\nclient_id = "can-dich"\nclient_secret = "x"\n'
        f'server_metadata_url = "{provider}/.well-known/openid-configuration"\n',
        "utf-8",
    )
    with Server(config).running() as running:
        yield running


def sign_in(page: Page, server: Server, user: str, link: str = DEEP) -> None:
    page.set_default_timeout(PATIENCE_MS)
    page.goto(server.url + link)
    page.get_by_role("link", name="Đăng nhập bằng tài khoản tỉnh").click()
    page.get_by_role("button", name=user, exact=True).click()


def test_a_deep_link_survives_signing_in_at_the_provider(page: Page, started: Server):
    sign_in(page, started, "lan")
    settled(page)
    parts = urlsplit(page.url)
    assert (parts.path, sorted(parts.query.split("&"))) == ("/xep-hang", ["as_of=2025-03-03", "unit=A"])
    expect(page.locator(".cd-top")).to_contain_text("Nguyễn Thị Lan")
    names = {one["name"] for one in page.context.cookies() if one["domain"] == "127.0.0.1"}
    assert not {one for one in names if one.startswith("_streamlit_user")}
    (ours,) = [one for one in page.context.cookies() if one["name"] == "candich_session"]
    assert (ours["httpOnly"], ours["sameSite"], ours["expires"]) == (True, "Lax", -1)
    assert page.evaluate("document.cookie.includes('candich_session')") is False


def test_the_first_page_a_browser_asks_of_a_fresh_process_is_behind_the_gate(page: Page, started: Server):
    with Server(started.config).running() as fresh:
        page.goto(fresh.url + DEEP)
        assert urlsplit(page.url).path == "/dang-nhap"
        assert "Huyện An" not in page.content()


def test_a_role_comes_with_a_claim(page: Page, started: Server):
    sign_in(page, started, "an", "/xem/thu-2025/A")
    expect(page.get_by_role("heading", name="Huyện An").first).to_be_visible()
    answer = page.goto(f"{started.url}/xem/thu-2025/B")
    assert answer is not None
    assert answer.status in (403, 404)
    assert "Huyện Bình" not in page.content()


def test_an_unverified_user_stays_outside_and_is_told_why(page: Page, started: Server):
    sign_in(page, started, "la")
    expect(page.get_by_role("heading", name="Chưa đăng nhập được")).to_be_visible()
    expect(page.get_by_text("chưa được nhà cung cấp xác minh")).to_be_visible()
    assert page.goto(started.url + DEEP) is not None
    assert urlsplit(page.url).path == "/dang-nhap"


def test_going_back_to_the_callback_lets_nobody_in_twice(page: Page, started: Server, context: BrowserContext):
    callbacks: list[str] = []
    page.on("request", lambda one: callbacks.append(one.url) if "/oauth2callback" in one.url else None)
    sign_in(page, started, "lan")
    settled(page)
    assert len(callbacks) == 1
    context.clear_cookies()
    page.goto(callbacks[0])
    expect(page.get_by_role("heading", name="Chưa đăng nhập được")).to_be_visible()
    page.goto(started.url + DEEP)
    assert urlsplit(page.url).path == "/dang-nhap"
