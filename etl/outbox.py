"""The outbox: what was sent, what was surely not, and what nobody can know; one line a step, kept on disk.

`<data>/messages/sent.jsonl`, one JSON object a line, oldest first. Before a message is handed over, its intent is
written and synced (`sending`); afterwards how it ended: `sent`, `refused` (surely not sent) or `unknown`. An intent
that was left alone - its process died - is unknown: such a message never goes out again by itself.

A message's key names what it is, for whom and of which day: name, campaign, unit, day, and a mark of the address. The
address itself stands nowhere.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from enum import StrEnum

from filelock import FileLock, Timeout

from campaign.configuration import Configuration
from campaign.errors import SourceError
from warehouse.versions import sync_folder, write_whole

MOST_LINES, KEPT_KEYS = 6000, 2000


class State(StrEnum):
    """How far a message came."""

    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Why(StrEnum):
    """Why a message was not surely sent: the last part of the text key that says it."""

    NOT_SET = "not_set"
    NOT_UNDERSTOOD = "not_understood"
    NOT_REACHED = "not_reached"
    TURNED_DOWN = "turned_down"
    NO_ANSWER = "no_answer"
    IN_PART = "in_part"
    CUT_SHORT = "cut_short"


@dataclass(frozen=True, slots=True)
class Note:
    """One step of one message. `at`: ISO, UTC; `to`: the kind of address and the variable it came from, never itself.

    `attempt` counts from 1; `code`: what a web address answered; `by`: "schedule" or "hand"; `version`: of the figures.
    """

    at: str
    key: str
    state: State
    message: str
    campaign: str
    unit: str
    as_of: str
    to: str
    attempt: int
    by: str
    version: str = ""
    why: str = ""
    code: str = ""


class Outbox:
    """The log of a data root's messages, and the lock by which one process at a time sends any."""

    def __init__(self, config: Configuration) -> None:
        """Take the configuration; nothing is read yet."""
        self.folder = config.data / "messages"
        self.file = self.folder / "sent.jsonl"
        self.mark = self.folder / "restored"

    @contextmanager
    def locked(self, wait_seconds: float) -> Iterator[None]:
        """Be the only sender; what an earlier one left without an end is noted as unknown. SourceError when it waits.

        The lock falls when its process dies.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.folder / "lock").acquire(timeout=wait_seconds):
                self._own_up()
                yield
        except Timeout:
            raise SourceError("messages", "are being sent by another process", "wait for it") from None

    def was_restored(self, at: datetime) -> None:
        """Remember that what was sent up to a moment, in UTC, may not stand here: it came back from a backup."""
        self.folder.mkdir(parents=True, exist_ok=True)
        write_whole(self.mark, at.isoformat().encode())

    def is_whole_since(self, moment: datetime) -> bool:
        """Tell whether everything sent since a moment stands here, as far as is known."""
        try:
            return moment > datetime.fromisoformat(self.mark.read_text("utf-8"))
        except FileNotFoundError:
            return True
        except (OSError, ValueError):
            return False

    def notes(self) -> list[Note]:
        """Return every step kept, oldest first; a damaged line is left out."""
        try:
            lines = self.file.read_text("utf-8", errors="replace").splitlines()
        except OSError:
            return []
        return [one for line in lines if (one := _read(line)) is not None]

    def last(self) -> dict[str, Note]:
        """Return how far each message came, the one that moved last at the end."""
        found: dict[str, Note] = {}
        for one in self.notes():
            found.pop(one.key, None)
            found[one.key] = one
        return found

    def write(self, note: Note) -> Note:
        """Put one step on disk for good, before anything else happens; OSError when it cannot be kept."""
        line = json.dumps(asdict(note), ensure_ascii=False) + "\n"
        is_new = not self.file.exists()
        with self.file.open("ab+") as opened:
            if opened.tell() and _is_torn(self.file):
                opened.write(b"\n")
            opened.write(line.encode())
            opened.flush()
            os.fsync(opened.fileno())
        if is_new:
            sync_folder(self.folder)
        return note

    def _own_up(self) -> None:
        """Note as unknown what was being handed over when its sender died, and let old steps go."""
        notes = self.notes()
        for one in self.last().values():
            if one.state is State.SENDING:
                ended = datetime.now(UTC).isoformat()
                self.write(replace(one, at=ended, state=State.UNKNOWN, why=Why.CUT_SHORT))
        if len(notes) > MOST_LINES:
            kept = list(self.last().values())[-KEPT_KEYS:]
            write_whole(self.file, b"".join(json.dumps(asdict(one), ensure_ascii=False).encode() + b"\n"
                                            for one in kept))  # fmt: skip


def _is_torn(file: os.PathLike[str]) -> bool:
    with open(file, "rb") as opened:  # noqa: PTH123 - the last byte of a path that is already one
        opened.seek(-1, os.SEEK_END)
        return opened.read(1) != b"\n"


def _read(line: str) -> Note | None:
    try:
        found = json.loads(line)
        named = {one.name: found[one.name] for one in fields(Note)}
        return Note(**{**named, "state": State(named["state"])})
    except (ValueError, KeyError, TypeError):
        return None
