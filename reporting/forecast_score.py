"""The forecast's own score: what was forecast each evening against what came, counted by one rule for all.

Only leaves with work not finished when the forecast was made are counted; roll-ups would count the same work twice.
The next day's count is within the band when P10 ≤ count ≤ P90. The Brier score is the mean of (probability − came)²,
came being 1 when the unit was finished by the last campaign day, else 0; it is known once the campaign has ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from campaign.calendar import ONE_DAY
from campaign.prospects import Prospect, Standing
from campaign.warning import WARNED_BELOW
from reporting.figures import Figures

FEWEST_DAYS = 2
BINS = 5
GUESS = Fraction(1, 4)  # the Brier score of saying 50/50 of everything
FIT_FROM, FIT_TO = Fraction(75, 100), Fraction(85, 100)


@dataclass(frozen=True, slots=True)
class DayScore:
    """One evening's forecasts: how many units were open, how the next day and the end turned out."""

    made_on: date
    units: int
    within: int
    compared: int
    expected: Fraction
    came: int | None
    brier: Fraction | None

    @property
    def coverage(self) -> Fraction | None:
        """Return the share of next-day counts within the band; None when none came."""
        return Fraction(self.within, self.compared) if self.compared else None


@dataclass(frozen=True, slots=True)
class Bin:
    """Forecasts of like probability: how many, the mean that was said, and how many came true."""

    low: Fraction
    high: Fraction
    units: int
    said: Fraction
    came: int

    @property
    def share(self) -> Fraction:
        """Return the share that came true."""
        return Fraction(self.came, self.units)


@dataclass(frozen=True, slots=True)
class Halfway:
    """The warnings of one day in mid-campaign: who was warned, who missed, and who was both."""

    on: date
    warned: int
    missed: int
    both: int

    @property
    def right(self) -> Fraction | None:
        """Return the share of the warned who missed; None when nobody was warned."""
        return Fraction(self.both, self.warned) if self.warned else None


@dataclass(frozen=True, slots=True)
class Score:
    """The score of a campaign's forecasts so far; what only the end can tell is None or empty before it."""

    days: tuple[DayScore, ...]
    bins: tuple[Bin, ...]
    within: int
    compared: int
    brier: Fraction | None
    halfway: Halfway | None

    @property
    def judged(self) -> int:
        """Return how many days' forecasts have a next day to be held against."""
        return sum(1 for day in self.days if day.compared)

    @property
    def enough(self) -> bool:
        """Tell whether enough days can be judged to say anything."""
        return self.judged >= FEWEST_DAYS

    @property
    def coverage(self) -> Fraction | None:
        """Return the share of all next-day counts within their band."""
        return Fraction(self.within, self.compared) if self.compared else None

    @property
    def fit(self) -> str:
        """Return whether the bands were narrow, fit or wide for 80 %."""
        share = self.coverage or Fraction(0)
        return "narrow" if share < FIT_FROM else "fit" if share <= FIT_TO else "wide"


def score(figures: Figures, as_of: date) -> Score:
    """Return the score of the forecasts kept for the days before `as_of`, by what had come at its end."""
    last = figures.campaign.end
    came = _on_time(figures, last) if as_of >= last else None
    work = figures.work(as_of)
    eve = figures.campaign.start - ONE_DAY
    open_on = {day: _open(rows) for day, rows in sorted(figures.earlier_outlooks(as_of).items())}
    days = tuple(
        _scored(day, rows, {code: one.done for code, one in work.items()}, eve, came) for day, rows in open_on.items()
    )
    pairs = [(_p(one), came[one.code]) for rows in open_on.values() for one in rows if came and one.code in came]
    middle = sorted(open_on)[len(open_on) // 2] if open_on else None
    return Score(
        days=days,
        bins=_bins(pairs),
        within=sum(day.within for day in days),
        compared=sum(day.compared for day in days),
        brier=brier(pairs),
        halfway=_halfway(middle, open_on[middle], came) if middle and came is not None else None,
    )


def brier(pairs: list[tuple[Fraction, bool]]) -> Fraction | None:
    """Return the mean of (probability − came)²; None of nothing."""
    return sum(((p - int(came)) ** 2 for p, came in pairs), Fraction(0)) / len(pairs) if pairs else None


def _p(one: Prospect) -> Fraction:
    return one.p_on_time if one.p_on_time is not None else Fraction(0)


def _on_time(figures: Figures, last: date) -> dict[str, bool]:
    """Return, for every leaf with work, whether it was finished at the end of the last campaign day."""
    return {row.code: row.remaining == 0 for row in figures.progress(last) if row.is_leaf and row.target}


def _open(rows: Mapping[str, Prospect]) -> list[Prospect]:
    """Return the leaves that were not finished and had a chance given."""
    return [one for one in rows.values() if one.is_leaf and one.standing is Standing.OPEN and one.p_on_time is not None]


def _scored(
    day: date, rows: list[Prospect], done: Mapping[str, tuple[int, ...]], eve: date, came: Mapping[str, bool] | None
) -> DayScore:
    within = compared = 0
    for one in rows:
        if not one.band or one.code not in done:
            continue
        on, low, _, high = one.band[0]
        place = (on - eve).days
        if place < len(done[one.code]):
            compared += 1
            within += low <= done[one.code][place] <= high
    pairs = [(_p(one), came[one.code]) for one in rows if came is not None and one.code in came]
    expected = sum((_p(one) for one in rows), Fraction(0))
    hits = sum(hit for _, hit in pairs) if came is not None else None
    return DayScore(day, len(rows), within, compared, expected, hits, brier(pairs))


def _bins(pairs: list[tuple[Fraction, bool]]) -> tuple[Bin, ...]:
    """Return the forecasts in five bins of probability, empty ones left out."""
    found = []
    for number in range(BINS):
        low, high = Fraction(number, BINS), Fraction(number + 1, BINS)
        inside = [(p, hit) for p, hit in pairs if low <= p < high or (number == BINS - 1 and p == 1)]
        if inside:
            said = sum((p for p, _ in inside), Fraction(0)) / len(inside)
            found.append(Bin(low, high, len(inside), said, sum(hit for _, hit in inside)))
    return tuple(found)


def _halfway(on: date, rows: list[Prospect], came: Mapping[str, bool]) -> Halfway:
    known = [one for one in rows if one.code in came]
    warned = {one.code for one in known if _p(one) < WARNED_BELOW}
    missed = {one.code for one in known if not came[one.code]}
    return Halfway(on, len(warned), len(missed), len(warned & missed))
