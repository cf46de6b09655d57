"""The figures of `progress` and `series`, each as its sentence in DEFINITIONS.md says."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from tests.oracle.intake import Submission, target_on
from tests.oracle.setting import ONE_DAY, Key, Setting

NOUGHT = Fraction(0)


@dataclass(frozen=True)
class Sums:
    """What adds up: a leaf's own figures, or the sums over the leaves of a roll-up.

    ``target`` is None when there is no target row in view; then so is all that hangs on it.
    """

    target: int | None
    done: int
    done_before: int
    remaining: int
    excess: int
    expected: Fraction
    planned_today: Fraction
    catchup_today: int
    required_per_day: Fraction | None
    with_target: int
    finished_leaves: int

    @property
    def finished(self) -> bool:
        """Return whether there was work and none is left."""
        return bool(self.target) and self.remaining == 0


@dataclass(frozen=True)
class UnitFigures:
    """One row of `progress`."""

    campaign: str
    as_of: date
    level: str
    code: str
    name: str
    parent_code: str | None
    category: str
    stage: str
    target: int | None
    done: int
    remaining: int | None
    excess: int | None
    completion: Fraction | None
    planned_share: Fraction | None
    expected: Fraction | None
    variance: Fraction | None
    pace: Fraction | None
    done_today: int
    planned_today: Fraction | None
    catchup_today: int | None
    required_per_day: Fraction | None
    rank: int | None
    rank_change: int | None
    status: str
    finished_on: date | None
    last_as_of: date | None
    days_silent: int
    units_with_target: int
    units_finished: int


class Figures:
    """All figures of one campaign for one stage and one view of its categories, as known at one time."""

    def __init__(
        self,
        setting: Setting,
        accepted: list[Submission],
        *,
        category: str = "all",
        stage: str | None = None,
        known_at: datetime | None = None,
    ) -> None:
        self.setting = setting
        self.category = category
        self.stage = stage or setting.headline
        self.view = setting.in_view(category)
        # what stands of each key's days; in the order of arrival, so that the later one stays
        self.counts: dict[Key, dict[date, int]] = {}
        for sent in accepted:
            if known_at is None or sent.received_at <= known_at:
                self.counts.setdefault(sent.key, {})[sent.as_of] = sent.count
        self._sums: dict[tuple[str, date], Sums] = {}
        self._ranks: dict[tuple[str, date], dict[str, int]] = {}
        self._weights: dict[str, list[Fraction]] = {}

    # --- one unit, one category -----------------------------------------------------------------

    def target(self, leaf: str, category: str, day: date) -> int | None:
        """T(d)."""
        return target_on(self.setting.targets.get((leaf, category, self.stage), {}), day)

    def done(self, leaf: str, category: str, day: date) -> int:
        """C(d)."""
        counts = self.counts.get((leaf, category, self.stage), {})
        return counts[max(reported)] if (reported := [at for at in counts if at <= day]) else 0

    # --- the plan -------------------------------------------------------------------------------

    def is_excused(self, unit: str, day: date) -> bool:
        """Return whether an excuse of everyone, of the unit or of a unit above it covers the day."""
        family = self.setting.self_and_above(unit)
        return any(
            excuse.first <= day <= excuse.last
            and (excuse.units is None or any(code in excuse.units for code in family))
            for excuse in self.setting.excuses
        )

    def weights(self, unit: str) -> list[Fraction]:
        """w_1 … w_N."""
        if unit not in self._weights:
            self._weights[unit] = [
                NOUGHT if self.is_excused(unit, day) else weight
                for day, weight in zip(self.setting.days, self.setting.weights, strict=True)
            ]
        return self._weights[unit]

    def number(self, day: date) -> int:
        """Return the campaign day's number: 1 on the first day, 0 or less before it."""
        return (day - self.setting.start).days + 1

    def planned_share(self, leaf: str, day: date) -> Fraction:
        """W(d)."""
        number, weights = self.number(day), self.weights(leaf)
        if number < 1:
            return NOUGHT
        if number >= len(weights):
            return Fraction(1)
        whole = sum(weights)
        return sum(weights[:number], NOUGHT) / whole if whole else NOUGHT

    def working_days(self, unit: str) -> list[date]:
        """Return the campaign days on which the unit has to work."""
        return [day for day, w in zip(self.setting.days, self.weights(unit), strict=True) if w > 0]

    # --- sums -----------------------------------------------------------------------------------

    def sums(self, unit: str, day: date) -> Sums:
        """Return the summed figures of a unit at the end of a day."""
        if (unit, day) not in self._sums:
            if self.setting.is_leaf(unit):
                self._sums[unit, day] = self._leaf(unit, day)
            else:
                self._sums[unit, day] = self._roll_up(unit, day)
        return self._sums[unit, day]

    def _leaf(self, leaf: str, day: date) -> Sums:
        targets = {category: self.target(leaf, category, day) for category in self.view}
        due = {category: target for category, target in targets.items() if target is not None}
        today = {category: self.done(leaf, category, day) for category in self.view}
        yesterday = {category: self.done(leaf, category, day - ONE_DAY) for category in self.view}
        if not due:
            own = self.setting.is_single(self.category)
            return Sums(
                target=None,
                done=today[self.category] if own else 0,
                done_before=yesterday[self.category] if own else 0,
                remaining=0,
                excess=0,
                expected=NOUGHT,
                planned_today=NOUGHT,
                catchup_today=0,
                required_per_day=None,
                with_target=0,
                finished_leaves=0,
            )
        target = sum(due.values())
        remaining = sum(max(due[category] - today[category], 0) for category in due)
        share = self.planned_share(leaf, day)
        left_in_the_morning = sum(max(due[category] - yesterday[category], 0) for category in due)
        return Sums(
            target=target,
            done=sum(today[category] for category in due),
            done_before=sum(yesterday[category] for category in due),
            remaining=remaining,
            excess=sum(max(today[category] - due[category], 0) for category in due),
            expected=target * share,
            planned_today=target * (share - self.planned_share(leaf, day - ONE_DAY)),
            catchup_today=self._catchup(leaf, left_in_the_morning, day),
            required_per_day=self._required(leaf, remaining, day),
            with_target=int(target > 0),
            finished_leaves=int(target > 0 and remaining == 0),
        )

    def _catchup(self, leaf: str, left: int, day: date) -> int:
        """⌈ R · w_d / Σ_{i≥d} w_i ⌉."""
        number, weights = self.number(day), self.weights(leaf)
        if number > len(weights):
            return left
        if number < 1 or weights[number - 1] == 0:
            return 0
        return math.ceil(left * weights[number - 1] / sum(weights[number - 1 :]))

    def _required(self, leaf: str, remaining: int, day: date) -> Fraction | None:
        """remaining / Σ_{i>d} w_i."""
        if remaining == 0:
            return NOUGHT
        ahead = sum(self.weights(leaf)[max(self.number(day), 0) :], NOUGHT)
        return remaining / ahead if ahead else None

    def _roll_up(self, unit: str, day: date) -> Sums:
        leaves = [self.sums(leaf, day) for leaf in self.setting.leaves(unit)]
        parts = [leaf for leaf in leaves if leaf.target is not None]
        remaining = sum(part.remaining for part in parts)
        required = [part.required_per_day for part in parts if part.remaining > 0 and part.required_per_day is not None]
        return Sums(
            target=sum(part.target or 0 for part in parts) if parts else None,
            done=sum(part.done for part in parts),
            done_before=sum(part.done_before for part in parts),
            remaining=remaining,
            excess=sum(part.excess for part in parts),
            expected=sum((part.expected for part in parts), NOUGHT),
            planned_today=sum((part.planned_today for part in parts), NOUGHT),
            catchup_today=sum(part.catchup_today for part in parts),
            required_per_day=None if remaining and not required else sum(required, NOUGHT),
            with_target=sum(part.with_target for part in parts),
            finished_leaves=sum(part.finished_leaves for part in parts),
        )

    # --- over time, and between units -----------------------------------------------------------

    def last_as_of(self, unit: str, day: date) -> date | None:
        """Return the latest reported day by then, of any leaf and any category in view."""
        reported = [
            at
            for leaf in self.setting.leaves(unit)
            for category in self.view
            for at in self.counts.get((leaf, category, self.stage), {})
            if at <= day
        ]
        return max(reported, default=None)

    def finished_on(self, unit: str, day: date) -> date | None:
        """Return the first day of the unbroken run of finished days that reaches this one."""
        if not self.sums(unit, day).finished:
            return None
        while self.sums(unit, day - ONE_DAY).finished:
            day -= ONE_DAY
        return day

    def ranks(self, level: str, day: date) -> dict[str, int]:
        """Return the ranks of a level's units that have something to do."""
        if (level, day) not in self._ranks:
            standings = {}
            for unit in self.setting.units.values():
                sums = self.sums(unit.code, day)
                if unit.level == level and sums.target:
                    covered = 1 - Fraction(sums.remaining, sums.target)
                    finished_on = self.finished_on(unit.code, day) or date.max
                    standings[unit.code] = (-covered, finished_on)
            self._ranks[level, day] = {
                code: 1 + sum(other < mine for other in standings.values()) for code, mine in standings.items()
            }
        return self._ranks[level, day]

    def status(self, unit: str, day: date) -> str:  # noqa: C901, PLR0911 - the list as the definitions have it
        """Return the first status that holds."""
        sums, rules = self.sums(unit, day), self.setting.rules
        if sums.target is None:
            return "no_target"
        if sums.target == 0:
            return "nothing_to_do"
        if sums.finished:
            return "finished"
        if day > self.setting.end:
            return "overdue"
        so_far = [working for working in self.working_days(unit) if working <= day]
        reported = self.last_as_of(unit, day)
        silent = [working for working in so_far if reported is None or working > reported]
        if len(silent) >= rules.silent_days:
            return "silent"
        if len(so_far) >= rules.stalled_days:
            eve = so_far[-rules.stalled_days] - ONE_DAY
            if sums.done == self.sums(unit, eve).done:
                return "stalled"
        if sums.expected:
            pace = sums.done / sums.expected
            if pace < rules.behind_below:
                return "behind"
            if pace < rules.at_risk_below:
                return "at_risk"
        return "on_track"

    # --- rows -----------------------------------------------------------------------------------

    def unit(self, code: str, day: date) -> UnitFigures:
        """Return all figures of one unit at the end of a day."""
        unit, sums = self.setting.units[code], self.sums(code, day)
        known = sums.target is not None
        rank = self.ranks(unit.level, day).get(code)
        rank_before = self.ranks(unit.level, day - ONE_DAY).get(code)
        last_as_of = self.last_as_of(code, day)
        return UnitFigures(
            campaign=self.setting.campaign,
            as_of=day,
            level=unit.level,
            code=code,
            name=unit.name,
            parent_code=unit.parent_code,
            category=self.category,
            stage=self.stage,
            target=sums.target,
            done=sums.done,
            remaining=sums.remaining if known else None,
            excess=sums.excess if known else None,
            completion=Fraction(sums.done, sums.target) if sums.target else None,
            planned_share=sums.expected / sums.target if sums.target else None,
            expected=sums.expected if known else None,
            variance=sums.done - sums.expected if known else None,
            pace=sums.done / sums.expected if sums.expected else None,
            done_today=sums.done - sums.done_before,
            planned_today=sums.planned_today if known else None,
            catchup_today=sums.catchup_today if known else None,
            required_per_day=sums.required_per_day if known else None,
            rank=rank,
            rank_change=rank_before - rank if rank and rank_before else None,
            status=self.status(code, day),
            finished_on=self.finished_on(code, day),
            last_as_of=last_as_of,
            days_silent=((day - last_as_of).days if last_as_of else max((day - self.setting.start).days + 1, 0)),
            units_with_target=sums.with_target,
            units_finished=sums.finished_leaves,
        )

    def progress(self, day: date, level: str | None = None) -> list[UnitFigures]:
        """Return one row a unit: top level first, then rank, then code."""
        levels = self.setting.levels()
        rows = [
            self.unit(unit.code, day) for unit in self.setting.units.values() if level is None or unit.level == level
        ]
        return sorted(
            rows,
            key=lambda row: (
                levels.index(row.level),
                math.inf if row.rank is None else row.rank,
                row.code,
            ),
        )

    def series(self, code: str, first: date, last: date) -> list[UnitFigures]:
        """Return one row a day."""
        return [self.unit(code, first + i * ONE_DAY) for i in range((last - first).days + 1)]
