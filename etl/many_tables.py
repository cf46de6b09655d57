"""Many tables: the short files of one load side by side, as columns, so that a thousand cost little more than one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import accumulate, chain, repeat
from operator import attrgetter, itemgetter
from typing import NamedTuple

import numpy as np

from campaign.configuration import FIELDS, Source
from campaign.judging import Reading
from campaign.rows import Row
from campaign.values import read_text
from etl.alike import Alike, AlikeTable
from etl.kept import Kept
from etl.long_text import Column, Ints, Place, plainly_mapped
from etl.quick_sheet import QUICK, QuickGrid, QuickSheets
from etl.reading import JSON, TEXTS, WORKBOOKS, Table, headed, read_rows, read_table, rows_of

MANY = 20  # files of one load from which columns pay
_SEVERAL = object()  # stands for the count of a row that has cells outside the header, or several counts

_TRUE, _FALSE = object(), object()
_TRUTHS: dict[object, object] = {_TRUE: True, _FALSE: False}

Fields = dict[str, object]
Columns = dict[str, list[object]]


class Below(NamedTuple):
    """The cells below a sheet's header, row after row: the number of the first row, and how many cells make one."""

    first: int
    cells: Sequence[object]
    width: int


class ShortTable:
    """A file's table, and where each of our fields is found in it: a Place, or the very value of every row."""

    def __init__(self, name: str, source: Source | None, table: Table, fields: Fields) -> None:
        """Take the table."""
        self.name, self.source, self.table, self.fields = name, source, table, fields

    @property
    def numbers(self) -> Sequence[int]:
        """Return the numbers of the rows, in order."""
        return [number for number, _ in self.table.rows]

    def rows(self) -> list[Row]:
        """Return the table as rows of our fields."""
        return list(rows_of(self.table, self.name, self.source))

    def picked(self, places: list[int]) -> list[Row]:
        """Return some rows, by their places."""
        some = Table(self.table.header, [self.table.rows[place] for place in places])
        return list(rows_of(some, self.name, self.source))

    def put(self, columns: Columns) -> None:
        """Put the cells at the end of the columns of our fields."""
        width = len(self.table.header)
        rows = [cells for _, cells in self.table.rows]
        least, most = min(map(len, rows), default=width), max(map(len, rows), default=width)
        if least < width:
            rows = [cells + [None] * (width - len(cells)) for cells in rows]
        for field, column in columns.items():
            value = self.fields.get(field)
            if isinstance(value, Place):
                column.extend(map(itemgetter(value.column), rows))
            else:
                column.extend(repeat(value, len(rows)))
            if field == "count" and most > width:
                for back, cells in enumerate(reversed(rows), 1):
                    if any(read_text(cell) != "" for cell in cells[width:]):
                        column[-back] = _SEVERAL


