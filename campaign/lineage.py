"""Lineage: who follows whom when units merge, split, or a code is given to another unit.

A code may stand for several units in turn: 04375 was a town, then the commune that took it in. Each is a node here,
a code and the days it means that unit; an edge leads from a node that ends to each one that follows it, with the share
of its counts and targets that goes there. docs/units.md says it with examples.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache, cached_property
from math import lcm

from campaign.calendar import ONE_DAY
from campaign.errors import ConfigError
from campaign.sections import Excused
from campaign.units import Registry, Tree, Unit

FINEST_SHARE = 10**9  # a count times this still fits 64 bits
_WANTED = "a code, or codes with shares that add up to 1: 00001:0.6 00002:0.4"


@dataclass(frozen=True, slots=True)
class Node:
    """One unit for as long as it is one: its code, and the first day (ordinal; 0: from the beginning)."""

    code: str
    first: int


@dataclass(frozen=True, slots=True)
class Edge:
    """On `turn` (ordinal), `share` of what node `old` counted goes to node `new`."""

    turn: int
    old: int
    new: int
    share: Fraction


def successors(row: Unit, where: str) -> dict[str, Fraction]:
    """Return {code: share} of a row's successors, empty when it names none; ConfigError names the row."""
    found: dict[str, Fraction] = {}
    parts = (row.successor or "").replace(";", " ").split()
    at = f"{where}, unit {row.code}: successor"
    for part in parts:
        code, colon, share = part.partition(":")
        try:
            value = _share(share) if colon else Fraction(1)
        except (ValueError, ZeroDivisionError):
            raise ConfigError(at, f"found {part!r}", _WANTED) from None
        if value <= 0 or code in found:
            raise ConfigError(at, f"found {row.successor!r}", _WANTED)
        found[code] = value
    if found and sum(found.values()) != 1:
        raise ConfigError(at, f"the shares of {row.successor!r} add up to {sum(found.values())}", _WANTED)
    if lcm(*(share.denominator for share in found.values())) > FINEST_SHARE:
        raise ConfigError(at, f"found {row.successor!r}", "shares of at most nine decimals")
    return found


def _share(written: str) -> Fraction:
    """Return a share; ValueError for an exponent, too: 1e999999999 would be a number of a billion digits."""
    if "e" in written.lower():
        raise ValueError(written)
    return Fraction(written)


