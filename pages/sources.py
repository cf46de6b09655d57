"""Nguồn số liệu: how each source is doing, why one fails, a pull now, and who reports in time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import streamlit as st

from campaign.access import Right
from campaign.freshness import carried, cause_of, masked
from etl import freshness
from etl.freshness import State, moment
from pages import _ask, _messages, _pulling, _punctuality, _reach
from pages._cards import draw, e, note, panel
from pages._pulling import clock, counts
from pages._view import View
from reporting import numbers
from reporting.texts import named
from reporting.told import told as told_in

LOOK_EVERY_SECONDS = 2.0
SHOWN_PULLS = 20
STEPS = ((60, "seconds", 1), (3600, "minutes", 60), (86400, "hours", 3600))


def show(view: View) -> None:
    """Draw every source of the campaign, then who reported in time; of a part that alone: sources are the whole's."""
    if view.figures.is_part:
        draw(f'<div class="cd-head"><h1>{e(view.says("page.sources"))}</h1></div>')
        draw(_reach.why_not(view, Right.OPERATE))
        _punctuality.show(view)
        return
    found = freshness.states(view.config, view.campaign.id, view.now)
    title = _title(view, found)
    draw(f'<div class="cd-head"><h1>{e(title)}</h1><p class="cd-says">{e(view.says("sources.says"))}</p></div>')
    if found:
        watched(view)
    else:
        draw(_none(view))
    _messages.show(view)
    _punctuality.show(view)


def watched(view: View) -> None:
    """Draw every source with its next pull and, for who runs them, a pull now; the browser keeps looking."""
    st.fragment(_sources, run_every=LOOK_EVERY_SECONDS)(view)


def _title(view: View, found: list[State]) -> str:
    failing = [one.outage for one in found if one.outage is not None]
    down = [one for one in failing if not one.files]
    key = "failing" if down else "file" if failing else "" if found else "none"
    return view.says(f"sources.title{key and '.'}{key}", n=len(found), bad=len(down or failing))


def _none(view: View) -> str:
    """Return how figures come in when no source is configured."""
    steps = [view.says(f"sources.none.{number}", campaign=view.campaign.id) for number in (1, 2, 3)]
    listed = "".join(f"<li>{e(one)}</li>" for one in steps)
    send = _reach.way(view, "sending", view.says("sources.none.send"))
    return panel(view.says("sources.none"), f'<ul class="cd-steps">{listed}</ul><p>{send}</p>')


def _sources(view: View) -> None:
    """Draw the sources as they are this moment; the browser asks again every two seconds."""
    now = datetime.now(UTC)
    found = freshness.states(view.config, view.campaign.id, now)
    if view.quiet:
        draw(note(e(view.says("sources.scheduler.silent")), "bad"))
    if not _reach.may_whole(view, Right.OPERATE):
        draw(_reach.why_not(view, Right.OPERATE))
    with st.container(key="cd-sources"):
        for one in found:
            with st.container(key=f"cd-source-{one.source.name}"):
                draw(_source(view, one, found, now))
                _pulling.offer(view, one, now)


def _source(view: View, state: State, found: list[State], now: datetime) -> str:
    """Return one source: its state in a word, what failed and what to do, its last good pull, its next, its history."""
    source = state.source
    kind = named("sources.kind", source.kind, view.lang)
    heading = f"<h2>{e(source.name)}<small>{e(kind)} · {e(_where(view, state))}</small></h2>"
    lines = [
        ("sources.last_good", _last_good(view, state, now)),
        ("sources.last_new", _last_new(view, state)),
        ("sources.next", _next(view, state)),
        ("sources.carries", _carries(view, state, found)),
    ]
    listed = "".join(f"<dt>{e(view.says(key))}</dt><dd>{e(words)}</dd>" for key, words in lines)
    top = f"<header>{heading}{_chip(view, state)}</header>{_trouble(view, state)}"
    return f"{top}<dl>{listed}</dl>{_strip(view, state)}"


def _chip(view: View, state: State) -> str:
    if state.running_since:
        key, look = "running", "at_risk"
    elif state.outage:
        key, look = ("file", "at_risk") if state.outage.files else ("failing", "overdue")
    else:
        key, look = ("good", "on_track") if state.pulls else ("never", "silent")
    sign, word = view.says(f"sources.state.{key}.sign"), e(view.says(f"sources.state.{key}"))
    return f'<span class="cd-chip cd-{look}"><span aria-hidden="true">{sign}</span>{word}</span>'


