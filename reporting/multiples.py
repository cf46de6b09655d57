"""Small multiples: the burn-up of every unit below one, side by side on one scale, who is furthest behind first."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from campaign.comparing import gap_to_plan, is_behind_plan
from campaign.progress import Status, UnitProgress
from reporting import drawing, numbers
from reporting.heatmap import Days
from reporting.palette import see_through
from reporting.texts import text

HIGHEST = Fraction(5, 4)  # of the target: what lies above is cut off, or one excess would flatten all others
MOST = 36
FEW = 12  # of more, each is drawn smaller
AREA = see_through(drawing.LATEST, 0.22)


@dataclass(frozen=True, slots=True)
class Small:
    """One unit: its figures on the last day, (day, completion) of each report, and (day, share due) of its plan."""

    row: UnitProgress
    done: tuple[tuple[date, Fraction], ...]
    plan: tuple[tuple[date, Fraction], ...]

    @property
    def behind(self) -> bool:
        """Tell whether it has done less than its plan asks for by now."""
        return is_behind_plan(self.row)


@dataclass(frozen=True, slots=True)
class Multiples:
    """The units of one level side by side; `top`: the share at the upper edge of every picture."""

    as_of: date
    first: date
    last: date
    units: tuple[Small, ...]
    top: Fraction

    @property
    def behind(self) -> int:
        """Return how many are behind their plan."""
        return sum(one.behind for one in self.units)


def multiples(
    days: Days, codes: Iterable[str], plans: Mapping[str, Sequence[tuple[date, Fraction]]], span: tuple[date, date]
) -> Multiples:
    """Return the multiples of units with a target; `plans`: (day, expected) of each; `span`: first and last day."""
    as_of = max(days)
    found = []
    for code in codes:
        row = days[as_of].get(code)
        if row is None or not row.target:
            continue
        plan = tuple((day, expected / row.target) for day, expected in plans[code])
        found.append(Small(row, _reported(days, code), plan))
    found.sort(key=lambda one: (gap_to_plan(one.row) or Fraction(0), one.row.code))
    reached = [share for one in found for _, share in one.done]
    top = min(max([Fraction(1), *reached]), HIGHEST)
    return Multiples(as_of, *span, tuple(found), top)


def _reported(days: Days, code: str) -> tuple[tuple[date, Fraction], ...]:
    """Return one point a day on which something was reported: silence is not drawn as work that stood still."""
    found: dict[date, Fraction] = {}
    for day, rows in days.items():
        row = rows.get(code)
        if row is not None and row.last_as_of == day and row.completion is not None:
            found[day] = row.completion
    return tuple(found.items())


def title(drawn: Multiples, lang: str) -> str:
    """Return the multiples in one sentence."""
    if not drawn.behind:
        return text("comparing.multiples.none", lang, m=len(drawn.units))
    first = drawn.units[0].row
    return text(
        "comparing.multiples.behind",
        lang,
        n=drawn.behind,
        m=len(drawn.units),
        name=first.name,
        share=_completion(first, lang),
        planned=numbers.percent(first.planned_share, lang, finished=True),
    )


def grid(drawn: Multiples, lang: str, href: Callable[[str], str]) -> str:
    """Return the pictures as HTML, the first `MOST` of them."""
    shown = drawn.units[:MOST]
    kind = "cd-smalls cd-many" if len(shown) > FEW else "cd-smalls"
    return f'<div class="{kind}">{"".join(_figure(drawn, one, lang, href) for one in shown)}</div>'


def _completion(row: UnitProgress, lang: str) -> str:
    return numbers.percent(row.completion, lang, row.status is Status.FINISHED)


def _figure(drawn: Multiples, one: Small, lang: str, href: Callable[[str], str]) -> str:
    row = one.row
    share, planned = _completion(row, lang), numbers.percent(row.planned_share, lang, finished=True)
    says = text("comparing.multiples.alt", lang, name=row.name, share=share, planned=planned)
    tone = "behind" if one.behind else "on_track"
    sign = text(f"status.{tone}.sign", lang)
    name = f'<a href="{html.escape(href(row.code), quote=True)}">{html.escape(row.name)}</a>'
    due = html.escape(text("comparing.multiples.plan", lang, planned=planned))
    ends = "".join(f"<span>{html.escape(numbers.day_short(day, lang))}</span>" for day in (drawn.first, drawn.last))
    mark = f'<b class="cd-tone-{tone}"><span aria-hidden="true">{sign}</span> {html.escape(share)}</b>'
    return (
        f'<figure class="cd-small"><figcaption>{name}<p>{mark} <small>{due}</small></p></figcaption>'
        f'{drawing.picture(_picture(drawn, one), says)}<p class="cd-ends" aria-hidden="true">{ends}</p></figure>'
    )


def _picture(drawn: Multiples, one: Small) -> list[str]:
    length = (drawn.last - drawn.first).days + 1

    def at(day: date, share: Fraction) -> drawing.Point:
        across = Fraction((day - drawn.first).days + 1, length)
        return min(max(across, Fraction(0)), Fraction(1)), 1 - min(share, drawn.top) / (drawn.top * Fraction(21, 20))

    plan = [at(day, share) for day, share in one.plan]
    done = [at(day, share) for day, share in one.done if day <= drawn.last]
    target = at(drawn.first, Fraction(1))[1]
    parts = [drawing.line([(Fraction(0), target), (Fraction(1), target)], drawing.PLAN, 1, "2,4")]
    if one.behind and done:
        due = [point for point in plan if done[0][0] <= point[0] <= done[-1][0]]
        parts.append(drawing.area([*due, *reversed(done)], AREA))
    parts.append(drawing.line(plan, drawing.PLAN, 1.5, "6,5"))
    if done:
        parts += [drawing.line(done, drawing.DONE, 2.5), drawing.mark(done[-1], drawing.DONE, 7)]
    now, floor = at(drawn.as_of, Fraction(0))
    parts.append(drawing.line([(now, Fraction(0)), (now, floor)], drawing.LATEST, 1))
    return parts
