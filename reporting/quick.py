"""The quick view: what it says of one unit on one day, as values and words; pages/quick draws it.

One page for who has ten seconds, a phone on a bad line, a wall or a sheet of paper. Its answers are those of the brief
and its figures those of Figures; this file only chooses what is shown and puts it in order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from campaign.configuration import ALL
from campaign.freshness import Gap
from campaign.lagging import lag
from campaign.progress import Status, UnitProgress
from campaign.units import Tree
from reporting import charts, headlines, numbers, others
from reporting.answers import Card, answers
from reporting.brief import Brief, Failing, brief_of
from reporting.burnup import Burnup, burnup_of, drawn_series
from reporting.figures import Figures
from reporting.forecasts import Assessment
from reporting.freshness import Gaps, arrivals, gaps
from reporting.texts import named, text
from reporting.waiting import Waiting

MOST_DUE = 8
LAGGING = (Status.OVERDUE, Status.SILENT, Status.STALLED, Status.BEHIND, Status.AT_RISK)


@dataclass(frozen=True, slots=True)
class Line:
    """One unit as a line of a board or a list: its figures as they are read, its bar and its mark in percent."""

    code: str
    name: str
    within: str
    is_leaf: bool
    is_here: bool
    rank: str
    moved: int
    share: str
    width: float
    plan: float | None
    done: str
    target: str
    remaining: str
    done_today: str
    due_today: str
    short_today: str
    standing: str
    sign: str
    word: str
    why: str


@dataclass(frozen=True, slots=True)
class Board:
    """Units of one level in the order of their ranks. `skipped`: how many are left out after the first `before`."""

    title: str
    lines: tuple[Line, ...]
    before: int = 0
    skipped: int = 0

    def cut(self, most: int) -> Board:
        """Return the board with at most so many lines: both ends are what is looked for, those at the end even more."""
        gone = len(self.lines) - most
        if gone <= 0:
            return self
        before = most // 3
        return Board(self.title, (*self.lines[:before], *self.lines[before + gone :]), before, self.skipped + gone)


@dataclass(frozen=True, slots=True)
class Due:
    """What is left of the day's work: the units with the most, how many more there are, and how many were due."""

    lines: tuple[Line, ...]
    more: int
    more_left: str
    met: int
    due: int


@dataclass(frozen=True, slots=True)
class Quick:
    """Everything the page shows of one unit on one day; `path`: (code, name) from the top one in view down to it."""

    lang: str
    brief: Brief
    row: UnitProgress
    sign: str
    word: str
    view: str
    path: tuple[tuple[str, str], ...]
    done: Card
    outlook: Card | None
    today: Card | None
    rank: str
    counts: str
    burnup: Burnup | None
    burnup_said: str
    described: str
    due: Due
    below: Board
    leaves: Board
    rest: Board
    lagging: tuple[Line, ...]
    lagging_n: int
    outlook_said: str
    today_said: str
    nobody: str
    alone: Card | None
    alone_said: tuple[str, ...]
    is_part: bool = False

    def cut(self, most: int) -> Quick:
        """Return the same with boards of at most so many lines."""
        return replace(self, below=self.below.cut(most), leaves=self.leaves.cut(most), rest=self.rest.cut(most))


@dataclass(frozen=True)
class Day:
    """The figures of every unit in view on one day, and what is to be expected of each; shared by all its pages."""

    figures: Figures
    rows: Sequence[UnitProgress]
    assessed: dict[str, Assessment]
    kept: Gaps
    tree: Tree
    waiting: Waiting

    def standing(self, row: UnitProgress) -> str:
        """Return the word a unit is shown by: its status, or that its silence is a failure of our own."""
        down = self.kept.gap_of(row) is Gap.SOURCE_DOWN
        return str(Gap.SOURCE_DOWN if down else row.status)

    def below(self, code: str) -> list[UnitProgress]:
        """Return the units right below one, in the order of their ranks."""
        return [row for row in self.rows if row.parent_code == code]

    def within(self, code: str) -> list[UnitProgress]:
        """Return the leaves at and below a unit, in the order of their ranks."""
        inside = frozenset(self.tree.subtree(code))
        return [row for row in self.rows if row.is_leaf and row.code in inside]


