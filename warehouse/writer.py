"""Writer: builds the next version of one campaign in one transaction, checks it, and publishes it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path
from typing import Any

import duckdb

from campaign.errors import CheckFailed, SourceError
from campaign.rows import Measure, Series, Tally
from campaign.standing import Standing
from campaign.units import Unit
from warehouse.bulk import PLAIN_PACKING, SOME, both_cores, put_counts
from warehouse.decisions import Decisions
from warehouse.reader import READ_SETTINGS
from warehouse.records import RefusedRow, StatedRow, SubmissionRow, TargetRow
from warehouse.standing import OnRecord, Words, standing_of, words_on_record
from warehouse.statements import names, statement
from warehouse.versions import Current, VersionStore

UNTOUCHED = "the published version is as it was; look at the disk, then run again"
SETTINGS: dict[str, Any] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "wal_autocheckpoint": "1B",  # a commit writes the file itself: the log beside it would be written for nothing
    "threads": 1,  # two save a tenth of a small load's time, and take three times the processor (many rows: bulk.py)
}


def fingerprint(shape: str, inputs: dict[str, bytes]) -> str:
    """Return the mark of what shapes a version's figures: the canonical configuration, units and targets."""
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in inputs.items() if name != "config"}
    return json.dumps({"shape": shape, **digests}, sort_keys=True)


def schema_mark() -> str:
    """Return the mark of the tables a version is built with today."""
    text = "".join(statement(folder, name) for folder in ("schema", "marts", "renewals") for name in names(folder))
    return hashlib.sha256(text.encode()).hexdigest()


def utc(moment: datetime) -> datetime:
    """Return an aware moment as the naive UTC the warehouse stores."""
    return moment.astimezone(UTC).replace(tzinfo=None)


