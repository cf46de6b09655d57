"""The quick view: what it weighs, how soon it is on screen, what it costs, and how many a second one process hands out.

`python -m benchmarks.quick [SECONDS]`: starts the real thing on the demo data with `manage.py start`. On screen: from
the start of the navigation to the first contentful paint, in Chromium, the page warm on the server, a new browser each
time. CPU: of the web process, per request, over a load of several connections that ask one after another.
"""

from __future__ import annotations

import http.client
import sys
import threading
import time

from playwright.sync_api import Browser, sync_playwright

from benchmarks.screens import ARGUMENTS, PORT, URL, cpu_seconds, say, served
from benchmarks.sessions import rested

ID = "bac-ninh-2025"
PAGES = {
    "province": f"/xem/{ID}",
    "district": f"/xem/{ID}/256",
    "wall": f"/xem/{ID}?che-do=tuong",
    "paper": f"/xem/{ID}?in=1",
}
PAINT = """() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? null"""
ROUNDS, CONNECTIONS = 9, 8


def ask(line: http.client.HTTPConnection, path: str, **headers: str) -> tuple[int, int]:
    """Return the status and the bytes of one answer."""
    line.request("GET", path, headers=headers)
    answer = line.getresponse()
    return answer.status, len(answer.read())


def painted(browser: Browser, path: str, width: int) -> list[float]:
    """Return milliseconds to the first contentful paint, each in a browser that has never seen it."""
    found = []
    for _ in range(ROUNDS):
        context = browser.new_context(viewport={"width": width, "height": 844})
        page = context.new_page()
        page.goto(URL + path)
        while (at := page.evaluate(PAINT)) is None:  # the page's own policy forbids what waits for a function
            page.wait_for_timeout(20)
        found.append(float(at))
        context.close()
    return found


def load(path: str, seconds: float, **headers: str) -> int:
    """Ask again and again over several connections; return the answers."""
    until, answers, lock = time.perf_counter() + seconds, [0], threading.Lock()

    def client() -> None:
        line, mine = http.client.HTTPConnection("127.0.0.1", PORT), 0
        while time.perf_counter() < until:
            status, _ = ask(line, path, **headers)
            assert status in (200, 304), status  # noqa: S101 - a benchmark of failures says nothing
            mine += 1
        with lock:
            answers[0] += mine

    clients = [threading.Thread(target=client) for _ in range(CONNECTIONS)]
    for one in clients:
        one.start()
    for one in clients:
        one.join()
    return answers[0]


def main() -> None:
    """Measure and print."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    with served() as web:
        line = http.client.HTTPConnection("127.0.0.1", PORT)
        rested(web)  # the recent days are being warmed until then
        for name, path in PAGES.items():
            ask(line, path)
            plain, packed = ask(line, path)[1], ask(line, path, **{"Accept-Encoding": "gzip"})[1]
            print(f"{name:45s} {plain:7d} bytes, {packed} packed")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
            painted(browser, PAGES["province"], 390)
            for name, path in PAGES.items():
                for width in (390, 1366):
                    say(f"on screen, {name}, {width} px wide", painted(browser, path, width))
            browser.close()
        for name, headers in (("whole", {}), ("packed", {"Accept-Encoding": "gzip"})):
            before, began = cpu_seconds(web), time.perf_counter()
            answers = load(PAGES["province"], seconds, **headers)
            took, cpu = time.perf_counter() - began, cpu_seconds(web) - before
            print(f"{name:45s} {answers / took:7.0f} a second, {1000 * cpu / answers:.2f} ms of CPU each")


if __name__ == "__main__":
    main()
