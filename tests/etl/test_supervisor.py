"""The supervisor, with small stand-ins for the web and the scheduler, in real processes."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from campaign.configuration import Configuration, parse
from campaign.errors import ConfigError, SourceError
from etl import supervisor

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT = 20.0

DRIVER = """
import json, sys
from pathlib import Path
from campaign.configuration import parse
from etl import supervisor
folder, port, programs = Path(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3])
sys.exit(supervisor.run(parse("", folder / "config.toml"), port, programs=programs))
"""

# Each stand-in starts a process of its own, and appends both process ids to a file: descendants must go too.
STAND_IN = """
import os, subprocess, sys
from pathlib import Path
beneath = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(120)"])
with Path(sys.argv[1]).open("a") as file:
    file.write(f"{os.getpid()} {beneath.pid}\\n")
"""
WEB = (
    STAND_IN
    + """
import http.server
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/health" else 404)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(os.environ["CANDICH_PORT"])), Answer).serve_forever()
"""
)
IDLE = (
    STAND_IN
    + """
import time
time.sleep(120)
"""
)


def until(claim: Callable[[], bool], timeout: float = TIMEOUT) -> bool:
    deadline = time.monotonic() + timeout
    while not (held := claim()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return held


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Running:
    process: subprocess.Popen[str]
    folder: Path
    port: int

    def pids(self, name: str) -> list[list[int]]:
        file = self.folder / f"{name}.pids"
        return [[int(pid) for pid in line.split()] for line in file.read_text().splitlines()] if file.exists() else []

    def everyone(self) -> list[int]:
        return [pid for name in ("web", "scheduler") for started in self.pids(name) for pid in started]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    started: list[Running] = []

    def begin(web: str = WEB, *, port: int | None = None) -> Running:
        programs = {}
        for name, source in (("web", web), ("scheduler", IDLE)):
            (tmp_path / f"{name}.py").write_text(source)
            programs[name] = [str(tmp_path / f"{name}.py"), str(tmp_path / f"{name}.pids")]
        port = port or free_port()
        process = subprocess.Popen(
            [sys.executable, "-c", DRIVER, str(tmp_path), str(port), json.dumps(programs)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(Running(process, tmp_path, port))
        return started[-1]

    yield begin
    for one in started:
        one.process.kill()
        one.process.communicate()
        for pid in one.everyone():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@pytest.fixture
def running(start: Callable[..., Running]) -> Running:
    one = start()
    assert one.process.stdout is not None
    assert f"http://127.0.0.1:{one.port}" in one.process.stdout.readline()
    assert until(lambda: len(one.everyone()) == 4)
    return one


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_ends_both_children_and_all_they_started(running: Running, number: signal.Signals) -> None:
    began = time.monotonic()
    running.process.send_signal(number)
    assert running.process.wait(TIMEOUT) == 0
    assert time.monotonic() - began < 3
    assert not [pid for pid in running.everyone() if alive(pid)]
    assert running.process.stdout is not None
    assert running.process.stdout.read() == "", "the address is the one line of output"


def test_killing_the_supervisor_outright_ends_all_it_started(running: Running) -> None:
    running.process.kill()
    assert until(lambda: not any(map(alive, running.everyone())), timeout=8), running.everyone()


@pytest.mark.parametrize("name", ["web", "scheduler"])
def test_a_child_that_dies_is_started_again_and_its_own_children_are_ended(running: Running, name: str) -> None:
    child, beneath = running.pids(name)[0]
    os.kill(child, signal.SIGKILL)
    assert until(lambda: len(running.pids(name)) == 2)
    assert not alive(beneath)
    again = running.pids(name)[1][0]
    assert alive(again)
    noted = running.folder / "data" / "run" / "start.json"
    assert until(lambda: json.loads(noted.read_text())["children"][name] == again)
    running.process.send_signal(signal.SIGTERM)
    _, errors = running.process.communicate(timeout=TIMEOUT)
    assert len([line for line in errors.splitlines() if f"{name} ended with -9" in line]) == 1


def test_a_web_that_cannot_start_ends_the_command_and_shows_why(start: Callable[..., Running]) -> None:
    one = start(web="raise SystemExit('no such column: mã đơn vị')")
    output, errors = one.process.communicate(timeout=TIMEOUT)
    assert one.process.returncode == 1
    assert "no such column: mã đơn vị" in errors
    assert output == ""
    assert not [pid for pid in one.everyone() if alive(pid)]


def configured(text: str, tmp_path: Path) -> Configuration:
    return parse(text, tmp_path / "config.toml")


@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.1.20", "::", "example.vn"])  # noqa: S104 – to be refused
def test_an_address_that_others_can_reach_is_refused(address: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="loopback is refused while no sign-in is configured"):
        supervisor.run(configured(f'[server]\naddress = "{address}"', tmp_path), 1)


def test_an_address_from_the_environment_is_refused_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAMLIT_SERVER_ADDRESS", "10.0.0.1")
    with pytest.raises(ConfigError, match=r"10\.0\.0\.1"):
        supervisor.run(configured("", tmp_path), 1)


@pytest.mark.parametrize(("address", "kept"), [("127.0.0.1", "127.0.0.1"), ("localhost", "127.0.0.1"), ("::1", "::1")])
def test_loopback_addresses_are_accepted(address: str, kept: str, tmp_path: Path) -> None:
    assert supervisor.listening(configured(f'[server]\naddress = "{address}"', tmp_path)) == kept


def test_a_schedule_that_cannot_be_read_starts_nothing(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"backup\.schedule: found 'nightly'"):
        supervisor.run(configured('[backup]\nschedule = "nightly"', tmp_path), 1)
    assert not (tmp_path / "data").exists()


def test_a_taken_port_is_refused_when_it_was_asked_for_and_else_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "PORT_WAIT", 0.0)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(SourceError, match=f"port {port}: taken by another program"):
            supervisor.run(configured("", tmp_path), port)
        assert supervisor.free_port("127.0.0.1", port, asked=False) > port


def test_a_changed_configuration_starts_both_children_anew(running: Running) -> None:
    before = running.everyone()
    (running.folder / "config.toml").write_text('language = "en"\n', encoding="utf-8")
    assert until(lambda: len(running.everyone()) == 8), "each child and what it started, twice"
    assert not [pid for pid in before if alive(pid)]
    assert running.process.poll() is None


def test_a_broken_configuration_is_said_and_the_old_one_goes_on(running: Running) -> None:
    before = running.everyone()
    (running.folder / "config.toml").write_text("languages = 1\n", encoding="utf-8")
    assert running.process.stderr is not None
    said = running.process.stderr.readline()
    assert "languages" in said
    assert "language" in said
    assert running.everyone() == before
    assert all(map(alive, before))
