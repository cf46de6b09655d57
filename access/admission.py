"""Admission: what a session, or a user on a day, may do, by the grants of the configuration and of the grants file."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from threading import Lock
from typing import Any

from access.grants import read_grants
from access.sessions import Session, Sessions
from campaign.access import ANYBODY_HERE, NOBODY, Access, Grant, Viewer, viewer_of
from campaign.configuration import Configuration
from campaign.errors import ConfigError

LOG = logging.getLogger(__name__)
Seen = tuple[int, int, int]


class Admission:
    """Who may do what, of one configuration. The grants file is read again when it changes."""

    def __init__(self, config: Configuration, tell: Callable[[], object] = lambda: None) -> None:
        """Admit to what `config` says; without `[access]` there is one user, who may do everything.

        `tell` is called whenever the grants file was read anew.
        """
        self.config, self._tell = config, tell
        self.sessions = Sessions(config)
        self.problem: ConfigError | None = None  # why the grants file is not read; the last good one stands
        self._was_read = False
        self._lock = Lock()
        self._seen: Seen | None = None
        self._from_file: tuple[Grant, ...] = ()
        self._all: tuple[Grant, ...] = ()
        self._of_user: dict[str, list[Grant]] = {}
        self._by_claim: list[Grant] = []
        self._began = False

    @property
    def is_blind(self) -> bool:
        """Tell whether the grants file cannot be read, and this process never read a good one."""
        return self.problem is not None and not self._was_read

    def grants(self) -> tuple[Grant, ...]:
        """Return every grant, the configuration's before the file's."""
        with self._lock:
            self._refresh()
            return self._all

    def viewer(self, token: str, at: datetime, *, used: bool = True) -> Viewer:
        """Return who has signed in with a token, and what he may do at a moment; NOBODY when nobody has."""
        if self.config.access is None:
            return ANYBODY_HERE
        session = self.sessions.find(token, at, used=used)
        return NOBODY if session is None else self.viewer_in(session, at)

    def viewer_in(self, session: Session, at: datetime) -> Viewer:
        """Return the user of a session with what he may do at a moment."""
        day = at.astimezone(self.config.zone).date()
        return self.viewer_at(session.user, session.claims, day, session.name)

    def viewer_at(self, user: str, claims: Mapping[str, Any], day: date, name: str = "") -> Viewer:
        """Return a user with what he may do on a day; whether he could sign in then is not asked."""
        access = self.config.access
        if access is None:
            return ANYBODY_HERE
        if not user:
            return NOBODY
        with self._lock:
            self._refresh()
            candidates = [*self._of_user.get(user, []), *self._by_claim]
        return viewer_of(access, candidates, user, name, claims, day)

    def _refresh(self) -> None:
        access = self.config.access
        if access is None:
            return
        path = access.grants_file
        seen = _seen(path) if path is not None else None
        if self._began and seen == self._seen:
            return
        self._began, self._seen = True, seen
        if path is not None:
            self._read(path, access)
            self._tell()
        self._all = (*access.grants, *self._from_file)
        self._of_user, self._by_claim = {}, []
        for grant in self._all:
            if grant.user:
                self._of_user.setdefault(grant.user, []).append(grant)
            else:
                self._by_claim.append(grant)

    def _read(self, path: Path, access: Access) -> None:
        try:
            self._from_file = read_grants(path, access)
            self.problem, self._was_read = None, True
        except ConfigError as problem:
            self.problem = problem
            LOG.error("the grants file is not read, what it said before stands: %s", problem)  # noqa: TRY400 - the sentence says where; a traceback would say no more


def _seen(path: Path) -> Seen | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
