"""What happens to a row on its way in: accepted, unchanged, held or rejected."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from tests.oracle.setting import ALL, Key, Setting, Source, read_table

FIELDS = (
    "unit_code", "unit_name", "parent_name", "category", "stage", "as_of", "count", "target", "reason", "reported_by",
    "measure",
)  # fmt: skip
MEASURES = ("count", "target", "units_finished")


class Fate(StrEnum):
    """Where a row ends."""

    ACCEPTED = "accepted"
    UNCHANGED = "unchanged"
    HELD = "held"
    REJECTED = "rejected"


Spot = tuple[int, str, int]
"""where a row stood: the load's number, the file, the row's number"""


class Refused(Exception):
    """The whole load is refused."""


@dataclass
class Row:
    """One row as received, and what became of it."""

    file: str
    number: int
    """1 is the first row under the header"""
    unit: str = ""
    category: str = ""
    stage: str = ""
    as_of: date = date.min
    measure: str = "count"
    count: int = 0
    target: int | None = None
    has_reason: bool = False
    fate: Fate | None = None
    why: str = ""
    flagged: bool = False
    kind: str = "count"
    """a count, or an increment"""
    cells: dict[str, str] = field(default_factory=dict)
    """our field -> its text, as received"""
    source: Source | None = None
    open: bool = False
    """whether it waits for a person"""

    def texts(self) -> dict[str, str]:
        """Return the row's cells; of a held one, what it claimed."""
        if self.fate is not Fate.HELD:
            return self.cells
        return {
            "unit_code": self.unit,
            "category": self.category,
            "stage": self.stage,
            "as_of": self.as_of.isoformat(),
            "count": str(self.count),
        }

    @property
    def key(self) -> Key:
        """Return what the row is about, its day apart."""
        return (self.unit, self.category, self.stage)

    @property
    def full_key(self) -> tuple[str, str, str, date, str]:
        """Return what the row is about."""
        return (*self.key, self.as_of, self.measure)

    def reject(self, why: str) -> None:
        """Refuse the row for a reason."""
        self.fate, self.why = Fate.REJECTED, why


@dataclass(frozen=True)
class Submission:
    """An accepted count."""

    key: Key
    as_of: date
    count: int
    received_at: datetime


