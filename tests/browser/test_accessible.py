"""Every page, light and dark, keeps to WCAG 2.2 AA and to good practice, as axe reads them in a real browser."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from pages._address import PATHS
from tests.browser.conftest import PATIENCE_MS, Server, settled
from tests.pages.house import EMPTY

pytestmark = pytest.mark.browser
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}
MORE = {"unit": "&unit=a1", "documents": "&period=2025-03-03"}
ADDRESSES = {
    **{name: f"{path}?as_of=2025-03-03{MORE.get(name, '')}" for name, path in PATHS.items()},
    "first day": f"/?campaign={EMPTY}",
    "first sending": f"/gui-so-lieu?campaign={EMPTY}",
}
# What the framework draws around our pages and gives us no hold on.
NOT_OURS = ("stFileUploader", "stDateInput", "stSelectbox", "stDownloadButton")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ADDRESSES)
def test_a_page_keeps_to_wcag(browser: Browser, server: Server, name: str, scheme: str):
    page = browser.new_page(viewport={"width": 1366, "height": 768}, color_scheme=scheme, bypass_csp=True)
    page.set_default_timeout(PATIENCE_MS)
    page.goto(server.url + ADDRESSES[name])
    settled(page)
    page.wait_for_timeout(800)
    found = Axe().run(page, options=RULES).response["violations"]
    page.close()
    ours = [
        (one["id"], node["target"], node["html"][:160])
        for one in found
        for node in one["nodes"]
        if not any(part in node["html"] for part in NOT_OURS)
    ]
    assert ours == []
