"""A database as a source: one SELECT, on a real PostgreSQL, that reads and never writes."""

import json
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from campaign.errors import ConfigError, ContractError, SourceError
from etl.pull import pull_source
from etl.pulls import history
from tests.postgres import postgresql
from tests.warehouse.small import CONFIG, Small

SOURCE = """
[[source]]
name = "so-ho-tich"
campaign = "nho"
kind = "sql"
url = "env:HO_TICH_URL"
schedule = "*/15 * * * *"
timeout = 5
query = '''{query}'''
{more}
[source.columns]
unit_code = "ma_xa"
as_of = "ngay"
count = "da_duyet"
"""
QUERY = "select ma_xa, ngay, da_duyet, sua_luc from ket_qua order by ma_xa, ngay"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="candich-postgresql-"))
    folder.chmod(0o755)
    try:
        with postgresql(folder) as address:
            yield address
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def database(server: str, small: Small, monkeypatch: pytest.MonkeyPatch) -> Iterator[psycopg.Connection]:
    monkeypatch.setenv("HO_TICH_URL", server)
    configure(small)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("drop table if exists ket_qua")
        connection.execute(
            "create table ket_qua (ma_xa text, ngay date, da_duyet numeric(12, 3), sua_luc timestamptz default now())"
        )
        yield connection


def configure(small: Small, query: str = QUERY, more: str = "") -> None:
    small.write("config.toml", CONFIG + SOURCE.format(query=query, more=more))


def put(database: psycopg.Connection, *rows: tuple[str, str, object, str]) -> None:
    for row in rows:
        database.execute("insert into ket_qua values (%s, %s, %s, %s)", row)


def pull(small: Small) -> dict[str, Any]:
    return pull_source(small.config, "so-ho-tich")


def test_rows_are_kept_as_they_came_and_read(small: Small, database: psycopg.Connection) -> None:
    put(database, ("00101", "2025-02-03", 5, "2025-02-03 17:00+07"), ("00102", "2025-02-03", 6, "2025-02-03 17:00+07"))
    taken = pull(small)
    assert (taken["files"], taken["accepted"], small.done()) == (1, 2, 11)
    ((name, kept, _),) = small.received.loads()[0].files
    assert name == "so-ho-tich.json"
    assert json.loads(kept.read_text("utf-8"))[0] == {
        "ma_xa": "00101",
        "ngay": "2025-02-03",
        "da_duyet": 5,
        "sua_luc": "2025-02-03 17:00:00",
    }


def test_the_same_rows_make_no_load_and_changed_ones_do(small: Small, database: psycopg.Connection) -> None:
    put(database, ("00101", "2025-02-03", 5, "2025-02-03 17:00+07"))
    pull(small)
    assert pull(small)["files"] == 0
    database.execute("update ket_qua set da_duyet = 7")
    assert pull(small)["accepted"] == 1
    assert small.done() == 7
    assert [one["files"] for one in history(small.config, "so-ho-tich")] == [1, 0, 1]


def test_a_count_with_a_fraction_is_refused_not_guessed(small: Small, database: psycopg.Connection) -> None:
    put(database, ("00101", "2025-02-03", "519.537", "2025-02-03 17:00+07"))
    assert pull(small)["rejected"] == 1


