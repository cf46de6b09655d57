"""Bulk: many counts put on record at once, a half of them on each of two cores."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import duckdb

from warehouse.statements import statement

SOME = 5_000  # counts of one load from which the packings that text alone gains from cost more than they save
LARGE = 250_000  # rows from which a second core pays: below, a small load stays the quiet guest of a busy machine
_PARTS = 2
PLAIN_PACKING = "set disabled_compression_methods = 'fsst,dict_fsst,zstd'"
_PACKING = (  # what is packed is written out at once, and by the ways that suit codes and counts
    "set wal_autocheckpoint = '1TB'",
    "set write_buffer_row_group_count = 1",
    PLAIN_PACKING,
)


@contextmanager
def both_cores(connection: duckdb.DuckDBPyConnection, rows: int) -> Iterator[None]:
    """Let the reading statements of a block use two cores when they are about many rows."""
    if rows < LARGE:
        yield
        return
    connection.execute(f"set threads = {_PARTS}")
    try:
        yield
    finally:
        connection.execute("set threads = 1")


def put_counts(connection: duckdb.DuckDBPyConnection, counts: Any, received_at: datetime, batch: str) -> None:
    """Put accepted counts on record, in their order, and let them stand: an Arrow table, each key once, none standing.

    The connection is inside its transaction. Many counts are committed, for a second core works in a transaction of
    its own: who builds a version throws the whole file away when anything fails.
    """
    if counts.num_rows < LARGE:
        _put(connection, counts, received_at, batch)
        return
    size = -(-counts.num_rows // _PARTS)
    parts = [counts.slice(first, size) for first in range(0, counts.num_rows, size)]
    connection.execute("commit")
    for packing in _PACKING:
        connection.execute(packing)
    cursors = [connection.cursor() for _ in parts]

    def put(cursor: duckdb.DuckDBPyConnection, part: Any) -> None:
        cursor.execute("begin transaction")
        _put(cursor, part, received_at, batch)

    try:
        with ThreadPoolExecutor(_PARTS) as cores:
            list(cores.map(put, cursors, parts))
        for cursor in cursors:  # in order of arrival
            cursor.execute("commit")
    finally:
        for cursor in cursors:  # one left open would keep the file open
            cursor.close()
    for packing in _PACKING:
        connection.execute(f"re{packing.partition(' =')[0]}")
    connection.execute("begin transaction")


def _put(connection: duckdb.DuckDBPyConnection, counts: Any, received_at: datetime, batch: str) -> None:
    connection.register("arrived", counts)
    listed = ", ".join(f'"{column}"' for column in counts.column_names)
    connection.execute(
        f"""insert into submission ({listed}, received_at, batch)
            select {listed}, $at, $batch from arrived""",  # noqa: S608 - names of our own columns
        {"at": received_at, "batch": batch},
    )
    connection.execute(statement("renewals", "standing_arrived"), {"at": received_at})
    connection.unregister("arrived")
