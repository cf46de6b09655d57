"""The audit log: who did what, when, from where; one line each in `<data>/audit/`, each bound to the one before.

What cannot be written down does not happen: nobody signs in, sends, decides, issues or takes a file home unrecorded.
Looking goes on when the disk fails, and so does signing out: that is logged aloud, kept, and written down when it can.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict, deque
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from filelock import Timeout

from access.chain import HEADLESS, TORN, Writer, locked
from campaign.configuration import Configuration
from campaign.errors import SourceError
from campaign.freshness import masked

LOG = logging.getLogger(__name__)
LOCK_SECONDS = 10.0
MOST_LATE = 1000  # records a process keeps in mind while the disk fails
LONGEST = {"who": 120, "ip": 64, "campaign": 64}
LONGEST_VALUE, MOST_VALUES, MOST_ITEMS = 300, 24, 20


class What(StrEnum):
    """What a record is about."""

    SIGN_IN = "sign_in"
    SIGN_IN_FAILED = "sign_in_failed"
    LOCKED_OUT = "locked_out"
    SIGN_OUT = "sign_out"
    REFUSED = "refused"  # a path, a link or a thing handed in, outside somebody's rights
    VIEW = "view"
    DOWNLOAD = "download"
    SUBMIT = "submit"
    DECIDE = "decide"
    EXPLAIN = "explain"
    ISSUE = "issue"
    ADMIT = "admit"  # what was handed in was taken in, by the rights its sender had then
    PULL = "pull"
    RESEND = "resend"
    ACCOUNT = "account"
    CONFIGURATION = "configuration"
    BACKUP = "backup"
    RESTORE = "restore"
    ROLLBACK = "rollback"
    REBUILD = "rebuild"
    TORN = TORN  # the log itself: what a killed writer left is closed off
    HEADLESS = HEADLESS  # the log itself: its head was not there


GOES_ON = frozenset({What.SIGN_IN_FAILED, What.LOCKED_OUT, What.SIGN_OUT, What.REFUSED, What.VIEW, What.ADMIT,
                     What.CONFIGURATION, What.BACKUP, What.RESTORE, What.ROLLBACK, What.REBUILD})  # fmt: skip


FLOODED = frozenset({What.SIGN_IN_FAILED, What.LOCKED_OUT, What.REFUSED})
MOST_OF_ONE, MOST_OF_ALL, MOST_PLACES, MINUTE = 60, 600, 5000, timedelta(minutes=1)


def folder(config: Configuration) -> Path:
    """Return the folder of a data root's log."""
    return config.data / "audit"


def record(
    config: Configuration, what: What, who: str, ip: str = "", campaign: str = "", *, at: datetime | None = None,
    **about: object,
) -> None:  # fmt: skip
    """Put on disk, for good, that somebody did something. `about`: short facts, never a secret or a row's content.

    `who`: a user's id; `at`: when, now if left out. SourceError when it cannot be written and the thing must not happen
    unrecorded (all but GOES_ON): then it does not.
    """
    note(config, what, who, about, ip=ip, campaign=campaign, at=at)


def note(
    config: Configuration, what: What, who: str, about: Mapping[str, object], *, ip: str = "", campaign: str = "",
    at: datetime | None = None, is_done: bool = False,
) -> None:  # fmt: skip
    """Do what record() does, with the facts as a table; what `is_done` already is not refused any more."""
    moment = at or datetime.now(UTC)  # noqa: TID251 - the log is a clock's: what it says must not be anybody's choice
    written = moment.astimezone(UTC).isoformat()
    unwritten = _flood(config).unwritten(what, ip, moment) if what in FLOODED else 0
    if unwritten is None:
        return
    if unwritten:
        about = {"unwritten": unwritten, **about}
    line = {
        "at": written,
        "what": str(what),
        **{name: plain(value, LONGEST[name]) for name, value in (("who", who), ("ip", ip), ("campaign", campaign))},
        "about": {plain(name, 40): _value(value) for name, value in list(about.items())[:MOST_VALUES]},
    }
    late = _late(folder(config))
    with late.guard:
        try:
            _write(folder(config), late.records, line, written)
        except (OSError, Timeout) as problem:
            if what not in GOES_ON and not is_done:
                raise SourceError(
                    "audit log", f"cannot be written ({problem})", "nothing was done; mend the disk and try again"
                ) from None
            LOG.critical("audit log cannot be written (%s); still to be written: %s", problem, line)
            late.records.append({**line, "late": True})


class _Flood:
    """What anybody can make happen without signing in: so much of it is written a minute, the rest is counted."""

    def __init__(self) -> None:
        self._met: OrderedDict[tuple[str, str], tuple[datetime, int, int]] = OrderedDict()
        self._guard = threading.Lock()

    def unwritten(self, what: What, ip: str, at: datetime) -> int | None:
        """Return how many were left out since the last that was written; None when this one is left out as well."""
        with self._guard:
            of_one = self._count((str(what), ip), MOST_OF_ONE, at)
            of_all = None if of_one is None else self._count((str(what), "*"), MOST_OF_ALL, at, told=of_one)
            return None if of_one is None or of_all is None else of_one + of_all

    def _count(self, key: tuple[str, str], most: int, at: datetime, told: int = 0) -> int | None:
        """Count one more; `told`: how many others it would have told of, which are left out with it."""
        since, written, left_out = self._met.pop(key, (at, 0, 0))
        if not timedelta() <= at - since < MINUTE:
            since, written = at, 0
        is_left_out = written >= most
        if is_left_out and left_out == 0:
            LOG.warning("audit log: more than %d times %s within a minute from %s; the rest is counted", most, *key)
        self._met[key] = (since, written + (not is_left_out), left_out + 1 + told if is_left_out else 0)
        while len(self._met) > MOST_PLACES:
            self._met.popitem(last=False)
        return None if is_left_out else left_out


_FLOODS: dict[Path, _Flood] = {}


def _flood(config: Configuration) -> _Flood:
    return _FLOODS.setdefault(folder(config), _Flood())


def _write(place: Path, late: deque[Mapping[str, Any]], line: Mapping[str, Any], at: str) -> None:
    """Write what is late, and then a line; what the disk took before it failed again is late no more."""
    with locked(place, LOCK_SECONDS):
        writer = Writer(place, at)
        while late:
            writer.append(late[0], at[:7])
            late.popleft()
        writer.append(line, at[:7])


class _Late:
    """What a process could not write down yet."""

    def __init__(self) -> None:
        self.records: deque[Mapping[str, Any]] = deque(maxlen=MOST_LATE)
        self.guard = threading.Lock()


_LATE: dict[Path, _Late] = {}


def _late(place: Path) -> _Late:
    return _LATE.setdefault(place, _Late())


def plain(value: object, longest: int = LONGEST_VALUE) -> str:
    """Return a text as the log carries it: one short line that steers no terminal, without an address's secrets."""
    words = masked(str(value)[: longest * 4])
    shown = "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in words)
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"


def _value(value: object) -> object:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 1 << 53 else plain(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        listed = sorted(value, key=str) if isinstance(value, (set, frozenset)) else list(value)
        more = [f"… +{len(listed) - MOST_ITEMS}"] if len(listed) > MOST_ITEMS else []
        return [plain(one) for one in listed[:MOST_ITEMS]] + more
    return plain(value)
