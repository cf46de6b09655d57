"""What the charts that compare are made of and made to: kept by edition and by what the address chose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from campaign.freshness import Gap
from campaign.progress import UnitProgress
from pages import _ask
from pages._cards import e, link
from pages._kept import kept
from pages._view import View
from reporting import funnel, heatmap, multiples, numbers, rank_moves
from reporting.figures import Figures

MOST_DAYS = 31  # of a longer campaign the latest are compared
PICKED_FROM = 200  # units; of more, those of the opened districts


@dataclass(frozen=True)
class Compared:
    """One chart ready to be set in a page: its sentence and its HTML; both empty where there is nothing to draw."""

    title: str = ""
    body: str = ""


def shown_days(start: date, end: date, as_of: date) -> list[date]:
    """Return the campaign days that have ended by `as_of`, the latest of a long campaign."""
    last = min(as_of, end)
    days = [start + timedelta(days=number) for number in range((last - start).days + 1)]
    return days[-MOST_DAYS:]


def lasting(view: View) -> tuple[str, Figures]:
    """Return the edition and figures by one list of units, where the list changes between the days compared."""
    figures = view.figures
    turned = any(view.campaign.start < day <= view.as_of for day in figures.turns)
    if figures.units_on is not None or not turned:
        return view.edition, figures
    return f"{view.edition}@{view.as_of}", figures.under(view.as_of)


def all_of(view: View) -> dict[str, Compared]:
    """Return every chart of the page for what the address chose."""
    down = frozenset(row.code for row in view.within() if view.gaps.gap_of(row) is Gap.SOURCE_DOWN)
    return _all_of(view.edition, view.address.href(), view.lang, view.as_of, tuple(sorted(down)), view)


@kept(200)
def _all_of(
    edition: str,  # noqa: ARG001 - these are the key; the view is what they say
    address: str,  # noqa: ARG001
    lang: str,  # noqa: ARG001
    as_of: date,  # noqa: ARG001
    down: tuple[str, ...],
    _view: View,
) -> dict[str, Compared]:
    days = _days(_view)
    return {
        "heat": _heat(_view, days, down),
        "multiples": _multiples(_view, days),
        "moves": _moves(_view, days),
        "funnel": _funnel(_view),
    }


def _days(view: View) -> dict[date, dict[str, UnitProgress]]:
    """Return the figures of every unit on each day compared, each day asked for once."""
    edition, figures = lasting(view)
    return {
        day: {row.code: row for row in _ask.progress(edition, day, view.category, view.stage, figures)}
        for day in shown_days(view.campaign.start, view.campaign.end, view.as_of)
    }


def _unit(view: View) -> Callable[[str], str]:
    return lambda code: view.address.href("unit", unit=code)


def _listed(view: View, name: str) -> list[str]:
    """Return the codes of a list in the address, those of no unit left out."""
    return [code for code in view.address.get(name).split(",") if code in view.tree]


def _changed(view: View, name: str, code: str) -> str:
    """Return the link that takes a code into a list in the address, or out of it."""
    now = _listed(view, name)
    after = [one for one in now if one != code] if code in now else [*now, code]
    return view.address.href(**{name: ",".join(after)})


def _heat(view: View, days: dict[date, dict[str, UnitProgress]], down: tuple[str, ...]) -> Compared:
    measure = measure_of(view)
    heat = heatmap.heatmap(days, view.tree, view.scope, measure, view.figures.rules, down)
    opened = _listed(view, "open")
    written = view.address.get("part")
    part = heatmap.part_of(heat, opened, int(written) if written.isascii() and written.isdigit() else 1)
    table = heatmap.table(heat, part, view.lang, _unit(view), lambda code: _changed(view, "open", code), opened)
    key = heatmap.key(heat, view.figures.rules, view.lang)
    label = e(view.says("comparing.heat"))
    box = f'<div class="cd-heat-box" tabindex="0" role="region" aria-label="{label}">{table}</div>'
    return Compared(heatmap.title(heat, view.lang), key + box + _parts(view, part))


def measure_of(view: View) -> str:
    """Return what the cells show: the pace so far, or the day's work against its plan."""
    asked = view.address.get("measure")
    return asked if asked in heatmap.MEASURES else next(iter(heatmap.MEASURES))


