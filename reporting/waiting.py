"""Waiting: the held and rejected rows a person still has to decide on, apart from those overtaken by a later report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from campaign.configuration import Campaign
from campaign.units import Tree
from campaign.values import Unreadable, read_day
from reporting.figures import Figures
from warehouse.reader import Refusal

Key = tuple[str, str, str, date]


@dataclass(frozen=True)
class Waiting:
    """Rows that wait, the latest first: `open` ones, and `replaced` ones, whose key got a valid report afterwards."""

    open: tuple[Refusal, ...] = ()
    replaced: tuple[Refusal, ...] = ()

    def within(self, codes: frozenset[str], tree: Tree) -> Waiting:
        """Return the rows that name one of some units."""

        def inside(rows: tuple[Refusal, ...]) -> tuple[Refusal, ...]:
            return tuple(row for row in rows if unit_of(row, tree) in codes)

        return Waiting(inside(self.open), inside(self.replaced))


def waiting(figures: Figures, as_of: date) -> Waiting:
    """Return what waits for a person; `as_of` chooses the tree of units by which it may be seen."""
    rows, tree = figures.refusals(as_of), figures.tree(as_of)
    keys = [key_of(row, figures.campaign, tree) for row in rows]
    known = [key for key in keys if key]
    last = figures.reader.last_received({key[0] for key in known}, {key[3] for key in known})
    late = [
        key is not None and key in last and last[key] > row.received_at for row, key in zip(rows, keys, strict=True)
    ]
    return Waiting(
        tuple(row for row, overtaken in zip(rows, late, strict=True) if not overtaken),
        tuple(row for row, overtaken in zip(rows, late, strict=True) if overtaken),
    )


def unit_of(row: Refusal, tree: Tree) -> str | None:
    """Return the unit a row is about: as it was read, else by the code it carries; None when neither is known."""
    said = str(row.content.get("unit_code") or "").strip()
    return row.unit_code or (said if said in tree else None)


def key_of(row: Refusal, campaign: Campaign, tree: Tree) -> Key | None:
    """Return (unit, category, stage, day) of a row, as far as it could be read or says it plainly; else None."""
    unit = unit_of(row, tree)
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
