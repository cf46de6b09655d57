"""The cube: counts and targets of one view (stage, categories, known_at) over one tree, and its figures.

Days are ordinals on a compressed axis: only days on which a count or a target changes are kept, after a
sentinel that stands for "before everything". Leaves stand in tree order, so the leaves below a unit are
one contiguous range and every roll-up is a difference of two prefix sums: sum first, divide last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property

import numpy as np

from campaign.calendar import ONE_DAY, Profile
from campaign.configuration import Campaign, StatusRules
from campaign.facts import BEFORE_EVERYTHING, Counted, Facts, Flags, Ints, View, filled, prefix_sums
from campaign.progress import Status, UnitProgress
from campaign.ranking import ranks
from campaign.units import Tree


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
        self._ranks: dict[int, dict[str, int | None]] = {}

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
        done, reported = filled(rows, self.axis, row, day, facts.count[keep])
        target, version = filled(rows, self.axis, target_row, target_day, facts.target[target_keep])
        self._before_first_version(target, version)
        self._done, self._target = done.reshape(shape), target.reshape(shape)
        self._has_target = (version[:, -1] >= 0).reshape(shape[:2])
        self._reported = (reported == np.arange(len(self.axis), dtype=np.int64)).reshape(shape)
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
        prefix = prefix_sums(per_leaf)
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
        if position not in self._ranks:  # between two changes nothing moves: a long series asks for few positions
            self._ranks[position] = self._ranked(position)
        return self._ranks[position]

    def _ranked(self, position: int) -> dict[str, int | None]:
        found: dict[str, int | None] = {}
        for nodes in self._nodes_by_level.values():
            remaining = self._node_remaining[nodes, position].tolist()
            target = self._node_target[nodes, position].tolist()
            finished = [self._finished_on(node, position) for node in nodes]
            for node, rank in zip(nodes, ranks(remaining, target, finished), strict=True):
                found[self.codes[node]] = rank
        return found

    def _per_profile(self, per_leaf: Ints, nodes: Sequence[int]) -> list[tuple[Profile, list[int]]]:
        """Return, for each plan curve in use, the sums of the leaves under it, one a unit asked for."""
        low, high = self._low[nodes], self._high[nodes]
        found = []
        for number in self._used_profiles:
            chosen = np.where(self._leaf_profile == number, per_leaf, 0) if len(self._used_profiles) > 1 else per_leaf
            prefix = prefix_sums(chosen)
            found.append((self._profiles[number], (prefix[high] - prefix[low]).tolist()))
        return found

    def _spread(self, per_leaf: Ints, nodes: Sequence[int], share: Callable[[Profile], Fraction]) -> list[Fraction]:
        """Return, for each unit asked for, Σ over its leaves of value × the share its plan curve gives."""
        total = [Fraction(0)] * len(nodes)
        for profile, sums in self._per_profile(per_leaf, nodes):
            factor = share(profile)
            if factor:
                for place, value in enumerate(sums):
                    if value:
                        total[place] += value * factor
        return total

    def expected_on(self, code: str, target_day: date, days: list[date]) -> list[Fraction]:
        """Return one unit's expected count at the end of each of `days`, at the target of `target_day`."""
        due = self._leaf_target[:, self._at(target_day)]
        parts = [(profile, value) for profile, (value,) in self._per_profile(due, [self._index[code]]) if value]
        return [sum((value * profile.planned_share(day) for profile, value in parts), Fraction(0)) for day in days]

    @property
    def spans(self) -> tuple[Ints, Ints]:
        """Return, for each unit of `codes`, the range low … high − 1 of the leaves at and below it."""
        return self._low, self._high

    def left(self, codes: Iterable[str], day: date) -> int:
        """Return what some units have left at the end of `day`, together."""
        return int(self._node_remaining[[self._index[code] for code in codes], self._at(day)].sum())

    def profile(self, code: str) -> Profile:
        """Return a unit's own plan curve."""
        return self._profiles[self._profile_of[self._index[code]]]

    def daily(self, days: Sequence[date]) -> Ints:
        """Return done at the end of each of `days`, one row a unit of `codes`."""
        return self._node_done[:, [self._at(day) for day in days]]

    def counted(self, days: Sequence[date], due_on: date) -> Counted:
        """Return what every leaf × category counted at the end of each of `days`, and is due by the version of a day.

        The first of `days` stands for itself and all before it: `reported` says whether anything was.
        """
        at = [self._at(day) for day in days]
        exact = np.array([int(self.axis[place]) == day.toordinal() for place, day in zip(at, days, strict=True)])
        reported = self._reported[:, :, at] & exact
        reported[:, :, 0] = self._reported[:, :, : at[0] + 1].any(axis=2)
        return Counted(self._has_target, self._target[:, :, self._at(due_on)], self._done[:, :, at], reported)

    def _required(self, position: int, nodes: Sequence[int], day: date) -> list[Fraction | None]:
        left_over = self._node_remaining[nodes, position].tolist()
        total: list[Fraction | None] = [None if rest else Fraction(0) for rest in left_over]
        for profile, sums in self._per_profile(self._leaf_remaining[:, position], nodes):
            left = profile.weight_after(day)
            if left:
                for place, rest in enumerate(sums):
                    if rest:
                        total[place] = (total[place] or Fraction(0)) + rest / left
        return total

    def _catchup(self, position: int, before: int, nodes: Sequence[int], day: date) -> list[int]:
        has = self._has_target
        shortfall = (np.maximum(self._target[:, :, position] - self._done[:, :, before], 0) * has).sum(axis=1)
        found = list(zip(self._low[nodes].tolist(), self._high[nodes].tolist(), strict=True))
        wanted = np.zeros(len(shortfall), dtype=bool)
        for low, high in found:
            wanted[low:high] = True
        per_leaf = np.zeros(len(shortfall), dtype=np.int64)
        for leaf in np.flatnonzero(wanted & (shortfall > 0)).tolist():
            per_leaf[leaf] = self._profiles[self._leaf_profile[leaf]].catchup(int(shortfall[leaf]), day)
        prefix = prefix_sums(per_leaf)
        return [int(prefix[high] - prefix[low]) for low, high in found]

    def _last_as_of(self, position: int, nodes: Sequence[int]) -> list[int]:
        days = self._last_day[:, position]
        return [int(days[low:high].max()) for low, high in zip(self._low[nodes], self._high[nodes], strict=True)]

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

    def figures_on(
        self, day: date, earlier_ranks: dict[str, int | None] | None = None, only: str | None = None
    ) -> list[UnitProgress]:
        """Return the figures of every unit at the end of `day`: top level first, then rank, then code.

        `earlier_ranks`: the ranks of the day before, where the units of that day were others. `only`: the one
        unit whose figures are wanted.
        """
        nodes = range(len(self.codes)) if only is None else [self._index[only]]
        position, before = self._at(day), self._at(day - ONE_DAY)
        yesterday = day - ONE_DAY
        due = self._leaf_target[:, position]
        expected = self._spread(due, nodes, lambda profile: profile.planned_share(day))
        planned = self._spread(
            due, nodes, lambda profile: profile.planned_share(day) - profile.planned_share(yesterday)
        )
        required = self._required(position, nodes, day)
        catchup = self._catchup(position, before, nodes, day)
        last_days = self._last_as_of(position, nodes)
        ranks_now = self.ranks_on(day)
        ranks_before = self.ranks_on(yesterday) if earlier_ranks is None else earlier_ranks
        with_target = self._summed((due > 0).astype(np.int64)).tolist()
        finished_leaf = (due > 0) & (self._leaf_remaining[:, position] == 0)
        units_finished = self._summed(finished_leaf.astype(np.int64)).tolist()
        whole_gap = int(self._node_remaining[0, position])
        found = []
        for place, node in enumerate(nodes):
            code = self.codes[node]
            sums = _Sums(
                has_target=bool(self._node_has[node]),
                target=int(self._node_target[node, position]),
                done=int(self._node_done[node, position]),
                done_before=int(self._node_done[node, before]),
                remaining=int(self._node_remaining[node, position]),
                excess=int(self._node_excess[node, position]),
                expected=expected[place],
                planned_today=planned[place],
                last_day=last_days[place],
            )
            finished = self._finished_on(node, position)
            rank, rank_before = ranks_now[code], ranks_before.get(code)
            unit = self.tree.unit(code)
            last = date.fromordinal(sums.last_day) if sums.last_day > 0 else None
            silent = (day - last).days if last else max((day - self.campaign.start).days + 1, 0)
            has_target = sums.has_target
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
                    target=sums.target if has_target else None,
                    done=sums.done,
                    remaining=sums.remaining if has_target else None,
                    excess=sums.excess if has_target else None,
                    completion=Fraction(sums.done, sums.target) if has_target and sums.target else None,
                    planned_share=sums.expected / sums.target if has_target and sums.target else None,
                    expected=sums.expected if has_target else None,
                    variance=sums.done - sums.expected if has_target else None,
                    pace=sums.done / sums.expected if has_target and sums.expected else None,
                    done_today=sums.done - sums.done_before,
                    planned_today=sums.planned_today if has_target else None,
                    catchup_today=catchup[place] if has_target else None,
                    required_per_day=required[place] if has_target else None,
                    rank=rank,
                    rank_change=rank_before - rank if rank is not None and rank_before is not None else None,
                    status=self._status(node, day, sums),
                    finished_on=date.fromordinal(finished) if finished is not None else None,
                    last_as_of=last,
                    days_silent=silent,
                    units_with_target=with_target[node],
                    units_finished=units_finished[node],
                    gap_share=Fraction(sums.remaining, whole_gap) if has_target and whole_gap else None,
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
