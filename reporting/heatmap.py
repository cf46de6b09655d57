"""The heatmap: how every unit stood against its plan on every day, the worst first, district by district.

It is a table of words and figures that is coloured, not a picture: a sign and a figure stand in every cell, so it is
read without colours, on paper and by a screen reader alike.
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from campaign.comparing import Share, day_share, days_below, pace, run_so_far
from campaign.configuration import StatusRules
from campaign.progress import UnitProgress
from campaign.units import Tree
from reporting import numbers
from reporting.texts import text

FAR_BELOW = Fraction(1, 2)
MOST_OPEN = 200  # leaves; of more, districts come first
LINES = 200  # on one part of the table
MEASURES: dict[str, Share] = {"pace": pace, "day": day_share}
Days = Mapping[date, Mapping[str, UnitProgress]]


class Kind(StrEnum):
    """What one cell says; the value is its class in the page's style."""

    FINISHED = "d"
    ON_TRACK = "o"
    AT_RISK = "r"
    BEHIND = "b"
    FAR_BEHIND = "f"
    SILENT = "s"
    SOURCE_DOWN = "u"
    EXCUSED = "x"
    NONE = "n"


UNSEEN = (Kind.FINISHED, Kind.SILENT, Kind.SOURCE_DOWN, Kind.EXCUSED)


@dataclass(frozen=True, slots=True)
class Cell:
    """One unit on one day: what it says, and done against planned where there is such a share."""

    kind: Kind
    share: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One unit: its figures on the last day, its days, and for how many working days in a row it is below its plan."""

    row: UnitProgress
    cells: tuple[Cell, ...]
    below: int


@dataclass(frozen=True, slots=True)
class Group:
    """One unit above leaves, and these, the worst first."""

    head: Line
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Heatmap:
    """Every leaf in view on every day, and what its title needs: `run` working days in a row are asked for."""

    days: tuple[date, ...]
    groups: tuple[Group, ...]
    run: int
    below: tuple[Line, ...]
    kinds: frozenset[Kind]

    @property
    def leaves(self) -> int:
        """Return how many leaves there are."""
        return sum(len(group.lines) for group in self.groups)

    @property
    def collapsed(self) -> bool:
        """Tell whether there are so many leaves that districts come first."""
        return self.leaves > MOST_OPEN and len(self.groups) > 1

    @property
    def most(self) -> tuple[Group, int] | None:
        """Return the group with the most units below their plan, and how many; None when there is no such one."""
        found = Counter(line.row.parent_code for line in self.below).most_common(2)
        if len(self.groups) == 1 or not found or len({n for _, n in found}) < len(found):
            return None
        code, n = found[0]
        return next(group for group in self.groups if group.head.row.code == code), n


def heatmap(
    days: Days, tree: Tree, scope: str, measure: str, rules: StatusRules, down: Collection[str] = ()
) -> Heatmap:
    """Return the heatmap of the leaves of `scope`; `days`: figures by day and unit, at least one day, in order.

    `down`: units whose silence on the last day is a failure of our own.
    """
    share, dates = MEASURES[measure], tuple(days)
    now = days[dates[-1]]

    def line(code: str) -> Line:
        rows = [days[day].get(code) for day in dates]
        missing = {dates[-1]} if code in down else set()
        cells = tuple(_cell(row, share, rules, row is not None and row.as_of in missing) for row in rows)
        return Line(now[code], cells, days_below([row for row in rows if row], share))

    below: dict[str, list[Line]] = {}
    inside = tree.subtree(scope)
    for code in inside:
        if tree.is_leaf(code) and code in now:
            below.setdefault(tree.unit(code).parent_code or code, []).append(line(code))
    groups = [Group(line(code), tuple(sorted(lines, key=worst))) for code, lines in below.items() if code in now]
    groups.sort(key=lambda group: worst(group.head))
    leaves = [one for group in groups for one in group.lines]
    working = [row for day in dates if (row := days[day].get(scope)) is not None]
    run = run_so_far(working)
    late = tuple(one for one in leaves if run and one.below >= run)
    kinds = frozenset(cell.kind for one in leaves for cell in one.cells)
    return Heatmap(dates, tuple(groups), run, late, kinds)


def worst(line: Line) -> tuple[bool, bool, Fraction, str]:
    """Return the place of a line: the lowest pace first, the finished after the others, those without one last."""
    found = line.row.pace
    return found is None, line.row.remaining == 0, found or Fraction(0), line.row.code


def _cell(row: UnitProgress | None, share: Share, rules: StatusRules, missing: bool) -> Cell:  # noqa: FBT001 - a mark, not a mode
    if row is None or not row.target:
        return Cell(Kind.NONE)
    if row.remaining == 0:
        return Cell(Kind.FINISHED)
    if not row.planned_today:
        return Cell(Kind.EXCUSED)
    if missing:
        return Cell(Kind.SOURCE_DOWN)
    if row.last_as_of is None or row.last_as_of < row.as_of:
        return Cell(Kind.SILENT)
    found = share(row)
    return Cell(Kind.NONE) if found is None else Cell(banded(found, rules), found)


def banded(share: Fraction, rules: StatusRules) -> Kind:
    """Return the band of a share: the bounds are those of the statuses, and below half is far below."""
    if share >= Fraction(rules.at_risk_below):
        return Kind.ON_TRACK
    if share >= Fraction(rules.behind_below):
        return Kind.AT_RISK
    return Kind.BEHIND if share >= FAR_BELOW else Kind.FAR_BEHIND


def title(heat: Heatmap, lang: str) -> str:
    """Return the heatmap in one sentence."""
    if not any(line.row.target for group in heat.groups for line in group.lines):
        return text("comparing.heat.no_target", lang)
    if not heat.run:
        return text("comparing.heat.no_day", lang)
    if not heat.below:
        return text("comparing.heat.none", lang, days=text(f"comparing.run.{heat.run}", lang))
    told = text("comparing.heat.below", lang, n=len(heat.below), days=text(f"comparing.run.{heat.run}", lang))
    if heat.most is not None:
        group, n = heat.most
        key = "comparing.heat.most" if n < len(heat.below) else "comparing.heat.in"
        told += text(key, lang, where=group.head.row.name, n=n)
    silent = sum(line.cells[-1].kind is Kind.SILENT for line in heat.below)
    return told + (text("comparing.heat.silent", lang, n=silent) if silent else "")


@dataclass(frozen=True, slots=True)
class Part:
    """Which lines of a long heatmap are shown: the part, how many parts there are, and the lines (head of group?)."""

    number: int
    parts: int
    lines: tuple[tuple[bool, Line, int], ...]  # is the head of a group, the line, leaves below it


def part_of(heat: Heatmap, opened: Collection[str], number: int) -> Part:
    """Return one part of the table, counted from 1; groups in `opened` show their units where districts come first."""
    lines: list[tuple[bool, Line, int]] = []
    for group in heat.groups:
        if group.head.row.is_leaf:
            lines.append((False, group.head, 0))
            continue
        lines.append((True, group.head, len(group.lines)))
        if not heat.collapsed or group.head.row.code in opened:
            lines += [(False, line, 0) for line in group.lines]
    parts = max(-(-len(lines) // LINES), 1)
    number = min(max(number, 1), parts)
    return Part(number, parts, tuple(lines[(number - 1) * LINES : number * LINES]))


def table(
    heat: Heatmap,
    shown: Part,
    lang: str,
    href: Callable[[str], str],
    toggle: Callable[[str], str] | None,
    opened: Collection[str] = (),
) -> str:
    """Return a part as HTML; `href`: the link to a unit's page, `toggle`: the link that opens or closes a district."""
    days = "".join(f"<th scope=col>{html.escape(numbers.day_short(day, lang))}" for day in heat.days)
    head = f"<thead><tr><th scope=col>{html.escape(text('column.name.short', lang))}{days}</thead>"
    words = {kind: f"<span class=cd-unseen>{html.escape(said(kind, lang))}</span>" for kind in UNSEEN}
    body = "".join(
        _line(lang, is_head, line, href, words, _toggle(heat, line, leaves, lang, toggle, opened))
        for is_head, line, leaves in shown.lines
    )
    caption = html.escape(title(heat, lang))
    return (
        f'<table class="cd-heat" style="--cd-days:{len(heat.days)}"><caption class="cd-unseen">{caption}</caption>'
        f"{head}<tbody>{body}</tbody></table>"
    )


