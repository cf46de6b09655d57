"""A CSV of a million rows taken in with every check, against DuckDB's bare COPY of the same file into a typed table.

`python -m benchmarks.intake [ROWS]`: all 10,600 communes × 10 types, day after day; once as it should be, once with one
row in a hundred bad in some way. Processor time beside the clock: the clock lies on a busy machine.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from etl.configured import load
from etl.intake import ingest
from etl.publishing import ensure_current

UNITS, TYPES, ROWS = 10_600, 10, 1_000_000
RECEIVED = datetime.fromisoformat("2025-01-20T10:00:00+07:00")
CONFIG = """[[campaign]]
id = "country"
name = "All communes"
start = 2025-01-01
end = 2025-01-15
units = "units.csv"
targets = "targets.csv"
[[campaign.stage]]
id = "approved"
name = "Approved"
headline = true
"""
SPOILED = (
    "{unit},{category},approved,{day},-5", "{unit},{category},approved,{day},1.5", "{unit},{category},approved,{day},",
    "99999,{category},approved,{day},{count}", "{unit},wedding,approved,{day},{count}", "{unit},{category},,{day},7",
    "{unit},{category},approved,2025-02-30,{count}", "{unit},{category},approved,2026-01-01,{count}",
    "{unit},{category},approved,{day},{count},more", "{unit},{category},approved,{day},0",
    '"{unit}","{category}",approved,{day},"1.234"', ",{category},approved,{day},{count}", "{unit},{category}",
)  # fmt: skip


def campaign_in(folder: Path) -> Path:
    """Write a campaign of all communes and return its configuration's path."""
    codes = [f"{number:05d}" for number in range(1, UNITS + 1)]
    rows = ["code,name,level,parent_code", "VN,Country,country,"]
    rows += [f"{code},Commune {code},commune,VN" for code in codes]
    (folder / "units.csv").write_text("\n".join(rows) + "\n", "utf-8")
    due = [f"{code},type{number},approved,{500 + int(code) % 500}" for code in codes for number in range(TYPES)]
    (folder / "targets.csv").write_text("unit_code,category,stage,target\n" + "\n".join(due) + "\n", "utf-8")
    types = "".join(f'[[campaign.category]]\nid = "type{number}"\nname = "{number}"\n' for number in range(TYPES))
    path = folder / "config.toml"
    path.write_text(CONFIG + types, "utf-8")
    return path


def file_in(folder: Path, name: str, rows: int, spoiled: float) -> Path:
    """Write a CSV of the plain form; `spoiled`: the share of rows that are bad in some way."""
    dice, path, written, day = random.Random(1), folder / name, 0, 0  # noqa: S311 - chance, not secrecy
    with path.open("w", encoding="utf-8") as out:
        out.write("unit_code,category,stage,as_of,count\n")
        while written < rows:
            day += 1
            for number in range(min(UNITS * TYPES, rows - written)):
                unit, kind = number // TYPES + 1, number % TYPES
                fields = {"unit": f"{unit:05d}", "category": f"type{kind}", "day": f"2025-01-{day:02d}",
                          "count": (unit * 7 + kind * 13) % 97 * day}  # fmt: skip
                bad = spoiled and dice.random() < spoiled
                form = dice.choice(SPOILED) if bad else "{unit},{category},approved,{day},{count}"
                out.write(form.format(**fields) + "\n")
                written += 1
    return path


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Return how long some work takes by the clock, and of the processors."""
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - processor


def bare_copy(path: Path, folder: Path) -> tuple[float, float]:
    """Return what DuckDB takes to copy the CSV into a table of its types."""
    with duckdb.connect(str(folder / f"{path.stem}.duckdb"), config={"threads": 2}) as connection:
        connection.execute(
            'create table t (unit_code varchar, category varchar, stage varchar, as_of date, "count" bigint)'
        )
        return seconds(lambda: connection.execute(f"copy t from '{path}' (header)"))


def main() -> None:
    """Measure and print."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        config = load(campaign_in(folder))
        (campaign,) = config.campaigns
        good, spoiled = file_in(folder, "good.csv", rows, 0), file_in(folder, "spoiled.csv", rows, 0.01)
        ensure_current(config, campaign)
        copy = bare_copy(good, folder)
        print(f"{'bare COPY':48s} {copy[0]:6.2f} s   processors {copy[1]:6.2f} s")
        for number, (name, path) in enumerate(
            (("taken in", good), ("the same again", good), ("one row in 100 bad, the others known", spoiled))
        ):
            outcomes = []
            moment = RECEIVED + timedelta(minutes=number)

            def work(path: Path = path, moment: datetime = moment, outcomes: list[object] = outcomes) -> None:
                outcomes.append(ingest(config, campaign, [path], received_at=moment).tally)

            took = seconds(work)
            ratio = f"{took[0] / copy[0]:5.1f} x   {took[1] / copy[1]:5.1f} x"
            print(f"{name:48s} {took[0]:6.2f} s   processors {took[1]:6.2f} s   {ratio}   {outcomes[0]}")


if __name__ == "__main__":
    main()
