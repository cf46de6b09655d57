"""Proposals: a layout to paste into config.toml for a file people made, with the rows it yields.

The proposal is a guess and says what it is unsure about. Its rows are read by the proposal itself, as a load would.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from campaign.claims import ClaimReader, Refused
from campaign.configuration import FIELDS, Campaign, Source
from campaign.errors import CanDichError, ContractError
from campaign.names import NameBook, spelling
from campaign.places import place_of
from campaign.rows import Row
from campaign.units import Registry
from etl.reading import JSON, book_of, read_rows, read_table
from etl.sheet_grid import Book, Grid, OneSheet
from etl.sheet_guess import Guess, category_of, guess
from etl.sheet_table import refuse_old_font
from etl.sheet_words import days_in, reporting_days, spelled, total_of, without_number, words_of

UNIT_ABOVE = (
    r"^(?:tên )?đơn vị(?: báo cáo)?\s*:\s*(.+)",
    r"^(?:UBND|ủy ban nhân dân)\s+((?:xã|phường|thị trấn)\s.+)",
    r"^((?:xã|phường|thị trấn)\s.+)",
)
_DATES_IN_NAMES = (r"(\d{4}-\d{2}-\d{2})", r"(\d{1,2}[-.]\d{1,2}[-.]\d{4})")

Doubt = tuple[str, dict[str, object]]  # a text's key and what it speaks of


@dataclass
class Proposal:
    """What `inspect` says of a file: a block for config.toml ("" for the plain form), its rows, and its doubts."""

    toml: str
    rows: list[Row] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    refused: list[tuple[Row, Refused]] = field(default_factory=list)


@dataclass
class _Draft:
    """The layout as it is being written."""

    keys: dict[str, object] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    sheet: dict[str, Any] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)


def propose(path: Path, campaign: Campaign, registry: Registry, aliases: dict[str, str], today: date) -> Proposal:
    """Return a layout for a file, the rows that it yields, and what is unsure; ContractError for no table at all."""
    if _is_plain(path):
        return _judged(Proposal("", list(read_rows(path, path.name))), campaign, registry, aliases, today)
    book = book_of(path, path.name)
    found = next((one for sheet in book.visible if (one := guess(book.grid(sheet), campaign))), None)
    if found is None:
        grids = [book.grid(sheet) for sheet in book.visible]
        refuse_old_font(path.name, grids)
        looked = ", ".join(book.visible)
        raise ContractError(path.name, f"no row looks like a header ({looked})", "one that names units or categories")
    draft = _Draft()
    draft.doubts += [(key, {"what": what}) for key, what in found.unsure]
    _lay_out(draft, found, campaign, registry)
    _choose_sheets(draft, book, found, campaign, registry)
    _date(draft, path.name, found, campaign)
    toml = _written(draft, path, campaign)
    proposal = Proposal(toml, doubts=draft.doubts)
    try:
        proposal.rows = list(read_rows(path, path.name, source_in(toml)))
    except CanDichError as problem:
        proposal.doubts.append(("inspect.unreadable", {"what": str(problem)}))
    return _judged(proposal, campaign, registry, aliases, today)


def source_in(toml: str) -> Source:
    """Return the source that a proposal describes; ContractError when it cannot be one."""
    try:
        return Source.model_validate(tomllib.loads(toml)["source"][0])
    except ValidationError as problem:
        raise ContractError("the layout", problem.errors()[0]["msg"], "write it by hand: docs/sheets.md") from None


def _is_plain(path: Path) -> bool:
    """Tell whether a file is in the plain form already: our own headers in its first row."""
    if path.suffix.lower() == JSON:
        return True
    try:
        header = {one.casefold() for one in read_table(path, path.name).header}
    except ContractError:
        return False
    return "count" in header and len(header.intersection(FIELDS)) > 2  # noqa: PLR2004 - unit, day and count


def _judged(
    proposal: Proposal, campaign: Campaign, registry: Registry, aliases: dict[str, str], today: date
) -> Proposal:
    """Add which rows the campaign's words and units would refuse."""
    reader = ClaimReader(campaign, registry, aliases)
    for row in proposal.rows:
        try:
            reader.read(row, today)
        except Refused as why:
            proposal.refused.append((row, why))
    if not proposal.rows:
        proposal.doubts.append(("inspect.no_rows", {}))
    return proposal


