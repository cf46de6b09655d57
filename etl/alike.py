"""Alike: reports that differ from one read before in their counts, and in what stands above the table, alone.

Of a thousand reports of one layout, the first is read with all care. What its rows mean follows from everything in it
but the numbers that are counts; another report that is the same in all of that means the same, with its own numbers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from operator import attrgetter, itemgetter

from campaign.configuration import FIELDS, Source
from campaign.places import line_of
from campaign.rows import Row
from etl.reading import file_day, sheet_rows_in
from etl.sheet_grid import Area, Grid, OneGrid
from etl.sheet_rows import RIGHT_BELOW, SheetReader
from etl.sheet_table import Table, header_text, layout_of, tables
from etl.sheet_words import spelled

_MOST_PLANS = 8  # of one shape
_MOST_LEARNED = 40  # of one load: where every report is its own, none is alike
_COLUMN = 0xFFFF  # of a cell's number
_CONSTANT = object()

Cells = Sequence[object]
Picked = Callable[[Cells], Cells]
Place = tuple[int, int]  # line and column, from 0
Shape = tuple[int, int, str, bool | None, tuple[Area, ...]]


@dataclass
class Plan:
    """What the rows of one report mean, whatever its counts are.

    `size`: how many cells it has from the header on; `masked`, `body`: which of them are counts, and the others;
    `counts`: where each row's count stands; `columns`: the value of each of our fields row by row, _CONSTANT where that
    holds for the whole table.
    """

    reader: SheetReader
    first: int
    size: int
    masked: Picked
    rest: Picked
    body: Cells
    numbers: list[int]
    counts: list[Place]
    columns: dict[str, list[object]]


class AlikeTable:
    """One report as the table of our fields that it is; as LaidOut, but its rows are read when they are asked for."""

    def __init__(
        self, name: str, grid: Grid, plan: Plan, constants: dict[str, object], read: Callable[[], list[Row]]
    ) -> None:
        """Take the plan that it follows, and what stands above its own table."""
        self.name, self.numbers, self.fields = name, plan.numbers, dict.fromkeys(plan.columns)
        self._cells, self._plan, self._constants, self._read = grid.rows, plan, constants, read
        self._rows: list[Row] | None = None

    def rows(self) -> list[Row]:
        """Return the rows."""
        if self._rows is None:
            self._rows = sorted(self._read(), key=attrgetter("number"))
        return self._rows

    def picked(self, places: list[int]) -> list[Row]:
        """Return some rows, by their places."""
        rows = self.rows()
        return [rows[place] for place in places]

    def put(self, columns: dict[str, list[object]]) -> None:
        """Put the cells at the end of the columns of our fields."""
        cells, size = self._cells, len(self.numbers)
        for field, column in columns.items():
            known = self._plan.columns.get(field)
            if field == "count":
                column.extend([cells[line][place] for line, place in self._plan.counts])
            elif known is None:
                column.extend(repeat(None, size))
            elif known[0] is _CONSTANT:
                column.extend(repeat(self._constants[field], size))
            else:
                column.extend(known)


class Alike:
    """Reads the laid-out reports of one load."""

    def __init__(self, source: Source) -> None:
        """Start with no report seen."""
        self._source, self._layout = source, layout_of(source)
        self._header = spelled(header_text(source, self._layout))
        self._plans: dict[Shape, list[Plan]] = defaultdict(list)
        self._left = _MOST_LEARNED
        self._plain = source.as_of is None or source.as_of.format is None

    def read(self, grid: Grid, name: str) -> AlikeTable | list[Row]:
        """Return a report's table where it is like another's, else its rows. Raises as sheet_rows() does."""
        shape = (len(grid.rows), len(grid.rows[0]) if grid.rows else 0, grid.sheet, grid.from_1904, tuple(grid.merged))
        for plan in self._plans.get(shape, ()):
            if self._follows(grid, plan):
                constants = plan.reader.above_in(grid, file_day(name, self._source))
                if _same_structure(constants, plan.reader.constants):
                    return AlikeTable(name, grid, plan, constants, lambda: self._read(grid, name))
        if not self._plain or not self._left or len(self._plans.get(shape, ())) >= _MOST_PLANS:
            return self._read(grid, name)
        self._left -= 1
        found = tables(OneGrid(name, grid), self._source, self._layout)
        if len(found) != 1:
            return self._read(grid, name)
        reader = SheetReader(found[0], self._source, self._layout, file_day(name, self._source))
        rows = list(reader.rows())
        plan_or_none = self._planned(grid, found[0], reader, rows)
        if plan_or_none is not None:
            self._plans[shape].append(plan_or_none)
            self._left = _MOST_LEARNED
        return rows

    def _read(self, grid: Grid, name: str) -> list[Row]:
        return list(sheet_rows_in(lambda: OneGrid(name, grid), name, self._source))

    def _follows(self, grid: Grid, plan: Plan) -> bool:
        """Tell whether a report is the same as another from the header on, but for its counts."""
        cells = list(chain.from_iterable(grid.rows[plan.first :]))
        if len(cells) != plan.size or set(map(type, plan.masked(cells))) != {float}:
            return False
        return plan.rest(cells) == plan.body and not self._begins_above(grid, plan.first)

    def _begins_above(self, grid: Grid, first: int) -> bool:
        """Tell whether the header's text stands above the table too: then another place may be the table's."""
        return any(isinstance(cell, str) and spelled(cell) == self._header for row in grid.rows[:first] for cell in row)

    def _planned(self, grid: Grid, table: Table, reader: SheetReader, rows: list[Row]) -> Plan | None:
        """Return what a report's rows mean; None where that may hang on its numbers."""
        rows = sorted(rows, key=attrgetter("number"))
        counted = {place for one in table.amounts for place in one.columns}
        read = {place for places in table.fields.values() for place in places} | {table.ordinal}
        odd = self._layout.skip or reader.repeated or any(one.targets or len(one.columns) > 1 for one in table.amounts)
        if odd or not rows or counted & read or self._begins_above(grid, table.first):
            return None
        counts = [(line_of(row.number) - 1, (row.number & _COLUMN) - 1) for row in rows]
        cells = [grid.rows[line][place] for line, place in counts]
        if len(set(counts)) < len(counts) or any(
            cell is not row.cells["count"] for cell, row in zip(cells, rows, strict=True)
        ):
            return None
        columns = _columns(rows, reader.constants, set(table.fields))
        if columns is None:
            return None
        width, body = len(grid.rows[0]), list(chain.from_iterable(grid.rows[table.first :]))
        masked = {(line - table.first) * width + place
                  for line, place in _masked(grid, table, reader, counted, read)}  # fmt: skip
        others = [place for place in range(len(body)) if place not in masked]
        if not masked or not others or len(body) != width * (len(grid.rows) - table.first):
            return None
        picked, rest = itemgetter(*masked, min(masked)), itemgetter(*others, others[0])  # one alone would be no tuple
        numbers = [row.number for row in rows]
        return Plan(reader, table.first, len(body), picked, rest, rest(body), numbers, counts, columns)


