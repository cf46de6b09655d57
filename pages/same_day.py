"""Cùng kỳ: this campaign on its day N beside an earlier one, or another province's, on its own day N."""

from __future__ import annotations

from datetime import timedelta

from pages import _against, _help, _words
from pages._against import Against
from pages._cards import draw, e, link, note, panel
from pages._view import View
from reporting import headlines, same_day, same_day_chart
from reporting.same_day import Align, SameDay


def show(view: View) -> None:
    """Draw the two campaigns on one axis, the sentence that compares them, and what is compared with what."""
    others = _against.others(view)
    if not others:
        draw(_words.head(view, view.row(view.scope), view.says("same_day.alone")), _against.tabs(view))
        draw(panel(view.says("page.same_day"), f'<p class="cd-empty">{e(view.says("same_day.alone.mend"))}</p>'))
        return
    chosen = _against.chosen(view, others)
    choice = _against.choice(view, others, chosen)
    if chosen.view is None:
        said = view.says("same_day.no_data", name=chosen.campaign.title(view.lang))
        draw(_words.head(view, view.row(view.scope), said), _against.tabs(view), panel(said, choice))
        return
    found = _against.found(view, chosen)
    title = same_day.says(found, view.lang)
    draw(_words.head(view, view.row(view.scope), title), _against.tabs(view))
    drawn = choice + _align(view, found) + _steps(view, found) + same_day_chart.chart(found, view.lang)
    drawn += _on(view, chosen, found) + _help.mark("same_day", view.lang)
    draw(panel(headlines.same_day(found, view.lang), drawn))
    table = _boxed(view, "same_day.table", same_day_chart.table(found, view.lang))
    basis = _boxed(view, "same_day.basis", same_day_chart.basis(found, view.lang))
    warned = "".join(note(e(one), "plain") for one in same_day.differs(found, view.lang))
    below = panel(view.says("same_day.table"), table) + panel(view.says("same_day.basis"), basis + warned)
    draw(f'<div class="cd-grid2">{below}</div>')


def _boxed(view: View, key: str, table: str) -> str:
    """Return a table in a box that alone moves sideways where there is no room, by keyboard too."""
    return f'<div class="cd-same-box" tabindex="0" role="region" aria-label="{e(view.says(key))}">{table}</div>'


def _align(view: View, found: SameDay) -> str:
    """Return the choice of what lies upon what, as links; none where both last as long."""
    if found.mine.length == found.theirs.length:
        return ""
    options = [(str(one), view.says(f"same_day.align.{one}")) for one in Align]
    return _against.tabs_of(view, "align", view.says("same_day.align"), options, str(found.align))


def _steps(view: View, found: SameDay) -> str:
    """Return the day before and the day after, one tap each, and which day is shown."""
    campaign, standard = view.campaign, view.standard_as_of
    day = campaign.start + timedelta(days=max(found.number, 1) - 1)
    before, after = day - timedelta(days=1), day + timedelta(days=1)
    parts = []
    if before >= campaign.start and found.number:
        label = view.says("same_day.step.before", n=found.number - 1)
        parts.append(link(label, view.address.href(as_of=before.isoformat())))
    if found.number:
        here = view.says("same_day.step.here", n=found.number, of=found.mine.length)
        parts.append(f'<a href="{e(view.address.href())}" aria-current=true>{e(here)}</a>')
    if found.number and after <= min(standard, campaign.end):
        label = view.says("same_day.step.after", n=found.number + 1)
        parts.append(link(label, view.address.href(as_of="" if after == standard else after.isoformat())))
    label = e(view.says("same_day.step"))
    drawn = "".join(parts)
    return f'<div class="cd-choice"><span>{label}</span><nav class="cd-tabs" aria-label="{label}">{drawn}</nav></div>'


def _on(view: View, chosen: Against, found: SameDay) -> str:
    """Return the links that replay the overview of both campaigns as of the day compared."""
    links = [link(view.says("same_day.replay"), view.address.href("overview"))]
    number, other = min(found.there(found.number), found.theirs.known), chosen.view
    if number >= 1 and other is not None:
        day = found.theirs.start + timedelta(days=number - 1)
        words = view.says("same_day.replay.there", on=day)
        links.append(link(words, other.address.href("overview", as_of=day.isoformat())))
    return f'<p class="cd-meta">{" ".join(links)}</p>'
