"""The monthly notices: which there are, what their files are called, and how they are written.

What a notice says is in notice_content.py, how it looks in notice_workbook.py.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from datetime import date, datetime
from pathlib import Path

from campaign.configuration import Campaign
from campaign.errors import SourceError, UsageError
from campaign.units import Tree
from reporting.figures import Figures
from reporting.notice_content import Maker, Notice
from reporting.notice_workbook import workbook
from reporting.texts import text

_LONGEST_NAME = 120
_COMMON = ("Chiến dịch", "Số hóa", "Cao điểm", "Đợt", "Phong trào")  # words that are no names


def write_notices(figures: Figures, month: date | str, out: Path, lang: str, now: datetime) -> list[Path]:
    """Write the month's notices as workbooks into a folder, and return their paths, the top unit's first.

    Every workbook is whole before the first is written, and each appears under its name only when it is
    complete. Raises UsageError when the month is no month or has no figures; then nothing is written.
    """
    taken: set[str] = set()
    made = notices(figures, month, lang, now)
    top = figures.tree(made[0].as_of).top.name
    contents = {out / file_name(notice, figures.campaign, top, taken): workbook(notice, now) for notice in made}
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise UsageError(f"notice --out {out}", f"{problem.strerror}", "a folder was expected") from None
    drafts = {path: path.with_name(f".{path.name}.part") for path in contents}
    try:
        for path, content in contents.items():
            drafts[path].write_bytes(content)
        for path, draft in drafts.items():
            draft.replace(path)
    except OSError as problem:
        raise SourceError(
            f"{out}", f"not writable ({problem.strerror})", "make room or choose another folder"
        ) from None
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)
    return list(contents)


def notices(figures: Figures, month: date | str, lang: str, now: datetime) -> list[Notice]:
    """Return the month's notices: the top unit's, then one for each unit right below it that has units of its own."""
    first = _first_day(month)
    as_of = _as_of(figures, first, now)
    maker = Maker(figures, first, as_of, lang, now)
    heads = _heads(figures.tree(as_of), set(maker.rows))
    if not heads:
        raise UsageError("notice", "no unit that gets a notice may be seen", "the top unit or one right below it")
    return [maker.notice(tops) for tops in heads]


def _first_day(month: date | str) -> date:
    if isinstance(month, str):
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month) or month.startswith("0000"):
            raise UsageError("notice", f"found the month {month!r}", "a month like 2025-01 was expected")
        month = date(int(month[:4]), int(month[5:]), 1)
    return month.replace(day=1)


def _as_of(figures: Figures, first: date, now: datetime) -> date:
    """Return the last day of the month for which figures may be had."""
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    latest, campaign = figures.default_as_of(now), figures.campaign
    if first > latest or last < campaign.start:
        expected = f"a month from {campaign.start:%Y-%m} to {latest:%Y-%m} was expected"
        raise UsageError("notice", f"the month {first:%Y-%m} has no figures of {campaign.id}", expected)
    as_of = min(last, latest)
    if all(row.last_as_of is None for row in figures.progress(as_of)):
        expected = "a month with at least one report was expected"
        raise UsageError("notice", f"nothing was reported to {campaign.id} up to {as_of}", expected)
    return as_of


def _heads(tree: Tree, seen: set[str]) -> list[tuple[str, ...]]:
    """Return the units each notice covers: a root, each child of it with children, all childless roots together."""
    roots = [unit.code for unit in tree.units if unit.parent_code is None]
    heads: list[tuple[str, ...]] = []
    for root in roots:
        if tree.children(root):
            heads += [(code,) for code in (root, *tree.children(root)) if tree.children(code)]
    flat = tuple(code for code in roots if not tree.children(code) and code in seen)
    return [head for head in heads if head[0] in seen] + ([flat] if flat else [])


def file_name(notice: Notice, campaign: Campaign, top: str, taken: set[str]) -> str:
    """Return a file name that a clerk would choose and every system takes; `taken` grows by it.

    The name of the top unit is left out of the campaign's: the notice's own unit is named at the end.
    """
    spoken = re.sub(r"\s*\([^)]*\)", "", notice.campaign)
    spoken = re.sub(rf"\s*{re.escape(top)}", "", spoken, flags=re.IGNORECASE) or spoken
    if spoken.startswith(_COMMON):
        spoken = spoken[0].lower() + spoken[1:]
    spoken = plain_letters(spoken) or campaign.id
    month = f"{notice.month:%m-%Y}" if notice.lang == "vi" else f"{notice.month:%Y-%m}"
    unit = plain_letters(notice.unit)[:50].strip()
    simulated = f" ({text('notice.file.simulated', notice.lang)})" if notice.simulated else ""
    tail = (f" - {unit}" if unit else "") + simulated
    room = _LONGEST_NAME - len(".xlsx") - len(" 999") - len(tail)
    frame = text("notice.file", notice.lang, campaign="", month=month)
    while len(frame) + len(spoken) > room:
        spoken = spoken[: room - len(frame)].rpartition(" ")[0] or spoken[: room - len(frame)]
    stem = text("notice.file", notice.lang, campaign=spoken, month=month) + tail
    name, number = stem, 2
    while name.lower() in taken:
        name, number = f"{stem} {number}", number + 1
    taken.add(name.lower())
    return f"{name}.xlsx"


def plain_letters(value: str) -> str:
    """Return a text in plain letters, figures and single spaces: Quế Võ → Que Vo."""
    bare = unicodedata.normalize("NFD", value.replace("Đ", "D").replace("đ", "d"))
    bare = "".join(one for one in bare if not unicodedata.combining(one))
    return " ".join(re.sub(r"[^A-Za-z0-9_-]+", " ", bare).split())
