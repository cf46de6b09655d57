"""The configured: config.toml, units.csv and targets.csv read from disk and checked."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import zip_longest
from pathlib import Path

from campaign.configuration import ALL, DONE, Campaign, Configuration, parse
from campaign.errors import ConfigError
from campaign.lineage import lineage_of
from campaign.names import spelling
from campaign.units import Registry, Unit
from campaign.values import Unreadable, read_count, read_day

PROJECT = Path(__file__).resolve().parent.parent
ALIASES = PROJECT / "data" / "reference" / "aliases.csv"
DEMO = PROJECT / "data" / "demo" / "config.toml"


@dataclass(frozen=True)
class DueRow:
    """One row of targets.csv."""

    unit_code: str
    category: str
    stage: str
    target: int
    valid_from: date | None
    reason: str | None


@dataclass(frozen=True)
class Inputs:
    """One campaign's units and targets, and the bytes they were read from; not `whole`: the targets were not read."""

    registry: Registry
    targets: list[DueRow]
    stated: list[DueRow]
    files: dict[str, bytes]
    whole: bool = True


def config_path(asked: Path | None = None) -> Path:
    """Return the file asked for, else CANDICH_CONFIG, else config.toml of the project."""
    if asked is not None:
        return asked.resolve()
    named = os.environ.get("CANDICH_CONFIG")
    return Path(named).resolve() if named else PROJECT / "config.toml"


def load(path: Path | None = None, *, demo: bool = False) -> Configuration:
    """Return the configuration; the demo's when it is asked for, or when the file names no campaign.

    Raises ConfigError naming the key, what was found and what was expected.
    """
    chosen = config_path(path)
    configuration = parse(_text(chosen), chosen)
    if (demo or not configuration.campaigns) and chosen != DEMO:
        shown = parse(_text(DEMO), DEMO)
        kept = ("streamlit", "language", "access", "public_url")  # who is let in holds whatever is shown
        return shown.model_copy(update={name: getattr(configuration, name) for name in kept})
    return configuration


def is_demo(configuration: Configuration) -> bool:
    """Tell whether a configuration is the demo's."""
    return configuration.path == DEMO


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(str(path), "there is no such file", "name one with --config FILE") from None
    except (OSError, UnicodeDecodeError) as problem:
        raise ConfigError(str(path), f"not readable ({problem})", "a TOML file in UTF-8 was expected") from None


