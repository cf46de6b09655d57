"""Bounds: the units that a sender does not speak for, kept out of what he hands in."""

from __future__ import annotations

from datetime import date

from campaign.access import Right
from campaign.judging import Judge, Reading
from campaign.rows import Fate, Reason, Verdict
from campaign.scope import Scope
from etl.envelope import Envelope


def permitted(scope: Scope, judge: Judge, unit: str, day: date, as_of: date | None = None) -> bool:
    """Tell whether a unit lies within a scope, as the units stood on a day.

    `as_of`: the day that is spoken of. A unit of that day is his to whom all belongs that it has become since; a code
    that meant another unit then opens nothing.
    """
    registry, kin = judge.reader.registry, judge.lineage
    seen = scope.codes(registry.on(day))
    if seen is None:
        return True
    if kin is None or as_of is None:
        return unit in seen
    then = registry.on(as_of)
    if unit in then and not then.is_leaf(unit):
        return unit in seen and kin.same_unit(unit, as_of, day)
    return kin.met(unit, then, day) <= seen


def within_scope(envelope: Envelope | None, judge: Judge, reading: Reading, received_on: date) -> Reading:
    """Return what a file says without the rows about units that its sender does not speak for: those are refused."""
    scope = envelope.scope(Right.SUBMIT) if envelope is not None else None
    if scope is None or scope.units is None:
        return reading
    inside, refused = [], list(reading.refused)
    for claim in reading.claims:
        unit = claim.series.unit_code
        if permitted(scope, judge, unit, received_on, claim.as_of):
            inside.append(claim)
        else:
            refused.append(Verdict(claim.number, Fate.REJECTED, Reason.OUTSIDE_SCOPE, None, "unit_code", unit))
    return Reading(inside, refused)
