"""Turns: few pages are drawn at a time, so that each is drawn without interruption.

Python runs one thread at once. Twenty that draw together hand the interpreter to and fro at every message and every
file, and all twenty are late; two at a time with the others waiting, and nearly all are early. Who waits too long
goes on all the same: a page that takes its time (a first look at a whole country) must not shut the others out.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

AT_ONCE = 2
LONGEST_WAIT_SECONDS = 1.0
_turns = threading.BoundedSemaphore(AT_ONCE)
_here = threading.local()


@contextmanager
def turn() -> Iterator[None]:
    """Wait for a turn, at most so long, and keep it until the block ends."""
    _take()
    try:
        yield
    finally:
        _give()


def rest(seconds: float) -> None:
    """Pause, and let others have the turn meanwhile."""
    had = getattr(_here, "mine", False)
    _give()
    time.sleep(seconds)
    if had:
        _take()


def _take() -> None:
    _here.mine = _turns.acquire(timeout=LONGEST_WAIT_SECONDS)


def _give() -> None:
    if getattr(_here, "mine", False):
        _here.mine = False
        _turns.release()
