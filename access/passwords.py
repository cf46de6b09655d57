"""Passwords: which may be chosen, and how they are kept. The time a check takes does not tell who has an account."""

from __future__ import annotations

import re
import secrets
import unicodedata
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError

from campaign.errors import UsageError

SHORTEST = 10
LONGEST = 200
MOST_SIGNS = 4  # a keyboard makes of one letter
AT_ONCE = 2  # checks at the same time: each takes 64 MiB, so many at once would take the machine
PATIENCE_SECONDS = 20.0
FEWEST_SIGNS = 4  # different ones
SHORTEST_PART = 3  # of a name: "An" and "Vũ" are in too many words
_SIGNS_FOR_LETTERS = str.maketrans("@$!", "asi")
_DIGITS_FOR_LETTERS = str.maketrans("01345", "oieas")
_HASHER = PasswordHash.recommended()
_AT_WORK = BoundedSemaphore(AT_ONCE)
_ROWS = (
    "0123456789",
    "9876543210",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb",
)
_GUESSED_FIRST = Path(__file__).with_name("guessed_first.txt")


class Busy(Exception):
    """Too many passwords are being checked at once; nothing was decided."""


class Unfit(UsageError):
    """A password that may not be chosen; `why` is a word for it: short, long, odd, named or guessed."""

    def __init__(self, why: str, found: str, expected: str) -> None:
        """Say why, what was found (never the password) and what would be right."""
        super().__init__("password", found, expected)
        self.why = why


def accepted(password: str, user: str, name: str = "") -> str:
    """Return a new password as it will be hashed, or raise Unfit saying what is wrong with it."""
    written = normal(password)
    if len(written) < SHORTEST:
        raise Unfit("short", f"{len(written)} characters", f"at least {SHORTEST} were expected")
    if len(written) > LONGEST:
        raise Unfit("long", f"{len(written)} characters", f"at most {LONGEST} were expected")
    if not written.isprintable():
        raise Unfit("odd", "a sign that cannot be seen", "letters, digits, signs and spaces were expected")
    bare = _bare(written)
    left = bare
    parts = {_bare(part) for part in [user, name, *re.split(r"[\s._-]+", f"{user} {name}")]}
    for part in sorted((part for part in parts if len(part) >= SHORTEST_PART), key=len, reverse=True):
        left = left.replace(part, "")
    if left != bare and len(left) < SHORTEST // 2:
        raise Unfit("named", "little more than the user's name", "one that nobody guesses was expected")
    cores = {_core(bare), _core(_bare(written.translate(_SIGNS_FOR_LETTERS)))}
    if len(set(bare)) < FEWEST_SIGNS or _is_row(bare) or "" in cores or cores & _guessed_first():
        raise Unfit("guessed", "one of those that are guessed first", "a sentence of your own was expected")
    return written


def hashed(password: str) -> str:
    """Return the hash of a password as it is kept (argon2id, its salt inside)."""
    with _one_of_few():
        return _HASHER.hash(normal(password))


def matches(password: str, kept: str | None) -> tuple[bool, str | None]:
    """Tell whether a password is the one kept, with a hash to keep instead where ours grew old.

    Without one kept it takes just as long, and never matches. Raises Busy when too many are being checked.
    """
    asked = normal(password[: MOST_SIGNS * LONGEST])[: LONGEST + 1]
    with _one_of_few():
        try:
            good, better = _HASHER.verify_and_update(asked, kept or _nobodys())
        except UnknownHashError:
            return False, None
    return (good, better) if kept else (False, None)


def normal(password: str) -> str:
    """Return a password the same however a keyboard composed its letters: ế is one sign or three."""
    return unicodedata.normalize("NFKC", password)


def ready() -> None:
    """Make what the first check would otherwise have to make, and take longer for."""
    _nobodys()


@cache
def _guessed_first() -> frozenset[str]:
    return frozenset(_GUESSED_FIRST.read_text("utf-8").split())


@cache
def _nobodys() -> str:
    return _HASHER.hash(secrets.token_urlsafe(32))


class _one_of_few:  # noqa: N801 - it is used as a word: with _one_of_few()
    def __enter__(self) -> None:
        if not _AT_WORK.acquire(timeout=PATIENCE_SECONDS):
            raise Busy

    def __exit__(self, *_: object) -> None:
        _AT_WORK.release()


def _bare(text: str) -> str:
    """Return letters and digits alone, small and without marks, as one who guesses would try them."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(sign for sign in plain if sign.isalnum())


def _core(bare: str) -> str:
    """Return a word without the digits around it, and with letters where digits stand for them."""
    stripped = bare.strip("0123456789")
    spelled = stripped.translate(_DIGITS_FOR_LETTERS)
    half = spelled[: len(spelled) // 2]
    return half if half and half * 2 == spelled else spelled


def _is_row(bare: str) -> bool:
    """Tell whether a password is keys in a row, however often over."""
    for row in _ROWS:
        ring = row * 4
        if bare in ring or bare in ring[::-1]:
            return True
    return any(bare == (bare[:n] * len(bare))[: len(bare)] for n in range(1, 4))
