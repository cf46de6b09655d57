"""A file that is far too big: refused by its stated size, and by its real one when it states none or a smaller one."""

from __future__ import annotations

import contextlib
import socket
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, settled
from tests.pages.house import report

pytestmark = pytest.mark.browser
MOST_MB = 20  # config.toml
TOO_MUCH = 300 << 20
BOUNDARY = "ranh-gioi"
OPENING = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="to.csv"\r\n\r\n'.encode()


@dataclass
class Sent:
    """What the browser said when it sent a file of its own: enough to send another in its place."""

    path: str
    headers: dict[str, str]

    def head(self, server: Server, *lines: str) -> bytes:
        said = [f"PUT {self.path} HTTP/1.1", f"Host: 127.0.0.1:{server.port}", "Connection: close",
                f"Content-Type: multipart/form-data; boundary={BOUNDARY}", *lines]  # fmt: skip
        kept = [f"{name}: {self.headers[name]}" for name in ("cookie", "origin", "x-xsrftoken")]
        return ("\r\n".join([*said, *kept]) + "\r\n\r\n").encode()


@pytest.fixture
def sent(page: Page, server: Server, tmp_path: Path) -> Sent:
    """Let the browser upload a small file, and return how it did."""
    page.goto(f"{server.url}/gui-so-lieu?as_of=2025-03-03")
    settled(page)
    with page.expect_response(lambda one: "/_stcore/upload_file/" in one.url and one.request.method == "PUT") as put:
        page.locator("input[type=file]").set_input_files(report(tmp_path, 3))
    one = put.value.request
    return Sent(urlsplit(one.url).path, one.all_headers())


def memory(server: Server) -> int:
    """Return the bytes of memory of the process that listens on the server's port."""
    for status in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if f"CANDICH_PORT={server.port}\0".encode() in status.read_bytes():
                lines = (status.parent / "status").read_text().splitlines()
                return sum(int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM"))
    raise AssertionError("the server is not to be found")


def told(line: socket.socket, body: bytes, pieces: int, *, chunked: bool) -> tuple[bytes, int]:
    """Send a body piece by piece until it is refused; return the answer and the bytes that were taken."""
    line.settimeout(60)
    gone = 0
    with contextlib.suppress(OSError):
        for _ in range(pieces):
            line.sendall(f"{len(body):x}\r\n".encode() + body + b"\r\n" if chunked else body)
            gone += len(body)
    answer = b""
    with contextlib.suppress(OSError):
        answer = line.recv(65536)
    return answer, gone


def connected(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=60)


def test_a_file_of_300_mb_is_refused_by_its_stated_size_before_it_is_read(sent, server):
    with connected(server) as line:
        line.sendall(sent.head(server, f"Content-Length: {TOO_MUCH}") + OPENING)
        assert b" 413 " in line.recv(4096)


def test_a_file_that_states_no_size_is_cut_off_at_the_limit(sent, server):
    before = memory(server)
    piece = b"0" * (1 << 20)
    with connected(server) as line:
        line.sendall(sent.head(server, "Transfer-Encoding: chunked"))
        told(line, OPENING, 1, chunked=True)
        answer, gone = told(line, piece, TOO_MUCH // len(piece), chunked=True)
    assert b" 413 " in answer or not answer, answer
    assert gone < TOO_MUCH, "the server hung up long before the end"
    assert memory(server) - before < 4 * MOST_MB << 20


def test_the_same_file_within_the_limit_is_taken_so_that_the_tests_above_can_fail(sent, server):
    body = OPENING + b"0" * (1 << 20) + f"\r\n--{BOUNDARY}--\r\n".encode()
    with connected(server) as line:
        line.sendall(sent.head(server, f"Content-Length: {len(body)}") + body)
        assert b" 204 " in line.recv(4096)


def test_the_browser_refuses_it_before_it_is_sent(page, server, tmp_path):
    page.goto(f"{server.url}/gui-so-lieu?as_of=2025-03-03")
    settled(page)
    with (tmp_path / "to.csv").open("wb") as file:
        file.truncate((MOST_MB + 1) << 20)
    page.locator("input[type=file]").set_input_files(tmp_path / "to.csv")
    expect(page.get_by_role("alert").filter(has_text=f"{MOST_MB}")).to_be_visible()
    expect(page.get_by_role("button", name="Gửi ")).to_have_count(0)
