"""Accounts without the weight: the same hashing, made cheap, so that hundreds of passwords can be tried."""

from collections.abc import Iterator

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from access import passwords


@pytest.fixture(autouse=True)
def light(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hash with argon2 at its least memory; a test that is about the weight asks for the real one."""
    monkeypatch.setattr(passwords, "_HASHER", PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),)))
    passwords._nobodys.cache_clear()
    yield
    passwords._nobodys.cache_clear()
