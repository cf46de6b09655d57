"""Explaining: the stated totals that are not our sum, the form that explains one, and what has been explained."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import streamlit as st

from campaign.access import Right
from campaign.explanations import Explanation
from pages import _ask, _reach, _submitting, _words
from pages._cards import draw, e, note
from pages._view import View
from reporting import numbers
from reporting.explained import Difference
from reporting.explained import Explanation as Said

MOST_WORDS = 300
MOST_OF_A_NAME = 80
SIGNED = "cd_signed"


def differences(view: View) -> list[Difference]:
    """Return the differences of the units in view."""
    found = _ask.differences(view.edition, view.as_of, view.figures)
    inside = frozenset(view.tree.subtree(view.scope))
    return [one for one in found if view.is_all or one.key.unit_code in inside]


def place_of(one: Difference) -> str:
    """Return the name by which an address and the widgets know a difference."""
    return "x" + sha256("/".join(map(str, one.key)).encode()).hexdigest()[:12]


def show(view: View, found: Sequence[Difference]) -> tuple[str | None, list[dict[str, object]]]:
    """Draw what waits for an explanation, then what has one.

    Returns (which difference is to be open from now on: None as it was, "" none; the decisions that were made).
    """
    waiting, own = [one for one in found if one.explanation is None], _reach.codes(view, Right.EXPLAIN)
    opened, decided = None, list[dict[str, object]]()
    if waiting:
        heading, intro = view.says("explain.title", n=len(waiting)), view.says("explain.intro")
        with st.container(key="cd-group-explain"):
            draw(f'<h2 class="cd-step">{e(heading)}</h2><p class="cd-meta">{e(intro)}</p>')
            if not own:
                draw(_reach.why_not(view, Right.EXPLAIN))
            for one in waiting:
                wish, made = _difference(view, one, mine=one.key.unit_code in own)
                opened, decided = wish if wish is not None else opened, decided + made
    explained = [one for one in found if one.explanation is not None]
    if explained:
        with st.expander(view.says("explain.done", n=len(explained)), key="cd-explained"):
            for one in explained:
                wish, made = _difference(view, one, mine=one.key.unit_code in own)
                opened, decided = wish if wish is not None else opened, decided + made
    return opened, decided


def _difference(view: View, one: Difference, *, mine: bool) -> tuple[str | None, list[dict[str, object]]]:
    """Draw one difference, what was said of it, and, when it is open, the form; to look at only, if not `mine`."""
    place = place_of(one)
    is_open = view.address.get("row") == place
    wish = None
    with st.container(key=f"cd-row-{place}", border=True):
        with st.container(horizontal=True, key=f"cd-line-{place}"):
            draw(f'<div class="cd-difference">{_words.difference(view, one.issue)}{_said(view, one)}</div>')
            if not mine:
                return None, []
            with st.container(horizontal=True, key=f"cd-tap-{place}"):
                label = "mending.close" if is_open else "explain.again" if one.explanation else "explain.open"
                if st.button(view.says(label), key=f"cd-open-{place}"):
                    wish = "" if is_open else place
        return wish, _form(view, one, place) if is_open else []


def _said(view: View, one: Difference) -> str:
    """Return what was said of a difference, by whom and when; that it has lapsed, when it has."""
    said = one.explanation or one.lapsed
    if said is None:
        return ""
    lapsed = f"<p class='cd-wrong'>{e(view.says('explain.changed'))}</p>" if one.explanation is None else ""
    return f"<div class='cd-past'>{lapsed}<p>“{e(said.why)}”</p><p class='cd-meta'>{e(_who(view, said))}</p></div>"


def _who(view: View, said: Said) -> str:
    return view.says("explain.who", by=said.by, at=numbers.moment(said.at, view.config.zone, view.lang))


def _form(view: View, one: Difference, place: str) -> list[dict[str, object]]:
    """Draw the form that explains one difference; return the decision when it is made."""
    before = one.explanation or one.lapsed
    own = _submitting.signed_in()
    with st.form(f"cd-form-explain-{place}", border=False):
        why = st.text_area(
            view.says("explain.why"), value=before.why if before else "", max_chars=MOST_WORDS, key=f"cd-why-{place}"
        )
        signed = own or st.text_input(
            view.says("explain.by"),
            value=st.session_state.get(SIGNED, ""),
            max_chars=MOST_OF_A_NAME,
            key=f"cd-by-{place}",
        )
        sent = st.form_submit_button(view.says("explain.send"), type="primary")
    if not sent:
        return []
    missing = "explain.why.needed" if not why.strip() else "explain.by.needed" if not signed.strip() else ""
    if missing:
        draw(note(e(view.says(missing)), "bad"))
        return []
    st.session_state[SIGNED] = signed
    return [Explanation(one.key, one.stated, one.summed, why.strip(), "" if own else signed.strip()).document()]