def test_since_asks_for_what_is_new_and_moves_only_when_it_is_loaded(
    small: Small, database: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    since = 'since = { column = "sua_luc", first = 2025-02-01T00:00:00+07:00 }'
    configure(small, QUERY.replace(" order", " where sua_luc > :since order"), since)
    put(database, ("00101", "2025-01-31", 1, "2025-01-31 12:00+07"), ("00101", "2025-02-03", 5, "2025-02-03 12:00+07"))
    assert pull(small)["read"] == 1, "what is older than the first moment is not asked for"
    put(database, ("00102", "2025-02-04", 6, "2025-02-04 12:00:00.123456+07"))
    with monkeypatch.context() as patched:
        patched.setattr("etl.pull.ingest", lambda *_, **__: (_ for _ in ()).throw(SourceError("lock", "is held")))
        with pytest.raises(SourceError, match="is held"):
            pull(small)
    assert (pull(small)["read"], small.done()) == (1, 11)
    assert pull(small)["files"] == 0, "nothing is later than the microsecond that was taken"
    put(database, ("00201", "2025-02-04", 7, "2025-02-04 12:00:00.123457+07"))
    assert pull(small)["read"] == 1


def test_casts_percent_signs_and_a_semicolon_reach_the_database_as_they_are(
    small: Small, database: psycopg.Connection
) -> None:
    since = 'since = { column = "ngay", first = 2025-02-01 }'
    query = "select ma_xa::text, ngay::date, da_duyet from ket_qua where ma_xa like '00%' and ngay > :since::date;"
    configure(small, query, since)
    put(database, ("00101", "2025-02-03", 5, "2025-02-03 12:00+07"), ("1", "2025-02-03", 5, "2025-02-03 12:00+07"))
    assert pull(small)["read"] == 1


def test_a_server_that_accepts_and_says_nothing_is_not_waited_for(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("HO_TICH_URL", f"postgresql://u@127.0.0.1:{silent.getsockname()[1]}/d")
        configure(small)
        text = (small.folder / "config.toml").read_text("utf-8")
        small.write("config.toml", text.replace("timeout = 5", "timeout = 2"))
        with pytest.raises(SourceError, match="timeout"):
            pull(small)


def test_another_query_starts_from_the_first_value_again(small: Small, database: psycopg.Connection) -> None:
    since = 'since = { column = "ngay", first = 2025-02-01 }'
    configure(small, QUERY.replace(" order", " where ngay > :since order"), since)
    put(database, ("00101", "2025-02-03", 5, "2025-02-03 12:00+07"))
    assert pull(small)["read"] == 1
    configure(small, QUERY.replace(" order", " where ngay >= :since order"), since)
    put(database, ("00102", "2025-02-02", 6, "2025-02-03 12:00+07"))
    taken = pull(small)
    assert (taken["read"], taken["unchanged"], taken["accepted"]) == (2, 1, 1)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("delete from ket_qua", "DELETE"),
        ("select 1; select 2", "2 statements"),
        ("with gone as (delete from ket_qua returning *) select * from gone", "DELETE"),
        ("select * into copied from ket_qua", "INTO"),
        ("select * from ket_qua for update", "LOCK"),
        ("create table t (a int)", "CREATE"),
        ("do $$ begin end $$", "one SELECT was expected"),
        ("select from where (", "not readable as SQL"),
    ],
)
def test_anything_but_one_select_is_refused_before_it_is_sent(
    small: Small, database: psycopg.Connection, query: str, told: str
) -> None:
    put(database, ("00101", "2025-02-03", 5, "2025-02-03 12:00+07"))
    configure(small, query)
    with pytest.raises(ConfigError, match=told):
        pull(small)
    assert database.execute("select count(*) from ket_qua").fetchone() == (1,)


def test_a_function_that_writes_is_stopped_by_the_transaction(small: Small, database: psycopg.Connection) -> None:
    database.execute(
        "create or replace function sneak() returns int language sql as "
        "$$ insert into ket_qua values ('00101', '2025-02-03', 9) returning 1 $$"
    )
    configure(small, "select sneak() as ma_xa, 1 as ngay, 2 as da_duyet")
    with pytest.raises(SourceError, match="read-only transaction"):
        pull(small)
    assert database.execute("select count(*) from ket_qua").fetchone() == (0,)


def test_a_query_that_takes_too_long_is_ended_by_the_server(small: Small, database: psycopg.Connection) -> None:
    configure(small, "select pg_sleep(60)::text as ma_xa, 1 as ngay, 2 as da_duyet", "deadline = 60")
    small.write(
        "config.toml", (small.folder / "config.toml").read_text("utf-8").replace("timeout = 5", "timeout = 0.3")
    )
    with pytest.raises(SourceError, match=r"not done after 0\.3 s"):
        pull(small)
    sleeping = "select count(*) from pg_stat_activity where query like '%pg_sleep(60)%' and pid <> pg_backend_pid()"
    assert database.execute(sleeping).fetchone() == (0,)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        (QUERY.replace("da_duyet", "so_da_duyet"), "so_da_duyet"),
        (
            QUERY.replace("ma_xa, ngay, da_duyet", "ma_xa, ngay").replace(", sua_luc", ""),
            "column 'da_duyet' is missing",
        ),
        (QUERY.replace("ket_qua", "ket_qua_cu"), "ket_qua_cu"),
        (QUERY.replace("sua_luc from", "da_duyet + 1 as DA_DUYET from"), "column 'da_duyet' stands twice"),
        (QUERY.replace("sua_luc from", "1 as reason, 2 as reason from"), "column 'reason' stands twice"),
    ],
)
def test_a_column_or_a_table_that_is_gone_is_for_its_owner_to_mend(
    small: Small, database: psycopg.Connection, query: str, told: str
) -> None:
    configure(small, query)
    with pytest.raises(ContractError, match=told):
        pull(small)
    assert database.closed is False
    assert told in history(small.config, "so-ho-tich")[0]["error"]


