"""Ours, Superset and Dash on the same figures, on this machine, in one run: to the first pixels, and a filter changed.

`python -m benchmarks.rivals.measure FOLDER [ROUNDS]`, after README.md beside this file: FOLDER holds the environments
`dash` and `superset`. All servers run at once, each warm; every round visits each of them in turn with a new browser
that has nothing kept, then again with what the browser kept, then changes the district. Seen: the headline, all
numbers, and all charts and the table that stand on the page at first are drawn.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.rivals import rows, superset_board
from benchmarks.screens import ARGUMENTS, HERE, URL, served

DASH_PORT, SUPERSET_PORT = 8597, 8596
DASH, SUPERSET = f"http://127.0.0.1:{DASH_PORT}", f"http://127.0.0.1:{SUPERSET_PORT}"
ID = "bac-ninh-2025"
DISTRICTS = [
    ("256", "Thành phố Bắc Ninh"),
    ("258", "Huyện Yên Phong"),
    ("259", "Thị xã Quế Võ"),
    ("260", "Huyện Tiên Du"),
]
LONGEST_SECONDS = 60.0


@dataclass(frozen=True)
class Rival:
    """One dashboard: its address, what tells that all is drawn, how a district is chosen, what tells what is shown."""

    name: str
    address: str
    seen: str
    choose: Callable[[Page, str, str], None] | None = None
    state: str = ""


def poll(page: Page, script: str, wanted: Callable[[object], bool], began: float) -> float:
    """Return the milliseconds since `began` at which a script's answer was as wanted."""
    while True:
        try:
            if wanted(page.evaluate(script)):
                return 1000 * (time.perf_counter() - began)
        except Exception as problem:  # the page is on its way to another
            if time.perf_counter() - began > LONGEST_SECONDS:
                raise RuntimeError(page.url) from problem
        if time.perf_counter() - began > LONGEST_SECONDS:
            raise RuntimeError(page.url)
        page.wait_for_timeout(10)


def ours_chosen(page: Page, code: str, _: str) -> None:
    """Choose a district on our overview."""
    page.locator("select[name=district]").select_option(code)


def dash_chosen(page: Page, _: str, name: str) -> None:
    """Choose a district in Dash's second dropdown."""
    page.locator("#within").click()
    page.locator(".dash-options-list-option-text").get_by_text(name, exact=True).click()


def superset_chosen(page: Page, _: str, name: str) -> None:
    """Choose a district in Superset's filter bar and apply it; the clock starts at the button."""
    page.locator("[data-test=form-item-value] .ant-select").click()
    page.locator(".ant-select-item-option").get_by_text(name, exact=True).click()
    page.keyboard.press("Escape")
    page.locator("[data-test=filter-bar__apply-button]").click()


RIVALS = [
    Rival("quick view", f"{URL}/xem/{ID}?as_of=2025-01-09",
          "() => Boolean(document.querySelector('h1') && document.querySelector('svg path, svg polyline'))"),
    Rival("working page", f"{URL}/?campaign={ID}&as_of=2025-01-09",
          """() => Boolean(document.querySelector('h1') && document.querySelector('.cd-answers')
             && [...document.querySelectorAll('.cd-still img')].some(one => one.complete && one.naturalWidth > 0))""",
          ours_chosen, "() => document.querySelector('h1').innerText + document.querySelector('.cd-still img')?.src"),
    Rival("Dash", DASH,
          """() => document.querySelector('h1')?.innerText && document.querySelectorAll('.trace').length >= 2
             && document.querySelectorAll('.bars .point').length > 0 && document.querySelectorAll('tr').length > 50""",
          dash_chosen, "() => document.querySelector('h1').innerText"),
    Rival("Superset", SUPERSET,
          f"""() => document.querySelectorAll('.header-line').length >= {len(superset_board.NUMBERS)}
             && document.querySelectorAll('[data-test=chart-container] canvas').length >= 2
             && !document.querySelector('[data-test=chart-container] .loading')""",
          superset_chosen,
          """() => document.querySelector('[data-test=chart-container] .loading') ? null
             : [...document.querySelectorAll('.header-line')].map(one => one.innerText).join()"""),
]  # fmt: skip


