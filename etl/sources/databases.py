"""Databases: what each does in its own way: how it is kept from writing and from taking long, and what it says then."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DataError, DBAPIError

from campaign.configuration import Source
from campaign.errors import CanDichError, ContractError, SourceError

OUR_DRIVERS = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql", "mariadb": "mariadb+pymysql"}
GRACE = 2  # seconds in which a server may tell that a query's time is over
MOST_TOLD = 300  # characters of what a database says
TIME_IS_OVER = {"57014", 3024, 1969}  # SQLSTATE; the numbers of MySQL and of MariaDB
WRONG_QUERY = "42"  # SQLSTATE begins so: a table or a column that is not there, or may not be read
WRONG_FOR_MYSQL = {1054, 1064, 1142, 1143, 1146, 1305, 1370}  # the same, and a function
MYSQL = {"pymysql", "mysqldb"}  # drivers that take the same words


@contextmanager
def reading(source: Source, address: URL) -> Iterator[Connection]:
    """Open a transaction that can only read, as far as the database knows such a thing, and always roll it back."""
    engine = create_engine(address, connect_args=_arguments(source, address), pool_pre_ping=False)
    try:
        with engine.connect() as connection:
            for statement in _first(connection, int(source.timeout * 1000)):
                connection.execute(text(statement))
            try:
                yield connection
            finally:
                connection.rollback()
    finally:
        engine.dispose()


def _arguments(source: Source, address: URL) -> dict[str, Any]:
    """Return what a driver has to know so that a server which says nothing is not waited for."""
    seconds = max(int(source.timeout), 1)
    if address.get_backend_name() == "postgresql":
        return {
            "connect_timeout": seconds,
            "tcp_user_timeout": seconds * 1000,  # a server that vanished in the middle is noticed
            "keepalives_idle": seconds,
            "options": f"-c default_transaction_read_only=on -c statement_timeout={int(source.timeout * 1000)}",
        }
    if address.get_driver_name() in MYSQL:
        return {"connect_timeout": seconds, "read_timeout": seconds + GRACE, "write_timeout": seconds}
    return {}


def _first(connection: Connection, milliseconds: int) -> tuple[str, ...]:
    """Return what a database is told before it is asked; a MariaDB answers to mysql:// too, and has its own words."""
    backend = "mariadb" if getattr(connection.dialect, "is_mariadb", False) else connection.dialect.name
    return {
        "postgresql": ("set transaction isolation level repeatable read, read only",),
        "mysql": (f"set session max_execution_time = {milliseconds}", "set transaction read only"),
        "mariadb": (f"set session max_statement_time = {milliseconds / 1000}", "set transaction read only"),
        "oracle": ("set transaction read only",),
        "sqlite": ("pragma query_only = on", f"pragma busy_timeout = {milliseconds}"),
    }.get(backend, ())


def refused(source: Source, where: str, problem: DBAPIError, told: str) -> CanDichError:
    """Return what a database said, on one line; that a table or a column is gone is for its owner to mend."""
    state = str(getattr(problem.orig, "sqlstate", None) or "")
    number = next(iter(getattr(problem.orig, "args", ())), None)
    if TIME_IS_OVER & {state, number}:
        return SourceError(where, f"the query was not done after {source.timeout:g} s", "mend it, or raise timeout")
    wrong = state.startswith(WRONG_QUERY) or number in WRONG_FOR_MYSQL or told.startswith("no such ")
    if wrong or isinstance(problem, DataError):
        return ContractError(
            where, f"the database says: {told[:MOST_TOLD]}", "mend the query, or bring back what it reads"
        )
    return SourceError(where, f"the database says: {told[:MOST_TOLD]}", "try again later, or mend its address")
