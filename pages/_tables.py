"""Tables of units: one way to word a cell, to sort by it, and to take it home as CSV or XLSX."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, TypeVar

import streamlit as st

from campaign.freshness import Gap
from campaign.progress import Status, UnitProgress
from pages import _help, _recorded
from pages._address import PATHS
from pages._arranged import LONG, arranged, asked_of
from pages._document import module
from pages._view import View
from reporting import charts, numbers, tables
from reporting.texts import text

Cell = dict[str, Any]
Item = TypeVar("Item")
PAGE = 100
TEXTS = ("more", "found", "pin", "unpin", "columns", "columns.standard", "help")
Draw = Callable[[View, UnitProgress], Cell]

_component = st.components.v2.component(
    "candich_table",
    js=module("table.js"),
    isolate_styles=False,
)


def _sortable(value: Fraction | int | None) -> float | str:
    return "" if value is None else float(value)


def _whole(name: str) -> Draw:
    def cell(view: View, row: UnitProgress) -> Cell:
        value = getattr(row, name)
        return {"text": numbers.whole(value, view.lang), "sort": _sortable(value)}

    return cell


def _signed(name: str) -> Draw:
    def cell(view: View, row: UnitProgress) -> Cell:
        value = getattr(row, name)
        tone = "" if value is None else charts.tone(value)
        return {"text": numbers.signed(value, view.lang), "sort": _sortable(value), "tone": tone}

    return cell


def _share(name: str) -> Draw:
    def cell(view: View, row: UnitProgress) -> Cell:
        value = getattr(row, name)
        return {"text": numbers.percent(value, view.lang), "sort": _sortable(value)}

    return cell


def _day(name: str) -> Draw:
    def cell(view: View, row: UnitProgress) -> Cell:
        value = getattr(row, name)
        return {"text": numbers.day_short(value, view.lang), "sort": value.isoformat() if value else ""}

    return cell


def _name(view: View, row: UnitProgress) -> Cell:
    parent = view.parent_name(row)
    return {"text": row.name, "href": view.address.href("unit", unit=row.code), "note": parent, "code": row.code}


def _completion(view: View, row: UnitProgress) -> Cell:
    shown = numbers.percent(row.completion, view.lang, row.status is Status.FINISHED)
    plan = None if row.planned_share is None else charts.width(row.planned_share)
    return {"text": shown, "sort": _sortable(row.completion), "bar": charts.width(row.completion), "plan": plan}


def _status(view: View, row: UnitProgress) -> Cell:
    order, shown = list(Status).index(row.status), view.standing(row)
    word, sign = text(f"status.{shown}", view.lang), text(f"status.{shown}.sign", view.lang)
    return {"text": word, "chip": shown, "sign": sign, "sort": order}


def _rank_change(view: View, row: UnitProgress) -> Cell:
    change = row.rank_change
    if not change:
        return {"text": numbers.NONE if change is None else "=", "sort": _sortable(change)}
    word, tone = ("▲", "up") if change > 0 else ("▼", "down")
    return {"text": f"{word} {numbers.whole(abs(change), view.lang)}", "sort": change, "tone": tone}


def _gap_today(view: View, row: UnitProgress) -> Cell:
    gap = row.short_today
    if gap is None:
        return {"text": numbers.NONE, "sort": ""}
    shown = numbers.whole(gap, view.lang) if gap else view.says("targets.met.short")
    return {"text": shown, "sort": gap, "tone": "short" if gap else "met"}


def _how_long(view: View, row: UnitProgress) -> Cell:
    if view.standing(row) == Gap.SOURCE_DOWN:
        key = "lag.source_down" if row.last_as_of else "lag.source_down.never"
        return {"text": view.says(key, on=row.last_as_of), "sort": row.days_silent}
    return {"text": charts.why(row, view.campaign.end, view.lang), "sort": row.days_silent}


CELLS: dict[str, Draw] = {
    "name": _name,
    "completion": _completion,
    "status": _status,
    "rank_change": _rank_change,
    "gap_today": _gap_today,
    "reason": _how_long,
    "variance": _signed("variance"),
    "gap_share": _share("gap_share"),
    "pace": _share("pace"),
    "finished_on": _day("finished_on"),
    "last_as_of": _day("last_as_of"),
} | {
    name: _whole(name)
    for name in (
        "rank",
        "target",
        "done",
        "remaining",
        "done_today",
        "planned_today",
        "catchup_today",
        "required_per_day",
        "units_finished",
        "units_with_target",
        "days_silent",
        "stalled_days",
        "expected",
    )
}
LEFT = {"name", "status", "reason"}
CHOICE = (
    "rank", "completion", "done", "target", "remaining", "expected", "variance", "done_today", "planned_today",
    "catchup_today", "gap_today", "required_per_day", "gap_share", "finished_on", "last_as_of", "days_silent", "status",
    "units_finished", "units_with_target",
)  # fmt: skip
OF_ROLL_UPS = ("units_finished", "units_with_target")
FALLING = {"completion", "done", "target", "remaining", "gap_share", "gap_today", "rank_change"}


def units(
    view: View,
    rows: Sequence[UnitProgress],
    columns: Sequence[tuple[str, int]],
    title: str,
    key: str,
    subtitle: str = "",
    among: str = "",
) -> None:
    """Draw a table of units; each column is (name, part), part 2 leaving on a phone and 3 on a small screen too.

    The address may name other columns than these, which are then all shown, and units that stand first. How the table
    is sorted and what was typed to search it stand there too; `among` tells it from the others of its page. Of a long
    table (pages/_arranged.py) only the rows shown are sent.
    """
    offered = offered_of(columns, rows)
    shown = chosen_of(view, columns, offered)
    heads = [_head(view, name, part) for name, part in shown]
    pins, whole = _pinned(view), None
    if len(rows) > LONG:
        asked = asked_of(view, among, [name for name, _ in shown], PAGE)
        found = arranged(view, rows, asked, pins)
        whole, rows = {"of": len(rows), "found": found.found, "shown": asked.shown}, found.rows
    cells = [[CELLS[name](view, row) for name, _ in shown] for row in rows]
    standard = [name for name, _ in columns]
    choices = [(name, view.says(f"column.{name}.short"), name in dict(shown)) for name in offered if name != "name"]
    more = {
        "kept": {"id": among, "path": PATHS[view.address.page]},
        "choices": choices,
        "standard": [name for name in standard if name != "name"],
        "pins": pins,
        "whole": whole,
        "means": [(view.says(f"column.{name}.long"), _help.means(name, view.lang)) for name, _ in shown],
    }
    _component(key=f"table-{key}", data=_data(view, heads, cells, title, subtitle) | more)


def _head(view: View, name: str, part: int) -> Cell:
    return {
        "id": name,
        "label": view.says(f"column.{name}.short"),
        "long": view.says(f"column.{name}.long"),
        "align": "left" if name in LEFT else "right",
        "kind": "name" if name == "name" else "",
        "part": part if part > 1 else None,
        "first": -1 if name in FALLING else 1,
        "thin": name not in LEFT,
    }


def offered_of(columns: Sequence[tuple[str, int]], rows: Sequence[UnitProgress]) -> list[str]:
    """Return the columns one may choose from: the standard ones in their order, then what else tells of such units."""
    rolled_up = any(not row.is_leaf for row in rows)
    others = [name for name in CHOICE if rolled_up or name not in OF_ROLL_UPS]
    return list(dict.fromkeys([*(name for name, _ in columns), *others]))


def chosen_of(view: View, columns: Sequence[tuple[str, int]], offered: Sequence[str]) -> Sequence[tuple[str, int]]:
    """Return the columns the address asks for, the unit's name always among them; else the standard ones."""
    asked = {name for name in view.address.get("cols").split(",") if name in offered}
    return [(name, 1) for name in offered if name in asked or name == "name"] if asked else columns


