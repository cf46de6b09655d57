"""The envelope: who submitted something, with what rights, when and what; never read from a file's contents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from campaign.access import LOCAL_USER, Right
from campaign.errors import ContractError
from campaign.scope import EVERYTHING, NOTHING, Scope


class Kind(StrEnum):
    """What an envelope holds."""

    FILES = "files"
    FORM = "form"
    DECISIONS = "decisions"
    NOTICE = "notice"


@dataclass(frozen=True)
class Sender:
    """Who submits, and what he may speak for where no sign-in is configured.

    `claims`: what vouches for his grants; gone once his rights have been found.
    """

    id: str
    name: str = ""
    scope: Scope = EVERYTHING
    claims: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def document(self) -> dict[str, Any]:
        """Return the sender as JSON carries him."""
        named = {"id": self.id, "name": self.name, **_written(self.scope)}
        return {**named, "claims": dict(self.claims)} if self.claims else named


LOCAL = Sender(LOCAL_USER)  # whoever sits at this machine: the only sender there is while no sign-in is configured


@dataclass(frozen=True)
class Envelope:
    """One submission, without its content. `at` is UTC; `ip` is empty where nobody knows it.

    `rights`: what its sender was found to have a right to when it was taken in; None where no sign-in is configured.
    """

    id: str
    kind: Kind
    campaign: str
    sender: Sender
    at: datetime
    source: str = ""
    ip: str = ""
    rights: Mapping[Right, Scope] | None = None

    def scope(self, right: Right) -> Scope:
        """Return the units its sender has a right to."""
        return self.sender.scope if self.rights is None else self.rights.get(right, NOTHING)

    @property
    def states_targets(self) -> bool:
        """Tell whether its sender may state targets: he runs the whole campaign's machinery, or was never asked."""
        operate = (self.rights or {}).get(Right.OPERATE)
        return operate is None or operate.units is None

    @property
    def signature(self) -> str:
        """Return the name its sender goes by, as his session had it; empty where nobody signed in."""
        return self.sender.name or ("" if self.rights is None else self.sender.id)

    def document(self) -> dict[str, Any]:
        """Return the envelope as JSON carries it."""
        written = {
            "id": self.id,
            "kind": self.kind.value,
            "campaign": self.campaign,
            "source": self.source,
            "at": self.at.astimezone(UTC).isoformat(),
            "ip": self.ip,
            "sender": self.sender.document(),
        }
        if self.rights is None:
            return written
        return {**written, "rights": {right.value: _written(scope) for right, scope in self.rights.items()}}


def _written(scope: Scope) -> dict[str, Any]:
    return {
        "units": None if scope.units is None else sorted(scope.units),
        "campaigns": None if scope.campaigns is None else sorted(scope.campaigns),
    }


def _scope(content: Mapping[str, Any]) -> Scope:
    units, campaigns = content["units"], content["campaigns"]
    return Scope(
        None if units is None else frozenset(str(one) for one in units),
        None if campaigns is None else frozenset(str(one) for one in campaigns),
    )


def read_sender(content: Mapping[str, Any]) -> Sender:
    """Return a sender as he was written down; KeyError, ValueError or TypeError when that is none."""
    return Sender(str(content["id"]), str(content["name"]), _scope(content), dict(content.get("claims") or {}))


def read_envelope(content: Mapping[str, Any], where: str) -> Envelope:
    """Return an envelope as it was written down; ContractError names one that is damaged."""
    try:
        rights = content.get("rights")
        return Envelope(
            id=str(content["id"]),
            kind=Kind(content["kind"]),
            campaign=str(content["campaign"]),
            sender=read_sender(content["sender"]),
            at=datetime.fromisoformat(content["at"]),
            source=str(content["source"]),
            ip=str(content["ip"]),
            rights=None if rights is None else {Right(name): _scope(scope) for name, scope in rights.items()},
        )
    except (KeyError, ValueError, TypeError, AttributeError) as problem:
        raise ContractError(where, f"is no envelope ({problem!r})", "submit it again") from None
