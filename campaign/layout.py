"""Layouts: how a workbook that people made is to be read ([source.sheet] of config.toml)."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

_NEVER_ABOVE = ("count", "target", "measure")


class _Part(BaseModel):
    """A table of config.toml: no key it does not know, nothing changed after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as problem:
        raise ValueError(f"a regular expression was expected ({problem})") from None
    return text


class Counted(_Part):
    """One column of counts, or several that are added: of which category and stage, and where its target stands.

    A header of several rows is written from the top down: "Khai sinh / Đã số hóa". `each_day`: every column that is
    headed by a day is a count of that day; `column` then is what stands above, or below, those days.
    """

    column: str | tuple[str, ...] = ()
    each_day: bool = False
    category: str | None = None
    stage: str | None = None
    target: str | tuple[str, ...] | None = None

    @model_validator(mode="after")
    def _a_column(self) -> Counted:
        if not self.each_day and not self.columns:
            raise ValueError("column: the key is missing; the header of a column of counts")
        if self.each_day and len(self.columns) > 1:
            raise ValueError("column: each_day takes one header, of a group of columns, or none")
        if self.each_day and self.targets:
            raise ValueError("target: a target has no day; leave it out, or give it in a file of its own")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the header or headers that carry the count."""
        return (self.column,) if isinstance(self.column, str) else self.column

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the header or headers that carry the target; () without one."""
        if self.target is None:
            return ()
        return (self.target,) if isinstance(self.target, str) else self.target


class Sheet(_Part):
    """Which sheet is read, where its table starts, and what its rows and columns mean."""

    name: str | tuple[str, ...] | None = None
    pattern: str | None = None
    every: bool = False
    header: str | None = None
    header_rows: int = Field(1, ge=1, le=6)
    counts: tuple[Counted, ...] = ()
    year: int | None = Field(None, ge=2000, le=2100)
    above: dict[str, str] = Field(default_factory=dict)
    sheet_is: Literal["unit_code", "unit_name", "parent_name", "category", "stage"] | None = None
    words: dict[str, str] = Field(default_factory=dict)
    total_for: str | None = None
    sections: str = "auto"
    skip: tuple[str, ...] = ()

    @field_validator("pattern", "sections")
    @classmethod
    def _a_pattern(cls, value: str | None) -> str | None:
        return value if value is None else _pattern(value)

    @field_validator("skip")
    @classmethod
    def _patterns(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_pattern(one) for one in value)

    @field_validator("above")
    @classmethod
    def _found_above(cls, value: dict[str, str]) -> dict[str, str]:
        for field, where in value.items():
            if field in _NEVER_ABOVE:
                raise ValueError(f"{field!r} stands in the table, not above it")
            _pattern(where)
        return value

    @model_validator(mode="after")
    def _one_way_to_choose(self) -> Sheet:
        if (self.name is not None) + (self.pattern is not None) + self.every > 1:
            raise ValueError("give one of name, pattern and every")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """Return the sheets asked for by name; () when they are not."""
        if self.name is None:
            return ()
        return (self.name,) if isinstance(self.name, str) else self.name
