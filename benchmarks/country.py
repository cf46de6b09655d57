"""The working pages of a whole country and a map of 700 boundaries in a real browser: what they weigh and take.

`python -m benchmarks.country [ROUNDS]`: makes two campaigns of made-up counts, 10,600 communes under 34 provinces, and
700 communes of one province with a boundary of 190 points each, five days of fifteen reported; serves them with
`app.py`, waits until the pages are warm, and visits each page. On screen: what the page is for is there, below its
headline: the burn-up under the answers, the first rows of its table, the map. First payload: what came through the
websocket until the script had ended, in a new browser. The map: milliseconds a frame while the pointer crosses it.
"""

from __future__ import annotations

import csv
import json
import math
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.screens import ARGUMENTS, HERE, PORT, URL, cpu_seconds, say
from benchmarks.sessions import rested
from pages._address import PATHS

COUNTRY, PROVINCE = "ca-nuoc", "mot-tinh"
PROVINCES, COMMUNES, CELLS, POINTS = 34, 10_600, 700, 190
DAYS, PER_ROW = 5, 28
START = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).date() - timedelta(days=DAYS)
SHOWN = ("overview", "targets", "ranking", "lagging", "comparing", "forecast", "map")
MAP = "[class*=st-key-cd-map] svg"
ROW = ".cd-table tbody tr"
SEEN = {
    "overview": ".cd-still img",
    "map": MAP,
    "targets": ROW,
    "ranking": ROW,
    "lagging": ROW,
    "comparing": ".cd-heat-box",
}
STANDARD_SEEN = ".cd-card"
ENDED = "[data-testid=stApp][data-test-script-state=notRunning]"
CONFIG = """
[[campaign]]
id = "{id}"
name = "{id}"
start = {start}
end = {end}
units = "{id}.csv"
targets = "{id}-targets.csv"
simulated = true
{more}
"""
FRAMES = """() => new Promise(done => {
  const found = []; let last = performance.now();
  const look = (now) => { found.push(now - last); last = now;
    if (found.length < 120) requestAnimationFrame(look); else done(found.slice(2)); };
  requestAnimationFrame(look);
})"""


