"""Charts: what a figure looks like, as Plotly figures and as the small shapes beside a number.

A chart carries no text that a reader could not also read on the page, and every name in it is plain
text: Plotly reads a little HTML in labels, so what comes from data is escaped first.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from fractions import Fraction

import plotly.graph_objects as go

from campaign.configuration import Campaign
from campaign.progress import Status, UnitProgress
from campaign.units import Tree
from reporting import numbers
from reporting.texts import text

# Mid tones that stand out on a light and on a dark ground; the page colours texts and grid itself.
DONE, DONE_FILL = "#3b8bcb", "rgba(59, 139, 203, 0.13)"
PLAN, TARGET, BAND, LATEST = "#7d8b99", "#7d8b99", "rgba(125, 139, 153, 0.16)", "#c4502a"
FONT = "Be Vietnam Pro, sans-serif"
MOST_TICKS = 6
MOST_POINTS = 62
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


def left(rows: Iterable[UnitProgress]) -> int:
    """Return what these units have left to do together."""
    return sum(row.remaining or 0 for row in rows)


def lag(row: UnitProgress) -> Fraction | int:
    """Return how long, or how far, a unit lags; larger is worse, comparable within one status."""
    match row.status:
        case Status.SILENT:
            return row.days_silent
        case Status.STALLED:
            return row.stalled_days
        case Status.BEHIND | Status.AT_RISK:
            return -row.pace if row.pace is not None else 0
    return row.remaining or 0


def excused_days(campaign: Campaign, tree: Tree, unit: str) -> list[date]:
    """Return the campaign days on which nothing is expected from a unit."""
    profile = campaign.profile_of(tree, unit)
    working = frozenset(profile.working_days)
    length = (campaign.end - campaign.start).days + 1
    return [day for day in (campaign.start + timedelta(days=n) for n in range(length)) if day not in working]


def short_today(row: UnitProgress) -> int | None:
    """Return what is still missing of today's catch-up, max(catchup_today − done_today, 0)."""
    return None if row.catchup_today is None else max(row.catchup_today - row.done_today, 0)


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


def drawn_days(first: date, last: date) -> list[date]:
    """Return the days a burn-up draws: all of a short campaign, evenly fewer of a long one, the last always."""
    length = (last - first).days + 1
    step = max(-(-length // MOST_POINTS), 1)
    return [last - timedelta(days=back) for back in range(0, length, step)][::-1]


def burnup(
    series: Sequence[UnitProgress],
    plan: Iterable[tuple[date, Fraction]],
    campaign: Campaign,
    as_of: date,
    lang: str,
    excused: Iterable[date] = (),
) -> go.Figure:
    """Return done so far against the plan curve, with the target, the day itself and the excused days."""
    planned = list(plan)
    target = series[-1].target if series else None
    figure = go.Figure()
    figure.add_scatter(
        x=[day for day, _ in planned],
        y=[float(value) for _, value in planned],
        customdata=[numbers.whole(value, lang) for _, value in planned],
        mode="lines",
        line={"color": PLAN, "width": 2, "dash": "dash"},
        name=text("chart.plan", lang),
        hovertemplate=html.escape(text("chart.plan", lang)) + ": %{customdata}<extra></extra>",
    )
    reported = _reported(series)
    figure.add_scatter(
        x=[row.last_as_of for row in reported],
        y=[row.done for row in reported],
        customdata=[numbers.whole(row.done, lang) for row in reported],
        mode="lines+markers" if len(reported) <= MOST_MARKERS else "lines",
        line={"color": DONE, "width": 3},
        marker={"size": 6, "color": DONE},
        fill="tozeroy",
        fillcolor=DONE_FILL,
        name=text("chart.done", lang),
        hovertemplate=html.escape(text("chart.done", lang)) + ": <b>%{customdata}</b><extra></extra>",
    )
    if reported and reported[-1].last_as_of != as_of:
        figure.add_scatter(
            x=[reported[-1].last_as_of, as_of],
            y=[reported[-1].done, reported[-1].done],
            mode="lines",
            line={"color": DONE, "width": 2, "dash": "dot"},
            hoverinfo="skip",
        )
    for day in excused:
        figure.add_vrect(x0=_moment(day, -12), x1=_moment(day, 12), fillcolor=BAND, line_width=0, layer="below")
    if target:
        figure.add_hline(y=target, line={"color": TARGET, "width": 1.5, "dash": "dot"})
        _label(figure, campaign.start, target, numbers.whole(target, lang), "left", 9)
    days = [day for day, _ in planned] + [row.last_as_of for row in reported if row.last_as_of]
    if as_of >= campaign.start:
        figure.add_vline(x=as_of, line={"color": LATEST, "width": 1.5})
        days.append(as_of)
    first, last = min(days, default=campaign.start), max(days, default=campaign.end)
    ticks = _ticks(max(first, campaign.start), last)
    figure.update_layout(
        height=296,
        margin={"l": 8, "r": 16, "t": 14, "b": 4},
        font={"family": FONT, "size": 12},
        showlegend=False,
        hovermode="x unified",
        dragmode=False,
        separators=",." if lang == "vi" else ".,",
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        xaxis={
            "range": [_moment(first, -6), _moment(last, 12)],
            "tickvals": ticks,
            "ticktext": [numbers.day_short(day, lang) for day in ticks],
            "hoverformat": "%d/%m/%Y" if lang == "vi" else "%Y-%m-%d",
            "fixedrange": True,
            "showgrid": False,
            "tickangle": 0,
            "automargin": True,
        },
        yaxis={
            "rangemode": "tozero",
            "tickformat": ",d",
            "nticks": 6,
            "fixedrange": True,
            "automargin": True,
            "zeroline": False,
        },
    )
    return figure


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


def _reported(series: Sequence[UnitProgress]) -> list[UnitProgress]:
    """Return one row a day on which something was reported: silence is not drawn as work that stood still."""
    found: dict[date, UnitProgress] = {}
    for row in series:
        if row.last_as_of is not None:
            found.setdefault(row.last_as_of, row)
    return [found[day] for day in sorted(found)]


def _label(figure: go.Figure, x: date, y: float, words: str, anchor: str, rise: int) -> None:
    figure.add_annotation(
        x=x, y=y, text=html.escape(words), showarrow=False, xanchor=anchor, yshift=rise, font={"size": 11}
    )


def _moment(day: date, hours: int) -> datetime:
    """Return a moment so many hours from the start of a day: between two days on the axis."""
    return datetime.combine(day, time()) + timedelta(hours=hours)


def _ticks(first: date, last: date) -> list[date]:
    """Return few enough days to label without overlap, the last always among them."""
    length = (last - first).days + 1
    step = max(-(-length // MOST_TICKS), 1)
    return [last - timedelta(days=back) for back in range(0, length, step)][::-1]
