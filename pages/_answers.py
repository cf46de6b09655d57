"""The five answers at the top of Tổng quan, in one row: nobody scrolls to learn how it goes and whether to believe it.

They are the answers of the quick view (reporting/answers.py), so a phone, a wall and this page never disagree.
"""

from __future__ import annotations

from campaign.progress import UnitProgress
from campaign.prospects import Standing
from pages import _brief, _forecast, _help, _words
from pages._cards import e, link, unit_link
from pages._view import View
from reporting import numbers
from reporting.answers import Answers, Card, answers, called
from reporting.brief import Call

HELP = {"where": "completion", "outlook": "outlook", "today": "catchup_today", "calls": "gap_share"}
TOLD = 3  # faults that have room; the rest are counted


def row_of_five(view: View, row: UnitProgress) -> str:
    """Return where we are, whether we will make it, the day, whom to call, and whether the numbers are true."""
    said = answers(_brief.told(view), _forecast.of(view, view.scope), view.campaign)
    drawn = (_where(view, said, row), _outlook(view, said, row), _today(view, said, row))
    if row.is_leaf:  # who reports himself looks first for what the day asks of him
        drawn = (drawn[2], drawn[0], drawn[1])
    last = _alone(view, said) if said.alone else _calls(view, said)
    return f'<div class="cd-answers">{"".join(drawn)}{last}{_true(view, said)}</div>'


def _answer(lang: str, name: str, title: str, body: str, figure: Card | None = None, small: str = "") -> str:
    """Return one answer; `small` stands beside its figure, `body` is HTML already."""
    shown = ""
    if figure is not None:
        plan = "" if figure.plan is None else f'<b style="left:{figure.plan}%"></b>'
        shown = (
            f'<div class="cd-figure" data-tone="{figure.tone}">{e(figure.figure)} <small>{e(small)}</small></div>'
            f'<div class="cd-track" aria-hidden="true"><i style="width:{figure.width}%"></i>{plan}</div>'
        )
    mark = _help.mark(HELP[name], lang, title) if name in HELP else ""
    return f'<section class="cd-card cd-answer" data-answer="{name}"><h2>{e(title)}</h2>{shown}{body}{mark}</section>'


def _lines(*lines: str) -> str:
    """Return lines of HTML, those that say nothing left out."""
    return "".join(f"<p>{line}</p>" for line in lines if line)


def _where(view: View, said: Answers, row: UnitProgress) -> str:
    due = numbers.percent(row.planned_share, view.lang, finished=True)
    small = view.says("overview.answer.plan", share=due) if row.planned_share is not None else ""
    left = view.says(
        f"overview.answer.left{'.over' if row.excess else ''}",
        n=numbers.whole(row.remaining, view.lang),
        counts=view.counts,
        over=numbers.whole(row.excess, view.lang),
    )
    units = view.says("overview.units.of", finished=row.units_finished, n=row.units_with_target)
    told = (e(left) if row.remaining else "", "" if row.is_leaf else e(units))
    return _answer(view.lang, "where", view.says("quick.ask.where"), _lines(*told), said.done, small)


def _outlook(view: View, said: Answers, row: UnitProgress) -> str:
    ended = _forecast.of(view, view.scope).prospect.standing is Standing.ENDED
    look = "" if ended else link(view.says("forecast.look"), view.address.href("forecast"))
    need = numbers.whole(row.required_per_day, view.lang)
    per_day = view.says("overview.answer.per_day", n=need, on=numbers.day_short(view.campaign.end, view.lang))
    told = (f"{e(said.outlook_more)} {look}".strip(), e(per_day) if row.required_per_day else "")
    small = said.outlook.of if said.outlook else ""
    return _answer(view.lang, "outlook", view.says("quick.ask.outlook"), _lines(*told), said.outlook, small)


def _today(view: View, said: Answers, row: UnitProgress) -> str:
    plan = view.says("overview.today.plan", n=numbers.whole(row.planned_today, view.lang))
    told = (_words.today(view, row) if said.today else e(said.today_said), e(plan) if said.today else "")
    small = said.today.of if said.today else ""
    return _answer(view.lang, "today", view.says("quick.ask.today", on=row.as_of), _lines(*told), said.today, small)


def _calls(view: View, said: Answers) -> str:
    body = "".join(_call(view, one) for one in said.brief.calls)
    body = f'<ol class="cd-calls">{body}</ol>' if body else _lines(e(said.nobody))
    return _answer(view.lang, "calls", view.says("quick.ask.calls"), body)


def _call(view: View, one: Call) -> str:
    within = f"<small>{e(one.within)}</small>" if one.within else ""
    return f"<li><div>{unit_link(view, one.code, one.name)}{within}</div><p>{e(called(one, view.lang))}</p></li>"


def _alone(view: View, said: Answers) -> str:
    """Return what a leaf has left, where a roll-up says whom to call."""
    lines = _lines(*(e(line) for line in said.alone_said))
    return _answer(view.lang, "calls", view.says("column.remaining.long"), lines, said.alone, view.counts)


def _true(view: View, said: Answers) -> str:
    """Return whether the numbers can be believed: what is wrong with them, how fresh they are, where to mend them."""
    faults = said.brief.data
    tone, sign, word = ("at_risk", "▲", "quick.true.not") if faults else ("on_track", "✓", "quick.true.yes")
    chip = f'<span class="cd-chip cd-{tone}"><span aria-hidden="true">{sign}</span>{e(view.says(word))}</span>'
    more = view.says("overview.answer.more", n=len(faults) - TOLD) if len(faults) > TOLD else ""
    told = "; ".join([*faults[:TOLD], *([more] if more else [])])
    told = f"{told[:1].upper()}{told[1:]}." if told else ""
    stopped = _stopped(view)
    mend = link(view.says("page.issues"), view.address.href("issues")) if faults else ""
    at = numbers.moment(view.figures.published_at, view.config.zone, view.lang)
    lines = _lines(chip, stopped, f"{e(told)} {mend}".strip(), e(view.says("data.published", at=at)))
    return _answer(view.lang, "true", view.says("quick.ask.true"), lines)


def _stopped(view: View) -> str:
    """Return that nobody receives figures now; empty while the scheduler works."""
    return f'<b class="cd-wrong">{e(view.says("live.quiet"))}</b>' if view.quiet else ""
