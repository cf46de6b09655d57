"""Entries: the records of the audit log read again, the latest first, and their export."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from access.chain import files_of, lines_of, link_of

COLUMNS = ("n", "at", "what", "who", "ip", "campaign", "about", "hash")


@dataclass(frozen=True)
class Entry:
    """One record. `at` is UTC; `about`: its short facts; `line`: as it stands in its file."""

    n: int
    at: datetime
    what: str
    who: str
    ip: str
    campaign: str
    about: Mapping[str, Any]
    hash: str
    line: str

    def facts(self) -> str:
        """Return what it was about, on one line: `name=value`, parted by `; `."""
        return "; ".join(f"{name}={_shown(value)}" for name, value in self.about.items())


def _shown(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "–"}[value]
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)


@dataclass(frozen=True)
class Wanted:
    """Which records are asked for; an empty part asks nothing. Days are local, both included. `before`: a number."""

    what: str = ""
    who: str = ""
    campaign: str = ""
    since: date | None = None
    until: date | None = None
    before: int | None = None
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))

    def has(self, one: Entry) -> bool:
        """Tell whether a record is asked for. `who`: any part of a user's id, in any case."""
        day = one.at.astimezone(self.zone).date()
        return (
            self.what in ("", one.what)
            and self.campaign in ("", one.campaign)
            and self.who.casefold() in one.who.casefold()
            and (self.since is None or self.since <= day)
            and (self.until is None or day <= self.until)
            and (self.before is None or one.n < self.before)
        )


def latest(folder: Path, wanted: Wanted) -> Iterator[Entry]:
    """Yield the records asked for, the latest first; a line that is none is left out: verify() tells of it."""
    first = ""
    if wanted.since is not None:  # a record never stands in the file of a month before its own
        first = datetime.combine(wanted.since, time.min, wanted.zone).astimezone(UTC).strftime("%Y-%m.jsonl")
    for path in reversed([one for one in files_of(folder) if one.name >= first]):
        for line in reversed(lines_of(path.read_bytes())):
            one = read(line.rstrip(b"\n"))
            if one is not None and wanted.has(one):
                yield one


def read(line: bytes) -> Entry | None:
    """Return the record of a line without its end; None where it is none, or not as it was written."""
    found = link_of(line)
    if found is None:
        return None
    try:
        content = json.loads(line)
        at = datetime.fromisoformat(content["at"])
        about = content.get("about") or {}
        named = [str(content.get(name, "")) for name in ("what", "who", "ip", "campaign")]
    except (ValueError, KeyError, TypeError):
        return None
    facts = about if isinstance(about, dict) else {}
    what, who, ip, campaign = named
    text = line.decode("utf-8", "replace")
    return Entry(found[0].n, at.astimezone(UTC), what, who, ip, campaign, facts, found[0].hash, text)
