"""The one chart of a page: a unit's burn-up, in a card with its key."""

from __future__ import annotations

import streamlit as st

from pages import _ask, _forecast
from pages._cards import draw, e, panel
from pages._turns import rest
from pages._view import View
from reporting import charts, numbers

SHOWN = "cd_chart_shown"
HEAD_START_SECONDS = 0.3


def burnup(view: View, unit: str) -> None:
    """Draw done so far against the plan for one unit."""
    if not view.row(unit).target:
        draw(panel(view.says("overview.burnup"), f'<p class="cd-empty">{e(view.says("chart.no_target"))}</p>'))
        return
    ask = (view.edition, unit, view.category, view.stage, view.as_of)
    with st.container(key="cd-chart"):
        said, chart, picture = _ask.burnup(*ask, view.lang, view.figures)
        title = f'<h2 class="cd-h2">{e(said)}</h2>'
        draw(f'<div class="cd-chart-head">{title}<div class="cd-keys">{_keys(view, unit)}</div></div>')
        draw(picture)
        _let_words_go_first()
        st.plotly_chart(
            chart,
            key="burnup",
            theme=None,
            config={"displayModeBar": False, "responsive": True},
            alt=charts.described(view.row(unit), view.lang),
        )


def _let_words_go_first() -> None:
    """Hold the chart back for a moment on a visitor's first page, once.

    Its script is 4.7 MB and keeps the browser busy for seconds; sent together with the words and the still
    picture, it would come before them.
    """
    if not st.session_state.get(SHOWN):
        st.session_state[SHOWN] = True
        rest(HEAD_START_SECONDS)


def _keys(view: View, unit: str) -> str:
    keys = [("", "chart.done"), ("cd-dash", "chart.plan"), ("cd-target", "chart.target")]
    if _forecast.of(view, unit).prospect.band:
        keys.append(("cd-fan", "chart.forecast"))
    if charts.excused_days(view.campaign, view.tree, view.scope):
        keys.append(("cd-band", "chart.excused"))
    drawn = "".join(f'<span><i class="{shape}"></i>{e(view.says(key))}</span>' for shape, key in keys)
    return f'{drawn}<span><i class="cd-now"></i>{numbers.day(view.as_of, view.lang)}</span>'
