"""The envelope: who submitted something, with what rights, when and what; never read from a file's contents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from campaign.errors import ContractError
from campaign.scope import EVERYTHING, Scope


class Kind(StrEnum):
    """What an envelope holds."""

    FILES = "files"
    FORM = "form"
    DECISIONS = "decisions"
    NOTICE = "notice"


@dataclass(frozen=True)
class Sender:
    """Who submits, and what he may speak for."""

    id: str
    name: str = ""
    scope: Scope = EVERYTHING


LOCAL = Sender("local")  # whoever sits at this machine: the only sender there is while no sign-in is configured


@dataclass(frozen=True)
class Envelope:
    """One submission, without its content. `at` is UTC; `ip` is empty where nobody knows it."""

    id: str
    kind: Kind
    campaign: str
    sender: Sender
    at: datetime
    source: str = ""
    ip: str = ""

    def document(self) -> dict[str, Any]:
        """Return the envelope as JSON carries it."""
        scope = self.sender.scope
        return {
            "id": self.id,
            "kind": self.kind.value,
            "campaign": self.campaign,
            "source": self.source,
            "at": self.at.astimezone(UTC).isoformat(),
            "ip": self.ip,
            "sender": {
                "id": self.sender.id,
                "name": self.sender.name,
                "units": None if scope.units is None else sorted(scope.units),
                "campaigns": None if scope.campaigns is None else sorted(scope.campaigns),
            },
        }


def read_envelope(content: Mapping[str, Any], where: str) -> Envelope:
    """Return an envelope as it was written down; ContractError names one that is damaged."""
    try:
        sender = content["sender"]
        units, campaigns = sender["units"], sender["campaigns"]
        scope = Scope(
            None if units is None else frozenset(str(one) for one in units),
            None if campaigns is None else frozenset(str(one) for one in campaigns),
        )
        return Envelope(
            id=str(content["id"]),
            kind=Kind(content["kind"]),
            campaign=str(content["campaign"]),
            sender=Sender(str(sender["id"]), str(sender["name"]), scope),
            at=datetime.fromisoformat(content["at"]),
            source=str(content["source"]),
            ip=str(content["ip"]),
        )
    except (KeyError, ValueError, TypeError) as problem:
        raise ContractError(where, f"is no envelope ({problem!r})", "submit it again") from None
