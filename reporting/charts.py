"""Charts: what a figure looks like, as Plotly figures and as the small shapes beside a number.

A chart carries no text that a reader could not also read on the page, and every name in it is plain
text: Plotly reads a little HTML in labels, so what comes from data is escaped first.
"""

from __future__ import annotations

import html
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import plotly.graph_objects as go

from campaign.configuration import Campaign
from campaign.progress import Status, UnitProgress
from campaign.units import Tree
from reporting import numbers
from reporting.burnup import (
    BAND,
    BOTTOM,
    DONE,
    DONE_FILL,
    FORECAST_FILL,
    HEIGHT,
    LATEST,
    PLAN,
    RIGHT,
    TOP,
    Burnup,
    moment,
)
from reporting.texts import text

FONT = "Be Vietnam Pro, sans-serif"
MOST_MARKERS = 31


def width(share: Fraction | None) -> float:
    """Return how much of a bar a share fills, 0–100, never past the end and never invisible once begun."""
    if share is None or share <= 0:
        return 0.0
    return float(min(max(round(share * 100, 1), Fraction(1, 2)), Fraction(100)))


def tone(value: Fraction | int) -> str:
    """Return how a difference is toned: short when below, met when above, plain when none."""
    return "" if value == 0 else "met" if value > 0 else "short"


def covered(done: int, due: int | None) -> float:
    """Return how much of a bar `done` fills when `due` fills it whole; nothing due leaves it empty."""
    return width(Fraction(done, due)) if due else 0.0


def excused_days(campaign: Campaign, tree: Tree, unit: str) -> list[date]:
    """Return the campaign days on which nothing is expected from a unit."""
    profile = campaign.profile_of(tree, unit)
    working = frozenset(profile.working_days)
    length = (campaign.end - campaign.start).days + 1
    return [day for day in (campaign.start + timedelta(days=n) for n in range(length)) if day not in working]


def why(row: UnitProgress, end: date, lang: str) -> str:
    """Return in a few words why a unit lags, with its figure; empty when it does not."""
    short = -row.variance if row.variance is not None and row.variance < 0 else 0
    match row.status:
        case Status.SILENT if row.last_as_of is None:
            return text("lag.silent.never", lang)
        case Status.SILENT:
            return text("lag.silent", lang, days=row.days_silent)
        case Status.STALLED:
            return text("lag.stalled", lang, days=row.stalled_days)
        case Status.BEHIND | Status.AT_RISK:
            pace = numbers.percent(row.pace, lang, finished=False)
            return text(f"lag.{row.status}", lang, pace=pace, n=numbers.whole(short, lang))
        case Status.OVERDUE:
            return text("lag.overdue", lang, days=(row.as_of - end).days, n=numbers.whole(row.remaining, lang))
    return ""


