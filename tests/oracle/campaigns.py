"""A campaign as a test holds it: its configuration, its files and the questions put to it, written to a folder."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl

from tests.oracle.setting import ALL, ONE_DAY


@dataclass
class InventedFile:
    """One CSV file."""

    name: str
    header: list[str]
    rows: list[list[str]] = field(default_factory=list)
    delimiter: str = ","
    marked: bool = False
    newline: str = "\n"
    gaps: bool = False
    """whether empty lines stand between the rows, and rows end where their last filled cell ends"""

    def content(self) -> bytes:
        """Return its bytes."""
        out = io.StringIO(newline="")
        writer = csv.writer(out, delimiter=self.delimiter, lineterminator=self.newline)
        writer.writerow(self.header)
        for row in self.rows:
            writer.writerow(_cut(row) if self.gaps else row)
            out.write(self.newline if self.gaps else "")
        return out.getvalue().encode("utf-8-sig" if self.marked else "utf-8")

    def write(self, folder: Path) -> Path:
        """Write the file and return its path; a workbook has its CSV twin beside it."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / self.name
        if path.suffix == ".xlsx":
            book = openpyxl.Workbook(write_only=True)
            sheet = book.create_sheet()
            sheet.append(self.header)
            for row in self.rows:
                sheet.append([_typed(header, text) for header, text in zip(self.header, row, strict=True)])
            book.save(path)
            path.with_suffix(".twin").write_bytes(self.content())
        else:
            path.write_bytes(self.content())
        return path


def _cut(row: list[str]) -> list[str]:
    """Return a row without the empty cells at its end."""
    filled = [number for number, text in enumerate(row, start=1) if text]
    return row[: max(filled, default=1)]


def _typed(header: str, text: str) -> str | int | date | None:
    """Return a cell as people have it in a workbook: numbers and days as such, codes as text."""
    if header.lower() in ("count", "so_luong") and re.fullmatch(r"0|[1-9][0-9]*", text):
        return int(text)
    if header.lower() in ("as_of", "ngay") and re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return date.fromisoformat(text)
    return text or None


@dataclass
class Delivery:
    """Files that arrive together."""

    received_at: datetime | None
    """None: now, whenever that is"""
    files: list[InventedFile]
    source: str | None = None

    def stamp(self) -> str:
        """Return received_at as written on a command line."""
        if self.received_at is None:
            self.received_at = datetime.now(UTC)
        return self.received_at.isoformat()


@dataclass
class Sitting(Delivery):
    """A person who decides, by chance, about the rows that wait; no files."""

    seed: int = 0


@dataclass(frozen=True)
class Question:
    """One call of `progress`, or of `series` when it names a unit."""

    as_of: date
    category: str = ALL
    stage: str | None = None
    level: str | None = None
    known_at: str | None = None
    unit: str | None = None


@dataclass
class InventedUnit:
    """One row of units.csv."""

    code: str
    name: str
    level: str
    parent: str


@dataclass
class InventedTarget:
    """One row of targets.csv."""

    unit: str
    category: str
    stage: str
    target: int
    valid_from: date | None = None

    def cells(self) -> list[str]:
        """Return the row's cells."""
        changed = ["điều chỉnh"] if self.valid_from else [""]
        valid_from = self.valid_from.isoformat() if self.valid_from else ""
        return [self.unit, self.category, self.stage, str(self.target), valid_from, *changed]


@dataclass
class InventedSource:
    """One [[source]]."""

    name: str
    lines: list[str]
    columns: dict[str, list[str]]
    constants: dict[str, str]


