"""Accounts: people who sign in with a password of ours, and how wrong passwords are met.

An account rests after some wrong passwords; so does not the browser its owner has signed in with before, which
counts for itself. Nobody can therefore shut out somebody else for good, wherever he sits.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
import secrets
import sqlite3
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from access.passwords import accepted, hashed, matches
from access.store import opened
from access.vouched import PREFIX
from campaign.access import Access
from campaign.configuration import Configuration
from campaign.errors import UsageError

USER = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,58}[a-z0-9])?")
LONGEST_NAME = 120
TOKEN_BYTES = 32
MOST_KNOWN = 5  # people who share a browser
KNOWN_FOR = timedelta(days=180)
SLOW_AFTER = 4  # times the wrong passwords of an account: from then on one address is looked at once in a while
SLOW_SECONDS = 5.0
RESERVED = frozenset({"local", "house"})  # the one user of a machine without sign-in; what happens by the clock


class Answer(StrEnum):
    """What becomes of somebody who gives a name and a password."""

    IN = "in"
    WRONG = "wrong"
    RESTING = "resting"
    SLOW = "slow"
    DISABLED = "disabled"  # said only to whoever knows the password


@dataclass(frozen=True)
class Verdict:
    """An answer; `left`: wrong passwords before a rest; `until`: when to try again; `known`: what the browser keeps.

    For the log alone: `exists`: whether there is such an account; `looked`: whether the password was looked at.
    """

    answer: Answer
    user: str
    name: str = ""
    left: int = 0
    until: datetime | None = None
    known: str = ""
    exists: bool = False
    looked: bool = False
    turn: int | None = None  # the account's, as its password was looked at


@dataclass(frozen=True)
class Account:
    """One account as an administrator sees it."""

    user: str
    name: str
    password: bool
    disabled: bool
    made_at: datetime
    changed_at: datetime
    resting: bool
    sessions: int


class Accounts:
    """The accounts of one configuration."""

    def __init__(self, config: Configuration) -> None:
        """Keep the accounts of `config`, as its `[access]` says."""
        self.config = config
        self.access = config.access or Access()
        self.rest = timedelta(minutes=self.access.rest_minutes)

    # What an administrator does

    def check_new(self, user: str, name: str) -> None:
        """Raise UsageError for a name that is taken or none, before anybody types a password for it."""
        _check(user, name)
        with opened(self.config) as store:
            if _row(store, user) is not None:
                raise _taken(user)

    def check_local(self, user: str) -> None:
        """Raise UsageError for somebody who has no account with a password of ours."""
        with opened(self.config) as store:
            self._local(store, user)

    def add(self, user: str, name: str, password: str, at: datetime) -> None:
        """Make an account. Raises UsageError for a name that is taken or none, or a password easily guessed."""
        self.check_new(user, name)
        kept = hashed(accepted(password, user, name))
        with opened(self.config) as store:
            now = at.timestamp()
            made = store.execute(
                "insert into account (user, name, hash, made_at, changed_at) values (?, ?, ?, ?, ?)"
                " on conflict (user) do nothing",
                (user, name, kept, now, now),
            )
            if not made.rowcount:  # somebody else was quicker
                raise _taken(user)

    def reset(self, user: str, password: str, at: datetime, *, keep: str = "") -> None:
        """Give an account a new password and end all its sessions, `keep` (a token) apart; its rest is over too."""
        with opened(self.config) as store:
            row = self._local(store, user)
        kept = hashed(accepted(password, user, row["name"]))
        with opened(self.config) as store:
            store.execute(
                "update account set hash = ?, turn = turn + 1, changed_at = ? where user = ?",
                (kept, at.timestamp(), user),
            )
            store.execute("update session set turn = turn + 1 where user = ? and digest = ?", (user, _sha(keep)))
            store.execute("delete from session where user = ? and digest <> ?", (user, _sha(keep)))
            store.execute("delete from failure where user = ?", (_sha(user),))
            store.execute("delete from known where user = ?", (user,))

    def disable(self, user: str, at: datetime) -> int:
        """Let a user in no more, whichever way he comes, and end his sessions; return how many ended."""
        user = _written(user)
        with opened(self.config) as store:
            now = at.timestamp()
            if user.startswith(PREFIX) and user != PREFIX:  # somebody a provider vouches for has no account here before
                store.execute(
                    "insert into account (user, name, hash, made_at, changed_at) values (?, '', null, ?, ?)"
                    " on conflict (user) do nothing",
                    (user, now, now),
                )
            self._any(store, user)
            store.execute(
                "update account set disabled = 1, turn = turn + 1, changed_at = ? where user = ?", (now, user)
            )
            store.execute("delete from known where user = ?", (user,))
            return store.execute("delete from session where user = ?", (user,)).rowcount

    def enable(self, user: str, at: datetime) -> None:
        """Let a disabled user in again; an account that rests may try at once."""
        user = _written(user)
        with opened(self.config) as store:
            self._any(store, user)
            store.execute("update account set disabled = 0, changed_at = ? where user = ?", (at.timestamp(), user))
            store.execute("delete from failure where user = ?", (_sha(user),))

    def sign_out(self, user: str) -> int:
        """End a user's sessions, whichever way he came; return how many there were."""
        with opened(self.config) as store:
            return store.execute("delete from session where user = ?", (_written(user),)).rowcount

    def all(self, at: datetime) -> list[Account]:
        """Return every account, by name."""
        with opened(self.config) as store:
            rows = store.execute(
                "select account.*, (select count(*) from session where session.user = account.user and"
                " session.begun_at > ? and session.seen_at > ?) as open from account order by user",
                (
                    (at - timedelta(hours=self.access.session_hours)).timestamp(),
                    (at - timedelta(minutes=self.access.idle_minutes)).timestamp(),
                ),
            ).fetchall()
            return [
                Account(
                    user=row["user"],
                    name=row["name"],
                    password=row["hash"] is not None,
                    disabled=bool(row["disabled"]),
                    made_at=datetime.fromtimestamp(row["made_at"], UTC),
                    changed_at=datetime.fromtimestamp(row["changed_at"], UTC),
                    resting=self._until(store, "user = ? and known = ''", (_sha(row["user"]),), at) is not None,
                    sessions=row["open"],
                )
                for row in rows
            ]

    # What happens at the door

    def check(self, user: str, password: str, ip: str, at: datetime, known: str = "") -> Verdict:
        """Return what becomes of somebody who gives a name and a password; `known`: what his browser kept.

        The attempt counts before the password is looked at, so that many at once are no way round. Raises Busy.
        """
        user = user.strip().lower()[:LONGEST_NAME]
        with opened(self.config) as store:
            store.execute("begin immediate")
            row = _row(store, user)
            exists = row is not None and row["hash"] is not None
            device = self._device(store, user, known, at)
            turned_away = self._turned_away(store, user, ip, device, at)
            if turned_away is not None:
                answer, until = turned_away
                return Verdict(answer, user, until=until, exists=exists)
            attempt = store.execute(
                "insert into failure (user, ip, known, at) values (?, ?, ?, ?)",
                (_sha(user), _network(ip), device, at.timestamp()),
            ).lastrowid
        try:
            good, better = matches(password, row["hash"] if row is not None else None)
        except BaseException:
            self._forget(attempt)
            raise
        if not good or row is None:
            return self._wrong(user, device, at, exists=exists)
        if row["disabled"]:
            return Verdict(Answer.DISABLED, user, row["name"], exists=True, looked=True)
        return self._welcome(row, better, known, device, at) or self._wrong(user, device, at, exists=exists)

    def change(self, user: str, old: str, new: str, at: datetime, *, ip: str, keep: str, known: str = "") -> Verdict:
        """Give oneself a new password; other sessions end. UsageError says what is wrong with the new one."""
        with opened(self.config) as store:
            name = self._local(store, user)["name"]
        accepted(new, user, name)
        verdict = self.check(user, old, ip, at, known)
        if verdict.answer is not Answer.IN:
            return verdict
        self.reset(user, new, at, keep=keep)
        with opened(self.config) as store:
            return replace(verdict, known=_know(store, user, known, "", at))

    def _welcome(self, row: sqlite3.Row, better: str | None, known: str, device: str, at: datetime) -> Verdict | None:
        """Return the good word; None when the password was taken from the account while it was looked at."""
        with opened(self.config) as store:
            store.execute("begin immediate")
            still = _row(store, row["user"])
            if still is None or still["turn"] != row["turn"]:
                return None
            store.execute("delete from failure where user = ?", (_sha(row["user"]),))
            if better is not None:
                store.execute(
                    "update account set hash = ? where user = ? and hash = ?", (better, row["user"], row["hash"])
                )
            kept = _know(store, row["user"], known, device, at)
        return Verdict(Answer.IN, row["user"], row["name"], known=kept, exists=True, looked=True, turn=row["turn"])

    def _wrong(self, user: str, device: str, at: datetime, *, exists: bool) -> Verdict:
        with opened(self.config) as store:
            store.execute("delete from failure where at < ?", ((at - 4 * self.rest).timestamp(),))
            where, values = "user = ? and known = ?", (_sha(user), device)
            until = self._until(store, where, values, at)
            if until is not None:
                return Verdict(Answer.RESTING, user, until=until, exists=exists, looked=True)
            since = (at - self.rest).timestamp()
            n = store.execute(
                "select count(*) from failure where user = ? and known = ? and at > ?", (*values, since)
            ).fetchone()[0]
        return Verdict(Answer.WRONG, user, left=max(self.access.failures - n, 0), exists=exists, looked=True)

    def _turned_away(
        self, store: sqlite3.Connection, user: str, ip: str, device: str, at: datetime
    ) -> tuple[Answer, datetime] | None:
        """Return the answer to an attempt that is not even looked at."""
        until = self._until(store, "user = ? and known = ?", (_sha(user), device), at)
        if until is not None:
            return Answer.RESTING, until
        if device:
            return None
        since = (at - self.rest).timestamp()
        n, last = store.execute(
            "select count(*), max(at) from failure where ip = ? and known = '' and at > ? and at <= ?",
            (_network(ip), since, at.timestamp()),
        ).fetchone()
        again = datetime.fromtimestamp(last, UTC) + timedelta(seconds=SLOW_SECONDS) if last is not None else at
        return (Answer.SLOW, again) if n >= self.access.failures * SLOW_AFTER and at < again else None

    def _until(self, store: sqlite3.Connection, where: str, values: tuple[str, ...], at: datetime) -> datetime | None:
        """Return until when wrong passwords keep an account, or a browser of its owner's, at rest; None: not."""
        most = self.access.failures
        rows = store.execute(
            f"select at from failure where {where} and at <= ? order by at desc limit {most:d}",  # noqa: S608 - both words are ours
            (*values, at.timestamp()),
        ).fetchall()
        if len(rows) < most or rows[0]["at"] - rows[-1]["at"] > self.rest.total_seconds():
            return None
        until = datetime.fromtimestamp(rows[0]["at"], UTC) + self.rest
        return until if at < until else None

    def _device(self, store: sqlite3.Connection, user: str, known: str, at: datetime) -> str:
        """Return the digest of what a browser kept when it was signed in as this user before; empty when it was not."""
        for token in _tokens(known):
            row = store.execute(
                "select digest from known where digest = ? and user = ? and at > ?",
                (_sha(token), user, (at - KNOWN_FOR).timestamp()),
            ).fetchone()
            if row is not None:
                return str(row["digest"])
        return ""

    def _forget(self, attempt: int | None) -> None:
        with opened(self.config) as store:
            store.execute("delete from failure where rowid = ?", (attempt,))

    def _any(self, store: sqlite3.Connection, user: str) -> sqlite3.Row:
        row = _row(store, user)
        if row is None:
            raise UsageError(f"user {user}", "there is no such account", "user list names them")
        return row

    def _local(self, store: sqlite3.Connection, user: str) -> sqlite3.Row:
        row = self._any(store, user)
        if ":" in user:
            raise UsageError(f"user {user}", "signs in through the provider", "his password is not kept here")
        return row


