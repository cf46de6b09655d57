"""The gate: whatever is not known is refused, before any page, file or websocket."""

import json
import os
import socket
import subprocess
import sys

import pytest

from tests.browser.conftest import ROOT


def ask(port: int, head: str) -> str:
    """Send one request as it is written, and return the first line of the answer and its headers."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n")
        answer = b""
        while b"\r\n\r\n" not in answer:
            piece = line.recv(4096)
            if not piece:
                break
            answer += piece
    return answer.decode("latin-1").partition("\r\n\r\n")[0].lower()


UPGRADE = (
    "Upgrade: websocket\nConnection: Upgrade\nSec-WebSocket-Version: 13\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
)


@pytest.mark.parametrize("name", ["evil.example", "192.168.1.10:8501", "127.0.0.1.evil.example", "[", ""])
def test_a_host_that_is_not_this_machine_is_refused(server, name):
    assert " 421 " in ask(server.port, f"GET / HTTP/1.1\nHost: {name}")


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]"])
def test_names_of_this_machine_are_let_in(server, name):
    assert " 200 " in ask(server.port, f"GET /health HTTP/1.1\nHost: {name}:{server.port}")


@pytest.mark.parametrize("origin", ["Origin: http://evil.example", "Origin: http://localhost:1", "Origin: null", ""])
def test_a_websocket_from_elsewhere_is_refused(server, origin):
    lines = [f"GET /_stcore/stream HTTP/1.1\nHost: 127.0.0.1:{server.port}\n{UPGRADE}", *([origin] if origin else [])]
    assert " 403 " in ask(server.port, "\n".join(lines))


def test_a_websocket_from_our_own_page_is_let_in(server):
    own = f"Origin: http://127.0.0.1:{server.port}"
    assert " 101 " in ask(server.port, f"GET /_stcore/stream HTTP/1.1\nHost: 127.0.0.1:{server.port}\n{UPGRADE}\n{own}")


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/openapi.json", "/_stcore/agent/mcp", "/secret",
                                  "/pages/_shell.py", "/config.toml", "/_stcore/script-health-check"])  # fmt: skip
def test_a_path_that_is_not_listed_is_not_found(server, path):
    assert " 404 " in ask(server.port, f"GET {path} HTTP/1.1\nHost: localhost:{server.port}")


@pytest.mark.parametrize(
    "path", ["/", "/xep-hang", "/health", "/assets/candich.css", "/fonts/BeVietnamPro-Regular.ttf", "/secret"]
)
def test_every_answer_carries_the_security_headers(server, path):
    answer = ask(server.port, f"GET {path} HTTP/1.1\nHost: localhost:{server.port}")
    assert "x-content-type-options: nosniff" in answer
    assert "x-frame-options: deny" in answer
    assert "frame-ancestors 'none'" in answer


def refused(tmp_path, config: str, **environment: str) -> subprocess.CompletedProcess[str]:
    path = tmp_path / "config.toml"
    path.write_text(config, "utf-8")
    asked = os.environ | {"CANDICH_CONFIG": str(path)} | environment
    command = [sys.executable, "app.py"]
    return subprocess.run(command, cwd=ROOT, env=asked, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.1.10", "::", "example.org"])  # noqa: S104 - refused is the point
def test_another_address_than_loopback_starts_nothing(tmp_path, address):
    done = refused(tmp_path, f"[server]\naddress = {json.dumps(address)}\n")
    assert done.returncode == 2
    assert "server.address" in done.stderr
    assert address in done.stderr
    assert refused(tmp_path, "", CANDICH_ADDRESS=address).returncode == 2


def test_a_port_that_is_none_is_named(tmp_path):
    done = refused(tmp_path, "", CANDICH_PORT="many")
    assert done.returncode == 2
    assert "many" in done.stderr


def test_a_broken_configuration_names_the_key_and_starts_nothing(tmp_path):
    done = refused(tmp_path, 'langage = "vi"\n')
    assert done.returncode == 2
    assert "langage" in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_can_be_uploaded_without_a_session_and_its_token(server):
    path, host = "/_stcore/upload_file/session/file", f"127.0.0.1:{server.port}"
    for origin in (server.url, "http://b.example"):
        asked = f"PUT {path} HTTP/1.1\nHost: {host}\nOrigin: {origin}\nContent-Length: 0\nConnection: close"
        assert " 403 " in ask(server.port, asked).splitlines()[0]