@contextmanager
def running(command: list[str], url: str, **extra: str) -> Iterator[None]:
    """Run a server until the block ends."""
    with subprocess.Popen(command, env=os.environ | extra, cwd=HERE, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as process:  # fmt: skip
        try:
            until = time.monotonic() + 2 * LONGEST_SECONDS
            while True:
                try:
                    httpx.get(url, timeout=5)
                    break
                except httpx.HTTPError:
                    if time.monotonic() > until or process.poll() is not None:
                        raise
                    time.sleep(0.5)
            yield
        finally:
            process.terminate()


def signed_in(browser: Browser) -> str:
    """Sign in to Superset by its own form, and return what the browser keeps of it as a file."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{SUPERSET}/login/")
    page.locator("#username, input[name=username]").first.fill(superset_board.USER)
    page.locator("#password, input[name=password]").first.fill(superset_board.USER)
    page.keyboard.press("Enter")
    page.wait_for_url("**/welcome/**")
    kept = str(HERE / "data" / "demo-root" / "rival.json")
    context.storage_state(path=kept)
    context.close()
    return kept


def measure(browser: Browser, rival: Rival, kept: str, number: int) -> tuple[float, float, float | None]:
    """Return milliseconds to all drawn in a new browser, in one that was there before, and of a filter changed."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="vi-VN", storage_state=kept)
    page = context.new_page()
    found = []
    for _ in range(2):
        page.goto("about:blank")
        began = time.perf_counter()
        page.goto(rival.address, wait_until="commit")
        found.append(poll(page, rival.seen, bool, began))
        page.wait_for_timeout(2500)
    changed = None
    if rival.choose:
        before = page.evaluate(rival.state)
        page.evaluate("() => addEventListener('pointerdown', event => { window.pressed = performance.now(); }, true)")
        began = time.perf_counter()
        rival.choose(page, *DISTRICTS[number % len(DISTRICTS)])
        if rival.name in ("Superset", "Dash"):  # what led to the last click is not their fault
            began = time.perf_counter() - page.evaluate("() => performance.now() - window.pressed") / 1000
        changed = poll(page, rival.state, lambda now: bool(now) and now != before, began)
    context.close()
    return found[0], found[1], changed


def main() -> None:
    """Start all of them, measure in turn and print."""
    folder, rounds = Path(sys.argv[1]).resolve(), int(sys.argv[2]) if len(sys.argv) > 2 else 5  # noqa: PLR2004
    table, base = folder / "rows.csv", folder / "rows.db"
    superset = {
        "CANDICH_RIVAL": str(folder),
        "SUPERSET_CONFIG_PATH": str(HERE / "benchmarks/rivals/superset_config.py"),
    }
    chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    results: dict[str, list[tuple[float, float, float | None]]] = {one.name: [] for one in RIVALS}
    with ExitStack() as stack:
        stack.enter_context(served())
        print("units × days", rows.write(HERE / "data" / "demo" / "config.toml", table))
        superset_board.base_of(table, base)
        gunicorn = ["bin/gunicorn", "-k", "gthread", "-w", "1", "--threads", "8", "--timeout", "120", "-b"]
        stack.enter_context(running([str(folder / "dash" / gunicorn[0]), *gunicorn[1:], f"127.0.0.1:{DASH_PORT}",
                                     "benchmarks.rivals.dash_app:server"], DASH, CANDICH_ROWS=str(table)))  # fmt: skip
        stack.enter_context(running([str(folder / "superset" / gunicorn[0]), *gunicorn[1:],
                                     f"127.0.0.1:{SUPERSET_PORT}", "superset.app:create_app()"], f"{SUPERSET}/health",
                                    **superset))  # fmt: skip
        board = SUPERSET + superset_board.build(SUPERSET, base)
        rivals = [Rival(one.name, board if one.name == "Superset" else one.address, one.seen, one.choose, one.state)
                  for one in RIVALS]  # fmt: skip
        driver = stack.enter_context(sync_playwright())
        browser = driver.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        kept = signed_in(browser)
        for number in range(rounds + 1):
            for rival in rivals:
                found = measure(browser, rival, kept, number)
                if number:  # the first round warms
                    results[rival.name].append(found)
        browser.close()
    told(results)


def told(results: dict[str, list[tuple[float, float, float | None]]]) -> None:
    """Print medians, and how many times longer than ours."""
    print(f"{'median milliseconds':20s} {'new browser':>12s} {'again':>8s} {'filter':>8s}")
    for name, found in results.items():
        shown = [statistics.median(one[part] for one in found) for part in (0, 1)]
        filters = [one[2] for one in found if one[2] is not None]
        last = f"{statistics.median(filters):8.0f}" if filters else f"{'–':>8s}"
        print(f"{name:20s} {shown[0]:12.0f} {shown[1]:8.0f} {last}")


if __name__ == "__main__":
    main()
