"""Explanations taken in: a sentence and a name about a stated total that is not our sum, judged and put on record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from campaign.access import Right
from campaign.decisions import Outcome, Refusal
from campaign.explanations import Explanation, read_explanation
from campaign.judging import Judge
from campaign.rows import Reason
from etl.bounds import permitted
from etl.envelope import Envelope
from warehouse.explanations import ExplanationRow
from warehouse.writer import utc


def explain(
    content: Mapping[str, Any],
    place: tuple[str, int],
    envelope: Envelope,
    moment: datetime,
    day: date,
    judge: Judge,
    before: Sequence[ExplanationRow],
) -> tuple[Outcome, str, ExplanationRow | None]:
    """Judge one explanation; return what became of it, the word for why not, and its row (None: it is unreadable).

    `place`: (load, number in it). `moment`: when it was taken in (UTC), `day` the local day of that. `before`: what has
    been said so far, the latest first.
    """
    said = read_explanation(content)
    if said is None:
        return Outcome.REFUSED, Refusal.UNREADABLE.value, None
    signed = envelope.signature or said.by
    refusal = _refusal(said, signed, envelope, judge, day)
    outcome = Outcome.TAKEN
    if refusal:
        outcome = Outcome.REFUSED
    elif any(_same(one, said, signed) for one in _latest(before, said)):
        outcome = Outcome.UNCHANGED
    key = said.key
    row = ExplanationRow(
        *place, utc(moment), utc(envelope.at), envelope.sender.id, signed, said.why,
        key.unit_code, key.category, key.stage, key.measure, key.as_of, said.stated, said.summed,
        outcome.value, refusal,
    )  # fmt: skip
    return outcome, refusal, row


def _refusal(said: Explanation, signed: str, envelope: Envelope, judge: Judge, day: date) -> str:
    """Return the word for why an explanation is refused; empty when it is not."""
    unit, scope = said.key.unit_code, envelope.scope(Right.EXPLAIN)
    checks: tuple[tuple[bool, Refusal | Reason], ...] = (
        (not said.why, Refusal.NO_REASON),
        (not signed, Refusal.UNSIGNED),
        (unit not in judge.reader.registry.codes, Reason.UNKNOWN_UNIT),
        (not permitted(scope, judge, unit, day, said.key.as_of), Refusal.OUTSIDE_SCOPE),
        (said.stated == said.summed, Refusal.NO_DIFFERENCE),
    )
    return next((why.value for fails, why in checks if fails), "")


def _latest(before: Sequence[ExplanationRow], said: Explanation) -> list[ExplanationRow]:
    """Return the last explanation taken of the same total; none: an empty list."""
    return [one for one in before if one.key == said.key and one.outcome == Outcome.TAKEN][:1]


def _same(one: ExplanationRow, said: Explanation, signed: str) -> bool:
    return (one.stated, one.summed, one.why, one.signed) == (said.stated, said.summed, said.why, signed)
