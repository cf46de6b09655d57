"""Issuing: a period's notices written, and a record of the version they name, which is then never pruned."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from campaign.configuration import Configuration
from campaign.paperwork import Paper
from campaign.period import read_period
from reporting.figures import Figures
from reporting.notice import write_notices
from warehouse.versions import sha256_of, write_whole


def issue(
    config: Configuration, figures: Figures, period: str, out: Path, language: str, formats: Sequence[str] = ("xlsx",)
) -> list[Path]:
    """Write a period's drafts into `out` and put on record which version they were made from; return the files.

    The record, <data>/notices/<campaign>-<period>-<version>.json, holds the sha256 of every file; it has no number.
    """
    now = datetime.now(UTC)
    configured = config.campaign(figures.campaign.id)
    paper = (configured.paper if configured else None) or Paper()
    if tuple(formats) == ("xlsx",):
        paths = write_notices(figures, read_period(period), out, language, now, paper)
    else:
        from etl.drawn import contents_of, draw_up, write_files  # noqa: PLC0415 - letters are loaded when one is made
        from reporting.letter_content import Stamp  # noqa: PLC0415

        made = contents_of(figures, read_period(period), "", language, now, paper)
        paths = write_files(out, draw_up(figures, made, paper, Stamp(None, None), formats, now))
    record = {
        "campaign": figures.campaign.id,
        "period": period,
        "version": figures.version,
        "written_at": now.isoformat(),
        "files": [{"name": path.name, "sha256": sha256_of(path)} for path in paths],
    }
    folder = config.data / "notices"
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{figures.campaign.id}-{period}-{figures.version}.json"
    write_whole(folder / name, json.dumps(record, ensure_ascii=False, indent=1).encode())
    return paths
