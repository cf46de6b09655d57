"""The command `emulation`: the emulation scores (điểm thi đua) of a campaign's units, to read, to import or to sign."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from campaign.configuration import Configuration
from campaign.errors import UsageError

Opened = Callable[[argparse.Namespace], tuple[Configuration, Any]]
Show = Callable[[Sequence[object], Sequence[str], str], None]
BEFORE = ("campaign", "as_of", "level", "code", "name", "parent_code", "rank", "points")


def arguments(emulation: argparse.ArgumentParser, day: Callable[[str], date]) -> None:
    """Add what is asked to the arguments of the command."""
    emulation.add_argument("--campaign", required=True)
    emulation.add_argument("--as-of", type=day)
    emulation.add_argument("--level", help="one level; every level by default, the lowest for xlsx")
    emulation.add_argument("--format", choices=("csv", "json", "table", "xlsx"), default="table")
    emulation.add_argument("--out", type=Path, metavar="FILE", help="the workbook to write (with --format xlsx)")
    emulation.add_argument("--lang", choices=("vi", "en"))


def run(asked: argparse.Namespace, opened: Opened, show: Show) -> int:
    """Print the scores, or write the workbook that waits for its signatures."""
    is_book = asked.format == "xlsx"
    if is_book != (asked.out is not None):
        expected = "name a file ending in .xlsx" if is_book else "add --format xlsx"
        raise UsageError("emulation --out", "was not given" if is_book else "is for a workbook only", expected)
    config, figures = opened(asked)
    now = datetime.now(UTC)
    as_of = asked.as_of or figures.default_as_of(now)
    levels = figures.tree(as_of).levels
    if is_book:
        return _book(asked, config, figures, asked.level or levels[-1], as_of)
    wanted = [asked.level] if asked.level else levels
    rows = [one for level in wanted for one in _rows(config, figures, level, as_of)]
    parts = _campaign(config, figures).emulation.points
    show(rows, (*BEFORE, *(name for part in parts for name in (part.value, f"{part.value}_points"))), asked.format)
    return 0


def _campaign(config: Configuration, figures: Any) -> Any:
    return config.campaign(figures.campaign.id)


def scores_of(config: Configuration, figures: Any, level: str, as_of: date) -> list[Any]:
    """Return the scores of a level by the configured formula, knowing when sources of ours failed."""
    from etl.freshness import past  # noqa: PLC0415 - each command loads only what it needs
    from reporting.emulation import scored  # noqa: PLC0415 - as above

    name = figures.campaign.id
    configured = [one.name for one in config.sources if one.campaign == name]
    closed = figures.default_as_of(datetime.now(UTC))
    emulation = _campaign(config, figures).emulation
    return scored(figures, as_of, level, emulation, closed=closed, past=past(config, name), configured=configured)


def _rows(config: Configuration, figures: Any, level: str, as_of: date) -> list[SimpleNamespace]:
    found = []
    for row, score in ((one.row, one.score) for one in scores_of(config, figures, level, as_of)):
        own = {part.value: value for part, value in score.parts.items()}
        brought = {f"{part.value}_points": value for part, value in score.by_part.items()}
        empty = dict.fromkeys(
            name for part in _campaign(config, figures).emulation.points for name in (part, f"{part}_points")
        )
        about = {name: getattr(row, name) for name in BEFORE[:6]}
        found.append(SimpleNamespace(**empty | about | own | brought, rank=score.rank, points=score.points))
    return found


def _book(asked: argparse.Namespace, config: Configuration, figures: Any, level: str, as_of: date) -> int:
    from warehouse.versions import write_whole  # noqa: PLC0415 - as above

    content = book(config, figures, level, as_of, asked.lang or config.language)
    if not asked.out.parent.is_dir():
        raise UsageError(f"emulation --out {asked.out}", "its folder does not exist", "make it, or name another")
    write_whole(asked.out, content)
    sys.stdout.write(f"{asked.out}\n")
    return 0


def book(config: Configuration, figures: Any, level: str, as_of: date, lang: str) -> bytes:
    """Return the scores of a level as a workbook that waits for its signatures."""
    from reporting.emulation_sheet import About, workbook  # noqa: PLC0415 - as above

    campaign = _campaign(config, figures)
    about = About(
        campaign, figures.tree(as_of), level, as_of, campaign.emulation, campaign.paper, figures.version, figures.zone
    )
    return workbook(about, scores_of(config, figures, level, as_of), lang, datetime.now(UTC))
