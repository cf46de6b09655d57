"""A real MariaDB for tests: the system's binaries, a data folder of its own, no password, a free port."""

from __future__ import annotations

import getpass
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pymysql

import manage
from tests.postgres import free_port


@contextmanager
def mariadb(folder: Path) -> Iterator[tuple[str, pymysql.Connection]]:
    """Run a server whose data lies in `folder`; yield its host and port, and a line to it for whoever may do all.

    `doc` is an account that may read and write everything in the database `ho_tich`. The server is gone afterwards.
    """
    data, door, log = folder / "data", folder / "socket", folder / "log"
    server = manage.mariadb()
    assert server is not None, "manage.py test installs it"
    user = f"--user={getpass.getuser()}"
    made = ["mariadb-install-db", "--no-defaults", user, f"--datadir={data}", "--skip-test-db"]
    made += ["--auth-root-authentication-method=normal"]
    subprocess.run(made, check=True, capture_output=True)
    port = free_port()
    with log.open("wb") as out:
        running = subprocess.Popen(
            [server, "--no-defaults", user, f"--datadir={data}", f"--socket={door}", f"--port={port}",
             "--bind-address=127.0.0.1", f"--pid-file={folder / 'pid'}"],
            stdout=out, stderr=out,
        )  # fmt: skip
        try:
            with _line_to(door, running, log) as line:
                with line.cursor() as told:
                    told.execute("create database ho_tich character set utf8mb4")
                    told.execute("create user doc@'127.0.0.1'")
                    told.execute("grant all on ho_tich.* to doc@'127.0.0.1'")
                yield f"127.0.0.1:{port}", line
        finally:
            running.terminate()
            running.wait(timeout=30)


def _line_to(door: Path, server: subprocess.Popen[bytes], log: Path) -> pymysql.Connection:
    for _ in range(600):
        assert server.poll() is None, log.read_text("utf-8", errors="replace")
        with socket.socket(socket.AF_UNIX) as knock, suppress(OSError):
            knock.connect(str(door))
            return pymysql.connect(unix_socket=str(door), user="root", autocommit=True)
        time.sleep(0.1)
    raise AssertionError(log.read_text("utf-8", errors="replace"))
