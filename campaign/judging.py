"""Judging: every row of a file is accepted, unchanged, held or rejected, and the counts add up."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from campaign.claims import ClaimReader, Refused
from campaign.configuration import Campaign
from campaign.rows import Claim, Fate, Measure, Reason, Row, Series, Verdict
from campaign.units import Registry


@dataclass
class Standing:
    """The counts that stand at this moment, per series and day, and the rows still held."""

    counts: dict[Series, dict[date, int]] = field(default_factory=dict)
    held: set[tuple[Series, date, int]] = field(default_factory=set)
    targets: dict[Series, dict[date, int]] = field(default_factory=dict)
    _days: dict[Series, list[date]] = field(default_factory=dict)

    def days(self, series: Series) -> list[date]:
        """Return the days a series has a count for, in order."""
        if series not in self._days:
            self._days[series] = sorted(self.counts.get(series, ()))
        return self._days[series]

    def before(self, series: Series, day: date) -> tuple[date, int] | None:
        """Return the nearest earlier or same day with a count, and the count."""
        days = self.days(series)
        place = bisect_right(days, day)
        return (days[place - 1], self.counts[series][days[place - 1]]) if place else None

    def after(self, series: Series, day: date) -> tuple[date, int] | None:
        """Return the nearest later day with a count, and the count."""
        days = self.days(series)
        place = bisect_right(days, day)
        return (days[place], self.counts[series][days[place]]) if place < len(days) else None

    def put(self, series: Series, day: date, count: int) -> None:
        """Let a count stand for a day."""
        known = self.counts.setdefault(series, {})
        if day not in known:
            days = self.days(series)
            if day not in days[bisect_left(days, day) :][:1]:
                insort(days, day)
        known[day] = count

    def target(self, series: Series, day: date) -> int | None:
        """Return T(day): the version with the latest valid_from ≤ day; before the first, the first."""
        versions = self.targets.get(series)
        if not versions:
            return None
        starts = sorted(versions)
        place = bisect_right(starts, day)
        return versions[starts[max(place - 1, 0)]]


@dataclass(frozen=True)
class Terms:
    """How one source's rows are to be read and judged."""

    accept_falls: bool = False
    daily: bool = False
    sum_parts: bool = False