def test_a_password_is_in_no_message_and_in_no_file(
    small: Small, database: psycopg.Connection, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HO_TICH_URL", server.replace("postgres@", "khong_co:mat-khau-9@"))
    with pytest.raises(SourceError) as refused:
        pull(small)
    assert "khong_co" in str(refused.value)
    everything = "".join(path.read_text("utf-8", "replace") for path in small.config.data.rglob("*") if path.is_file())
    assert "mat-khau-9" not in f"{refused.value}{everything}"
    assert database.closed is False


@pytest.mark.parametrize(
    ("value", "told"),
    [("", "HO_TICH_URL is not set"), ("nonsense", "is no address"), ("oracle://u:p@h/d", "oracle")],
)
def test_an_address_that_cannot_be_used_is_told(
    small: Small, monkeypatch: pytest.MonkeyPatch, value: str, told: str
) -> None:
    monkeypatch.setenv("HO_TICH_URL", value)
    configure(small)
    with pytest.raises(ConfigError, match=told):
        pull(small)


def test_a_server_that_is_not_there_is_told_and_yesterday_stays(
    small: Small, database: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(database, ("00101", "2025-02-03", 5, "2025-02-03 17:00+07"))
    pull(small)
    monkeypatch.setenv("HO_TICH_URL", "postgresql://postgres@127.0.0.1:1/postgres")
    with pytest.raises(SourceError, match="HO_TICH_URL: the database says"):
        pull(small)
    assert small.done() == 5


def test_sqlite_is_a_database_too(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    import sqlite3  # noqa: PLC0415 - here only

    with sqlite3.connect(small.folder / "a.db") as connection:
        connection.execute("create table ket_qua (ma_xa text, ngay text, da_duyet int, sua_luc text)")
        connection.execute("insert into ket_qua values ('00101', '2025-02-03', 5, '')")
    connection.close()
    monkeypatch.setenv("HO_TICH_URL", f"sqlite:///{small.folder / 'a.db'}")
    configure(small)
    assert pull(small)["accepted"] == 1


def test_an_sqlite_file_that_is_not_there_is_told_and_not_made(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = small.folder / "gone.db"
    monkeypatch.setenv("HO_TICH_URL", f"sqlite:///{gone}")
    configure(small)
    with pytest.raises(SourceError, match="there is no file of this database"):
        pull(small)
    assert not gone.exists()


def test_the_address_stays_out_of_the_configuration(small: Small) -> None:
    small.write("config.toml", CONFIG + SOURCE.format(query=QUERY, more="").replace("env:", "postgresql://u:p@"))
    with pytest.raises(ConfigError, match="env:NAME") as refused:
        _ = small.config
    assert "u:p" not in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "value"), [("numeric", "1.5"), ("numeric", "'NaN'"), ("double precision", "1.5"), ("float8", "'infinity'")]
)
def test_since_goes_by_what_can_be_written_down_exactly(
    small: Small, database: psycopg.Connection, kind: str, value: str
) -> None:
    database.execute(f"alter table ket_qua add so {kind}")
    database.execute(f"insert into ket_qua values ('00101', '2025-02-03', 5, now(), {value})")  # noqa: S608 - a case
    configure(
        small,
        "select ma_xa, ngay, da_duyet, so from ket_qua where so >= :since",
        'since = { column = "so", first = 0 }',
    )
    with pytest.raises(ConfigError, match="source so-ho-tich: since: the column has "):
        pull(small)
    database.execute("update ket_qua set so = 7")
    assert pull(small)["accepted"] == 1
    assert pull(small)["files"] == 0


@pytest.mark.parametrize(("kind", "value"), [("date", "infinity"), ("timestamptz", "infinity")])
def test_a_day_without_end_is_for_its_owner_to_mend(
    small: Small, database: psycopg.Connection, kind: str, value: str
) -> None:
    database.execute(f"alter table ket_qua add cuoi {kind}")
    database.execute(f"insert into ket_qua values ('00101', '2025-02-03', 5, now(), '{value}')")  # noqa: S608 - a case
    configure(small, "select ma_xa, ngay, da_duyet, cuoi from ket_qua")
    with pytest.raises(ContractError, match="too large"):
        pull(small)


def test_a_row_committed_late_is_not_missed_when_the_query_looks_back(
    small: Small, database: psycopg.Connection
) -> None:
    since = 'since = { column = "sua_luc", first = 2025-02-01T00:00:00+07:00 }'
    configure(small, QUERY.replace(" order", " where sua_luc >= :since - interval '10 minutes' order"), since)
    put(database, ("00101", "2025-02-03", 5, "2025-02-03 12:00+07"))
    assert pull(small)["accepted"] == 1
    put(database, ("00102", "2025-02-03", 6, "2025-02-03 11:55+07"))
    taken = pull(small)
    assert (taken["accepted"], taken["unchanged"]) == (1, 1)
