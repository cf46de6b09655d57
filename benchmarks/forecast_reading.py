"""Finished campaigns from files and from the warehouse, for the back-test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.forecast_campaigns import Finished, cut
from campaign.errors import UsageError

NAMES = {
    "unit": ("unit", "unit_code", "code", "nis"),
    "day": ("day", "date", "as_of", "snapshot_date"),
    "count": ("count", "done", "at_least_one"),
    "target": ("target",),
    "size": ("size", "population"),
}


@dataclass(frozen=True)
class Cuts:
    """How a long series is cut into campaigns."""

    lengths: Sequence[int] = (15,)
    reached: Sequence[float] = (0.6, 0.7, 0.8, 0.9, 0.95)
    every: int = 7
    first: int = 0
    ways: Sequence[bool] = (True, False)  # from zero, cumulative


def campaigns_in(name: str, cuts: Cuts) -> Iterator[Finished]:
    """Yield the campaigns of a file, or of "config.toml:campaign-id"; UsageError when it cannot be read as such."""
    path, _, campaign_id = name.partition(":")
    if campaign_id:
        yield from _of_warehouse(Path(path), campaign_id)
        return
    frame = _read(Path(path))
    if "target" in frame:
        yield _whole(frame, Path(path).stem)
    else:
        yield from _cut_up(frame, Path(path).stem, cuts)


def _read(path: Path) -> pd.DataFrame:
    """Return unit, day, count and target or size, whatever the file calls them."""
    if not path.is_file():
        raise UsageError(str(path), "is not a file", "a CSV or parquet file, or config.toml:campaign-id")
    frame = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, dtype={"unit": str})
    found = {}
    for ours, theirs in NAMES.items():
        called = next((one for one in theirs if one in frame.columns), None)
        if called is not None:
            found[ours] = frame[called]
        elif ours in {"unit", "day", "count"}:
            raise UsageError(str(path), f"has no column {ours}", f"one of {', '.join(theirs)} was expected")
    return pd.DataFrame(found)


def _wide(frame: pd.DataFrame) -> pd.DataFrame:
    """Return units × days, a day without a report carried on from the one before, 0 before the first."""
    days = pd.to_datetime(frame["day"])
    table = frame.assign(day=days).pivot_table(index="unit", columns="day", values="count", aggfunc="last")
    every = pd.date_range(days.min(), days.max())
    return table.reindex(columns=every).ffill(axis=1).fillna(0)


def _whole(frame: pd.DataFrame, name: str) -> Finished:
    """Return the file as one campaign: its first day is day 1, nothing was done before."""
    table = _wide(frame)
    target = frame.groupby("unit")["target"].last().reindex(table.index).to_numpy(float)
    done = np.concatenate((np.zeros((len(table), 1)), table.to_numpy(float)), axis=1)
    work = target > 0
    return Finished(name, name, target[work], done[work], np.ones(done.shape[1] - 1))


def _cut_up(frame: pd.DataFrame, name: str, cuts: Cuts) -> Iterator[Finished]:
    table = _wide(frame)
    series = table.to_numpy(float)
    size = series[:, -1]
    if "size" in frame:
        size = frame.groupby("unit")["size"].last().reindex(table.index).to_numpy(float)
    series, size = series[size > 0], size[size > 0]
    for from_zero in cuts.ways:
        kind = f"{name}, {'from zero' if from_zero else 'cumulative'}"
        for days in cuts.lengths:
            for start in range(cuts.first, series.shape[1] - days, cuts.every):
                for reached in cuts.reached:
                    found = cut(series, size, kind, start=start, days=days, reached=reached, from_zero=from_zero)
                    if found is not None:
                        yield found


def _of_warehouse(config: Path, campaign_id: str) -> Iterator[Finished]:
    from etl.configured import load  # noqa: PLC0415 - files need no warehouse
    from etl.showing import ready  # noqa: PLC0415
    from reporting.figures import Figures  # noqa: PLC0415

    loaded = load(config)
    ready(loaded)
    figures = Figures.open(loaded, campaign_id)
    start, end = figures.campaign.start, figures.campaign.end
    days = [start + timedelta(days=number) for number in range(-1, (end - start).days + 1)]
    leaves = {row.code: float(row.target) for row in figures.progress(end) if row.is_leaf and row.target}
    done = np.zeros((len(leaves), len(days)))
    for number, day in enumerate(days):
        counts = {row.code: row.done for row in figures.progress(day)}
        done[:, number] = [counts.get(code, 0) for code in leaves]
    top = figures.tree(end).codes[0]
    weights = np.diff([float(expected) for _, expected in figures.plan(top, as_of=end)])
    weights = weights / weights[weights > 0].mean()
    yield Finished(campaign_id, campaign_id, np.array(list(leaves.values())), done, weights)
