"""So sánh: units against each other and against the plan, day by day; where they move, and where the work piles up."""

from __future__ import annotations

from pages import _against, _compared, _words
from pages._cards import draw, e, panel
from pages._view import View
from reporting.heatmap import MEASURES


def show(view: View) -> None:
    """Draw the heatmap, the small multiples, the rank movement and the stage funnel of the units in view."""
    title = view.says("comparing.title", on=min(view.as_of, view.campaign.end))
    draw(_words.head(view, view.row(view.scope), title), _against.tabs(view))
    if view.as_of < view.campaign.start:
        draw(panel(view.says("page.comparing"), _empty(view, "comparing.not_begun", on=view.campaign.start)))
        return
    charts = _compared.all_of(view)
    draw(panel(charts["heat"].title, _measures(view) + charts["heat"].body, view.says("comparing.heat.note")))
    if charts["multiples"].title:
        body = charts["multiples"].body
        draw(panel(charts["multiples"].title, body, view.says("comparing.multiples.note")))
    note = view.says("comparing.moves.note") if charts["moves"].body else ""
    drawn = panel(charts["moves"].title, charts["moves"].body, note) if charts["moves"].title else ""
    if charts["funnel"].title:
        drawn += panel(charts["funnel"].title, charts["funnel"].body, view.says("comparing.funnel.note"))
        drawn = f'<div class="cd-grid2">{drawn}</div>'
    if drawn:  # one unit alone has no moves, and one stage no funnel
        draw(drawn)


def _measures(view: View) -> str:
    """Return the choice of what the cells show, as links."""
    now = _compared.measure_of(view)
    tabs = "".join(
        f'<a href="{e(view.address.href(measure=one if number else "", part=""))}"'
        f"{' aria-current=true' if one == now else ''}>{e(view.says(f'comparing.measure.{one}'))}</a>"
        for number, one in enumerate(MEASURES)
    )
    label = e(view.says("comparing.measure"))
    return f'<div class="cd-choice"><span>{label}</span><nav class="cd-tabs" aria-label="{label}">{tabs}</nav></div>'


def _empty(view: View, key: str, **params: object) -> str:
    return f'<p class="cd-empty">{e(view.says(key, **params))}</p>'
