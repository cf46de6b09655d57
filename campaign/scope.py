"""Scope: what a reader may see. Everything by default; roles fill it in."""

from __future__ import annotations

from dataclasses import dataclass

from campaign.units import Tree


@dataclass(frozen=True)
class Scope:
    """Whole subtrees (`units`, None: all) of some campaigns (`campaigns`, None: all)."""

    units: frozenset[str] | None = None
    campaigns: frozenset[str] | None = None

    def allows_campaign(self, campaign: str) -> bool:
        """Tell whether anything of a campaign may be seen."""
        return self.campaigns is None or campaign in self.campaigns

    def codes(self, tree: Tree) -> frozenset[str] | None:
        """Return the codes of a tree that may be seen; None when all may."""
        if self.units is None:
            return None
        return frozenset(code for top in self.units if top in tree for code in tree.subtree(top))


EVERYTHING = Scope()
NOTHING = Scope(frozenset(), frozenset())
