"""What was sent of itself: the last messages, how each stands, and which of them a person must look into."""

from __future__ import annotations

from datetime import datetime, timedelta

from etl.outbox import Note, Outbox, State
from pages._cards import draw, e, note, panel
from pages._view import View
from reporting import numbers
from reporting.texts import text

SHOWN = 30
STILL_SENDING = timedelta(minutes=5)
LOOKS = {State.SENT: "on_track", State.SENDING: "at_risk", State.REFUSED: "behind", State.UNKNOWN: "overdue"}
SIGNS = {State.SENT: "✓", State.SENDING: "↻", State.REFUSED: "✕", State.UNKNOWN: "?"}


def show(view: View) -> None:
    """Draw the messages of the campaign; nothing where none is configured and none was ever sent."""
    kept = [one for one in Outbox(view.config).last().values() if one.campaign == view.campaign.id][::-1]
    seen = view.figures.in_scope({one.unit for one in kept}, view.as_of)
    found = [one for one in kept if one.unit in seen]
    configured = [one.name for one in view.config.messages if one.campaign == view.campaign.id]
    if not found and not configured:
        return
    unknown = [one for one in found if _state(view, one) is State.UNKNOWN]
    lines = "".join(f"<li>{_line(view, one)}</li>" for one in found[:SHOWN])
    body = f'<ul class="cd-list">{lines}</ul>' if lines else f'<p class="cd-empty">{e(view.says("message.none"))}</p>'
    warned = note(e(view.says("message.unknown.mend", n=len(unknown))), "bad") if unknown else ""
    titled = panel(view.says("message.panel"), f"{warned}{body}", view.says("message.panel.note"))
    draw(f'<div class="cd-wide">{titled}</div>')


def _state(view: View, one: Note) -> State:
    """Return how a message stands; one that is being sent for long has lost its sender."""
    age = view.now - datetime.fromisoformat(one.at)
    return State.UNKNOWN if one.state is State.SENDING and age > STILL_SENDING else one.state


def _line(view: View, one: Note) -> str:
    lang, state = view.lang, _state(view, one)
    at = numbers.moment(datetime.fromisoformat(one.at), view.config.zone, lang)
    unit = view.tree.unit(one.unit).name if one.unit in view.tree else one.unit
    why = text(f"message.why.{one.why}", lang, code=one.code and f" ({one.code})") if one.why else ""
    word = text(f"message.state.{state}", lang)
    chip = f'<span class="cd-chip cd-{LOOKS[state]}"><span aria-hidden="true">{SIGNS[state]}</span>{e(word)}</span>'
    day = text("message.of", lang, unit=unit, on=numbers.day(datetime.fromisoformat(one.as_of).date(), lang))
    key = f"<small>{e(one.key)}</small>" if state in (State.UNKNOWN, State.REFUSED) else ""
    return (
        f'<div class="cd-name">{e(one.message)} → {e(one.to)}<small>{e(day)}</small></div>'
        f'<div class="cd-num"><small>{e(at)}</small></div><div class="cd-why">{chip} {e(why)} {key}</div>'
    )
