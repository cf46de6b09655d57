"""Listening: on which addresses the pages may be served, which is this machine's own until sign-in keeps others out."""

from __future__ import annotations

import ipaddress

from campaign.configuration import Configuration
from campaign.errors import ConfigError


def is_loopback(name: str) -> bool:
    """Return whether a host name or address can only mean this machine."""
    bare = name.strip("[]").rstrip(".").lower()
    if bare == "localhost":
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False


def checked(config: Configuration, address: str, where: str = "server.address") -> str:
    """Return an address to listen on, as it was written.

    Raises ConfigError for one that others can reach while anybody who reaches it would be let in, or nobody could tell
    by which name.
    """
    if is_loopback(address):
        return address
    if config.access is None:
        refused = "an address other than loopback is refused while no sign-in is configured"
        raise ConfigError(where, f"found {address!r}", f"{refused}: use 127.0.0.1, or give [access] and public_url")
    try:
        ipaddress.ip_address(address.strip("[]"))
    except ValueError:
        raise ConfigError(where, f"found {address!r}", "an address like 0.0.0.0 was expected") from None
    if not config.public_url:
        expected = "public_url, the address people type, must be given before others may reach it"
        raise ConfigError(where, f"found {address!r}", expected)
    return address


def here(address: str) -> str:
    """Return an address this very machine reaches a server by that listens on `address`."""
    bare = address.strip("[]")
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "localhost": "127.0.0.1"}.get(bare, bare)  # noqa: S104 - it is read, not listened on
