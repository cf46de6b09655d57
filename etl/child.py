"""A child: one process that the supervisor keeps alive, with all it starts, its log and its waiting times."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

LOG_LIMIT = 5_000_000  # bytes; then the log starts anew and the earlier part is kept once
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0  # seconds before a restart: doubled with each failure …
STEADY_AFTER = 60.0  # … and forgotten when the child lived this long


class Child:
    """One process, started again when it dies."""

    def __init__(self, name: str, program: Sequence[str], log: Path, folder: Path) -> None:
        """Take what to run: a script or `-m` a module, with its arguments, as etl.lifeline takes it."""
        self.name, self.log, self.folder = name, log, folder
        self.argv = [sys.executable, "-m", "etl.lifeline", *program]
        self.process: subprocess.Popen[bytes] | None = None
        self.failures = 0
        self.started = 0.0
        self.due = 0.0  # when to start it (again), on the monotonic clock

    def start(self, environment: Mapping[str, str]) -> None:
        """Start the process in a group of its own, holding its lifeline."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        group = (
            {"start_new_session": True}
            if os.name == "posix"
            else {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
        )
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 – our own programs
                self.argv,
                cwd=self.folder,
                env=dict(environment),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                **group,
            )
        self.started = time.monotonic()

    def ended(self) -> int | None:
        """Return the exit code when the process has ended by itself, and say when to start it again."""
        if self.process is None or (code := self.process.poll()) is None:
            return None
        self._sweep()
        lived = time.monotonic() - self.started
        self.failures = 1 if lived > STEADY_AFTER else self.failures + 1
        self.due = time.monotonic() + self.wait
        self.process = None
        return code

    @property
    def wait(self) -> float:
        """Return the seconds between the last failure and the next start."""
        return float(min(LONGEST_WAIT, FIRST_WAIT * 2 ** max(0, self.failures - 1)))

    def ask_to_stop(self) -> None:
        """Ask the process and all in its group to end in good order."""
        if self.process is None:
            return
        if os.name == "posix":
            self._signal(signal.SIGTERM)
        elif self.process.stdin is not None:
            self.process.stdin.close()

    def make_stop(self, deadline: float) -> None:
        """Wait until the deadline for the process to end, then end it and whatever is left of its group."""
        if self.process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.0, deadline - time.monotonic()))
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._sweep()
        self.process = None

    def _sweep(self) -> None:
        """End what the process left behind, and let go of its lifeline."""
        if os.name == "posix":
            self._signal(signal.SIGKILL)
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()

    def _signal(self, number: signal.Signals) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)

    def tail(self, lines: int = 12) -> str:
        """Return the end of the log."""
        try:
            text = self.log.read_text("utf-8", errors="replace")
        except OSError:
            return ""
        return "\n".join(f"  {line}" for line in text.splitlines()[-lines:])

    def trim_log(self) -> None:
        """Begin the log anew when it is long; the process goes on writing to the same file."""
        with contextlib.suppress(OSError):
            if self.log.stat().st_size > LOG_LIMIT:
                shutil.copyfile(self.log, self.log.with_suffix(".log.1"))
                os.truncate(self.log, 0)
