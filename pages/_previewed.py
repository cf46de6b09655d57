"""The preview drawn: each row of a file as it would end, before and after."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import date

from campaign.access import Right
from campaign.configuration import Campaign, Configuration
from campaign.rows import Fate
from etl.envelope import Sender
from etl.preview import Line, Preview, preview
from pages import _tables
from pages._cards import draw, e, panel
from pages._kept import kept
from pages._submitting import said_day
from pages._view import View
from reporting import numbers
from reporting.texts import has

SHOWN = 400
COLUMNS = (("name", 1), ("stage", 3), ("as_of", 3), ("before", 1), ("after", 1), ("fate", 1))
CHIPS = {
    "rejected": ("overdue", "✕"),
    "held": ("at_risk", "‖"),
    "changed": ("behind", "±"),
    "accepted": ("finished", "✓"),
    "unchanged": ("nothing_to_do", "="),
}
ORDER = tuple(CHIPS)
RIGHT = {"before", "after"}


@kept(20)
def _judged(
    edition: str,  # noqa: ARG001 - it is part of the key
    digest: str,  # noqa: ARG001 - as above
    today: date,  # noqa: ARG001 - as above
    source: str,
    _config: Configuration,
    _campaign: Campaign,
    _file: tuple[str, bytes],
    _sender: Sender,
) -> Preview:
    return preview(_config, _campaign, [_file], _sender, _config.source(source) if source else None)


def judged(view: View, file: tuple[str, bytes], sender: Sender, source: str = "") -> Preview:
    """Return what a file would do if it were sent now; ContractError when it cannot be read."""
    campaign = view.config.campaign(view.campaign.id) or view.campaign
    digest = hashlib.sha256(file[0].encode() + b"\0" + file[1]).hexdigest()
    units = view.viewer.scope(view.campaign.id, Right.SUBMIT).units
    key = f"{view.edition}/{sender.id}/{'*' if units is None else ' '.join(sorted(units))}"
    return _judged(key, digest, view.today, source, view.config, campaign, file, sender)


def fate_of(line: Line) -> str:
    """Return the word for how a row would end: an accepted one that replaces a count of its day is `changed`."""
    verdict = line.verdict
    if verdict.fate is Fate.ACCEPTED and line.before is not None and line.before[0] == line.as_of:
        return "changed"
    return verdict.fate.value


def show(view: View, found: Preview) -> None:
    """Draw how every row would end, those that need a person first."""
    fates = Counter(fate_of(line) for line in found.lines)
    chips = "".join(
        f'<span class="cd-chip cd-{CHIPS[fate][0]}"><span aria-hidden="true">{CHIPS[fate][1]}</span>'
        f"{e(view.says(f'fate.{fate}'))} <b>{numbers.whole(fates[fate], view.lang)}</b></span>"
        for fate in ORDER
        if fates[fate]
    )
    title = view.says("sending.preview", n=len(found.lines))
    if not found.lines:
        draw(panel(title, f"<p>{e(view.says('sending.preview.none'))}</p>"))
        return
    draw(f'<div class="cd-tally">{chips}</div>')
    lines = sorted(found.lines, key=lambda line: (ORDER.index(fate_of(line)), line.file, line.number))
    subtitle = view.says("sending.shown", n=SHOWN) if len(lines) > SHOWN else ""
    heads = [
        {
            "label": view.says(f"column.{name}.short"),
            "long": view.says(f"column.{name}.long"),
            "align": "right" if name in RIGHT else "left",
            "kind": "name" if name == "name" else "",
            "part": part if part > 1 else None,
            "first": 1,
        }
        for name, part in COLUMNS
    ]
    _tables.draw(view, heads, [_cells(view, line) for line in lines[:SHOWN]], title, "preview", subtitle, 20)


def _cells(view: View, line: Line) -> list[_tables.Cell]:
    lang, fate, series = view.lang, fate_of(line), line.series
    categories = {one.id: one.title(lang) for one in (*view.campaign.groups, *view.campaign.categories)}
    stages = {one.id: one.title(lang) for one in view.campaign.stages}
    said = str(line.cells.get("unit_name") or line.cells.get("unit_code") or "")
    unit = series.unit_code if series else said
    category = series.category if series else _said(line, "category")
    stage = series.stage if series else _said(line, "stage")
    place = view.says("sending.cell" if "cell" in line.cells else "sending.row", place=line.place)
    note = " · ".join(
        one for one in (categories.get(category, category if view.campaign.categories else ""), place) if one
    )
    why, (chip, sign) = _why(view, line), CHIPS[fate]
    return [
        {"text": view.tree.unit(unit).name if unit in view.tree else said or "–", "code": unit, "note": note},
        {"text": stages.get(stage, view.says("stage.done"))},
        {"text": numbers.day(line.as_of, lang) if line.as_of else said_day(line.cells.get("as_of"), lang) or "–"},
        _before(view, line),
        {"text": numbers.whole(line.after, lang) if line.after is not None else _said(line, "count")},
        {"text": view.says(f"fate.{fate}"), "chip": chip, "sign": sign, "sort": ORDER.index(fate), "note": why},
    ]


def _said(line: Line, field: str) -> str:
    return str(line.cells.get(field) or "–")


def _before(view: View, line: Line) -> _tables.Cell:
    if line.before is None:
        return {"text": "–"}
    day, count = line.before
    note = "" if day == line.as_of else view.says("sending.before.on", on=day)
    return {"text": numbers.whole(count, view.lang), "sort": count, "note": note}


def _why(view: View, line: Line) -> str:
    verdict = line.verdict
    if verdict.reason is None:
        return view.says("reason.over_target") if verdict.over_target else ""
    key = f"reason.{verdict.reason.value}"
    told = view.says(key) if has(key) else verdict.reason.value
    near = ", ".join(verdict.near[:3])
    return f"{told}: {view.says('reason.unknown_unit.nearest', names=near)}" if near else told
