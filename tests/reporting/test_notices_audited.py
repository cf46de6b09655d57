"""Claims about whole notices of campaigns made by chance: cells, lists, bands, sums, charts are those of `progress`."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from openpyxl import load_workbook

from campaign.period import read_period
from tests.oracle.campaigns import Campaign
from tests.oracle.dated import invent_dated
from tests.oracle.manners import MANNERS
from tests.oracle.worlds import ProductWorld
from tests.reporting.notice_audit import DAY, Auditor, Told

SEEDS = os.environ.get("CANDICH_NOTICE_SEEDS", "")
"""left out: the same few; given, 10..40: those of all manners"""
FEW = [("any", 4), ("daily", 4), ("dated", 2)]


def chosen() -> list[tuple[str, int]]:
    if not SEEDS:
        return FEW
    first, last = map(int, SEEDS.split(".."))
    return [(manner, seed) for seed in range(first, last + 1) for manner in ("any", "daily", "restating", "dated")]


def views(campaign: Campaign) -> list[str]:
    """Return the groups and the categories in none, and all; only all where they are one or too many to print."""
    inside = set(campaign.categories.values())
    found = [one for one in campaign.groups if one in inside]
    found += [one for one, group in campaign.categories.items() if not group]
    return [*found, "all"] if 1 < len(found) < 5 else ["all"]


def periods(campaign: Campaign) -> list[str]:
    """Return the first day, its month, a day and a week in the middle, and all days but the first."""
    start, middle = campaign.start, campaign.start + (campaign.end - campaign.start) // 2
    year, week, _ = middle.isocalendar()
    days = f"{start + DAY}..{campaign.end}" if start < campaign.end else f"{start}..{start}"
    return [f"{start}", f"{start:%Y-%m}", f"{middle}", f"{year}-W{week:02}", days]


@pytest.mark.parametrize(("manner", "seed"), chosen())
def test_every_notice_of_a_campaign_made_by_chance_says_what_progress_says(
    tmp_path: Path, manner: str, seed: int
) -> None:
    invent: Callable[[Random], Campaign] = invent_dated if manner == "dated" else MANNERS[manner]
    campaign = invent(Random(seed))  # noqa: S311 - chance, not secrecy
    config = campaign.write(tmp_path)
    world = ProductWorld(config, campaign.identifier)
    for number, delivery in enumerate(campaign.deliveries):
        world.ingest(campaign.write_delivery(tmp_path, number), delivery.stamp(), delivery.source)
    told = Told(config, campaign.identifier)
    audited = 0
    asked = periods(campaign) if SEEDS else periods(campaign)[seed % 3 :: 2]
    for place, code in enumerate(asked):
        period = read_period(code)
        as_of = min(period.last, told.default_day())
        if not any(row["last_as_of"] for row in told.progress(as_of)):
            continue
        auditor = Auditor(told, period.first, as_of, campaign.start, views(campaign))
        out = tmp_path / code
        said = told.ask("notice", "--period", code, "--out", str(out), "--lang", ("vi", "en")[(place + seed) % 2])
        paths = [Path(line) for line in said.splitlines()]
        heads = auditor.heads()
        assert len(paths) == len(heads)
        for path in paths:
            assert auditor.audit(path, head_of(path, auditor, heads)) == []
            audited += 1
    assert audited


def head_of(path: Path, auditor: Auditor, heads: list[tuple[str, ...]]) -> tuple[str, ...]:
    """Return which units a workbook is about, by the name it bears."""
    name = load_workbook(path).worksheets[0]["A2"].value
    named = [one for one in heads if auditor.children(one[0]) and auditor.rows[one[0]]["name"].upper() == name]
    return named[0] if named else next(one for one in heads if not auditor.children(one[0]))


def test_the_auditor_finds_a_cell_a_list_and_a_sum_that_are_wrong(tmp_path: Path) -> None:
    campaign = MANNERS["any"](Random(4))  # noqa: S311 - as above
    config = campaign.write(tmp_path)
    world = ProductWorld(config, campaign.identifier)
    for number, delivery in enumerate(campaign.deliveries):
        world.ingest(campaign.write_delivery(tmp_path, number), delivery.stamp(), delivery.source)
    told, code = Told(config, campaign.identifier), f"{campaign.start + timedelta(days=1)}..{campaign.end}"
    path = Path(told.ask("notice", "--period", code, "--out", str(tmp_path / "out")).splitlines()[0])
    auditor = Auditor(told, date.fromisoformat(code[:10]), campaign.end, campaign.start, views(campaign))
    head = head_of(path, auditor, auditor.heads())
    assert auditor.audit(path, head) == []
    book = load_workbook(path)
    for sheet in book.worksheets:
        last = next((row for row in range(sheet.max_row, 0, -1) if sheet.cell(row, 1).value == 1), None)
        if last is None:
            continue
        for column in range(3, sheet.max_column + 1):
            cell = sheet.cell(last, column)
            if isinstance(cell.value, int):
                before, cell.value = cell.value, cell.value + 1
                book.save(path)
                found = auditor.audit(path, head)
                assert any(re.search(rf"(expected|sum).*got {before + 1}\b|{before + 1}", line) for line in found)
                cell.value = before
                break
