"""Explanations on record: what people said of stated totals that differ from our sum, taken or refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from campaign.explanations import Key
from warehouse.statements import statement


@dataclass(frozen=True, slots=True)
class ExplanationRow:
    """One explanation, taken or refused (times in UTC); `signed`: the name of who gives it."""

    batch: str
    number: int
    received_at: datetime
    decided_at: datetime
    sender: str
    signed: str
    why: str
    unit_code: str
    category: str
    stage: str
    measure: str
    as_of: date
    stated: int
    summed: int
    outcome: str
    refusal: str

    @property
    def key(self) -> Key:
        """Return which stated total it is about."""
        return Key(self.unit_code, self.category, self.stage, self.measure, self.as_of)


def explanations_of(rows: Iterable[tuple[Any, ...]]) -> list[ExplanationRow]:
    """Return rows of reads/explanations.sql as explanations."""
    found = []
    for row in rows:
        values = dict(zip(ExplanationRow.__dataclass_fields__, row, strict=True))
        for name in ("received_at", "decided_at"):
            values[name] = values[name].replace(tzinfo=UTC)
        found.append(ExplanationRow(**values))
    return found


def read_explanations(rows: Callable[[str], list[tuple[Any, ...]]]) -> list[ExplanationRow]:
    """Return every explanation, the latest first; `rows` runs a query."""
    if not rows("select table_name from information_schema.tables where table_name = 'explanation'"):
        return []  # a version from before there were explanations
    return explanations_of(rows(statement("reads", "explanations")))