@dataclass
class Intake:
    """All that a campaign has received so far, in the order of its coming."""

    setting: Setting
    accepted: list[Submission] = field(default_factory=list)
    held: dict[tuple[Key, date], set[int]] = field(default_factory=dict)
    held_increments: dict[tuple[Key, date], set[int]] = field(default_factory=dict)
    entries: dict[Key, dict[date, tuple[str, int]]] = field(default_factory=dict)
    """what was last reported of each day: ("count", so many by then) or ("increment", so many more)"""
    stated: dict[tuple[str, str, str, date, str], int] = field(default_factory=dict)
    last_received_at: datetime | None = None
    stands: dict[Key, dict[date, int]] = field(default_factory=dict)
    """the count that stands for each day, of all that was accepted"""
    loads: int = 0
    waited: dict[Spot, Row] = field(default_factory=dict)
    """every row that was ever held or rejected"""
    decided: dict[Spot, tuple[object, ...]] = field(default_factory=dict)
    """what was decided about a row"""
    covered: set[tuple[Key, date, str, int]] = field(default_factory=set)
    """held rows about which somebody decided: sent again they are unchanged"""
    refused: set[tuple[str, tuple[tuple[str, str], ...]]] = field(default_factory=set)
    """rejected rows, why and what they said: each is listed once, however many loads bring it"""
    refused_before: frozenset[tuple[str, tuple[tuple[str, str], ...]]] = frozenset()
    """those of earlier loads"""
    covered_rejected: set[tuple[str, tuple[tuple[str, str], ...]]] = field(default_factory=set)
    """rejected rows about which somebody decided: why, and what they said"""

    def ingest(
        self,
        files: Iterable[tuple[str, bytes]],
        received_at: datetime,
        source_name: str | None = None,
    ) -> list[Row]:
        """Take in the files (name, content) of one load and return all their rows with their fates."""
        self.begin(received_at)
        source = self.setting.sources[source_name] if source_name else None
        rows: list[Row] = []
        for name, content in files:
            rows += self._ingest_file(name, content, received_at, source)
        return rows

    def begin(self, received_at: datetime) -> None:
        """Begin a load."""
        if self.last_received_at is not None and received_at <= self.last_received_at:
            raise Refused("received_at strictly increases within a campaign")
        self.last_received_at = received_at
        self.loads += 1
        self.refused_before = frozenset(self.refused)

    def open_rows(self) -> list[tuple[str, int, str]]:
        """Return (file, row, fate) of the rows that wait for a person."""
        return sorted((row.file, row.number, str(row.fate)) for row in self.waited.values() if row.open)

    def cover(self, row: Row) -> None:
        """Let a row about which somebody decided be unchanged when it comes again."""
        if row.fate is Fate.HELD:
            self.covered.add((row.key, row.as_of, row.kind, row.count))
        else:
            self.covered_rejected.add((row.why, tuple(sorted(row.cells.items()))))

    def let_stand(self, row: Row, entry: tuple[str, int], received_at: datetime) -> bool:
        """Let a count stand because a person says so; return whether it is over its target."""
        self._judge([row], entry, received_at, None, explained=True)
        return self._over_target(row, self.standing(row.key).get(row.as_of, 0))

    def release(self, key: Key, day: date, kind: str, count: int) -> None:
        """Settle held rows whose count was accepted otherwise."""
        for row in self.waited.values():
            if row.fate is Fate.HELD and (row.key, row.as_of, row.kind, row.count) == (key, day, kind, count):
                row.open = False

    def standing(self, key: Key) -> dict[date, int]:
        """Return the count that stands for each reported day of a unit, category and stage."""
        return dict(self.stands.get(key, {}))

    def accept(self, sent: Submission) -> None:
        """Let a count stand."""
        self.accepted.append(sent)
        self.stands.setdefault(sent.key, {})[sent.as_of] = sent.count

    def _ingest_file(self, name: str, content: bytes, received_at: datetime, source: Source | None) -> list[Row]:
        today = received_at.astimezone(self.setting.timezone).date()
        rows = [
            _read_row(self.setting, source, name, number, cells, today)
            for number, cells in enumerate(read_table(content), start=1)
        ]
        parts: dict[tuple[str, str, str, date, str], list[Row]] = {}
        for row in rows:
            if row.fate is None:
                parts.setdefault(row.full_key, []).append(row)

        # what is judged together: (rows, count); one row each unless the source sends parts
        judged: list[tuple[list[Row], int]] = []
        for group in parts.values():
            if source and source.combine == "sum":
                judged.append((group, sum(row.count for row in group)))
            elif len({row.count for row in group}) > 1:
                for row in group:
                    row.reject("conflicting_rows")
            else:
                judged += [([row], row.count) for row in group]

        judged.sort(key=lambda item: (item[0][0].as_of, item[0][0].number))
        for group, reported in judged:
            kind = "increment" if source and source.measure == "daily" else "count"
            fate, why = self._judge(group, (kind, reported), received_at, source)
            count = self.standing(group[0].key).get(group[0].as_of, reported)
            flagged = fate is Fate.ACCEPTED and self._over_target(group[0], count)
            for row in group:
                row.fate, row.why, row.flagged, row.kind = fate, why, flagged, kind
        self._let_wait(rows)
        return rows

    def _let_wait(self, rows: list[Row]) -> None:
        """Keep the rows that wait for a person; those rejected again after a decision are unchanged."""
        for row in rows:
            again = (row.why, tuple(sorted(row.cells.items())))
            if row.fate is Fate.REJECTED and again in self.covered_rejected:
                row.fate = Fate.UNCHANGED
            elif row.fate in (Fate.REJECTED, Fate.HELD):
                row.open = row.fate is Fate.HELD or again not in self.refused_before
                self.refused.add(again)
                self.waited[self.loads, row.file, row.number] = row

    def _judge(
        self,
        group: list[Row],
        entry: tuple[str, int],
        received_at: datetime,
        source: Source | None,
        *,
        explained: bool = False,
    ) -> tuple[Fate, str]:
        row, (kind, reported) = group[0], entry
        if self.setting.is_stated(row.unit, row.category):
            if self.stated.get(row.full_key) == reported:
                return Fate.UNCHANGED, ""
            self.stated[row.full_key] = reported
            return Fate.ACCEPTED, ""

        self._take_target(group)
        standing = self.standing(row.key)
        entries = self.entries.setdefault(row.key, {})
        would_be = _added_up({**entries, row.as_of: entry})
        known_kind = entries.get(row.as_of, ("", 0))[0]
        same_count = known_kind == "count" and standing.get(row.as_of) == would_be[row.as_of]
        waiting = self.held_increments if kind == "increment" else self.held
        still_held = waiting.setdefault((row.key, row.as_of), set())
        covered = (row.key, row.as_of, kind, reported) in self.covered
        restates = source is not None and source.on_fall == "accept"
        may_fall = explained or restates or any(part.has_reason for part in group)
        if entries.get(row.as_of) == entry or same_count or ((reported in still_held or covered) and not may_fall):
            return Fate.UNCHANGED, ""
        why = _out_of_line(standing, entries, row.as_of, entry)
        if why and not may_fall:
            still_held.add(reported)
            return Fate.HELD, why
        still_held.discard(reported)
        self.release(row.key, row.as_of, kind, reported)
        entries[row.as_of] = entry
        for day, count in would_be.items():
            if day == row.as_of or standing.get(day) != count:
                self.accept(Submission(row.key, day, count, received_at))
        return Fate.ACCEPTED, ""

    def _take_target(self, group: list[Row]) -> None:
        stated = [row.target for row in group if row.target is not None]
        if not stated:
            return
        due, key, as_of = sum(stated), group[0].key, group[0].as_of
        versions = self.setting.targets.setdefault(key, {})
        if target_on(versions, as_of) != due:
            versions[as_of] = due

    def _over_target(self, row: Row, count: int) -> bool:
        if self.setting.is_stated(row.unit, row.category):
            return False
        due = target_on(self.setting.targets.get(row.key, {}), row.as_of)
        return due is not None and count > due


