"""The decisions so far: who decided what, when and why, what became of it, and whether it is still needed."""

from __future__ import annotations

from campaign.decisions import Outcome
from pages import _ask, _submitting, _tables
from pages._cards import draw, e, panel
from pages._view import View
from reporting import numbers
from reporting.texts import has
from warehouse.decided import Decided
from warehouse.explanations import ExplanationRow

COLUMNS = (
    ("decided_at", 1),
    ("sender", 2),
    ("what", 1),
    ("about", 1),
    ("after", 2),
    ("stated_reason", 2),
    ("outcome", 1),
)
CHIPS = {
    "taken": ("finished", "✓"),
    "unchanged": ("nothing_to_do", "="),
    "refused": ("overdue", "✕"),
    "needless": ("at_risk", "↺"),
}
FEW = 10


def show(view: View) -> None:
    """Draw the history of decisions, the latest first."""
    rows = _ask.decisions(view.edition, view.figures)
    explained = _ask.explanations(view.edition, view.figures)
    title = view.says("decisions.title")
    if not rows and not explained:
        draw(panel(title, f"<p>{e(view.says('decisions.none'))}</p>"))
        return
    heads = [
        {
            "label": view.says(f"column.{name}.short"),
            "long": view.says(f"column.{name}.long"),
            "align": "right" if name == "after" else "left",
            "kind": "name" if name == "about" else "",
            "part": part if part > 1 else None,
            "first": -1 if name == "decided_at" else 1,
        }
        for name, part in COLUMNS
    ]
    made = [(row.received_at, _cells(view, row)) for row in rows]
    made += [(row.received_at, _explained(view, row)) for row in explained]
    cells = [one for _, one in sorted(made, key=lambda pair: pair[0], reverse=True)]
    _tables.draw(view, heads, cells, title, "decisions", view.says("load.rows", n=len(cells)), FEW)


def _cells(view: View, row: Decided) -> list[_tables.Cell]:
    lang, said = view.lang, row.said
    unit = row.unit_code or row.means
    who = (
        view.tree.unit(unit).name
        if unit in view.tree and unit
        else str(said.get("unit_name") or said.get("unit_code") or "")
    )
    reason = view.says(f"reason.{row.row_reason}") if has(f"reason.{row.row_reason}") else row.row_reason
    ended = "needless" if row.needless_by is not None else row.outcome
    chip, sign = CHIPS[ended]
    why_not = _submitting.why_not(view, row) if row.outcome == Outcome.REFUSED else ""
    means = view.says("outcome.needless.means") if ended == "needless" else why_not
    return [
        {"text": numbers.moment(row.decided_at, view.config.zone, lang), "sort": row.decided_at.isoformat()},
        {"text": _submitting.name_of(view, row.sender, row.sender_name)},
        {"text": view.says(f"decision.{row.what}")},
        {"text": who, "note": f"{reason} · {row.row_file}:{row.place}"},
        {"text": numbers.whole(row.count, lang) if row.count is not None else "–"},
        {"text": row.why},
        {"text": view.says(f"outcome.{ended}"), "chip": chip, "sign": sign, "note": means},
    ]


def _explained(view: View, row: ExplanationRow) -> list[_tables.Cell]:
    """Return what somebody said of a stated total that is not our sum."""
    lang, (chip, sign) = view.lang, CHIPS[row.outcome]
    where = f"{view.says(f'measure.{row.measure}')} · {numbers.day(row.as_of, lang)}"
    figures = f"{numbers.whole(row.stated, lang)} ≠ {numbers.whole(row.summed, lang)}"
    why_not = _submitting.refusal(view, row.refusal) if row.outcome == Outcome.REFUSED else ""
    unit = view.tree.unit(row.unit_code).name if row.unit_code in view.tree else row.unit_code
    return [
        {"text": numbers.moment(row.decided_at, view.config.zone, lang), "sort": row.decided_at.isoformat()},
        {"text": row.signed or _submitting.name_of(view, row.sender, "")},
        {"text": view.says("decision.explain")},
        {"text": unit, "note": where},
        {"text": figures},
        {"text": row.why},
        {"text": view.says(f"outcome.{row.outcome}"), "chip": chip, "sign": sign, "note": why_not},
    ]