class Finished(go.Figure):  # type: ignore[misc]  # plotly has no types
    """A figure to which nothing is added any more: it hands out the same dictionary each time, to be read only.

    Plotly copies the whole figure for everybody who asks, a tenth of the time a page takes.
    """

    _handed: dict[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the figure as plotly's own method does, made once."""
        if self._handed is None:
            self._handed = super().to_dict()
        return self._handed


def burnup(drawn: Burnup, lang: str) -> Finished:
    """Return the burn-up as a Plotly figure: done, plan, target, the day itself and the excused days."""
    plan, done = html.escape(text("chart.plan", lang)), html.escape(text("chart.done", lang))
    figure = go.Figure()
    figure.add_scatter(
        x=[day for day, _ in drawn.planned],
        y=[float(value) for _, value in drawn.planned],
        customdata=[numbers.whole(value, lang) for _, value in drawn.planned],
        mode="lines",
        line={"color": PLAN, "width": 2, "dash": "dash"},
        name=plan,
        hovertemplate=f"{plan}: %{{customdata}}<extra></extra>",
    )
    figure.add_scatter(
        x=[day for day, _ in drawn.reported],
        y=[count for _, count in drawn.reported],
        customdata=[numbers.whole(count, lang) for _, count in drawn.reported],
        mode="lines+markers" if len(drawn.reported) <= MOST_MARKERS else "lines",
        line={"color": DONE, "width": 3},
        marker={"size": 6, "color": DONE},
        fill="tozeroy",
        fillcolor=DONE_FILL,
        name=done,
        hovertemplate=f"{done}: <b>%{{customdata}}</b><extra></extra>",
    )
    if drawn.silent:
        day, count = drawn.reported[-1]
        dotted = {"color": DONE, "width": 2, "dash": "dot"}
        figure.add_scatter(x=[day, drawn.as_of], y=[count, count], mode="lines", line=dotted, hoverinfo="skip")
    _add_band(figure, drawn, lang)
    for day in drawn.excused:
        figure.add_vrect(x0=moment(day, -12), x1=moment(day, 12), fillcolor=BAND, line_width=0, layer="below")
    figure.add_hline(y=drawn.target, line={"color": PLAN, "width": 1.5})
    label = {"text": numbers.whole(drawn.target, lang), "xanchor": "left", "yshift": 9, "font": {"size": 11}}
    figure.add_annotation(x=drawn.day_ticks[0], y=drawn.target, showarrow=False, **label)
    if drawn.as_of is not None:
        figure.add_vline(x=drawn.as_of, line={"color": LATEST, "width": 1.5})
    figure.update_layout(
        height=HEIGHT,
        margin={"l": drawn.left(lang), "r": RIGHT, "t": TOP, "b": BOTTOM, "autoexpand": False},
        font={"family": FONT, "size": 12},
        showlegend=False,
        hovermode="x unified",
        hoverdistance=-1,
        dragmode=False,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        xaxis={
            "range": list(drawn.span),
            "tickvals": list(drawn.day_ticks),
            "ticktext": [numbers.day_short(day, lang) for day in drawn.day_ticks],
            "hoverformat": "%d/%m/%Y" if lang == "vi" else "%Y-%m-%d",
            "fixedrange": True,
            "showgrid": False,
            "tickangle": 0,
        },
        yaxis={
            "range": [0, float(drawn.top)],
            "tickvals": list(drawn.count_ticks),
            "ticktext": list(drawn.count_labels(lang)),
            "fixedrange": True,
            "zeroline": False,
        },
    )
    return Finished(figure)


def _add_band(figure: go.Figure, drawn: Burnup, lang: str) -> None:
    """Add what is to be expected: the band from P10 to P90, and P50 dotted."""
    if not drawn.band:
        return
    days = [day for day, *_ in drawn.band]
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    figure.add_scatter(x=days, y=[low for _, low, _, _ in drawn.band], **edge)
    figure.add_scatter(x=days, y=[high for *_, high in drawn.band], fill="tonexty", fillcolor=FORECAST_FILL, **edge)
    told = [
        html.escape(text("chart.forecast.from", lang, low=numbers.whole(low, lang), high=numbers.whole(high, lang)))
        for _, low, _, high in drawn.band
    ]
    figure.add_scatter(
        x=days,
        y=[mid for _, _, mid, _ in drawn.band],
        customdata=told,
        mode="lines",
        line={"color": DONE, "width": 2, "dash": "dot"},
        hoverinfo=["skip", *["all"] * (len(days) - 1)],
        hovertemplate=["", *["%{customdata}<extra></extra>"] * (len(days) - 1)],
    )


def described(row: UnitProgress, lang: str) -> str:
    """Return the burn-up in one sentence, for who cannot see it."""
    return text(
        "chart.alt.burnup",
        lang,
        on=row.as_of,
        done=numbers.whole(row.done, lang),
        target=numbers.whole(row.target, lang),
        expected=numbers.whole(row.expected, lang),
    )
