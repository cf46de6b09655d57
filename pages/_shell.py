"""The shell of every page: language, address, header, then the page itself.

It lives inside pages/ on purpose: were it beside that folder, a first deep link on a fresh process would
run a page without passing here.
"""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages import (
    _ask,
    _chrome,
    _view,
    comparing,
    documents,
    forecast_score,
    lagging,
    mending,
    overview,
    ranking,
    sending,
    sources,
    targets,
    unit,
)
from pages._address import PATHS, address_of, parsed
from pages._cards import trouble
from reporting.texts import text

PAGES = {
    "overview": overview.show,
    "targets": targets.show,
    "ranking": ranking.show,
    "lagging": lagging.show,
    "comparing": comparing.show,
    "forecast": forecast_score.show,
    "unit": unit.show,
    "sources": sources.show,
    "issues": mending.show,
    "sending": sending.show,
    "documents": documents.show,
}


def main() -> None:
    """Draw the page an address names, with what it chose."""
    pages = {
        name: st.Page(partial(_page, name), title=name, url_path=PATHS[name].strip("/"), default=name == "overview")
        for name in PAGES
    }
    chosen = st.navigation(list(pages.values()), position="hidden")
    link = st.session_state.pop(_chrome.GO, None)
    target = parsed(link) if link else None
    if target is not None:
        st.switch_page(pages[target.page], query_params=target.query())
    chosen.run()


def _page(name: str) -> None:
    config = _ask.configuration()
    address = address_of(name, st.query_params.to_dict())
    lang = _view.language(address, config)
    view = _view.read(address, config)
    app = text("app.name", lang)
    st.set_page_config(page_title=f"{text(f'page.{name}', lang)} · {app}", layout="wide")
    _chrome.show(address, lang, view if isinstance(view, _view.View) else None)
    if isinstance(view, _view.Trouble):
        trouble(view, lang)
    else:
        PAGES[name](view)


main()