def _lay_out(draft: _Draft, found: Guess, campaign: Campaign, registry: Registry) -> None:
    """Write down the header, the columns and the counts, and what stands for totals."""
    draft.sheet["header_rows"] = found.header_rows
    draft.columns = {name: path for name, path in found.fields.items() if name != "as_of"}
    if "as_of" in found.fields:
        draft.columns["as_of"] = found.fields["as_of"]
    if "category" in found.fields:
        _words(draft, found, campaign)
    if "unit_name" not in found.fields and "unit_code" not in found.fields:
        _unit_above(draft, found, campaign, registry)
    top = registry.on(campaign.start).top
    if _has_totals(found) and "unit_name" in found.fields:
        draft.sheet["total_for"] = top.code
        draft.doubts.append(("inspect.total_for", {"what": f"{top.name} ({top.code})"}))
    counts: list[dict[str, object]] = []
    for path, category, stage, target in found.counts:
        one = {"column": path, "category": category, "stage": stage, "target": target}
        counts.append({name: value for name, value in one.items() if value is not None})
    for group, category, stage in found.days:
        each = {"column": group or None, "each_day": True, "category": category, "stage": stage}
        counts.append({name: value for name, value in each.items() if value is not None})
    draft.sheet["counts"] = counts
    if found.year is not None:
        draft.sheet["year"] = found.year
        draft.doubts.append(("inspect.year", {"what": found.year}))
    if not counts:
        draft.doubts.append(("inspect.no_counts", {"what": "; ".join(one for one in found.paths if one)}))


def _words(draft: _Draft, found: Guess, campaign: Campaign) -> None:
    """Write down which category the words in the column of categories mean."""
    place = found.paths.index(found.fields["category"])
    texts = [without_number(words_of(row[place])) for row in _below(found) if place < len(row) and words_of(row[place])]
    words: dict[str, object] = {}
    for text in dict.fromkeys(texts):
        category, doubtful = category_of(text, campaign)
        if total_of(text) is not None or text in campaign.category_ids:
            continue
        if category is None:
            draft.doubts.append(("inspect.no_word", {"what": text}))
            continue
        if doubtful:
            draft.doubts.append(("inspect.maybe", {"what": f"{text} = {category}"}))
        words[text] = category
    if words:
        draft.sheet["words"] = words


def _below(found: Guess) -> list[list[object]]:
    return found.grid.rows[found.first + found.header_rows :]


def _has_totals(found: Guess) -> bool:
    labels = (words_of(cell) for row in _below(found) for cell in row[:3] if isinstance(cell, str))
    return any(total_of(label) in ("", "*") for label in labels if label)


def _titles(found: Guess) -> list[str]:
    return [text for row in found.grid.rows[: found.first] for cell in row if (text := words_of(cell))]


def _unit_above(draft: _Draft, found: Guess, campaign: Campaign, registry: Registry) -> None:
    """Look for the reporting unit above a table that has no column of units."""
    book = NameBook(registry.on(campaign.start))
    titles = _titles(found)
    for pattern in UNIT_ABOVE:
        match = next((one for text in titles if (one := re.search(pattern, text, re.IGNORECASE))), None)
        if match is not None:
            draft.sheet["above"] = {"unit_name": pattern}
            if len(book.find(match[1].strip())) != 1:
                draft.doubts.append(("inspect.unit", {"what": match[1].strip()}))
            return
    for line, row in enumerate(found.grid.rows[: found.first], 1):
        for place, cell in enumerate(row):
            if words_of(cell) and len(book.find(words_of(cell))) == 1:
                from campaign.places import letters  # noqa: PLC0415 - here only

                draft.sheet["above"] = {"unit_name": f"{letters(place + 1)}{line}"}
                return
    draft.doubts.append(("inspect.no_unit", {}))


