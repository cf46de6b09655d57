"""Every page looks as it did when somebody last looked at it and said so.

    python3 manage.py test tests/browser/test_pictures.py --bless

keeps what is seen now as the pictures to compare with; they are part of the commit that changes the look.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserType

import manage
from etl import heartbeat
from etl.configured import load
from pages._address import PATHS
from tests.browser.conftest import PATIENCE_MS, Server, settled
from tests.browser.pictures import ARGUMENTS, MOST_CHANGED, changed, named, photographed, small
from tests.pages.house import ID, build

pytestmark = pytest.mark.browser
DAY = "as_of=2025-03-03"
MORE = {"unit": "&unit=a1", "documents": "&period=2025-03-03"}
QUICK = {
    "quick": f"/xem/{ID}?{DAY}&tu-dong=0",
    "quick commune": f"/xem/{ID}/a1?{DAY}&tu-dong=0",
    "quick print": f"/xem/{ID}?{DAY}&in=1",
    "wall": f"/xem/{ID}?{DAY}&che-do=tuong&tu-dong=0",
    "wall units": f"/xem/{ID}?{DAY}&che-do=tuong&man=don-vi&tu-dong=0",
    "wall lagging": f"/xem/{ID}?{DAY}&che-do=tuong&man=cham&tu-dong=0",
}
WALL = {"width": 1920, "height": 1080}
DESK = {"width": 1366, "height": 1200}
PHONE = {"width": 390, "height": 1600}
SHEET = {"width": 794, "height": 1123}  # A4 at 96 dots an inch
VIEWS = {
    **{name: (f"{path}?{DAY}{MORE.get(name, '')}", DESK, "light") for name, path in PATHS.items()},
    "overview dark": (f"/?{DAY}", DESK, "dark"),
    "overview phone dark": (f"/?{DAY}", PHONE, "dark"),
    "quick": (QUICK["quick"], DESK, "light"),
    "quick phone": (QUICK["quick"], PHONE, "light"),
    "quick commune phone dark": (QUICK["quick commune"], PHONE, "dark"),
    "quick print": (QUICK["quick print"], SHEET, "light"),
    **{name: (QUICK[name], WALL, "light") for name in QUICK if name.startswith("wall")},
}


@pytest.fixture(scope="module")
def lit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server of its own whose scheduler is said to work."""
    config = build(tmp_path_factory.mktemp("lit"))
    at = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    heartbeat.write(load(config), {"at": at, "pid": 1, "started": at, "jobs": []})
    with Server(config).running() as running:
        yield running


@pytest.fixture(scope="module")
def plain(browser_type: BrowserType) -> Iterator[Browser]:
    """Return a browser that draws letters the same way on every machine, as far as one can ask it to."""
    browser = browser_type.launch(executable_path=manage.chromium(), args=ARGUMENTS)
    yield browser
    browser.close()


def taken(plain: Browser, server: Server, name: str) -> Image.Image:
    address, size, scheme = VIEWS[name]
    context = plain.new_context(
        viewport=size, color_scheme=scheme, reduced_motion="reduce", locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh",
        bypass_csp=True, device_scale_factor=1,
    )  # fmt: skip
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(server.url + address)
    is_quick = address.startswith("/xem")
    if not is_quick:
        settled(page)
        if page.locator(".st-key-cd-chart").count():
            page.locator(".js-plotly-plot .scatterlayer path").first.wait_for()
        page.get_by_text("Đang dựng trang").wait_for(state="hidden")
    picture = photographed(page, own_font=is_quick)
    context.close()
    return picture


@pytest.mark.parametrize("name", VIEWS)
def test_a_page_looks_as_it_did(plain: Browser, lit: Server, name: str, request: pytest.FixtureRequest, tmp_path: Path):
    kept, seen = named(name), taken(plain, lit, name)
    if request.config.getoption("--bless"):
        kept.parent.mkdir(exist_ok=True)
        small(seen).save(kept, optimize=True)
        return
    assert kept.exists(), f"there is no picture of {name!r} yet: --bless keeps one"
    share, where = changed(Image.open(kept), seen)
    seen.save(tmp_path / "seen.png")
    where.save(tmp_path / "where.png")
    assert share <= MOST_CHANGED, f"{share:.2%} of {kept.name} has changed: {tmp_path}/seen.png; --bless keeps it"


def test_every_picture_kept_is_of_a_page_there_is():
    assert {path.name for path in named("any").parent.glob("*.png")} == {named(name).name for name in VIEWS}


def test_a_changed_colour_and_a_moved_card_are_seen_and_smoothing_is_not():
    whole = Image.new("RGB", (400, 400), "#f4f6f8")
    card, moved, other, smooth = (whole.copy() for _ in range(4))
    card.paste("#0b5fa5", (40, 40, 120, 80))
    moved.paste("#0b5fa5", (40, 48, 120, 88))
    other.paste("#9b1230", (40, 40, 120, 80))
    smooth.paste("#0b5fa5", (40, 40, 120, 80))
    smooth.paste("#124f86", (40, 40, 41, 80))
    assert changed(card, card)[0] == 0
    assert changed(card, moved)[0] > MOST_CHANGED
    assert changed(card, other)[0] > MOST_CHANGED
    assert changed(card, smooth)[0] == 0
    assert changed(card, card.crop((0, 0, 400, 396)))[0] == 1
