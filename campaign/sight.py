"""Sight: which units of each day a scope opens; what its codes mean is settled on one day.

A scope names units by code, and a code may mean another unit on another day (docs/units.md). It means the unit that
bears it on the day of the sight. On a day of other units it opens

1. that very unit where it stands, with all that was below it then;
2. each leaf of which everything became part of units it opens on the day of the sight: who holds a merged unit sees
   what it was made of; who holds a part of a unit that was split does not see the whole of it;
3. each roll-up that is no unit of the day of the sight any more, where all below it is open.
"""

from __future__ import annotations

from datetime import date

from campaign.lineage import Lineage
from campaign.scope import Scope
from campaign.units import Registry, Tree


class Sight:
    """What one scope opens of one registry; `on`: the day on which its codes are read."""

    def __init__(self, scope: Scope, registry: Registry, lineage: Lineage | None, on: date) -> None:
        """Open nothing yet; each list of units is looked at once, when it is first asked for."""
        self.scope, self.on = scope, on
        self._registry, self._lineage = registry, lineage
        self._codes: dict[int, frozenset[str]] = {}
        self._trees: dict[int, Tree] = {}

    def codes(self, tree: Tree) -> frozenset[str] | None:
        """Return the codes of a tree that may be seen; None when all may."""
        if self.scope.units is None:
            return None
        if id(tree) not in self._codes:
            self._codes[id(tree)] = self._opened(tree, self.scope.units)
        return self._codes[id(tree)]

    def tree(self, tree: Tree) -> Tree:
        """Return what may be seen of a tree: the rest is not in it, and who stood below the rest stands at the top."""
        codes = self.codes(tree)
        if codes is None:
            return tree
        if id(tree) not in self._trees:
            self._trees[id(tree)] = tree.pruned(codes)
        return self._trees[id(tree)]

    def sees(self, code: str, day: date) -> bool:
        """Tell whether what was said of a code for a day may be seen; on a day it meant nothing, by its nearest day."""
        tree = self._registry.on(day)
        if code not in tree:
            near = self._nearest(code, day)
            if near is None:
                return self.scope.units is None
            tree = self._registry.on(near)
        codes = self.codes(tree)
        return codes is None or code in codes

    def _nearest(self, code: str, day: date) -> date | None:
        rows = [row for row in self._registry.rows if row.code == code]
        before = [row.valid_to for row in rows if row.valid_to is not None and row.valid_to < day]
        after = [row.valid_from for row in rows if row.valid_from is not None and row.valid_from > day]
        return max(before) if before else min(after, default=None)

    def _same(self, code: str, day: date) -> bool:
        return self._lineage is None or self._lineage.same_unit(code, day, self.on)

    def _opened(self, tree: Tree, units: frozenset[str]) -> frozenset[str]:
        found = {code for top in units if top in tree and self._same(top, tree.day) for code in tree.subtree(top)}
        today = self._registry.on(self.on)
        if tree is today:
            return frozenset(found)
        now = self.codes(today) or frozenset()
        found |= {leaf for leaf in tree.leaves if leaf not in found and self._became(leaf, tree) <= now}
        for code in reversed(tree.codes):
            goes_on = code in today and self._same(code, tree.day)
            if not tree.is_leaf(code) and not goes_on and found.issuperset(tree.children(code)):
                found.add(code)
        return frozenset(found)

    def _became(self, leaf: str, tree: Tree) -> set[str]:
        """Return the units of the day of the sight that a leaf is in, whole or in part, or is made of."""
        return {leaf} if self._lineage is None else self._lineage.met(leaf, tree, self.on)
