"""Decisions in the version being built: what was decided, what it covers from now on, and the names it gave."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import duckdb

from campaign.rows import Measure, Series
from warehouse.decided import Decided
from warehouse.explanations import ExplanationRow, explanations_of
from warehouse.statements import statement

Key = tuple[str, str, int]  # load, file, row number


@dataclass(frozen=True)
class RowOnRecord:
    """A held or rejected row as the version has it; `released_by`: the load that settled it."""

    key: Key
    source: str
    fate: str
    reason: str
    series: Series | None
    as_of: date | None
    count: int | None
    field: str
    content: dict[str, Any]
    content_text: str
    released_by: str | None


@dataclass
class Covered:
    """What decisions cover: the same row sent again is theirs; a valid one for the same key mends it.

    `rejected`: (reason, content) to places; `held`: (series, day, count) to places; `keys`: (source, series, day) to
    places. A place is (load, number) of a decision; `needless`: the places already mended.
    """

    rejected: dict[tuple[str, str], list[tuple[str, int]]] = field(default_factory=dict)
    held: dict[tuple[Series, date, int], list[tuple[str, int]]] = field(default_factory=dict)
    keys: dict[tuple[str, Series, date], list[tuple[str, int]]] = field(default_factory=dict)
    needless: set[tuple[str, int]] = field(default_factory=set)

    @property
    def any(self) -> bool:
        """Tell whether any decision covers anything."""
        return bool(self.rejected or self.held)


class Decisions:
    """The decisions of the version being built."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, append: Callable[[str, Sequence[Any]], None]) -> None:
        """Work in the version's own transaction."""
        self._connection, self._append = connection, append

    def row(self, key: Key) -> RowOnRecord | None:
        """Return the refused row of a load, a file and a number; None when there is none."""
        found = self._connection.execute(
            """select r.fate, r.reason, r.unit_code, r.category, r.stage, r.as_of, r."count", r.field, r.content,
                      r.released_by, coalesce(b.source, ''), coalesce(r.measure, 'count')
               from refused as r left join batch as b on r.batch = b.batch
               where r.batch = $batch and r.file = $file and r.row_number = $number limit 1""",
            dict(zip(("batch", "file", "number"), key, strict=True)),
        ).fetchone()
        if found is None:
            return None
        fate, reason, unit, category, stage, as_of, count, named, content, released_by, source, measure = found
        series = Series(unit, category, stage, Measure(measure)) if unit is not None else None
        return RowOnRecord(
            key, source, fate, reason, series, as_of, count, named, json.loads(content), content, released_by
        )

    def taken(self, key: Key) -> list[Decided]:
        """Return the decisions taken on a row."""
        named = ", ".join(f'"{name}"' for name in Decided.__dataclass_fields__)
        rows = self._connection.execute(
            f"""select {named} from decision
                where row_batch = $batch and row_file = $file and row_number = $number and outcome = 'taken'""",  # noqa: S608 - names of our own dataclass
            dict(zip(("batch", "file", "number"), key, strict=True)),
        ).fetchall()
        return [Decided(*row) for row in rows]

    def record(self, rows: Sequence[Decided]) -> None:
        """Put decisions on record."""
        self._append("decision", rows)

    def explanations(self) -> list[ExplanationRow]:
        """Return what was said of stated totals, the latest first."""
        return explanations_of(self._connection.execute(statement("reads", "explanations")).fetchall())

    def record_explanations(self, rows: Sequence[ExplanationRow]) -> None:
        """Put explanations of stated totals on record."""
        self._append("explanation", rows)

    def settle(self, row: RowOnRecord, batch: str) -> None:
        """Note that a load settled a refused row; every part of one held count is settled with it."""
        if row.fate == "held" and row.series is not None:
            where = """unit_code = $unit and category = $category and stage = $stage and as_of = $as_of
                       and measure = $measure and "count" = $count"""
            values: dict[str, Any] = {
                "unit": row.series.unit_code, "category": row.series.category, "stage": row.series.stage,
                "as_of": row.as_of, "count": row.count, "measure": row.series.measure.value,
            }  # fmt: skip
        else:
            where = "batch = $own and file = $file and row_number = $number"
            values = dict(zip(("own", "file", "number"), row.key, strict=True))
        self._connection.execute(
            f"""update refused set released_by = $batch
                where fate = $fate and released_by is null and {where}""",  # noqa: S608 - two clauses of our own
            {"batch": batch, "fate": row.fate, **values},
        )

    def aliases(self) -> dict[str, str]:
        """Return the names people gave meaning to (in one spelling), the latest decision first in rights."""
        rows = self._connection.execute(
            "select alias, means from decision where what = 'alias' and outcome = 'taken' order by seq"
        ).fetchall()
        return {str(alias): str(means) for alias, means in rows}

    def covered(self) -> Covered:
        """Return what the decisions taken cover."""
        found = Covered()
        rows = self._connection.execute(
            """select d.batch, d.number, d.what, d.row_fate, d.row_reason, d.row_content, d.unit_code, d.category,
                      d.stage, d.as_of, d.needless_by, r.unit_code, r.category, r.stage, r.as_of, r."count",
                      coalesce(b.source, ''), coalesce(r.measure, 'count')
               from decision as d
               inner join refused as r
                   on d.row_batch = r.batch and d.row_file = r.file and d.row_number = r.row_number
               left join batch as b on d.row_batch = b.batch
               where d.outcome = 'taken'""",
        ).fetchall()
        for row in rows:
            place, what, fate = (str(row[0]), int(row[1])), row[2], row[3]
            if fate == "rejected":
                found.rejected.setdefault((row[4], row[5]), []).append(place)
            elif what != "accept":
                series = Series(row[11], row[12], row[13], Measure(row[17]))
                found.held.setdefault((series, row[14], int(row[15])), []).append(place)
            if what in ("correct", "dismiss") and row[6] is not None and row[9] is not None:
                key = (str(row[16]), Series(row[6], row[7], row[8]), row[9])
                found.keys.setdefault(key, []).append(place)
            if row[10] is not None:
                found.needless.add(place)
        return found

    def mend(self, places: Sequence[tuple[str, int]], by: str | None) -> None:
        """Note which load made some decisions needless; None: they are needed again."""
        for batch, number in places:
            self._connection.execute(
                "update decision set needless_by = $by where batch = $batch and number = $number",
                {"by": by, "batch": batch, "number": number},
            )