class SheetTable(ShortTable):
    """A plain sheet as its table, the rows of which are made when one of them is asked for."""

    def __init__(self, name: str, source: Source | None, header: list[str], below: Below, fields: Fields) -> None:
        """Take what stands below the header: no row of it is empty, nothing stands outside the header."""
        self.name, self.source, self.fields = name, source, fields
        self._header, self._below = header, below

    @cached_property
    def table(self) -> Table:  # type: ignore[override]
        """Return the table."""
        _, cells, width = self._below
        rows = [list(cells[place : place + width]) for place in range(0, len(cells), width)]
        return Table(self._header, list(zip(self.numbers, rows, strict=True)))

    @property
    def numbers(self) -> Sequence[int]:
        """Return the numbers of the rows, in order."""
        first, cells, width = self._below
        return range(first, first + len(cells) // width)

    def put(self, columns: Columns) -> None:
        """Put the cells at the end of the columns of our fields."""
        _, cells, width = self._below
        for field, column in columns.items():
            value = self.fields.get(field)
            if isinstance(value, Place):
                column.extend(cells[value.column :: width])
            else:
                column.extend(repeat(value, len(cells) // width))


class LaidOut:
    """The rows of a file that people laid out, as the table of our fields that they are."""

    def __init__(self, name: str, rows: list[Row]) -> None:
        """Keep the rows in order of their numbers."""
        self.name, self._rows = name, sorted(rows, key=attrgetter("number"))
        self.fields: Fields = dict.fromkeys(field for row in rows for field in row.cells if field in FIELDS)

    @property
    def numbers(self) -> list[int]:
        """Return the numbers of the rows, in order."""
        return [row.number for row in self._rows]

    def rows(self) -> list[Row]:
        """Return the rows."""
        return self._rows

    def picked(self, places: list[int]) -> list[Row]:
        """Return some rows, by their places."""
        return [self._rows[place] for place in places]

    def put(self, columns: Columns) -> None:
        """Put the cells at the end of the columns of our fields."""
        for field, column in columns.items():
            column.extend([row.cells.get(field) for row in self._rows])


class ShortTables:
    """Reads the files of one load whose rows are a header and lines; a header seen before is not looked at again."""

    def __init__(self, source: Source | None) -> None:
        """Start with no header seen."""
        self._source, self._seen = source, dict[tuple[str, ...], Fields]()
        self._plain = plainly_mapped(source)
        self._each = source is None or (source.measure != "daily" and source.combine != "sum")
        self._named = source is not None and source.as_of is not None
        self._quick, self._heads = QuickSheets(), dict[Sequence[object], list[str]]()
        self._alike = Alike(source) if source is not None and source.sheet is not None else None

    def read(
        self, path: Kept, name: str, quick: QuickGrid | None = None
    ) -> ShortTable | AlikeTable | LaidOut | list[Row]:
        """Return a file's table, its rows where days or parts of one count make a load. Raises as read_rows() does.

        `quick`: its sheet, where that was read already.
        """
        if quick is None and name.lower().endswith(QUICK):
            quick = self._quick.read(path.read_bytes())
        if quick is not None:
            return self._of_sheet(quick, name)
        if not self._plain or not name.lower().endswith((*WORKBOOKS, *TEXTS)):
            rows = list(read_rows(path, name, self._source))
            return LaidOut(name, rows) if self._each and not name.lower().endswith(JSON) and distinct(rows) else rows
        return self._short(read_table(path, name), name)

    def _of_sheet(self, quick: QuickGrid, name: str) -> ShortTable | AlikeTable | LaidOut | list[Row]:
        if self._alike is not None:
            read = self._alike.read(quick.grid(name), name)
            return LaidOut(name, read) if isinstance(read, list) and self._each and distinct(read) else read
        below = self._below(quick, name)
        if below is None:
            grid = quick.grid(name)
            return self._short(headed(list(enumerate(grid.rows, 1)), grid.where), name)
        header = self._heads[quick.cells[: quick.width]]
        fields = self._fields(header, name)
        if any(isinstance(value, list) for value in fields.values()):
            return self._short(SheetTable(name, self._source, header, below, fields).table, name)
        return SheetTable(name, self._source, header, below, fields)

    def _below(self, quick: QuickGrid, name: str) -> Below | None:
        """Return what stands below the header of a sheet; None for one that does not begin with it, or has gaps.

        Of a quick sheet no text is blank: a cell has a value of its own, or None.
        """
        cells, width = quick.cells, quick.width
        first, below = cells[:width], cells[width:]
        if first.count(None) == width or not below:
            return None
        if first not in self._heads:
            self._heads[first] = headed([(1, list(first))], f"{name}, sheet {quick.sheet!r}").header
        if below.count(None) >= width and any(
            below[place : place + width].count(None) == width for place in range(0, len(below), width)
        ):
            return None
        lines, outside = len(below) // width, range(len(self._heads[first]), width)
        return Below(2, below, width) if all(below[place::width].count(None) == lines for place in outside) else None

    def _fields(self, header: list[str], name: str) -> Fields:
        """Return where each of our fields is found under a header."""
        named = tuple(header)
        fields = None if self._named else self._seen.get(named)  # a day in the file's name is a value of its own
        if fields is None:
            probe: list[object] = [Place(number) for number in range(len(header))]
            (row,) = rows_of(Table(header, [(0, probe)]), name, self._source)
            fields = self._seen[named] = row.cells
        return fields

    def _short(self, table: Table, name: str) -> ShortTable | LaidOut:
        short = ShortTable(name, self._source, table, self._fields(table.header, name))
        lists = any(isinstance(value, list) for value in short.fields.values())
        return LaidOut(name, short.rows()) if lists else short


def distinct(rows: list[Row]) -> bool:
    """Tell whether every row has a number of its own."""
    return len({row.number for row in rows}) == len(rows)


class ManyTables:
    """Short tables as one text of plain lines: as LongText, with lines numbered by their place, through all files.

    `fields`: a Place for each of our fields that any of the tables has; `row`: each line's number in its own file.
    """

    def __init__(self, tables: Sequence[ShortTable | AlikeTable | LaidOut]) -> None:
        """Put the tables' columns one after the other."""
        self._tables, self.names = tables, [one.name for one in tables]
        numbers = [one.numbers for one in tables]
        sizes = [len(one) for one in numbers]
        self.file: Ints = np.repeat(np.arange(len(tables)), sizes)
        self.row: Ints = np.fromiter(chain.from_iterable(numbers), np.int64, sum(sizes))
        self.numbers: Ints = np.arange(len(self.row))
        self._first: list[int] = [0, *accumulate(sizes)]
        known = dict.fromkeys(field for one in tables for field in one.fields)
        self._columns: list[list[object]] = [[] for _ in known]
        columns = dict(zip(known, self._columns, strict=True))
        for one in tables:
            one.put(columns)
        _leave_several(columns)
        self.fields: Fields = {field: Place(number) for number, field in enumerate(known)}

    def column(self, number: int) -> Column:
        """Return a column: each row's place in the list of the different values there are."""
        values = self._columns[number]
        kinds = set(map(type, values))
        if kinds & {bool, list}:  # True is no 1
            told = {True: _TRUE, False: _FALSE}
            values = [told[one] if isinstance(one, bool) else _SEVERAL if isinstance(one, list) else one
                      for one in values]  # fmt: skip
        place = {value: at for at, value in enumerate(dict.fromkeys(values))}
        texts = [_TRUTHS.get(value, value) for value in place]
        return Column(np.fromiter(map(place.__getitem__, values), np.int64, len(values)), texts)

    def rows(self, plain: Ints, *, odd: bool) -> list[Row]:
        """Return some rows (by their places) as rows of our fields, numbered as `numbers` has them."""
        del odd  # what is odd in a table is no plain count, and is asked for by its place
        found: list[Row] = []
        for at in np.unique(self.file[plain]).tolist():
            places: list[int] = plain[self.file[plain] == at].tolist()
            picked = self._tables[at].picked([place - self._first[at] for place in places])
            found += [Row(place, row.cells) for place, row in zip(places, picked, strict=True)]
        return found

    def several(self, series: Ints) -> Ints:
        """Return the series (numbers, one a row; below 0: none) that stand in more than one of the tables."""
        pairs = np.unique(series * len(self._tables) + self.file) // len(self._tables)
        found, times = np.unique(pairs, return_counts=True)
        return np.asarray(found[(times > 1) & (found >= 0)])

    def by_file(self, rows: list[Row], reading: Reading) -> Iterator[tuple[int, list[Row], Reading]]:
        """Yield (file, its rows, what they say), in order of file, every row numbered as in its own file."""
        found: dict[int, tuple[list[Row], Reading]] = {}
        for row in rows:
            own = found.setdefault(int(self.file[row.number]), ([], Reading()))
            own[0].append(Row(int(self.row[row.number]), row.cells))
        for claim in reading.claims:
            own = found[int(self.file[claim.number])]
            own[1].claims.append(replace(claim, number=int(self.row[claim.number])))
        for verdict in reading.refused:
            own = found[int(self.file[verdict.number])]
            own[1].refused.append(replace(verdict, number=int(self.row[verdict.number])))
        for file in sorted(found):
            yield file, *found[file]

    def places(self, file: int, rows: list[int]) -> list[int]:
        """Return the places of some rows of a file, given by their numbers in it."""
        own = self.row[self._first[file] : self._first[file + 1]]
        return [self._first[file] + int(place) for place in np.searchsorted(own, rows)]


def _leave_several(columns: Columns) -> None:
    """Leave the rows that have several cells in one field to be read one by one: their count is none here."""
    counts = columns.get("count", [])
    for column in columns.values():
        if list in set(map(type, column)):
            for place, value in enumerate(column[: len(counts)]):
                if isinstance(value, list):
                    counts[place] = _SEVERAL