class NextVersion:
    """The version being built: an open transaction on its own file; `counts`: how many it took all at once."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, *, make: bool = True) -> None:
        """Make what tables are missing; not so for a version that is only looked at."""
        self._connection = connection
        self.changed = False
        self.counts = 0
        for name in names("schema") if make else ():
            connection.execute(statement("schema", name))
        self._since = self.last_seq()
        self._replaces = False
        self._new_targets = self.meta("fingerprint") is None
        self.decisions = Decisions(connection, self._append)

    def meta(self, key: str) -> str | None:
        """Return one value of meta."""
        row = self._connection.execute("select value from meta where key = $key", {"key": key}).fetchone()
        return None if row is None else str(row[0])

    def _append(self, table: str, rows: Sequence[Any], numbers: Sequence[int] | None = None) -> None:
        """Append dataclass rows to a table, numbered on from its highest seq where it has one, or by `numbers`."""
        if not rows:
            return
        self._replaces |= table == "submission"
        self._new_targets |= table == "target"
        columns = list(rows[0].__dataclass_fields__)
        values: list[tuple[Any, ...]] = [attrgetter(*columns)(row) for row in rows]
        if numbers is not None:
            columns = ["seq", *columns]
            values = [(number, *row) for number, row in zip(numbers, values, strict=True)]
        elif "seq" in self._columns(table):
            query = f'select coalesce(max(seq), 0) from "{table}"'  # noqa: S608 - a table name of our own
            (last,) = self._connection.execute(query).fetchone() or (0,)
            columns = ["seq", *columns]
            values = [(last + number, *row) for number, row in enumerate(values, 1)]
        self._insert(table, columns, values)
        self.changed = True

    def _insert(self, table: str, columns: Sequence[str], values: Sequence[tuple[Any, ...]]) -> None:
        """Insert rows through Arrow, each column of the type its table declares."""
        if not values:
            return
        import pyarrow as pa  # noqa: PLC0415 - a tenth of a second that only a run which writes rows pays

        declared = self._columns(table)
        kinds = {
            "BIGINT": pa.int64(),
            "INTEGER": pa.int32(),
            "DOUBLE": pa.float64(),
            "DATE": pa.date32(),
            "TIMESTAMP": pa.timestamp("us"),
            "VARCHAR": pa.string(),
        }
        arrays = [
            pa.array(column, kinds[declared[name]])
            for name, column in zip(columns, zip(*values, strict=True), strict=True)
        ]
        self._connection.register("arrived", pa.Table.from_arrays(arrays, names=list(columns)))
        listed = ", ".join(f'"{column}"' for column in columns)
        self._connection.execute(f'insert into "{table}" ({listed}) select {listed} from arrived')  # noqa: S608 - names of our own dataclasses
        self._connection.unregister("arrived")

    def _columns(self, table: str) -> dict[str, str]:
        """Return the declared type of each column of a table."""
        rows = self._connection.execute("select name, type from pragma_table_info($table)", {"table": table}).fetchall()
        return {str(name): str(kind) for name, kind in rows}

    def describe(
        self,
        shape: str,
        inputs: dict[str, bytes],
        units: Sequence[Unit],
        categories: Sequence[str],
        stages: Sequence[str],
        targets: Sequence[TargetRow],
        stated: Sequence[StatedRow],
    ) -> bool:
        """Take over the configuration, units and targets when they differ from the version's; tell whether they did.

        `inputs`: the bytes of config, units and targets; `shape`: the canonical configuration; `stated`:
        the targets of targets.csv for parents, groups and all, which are compared and never added.
        """
        mark = fingerprint(shape, inputs)
        run = self._connection.execute
        run("delete from input_file")  # even for an unchanged shape: a version carries the very bytes it was built with
        for name, content in inputs.items():
            digest = hashlib.sha256(content).hexdigest()
            run(
                "insert into input_file values ($name, $digest, $content)",
                {"name": name, "digest": digest, "content": content},
            )
        if self.meta("fingerprint") == mark:
            return False
        run("delete from meta")
        run(
            "insert into meta values ('fingerprint', $mark), ('shape', $shape), ('schema', $schema)",
            {"mark": mark, "shape": shape, "schema": schema_mark()},
        )
        run("delete from category_name")
        self._insert("category_name", ["category_no", "category"], list(enumerate(categories)))
        run("delete from stage_name")
        self._insert("stage_name", ["stage_no", "stage"], list(enumerate(stages)))
        run("delete from unit")
        numbers: dict[str, int] = {}
        fields = attrgetter(*Unit.__dataclass_fields__)
        rows = [(numbers.setdefault(unit.code, len(numbers)), *fields(unit)) for unit in units]
        self._insert("unit", ["unit_no", *Unit.__dataclass_fields__], rows)
        run("delete from target where batch is null")
        self._new_targets = True
        self._append("target", list(targets))
        run("delete from stated where batch = ''")
        self._append("stated", list(stated))
        self.changed = True
        return True

    def standing(self) -> Standing:
        """Return what stands: counts per series and day, held rows, targets."""
        return standing_of(self._connection)

    def on_record(self, words: Words) -> OnRecord:
        """Return the counts and the targets that stand for some units, by number."""
        self._renew_standing()
        with both_cores(self._connection, self._since):
            return words_on_record(self._connection, words)

    def last_seq(self) -> int:
        """Return the number of the last submission."""
        (last,) = self._connection.execute("select coalesce(max(seq), 0) from submission").fetchone() or (0,)
        return int(last)

    def append_counts(self, table: Any, received_at: datetime, batch: str, *, replaces: bool) -> None:
        """Append accepted counts, and let them stand: an Arrow table of what differs from row to row, each key once.

        `replaces`: a count of that day is on record for some of them.
        """
        self._renew_standing()
        if replaces:
            self._connection.register("arrived", table)
            self._connection.execute(statement("renewals", "standing_replaced"))
            self._connection.unregister("arrived")
        put_counts(self._connection, table, received_at, batch)
        self.counts += table.num_rows
        self._since = self.last_seq()
        self.changed = True

    def append_rows(
        self,
        submissions: Sequence[SubmissionRow],
        stated: Sequence[StatedRow],
        targets: Sequence[TargetRow],
        numbers: Sequence[int] | None = None,
    ) -> None:
        """Append accepted rows before their load is put on record; `numbers`: the seq of each submission."""
        self._append("submission", submissions, numbers)
        self._append("stated", stated)
        self._append("target", targets)

    def open_rejections(self) -> set[tuple[str, str]]:
        """Return (reason, content) of every rejected row on record."""
        rows = self._connection.execute("select reason, content from refused where fate = 'rejected'").fetchall()
        return {(str(reason), str(content)) for reason, content in rows}

    def last_received_at(self) -> datetime | None:
        """Return when the last load was received (UTC); None before the first."""
        row = self._connection.execute("select max(received_at) from batch").fetchone()
        return row[0].replace(tzinfo=UTC) if row and row[0] else None

    def load(
        self,
        batch: str,
        source: str,
        received_at: datetime,
        files: list[dict[str, str]],
        tally: Tally,
        rows: tuple[Sequence[SubmissionRow], Sequence[StatedRow], Sequence[RefusedRow], Sequence[TargetRow]],
    ) -> None:
        """Put one load on record: its rows, by where they ended, and its counts."""
        submissions, stated, refused, targets = rows
        self.append_rows(submissions, stated, targets)
        self._append("refused", refused)
        self._connection.execute(
            "insert into batch values ($batch, $source, $at, $files, $read, $ok, $same, $held, $bad, $flagged)",
            {
                "batch": batch,
                "source": source,
                "at": utc(received_at),
                "files": json.dumps(files, ensure_ascii=False),
                "read": tally.read,
                "ok": tally.accepted,
                "same": tally.unchanged,
                "held": tally.held,
                "bad": tally.rejected,
                "flagged": tally.flagged,
            },
        )
        self.changed = True

    def release(self, batch: str, held: Sequence[tuple[Series, Any, int]]) -> None:
        """Note that `batch` accepted counts that had been held."""
        for series, as_of, count in held:
            self._connection.execute(
                """update refused set released_by = $batch
                   where fate = 'held' and released_by is null and unit_code = $unit and category = $category
                   and stage = $stage and as_of = $as_of and "count" = $count
                   and (measure = 'increment') = $increment""",
                {
                    "batch": batch, "unit": series.unit_code, "category": series.category, "stage": series.stage,
                    "as_of": as_of, "count": count, "increment": series.measure is Measure.INCREMENT,
                },
            )  # fmt: skip
            self.changed = True

    def build_marts_and_check(self) -> None:
        """Bring the marts up to date and run every check; CheckFailed names the first that returned rows."""
        self._renew_standing()
        for name in names("marts") if self._new_targets else ():  # they are of targets only
            self._connection.execute(statement("marts", name))
        with both_cores(self._connection, self._since):
            self._check()

    def _renew_standing(self) -> None:
        """Let what was appended row by row stand, the last of each key."""
        if self._replaces:
            for name in ("standing_forget", "standing_add"):
                self._connection.execute(statement("renewals", name), {"since": self._since})
        self._since, self._replaces = self.last_seq(), False

    def _check(self) -> None:
        for name in names("checks"):
            failing = self._connection.execute(statement("checks", name)).fetchall()
            if failing:
                raise CheckFailed(f"check {name}", f"{len(failing)} rows fail, the first: {failing[0]}",
                                  "yesterday's figures stay published")  # fmt: skip


class Publication:
    """One run on one campaign: the version being built, and what was published in the end."""

    def __init__(self, version: NextVersion) -> None:
        """Start with nothing published."""
        self.version = version
        self.published: Current | None = None


@contextmanager
def looking(path: Path) -> Iterator[NextVersion]:
    """Open a published version to judge against, read-only: nothing can be written, and nobody waits."""
    with duckdb.connect(str(path), read_only=True, config=READ_SETTINGS) as connection:  # as pages in this process do
        yield NextVersion(connection, make=False)


@contextmanager
def next_version(store: VersionStore, now: datetime, *, empty: bool = False) -> Iterator[Publication]:
    """Build the campaign's next version; publish it when the block ends and something changed. Lock held.

    Whatever is raised inside leaves CURRENT as it was.
    """
    building = store.begin(empty=empty)
    try:
        with duckdb.connect(str(building), config=SETTINGS) as connection:
            connection.execute("begin transaction")
            publication = Publication(NextVersion(connection))
            yield publication
            changed = publication.version.changed
            if changed:
                publication.version.build_marts_and_check()
                if not empty and publication.version.counts >= SOME:
                    connection.execute(PLAIN_PACKING)
                connection.execute("commit")
                connection.execute("checkpoint")
        if changed:
            publication.published = store.publish(building, now)
    except duckdb.Error as problem:
        found = str(problem).partition("\n")[0]
        raise SourceError(str(store.folder), f"the new version was not written ({found})", UNTOUCHED) from None
    except OSError as problem:
        raise SourceError(str(store.folder), f"the new version was not written ({problem})", UNTOUCHED) from None
    finally:
        _discard(building)


def _discard(building: Path) -> None:
    building.unlink(missing_ok=True)
    building.with_name(building.name + ".wal").unlink(missing_ok=True)
