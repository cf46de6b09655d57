"""Attempts: ways through the provider that have begun here, each led to its end at most once.

An attempt is carried by the browser, signed; the key lives as long as the process, and what succeeded is remembered
as long as an attempt may take. So a process that begins anew lets nobody finish what began before it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from itsdangerous import BadData, URLSafeSerializer

LONGEST = timedelta(minutes=10)
LONGEST_WRITTEN = 4_000


@dataclass(frozen=True)
class Attempt:
    """One way through the provider: its name, and the address it was begun for."""

    id: str
    leads_to: str
    begun: float


class Attempts:
    """The attempts of one process."""

    def __init__(self) -> None:
        """Begin with a key of our own that nobody else will ever know."""
        self._signer = URLSafeSerializer(secrets.token_bytes(32), salt="candich.attempt")
        self._finished: dict[str, float] = {}
        self._lock = Lock()

    def begin(self, leads_to: str, at: datetime) -> str:
        """Return a new attempt as the browser carries it; too long an address is left out."""
        id_, begun = secrets.token_urlsafe(16), at.timestamp()
        written = self._written([id_, leads_to, begun])
        return written if len(written) <= LONGEST_WRITTEN else self._written([id_, "/", begun])

    def read(self, written: str, at: datetime) -> Attempt | None:
        """Return the attempt a browser carries; None when it is none of ours, over, or finished already."""
        try:
            id_, leads_to, begun = self._signer.loads(written)
        except (BadData, ValueError, TypeError):
            return None
        if not 0 <= at.timestamp() - begun < LONGEST.total_seconds():
            return None
        with self._lock:
            return None if id_ in self._finished else Attempt(id_, leads_to, begun)

    def finish(self, attempt: Attempt, at: datetime) -> bool:
        """Bring an attempt to its end; False when it has been already."""
        with self._lock:
            oldest = at.timestamp() - LONGEST.total_seconds()
            self._finished = {id_: begun for id_, begun in self._finished.items() if begun > oldest}
            if attempt.id in self._finished:
                return False
            self._finished[attempt.id] = attempt.begun
            return True

    def _written(self, parts: list[str | float]) -> str:
        return str(self._signer.dumps(parts))
