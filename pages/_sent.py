"""What a unit sent: the counts that were accepted, and the rows that were held or sent back."""

from __future__ import annotations

from campaign.places import place_of
from pages import _ask, _tables
from pages._cards import draw, e, panel
from pages._view import View
from reporting import numbers
from reporting.cells import Kind as Holds
from reporting.faults import Issue, Kind
from reporting.tables import Column, Table
from reporting.texts import has
from warehouse.reader import Submission

SENT = (
    ("as_of", 1), ("name", 2), ("category", 1), ("count", 1), ("received_at", 2), ("late", 2), ("file", 3),
    ("stated_reason", 3),
)  # fmt: skip
REFUSED = (
    ("kind", 1), ("reason", 1), ("name", 2), ("category", 2), ("as_of", 2), ("found", 1), ("mend", 3), ("file", 3),
)  # fmt: skip
FEW = 12
RIGHT = {"count", "found", "received_at"}


def _heads(view: View, columns: tuple[tuple[str, int], ...]) -> list[dict[str, object]]:
    return [
        {
            "label": view.says(f"column.{name}.short"),
            "long": view.says(f"column.{name}.long"),
            "align": "right" if name in RIGHT else "left",
            "kind": "name" if name in ("name", "category") else "",
            "part": part if part > 1 else None,
            "first": 1,
        }
        for name, part in columns
    ]


def _category(view: View, category: str | None) -> str:
    named = {one.id: one.title(view.lang) for one in (*view.campaign.groups, *view.campaign.categories)}
    return named.get(category or "", view.says("filter.all.categories"))


def _unit(view: View, code: str | None) -> str:
    return view.tree.unit(code).name if code is not None and code in view.tree else code or ""


def submissions(view: View, code: str) -> None:
    """Draw the accepted counts of a unit and all below it, the latest first, and offer them for download."""
    sent = _ask.submissions(view.edition, code, view.stage, view.figures)
    cells = [_sent_cells(view, one, late=late) for one, late in sent]
    title = view.says("unit.submissions")
    _tables.draw(view, _heads(view, SENT), cells, title, "sent", view.says("load.rows", n=len(sent)), FEW)
    if sent:
        _tables.downloads(view, lambda: _sent_table(view, title, sent), f"sent-{code}")


def _sent_cells(view: View, one: Submission, *, late: bool) -> list[_tables.Cell]:
    lang = view.lang
    return [
        {"text": numbers.day(one.as_of, lang), "sort": one.as_of.isoformat()},
        {"text": _unit(view, one.unit_code)},
        {"text": _category(view, one.category)},
        {"text": numbers.whole(one.count, lang), "sort": one.count},
        {"text": numbers.moment(one.received_at, view.config.zone, lang), "sort": one.received_at.isoformat()},
        {"text": view.says("column.late.short") if late else "", "tone": "short" if late else ""},
        {"text": one.file},
        {"text": one.reason or ""},
    ]


def _sent_table(view: View, title: str, sent: tuple[tuple[Submission, bool], ...]) -> Table:
    names = (
        "as_of", "code", "name", "category", "stage", "count", "received_at", "late", "source", "file", "row",
        "stated_reason", "reported_by",
    )  # fmt: skip
    kinds = {"as_of": Holds.DATE, "count": Holds.WHOLE, "received_at": Holds.MOMENT, "row": Holds.WHOLE}
    columns = [Column(view.says(f"column.{name}.long"), kinds.get(name, Holds.TEXT)) for name in names]
    rows = [
        (
            one.as_of, one.unit_code, _unit(view, one.unit_code), _category(view, one.category), one.stage, one.count,
            one.received_at, view.says("word.yes" if late else "word.no"), one.source, one.file,
            place_of(one.row_number), one.reason, one.reported_by,
        )
        for one, late in sent
    ]  # fmt: skip
    return Table(title, columns, rows)


def refused(view: View, code: str) -> None:
    """Draw the rows of a unit and all below it that are held or were sent back, with what would mend them."""
    below = frozenset(view.tree.subtree(code))
    found = [
        one
        for one in _ask.issues(view.edition, view.as_of, view.figures)
        if one.kind in (Kind.HELD, Kind.REJECTED) and (one.unit_code in below or view.is_all_of(code))
    ]
    title = view.says("unit.issues")
    if not found:
        draw(panel(title, f"<p>{e(view.says('unit.issues.none'))}</p>"))
        return
    subtitle = view.says("load.rows", n=len(found))
    _tables.draw(
        view, _heads(view, REFUSED), [_refused_cells(view, one) for one in found], title, "refused", subtitle, FEW
    )
    _tables.downloads(view, lambda: _refused_table(view, title, found), f"refused-{code}")


def _refused_cells(view: View, one: Issue) -> list[_tables.Cell]:
    chip = "at_risk" if one.kind is Kind.HELD else "overdue"
    sign = "‖" if one.kind is Kind.HELD else "✕"
    return [
        {"text": view.says(f"issue.{one.kind}"), "chip": chip, "sign": sign},
        {"text": _reason(view, one), "note": one.hint or ""},
        {"text": one.unit_name or one.unit_code or "–"},
        {"text": _category(view, one.category) if one.category else "–"},
        {"text": numbers.day(one.as_of, view.lang), "sort": one.as_of.isoformat() if one.as_of else ""},
        {"text": one.found or "–"},
        {"text": view.says(f"reason.{one.reason}.mend") if has(f"reason.{one.reason}.mend") else ""},
        {"text": f"{one.file or ''}:{one.row or ''}"},
    ]


def _reason(view: View, one: Issue) -> str:
    return view.says(f"reason.{one.reason}") if has(f"reason.{one.reason}") else one.reason


def _refused_table(view: View, title: str, found: list[Issue]) -> Table:
    names = (
        "kind", "reason", "code", "name", "category", "stage", "as_of", "found", "wanted", "file", "row", "received_at",
    )  # fmt: skip
    kinds = {"as_of": Holds.DATE, "received_at": Holds.MOMENT, "row": Holds.WHOLE}
    columns = [Column(view.says(f"column.{name}.long"), kinds.get(name, Holds.TEXT)) for name in names]
    rows = [
        (
            view.says(f"issue.{one.kind}"), _reason(view, one), one.unit_code, one.unit_name,
            _category(view, one.category) if one.category else None, one.stage, one.as_of, one.found, one.expected,
            one.file, one.row, one.received_at,
        )
        for one in found
    ]  # fmt: skip
    return Table(title, columns, rows)
