"""A real server for a real browser: the small campaign, served by the launcher on a free port."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.pages.house import build

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)


class Server:
    """The launcher as a process of its own."""

    def __init__(self, config: Path) -> None:
        """Name the configuration; nothing runs yet."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.config, self.log = config, config.with_name("web.log")
        self.url = f"http://127.0.0.1:{self.port}"

    @contextmanager
    def running(self) -> Iterator["Server"]:
        """Serve while the block lasts."""
        environment = os.environ | {"CANDICH_CONFIG": str(self.config), "CANDICH_PORT": str(self.port)}
        with self.log.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
            )
            try:
                self._wait(process)
                yield self
            finally:
                process.terminate()
                process.wait(timeout=20)

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        for _ in range(600):
            assert process.poll() is None, self.log.read_text()
            try:
                with urllib.request.urlopen(f"{self.url}/health", timeout=1) as answer:  # noqa: S310 - our own server
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.1)
        raise AssertionError(self.log.read_text())


@contextmanager
def whole(config: Path) -> Iterator[str]:
    """Run the product by `manage.py start`, scheduler and all, and give its address; Ctrl-C must end it well."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, str(ROOT / "manage.py"), "start", "--config", str(config), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert url in process.stdout.readline()
            yield url
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 0


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the configuration of the small campaign, three days loaded."""
    return build(tmp_path_factory.mktemp("house"))


@pytest.fixture(scope="session")
def server(house: Path) -> Iterator[Server]:
    """Return the server most tests share; none of them changes its data."""
    with Server(house).running() as running:
        yield running


@pytest.fixture(scope="session")
def base_url() -> None:
    """Return no base address; the plug-in's own fixture is written in a way that pytest 9 warns of."""


@pytest.fixture
def requests_made(context: BrowserContext) -> list[str]:
    """Return the addresses the browser asks for, as they come."""
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    return asked


@pytest.fixture
def visit(page: Page, server: Server):
    """Return a visitor: opens an address of the shared server and waits until it has been drawn."""
    page.set_default_timeout(PATIENCE_MS)

    def go(address: str = "/?as_of=2025-03-03") -> Page:
        page.goto(server.url + address)
        settled(page)
        return page

    return go


def settled(page: Page) -> None:
    """Wait until the page has been drawn and nothing runs any more."""
    page.locator(".cd-top").wait_for()
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    page.locator(".cd-head, .cd-message").first.wait_for()
