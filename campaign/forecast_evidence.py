"""Evidence: what the days so far say about every row's speed, and how sure that is.

A speed is a share of the target per unit of plan weight. Each row's is shrunk towards the peers', the more so the
less was seen and the more it jumps (empirical Bayes: Efron and Morris, JASA 70, 1975).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from campaign.facts import Flags
from campaign.forecast_history import Floats, History

WEEK = 7
MANY = 10  # rows enough to compare
FAR_OFF = 3.0  # robust standard deviations from the median: beyond, a correction or a mishap, not a speed


@dataclass(frozen=True)
class Knobs:
    """What the back-test chose (benchmarks/forecast.py): the few numbers no running campaign can tell."""

    silent_counts: float = 0.5  # how much of a day without a report counts as a day without work
    half_done: float = 1.5  # how much of what is usually half done and unreported counts as work
    backlog: float = 0.5  # how much of what stands entered but not approved counts as work
    plan_days: float = 2.0  # the plan's own pace is worth so many days of everyone's
    own_spread: float = 15.0  # a row's own day-to-day spread weighs as its days against so many of the peers'
    evens: float = 0.5  # share of a row's day-to-day noise that does not even out over days
    lasting_rows: float = 100.0  # that all differences last is worth so many rows of evidence
    least_between: float = 0.1  # rows differ at least so much in speed (coefficient of variation)
    most_between: float = 0.3  # … and at most so much, times the root of the days seen
    keeps_days: float = 1.0  # after n days n / (n + keeps_days) of a row's lead or lag in (log) speed lasts
    drift: float = 0.2  # log sd by which a row's speed ahead differs from its past
    week_prior: float = 2.0  # an even week is worth so many weeks of evidence
    common: float = 0.15  # log sd by which everyone's speed ahead differs from the past, at least,
    common_days: float = 0.5  # … plus so much of the spread of everyone's days,
    common_early: float = 6.7  # … plus so much of it divided by the days seen
    day_spread: float = 0.3  # prior coefficient of variation of everyone's days
    day_prior: float = 3.0  # … worth so many days
    own_days: float = 5.0  # a row's own days are drawn with probability n / (n + own_days), else a peer's
    slack: float = 0.7  # with fewer than four days seen, a slack and a strong day are made up: 1 ∓ slack
    tails: float = 4.0  # degrees of freedom of the (Student) spread of what all share
    met_a: float = 8.0  # targets are set to be met: the share of leaves on time ~ Beta(met_a, met_b)
    met_b: float = 2.5
    doubt: float = 0.17  # … but so often a target says nothing
    tail: float = 0.145  # nominal share of draws beyond each end of an interval that holds 80 % in truth,
    tail_late: float = 0.07  # … less so much of the part of the campaign gone by, beyond
    late: float = 0.6  # … this

    def levels(self, history: History) -> tuple[float, float, float]:
        """Return the shares of draws at which P10, P50 and P90 are read."""
        days = history.past.shape[1], history.ahead.shape[1]
        gone = days[0] / max(sum(days), 1)
        tail = self.tail - self.tail_late * max(gone - self.late, 0)
        return tail, 0.5, 1 - tail


KNOBS = Knobs()


@dataclass(frozen=True)
class Evidence:
    """What is known of every row and of all together; speeds are shares of the target per unit of weight."""

    history: History  # weights follow the week's rhythm, where there is one
    work: Flags  # rows with a target above 0
    speed: Floats  # rows; shrunk, above 0
    spread: Floats  # rows; log sd of the speed ahead, without what all share
    borrowed: Floats  # rows; share of the speed that comes from peers
    noise: Floats  # rows; variance of one day's progress per weight, relative to speed²
    residual: Floats  # donors × days; progress of a day relative to the row's mean
    donor: Floats  # rows; the row's own place in residual, −1 where it has none
    common: float  # log sd of what all share
    capped: float  # how surely the work ends at the target (books run out), 0 … 1


@dataclass(frozen=True)
class _Seen:
    """Progress as evidence: rows × n, and its sums."""

    progress: Floats  # share of the target gained on the day; falls are below 0
    exposure: Floats  # weight of the day as evidence
    days: Floats  # rows; days of evidence, a silent one counted in part
    weight: Floats  # rows; sum of the exposure
    gain: Floats  # rows; share of the target worked, half-done books included
    peers: Flags  # rows that speak for others: work, and at least a day of evidence


def read(history: History, knobs: Knobs = KNOBS) -> Evidence:
    """Return what the days so far say."""
    history = in_rhythm(history, knobs)
    work = history.target > 0
    seen = _seen(history, work, knobs)
    mean = _mean_speed(history, work, seen, knobs)
    speed, spread, borrowed, noise = _shrunk(seen, mean, knobs)
    residual, donor, common = _days(seen, knobs)
    return Evidence(history, work, speed, spread, borrowed, noise, residual, donor, common, _capped(history, work))


def in_rhythm(history: History, knobs: Knobs) -> History:
    """Return the history with weights multiplied by the week's rhythm, once a whole week was seen."""
    n, m = history.past.shape[1], history.ahead.shape[1]
    open_before = history.done[:, :-1] < history.target[:, None]
    use = (history.past > 0) & (history.target > 0)[:, None] & open_before
    day = np.flatnonzero(use.mean(axis=0) > 0.2) if len(use) else np.zeros(0, np.int64)  # noqa: PLR2004 - a fifth
    if len(day) < WEEK or m == 0:
        return history
    gain = np.clip(np.diff(history.done, axis=1), 0, None) / np.maximum(history.target, 1)[:, None]
    rate = np.where(use, gain / np.where(use, history.past, 1), 0)[:, day].sum(axis=0) / use[:, day].sum(axis=0)
    if rate.mean() <= 0:
        return history
    slope, level = np.polyfit(day, rate, 1)
    rate = np.clip(rate / np.maximum(level + slope * day, 0.2 * rate.mean()), 0, 3)
    of_week = np.ones(WEEK)
    for phase in range(WEEK):
        same = rate[day % WEEK == phase]
        of_week[phase] = (same.sum() + knobs.week_prior) / (len(same) + knobs.week_prior)
    factor = of_week[np.arange(n + m) % WEEK]
    return replace(history, past=history.past * factor[:n], ahead=history.ahead * factor[n:])


