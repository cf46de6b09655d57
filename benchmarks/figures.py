"""The figure functions in process, against the bare query that reads the same counts.

`python -m benchmarks.figures`: 121 communes × 10 types × 15 days of the demo.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import date

from etl.configured import DEMO, load
from etl.showing import ready
from reporting.figures import Figures

ROUNDS = 30
DAY = date(2025, 1, 10)


def milliseconds(work: Callable[[], object], rounds: int = ROUNDS) -> tuple[float, float, float]:
    """Return (least, median, greatest) milliseconds of some runs."""
    found = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        found.append(1000 * (time.perf_counter() - began))
    return min(found), statistics.median(found), max(found)


def main() -> None:
    """Measure and print."""
    config = load(DEMO)
    ready(config)
    figures = Figures.open(config, "bac-ninh-2025")

    def forget() -> None:
        figures._cubes.clear()  # noqa: SLF001 - the point is to pay for everything again
        figures._days.clear()  # noqa: SLF001

    def cold() -> object:
        forget()
        return figures.progress(DAY)

    def another_day() -> object:
        figures._days.clear()  # noqa: SLF001
        return figures.progress(DAY)

    def series() -> object:
        forget()
        return figures.series("27", last=date(2025, 1, 15))

    bare = milliseconds(lambda: figures.reader.facts("approved"))
    for name, work in (
        ("the bare query: counts and targets of one stage", lambda: figures.reader.facts("approved")),
        ("progress, nothing remembered", cold),
        ("progress, another day of a view", another_day),
        ("series of 15 days, nothing remembered", series),
    ):
        least, median, greatest = milliseconds(work)
        ratio = median / bare[1]
        print(f"{name:50s} {least:7.1f} {median:7.1f} {greatest:7.1f} ms   {ratio:5.1f} × the bare query")


if __name__ == "__main__":
    main()
