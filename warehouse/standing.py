"""Standing, as it is on record: what stands in the version being built, whole or of some series."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from campaign.rows import Measure, Series
from campaign.standing import Standing
from warehouse.statements import statement

WHOLE = 50_000  # rows on record up to which all of them are fetched at once: a second of Python for a million

_COUNTS = """select s.unit_code, s.category, s.stage, 'count', s.as_of, s."count", s.increment
             from submission as s {only} order by s.received_at, s.seq"""
_STATED = """select s.unit_code, s.category, s.stage, s.measure, s.as_of, s."count", s.increment
             from stated as s {only} order by s.received_at, s.seq"""
_TARGETS = """select s.unit_code, s.category, s.stage, s.valid_from, s.target
              from target as s {only} order by s.batch is not null, s.seq"""
_ASKED = """inner join asked on s.unit_code = asked.unit_code and s.category = asked.category
            and s.stage = asked.stage"""


def standing_of(connection: duckdb.DuckDBPyConnection) -> Standing:
    """Return what stands on record: the held rows, and all else at once or when need() asks for it."""
    found = Standing(fetch=lambda standing, series: _fetch_some(connection, standing, series))
    rows = connection.execute(
        """select unit_code, category, stage, measure, as_of, "count" from refused
           where fate = 'held' and released_by is null""",
    ).fetchall()
    found.held.update((series_of(*key), as_of, count) for *key, as_of, count in rows)
    query = "select (select count(*) from submission) + (select count(*) from target)"
    (size,) = connection.execute(query).fetchone() or (0,)
    found.whole = size <= WHOLE
    if found.whole:
        _fetch(connection, found, "")
    return found


def series_of(unit: str, category: str, stage: str, measure: str) -> Series:
    """Return a series by the words on record. A held stated total there is none: all but increments are counts."""
    return Series(unit, category, stage, Measure.INCREMENT if measure == Measure.INCREMENT else Measure.COUNT)


def _fetch_some(connection: duckdb.DuckDBPyConnection, standing: Standing, series: Collection[Series]) -> None:
    import pyarrow as pa  # noqa: PLC0415 - a tenth of a second that only a run which writes rows pays

    units, categories, stages, _ = zip(*series, strict=True)
    names = ["unit_code", "category", "stage"]
    arrays = [pa.array(column, pa.string()) for column in (units, categories, stages)]
    connection.register("asked", pa.Table.from_arrays(arrays, names=names))
    _fetch(connection, standing, _ASKED)
    connection.unregister("asked")


def _fetch(connection: duckdb.DuckDBPyConnection, standing: Standing, only: str) -> None:
    """Fetch counts, stated totals and targets; `only`: the join that picks some series."""
    measures = {one.value: one for one in Measure}
    for query in (_COUNTS, _STATED):
        rows = connection.execute(query.format(only=only)).fetchall()
        for unit, category, stage, measure, as_of, count, increment in rows:
            series = Series(unit, category, stage, measures[measure])
            standing.counts.setdefault(series, {})[as_of] = count
            if increment is not None:
                standing.increments.setdefault(series, {})[as_of] = increment
            elif series in standing.increments:
                standing.increments[series].pop(as_of, None)
    rows = connection.execute(_TARGETS.format(only=only)).fetchall()
    for unit, category, stage, valid_from, target in rows:
        standing.targets.setdefault(Series(unit, category, stage), {})[valid_from or date.min] = target


@dataclass(frozen=True)
class Words:
    """The units, categories and stages that a long file is about; each is numbered by its place."""

    units: Sequence[str]
    categories: Sequence[str]
    stages: Sequence[str]


Found = dict[str, npt.NDArray[np.int64]]


@dataclass(frozen=True)
class OnRecord:
    """What stands of the series of some words, each by its number (words_on_record() says which).

    counts: series, day (ordinal), done; targets: series, day (1: from the start), due, the last row of a key stands;
    daily: the series of which a count was ever made of an increment.
    """

    counts: Found
    targets: Found
    daily: Found


_READS = {"counts": ("standing", ("series", "day", "done")), "targets": ("target", ("series", "day", "due")),
          "daily": ("submission", ("series",))}  # fmt: skip


def words_on_record(connection: duckdb.DuckDBPyConnection, words: Words) -> OnRecord:
    """Return what stands of some words; a series' number is (unit * categories + category) * stages + stage.

    A table without a row is not asked: of a campaign's first load, little is on record.
    """
    import pyarrow as pa  # noqa: PLC0415 - a tenth of a second that only a run which writes rows pays

    filled = [name for name, (table, _) in _READS.items() if connection.execute(f"from {table} limit 1").fetchone()]
    asked = {"asked_unit": words.units, "asked_category": words.categories, "asked_stage": words.stages}
    for table, values in asked.items() if filled else ():
        columns = [pa.array(range(len(values)), pa.int64()), pa.array(values, pa.string())]
        connection.register(table, pa.Table.from_arrays(columns, names=["number", "word"]))
    sizes = {"categories": len(words.categories), "stages": len(words.stages)}
    found: dict[str, Found] = {}
    for name, (_, columns_of) in _READS.items():
        answer: dict[str, Any] = dict.fromkeys(columns_of, ())
        if name in filled:
            answer = connection.execute(statement("reads", f"{name}_of_units"), sizes).fetchnumpy()
        found[name] = {key: np.asarray(values, dtype=np.int64) for key, values in answer.items()}
    for table in asked if filled else ():
        connection.unregister(table)
    return OnRecord(**found)
