"""The file of grants: CSV, one row a grant; what a spreadsheet is better at than config.toml."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from campaign.access import ROLES, Access, Grant
from campaign.errors import ConfigError

COLUMNS = ("user", "claim", "value", "role", "units", "campaigns", "from", "to")
ALL = "*"
LONGEST = 5_000_000  # bytes; some fifty thousand grants


def read_grants(path: Path, access: Access) -> tuple[Grant, ...]:
    """Return the grants of a file, or raise ConfigError naming the line; all of it is right, or none of it counts.

    `units` and `campaigns`: codes with spaces or semicolons between them, `*` for all. A column left out says all of
    them; a cell left empty is refused, as it may have been forgotten.
    """
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise ConfigError(str(path), f"not UTF-8 ({problem.reason})", "save it as CSV UTF-8") from None
    except OSError as problem:
        raise ConfigError(str(path), f"not readable ({problem.strerror})", "a CSV file was expected") from None
    if len(content) > LONGEST:
        raise ConfigError(str(path), f"{len(content)} bytes", f"at most {LONGEST} were expected")
    first = next((line for line in text.splitlines() if line.strip()), "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    try:
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except csv.Error as problem:
        raise ConfigError(f"{path}, line {reader.line_num}", f"not readable as CSV ({problem})", "mend it") from None
    filled = [(number, row) for number, row in rows if any(row)]
    if not filled:
        raise ConfigError(str(path), "is empty", "a first row with the names of the columns was expected")
    columns = _columns(path, filled[0][1])
    return tuple(_grant(f"{path}, line {number}", columns, row, access) for number, row in filled[1:])


def _columns(path: Path, header: list[str]) -> list[str]:
    columns = [name.lower() for name in header]
    while columns and not columns[-1]:
        columns.pop()
    for name in columns:
        if name not in COLUMNS or columns.count(name) > 1:
            raise ConfigError(
                f"{path}, line 1", f"found the column {name!r}", f"some of {', '.join(COLUMNS)}, each once"
            )
    if "role" not in columns or ("user" not in columns and "claim" not in columns):
        raise ConfigError(f"{path}, line 1", f"found {', '.join(columns)}", "user (or claim and value) and role")
    return columns


def _grant(where: str, columns: list[str], row: list[str], access: Access) -> Grant:
    if len(row) < len(columns) or any(row[len(columns) :]):
        raise ConfigError(where, f"found {len(row)} cells", f"{len(columns)} were expected")
    cells = dict(zip(columns, row, strict=False))
    said: dict[str, object] = {name: cells[name] for name in ("user", "claim", "value", "role") if name in cells}
    for name in ("units", "campaigns"):
        if name in cells:
            said[name] = _codes(f"{where}, {name}", cells[name])
    for name in ("from", "to"):
        if cells.get(name):
            said[name] = _day(f"{where}, {name}", cells[name])
    try:
        grant = Grant.model_validate(said)
    except ValidationError as problem:
        error = problem.errors(include_url=False)[0]
        at = ", ".join([where, *(str(part) for part in error["loc"])])
        raise ConfigError(at, str(error["msg"]).removeprefix("Value error, "), "mend the row") from None
    if grant.role not in ROLES and grant.role not in access.roles:
        known = ", ".join([*ROLES, *access.roles])
        raise ConfigError(f"{where}, role", f"found {grant.role!r}", f"one of {known} was expected")
    return grant


def _codes(where: str, cell: str) -> tuple[str, ...] | None:
    codes = tuple(cell.replace(";", " ").replace(",", " ").split())
    if not codes or (ALL in codes and len(codes) > 1):
        found = f"found {cell!r}" if codes else "is empty"
        raise ConfigError(where, found, f"codes with spaces between them, or {ALL} for all")
    return None if codes == (ALL,) else codes


def _day(where: str, cell: str) -> date:
    try:
        return date.fromisoformat(cell)
    except ValueError:
        raise ConfigError(where, f"found {cell!r}", "a date like 2025-01-31 was expected") from None
