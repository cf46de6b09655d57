"""Units and the tree they form on a day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

from campaign.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Unit:
    """One row of units.csv: a unit as it stood from valid_from to valid_to (both days included).

    `successor`: who follows it the day after valid_to, a code or codes with shares (campaign/lineage.py). Without one
    a later row of the same code is the same unit.
    """

    code: str
    name: str
    level: str
    parent_code: str | None = None
    kind: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    lat: float | None = None
    lon: float | None = None
    staff: int | None = None
    successor: str | None = None

    def valid_on(self, day: date) -> bool:
        """Tell whether this row describes the unit on `day`."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class Tree:
    """The units of one day. Leaves carry the work; everything above them is summed."""

    def __init__(self, units: list[Unit], where: str = "units") -> None:
        """Order the units parents first; refuse doubles, unknown parents and circles."""
        self.where = where
        self.day = date.min  # a day of this tree, when it is a registry's
        self._by_code: dict[str, Unit] = {}
        for unit in units:
            if unit.code in self._by_code:
                raise ConfigError(where, f"unit {unit.code} is listed twice", "one row a code and period was expected")
            self._by_code[unit.code] = unit
        self._children: dict[str, list[str]] = {code: [] for code in self._by_code}
        roots: list[str] = []
        for unit in units:
            if unit.parent_code is None:
                roots.append(unit.code)
            elif unit.parent_code in self._children:
                self._children[unit.parent_code].append(unit.code)
            else:
                raise ConfigError(
                    where,
                    f"unit {unit.code} names the parent {unit.parent_code!r}, which is not listed",
                    "list the parent too, or mend parent_code",
                )
        self.depth: dict[str, int] = {}
        self.codes: list[str] = []
        pending = [(code, 0) for code in reversed(roots)]
        while pending:
            code, depth = pending.pop()
            self.depth[code] = depth
            self.codes.append(code)
            pending += [(child, depth + 1) for child in reversed(self._children[code])]
        lost = [code for code in self._by_code if code not in self.depth]
        if lost:
            raise ConfigError(where, f"unit {lost[0]} is its own ancestor", "parent_code must lead up to a top unit")

    @property
    def units(self) -> list[Unit]:
        """Return every unit, each parent before its children."""
        return [self._by_code[code] for code in self.codes]

    def __contains__(self, code: object) -> bool:
        """Tell whether a code is in the tree."""
        return code in self._by_code

    def unit(self, code: str) -> Unit:
        """Return the unit with this code; KeyError when there is none."""
        return self._by_code[code]

    def children(self, code: str) -> list[str]:
        """Return the codes right below `code`, in file order."""
        return self._children[code]

    def is_leaf(self, code: str) -> bool:
        """Tell whether the unit carries work itself."""
        return not self._children[code]

    @cached_property
    def leaves(self) -> list[str]:
        """Return the codes of all leaves, in tree order."""
        return [code for code in self.codes if not self._children[code]]

    def ancestors(self, code: str) -> list[str]:
        """Return the codes above `code`, nearest first."""
        found = []
        parent = self._by_code[code].parent_code
        while parent is not None:
            found.append(parent)
            parent = self._by_code[parent].parent_code
        return found

    def subtree(self, code: str) -> list[str]:
        """Return `code` and every code below it, in tree order."""
        found, pending = [], [code]
        while pending:
            current = pending.pop()
            found.append(current)
            pending += reversed(self._children[current])
        return found

    @cached_property
    def levels(self) -> list[str]:
        """Return the campaign's level names, top first: by least depth, then greatest, then first appearance."""
        depths: dict[str, list[int]] = {}
        for code in self.codes:
            depths.setdefault(self._by_code[code].level, []).append(self.depth[code])
        return sorted(depths, key=lambda level: (min(depths[level]), max(depths[level])))

    @cached_property
    def tops(self) -> list[str]:
        """Return the codes of all top units."""
        return [code for code in self.codes if self._by_code[code].parent_code is None]

    def pruned(self, codes: Collection[str]) -> Tree:
        """Return the tree of whole subtrees, `codes`: nothing in it names another unit, and levels keep their order."""
        units = [unit for unit in self.units if unit.code in codes]
        found = Tree([_alone(unit, codes) for unit in units], self.where)
        found.day = self.day
        met = {unit.level for unit in units}
        found.levels = [level for level in self.levels if level in met]
        return found

    @property
    def top(self) -> Unit:
        """Return the first top unit."""
        return self._by_code[self.codes[0]]


def _alone(unit: Unit, codes: Collection[str]) -> Unit:
    """Return a unit that names nobody outside `codes`."""
    above = unit.parent_code if unit.parent_code in codes else None
    return replace(unit, parent_code=above, successor=None)


class Registry:
    """Every dated row of units.csv, and the tree of any day."""

    def __init__(self, rows: list[Unit], where: str = "units") -> None:
        """Keep the rows; each day's tree is checked when it is first asked for."""
        if not rows:
            raise ConfigError(where, "no unit is listed", "at least one row was expected")
        self.rows = rows
        self.where = where
        self.dated = any(row.valid_from or row.valid_to for row in rows)
        self._trees: dict[tuple[int, ...], Tree] = {}

    def on(self, day: date) -> Tree:
        """Return the tree of the rows valid on `day`; before the first or after the last, the nearest day's."""
        rows = self.rows
        if self.dated:
            starts = [row.valid_from for row in rows if row.valid_from]
            ends = [row.valid_to for row in rows if row.valid_to]
            valid = [index for index, row in enumerate(rows) if row.valid_on(day)]
            if not valid and starts and day < min(starts):
                valid = [index for index, row in enumerate(rows) if row.valid_on(min(starts))]
            elif not valid and ends and day > max(ends):
                valid = [index for index, row in enumerate(rows) if row.valid_on(max(ends))]
            key = tuple(valid)
        else:
            key = ()
        if key not in self._trees:
            chosen = [rows[index] for index in key] if self.dated else rows
            where = f"{self.where}, as of {day}" if self.dated else self.where
            if not chosen:
                raise ConfigError(where, "no unit is listed for that day", "mend valid_from or valid_to")
            self._trees[key] = Tree(chosen, where)
            self._trees[key].day = day
        return self._trees[key]

    @cached_property
    def turns(self) -> list[date]:
        """Return the days on which the tree may change: every valid_from, and the day after every valid_to."""
        begun = {row.valid_from for row in self.rows if row.valid_from}
        ended = {row.valid_to for row in self.rows if row.valid_to and row.valid_to < date.max}
        return sorted(begun | {day + timedelta(days=1) for day in ended})

    @cached_property
    def codes(self) -> set[str]:
        """Return every code of every day."""
        return {row.code for row in self.rows}