def _pinned(view: View) -> list[str]:
    """Return the codes of the units that stand first, as the address names them."""
    return [code for code in view.address.get("pin").split(",") if code in view.tree]


def _slim(cell: Cell) -> Cell:
    """Return a cell without what it does not say: 600 rows travel on every change of the data."""
    return {name: value for name, value in cell.items() if name == "text" or value not in ("", None)}


def draw(
    view: View,
    heads: Sequence[Cell],
    cells: Sequence[Sequence[Cell]],
    title: str,
    key: str,
    subtitle: str = "",
    page: int = PAGE,
    *,
    searched: bool = True,
) -> None:
    """Draw a table from cells that are already words; `searched`: a long one gets a box to search it by."""
    data = _data(view, heads, cells, title, subtitle)
    if not searched:
        data["texts"]["search"] = ""
    _component(key=f"table-{key}", data=data | {"page": page})


def first(view: View, found: Sequence[Item], subtitle: str) -> tuple[Sequence[Item], str]:
    """Return as many lines as travel to a browser, and the subtitle, which says so where there are more."""
    if len(found) <= LONG:
        return found, subtitle
    n, m = numbers.whole(LONG, view.lang), numbers.whole(len(found), view.lang)
    return found[:LONG], " · ".join(one for one in (subtitle, view.says("table.first", n=n, m=m)) if one)


def _data(
    view: View, heads: Sequence[Cell], cells: Sequence[Sequence[Cell]], title: str, subtitle: str
) -> dict[str, Any]:
    """Return what the browser is given to draw."""
    said = {"search": "filter.search", "empty": "empty.table"} | {name: f"table.{name}" for name in TEXTS}
    return {
        "title": title,
        "subtitle": subtitle,
        "columns": list(heads),
        "rows": [[_slim(cell) for cell in row] for row in cells],
        "page": PAGE,
        "lang": view.lang,
        "texts": {name: view.says(key) for name, key in said.items()},
    }


def downloads(view: View, make: Callable[[], tables.Table], name: str) -> None:
    """Offer a table as CSV and XLSX; it is made when somebody asks for it."""
    stem = f"{view.campaign.id}_{name}_{view.as_of.isoformat()}"
    with st.container(key=f"cd-downloads-{name}", horizontal=True, horizontal_alignment="right"):
        st.download_button(
            view.says("button.csv"),
            data=_recorded.taken_from(view, f"{stem}.csv", lambda: _csv(make())),
            file_name=f"{stem}.csv",
            mime="text/csv",
            on_click="ignore",
            key=f"csv-{name}",
        )
        st.download_button(
            view.says("button.xlsx"),
            data=_recorded.taken_from(view, f"{stem}.xlsx", lambda: _xlsx(view, make())),
            file_name=f"{stem}.xlsx",
            mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            on_click="ignore",
            key=f"xlsx-{name}",
        )


def _csv(table: tables.Table) -> _recorded.Counted:
    return _recorded.Counted(tables.csv_download(table), len(table.rows))


def _xlsx(view: View, table: tables.Table) -> _recorded.Counted:
    return _recorded.Counted(tables.xlsx(table, view.lang, view.config.zone), len(table.rows))
