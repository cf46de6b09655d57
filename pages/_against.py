"""What this campaign is compared with on the page Cùng kỳ: the other campaigns one may see, and the one chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from campaign.access import Right
from campaign.configuration import ALL, Campaign
from pages import _view
from pages._address import Address
from pages._cards import e
from pages._kept import kept
from pages._view import View
from pages._viewer import viewer
from reporting import same_day
from reporting.same_day import Align, SameDay

PAGES = ("comparing", "same_day")
MOST_TABS = 6  # of more, only the one chosen stands on the page until the list is opened


@dataclass(frozen=True)
class Against:
    """Another campaign, and its figures as they are read; none before its first figure."""

    campaign: Campaign
    view: View | None


def others(view: View) -> list[Campaign]:
    """Return the other campaigns one may see: those that began before this one first, the latest of them first."""
    seen = [one for one in view.config.campaigns if one.id != view.campaign.id and viewer().may(Right.SEE, one.id)]
    before = [one for one in seen if one.start < view.campaign.start]
    after = [one for one in seen if one.start >= view.campaign.start]
    return [*sorted(before, key=lambda one: one.start, reverse=True), *sorted(after, key=lambda one: one.start)]


def chosen(view: View, known: Sequence[Campaign]) -> Against:
    """Return the campaign the address compares with, else the one that comes first."""
    campaign = next((one for one in known if one.id == view.address.get("against")), known[0])
    read = _view.read(Address("same_day", {"campaign": campaign.id, "lang": view.address.get("lang")}), view.config)
    return Against(campaign, read if isinstance(read, View) and not read.awaits_first else None)


def found(view: View, against: Against) -> SameDay:
    """Return the two campaigns laid upon each other as the address asks."""
    other = against.view
    if other is None:
        raise ValueError(f"{against.campaign.id} has no figures to compare with")
    standard = same_day.standard_align(view.campaign, other.campaign)
    align = next((one for one in Align if one == view.address.get("align")), standard)
    unit = _same_unit(view, other)
    category = view.category if other.campaign.members(view.category) is not None else ALL
    stage = view.stage if view.stage in other.campaign.stage_ids else other.campaign.headline
    return _found(view.edition, other.edition, (view.scope, view.category, view.stage, view.as_of),
                  (unit, category, stage, other.standard_as_of), align, view.lang, view, other)  # fmt: skip


def _same_unit(view: View, other: View) -> str:
    """Return the unit of the other campaign: the same one, by code and name, where it has it; else its top one."""
    same = view.scope in other.tree and other.tree.unit(view.scope).name == view.tree.unit(view.scope).name
    return view.scope if same else other.scope


@kept(100)
def _found(
    edition: str,  # noqa: ARG001 - both are part of the key
    other_edition: str,  # noqa: ARG001
    here: tuple[str, str, str, date],
    there: tuple[str, str, str, date],
    align: Align,
    lang: str,
    _view: View,
    _other: View,
) -> SameDay:
    mine, theirs = _view.campaign, _other.campaign
    number = same_day.day_number(mine.start, mine.end, here[-1])
    length, other = ((one.end - one.start).days + 1 for one in (mine, theirs))
    lines = same_day.picked(length, number)
    wanted = {min(same_day.met(one, length, other, align), other) for one in (*lines, number)}
    return SameDay(
        same_day.side_of(_view.figures, *here, lines, lang),
        same_day.side_of(_other.figures, *there, wanted, lang),
        number,
        align,
    )


# Drawn


def tabs(view: View) -> str:
    """Return the two ways of comparing as links: units, and campaigns; empty where there is no other campaign."""
    if not others(view) and view.address.page != "same_day":
        return ""
    labels = {"comparing": "same_day.inside", "same_day": "page.same_day"}
    drawn = "".join(
        f'<a href="{e(view.address.href(page))}"{" aria-current=page" if page == view.address.page else ""}>'
        f"{e(view.says(labels[page]))}</a>"
        for page in PAGES
    )
    return f'<nav class="cd-tabs" aria-label="{e(view.says("page.comparing"))}">{drawn}</nav>'


def tabs_of(view: View, name: str, label: str, options: Sequence[tuple[str, str]], now: str) -> str:
    """Return one question as links: each answer has its own address; many answers stand in a list that opens."""
    drawn = ""
    for value, words in options:
        current = " aria-current=true" if value == now else ""
        drawn += f'<a href="{e(view.address.href(**{name: value}))}"{current}>{e(words)}</a>'
    said = e(label)
    if len(options) > MOST_TABS:
        chosen = next((words for value, words in options if value == now), "")
        listed = f'<summary>{e(chosen)}</summary><nav aria-label="{said}">{drawn}</nav>'
        return f'<div class="cd-choice"><span>{said}</span><details class="cd-pick">{listed}</details></div>'
    tabs = f'<nav class="cd-tabs cd-wraps" aria-label="{said}">{drawn}</nav>'
    return f'<div class="cd-choice"><span>{said}</span>{tabs}</div>'


def choice(view: View, known: Sequence[Campaign], against: Against) -> str:
    """Return the choice of the campaign to compare with."""
    options = [("" if one is known[0] else one.id, one.title(view.lang)) for one in known]
    now = "" if against.campaign is known[0] else against.campaign.id
    return tabs_of(view, "against", view.says("same_day.against"), options, now)
