"""The file of secrets: secrets.toml beside config.toml, for those who would rather not set the environment.

Its lines above any table, `SO_TOKEN = "…"`, count as environment variables that are not set; `[auth]` is the sign-in
provider's (etl/provider.py). No message tells what it holds.
"""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Any

from campaign.errors import ConfigError

NAME = "secrets.toml"
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def path_beside(config: Path) -> Path:
    """Return the file of secrets that belongs to a configuration file."""
    return config.parent / NAME


def read(path: Path) -> dict[str, Any]:
    """Return what the file says; {} when there is none. Raises ConfigError, which never quotes it."""
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        return {}
    except tomllib.TOMLDecodeError:  # its words may quote the line, and the line a secret
        raise ConfigError(str(path), "not readable as TOML", 'lines like NAME = "value" were expected') from None
    except (OSError, UnicodeDecodeError):
        raise ConfigError(str(path), "not readable", "a TOML file in UTF-8 was expected") from None


def into_environment(config: Path) -> None:
    """Set each variable the file beside `config` gives that the environment does not; its children inherit them."""
    path = path_beside(config)
    for name, value in read(path).items():
        if isinstance(value, dict):
            continue
        if not _VARIABLE.fullmatch(name) or not isinstance(value, str) or "\0" in value:
            raise ConfigError(f"{path}: {name}", "found no text under a plain name", 'NAME = "value" was expected')
        os.environ.setdefault(name, value)


def is_open(path: Path) -> bool:
    """Tell whether others on this machine may read the file."""
    try:
        return os.name == "posix" and bool(path.stat().st_mode & 0o077)
    except OSError:
        return False
