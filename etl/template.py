"""The template read back: our own workbook, recognised by its mark, as rows of the plain form."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from campaign.errors import ContractError
from campaign.places import cell_number, cell_of
from campaign.rows import Row
from campaign.template import DAY, FIRST_ROW, MARK, MARK_ROW, parts_of
from campaign.values import read_text
from etl.reading import WORKBOOKS
from etl.sheet_guard import looked_at


def read_template(path: Path, name: str) -> list[Row] | None:
    """Return one row a filled cell of our template; None when the file is no template of ours.

    A row's number names its cell (campaign.places), as of any laid-out sheet. An empty cell says nothing: it makes no
    row. Raises ContractError for a template that was taken apart.
    """
    if Path(name).suffix.lower() not in WORKBOOKS:
        return None
    content = path.read_bytes()
    if not content.startswith(b"PK"):
        return None
    facts = looked_at(content, name)
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - as in etl.reading

    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(facts.content))
        if not workbook.sheet_names:
            return None
        sheet = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
        cells: list[list[object]] = [[*row] for row in sheet]
    except (CalamineError, OSError, ValueError):
        return None  # what is wrong with it is said by the reader of plain workbooks
    if len(cells) < MARK_ROW or not cells[MARK_ROW - 1] or read_text(cells[MARK_ROW - 1][0]) != MARK:
        return None
    if facts.unreckoned or facts.errors:
        what = "has formulas without a result" if facts.unreckoned else "has cells like #N/A"
        raise ContractError(name, what, "write the counts as plain whole numbers")
    return list(_rows(cells, f"{name}, sheet {workbook.sheet_names[0]!r}"))


def _rows(cells: list[list[object]], where: str) -> Iterator[Row]:
    fields = {place: read_text(cell) for place, cell in enumerate(cells[MARK_ROW - 1]) if place and read_text(cell)}
    named = {field: place for place, field in fields.items()}
    for needed in ("unit_code", "unit_name"):
        if needed not in named:
            raise ContractError(where, f"the hidden row {MARK_ROW} has lost {needed}", "fill in a new template")
    row, column = DAY
    day = _at(cells, row - 1, column - 1)
    if read_text(day) == "":
        raise ContractError(
            f"{where}, cell {cell_of(cell_number(1, *DAY))}", "has no day", "the day the counts are of was expected"
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
            number = cell_number(1, place + 1, at + 1)
            yield Row(number, {**found, "cell": cell_of(number)})


def _at(cells: list[list[object]], row: int, column: int) -> object:
    return cells[row][column] if row < len(cells) and column < len(cells[row]) else None
