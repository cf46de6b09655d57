"""Mapping: counts and targets carried from the units that reported them to the units of another day.

What every unit has on every day is worked out first, by the units of that day: a unit that follows others stands on
what they brought until it reports itself. Other days' units are then reached turn by turn. Forwards, those that merge
are added and one that splits is split by its stated shares. Backwards, what was brought stays with who brought it, and
what a merged unit did since is spread by what each still lacked of its target then (docs/units.md). Every step keeps
the sum to the last unit, so totals are equal under any map.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from math import lcm

import numpy as np

from campaign.facts import BEFORE_EVERYTHING, Added, Facts, Flags, Ints
from campaign.lineage import Edge, Lineage
from campaign.units import Registry, Tree


def apportion(total: Ints, weights: Ints) -> Ints:
    """Return `total` (any shape) split by `weights` (parts first axis, then the shape) in whole numbers.

    Largest remainder; of equal remainders the first part's. Weights that are all 0 count as equal.
    """
    whole = weights.sum(axis=0)
    even = np.where(whole > 0, weights, 1)
    whole = even.sum(axis=0)
    parts: Ints = total * even // whole
    left = total - parts.sum(axis=0)
    order = np.argsort(-(total * even % whole), axis=0, kind="stable")
    place = np.argsort(order, axis=0, kind="stable")
    shared: Ints = parts + (place < left)
    return shared


@dataclass
class _State:
    """Counts and targets of every node (node × category × position): one per map, or per stretch of positions."""

    count: Ints
    reported: Flags
    target: Ints
    known: Flags

    def part(self, low: int, high: int) -> _State:
        """Return the positions low…high−1."""
        at = slice(low, high)
        return _State(self.count[:, :, at], self.reported[:, :, at], self.target[:, :, at], self.known[:, :, at])

    def rows(self, nodes: list[int]) -> _State:
        """Return a copy of some nodes' rows."""
        return _State(self.count[nodes], self.reported[nodes], self.target[nodes], self.known[nodes])

    def put(self, nodes: list[int], brought: _State) -> None:
        """Let some nodes have the sums of what is brought to them, row by row (a node may be named often)."""
        for one, more in ((self.count, brought.count), (self.target, np.where(brought.known, brought.target, 0))):
            one[nodes] = 0
            np.add.at(one, nodes, more)
        for flag, marks in ((self.reported, brought.reported), (self.known, brought.known)):
            flag[nodes] = False
            np.logical_or.at(flag, nodes, marks)


