"""Decisions: what a person decided about a row that was held or rejected, and why one may be refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

CORRECTABLE = ("unit_code", "category", "stage", "as_of", "count")


class What(StrEnum):
    """The four decisions."""

    ACCEPT = "accept"
    CORRECT = "correct"
    ALIAS = "alias"
    DISMISS = "dismiss"


class Outcome(StrEnum):
    """What became of a decision; `unchanged`: the same had been decided already."""

    TAKEN = "taken"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class Refusal(StrEnum):
    """Why a decision was refused, where it is not for the reason a row itself would be."""

    UNREADABLE = "unreadable"
    NO_REASON = "no_reason"
    GONE = "gone"
    ALREADY_DECIDED = "already_decided"
    ALREADY_SETTLED = "already_settled"
    NOT_HELD = "not_held"
    NO_NAME = "no_name"
    NAME_KNOWN = "name_known"
    OUTSIDE_SCOPE = "outside_scope"
    NO_COUNT = "no_count"
    UNSIGNED = "unsigned"
    NO_DIFFERENCE = "no_difference"


@dataclass(frozen=True)
class Decision:
    """One decision: which row (as the load, its file and the row's number name it), what, why.

    `change`: for a correction, the fields that are other than the row said, as text. `means`: for an alias, the code
    of the unit that the row's name means. `along`: nobody looked at this row, it was decided along with another one
    that says the same wrong thing; the reason is about that thing, and lets no count fall.
    """

    what: What
    batch: str
    file: str
    row: int
    why: str
    change: Mapping[str, str] = field(default_factory=dict)
    means: str = ""
    along: bool = False

    def document(self) -> dict[str, Any]:
        """Return the decision as JSON carries it."""
        return {**asdict(self), "what": self.what.value, "change": dict(self.change)}


def read_decision(content: Mapping[str, Any]) -> Decision | None:
    """Return a decision as it was written down; None when it cannot be one."""
    try:
        what, row = What(content["what"]), int(content["row"])
        change = {name: str(value).strip() for name, value in dict(content.get("change") or {}).items()}
        found = Decision(
            what=what,
            batch=str(content["batch"]),
            file=str(content["file"]),
            row=row,
            why=" ".join(str(content.get("why") or "").split()),
            change={name: value for name, value in change.items() if value},
            means=str(content.get("means") or "").strip(),
            along=content.get("along") is True,
        )
    except (KeyError, ValueError, TypeError):
        return None
    return found if set(found.change) <= set(CORRECTABLE) else None
