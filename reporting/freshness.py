"""Freshness for people: reporting and on-time rates by day and unit, and the units a failing source keeps from us."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from campaign.calendar import ONE_DAY
from campaign.freshness import NOTHING, Gap, Outage, Past, Tally, carried, gap, held_up, is_expected, tally, waiting
from campaign.progress import Status, UnitProgress
from reporting.figures import Figures


@dataclass(frozen=True)
class Punctuality:
    """Who reported and who in time: over the closed days up to one, and on the day still coming in.

    `by_unit` holds every unit that a report was expected of in scope, leaves and roll-ups, over the closed days.
    `late_by_us`: the days of each leaf that came late while its source failed; none for those without.
    """

    whole: Tally = NOTHING
    by_day: Mapping[date, Tally] = field(default_factory=dict)
    by_unit: Mapping[str, Tally] = field(default_factory=dict)
    open_day: date | None = None
    coming: Tally = NOTHING
    late_by_us: Mapping[str, tuple[date, ...]] = field(default_factory=dict)


def punctuality(  # noqa: PLR0913 - one question, asked of several views of the same reports
    figures: Figures,
    within: str | None,
    last: date,
    *,
    open_day: date | None = None,
    category: str = "all",
    stage: str | None = None,
    past: Sequence[Past] = (),
    configured: Collection[str] = (),
    accepted: bool = False,
) -> Punctuality:
    """Return who reported for the campaign days up to `last`, all closed, below one unit (None: all), for one view.

    `open_day`: the day whose cut-off has not passed; nobody is late for it. `past`: the times in which a source failed,
    of those `configured` for the campaign. `accepted`: only a report that counts is one; a held one is none until then.
    """
    view, campaign = figures.view(category, stage), figures.campaign
    came = figures.reader.first_received(view.stage, view.members, accepted=accepted)
    first = {(code, day): moment for code, day, moment in came}
    came_late = {(code, day): figures.is_late(day, moment) for (code, day), moment in first.items()}
    ours = _ours(figures, first, past, configured)

    def due(day: date) -> list[tuple[str, date]]:
        tree = figures.tree(day)
        below = tree.codes if within is None else tree.subtree(within) if within in tree else ()
        inside = frozenset(below)
        rows = figures.progress(day, category=category, stage=stage)
        return [
            (row.code, day) for row in rows if row.code in inside and is_expected(row, campaign.start, campaign.end)
        ]

    by_day, units = {}, defaultdict[str, list[tuple[str, date]]](list)
    for day in _days(campaign.start, min(last, campaign.end)):
        expected, tree = due(day), figures.tree(day)
        by_day[day] = tally(expected, came_late, ours)
        for one in expected:
            for code in (one[0], *tree.ancestors(one[0])):
                units[code].append(one)
    seen = figures.in_scope(units, last)
    return Punctuality(
        whole=sum(by_day.values(), NOTHING),
        by_day=by_day,
        by_unit={code: tally(expected, came_late, ours) for code, expected in units.items() if code in seen},
        open_day=open_day,
        coming=tally(due(open_day), came_late) if open_day else NOTHING,
        late_by_us=_late_by_us(units, ours, came_late, seen),
    )


def _late_by_us(
    expected: Mapping[str, Sequence[tuple[str, date]]],
    ours: Collection[tuple[str, date]],
    came_late: Mapping[tuple[str, date], bool],
    seen: Collection[str],
) -> dict[str, tuple[date, ...]]:
    """Return by leaf the days it was late on while its source failed."""
    found = defaultdict[str, list[date]](list)
    for code, day in ours:
        if code in seen and came_late.get((code, day)) and (code, day) in expected.get(code, ()):
            found[code].append(day)
    return {code: tuple(sorted(days)) for code, days in found.items()}


def _ours(
    figures: Figures,
    first: Mapping[tuple[str, date], datetime],
    past: Sequence[Past],
    configured: Collection[str],
) -> frozenset[tuple[str, date]]:
    """Return the (unit, day)s at whose cut-off a source of the unit failed, and that came when it was mended."""
    if not past:
        return frozenset()
    brought, fails = arrivals(figures).brought_by, defaultdict[str, list[Past]](list)
    for one in past:
        for code in carried(one.source, figures.reader.registry.codes, brought, configured):
            fails[code].append(one)
    cutoff, zone = figures.campaign.cutoff, figures.zone
    return frozenset(
        (code, day)
        for (code, day), moment in first.items()
        if held_up(datetime.combine(day, cutoff, zone), moment, fails.get(code, ()))
    )


def _days(first: date, last: date) -> Iterable[date]:
    day = first
    while day <= last:
        yield day
        day += ONE_DAY


SOMEBODY = ""  # stands for the units a source brought that may not be seen: a source that brought some carries those


@dataclass(frozen=True)
class Arrivals:
    """Which units each source brought, and when a figure of each unit last came (UTC), by whatever way."""

    brought_by: Mapping[str, frozenset[str]]
    last_received: Mapping[str, datetime]


def arrivals(figures: Figures) -> Arrivals:
    """Return what each source brought so far."""
    brought, last = defaultdict[str, set[str]](set), dict[str, datetime]()
    for unit, source, moment in figures.reader.brought():
        if not figures.sees(unit, None):
            brought[source].add(SOMEBODY)
            continue
        brought[source].add(unit)
        last[unit] = max(moment, last.get(unit, moment))
    return Arrivals({source: frozenset(units) for source, units in brought.items()}, last)


@dataclass(frozen=True)
class Gaps:
    """What failing sources keep from us: the outages, the units that wait for each, and those called silent by it."""

    outages: tuple[Outage, ...] = ()
    waiting: Mapping[str, frozenset[str]] = field(default_factory=dict)
    down: frozenset[str] = frozenset()

    def gap_of(self, row: UnitProgress) -> Gap:
        """Return why there is, or is not, a fresh figure of a unit."""
        if row.status is not Status.SILENT:
            return Gap.REPORTED
        return Gap.SOURCE_DOWN if row.code in self.down else Gap.SILENT

    def waiting_in(self, source: str, codes: Collection[str]) -> int:
        """Return how many of some units wait for a failing source."""
        return len(self.waiting.get(source, frozenset()).intersection(codes))


NO_GAPS = Gaps()


def gaps(
    figures: Figures,
    rows: Sequence[UnitProgress],
    outages: Sequence[Outage],
    configured: Collection[str],
    came: Arrivals | None = None,
) -> Gaps:
    """Return what the failing sources keep from us on the day of `rows` (every unit's figures of one day and view).

    `configured`: the names of the campaign's sources. A silence that the source saw itself - it answered after that
    day had closed - stays a silence: only the days nobody has looked at since are our own failure. Where all that fails
    is some files, the units that files of their names brought wait, and nobody else.
    """
    if not outages or not rows:
        return NO_GAPS
    known, tree, as_of = came or arrivals(figures), figures.tree(rows[0].as_of), rows[0].as_of
    found: dict[str, frozenset[str]] = {}
    unfetched: set[str] = set()
    for one in outages:
        carries = (
            figures.reader.units_of_files(one.source, one.files)
            if one.files
            else carried(one.source, tree.leaves, known.brought_by, configured)
        )
        found[one.source] = waiting(rows, carries, known.last_received, one.since)
        if one.last_good is None or as_of >= figures.default_as_of(one.last_good):
            unfetched |= found[one.source]
    leaves = {row.code: row for row in rows if row.is_leaf}

    def below(code: str) -> Iterable[UnitProgress]:
        return (leaves[one] for one in tree.subtree(code) if one in leaves)

    down = frozenset(
        row.code
        for row in rows
        if row.status is Status.SILENT and gap(row, below(row.code), frozenset(unfetched)) is Gap.SOURCE_DOWN
    )
    return Gaps(tuple(_seen_outages(figures, outages, found)), found, down)


def _seen_outages(figures: Figures, outages: Sequence[Outage], waits: Mapping[str, frozenset[str]]) -> Sequence[Outage]:
    """Return the outages a reader may hear of: of a part, those that keep something of it back, and not what they said.

    What a source says of itself, and its files, may name anybody.
    """
    if not figures.is_part:
        return outages
    return [replace(one, error="", files=("",) * len(one.files)) for one in outages if waits.get(one.source)]
