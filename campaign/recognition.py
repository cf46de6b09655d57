"""Recognition: who finished first, who improved most within a class, who kept the plan of the day longest.

Those who are equal are named together; the order in which units come makes no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from campaign.credit import Run
from campaign.progress import UnitProgress

SIZES = 3
LEAST_OF_SIZES = 9  # fewer units of a level than this are one class
SHORTEST_RUN = 2  # one day is no run


class Size(StrEnum):
    """A third of the units of a level, by target; WHOLE where there are too few to divide."""

    WHOLE = "whole"
    SMALL = "small"
    MIDDLE = "middle"
    LARGE = "large"


@dataclass(frozen=True, slots=True)
class First:
    """Who finished first, on the same day."""

    codes: tuple[str, ...]
    on: date


@dataclass(frozen=True, slots=True)
class Improved:
    """Whose covered share rose most among the units of a class; `rise` is a fraction of the target."""

    in_class: str
    codes: tuple[str, ...]
    rise: Fraction


@dataclass(frozen=True, slots=True)
class Steadiest:
    """Who met the plan of the day on most working days in a row; `runs`: when, for each of `codes`."""

    codes: tuple[str, ...]
    days: int
    runs: tuple[Run, ...]


def first_finishers(rows: Iterable[UnitProgress]) -> First | None:
    """Return the units of one level that finished first; None while nobody has."""
    found = [(row.finished_on, row.code) for row in rows if row.finished_on is not None]
    if not found:
        return None
    day = min(on for on, _ in found)
    return First(tuple(sorted(code for on, code in found if on == day)), day)


def size_classes(targets: Mapping[str, int]) -> dict[str, Size]:
    """Return the size class of each unit with work: the third of the level its target lies in.

    A unit's third is ⌊3 · (units of the level with a smaller target) / (units of the level)⌋, so units of one target
    are in one class. Fewer than nine units are one class. Units with nothing to do are left out.
    """
    due = {code: target for code, target in targets.items() if target > 0}
    if len(due) < LEAST_OF_SIZES:
        return dict.fromkeys(due, Size.WHOLE)
    ordered = sorted(due.values())
    smaller = {target: place for place, target in reversed(list(enumerate(ordered)))}
    sizes = (Size.SMALL, Size.MIDDLE, Size.LARGE)
    return {code: sizes[SIZES * smaller[target] // len(ordered)] for code, target in due.items()}


def most_improved(rises: Mapping[str, Fraction], classes: Mapping[str, str]) -> list[Improved]:
    """Return who improved most in each class, named classes first, then by size; none where nobody rose."""
    found, sizes = [], list(Size)
    for name in sorted(set(classes.values()), key=lambda one: (sizes.index(Size(one)) if one in sizes else -1, one)):
        inside = {code: rises[code] for code, one in classes.items() if one == name and code in rises}
        best = max(inside.values(), default=Fraction(0))
        if best > 0:
            found.append(Improved(name, tuple(sorted(code for code, rise in inside.items() if rise == best)), best))
    return found


def longest_runs(runs: Mapping[str, Run]) -> Steadiest | None:
    """Return who met the plan of the day on most working days in a row; None when nobody did on two."""
    most = max((run.length for run in runs.values()), default=0)
    if most < SHORTEST_RUN:
        return None
    codes = tuple(sorted(code for code, run in runs.items() if run.length == most))
    return Steadiest(codes, most, tuple(runs[code] for code in codes))
