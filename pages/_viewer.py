"""The viewer: who asks for a page, a plain route or a file, by the session his browser carries."""

from __future__ import annotations

import html
from datetime import UTC, datetime
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from access.admission import Admission
from campaign.access import ANYBODY_HERE, Viewer
from campaign.configuration import Configuration
from etl.rights import admission_of
from pages._address import PATHS
from pages._ask import configuration
from pages._session import LOOPBACK, SIGN_IN, Asked, connection, cookie_name, token_of
from reporting.texts import LANGUAGES, text

HERE = "cd_here"  # of the session's state: which page was drawn last
WHOSE = "cd_whose"  # and for whom
_IN_RUN: WeakKeyDictionary[object, Viewer] = WeakKeyDictionary()  # a run asks many times, and is one look
SEEN = "candich.viewer"  # in the scope of a request the gate has let through


def admission() -> Admission:
    """Return who is admitted to what, of this process."""
    return admission_of(configuration())


def viewer() -> Viewer:
    """Return who uses the page that is being drawn; a session that is over stops the run."""
    config = configuration()
    if config.access is None:
        return ANYBODY_HERE
    run = _run()
    found = _IN_RUN.get(run) if run is not None else None
    if found is None:
        found = admission().viewer(token(), datetime.now(UTC), used=False)  # the gate has seen what it was asked by
        if not found.id:
            _over(config)
            st.stop()
        if run is not None:
            _begin_anew_for(found.id)
            _IN_RUN[run] = found
    return found


def viewer_of(asked: Asked) -> Viewer:
    """Return who sent a request of a plain route; NOBODY for one without a session."""
    config = configuration()
    if config.access is None:
        return ANYBODY_HERE
    found = connection(asked).scope.get(SEEN)
    if isinstance(found, Viewer):
        return found
    return admission().viewer(token_of(asked, config), datetime.now(UTC))


def token() -> str:
    """Return the token the browser of the page that is being drawn carried when it connected."""
    found: object = st.context.cookies.get(cookie_name(configuration()), "")
    return found if isinstance(found, str) else ""  # a run without a browser has cookies of no kind


def address_of_client() -> str:
    """Return where the page that is being drawn is looked at from."""
    return st.context.ip_address or LOOPBACK


def _run() -> object | None:
    """Return something that lives as long as this run of the page, and that no other run has."""
    context = get_script_run_ctx(suppress_warning=True)
    return context.parallel_coordinator if context is not None else None


def _begin_anew_for(user: str) -> None:
    """Forget what a page kept for somebody else: a line that broke is taken up again by whoever signed in since."""
    if st.session_state.get(WHOSE, user) != user:
        st.session_state.clear()
    st.session_state[WHOSE] = user


def _over(config: Configuration) -> None:
    """Say that the session is over, and lead to the way in and from there back here."""
    query = st.query_params.to_dict()
    lang = query.get("lang", "") if query.get("lang") in LANGUAGES else config.language
    here = PATHS.get(st.session_state.get(HERE, ""), "/") + (f"?{urlencode(query)}" if query else "")
    way = f"{SIGN_IN}?{urlencode({'next': here})}"
    st.html(
        f'<div class="cd-message" role="alert"><h1>{html.escape(text("session.over", lang))}</h1>'
        f"<p>{html.escape(text('session.over.says', lang))}</p>"
        f'<a class="cd-button" target="_self" href="{html.escape(way)}">{html.escape(text("session.again", lang))}</a>'
        "</div>"
    )
