"""Units that merge, split and hand on their codes: what docs/units.md says each of them has on a day, under any map."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from functools import cache
from pathlib import Path

from tests.oracle.figures import Figures
from tests.oracle.intake import Submission
from tests.oracle.setting import ONE_DAY, Key, Setting, Unit

Weights = list[Fraction]


@dataclass(frozen=True)
class DatedRow:
    """One row of units.csv."""

    place: int
    unit: Unit
    first: date
    last: date
    successors: tuple[tuple[str, Fraction], ...]


@dataclass(eq=False)
class Node:
    """A unit while its code means it: nobody joins it, leaves it or takes its code from `first` to `last`."""

    code: str
    place: int
    first: date
    last: date
    parts: list[tuple[Node, Fraction]] = field(default_factory=list)
    """who it is made of, and which share of each"""
    heirs: list[tuple[Node, Fraction]] = field(default_factory=list)


def read_rows(path: Path) -> list[DatedRow]:
    """Return the rows of a units.csv with dates."""
    rows = []
    with path.open(encoding="utf-8", newline="") as file:
        for place, cells in enumerate(csv.DictReader(file)):
            named = [one.partition(":") for one in cells["successor"].split()]
            rows.append(
                DatedRow(
                    place,
                    Unit(cells["code"], cells["name"], cells["level"], cells["parent_code"] or None),
                    date.fromisoformat(cells["valid_from"]) if cells["valid_from"] else date.min,
                    date.fromisoformat(cells["valid_to"]) if cells["valid_to"] else date.max,
                    tuple((code, Fraction(share or "1")) for code, _, share in named),
                )
            )
    return rows


def units_on(rows: list[DatedRow], day: date) -> dict[str, Unit]:
    """Return the units of a day, as listed."""
    return {row.unit.code: row.unit for row in rows if row.first <= day <= row.last}


def nodes_of(rows: list[DatedRow]) -> list[Node]:
    """Return every unit that a code ever meant, the parts linked to what was made of them."""
    begun = {(code, row.last + ONE_DAY) for row in rows for code, _ in row.successors}
    nodes: list[Node] = []
    for code in dict.fromkeys(row.unit.code for row in rows):
        own = sorted((row for row in rows if row.unit.code == code), key=lambda row: row.first)
        node: Node | None = None
        for before, row in zip([None, *own], own, strict=False):
            same = node is not None and before is not None and not before.successors
            if node is None or not same:
                node = Node(code, row.place, row.first, row.last)
                nodes.append(node)
            node.last = row.last
            for day in sorted(day for named, day in begun if named == code and row.first <= day <= row.last):
                if node.first < day:  # it takes others in
                    node.last = day - ONE_DAY
                    whole = Node(code, row.place, day, row.last, [(node, Fraction(1))])
                    node.heirs.append((whole, Fraction(1)))
                    nodes.append(whole)
                    node = whole
    for row in rows:
        for code, share in row.successors:
            part = next(one for one in nodes if one.code == row.unit.code and one.last == row.last)
            heir = next(one for one in nodes if one.code == code and one.first == row.last + ONE_DAY)
            part.heirs.append((heir, share))
            heir.parts.append((part, share))
    for node in nodes:
        node.parts.sort(key=lambda one: one[0].code)
        node.heirs.sort(key=lambda one: one[0].code)
    return nodes


def apportion(count: int, weights: Weights) -> list[int]:
    """Return a count in whole parts by weights: the largest remainders are rounded up, ties to the first."""
    whole = sum(weights)
    exact = [count * weight / whole for weight in weights]
    parts = [int(one) for one in exact]
    order = sorted(range(len(parts)), key=lambda number: (-(exact[number] - parts[number]), number))
    for number in order[: count - sum(parts)]:
        parts[number] += 1
    return parts


class DatedFigures(Figures):
    """Figures by the units of one day."""

    def __init__(
        self,
        setting: Setting,
        accepted: list[Submission],
        rows: list[DatedRow],
        day: date,
        *,
        category: str = "all",
        stage: str | None = None,
        known_at: datetime | None = None,
    ) -> None:
        super().__init__(setting, accepted, category=category, stage=stage, known_at=known_at)
        nodes = nodes_of(rows)
        self.nodes = {node.code: node for node in nodes if node.first <= day <= node.last}
        self.first_of_code = {code: min((n for n in nodes if n.code == code), key=lambda n: n.first)
                              for code in {n.code for n in nodes}}  # fmt: skip
        self._had = cache(self._had)  # type: ignore[method-assign]
        self._due = cache(self._due)  # type: ignore[method-assign]

    def target(self, leaf: str, category: str, day: date) -> int | None:
        return self._due(self.nodes[leaf], category, day)

    def done(self, leaf: str, category: str, day: date) -> int:
        return self._had(self.nodes[leaf], category, day)

    def last_as_of(self, unit: str, day: date) -> date | None:
        leaves = [self.nodes[leaf] for leaf in self.setting.leaves(unit)]
        told = [self._told(leaf, category, day) for leaf in leaves for category in self.view]
        return max((one for one in told if one), default=None)

    def _key(self, node: Node, category: str) -> Key:
        return (node.code, category, self.stage)

    def _reported(self, node: Node, category: str, day: date) -> list[date]:
        days = self.counts.get(self._key(node, category), {})
        return [at for at in days if node.first <= at <= min(day, node.last)]

    def _told(self, node: Node, category: str, day: date) -> date | None:
        """Return the last day of which a unit, or who stood for it, told anything."""
        if since := self._told_since(node, category, day):
            return since
        if own := self._reported(node, category, day):
            return max(own)
        told = [self._told(part, category, min(day, part.last)) for part, _ in node.parts]
        return max((one for one in told if one), default=None)

    def _told_since(self, node: Node, category: str, day: date) -> date | None:
        """Return the last day of which those told something who came after a unit."""
        heirs = [heir for heir, _ in node.heirs if heir.first <= day]
        told = [at for heir in heirs for at in self._reported(heir, category, day)]
        later = [at for heir in heirs if (at := self._told_since(heir, category, day))]
        return max([*told, *later], default=None)

    def _had(self, node: Node, category: str, day: date) -> int:  # type: ignore[no-redef]
        """Return what a unit has at the end of a day, be it before its first or after its last."""
        if day > node.last and node.heirs:
            return sum(self._back(heir, node, category, day) for heir, _ in node.heirs)
        if own := self._reported(node, category, day):
            return self.counts[self._key(node, category)][max(own)]
        return sum(self._piece(part, node, self._had(part, category, min(day, part.last))) for part, _ in node.parts)

    @staticmethod
    def _piece(part: Node, heir: Node, count: int) -> int:
        """Return what of a part's count goes to one of its heirs."""
        pieces = apportion(count, [share for _, share in part.heirs])
        return next(piece for piece, (one, _) in zip(pieces, part.heirs, strict=True) if one is heir)

    def _back(self, heir: Node, part: Node, category: str, day: date) -> int:
        """Return what of a later unit's count belongs to one that it was made of: an estimate."""
        whole = self._had(heir, category, day)
        eve = heir.first - ONE_DAY
        brought = [self._piece(one, heir, self._had(one, category, eve)) for one, _ in heir.parts]
        number = next(number for number, (one, _) in enumerate(heir.parts) if one is part)
        if whole < sum(brought):
            return apportion(whole, [Fraction(one) for one in brought])[number]
        due = [self._piece(one, heir, self._due(one, category, eve) or 0) for one, _ in heir.parts]
        lacked = [Fraction(max(t - b, 0)) for t, b in zip(due, brought, strict=True)]
        weights = next(
            (some for some in (lacked, [Fraction(one) for one in brought]) if any(some)),
            [Fraction(1)] * len(brought),
        )
        return brought[number] + apportion(whole - sum(brought), weights)[number]

    def _versions(self, node: Node, category: str) -> dict[date, int]:
        """Return the targets a unit states for itself: from which day, how many."""
        given = self.setting.targets.get(self._key(node, category), {})
        is_first = self.first_of_code[node.code] is node
        return {
            max(begun, node.first): due
            for begun, due in sorted(given.items())
            if node.first <= begun <= node.last or (is_first and begun < node.first)
        }

    def _due(self, node: Node, category: str, day: date) -> int | None:  # type: ignore[no-redef]
        if day > node.last and node.heirs:
            found = [self._due_back(heir, node, category, day) for heir, _ in node.heirs]
        else:
            versions = self._versions(node, category)
            begun = [first for first in versions if first <= day]
            if begun:
                return versions[max(begun)]
            if versions and not node.parts:
                return versions[min(versions)]
            parts = [(part, self._due(part, category, min(day, part.last))) for part, _ in node.parts]
            found = [None if due is None else self._piece(part, node, due) for part, due in parts]
        known = [one for one in found if one is not None]
        return sum(known) if known else None

    def _due_back(self, heir: Node, part: Node, category: str, day: date) -> int | None:
        """Return what of a later unit's target falls to one that it was made of, by the parts' own targets."""
        whole, eve = self._due(heir, category, day), heir.first - ONE_DAY
        if whole is None:
            return None
        own = [self._due(one, category, eve) for one, _ in heir.parts]
        pieces = [0 if due is None else self._piece(one, heir, due)
                  for (one, _), due in zip(heir.parts, own, strict=True)]  # fmt: skip
        number = next(number for number, (one, _) in enumerate(heir.parts) if one is part)
        weights = [Fraction(one) for one in pieces] if any(pieces) else [Fraction(1)] * len(pieces)
        return apportion(whole, weights)[number]