def _toggle(
    heat: Heatmap,
    line: Line,
    leaves: int,
    lang: str,
    toggle: Callable[[str], str] | None,
    opened: Collection[str],
) -> str:
    if not leaves:
        return ""
    told = html.escape(text("comparing.units", lang, n=leaves))
    if toggle is None or not heat.collapsed:
        return f"<small>{told}</small>"
    is_open = line.row.code in opened
    link = html.escape(toggle(line.row.code), quote=True)
    sign = "▾" if is_open else "▸"
    return f'<a class="cd-toggle" href="{link}" aria-expanded="{str(is_open).lower()}">{sign} {told}</a>'


def _line(
    lang: str,
    is_head: bool,  # noqa: FBT001 - what the line is, not a mode
    line: Line,
    href: Callable[[str], str],
    words: Mapping[Kind, str],
    after: str,
) -> str:
    cells = "".join(f"<td class={cell.kind.value}>{words.get(cell.kind) or _share(cell, lang)}" for cell in line.cells)
    name = f'<a href="{html.escape(href(line.row.code), quote=True)}">{html.escape(line.row.name)}</a>'
    kind = " class=cd-group" if is_head else ""
    return f"<tr{kind}><th scope=row>{name}{after}{cells}"


def said(kind: Kind, lang: str, **bounds: str) -> str:
    """Return a kind of cell in words."""
    return text(f"comparing.kind.{kind.name.lower()}", lang, **bounds)


def _share(cell: Cell, lang: str) -> str:
    if cell.share is None:
        return numbers.NONE if cell.kind is Kind.NONE else ""
    return html.escape(numbers.percent(cell.share, lang).removesuffix("%"))


def key(heat: Heatmap, rules: StatusRules, lang: str) -> str:
    """Return the key as HTML: the sign and colour of each kind that occurs, in words."""
    bounds = {
        "far": numbers.bound(FAR_BELOW, lang),
        "behind": numbers.bound(Fraction(rules.behind_below), lang),
        "at_risk": numbers.bound(Fraction(rules.at_risk_below), lang),
    }
    drawn = "".join(
        f"<span><i class={kind.value}></i>{html.escape(said(kind, lang, **bounds))}</span>"
        for kind in Kind
        if kind in heat.kinds
    )
    return f'<div class="cd-heat-key">{drawn}</div>'