class Judge:
    """Judges the rows of one campaign, file by file, against what stands."""

    def __init__(self, campaign: Campaign, registry: Registry, standing: Standing, aliases: dict[str, str]) -> None:
        """Keep what stands, and read by the campaign's words, its units and their other names."""
        self.standing = standing
        self._reader = ClaimReader(campaign, registry, aliases)

    def file(self, rows: Iterable[Row], received_on: date, terms: Terms) -> list[Verdict]:
        """Return one verdict a row, in file order; what is accepted stands from then on.

        `received_on` is the local day of receipt: a later as_of is a future date.
        """
        verdicts: dict[int, Verdict] = {}
        claims: list[Claim] = []
        for row in rows:
            try:
                claims.append(self._reader.read(row, received_on))
            except Refused as why:
                verdicts[row.number] = Verdict(
                    row.number, Fate.REJECTED, why.reason, None, why.field, why.found, why.near
                )
        for verdict in self._settle(claims, terms):
            verdicts[verdict.number] = verdict
        return [verdicts[number] for number in sorted(verdicts)]

    def _settle(self, claims: list[Claim], terms: Terms) -> Iterable[Verdict]:
        """Yield the verdicts on readable rows: conflicts first, then day by day against what stands."""
        parts: dict[tuple[Series, date], list[Claim]] = defaultdict(list)
        for claim in claims:
            parts[claim.series, claim.as_of].append(claim)
        amounts: dict[tuple[Series, date], int] = {}
        for key, members in parts.items():
            if terms.sum_parts:
                amounts[key] = sum(one.count for one in members)
            elif len({one.count for one in members}) > 1:
                for one in members:
                    yield Verdict(one.number, Fate.REJECTED, Reason.CONFLICTING_ROWS, one, "count", str(one.count))
            else:
                amounts[key] = members[0].count
        if terms.daily:
            self._accumulate(amounts)
        order = sorted(amounts, key=lambda key: (key[1], parts[key][0].number))
        for key in order:
            members = parts[key]
            if terms.sum_parts:
                yield from self._share_fate(members, amounts[key], terms)
            else:
                for one in members:
                    one.count = amounts[key]
                    yield self._one(one, terms)

    def _accumulate(self, amounts: dict[tuple[Series, date], int]) -> None:
        """Turn a file's daily increments into cumulative counts, on top of what stood before its first day."""
        total: dict[Series, int] = {}
        for series, day in sorted(amounts, key=lambda key: key[1]):
            if series not in total:
                earlier = [one for one in self.standing.days(series) if one < day]
                total[series] = self.standing.counts[series][earlier[-1]] if earlier else 0
            total[series] += amounts[series, day]
            amounts[series, day] = total[series]

    def _share_fate(self, members: list[Claim], count: int, terms: Terms) -> Iterable[Verdict]:
        """Yield one verdict a part: the parts of a key are added and judged as one."""
        targets = [one.target for one in members if one.target is not None]
        whole = Claim(
            number=members[0].number,
            series=members[0].series,
            as_of=members[0].as_of,
            count=count,
            stated=members[0].stated,
            target=sum(targets) if targets else None,
            reason=next((one.reason for one in members if one.reason), ""),
            reported_by=members[0].reported_by,
        )
        first = self._one(whole, terms)
        yield first
        for one in members[1:]:
            part = replace(first, number=one.number)
            part.claim = replace(whole, number=one.number, target=None) if first.fate is Fate.HELD else None
            yield part

    def _one(self, claim: Claim, terms: Terms) -> Verdict:
        """Return the verdict on one claim; an accepted one stands from here on."""
        standing, series, day = self.standing, claim.series, claim.as_of
        if standing.counts.get(series, {}).get(day) == claim.count:
            return self._with_target(Verdict(claim.number, Fate.UNCHANGED, None, claim))
        if not (claim.stated or claim.reason or terms.accept_falls):
            if (series, day, claim.count) in standing.held:
                return self._with_target(Verdict(claim.number, Fate.UNCHANGED, None, claim))
            before, after = standing.before(series, day), standing.after(series, day)
            for reason, other, wrong in (
                (Reason.COUNT_FALLS, before, before is not None and claim.count < before[1]),
                (Reason.EXCEEDS_LATER, after, after is not None and claim.count > after[1]),
            ):
                if wrong and other is not None:
                    standing.held.add((series, day, claim.count))
                    verdict = Verdict(claim.number, Fate.HELD, reason, claim, "count", str(claim.count))
                    verdict.standing_day, verdict.standing = other
                    return self._with_target(verdict)
        standing.held.discard((series, day, claim.count))
        standing.put(series, day, claim.count)
        return self._with_target(Verdict(claim.number, Fate.ACCEPTED, None, claim))

    def _with_target(self, verdict: Verdict) -> Verdict:
        """Take the target a row states along unless it says nothing new; flag an accepted count above the target."""
        claim, standing = verdict.claim, self.standing
        if claim is None:
            return verdict
        if claim.target is not None:
            if claim.stated:
                stated = standing.counts.setdefault(claim.series._replace(measure=Measure.TARGET), {})
                known = stated.get(claim.as_of)
                stated[claim.as_of] = claim.target
            else:
                known = standing.target(claim.series, claim.as_of)
                if known != claim.target:
                    standing.targets.setdefault(claim.series, {})[claim.as_of] = claim.target
            if known == claim.target:
                claim.target = None
        if verdict.fate is Fate.ACCEPTED and not claim.stated:
            target = standing.target(claim.series, claim.as_of)
            verdict.over_target = target is not None and claim.count > target
        return verdict
