"""Others: what somebody who may see a part may know of the rest, by `[access] others`; one place for every screen.

nothing  his own place, as it is among all, and no more
ranks    of the levels he has units of: every place, share and status, and how many there are; no name
totals   that, and the roll-ups above and beside his units with their names and totals
names    that, and every unit's name

No code of another's ever leaves this file: nobody is led to what he may not open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from campaign.access import Others
from campaign.configuration import ALL
from campaign.progress import Status, UnitProgress
from campaign.units import Tree
from reporting import numbers
from reporting.cells import Kind
from reporting.figures import Figures
from reporting.lens import of_all
from reporting.tables import Column, Table
from reporting.texts import named, text

_TENTHS = 1000  # of a percent: a share as exact as it is shown, and not as its counts are
NAMED = (Others.TOTALS, Others.NAMES)


@dataclass(frozen=True, slots=True)
class Known:
    """One unit as it may be known: `row` is his own, None another's; `name` is empty where it may not be told.

    `share`: done of target, to a tenth of a percent where it is another's. `done` and `target` stand with totals only.
    """

    rank: int | None
    share: Fraction | None
    status: Status
    name: str = ""
    row: UnitProgress | None = None
    done: int | None = None
    target: int | None = None


def peers(figures: Figures, row: UnitProgress) -> int | None:
    """Return how many units of a unit's level have a place; None where that may not be known."""
    if figures.is_part and figures.others is Others.NOTHING:
        return None
    everyone = of_all(figures).progress(row.as_of, level=row.level, category=row.category, stage=row.stage)
    return sum(one.rank is not None for one in everyone)


def board(
    figures: Figures, as_of: date, level: str, *, category: str = ALL, stage: str | None = None
) -> tuple[Known, ...]:
    """Return every place of a level, his own marked; empty where there is nobody else, or nothing may be known."""
    if not figures.is_part or figures.others is Others.NOTHING or level not in figures.tree(as_of).levels:
        return ()
    own = {row.code: row for row in figures.progress(as_of, level=level, category=category, stage=stage)}
    rows = of_all(figures).progress(as_of, level=level, category=category, stage=stage)
    if len(rows) == len(own):
        return ()
    told = _named(figures, as_of, rows)
    return tuple(_known(row, own.get(row.code), told) for row in rows)


def around(figures: Figures, as_of: date, *, category: str = ALL, stage: str | None = None) -> tuple[Known, ...]:
    """Return the roll-ups above and beside his units, with names and totals; empty where they may not be known."""
    if not figures.is_part or figures.others not in NAMED:
        return ()
    codes = _around(figures.map(as_of), figures.seen(as_of) or frozenset())
    rows = [row for row in of_all(figures).progress(as_of, category=category, stage=stage) if row.code in codes]
    return tuple(
        Known(row.rank, _rounded(row.completion), row.status, row.name, None, row.done, row.target) for row in rows
    )


def _around(whole: Tree, own: frozenset[str]) -> frozenset[str]:
    """Return the codes above what is his, and of the units beside these and it, those that are roll-ups."""
    tops = [code for code in own if whole.unit(code).parent_code not in own]
    above = {one for code in tops for one in whole.ancestors(code)}
    beside = {one for code in above for one in whole.children(code) if not whole.is_leaf(one)}
    return frozenset((above | beside) - own)


def _named(figures: Figures, as_of: date, rows: Sequence[UnitProgress]) -> frozenset[str]:
    if figures.others is Others.NAMES:
        return frozenset(row.code for row in rows)
    if figures.others is Others.TOTALS:
        return _around(figures.map(as_of), figures.seen(as_of) or frozenset())
    return frozenset()


def _known(row: UnitProgress, own: UnitProgress | None, told: frozenset[str]) -> Known:
    if own is not None:
        return Known(own.rank, own.completion, own.status, own.name, own)
    return Known(row.rank, _rounded(row.completion), row.status, row.name if row.code in told else "")


def _rounded(share: Fraction | None) -> Fraction | None:
    """Return a share as it is shown: what has begun stays begun, what is not finished stays below 1."""
    if share is None or share in (0, 1):
        return share
    found = Fraction(numbers.half_up(share, _TENTHS), _TENTHS)
    least = Fraction(1, 2 * _TENTHS)
    return least if found == 0 else 1 - least if found == 1 > share else found


def table(rows: Sequence[Known], level: str, as_of: date, lang: str) -> Table:
    """Return what is known of a level as a table to take home."""
    names = ("as_of", "rank", "name", "completion", "status")
    kinds = {"as_of": Kind.DATE, "rank": Kind.WHOLE, "completion": Kind.SHARE}
    columns = [Column(text(f"column.{name}.long", lang), kinds.get(name, Kind.TEXT)) for name in names]
    found = [
        (as_of, one.rank, one.name or text("others.unnamed", lang), one.share, named("status", one.status, lang))
        for one in rows
    ]
    return Table(f"{text('others.title', lang)} · {named('levels', level, lang)}", columns, found)
