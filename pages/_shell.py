"""The shell of every page: language, address, header, then the page itself.

It lives inside pages/ on purpose: were it beside that folder, a first deep link on a fresh process would
run a page without passing here.
"""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime
from functools import partial

import streamlit as st

from pages import (
    _ask,
    _chrome,
    _first_day,
    _recorded,
    _view,
    _viewer,
    atlas,
    audit,
    campaigns,
    comparing,
    documents,
    forecast_score,
    lagging,
    mending,
    overview,
    ranking,
    same_day,
    sending,
    sources,
    targets,
    unit,
)
from pages._address import PATHS, Address, address_of, parsed
from pages._cards import trouble
from pages._rights import may_open
from pages._turns import turn
from reporting.texts import text

PAGES = {
    "overview": overview.show,
    "targets": targets.show,
    "ranking": ranking.show,
    "lagging": lagging.show,
    "comparing": comparing.show,
    "map": atlas.show,
    "same_day": same_day.show,
    "forecast": forecast_score.show,
    "unit": unit.show,
    "sources": sources.show,
    "issues": mending.show,
    "sending": sending.show,
    "documents": documents.show,
}
START = "campaigns"  # shown even where a campaign has no figures
AUDIT = "audit"  # of the whole house, whatever its figures
# What is made there may take its time: they take no turn.
AT_LENGTH = ("sending", "issues", "documents")
BEGUN = "cd_begun"


def main() -> None:
    """Draw the page an address names, with what it chose."""
    pages = {
        name: st.Page(partial(_page, name), title=name, url_path=PATHS[name].strip("/"), default=name == "overview")
        for name in (*PAGES, START, AUDIT)
    }
    chosen = st.navigation(list(pages.values()), position="hidden")
    link = st.session_state.pop(_chrome.GO, None)
    target = parsed(link) if link else None
    if target is not None:
        st.switch_page(pages[target.page], query_params=target.query())
    if _names_nothing(chosen.title) and campaigns.begins(_ask.configuration(), datetime.now(UTC)):
        st.switch_page(pages[START], query_params=st.query_params.to_dict())
    with nullcontext() if chosen.title in AT_LENGTH else turn():
        chosen.run()


def _names_nothing(page: str) -> bool:
    """Tell whether a visit begins with an address that names nothing; a deep link is never led elsewhere."""
    begun = st.session_state.get(BEGUN, False)
    st.session_state[BEGUN] = True
    return not begun and page == "overview" and not set(st.query_params) - {"lang"}


def _page(name: str) -> None:
    config = _ask.configuration()
    address = address_of(name, st.query_params.to_dict())
    lang = _view.language(address, config)
    view = _view.read(address, config)
    app = text("app.name", lang)
    st.set_page_config(page_title=f"{text(f'page.{name}', lang)} · {app}", layout="wide")
    if name == START:
        _start(address, lang, view)
        return
    opens = may_open(_viewer.viewer(), name, view.campaign.id if isinstance(view, _view.View) else None)
    if not opens:
        view = _view.Trouble(text("error.page", lang), text("error.page.says", lang), address.href("overview"))
    _chrome.show(address, lang, view if isinstance(view, _view.View) else None)
    if name == AUDIT and opens:
        _recorded.looked(config, _viewer.viewer(), _viewer.address_of_client(), "", name, "")
        audit.show(address, config, lang)
    elif isinstance(view, _view.Trouble):
        _recorded.refused(config, _viewer.viewer(), _viewer.address_of_client(), name, address)
        trouble(view, lang)
    else:
        _recorded.viewed(view)
        (_first_day.show if view.awaits_first else PAGES[name])(view)


def _start(address: Address, lang: str, view: _view.View | _view.Trouble) -> None:
    """Draw all campaigns; the header's links lead to the campaign the visitor comes from."""
    shown = view if isinstance(view, _view.View) else None
    kept = {**address.chosen, "campaign": shown.campaign.id} if shown else address.chosen
    _chrome.show(Address(START, kept), lang, shown)
    campaigns.show(address, _ask.configuration(), lang)


main()
