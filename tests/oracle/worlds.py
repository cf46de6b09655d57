"""The oracle and the product behind one door: files in, rows of text out."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from tests.oracle.deciding import Decision
from tests.oracle.figures import Figures
from tests.oracle.intake import Intake, Refused, tally
from tests.oracle.printing import PROGRESS_COLUMNS, SERIES_COLUMNS, printed
from tests.oracle.setting import read_setting

Table = list[dict[str, str]]
TALLIES = ("read", "accepted", "unchanged", "held", "rejected", "flagged")


class World(Protocol):
    """Whoever keeps the figures of one campaign."""

    def ingest(self, files: list[Path], received_at: str, source: str | None = None) -> dict[str, int]:
        """Take in files and return the tallies; raise Refused when the load is refused."""

    def progress(
        self,
        as_of: date,
        *,
        category: str = "all",
        stage: str | None = None,
        level: str | None = None,
        known_at: str | None = None,
    ) -> Table:
        """Return one row a unit."""

    def series(self, unit: str, first: date, last: date, *, category: str = "all", stage: str | None = None) -> Table:
        """Return one row a day, these days among them."""


class OracleWorld:
    """The figures as DEFINITIONS.md has them."""

    def __init__(self, config: Path, campaign: str) -> None:
        self.setting = read_setting(config, campaign)
        self.intake = Intake(self.setting)

    def ingest(self, files: list[Path], received_at: str, source: str | None = None) -> dict[str, int]:
        """Take in files and return the tallies."""
        contents = [(file.name, twin(file).read_bytes()) for file in files]
        return tally(self.intake.ingest(contents, datetime.fromisoformat(received_at), source))

    def progress(
        self,
        as_of: date,
        *,
        category: str = "all",
        stage: str | None = None,
        level: str | None = None,
        known_at: str | None = None,
    ) -> Table:
        """Return one row a unit."""
        figures = self._figures(category, stage, known_at)
        return printed(figures.progress(as_of, level), PROGRESS_COLUMNS)

    def series(self, unit: str, first: date, last: date, *, category: str = "all", stage: str | None = None) -> Table:
        """Return one row a day."""
        return printed(self._figures(category, stage, None).series(unit, first, last), SERIES_COLUMNS)

    def _figures(self, category: str, stage: str | None, known_at: str | None) -> Figures:
        known = datetime.fromisoformat(known_at) if known_at else None
        return Figures(self.setting, self.intake.accepted, category=category, stage=stage, known_at=known)


class ProductWorld:
    """The figures as the command line gives them."""

    def __init__(self, config: Path, campaign: str) -> None:
        self.config = config
        self.campaign = campaign
        self.batches: dict[int, str] = {}

    def ingest(
        self, files: list[Path], received_at: str, source: str | None = None, *, dry_run: bool = False
    ) -> dict[str, int]:
        """Take in files and return the tallies."""
        arguments = ["--received-at", received_at, "--json", *(["--dry-run"] if dry_run else [])]
        if source:
            arguments += ["--source", source]
        out = self._run("ingest", *arguments, *map(str, files))
        answer = json.loads(out)
        if not dry_run:
            self.batches[len(self.batches) + 1] = answer["batch"]
        return {name: answer[name] for name in TALLIES}

    def progress(
        self,
        as_of: date,
        *,
        category: str = "all",
        stage: str | None = None,
        level: str | None = None,
        known_at: str | None = None,
        units_on: date | None = None,
    ) -> Table:
        """Return one row a unit."""
        arguments = ["--as-of", as_of.isoformat(), "--category", category]
        for option, value in (("--stage", stage), ("--level", level), ("--known-at", known_at)):
            arguments += [option, value] if value else []
        arguments += ["--units-on", units_on.isoformat()] if units_on else []
        return _table(self._run("progress", *arguments, "--format", "csv"))

    def series(
        self,
        unit: str,
        first: date,  # noqa: ARG002 - the command has no range
        last: date,  # noqa: ARG002
        *,
        category: str = "all",
        stage: str | None = None,
    ) -> Table:
        """Return one row a day."""
        arguments = ["--unit", unit, "--category", category]
        arguments += ["--stage", stage] if stage else []
        return _table(self._run("series", *arguments, "--format", "csv"))

    def decide(self, decisions: list[Decision]) -> dict[str, int]:
        """Hand in decisions as a page does, let the scheduler's part take them in, and return the tallies."""
        from etl.configured import load  # noqa: PLC0415
        from etl.envelope import LOCAL  # noqa: PLC0415
        from etl.submitted import result, submit_decisions, take_all  # noqa: PLC0415

        config = load(self.config)
        name = submit_decisions(config, self.campaign, LOCAL, [one.document(self.batches) for one in decisions])
        take_all(config)
        answer = result(config, name)
        if answer is None or "error" in answer:
            raise Refused(f"decisions: {answer}")
        self.batches[len(self.batches) + 1] = answer["batch"]
        return {name: answer[name] for name in TALLIES}

    def open_rows(self) -> list[tuple[str, int, str]]:
        """Return (file, row, fate) of the rows that wait for a person; a row's number is 1 under the header."""
        found = json.loads(self._run("issues", "--format", "json"))
        return sorted(
            (one["file"], int(one["row"]) - 1, one["kind"]) for one in found if one["kind"] in ("held", "rejected")
        )

    def rebuild(self) -> None:
        """Replay everything received."""
        self._run("rebuild")

    def rollback(self) -> None:
        """Go back to the version before."""
        self._run("rollback")

    def _run(self, command: str, *arguments: str) -> str:
        from etl.commands import main  # noqa: PLC0415 - the oracle also runs without the product

        line = ["--config", str(self.config), command, "--campaign", self.campaign, *arguments]
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(line)
        if code:
            raise Refused(f"exit {code}: {' '.join(line)}\n{err.getvalue()}{out.getvalue()}")
        return out.getvalue()


def twin(file: Path) -> Path:
    """Return the CSV that says what a file says: itself, or what lies beside a workbook."""
    return file.with_suffix(".twin") if file.suffix == ".xlsx" else file


def _table(text: str) -> Table:
    return list(csv.DictReader(io.StringIO(text, newline="")))