def _seen(history: History, work: Flags, knobs: Knobs) -> _Seen:
    target = np.maximum(history.target, 1).astype(float)
    n = history.past.shape[1]
    progress = np.diff(history.done, axis=1) / target[:, None]
    day = np.arange(1, n + 1)
    last_report = np.where(history.reported[:, 1:], day, 0).max(axis=1, initial=0)
    heard = np.where(day > last_report[:, None], knobs.silent_counts, 1.0)
    met = history.done[:, :-1] >= history.target[:, None]
    met = np.logical_and.accumulate(met[:, ::-1], axis=1)[:, ::-1]  # finished before the day, and ever since
    met &= ~met.all(axis=1, keepdims=True)
    heard = np.where(met | (history.past <= 0), 0, heard)
    exposure = heard * history.past
    weight = exposure.sum(axis=1)
    peers = work & (weight > 0)
    gain = np.clip((progress * (exposure > 0)).sum(axis=1), 0, None)
    half_done = knobs.half_done * _half_done(progress, exposure, work)
    if history.upstream is not None:
        backlog = np.clip((history.upstream[:, -1] - history.done[:, -1]) / target, 0, 1)
        half_done = np.maximum(half_done, knobs.backlog * backlog)
    return _Seen(progress, exposure, heard.sum(axis=1), weight, np.where(peers, gain + half_done, gain), peers)


def _half_done(progress: Floats, exposure: Floats, work: Flags) -> Floats:
    """Return rows: what was worked and not reported yet, as whole books arrive: the mean age of a renewal process."""
    jumps = np.clip(np.where(exposure > 0, progress, 0), 0, None)
    total, days = jumps.sum(axis=1), np.maximum((exposure > 0).sum(axis=1), 1)
    came = work & (total > 0)
    age = np.where(came, ((jumps**2).sum(axis=1) - total**2 / days) / np.where(came, 2 * total, 1), 0)
    usual = age[came].mean() if came.any() else 0.0
    return np.where(came, np.minimum((age + usual) / 2, total), min(usual, 0.25))


def _mean_speed(history: History, work: Flags, seen: _Seen, knobs: Knobs) -> float:
    """Return the peers' mean speed; the plan's own while there is nothing else."""
    if not work.any():
        return 1.0
    whole = history.past.sum(axis=1) + history.ahead.sum(axis=1)
    due = np.clip(1 - history.done[:, 0] / np.maximum(history.target, 1), 0.02, 1)
    plan = float((due[work] / np.maximum(whole[work], 1)).mean())
    if not seen.peers.any():
        return plan
    n = np.count_nonzero((seen.exposure[seen.peers] > 0).any(axis=0))
    own = (seen.gain[seen.peers] / seen.weight[seen.peers]).mean()
    return float(max((own * n + plan * knobs.plan_days) / (n + knobs.plan_days), 1e-9))


