"""The store of the door: accounts, sessions and wrong passwords, in one SQLite file that only the server's user reads.

A connection lives as long as one piece of work: nothing is shared between threads or processes but the file.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from campaign.configuration import Configuration
from campaign.errors import SourceError

WAIT_SECONDS = 10.0
SCHEMA = """
begin immediate;
create table if not exists account (  -- one row a person; an OpenID Connect user has one only when he is disabled
    user text primary key,
    name text not null,
    hash text,                        -- argon2id; null: no password opens this account
    disabled integer not null default 0,
    turn integer not null default 0,  -- sessions of an earlier turn are over
    made_at real not null,
    changed_at real not null
) strict;
create table if not exists session (
    digest text primary key,          -- sha256 of the token; the token itself is in the browser only
    user text not null,
    name text not null,
    via text not null,
    claims text not null,             -- JSON
    turn integer not null,
    begun_at real not null,           -- seconds since 1970, UTC
    seen_at real not null,
    ip text not null,
    agent text not null
) strict;
create index if not exists session_user on session (user);
create table if not exists failure (  -- one row a wrong password, kept while it counts
    user text not null,               -- sha256 of the name given, which may be nobody's
    ip text not null,
    known text not null,              -- the digest of the browser that counts for itself, or empty
    at real not null
) strict;
create index if not exists failure_user on failure (user, known, at);
create index if not exists failure_ip on failure (ip, at);
create table if not exists known (  -- browsers an account has been signed in with before
    digest text primary key,
    user text not null,
    at real not null
) strict;
pragma user_version = 1;
commit;
"""


def path_of(config: Configuration) -> Path:
    """Return the file of accounts and sessions."""
    return config.data / "access" / "access.sqlite"


@contextmanager
def opened(config: Configuration) -> Iterator[sqlite3.Connection]:
    """Open the store for one piece of work, one transaction; made when it is not there.

    Raises SourceError when it cannot be had.
    """
    path = path_of(config)
    try:
        if not path.exists():
            _make(path)
        connection = sqlite3.connect(path, timeout=WAIT_SECONDS)
    except (OSError, sqlite3.Error) as problem:
        raise _lost(path, problem) from problem
    try:
        connection.row_factory = sqlite3.Row
        if connection.execute("pragma user_version").fetchone()[0] == 0:
            connection.executescript(SCHEMA)
        with connection:
            yield connection
    except sqlite3.Error as problem:
        raise _lost(path, problem) from problem
    finally:
        connection.close()


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _lost(path: Path, problem: Exception) -> SourceError:
    return SourceError(str(path), f"the accounts and sessions cannot be had ({problem})", "mend it and try again")