def _masked(grid: Grid, table: Table, reader: SheetReader, counted: set[int], read: set[int | None]) -> list[Place]:
    """Return the cells whose numbers change nothing in what a report's rows mean: in rows that have counts."""
    found: list[Place] = []
    for line in range(table.last + 1, len(grid.rows)):
        row = grid.rows[line]
        numbers = [place for place, cell in enumerate(row) if cell.__class__ is float and place not in read]
        has_counts = not counted.isdisjoint(numbers)
        if has_counts and (line > table.last + RIGHT_BELOW or reader.speaks(row)):
            found += [(line, place) for place in numbers if place in counted or not reader.joins]
    return found


def _columns(rows: list[Row], constants: dict[str, object], own: set[str]) -> dict[str, list[object]] | None:
    """Return the value of each field row by row; None where a field is the table's in some rows only."""
    columns: dict[str, list[object]] = {}
    for field in dict.fromkeys(field for row in rows for field in row.cells if field in FIELDS):
        values = [row.cells.get(field) for row in rows]
        if field in constants and field not in own:
            if any(value is not constants[field] for value in values):
                return None
            values = [_CONSTANT] * len(rows)
        elif field in constants:
            return None
        columns[field] = values
    return columns


def _same_structure(one: dict[str, object], other: dict[str, object]) -> bool:
    """Tell whether what holds for one table and for another makes the same of their rows."""
    return one.keys() == other.keys() and one.get("parent_name") == other.get("parent_name")
