"""A source that publishes its whole history anew at every pull: what was known at each pull is what it said then."""

import csv
import io
from pathlib import Path
from random import Random

from tests.warehouse.small import CONFIG, ID, Small

SOURCE = """
[[source]]
name = "history"
campaign = "nho"
on_fall = "accept"
[source.columns]
unit_code = "unit"
as_of = "day"
count = "count"
target = "due"
"""
DAYS = [f"2025-02-0{day}" for day in range(3, 8)]
UNITS = ("00101", "00102", "00201")


def test_every_pull_is_known_as_it_was_cell_by_cell_and_unchanged_cells_add_nothing(tmp_path: Path) -> None:
    house, dice = Small(tmp_path, CONFIG.replace('targets = "targets.csv"\n', "") + SOURCE), Random(3)  # noqa: S311
    said: dict[tuple[str, str], tuple[int, int]] = {}
    pulls: list[dict[tuple[str, str], tuple[int, int]]] = []
    facts = 0
    for pull in range(4):
        for unit in UNITS:
            for day in DAYS[: pull + 2]:
                if (unit, day) not in said or dice.random() < 0.3:
                    before = said.get((unit, day))
                    said[unit, day] = (dice.randint(0, 90), 100 + 10 * dice.randint(0, 2))
                    facts += before is None or before[0] != said[unit, day][0]
        out = io.StringIO()
        csv.writer(out).writerows([("unit", "day", "count", "due"), *((*key, *cell) for key, cell in said.items())])
        tally = house.send(out.getvalue(), source="history").tally
        assert (tally.held, tally.rejected, tally.read) == (0, 0, len(said))
        pulls.append(dict(said))
    reader = house.figures().reader
    assert len(reader.submissions(list(UNITS))) == facts
    moments = [one.received_at for one in reversed(house.figures().batches())]
    for moment, cells in zip(moments, pulls, strict=True):
        for day in DAYS:
            code, text, errors = house.command(
                "progress", "--campaign", ID, "--as-of", day, "--known-at", moment.isoformat(), "--format", "csv"
            )
            assert (code, errors) == (0, "")
            told = {row["code"]: row for row in csv.DictReader(io.StringIO(text))}
            for unit in UNITS:
                known = [at for at in DAYS if at <= day and (unit, at) in cells]
                assert int(told[unit]["done"]) == cells[unit, known[-1]][0]
                if (unit, day) in said:
                    assert int(told[unit]["target"]) == said[unit, day][1], "targets are those of today"
    house.close()
