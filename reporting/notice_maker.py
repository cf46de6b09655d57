"""The maker of notices: reads the figures of one campaign and period once, and draws up a notice for any unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction

from campaign.bands import Band, Group, banded
from campaign.calendar import ONE_DAY
from campaign.configuration import ALL, Campaign
from campaign.paperwork import Paper
from campaign.period import Period
from campaign.progress import Status, UnitProgress
from reporting import faults, numbers
from reporting.burnup import drawn_days
from reporting.cells import Share
from reporting.citations import cited
from reporting.explained import differences
from reporting.figures import Figures
from reporting.lens import of_all
from reporting.notice_content import (
    Banding,
    BandLines,
    Difference,
    Explained,
    Line,
    Notice,
    Part,
    Point,
    Ranking,
    Section,
)
from reporting.notice_words import LAGGING, Teller, capital
from reporting.recognition import recogniser
from reporting.texts import named, text

PARTS_AT_MOST = 5  # more groups of columns than this cannot be read on A4


class Maker:
    """Draws up the notices of one campaign, period and language from one reading of the figures."""

    def __init__(
        self,
        figures: Figures,
        period: Period,
        as_of: date,
        lang: str,
        now: datetime,
        paper: Paper | None = None,
        explained: Explained | None = None,
    ) -> None:
        """Read the figures at the end of `as_of`, the last day of the period that has any, and before the period.

        A unit's notice says the same whoever draws it up: its rows are those of the whole, as far as they may be seen.
        `explained`: what people said about totals that differ, by unit, category, stage, measure and day;
        left out: what is on record.
        """
        self.figures, self.campaign, self.lang = figures, figures.campaign, lang
        self.period, self.as_of, self.paper = period, as_of, paper or Paper()
        self.tree = figures.tree(as_of)
        views = _views(self.campaign)
        self.part_titles = tuple(_view_title(self.campaign, view, lang) for view in views)
        everyone = of_all(figures)
        rows = [everyone.progress(as_of, category=view) for view in views]
        seen = figures.in_scope((row.code for row in rows[-1]), as_of)
        self.views = [{row.code: row for row in view if row.code in seen} for view in rows]
        self.rows: Mapping[str, UnitProgress] = self.views[-1]
        self.order = {code: place for place, code in enumerate(self.rows)}  # the contract's: rank, then code
        before = everyone.under(figures.units_on or as_of).progress(period.first - ONE_DAY)  # by the units of today
        self.before = {row.code: row for row in before}
        self.ranked_before = {row.level for row in before if (row.rank or 0) > 1}
        self.in_period = {code: self._done_in_period(code) for code in self.rows}
        self.differences = faults.reconciliation(figures, as_of)
        self.explained = _said(figures, as_of, self.differences) if explained is None else explained
        self.done_by_day = {code: work.done for code, work in figures.work(as_of).items()}
        at = numbers.moment(now, figures.zone, lang)
        self.foot = text("notice.foot", lang, version=figures.version, at=at)
        headline = next((stage for stage in self.campaign.stages if stage.id == self.campaign.headline), None)
        counts = headline.counted(lang) if headline else None
        self.counts = f" {counts}" if counts else ""
        self.teller = Teller(lang, self.counts, self.part_titles)
        self.recogniser = recogniser(figures, period, as_of)
        self._lines: dict[str, Line] = {}

    def _done_in_period(self, code: str) -> int:
        """Return what the leaves that have a target did in the period: sums of their own, as every roll-up."""
        rows, before = self.rows, self.before
        leaves = (leaf for leaf in self.tree.subtree(code) if self.tree.is_leaf(leaf) and leaf in rows)
        return sum(
            rows[leaf].done - (before[leaf].done if leaf in before else 0)
            for leaf in leaves
            if rows[leaf].target is not None
        )

    def notice(self, tops: tuple[str, ...]) -> Notice:
        """Return the notice that covers these units: one with all below it, or several that have none below."""
        head = self.rows[tops[0]] if len(tops) == 1 else None
        rows = [self.rows[code] for top in tops for code in self.tree.subtree(top) if code in self.rows]
        flat = len(rows) == len(tops)
        rankings = (self._ranking(tops, rows[0].level, rows),) if flat else self._rankings(tops[0])
        total, differences = rankings[0].total, self._differences({row.code for row in rows})
        top_level = named("level", self.figures.map(self.as_of).levels[0], self.lang)
        whole_tree = head is None or head.parent_code is None
        return Notice(
            lang=self.lang,
            unit=head.name if head else "",
            unit_code=head.code if head else None,
            campaign_id=self.campaign.id,
            campaign=self.campaign.title(self.lang),
            decision=cited(self.campaign.decision) if self.campaign.decision else None,
            simulated=self.campaign.simulated,
            start=self.campaign.start,
            end=self.campaign.end,
            period=self.period,
            as_of=self.as_of,
            last_as_of=max((row.last_as_of for row in rows if row.last_as_of), default=None),
            version=self.figures.version,
            foot=self.foot,
            counts=self.counts,
            row=head,
            total=total,
            says=tuple(self._says(total, head, rows, differences)),
            part_titles=self.part_titles,
            rank_title=self._text("column.rank") if whole_tree else self._text("column.rank_within", level=top_level),
            rankings=rankings,
            bands=tuple(self._banding(ranking) for ranking in rankings),
            finished=self._finished(rows, tops),
            lagging=self._lagging(rows),
            differences=differences,
            burnup=self._burnup(tops),
            recognised=self.recogniser.said(self.lang, tops),
        )

    def _text(self, key: str, **params: object) -> str:
        return text(f"notice.{key}", self.lang, **params)

    def _says(
        self, total: Line, head: UnitProgress | None, rows: Sequence[UnitProgress], differences: Sequence[Difference]
    ) -> list[str]:
        """Return the results as a whole in sentences a clerk can copy into the letter."""
        unit = head.name if head else self.campaign.title(self.lang)
        found = self.teller.results(unit, total, self.as_of, self.period)
        if total.whole.target is None:
            return found
        found += self.teller.against_plan(head)
        found += self.teller.units([row for row in rows if row.is_leaf])
        return found + self.teller.differences(len(differences), sum(bool(one.explained) for one in differences))

    # Tables

    def _rankings(self, top: str) -> tuple[Ranking, ...]:
        """Return one table a level below the unit; units that end above a level stand in its table too."""
        below = [self.rows[code] for code in self.tree.subtree(top)[1:] if code in self.rows]
        found = []
        for level in (level for level in self.tree.levels if any(row.level == level for row in below)):
            covered = {code for row in below if row.level == level for code in self.tree.subtree(row.code)}
            others = [row for row in below if row.is_leaf and row.code not in covered]
            found.append(self._ranking((top,), level, [row for row in below if row.level == level] + others))
        return tuple(found)

    def _ranking(self, tops: tuple[str, ...], level: str, rows: Sequence[UnitProgress]) -> Ranking:
        lines = [self._line(row) for row in sorted(rows, key=lambda row: (row.level != level, self.order[row.code]))]
        if len(tops) == 1:
            total = self._total(self.rows[tops[0]])
        else:
            parts = tuple(_summed([line.parts[place] for line in lines]) for place in range(len(self.views)))
            total = Line(self._text("total"), "", parts, sum(line.in_period or 0 for line in lines))
        shows_above = len({row.parent_code for row in rows}) > 1
        return Ranking(level, tuple(lines), total, shows_above)

    def _line(self, row: UnitProgress) -> Line:
        """Return a unit's line, made once: it stands in its own notice's tables and in those above it."""
        if row.code not in self._lines:
            parent = self.rows.get(row.parent_code or "")
            self._lines[row.code] = Line(
                name=row.name,
                above=parent.name if parent else "",
                parts=self._parts(row),
                in_period=None if row.target is None else self.in_period[row.code],
                rank=row.rank,
                rank_change=self._rank_change(row),
                note=self._note(row),
                finished_on=row.finished_on,
                row=row,
            )
        return self._lines[row.code]

    def _total(self, row: UnitProgress) -> Line:
        in_period = None if row.target is None else self.in_period[row.code]
        return Line(self._text("total"), "", self._parts(row), in_period, finished_on=row.finished_on, row=row)

    def _parts(self, row: UnitProgress) -> tuple[Part, ...]:
        return tuple(_part(view[row.code]) for view in self.views)

    def _rank_change(self, row: UnitProgress) -> int | None:
        """Return the places a unit gained since the day before the period; of a day, its figures' own.

        Where the campaign begins in the period and nobody of the level had done anything on the eve, all stood on the
        first place, and every later one would seem a loss: none.
        """
        if self.period.first == self.as_of:
            return row.rank_change
        if self.period.first <= self.campaign.start and row.level not in self.ranked_before:
            return None
        before = self.before.get(row.code)
        return before.rank - row.rank if before and before.rank is not None and row.rank is not None else None

    def _note(self, row: UnitProgress) -> str:
        if row.status is Status.FINISHED:
            return self._text("note.finished", on=row.finished_on)
        if row.status is Status.NO_TARGET and row.done:
            return self._text("note.no_target", n=row.done)
        if row.last_as_of is None and row.target:
            return capital(text("lag.silent.never", self.lang))
        return named("status", row.status, self.lang)

    # Units by name

    def _banding(self, ranking: Ranking) -> Banding:
        """Return the units of a table by band."""
        lines = {line.row.code: line for line in ranking.lines if line.row}
        found = []
        for band in banded((line.row for line in ranking.lines if line.row), self.paper.bands):
            units = tuple(lines[one.code] for one in band.units)
            whole = _summed([line.whole for line in units])
            found.append(BandLines(self._band_title(band), band.group, band.low, band.high, units, whole))
        return Banding(ranking.level, tuple(found))

    def _band_title(self, band: Band) -> str:
        low, high = (numbers.bound(bound, self.lang) for bound in (band.low, band.high))
        key = f"band.{band.group}"
        if band.group is Group.BELOW:
            key += ".all" if band.low is None else ".zero" if band.low == 0 else ""
        if band.group is Group.MIDDLE and (band.low is None or band.high is None):
            key += ".low" if band.low is not None else ".high" if band.high is not None else ".all"
        return self._text(key, low=low, high=high)

    def _finished(self, rows: Sequence[UnitProgress], tops: tuple[str, ...]) -> tuple[Section, ...]:
        """Return the finished units of each level, in order of finishing."""
        covering = set(tops) if len(rows) > len(tops) else set()
        found = []
        for level in self.tree.levels:
            done = [row for row in rows if row.level == level and row.finished_on and row.code not in covering]
            done.sort(key=lambda row: (row.finished_on or self.as_of, row.rank or 0, row.code))
            if done:
                title = self._text("named.finished", level=named("levels", level, self.lang), n=len(done))
                found.append(Section(title, tuple(self._noted(row, "") for row in done), level))
        return tuple(found)

    def _lagging(self, rows: Sequence[UnitProgress]) -> tuple[Section, ...]:
        """Return the lagging leaves by reason, the furthest behind first."""
        found = []
        for status in LAGGING:
            late = [row for row in rows if row.is_leaf and row.status is status]
            late.sort(key=lambda row: (-(row.rank or 0), row.code))
            if late:
                title = self._text("named.lagging", status=named("status", status, self.lang), n=len(late))
                lines = tuple(self._noted(row, self._reason(row)) for row in late)
                found.append(Section(title, lines, status=status))
        return tuple(found)

    def _noted(self, row: UnitProgress, note: str) -> Line:
        return replace(self._line(row), note=note)

    def _reason(self, row: UnitProgress) -> str:
        """Return why a unit lags, with its figure."""
        if row.status is Status.SILENT:
            if row.last_as_of is None:
                return capital(text("lag.silent.never", self.lang))
            return self._text("lag.silent", days=row.days_silent, on=row.last_as_of)
        if row.status is Status.NO_TARGET:
            return self._note(row)
        if row.status is Status.STALLED:
            return capital(text("lag.stalled", self.lang, days=row.stalled_days))
        if row.status is Status.OVERDUE:
            days = (self.as_of - self.campaign.end).days
            return capital(text("lag.overdue", self.lang, days=days, n=row.remaining))
        short = numbers.half_up(-(row.variance or Fraction(0)))
        return self._text("lag.behind", pace=numbers.percent(row.pace, self.lang), n=short)

    def _differences(self, codes: set[str]) -> tuple[Difference, ...]:
        return tuple(self._difference(one) for one in self.differences if one.unit_code in codes)

    def _difference(self, one: faults.Issue) -> Difference:
        day = one.as_of or self.as_of
        key = (one.unit_code or "", one.category or ALL, one.stage or "", one.measure or "count", day)
        why, by = self.explained.get(key, ("", ""))
        return Difference(
            unit=one.unit_name or one.unit_code or "",
            category=_view_title(self.campaign, one.category or ALL, self.lang),
            what=named("measure", one.measure or "count", self.lang),
            day=one.as_of,
            stated=int(one.found or 0),
            summed=int(one.expected or 0),
            cause=text(f"cause.{one.reason}", self.lang, name=one.hint or ""),
            explained=why,
            explained_by=by,
        )

    def _burnup(self, tops: tuple[str, ...]) -> tuple[Point, ...]:
        """Return the plan and what was done from the eve of the campaign: every day, of a long one evenly fewer."""
        planned: dict[date, Fraction] = {}
        for code in tops:
            for day, expected in self.figures.plan(code, as_of=self.as_of):
                planned[day] = planned.get(day, Fraction(0)) + expected
        eve, total = self.campaign.start - ONE_DAY, sum(self.rows[code].done for code in tops)
        by_day = [self.done_by_day[code] for code in tops]
        done = {eve + timedelta(days=place): sum(counts) for place, counts in enumerate(zip(*by_day, strict=True))}
        if self.as_of > self.campaign.end:
            planned[self.as_of] = planned[self.campaign.end]
            done[self.as_of] = total
        days = {*drawn_days(eve, max(planned)), eve, self.as_of}
        return tuple(Point(day, expected, done.get(day)) for day, expected in planned.items() if day in days)


def _said(figures: Figures, as_of: date, found: Sequence[faults.Issue]) -> Explained:
    """Return what people said about the totals that differ, as far as it holds for the figures that stand."""
    said = [(one.key, one.explanation) for one in differences(figures, as_of, found=found)]
    return {key: (one.why, one.by) for key, one in said if one}


def _views(campaign: Campaign) -> list[str]:
    """Return the groups, then the categories in no group, then `all`; only `all` when they are one or too many."""
    found = [group.id for group in campaign.groups if campaign.members(group.id)]
    found += [category.id for category in campaign.categories if category.group is None]
    return [*found, ALL] if 1 < len(found) < PARTS_AT_MOST else [ALL]


def _view_title(campaign: Campaign, view: str, lang: str) -> str:
    found = next((one.title(lang) for one in (*campaign.groups, *campaign.categories) if one.id == view), None)
    return found or text("notice.column.all", lang)


def _part(row: UnitProgress) -> Part:
    """Return a unit's part; a unit without a target there is left blank, as the sums leave it out."""
    if row.target is None:
        return Part(None, None, None, Share(None, finished=False))
    return Part(row.target, row.done, row.remaining, Share(row.completion, finished=row.remaining == 0))


def _summed(parts: Sequence[Part]) -> Part:
    """Return the sum of parts: sum first, divide last."""
    due = [part for part in parts if part.target is not None]
    if not due:
        return Part(None, None, None, Share(None, finished=False))
    target, done = sum(part.target or 0 for part in due), sum(part.done or 0 for part in due)
    remaining = sum(part.remaining or 0 for part in due)
    return Part(target, done, remaining, Share(Fraction(done, target) if target else None, finished=remaining == 0))