class Mapping:
    """The facts of one stage, ready to be seen by the units of any day."""

    def __init__(self, facts: Facts, lineage: Lineage, added: Added | None = None) -> None:
        """Give each fact to the unit its code meant on its day, and let those that follow others stand on them.

        `added`: the counts made of increments; until the unit reports a cumulative one they come on top of what it
        stands on. A count of a unit for a day on which it is already followed by another (or not yet there, but
        following others) belongs to nobody and is left out: `issues` lists it.
        """
        self.facts, self.lineage = facts, lineage
        kin = np.array([code in lineage for code in facts.unit_codes] or [False])
        self._other_count, self._other_target = ~kin[facts.count_unit], ~kin[facts.target_unit]
        counts = ~self._other_count
        days = np.concatenate(
            [
                np.array([BEFORE_EVERYTHING, *lineage.turns], dtype=np.int64),
                facts.count_day[counts],
                facts.target_day[~self._other_target],
            ]
        )
        self.axis: Ints = np.unique(days)
        self._splits = self._split_edges()
        self._lay_out_counts(counts)
        self._on_top = self._increments_only(added) if added and added.unit.size else None
        self._lay_out_targets(~self._other_target)
        self._turn_at = np.searchsorted(self.axis, np.array(lineage.turns, dtype=np.int64)).tolist()
        self._own = _State(self._count, self._reported, self._target, self._known)
        roots = [number for number in range(len(lineage.nodes)) if number not in lineage.born]
        self._fill(roots)
        self._brought: list[_State] = []
        for turn, position in enumerate(self._turn_at):
            self._begin(turn, position)
        for turn in reversed(range(len(self._turn_at))):
            self._first_holds_for_parts(turn)
        for turn in range(len(self._turn_at)):
            self._rest_follows(turn)

    def _split_edges(self) -> list[dict[int, list[Edge]]]:
        """Return, for each turn, the edges of each unit that ends, in the order of its successors' codes."""
        found = []
        for turn in self.lineage.turns:
            by_old: dict[int, list[Edge]] = defaultdict(list)
            for edge in self.lineage.at(turn):
                by_old[edge.old].append(edge)
            found.append(by_old)
        return found

    def _nodes(self, unit: Ints, day: Ints) -> Ints:
        """Return the node each fact belongs to; −1 for one that belongs to nobody."""
        codes, lineage = self.facts.unit_codes, self.lineage
        if not unit.size:
            return unit
        pairs, back = np.unique(np.stack([unit, day]), axis=1, return_inverse=True)
        found = [lineage.owner(codes[number], one) for number, one in zip(*pairs.tolist(), strict=True)]
        return np.array(found, dtype=np.int64)[back.reshape(-1)]

    def _lay_out_counts(self, chosen: Flags) -> None:
        facts = self.facts
        shape = (len(self.lineage.nodes), max(len(facts.category_ids), 1), len(self.axis))
        self._count, self._reported = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.bool_)
        node = self._nodes(facts.count_unit[chosen], facts.count_day[chosen])
        keep = node >= 0
        position = np.searchsorted(self.axis, facts.count_day[chosen])
        place = node[keep], facts.count_category[chosen][keep], position[keep]
        self._count[place] = facts.count[chosen][keep]
        self._reported[place] = True

    def _increments_only(self, added: Added) -> Flags:
        """Return where nothing but increments was reported of a unit since its beginning (as counts are laid out)."""
        kin = np.array([code in self.lineage for code in self.facts.unit_codes])[added.unit]
        node = self._nodes(added.unit[kin], added.day[kin])
        keep = node >= 0
        increment = np.zeros_like(self._reported)
        position = np.searchsorted(self.axis, added.day[kin])
        increment[node[keep], added.category[kin][keep], position[keep]] = True
        whole: Flags = np.logical_or.accumulate(self._reported & ~increment, axis=2)
        return self._reported & ~whole

    def _lay_out_targets(self, chosen: Flags) -> None:
        """Let each version hold from its day, a follower's at the earliest from its beginning."""
        facts, lineage = self.facts, self.lineage
        self._target, self._known = np.zeros_like(self._count), np.zeros_like(self._reported)
        versions = sorted(
            zip(
                facts.target_day[chosen].tolist(),
                facts.target_unit[chosen].tolist(),
                facts.target_category[chosen].tolist(),
                facts.target[chosen].tolist(),
                strict=True,
            )
        )
        for day, unit, category, due in versions:
            node = lineage.node(facts.unit_codes[unit], day)
            since = max(day, lineage.nodes[node].first) if node in lineage.born else day
            position = int(np.searchsorted(self.axis, since))
            self._target[node, category, position], self._known[node, category, position] = due, True

    def _fill(self, nodes: list[int], since: int = 0, base: _State | None = None) -> None:
        """Carry the values of some nodes forward from a position; `base`: what they begin with (last axis 1)."""
        everywhere = np.ones((len(nodes), self._count.shape[1]), dtype=np.bool_)
        for value, own, first, has in (
            (self._own.count, self._own.reported, base.count if base else None, everywhere),
            (
                self._own.target,
                self._own.known,
                base.target if base else None,
                base.known[:, :, 0] if base else everywhere,
            ),
        ):
            marks, values = own[nodes, :, since:], value[nodes, :, since:]
            if first is not None:
                begin = ~marks[:, :, 0] & has
                values[:, :, 0] = np.where(begin, first[:, :, 0], values[:, :, 0])
                marks[:, :, 0] |= begin
            source = np.where(marks, np.arange(marks.shape[2]), -1)
            np.maximum.accumulate(source, axis=2, out=source)
            filled: Ints = np.where(source >= 0, np.take_along_axis(values, np.maximum(source, 0), axis=2), 0)
            if own is self._own.known:
                self._first_holds_before(filled, source, marks)
                own[nodes, :, since:] = source >= 0
            value[nodes, :, since:] = filled

    @staticmethod
    def _first_holds_before(filled: Ints, source: Ints, marks: Flags) -> None:
        """Let the first version of a target hold from the beginning of the unit."""
        first = np.expand_dims(np.argmax(marks, axis=2), 2)
        missing = (source < 0) & np.any(marks, axis=2, keepdims=True)
        np.copyto(filled, np.take_along_axis(filled, first, axis=2), where=missing)
        source[missing] = 0

    def _begin(self, turn: int, position: int) -> None:
        """Let the units that begin on a turn stand on what the ended ones had the evening before."""
        brought = self._flows(turn, self._own.part(position - 1, position))
        self._brought.append(brought)
        edges = self.lineage.at(self.lineage.turns[turn])
        new = sorted({edge.new for edge in edges})
        base = self._own.part(position, position + 1).rows(list(range(len(self.lineage.nodes))))
        base.put([edge.new for edge in edges], brought)
        if self._on_top is not None:
            more = np.where(self._on_top[new, :, position:], base.count[new], 0)
            self._own.count[new, :, position:] += more
        self._fill(new, position, base.rows(new))

    def _first_holds_for_parts(self, turn: int) -> None:
        """Where nobody a unit is made of ever had a target, let its first hold before it, split by their counts."""
        edges, position, brought = self.lineage.at(self.lineage.turns[turn]), self._turn_at[turn], self._brought[turn]
        by_new: dict[int, list[int]] = defaultdict(list)
        for place, edge in enumerate(edges):
            by_new[edge.new].append(place)
        for new, places in by_new.items():
            lacking = self._own.known[new, :, position] & ~brought.known[places, :, 0].any(axis=0)
            if lacking.any():
                parts = apportion(self._own.target[new, :, position], brought.count[places, :, 0])
                for place, part in zip(places, parts, strict=True):
                    old = edges[place].old
                    since = int(np.searchsorted(self.axis, self.lineage.nodes[old].first))
                    self._own.target[old, :, since:position] += np.where(lacking, part, 0)[:, None]
                    self._own.known[old, :, since:position] |= lacking[:, None]

    def _rest_follows(self, turn: int) -> None:
        """Let units without a target of their own stand on one that has come to hold before them."""
        position, edges = self._turn_at[turn], self.lineage.at(self.lineage.turns[turn])
        brought = self._brought[turn] = self._flows(turn, self._own.part(position - 1, position))
        base = self._own.part(position, position + 1).rows(list(range(len(self.lineage.nodes))))
        base.put([edge.new for edge in edges], brought)
        for new in {edge.new for edge in edges}:
            missing = base.known[new] & ~self._own.known[new, :, position:]
            self._own.target[new, :, position:] += np.where(missing, base.target[new], 0)
            self._own.known[new, :, position:] |= missing

    def _flows(self, turn: int, state: _State) -> _State:
        """Return what each edge of a turn carries (edge × category × position): shares of what the old units have."""
        edges = self.lineage.at(self.lineage.turns[turn])
        old = [edge.old for edge in edges]
        flow = state.rows(old)
        number = {edge: place for place, edge in enumerate(edges)}
        for parts in self._splits[turn].values():
            if len(parts) > 1:
                places = [number[edge] for edge in parts]
                scale = lcm(*(edge.share.denominator for edge in parts))
                shares = np.array([int(edge.share * scale) for edge in parts], dtype=np.int64)[:, None, None]
                flow.count[places] = apportion(state.count[parts[0].old], shares)
                flow.target[places] = apportion(state.target[parts[0].old], shares)
        return flow

    def _forward(self, turn: int, state: _State) -> _State:
        edges = self.lineage.at(self.lineage.turns[turn])
        state.put([edge.new for edge in edges], self._flows(turn, state))
        return state

    def _backward(self, turn: int, state: _State) -> _State:
        edges = self.lineage.at(self.lineage.turns[turn])
        by_new: dict[int, list[int]] = defaultdict(list)
        for place, edge in enumerate(edges):
            by_new[edge.new].append(place)
        brought = self._brought[turn]
        split = state.rows([edge.new for edge in edges])
        for new, places in by_new.items():
            if len(places) > 1:
                had, due, known = brought.count[places], brought.target[places], brought.known[places]
                split.count[places] = _spread(state.count[new], had, due)
                split.target[places] = apportion(state.target[new], _due_weights(had, due, known))
                split.known[places] &= known | ~known.any(axis=0)
        state.put([edge.old for edge in edges], split)
        return state

    def seen_by(self, tree: Tree, day: int) -> Facts:
        """Return the facts by the units of `tree`, which is that of `day` (ordinal)."""
        wanted, lineage = self.lineage.epoch(day), self.lineage
        bounds = [0, *self._turn_at, len(self.axis)]
        blocks = []
        for epoch, (low, high) in enumerate(zip(bounds, bounds[1:], strict=False)):
            state = self._own.part(low, high).rows(list(range(len(lineage.nodes))))
            for turn in range(epoch, wanted):
                state = self._forward(turn, state)
            for turn in reversed(range(wanted, epoch)):
                state = self._backward(turn, state)
            blocks.append(state)
        codes = [code for code in tree.leaves if code in lineage]
        nodes = [lineage.node(code, day) for code in codes]
        count, reported, target, known = (
            np.concatenate([getattr(block, name)[nodes] for block in blocks], axis=2)
            for name in ("count", "reported", "target", "known")
        )
        changed = known.copy()
        changed[:, :, 1:] &= ~known[:, :, :-1] | (target[:, :, 1:] != target[:, :, :-1])
        return self._as_facts(codes, (count, reported), (target, changed))

    def _as_facts(self, codes: list[str], counts: tuple[Ints, Flags], targets: tuple[Ints, Flags]) -> Facts:
        facts = self.facts
        numbers = {code: number for number, code in enumerate(facts.unit_codes)}
        for code in codes:
            numbers.setdefault(code, len(numbers))
        unit = np.array([numbers[code] for code in codes], dtype=np.int64)
        arrays = {}
        for name, (value, marked), other in (
            ("count", counts, self._other_count),
            ("target", targets, self._other_target),
        ):
            row, category, position = np.nonzero(marked)
            for field, more in (
                (f"{name}_unit", unit[row]),
                (f"{name}_category", category),
                (f"{name}_day", self.axis[position]),
                (name, value[row, category, position]),
            ):
                arrays[field] = np.concatenate([getattr(facts, field)[other], more])
        return Facts(list(numbers), facts.category_ids, **arrays)


