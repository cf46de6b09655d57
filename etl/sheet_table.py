"""Tables in sheets: where a layout's table starts, and in which column each of its headers stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from campaign.configuration import Source
from campaign.errors import ConfigError, ContractError
from campaign.layout import Counted, Sheet
from campaign.places import letters
from etl.sheet_grid import Area, Grid, Sheets
from etl.sheet_words import header_day, in_old_font, spelled, words_of

JOINT = " / "
ORDINALS = frozenset(spelled(one) for one in ("STT", "TT", "Số TT", "Số thứ tự", "No", "No."))
_MOST_SHOWN = 12


@dataclass(frozen=True)
class Amount:
    """One count of a wide row: of what, and in which columns (from 0) it and its target stand; its day, if they say."""

    category: str | None
    stage: str | None
    columns: list[int]
    targets: list[int]
    day: date | None = None


@dataclass(frozen=True)
class Table:
    """A layout's table in a sheet: its header rows (first, last, from 0) and the columns of everything asked for."""

    grid: Grid
    first: int
    last: int
    paths: list[str]
    fields: dict[str, list[int]]
    amounts: list[Amount]
    ordinal: int | None


class _Missing(Exception):
    """A place in a sheet that is not the table's: why."""


def layout_of(source: Source) -> Sheet:
    """Return a source's layout; ConfigError when it names no count."""
    layout = source.sheet or Sheet()
    if not (layout.counts or source.headers("count")):
        found = "names no column of counts"
        raise ConfigError(f"source {source.name}: sheet", found, "counts = [{ column = … }], or count in columns")
    if any(one.each_day for one in layout.counts) and ("as_of" in source.columns or "as_of" in layout.above):
        found = "says the day twice: each_day, and as_of"
        raise ConfigError(f"source {source.name}: sheet", found, "a day over every column of counts, or one for all")
    if not header_texts(source, layout):
        found = "names no column by which the table is found"
        raise ConfigError(f"source {source.name}: sheet", found, 'header = "…", a text of the header\'s first row')
    return layout


def amounts_of(source: Source, layout: Sheet) -> tuple[Counted, ...]:
    """Return the counts a layout reads: its own, else the one that columns name."""
    if layout.counts:
        return layout.counts
    return (Counted(column=source.headers("count"), target=source.headers("target") or None),)


def header_text(source: Source, layout: Sheet) -> str:
    """Return the text by which the table's header is found: as given, else the first column's top header."""
    return header_texts(source, layout)[0].split(JOINT)[0]


def header_texts(source: Source, layout: Sheet) -> list[str]:
    """Return the headers by which the table may be found, the best first."""
    if layout.header:
        return [layout.header]
    fields = [one for field in source.columns if field not in ("count", "target") for one in source.headers(field)]
    return fields or [*amounts_of(source, layout)[0].columns]


def tables(book: Sheets, source: Source, layout: Sheet) -> list[Table]:
    """Return the tables of the sheets a layout chooses; ContractError says what is missing where."""
    sheets = _chosen(book, layout)
    if layout.names or layout.pattern:
        return [table_in(book.grid(one), source, layout) for one in sheets]
    found: list[Table] = []
    problem: _Missing | None = None
    grids: list[Grid] = []
    for one in sheets:
        grids.append(book.grid(one))
        try:
            found.append(_located(grids[-1], source, layout))
        except _Missing as why:
            problem = why if why.args else problem
            continue
        if not layout.every:
            return found
    if found:
        return found
    if problem is not None:
        raise ContractError(*problem.args)
    raise _nowhere(book.name, header_text(source, layout), grids, [one for one in book.sheets if one not in sheets])


def table_in(grid: Grid, source: Source, layout: Sheet) -> Table:
    """Return the layout's table in one sheet; ContractError says what is missing."""
    try:
        return _located(grid, source, layout)
    except _Missing as why:
        if why.args:
            raise ContractError(*why.args) from None
        raise _nowhere(grid.where, header_text(source, layout), [grid], []) from None


