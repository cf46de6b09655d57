"""The pieces that say whether a unit will make it: the strip, what is needed, and what more would change."""

from __future__ import annotations

from datetime import date, timedelta

from campaign.feasibility import Verdict
from campaign.prospects import Standing
from pages._cards import e, items, link, panel
from pages._view import View
from reporting import charts, forecasts, numbers
from reporting.forecasts import Assessment

LOOKS = {
    Verdict.DONE: ("finished", "✓"),
    Verdict.ACHIEVABLE: ("on_track", "✓"),
    Verdict.MORE_PEOPLE: ("at_risk", "▲"),
    Verdict.NOT_FEASIBLE: ("overdue", "✕"),
    Verdict.UNPROVEN: ("silent", "?"),
    Verdict.NO_DAYS: ("overdue", "✕"),
}
WITHOUT = (Standing.NO_TARGET, Standing.NOTHING_TO_DO)
MORE_PEOPLE = (0, 1, 2, 5, 10)
MORE_DAYS = (0, 3, 7, 14)
LONGEST_STRETCH = 366  # days after the last campaign day that an address may ask for
MOST_PEOPLE = 10_000


def of(view: View, code: str) -> Assessment:
    """Return what is to be expected of one unit in this view."""
    return view.assessed[code]


def strip(view: View, code: str) -> str:
    """Return whether a unit will make it, in one strip; empty where there is nothing to make."""
    one = of(view, code)
    if one.prospect.standing in WITHOUT:
        return ""
    told = _leaf_told(view, one) if one.row.is_leaf else _roll_up_told(view, one)
    lines = "".join(f"<p>{part}</p>" for part in told if part)
    look = "" if view.address.page == "forecast" else link(view.says("forecast.look"), view.address.href("forecast"))
    return f'<section class="cd-outlook">{_gauge(view, one)}<div>{lines}</div>{look}</section>'


def _leaf_told(view: View, one: Assessment) -> list[str]:
    lang, prospect = view.lang, one.prospect
    told = [f"<b>{e(forecasts.says(prospect, view.campaign, lang))}</b>", e(forecasts.units(one, lang))]
    if prospect.standing is Standing.OPEN:
        told.append(f"{chip(view, one.feasibility.verdict)} {e(forecasts.feasible(one.feasibility, lang))}")
        told.append(e(forecasts.people(one.feasibility, lang)))
    return told


def _roll_up_told(view: View, one: Assessment) -> list[str]:
    """Return what a roll-up is told: its leaves first, as one late unit alone makes the whole late."""
    units = forecasts.units(one, view.lang)
    says = e(forecasts.says(one.prospect, view.campaign, view.lang))
    if not units:
        return [f"<b>{says}</b>"]
    counted = "".join(f"{chip(view, kind, count)} " for kind, count in _verdicts(view, one.row.code))
    return [f"<b>{e(units)}</b>", says, counted and f"{e(view.says('feasible.compared'))} {counted}"]


def _gauge(view: View, one: Assessment) -> str:
    """Return the chance of a leaf, or the units of a roll-up that will be on time, as a figure with its bar."""
    found = forecasts.gauge(one, view.lang)
    if found is None:
        return ""
    bar = f'<div class="cd-track" aria-hidden="true"><i style="width:{charts.width(found.share)}%"></i></div>'
    told = f"<b>{e(found.figure)}</b><small>{e(found.says)}</small>{bar}"
    return f'<div class="cd-chance" data-tone="{found.tone}">{told}</div>'


def _verdicts(view: View, code: str) -> list[tuple[Verdict, int]]:
    """Return how many leaves at and below a unit have each verdict, those there are none of left out."""
    return forecasts.verdicts(view.assessed[row.code] for row in view.within(code))


def chip(view: View, kind: Verdict, count: int | None = None) -> str:
    """Return a verdict: its sign, its word, its colour, and how many there are of it."""
    tone, sign = LOOKS[kind]
    word, many = e(view.says(f"feasible.{kind}")), "" if count is None else f" <b>{numbers.whole(count, view.lang)}</b>"
    return f'<span class="cd-chip cd-{tone}"><span aria-hidden="true">{sign}</span>{word}{many}</span>'


def what_if(view: View, code: str) -> str:
    """Return what more people or more days would change for a unit; empty when nothing is left or begun."""
    one = of(view, code)
    if one.prospect.standing not in (Standing.OPEN, Standing.ENDED):
        return ""
    people, until = _asked(view, one)
    changed = forecasts.what_if(view.figures, one, people, until)
    choices = _choice(view, "until", [(_extended(view, more), _until_label(view, more)) for more in MORE_DAYS],
                      until.isoformat() if until > view.campaign.end else "")  # fmt: skip
    if one.feasibility.staff:
        options = [(str(more) if more else "", f"+{more}") for more in MORE_PEOPLE]
        choices = _choice(view, "people", options, str(people) if people else "") + choices
    lines = [
        f"{chip(view, changed.verdict)} {e(forecasts.feasible(changed, view.lang))}",
        e(forecasts.people(changed, view.lang)),
    ]
    said = "".join(f"<p>{part}</p>" for part in lines if part)
    assumes = "feasible.what_if.assumes" if one.feasibility.staff else "feasible.what_if.assumes.days"
    body = f'{choices}<div class="cd-said-so">{said}</div><p class="cd-why">{e(view.says(assumes))}</p>'
    return panel(view.says("feasible.what_if"), body)


def _asked(view: View, one: Assessment) -> tuple[int, date]:
    """Return the people and the last day that the address asks for; what it cannot ask for is left out."""
    written = view.address.get("people")
    people = int(written) if one.feasibility.staff and written.isascii() and written.isdigit() else 0
    try:
        until = date.fromisoformat(view.address.get("until"))
    except ValueError:
        until = view.campaign.end
    last = view.campaign.end + timedelta(days=LONGEST_STRETCH)
    return min(people, MOST_PEOPLE), min(max(until, view.campaign.end), last)


def _extended(view: View, more: int) -> str:
    return (view.campaign.end + timedelta(days=more)).isoformat() if more else ""


def _until_label(view: View, more: int) -> str:
    day = numbers.day_short(view.campaign.end + timedelta(days=more), view.lang)
    return f"{day} (+{more})" if more else day


def _choice(view: View, name: str, options: list[tuple[str, str]], chosen: str) -> str:
    """Return one question of the what-if as links: each answer has its own address."""
    drawn = ""
    for value, shown in options:
        current = " aria-current=true" if value == chosen else ""
        drawn += f'<a href="{e(view.address.href(**{name: value}))}"{current}>{e(shown)}</a>'
    label = e(view.says(f"feasible.what_if.{name}"))
    return f'<div class="cd-choice"><span>{label}</span><nav class="cd-tabs" aria-label="{label}">{drawn}</nav></div>'


def below(view: View) -> str:
    """Return how many leaves in view can do what is left, by verdict; empty for a leaf."""
    if of(view, view.scope).row.is_leaf:
        return ""
    lines = [(chip(view, one), numbers.whole(count, view.lang), "", "") for one, count in _verdicts(view, view.scope)]
    return panel(view.says("feasible.title"), items(lines), view.says("feasible.units")) if lines else ""
