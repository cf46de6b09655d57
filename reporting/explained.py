"""Explained: the stated totals that are not our sum, those that a person has explained apart from those that wait."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from campaign.decisions import Outcome
from campaign.explanations import Key, holds
from reporting import faults
from reporting.faults import Issue, Kind
from reporting.figures import Figures
from reporting.texts import text
from warehouse.explanations import ExplanationRow


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a person said of a difference: the sentence, his name, and when (UTC)."""

    why: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Difference:
    """One stated total that is not our sum. `lapsed`: what was said of other figures than those that stand now."""

    issue: Issue
    key: Key
    explanation: Explanation | None = None
    lapsed: Explanation | None = None

    @property
    def stated(self) -> int:
        """Return the total as it was stated."""
        return int(self.issue.found or 0)

    @property
    def summed(self) -> int:
        """Return our sum."""
        return int(self.issue.expected or 0)


def key_of(issue: Issue) -> Key:
    """Return which stated total an issue of kind RECONCILIATION is about."""
    if issue.kind is not Kind.RECONCILIATION or issue.as_of is None:
        raise ValueError(f"{issue.kind} is no difference")
    return Key(
        issue.unit_code or "", issue.category or "", issue.stage or "", issue.measure or "", issue.as_of
    )  # fmt: skip


def differences(
    figures: Figures, as_of: date, codes: Collection[str] | None = None, found: Iterable[Issue] | None = None
) -> list[Difference]:
    """Return the stated totals that are not our sum at the end of `as_of`, each with what a person said of it.

    They stand in the order of the units, top first. `codes`: of these units only. `found`: the issues of that day,
    where they are known already.
    """
    known = faults.reconciliation(figures, as_of) if found is None else found
    issues = [one for one in known if one.kind is Kind.RECONCILIATION and (codes is None or one.unit_code in codes)]
    place = {code: number for number, code in enumerate(figures.tree(as_of).codes)}
    issues.sort(key=lambda one: place.get(one.unit_code or "", len(place)))
    said = [one for one in figures.explanations() if one.outcome == Outcome.TAKEN] if issues else []
    made = []
    for issue in issues:
        one = Difference(issue, key_of(issue))
        standing, lapsed = holds(said, one.key, one.stated, one.summed)
        made.append(replace(one, explanation=_in_short(standing), lapsed=_in_short(lapsed)))
    return made


def _in_short(row: ExplanationRow | None) -> Explanation | None:
    return Explanation(row.why, row.signed, row.decided_at) if row else None


def unexplained(figures: Figures, as_of: date, codes: Collection[str] | None = None) -> list[Issue]:
    """Return the differences that nobody has explained, or whose figures have changed since; [] blocks nothing."""
    return [one.issue for one in differences(figures, as_of, codes) if one.explanation is None]


def explanations(figures: Figures, as_of: date) -> Mapping[Key, Explanation]:
    """Return what people said of the differences that stand at the end of `as_of`, by the total it is about."""
    return {one.key: one.explanation for one in differences(figures, as_of) if one.explanation is not None}


def history(figures: Figures) -> list[ExplanationRow]:
    """Return what was said of stated totals, taken or refused, the latest first, as far as it may be seen."""
    return figures.explanations()


def told(one: Difference, lang: str) -> str:
    """Return in words what a person said of a difference, or that it has lapsed; empty when nobody said anything."""
    if one.explanation is not None:
        return text("explained.told", lang, why=one.explanation.why, by=one.explanation.by)
    if one.lapsed is not None:
        return text("explained.lapsed", lang, why=one.lapsed.why, by=one.lapsed.by)
    return ""


def with_explanations(figures: Figures, as_of: date, issues: Iterable[Issue], lang: str) -> list[Issue]:
    """Return issues with what people said of the differences among them added to the hint."""
    issues = list(issues)
    words = {one.key: told(one, lang) for one in differences(figures, as_of, found=issues)}
    return [
        replace(one, hint="; ".join(filter(None, (one.hint, words[key_of(one)]))) or None)
        if one.kind is Kind.RECONCILIATION
        else one
        for one in issues
    ]