def _out_of_line(
    standing: dict[date, int], entries: dict[date, tuple[str, int]], as_of: date, entry: tuple[str, int]
) -> str:
    """Return why a person must look at an entry; nothing when it fits."""
    kind, reported = entry
    if kind == "count":
        return _implausible(standing, as_of, reported)
    would_be = _added_up({**entries, as_of: entry})
    if would_be[as_of] < standing.get(as_of, 0):
        return "count_falls"
    return "exceeds_later" if _overtakes(would_be, entries, as_of) else ""


def _added_up(entries: dict[date, tuple[str, int]]) -> dict[date, int]:
    """Return the count at the end of each day: as reported, or so many more than the day before it had."""
    counts, so_far = {}, 0
    for day in sorted(entries):
        kind, reported = entries[day]
        so_far = reported if kind == "count" else so_far + reported
        counts[day] = so_far
    return counts


def _overtakes(would_be: dict[date, int], entries: dict[date, tuple[str, int]], as_of: date) -> bool:
    """Tell whether the next count reported as one would be lower than the day before it."""
    days = sorted(would_be)
    fixed = [day for day in days if day > as_of and entries[day][0] == "count"]
    return bool(fixed) and would_be[days[days.index(fixed[0]) - 1]] > would_be[fixed[0]]


def target_on(versions: dict[date, int], day: date) -> int | None:
    """Return the target of a day: the latest version begun by then, before the first the first."""
    if not versions:
        return None
    begun = [first_day for first_day in versions if first_day <= day]
    return versions[max(begun) if begun else min(versions)]


def _implausible(standing: dict[date, int], as_of: date, count: int) -> str:
    before = [day for day in standing if day <= as_of]
    after = [day for day in standing if day > as_of]
    if before and count < standing[max(before)]:
        return "count_falls"
    if after and count > standing[min(after)]:
        return "exceeds_later"
    return ""


class _Fault(Exception):
    """What is wrong with a row: the reason it is rejected for."""