def _chosen(book: Sheets, layout: Sheet) -> Sequence[str]:
    if layout.names:
        known = {spelled(one): one for one in book.sheets}
        for one in layout.names:
            if spelled(one) not in known:
                raise ContractError(book.name, f"the sheet {one!r} is missing", f"it has {', '.join(book.sheets)}")
        return [known[spelled(one)] for one in layout.names]
    if layout.pattern:
        fits = [one for one in book.visible if re.search(layout.pattern, one)]
        if not fits:
            found = f"no visible sheet is called like {layout.pattern}"
            raise ContractError(book.name, found, f"it has {', '.join(book.sheets)}")
        return fits
    return book.visible


def _nowhere(where: str, wanted: str, grids: Sequence[Grid], hidden: Sequence[str]) -> ContractError:
    refuse_old_font(where, grids)
    if not _texts(grids):
        return ContractError(where, "the file is empty", "a header row and rows of counts were expected")
    aside = f" (hidden, not read: {', '.join(hidden)})" if hidden else ""
    looked = ", ".join(repr(grid.sheet) for grid in grids if grid.sheet)
    found = f"the header {wanted!r} is nowhere in {looked}" if looked else f"the header {wanted!r} is nowhere"
    return ContractError(where, found + aside, "mend the workbook, or the source's [source.sheet]")


def refuse_old_font(where: str, grids: Sequence[Grid]) -> None:
    """Raise ContractError for sheets whose texts were typed in a font of before Unicode."""
    if in_old_font(_texts(grids)):
        found = "is typed in a font of before Unicode (TCVN3 or VNI)"
        raise ContractError(where, found, "convert its texts to Unicode and send it again")


def _texts(grids: Sequence[Grid]) -> list[str]:
    return [cell for grid in grids for row in grid.rows[:40] for cell in row if isinstance(cell, str)]


def _located(grid: Grid, source: Source, layout: Sheet) -> Table:
    """Return the first place where the header text stands with every column asked for."""
    wanted, first_problem = spelled(header_text(source, layout)), None
    for line, row in enumerate(grid.rows):
        if not any(isinstance(cell, str) and spelled(cell) == wanted for cell in row):
            continue
        for first in range(line, max(line - layout.header_rows, -1), -1):
            try:
                return _columns(grid, first, first + layout.header_rows - 1, source, layout)
            except _Missing as why:
                first_problem = first_problem or why
    raise first_problem or _Missing


def _columns(grid: Grid, first: int, last: int, source: Source, layout: Sheet) -> Table:
    paths = joined(grid, first, last)
    keys = [spelled(one) for one in paths]

    def at(headers: Sequence[str]) -> list[int]:
        return [_column(grid, first, paths, keys, one) for one in headers]

    fields = {field: at(source.headers(field)) for field in source.columns if field not in ("count", "target")}
    amounts: list[Amount] = []
    for one in amounts_of(source, layout):
        if one.each_day:
            days = _days(grid, first, paths, one.columns, layout.year)
            amounts += [Amount(one.category, one.stage, [place], [], day) for day, place in days.items()]
        else:
            amounts.append(Amount(one.category, one.stage, at(one.columns), at(one.targets)))
    taken = {column for columns in fields.values() for column in columns}
    ordinal = next((place for place, key in enumerate(keys) if key in ORDINALS and place not in taken), None)
    return Table(grid, first, last, paths, fields, amounts, ordinal)


def _column(grid: Grid, first: int, paths: list[str], keys: list[str], wanted: str) -> int:
    """Return the one column a header means: its whole path, else the end of it when no other ends so."""
    key = spelled(wanted)
    fits = [place for place, one in enumerate(keys) if one == key]
    fits = fits or [place for place, one in enumerate(keys) if one.endswith(f"{JOINT}{key}")]
    where = f"{grid.where}, row {first + 1}" if grid.sheet else f"{grid.where}, line {first + 1}"
    if not fits:
        named = [one for one in paths if one]
        shown = "; ".join(named[:_MOST_SHOWN]) + ("; …" if len(named) > _MOST_SHOWN else "")
        raise _Missing(where, f"the column {wanted!r} is missing", f"the header has {shown}")
    if len(fits) > 1:
        found = f"the header {wanted!r} stands {len(fits)} times ({', '.join(letters(one + 1) for one in fits)})"
        raise _Missing(where, found, "write the whole path of one, like Khai sinh / Đã số hóa")
    return fits[0]


