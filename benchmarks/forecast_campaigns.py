"""Finished campaigns to test forecasts on: cuts of a long series, files, and simulated ones of several kinds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
HALF = 0.5
SATURDAY = 5


@dataclass(frozen=True)
class Finished:
    """A finished campaign: every unit's cumulative count at the end of the eve and of each day."""

    name: str
    kind: str  # campaigns of one kind are told apart in the tables
    target: Array  # units
    done: Array  # units × (days + 1)
    weights: Array  # days, the plan's

    @property
    def days(self) -> int:
        """Return the campaign's length."""
        return len(self.weights)

    @property
    def on_time(self) -> NDArray[np.bool_]:
        """Return which units had reached their target at the end of the last day."""
        return np.asarray(self.done[:, -1] >= self.target)


def cut(
    series: Array, size: Array, kind: str, *, start: int, days: int, reached: float, from_zero: bool
) -> Finished | None:
    """Return `days` days of a long series as a campaign whose target a share `reached` of the units met.

    The target is one share of `size` for all units. `from_zero`: only what came after the start is counted
    and due; else the cumulative count with what stood before. None where nothing happened.
    """
    window = series[:, start : start + days + 1]
    done = window - window[:, :1] if from_zero else window
    share = np.quantile(done[:, -1] / size, 1 - reached, method="lower")
    if share <= 0:
        return None
    target = np.maximum(np.ceil(share * size - 1e-9), 1)
    name = f"{kind} {start}+{days} {reached:.0%}{'' if from_zero else ' cumulative'}"
    return Finished(name, kind, target, done, np.ones(days))


KINDS = ("steady", "arrivals", "bulk", "sprint", "stalls", "falling short")


def simulated(kind: str, seed: int, *, units: int = 121, days: int = 15) -> Finished:
    """Return a campaign that never was: books of registers, entered by people, reported a whole book at a time.

    steady: even work in small books; arrivals: books come by chance, however long ago the last; bulk: few large
    books a unit; sprint: work doubles towards the deadline, the more so the further behind; stalls: late starters,
    stops, the system down for a day; falling short: too little work for the target, most miss it. All but arrivals
    have rest days, slow first days and units of different strength.
    """
    rng = np.random.default_rng([seed, KINDS.index(kind), units, days])
    target = np.maximum(np.round(np.exp(rng.normal(7.5, 0.8, units))), 20)
    if kind == "arrivals":
        return Finished(f"{kind} {seed}", kind, target, _by_chance(rng, target, days), np.ones(days))
    books = _books(kind, rng, target)
    strength = np.exp(rng.normal(rng.uniform(0.0, 0.3), rng.uniform(0.15, 0.45), units))
    if kind == "falling short":
        strength *= rng.uniform(0.6, 0.8)
    common = _common(kind, rng, days)
    begins = np.where(rng.random(units) < (0.35 if kind == "stalls" else 0.1), rng.integers(1, 1 + days // 3, units), 0)
    stops = rng.random((units, days)) < (0.12 if kind == "stalls" else 0.02)
    for day in range(1, days):
        stops[:, day] |= stops[:, day - 1] & (rng.random(units) < HALF)
    hours = np.zeros((units, days + 1))
    for day in range(days):
        speed = strength * common[day] * rng.gamma(4, 0.25, units)
        if kind == "sprint":
            short = np.maximum(1 - hours[:, day], 0) / (days - day) * days
            speed *= (1 + 1.2 * max(day / days - 0.5, 0)) * np.clip(short, 1, 2.5) ** 0.7
        works = (day >= begins) & ~stops[:, day]
        hours[:, day + 1] = hours[:, day] + works * speed / days
    done = np.stack([_finished_books(books[unit], hours[unit]) for unit in range(units)])
    weights = np.ones(days)
    if rng.random() < HALF:
        weights = np.round(1 + 3 * np.minimum(np.arange(1, days + 1) / 4, 1))
    return Finished(f"{kind} {seed}", kind, target, done, weights)


def _by_chance(rng: np.random.Generator, target: Array, days: int) -> Array:
    """Return the counts of units whose books arrive as a compound Poisson process, ended at the target or not."""
    books = rng.uniform(0.2, 2) * days * np.exp(rng.normal(0, 0.3, len(target)))
    strength = np.exp(rng.normal(rng.uniform(-0.1, 0.4), rng.uniform(0.1, 0.5), len(target)))
    weekend = np.where((np.arange(days) + rng.integers(7)) % 7 >= SATURDAY, rng.choice([1.0, 1.0, 0.3]), 1)
    number = rng.poisson((books * strength)[:, None] * (weekend / weekend.sum())[None, :])
    size = target / books
    records = np.round(rng.gamma(np.maximum(number, 1e-9) * 2, 0.5) * size[:, None] * (number > 0))
    done = np.concatenate((np.zeros((len(target), 1)), records.cumsum(axis=1)), axis=1)
    return np.minimum(done, target[:, None]) if rng.random() < HALF else done


def _common(kind: str, rng: np.random.Generator, days: int) -> Array:
    """Return how much all units work on each day: a slow start, weekends, weather, a day the system is down."""
    factor = np.exp(rng.normal(0, 0.12, days))
    weekday = (np.arange(days) + rng.integers(7)) % 7
    factor *= np.where(weekday >= SATURDAY, rng.choice([1.0, 0.7, 0.3]), 1)
    factor[: days // 5] *= rng.uniform(0.3, 1)
    factor *= np.linspace(1, rng.uniform(0.8, 1.4), days)
    if kind == "stalls":
        factor[rng.integers(days)] *= 0.1
    return factor / factor.mean()


def _books(kind: str, rng: np.random.Generator, target: Array) -> list[Array]:
    """Return the running sum of records over the books of every unit; the last is the target."""
    mean = {"bulk": 350.0, "stalls": 200.0}.get(kind, 60.0)
    found = []
    for records in target:
        sizes = np.exp(rng.normal(0, 0.8, max(round(records / mean), 1)))
        found.append(np.round(records * sizes.cumsum() / sizes.sum()))
    return found


def _finished_books(ends: Array, hours: Array) -> Array:
    """Return the records of the books finished when a share `hours` of the unit's work is done."""
    counted = np.concatenate(([0.0], ends))
    return np.asarray(counted[np.searchsorted(ends, hours * ends[-1] * (1 + 1e-9), side="right")])


def simulated_campaigns(count: int, *, first_seed: int = 0) -> Iterator[Finished]:
    """Yield `count` campaigns of every kind, of 10 to 30 days and 40 to 200 units."""
    for kind in KINDS:
        for seed in range(first_seed, first_seed + count):
            rng = np.random.default_rng(seed)
            days = int(rng.choice([10, 15, 15, 15, 20, 30]))
            yield simulated(kind, seed, units=int(rng.choice([40, 121, 173])), days=days)
