"""Decisions about rows that wait: what a person could decide, and what must become of it (docs/mending.md)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random
from typing import Any

from tests.oracle.intake import Fate, Intake, Row, Spot, read_again


@dataclass(frozen=True)
class Decision:
    """What somebody decides about a row: accept, correct, alias or dismiss."""

    what: str
    spot: Spot
    why: str
    change: dict[str, str] = field(default_factory=dict)
    means: str = ""

    def document(self, batches: dict[int, str]) -> dict[str, Any]:
        """Return the decision as a page hands it in; `batches`: the product's names of the loads."""
        load, file, number = self.spot
        told = {"what": self.what, "batch": batches[load], "file": file, "row": number + 1, "why": self.why}
        return {**told, "change": self.change, "means": self.means}


def decide(intake: Intake, decisions: list[Decision], received_at: datetime) -> dict[str, int]:
    """Take the decisions of one envelope, one after the other; return the tallies."""
    intake.begin(received_at)
    tally = dict.fromkeys(("read", "accepted", "unchanged", "held", "rejected", "flagged"), 0)
    for decision in decisions:
        fate, flagged = _decide(intake, decision, received_at)
        tally["read"] += 1
        tally[fate.value] += 1
        tally["flagged"] += flagged
    return tally


def _decide(intake: Intake, decision: Decision, received_at: datetime) -> tuple[Fate, bool]:
    row = intake.waited[decision.spot]
    if not decision.why.strip():
        return Fate.REJECTED, False
    if not row.open:
        same = intake.decided.get(decision.spot) == _told(decision)
        return (Fate.UNCHANGED if same else Fate.REJECTED), False
    flagged: bool | None = False
    if decision.what == "accept":
        flagged = _accept(intake, row, received_at)
    elif decision.what == "correct":
        flagged = _correct(intake, row, decision, received_at)
    elif decision.what == "alias":
        flagged = _alias(intake, row, decision, received_at)
    if flagged is None:
        return Fate.REJECTED, False
    row.open = False
    if decision.what != "accept":  # what was accepted stands, and is judged as any other count
        intake.cover(row)
    intake.decided[decision.spot] = _told(decision)
    return Fate.ACCEPTED, flagged


def _told(decision: Decision) -> tuple[object, ...]:
    return (decision.what, tuple(sorted(decision.change.items())), decision.means)


def _accept(intake: Intake, row: Row, received_at: datetime) -> bool | None:
    if row.fate is not Fate.HELD:
        return None
    return intake.let_stand(replace(row, target=None), (row.kind, row.count), received_at)


def _correct(intake: Intake, row: Row, decision: Decision, received_at: datetime) -> bool | None:
    increments = row.source is not None and row.source.measure == "daily"
    if increments and "count" not in decision.change:
        return None  # a part of a count is not guessed
    again = read_again(intake.setting, row, {**row.texts(), **decision.change}, received_at)
    if again.fate is Fate.REJECTED:
        return None
    return intake.let_stand(again, ("count", again.count), received_at)


def _alias(intake: Intake, row: Row, decision: Decision, received_at: datetime) -> bool | None:
    name = row.cells.get("unit_name", "")
    by_name = name and not row.cells.get("unit_code")
    if row.why != "unknown_unit" or not by_name or decision.means not in intake.setting.units:
        return None
    before = dict(intake.setting.aliases)
    intake.setting.aliases[name] = decision.means
    again = read_again(intake.setting, row, row.cells, received_at)
    if again.fate is Fate.REJECTED or again.unit != decision.means:
        intake.setting.aliases = before
        return None
    return intake.let_stand(again, ("count", again.count), received_at)


def draw(intake: Intake, random: Random) -> list[Decision]:
    """Return what a person might decide about the rows that wait, and about some that wait no more."""
    leaves = [code for code in intake.setting.units if intake.setting.is_leaf(code)]
    decisions = []
    for spot, row in intake.waited.items():
        if not row.open and spot not in intake.decided and row.fate is Fate.REJECTED:
            continue  # it came again, and is on the list already
        if random.random() < (0.6 if row.open else 0.15):
            decisions.append(_drawn(spot, row, leaves, random))
            if random.random() < 0.1:
                decisions.append(random.choice([decisions[-1], _drawn(spot, row, leaves, random)]))
    return decisions


def _drawn(spot: Spot, row: Row, leaves: list[str], random: Random) -> Decision:
    why = random.choice(["đã kiểm tra sổ"] * 9 + ["  "])
    what = random.choice(["accept", "correct", "dismiss"])
    if row.fate is Fate.HELD:
        what = random.choice(["accept", "accept", what])
    elif row.why == "unknown_unit" and row.cells.get("unit_name"):
        what = random.choice(["alias", "alias", what])
    if what == "alias":
        return Decision(what, spot, why, means=random.choice([*leaves, "khong-co"]))
    if what != "correct":
        return Decision(what, spot, why)
    change = {"count": str(random.choice([row.count, row.count + 3, max(row.count - 5, 0), 17]))}
    if random.random() < 0.1:
        change = random.choice([{"count": "7,5"}, {"as_of": "2999-01-01"}, {"unit_code": "99999"}, {}])
    elif row.why in ("unknown_unit", "missing_field") and random.random() < 0.8:
        change["unit_code"] = random.choice(leaves)
    elif row.why in ("bad_date", "future_date"):
        change["as_of"] = "2025-01-04"
    return Decision(what, spot, why, change)
