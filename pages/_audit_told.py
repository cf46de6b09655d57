"""A record of the audit log in words, and the table the log goes home as."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from access.chain import HEADLESS, TORN
from access.entries import Entry
from reporting import numbers
from reporting.cells import Kind
from reporting.tables import Column, Table
from reporting.texts import has, text
from reporting.told import told

COLUMNS = (
    ("n", Kind.WHOLE), ("at", Kind.TEXT), ("kind", Kind.TEXT), ("who", Kind.TEXT), ("ip", Kind.TEXT),
    ("campaign", Kind.TEXT), ("about", Kind.TEXT), ("mark", Kind.TEXT),
)  # fmt: skip
TERMINAL, LOCAL, HOUSE = "terminal:", "local", "house"


def kind(one: Entry, lang: str) -> str:
    """Return what a record is about."""
    key = f"audit.what.{one.what}"
    return text(key, lang) if has(key) else one.what


def who(one: Entry, lang: str) -> str:
    """Return who did it: a user's id, or in words whoever has none."""
    if one.what in (TORN, HEADLESS):
        return text("audit.who.log", lang)
    if one.who.startswith(TERMINAL):
        return text("audit.who.terminal", lang, user=one.who.removeprefix(TERMINAL) or "?")
    words = {LOCAL: "audit.who.local", HOUSE: "audit.who.house", "": "audit.who.nobody"}.get(one.who)
    return text(words, lang) if words else one.who


def about(one: Entry, lang: str) -> str:
    """Return the facts of a record on one line."""
    return " · ".join(_fact(name, value, lang) for name, value in one.about.items())


def _fact(name: str, value: object, lang: str) -> str:
    key = f"audit.about.{name}"
    label = text(key, lang) if has(key) else name
    return f"{label}: {_value(name, value, lang)}"


def _value(name: str, value: object, lang: str) -> str:
    if isinstance(value, bool):
        return text("word.yes" if value else "word.no", lang)
    if isinstance(value, int):
        return numbers.whole(value, lang)
    if isinstance(value, list):
        return ", ".join(_value(name, one, lang) for one in value)
    if value is None:
        return "–"
    key = f"audit.{name}.{value}"  # of via and why
    if name == "page":
        key = "quick.title" if value == "quick" else f"page.{value}"
    if has(key):
        return text(key, lang)
    return told(str(value), lang) if name == "why" else str(value)


def table(found: Sequence[Entry], zone: tzinfo, lang: str) -> Table:
    """Return records as a table, one a row: number, local time to the second, what, who, whence, about, hash."""
    columns = [Column(text(f"audit.column.{name}", lang), holds) for name, holds in COLUMNS]
    rows = [
        (
            one.n, one.at.astimezone(zone).isoformat(sep=" ", timespec="seconds"), kind(one, lang), who(one, lang),
            one.ip, one.campaign, about(one, lang), one.hash,
        )
        for one in found
    ]  # fmt: skip
    return Table(text("page.audit", lang), columns, rows)
