"""Các chiến dịch: every campaign one may see as a card; where the address bar of several running campaigns begins."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from campaign.access import Right
from campaign.configuration import Campaign, Configuration
from pages import _ask, _view
from pages._address import Address
from pages._cards import draw, e
from pages._view import View
from pages._viewer import viewer
from reporting import campaigns
from reporting.campaigns import Card
from reporting.texts import text

LOOK_EVERY_SECONDS = 20.0
SEVERAL = 2


def seen(config: Configuration) -> list[Campaign]:
    """Return the campaigns one may see, as the configuration names them."""
    return [one for one in config.campaigns if viewer().may(Right.SEE, one.id)]


def begins(config: Configuration, now: datetime) -> bool:
    """Tell whether an address that names nothing begins here: where several campaigns run at once."""
    return len(campaigns.running(seen(config), now.astimezone(config.zone).date())) >= SEVERAL


def show(address: Address, config: Configuration, lang: str) -> None:
    """Draw the cards; they look for new figures by themselves."""
    _cards(address, config, lang)


@st.fragment(run_every=LOOK_EVERY_SECONDS)
def _cards(address: Address, config: Configuration, lang: str) -> None:
    now = datetime.now(UTC)
    today, known = now.astimezone(config.zone).date(), seen(config)
    if not known:
        draw(f'<div class="cd-message"><h1>{e(text("empty.campaign", lang))}</h1>'
             f"<p>{e(text('empty.campaign.mend', lang))}</p></div>")  # fmt: skip
        return
    title = campaigns.title(known, today, lang)
    drawn = "".join(
        _drawn(address, _card(one, address, config, lang), lang) for one in campaigns.in_order(known, today)
    )
    draw(f'<div class="cd-head"><h1>{e(title)}</h1></div>', f'<div class="cd-campaigns">{drawn}</div>')


def _card(campaign: Campaign, address: Address, config: Configuration, lang: str) -> Card:
    view = _view.read(Address("overview", {"campaign": campaign.id, "lang": address.get("lang")}), config)
    today = datetime.now(UTC).astimezone(config.zone).date()
    if not isinstance(view, View) or view.awaits_first:
        return campaigns.empty_card(campaign, today, lang)
    row = view.row(view.scope)
    leaves = [view.standing(one) for one in view.within() if one.is_leaf and one.target]
    assessed = _ask.assess(view.edition, view.category, view.stage, view.as_of, view.figures)[row.code]
    return campaigns.card(
        view.figures, row, leaves, view.standing(row), assessed, view.today, lang, down=len(view.outages)
    )


def _drawn(address: Address, card: Card, lang: str) -> str:
    """Return one card as HTML: its name is the link, and the whole card is where one taps."""
    href = Address("overview", {"lang": address.get("lang"), "campaign": card.id}).href()
    chips = f'<span class="cd-chip" data-phase="{card.phase}">{e(text(f"campaigns.phase.{card.phase}", lang))}</span>'
    if card.word:
        sign = f'<span aria-hidden="true">{card.sign}</span>'
        chips += f'<span class="cd-chip cd-{card.standing}">{sign}{e(card.word)}</span>'
    if card.simulated:
        chips += f'<span class="cd-chip cd-simulated">{e(text("app.simulated", lang))}</span>'
    body = f"<p>{e(card.empty)}</p>" if card.empty else _figures(card)
    return (
        f'<section class="cd-card cd-campaign"><h2><a href="{e(href)}">{e(card.title)}</a></h2>'
        f'<p class="cd-when">{e(card.dates)} · {e(card.day)}</p><p class="cd-chips">{chips}</p>{body}</section>'
    )


def _figures(card: Card) -> str:
    mark = "" if card.plan is None else f'<b style="left:{card.plan}%"></b>'
    bar = f'<div class="cd-track" aria-hidden="true"><i style="width:{card.width}%"></i>{mark}</div>'
    small = f" <small>{e(card.planned)}</small>" if card.planned else ""
    said = "".join(f"<p>{e(one)}</p>" for one in (card.verdict, card.outlook, card.behind) if one)
    down = f' <b class="cd-short">{e(card.down)}</b>' if card.down else ""
    return (
        f'<div class="cd-figure">{e(card.share)}{small}</div>{bar}{said}<p class="cd-fresh">{e(card.fresh)}{down}</p>'
    )