def _rows(path: Path, content: bytes, needed: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield (where, row) of a CSV file of ours, every cell trimmed."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise ConfigError(str(path), f"not UTF-8 ({problem.reason})", "save it as CSV UTF-8") from None
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except csv.Error as problem:
        raise ConfigError(f"{path}, line {reader.line_num}", f"not readable as CSV ({problem})", "mend it") from None
    filled = [(number, row) for number, row in rows if any(row)]
    columns = filled[0][1] if filled else []
    while columns and not columns[-1]:
        columns.pop()
    missing = [name for name in needed if name not in columns]
    if missing:
        raise ConfigError(str(path), f"the column {missing[0]} is missing", f"the columns {', '.join(needed)}")
    doubled = next((name for name in columns if name and columns.count(name) > 1), None)
    if doubled is not None:
        raise ConfigError(str(path), f"the column {doubled} stands twice", "each column needs a header of its own")
    for number, row in filled[1:]:
        if any(row[len(columns) :]):
            found = f"found {len(row)} cells ({delimiter.join(row)})"
            expected = f"{len(columns)} were expected; a cell that has a {delimiter!r} in it stands in quotes"
            raise ConfigError(f"{path}, line {number}", found, expected)
        yield f"{path}, line {number}", dict(zip_longest(columns, row[: len(columns)], fillvalue=""))


def _bytes(path: Path, key: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise ConfigError(f"{key} = {path}", f"not readable ({problem.strerror})", "a CSV file was expected") from None


def _day(where: str, name: str, text: str) -> date | None:
    if not text:
        return None
    try:
        return read_day(text)
    except Unreadable:
        raise ConfigError(f"{where}, {name}", f"found {text!r}", "a date like 2025-01-31 was expected") from None


def _number(where: str, name: str, text: str) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        raise ConfigError(f"{where}, {name}", f"found {text!r}", "a number was expected") from None


def read_units(path: Path, content: bytes) -> Registry:
    """Return the units of units.csv; ConfigError names the line."""
    rows = []
    for where, cells in _rows(path, content, ("code", "name", "level", "parent_code")):
        for name in ("code", "name", "level"):
            if not cells[name]:
                raise ConfigError(f"{where}, {name}", "is empty", "every unit has a code, a name and a level")
        staff = _number(where, "staff", cells.get("staff", ""))
        first, last = (_day(where, name, cells.get(name, "")) for name in ("valid_from", "valid_to"))
        if first and last and last < first:
            raise ConfigError(f"{where}, valid_to", f"unit {cells['code']} ends on {last}, before it begins on {first}",
                              "valid_to is the last day of the row, valid_from its first")  # fmt: skip
        rows.append(
            Unit(
                code=cells["code"],
                name=cells["name"],
                level=cells["level"],
                parent_code=cells["parent_code"] or None,
                kind=cells.get("kind") or None,
                valid_from=first,
                valid_to=last,
                lat=_number(where, "lat", cells.get("lat", "")),
                lon=_number(where, "lon", cells.get("lon", "")),
                staff=int(staff) if staff is not None else None,
                successor=cells.get("successor") or None,
            ),
        )
    return Registry(rows, str(path))


def read_targets(
    path: Path, content: bytes, campaign: Campaign, registry: Registry
) -> tuple[list[DueRow], list[DueRow]]:
    """Return (targets of leaves, stated targets of parents, groups and all); ConfigError names the line."""
    needed = ["unit_code", "target"]
    needed += ["category"] if campaign.names_categories else []
    needed += ["stage"] if campaign.names_stages else []
    own: list[DueRow] = []
    stated: list[DueRow] = []
    met: set[tuple[object, ...]] = set()
    for where, cells in _rows(path, content, tuple(needed)):
        code, category = cells["unit_code"], cells.get("category") or ("" if campaign.names_categories else ALL)
        stage = cells.get("stage") or ("" if campaign.names_stages else DONE)
        if code not in registry.codes:
            raise ConfigError(f"{where}, unit_code", f"found {code!r}", "a code of units.csv was expected")
        if campaign.members(category) is None:
            known = ", ".join(campaign.category_ids)
            raise ConfigError(f"{where}, category", f"found {category!r}", f"one of {known} was expected")
        if stage not in campaign.stage_ids:
            known = ", ".join(campaign.stage_ids)
            raise ConfigError(f"{where}, stage", f"found {stage!r}", f"one of {known} was expected")
        try:
            target = read_count(cells["target"])
        except Unreadable:
            found = cells["target"]
            raise ConfigError(f"{where}, target", f"found {found!r}", "a whole number from 0 was expected") from None
        valid_from = _day(where, "valid_from", cells.get("valid_from", ""))
        key = (code, category, stage, valid_from)
        if key in met:
            since = valid_from or "the start"
            raise ConfigError(where, f"a second target for {code}, {category}, {stage} from {since}",
                              "one row a unit, category, stage and valid_from")  # fmt: skip
        met.add(key)
        row = DueRow(code, category, stage, target, valid_from, cells.get("reason") or None)
        tree = registry.on(valid_from or campaign.start)
        is_stated = category not in campaign.category_ids or (code in tree and not tree.is_leaf(code))
        (stated if is_stated else own).append(row)
    return own, stated


def input_bytes(config: Configuration, campaign: Campaign) -> dict[str, bytes]:
    """Return the bytes that shape a campaign's figures: config, units, targets."""
    targets = _bytes(campaign.targets, f"campaign {campaign.id}: targets") if campaign.targets is not None else b""
    units = _bytes(campaign.units, f"campaign {campaign.id}: units")
    return {"config": config.text.encode(), "units": units, "targets": targets}


@cache
def aliases() -> dict[str, str]:
    """Return the other names units go by (in one spelling: code): data, not code."""
    rows = _rows(ALIASES, ALIASES.read_bytes(), ("alias", "code"))
    return {spelling(cells["alias"]): cells["code"] for _, cells in rows}


def inputs_of(
    config: Configuration, campaign: Campaign, described: Callable[[dict[str, bytes]], bool] | None = None
) -> Inputs:
    """Return a campaign's units and targets, read and checked together.

    The targets are left unread when `described` says that they are known, and were checked, as these bytes have them.
    """
    files = input_bytes(config, campaign)
    registry = read_units(campaign.units, files["units"])
    for day in (campaign.start, *registry.turns):
        registry.on(day)
    lineage_of(registry)
    named = [("excused.units", code) for excuse in campaign.excused for code in excuse.units or ()]
    named += [(f"classes.{name}", code) for name, codes in campaign.classes.items() for code in codes]
    for key, code in named:
        if code not in registry.codes:
            raise ConfigError(f"campaign {campaign.id}: {key}", f"found {code!r}", "a code of units.csv was expected")
    targets: list[DueRow] = []
    stated: list[DueRow] = []
    known = described is not None and described(files)
    if campaign.targets is not None and not known:
        targets, stated = read_targets(campaign.targets, files["targets"], campaign, registry)
    return Inputs(registry, targets, stated, files, whole=not known)
