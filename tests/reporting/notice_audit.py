"""An auditor of notices: every cell of their workbooks against the command line's own figures.

It reads the CSV of `progress` and `series` and the finished workbooks, and reckons for itself; it shares no code with
what makes notices. Only the words of headings and bands are not its business.
"""

from __future__ import annotations

import contextlib
import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from etl.commands import main

Row = dict[str, str]
DAY = timedelta(days=1)
LATE = ("overdue", "silent", "stalled", "behind", "at_risk", "no_target")
NONE = "–"


@dataclass
class Told:
    """What the command line tells of one campaign."""

    config: Path
    campaign: str
    known: dict[tuple[date, str, date | None], list[Row]] = field(default_factory=dict)

    def ask(self, command: str, *arguments: str) -> str:
        """Return what a command prints."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(["--config", str(self.config), command, "--campaign", self.campaign, *arguments])
        if code:
            raise AssertionError(f"exit {code}: {err.getvalue()}")
        return out.getvalue()

    def progress(self, as_of: date, category: str = "all", units_on: date | None = None) -> list[Row]:
        """Return the rows of `progress` in their order; asked once, as nothing comes in meanwhile."""
        key = (as_of, category, units_on)
        if key not in self.known:
            more = ("--units-on", units_on.isoformat()) if units_on else ()
            out = self.ask("progress", "--as-of", as_of.isoformat(), "--category", category, *more, "--format", "csv")
            self.known[key] = list(csv.DictReader(io.StringIO(out, newline="")))
        return self.known[key]

    def default_day(self) -> date:
        """Return the day that figures are for when none is asked for."""
        out = self.ask("progress", "--format", "csv")
        return date.fromisoformat(next(csv.DictReader(io.StringIO(out, newline="")))["as_of"])


def whole(text: str) -> int | None:
    """Return a count as the command line prints it; None for none."""
    return int(text) if text else None


class Auditor:
    """Audits the notices of one campaign and one period."""

    def __init__(self, told: Told, first: date, as_of: date, start: date, views: Sequence[str]) -> None:
        """Ask for the figures of the period's last day and of the day before it, by the units of the last."""
        self.told, self.first, self.as_of, self.start = told, first, as_of, start
        self.views = [{row["code"]: row for row in told.progress(as_of, view)} for view in views]
        self.rows = self.views[-1]
        before = told.progress(first - DAY, units_on=as_of)
        self.before = {row["code"]: row for row in before}
        self.order = list(self.rows)
        self.found: list[str] = []

    # Who is below whom

    def below(self, code: str) -> list[str]:
        """Return a unit and all below it, in the order of the figures."""
        covered = {code}
        while True:
            more = {one for one in self.rows if self.rows[one]["parent_code"] in covered} - covered
            if not more:
                return [one for one in self.order if one in covered]
            covered |= more

    def children(self, code: str) -> list[str]:
        """Return the units right below a unit."""
        return [one for one in self.order if self.rows[one]["parent_code"] == code]

    def is_leaf(self, code: str) -> bool:
        """Return whether nobody is below a unit."""
        return not self.children(code)

    def heads(self) -> list[tuple[str, ...]]:
        """Return the units that get a notice, in any order; those without any unit above or below get one together."""
        roots = [code for code in self.order if not self.rows[code]["parent_code"]]
        above = [root for root in roots if self.children(root)]
        found = [(one,) for root in above for one in (root, *self.children(root)) if self.children(one)]
        flat = tuple(root for root in roots if not self.children(root))
        return found + ([flat] if flat else [])

    # One workbook

    def audit(self, path: Path, tops: tuple[str, ...]) -> list[str]:
        """Return a line for everything in a workbook that the figures do not say."""
        self.found = []
        book = load_workbook(path)
        sheets: list[Worksheet] = list(book.worksheets)
        mine = [code for code in self.order if any(code in self.below(top) for top in tops)]
        tables = self._tables(tops, mine)
        totals = self._totals(tops)
        for (_, codes), sheet in zip(tables, sheets, strict=False):
            self._ranking(sheet, codes, totals)
        named = len(tables) + 1
        self._bands(sheets[named - 1], tables, totals)
        self._named(sheets[named], [code for code in mine if code not in tops or len(mine) == len(tops)])
        for sheet in sheets[named + 1 :]:
            if getattr(sheet, "_charts", []):
                self._charts(sheet, sheets[sheets.index(sheet) + 1], tables, tops)
        return [f"{path.name}: {line}" for line in self.found]

    def same(self, where: str, got: object, expected: object) -> None:
        """Note a difference."""
        if isinstance(got, datetime):
            got = got.date()
        if isinstance(expected, Fraction) and isinstance(got, (int, float)):
            if abs(Fraction(got) - expected) > Fraction(1, 10**9):
                self.found.append(f"{where}: expected {float(expected)}, got {got}")
        elif got != expected or isinstance(got, bool):
            self.found.append(f"{where}: expected {expected!r}, got {got!r}")

    def _tables(self, tops: tuple[str, ...], mine: list[str]) -> list[tuple[str, list[str]]]:
        """Return the ranked tables: a level and its units in their order, then those that end above it."""
        if len(mine) == len(tops):
            return [(self.rows[mine[0]]["level"], mine)]
        inner = [code for code in mine if code not in tops]
        levels = list(dict.fromkeys(self.rows[code]["level"] for code in self.order))
        found = []
        for level in levels:
            there = [code for code in inner if self.rows[code]["level"] == level]
            covered = {below for code in there for below in self.below(code)}
            if there:
                found.append((level, there + [code for code in inner if self.is_leaf(code) and code not in covered]))
        return found

    def part(self, view: dict[str, Row], codes: Sequence[str]) -> tuple[int | None, int | None, int | None]:
        """Return target, done and remaining of some units."""
        due = [view[code] for code in codes if view[code]["target"]]
        if not due:
            return None, None, None
        return tuple(sum(int(row[name]) for row in due) for name in ("target", "done", "remaining"))  # type: ignore[return-value]

    def in_period(self, code: str) -> int | None:
        """Return what was done in the period."""
        row = self.rows[code]
        return int(row["done"]) - int(self.before[code]["done"]) if row["target"] else None

    def _totals(self, tops: tuple[str, ...]) -> list[tuple[int | None, int | None, int | None]]:
        return [self.part(view, tops) for view in self.views]

    def change(self, code: str) -> int | str:
        """Return the places gained since the day before the period."""
        row, was = self.rows[code], self.before[code]["rank"]
        if self.first == self.as_of:
            return whole(row["rank_change"]) if row["rank_change"] else NONE  # type: ignore[return-value]
        level = [one for one in self.before.values() if one["level"] == row["level"]]
        if self.first <= self.start and {one["rank"] for one in level} <= {"", "1"}:
            return NONE
        return int(was) - int(row["rank"]) if was and row["rank"] else NONE

    # Sheets

    def _ranking(
        self, sheet: Worksheet, codes: list[str], totals: list[tuple[int | None, int | None, int | None]]
    ) -> None:
        top = header_row(sheet)
        above = len({self.rows[code]["parent_code"] for code in codes}) > 1
        row = next(number for number in range(top + 1, top + 4) if sheet.cell(number, 1).value == 1)
        first = row
        for place, code in enumerate(codes, start=1):
            one, where = self.rows[code], f"{sheet.title} {code}"
            cells = [cell.value for cell in sheet[row]]
            parent = self.rows.get(one["parent_code"])
            expected: list[Any] = [place, one["name"], *([parent["name"] if parent else None] if above else [])]
            expected += self._amounts([self.part(view, [code]) for view in self.views], self.in_period(code))
            expected += [whole(one["rank"]) if one["rank"] else NONE, self.change(code)]
            for column, (got, wanted) in enumerate(zip(cells, expected, strict=False), start=1):
                self.same(f"{where} column {column}", got or (None if got == "" else got), wanted)
            self.same(f"{where} columns", len(cells), len(expected) + 1)
            row += 1
        gained = [self.in_period(code) for code in codes if self.in_period(code) is not None]
        amounts = self._amounts(totals, sum(one or 0 for one in gained) if totals[-1][0] is not None else None)
        cells = [cell.value for cell in sheet[row]][2 + above :]
        for column, (got, wanted) in enumerate(zip(cells, amounts, strict=False), start=3 + above):
            self.same(f"{sheet.title} total column {column}", got, wanted)
        self._sums(
            sheet, first, row, [c for c, v in enumerate(amounts, start=3 + above) if not isinstance(v, Fraction)]
        )

    def _amounts(
        self, parts: Sequence[tuple[int | None, int | None, int | None]], in_period: int | None
    ) -> list[int | str | Fraction]:
        found: list[int | str | Fraction] = []
        for target, done, _ in parts:
            share = Fraction(done, target) if target and done is not None else NONE
            found += [NONE if target is None else target, NONE if done is None else done, share]
        remaining = parts[-1][2]
        return [*found, NONE if remaining is None else remaining, NONE if in_period is None else in_period]

    def _sums(self, sheet: Worksheet, first: int, total: int, columns: Sequence[int]) -> None:
        """Reckon the live sums under a total."""
        for column in columns:
            formula = sheet.cell(total + 1, column).value
            if not isinstance(formula, str) or not formula.startswith("=SUM("):
                if sheet.cell(total, column).value != NONE and not _is_share(sheet, total, column):
                    self.found.append(f"{sheet.title} {total + 1},{column}: no live sum: {formula!r}")
                continue
            letter = sheet.cell(total, column).column_letter
            self.same(f"{sheet.title} formula", formula, f"=SUM({letter}{first}:{letter}{total - 1})")
            summed = [sheet.cell(row, column).value for row in range(first, total)]
            said = sheet.cell(total, column).value
            self.same(
                f"{sheet.title} sum {letter}", sum(v for v in summed if isinstance(v, int)), 0 if said == NONE else said
            )

    def _bands(
        self,
        sheet: Worksheet,
        tables: list[tuple[str, list[str]]],
        totals: list[tuple[int | None, int | None, int | None]],
    ) -> None:
        row = header_row(sheet) + 1
        for level, codes in tables:
            groups: list[list[str]] = [[] for _ in range(8)]
            for code in codes:
                groups[self._band_of(self.rows[code])].append(code)
            while sheet.cell(row, 1).value != 1:
                row += 1
            first = row
            for place, group in enumerate(groups, start=1):
                where = f"{sheet.title} {level} band {place}"
                cells = [cell.value for cell in sheet[row]]
                sums = self.part(self.rows, group)
                self.same(f"{where} place", cells[0], place)
                self.same(f"{where} units", cells[2], len(group))
                self.same(
                    f"{where} sums", cells[3:6], [(0 if not group else NONE) if one is None else one for one in sums]
                )
                names = str(cells[6] or "")
                row += 1
                while sheet.cell(row, 1).value is None and sheet.cell(row, 3).value is None:
                    names += f" {sheet.cell(row, 7).value}"
                    row += 1
                self.same(
                    f"{where} names",
                    names,
                    self._names(group, len({self.rows[one]["parent_code"] for one in codes}) > 1),
                )
            cells = [cell.value for cell in sheet[row]]
            self.same(
                f"{sheet.title} {level} all", cells[2:6], [len(codes), *(NONE if v is None else v for v in totals[-1])]
            )
            self._sums(sheet, first, row, [3, 4, 5, 6])
            row += 2

    def _names(self, group: list[str], above: bool) -> str:  # noqa: FBT001 - reads as its name
        if not above:
            return ", ".join(self.rows[one]["name"] for one in group)
        together: dict[str, list[str]] = {}
        for one in group:
            parent = self.rows.get(self.rows[one]["parent_code"])
            together.setdefault(parent["name"] if parent else "", []).append(self.rows[one]["name"])
        return "; ".join(f"{name}: {', '.join(below)}" for name, below in together.items())

    def _band_of(self, row: Row) -> int:
        """Return which of the eight groups of the default bands a unit is in."""
        if not row["target"]:
            return 7
        target, done = int(row["target"]), int(row["done"])
        if target == 0:
            return 6
        if int(row["remaining"]) == 0:
            return 0
        share = Fraction(done, target)
        if share == 0:
            return 5
        return 1 if share > Fraction(9, 10) else 4 if share < Fraction(1, 10) else 3 if share < Fraction(1, 2) else 2

    def _named(self, sheet: Worksheet, mine: list[str]) -> None:
        """Audit the finished, by day, and the lagging, by reason, each with its figures."""
        levels = list(dict.fromkeys(self.rows[code]["level"] for code in self.order))
        sections = []
        for level in levels:
            done = [code for code in mine if self.rows[code]["level"] == level and self.rows[code]["finished_on"]]
            sections.append(sorted(done, key=lambda code: (self.rows[code]["finished_on"], code)))
        for status in LATE:
            late = [code for code in mine if self.is_leaf(code) and self.rows[code]["status"] == status]
            sections.append(sorted(late, key=lambda code: (-int(self.rows[code]["rank"] or 0), code)))
        sections = [section for section in sections if section]
        headings, lists = _sections(sheet)
        self.same(f"{sheet.title} headings", headings, [len(section) for section in sections])
        if [len(one) for one in lists] != [len(section) for section in sections]:
            return
        listed = [code for section in sections for code in section]
        above = len({self.rows[code]["parent_code"] for code in listed}) > 1
        for section, lines in zip(sections, lists, strict=True):
            for code, cells in zip(section, lines, strict=True):
                one = self.rows[code]
                amounts = self._amounts([self.part(self.rows, [code])], None)[:-1]
                where = f"{sheet.title} {code}"
                self.same(f"{where} name", cells[1], one["name"])
                for wanted, value in zip(amounts, cells[2 + above :], strict=False):
                    self.same(where, value, wanted)
                if one["finished_on"]:
                    self.same(f"{where} day", cells[6 + above], date.fromisoformat(one["finished_on"]))

    def _charts(
        self, drawn: Worksheet, figures: Worksheet, tables: list[tuple[str, list[str]]], tops: tuple[str, ...]
    ) -> None:
        """Audit the figures that the charts draw from, and that they draw from all of them and nothing else."""
        ranges = [ref for chart in drawn._charts for ref in _references(chart)]  # openpyxl has no other door
        first = next(row for row in range(3, 9) if isinstance(figures.cell(row + 1, 3).value, datetime)) + 1
        bars = [row for row in range(first, figures.max_row + 1) if figures.cell(row, 1).value is not None]
        days = [row for row in range(first, figures.max_row + 1) if figures.cell(row, 3).value is not None]
        expected = []
        if bars:
            expected += [("A", bars[0], bars[-1]), ("B", bars[0], bars[-1])]
        for letter in "DE":
            expected += [("C", days[0], days[-1]), (letter, days[0], days[-1])]
        title = figures.title.replace("'", "''")
        wanted = [f"'{title}'!${letter}${a}:${letter}${b}" for letter, a, b in expected]
        self.same(f"{drawn.title} references", ranges, wanted if len(ranges) == len(wanted) else wanted[:2])
        ranked = [[code for code in codes if int(self.rows[code]["target"] or 0)] for _, codes in tables]
        chosen = next((codes for codes in reversed(ranked) if 0 < len(codes) <= 30), None)
        if chosen is not None:
            self.same("bars", len(bars), len(chosen))
            for code, row in zip(chosen, bars, strict=False):
                one = self.rows[code]
                self.same(f"bar {code}", figures.cell(row, 2).value, Fraction(int(one["done"]), int(one["target"])))
        for row in days:
            day, plan, done = (figures.cell(row, column).value for column in (3, 4, 5))
            known = {one["code"]: one for one in self.told.progress(day.date(), units_on=self.as_of)}
            there = [known[top] for top in tops]
            after = day.date() > self.as_of
            self.same(f"done on {day}", done, None if after else sum(int(one["done"]) for one in there))
            due = sum((Fraction(one["expected"] or 0) for one in there), Fraction(0))
            if day.date() == self.as_of and abs(Fraction(plan) - due) > Fraction(len(tops), 100):
                self.found.append(f"plan on {day}: expected {float(due)}, got {plan}")


def _sections(sheet: Worksheet) -> tuple[list[int], list[list[tuple[Any, ...]]]]:
    """Return what the headings of a sheet count, and the lines of each list."""
    headings: list[int] = []
    lists: list[list[tuple[Any, ...]]] = []
    for cells in sheet.iter_rows(min_row=header_row(sheet) + 1, values_only=True):
        if isinstance(cells[0], int):
            if cells[0] == 1:
                lists.append([])
            lists[-1].append(cells)
        elif isinstance(cells[0], str) and (said := re.search(r"\((\d+)\)$", cells[0])):
            headings.append(int(said[1]))
    return headings, lists


def _is_share(sheet: Worksheet, row: int, column: int) -> bool:
    return "%" in sheet.cell(row, column).number_format or isinstance(sheet.cell(row, column).value, float)


def _references(chart: Any) -> Iterator[str]:
    for series in chart.ser:
        yield (series.cat.strRef or series.cat.numRef).f
        yield series.val.numRef.f


def header_row(sheet: Worksheet) -> int:
    """Return the row of a sheet's header."""
    return next(row for row in range(1, 60) if sheet.cell(row, 1).value in ("STT", "No."))
