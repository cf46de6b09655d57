"""Guesses: where the table of a report seems to start, and what its columns seem to mean, by a campaign's words.

Guesses are for a proposal that a person reads (`inspect`), never for taking counts in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from campaign.configuration import Campaign
from etl.sheet_grid import Grid
from etl.sheet_table import JOINT, ORDINALS, day_in, joined
from etl.sheet_words import header_day, is_blank, is_note, is_numbering, looks_counted, spelled, words_of

_MOST_HEADER_ROWS = 6
_LOOKED_AT = 80  # rows in which a table is expected to start
_ALIKE = 85  # of 100: a word less like is not taken for another


def _pattern(*words: str) -> re.Pattern[str]:
    return re.compile("|".join(rf"(?<![^\W\d_])(?:{spelled(word)})(?![^\W\d_])" for word in words))


_FIELDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("unit_code", _pattern("mã đơn vị", "mã xã", "mã đvhc", "mã", "unit_code", "code")),
    ("parent_name", _pattern("huyện", "quận, huyện", "huyện, thị xã", "quận/huyện", "thuộc huyện", "parent_name")),
    ("unit_name", _pattern("đơn vị", "địa phương", "địa bàn", "xã", "xã, phường", "phường", "unit_name", "unit")),
    ("category", _pattern("loại sổ", "loại việc", "loại hộ tịch", "nội dung", "loại", "category")),
    ("stage", _pattern("công đoạn", "giai đoạn", "bước", "stage")),
    ("as_of", _pattern("ngày báo cáo", "ngày số liệu", "ngày", "as_of", "date")),
    ("reported_by", _pattern("người báo cáo", "cán bộ báo cáo", "reported_by")),
)
_LABELS = ("unit_code", "unit_name", "category")
_UNITS_TOO = _pattern("tên đơn vị", "đơn vị", "tên xã", "xã", "huyện/xã", "địa phương")
_TARGET = _pattern(
    "tổng số", "tổng", "phải số hóa", "cần số hóa", "phải làm", "phải thực hiện", "kế hoạch", "chỉ tiêu", "được giao",
    "giao", "target", "nhiệm vụ",
)  # fmt: skip
_DONE = _pattern(
    "đã số hóa", "đã", "thực hiện", "kết quả", "hoàn thành", "lũy kế", "đạt", "số lượng", "số đã", "done", "count",
)  # fmt: skip
_ASIDE = _pattern(
    "tỷ lệ", "tỉ lệ", "còn lại", "chưa", "xếp hạng", "thứ hạng", "trong ngày", "trong kỳ", "tăng", "giảm", "so với",
    "chênh lệch", "ghi chú", "số sổ", "tổng số sổ", "rank", "note",
)  # fmt: skip


@dataclass
class Guess:
    """A table as it seems to be: its header, its fields, its counts (header, category, stage, target's header).

    `days`: groups of columns headed by days (the group's header, category, stage); `year`: of days without one.
    """

    grid: Grid
    first: int
    header_rows: int
    paths: list[str]
    fields: dict[str, str] = field(default_factory=dict)
    counts: list[tuple[str, str | None, str | None, str | None]] = field(default_factory=list)
    days: list[tuple[str, str | None, str | None]] = field(default_factory=list)
    year: int | None = None
    unsure: list[tuple[str, str]] = field(default_factory=list)


def guess(grid: Grid, campaign: Campaign) -> Guess | None:
    """Return what a sheet's table seems to be; None when nothing looks like a header."""
    first = next((line for line, row in enumerate(grid.rows[:_LOOKED_AT]) if _heads(row)), None)
    if first is None:
        return None
    rows = _depth(grid, first)
    found = Guess(grid, first, rows, joined(grid, first, first + rows - 1))
    _name_fields(found)
    _name_counts(found, campaign)
    return found


def _heads(row: list[object]) -> bool:
    """Tell whether a row looks like a header: three texts or more, short, one of which names units or categories."""
    texts = [words_of(cell) for cell in row if isinstance(cell, str | date) and words_of(cell)]
    if len(texts) < 2 or any(isinstance(cell, int | float) for cell in row):  # noqa: PLR2004 - a unit and a count
        return False
    return any(_field_of(text) in _LABELS for text in texts)


def _field_of(header: str) -> str | None:
    key = spelled(header)
    if _UNITS_TOO.fullmatch(key):
        return "unit_name"
    for name, pattern in _FIELDS:
        match = pattern.match(key)
        if match and (match.end() == len(key) or name in ("unit_name", "unit_code", "parent_name", "category")):
            return name
    match = _UNITS_TOO.search(key)
    return "unit_name" if match and key.startswith(spelled("tên")) else None


def _depth(grid: Grid, first: int) -> int:
    """Return how many rows a header has: to below the cells that start in its first row, before the first data."""
    lowest = max((bottom for top, _, bottom, _ in grid.merged if top == first), default=first)
    depth = lowest - first + 1
    label = next(place for place, cell in enumerate(grid.rows[first]) if _field_of(words_of(cell)) in _LABELS)
    for line in range(first + depth, min(first + _MOST_HEADER_ROWS, len(grid.rows))):
        row = grid.rows[line]
        texts = [words_of(cell) for cell in row if words_of(cell)]
        named = any(cell is not None for cell in row[: label + 1])
        if named or is_numbering(texts) or any(looks_counted(cell) for cell in row) or not texts:
            break
        depth += 1
    return min(depth, _MOST_HEADER_ROWS)


def _name_fields(found: Guess) -> None:
    for path in found.paths:
        told = path and JOINT not in path and spelled(path) not in ORDINALS
        name = _field_of(path) if told else None
        if name and name not in found.fields and path not in found.fields.values():
            found.fields[name] = path
    if "unit_name" not in found.fields and "parent_name" in found.fields and "category" not in found.fields:
        found.fields["unit_name"] = found.fields.pop("parent_name")


def _name_counts(found: Guess, campaign: Campaign) -> None:
    """Pair the columns of numbers: each that says what was done, with the target that stands in its group."""
    taken = set(found.fields.values())
    numeric = [
        path
        for place, path in enumerate(found.paths)
        if path and path not in taken and not _is_aside(path) and _counts_below(found, place, path, campaign)
    ]
    numeric = _name_days(found, numeric, campaign)
    parts = {path: _parted(path, campaign) for path in numeric}
    if any(not _is_aside(parts[path].said) for path in numeric):
        numeric = [path for path in numeric if not _is_aside(parts[path].said)]
    targets = {parts[path].group: path for path in numeric if _is_target(parts[path].said)}
    done = [path for path in numeric if not _is_target(parts[path].said)]
    if not done:
        done, targets = numeric, {}
    if len(done) == len(targets) == 1:
        targets = {parts[done[0]].group: next(iter(targets.values()))}
    meant: dict[tuple[str | None, str | None], tuple[str, bool]] = {}
    for path in done:
        series = _series(found, path, campaign)
        if series is None:
            continue
        category, stage, sure = series
        known, known_sure = meant.get((category, stage), ("", False))
        if known:
            found.unsure.append(("inspect.twice", f"{known}; {path}"))
        if not known or (sure and not known_sure):
            meant[category, stage] = (path, sure)
    for (category, stage), (path, sure) in meant.items():
        if not sure:
            found.unsure.append(("inspect.headline", f"{path} = {stage}"))
        due = targets.get(parts[path].group) if stage in (None, campaign.headline) else None
        found.counts.append((path, category, stage, due))


def _name_days(found: Guess, numeric: list[str], campaign: Campaign) -> list[str]:
    """Put the columns that are headed by days into groups; return the others."""
    for year in (None, campaign.start.year):
        headed = [path for path in numeric if day_in(path, year) is not None]
        if len(headed) > 1:  # one alone is the day of its report
            break
    else:
        return numeric
    found.year = year
    groups: dict[str, str] = {}
    for path in headed:
        rest = JOINT.join(part for part in path.split(JOINT) if header_day(part, year) is None)
        groups.setdefault(rest, path)
    for rest, path in groups.items():
        series = _series(found, rest or path, campaign)
        if series is None:
            continue
        category, stage, sure = series
        if not sure:
            found.unsure.append(("inspect.headline", f"{rest or path} = {stage}"))
        found.days.append((rest, category, stage))
    rest_of = [path for path in numeric if path not in headed]
    if not found.days:
        return rest_of
    found.unsure += [("inspect.not_of_days", path) for path in rest_of]
    return []


def _series(found: Guess, path: str, campaign: Campaign) -> tuple[str | None, str | None, bool] | None:
    """Return what a column counts (category, stage, whether the stage is sure); None when it cannot be told."""
    category, stage, sure = None, None, True
    if campaign.names_categories and "category" not in found.fields:
        category, doubt = named(path, _categories(campaign))
        if category is None:
            found.unsure.append(("inspect.no_category", path))
            return None
        if doubt:
            found.unsure.append(("inspect.maybe", f"{path} = {category}"))
    if campaign.names_stages and "stage" not in found.fields:
        stage, _ = named(_parted(path, campaign).said, _stages(campaign))
        sure = stage is not None
        stage = stage or campaign.headline
    return category, stage, sure


class _Parts(NamedTuple):
    """A header in two: what it is about, and what it says of that, whichever of the two stands above."""

    group: str
    said: str


def _parted(path: str, campaign: Campaign) -> _Parts:
    """Return "Khai sinh", "Đã duyệt" of "Khai sinh / Đã duyệt", and of "Đã duyệt / Khai sinh" too."""
    above, _, last = path.rpartition(JOINT)
    category, doubtful = category_of(last, campaign)
    if above and category and not doubtful and category_of(above, campaign)[0] is None:
        return _Parts(last, above)
    return _Parts(above, last)


def _counts_below(found: Guess, place: int, path: str, campaign: Campaign) -> bool:
    """Tell whether a column holds numbers, or nothing yet below the name of a category."""
    if spelled(path) in ORDINALS:
        return False
    below = found.grid.rows[found.first + found.header_rows :]
    told = [
        row
        for row in below
        if not is_numbering(texts := [text for cell in row if (text := words_of(cell))]) and not is_note(texts)
    ]
    cells = [row[place] for row in told if place < len(row) and not is_blank(row[place])]
    if not cells:
        category, doubtful = named(path, _categories(campaign))
        return category is not None and not doubtful
    return any(looks_counted(cell) and not words_of(cell).endswith("%") for cell in cells)


def _is_aside(path: str) -> bool:
    last = spelled(path.rpartition(JOINT)[2])
    return "%" in last or _ASIDE.search(last) is not None


def _is_target(path: str) -> bool:
    last = spelled(path.rpartition(JOINT)[2])
    return _TARGET.match(last) is not None and _DONE.search(last) is None


Words = Iterable[tuple[str, str]]  # (id, one of its names)


def _categories(campaign: Campaign) -> list[tuple[str, str]]:
    return [(one.id, name) for one in campaign.categories for name in (*one.name.values(), one.id)]


def _stages(campaign: Campaign) -> list[tuple[str, str]]:
    return [(one.id, name) for one in campaign.stages for name in (*one.name.values(), one.id)]


def category_of(text: str, campaign: Campaign) -> tuple[str | None, bool]:
    """Return the category a text seems to name, and whether that is doubtful."""
    return named(text, _categories(campaign))


def named(text: str, words: Words) -> tuple[str | None, bool]:
    """Return the id whose name stands in a text, the longest first, else the likest; and whether that is doubtful."""
    key = _bare(text)
    inside = [(len(bare), one) for one, name in words if (bare := _bare(name)) and f" {bare} " in f" {key} "]
    if inside:
        return max(inside)[1], False
    from rapidfuzz import fuzz  # noqa: PLC0415 - for proposals only

    scored: list[tuple[float, str]] = []
    ratio: Callable[[str, str], float] = fuzz.ratio
    for part in text.split(JOINT):
        scored += [(ratio(_bare(part), _bare(name)), one) for one, name in words]
    best = max(scored, default=(0.0, ""))
    return (best[1], True) if best[0] >= _ALIKE else (None, False)


def _bare(text: str) -> str:
    return " ".join(re.sub(r"[^\w\u0300-\u036f]+", " ", spelled(text)).split())
