"""The supervisor: starts the web and the scheduler, keeps both alive, and stops both with all they started."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import sys
import threading
import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from campaign.configuration import Configuration
from campaign.errors import CanDichError, SourceError
from etl.child import Child
from etl.configured import load
from etl.job import jobs
from etl.listening import checked, here, is_loopback
from etl.scheduler import HELD

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS: Mapping[str, Sequence[str]] = {"web": ("app.py",), "scheduler": ("-m", "etl.scheduler")}
HEALTH = "/health"
PORT, PORTS_TRIED, PORT_WAIT = 8501, 20, 2.0
TICK = 0.1
GRACE = {"web": 1.5, "scheduler": 4.0}  # seconds to end in good order; the web only reads, a pull may be at work
PATIENCE = 30.0  # seconds without an answer before that is said
FATAL_FAILURES = 3  # ends of the web before it ever answered
TRIM_EVERY = 60.0
LOOK_EVERY = 2.0  # seconds between two looks at the configuration file


def run(
    configuration: Configuration,
    port: int | None = None,
    *,
    config: Path | None = None,
    programs: Mapping[str, Sequence[str]] = PROGRAMS,
    prepare: Callable[[], object] | None = None,
) -> int:
    """Run the web and the scheduler until SIGINT or SIGTERM; return the exit code.

    The children load `config`, or the file that the configuration was read from. Without a port, that of `[server]`
    or the next free one. `prepare` makes the data ready beside the web's own start; the scheduler and the address
    wait for it, and its failure ends the run. Raises ConfigError, before anything starts, for an address others must
    not reach or a schedule that cannot be read, and SourceError for a port that is taken.
    """
    jobs(configuration)
    address = listening(configuration)
    number = port if port is not None else int(_server(configuration).get("port", PORT))
    chosen = free_port(address, number, asked=port is not None)
    if chosen != number:
        _say(f"cổng {number} đang bận, dùng cổng {chosen} (port {number} is taken; using {chosen})")
    return _Supervisor(configuration, config or configuration.path, address, chosen, programs, prepare).run()


def _server(configuration: Configuration) -> dict[str, Any]:
    """Return `[server]` of the configuration, over that of the top-level config.toml."""
    own = ROOT / "config.toml"
    top = tomllib.loads(own.read_text("utf-8")).get("server", {}) if own.exists() else {}
    return {**top, **configuration.streamlit.get("server", {})}


def listening(configuration: Configuration) -> str:
    """Return the address to listen on; ConfigError for one that others can reach and must not."""
    address = str(os.environ.get("STREAMLIT_SERVER_ADDRESS") or _server(configuration).get("address") or "127.0.0.1")
    checked(configuration, address, f"{configuration.path}: server.address")
    return "127.0.0.1" if address == "localhost" else address.strip("[]")


def free_port(address: str, first: int, *, asked: bool) -> int:
    """Return `first` if it is free, else the next free port; one that was asked for is waited for, then refused."""
    if asked:
        deadline = time.monotonic() + PORT_WAIT  # the web of a supervisor that was killed is on its way out
        while not _is_free(address, first):
            if time.monotonic() > deadline:
                break
            time.sleep(TICK)
        else:
            return first
    elif (port := next((one for one in range(first, first + PORTS_TRIED) if _is_free(address, one)), None)) is not None:
        return port
    raise SourceError(f"port {first}", "taken by another program", "stop that program, or choose another with --port")


def _is_free(address: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM) as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except (OSError, OverflowError):
            return False
    return True


def _say(sentence: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {sentence}", file=sys.stderr, flush=True)


class _Supervisor:
    """Two children and the loop that watches them."""

    def __init__(
        self,
        configuration: Configuration,
        config: Path,
        address: str,
        port: int,
        programs: Mapping[str, Sequence[str]],
        prepare: Callable[[], object] | None,
    ) -> None:
        self.address, self.port = here(address), port
        self.url = f"http://{f'[{self.address}]' if ':' in self.address else self.address}:{port}"
        if not is_loopback(address):
            self.url = configuration.public_url
        self.folder = configuration.data / "run"
        self.children = [Child(name, argv, self.folder / f"{name}.log", ROOT) for name, argv in programs.items()]
        self.environment = os.environ | {
            "CANDICH_CONFIG": str(config.resolve()),
            "CANDICH_PORT": str(port),
            "CANDICH_ADDRESS": address,
            "PYTHONUNBUFFERED": "1",
            "PYTHONUTF8": "1",
        }
        self.stopping = False
        self.answered = False
        self.prepared = prepare is None
        self.failure: Exception | None = None
        self._prepare = prepare
        self._config = config
        self._seen = self._content()
        self._looked = time.monotonic()

    def run(self) -> int:
        names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
        numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
        before = {number: signal.signal(number, self._stop) for number in numbers}
        try:
            return self._watch()
        finally:
            self._stop_children()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _make_ready(self) -> None:
        try:
            if self._prepare is not None:
                self._prepare()
            self.prepared = True
        except Exception as problem:  # noqa: BLE001 – told by the thread that watches
            self.failure = problem

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def _watch(self) -> int:
        began = trimmed = time.monotonic()
        impatient = False
        if not self.prepared:
            threading.Thread(target=self._make_ready, name="prepare", daemon=True).start()
        while not self.stopping:
            if self.failure is not None:
                raise self.failure
            for child in self.children if self.prepared else self.children[:1]:
                self._tend(child)
            if not self.answered:
                if self._has_failed():
                    return 1
                if self.prepared and self._answers():
                    self.answered = True
                    print(f"Cán Đích: {self.url}  (Ctrl-C: dừng / stop)", flush=True)
                elif not impatient and time.monotonic() - began > PATIENCE:
                    impatient = True
                    _say(f"chưa trả lời, vẫn chờ (no answer yet, still waiting): {self.folder / 'web.log'}")
            if time.monotonic() - trimmed > TRIM_EVERY:
                trimmed = self._trim_logs()
            self._follow_config()
            time.sleep(TICK)
        return 0

    def _content(self) -> bytes | None:
        try:
            return self._config.read_bytes()
        except OSError:
            return None

    def _follow_config(self) -> None:
        """Start both children anew when the configuration file has changed and is right; else say what is wrong."""
        if time.monotonic() - self._looked < LOOK_EVERY:
            return
        self._looked, content = time.monotonic(), self._content()
        if content == self._seen:
            return
        self._seen = content
        try:
            jobs(load(self._config))
        except CanDichError as problem:
            _say(f"cấu hình mới chưa dùng được, vẫn chạy theo cấu hình cũ (still on the old configuration): {problem}")
            return
        _say("cấu hình đã thay đổi, khởi động lại (configuration changed; starting anew)")
        self._stop_children()
        for child in self.children:
            child.due, child.failures = 0.0, 0

    def _trim_logs(self) -> float:
        for child in self.children:
            child.trim_log()
        return time.monotonic()

    def _tend(self, child: Child) -> None:
        """Start the child when it is due; when it has ended, say so and when it comes back."""
        code = child.ended()
        if code is not None and not (code == HELD and child.failures > 1):
            _say(f"{child.name} dừng với mã {code}, chạy lại sau {child.wait:g} giây "
                 f"({child.name} ended with {code}; again in {child.wait:g} s): {child.log}")  # fmt: skip
            print(child.tail(), file=sys.stderr, flush=True)
        if child.process is None and time.monotonic() >= child.due:
            child.trim_log()
            child.start(self.environment)
            self._note()

    def _note(self) -> None:
        """Write down which processes run, for `doctor` and for people."""
        note = {
            "pid": os.getpid(),
            "url": self.url,
            "children": {child.name: child.process.pid for child in self.children if child.process is not None},
        }
        draft = self.folder / f"start.{os.getpid()}.tmp"
        draft.write_text(json.dumps(note), "utf-8")
        draft.replace(self.folder / "start.json")

    def _has_failed(self) -> bool:
        """Tell whether the web keeps ending before it ever answered."""
        web = self.children[0]
        if web.failures < FATAL_FAILURES:
            return False
        _say(f"{web.name} không khởi động được (does not start); see {web.log}")
        return True

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(self.address, self.port, timeout=2)
        try:
            connection.request("GET", HEALTH, headers={"Host": "localhost"})
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _stop_children(self) -> None:
        asked = time.monotonic()
        for child in self.children:
            child.ask_to_stop()
        for child in self.children:
            child.make_stop(asked + GRACE[child.name])
        (self.folder / "start.json").unlink(missing_ok=True)