def _choose_sheets(draft: _Draft, book: Book | OneSheet, found: Guess, campaign: Campaign, registry: Registry) -> None:
    """Read every sheet that has the same table; where their names are units with children, these are the parents."""
    header = spelled(next(iter(found.fields.values()), found.paths[0]))
    alike = [
        one for sheet in book.visible if sheet != found.grid.sheet and _has(book.grid(sheet), header) for one in [sheet]
    ]
    hidden = [one for one in book.sheets if one not in book.visible]
    if hidden:
        draft.doubts.append(("inspect.hidden", {"what": ", ".join(hidden)}))
    others = [one for one in book.visible if one not in (found.grid.sheet, *alike)]
    if others:
        draft.doubts.append(("inspect.others", {"what": ", ".join(others)}))
    if not alike:
        return
    draft.sheet["every"] = True
    draft.doubts.append(("inspect.every", {"what": ", ".join((found.grid.sheet, *alike))}))
    tree = registry.on(campaign.start)
    names = NameBook(tree)
    codes = [names.find(one) for one in (found.grid.sheet, *alike)]
    if not all(len(one) == 1 for one in codes):
        return
    leaves = [tree.is_leaf(one[0]) for one in codes]
    if "parent_name" not in draft.columns and not any(leaves):
        draft.sheet["sheet_is"] = "parent_name"
    elif all(leaves) and not {"unit_code", "unit_name"} & {*draft.columns, *draft.sheet.get("above", {})}:
        draft.sheet["sheet_is"] = "unit_name"
        draft.doubts = [one for one in draft.doubts if one[0] != "inspect.no_unit"]


def _has(grid: Grid, header: str) -> bool:
    return any(isinstance(cell, str) and spelled(cell) == header for row in grid.rows for cell in row)


def _date(draft: _Draft, name: str, found: Guess, campaign: Campaign) -> None:
    """Say where the day stands: a column, the title (nothing to write), the file's name; else nowhere."""
    if "as_of" in draft.columns or found.days:
        return
    days = reporting_days(_titles(found))
    if len(days) == 1:
        draft.doubts.append(("inspect.day", {"what": days[0]}))
        return
    for pattern in _DATES_IN_NAMES:
        match = re.search(pattern, name)
        if match and days_in(match[1].replace(".", "/").replace("-", "/") if pattern[2] == "\\" else match[1]):
            draft.keys["as_of"] = {"filename": pattern}
            return
    several = ", ".join(one.isoformat() for one in days)
    draft.doubts.append(("inspect.no_day", {"what": several or "–", "day": campaign.start}))
    draft.keys["as_of"] = {"fixed": campaign.start}


def _written(draft: _Draft, path: Path, campaign: Campaign) -> str:
    """Return the block of TOML."""
    name = re.sub(r"[^a-z0-9]+", "-", _unmarked(path.stem)).strip("-")[:40] or "sheet"
    lines = ["[[source]]", f"name = {_toml(name)}", f"campaign = {_toml(campaign.id)}", 'kind = "folder"']
    lines += [f"path = {_toml(f'data/inbox/{campaign.id}/{name}')}", '# schedule = "*/1 * * * *"']
    lines += [f"{key} = {_toml(value)}" for key, value in draft.keys.items()]
    if draft.columns:
        lines.append(f"columns = {_toml(draft.columns)}")
    lines.append("[source.sheet]")
    for key, value in draft.sheet.items():
        if key == "counts" and isinstance(value, list):
            lines += ["counts = [", *(f"  {_toml(one)}," for one in value), "]"]
        else:
            lines.append(f"{key} = {_toml(value)}")
    return "\n".join(lines) + "\n"


def _unmarked(text: str) -> str:
    letters = spelling(text).replace("đ", "d")
    return "".join(one for one in letters if one.isascii())


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_toml(one)}" for key, one in value.items()) + " }"
    if isinstance(value, str):
        quoted = "\\" in value and "'" not in value
        return f"'{value}'" if quoted else json.dumps(value, ensure_ascii=False)
    return str(value)


def _key(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z0-9_-]+", text) else json.dumps(text, ensure_ascii=False)


def summary(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    """Return the rows of a preview: place, unit, parent, category, stage, day, count, target."""
    names = ("parent_name", "category", "stage", "as_of", "count", "target")
    return [
        (
            str(place_of(one.number)),
            words_of(one.cells.get("unit_code") or one.cells.get("unit_name")),
            *(_shown(one.cells.get(name)) for name in names),
        )
        for one in rows
    ]


def _shown(cell: object) -> str:
    return " + ".join(words_of(one) for one in cell) if isinstance(cell, list) else words_of(cell)


def refusals(proposal: Proposal) -> list[tuple[str, str, str, str, int]]:
    """Return what would be refused, each thing once: where first, reason, found, nearest, how often."""
    times = Counter((why.reason.value, why.found) for _, why in proposal.refused)
    first: dict[tuple[str, str], tuple[str, str, str, str, int]] = {}
    for row, why in proposal.refused:
        key = (why.reason.value, why.found)
        first.setdefault(key, (str(place_of(row.number)), *key, "; ".join(why.near), times[key]))
    return list(first.values())
