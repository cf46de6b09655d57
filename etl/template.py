"""The template read back: our own workbook, recognised by its mark, as rows of the plain form."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from campaign.errors import ContractError
from campaign.places import cell_number, cell_of, place_of
from campaign.rows import Row
from campaign.template import DAY, FIRST_ROW, MARK_ROW, marked_for, parts_of
from campaign.values import read_text
from etl.reading import WORKBOOKS

if TYPE_CHECKING:
    from etl.sheet_grid import Grid


def read_template(path: Path, name: str, campaign: str) -> list[Row] | None:
    """Return one row a filled cell of a campaign's template; None when the file is no template of ours.

    Every sheet that carries the mark is read, wherever it stands: people copy it for the next day. A row's number names
    its cell (campaign.places), as of any laid-out sheet. An empty cell says nothing: it makes no row. Raises
    ContractError for a template that was taken apart, and for one of another campaign.
    """
    if Path(name).suffix.lower() not in WORKBOOKS:
        return None
    grids = list(_grids(path, name))
    marked = [(one, made_for) for one in grids if (made_for := _made_for(one)) is not None]
    other = next((made_for for _, made_for in marked if made_for not in ("", campaign)), None)
    if other is not None:
        raise ContractError(
            name, f"is the template of another campaign, {other}", "send it there, or fill in one of this campaign"
        )
    if not marked and (moved := next((one for one in grids if _was_marked(one)), None)) is not None:
        raise ContractError(moved.where, f"the hidden row {MARK_ROW} has lost its mark", "fill in a new template")
    return [row for grid, _ in marked for row in _rows(grid)] if marked else None


def _grids(path: Path, name: str) -> Iterator[Grid]:
    """Yield the sheets that can be read; what is wrong with the others is said by the reader of plain workbooks."""
    from etl.sheet_grid import Book  # noqa: PLC0415 - as in etl.reading

    with suppress(ContractError):
        book = Book(path.read_bytes(), name)
        for one in book.sheets:
            with suppress(ContractError):
                yield book.grid(one)


def _made_for(grid: Grid) -> str | None:
    return marked_for(read_text(_at(grid.rows, MARK_ROW - 1, 0)))


def _was_marked(grid: Grid) -> bool:
    """Tell whether a sheet is a template that lost its mark, or had it moved: the words over its columns remain."""
    return any(parts_of(cell) for row in grid.rows[: 2 * FIRST_ROW] for cell in row if isinstance(cell, str))


def _rows(grid: Grid) -> Iterator[Row]:
    cells, where = grid.rows, grid.where
    fields = {place: read_text(cell) for place, cell in enumerate(cells[MARK_ROW - 1]) if place and read_text(cell)}
    named = {field: place for place, field in fields.items()}
    for needed in ("unit_code", "unit_name"):
        if needed not in named:
            raise ContractError(where, f"the hidden row {MARK_ROW} has lost {needed}", "fill in a new template")
    row, column = DAY
    day = _at(cells, row - 1, column - 1)
    if read_text(day) == "":
        raise ContractError(
            where, f"the cell {cell_of(cell_number(1, *DAY))} has no day", "write there the day the counts are of"
        )
    for place in range(FIRST_ROW - 1, len(cells)):
        unit = {name: _at(cells, place, named[name]) for name in ("unit_code", "unit_name")}
        reason = _at(cells, place, named["reason"]) if "reason" in named else None
        for at, field in fields.items():
            parts, count = parts_of(field), _at(cells, place, at)
            if parts is None or read_text(count) == "":
                continue
            found: dict[str, object] = {**unit, "category": parts[0], "stage": parts[1], "as_of": day, "count": count}
            if read_text(reason):
                found["reason"] = reason
            number = cell_number(grid.index, place + 1, at + 1)
            yield Row(number, {**found, "cell": str(place_of(number))})


def _at(cells: list[list[object]], row: int, column: int) -> object:
    return cells[row][column] if row < len(cells) and column < len(cells[row]) else None
