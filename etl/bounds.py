"""Bounds: the units that a sender does not speak for, kept out of what he hands in."""

from __future__ import annotations

from datetime import date

from campaign.access import Right
from campaign.judging import Judge, Reading
from campaign.rows import Claim, Fate, Reason, Verdict
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
    """Return what a file says without what is not its sender's to say: those rows are refused.

    Rows about units that he does not speak for; and, unless he may state targets, rows with another one than stands.
    """
    scope = envelope.scope(Right.SUBMIT) if envelope is not None else None
    if envelope is None or scope is None or (scope.units is None and envelope.states_targets):
        return reading
    if not envelope.states_targets:
        judge.standing.need({claim.series for claim in reading.claims if claim.target is not None})
    inside, refused = [], list(reading.refused)
    for claim in reading.claims:
        unit = claim.series.unit_code
        if not permitted(scope, judge, unit, received_on, claim.as_of):
            refused.append(Verdict(claim.number, Fate.REJECTED, Reason.OUTSIDE_SCOPE, None, "unit_code", unit))
        elif not envelope.states_targets and _moves_target(claim, judge):
            found = str(claim.target)
            refused.append(Verdict(claim.number, Fate.REJECTED, Reason.OUTSIDE_SCOPE, None, "target", found))
        else:
            inside.append(claim)
    return Reading(inside, refused)


def _moves_target(claim: Claim, judge: Judge) -> bool:
    """Tell whether a row states another target than the one that stands; one that is only compared moves nothing."""
    return not (
        claim.target is None or claim.stated or claim.target == judge.standing.target(claim.series, claim.as_of)
    )
