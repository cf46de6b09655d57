"""The rest of the campaign, as a viewer of a part may know it: the places of a level, and the totals around."""

from __future__ import annotations

from campaign.progress import Status
from pages import _tables
from pages._cards import bar, chip, draw, e, items, panel
from pages._view import View
from reporting import charts, numbers, others
from reporting.others import Known
from reporting.texts import named, text

COLUMNS = ("rank", "name", "completion", "status")
LEFT = ("name", "status")


def show(view: View, level: str) -> None:
    """Draw what may be known of a level beside one's own units, and of the units around; nothing for who sees all."""
    asked = {"category": view.category, "stage": view.stage}
    around = others.around(view.figures, view.as_of, **asked)
    if around:
        draw(panel(view.says("others.around"), items(_total(view, one) for one in around)))
    rows = others.board(view.figures, view.as_of, level, **asked)
    if not rows:
        return
    heads = [
        {
            "label": view.says(f"column.{name}.short"),
            "long": view.says(f"column.{name}.long"),
            "align": "left" if name in LEFT else "right",
            "kind": "name" if name == "name" else "",
            "part": 2 if name == "status" else None,
            "first": -1 if name == "completion" else 1,
            "thin": name not in LEFT,
        }
        for name in COLUMNS
    ]
    title = f"{view.says('others.title')} · {named('levels', level, view.lang)}"
    note = view.says(f"others.note.{view.figures.others}")
    _tables.draw(view, heads, [_cells(view, one) for one in rows], title, f"others-{level}", note)
    _tables.downloads(view, lambda: others.table(rows, level, view.as_of, view.lang), f"others-{level}")


def _cells(view: View, one: Known) -> list[_tables.Cell]:
    if one.row is not None:
        return [_tables.CELLS[name](view, one.row) for name in COLUMNS]
    word, sign = text(f"status.{one.status}", view.lang), text(f"status.{one.status}.sign", view.lang)
    return [
        {"text": numbers.whole(one.rank, view.lang), "sort": "" if one.rank is None else one.rank},
        {"text": one.name or view.says("others.unnamed")},
        {
            "text": _share(view, one),
            "sort": "" if one.share is None else float(one.share),
            "bar": charts.width(one.share),
        },
        {"text": word, "chip": str(one.status), "sign": sign, "sort": list(Status).index(one.status)},
    ]


def _share(view: View, one: Known) -> str:
    return numbers.percent(one.share, view.lang, one.status is Status.FINISHED)


def _total(view: View, one: Known) -> tuple[str, str, str, str]:
    of = f"{numbers.whole(one.done, view.lang)}/{numbers.whole(one.target, view.lang)}"
    rank = (
        ""
        if one.rank is None
        else f"<small>{e(view.says('column.rank.short'))} {numbers.whole(one.rank, view.lang)}</small>"
    )
    return (
        f"{e(one.name)}{rank}",
        f"{_share(view, one)}<small>{of}</small>",
        bar(charts.width(one.share)),
        chip(one.status, view.lang),
    )