def _shrunk(seen: _Seen, mean: float, knobs: Knobs) -> tuple[Floats, Floats, Floats, Floats]:
    """Return (speed, log spread, share borrowed, relative daily noise), each one a row."""
    peers, used = seen.peers, seen.exposure > 0
    own = seen.gain / np.where(seen.weight > 0, seen.weight, 1)
    rate = np.where(used, seen.progress / np.where(used, seen.exposure, 1), 0)
    of_day = rate[peers].sum(axis=0) / np.maximum(used[peers].sum(axis=0), 1)
    usual = of_day.mean() if len(of_day) else 0.0
    shape = of_day / usual if usual > 0 else np.ones_like(of_day)
    plain = np.clip(rate.sum(axis=1) / np.maximum(used.sum(axis=1), 1), 0, None)
    square = np.where(used, (rate - plain[:, None] * shape) ** 2, 0).sum(axis=1)
    spare = used[peers].sum() - peers.sum()
    pool = square[peers].sum() / spare if spare > 0 else mean**2
    noise = (square + knobs.own_spread * pool) / (np.maximum(used.sum(axis=1) - 1, 0) + knobs.own_spread)
    error = knobs.evens * noise / np.maximum(seen.days, 0.5)
    total = _tamed(own[peers]).var() if np.count_nonzero(peers) > 1 else (0.5 * mean) ** 2
    most = (knobs.most_between * mean) ** 2 * max(used[peers].any(axis=0).sum(), 1)
    average = np.median(error[peers]) if peers.any() else 0.0
    lasting = _lasting(seen, peers, (total - average) / mean**2, knobs) * mean**2
    between = min(max(min(total - average, lasting), (knobs.least_between * mean) ** 2), most)
    error = error + max(total - average - between, 0)  # what days so few cannot tell apart is taken for chance
    trust = np.where(peers, between / (between + error), 0)
    shrunk = np.maximum(mean + trust * (own - mean), 0.02 * mean)
    unsure = np.log1p(np.minimum(between * (1 - trust) / shrunk**2, 4))
    days = used[peers].any(axis=0).sum()
    ahead = mean * (shrunk / mean) ** (days / (days + knobs.keeps_days))
    return ahead, np.sqrt(unsure + knobs.drift**2), 1 - trust, noise / ahead**2


def _lasting(seen: _Seen, peers: Flags, usual: float, knobs: Knobs) -> float:
    """Return the squared coefficient of variation of speed that lasts from the first half of the days to the second.

    Few rows say little of it: `usual`, what chance alone does not explain, is worth `lasting_rows` of them.
    """
    n = seen.exposure.shape[1]
    first, second = slice(0, n // 2), slice(n // 2, n)
    weight = [seen.exposure[:, half].sum(axis=1) for half in (first, second)]
    both = peers & (weight[0] > 0) & (weight[1] > 0)
    if np.count_nonzero(both) < MANY:
        return np.inf
    used = seen.exposure > 0
    rates = [
        _tamed((seen.progress * used)[both, half].sum(axis=1) / one[both])
        for half, one in zip((first, second), weight, strict=True)
    ]
    means = [rate.mean() for rate in rates]
    if min(means) <= 0:
        return np.inf
    rows = np.count_nonzero(both)
    seen_to_last = float(np.mean((rates[0] / means[0] - 1) * (rates[1] / means[1] - 1)))
    return (rows * seen_to_last + knobs.lasting_rows * max(usual, 0)) / (rows + knobs.lasting_rows)


def _tamed(values: Floats) -> Floats:
    """Return the values with the far-off ones pulled in to `FAR_OFF` robust standard deviations from the median."""
    if not len(values):
        return values
    middle = np.median(values)
    reach = FAR_OFF * 1.4826 * np.median(np.abs(values - middle))
    return np.clip(values, middle - reach, middle + reach) if reach > 0 else values


def _days(seen: _Seen, knobs: Knobs) -> tuple[Floats, Floats, float]:
    """Return (residuals of donors on the days gone by, each row's place among them, log sd of what all share)."""
    used = seen.exposure > 0
    donors = seen.peers & ((seen.progress > 0) & used).any(axis=1)
    donor = np.full(len(donors), -1)
    usable = used[donors].mean(axis=0) > 0.5 if donors.any() else np.zeros(0, bool)  # noqa: PLR2004 - most
    if not usable.any():
        common = np.sqrt(knobs.common**2 + knobs.day_spread**2 * (1 + knobs.common_early**2))
        return np.array([[1.0, 1 - knobs.slack, 1 + knobs.slack]]), donor, float(common)
    use, exposure = used[donors][:, usable], seen.exposure[donors][:, usable]
    rate = np.where(use, np.clip(seen.progress[donors][:, usable], 0, None) / np.where(use, exposure, 1), 0)
    residual = rate * use.sum(axis=1, keepdims=True) / np.maximum(rate.sum(axis=1, keepdims=True), 1e-12)
    of_day = residual.sum(axis=0) / np.maximum(use.sum(axis=0), 1)
    residual = np.where(use, residual, of_day)
    mean = residual.mean(axis=1, keepdims=True)
    residual = np.where(mean > 0, residual / np.where(mean > 0, mean, 1), 1)
    donor[donors] = np.arange(len(residual))
    k = residual.shape[1]
    square = ((of_day / max(of_day.mean(), 1e-9) - 1) ** 2).sum()
    spread = (square + knobs.day_prior * knobs.day_spread**2) / (k - 1 + knobs.day_prior)
    common = np.sqrt(knobs.common**2 + spread * (knobs.common_days**2 + (knobs.common_early / k) ** 2))
    if k < 4:  # noqa: PLR2004 - as the docstring of slack says
        made_up = np.array([1 - knobs.slack, 1 + knobs.slack])
        residual = np.concatenate((residual, np.broadcast_to(made_up, (len(residual), 2))), axis=1)
    return residual, donor, float(common)


def _capped(history: History, work: Flags) -> float:
    """Return how surely counts end at the target: of the rows that reached it, those that stand exactly there."""
    reached = work & (history.done[:, -1] >= history.target)
    exact = reached & (history.done[:, -1] == history.target)
    return float((exact.sum() + 1) / (reached.sum() + 2))
