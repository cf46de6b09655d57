"""The figures all dashboards are given: one row a unit and day, as a CSV, from the demo's first campaign."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path

from campaign.configuration import ALL
from etl.configured import load
from reporting.figures import Figures

COLUMNS = ("day", "code", "name", "level", "district", "target", "done", "expected", "done_today", "due_today",
           "remaining", "share", "status")  # fmt: skip


def write(config: Path, path: Path) -> int:
    """Write the rows of every unit on every campaign day, and return how many there are."""
    settings = load(config)
    campaign = settings.campaigns[0]
    figures = Figures.open(settings, campaign.id)
    length = (campaign.end - campaign.start).days + 1
    written = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(COLUMNS)
        for day in (campaign.start + timedelta(days=number) for number in range(length)):
            rows = figures.progress(day, category=ALL, stage=campaign.headline)
            names = {row.code: row.name for row in rows}
            for row in rows:
                share = None if row.completion is None else float(row.completion)
                out.writerow((day, row.code, row.name, row.level, names.get(row.parent_code or "", ""), row.target,
                              row.done, float(row.expected or 0), row.done_today, row.catchup_today, row.remaining,
                              share, str(row.status)))  # fmt: skip
                written += 1
    figures.close()
    return written
