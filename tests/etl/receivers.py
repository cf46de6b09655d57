"""Real receivers on loopback, a mail server and a web address with manners of their own, and who writes to them."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from tests.pages.house import ID, build

QUICK = "cto=2&rto=2"
MESSAGE = """
[[message]]
name = "{name}"
campaign = "{campaign}"
to = {to}
schedule = "{schedule}"
{more}
"""


class Mailbox:
    """What a mail server got, and how it answers: `answers` in turn, the last one for good."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers or ("250 OK",))
        self.got: list[Any] = []
        self.tried = 0
        self.on_data = lambda: None
        self.on_greeting = lambda: None

    async def handle_EHLO(self, _server, session, _envelope, hostname, responses):  # noqa: N802 - aiosmtpd's name
        session.host_name = hostname
        self.on_greeting()
        return responses

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802 - as above
        if self.answers[0].startswith("rcpt"):
            self.tried += 1
            return "550 no such box"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - as above
        self.tried += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer.startswith("250") or answer == "hang":
            self.got.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        self.on_data()
        if answer == "hang":
            await asyncio.sleep(60)
        return answer

    @property
    def texts(self) -> list[str]:
        """Return the words of each mail, attachments apart."""
        return [mail.get_body(("plain", "html")).get_content() for _, mail in self.got]


@contextmanager
def mail_server(*answers: str) -> Iterator[tuple[Mailbox, str]]:
    """Serve a mailbox; yield it and the address that apprise reaches it by."""
    box = Mailbox(*answers)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield box, f"mailto://127.0.0.1:{port}/?from=candich@tinh.example&to=lanhdao@tinh.example&{QUICK}"
    finally:
        server.stop(no_assert=True)


@contextmanager
def web_server(*answers: int, leads_to: str = "") -> Iterator[tuple[list[dict[str, Any]], str]]:
    """Serve a web address that answers with status codes in turn (0: closes without a word); yield what it got.

    `leads_to`: the address that a redirect names.
    """
    got: list[dict[str, Any]] = []
    waiting = list(answers or (200,))

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            code = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            if not code:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(code)
            if leads_to:
                self.send_header("Location", leads_to.replace("json://", "http://"))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self) -> None:
            got.append({"asked": self.path})
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *words: object) -> None: ...

        def handle(self) -> None:
            with suppress(OSError):
                super().handle()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield got, f"json://127.0.0.1:{server.server_address[1]}/zalo?{QUICK}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def campaign(
    folder: Path, *, units: tuple[str, ...] = (), to: tuple[str, ...] = ("env:TO",), schedule: str = "30 17 * * *",
    days: int = 3, more: str = "",
) -> Path:  # fmt: skip
    """Build the house with a message, and return its configuration."""
    config = build(folder, days=days)
    own = f"units = {json.dumps(list(units))}\n{more}" if units else more
    told = MESSAGE.format(name="toi", campaign=ID, to=json.dumps(list(to)), schedule=schedule, more=own)
    config.write_text(config.read_text("utf-8") + told, "utf-8")
    return config