def _spread(total: Ints, had: Ints, due: Ints) -> Ints:
    """Return a merged unit's count by who it is made of (part × category × position).

    What each brought stays with it; what came since goes by what each lacked of its target (nobody lacked any: by what
    each brought). A count below what was brought goes by what each brought.
    """
    brought = had.sum(axis=0)
    lacked = np.maximum(due - had, 0)
    weights = np.where(lacked.sum(axis=0) > 0, lacked, had)
    grown = had + apportion(np.maximum(total - brought, 0), weights)
    shrunk = apportion(total, had)
    spread: Ints = np.where(total >= brought, grown, shrunk)
    return spread


def _due_weights(had: Ints, due: Ints, known: Flags) -> Ints:
    """Return what a merged unit's target is split by: its parts' targets; where none has one, their counts."""
    weights = np.where(known, due, 0)
    weights = np.where((weights.sum(axis=0) == 0) & known.any(axis=0), known.astype(np.int64), weights)
    found: Ints = np.where(known.any(axis=0), weights, had)
    return found


def misdated(facts: Facts, registry: Registry, lineage: Lineage, as_of: date) -> list[tuple[str, str, date, int]]:
    """Return (unit, category, day, count) of counts up to a day whose code meant no unit of the campaign on theirs."""
    columns = (facts.count_unit, facts.count_category, facts.count_day, facts.count)
    found = []
    for unit, category, ordinal, count in zip(*(column.tolist() for column in columns), strict=True):
        code, day = facts.unit_codes[unit], date.fromordinal(ordinal)
        if code in lineage and day <= as_of and code not in registry.on(day):
            found.append((code, facts.category_ids[category], day, count))
    return found
