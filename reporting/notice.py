"""The notices of a period: which there are, what their files are called, and how they are written.

What a notice says is in notice_content.py, how it looks in notice_workbook.py.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from campaign.configuration import Campaign
from campaign.errors import ConfigError, SourceError, UsageError
from campaign.paperwork import Paper
from campaign.period import Period, Span, read_period
from campaign.units import Tree
from reporting import periods
from reporting.agency_workbook import agency_workbook
from reporting.figures import Figures
from reporting.notice_content import Explained, Notice
from reporting.notice_maker import Maker
from reporting.notice_workbook import workbook
from reporting.texts import text

_LONGEST_NAME = 120
_COMMON = ("Chiến dịch", "Số hóa", "Cao điểm", "Đợt", "Phong trào")  # words that are no names


def write_notices(
    figures: Figures,
    period: Period | str,
    out: Path,
    lang: str,
    now: datetime,
    paper: Paper | None = None,
    explained: Explained | None = None,
) -> list[Path]:
    """Write the notices of a period as workbooks into a folder, and return their paths, the top unit's first.

    Every workbook is whole before the first is written, and each appears under its name only when it is
    complete. Raises UsageError when the period is none or has no figures; then nothing is written.
    """
    taken: set[str] = set()
    made = notices(figures, period, lang, now, paper, explained)
    top = figures.map(made[0].as_of).top.name
    made_book = drawn_by(paper, now)
    contents = {out / file_name(notice, figures.campaign, top, taken): made_book(notice) for notice in made}
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


def drawn_by(paper: Paper | None, now: datetime) -> Callable[[Notice], bytes]:
    """Return what makes a notice's workbook: our own, or the agency's own filled in, as the paper says.

    Raises ConfigError when the agency's file cannot be read, ContractError when it cannot be filled.
    """
    own = paper.workbook if paper else None
    if paper is None or own is None:
        return lambda notice: workbook(notice, now)
    try:
        template = own.read_bytes()
    except OSError as problem:
        raise ConfigError(f"[campaign.notice] workbook = {own}", f"{problem.strerror}", "an .xlsx file") from None
    return lambda notice: agency_workbook(template, own.name, notice, paper, now)


def notices(
    figures: Figures,
    period: Period | str,
    lang: str,
    now: datetime,
    paper: Paper | None = None,
    explained: Explained | None = None,
) -> list[Notice]:
    """Return a period's notices: the top unit's, then one for each unit right below it that has units of its own.

    `paper`: how the campaign's notices are configured; `explained`: what people said about totals that differ.
    """
    if isinstance(period, str):
        period = read_period(period)
    as_of = _as_of(figures, period, now)
    maker = Maker(figures, period, as_of, lang, now, paper, explained)
    heads = _heads(figures.map(as_of), set(maker.rows))
    if not heads:
        raise UsageError("notice", "no unit that gets a notice may be seen", "the top unit or one right below it")
    return [maker.notice(tops) for tops in heads]


def _as_of(figures: Figures, period: Period, now: datetime) -> date:
    """Return the last day of the period for which figures may be had."""
    latest, campaign = figures.default_as_of(now), figures.campaign
    if period.first > latest or period.last < campaign.start:
        expected = f"days from {campaign.start} to {latest} were expected"
        if period.span is Span.MONTH:
            expected = f"a month from {campaign.start:%Y-%m} to {latest:%Y-%m} was expected"
        raise UsageError("notice", f"{period.code} has no figures of {campaign.id}", expected)
    as_of = min(period.last, latest)
    if all(row.last_as_of is None for row in figures.progress(as_of)):
        expected = "a period with at least one report was expected"
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
    stem = _stem(campaign, notice.period, notice.lang, top, notice.unit)
    name, number = stem, 2
    while name.lower() in taken:
        name, number = f"{stem} {number}", number + 1
    taken.add(name.lower())
    return f"{name}.xlsx"


def archive_name(campaign: Campaign, period: Period, lang: str, top: str) -> str:
    """Return the name of one file that holds all notices of a period."""
    return f"{_stem(campaign, period, lang, top, '')}.zip"


def _stem(campaign: Campaign, period: Period, lang: str, top: str, unit: str) -> str:
    spoken = re.sub(r"\s*\([^)]*\)", "", campaign.title(lang))
    spoken = re.sub(rf"\s*{re.escape(top)}", "", spoken, flags=re.IGNORECASE) or spoken
    if spoken.startswith(_COMMON):
        spoken = spoken[0].lower() + spoken[1:]
    spoken = plain_letters(spoken) or campaign.id
    when = periods.filed(period, lang)
    named = plain_letters(unit)[:50].strip()
    simulated = f" ({text('notice.file.simulated', lang)})" if campaign.simulated else ""
    tail = (f" - {named}" if named else "") + simulated
    room = _LONGEST_NAME - len(".xlsx") - len(" 999") - len(tail)
    frame = text("notice.file", lang, campaign="", period=when)
    while len(frame) + len(spoken) > room:
        spoken = spoken[: room - len(frame)].rpartition(" ")[0] or spoken[: room - len(frame)]
    return text("notice.file", lang, campaign=spoken, period=when) + tail


def plain_letters(value: str) -> str:
    """Return a text in plain letters, figures and single spaces: Quế Võ → Que Vo."""
    bare = unicodedata.normalize("NFD", value.replace("Đ", "D").replace("đ", "d"))
    bare = "".join(one for one in bare if not unicodedata.combining(one))
    return " ".join(re.sub(r"[^A-Za-z0-9_-]+", " ", bare).split())