def _days(grid: Grid, first: int, paths: list[str], group: Sequence[str], year: int | None) -> dict[date, int]:
    """Return the columns that are headed by a day, those of a group if one is named: each day heads one."""
    told = [(place, day_in(path, year)) for place, path in enumerate(paths)]
    headed = [(place, *one) for place, one in told if one is not None]
    if group:
        key = spelled(group[0])
        whole = [one for one in headed if one[2] == key]
        headed = whole or [one for one in headed if one[2].endswith(f"{JOINT}{key}")]
    where = f"{grid.where}, {'row' if grid.sheet else 'line'} {first + 1}"
    if not headed:
        group_said = f"no column in the group {group[0]!r} is headed by a day" if group else ""
        expected = "headers like 05/02/2025 (a day without its year needs year = … in [source.sheet])"
        raise _Missing(where, group_said or "no column is headed by a day", expected)
    found: dict[date, int] = {}
    for place, day, _ in headed:
        if day in found:
            two = f"{letters(found[day] + 1)}, {letters(place + 1)}"
            told_twice = f"the day {day:%d/%m/%Y} heads two columns ({two})"
            raise _Missing(where, told_twice, "one of them, or column = their group")
        found[day] = place
    return found


def day_in(path: str, year: int | None) -> tuple[date, str] | None:
    """Return the day in a header's path, and how the rest of it is spelled; None: it has none, or several."""
    parts = path.split(JOINT)
    days = [(day, at) for at, part in enumerate(parts) if (day := header_day(part, year)) is not None]
    if len(days) != 1:
        return None
    ((day, at),) = days
    return day, spelled(JOINT.join(parts[:at] + parts[at + 1 :]))


def joined(grid: Grid, first: int, last: int) -> list[str]:
    """Return each column's header from the top down, joined; merged and centred-across cells filled."""
    lines = grid.rows[first : last + 1]
    width = max((len(row) for row in lines), default=0)
    texts = [[words_of(row[place]) if place < len(row) else "" for place in range(width)] for row in lines]
    wide: set[tuple[int, int]] = set()
    for top, left, bottom, right in grid.merged:
        if first <= top <= last:
            _fill(texts, (top - first, left, min(bottom, last) - first, right), wide)
    for line in range(len(texts) - 1):
        for place in range(1, width):
            if not texts[line][place] and (line, place - 1) not in wide and _spans(texts, line, place):
                texts[line][place] = texts[line][place - 1]
    return [_path([texts[line][place] for line in range(len(texts))]) for place in range(width)]


def _fill(texts: list[list[str]], area: Area, wide: set[tuple[int, int]]) -> None:
    top, left, bottom, right = area
    for line in range(top, min(bottom + 1, len(texts))):
        for place in range(left, min(right + 1, len(texts[line]))):
            texts[line][place] = texts[top][left]
            if right > left:
                wide.add((line, place))


def _spans(texts: list[list[str]], line: int, place: int) -> bool:
    """Tell whether a group's name, written once over its first column, means this column too."""
    left = texts[line][place - 1]
    below = any(texts[lower][place] for lower in range(line + 1, len(texts)))
    grouped = any(texts[lower][place - 1] not in ("", left) for lower in range(line + 1, len(texts)))
    return bool(left) and below and grouped and (line == 0 or texts[line - 1][place] == texts[line - 1][place - 1])


def _path(parts: list[str]) -> str:
    kept: list[str] = []
    for part in parts:
        if part and (not kept or spelled(kept[-1]) != spelled(part)):
            kept.append(part)
    return JOINT.join(kept)