class Lineage:
    """Every unit of a registry that follows another or is followed by one; the others need no lineage."""

    def __init__(self, registry: Registry) -> None:
        """Read the successors; raises ConfigError where one is not a unit on the day after, or is no leaf."""
        self._registry = registry
        self._on = cache(registry.on)  # asked for every row of a merger
        self._rows: dict[str, list[Unit]] = defaultdict(list)
        for row in sorted(registry.rows, key=lambda one: one.valid_from or date.min):
            self._rows[row.code].append(row)
        named = [(row, successors(row, registry.where)) for row in registry.rows if row.successor]
        cuts: dict[str, set[int]] = defaultdict(set)
        for row, shares in named:
            turn = self._turn(row, shares)
            for code in shares:
                if code != row.code:
                    cuts[code].add(turn)
            if shares != {row.code: 1}:
                cuts[row.code].add(turn)
        self.nodes: list[Node] = []
        self._of: dict[str, list[int]] = {}
        for code in sorted(cuts):
            self._cut(code, cuts[code])
        self.edges: list[Edge] = []
        for row, shares in named:
            self._lead(row, shares)
        for code, turns in cuts.items():
            for turn in turns:
                self._lead_on(code, turn)
        self.edges.sort(key=lambda one: (one.turn, one.new, one.old))
        self.turns = sorted({edge.turn for edge in self.edges})

    def _turn(self, row: Unit, shares: dict[str, Fraction]) -> int:
        at = f"{self._registry.where}, unit {row.code}: successor"
        if row.valid_to is None or row.valid_to == date.max:
            raise ConfigError(at, f"names {row.successor!r}, but the row has no valid_to", "its last day")
        day = row.valid_to + ONE_DAY
        for code in shares:
            if not any(one.valid_on(day) for one in self._rows.get(code, ())):
                raise ConfigError(at, f"names {code!r}, which is no unit on {day}", "a unit valid on that day")
        return day.toordinal()

    def _cut(self, code: str, turns: set[int]) -> None:
        """Make the nodes of a code: one from its beginning, and one from each turn within its days."""
        begin = self._rows[code][0].valid_from
        first = begin.toordinal() if begin else 0
        last = max((row.valid_to or date.max).toordinal() for row in self._rows[code])
        starts = [first, *sorted(turn for turn in turns if first < turn <= last)]
        self._of[code] = list(range(len(self.nodes), len(self.nodes) + len(starts)))
        self.nodes += [Node(code, start) for start in starts]

    def _lead(self, row: Unit, shares: dict[str, Fraction]) -> None:
        if row.valid_to is None or shares == {row.code: 1}:
            return
        day = row.valid_to + ONE_DAY
        if not self._on(row.valid_to).is_leaf(row.code):
            return  # only leaves carry counts
        for code, share in shares.items():
            if not self._on(day).is_leaf(code):
                raise ConfigError(
                    f"{self._registry.where}, unit {row.code}: successor",
                    f"names {code!r}, which has units below it on {day}",
                    "a unit that reports itself",
                )
            old, new = self.node(row.code, day.toordinal() - 1), self.node(code, day.toordinal())
            self.edges.append(Edge(day.toordinal(), old, new, share))

    def _lead_on(self, code: str, turn: int) -> None:
        """Let a unit that takes others in go on into the merged one, unless its row names other successors."""
        eve, day = date.fromordinal(turn) - ONE_DAY, date.fromordinal(turn)
        row = next((one for one in self._rows[code] if one.valid_on(eve)), None)
        goes_on = any(one.valid_on(day) for one in self._rows[code])
        if row is None or not goes_on or not self._on(eve).is_leaf(code):
            return
        if row.valid_to == eve and row.successor and successors(row, "") != {code: 1}:
            return
        self.edges.append(Edge(turn, self.node(code, turn - 1), self.node(code, turn), Fraction(1)))

    def __contains__(self, code: object) -> bool:
        """Tell whether a code has a lineage."""
        return code in self._of

    def node(self, code: str, day: int) -> int:
        """Return the node a code means on a day (ordinal); before its first day the first, after its last the last."""
        numbers = self._of[code]
        starts = [self.nodes[number].first for number in numbers]
        return numbers[max(bisect_right(starts, day) - 1, 0)]

    def owner(self, code: str, day: int) -> int:
        """Return the node that a count of a day (ordinal) belongs to; −1: nobody's, as no such unit was there then."""
        node = self.node(code, day)
        early = day < self.nodes[node].first and node in self.born
        return -1 if early or day >= self._end.get(node, day + 1) else node

    def epoch(self, day: int) -> int:
        """Return how many turns lie on or before a day (ordinal)."""
        return bisect_right(self.turns, day)

    def one_count(self, code: str, day: date, other: date) -> bool:
        """Tell whether the counts of a code for two days belong to one unit."""
        return code not in self._of or self.owner(code, day.toordinal()) == self.owner(code, other.toordinal())

    def same_unit(self, code: str, day: date, other: date) -> bool:
        """Tell whether a code means the same unit on two days."""
        return code not in self._of or self.node(code, day.toordinal()) == self.node(code, other.toordinal())

    @cached_property
    def born(self) -> frozenset[int]:
        """Return the nodes that follow others."""
        return frozenset(edge.new for edge in self.edges)

    @cached_property
    def _end(self) -> dict[int, int]:
        """Return the first day (ordinal) on which others follow, of the nodes that others follow."""
        return {edge.old: edge.turn for edge in self.edges}

    def at(self, turn: int) -> list[Edge]:
        """Return the edges of one turn."""
        return [edge for edge in self.edges if edge.turn == turn]

    @cached_property
    def _kin(self) -> dict[int, set[int]]:
        kin: dict[int, set[int]] = {number: set() for number in range(len(self.nodes))}
        for edge in self.edges:
            kin[edge.old].add(edge.new)
            kin[edge.new].add(edge.old)
        return kin

    def behind(self, codes: list[str], day: date) -> set[str]:
        """Return codes whose facts stand in the figures of some units of a day: their own, of any day, and kin's."""
        pending = [self.node(code, day.toordinal()) for code in codes if code in self]
        met = set(pending)
        while pending:
            near = self._kin[pending.pop()] - met
            met |= near
            pending += near
        return {*codes, *(self.nodes[number].code for number in met)}

    def met(self, code: str, tree: Tree, day: date) -> set[str]:
        """Return the units of a day whose counts stand in those of a unit of `tree`, or its in theirs."""
        if code not in self:
            return {code}
        here, there = self.epoch(tree.day.toordinal()), self.epoch(day.toordinal())
        nodes = {self.node(code, tree.day.toordinal())}
        for turn in reversed(range(there, here)):
            nodes = self._step(nodes, {(edge.new, edge.old) for edge in self.at(self.turns[turn])})
        for turn in range(here, there):
            nodes = self._step(nodes, {(edge.old, edge.new) for edge in self.at(self.turns[turn])})
        return {self.nodes[number].code for number in nodes}

    @staticmethod
    def _step(nodes: set[int], ways: set[tuple[int, int]]) -> set[int]:
        led = {near for near, _ in ways}
        return {far for near, far in ways if near in nodes} | (nodes - led)

    def excuses(self, excuses: tuple[Excused, ...], tree: Tree) -> tuple[Excused, ...]:
        """Return a campaign's excuses with the units of `tree` that they cover."""
        found = []
        for one in excuses:
            days = [one.first + ONE_DAY * number for number in range((one.last - one.first).days + 1)]
            units = self.excused(one.units, days, tree) if one.units is not None else None
            found.append(one.model_copy(update={"units": units}))
        return tuple(found)

    def excused(self, units: tuple[str, ...], days: list[date], tree: Tree) -> tuple[str, ...]:
        """Return the units of `tree` that an excuse covers which names units of other days.

        A leaf is excused when everyone it is made of (or is now part of) was. `days`: those of the excuse.
        """
        found = [unit for unit in units if unit in tree and self.same_unit(unit, days[0], tree.day)]
        covered: dict[date, set[str]] = defaultdict(set)
        for unit in units:
            then = next((one for one in map(self._on, days) if unit in one), None)
            if then is not None and then is not tree:
                covered[then.day] |= {code for code in then.subtree(unit) if then.is_leaf(code)}
        for day, leaves in covered.items():
            found += [code for code in tree.leaves if self.met(code, tree, day) <= leaves]
        return tuple(dict.fromkeys(found))


def lineage_of(registry: Registry) -> Lineage | None:
    """Return the lineage of a registry's units; None when no row names a successor."""
    if not any(row.successor for row in registry.rows):
        return None
    found = Lineage(registry)
    return found if found.edges else None
