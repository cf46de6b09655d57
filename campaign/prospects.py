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
from campaign.feasibility import spread
from campaign.forecast import Floats, History, Outlook, outlook
from campaign.progress import UnitProgress

SHORTEST_AFTER, LONGEST_AFTER = 15, 45  # days after the last campaign day in which a finish is still looked for
MOST_STEPS = 62  # a longer campaign is forecast in blocks of days
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
    leaves with work are expected to be. `band`: (day, P10, P50, P90) of an open unit's count on each day left.
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
    is_leaf: bool


def seed_of(*named: object) -> int:
    """Return the seed that belongs to a question: the same in every process and on every machine."""
    return int.from_bytes(blake2b("|".join(map(str, named)).encode(), digest_size=8).digest())


def prospects_of(cube: Cube, rows: Sequence[UnitProgress], as_of: date, upstream: Cube | None = None) -> list[Prospect]:
    """Return one prospect a row of `rows` (the figures of every unit of `cube` on `as_of`), in their order.

    `upstream`: the same view of the nearest earlier stage that counts the same thing.
    """
    campaign = cube.campaign
    standings = {row.code: _standing(row, campaign) for row in rows}
    found, steps = None, steps_of(campaign, as_of)
    if Standing.OPEN in standings.values():
        seed = seed_of(campaign.id, as_of, cube.view.category, cube.view.stage)
        found = outlook(history_of(cube, as_of, steps, upstream), *cube.spans, seed=seed)
    on_time = _units_on_time(cube, rows, found)
    final = cube.daily([campaign.end])[:, 0]
    node = {code: number for number, code in enumerate(cube.codes)}
    return [
        _prospect(row, node[row.code], standings[row.code], _Found(found, steps, on_time[node[row.code]],
                  int(final[node[row.code]])), campaign)
        for row in rows
    ]  # fmt: skip


def days_after(campaign: Campaign) -> int:
    """Return for how many days after the last campaign day a finish is looked for: as many as the campaign has."""
    return min(max((campaign.end - campaign.start).days + 1, SHORTEST_AFTER), LONGEST_AFTER)


@dataclass(frozen=True, slots=True)
class Steps:
    """The time steps a forecast takes: single days, blocks of days in a long campaign. `past` begins with the eve."""

    past: tuple[date, ...]
    ahead: tuple[date, ...]
    after: tuple[date, ...]

    def on(self, step: int) -> date:
        """Return the last day of the `step`-th step from now (0: now)."""
        return (self.past[-1], *self.ahead, *self.after)[step]


def steps_of(campaign: Campaign, as_of: date) -> Steps:
    """Return the steps of a campaign seen from a day: each ends on its day, and one ends on `as_of`."""
    eve = campaign.start - ONE_DAY
    now = min(max(as_of, eve), campaign.end)
    step = timedelta(days=max(-(-(campaign.end - eve).days // MOST_STEPS), 1))
    past, ahead, after = [now], list[date](), list[date]()
    while past[-1] > eve:
        past.append(max(past[-1] - step, eve))
    while (last := ahead[-1] if ahead else now) < campaign.end:
        ahead.append(min(last + step, campaign.end))
    horizon = campaign.end + timedelta(days=days_after(campaign))
    while (last := after[-1] if after else campaign.end) < horizon:
        after.append(min(last + step, horizon))
    return Steps(tuple(reversed(past)), tuple(ahead), tuple(after))


def history_of(cube: Cube, as_of: date, steps: Steps, upstream: Cube | None = None) -> History:
    """Return what a forecaster may know of a cube at the end of a day; rows are leaves × categories with a target."""
    n, m = len(steps.past) - 1, len(steps.ahead)
    counted = cube.counted(steps.past, as_of)
    leaf, member = np.nonzero(counted.has_target)
    weights = _weights(cube, steps)[leaf]
    return History(
        leaf=leaf.astype(np.int64),
        target=counted.target[leaf, member],
        done=counted.done[leaf, member],
        reported=counted.reported[leaf, member],
        upstream=upstream.counted(steps.past, as_of).done[leaf, member] if upstream else None,
        past=weights[:, :n],
        ahead=weights[:, n : n + m],
        days_after=len(steps.after),
    )


def _weights(cube: Cube, steps: Steps) -> Floats:
    """Return the plan weight of every step up to the campaign's last day, one row a leaf."""
    first = cube.campaign.start.toordinal() - 1
    ends = np.array([day.toordinal() - first for day in (*steps.past, *steps.ahead)])
    profiles: dict[int, Floats] = {}
    weights = np.zeros((len(cube.tree.leaves), len(ends) - 1))
    for number, code in enumerate(cube.tree.leaves):
        profile = cube.profile(code)
        if id(profile) not in profiles:
            running = np.concatenate(([0.0], np.cumsum([float(weight) for weight in profile.weights])))
            profiles[id(profile)] = np.diff(running[ends])
        weights[number] = profiles[id(profile)]
    return weights


def proven_of(cube: Cube, as_of: date, days: Sequence[date]) -> Floats:
    """Return each unit's progress cumulated over `days` (the eve first), reports after silence spread over it."""
    counted = cube.counted(days, as_of)
    leaf, member = np.nonzero(counted.has_target)
    n = len(days) - 1
    weights = np.array([[float(one) for one in cube.profile(code).weights[:n]] for code in cube.tree.leaves])
    weights = weights.reshape(len(cube.tree.leaves), n)
    daily = np.zeros((len(cube.tree.leaves) + 1, n + 1))
    found = spread(counted.done[leaf, member], counted.reported[leaf, member], weights[leaf])
    np.add.at(daily[:, 1:], leaf + 1, found)
    total = daily.cumsum(axis=0).cumsum(axis=1)
    low, high = cube.spans
    summed: Floats = total[high] - total[low]
    return summed


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


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found out for all units, and of this one: how many of its leaves are on time, its count at the end."""

    outlook: Outlook | None
    steps: Steps
    on_time: Fraction
    final: int


def _prospect(row: UnitProgress, node: int, standing: Standing, found: _Found, campaign: Campaign) -> Prospect:
    p: Fraction | None = None
    finish: tuple[date | None, ...] = (None, None, None)
    expected: Fraction | None = None
    band: tuple[tuple[date, int, int, int], ...] = ()
    pooled, moving = 0.0, row.done > 0
    if standing is Standing.FINISHED:
        p = Fraction(int(row.finished_on is not None and row.finished_on <= campaign.end))
        finish = (row.finished_on,) * 3
    elif standing is Standing.ENDED:
        p = Fraction(0)
    if standing in (Standing.FINISHED, Standing.ENDED):
        expected = Fraction(found.final if row.as_of >= campaign.end else row.done)
    outlook = found.outlook
    if outlook is not None and standing in (Standing.OPEN, Standing.FINISHED):
        expected = Fraction(round(float(outlook.expected_final[node]) * 100), 100)
        pooled, moving = float(outlook.pooled[node]), bool(outlook.moving[node])
    if outlook is not None and standing is Standing.OPEN:
        p = _share(outlook.p_on_time[node])
        whole = np.rint(outlook.counts[node]).astype(np.int64).tolist()
        band = tuple((day, *counts) for day, counts in zip(found.steps.ahead, whole, strict=True))
        finish = tuple(found.steps.on(step) if step >= 0 else None for step in outlook.finish[node].tolist())
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
        horizon=found.steps.after[-1],
        expected_final=expected,
        units_on_time=found.on_time,
        band=band,
        pooled=pooled,
        moving=moving,
        is_leaf=row.is_leaf,
    )
