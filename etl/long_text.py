"""Long texts: a CSV of very many rows, by columns where its lines are plain, by rows where they are not."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import accumulate, repeat
from operator import attrgetter
from os.path import splitext
from typing import Any

import numpy as np
import numpy.typing as npt

from campaign.configuration import Source
from campaign.rows import Row
from campaign.values import read_text
from etl.kept import Kept, size_of
from etl.reading import TEXTS, Table, looks_like_page, rows_of

LONG = 500_000  # bytes from which a text is read by columns; below, rows are as fast
_NEWLINE, _RETURN, _QUOTE = b'\n\r"'
_BLOCK = 1 << 20  # bytes that are looked at together
_MOST_IRREGULAR = 0.25  # share of the lines up to which columns pay

Ints = npt.NDArray[np.int64]
Cells = tuple[int, list[object]]  # a row's number as a person counts, and its cells


@dataclass(frozen=True)
class Place:
    """Where a field stands: the number of its column."""

    column: int


@dataclass
class Column:
    """One column of the plain lines: each line's place in the list of the different texts there are."""

    code: Ints
    texts: list[object]


class LongText:
    """A long CSV. A line is plain when it has as many cells as the header and no quote; rows are numbered by line.

    `fields`: where each of our fields is found: a Place, or the very value of every row (a constant).
    `odd`: the rows that are not plain lines, in order.
    """

    def __init__(self, name: str, source: Source | None, lines: Lines, header: list[str], odd: list[Cells]) -> None:
        """Keep the lines; the columns are read meanwhile, by another thread."""
        self.name, self.source, self.header, self.odd = name, source, header, odd
        self._lines = lines
        self.names = [name]
        self.numbers: Ints = lines.plain + 1
        self.row = self.numbers
        probe: list[object] = [Place(number) for number in range(len(header))]
        (row,) = rows_of(Table(header, [(0, probe)]), name, source)
        self.fields = row.cells
        other = ThreadPoolExecutor(1)
        self._reading = other.submit(self._read_columns)
        other.shutdown(wait=False)

    @property
    def file(self) -> Ints:
        """Return each plain line's file: its place in `names`."""
        return np.zeros(len(self.numbers), np.int64)

    def several(self, series: Ints) -> Ints:
        """Return the series that stand in several files: none, in one."""
        return series[:0]

    def column(self, number: int) -> Column:
        """Return a column of the plain lines."""
        return self._reading.result()[number]

    def _read_columns(self) -> dict[int, Column]:
        import pyarrow as pa  # noqa: PLC0415 - only a long file pays for it
        from pyarrow import csv as arrow_csv  # noqa: PLC0415

        names = [str(number) for number in range(len(self.header))]
        wanted = [str(one.column) for one in self.fields.values() if isinstance(one, Place)]
        table = arrow_csv.read_csv(
            pa.BufferReader(self._lines.plain_bytes()),
            read_options=arrow_csv.ReadOptions(column_names=names, block_size=1 << 22),
            parse_options=arrow_csv.ParseOptions(
                delimiter=self._lines.delimiter, quote_char=False, double_quote=False, ignore_empty_lines=False
            ),
            convert_options=arrow_csv.ConvertOptions(
                include_columns=wanted,
                column_types=dict.fromkeys(wanted, pa.dictionary(pa.int32(), pa.string())),
                null_values=[],
            ),
        )
        table = table.unify_dictionaries()
        found = {int(one): table[one].combine_chunks() for one in wanted}
        return {one: Column(words.indices.to_numpy(), words.dictionary.to_pylist()) for one, words in found.items()}

    def rows(self, plain: Ints, *, odd: bool) -> list[Row]:
        """Return some of the plain lines (by their places), and the odd rows, as rows in order; blank ones are none."""
        found = self._plain_rows(plain)
        if odd:
            table = Table(self.header, [one for one in self.odd if _filled(one[1])])
            found = sorted([*found, *rows_of(table, self.name, self.source)], key=attrgetter("number"))
        return found

    def _plain_rows(self, plain: Ints) -> list[Row]:
        columns = {
            field: self._cells(value.column, plain) if isinstance(value, Place) else repeat(value)
            for field, value in self.fields.items()
        }
        values = zip(*columns.values(), strict=False) if columns else repeat(())
        cells = map(dict, map(zip, repeat(columns), values))
        rows = list(map(Row, self.numbers[plain].tolist(), cells))
        said = [field for field, value in self.fields.items() if isinstance(value, Place)]
        blank = {place for place, row in enumerate(rows) if not _filled([row.cells[field] for field in said])}
        if blank:  # unless it says something in a column that is none of ours
            texts = zip(blank, self._lines.texts(self._lines.plain[plain[list(blank)]]), strict=True)
            blank = {place for place, text in texts if not _filled(text.split(self._lines.delimiter))}
        return [row for place, row in enumerate(rows) if place not in blank] if blank else rows

    def _cells(self, column: int, plain: Ints) -> Iterator[object]:
        found = self.column(column)
        return map(found.texts.__getitem__, found.code[plain].tolist())


