"""MariaDB as a source, by its own name and by that of MySQL, which most addresses of it bear: a real server."""

import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pymysql
import pytest

from campaign.errors import ContractError, SourceError
from etl.pull import pull_source
from tests.mariadb import mariadb
from tests.warehouse.small import CONFIG, Small

pytestmark = pytest.mark.browser  # installed by `manage.py test` alone

SOURCE = """
[[source]]
name = "ho-tich"
campaign = "nho"
kind = "sql"
url = "env:HO_TICH_URL"
timeout = {timeout}
query = "{query}"
{more}
"""
QUERY = "select ma_xa as unit_code, ngay as as_of, da_duyet as count, sua_luc from ket_qua"


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, pymysql.Connection]]:
    folder = Path(tempfile.mkdtemp(prefix="candich-mariadb-"))
    try:
        with mariadb(folder) as running:
            yield running
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["mysql", "mariadb"])
def database(
    request: pytest.FixtureRequest,
    server: tuple[str, pymysql.Connection],
    small: Small,
    monkeypatch: pytest.MonkeyPatch,
) -> pymysql.cursors.Cursor:
    place, line = server
    monkeypatch.setenv("HO_TICH_URL", f"{request.param}://doc@{place}/ho_tich")
    configure(small)
    told = line.cursor()
    told.execute("use ho_tich")
    told.execute(
        "create or replace table ket_qua (ma_xa text, ngay date, da_duyet decimal(12, 3), sua_luc datetime(6))"
    )
    return told


def configure(small: Small, query: str = QUERY, more: str = "", timeout: float = 5) -> None:
    small.write("config.toml", CONFIG + SOURCE.format(query=query, more=more, timeout=timeout))


def put(database: pymysql.cursors.Cursor, unit: str, count: object, at: str = "2025-02-03 17:00") -> None:
    database.execute("insert into ket_qua values (%s, '2025-02-03', %s, %s)", (unit, count, at))


def test_rows_are_read_and_a_fraction_is_refused(small: Small, database: pymysql.cursors.Cursor) -> None:
    put(database, "00101", 5)
    put(database, "00102", "519.537")
    taken = pull_source(small.config, "ho-tich")
    assert (taken["accepted"], taken["rejected"], small.done()) == (1, 1, 5)


def test_since_asks_for_what_is_new_to_the_microsecond(small: Small, database: pymysql.cursors.Cursor) -> None:
    configure(small, f"{QUERY} where sua_luc > :since", 'since = { column = "sua_luc", first = 2025-02-01T00:00:00 }')
    put(database, "00101", 5, "2025-02-03 17:00:00.000001")
    assert pull_source(small.config, "ho-tich")["read"] == 1
    assert pull_source(small.config, "ho-tich")["files"] == 0
    put(database, "00102", 6, "2025-02-03 17:00:00.000002")
    assert pull_source(small.config, "ho-tich")["read"] == 1
    assert small.done() == 11


def test_a_query_that_takes_too_long_is_ended_by_the_server(small: Small, database: pymysql.cursors.Cursor) -> None:
    put(database, "00101", 5)
    configure(small, QUERY.replace("select", "select sleep(60) as ngu,"), timeout=0.5)
    with pytest.raises(SourceError, match=r"not done after 0\.5 s"):
        pull_source(small.config, "ho-tich")
    database.execute("select count(*) from information_schema.processlist where user = 'doc' and command = 'Query'")
    assert database.fetchone() == (0,)


def test_a_function_that_writes_is_stopped_by_the_transaction(small: Small, database: pymysql.cursors.Cursor) -> None:
    database.execute(
        "create or replace function sneak() returns int modifies sql data "
        "begin insert into ket_qua (ma_xa) values ('00101'); return 1; end"
    )
    configure(small, "select sneak() as unit_code, 1 as as_of, 2 as count")
    with pytest.raises(SourceError, match="READ ONLY transaction"):
        pull_source(small.config, "ho-tich")
    database.execute("select count(*) from ket_qua")
    assert database.fetchone() == (0,)


@pytest.mark.parametrize(
    ("before", "after", "told"), [("da_duyet", "so_da_duyet", "so_da_duyet"), ("ket_qua", "ket_qua_cu", "ket_qua_cu")]
)
def test_a_column_or_a_table_that_is_gone_is_for_its_owner_to_mend(
    small: Small, database: pymysql.cursors.Cursor, before: str, after: str, told: str
) -> None:
    assert database.connection is not None
    configure(small, QUERY.replace(before, after))
    with pytest.raises(ContractError, match=told):
        pull_source(small.config, "ho-tich")


def test_a_server_that_accepts_and_says_nothing_is_not_waited_for(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("HO_TICH_URL", f"mysql://u@127.0.0.1:{silent.getsockname()[1]}/d")
        configure(small, timeout=1)
        with pytest.raises(SourceError, match="timed out"):
            pull_source(small.config, "ho-tich")
