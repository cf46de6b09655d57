"""Judging: every row of a file is accepted, unchanged, held or rejected, and the counts add up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from campaign.claims import ClaimReader, Refused
from campaign.configuration import Campaign
from campaign.lineage import Lineage, lineage_of
from campaign.rows import Claim, Fate, Measure, Moved, Reason, Row, Series, Verdict
from campaign.standing import Move, Standing
from campaign.units import Registry
from campaign.values import read_text

__all__ = ["Judge", "Reading", "Standing", "Terms"]

Other = tuple[date, int]  # a day and the count a claim is measured against


@dataclass(frozen=True)
class Terms:
    """How one source's rows are to be read and judged.

    `daily`: a row is one day's work, an increment. The count of a day is that of the nearest earlier day and its own
    increment, so a corrected or late day moves all later ones, as far as the next count reported as a cumulative one;
    those count on from there. Where a code begins to mean another unit, a new count begins. Increments are compared
    with increments: the same again is unchanged, whatever moved meanwhile. What is judged is the cumulative count: a
    corrected day that falls is held (`count_falls`), and one that would lift a later increment above a later
    cumulative count (`exceeds_later`). Less than no work is no count: a negative increment is refused for every source.
    """

    accept_falls: bool = False
    daily: bool = False
    sum_parts: bool = False


@dataclass
class Reading:
    """A file's rows as they could be read: claims, and the verdicts on those that could not."""

    claims: list[Claim] = field(default_factory=list)
    refused: list[Verdict] = field(default_factory=list)