def day_of(
    figures: Figures, row: UnitProgress, failing: Failing, assessed: dict[str, Assessment], waiting: Waiting
) -> Day:
    """Return the day that a unit's row belongs to: same category, stage and date; the rest is of that day too."""
    rows = tuple(figures.progress(row.as_of, category=row.category, stage=row.stage))
    kept = gaps(figures, rows, failing.outages, failing.configured, arrivals(figures) if failing.outages else None)
    return Day(figures, rows, assessed, kept, figures.tree(row.as_of), waiting)


def quick(day: Day, row: UnitProgress, now: datetime, lang: str, failing: Failing, most: int) -> Quick:
    """Return the quick view of one unit; a board holds at most `most` lines. `now` is UTC."""
    tree, figures = day.tree, day.figures
    told = brief_of(figures, row, now, lang, failing, rows_waiting=day.waiting)
    said = answers(told, day.assessed[row.code], figures.campaign)
    series = drawn_series(figures, row.code, row.as_of, row.category, row.stage) if row.target else [row]
    above = (*tree.ancestors(row.code)[::-1], row.code)
    leaves, below = day.within(row.code), day.below(row.code)
    if row.is_leaf and row.parent_code is not None:  # one among its own
        leaves = [one for one in day.rows if one.parent_code == row.parent_code]
    lagging = [one for one in leaves if day.standing(one) in LAGGING]
    lagging.sort(key=lambda one: (LAGGING.index(one.status), -lag(one), -(one.remaining or 0), one.code))
    return Quick(
        lang=lang,
        brief=told,
        row=row,
        sign=text(f"status.{told.standing}.sign", lang),
        word=text(f"status.{told.standing}", lang),
        view=_view(day, row, lang),
        path=tuple((code, tree.unit(code).name) for code in above),
        done=said.done,
        outlook=said.outlook,
        today=said.today,
        rank=_rank(day, row, lang),
        counts=_counts(day, row, lang),
        burnup=_burnup(day, row, series),
        burnup_said=headlines.burnup(series, figures.campaign, lang),
        described=charts.described(row, lang),
        due=_due(day, row, lang),
        below=_board(day, [one for one in below if not one.is_leaf], row, lang, most),
        leaves=_board(day, leaves if len(leaves) > 1 else [], row, lang, most),
        rest=_rest(day, row, lang),
        lagging=tuple(_line(day, one, row, lang) for one in lagging[:most]),
        lagging_n=len(lagging),
        outlook_said=said.outlook_said,
        today_said=said.today_said,
        nobody=said.nobody,
        alone=said.alone,
        alone_said=said.alone_said,
        is_part=figures.is_part,
    )


def _view(day: Day, row: UnitProgress, lang: str) -> str:
    """Return which part of the work is counted; empty for the whole of it."""
    campaign, said = day.figures.campaign, []
    if row.category != ALL:
        parts = (*campaign.groups, *campaign.categories)
        said += [one.title(lang) for one in parts if one.id == row.category][:1]
    if row.stage != campaign.headline:
        said += [one.title(lang) for one in campaign.stages if one.id == row.stage]
    return " · ".join(said)


def _counts(day: Day, row: UnitProgress, lang: str) -> str:
    stage = next((one for one in day.figures.campaign.stages if one.id == row.stage), None)
    return (stage.counted(lang) if stage else None) or text("word.records", lang)


def _rank(day: Day, row: UnitProgress, lang: str) -> str:
    """Return a unit's place among all of its level; empty for the only one and for one without rank."""
    peers = others.peers(day.figures, row)
    if row.rank is None or peers == 1:
        return ""
    level = named("level", row.level, lang)
    if peers is None:  # who sees a part may not count the others
        return text("quick.rank.alone", lang, rank=row.rank, level=level)
    return text("quick.rank", lang, rank=row.rank, of=peers, level=level)


def _burnup(day: Day, row: UnitProgress, series: Sequence[UnitProgress]) -> Burnup | None:
    """Return the burn-up of a unit; None without a target to climb to."""
    if not row.target:
        return None
    figures, campaign = day.figures, day.figures.campaign
    return burnup_of(
        series,
        figures.plan(row.code, category=row.category, stage=row.stage, as_of=row.as_of),
        campaign,
        row.as_of,
        charts.excused_days(campaign, day.tree, row.code),
        day.assessed[row.code].prospect.band,
    )


