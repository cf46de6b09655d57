"""Recognition for people: who is to be named among the units of a level, and the sentences that name them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from campaign.calendar import ONE_DAY
from campaign.credit import Run
from campaign.period import Period
from campaign.progress import UnitProgress
from campaign.recognition import (
    First,
    Improved,
    Size,
    Steadiest,
    first_finishers,
    longest_runs,
    most_improved,
    size_classes,
)
from reporting import numbers
from reporting.figures import Figures
from reporting.lens import of_all
from reporting.texts import named, text

LEAST = 2  # one unit alone is not compared
NAMED = 5  # more equals than these are counted, not named


@dataclass(frozen=True, slots=True)
class Recognised:
    """Who is to be named among `compared` units of one level; units that may not be seen are left out."""

    level: str
    compared: int
    first: First | None = None
    improved: tuple[Improved, ...] = ()
    steadiest: Steadiest | None = None

    @property
    def anybody(self) -> bool:
        """Tell whether there is anybody to name."""
        return bool(self.first or self.improved or self.steadiest)


class Recogniser:
    """Finds whom to name at the end of a day, of any level and below any unit, from one reading of the figures."""

    def __init__(self, figures: Figures, before: date, as_of: date) -> None:
        """Read the figures; `before`: the day at whose end the rise begins that is compared."""
        everyone = of_all(figures)
        self.figures, self.as_of, self.tree = figures, as_of, everyone.tree(as_of)
        self._rows = everyone.progress(as_of)
        credit = everyone.credit(as_of)
        self._rises, self._runs = credit.gained(before, as_of), credit.runs(as_of)
        self._own_class = {code: name for name, codes in figures.campaign.classes.items() for code in codes}

    def of(self, level: str, within: str | None = None) -> Recognised:
        """Return who is to be named among the units of a level (docs/emulation.md).

        `within`: compare only the units below this one. All of these are compared, whatever may be seen; then those
        that may be seen are named.
        """
        inside = frozenset(self.tree.codes if within is None else self.tree.subtree(within)) - {within}
        rows = [row for row in self._rows if row.level == level and row.code in inside and row.target]
        if len(rows) < LEAST:
            return Recognised(level, len(rows))
        codes = {row.code for row in rows}
        seen = self.figures.in_scope(codes, self.as_of)
        improved = most_improved({code: self._rises[code] for code in codes}, self._classes(rows))
        return Recognised(
            level,
            len(rows),
            _seen_first(first_finishers(rows), seen),
            _seen_improved(improved, seen),
            _seen_steadiest(longest_runs({code: self._runs[code] for code in codes}), seen),
        )

    def _classes(self, rows: Sequence[UnitProgress]) -> dict[str, str]:
        """Return the class of each unit: the one the configuration names, else its size among all others of these."""
        own = self._own_class
        sizes = size_classes({row.code: row.target or 0 for row in rows if row.code not in own})
        return {row.code: own[row.code] if row.code in own else sizes[row.code] for row in rows}

    def said(self, lang: str, tops: Sequence[str] | None = None) -> tuple[str, ...]:
        """Return the sentences that name whom a notice recognises, level by level from the lowest up.

        `tops`: the units the notice covers, one with all below it, or several with none below (left out: all).
        """
        alone = tops[0] if tops and len(tops) == 1 else None
        within = alone if alone is not None and self.tree.unit(alone).parent_code is not None else None
        found = [self.of(level, within) for level in reversed(self.tree.levels)]
        return tuple(sentence for one in found for sentence in sentences(self.figures, one, self.as_of, lang))


def _seen_first(found: First | None, seen: set[str]) -> First | None:
    codes = tuple(code for code in found.codes if code in seen) if found else ()
    return First(codes, found.on) if found and codes else None


def _seen_improved(found: Sequence[Improved], seen: set[str]) -> tuple[Improved, ...]:
    kept = (Improved(one.in_class, tuple(code for code in one.codes if code in seen), one.rise) for one in found)
    return tuple(one for one in kept if one.codes)


def _seen_steadiest(found: Steadiest | None, seen: set[str]) -> Steadiest | None:
    pairs = [pair for pair in zip(found.codes, found.runs, strict=True) if pair[0] in seen] if found else []
    if found is None or not pairs:
        return None
    return Steadiest(tuple(code for code, _ in pairs), found.days, tuple(run for _, run in pairs))


def recogniser(figures: Figures, period: Period, as_of: date) -> Recogniser:
    """Return who finds whom to name in a period's notices; the rise is that of the period up to `as_of`."""
    return Recogniser(figures, period.first - ONE_DAY, as_of)


def sentences(figures: Figures, found: Recognised, as_of: date, lang: str) -> list[str]:
    """Return what is to be said of the units of one level, a sentence each; [] when there is nobody to name."""
    level, said = named("levels", found.level, lang), []
    if found.first:
        said.append(text("recognised.first", lang, level=level, names=_names(figures, found.first.codes, as_of, lang),
                         on=found.first.on))  # fmt: skip
    said += [
        text(
            "recognised.improved" if one.in_class == Size.WHOLE else "recognised.improved.class",
            lang,
            level=level,
            size=class_title(one.in_class, lang),
            names=_names(figures, one.codes, as_of, lang),
            rise=points(one.rise, lang),
        )
        for one in found.improved
    ]
    if found.steadiest:
        names = _names(figures, found.steadiest.codes, as_of, lang)
        said.append(text("recognised.streak", lang, level=level, names=names, n=found.steadiest.days))
    return said


def class_title(name: str, lang: str) -> str:
    """Return what a class is called: a size in words, else the name the configuration gives it."""
    return named("size", name, lang)


def _names(figures: Figures, codes: Sequence[str], as_of: date, lang: str) -> str:
    """Return the units' names, in the order of the units; of many the first few and how many more."""
    tree = figures.tree(as_of)
    ordered = [tree.unit(code).name for code in tree.codes if code in set(codes)]
    if len(ordered) <= NAMED:
        return ", ".join(ordered)
    return text("recognised.more", lang, names=", ".join(ordered[:NAMED]), n=len(ordered) - NAMED)


def points(rise: Fraction, lang: str) -> str:
    """Return a rise of a share in percentage points, to one decimal: 12,5."""
    return numbers.decimal(rise * 100, 1, lang)


def run_days(run: Run, lang: str) -> str:
    """Return when a run was: 03/03–07/03."""
    return f"{numbers.day_short(run.first, lang)}–{numbers.day_short(run.last, lang)}"
