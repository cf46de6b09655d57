"""The environment of a source: where its secrets live, and how they stay out of every message."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

from campaign.configuration import Source
from campaign.errors import ConfigError
from campaign.sections import FROM_ENVIRONMENT

SHORTEST_SECRET = 4  # characters; a shorter value would blot out half of a message
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Environment:
    """Expands env:NAME and ${NAME} for one source, and knows every value it gave out."""

    def __init__(self, source: Source) -> None:
        """Take the source; nothing is read yet."""
        self.source = source
        self._given: set[str] = set()
        self.names: list[str] = []

    def expand(self, text: str, key: str) -> str:
        """Return a value of the configuration with what the environment says in it.

        Raises ConfigError naming a variable that is not set, or cannot be sent; its value is never told.
        """
        return FROM_ENVIRONMENT.sub(self._lookup(key), text)

    def _lookup(self, key: str) -> Callable[[re.Match[str]], str]:
        def value(match: re.Match[str]) -> str:
            name = match[1] or match[2]
            found = os.environ.get(name, "").strip()
            where = f"source {self.source.name}: {key}"
            if not found:
                raise ConfigError(where, f"the environment variable {name} is not set", "set it where start runs")
            if _CONTROL.search(found):
                raise ConfigError(where, f"the environment variable {name} has more than one line", "mend it")
            self._given.add(found)
            self.names.append(name)
            return found

        return value

    def keep_secret(self, value: str | None) -> None:
        """Let a value be hidden that is part of one given out."""
        self._given |= {value} if value else set()

    def hide(self, text: str) -> str:
        """Return a text without any value that was given out."""
        for secret in sorted(self._given, key=len, reverse=True):
            if len(secret) >= SHORTEST_SECRET:
                text = text.replace(secret, "…")
        return " ".join(text.split())