class Lines:
    """The lines of a text after its header, those that are plain, and what they hold."""

    def __init__(self, content: bytes, delimiter: str, first: int) -> None:
        """Find where lines begin and end; `first`: where the text begins, after its mark."""
        self.content, self.delimiter = content, delimiter
        ends, self._delimiters = _line_ends(content, delimiter)
        self.starts = np.concatenate(([first], ends + 1))
        self.stops = np.concatenate((ends, [len(content)]))
        if self.starts[-1] >= len(content):
            self.starts, self.stops, self._delimiters = self.starts[:-1], self.stops[:-1], self._delimiters[:-1]
        self.plain: Ints = np.empty(0, np.int64)

    def __len__(self) -> int:
        """Return how many lines there are."""
        return len(self.starts)

    def whole(self, first: int) -> Iterator[str]:
        """Yield the lines from one on, each with its ending."""
        for number in range(first, len(self)):
            stop = self.starts[number + 1] if number + 1 < len(self) else len(self.content)
            yield self.content[self.starts[number] : stop].decode()

    def texts(self, numbers: Ints) -> list[str]:
        """Return some lines without their endings."""
        content = self.content
        bounds = zip(self.starts[numbers].tolist(), self.stops[numbers].tolist(), strict=True)
        return [content[start:stop].decode().rstrip("\r\n") for start, stop in bounds]

    def odd(self, header_ends: int, width: int) -> Ints:
        """Return the lines after the header that are not plain."""
        odd = self._delimiters != width - 1
        length = self.stops - self.starts
        odd |= length == 0
        short = np.flatnonzero(length == 1)
        odd[short] |= np.frombuffer(self.content, np.uint8)[self.starts[short]] == _RETURN
        if b'"' in self.content:
            quotes = np.flatnonzero(np.frombuffer(self.content, np.uint8) == _QUOTE)
            odd[np.searchsorted(self.starts, quotes, side="right") - 1] = True
        odd[:header_ends] = False
        return np.flatnonzero(odd)

    def plain_bytes(self) -> memoryview:
        """Return the plain lines, one after the other."""
        breaks = np.flatnonzero(np.diff(self.plain) != 1) + 1
        firsts = self.starts[self.plain[np.append(0, breaks)]]
        stops = np.append(self.starts, len(self.content))[self.plain[np.append(breaks, 0) - 1] + 1]
        content = memoryview(self.content)
        runs = [content[first:stop] for first, stop in zip(firsts.tolist(), stops.tolist(), strict=True)]
        return runs[0] if len(runs) == 1 else memoryview(b"".join(runs))


