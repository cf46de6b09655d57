"""The cube: counts and targets of one view (stage, categories, known_at) over one tree, and its figures.

Days are ordinals on a compressed axis: only days on which a count or a target changes are kept, after a
sentinel that stands for "before everything". Leaves stand in tree order, so the leaves below a unit are
one contiguous range and every roll-up is a difference of two prefix sums: sum first, divide last.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from campaign.calendar import ONE_DAY, Profile
from campaign.configuration import Campaign, StatusRules
from campaign.progress import Status, UnitProgress
from campaign.ranking import ranks
from campaign.units import Tree

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

BEFORE_EVERYTHING = 0


@dataclass(frozen=True)
class Facts:
    """Counts that stand, one entry a (unit, category, day), and target versions, as parallel arrays.

    `*_unit` and `*_category` index `unit_codes` and `category_ids`; `*_day` are date ordinals
    (BEFORE_EVERYTHING for a target valid from the start).
    """

    unit_codes: list[str]
    category_ids: list[str]
    count_unit: Ints
    count_category: Ints
    count_day: Ints
    count: Ints
    target_unit: Ints
    target_category: Ints
    target_day: Ints
    target: Ints


@dataclass(frozen=True)
class View:
    """What is asked for: the category view by name, the categories it sums, and the stage."""

    category: str
    members: tuple[str, ...]
    stage: str
    single: bool


def _filled(rows: int, axis: Ints, row: Ints, day: Ints, value: Ints) -> tuple[Ints, Ints]:
    """Return (values carried forward along the axis, position each stems from; −1 before the first)."""
    width = len(axis)
    source = np.full((rows, width), -1, dtype=np.int64)
    values = np.zeros((rows, width), dtype=np.int64)
    position = np.searchsorted(axis, day)
    values[row, position] = value
    source[row, position] = position
    np.maximum.accumulate(source, axis=1, out=source)
    carried = np.take_along_axis(values, np.maximum(source, 0), axis=1)
    carried[source < 0] = 0
    return carried, source


class Cube:
    """Counts and targets of one view over one tree, ready to be asked for any day."""

    def __init__(self, campaign: Campaign, rules: StatusRules, tree: Tree, view: View, facts: Facts) -> None:
        """Lay the facts out as leaf × category × day and sum them up the tree."""
        self.campaign, self.rules, self.tree, self.view = campaign, rules, tree, view
        self.codes = tree.codes
        self._index = {code: number for number, code in enumerate(self.codes)}
        self._lay_out_ranges()
        self._lay_out_profiles()
        self._lay_out_facts(facts)
        self._roll_up()

    def _lay_out_ranges(self) -> None:
        tree = self.tree
        low: dict[str, int] = {}
        high: dict[str, int] = {}
        leaf = 0
        for code in tree.codes:
            low[code] = leaf
            leaf += tree.is_leaf(code)
        for code in reversed(tree.codes):
            children = tree.children(code)
            high[code] = max(high[child] for child in children) if children else low[code] + 1
        self._low = np.array([low[code] for code in self.codes], dtype=np.int64)
        self._high = np.array([high[code] for code in self.codes], dtype=np.int64)
        self._is_leaf = [tree.is_leaf(code) for code in self.codes]

    def _lay_out_profiles(self) -> None:
        """Give every unit the number of its plan curve; units under the same excuses share one."""
        excused = {code for excuse in self.campaign.excused for code in excuse.units or ()}
        numbers: dict[frozenset[str], int] = {}
        self._profiles: list[Profile] = []
        of_unit: dict[str, int] = {}
        met: dict[str, frozenset[str]] = {}
        for code in self.codes:
            parent = self.tree.unit(code).parent_code
            above = met[parent] if parent is not None else frozenset()
            met[code] = above | {code} if code in excused else above
            if met[code] not in numbers:
                numbers[met[code]] = len(self._profiles)
                self._profiles.append(self.campaign.profile(met[code]))
            of_unit[code] = numbers[met[code]]
        self._profile_of = [of_unit[code] for code in self.codes]
        self._leaf_profile = np.array([of_unit[code] for code in self.tree.leaves], dtype=np.int64)
        self._used_profiles = [int(number) for number in np.unique(self._leaf_profile)]

    def _lay_out_facts(self, facts: Facts) -> None:
        leaves = {code: number for number, code in enumerate(self.tree.leaves)}
        members = {category: number for number, category in enumerate(self.view.members)}
        unit = np.array([leaves.get(code, -1) for code in facts.unit_codes] or [-1], dtype=np.int64)
        category = np.array([members.get(one, -1) for one in facts.category_ids] or [-1], dtype=np.int64)
        width = len(members)

        def chosen(units: Ints, categories: Ints) -> tuple[Ints, Flags]:
            leaf, member = unit[units], category[categories]
            keep = (leaf >= 0) & (member >= 0)
            return (leaf * width + member)[keep], keep

        row, keep = chosen(facts.count_unit, facts.count_category)
        target_row, target_keep = chosen(facts.target_unit, facts.target_category)
        day, target_day = facts.count_day[keep], facts.target_day[target_keep]
        self.axis = np.unique(np.concatenate([np.array([BEFORE_EVERYTHING], dtype=np.int64), day, target_day]))
        rows = len(leaves) * width
        shape = (len(leaves), width, len(self.axis))
        done, reported = _filled(rows, self.axis, row, day, facts.count[keep])
        target, version = _filled(rows, self.axis, target_row, target_day, facts.target[target_keep])
        self._before_first_version(target, version)
        self._done, self._target = done.reshape(shape), target.reshape(shape)
        self._has_target = (version[:, -1] >= 0).reshape(shape[:2])
        last = reported.reshape(shape).max(axis=1)
        self._last_day = np.where(last >= 0, self.axis[np.maximum(last, 0)], -1)

    @staticmethod
    def _before_first_version(target: Ints, version: Ints) -> None:
        """Let the first version of a target hold before its own day too."""
        first = np.argmax(version >= 0, axis=1)
        value = np.take_along_axis(target, first[:, None], axis=1)
        np.copyto(target, value, where=(version < 0) & (version[:, -1:] >= 0))

    def _roll_up(self) -> None:
        has = self._has_target[:, :, None]
        shortfall = np.maximum(self._target - self._done, 0) * has
        own = self._done if self.view.single else self._done * has
        self._leaf_has: Flags = np.any(self._has_target, axis=1)
        counted: Ints = np.sum(self._done * has, axis=1)
        self._leaf_target: Ints = np.sum(self._target * has, axis=1)
        self._leaf_remaining: Ints = np.sum(shortfall, axis=1)
        self._leaf_own_done: Ints = np.sum(own, axis=1)
        self._node_target = self._summed(self._leaf_target)
        self._node_remaining = self._summed(self._leaf_remaining)
        self._node_done = self._summed(counted)
        self._node_excess = self._node_done - self._node_target + self._node_remaining
        for node, leaf in enumerate(self._is_leaf):
            if leaf:
                self._node_done[node] = self._leaf_own_done[self._low[node]]
        self._node_has = self._summed(self._leaf_has.astype(np.int64)) > 0
        finished = (self._node_target > 0) & (self._node_remaining == 0)
        positions = np.arange(len(self.axis), dtype=np.int64)
        last_unfinished = np.maximum.accumulate(np.where(finished, -1, positions[None, :]), axis=1)
        self._finished = finished
        self._run_start = last_unfinished + 1

    def _summed(self, per_leaf: Ints) -> Ints:
        """Return per-unit sums of a leaf array (leaves first axis)."""
        prefix = np.zeros((len(per_leaf) + 1, *per_leaf.shape[1:]), dtype=np.int64)
        np.cumsum(per_leaf, axis=0, out=prefix[1:])
        summed: Ints = prefix[self._high] - prefix[self._low]
        return summed

    def _at(self, day: date) -> int:
        """Return the axis position that holds at the end of `day`."""
        return int(np.searchsorted(self.axis, day.toordinal(), side="right")) - 1

    def _finished_on(self, node: int, position: int) -> int | None:
        if not self._finished[node, position]:
            return None
        return int(self.axis[self._run_start[node, position]])

    @cached_property
    def _nodes_by_level(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {level: [] for level in self.tree.levels}
        for node, code in enumerate(self.codes):
            found[self.tree.unit(code).level].append(node)
        return found

    def ranks_on(self, day: date) -> dict[str, int | None]:
        """Return each unit's rank among its level at the end of `day`."""
        position = self._at(day)
        found: dict[str, int | None] = {}
        for nodes in self._nodes_by_level.values():
            remaining = self._node_remaining[nodes, position].tolist()
            target = self._node_target[nodes, position].tolist()
            finished = [self._finished_on(node, position) for node in nodes]
            for node, rank in zip(nodes, ranks(remaining, target, finished), strict=True):
                found[self.codes[node]] = rank
        return found

    def _profile_sums(self, per_leaf: Ints) -> list[tuple[Profile, list[int]]]:
        """Return, for each plan curve in use, the per-unit sums of the leaves under it."""
        return [
            (self._profiles[number], self._summed(np.where(self._leaf_profile == number, per_leaf, 0)).tolist())
            for number in self._used_profiles
        ]

    def _spread(self, per_leaf: Ints, share: Callable[[Profile], Fraction]) -> list[Fraction]:
        """Return, for each unit, Σ over its leaves of value × the share its plan curve gives."""
        total = [Fraction(0)] * len(self.codes)
        for profile, sums in self._profile_sums(per_leaf):
            factor = share(profile)
            if factor:
                for node, value in enumerate(sums):
                    if value:
                        total[node] += value * factor
        return total

    def expected_on(self, code: str, target_day: date, days: list[date]) -> list[Fraction]:
        """Return one unit's expected count at the end of each of `days`, at the target of `target_day`."""
        node, position = self._index[code], self._at(target_day)
        parts = [
            (profile, sums[node]) for profile, sums in self._profile_sums(self._leaf_target[:, position]) if sums[node]
        ]
        return [sum((value * profile.planned_share(day) for profile, value in parts), Fraction(0)) for day in days]

    def _required(self, position: int, day: date) -> list[Fraction | None]:
        remaining = self._leaf_remaining[:, position]
        total: list[Fraction | None] = [None if rest else Fraction(0) for rest in self._node_remaining[:, position]]
        for profile, sums in self._profile_sums(remaining):
            left = profile.weight_after(day)
            if left:
                for node, rest in enumerate(sums):
                    if rest:
                        total[node] = (total[node] or Fraction(0)) + rest / left
        return total

    def _catchup(self, position: int, before: int, day: date) -> list[int]:
        has = self._has_target
        shortfall = (np.maximum(self._target[:, :, position] - self._done[:, :, before], 0) * has).sum(axis=1)
        per_leaf = np.array(
            [
                self._profiles[number].catchup(rest, day) if rest else 0
                for number, rest in zip(self._leaf_profile.tolist(), shortfall.tolist(), strict=True)
            ],
            dtype=np.int64,
        )
        return [int(value) for value in self._summed(per_leaf)]

    def _last_as_of(self, position: int) -> list[int]:
        days = self._last_day[:, position]
        return [int(days[low:high].max()) for low, high in zip(self._low, self._high, strict=True)]

    def _stalled_days(self, node: int, position: int, day: date) -> int:
        """Return the working days at the end of which the unit's count has not moved since."""
        row = self._node_done[node, : position + 1]
        moved = np.flatnonzero(row != row[-1])
        profile = self._profiles[self._profile_of[node]]
        since = int(self.axis[moved[-1] + 1]) if len(moved) else BEFORE_EVERYTHING
        after = date.fromordinal(max(since, self.campaign.start.toordinal() - 1))
        return profile.working_days_between(after, day)

    def _status(self, node: int, day: date, row: _Sums) -> Status:  # noqa: PLR0911 - one return a status
        """Return the first status that holds (DEFINITIONS "status")."""
        profile, rules = self._profiles[self._profile_of[node]], self.rules
        if not row.has_target:
            return Status.NO_TARGET
        if row.target == 0:
            return Status.NOTHING_TO_DO
        if row.remaining == 0:
            return Status.FINISHED
        if day > self.campaign.end:
            return Status.OVERDUE
        since = date.fromordinal(row.last_day) if row.last_day > 0 else self.campaign.start - ONE_DAY
        if profile.working_days_between(since, day) >= rules.silent_days:
            return Status.SILENT
        back = profile.working_days_back(day, rules.stalled_days)
        if back is not None and row.done == int(self._node_done[node, self._at(back - ONE_DAY)]):
            return Status.STALLED
        if row.expected > 0:
            if row.done < Fraction(rules.behind_below) * row.expected:
                return Status.BEHIND
            if row.done < Fraction(rules.at_risk_below) * row.expected:
                return Status.AT_RISK
        return Status.ON_TRACK

    def figures_on(self, day: date, earlier_ranks: dict[str, int | None] | None = None) -> list[UnitProgress]:
        """Return the figures of every unit at the end of `day`: top level first, then rank, then code.

        `earlier_ranks`: the ranks of the day before, where the units of that day were others.
        """
        position, before = self._at(day), self._at(day - ONE_DAY)
        yesterday = day - ONE_DAY
        expected = self._spread(self._leaf_target[:, position], lambda profile: profile.planned_share(day))
        planned = self._spread(
            self._leaf_target[:, position],
            lambda profile: profile.planned_share(day) - profile.planned_share(yesterday),
        )
        required, catchup = self._required(position, day), self._catchup(position, before, day)
        last_days = self._last_as_of(position)
        ranks_now = self.ranks_on(day)
        ranks_before = self.ranks_on(yesterday) if earlier_ranks is None else earlier_ranks
        with_target = self._summed((self._leaf_target[:, position] > 0).astype(np.int64)).tolist()
        finished_leaf = (self._leaf_target[:, position] > 0) & (self._leaf_remaining[:, position] == 0)
        units_finished = self._summed(finished_leaf.astype(np.int64)).tolist()
        whole_gap = int(self._node_remaining[0, position])
        found = []
        for node, code in enumerate(self.codes):
            sums = _Sums(
                has_target=bool(self._node_has[node]),
                target=int(self._node_target[node, position]),
                done=int(self._node_done[node, position]),
                done_before=int(self._node_done[node, before]),
                remaining=int(self._node_remaining[node, position]),
                excess=int(self._node_excess[node, position]),
                expected=expected[node],
                planned_today=planned[node],
                last_day=last_days[node],
            )
            finished = self._finished_on(node, position)
            rank, rank_before = ranks_now[code], ranks_before.get(code)
            unit = self.tree.unit(code)
            last = date.fromordinal(sums.last_day) if sums.last_day > 0 else None
            silent = (day - last).days if last else max((day - self.campaign.start).days + 1, 0)
            due = sums.has_target
            found.append(
                UnitProgress(
                    campaign=self.campaign.id,
                    as_of=day,
                    level=unit.level,
                    code=code,
                    name=unit.name,
                    parent_code=unit.parent_code,
                    category=self.view.category,
                    stage=self.view.stage,
                    target=sums.target if due else None,
                    done=sums.done,
                    remaining=sums.remaining if due else None,
                    excess=sums.excess if due else None,
                    completion=Fraction(sums.done, sums.target) if due and sums.target else None,
                    planned_share=sums.expected / sums.target if due and sums.target else None,
                    expected=sums.expected if due else None,
                    variance=sums.done - sums.expected if due else None,
                    pace=sums.done / sums.expected if due and sums.expected else None,
                    done_today=sums.done - sums.done_before,
                    planned_today=sums.planned_today if due else None,
                    catchup_today=catchup[node] if due else None,
                    required_per_day=required[node] if due else None,
                    rank=rank,
                    rank_change=rank_before - rank if rank is not None and rank_before is not None else None,
                    status=self._status(node, day, sums),
                    finished_on=date.fromordinal(finished) if finished is not None else None,
                    last_as_of=last,
                    days_silent=silent,
                    units_with_target=with_target[node],
                    units_finished=units_finished[node],
                    gap_share=Fraction(sums.remaining, whole_gap) if due and whole_gap else None,
                    stalled_days=self._stalled_days(node, position, day),
                    is_leaf=self._is_leaf[node],
                )
            )
        order = {level: number for number, level in enumerate(self.tree.levels)}
        found.sort(key=lambda one: (order[one.level], one.rank is None, one.rank or 0, one.code))
        return found


@dataclass(frozen=True, slots=True)
class _Sums:
    """The whole-number sums of one unit on one day, before any division."""

    has_target: bool
    target: int
    done: int
    done_before: int
    remaining: int
    excess: int
    expected: Fraction
    planned_today: Fraction
    last_day: int