def _read_row(
    setting: Setting,
    source: Source | None,
    file: str,
    number: int,
    cells: dict[str, str],
    today: date,
) -> Row:
    """Return a row as read: rejected, or with all its fields."""
    row = Row(file, number, source=source)

    def texts(name: str) -> list[str]:
        if source is None:
            return [cells.get(name, "")]
        if name in source.constants:
            return [source.constants[name]]
        if name == "as_of" and source.as_of_fixed:
            return [source.as_of_fixed.isoformat()]
        if name == "as_of" and source.as_of_filename:
            match = re.search(source.as_of_filename, file)
            return [match[1] if match else ""]
        return [cells.get(header, "") for header in source.columns.get(name, [])] or [""]

    def text(name: str) -> str:
        return texts(name)[0]

    row.cells = {name: text(name) for name in FIELDS if name in cells or (source and source.says(name))}
    row.has_reason = bool(text("reason").strip())
    row.measure = text("measure") or "count"
    row.category = text("category") or ("" if setting.names_categories else ALL)
    row.stage = text("stage") or ("" if setting.names_stages else setting.headline)
    try:
        if not all([text("unit_code") or text("unit_name"), row.category, row.stage, text("as_of"), *texts("count")]):
            raise _Fault("missing_field")  # noqa: TRY301 - the list of faults stays in one place
        row.unit = _unit(setting, text("unit_code"), text("unit_name"), text("parent_name"))
        _check_words(setting, row)
        row.as_of = _day(text("as_of"), today)
        row.count = _sum_of_counts(texts("count"))
    except _Fault as fault:
        row.reject(str(fault))
    if text("target"):
        row.target = read_count(text("target"))
    return row


def read_again(setting: Setting, row: Row, cells: dict[str, str], received_at: datetime) -> Row:
    """Return a row as it reads with other cells, in the plain form."""
    today = received_at.astimezone(setting.timezone).date()
    return _read_row(setting, None, row.file, row.number, cells, today)


def _check_words(setting: Setting, row: Row) -> None:
    if row.category not in [*setting.categories, *setting.groups, ALL]:
        raise _Fault("unknown_category")
    if row.stage not in setting.stages:
        raise _Fault("unknown_stage")
    if row.measure not in (MEASURES if setting.is_stated(row.unit, row.category) else MEASURES[:1]):
        raise _Fault("not_a_stated_total")


def _day(text: str, today: date) -> date:
    as_of = read_date(text)
    if as_of is None:
        raise _Fault("bad_date")
    if as_of > today:
        raise _Fault("future_date")
    return as_of


def _sum_of_counts(texts: list[str]) -> int:
    counts = [read_count(text) for text in texts]
    whole = [count for count in counts if count is not None]
    if len(whole) < len(counts):
        raise _Fault("bad_count")
    if min(whole) < 0:
        raise _Fault("negative_count")
    return sum(whole)


def _unit(setting: Setting, code: str, name: str, parent_name: str) -> str:
    found = _find_units(setting, code, name, parent_name)
    if len(found) != 1:
        raise _Fault("ambiguous_unit" if found else "unknown_unit")
    return found[0]


def _find_units(setting: Setting, code: str, name: str, parent_name: str) -> list[str]:
    if code:
        return [code] if code in setting.units else []
    return _of_that_name(setting, name, parent_name) or [
        code for alias, code in setting.aliases.items() if alias == name and _lies_in(setting, code, parent_name)
    ]


def _lies_in(setting: Setting, code: str, parent_name: str) -> bool:
    parent = setting.units[code].parent_code
    return not parent_name or (parent is not None and setting.units[parent].name == parent_name)


def _of_that_name(setting: Setting, name: str, parent_name: str) -> list[str]:
    return [
        unit.code
        for unit in setting.units.values()
        if unit.name == name
        and (not parent_name or (unit.parent_code and setting.units[unit.parent_code].name == parent_name))
    ]


def read_date(text: str) -> date | None:
    """Return the day a text names: ISO, or day first with one of `/ - .` throughout."""
    iso = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text)
    day_first = re.fullmatch(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})", text)
    try:
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if day_first:
            return date(int(day_first[4]), int(day_first[3]), int(day_first[1]))
    except ValueError:
        return None
    return None


def read_count(text: str) -> int | None:
    """Return the whole number a text writes, its thousands perhaps marked by `.` or by `,`."""
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    if re.fullmatch(r"[0-9]+|[0-9]{1,3}(\.[0-9]{3})+|[0-9]{1,3}(,[0-9]{3})+", digits):
        return sign * int(digits.replace(".", "").replace(",", ""))
    return None


def tally(rows: list[Row]) -> dict[str, int]:
    """Return how many rows were read and where they ended."""
    counts = {fate.value: sum(row.fate is fate for row in rows) for fate in Fate}
    return {"read": len(rows), **counts, "flagged": sum(row.flagged for row in rows)}
