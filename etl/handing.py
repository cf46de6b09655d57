"""Handing over: one message to one address through apprise, and whether it was sent, surely not, or nobody can know.

apprise answers true or false, so the wire itself is watched while it works: Python reports what its own mail and web
clients put on it (the audit events smtplib.send and http.client.send). Nothing of the message went out: surely not
sent. The mail server turned it down after it had it all (it answered 400 to 599, and the client says RSET), or a web
address answered that it did not take it: surely not sent. Anything else that is not a success cannot be known.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import apprise

from etl.outbox import State, Why

READ_SECONDS, CONNECT_SECONDS = 20.0, 10.0  # for one answer of a web address, unless it asks for others (rto, cto)
WHOLE_SECONDS = 90  # for one message to one address, whatever its server does
NOT_TAKEN = (429, 503)
SEPARATED = re.compile(r"[\s,;]+(?=[A-Za-z][A-Za-z0-9+.-]*://)")
ANSWERED = re.compile(r"error=(\d{3})\b")
REQUEST = re.compile(rb"[A-Z]{3,7} /")
TURNING_DOWN = range(400, 600)  # what a mail server answers when it does not take a message
LEAVING = (b"quit\r\n", b"rset\r\n")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a handover ended; `code`: what a web address answered, empty when it did not."""

    state: State
    why: str = ""
    code: str = ""


@dataclass
class _Witness:
    """What of a message went onto the wire: how often, and how often the other side turned it down.

    `parted`: a mail client took its leave before it handed anything over, so it had been answered. `answers`: the code
    of the last answer each mail client got.
    """

    handed: int = 0
    refused: int = 0
    parted: bool = False
    answers: dict[int, int] = field(default_factory=dict)
    _awaiting: set[int] = field(default_factory=set)
    _mails: set[int] = field(default_factory=set)

    def mail(self, client: int, said: bytes) -> None:
        """Take in what a mail client says: after DATA comes the message; RSET after that says it was not taken.

        An answer that is no code of turning down, so none the server meant that way, leaves it unknown.
        """
        word = said.lower()
        if word.startswith(LEAVING):
            turned_down = word.startswith(b"rset") and self.answers.get(client, 0) in TURNING_DOWN
            self.refused += client in self._mails and turned_down
            self.parted = True
            self._awaiting.discard(client)
            self._mails.discard(client)
        elif client in self._awaiting:
            self._awaiting.discard(client)
            self._mails.add(client)
            self.handed += 1
        elif word.startswith(b"data\r\n"):
            self._awaiting.add(client)
            self._mails.discard(client)

    def web(self, said: bytes) -> None:
        """Take in what a web client says: each request may carry the message, but not the one that opens a tunnel."""
        if said.startswith(b"CONNECT "):
            return
        self.handed += bool(REQUEST.match(said)) or not self.handed


_watching: ContextVar[_Witness | None] = ContextVar("watching", default=None)


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if event not in ("smtplib.send", "http.client.send"):
        return
    witness = _watching.get()
    if witness is None:
        return
    said = args[1].encode("latin-1", "replace") if isinstance(args[1], str) else args[1]
    if event == "smtplib.send":
        _listen(args[0], witness)
        witness.mail(id(args[0]), bytes(said[:16]))  # a command, or how a message begins
    else:  # a body may be any stream
        witness.web(bytes(said[:16]) if isinstance(said, bytes | bytearray | memoryview) else b"")


def _listen(client: Any, witness: _Witness) -> None:
    """Keep the code of a mail client's last answer: the client itself tells nobody."""
    if "getreply" in vars(client):
        return
    heard = client.getreply

    def getreply() -> tuple[int, bytes]:
        code, words = heard()
        witness.answers[id(client)] = code
        return code, words

    client.getreply = getreply


@cache
def _watched() -> None:
    """Watch the wire from now on, and keep what apprise logs - it names addresses - out of every log."""
    sys.addaudithook(_hook)
    log = logging.getLogger("apprise")
    log.propagate = False
    log.addHandler(logging.NullHandler())


def addresses(written: str) -> list[str]:
    """Return the addresses of a variable: one or more, apart by spaces, lines, commas or semicolons."""
    return [one for one in SEPARATED.split(written.strip().strip(",;")) if one]


def services(address: str) -> list[Any]:
    """Return what apprise makes of an address, one service a mailbox; [] when it understands nothing."""
    _watched()
    made = _service(address)
    boxes = list(getattr(made, "targets", ())) if isinstance(made, _mail()) else []
    if made is None or len(boxes) < 2:  # noqa: PLR2004 - one mailbox, or none of its own
        return [] if made is None else [made]
    apart = []
    for box in boxes:
        one = _service(address)
        one.targets = [box]
        apart.append(one)
    return apart


def _service(address: str) -> Any:
    asset = apprise.AppriseAsset(  # a redirect would take a brief elsewhere, or drop it and be called a success
        app_id="Can Dich", app_desc="Can Dich", app_url="", async_mode=False, http_redirects=False
    )
    made = apprise.Apprise.instantiate(address, asset=asset)
    if made is not None and "rto=" not in address:
        made.socket_read_timeout = READ_SECONDS
    if made is not None and "cto=" not in address:
        made.socket_connect_timeout = max(CONNECT_SECONDS, made.socket_connect_timeout)
    return made


@cache
def _mail() -> type:
    return type(apprise.Apprise.instantiate("mailto://localhost/?from=a@example.org&to=a@example.org"))


def hand_over(service: Any, title: str, body: str, attached: Sequence[Path] = ()) -> Outcome:
    """Return how handing one message to one service ended; nothing it meets is raised."""
    _watched()
    witness, sender = _Witness(), apprise.Apprise(asset=service.asset)
    sender.add(service)
    token = _watching.set(witness)
    try:
        result = sender.notify(
            body=body,
            title=title,
            body_format=apprise.NotifyFormat.TEXT,
            attach=[str(path) for path in attached] or None,
            timeout=WHOLE_SECONDS,
        )
    except Exception:  # noqa: BLE001 - whatever a service raises, what matters is whether anything went out
        return _judged(service, witness, "")
    finally:
        _watching.reset(token)
    if result:
        return Outcome(State.SENT)
    if result.status == apprise.AppriseResultStatus.TIMEOUT:  # what still runs may yet hand it over
        return Outcome(State.UNKNOWN, Why.NO_ANSWER)
    codes = [found[1] for one in result.logs() if (found := ANSWERED.search(one.message))]
    return _judged(service, witness, codes[0] if len(codes) == 1 else "")


def _judged(service: Any, witness: _Witness, code: str) -> Outcome:
    """Return the outcome of what was no success."""
    is_mail = isinstance(service, _mail())
    if not is_mail and not hasattr(sys.modules[type(service).__module__], "requests"):
        return Outcome(State.UNKNOWN, Why.NO_ANSWER)  # a wire that nobody watched
    if not witness.handed:
        return Outcome(State.REFUSED, Why.TURNED_DOWN if is_mail and witness.parted else Why.NOT_REACHED, code)
    if is_mail and witness.refused == witness.handed:
        return Outcome(State.REFUSED, Why.TURNED_DOWN)
    if witness.handed > 1:
        return Outcome(State.UNKNOWN, Why.IN_PART, code)
    if not is_mail and code and (code.startswith("4") or int(code) in NOT_TAKEN):
        return Outcome(State.REFUSED, Why.TURNED_DOWN, code)
    return Outcome(State.UNKNOWN, Why.NO_ANSWER, code)
