"""Reader: one published version of one campaign, opened read-only by its own name."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from campaign.errors import SourceError
from campaign.facts import Added, Facts
from campaign.units import Registry, Unit
from warehouse.decided import Decided, read_decisions
from warehouse.explanations import ExplanationRow, read_explanations
from warehouse.quality import Sent, rows_sent
from warehouse.statements import statement

READ_SETTINGS: dict[str, Any] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "threads": 2,
}


@dataclass(frozen=True, slots=True)
class Submission:
    """One accepted count, as it arrived (received_at in UTC)."""

    unit_code: str
    category: str
    stage: str
    as_of: date
    count: int
    received_at: datetime
    source: str
    file: str
    row_number: int
    reason: str | None
    reported_by: str | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """One held or rejected row, as it arrived, with why."""

    batch: str
    received_at: datetime
    file: str
    row_number: int
    fate: str
    reason: str
    unit_code: str | None
    category: str | None
    stage: str | None
    as_of: date | None
    count: int | None
    field: str
    found: str
    near: tuple[str, ...]
    standing: int | None
    standing_day: date | None
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class StatedTotal:
    """One stated total: the latest received for its key and day."""

    unit_code: str
    category: str
    stage: str
    measure: str
    as_of: date
    count: int
    file: str
    row_number: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Batch:
    """One load and its counts."""

    id: str
    source: str
    received_at: datetime
    files: tuple[str, ...]
    read: int
    accepted: int
    unchanged: int
    held: int
    rejected: int
    flagged: int


class Reader:
    """Reads one version; each read has a cursor of its own, so threads may share a Reader."""

    def __init__(self, path: Path) -> None:
        """Open the version's file read-only; SourceError when it is missing or damaged."""
        self.path = path
        try:
            self._connection = duckdb.connect(str(path), read_only=True, config=READ_SETTINGS)
        except duckdb.Error as problem:
            found = str(problem).partition("\n")[0]
            mend = "publish an older version with rollback, or build it anew with rebuild"
            raise SourceError(str(path), f"cannot be opened ({found})", mend) from None

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _rows(self, query: str, parameters: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        cursor = self._connection.cursor()
        try:
            return list((cursor.execute(query, parameters) if parameters else cursor.execute(query)).fetchall())
        finally:
            cursor.close()

    def _arrays(self, name: str, stage: str, parameters: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return one stage's columns as whole-number arrays.

        The stage goes in by number, as a variable: binding a text makes duckdb import pandas, half a second.
        """
        cursor = self._connection.cursor()
        try:
            number = self._stages.index(stage) if stage in self._stages else -1
            cursor.execute(f"set variable stage_no = {number:d}")
            query = statement("reads", name)
            found = (cursor.execute(query, parameters) if parameters else cursor.execute(query)).fetchnumpy()
        finally:
            cursor.close()
        return {key: np.asarray(values, dtype=np.int64) for key, values in found.items()}

    @cached_property
    def shape(self) -> dict[str, Any]:
        """Return the configuration this version was built with: timezone, status, campaign."""
        (text,) = self._rows("select value from meta where key = 'shape'")[0]
        return dict(json.loads(text))

    @cached_property
    def fingerprint(self) -> str:
        """Return the mark of the configuration, units and targets this version was built with."""
        return str(self._rows("select value from meta where key = 'fingerprint'")[0][0])

    @cached_property
    def schema_mark(self) -> str:
        """Return the mark of the tables this version was built with; '' for one from before there were marks."""
        rows = self._rows("select value from meta where key = 'schema'")
        return str(rows[0][0]) if rows else ""

    @cached_property
    def registry(self) -> Registry:
        """Return the units this version was built with."""
        columns = list(Unit.__dataclass_fields__)
        rows = self._rows(f"select {', '.join(columns)} from unit order by rowid")  # noqa: S608 - names of our own dataclass
        return Registry([Unit(*row) for row in rows])

    @cached_property
    def _unit_codes(self) -> list[str]:
        rows = self._rows("select unit_no, min(code) from unit group by unit_no order by unit_no")
        return [str(code) for _, code in rows]

    @cached_property
    def _category_ids(self) -> list[str]:
        return [str(one) for (one,) in self._rows("select category from category_name order by category_no")]

    @cached_property
    def _stages(self) -> list[str]:
        return [str(one) for (one,) in self._rows("select stage from stage_name order by stage_no")]

    def facts(self, stage: str, known_at: datetime | None = None) -> Facts:
        """Return the counts that stand for one stage (as known at a UTC moment, when given) and its targets."""
        if known_at is None:
            counts = self._arrays("counts", stage)
        else:
            moment = known_at.astimezone(UTC).replace(tzinfo=None)
            counts = self._arrays("counts_known_at", stage, {"known_at": moment})
        targets = self._arrays("targets", stage)
        return Facts(
            unit_codes=self._unit_codes,
            category_ids=self._category_ids,
            count_unit=counts["unit_no"],
            count_category=counts["category_no"],
            count_day=counts["day"],
            count=counts["done"],
            target_unit=targets["unit_no"],
            target_category=targets["category_no"],
            target_day=targets["day"],
            target=targets["due"],
        )

    def added(self, stage: str, known_at: datetime | None = None) -> Added:
        """Return which of those counts are made of increments."""
        moment = known_at.astimezone(UTC).replace(tzinfo=None) if known_at else None
        found = self._arrays("increments", stage, {"known_at": moment})
        return Added(found["unit_no"], found["category_no"], found["day"])

    @cached_property
    def last_reported_day(self) -> date | None:
        """Return the latest as_of of any accepted count."""
        (day,) = self._rows("select max(as_of) from standing")[0]
        return day  # type: ignore[no-any-return]

    @cached_property
    def last_received_at(self) -> datetime | None:
        """Return when the last load was received (UTC)."""
        (moment,) = self._rows("select max(received_at) from batch")[0]
        return moment.replace(tzinfo=UTC) if moment else None

    def known_batches(self, batches: list[str]) -> set[str]:
        """Return those of some loads that this version holds."""
        rows = self._rows("select batch from batch where list_contains($batches, batch)", {"batches": batches})
        return {str(batch) for (batch,) in rows}

    def batches(self) -> list[Batch]:
        """Return every load, the latest first."""
        rows = self._rows(
            'select batch, source, received_at, files, "read", accepted, unchanged, held, rejected, flagged'
            " from batch order by received_at desc",
        )
        return [
            Batch(
                row[0], row[1], row[2].replace(tzinfo=UTC), tuple(one["name"] for one in json.loads(row[3])), *row[4:]
            )
            for row in rows
        ]

    def submissions(self, units: list[str], stage: str | None = None) -> list[Submission]:
        """Return the accepted counts of some units, the latest received first; days only moved along are no reports."""
        rows = self._rows(
            """select s.unit_code, s.category, s.stage, s.as_of, s."count", s.received_at, b.source, s.file,
                      s.row_number, s.reason, s.reported_by
               from submission as s inner join batch as b on s.batch = b.batch
               where list_contains($units, s.unit_code) and ($stage is null or s.stage = $stage)
                   and s.moved_by is null
               order by s.received_at desc, s.seq desc""",
            {"units": units, "stage": stage},
        )
        return [
            Submission(
                unit_code=row[0],
                category=row[1],
                stage=row[2],
                as_of=row[3],
                count=row[4],
                received_at=row[5].replace(tzinfo=UTC),
                source=row[6],
                file=row[7],
                row_number=row[8],
                reason=row[9],
                reported_by=row[10],
            )
            for row in rows
        ]

    def refusals(self) -> list[Refusal]:
        """Return the held rows that wait for a person and the rejected rows, the latest first."""
        rows = self._rows(
            """select batch, received_at, file, row_number, fate, reason, unit_code, category, stage, as_of,
                      "count", field, found, near, standing, standing_day, content
               from refused where released_by is null order by received_at desc, file, row_number""",
        )
        return [
            Refusal(
                batch=row[0],
                received_at=row[1].replace(tzinfo=UTC),
                file=row[2],
                row_number=row[3],
                fate=row[4],
                reason=row[5],
                unit_code=row[6],
                category=row[7],
                stage=row[8],
                as_of=row[9],
                count=row[10],
                field=row[11],
                found=row[12],
                near=tuple(json.loads(row[13])),
                standing=row[14],
                standing_day=row[15],
                content=json.loads(row[16]),
            )
            for row in rows
        ]

    def decisions(self) -> list[Decided]:
        """Return every decision, taken or refused, the latest first."""
        return read_decisions(self._rows)

    def explanations(self) -> list[ExplanationRow]:
        """Return every explanation of a stated total, taken or refused, the latest first."""
        return read_explanations(self._rows)

    def stated_totals(self) -> list[StatedTotal]:
        """Return every stated total that stands, by day."""
        rows = self._rows(
            """with ordered as (
                   select *, row_number() over (
                       partition by unit_code, category, stage, measure, as_of
                       order by received_at desc, seq desc
                   ) as place from stated
               )
               select unit_code, category, stage, measure, as_of, "count", file, row_number, received_at
               from ordered where place = 1 order by as_of, unit_code, category, stage, measure""",
        )
        return [
            StatedTotal(
                unit_code=row[0],
                category=row[1],
                stage=row[2],
                measure=row[3],
                as_of=row[4],
                count=row[5],
                file=row[6],
                row_number=row[7],
                received_at=row[8].replace(tzinfo=UTC),
            )
            for row in rows
        ]

    def over_target(self, as_of: date) -> list[tuple[str, str, str, date, int, int]]:
        """Return (unit, category, stage, day, count, target) where the count that holds is above its target."""
        rows = self._rows(statement("reads", "over_target"), {"as_of": as_of})
        return [(row[0], row[1], row[2], row[3], row[4], row[5]) for row in rows]

    def target_keys(self) -> set[tuple[str, str, str]]:
        """Return every (unit, category, stage) with a target."""
        return {(str(unit), str(one), str(stage)) for unit, one, stage in self._rows(statement("reads", "target_keys"))}

    def counted_keys(self) -> set[tuple[str, str, str]]:
        """Return every (unit, category, stage) with a count."""
        return {
            (str(unit), str(one), str(stage)) for unit, one, stage in self._rows(statement("reads", "counted_keys"))
        }

    def first_received(
        self, stage: str, categories: Collection[str], *, accepted: bool = False
    ) -> list[tuple[str, date, datetime]]:
        """Return (unit, day, when the first report of any of the categories came, UTC).

        Held reports too; with `accepted` those that count only.
        """
        numbers = [number for number, one in enumerate(self._category_ids) if one in categories]
        cursor = self._connection.cursor()
        try:
            cursor.execute(f"set variable stage_no = {self._stages.index(stage) if stage in self._stages else -1:d}")
            cursor.execute(f"set variable category_nos = {numbers}::integer[]")
            rows = cursor.execute(statement("reads", "first_accepted" if accepted else "first_received")).fetchall()
        finally:
            cursor.close()
        return [(str(unit), day, moment.replace(tzinfo=UTC)) for unit, day, moment in rows]

    def rows_sent(self, as_of: date) -> dict[str, Sent]:
        """Return by unit how many rows counted as they were sent, and how many did not, for days up to one."""
        return rows_sent(self._rows, as_of, self.registry.codes)

    def last_received(
        self, units: Collection[str], days: Collection[date]
    ) -> dict[tuple[str, str, str, date], datetime]:
        """Return by (unit, category, stage, day) when the last accepted report came (UTC), of some units and days."""
        asked = {"units": sorted(units), "days": sorted(days)}
        rows = self._rows(statement("reads", "last_received"), asked) if units and days else []
        return {(str(row[0]), str(row[1]), str(row[2]), row[3]): row[4].replace(tzinfo=UTC) for row in rows}

    def brought(self) -> list[tuple[str, str, datetime]]:
        """Return (unit, source, when it last brought a count of the unit, UTC); a source of '' is a load by hand."""
        rows = self._rows(statement("reads", "brought"))
        return [(str(unit), str(source), moment.replace(tzinfo=UTC)) for unit, source, moment in rows]

    def units_of_files(self, source: str, names: Collection[str]) -> frozenset[str]:
        """Return the units a source brought in files of these names; of names alike, when none is known."""
        rows = self._rows(statement("reads", "units_of_files"), {"source": source, "names": list(names)})
        return frozenset(str(unit) for (unit,) in rows)

    def input_file(self, name: str) -> bytes:
        """Return the bytes of config, units or targets this version was built with."""
        rows = self._rows("select content from input_file where name = $name", {"name": name})
        return bytes(rows[0][0]) if rows else b""
