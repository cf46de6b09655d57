"""Statements: the SQL files of this folder, by name."""

from __future__ import annotations

from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent


@cache
def statement(folder: str, name: str) -> str:
    """Return the text of warehouse/<folder>/<name>.sql."""
    return (HERE / folder / f"{name}.sql").read_text("utf-8")


@cache
def names(folder: str) -> tuple[str, ...]:
    """Return the names of the statements in a folder, sorted."""
    return tuple(sorted(path.stem for path in (HERE / folder).glob("*.sql")))
