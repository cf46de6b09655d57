"""Sessions: who is signed in, since when and until when. A browser holds a token, the store only its hash."""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from access.store import opened
from campaign.access import Access
from campaign.configuration import Configuration
from campaign.errors import CanDichError

Via = Literal["local", "oidc"]
TOKEN_BYTES = 32
LONGEST_TOKEN = 200
LONGEST_AGENT = 200
SEEN_EVERY = timedelta(minutes=1)  # how exactly it is known when a session was last used
CLOCK = timedelta(minutes=5)  # how far a clock may be set back before sessions begun "later" are over


class NotLetIn(CanDichError):
    """A session cannot begin: the user is disabled, or there is no such account."""


@dataclass(frozen=True)
class Session:
    """One user signed in with one browser. `key` names the session without opening it."""

    key: str
    user: str
    name: str
    via: Via
    claims: Mapping[str, Any]
    begun_at: datetime
    seen_at: datetime
    ip: str
    agent: str


class Sessions:
    """The sessions of one configuration; every answer is read from the store anew."""

    def __init__(self, config: Configuration) -> None:
        """Keep the sessions of `config` as its `[access]` says; without it none is ever found."""
        self.config = config
        self.access = config.access or Access()

    def begin(
        self, user: str, name: str, via: Via, claims: Mapping[str, Any], at: datetime, ip: str = "", agent: str = "",
        *, turn: int | None = None,
    ) -> str:  # fmt: skip
        """Return the token of a new session; only its hash is stored.

        `turn`: the account's as its password was looked at. Raises NotLetIn when the user is disabled or, signing in
        with a password, has no account, or has been given another password since.
        """
        token = secrets.token_urlsafe(TOKEN_BYTES)
        now = at.timestamp()
        with opened(self.config) as store:
            turn, looked = _turn(store, user, via), turn
            if turn is None or looked not in (None, turn):
                raise NotLetIn("sign-in", f"{user} is not let in", "an account that is not disabled was expected")
            store.execute("delete from session where begun_at <= ? or seen_at <= ?", (self._oldest(at), self._idle(at)))
            store.execute(
                "insert into session (digest, user, name, via, claims, turn, begun_at, seen_at, ip, agent)"
                " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    _digest(token),
                    user,
                    name,
                    via,
                    json.dumps(dict(claims), ensure_ascii=False, default=str),
                    turn,
                    now,
                    now,
                    ip,
                    agent[:LONGEST_AGENT],
                ),
            )
        return token

    def find(self, token: str, at: datetime, *, used: bool = True) -> Session | None:
        """Return the session a token opens, when it is neither over nor idle and its user is not disabled.

        `used`: somebody does something with it, so it is not idle; not so for what a browser asks by itself.
        """
        if not token or len(token) > LONGEST_TOKEN:
            return None
        digest = _digest(token)
        with opened(self.config) as store:
            row = store.execute("select * from session where digest = ?", (digest,)).fetchone()
            if row is None:
                return None
            if self._is_over(row, at) or _turn(store, row["user"], row["via"]) != row["turn"]:
                store.execute("delete from session where digest = ?", (digest,))
                return None
            every = min(SEEN_EVERY, timedelta(minutes=self.access.idle_minutes) / 10)
            if used and at.timestamp() - row["seen_at"] >= every.total_seconds():
                store.execute("update session set seen_at = ? where digest = ?", (at.timestamp(), digest))
        return _session(row)

    def end(self, token: str) -> None:
        """Sign out: the token opens nothing any more."""
        with opened(self.config) as store:
            store.execute("delete from session where digest = ?", (_digest(token),))

    def end_all(self, user: str, but: str = "") -> int:
        """Sign a user out everywhere, `but` the session of one token; return how many sessions ended."""
        with opened(self.config) as store:
            ended = store.execute("delete from session where user = ? and digest <> ?", (user, _digest(but)))
            return ended.rowcount

    def of(self, user: str, at: datetime) -> list[Session]:
        """Return the open sessions of a user, the latest used first."""
        with opened(self.config) as store:
            rows = store.execute("select * from session where user = ? order by seen_at desc", (user,)).fetchall()
            return [
                _session(row)
                for row in rows
                if not self._is_over(row, at) and _turn(store, row["user"], row["via"]) == row["turn"]
            ]

    def ends_at(self, session: Session) -> datetime:
        """Return when a session is over, however much it is used."""
        return session.begun_at + timedelta(hours=self.access.session_hours)

    def _is_over(self, row: sqlite3.Row, at: datetime) -> bool:
        if row["via"] == "local" and not self.access.local:
            return True
        if row["via"] == "oidc" and self.access.oidc is None:
            return True
        set_back = row["begun_at"] > (at + CLOCK).timestamp()
        return set_back or bool(row["begun_at"] <= self._oldest(at) or row["seen_at"] <= self._idle(at))

    def _oldest(self, at: datetime) -> float:
        return (at - timedelta(hours=self.access.session_hours)).timestamp()

    def _idle(self, at: datetime) -> float:
        return (at - timedelta(minutes=self.access.idle_minutes)).timestamp()


def _turn(store: sqlite3.Connection, user: str, via: str) -> int | None:
    """Return the turn a user's sessions belong to; None when he may have none."""
    row = store.execute("select disabled, turn from account where user = ?", (user,)).fetchone()
    if row is None:
        return None if via == "local" else 0
    return None if row["disabled"] else int(row["turn"])


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _session(row: sqlite3.Row) -> Session:
    return Session(
        key=row["digest"][:12],
        user=row["user"],
        name=row["name"],
        via=row["via"],
        claims=json.loads(row["claims"]),
        begun_at=datetime.fromtimestamp(row["begun_at"], UTC),
        seen_at=datetime.fromtimestamp(row["seen_at"], UTC),
        ip=row["ip"],
        agent=row["agent"],
    )
