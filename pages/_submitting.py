"""Submitting: who hands in, and what became of what this visitor handed in."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import streamlit as st

from campaign.decisions import Outcome
from campaign.notices import Order
from campaign.scope import NOTHING
from campaign.values import Unreadable, read_day
from etl.envelope import LOCAL, Kind, Sender
from etl.submitted import result, submit, submit_decisions, submit_order
from pages import _ask, _viewer
from pages._cards import draw, e, link, note
from pages._view import View
from reporting import numbers
from reporting.texts import has
from reporting.told import told as told_in
from warehouse.decided import Decided

SENT = "cd_sent"
EVERY_SECONDS = 1.0
LONG = timedelta(seconds=15)
TOLD = 5
TWICE = timedelta(seconds=3)  # between the clicks of a double click, on a slow line too
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~$:<>^])")


def sender() -> Sender:
    """Return who uses this page, by his session; what he may do is found where it is taken in, and not said here."""
    who = _viewer.viewer()
    return LOCAL if who.everything else Sender(who.id, who.name, NOTHING, who.claims)


def signed_in() -> str:
    """Return the name that whatever is handed in here goes by; empty where nobody signed in."""
    who = sender()
    return who.name or ("" if who == LOCAL else who.id)


def send(view: View, kind: Kind, files: Sequence[tuple[str, bytes]], source: str = "") -> None:
    """Hand files in; this page tells what becomes of them."""
    work = partial(submit, view.config, view.campaign.id, kind, sender(), files, source, _ip())
    _hand_in(view, kind, hash((source, *files)), work)


def decide(view: View, decisions: Sequence[Mapping[str, Any]]) -> None:
    """Hand decisions in; this page tells what becomes of them."""
    work = partial(submit_decisions, view.config, view.campaign.id, sender(), decisions, _ip())
    _hand_in(view, Kind.DECISIONS, hash(json.dumps(decisions, sort_keys=True)), work)


def order(view: View, wanted: Order) -> None:
    """Hand an order for a notice in; this page tells what becomes of it."""
    work = partial(submit_order, view.config, view.campaign.id, sender(), wanted, _ip())
    _hand_in(view, Kind.NOTICE, hash(repr(wanted)), work)


def _hand_in(view: View, kind: Kind, content: int, work: Callable[[], str]) -> None:
    """Hand something in, and note that this visitor did, so that the page tells what becomes of it.

    The second click of a double one ends the run of the first wherever that next asks the session for something, and
    comes here again with the same content: that is handed in once. In between the two, the session is asked nothing.
    """
    sent: list[dict[str, Any]] = st.session_state.setdefault(SENT, [])
    entry = {"kind": kind.value, "campaign": view.campaign.id, "content": content, "at": datetime.now(UTC)}
    if any(entry["at"] - one["at"] < TWICE and {**one, **entry, "at": one["at"]} == one for one in sent):
        return
    sent.insert(0, {**entry, "id": work(), "ended": False})
    del sent[TOLD:]


def _ip() -> str:
    return "" if sender() == LOCAL else _viewer.address_of_client()


def name_of(view: View, sender_id: str, sender_name: str) -> str:
    """Return what a sender is called."""
    return sender_name or (view.says("sender.local") if sender_id == LOCAL.id else sender_id)


def said_day(value: object, lang: str) -> str:
    """Return the day a row says, as it says it when it is none."""
    try:
        return numbers.day(read_day(value), lang)
    except Unreadable:
        return str(value or "")


def plain(label: str) -> str:
    """Return a text as a widget's label that shows it as it is, whatever signs it holds."""
    return _MARKDOWN.sub(r"\\\1", label)


def waits(view: View, kind: Kind) -> bool:
    """Tell whether something of a kind that this visitor handed in has not been taken in yet."""
    sent = st.session_state.get(SENT, [])
    return any(not one["ended"] and one["campaign"] == view.campaign.id and one["kind"] == kind.value for one in sent)


