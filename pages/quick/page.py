"""How the quick view looks: its values put into templates, as one page of HTML that needs nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from markupsafe import Markup

from pages._document import ICON
from pages._templates import templates
from pages.quick.asked import PRINT, WALL, WALL_VIEWS, Asked
from reporting import campaigns, inline_svg, numbers, palette
from reporting.answers import called
from reporting.inline_svg import Inline
from reporting.quick import Board, Line, Quick
from reporting.texts import LANGUAGES, text

FOLDER = Path(__file__).parent / "templates"
REFRESH, WALL_REFRESH = 60, 30  # seconds
WALL_ROWS, WALL_LAGGING = 10, 6  # lines a column of the wall has room for
FIRST, LAST, FOLDED = 10, 5, 6  # of a board on a small screen: those shown at either end, the fewest worth folding
DIGIT_EM = 0.45  # the width of a digit of a count label, in the size of the chart's own text
WORKING = ("overview", "targets", "ranking", "lagging", "forecast", "sources")
TEMPLATES = {"": "quick.html", WALL: "wall.html", PRINT: "print.html"}


@dataclass(frozen=True)
class Note:
    """A note across the page, and the link that leads on."""

    says: str
    href: str = ""
    label: str = ""


@dataclass(frozen=True)
class Part:
    """Lines of a board in one piece: whether a small screen folds them away, and where in them the gap is, if it is.

    `between`: how many units are neither shown there nor folded out: the lines, and those of the gap.
    """

    lines: Sequence[Line]
    folds: bool = False
    gap: int = -1
    between: int = 0


@cache
def _css(mode: str) -> str:
    """Return the style of a page; paper is never dark."""
    names = {WALL: ("quick", "dark", "wall"), PRINT: ("quick", "print")}.get(mode, ("quick", "dark"))
    return "".join(palette.filled((FOLDER / f"{name}.css").read_text("utf-8").replace("\n", "")) for name in names)


def refreshed(asked: Asked) -> tuple[int, str] | None:
    """Return after how many seconds a page is asked for anew, and where; None for one that stays as it is."""
    if asked.still or asked.mode == PRINT:
        return None
    if asked.mode != WALL:
        return REFRESH, asked.to(asked.unit)
    following = WALL_VIEWS[(WALL_VIEWS.index(asked.view) + 1) % len(WALL_VIEWS)]
    return WALL_REFRESH, asked.to(asked.unit, view=following)


def drawn(asked: Asked, q: Quick, notes: list[Note]) -> str:
    """Return the page of one unit."""
    chart = inline_svg.burnup(q.burnup, q.described, q.lang) if q.burnup else None
    given = _given(asked, q.lang, f"{q.row.name} · {q.brief.campaign}", lively=asked.mode != PRINT)
    given |= {
        "drawn": None if chart is None else _placed(chart),
        "call": partial(called, lang=q.lang, shared=asked.mode != WALL),
    }
    given |= {"day": numbers.day_short(q.row.as_of, q.lang), "folded": folded}
    if q.is_part:  # the machinery is the whole campaign's
        given["menu"] = [one for one in given["menu"] if one["href"] != asked.working("sources")]
    if asked.mode == WALL:
        given |= _on_the_wall(asked, q)
    if asked.mode == PRINT:
        given["signs"] = list({one.standing: one for one in (*q.below.lines, *q.leaves.lines)}.values())
    return _page(TEMPLATES[asked.mode], **given, q=q, notes=notes)


def _on_the_wall(asked: Asked, q: Quick) -> dict[str, Any]:
    """Return what only the wall shows: as many units as can be read from five metres, and its three views."""
    board = next((one for one in (q.below, q.leaves, q.rest) if len(one.lines) > 1), q.leaves)
    lines, room = board.lines, 2 * WALL_ROWS
    shown = lines if len(lines) <= room else (*lines[:WALL_ROWS], *lines[-WALL_ROWS:])
    lagging = q.lagging[: 2 * WALL_LAGGING]
    labels = ("page.overview", "quick.wall.below", "quick.wall.lagging")
    views = [
        (asked.to(asked.unit, view=view), text(label, q.lang), view == asked.view)
        for view, label in zip(WALL_VIEWS, labels, strict=True)
    ]
    return {
        "view": asked.view,
        "views": views,
        "rows": _columns(shown, WALL_ROWS),
        "rows_more": len(lines) + board.skipped - len(shown),
        "lagging": _columns(lagging, WALL_LAGGING),
        "shown_lagging": len(lagging),
    }


def folded(board: Board) -> list[Part]:
    """Return a board in pieces: both ends, and the middle that a small screen folds; never the unit itself."""
    count = len(board.lines)
    is_long = count >= FIRST + FOLDED + LAST
    middle = [is_long and FIRST <= at < count - LAST and not one.is_here for at, one in enumerate(board.lines)]
    parts, start = [], 0
    for at in range(1, count + 1):
        if at < count and middle[at] == middle[start]:
            continue
        has_gap = board.skipped > 0 and start <= board.before < at
        between = at - start + (board.skipped if has_gap else 0)
        parts.append(Part(board.lines[start:at], middle[start], board.before - start if has_gap else -1, between))
        start = at
    return parts


def _columns(lines: Sequence[Line], most: int) -> list[Sequence[Line]]:
    """Return lines in one column, or in two where one does not hold them."""
    if len(lines) <= most:
        return [lines] if lines else []
    half = -(-len(lines) // 2)
    return [lines[:half], lines[half:]]


def message(asked: Asked, lang: str, title: str, says: str, links: Mapping[str, str]) -> str:
    """Return a page that says why there are no figures, and the ways on (address: words)."""
    given = _given(asked, lang, title, lively=False)
    return _page("message.html", **given, heading=title, sentence=says, links=links, notes=[])


def started(asked: Asked, lang: str, title: str, cards: Sequence[campaigns.Card]) -> str:
    """Return the page of all campaigns, each a card that leads to its own page."""
    given = _given(asked, lang, text("page.campaigns", lang), lively=False)
    links = [(Asked(one.id, lang=asked.lang).to(), one) for one in cards]
    return _page("start.html", **given, heading=title, cards=links, notes=[])


def _given(asked: Asked, lang: str, title: str, *, lively: bool) -> dict[str, Any]:
    """Return what every page has: its language, its links, its style."""
    refresh = refreshed(asked) if lively else None
    other = next(one for one in LANGUAGES if one != lang)
    here = {"district" if asked.unit else "": asked.unit}
    return {
        "lang": lang,
        "title": f"{title} · {text('app.name', lang)}",
        "icon": ICON,
        "css": Markup(_css(asked.mode)),  # noqa: S704 - a file of ours
        "says": lambda key, **params: text(key, lang, **params),
        "to": asked.to,
        "working": asked.working,
        "working_here": lambda page: asked.working(page, **here) if asked.unit else asked.working(page),
        "schemes": "light" if asked.mode == PRINT else "light dark",
        "latest": asked.to(asked.unit, as_of=None) if asked.as_of else "",
        "plain": asked.to(asked.unit, mode="", view="", still=False),
        "home": asked.working("overview"),
        "other": {
            "lang": other,
            "href": asked.to(asked.unit, lang=other),
            "label": text(f"app.language.{other}", other),
        },
        "menu": [{"href": asked.working(page), "label": text(f"page.{page}", lang)} for page in WORKING]
        + [
            {"href": asked.to(asked.unit, mode=PRINT, still=False), "label": text("quick.print", lang)},
            {"href": asked.to(asked.unit, mode=WALL, still=False), "label": text("quick.wall", lang)},
        ],
        "seconds": refresh[0] if refresh else None,
        "still": asked.to(asked.unit, still=True),
        "lively": asked.to(asked.unit, still=False) if lively else "",
    }


def _placed(chart: Inline) -> dict[str, Any]:
    """Return a chart with the room its widest count label needs."""
    longest = max(len(one.says) for one in chart.counts)
    return {
        "svg": Markup(chart.svg),  # noqa: S704 - our own numbers; the one sentence in it is escaped there
        "counts": chart.counts,
        "days": chart.days,
        "key": chart.key,
        "left": round(longest * DIGIT_EM + 0.6, 2),
    }


def _page(template: str, **values: Any) -> str:
    made = templates(FOLDER).get_template(template).render(**values)
    return re.sub(r"\n\s*", "\n", made).strip() + "\n"
