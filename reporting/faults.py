"""Faults: what is wrong with a campaign's data, as a list a person can work through (`issues`)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from campaign.calendar import ONE_DAY
from campaign.freshness import Gap, Outage, cause_of, masked
from campaign.places import place_of
from campaign.progress import Status, UnitProgress
from campaign.reconciliation import Difference, explain
from campaign.rows import Measure
from reporting.figures import Figures
from reporting.freshness import Gaps, gaps
from reporting.told import told
from warehouse.reader import StatedTotal


class Kind(StrEnum):
    """The kinds of fault, the gravest first."""

    FAILING_CHECK = "failing_check"
    SOURCE_DOWN = "source_down"
    RECONCILIATION = "reconciliation"
    HELD = "held"
    REJECTED = "rejected"
    OVER_TARGET = "over_target"
    UNIT_NOT_VALID = "unit_not_valid"
    NO_TARGET = "no_target"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Issue:
    """One fault: where, what was found, what was expected, and the word for why (a text key's last part)."""

    kind: Kind
    reason: str
    unit_code: str | None = None
    unit_name: str | None = None
    category: str | None = None
    stage: str | None = None
    measure: str | None = None
    as_of: date | None = None
    found: str | None = None
    expected: str | None = None
    difference: int | None = None
    hint: str | None = None
    file: str | None = None
    row: int | str | None = None
    received_at: datetime | None = None


ISSUE_COLUMNS = tuple(Issue.__dataclass_fields__)


def issues(
    figures: Figures,
    as_of: date,
    failure: dict[str, Any] | None = None,
    outages: Sequence[Outage] = (),
    configured: Collection[str] = (),
) -> list[Issue]:
    """Return every fault known at the end of `as_of`, the gravest kinds first.

    `failure`: what the last run that published nothing said, if the last run failed. `outages`: the sources that fail
    now, of those `configured` for the campaign; a unit that one of them keeps silent is not called silent.
    """
    kept = gaps(figures, figures.progress(as_of), outages, configured)
    found = failing(failure)
    found += _source_down(figures, as_of, kept)
    found += reconciliation(figures, as_of)
    found += _refused(figures, as_of)
    found += _over_target(figures, as_of)
    found += _misdated(figures, as_of)
    found += _no_target(figures, as_of)
    found += _silent(figures, as_of, kept)
    return found


def in_words(one: Issue, lang: str) -> Issue:
    """Return a fault with what its source said in a language."""
    if one.kind is not Kind.SOURCE_DOWN or one.found is None:
        return one
    return replace(one, found=told(one.found, lang))


def failing(failure: dict[str, Any] | None) -> list[Issue]:
    """Return the check that kept the last run from publishing, if one did."""
    if not failure:
        return []
    where, found, expected = (str(failure.get(key, "")) for key in ("where", "found", "expected"))
    return [Issue(kind=Kind.FAILING_CHECK, reason=where, found=found, expected=expected)]


def reconciliation(figures: Figures, as_of: date) -> list[Issue]:
    """Return the stated totals that differ from ours, each compared on the day it was stated for, by its units."""
    found, figures = [], figures.under(None)
    for one in figures.stated_totals(as_of):
        difference = compare(figures, one)
        if difference is not None:
            name = _name(figures, one.unit_code, as_of)
            hint = _name(figures, difference.unit_code, as_of) if difference.unit_code else None
            found.append(
                Issue(
                    kind=Kind.RECONCILIATION,
                    reason=difference.cause.value,
                    unit_code=one.unit_code,
                    unit_name=name,
                    category=one.category,
                    stage=one.stage,
                    measure=one.measure,
                    as_of=one.as_of,
                    found=str(one.count),
                    expected=str(difference.ours),
                    difference=difference.difference,
                    hint=hint,
                    file=one.file,
                    row=place_of(one.row_number),
                    received_at=one.received_at,
                ),
            )
    return found


def compare(figures: Figures, one: StatedTotal) -> Difference | None:
    """Return how a stated total differs from ours on its day; None when it agrees."""

    def measured(row: UnitProgress) -> int:
        if one.measure == Measure.TARGET:
            return row.target or 0
        return row.units_finished if one.measure == Measure.UNITS_FINISHED else row.done

    def on(day: date) -> list[UnitProgress]:
        return figures.progress(day, category=one.category, stage=one.stage)

    rows, tree = on(one.as_of), figures.tree(one.as_of)
    if one.unit_code not in tree:
        return None
    ours = next(measured(row) for row in rows if row.code == one.unit_code)
    if ours == one.count:
        return None
    below = set(tree.subtree(one.unit_code))
    per_unit = {row.code: measured(row) for row in rows if row.is_leaf and row.code in below}
    beside = frozenset(
        measured(row)
        for day in (one.as_of - ONE_DAY, one.as_of + ONE_DAY)
        for row in on(day)
        if row.code == one.unit_code
    )
    return explain(one.count, ours, per_unit, beside)


def _name(figures: Figures, code: str | None, as_of: date) -> str | None:
    tree = figures.tree(as_of)
    return tree.unit(code).name if code is not None and code in tree else None


def _refused(figures: Figures, as_of: date) -> list[Issue]:
    found = [
        Issue(
            kind=Kind(row.fate),
            reason=row.reason,
            unit_code=row.unit_code,
            unit_name=_name(figures, row.unit_code, as_of),
            category=row.category,
            stage=row.stage,
            as_of=row.as_of,
            found=row.found,
            expected=str(row.standing) if row.standing is not None else None,
            difference=row.count - row.standing if row.count is not None and row.standing is not None else None,
            hint="; ".join(row.near) or None,
            file=row.file,
            row=place_of(row.row_number),
            received_at=row.received_at,
        )
        for row in figures.refusals(as_of)
    ]
    return sorted(found, key=lambda one: one.kind)


def _over_target(figures: Figures, as_of: date) -> list[Issue]:
    rows = figures.reader.over_target(as_of)
    return [
        Issue(
            kind=Kind.OVER_TARGET,
            reason="over_target",
            unit_code=unit,
            unit_name=_name(figures, unit, as_of),
            category=category,
            stage=stage,
            as_of=day,
            found=str(count),
            expected=str(target),
            difference=count - target,
        )
        for unit, category, stage, day, count, target in rows
        if figures.sees(unit, day)
    ]


def _misdated(figures: Figures, as_of: date) -> list[Issue]:
    """Return counts by the code of a unit that has gone, or is not there yet, on their day: kept, counted nowhere."""
    names = {row.code: row.name for row in figures.reader.registry.rows}
    found = [(stage, *row) for stage in figures.campaign.stage_ids for row in figures.misdated(stage, as_of)]
    return [
        Issue(
            kind=Kind.UNIT_NOT_VALID,
            reason="unit_not_valid",
            unit_code=code,
            unit_name=_name(figures, code, day - ONE_DAY) if figures.is_part else names[code],
            category=category,
            stage=stage,
            as_of=day,
            found=str(count),
        )
        for stage, code, category, day, count in found
        if figures.sees(code, day)
    ]


def _no_target(figures: Figures, as_of: date) -> list[Issue]:
    """Leaves without a target row, in every stage that has targets or counts at all."""
    campaign, tree = figures.campaign, figures.tree(as_of)
    due, counted = figures.reader.target_keys(), figures.reader.counted_keys()
    stages = {stage for _, _, stage in due} | {stage for _, _, stage in counted}
    kin = {code: figures.behind([code], as_of) for code in tree.leaves}
    return [
        Issue(
            kind=Kind.NO_TARGET,
            reason="no_target",
            unit_code=code,
            unit_name=tree.unit(code).name,
            category=category,
            stage=stage,
            as_of=as_of,
        )
        for code in tree.leaves
        for stage in campaign.stage_ids
        if stage in stages
        for category in campaign.category_ids
        if not any((one, category, stage) in due for one in kin[code])
    ]


def _source_down(figures: Figures, as_of: date, kept: Gaps) -> list[Issue]:
    """Return one row a failing source: `hint` names it, `found` is what it said, `difference` counts who waits."""
    seen = figures.tree(as_of).leaves
    return [
        Issue(
            kind=Kind.SOURCE_DOWN,
            reason=cause_of(one.error).value,
            as_of=as_of,
            found=masked(one.error),
            difference=kept.waiting_in(one.source, seen),
            hint=one.source,
            received_at=one.since,
        )
        for one in kept.outages
    ]


def _silent(figures: Figures, as_of: date, kept: Gaps) -> list[Issue]:
    """Return the silent leaves; those that a source of ours keeps silent are of its kind."""
    return [
        Issue(
            kind=Kind.SOURCE_DOWN if kept.gap_of(row) is Gap.SOURCE_DOWN else Kind.SILENT,
            reason="not_fetched" if kept.gap_of(row) is Gap.SOURCE_DOWN else "silent",
            unit_code=row.code,
            unit_name=row.name,
            category=row.category,
            stage=row.stage,
            as_of=as_of,
            found=row.last_as_of.isoformat() if row.last_as_of else None,
            difference=row.days_silent,
        )
        for row in figures.progress(as_of)
        if row.is_leaf and row.status is Status.SILENT
    ]