def _written(user: str) -> str:
    """Return an id as it is kept: one a provider signs in has small letters, however an administrator types it."""
    prefix, name = user[: len(PREFIX)].lower(), user[len(PREFIX) :]
    return prefix + name.strip().lower() if prefix == PREFIX else user


def _row(store: sqlite3.Connection, user: str) -> sqlite3.Row | None:
    found: sqlite3.Row | None = store.execute("select * from account where user = ?", (user,)).fetchone()
    return found


def _know(store: sqlite3.Connection, user: str, known: str, device: str, at: datetime) -> str:
    """Return what a browser keeps from now on: that it was signed in as this user, and as those before."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    store.execute("delete from known where digest = ? or at < ?", (device, (at - KNOWN_FOR).timestamp()))
    store.execute("insert into known (digest, user, at) values (?, ?, ?)", (_sha(token), user, at.timestamp()))
    return ".".join([token, *(one for one in _tokens(known) if _sha(one) != device)][:MOST_KNOWN])


def _tokens(known: str) -> list[str]:
    return [one for one in known.split(".")[:MOST_KNOWN] if 0 < len(one) <= 4 * TOKEN_BYTES]


def _check(user: str, name: str) -> None:
    if not USER.fullmatch(user) or user in RESERVED:
        expected = "small letters without marks, digits, and . _ - between them, like lan.nguyen"
        raise UsageError("user", f"found {user!r}", expected)
    if len(name) > LONGEST_NAME or not (name.isprintable() or not name):
        raise UsageError("--name", f"found {name[:40]!r}", f"a name of at most {LONGEST_NAME} letters was expected")


def _taken(user: str) -> UsageError:
    return UsageError(f"user {user}", "exists already", "reset gives a new password, enable lets in again")


def _sha(text: str) -> str:
    """Return a hash: a name nobody has may be a password somebody typed into the wrong field."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _network(ip: str) -> str:
    """Return an address, or of IPv6 the network one subscriber has."""
    try:
        found = ipaddress.ip_address(ip)
    except ValueError:
        return ip[:45]
    if found.version == 4:  # noqa: PLR2004 - the version of the protocol
        return str(found)
    mapped = found.ipv4_mapped
    return str(mapped) if mapped else str(ipaddress.ip_network((found, 64), strict=False))
