"""The overview and a filter change in a real browser, and what a rerun costs the web process.

`python -m benchmarks.screens [ROUNDS]`: starts the real thing on the demo data with `manage.py start`, warm
after a first visit. On screen: the headline, the cards and the burn-up are there. Redrawn: the headline says
the new day. Settled: the script has ended and nothing moves for 100 ms. CPU: of the web process over the
reruns, less what it takes idle. Requests that leave the machine are counted.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).resolve().parent.parent
PORT = 8598
URL = f"http://127.0.0.1:{PORT}"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
CHART = ".js-plotly-plot .main-svg .trace"
SEEN = """() => document.querySelector("h1") && document.querySelector(".cd-answers")
  && [...document.querySelectorAll(".cd-still img")].some(one => one.complete && one.naturalWidth > 0)"""
RUNNING = "[data-testid=stApp][data-test-script-state=running]"
SETTLED = """() => new Promise(done => {
  let last = performance.now();
  const app = document.querySelector("[data-testid=stApp]");
  const watch = new MutationObserver(() => { last = performance.now(); });
  watch.observe(document.body, {subtree: true, childList: true, attributes: true, characterData: true});
  const look = () => {
    const still = performance.now() - last > 100;
    if (still && app.getAttribute("data-test-script-state") === "notRunning") {
      watch.disconnect(); done(last + performance.timeOrigin);
    } else { requestAnimationFrame(look); }
  };
  look();
})"""


@contextmanager
def served() -> Iterator[int]:
    """Run `manage.py start` and give the web's process id."""
    command = [sys.executable, str(HERE / "manage.py"), "start", "--demo", "--port", str(PORT)]
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=HERE)
    try:
        line = process.stdout.readline() if process.stdout else ""
        print(f"start, until the address is printed            {time.perf_counter() - began:6.1f} s   {line.strip()}")
        note = json.loads((HERE / "data" / "demo-root" / "run" / "start.json").read_text("utf-8"))
        yield int(note["children"]["web"])
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)


def cpu_seconds(parent: int) -> float:
    """Return the CPU seconds used so far by a process and its children."""
    ticks, seen = 0, [parent]
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(folder.name) in seen or int(fields[1]) in seen:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def say(name: str, found: list[float]) -> None:
    """Print the least, the median and the greatest of some milliseconds."""
    print(f"{name:45s} {min(found):7.0f} {statistics.median(found):7.0f} {max(found):7.0f} ms")


def visits(page: Page, rounds: int) -> None:
    """Measure the overview from the address to the words, cards and burn-up, and to the chart that answers."""
    seen: list[float] = []
    answering: list[float] = []
    for _ in range(rounds):
        page.goto("about:blank")
        began = time.perf_counter()
        page.goto(f"{URL}/?campaign=bac-ninh-2025", wait_until="commit")
        page.wait_for_function(SEEN)
        seen.append(1000 * (time.perf_counter() - began))
        page.wait_for_selector(CHART, state="attached")
        answering.append(1000 * (time.perf_counter() - began))
    say("overview on screen (words, cards, burn-up), warm", seen)
    say("overview, until the burn-up answers the pointer", answering)


def step(page: Page, number: int) -> float:
    """Go a day back, four times, then four times forth; return when, once the headline says the new day."""
    before = page.inner_text("h1")
    button = page.locator(".cd-days button").nth(0 if number % 8 < 4 else 1)  # noqa: PLR2004 - four days back, four forth
    began = time.time()
    button.click()
    page.wait_for_function("before => document.querySelector('h1')?.innerText !== before", arg=before)
    return began


def changes(page: Page, web: int, rounds: int) -> None:
    """Measure going back and forth by a day, and the CPU of each rerun."""
    redrawn: list[float] = []
    settled: list[float] = []
    for number in range(8):  # each day once: what is measured is not the first time anybody asks
        step(page, number)
        page.evaluate(SETTLED)
    page.wait_for_timeout(3000)
    used = cpu_seconds(web)
    page.wait_for_timeout(5000)
    idle = (cpu_seconds(web) - used) / 5
    used, started = cpu_seconds(web), time.time()
    for number in range(rounds):
        began = step(page, number)
        redrawn.append(1000 * (time.time() - began))
        settled.append(page.evaluate(SETTLED) - 1000 * began)
    cost = 1000 * (cpu_seconds(web) - used - idle * (time.time() - started)) / rounds
    say("a filter change, redrawn", redrawn)
    say("a filter change, settled", settled)
    print(f"{'CPU of the web per rerun':45s} {cost:15.0f} ms (idle it takes {1000 * idle:.0f} ms a second)")


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 8
    chromium = next(path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name)))
    outside: list[str] = []
    with served() as web, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1366, "height": 768}, locale="vi-VN")
        page.on(
            "request", lambda one: outside.append(one.url) if not one.url.startswith((URL, "data:", "blob:")) else None
        )
        page.goto(URL)
        page.wait_for_selector(CHART, state="attached")
        page.wait_for_timeout(2000)
        visits(page, rounds)
        changes(page, web, rounds * 2)
        browser.close()
    print(f"requests that leave the machine               {len(outside):6d}")


if __name__ == "__main__":
    main()
