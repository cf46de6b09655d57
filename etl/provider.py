"""The provider: where the province's people sign in, and the secret we are known to it by.

Both stand in `[auth]` of secrets.toml beside config.toml, or in the environment, and nowhere else.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from campaign.access import Provider
from campaign.configuration import Configuration
from campaign.errors import ConfigError
from etl import secret_file

CALLBACK = "/oauth2callback"  # where the framework hears the provider's answer
FROM_ENVIRONMENT = {
    "client_id": "CANDICH_OIDC_CLIENT_ID",
    "client_secret": "CANDICH_OIDC_CLIENT_SECRET",
    "server_metadata_url": "CANDICH_OIDC_METADATA_URL",
}
ONLY_HERE = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class ProviderSecrets:
    """What we tell the provider, where it answers, and how its word is read.

    `client_kwargs`: scope, prompt and the like.
    """

    word: Provider
    client_id: str
    client_secret: str = field(repr=False)
    server_metadata_url: str
    redirect_uri: str
    client_kwargs: Mapping[str, Any]

    @property
    def origin(self) -> str:
        """Return scheme, host and port the provider leads back to."""
        return self.redirect_uri.removesuffix(CALLBACK)


def provider_of(config: Configuration, environment: Mapping[str, str], port: int) -> ProviderSecrets | None:
    """Return what signing in through the provider needs; None when `[access.oidc]` does not ask for it.

    `port`: of this server, for the address the provider answers to when there is no public_url. Raises ConfigError
    naming the key and never what it holds.
    """
    if config.access is None or config.access.oidc is None:
        return None
    path = secret_file.path_beside(config.path)
    given = _auth_of(path)
    found = {name: environment.get(variable) or given.get(name) for name, variable in FROM_ENVIRONMENT.items()}
    for name, value in found.items():
        if not isinstance(value, str) or not value.strip():
            missing = "the key is missing" if value is None else "found no text"
            raise ConfigError(f"{path}: auth.{name}", missing, f"give it there, or as {FROM_ENVIRONMENT[name]}")
    kwargs = given.get("client_kwargs", {})
    if not isinstance(kwargs, dict):
        raise ConfigError(f"{path}: auth.client_kwargs", "found no table", 'one like { prompt = "login" } was expected')
    metadata = str(found["server_metadata_url"]).strip()
    _check_address(f"{path}: auth.server_metadata_url", metadata)
    return ProviderSecrets(
        word=config.access.oidc,
        client_id=str(found["client_id"]).strip(),
        client_secret=str(found["client_secret"]).strip(),
        server_metadata_url=metadata,
        redirect_uri=(config.public_url or f"http://127.0.0.1:{port}") + CALLBACK,
        client_kwargs=kwargs,
    )


def checked(config: Configuration) -> None:
    """Raise ConfigError when `[access.oidc]` asks for a provider whose address or secret is missing or wrong."""
    provider_of(config, os.environ, 0)


def _auth_of(path: Path) -> dict[str, Any]:
    given = secret_file.read(path).get("auth", {})
    known = (*FROM_ENVIRONMENT, "client_kwargs")
    if not isinstance(given, dict):
        raise ConfigError(f"{path}: auth", "found no table", f"[auth] with {', '.join(known)}")
    for name in given:
        if name not in known:
            raise ConfigError(f"{path}: auth.{name}", "unknown key", f"the keys are {', '.join(known)}")
    return given


def _check_address(where: str, address: str) -> None:
    """Refuse an address that anybody on the way could answer in the provider's place."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        parts, host = urlsplit(""), None
    if not host or parts.username or parts.password:
        raise ConfigError(where, "found no plain address", "https://…/.well-known/openid-configuration was expected")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in ONLY_HERE):
        raise ConfigError(where, "found an address without TLS", "https://… was expected")