def watch(view: View) -> None:
    """Draw what became of what this visitor handed in; while something waits, look again every second."""
    sent = [one for one in st.session_state.get(SENT, []) if one["campaign"] == view.campaign.id]
    if not sent:
        return
    if all(one["ended"] for one in sent):
        _told(view, sent[0])
    else:
        st.fragment(_watched, run_every=EVERY_SECONDS)(view, sent)


def _watched(view: View, sent: list[dict[str, Any]]) -> None:
    open_ones = [one for one in sent if not one["ended"]]
    for one in open_ones:
        one["ended"] = result(view.config, one["id"]) is not None
    if any(one["ended"] for one in open_ones):
        st.rerun()  # the whole page: there may be new figures
    late = any(datetime.now(UTC) - one["at"] > LONG for one in open_ones)
    words = e(view.says("sent.waiting.long" if late else "sent.waiting"))
    draw(note(f'<span role="status">{words}</span>', "" if late else "plain"))


def _told(view: View, one: Mapping[str, Any]) -> None:
    """Draw how one submission ended."""
    found = result(view.config, one["id"]) or {}
    if "error" in found:
        failed = view.says("sent.notice.refused" if one["kind"] == Kind.NOTICE else "sent.refused")
        told = f"<b>{e(failed)}.</b> {e(told_in(str(found['error']), view.lang))}"
        draw(note(told, "bad"))
        return
    if one["kind"] == Kind.NOTICE:
        _issued(view, found)
        return
    decisions = one["kind"] == Kind.DECISIONS
    counts = {name: found.get(name, 0) for name in ("read", "accepted", "unchanged", "held", "rejected")}
    told = e(view.says("sent.decisions" if decisions else "sent.files", **counts)) + "."
    if not decisions and counts["accepted"]:
        shown = link(view.says("sent.see"), view.address.href("overview"))
        told += f" <b>{e(view.says('sent.on_screen'))}</b> {shown}"
    elif not decisions and not counts["held"] and not counts["rejected"]:
        told += " " + e(view.says("sent.nothing_new"))
    refused = [
        row for row in view.figures.decisions() if row.batch == found.get("batch") and row.outcome == Outcome.REFUSED
    ]
    lines = "".join(f"<li>{e(row.row_file)}:{e(row.place)} – {e(why_not(view, row))}</li>" for row in refused)
    unexplained = [
        one
        for one in _ask.explanations(view.edition, view.figures)
        if one.batch == found.get("batch") and one.outcome == Outcome.REFUSED
    ]
    lines += "".join(f"<li>{e(one.unit_code)} – {e(refusal(view, one.refusal))}</li>" for one in unexplained)
    draw(note(told + (f"<ul>{lines}</ul>" if lines else ""), "plain" if not counts["rejected"] else ""))


def _issued(view: View, found: Mapping[str, Any]) -> None:
    """Draw the number of the notice that was issued, and the way to its files."""
    told = e(view.says("sent.notice", reference=str(found.get("reference")), n=int(found.get("files") or 0)))
    see = link(view.says("sent.notice.see"), view.address.href("documents", row=str(found.get("record"))))
    draw(note(f"<b>{told}.</b> {see}", "plain"))


def decided_by(view: View, first: Decided) -> str:
    """Return who decided first, what and when."""
    return view.says(
        "refusal.already_decided",
        who=name_of(view, first.sender, first.sender_name),
        what=view.says(f"decision.{first.what}"),
        at=numbers.moment(first.decided_at, view.config.zone, view.lang),
    )


def why_not(view: View, row: Decided) -> str:
    """Return in words why a decision was refused."""
    if row.refusal == "already_decided":
        first = next((one for one in view.figures.decisions() if one.batch == row.other and _same(one, row)), None)
        if first is not None:
            return decided_by(view, first)
    return refusal(view, row.refusal)


def refusal(view: View, word: str) -> str:
    """Return in words what a refusal's word means."""
    key = f"refusal.{word}"
    return view.says(key) if has(key) else view.says(f"reason.{word}")


def _same(one: Decided, other: Decided) -> bool:
    return (one.row_batch, one.row_file, one.row_number) == (other.row_batch, other.row_file, other.row_number)
