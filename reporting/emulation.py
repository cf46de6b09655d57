"""Emulation: the score (điểm thi đua) of every unit of a level, part by part, from the figures everybody sees."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from campaign.emulation import NOTHING, WHOLE, Part, Score, scores, share
from campaign.freshness import NOTHING as NO_REPORTS
from campaign.freshness import Past
from campaign.paperwork import Emulation
from campaign.progress import UnitProgress
from reporting.figures import Figures
from reporting.freshness import punctuality
from reporting.lens import of_all
from warehouse.quality import Sent


@dataclass(frozen=True, slots=True)
class Scored:
    """One unit: its figures and its score."""

    row: UnitProgress
    score: Score


def scored(
    figures: Figures,
    as_of: date,
    level: str,
    emulation: Emulation,
    *,
    closed: date | None = None,
    past: Sequence[Past] = (),
    configured: Collection[str] = (),
) -> list[Scored]:
    """Return the scores of the units of a level at the end of a day, the highest first (docs/emulation.md).

    Ranks are over all units of the level, whatever may be seen. `closed`: the latest day whose cut-off has passed (left
    out: `as_of`); nobody is late for a later one. `past`: the times in which a source failed, of those `configured`:
    what came late by that counts neither for nor against. UsageError when no unit has the level.
    """
    everyone = of_all(figures)
    rows = {row.code: row for row in everyone.progress(as_of, level=level)}
    parts = _parts(everyone, rows.values(), as_of, min(as_of, closed or as_of), past, configured)
    seen = figures.in_scope(rows, as_of)
    return [Scored(rows[one.code], one) for one in scores(parts, emulation.points) if one.code in seen]


def _parts(
    figures: Figures,
    rows: Iterable[UnitProgress],
    as_of: date,
    closed: date,
    past: Sequence[Past],
    configured: Collection[str],
) -> dict[str, Mapping[Part, Fraction] | None]:
    """Return the parts of each unit's score, 0 to 1; None for a unit with nothing to do or no target."""
    runs = figures.credit(as_of).runs(as_of)
    reports = punctuality(figures, None, closed, past=past, configured=configured, accepted=True).by_unit
    sent, tree = figures.reader.rows_sent(as_of), figures.tree(as_of)
    found: dict[str, Mapping[Part, Fraction] | None] = {}
    for row in rows:
        if not row.target or row.remaining is None:
            found[row.code] = None
            continue
        tally, run = reports.get(row.code, NO_REPORTS), runs[row.code]
        codes = figures.behind(tree.subtree(row.code), as_of)
        rows_sent = sum((sent[code] for code in codes if code in sent), Sent())
        found[row.code] = {
            Part.COMPLETION: 1 - Fraction(row.remaining, row.target),
            Part.ON_TIME: share(tally.on_time, tally.expected - tally.ours, without=WHOLE),
            Part.FINISHED_EARLY: _early(figures, row, as_of),
            Part.STREAK: share(run.length, run.worked, without=WHOLE),
            Part.DATA_QUALITY: share(rows_sent.well, rows_sent.well + rows_sent.badly, without=NOTHING),
        }
    return found


def _early(figures: Figures, row: UnitProgress, as_of: date) -> Fraction:
    """Return the share of a unit's plan that was still to come when it finished; 0 while it has not."""
    if row.finished_on is None or not row.target:
        return NOTHING
    due = [expected for day, expected in figures.plan(row.code, as_of=as_of) if day <= row.finished_on]
    return 1 - (due[-1] / row.target if due else NOTHING)