class Judge:
    """Judges the rows of one campaign, file by file, against what stands."""

    def __init__(self, campaign: Campaign, registry: Registry, standing: Standing, aliases: dict[str, str]) -> None:
        """Keep what stands, and read by the campaign's words, its units and their other names."""
        self.standing = standing
        self.reader = ClaimReader(campaign, registry, aliases)
        self._lineage = lineage_of(registry)
        standing.joined = self._lineage.one_count if self._lineage else None
        self._moved: dict[tuple[Series, date], tuple[int, Move, Verdict]] = {}

    @property
    def lineage(self) -> Lineage | None:
        """Return who follows whom among the units; None when nobody does."""
        return self._lineage

    def file(self, rows: Iterable[Row], received_on: date, terms: Terms) -> list[Verdict]:
        """Return one verdict a row, in file order; what is accepted stands from then on.

        `received_on` is the local day of receipt: a later as_of is a future date.
        """
        reading = self.read(rows, received_on)
        self.standing.need({claim.series for claim in reading.claims})
        return self.settle(reading, terms)

    def read(self, rows: Iterable[Row], received_on: date) -> Reading:
        """Return a file's rows as claims, as far as they can be read."""
        reading = Reading()
        for row in rows:
            try:
                reading.claims.append(self.reader.read(row, received_on))
            except Refused as why:
                verdict = Verdict(row.number, Fate.REJECTED, why.reason, None, why.field, why.found, why.near)
                reading.refused.append(verdict)
        return reading

    def at_odds(self, row: Row, received_on: date) -> Reason | None:
        """Return why a row with a whole count would wait for a person if it came without a reason; nothing changes."""
        if read_text(row.cells.get("reason")):
            return None
        for claim in self.read([row], received_on).claims:
            self.standing.need({claim.series})
            if not claim.stated and not self._says_nothing_new(claim):
                problem = self._problem(claim)
                return problem[0] if problem else None
        return None

    def settle(self, reading: Reading, terms: Terms) -> list[Verdict]:
        """Return one verdict a row read, in file order, judged against what stands at that moment."""
        verdicts = {verdict.number: verdict for verdict in reading.refused}
        for verdict in self._settle(reading.claims, terms):
            verdicts[verdict.number] = verdict
        self._tell_moves()
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
            elif len(members) > 1 and len({one.count for one in members}) > 1:
                for one in members:
                    yield Verdict(one.number, Fate.REJECTED, Reason.CONFLICTING_ROWS, one, "count", str(one.count))
            else:
                amounts[key] = members[0].count
        order = sorted(amounts, key=lambda key: (key[1], parts[key][0].number))
        for key in order:
            members = parts[key]
            if terms.sum_parts:
                yield from self._share_fate(members, amounts[key], terms)
            else:
                for one in members:
                    yield self._one(one, terms)

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
            part = replace(first, number=one.number, moved=())
            held = first.claim if first.fate is Fate.HELD else None
            part.claim = replace(held, number=one.number, target=None) if held else None
            yield part

    def _one(self, claim: Claim, terms: Terms) -> Verdict:
        """Return the verdict on one claim; an accepted one stands from here on."""
        standing, series, day = self.standing, claim.series, claim.as_of
        base = 0
        if terms.daily and series.measure is Measure.COUNT:
            base = standing.earlier(series, day)
            claim.increment, claim.count = claim.count, base + claim.count
        if self._says_nothing_new(claim):
            return self._with_target(Verdict(claim.number, Fate.UNCHANGED, None, claim))
        waiting = (series, day, claim.count)
        if claim.increment is not None:
            waiting = (series._replace(measure=Measure.INCREMENT), day, claim.increment)
        if not (claim.stated or claim.reason or terms.accept_falls):
            if waiting in standing.held:
                return self._with_target(Verdict(claim.number, Fate.UNCHANGED, None, claim))
            problem = self._problem(claim)
            if problem is not None:
                standing.held.add(waiting)
                reason, (other_day, other) = problem
                verdict = Verdict(claim.number, Fate.HELD, reason, claim, "count", str(waiting[2]))
                verdict.standing_day, verdict.standing = other_day, other - base
                verdict = self._with_target(verdict)
                verdict.claim = replace(claim, series=waiting[0], count=waiting[2])
                return verdict
        standing.held.discard(waiting)
        return self._accept(claim)

    def _says_nothing_new(self, claim: Claim) -> bool:
        """Tell whether the same increment, or the same count, stands for that day."""
        own = self.standing.increments.get(claim.series, {}).get(claim.as_of)
        if claim.increment is not None and own is not None:
            return own == claim.increment
        return self.standing.counts.get(claim.series, {}).get(claim.as_of) == claim.count

    def _problem(self, claim: Claim) -> tuple[Reason, Other] | None:
        """Return why a person must look at a count before it stands, and the day and count it is at odds with."""
        standing, series, day = self.standing, claim.series, claim.as_of
        before = standing.before(series, day)
        if before is not None and claim.count < before[1] and self._of_one_unit(claim, before):
            return Reason.COUNT_FALLS, before
        after = standing.after(series, day) if claim.increment is None else standing.room(series, day)
        if after is not None and claim.count > after[1] and self._of_one_unit(claim, after):
            return Reason.EXCEEDS_LATER, after
        return None

    def _of_one_unit(self, claim: Claim, other: Other) -> bool:
        """Tell whether the code means the same unit on both days: a merger or a code given on begins a new count."""
        if self._lineage is None:
            return True
        alike = self._lineage.same_unit if claim.increment is None else self._lineage.one_count
        return alike(claim.series.unit_code, claim.as_of, other[0])

    def _accept(self, claim: Claim) -> Verdict:
        """Let a claim stand; later days that move along are told with the file's verdicts."""
        series = claim.series
        verdict = Verdict(claim.number, Fate.ACCEPTED, None, claim)
        for move in self.standing.put(series, claim.as_of, claim.count, claim.increment):
            first = self._moved.get((series, move.day), (move.before, move, verdict))[0]
            self._moved[series, move.day] = (first, move, verdict)
        if self._moved:
            self._moved.pop((series, claim.as_of), None)
        return self._with_target(verdict)

    def _tell_moves(self) -> None:
        """Note with the rows that moved later days what those are now, unless they have a row of their own."""
        for (_, day), (first, move, verdict) in self._moved.items():
            if move.count != first:
                verdict.moved += (Moved(day, move.count, move.increment),)
        self._moved.clear()

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