def _where(view: View, state: State) -> str:
    """Return where a source looks, without its secrets; a path inside the house is told from there."""
    path: Path | None = state.source.path
    if path is not None:
        home = view.config.path.parent
        return str(path.relative_to(home) if path.is_relative_to(home) else path)
    return masked(str(getattr(state.source, "url", None) or view.says("sources.where.elsewhere")))


def _trouble(view: View, state: State) -> str:
    """Return since when a source fails, what that means, and what a person can do about it."""
    if state.outage is None:
        return ""
    cause = cause_of(state.outage.error)
    since = view.says(
        "sources.failing.file.since" if state.outage.files else "sources.failing.since",
        at=clock(view, state.outage.since),
    )
    named = f" {', '.join(state.outage.files)}." if state.outage.files else ""
    what, mend = view.says(f"sources.cause.{cause}"), view.says(f"sources.cause.{cause}.mend")
    said = e(_verbatim(view, state.outage.error))
    detail = f"<details><summary>{e(view.says('sources.detail'))}</summary>{said}</details>"
    return note(f"<b>{e(since)}. {e(what)}{e(named)}</b> {e(mend)}{detail}", "bad")


def _verbatim(view: View, error: str) -> str:
    """Return what a pull said, in the reader's language, without secrets."""
    return told_in(masked(error), view.lang)


def _ago(view: View, passed: timedelta) -> str:
    seconds = max(int(passed.total_seconds()), 0)
    for below, unit, size in STEPS:
        if seconds < below:
            return view.says(f"sources.ago.{unit}", n=seconds // size)
    return view.says("sources.ago.days", n=seconds // 86400)


def _last_good(view: View, state: State, now: datetime) -> str:
    good = state.last_good
    ended = moment(good.get("finished")) if good else None
    if good is None or ended is None:
        return view.says("sources.last_good.never")
    return f"{clock(view, ended)} ({_ago(view, now - ended)}) · {_took(view, good, ended)}"


def _last_new(view: View, state: State) -> str:
    """Return when figures last came, and what became of their rows."""
    brought = next((one for one in state.pulls if one.get("files")), None)
    at = moment(brought.get("finished")) if brought else None
    return f"{clock(view, at)} · {counts(view, brought)}" if brought and at else view.says("sources.nothing_yet")


def _took(view: View, pull: Mapping[str, Any], ended: datetime) -> str:
    began = moment(pull.get("started")) or ended
    took = Fraction(max(ended - began, timedelta()) // timedelta(microseconds=1), 10**6)
    return view.says("sources.took", seconds=numbers.decimal(took, 1, view.lang))


def _next(view: View, state: State) -> str:
    if state.source.schedule is None:
        return view.says("sources.next.by_hand")
    if view.quiet or state.next_at is None:
        return view.says("sources.next.unknown")
    return clock(view, state.next_at)


def _carries(view: View, state: State, found: list[State]) -> str:
    came = _ask.came(view.edition, view.figures)
    names = [one.source.name for one in found]
    units = carried(state.source.name, view.tree.leaves, came.brought_by, names)
    total = len(view.tree.leaves)
    return view.says("sources.carries.of", n=len(units), total=total) if units else view.says("sources.carries.none")


def _strip(view: View, state: State) -> str:
    """Return the last pulls, oldest first: a sign, the time, and the whole story on pointing at it."""
    pulls = [(one, at) for one in state.pulls[:SHOWN_PULLS] if (at := moment(one.get("finished"))) is not None]
    drawn = "".join(_mark(view, one, at) for one, at in reversed(pulls))
    title = e(view.says("sources.history", n=len(pulls)))
    return f'<h3>{title}</h3><ol class="cd-strip">{drawn}</ol>' if pulls else ""


def _mark(view: View, pull: Mapping[str, Any], at: datetime) -> str:
    good, times = bool(pull.get("ok")), int(pull.get("times") or 1)
    word = view.says("sources.pull.well" if good else "sources.pull.ill")
    story = counts(view, pull) if good else _verbatim(view, str(pull.get("error")))
    told = f"{numbers.moment(at, view.config.zone, view.lang)} · {word} · {story}"
    often = f"<small>×{numbers.whole(times, view.lang)}</small>" if times > 1 else ""
    local = at.astimezone(view.config.zone)
    shown = numbers.clock(at, view.config.zone)
    if local.date() != view.today:
        shown = numbers.day_short(local.date(), view.lang)
    sign = "✓" if good else "✕"
    look = "on_track" if good else "overdue"
    return (
        f'<li class="cd-{look}" title="{e(told)}"><b aria-hidden="true">{sign}</b>'
        f'<span class="cd-unseen">{e(word)}</span>{e(shown)}{often}</li>'
    )
