"""What a monthly notice says: its tables, its named units and its sentences, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from campaign.calendar import ONE_DAY
from campaign.configuration import ALL, Campaign
from campaign.progress import Status, UnitProgress
from reporting import faults, numbers
from reporting.cells import Share
from reporting.figures import Figures
from reporting.texts import named, text

LAGGING = (Status.OVERDUE, Status.SILENT, Status.STALLED, Status.BEHIND, Status.AT_RISK, Status.NO_TARGET)
_KINDS = ("Tỉnh ", "Thành phố ", "Thị xã ", "Quận ", "Huyện ", "Đặc khu ", "Phường ", "Thị trấn ", "Xã ")
PARTS_AT_MOST = 5  # more groups of columns than this cannot be read on A4


@dataclass(frozen=True, slots=True)
class Part:
    """What is due and done in one group of categories: the three columns that repeat."""

    target: int | None
    done: int | None
    remaining: int | None
    share: Share


@dataclass(frozen=True, slots=True)
class Line:
    """One unit of a table, or the table's total; `parts` follow the notice's part titles, the whole last."""

    name: str
    above: str
    parts: tuple[Part, ...]
    in_month: int | None
    rank: int | None = None
    note: str = ""
    finished_on: date | None = None

    @property
    def whole(self) -> Part:
        """Return the part that sums all categories."""
        return self.parts[-1]


@dataclass(frozen=True, slots=True)
class Ranking:
    """One ranked table: the units of a level, in order, and their total."""

    level: str
    lines: tuple[Line, ...]
    total: Line
    shows_above: bool


@dataclass(frozen=True, slots=True)
class Section:
    """Some units under one heading: those finished, or those lagging for one reason."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One stated total that differs from our sum."""

    unit: str
    category: str
    what: str
    day: date | None
    stated: int
    summed: int
    cause: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Everything one notice says, in the order it says it."""

    lang: str
    unit: str
    campaign: str
    decision: str | None
    simulated: bool
    month: date
    as_of: date
    last_as_of: date | None
    foot: str
    says: tuple[str, ...]
    part_titles: tuple[str, ...]
    rank_title: str
    rankings: tuple[Ranking, ...]
    finished: tuple[Section, ...]
    lagging: tuple[Section, ...]
    differences: tuple[Difference, ...]


class Maker:
    """Draws up the notices of one campaign, month and language from one reading of the figures."""

    def __init__(self, figures: Figures, month: date, as_of: date, lang: str, now: datetime) -> None:
        self.figures, self.campaign, self.lang = figures, figures.campaign, lang
        self.month, self.as_of = month, as_of
        self.tree = figures.tree(as_of)
        views = _views(self.campaign)
        self.part_titles = tuple(_view_title(self.campaign, view, lang) for view in views)
        self.views = [{row.code: row for row in figures.progress(as_of, category=view)} for view in views]
        self.rows: Mapping[str, UnitProgress] = self.views[-1]
        earlier = {row.code: row.done for row in figures.progress(month - ONE_DAY)}
        self.in_month = {
            code: sum(
                self.rows[leaf].done - earlier.get(leaf, 0)
                for leaf in self.tree.subtree(code)
                if self.tree.is_leaf(leaf) and leaf in self.rows and self.rows[leaf].target is not None
            )
            for code in self.rows
        }
        self.differences = faults.reconciliation(figures, as_of)
        at = numbers.moment(now, figures.zone, lang)
        self.foot = text("notice.foot", lang, version=figures.version, at=at)
        headline = next((stage for stage in self.campaign.stages if stage.id == self.campaign.headline), None)
        counts = headline.counted(lang) if headline else None
        self.counts = f" {counts}" if counts else ""

    def notice(self, tops: tuple[str, ...]) -> Notice:
        """Return the notice that covers these units: one with all below it, or several that have none below."""
        head = self.rows[tops[0]] if len(tops) == 1 else None
        rows = [self.rows[code] for top in tops for code in self.tree.subtree(top) if code in self.rows]
        flat = len(rows) == len(tops)
        rankings = (self._ranking(tops, rows[0].level, rows),) if flat else self._rankings(tops[0])
        differences = self._differences({row.code for row in rows})
        lagging = self._lagging(rows)
        top_level = named("level", self.tree.levels[0], self.lang)
        whole_tree = head is None or head.parent_code is None
        return Notice(
            lang=self.lang,
            unit=head.name if head else "",
            campaign=self.campaign.title(self.lang),
            decision=self.campaign.decision,
            simulated=self.campaign.simulated,
            month=self.month,
            as_of=self.as_of,
            last_as_of=max((row.last_as_of for row in rows if row.last_as_of), default=None),
            foot=self.foot,
            says=tuple(self._says(rankings[0].total, head, rows, len(differences))),
            part_titles=self.part_titles,
            rank_title=self._text("column.rank") if whole_tree else self._text("column.rank_within", level=top_level),
            rankings=rankings,
            finished=self._finished(rows, tops),
            lagging=lagging,
            differences=differences,
        )

    def _text(self, key: str, **params: object) -> str:
        return text(f"notice.{key}", self.lang, **params)

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
        order = {code: place for place, code in enumerate(self.rows)}  # the contract's: rank, then code
        lines = [self._line(row) for row in sorted(rows, key=lambda row: (row.level != level, order[row.code]))]
        if len(tops) == 1:
            total = self._line(self.rows[tops[0]], self._text("total"))
        else:
            parts = tuple(_summed([line.parts[place] for line in lines]) for place in range(len(self.views)))
            total = Line(self._text("total"), "", parts, sum(line.in_month or 0 for line in lines))
        shows_above = len({row.parent_code for row in rows}) > 1
        return Ranking(level, tuple(lines), total, shows_above)

    def _line(self, row: UnitProgress, name: str | None = None, note: str | None = None) -> Line:
        parent = self.rows.get(row.parent_code or "")
        return Line(
            name=row.name if name is None else name,
            above=parent.name if parent else "",
            parts=tuple(_part(view[row.code]) for view in self.views),
            in_month=None if row.target is None else self.in_month[row.code],
            rank=row.rank if name is None else None,
            note=(self._note(row) if note is None else note) if name is None else "",
            finished_on=row.finished_on,
        )

    def _note(self, row: UnitProgress) -> str:
        if row.status is Status.FINISHED:
            return self._text("note.finished", on=row.finished_on)
        if row.status is Status.NO_TARGET and row.done:
            return self._text("note.no_target", n=row.done)
        if row.last_as_of is None and row.target:
            return _capital(text("lag.silent.never", self.lang))
        return named("status", row.status, self.lang)

    # Units by name

    def _finished(self, rows: Sequence[UnitProgress], tops: tuple[str, ...]) -> tuple[Section, ...]:
        """Return the finished units of each level, in order of finishing."""
        covering = set(tops) if len(rows) > len(tops) else set()
        found = []
        for level in self.tree.levels:
            done = [row for row in rows if row.level == level and row.finished_on and row.code not in covering]
            done.sort(key=lambda row: (row.finished_on or self.as_of, row.rank or 0, row.code))
            if done:
                title = self._text("named.finished", level=named("levels", level, self.lang), n=len(done))
                found.append(Section(title, tuple(self._line(row, note="") for row in done)))
        return tuple(found)

    def _lagging(self, rows: Sequence[UnitProgress]) -> tuple[Section, ...]:
        """Return the lagging leaves by reason, the furthest behind first."""
        found = []
        for status in LAGGING:
            late = [row for row in rows if row.is_leaf and row.status is status]
            late.sort(key=lambda row: (-(row.rank or 0), row.code))
            if late:
                title = self._text("named.lagging", status=named("status", status, self.lang), n=len(late))
                found.append(Section(title, tuple(self._line(row, note=self._reason(row)) for row in late)))
        return tuple(found)

    def _reason(self, row: UnitProgress) -> str:
        """Return why a unit lags, with its figure."""
        if row.status is Status.SILENT:
            if row.last_as_of is None:
                return _capital(text("lag.silent.never", self.lang))
            return self._text("lag.silent", days=row.days_silent, on=row.last_as_of)
        if row.status is Status.NO_TARGET:
            return self._note(row)
        if row.status is Status.STALLED:
            return _capital(text("lag.stalled", self.lang, days=row.stalled_days))
        if row.status is Status.OVERDUE:
            days = (self.as_of - self.campaign.end).days
            return _capital(text("lag.overdue", self.lang, days=days, n=row.remaining))
        short = numbers.half_up(-(row.variance or Fraction(0)))
        return self._text("lag.behind", pace=numbers.percent(row.pace, self.lang), n=short)

    def _differences(self, codes: set[str]) -> tuple[Difference, ...]:
        return tuple(
            Difference(
                unit=one.unit_name or one.unit_code or "",
                category=_view_title(self.campaign, one.category or ALL, self.lang),
                what=named("measure", one.measure or "count", self.lang),
                day=one.as_of,
                stated=int(one.found or 0),
                summed=int(one.expected or 0),
                cause=text(f"cause.{one.reason}", self.lang, name=one.hint or ""),
            )
            for one in self.differences
            if one.unit_code in codes
        )

    # Sentences

    def _says(
        self, total: Line, head: UnitProgress | None, rows: Sequence[UnitProgress], differences: int
    ) -> list[str]:
        """Return the results as a whole in sentences a clerk can copy into the letter."""
        lang, whole = self.lang, total.whole
        unit = head.name if head else self.campaign.title(lang)
        if whole.target is None:
            return [self._text("says.no_target", unit=unit)]
        found = [
            self._text(
                "says.done",
                on=self.as_of,
                unit=_mid_sentence(unit),
                done=whole.done,
                target=whole.target,
                counts=self.counts,
                share=numbers.percent(whole.share.value, lang, whole.share.finished),
                remaining=whole.remaining,
            ),
        ]
        found += [
            "– " + self._text("says.part", name=title, done=part.done, target=part.target, share=shown)
            for title, part in zip(self.part_titles[:-1], total.parts[:-1], strict=True)
            if part.target is not None
            for shown in [numbers.percent(part.share.value, lang, part.share.finished)]
        ]
        excess = (whole.done or 0) + (whole.remaining or 0) - whole.target
        if excess and whole.remaining:
            found.append(self._text("says.excess", n=excess, counts=self.counts))
        month = numbers.month(self.month, lang)
        found.append(self._text("says.month", month=month, n=total.in_month, counts=self.counts))
        if head and head.expected is not None and head.planned_share != 1 and head.variance is not None:
            gap = numbers.half_up(head.variance)
            word = "above" if gap > 0 else "below" if gap < 0 else "exact"
            share = numbers.percent(head.planned_share, lang)
            expected = numbers.whole(head.expected, lang)
            found.append(self._text(f"says.{word}", expected=expected, share=share, n=abs(gap)))
        leaves = [row for row in rows if row.is_leaf]
        levels = {row.level for row in leaves}
        with_work = sum(row.units_with_target for row in leaves)
        done = sum(row.units_finished for row in leaves)
        if len(levels) == 1:
            word = named("levels", levels.pop(), lang).lower()
            found.append(self._text("says.units.level", finished=done, n=with_work, levels=word))
        else:
            found.append(self._text("says.units", finished=done, n=with_work))
        late = [(status, sum(row.status is status for row in leaves)) for status in LAGGING]
        listed = [
            self._text("says.lagging.one", status=named("status", status, lang).lower(), n=n) for status, n in late if n
        ]
        if listed:
            found.append(self._text("says.lagging", list="; ".join(listed)))
        if differences:
            found.append(self._text("says.differences", n=differences))
        return found


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


def _mid_sentence(name: str) -> str:
    """Return a name as it stands within a sentence: tỉnh Bắc Ninh."""
    return name[:1].lower() + name[1:] if name.startswith(_KINDS) else name


def _capital(value: str) -> str:
    return value[:1].upper() + value[1:]
