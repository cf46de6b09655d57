"""Rows of sheets: a table as people make it, as one plain row for every count in it.

What is in a table beside counts of units is told apart here: headings name the parent of the rows below them, totals
become stated totals of whom they are for, repeated headers, column numbers, notes and signatures are left out. An
empty cell or a dash is "not reported" and makes no row; 0 is a count. Everything else becomes a row, and is judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from datetime import date

from campaign.configuration import ALL, Source
from campaign.errors import ContractError
from campaign.layout import Sheet
from campaign.places import address, cell_number, letters
from campaign.rows import Row
from campaign.values import Unreadable, read_day, read_text
from etl.sheet_grid import Grid
from etl.sheet_table import ORDINALS, Amount, Table
from etl.sheet_words import (
    day_of,
    days_in,
    heading_of,
    is_blank,
    is_note,
    is_numbering,
    is_ordinal,
    looks_counted,
    reporting_days,
    spelled,
    total_of,
    without_number,
    words_of,
)

_UNIT = ("unit_code", "unit_name")
_NAMES = ("unit_name", "parent_name", "category", "stage")
_LABELS = ("unit_name", "unit_code", "category", "stage")
RIGHT_BELOW = 2  # rows below a header where its columns may be numbered
_JOINED = "gộp ô"  # said of a number that several cells share: whose it is, nobody knows


@dataclass
class _Standing:
    """What is known between one row and the next."""

    header: int
    parent: str = ""
    begun: bool = False
    below: bool = False
    other: bool = False


class SheetReader:
    """Reads one table by a source's layout."""

    def __init__(self, table: Table, source: Source, layout: Sheet, day: date | None) -> None:
        """Find what stands above the table; `day`: the file's day when the source knows it."""
        self._table, self._source, self._layout = table, source, layout
        self._grid = table.grid
        self._words = {spelled(word): known for word, known in layout.words.items()}
        self._skip = [re.compile(one, re.IGNORECASE) for one in layout.skip]
        self._sections = None if layout.sections in ("auto", "none") else re.compile(layout.sections, re.IGNORECASE)
        self._label_at = next((table.fields[one] for one in _LABELS if one in table.fields), [])[:1]
        self._first_count = min(place for one in table.amounts for place in one.columns)
        self._headers = [
            {place: spelled(words_of(cell)) for place, cell in enumerate(row) if cell is not None}
            for row in self._grid.rows[table.first : table.last + 1]
        ]
        self._merged = _covered(table)
        self._plan = [
            (field, places, field in _NAMES, bool(self._words) and field in ("category", "stage"))
            for field, places in table.fields.items()
        ]
        sheet = f"{self._grid.sheet}!" if self._grid.sheet else ""
        self._spots = {
            place: (place + 1, f"{sheet}{letters(place + 1)}") for one in table.amounts for place in one.columns
        }
        self._constants = self._above(day)
        self.repeated = False

    @property
    def constants(self) -> dict[str, object]:
        """Return the fields that hold for the whole table."""
        return self._constants

    def above_in(self, grid: Grid, day: date | None) -> dict[str, object]:
        """Return the fields that hold for the whole of a table that stands in another sheet as this one in its own."""
        other = copy(self)
        other._grid = grid  # noqa: SLF001 - our own
        return other._above(day)  # noqa: SLF001 - our own

    def speaks(self, row: list[object]) -> bool:
        """Tell whether a row's texts alone show that it neither numbers the columns nor repeats the header."""
        return any(
            not is_ordinal(text := words_of(cell)) and all(one.get(place) != spelled(text) for one in self._headers)
            for place, cell in enumerate(row)
            if isinstance(cell, str)
        )

    @property
    def joins(self) -> bool:
        """Tell whether cells below the header are merged."""
        return bool(self._merged)

    def rows(self) -> Iterator[Row]:
        """Yield one plain row a count, in reading order; its number names the cell."""
        state = _Standing(self._table.last)
        for line in range(self._table.last + 1, len(self._grid.rows)):
            row = self._grid.rows[line]
            if any(cell is not None for cell in row):
                yield from self._row(line, row, state)

    def _row(self, line: int, row: list[object], state: _Standing) -> Iterator[Row]:
        counted = [
            (amount, values)
            for amount in self._table.amounts
            if (values := [value for place in amount.columns if not is_blank(value := self._cell(line, row, place))])
        ]
        label = self._label(row)
        if self._left_out(line, row, state, counted):
            return
        number = self._number(row)
        fields = self._fields(line, row)
        total = total_of(label) if label else None
        if total is not None:
            fields = self._total(fields, total, state)
        elif (heading := self._heading(number, label, counted)) is not None and "parent_name" not in fields:
            state.parent = heading
            fields = {**fields, "unit_name": heading, "parent_name": ""}
        elif state.parent and "parent_name" not in fields:
            fields["parent_name"] = state.parent
        state.begun = state.begun or bool(counted)
        if total is not None and not fields:
            return
        for amount, values in counted:
            yield self._plain(line, row, fields, amount, values)

    def _left_out(
        self, line: int, row: list[object], state: _Standing, counted: list[tuple[Amount, list[object]]]
    ) -> bool:
        """Tell whether a row is no part of the table: column numbers, a header, a note, another table's, or to skip."""
        numbers = any(looks_counted(value) for _, values in counted for value in values)
        if numbers and not self._skip and line > state.header + RIGHT_BELOW:
            state.below = False
            return state.other
        texts = [text for cell in row if (text := words_of(cell))]
        if any(one.search(" | ".join(texts)) for one in self._skip):
            return True
        if line <= state.header + RIGHT_BELOW and is_numbering(texts):
            return True
        if self._repeats_header(row):
            state.header, state.other, self.repeated = line, False, True
            return True
        state.other = state.other or (not numbers and self._heads_another(row))
        if state.other:
            return True
        state.below = not numbers and state.begun and (state.below or is_note(texts))
        return state.below

    def _repeats_header(self, row: list[object]) -> bool:
        here = [(place, spelled(words_of(cell))) for place, cell in enumerate(row) if cell is not None]
        return len(here) > 1 and any(all(one.get(place) == text for place, text in here) for one in self._headers)

    def _heads_another(self, row: list[object]) -> bool:
        """Tell whether a row is the header of another table: over the units as ours, over the counts in other words."""
        here = {place: spelled(text) for place, cell in enumerate(row) if (text := words_of(cell))}
        ordinal = self._table.ordinal is not None and here.get(self._table.ordinal) in ORDINALS
        if not ordinal and not any(self._heads(here, place) for place in self._label_at):
            return False
        counts = {place for one in self._table.amounts for place in one.columns if place in here}
        return bool(counts) and not any(self._heads(here, place) for place in counts)

    def _heads(self, here: dict[int, str], place: int) -> bool:
        return place in here and any(one.get(place) == here[place] for one in self._headers)

    def _heading(self, number: str, label: str, counted: list[tuple[Amount, list[object]]]) -> str | None:
        if self._layout.sections == "none" or not label or not self._names_units:
            return None
        if self._sections is not None:
            match = self._sections.search(label)
            if match is None:
                return None
            return (match[1] if match.re.groups else without_number(label)).strip()
        return heading_of(number, label, alone=not counted or self._table.ordinal is not None)

    @property
    def _names_units(self) -> bool:
        return any(one in self._table.fields for one in _UNIT)

    def _number(self, row: list[object]) -> str:
        """Return what stands in the column of ordinal numbers: 1, 2, or I, II over a section."""
        place = self._table.ordinal
        return words_of(row[place]) if place is not None and place < len(row) else ""

    def _label(self, row: list[object]) -> str:
        """Return what a row calls itself: its unit's (or category's) cell, else the first text before the counts."""
        for place in (*self._label_at, *range(min(self._first_count, len(row)))):
            if place < len(row) and isinstance(row[place], str) and (text := words_of(row[place])):
                return text
        return ""

    def _cell(self, line: int, row: list[object], place: int) -> object:
        """Return a count's cell; one that shares its number with others says so, and is refused by the judge."""
        value = row[place] if place < len(row) else None
        area = self._merged.get((line, place)) if self._merged else None
        if area is None or not looks_counted(value):
            return value
        first, last = f"{letters(area[1] + 1)}{area[0] + 1}", f"{letters(area[3] + 1)}{area[2] + 1}"
        return f"{read_text(value)} ({_JOINED} {first}:{last})"

    def _fields(self, line: int, row: list[object]) -> dict[str, object]:
        """Return the fields a row's own columns carry."""
        found: dict[str, object] = {}
        for field, places, named, mapped in self._plan:
            cell = row[places[0]] if places[0] < len(row) else None
            if cell is None and self._merged:
                cell = self._filled(line, row, places[0])
            if field == "as_of":
                found[field] = day_of(cell, from_1904=self._grid.from_1904)
                continue
            text = words_of(cell)
            if len(places) > 1:
                text = " ".join(part for place in places if (part := words_of(self._filled(line, row, place))))
            if named:
                text = without_number(text)
            if text or field not in self._constants:
                found[field] = self._words.get(spelled(text), text) if mapped else text
        if "parent_name" in found and not found["parent_name"]:
            del found["parent_name"]
        return found

    def _filled(self, line: int, row: list[object], place: int) -> object:
        """Return a cell, that of the merged area it lies in when it is empty."""
        value = row[place] if place < len(row) else None
        if value is None and self._merged and (area := self._merged.get((line, place))) is not None:
            above = self._grid.rows[area[0]]
            return above[area[1]] if area[3] < self._first_count and area[1] < len(above) else None
        return value

    def _word(self, field: str, text: str) -> str:
        if field not in ("category", "stage") or not self._words:
            return text
        return self._words.get(spelled(text), text)

    def _total(self, fields: dict[str, object], named: str, state: _Standing) -> dict[str, object]:
        """Return the fields of a total row: of the unit it names, else of the part above it, else of the whole.

        Nobody's total ({}) is left out: without `total_for` the layout does not say whose the whole is.
        """
        rest = {name: value for name, value in fields.items() if name not in (*_UNIT, "reported_by")}
        rest["parent_name"] = ""
        if not self._names_units:
            return {**fields, "category": ALL} if "category" in fields else fields
        parent = read_text(fields.get("parent_name")) or read_text(self._constants.get("parent_name"))
        if named not in ("", "*"):
            return {**rest, "unit_name": named}
        if parent or (named == "" and state.parent):
            return {**rest, "unit_name": parent or state.parent}
        return {**rest, "unit_code": self._layout.total_for} if self._layout.total_for else {}

    def _plain(
        self, line: int, row: list[object], fields: dict[str, object], amount: Amount, values: list[object]
    ) -> Row:
        column, letter = self._spots[amount.columns[0]]
        cells: dict[str, object] = {**self._constants, **fields}
        if "unit_name" in fields or "unit_code" in fields:
            for one in _UNIT:
                if one not in fields:
                    cells.pop(one, None)
        if not cells.get("parent_name"):
            cells.pop("parent_name", None)
        if amount.category is not None:
            cells["category"] = amount.category
        if amount.stage is not None:
            cells["stage"] = amount.stage
        if amount.day is not None:
            cells["as_of"] = amount.day
        cells["count"] = values[0] if len(values) == 1 else values
        if amount.targets:
            targets = [value for place in amount.targets if not is_blank(value := self._cell(line, row, place))]
            if targets:
                cells["target"] = targets[0] if len(targets) == 1 else targets
        cells["cell"] = f"{letter}{line + 1}"
        return Row(cell_number(self._grid.index, line + 1, column), cells)

    def _above(self, day: date | None) -> dict[str, object]:
        """Return the fields that hold for the whole table: constants, the sheet's name, and what stands above it."""
        found: dict[str, object] = dict(self._source.constants)
        if self._layout.sheet_is:
            found[self._layout.sheet_is] = self._word(self._layout.sheet_is, words_of(self._grid.sheet))
        titles = [text for row in self._grid.rows[: self._table.first] for cell in row if (text := words_of(cell))]
        for field, where in self._layout.above.items():
            if field == "as_of":
                found[field] = self._day_at(where, titles)
            else:
                found[field] = self._word(field, self._text_at(field, where, titles))
        dated = "as_of" in self._table.fields or all(one.day is not None for one in self._table.amounts)
        if not dated and "as_of" not in found:
            found["as_of"] = day or self._day_of_title(titles)
        return found

    def _text_at(self, field: str, where: str, titles: list[str]) -> str:
        spot = address(where)
        if spot is not None:
            return words_of(_at(self._grid, spot)).rpartition(":")[2].strip()
        for text in titles:
            match = re.search(where, text, re.IGNORECASE)
            if match:
                return (match[1] if match.re.groups else match[0]).strip()
        found = f"nothing above the table is like {where}"
        raise ContractError(self._grid.where, found, f"the {field} was expected there (above, in [source.sheet])")

    def _day_at(self, where: str, titles: list[str]) -> object:
        spot = address(where)
        value = _at(self._grid, spot) if spot else self._text_at("as_of", where, titles)
        value = day_of(value, from_1904=self._grid.from_1904)
        try:
            return read_day(value)
        except Unreadable:
            days = list(dict.fromkeys(days_in(words_of(value))))
        if len(days) == 1:
            return days[0]
        place = f"cell {where}" if spot else f"what is like {where}"
        found = f"{place} carries no date ({words_of(value)!r})" if not days else f"{place} carries several dates"
        raise ContractError(self._grid.where, found, "a date like 22/10/2024 was expected there")

    def _day_of_title(self, titles: list[str]) -> date:
        days = reporting_days(titles)
        if len(days) == 1:
            return days[0]
        if not days:
            found = "no date stands above the table"
        else:
            found = f"several dates stand above the table ({', '.join(str(one) for one in days)})"
        expected = "one like “tính đến ngày 22/10/2024”, a column, or the source's key as_of"
        raise ContractError(self._grid.where, found, expected)


def _at(grid: Grid, spot: tuple[int, int]) -> object:
    line, column = spot
    row = grid.rows[line - 1] if line <= len(grid.rows) else []
    return row[column - 1] if column <= len(row) else None


def _covered(table: Table) -> dict[tuple[int, int], tuple[int, int, int, int]]:
    """Return the merged area of every cell below the header that lies in one."""
    found = {}
    for area in table.grid.merged:
        top, left, bottom, right = area
        if top > table.last and bottom < len(table.grid.rows) + 1 and right < len(table.paths) + 1:
            for line in range(top, bottom + 1):
                for place in range(left, right + 1):
                    found[line, place] = area
    return found