def _parts(view: View, part: heatmap.Part) -> str:
    """Return the links between the parts of a long table; empty for a short one."""
    if part.parts == 1:
        return ""
    links = "".join(
        f'<a href="{e(view.address.href(part=str(number)))}"{" aria-current=page" if number == part.number else ""}>'
        f"{numbers.whole(number, view.lang)}</a>"
        for number in range(1, part.parts + 1)
    )
    label = e(view.says("comparing.parts"))
    return f'<div class="cd-choice"><span>{label}</span><nav class="cd-tabs" aria-label="{label}">{links}</nav></div>'


def _multiples(view: View, days: dict[date, dict[str, UnitProgress]]) -> Compared:
    codes = view.tree.children(view.scope)
    if len(codes) < 2:  # noqa: PLR2004 - one picture compares nothing
        return Compared()
    figures = lasting(view)[1]
    last = days[max(days)]
    plans = {
        code: figures.plan(code, category=view.category, stage=view.stage, as_of=view.as_of)
        for code in codes
        if code in last and last[code].target
    }
    span = (view.campaign.start, view.campaign.end)
    drawn = multiples.multiples(days, codes, plans, span)
    if not drawn.units:
        return Compared()
    body = multiples.grid(drawn, view.lang, _unit(view))
    if len(drawn.units) > multiples.MOST:
        more = view.says("comparing.multiples.first", n=multiples.MOST, m=len(drawn.units))
        body += f'<p class="cd-meta">{e(more)}</p>'
    return Compared(multiples.title(drawn, view.lang), body)


def _moves(view: View, days: dict[date, dict[str, UnitProgress]]) -> Compared:
    leaves = [code for code in view.tree.subtree(view.scope) if view.tree.is_leaf(code)]
    chosen = _listed(view, "units_shown")
    drawn = rank_moves.moves(days, leaves, chosen)
    if view.figures.is_part and drawn.ranked < 2:  # noqa: PLR2004 - one alone is no ranking, and he is not the only one
        return Compared()
    title = rank_moves.title(drawn, view.lang)
    if drawn.ranked < 2 or len(drawn.days) < 2:  # noqa: PLR2004 - nobody to pass, or no time to pass in
        return Compared(title)
    chart = rank_moves.chart(drawn, view.lang, _unit(view))
    table = _details(
        view.says("comparing.as_table"), f'<div class="cd-heat-box">{rank_moves.table(drawn, view.lang)}</div>'
    )
    return Compared(title, chart + _picker(view, leaves, [one.code for one in drawn.lines], chosen) + table)


def _details(summary: str, body: str, *, is_open: bool = False) -> str:
    return f'<details class="cd-pick"{" open" if is_open else ""}><summary>{e(summary)}</summary>{body}</details>'


def _picker(view: View, leaves: list[str], shown: list[str], chosen: list[str]) -> str:
    """Return the units to choose from, district by district: each choice has its own address."""
    offered = leaves
    if len(leaves) > PICKED_FROM:
        opened = set(_listed(view, "open"))
        offered = [code for code in leaves if view.tree.unit(code).parent_code in opened or code in shown]
    groups: dict[str, list[str]] = {}
    for code in offered:
        groups.setdefault(view.tree.unit(code).parent_code or code, []).append(code)
    drawn = ""
    for parent, codes in groups.items():
        names = "".join(_choice(view, code, shown) for code in codes)
        drawn += f"<p><b>{e(view.tree.unit(parent).name)}</b> {names}</p>"
    notes = [view.says("comparing.moves.most", n=rank_moves.MOST_CHOSEN)]
    if len(offered) < len(leaves):
        notes.append(view.says("comparing.moves.open_first"))
    said = " ".join(e(one) for one in notes)
    back = link(view.says("comparing.moves.standard"), view.address.href(units_shown="")) if chosen else ""
    return _details(
        view.says("comparing.moves.choose"), f'<p class="cd-meta">{said} {back}</p>{drawn}', is_open=bool(chosen)
    )


def _choice(view: View, code: str, shown: list[str]) -> str:
    """Return one unit as a link that draws its line too, or no longer; a full picture takes no more."""
    name = e(view.tree.unit(code).name)
    if code in shown:
        href = view.address.href(units_shown=",".join(one for one in shown if one != code))
        return f'<a href="{e(href)}" aria-current=true>✓ {name}</a>'
    if len(shown) >= rank_moves.MOST_CHOSEN:
        return f"<span>{name}</span>"
    return f'<a href="{e(view.address.href(units_shown=",".join([*shown, code])))}">{name}</a>'


def _funnel(view: View) -> Compared:
    found = funnel.flows(view.figures, view.scope, view.as_of, view.category)
    if not found:
        return Compared()
    return Compared(funnel.title(found, view.figures, view.lang), funnel.steps(found, view.figures, view.lang))