def _due(day: Day, row: UnitProgress, lang: str) -> Due:
    """Return what is left of the day's work, the units with the most first; a source's failure is not theirs."""
    leaves = [one for one in day.within(row.code) if one.catchup_today]
    left = [one for one in leaves if one.short_today]
    left.sort(key=lambda one: (-(one.short_today or 0), one.code))
    rest = left[MOST_DUE:]
    return Due(
        lines=tuple(_line(day, one, row, lang) for one in left[:MOST_DUE]),
        more=len(rest),
        more_left=numbers.whole(sum(one.short_today or 0 for one in rest), lang),
        met=len(leaves) - len(left),
        due=len(leaves),
    )


def _board(day: Day, rows: Sequence[UnitProgress], here: UnitProgress, lang: str, most: int) -> Board:
    """Return units in the order of their ranks; too many are cut in the middle, as both ends are what is looked for."""
    if not rows:
        return Board("", ())
    levels = {row.level for row in rows}
    level = named("levels", rows[0].level, lang) if len(levels) == 1 else text("quick.board.units", lang)
    title = text("quick.board", lang, level=level)
    if len(rows) <= most:
        return Board(title, tuple(_line(day, one, here, lang) for one in rows))
    before = most // 3  # those at the end are the ones to be helped
    kept = [*rows[:before], *rows[len(rows) - (most - before) :]]
    return Board(title, tuple(_line(day, one, here, lang) for one in kept), before, len(rows) - most)


def _rest(day: Day, here: UnitProgress, lang: str) -> Board:
    """Return what may be known of a level by who sees a part of it: on the page of the highest unit that is his."""
    if here.parent_code is not None:
        return Board("", ())
    known = others.board(day.figures, here.as_of, here.level, category=here.category, stage=here.stage)
    if not known:
        return Board("", ())
    level = named("levels", here.level, lang)
    lines = tuple(_line(day, one.row, here, lang) if one.row else _unseen(one, lang) for one in known)
    return Board(text("quick.board", lang, level=level), lines)


def _unseen(one: others.Known, lang: str) -> Line:
    """Return another's unit as a line: its place, its share and its status; nothing leads to it."""
    return Line(
        code="",
        name=one.name or text("others.unnamed", lang),
        within="",
        is_leaf=True,
        is_here=False,
        rank=numbers.whole(one.rank, lang),
        moved=0,
        share=numbers.percent(one.share, lang, one.status is Status.FINISHED),
        width=charts.width(one.share),
        plan=None,
        done="",
        target="",
        remaining="",
        done_today="",
        due_today="",
        short_today="",
        standing=str(one.status),
        sign=text(f"status.{one.status}.sign", lang),
        word=text(f"status.{one.status}", lang),
        why="",
    )


def _line(day: Day, row: UnitProgress, here: UnitProgress, lang: str) -> Line:
    standing, above = day.standing(row), row.parent_code
    return Line(
        code=row.code,
        name=row.name,
        within=day.tree.unit(above).name if above is not None and above not in (here.code, here.parent_code) else "",
        is_leaf=row.is_leaf,
        is_here=row.code == here.code,
        rank=numbers.whole(row.rank, lang),
        moved=row.rank_change or 0,
        share=numbers.percent(row.completion, lang, row.status is Status.FINISHED),
        width=charts.width(row.completion),
        plan=None if row.planned_share is None else charts.width(row.planned_share),
        done=numbers.whole(row.done, lang),
        target=numbers.whole(row.target, lang),
        remaining=numbers.whole(row.remaining, lang),
        done_today=numbers.whole(row.done_today, lang),
        due_today=numbers.whole(row.catchup_today, lang),
        short_today=numbers.whole(row.short_today, lang),
        standing=standing,
        sign=text(f"status.{standing}.sign", lang),
        word=text(f"status.{standing}", lang),
        why=charts.why(row, day.figures.campaign.end, lang),
    )
