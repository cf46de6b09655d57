"""The first day: what a page of figures shows until the first came: what is missing, what to do next, and by whom."""

from __future__ import annotations

from campaign.access import Right
from etl import freshness
from pages import _reach, _submitting, sources
from pages._cards import draw, e, link, note, panel
from pages._pulling import clock
from pages._view import View
from reporting import numbers
from reporting.campaigns import day_of

STEPS = (1, 2, 3)


def show(view: View) -> None:
    """Draw what the campaign waits for, the way to hand in for who may, and where else figures come from."""
    draw(
        f'<div class="cd-head"><h1>{e(view.says("first.title", n=len(view.tree.leaves)))}</h1>'
        f'<p class="cd-says">{e(_says(view))}</p></div>'
    )
    _submitting.watch(view)
    rows = len(view.waiting.open)
    if rows:
        draw(note(_reach.way(view, "issues", view.says("first.waiting", n=rows))))
    draw(_sending(view))
    _sources(view)


def _says(view: View) -> str:
    """Return which day of the campaign it is, what is to be done by when, and that nobody need look again."""
    title = view.campaign.title(view.lang)
    said = [f"{title} · {day_of(view.campaign, view.today, view.lang)}."]
    row = view.row(view.scope) if view.is_all else None
    if row is not None and row.target:
        target, on = numbers.whole(row.target, view.lang), view.campaign.end
        said.append(view.says("first.target", target=target, counts=view.counts, on=on))
    return " ".join([*said, view.says("first.moves_on")])


def _sending(view: View) -> str:
    """Return how the first figures are handed in, or who does that for somebody who may not."""
    own = [code for code in _reach.codes(view, Right.SUBMIT) if view.tree.is_leaf(code)]
    if not own or not _reach.opens(view, "sending"):
        return panel(view.says("first.who"), f"<p>{e(view.says('first.who.says'))}</p>")
    steps = "".join(
        f"<li><b>{e(view.says(f'first.send.{one}'))}</b>"
        f"<span>{e(view.says(f'first.send.{one}.says', n=len(own)))}</span></li>"
        for one in STEPS
    )
    begin = f'<a class="cd-button" href="{e(view.address.href("sending"))}">{e(view.says("first.send"))}</a>'
    form = link(view.says("sending.way.form"), view.address.href("sending", way="form"))
    return panel(view.says("first.send"), f'<ol class="cd-first">{steps}</ol><p class="cd-ways">{begin}{form}</p>')


def _sources(view: View) -> None:
    """Draw the sources with their next pulls; of a part only when the next is: sources are the whole's."""
    found = freshness.states(view.config, view.campaign.id, view.now)
    title = view.says("first.sources")
    if found and not view.figures.is_part:
        draw(f'<h2 class="cd-step">{e(title)}</h2>')
        sources.watched(view)
        draw(f'<p class="cd-ways">{_reach.way(view, "sources", view.says("first.sources.all"))}</p>')
        return
    draw(panel(title, f"<p>{e(_next(view, found))}</p>"))


def _next(view: View, found: list[freshness.State]) -> str:
    """Return when the next figures are fetched, for who does not see the sources themselves."""
    if not found:
        return view.says("first.sources.none")
    if view.quiet:
        return view.says("first.asleep")
    at = freshness.next_pull(found)
    return view.says("first.next", at=clock(view, at)) if at else view.says("first.by_hand")
