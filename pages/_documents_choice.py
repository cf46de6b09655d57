"""What the page Văn bản shows: a period and a unit, both in the address."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import streamlit as st

from campaign.calendar import ONE_DAY
from campaign.errors import UsageError
from campaign.period import Period, Span, day_of, month_of, read_period, week_of
from pages._cards import draw, e, note
from pages._view import View
from reporting import periods
from reporting.figures import Figures

SPANS = (Span.MONTH, Span.WEEK, Span.DAY, Span.DAYS)
OF = {Span.MONTH: month_of, Span.WEEK: week_of, Span.DAY: day_of}
TWO_DAYS = 2


def period_of(view: View) -> Period:
    """Return the period the address names, else the latest month with figures."""
    try:
        return read_period(view.address.get("period") or month_of(_last(view)).code)
    except UsageError:
        return month_of(_last(view))


def _last(view: View) -> date:
    return max(view.standard_as_of, view.campaign.start)


def heads(figures: Figures, as_of: date) -> list[str]:
    """Return the units that have a notice of their own: those at the top, and those right below with units below."""
    tree = figures.tree(as_of)
    roots = [unit.code for unit in tree.units if unit.parent_code is None and tree.children(unit.code)]
    return [one for root in roots for one in (root, *tree.children(root)) if tree.children(one)]


def choose(view: View) -> tuple[Period, str]:
    """Draw the choices and return (period, unit; empty for all that there are)."""
    figures = view.figures.under(None)
    period, asked = period_of(view), view.address.get("period")
    if asked and asked != period.code:
        draw(note(e(view.says("documents.wrong", value=asked)), "bad"))
    own, unit = heads(figures, min(max(period.last, view.campaign.start), _last(view))), view.address.get("unit")
    if not unit and view.scope in own[1:]:
        unit = view.scope
    if unit and unit not in own:
        draw(note(e(view.says("documents.wrong.unit", value=unit)), "bad"))
        unit = ""
    if not unit and figures.is_part and own:  # who sees a part has no notice about all
        unit = own[0]
    with st.container(key="cd-choose"):
        span, which, whose = st.columns([1.4, 1.2, 1.4], gap="small", vertical_alignment="bottom")
        with span:
            key = f"cd-span-{period.code}"
            st.segmented_control(
                view.says("documents.span"), SPANS, default=period.span, key=key, on_change=_spanned, args=(view, key),
                format_func=lambda one: view.says(f"documents.span.{one}"),
            )  # fmt: skip
        with which:
            _which(view, period)
        with whose:
            _whose(view, figures, own, unit)
    return period, unit


def _go(name: str, value: str) -> None:
    if value:
        st.query_params[name] = value
    else:
        st.query_params.pop(name, None)


def _spanned(view: View, key: str) -> None:
    """Turn to the latest period of the kind chosen that touches the one shown."""
    span, last = st.session_state[key], min(period_of(view).last, _last(view))
    if span in OF:
        _go("period", OF[span](last).code)
    elif span is not None:
        _go("period", Period(view.campaign.start, max(last, view.campaign.start), Span.DAYS).code)


def _which(view: View, period: Period) -> None:
    key, label = f"cd-period-{period.code}", view.says("documents.period")
    if period.span is Span.DAYS:
        first, last = min(view.campaign.start, period.first), max(_last(view), period.last)
        st.date_input(
            label, value=(period.first, period.last), min_value=first, max_value=last, format="DD/MM/YYYY", key=key,
            on_change=_ranged, args=(key,),
        )  # fmt: skip
        return
    codes = list(dict.fromkeys(one.code for one in _periods(view, period.span)))
    if period.code not in codes:
        codes.append(period.code)
    st.selectbox(
        label, codes, index=codes.index(period.code), key=key, on_change=lambda: _go("period", st.session_state[key]),
        format_func=lambda code: _capital(periods.spoken(read_period(code), view.lang)),
    )  # fmt: skip


def _periods(view: View, span: Span) -> Iterator[Period]:
    """Yield the periods of a kind that have days of the campaign with figures, the latest first."""
    day = _last(view)
    while day >= view.campaign.start:
        found = OF[span](day)
        yield found
        day = found.first - ONE_DAY


def _ranged(key: str) -> None:
    chosen = st.session_state[key]
    if isinstance(chosen, tuple) and len(chosen) == TWO_DAYS:
        _go("period", Period(chosen[0], chosen[1], Span.DAYS).code)


def _whose(view: View, figures: Figures, own: list[str], unit: str) -> None:
    tree = figures.tree(view.as_of)
    every = view.says("documents.unit.all", name=tree.unit(own[0]).name) if own else view.says("documents.unit.every")
    key, offered = f"cd-unit-{unit}", own if figures.is_part and own else ["", *own]
    st.selectbox(
        view.says("documents.unit"), offered, index=offered.index(unit), key=key,
        on_change=lambda: _go("unit", st.session_state[key]),
        format_func=lambda code: tree.unit(code).name if code else every,
    )  # fmt: skip


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
