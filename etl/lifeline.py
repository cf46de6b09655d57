"""The lifeline: runs a program that ends when the process that started it ends, even by kill -9.

`python -m etl.lifeline SCRIPT [ARG…]` or `python -m etl.lifeline -m MODULE [ARG…]`, with a pipe as standard
input. The starter keeps the other end open and never writes; the system closes it when the starter is gone,
on every operating system, and the program then has GRACE seconds to end in good order.
"""

from __future__ import annotations

import contextlib
import os
import runpy
import signal
import sys
import threading
import time
from pathlib import Path

GRACE = 5.0


def _watch(lifeline: int) -> None:
    """Wait for the starter to go, then end this process and all it started in its group."""
    while os.read(lifeline, 1):
        pass
    _send(signal.SIGTERM)
    time.sleep(GRACE)
    _send(getattr(signal, "SIGKILL", signal.SIGTERM))
    os._exit(1)


def _send(number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        if os.name == "posix" and os.getpgrp() == os.getpid():
            os.killpg(os.getpgrp(), number)
        else:
            os.kill(os.getpid(), number)


def run(arguments: list[str]) -> None:
    """Run a script or a module as the main program, holding on to the lifeline."""
    lifeline = os.dup(sys.stdin.fileno())
    with Path(os.devnull).open(encoding="utf-8") as nothing:
        os.dup2(nothing.fileno(), sys.stdin.fileno())
    threading.Thread(target=_watch, args=(lifeline,), name="lifeline", daemon=True).start()
    if arguments[0] == "-m":
        sys.argv = arguments[1:]
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = arguments
        runpy.run_path(arguments[0], run_name="__main__")


if __name__ == "__main__":
    run(sys.argv[1:])
