"""`manage.py user`: the accounts of those who sign in with a password, kept by whoever runs this machine."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from campaign.configuration import Configuration
from campaign.errors import UsageError

if TYPE_CHECKING:
    from access.accounts import Accounts

DEEDS = ("add", "disable", "enable", "reset", "sign-out", "list")
COLUMNS = ("user", "name", "state", "grants", "sessions", "changed_at")


@dataclass(frozen=True)
class Shown:
    """One account as a row; `grants`: how many are in force today for this very name."""

    user: str
    name: str
    state: str
    grants: int
    sessions: int
    changed_at: str


def arguments(user: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    user.add_argument("do", choices=DEEDS, metavar="|".join(DEEDS))
    user.add_argument("user", nargs="?", metavar="NAME", help="like lan.nguyen; oidc:… for one the provider signs in")
    user.add_argument("--name", default="", help="what the person is called")
    user.add_argument("--password-stdin", action="store_true", help="read the password from the first line of stdin")
    user.add_argument("--format", choices=("csv", "json", "table"), default="table")


def run(
    asked: argparse.Namespace, config: Configuration, show: Callable[[Sequence[object], Sequence[str], str], None]
) -> int:
    """Do what was asked with one account, or list them all."""
    from access.accounts import Accounts  # noqa: PLC0415 - the other commands must not wait for what hashes passwords
    from access.audit import What  # noqa: PLC0415
    from etl.audited import by_command  # noqa: PLC0415

    accounts = Accounts(config)
    now = datetime.now(UTC)
    if asked.do == "list":
        show(_rows(accounts, config, now), COLUMNS, asked.format)
        return 0
    if not asked.user:
        raise UsageError(f"user {asked.do}", "names nobody", "a user name like lan.nguyen was expected")
    said = _done(accounts, asked, now)
    by_command(config, What.ACCOUNT, did=asked.do, account=asked.user)
    print(said)
    if config.access is None:
        print("[access] is not configured: accounts open nothing until it is", file=sys.stderr)
    elif asked.do in ("add", "enable") and not _grants(config, asked.user, now):
        print(f"no grant names {asked.user} today: it signs in, and sees nothing", file=sys.stderr)
    return 0


def _done(accounts: Accounts, asked: argparse.Namespace, now: datetime) -> str:
    """Do it, and say in one line what was done."""
    user = asked.user
    if asked.do == "add":
        accounts.check_new(user, asked.name)
        accounts.add(user, asked.name, _password(stdin=asked.password_stdin), now)
        return f"{user}: added"
    if asked.do == "reset":
        accounts.check_local(user)
        accounts.reset(user, _password(stdin=asked.password_stdin), now)
        return f"{user}: new password, every session ended"
    if asked.do == "disable":
        return f"{user}: disabled, {accounts.disable(user, now)} sessions ended"
    if asked.do == "enable":
        accounts.enable(user, now)
        return f"{user}: enabled"
    return f"{user}: {accounts.sign_out(user)} sessions ended"


def _password(*, stdin: bool) -> str:
    """Return the password typed twice, or the first line of stdin."""
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise UsageError("password", "nobody is at the keyboard", "--password-stdin reads it from stdin")
    typed = getpass.getpass("Mật khẩu mới (new password): ")
    if getpass.getpass("Nhập lại (once more): ") != typed:
        raise UsageError("password", "not the same twice", "type it again")
    return typed


def _rows(accounts: Accounts, config: Configuration, now: datetime) -> list[Shown]:
    found = []
    for one in accounts.all(now):
        state = "disabled" if one.disabled else "resting" if one.resting else "" if one.password else "no password"
        changed = one.changed_at.isoformat(timespec="seconds")
        found.append(Shown(one.user, one.name, state, _grants(config, one.user, now), one.sessions, changed))
    return found


def _grants(config: Configuration, user: str, now: datetime) -> int:
    from etl.rights import admission_of  # noqa: PLC0415 - as above

    day = now.astimezone(config.zone).date()
    return len([one for one in admission_of(config).grants() if one.user == user and one.holds_on(day)])