def _line_ends(content: bytes, delimiter: str) -> tuple[Ints, Ints]:
    """Return where lines end, and how many delimiters each line has, the one after the last end too.

    Block by block: what is looked at stays in the processor's cache, and a second core takes every other block.
    """
    text, wanted = np.frombuffer(content, np.uint8), ord(delimiter)

    def block(first: int) -> tuple[Ints, Ints, int]:
        piece = text[first : first + _BLOCK]
        is_end = piece == _NEWLINE
        marks = np.flatnonzero(is_end | (piece == wanted))
        ends = np.flatnonzero(is_end[marks])
        return marks[ends] + first, ends, len(marks)

    with ThreadPoolExecutor(2) as cores:
        blocks = list(cores.map(block, range(0, len(text), _BLOCK)))
    before = [0, *accumulate(marks for _, _, marks in blocks)]
    at = [ends + so_far for (_, ends, _), so_far in zip(blocks, before, strict=False)]
    return np.concatenate([ends for ends, _, _ in blocks]), np.diff(np.concatenate([[-1], *at, [before[-1]]])) - 1


def long_text(path: Kept, name: str, source: Source | None) -> LongText | None:
    """Return a long CSV by columns; None for a file that is short, of another kind, or has to be looked at row by row.

    What is wrong with a file is for whoever reads it row by row to say.
    """
    kind = splitext(name)[1].lower()  # noqa: PTH122 - a Path for each of many files costs more than this
    if kind not in TEXTS or size_of(path) < LONG or not plainly_mapped(source):
        return None
    content = path.read_bytes()
    if not _plainly_text(content):
        return None
    first = 3 if content.startswith(b"\xef\xbb\xbf") else 0
    sample = content[first : first + 100_000].decode(errors="replace").splitlines()[:-1]
    heading = next((line for line in sample if line.strip()), None)
    if heading is None:
        return None
    lines = Lines(content, max(",;\t", key=heading.count), first)
    try:
        header, header_ends = _header(lines)
        odd = _odd(lines, header_ends, len(header))
    except csv.Error:
        return None
    if odd is None or not len(lines.plain) or not all(header):
        return None
    text = LongText(name, source, lines, header, odd)
    return None if any(isinstance(value, list) for value in text.fields.values()) else text


def plainly_mapped(source: Source | None) -> bool:
    """Tell whether a source's rows are a header and lines, each a count of its own."""
    if source is None:
        return True
    written = source.as_of is not None and source.as_of.format is not None
    return source.sheet is None and not written and source.measure != "daily" and source.combine != "sum"


def _plainly_text(content: bytes) -> bool:
    if b"\x00" in content or content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")):
        return False
    if looks_like_page(content[:1000]) or (b"\r" in content and content.count(b"\r") != content.count(b"\r\n")):
        return False
    try:
        return content.isascii() or bool(content.decode())
    except UnicodeDecodeError:
        return False


def _header(lines: Lines) -> tuple[list[str], int]:
    """Return the header and the number of the line after it."""
    reader = csv.reader(lines.whole(0), delimiter=lines.delimiter, strict=True)
    for cells in reader:
        if _filled(cells):
            header = [cell.strip() for cell in cells]
            while not header[-1]:
                header.pop()
            doubled = len({one.casefold() for one in header}) < len(header)
            return ([""] if doubled else header), reader.line_num
    return [""], 0


def _odd(lines: Lines, header_ends: int, width: int) -> list[Cells] | None:
    """Return the rows that are not plain lines, and note those that are; None when they are too many."""
    numbers = lines.odd(header_ends, width)
    if len(numbers) > _MOST_IRREGULAR * len(lines):
        return None
    kept = np.ones(len(lines), bool)
    kept[:header_ends] = False
    kept[numbers] = False
    found: list[Cells] = []
    free = 0
    for number in numbers.tolist():
        if number < free:
            continue
        reader = csv.reader(lines.whole(number), delimiter=lines.delimiter, strict=True)
        cells = next(reader)
        free = number + reader.line_num
        kept[number:free] = False
        found.append((free, list(cells)))
    lines.plain = np.flatnonzero(kept)
    return found


def _filled(cells: list[Any]) -> bool:
    return any(read_text(cell) != "" for cell in cells)