@dataclass
class Campaign:
    """A campaign with all that happens in it, ready to be written to a folder."""

    start: date
    length: int
    categories: dict[str, str] = field(default_factory=dict)
    """category -> group, or nothing"""
    groups: list[str] = field(default_factory=list)
    stages: list[str] = field(default_factory=list)
    headline: str = "done"
    weights: list[str] = field(default_factory=list)
    milestones: dict[date, str] = field(default_factory=dict)
    excuses: list[tuple[date, date, list[str] | None]] = field(default_factory=list)
    status: dict[str, str] = field(default_factory=dict)
    units: list[InventedUnit] = field(default_factory=list)
    targets: list[InventedTarget] = field(default_factory=list)
    sources: list[InventedSource] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    identifier: str = "chien-dich"

    @property
    def end(self) -> date:
        """Return the last day."""
        return self.start + (self.length - 1) * ONE_DAY

    def leaves(self) -> list[str]:
        """Return the units with nobody below them."""
        parents = {unit.parent for unit in self.units}
        return [unit.code for unit in self.units if unit.code not in parents]

    def write(self, folder: Path) -> Path:
        """Write what is known beforehand and return the path of the configuration."""
        folder.mkdir(parents=True, exist_ok=True)
        config = folder / "config.toml"
        config.write_text(self.toml(), encoding="utf-8")
        units = InventedFile("units.csv", ["code", "name", "level", "parent_code"])
        units.rows = [[unit.code, unit.name, unit.level, unit.parent] for unit in self.units]
        units.write(folder)
        header = ["unit_code", "category", "stage", "target", "valid_from", "reason"]
        InventedFile("targets.csv", header, [target.cells() for target in self.targets]).write(folder)
        return config

    def write_delivery(self, folder: Path, number: int) -> list[Path]:
        """Write the files of one delivery and return their paths."""
        there = folder / "files" / f"{number:02d}"
        return [file.write(there) for file in self.deliveries[number].files]

    def toml(self) -> str:
        """Return the configuration."""
        return "\n".join([*self._top(), *self._campaign(), *self._sources()]) + "\n"

    def _top(self) -> list[str]:
        lines = ['language = "vi"', 'timezone = "Asia/Ho_Chi_Minh"', 'data = "data"']
        lines += ["[storage]", 'url = "duckdb:data/warehouse"']
        if self.status:
            lines += ["[status]", *(f"{key} = {value}" for key, value in self.status.items())]
        return lines

    def _campaign(self) -> list[str]:
        lines = [
            "[[campaign]]",
            f"id = {_quoted(self.identifier)}",
            'name = { vi = "Chiến dịch", en = "Campaign" }',
            f"start = {self.start}",
            f"end = {self.end}",
            'cutoff = "17:00"',
            'units = "units.csv"',
            'targets = "targets.csv"',
        ]
        if self.weights:
            lines.append(f"plan = {{ weights = [{', '.join(self.weights)}] }}")
        if self.milestones:
            due = ", ".join(f'"{day}" = {share}' for day, share in self.milestones.items())
            lines.append(f"plan = {{ milestones = {{ {due} }} }}")
        for category, group in self.categories.items():
            lines += _named("campaign.category", category)
            lines += [f"group = {_quoted(group)}"] if group else []
        for group in self.groups:
            lines += _named("campaign.group", group)
        for stage in self.stages:
            lines += _named("campaign.stage", stage)
            lines += ["headline = true"] if stage == self.headline else []
        for first, last, units in self.excuses:
            lines += ["[[campaign.excused]]", f"from = {first}", f"to = {last}", 'reason = "nghỉ"']
            lines += [f"units = {json.dumps(units)}"] if units is not None else []
        return lines

    def _sources(self) -> list[str]:
        lines: list[str] = []
        for source in self.sources:
            lines += ["[[source]]", f"name = {_quoted(source.name)}"]
            lines += [f"campaign = {_quoted(self.identifier)}", 'kind = "folder"', 'path = "inbox"']
            lines += [*source.lines, "[source.columns]"]
            for name, headers in source.columns.items():
                shown = headers[0] if len(headers) == 1 else headers
                lines.append(f"{name} = {json.dumps(shown, ensure_ascii=False)}")
            if source.constants:
                lines += ["[source.constants]"]
                lines += [f"{name} = {_quoted(value)}" for name, value in source.constants.items()]
        return lines


def _named(section: str, identifier: str) -> list[str]:
    return [f"[[{section}]]", f"id = {_quoted(identifier)}", f"name = {{ vi = {_quoted('Tên ' + identifier)} }}"]


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
