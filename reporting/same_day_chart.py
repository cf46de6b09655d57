"""The same day of two campaigns as a picture and as a table: two burn-ups in shares of their targets on one axis."""

from __future__ import annotations

import html
from fractions import Fraction

from reporting import drawing, numbers
from reporting.same_day import Align, SameDay, Side, gap_of, picked, points, says, share
from reporting.texts import text

HIGHEST = Fraction(5, 4)  # of the target: what lies above is cut off, or one excess would flatten all others
HEADROOM = Fraction(21, 20)
MOST_LABELS = 6
GRID = (Fraction(0), Fraction(1, 4), Fraction(1, 2), Fraction(3, 4), Fraction(1))
LOOKS = {"mine": (drawing.DONE, 3.5, ""), "theirs": (drawing.PLAN, 3.0, "9,5"), "plan": (drawing.PLAN, 1.5, "2,5")}


def _longest(found: SameDay) -> int:
    """Return the number of days the axis holds: of mine, or of the longer one where days meet by their number."""
    return found.mine.length if found.align is Align.SHARE else max(found.mine.length, found.theirs.length)


def _across(found: SameDay, side: Side, number: int) -> Fraction:
    return Fraction(number, side.length if found.align is Align.SHARE else _longest(found))


def _top(found: SameDay) -> Fraction:
    reached = [value for side in (found.mine, found.theirs) for _, value in side.reported]
    return min(max([Fraction(1), *reached]), HIGHEST) * HEADROOM


def chart(found: SameDay, lang: str) -> str:
    """Return the key, the picture and its labels as HTML."""
    top = _top(found)
    ticks = "".join(
        f'<span style="top:{drawing.percent(1 - one / top)}">{numbers.whole(one * 100, lang)}%</span>' for one in GRID
    )
    days = "".join(
        f'<span style="left:{drawing.percent(Fraction(one, _longest(found)))}">{_day(found, one, lang)}</span>'
        for one in _ticks(_longest(found))
    )
    return (
        f'<p class="cd-keys">{_key(found, lang)}</p><div class="cd-same">'
        f'<div class="cd-same-y" aria-hidden="true">{ticks}</div>'
        f'<div class="cd-same-plot">{drawing.picture(_picture(found, top), says(found, lang))}'
        f'<div class="cd-same-x" aria-hidden="true">{days}</div></div></div>'
    )


def _picture(found: SameDay, top: Fraction) -> list[str]:
    def at(side: Side, number: int, value: Fraction) -> drawing.Point:
        return _across(found, side, number), 1 - min(value, top) / top

    parts = [
        drawing.line([(Fraction(0), 1 - one / top), (Fraction(1), 1 - one / top)], drawing.BAND, 1) for one in GRID
    ]
    plan = [at(found.mine, number, due) for number, due in found.mine.plan]
    if plan:
        parts.append(drawing.line(plan, *LOOKS["plan"]))
    for side, name in ((found.theirs, "theirs"), (found.mine, "mine")):
        colour, wide, dash = LOOKS[name]
        day = found.number if side is found.mine else found.there(found.number)
        drawn = {number: at(side, number, value) for number, value in side.reported}
        if drawn:
            parts.append(drawing.line(drawn.values(), colour, wide, dash))
            parts += [drawing.mark(point, colour, 11) for number, point in drawn.items() if number <= day][-1:]
    if found.number:
        now = _across(found, found.mine, found.number)
        parts.append(drawing.line([(now, Fraction(0)), (now, Fraction(1))], drawing.LATEST, 1.5))
    return parts


def _ticks(length: int) -> list[int]:
    step = max(-(-length // MOST_LABELS), 1)
    return list(range(0, length + 1, step)) if length % step == 0 else [*range(0, length - step // 2, step), length]


def _day(found: SameDay, number: int, lang: str) -> str:
    if found.align is Align.SHARE:
        return f"{numbers.whole(Fraction(number * 100, _longest(found)), lang)}%"
    return html.escape(text("same_day.tick", lang, n=number)) if number else "0"


def _key(found: SameDay, lang: str) -> str:
    there = min(found.there(found.number), found.theirs.length)
    keys = [
        ("cd-solid", found.mine.campaign, share(found.mine.at(found.number), lang)),
        ("cd-long", found.theirs.campaign, share(found.theirs.at(there), lang)),
        ("cd-dot", text("same_day.plan", lang), ""),
    ]
    return "".join(
        f'<span><i class="{kind}"></i>{html.escape(name)}{f" <b>{html.escape(now)}</b>" if now else ""}</span>'
        for kind, name, now in keys
    )


def table(found: SameDay, lang: str) -> str:
    """Return both sides day by day as a table, the day compared marked."""
    heads = (
        text("same_day.column.day", lang),
        text("same_day.column.mine", lang),
        text("same_day.column.theirs", lang),
        text("same_day.column.gap", lang),
    )
    head = "".join(f"<th scope=col>{html.escape(one)}" for one in heads)
    lines = "".join(_line(found, number, lang) for number in picked(found.mine.length, found.number))
    return f'<table class="cd-plain cd-same-days"><thead><tr>{head}</thead><tbody>{lines}</tbody></table>'


def _line(found: SameDay, number: int, lang: str) -> str:
    there = found.there(number)
    here, other = found.mine.at(number) if number <= found.number else None, found.theirs.at(there)
    gap = gap_of(here, other)
    day = text("same_day.line", lang, n=number)
    if there != number:
        day = text("same_day.line.share", lang, n=number, there=there)
    tone = "" if not gap else " class=cd-tone-on_track" if gap > 0 else " class=cd-tone-behind"
    now = " aria-current=true" if number == found.number else ""
    return (
        f"<tr{now}><th scope=row>{html.escape(day)}<td>{share(here, lang)}<td>{share(other, lang)}"
        f"<td><span{tone}>{points(gap, lang)}</span>"
    )


def basis(found: SameDay, lang: str) -> str:
    """Return what is compared with what, side by side: campaign, unit, stage, kinds, time, target."""
    sides = (found.mine, found.theirs)
    rows = [
        ("filter.campaign", [one.campaign for one in sides]),
        ("filter.unit", [one.unit for one in sides]),
        ("filter.stage", [one.stage or numbers.NONE for one in sides]),
        ("filter.category", [one.category for one in sides]),
        ("same_day.time", [_time(one, lang) for one in sides]),
        ("column.target.short", [numbers.whole(one.target, lang) for one in sides]),
    ]
    lines = "".join(
        f"<tr><th scope=row>{html.escape(text(key, lang))}{''.join(f'<td>{html.escape(one)}' for one in values)}"
        for key, values in rows
    )
    heads = "".join(f"<th scope=col>{html.escape(text(f'same_day.column.{one}', lang))}" for one in ("mine", "theirs"))
    return f'<table class="cd-plain cd-same-basis"><thead><tr><td>{heads}</thead><tbody>{lines}</tbody></table>'


def _time(side: Side, lang: str) -> str:
    return text("same_day.days", lang, n=side.length, first=side.start, last=side.end)
