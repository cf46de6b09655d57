"""The vouched-for: what an OpenID Connect provider says of somebody, read into a user of ours or into a doubt."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from campaign.access import Provider

PREFIX = "oidc:"
LONGEST_NAME = 254  # what an e-mail address may have
LONGEST_CLAIM = 1_000
MOST_IN_A_LIST = 1_000
OF_THE_PROTOCOL = frozenset({"iss", "aud", "exp", "iat", "nbf", "nonce", "at_hash", "c_hash", "s_hash", "azp", "jti",
                             "sid", "acr", "amr", "auth_time", "origin", "is_logged_in", "provider"})  # fmt: skip


class Doubt(StrEnum):
    """Why somebody the provider signed in is not let in here."""

    NO_NAME = "no_name"  # the claim that names him is missing, empty or no text
    ODD_NAME = "odd_name"  # it has signs that can pass for others, or is too long
    UNVERIFIED = "unverified"  # the provider does not say that it looked


@dataclass(frozen=True)
class Vouched:
    """A user by his id here, the name shown, and the claims that grants may ask for."""

    user: str
    name: str
    claims: Mapping[str, Any]


def vouched(provider: Provider, told: Mapping[str, Any]) -> Vouched | Doubt:
    """Return who somebody is by the claims of his ID token, or why that is not known for sure."""
    given = told.get(provider.name)
    if not isinstance(given, str) or not given.strip():
        return Doubt.NO_NAME
    if provider.verified and told.get(provider.verified) not in (True, "true"):
        return Doubt.UNVERIFIED
    name = given.strip()
    if len(name) > LONGEST_NAME or not name.isprintable() or unicodedata.normalize("NFKC", name) != name:
        return Doubt.ODD_NAME
    shown = told.get("name")
    called = shown.strip() if isinstance(shown, str) and shown.isprintable() else ""
    return Vouched(PREFIX + name.lower(), called[:LONGEST_NAME] or name, _askable(told))


def _askable(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the claims a grant may ask for: words, numbers, yes and no, and lists of words."""
    kept: dict[str, Any] = {}
    for name, value in told.items():
        if name in OF_THE_PROTOCOL:
            continue
        if isinstance(value, (list, tuple)):
            kept[name] = [one for one in value if _is_short(one)][:MOST_IN_A_LIST]
        elif isinstance(value, (bool, int)) or _is_short(value):
            kept[name] = value
    return kept


def _is_short(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_CLAIM