def write(path: Path, rows: list[tuple[object, ...]]) -> None:
    """Write rows as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def units(campaign: str) -> list[tuple[object, ...]]:
    """Return (code, name, level, parent, lat, lon) of a campaign's units, the top first."""
    above = PROVINCES if campaign == COUNTRY else 8
    leaves = COMMUNES if campaign == COUNTRY else CELLS
    middle = "province" if campaign == COUNTRY else "district"
    found: list[tuple[object, ...]] = [("T", "Cả nước", "country" if campaign == COUNTRY else "province", "", "", "")]
    found += [(f"P{n:02d}", f"Tỉnh {n:02d}", middle, "T", "", "") for n in range(above)]
    side = math.isqrt(leaves)
    for n in range(leaves):
        place = (round(9 + 14 * (n // side) / side, 4), round(102 + 7 * (n % side) / side, 4))
        found.append((f"{n:05d}", f"Xã số {n}", "commune", f"P{n * above // leaves:02d}", *place))
    return found


def boundary(number: int) -> dict[str, object]:
    """Return the boundary of one of the 700 communes: a cell of a grid whose sides are as crooked as a river."""
    x, y = number % PER_ROW, number // PER_ROW

    def bend(step: float, line: int) -> float:
        return 0.08 * math.sin(9 * step + line) + 0.03 * math.sin(31 * step + 2 * line)

    steps = [i * 4 / POINTS for i in range(POINTS // 4)]
    ring = [(x + s, y + bend(x + s, y)) for s in steps]
    ring += [(x + 1 + bend(y + s, x + 51), y + s) for s in steps]
    ring += [(x + 1 - s, y + 1 + bend(x + 1 - s, y + 1)) for s in steps]
    ring += [(x + bend(y + 1 - s, x + 50), y + 1 - s) for s in steps]
    outline = [[105 + 0.02 * a, 20 + 0.02 * b] for a, b in [*ring, ring[0]]]
    return {
        "type": "Feature",
        "properties": {"code": f"{number:05d}"},
        "geometry": {"type": "Polygon", "coordinates": [outline]},
    }


def made(folder: Path) -> Path:
    """Make both campaigns with their reports; return the campaign file."""
    rng = random.Random(5)  # noqa: S311 - no secret
    config = ['timezone = "Asia/Ho_Chi_Minh"\ndata = "data"']
    for campaign in (COUNTRY, PROVINCE):
        rows = units(campaign)
        write(folder / f"{campaign}.csv", [("code", "name", "level", "parent_code", "lat", "lon"), *rows])
        targets = {str(row[0]): rng.randint(200, 2000) for row in rows if row[2] == "commune"}
        write(folder / f"{campaign}-targets.csv", [("unit_code", "target"), *targets.items()])
        for day in range(1, DAYS + 1):
            counts = [
                (code, (START + timedelta(days=day - 1)).isoformat(), int(target * day / 15 * rng.uniform(0.4, 1.3)))
                for code, target in targets.items()
            ]
            write(folder / f"{campaign}-{day}.csv", [("unit_code", "as_of", "count"), *counts])
        config.append(
            CONFIG.format(
                id=campaign,
                start=START,
                end=START + timedelta(days=14),
                more='map = "cells.geojson"' if campaign == PROVINCE else "",
            )
        )
    cells = {"type": "FeatureCollection", "features": [boundary(n) for n in range(CELLS)]}
    (folder / "cells.geojson").write_text(json.dumps(cells), "utf-8")
    path = folder / "config.toml"
    path.write_text("\n".join(config), "utf-8")
    for campaign in (COUNTRY, PROVINCE):
        for day in range(1, DAYS + 1):
            given = ["--campaign", campaign, "--received-at", f"{START + timedelta(days=day - 1)}T16:00:00+07:00"]
            command = [sys.executable, "manage.py", "--config", str(path), "ingest", *given]
            subprocess.run(
                [*command, str(folder / f"{campaign}-{day}.csv")], cwd=HERE, check=True, stdout=subprocess.DEVNULL
            )
    return path


@contextmanager
def served(config: Path) -> Iterator[int]:
    """Serve a campaign file with `app.py` and give the process id."""
    environment = {**os.environ, "CANDICH_CONFIG": str(config), "CANDICH_PORT": str(PORT)}
    process = subprocess.Popen([sys.executable, "app.py"], cwd=HERE, env=environment, stderr=subprocess.DEVNULL)
    try:
        while process.poll() is None:
            try:
                httpx.get(f"{URL}/health")
                break
            except httpx.TransportError:
                time.sleep(0.2)
        yield process.pid
    finally:
        process.terminate()
        process.wait(20)


def visit(browser: Browser, web: int, campaign: str, name: str, rounds: int) -> None:
    """Print how soon a page is on screen, what its first payload weighs and what it costs the process."""
    path, seen = PATHS[name], SEEN.get(name, STANDARD_SEEN)
    found, weights, costs = [], [], []
    for number in range(rounds + 1):
        page = browser.new_page(viewport={"width": 1366, "height": 768}, locale="vi-VN")
        weighed = [0]

        def count(data: bytes | str, weighed: list[int] = weighed) -> None:
            weighed[0] += len(data)

        page.on("websocket", lambda line, count=count: line.on("framereceived", count))
        used, began = cpu_seconds(web), time.perf_counter()
        page.goto(f"{URL}{path}?campaign={campaign}", wait_until="commit")
        page.wait_for_selector(seen, state="attached")
        took = 1000 * (time.perf_counter() - began)
        page.wait_for_selector(ENDED)
        if number:  # the first look was nobody's
            found.append(took)
            weights.append(weighed[0])
            costs.append(1000 * (cpu_seconds(web) - used))
        if name == "map" and number == rounds:
            smooth(page)
        page.close()
    say(f"{campaign}: {name} on screen", found)
    print(f"{'':45s} first payload {max(weights) / 1000:.0f} kB, CPU of the web {min(costs):.0f} ms")


def smooth(page: Page) -> None:
    """Print how a map follows the pointer."""
    box = page.locator(MAP).first.bounding_box()
    if box is None:
        return
    page.wait_for_timeout(2000)
    page.evaluate(f"window.frames_found = ({FRAMES})()")
    steps = 100
    for step in range(steps):
        page.mouse.move(
            box["x"] + box["width"] * (0.1 + 0.8 * step / steps),
            box["y"] + min(box["height"], 600) * (0.2 + 0.6 * step / steps),
        )
    say("a frame while the pointer crosses the map", page.evaluate("window.frames_found"))


def main() -> None:
    """Make, serve, visit and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as scratch:
        config = made(Path(scratch))
        with served(config) as web, sync_playwright() as driver:
            print(f"at rest after {rested(web):.0f} s")
            browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
            for campaign in (COUNTRY, PROVINCE):
                for name in SHOWN:
                    visit(browser, web, campaign, name, rounds)
            browser.close()


if __name__ == "__main__":
    main()
