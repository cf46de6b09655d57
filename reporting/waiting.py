"""Waiting: the held and rejected rows a person still has to decide on, apart from those overtaken by a later report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from campaign.configuration import Campaign
from campaign.names import NameBook
from campaign.rows import Reason
from campaign.units import Tree
from campaign.values import Unreadable, read_day
from reporting.figures import Figures
from warehouse.reader import Refusal

Key = tuple[str, str, str, date]
Place = tuple[str, str, int]
AFTER_THE_UNIT = (Reason.UNKNOWN_CATEGORY, Reason.UNKNOWN_STAGE, Reason.BAD_COUNT, Reason.NEGATIVE_COUNT)


@dataclass(frozen=True)
class Waiting:
    """Rows that wait, the latest first: `open` ones, and `replaced` ones, whose key got a valid report afterwards.

    `units`: the unit each row is about, by load, file and row number, where that is known.
    """

    open: tuple[Refusal, ...] = ()
    replaced: tuple[Refusal, ...] = ()
    units: Mapping[Place, str] = field(default_factory=dict)

    def within(self, codes: frozenset[str]) -> Waiting:
        """Return the rows that name one of some units."""

        def inside(rows: tuple[Refusal, ...]) -> tuple[Refusal, ...]:
            return tuple(row for row in rows if self.unit_of(row) in codes)

        return replace(self, open=inside(self.open), replaced=inside(self.replaced))

    def unit_of(self, row: Refusal) -> str | None:
        """Return the unit a row is about; None when that is not known."""
        return self.units.get(_place(row))


def waiting(figures: Figures, as_of: date) -> Waiting:
    """Return what waits for a person; `as_of` chooses the tree of units by which it may be seen."""
    rows, tree = figures.refusals(as_of), figures.tree(as_of)
    units = _units(rows, tree)
    keys = [key_of(row, figures.campaign, units.get(_place(row))) for row in rows]
    known = [key for key in keys if key]
    last = figures.reader.last_received({key[0] for key in known}, {key[3] for key in known})
    late = [
        key is not None and key in last and last[key] > row.received_at for row, key in zip(rows, keys, strict=True)
    ]
    return Waiting(
        tuple(row for row, overtaken in zip(rows, late, strict=True) if not overtaken),
        tuple(row for row, overtaken in zip(rows, late, strict=True) if overtaken),
        units,
    )


def _place(row: Refusal) -> Place:
    return row.batch, row.file, row.row_number


def _units(rows: Iterable[Refusal], tree: Tree) -> dict[Place, str]:
    finder = _Finder(tree)
    return {_place(row): code for row in rows if (code := finder.unit_of(row)) is not None}


class _Finder:
    """Finds the units that rows which were sent back are about."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    @cached_property
    def _book(self) -> NameBook:
        return NameBook(self._tree)

    def unit_of(self, row: Refusal) -> str | None:
        """Return the unit a row is about: as it was read, else by the code it carries, else by a name that was known.

        Whether a name is known was judged before the count; a row sent back for its name, or its day, is nobody's.
        """
        said = str(row.content.get("unit_code") or "").strip()
        if row.unit_code or said:
            return row.unit_code or (said if said in self._tree else None)
        if row.reason not in AFTER_THE_UNIT:
            return None
        name, above = (str(row.content.get(one) or "").strip() for one in ("unit_name", "parent_name"))
        fits = self._book.find(name, above) if name else []
        return fits[0] if len(fits) == 1 else None


def key_of(row: Refusal, campaign: Campaign, unit: str | None) -> Key | None:
    """Return (unit, category, stage, day) of a row about a unit, as far as it could be read or says it; else None."""
    category = row.category or _one_of(row.content.get("category"), campaign.category_ids)
    stage = row.stage or _one_of(row.content.get("stage"), campaign.stage_ids)
    try:
        day = read_day(row.content.get("as_of")) if row.as_of is None else row.as_of
    except Unreadable:
        return None
    return (unit, category, stage, day) if unit and category and stage else None


def _one_of(said: object, known: tuple[str, ...]) -> str | None:
    """Return what a cell says when it is known; the only one there is, when the cell says nothing."""
    word = str(said or "").strip()
    if not word:
        return known[0] if len(known) == 1 else None
    return word if word in known else None
