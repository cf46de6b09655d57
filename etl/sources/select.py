"""The query of a source: proved to be one SELECT, in the dialect of its database, before it is sent."""

from __future__ import annotations

import logging
from typing import Any

import sqlglot
from sqlglot import expressions
from sqlglot.errors import SqlglotError

from campaign.configuration import Source
from campaign.errors import ConfigError

DIALECTS = {"postgresql": "postgres", "mssql": "tsql", "mariadb": "mysql"}  # where SQLAlchemy and sqlglot differ
WRITES: tuple[Any, ...] = (
    expressions.DML, expressions.DDL, expressions.Command, expressions.Into, expressions.Lock, expressions.Merge,
    expressions.Delete, expressions.Drop, expressions.Alter, expressions.TruncateTable, expressions.Set,
)  # fmt: skip

logging.getLogger("sqlglot").setLevel(logging.ERROR)


def only_reads(source: Source, backend: str) -> None:
    """Raise ConfigError unless the query is one SELECT, or WITH … SELECT, that locks and writes nothing."""
    where = f"source {source.name}: query"
    dialect = DIALECTS.get(backend, backend)
    if dialect not in sqlglot.Dialect.classes:
        dialect = ""
    try:
        statements = [one for one in sqlglot.parse(source.query or "", read=dialect) if one is not None]
    except SqlglotError as problem:
        told = " ".join(str(problem).partition("\n")[0].split())
        raise ConfigError(where, f"not readable as SQL ({told})", "one SELECT was expected") from None
    if len(statements) != 1:
        raise ConfigError(where, f"has {len(statements)} statements", "one SELECT was expected")
    statement = statements[0]
    if not isinstance(statement, expressions.Query):
        raise ConfigError(where, f"is a {statement.key.upper()}", "one SELECT was expected")
    if (writing := statement.find(*WRITES)) is not None:
        raise ConfigError(where, f"has a {writing.key.upper()} in it", "a SELECT that only reads was expected")
