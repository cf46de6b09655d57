"""Prospects: what the forecast says of each unit, in the words of DEFINITIONS: days, counts, a probability.

The forecast itself (campaign/forecast.py) knows rows and days by number; here its question is asked of a cube
and its answer is given back by unit and date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from hashlib import blake2b

import numpy as np

from campaign.calendar import ONE_DAY
from campaign.configuration import Campaign
from campaign.cube import Cube
from campaign.forecast import History, Outlook, outlook
from campaign.progress import UnitProgress

SHORTEST_AFTER, LONGEST_AFTER = 15, 45  # days after the last campaign day in which a finish is still looked for
FORECAST_COLUMNS = ("code", "name", "p_on_time", "finish_p10", "finish_p50", "finish_p90", "expected_final")


class Standing(StrEnum):
    """What kind of forecast a unit can have."""

    OPEN = "open"
    FINISHED = "finished"
    NOTHING_TO_DO = "nothing_to_do"
    NO_TARGET = "no_target"
    NOT_BEGUN = "not_begun"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Prospect:
    """What is to be expected of one unit, asked at the end of day `as_of`.

    `p_on_time`: probability that every unit with work at and below it is finished by the last campaign day (None:
    nothing can be said). `finish_*`: the day by which it is finished with 10, 50, 90 % probability (None: not up to
    `horizon`). `expected_final`: mean count at the end of the last campaign day. `units_on_time`: how many of the
    leaves with work are expected to be. `band`: (day, P10, P50, P90) of the count for each campaign day left.
    `pooled`: share of the evidence borrowed from like units, 0 … 1. `moving`: there was progress.
    """

    as_of: date
    level: str
    code: str
    name: str
    category: str
    stage: str
    standing: Standing
    p_on_time: Fraction | None
    finish_p10: date | None
    finish_p50: date | None
    finish_p90: date | None
    horizon: date
    expected_final: Fraction | None
    units_on_time: Fraction
    band: tuple[tuple[date, int, int, int], ...]
    pooled: float
    moving: bool


def seed_of(*named: object) -> int:
    """Return the seed that belongs to a question: the same in every process and on every machine."""
    return int.from_bytes(blake2b("|".join(map(str, named)).encode(), digest_size=8).digest())


def prospects_of(cube: Cube, rows: Sequence[UnitProgress], as_of: date, upstream: Cube | None = None) -> list[Prospect]:
    """Return one prospect a row of `rows` (the figures of every unit of `cube` on `as_of`), in their order.

    `upstream`: the same view of the nearest earlier stage that counts the same thing.
    """
    campaign = cube.campaign
    horizon = campaign.end + timedelta(days=days_after(campaign))
    standings = {row.code: _standing(row, campaign) for row in rows}
    found = None
    if Standing.OPEN in standings.values():
        seed = seed_of(campaign.id, as_of, cube.view.category, cube.view.stage)
        found = outlook(history_of(cube, as_of, upstream), *cube.spans, seed=seed)
    on_time = _units_on_time(cube, rows, found)
    final = cube.daily([campaign.end])[:, 0]
    node = {code: number for number, code in enumerate(cube.codes)}
    return [
        _prospect(row, node[row.code], standings[row.code], found, horizon, on_time[node[row.code]],
                  int(final[node[row.code]]), campaign)
        for row in rows
    ]  # fmt: skip


def days_after(campaign: Campaign) -> int:
    """Return for how many days after the last campaign day a finish is looked for: as many as the campaign has."""
    return min(max((campaign.end - campaign.start).days + 1, SHORTEST_AFTER), LONGEST_AFTER)


def history_of(cube: Cube, as_of: date, upstream: Cube | None = None) -> History:
    """Return what a forecaster may know of a cube at the end of a day; rows are leaves × categories with a target."""
    campaign = cube.campaign
    eve = campaign.start - ONE_DAY
    now = min(max(as_of, eve), campaign.end)
    n, m = (now - eve).days, (campaign.end - now).days
    days = [eve + timedelta(days=number) for number in range(n + 1)]
    counted = cube.counted(days, as_of)
    leaf, member = np.nonzero(counted.has_target)
    profiles: dict[int, list[float]] = {}
    weights = np.zeros((len(cube.tree.leaves), n + m))
    for number, code in enumerate(cube.tree.leaves):
        profile = cube.profile(code)
        if id(profile) not in profiles:
            profiles[id(profile)] = [float(weight) for weight in profile.weights]
        weights[number] = profiles[id(profile)]
    weights = weights[leaf]
    return History(
        leaf=leaf.astype(np.int64),
        target=counted.target[leaf, member],
        done=counted.done[leaf, member],
        reported=counted.reported[leaf, member],
        upstream=upstream.counted(days, as_of).done[leaf, member] if upstream else None,
        past=weights[:, :n],
        ahead=weights[:, n:],
        days_after=days_after(campaign),
    )


def upstream_stage(campaign: Campaign, stage: str) -> str | None:
    """Return the nearest earlier stage that counts the same thing; None when there is none."""
    stages = list(campaign.stages)
    place = next((number for number, one in enumerate(stages) if one.id == stage), 0)
    same = [one.id for one in stages[:place] if one.counts == stages[place].counts]
    return same[-1] if same else None


def _standing(row: UnitProgress, campaign: Campaign) -> Standing:
    if row.target is None:
        return Standing.NO_TARGET
    if row.target == 0:
        return Standing.NOTHING_TO_DO
    if row.remaining == 0:
        return Standing.FINISHED
    if row.as_of >= campaign.end:
        return Standing.ENDED
    if row.as_of < campaign.start:
        return Standing.NOT_BEGUN
    return Standing.OPEN


def _units_on_time(cube: Cube, rows: Sequence[UnitProgress], found: Outlook | None) -> list[Fraction]:
    """Return, for each unit of `codes`, how many leaves with work at and below it are expected to be on time."""
    campaign = cube.campaign
    node = {code: number for number, code in enumerate(cube.codes)}
    leaf = {code: number for number, code in enumerate(cube.tree.leaves)}
    sure = [Fraction(0)] * len(leaf)
    for row in rows:
        if row.is_leaf and row.target:
            sure[leaf[row.code]] = _surely(row, campaign, found, node[row.code])
    total = [Fraction(0)]
    for one in sure:
        total.append(total[-1] + one)
    low, high = cube.spans
    return [total[b] - total[a] for a, b in zip(low.tolist(), high.tolist(), strict=True)]


def _surely(row: UnitProgress, campaign: Campaign, found: Outlook | None, node: int) -> Fraction:
    if row.finished_on is not None:
        return Fraction(int(row.finished_on <= campaign.end))
    if found is None or row.as_of >= campaign.end:
        return Fraction(0)
    return _share(found.p_on_time[node])


def _share(value: float) -> Fraction:
    return Fraction(round(min(max(float(value), 0.0), 1.0) * 10**6), 10**6)


def _prospect(
    row: UnitProgress,
    node: int,
    standing: Standing,
    found: Outlook | None,
    horizon: date,
    on_time: Fraction,
    final: int,
    campaign: Campaign,
) -> Prospect:
    p: Fraction | None = None
    finish: tuple[date | None, date | None, date | None] = (None, None, None)
    expected: Fraction | None = None
    band: tuple[tuple[date, int, int, int], ...] = ()
    pooled, moving = 0.0, row.done > 0
    if standing is Standing.FINISHED:
        p = Fraction(int(row.finished_on is not None and row.finished_on <= campaign.end))
        finish = (row.finished_on, row.finished_on, row.finished_on)
    elif standing is Standing.ENDED:
        p = Fraction(0)
    if standing in (Standing.FINISHED, Standing.ENDED):
        expected = Fraction(final if row.as_of >= campaign.end else row.done)
    if found is not None and standing in (Standing.OPEN, Standing.FINISHED):
        expected = Fraction(round(float(found.expected_final[node]) * 100), 100)
        band = _band(row.as_of, found, node)
        pooled, moving = float(found.pooled[node]), bool(found.moving[node])
    if found is not None and standing is Standing.OPEN:
        p = _share(found.p_on_time[node])
        finish = tuple(  # type: ignore[assignment]  # three in, three out
            row.as_of + timedelta(days=int(days)) if days >= 0 else None for days in found.finish[node]
        )
    return Prospect(
        as_of=row.as_of,
        level=row.level,
        code=row.code,
        name=row.name,
        category=row.category,
        stage=row.stage,
        standing=standing,
        p_on_time=p,
        finish_p10=finish[0],
        finish_p50=finish[1],
        finish_p90=finish[2],
        horizon=horizon,
        expected_final=expected,
        units_on_time=on_time,
        band=band,
        pooled=pooled,
        moving=moving,
    )


def _band(as_of: date, found: Outlook, node: int) -> tuple[tuple[date, int, int, int], ...]:
    whole = np.rint(found.counts[node]).astype(np.int64).tolist()
    return tuple((as_of + timedelta(days=number), low, mid, high) for number, (low, mid, high) in enumerate(whole, 1))
