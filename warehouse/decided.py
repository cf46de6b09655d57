"""Decided: the decisions on record, as the next version writes them and people read them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from campaign.places import place_of


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision, taken or refused, and the row it was about (times in UTC).

    unit_code … count: what the row then counts for, None when it counts for nothing. `other`: the load that had settled
    the row before. `needless_by`: the load by which the source mended the row itself.
    """

    batch: str
    number: int
    received_at: datetime
    decided_at: datetime
    sender: str
    sender_name: str
    what: str
    why: str
    row_batch: str
    row_file: str
    row_number: int
    row_fate: str
    row_reason: str
    row_content: str
    unit_code: str | None
    category: str | None
    stage: str | None
    as_of: date | None
    count: int | None
    alias: str | None
    means: str | None
    outcome: str
    refusal: str
    other: str | None
    needless_by: str | None

    @property
    def said(self) -> dict[str, Any]:
        """Return the row as it was received, by field."""
        return dict(json.loads(self.row_content))

    @property
    def place(self) -> str:
        """Return where the row stood in its file, as people say it."""
        return str(self.said.get("cell") or place_of(self.row_number))


def read_decisions(rows: Callable[[str], list[tuple[Any, ...]]]) -> list[Decided]:
    """Return every decision, the latest first; `rows` runs a query."""
    if not rows("select table_name from information_schema.tables where table_name = 'decision'"):
        return []  # a version from before there were decisions
    names = list(Decided.__dataclass_fields__)
    listed = ", ".join(f'"{name}"' for name in names)
    found = []
    for row in rows(f"select {listed} from decision order by received_at desc, number desc"):  # noqa: S608 - names of our own dataclass
        values = dict(zip(names, row, strict=True))
        for name in ("received_at", "decided_at"):
            values[name] = values[name].replace(tzinfo=UTC)
        found.append(Decided(**values))
    return found
