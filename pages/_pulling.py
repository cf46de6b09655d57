"""A pull, now: a visitor asks for it, and is told within seconds what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import streamlit as st

from access.audit import What, record
from campaign.access import Right
from campaign.errors import SourceError
from campaign.freshness import cause_of
from etl import request
from etl.envelope import LOCAL, Sender
from etl.freshness import State, moment
from pages import _reach, _submitting, _viewer
from pages._cards import draw, e
from pages._view import View
from reporting import numbers

ASKED = "cd_pulls_asked"
PATIENCE = timedelta(seconds=15)  # between the end of a pull and its word
COUNTS = ("read", "accepted", "unchanged", "held", "rejected")


def clock(view: View, at: datetime) -> str:
    """Return a moment: the hour alone when it is of today."""
    zone = view.config.zone
    today = at.astimezone(zone).date() == view.today
    return numbers.clock(at, zone) if today else numbers.moment(at, zone, view.lang)


def counts(view: View, pull: Mapping[str, Any]) -> str:
    """Return what became of the rows of a pull."""
    return view.says("load.sum", **{name: int(pull.get(name) or 0) for name in COUNTS})


def offer(view: View, state: State, now: datetime) -> None:
    """Draw the button that asks for a pull, and what became of the one asked for."""
    name = state.source.name
    if not _reach.may_whole(view, Right.OPERATE):
        return
    told, waits = _became(view, state, now)
    st.button(view.says("sources.pull"), key=f"pull-{name}", on_click=_ask, args=(view, name), disabled=waits)
    if told:
        draw(f'<p class="cd-asked" role="status">{e(told)}</p>')


def _ask(view: View, name: str) -> None:
    """Ask the scheduler; what was asked for is this visitor's alone, and not part of the address."""
    asked: dict[str, tuple[str, datetime]] = st.session_state.setdefault(ASKED, {})
    now = datetime.now(UTC)
    try:
        record(view.config, What.PULL, view.viewer.id, _viewer.address_of_client(), view.campaign.id, source=name)
        asked[name] = (str(request.submit(view.config, "pull", _asker(), source=name)), now)
    except OSError as problem:
        asked[name] = (f"!{problem.strerror}", now)
    except SourceError as problem:
        asked[name] = (f"!{problem.found}", now)


def _asker() -> Sender | None:
    """Return who asks; nobody in particular where nobody signs in."""
    who = _submitting.sender()
    return None if who == LOCAL else who


def _became(view: View, state: State, now: datetime) -> tuple[str, bool]:
    """Return what became of the pull asked for ('' when none was), and whether it is still to come."""
    written, at = st.session_state.get(ASKED, {}).get(state.source.name, ("", now))
    if not written:
        return "", False
    if written.startswith("!"):
        return view.says("sources.pull.refused", why=written[1:]), False
    file = Path(written)
    if file.exists():
        return view.says("sources.pull.asleep" if view.quiet else "sources.pull.asked", at=clock(view, at)), True
    ended = next((one for one in state.pulls[:1] if (moment(one.get("finished")) or at) > at), None)
    if file.with_suffix(".taken").exists() or (ended is None and now - at < PATIENCE):
        return view.says("sources.pull.running"), True
    if ended is None and state.outage is not None:
        ended = {"ok": False, "error": state.outage.error}
    return _ended(view, ended, now), False


def _ended(view: View, pull: Mapping[str, Any] | None, now: datetime) -> str:
    """Return how a pull ended; one that left no word is only known to be over."""
    if pull is not None and not pull.get("ok"):
        return view.says("sources.pull.failed", why=view.says(f"sources.cause.{cause_of(str(pull.get('error')))}"))
    done = view.says("sources.pull.done", at=clock(view, (moment(pull.get("finished")) if pull else None) or now))
    new = pull is not None and bool(pull.get("files"))
    said = counts(view, pull) if pull is not None and new else view.says("sources.nothing_new")
    return f"{done} {said[:1].upper()}{said[1:]}."
