"""Văn bản: the notice of a period as it prints, its issue under a number, and the notices issued so far."""

from __future__ import annotations

import streamlit as st

from campaign.errors import CanDichError
from etl import office
from pages import _documents_issue, _documents_records
from pages._cards import draw, e, note, panel
from pages._documents_choice import choose
from pages._documents_draft import Draft, draft_of
from pages._documents_preview import STUDIO, Preview
from pages._view import View
from reporting import periods
from reporting.told import told

LOOK_EVERY_SECONDS = 1.0


def show(view: View) -> None:
    """Draw the choice of a period and a unit, the draft, what can be done with it, and the register."""
    draw(
        f'<div class="cd-head"><h1>{e(view.says("page.documents"))}</h1>'
        f'<p class="cd-says">{e(view.says("documents.intro"))}</p></div>'
    )
    with st.container(key="cd-work"):
        period, unit = choose(view)
        draft = draft_of(view, period, unit)
        try:
            made = draft.notices
        except CanDichError as problem:
            why = told(f"{problem.found}; {problem.expected}", view.lang)
            if view.standard_as_of < view.campaign.start:
                why = view.says("documents.none.yet", on=view.campaign.start)
            draw(panel(view.says("documents.none"), f"<p>{e(why[:1].upper() + why[1:])}</p>"))
        else:
            draw(_title(view, draft, made[0].unit or made[0].campaign))
            paper, work = st.columns([1.7, 1], gap="medium")
            with work:
                _documents_issue.show(draft)
            with paper:
                _preview(draft)
    _documents_records.show(view)


def _title(view: View, draft: Draft, unit: str) -> str:
    title = view.says("documents.title", period=periods.spoken(draft.period, view.lang))
    said = view.says("documents.preview.of", unit=unit, on=draft.as_of)
    return f'<h2 class="cd-step">{e(title)}<small>{e(said)} · {e(view.says("documents.preview.draft"))}</small></h2>'


def _preview(draft: Draft) -> None:
    """Draw the pages as they print; until they are there, and where they cannot be, what they say."""
    view = draft.view
    if office.office() is None:
        draw(note(e(view.says("documents.preview.office")), ""), _said(draft))
        return
    if "docx" in draft.unfit:  # why, stands where it could be issued
        draw(_said(draft))
        return
    found = STUDIO.ask(draft.key, draft.pdf)
    if found.ready:
        st.fragment(_pages)(draft, found)
    else:
        st.fragment(_waited, run_every=LOOK_EVERY_SECONDS)(draft)


def _waited(draft: Draft) -> None:
    """Tell that the pages are being drawn, and look again every second."""
    if STUDIO.ask(draft.key, draft.pdf).ready:
        st.rerun()
    waiting = note(f'<span role="status">{e(draft.view.says("documents.preview.waiting"))}</span>', "plain")
    draw(waiting, _said(draft))


def _pages(draft: Draft, found: Preview) -> None:
    """Draw one page of the draft, and the way to the others."""
    view = draft.view
    if found.failed:
        why = told(found.failed, view.lang)
        draw(note(e(view.says("documents.preview.failed", why=why)), "bad"), _said(draft))
        return
    place = f"cd-page-{'-'.join(draft.key)}"
    shown = min(st.session_state.get(place, 1), len(found.pages))
    with st.container(key="cd-paper"):
        with st.container(key="cd-downloads-pages", horizontal=True, vertical_alignment="center"):
            for step, key in ((-1, "before"), (1, "after")):
                st.button(
                    view.says(f"documents.preview.{key}"), key=f"cd-{key}", on_click=_turn, args=(place, shown + step),
                    disabled=not 1 <= shown + step <= len(found.pages),
                )  # fmt: skip
            draw(f'<p class="cd-meta" role="status">{e(view.says("documents.preview.at", n=shown, of=found.of))}</p>')
        page = view.says("documents.preview.page", n=shown, of=found.of)
        st.image(found.pages[shown - 1], width="stretch", alt=page)
    if found.of > len(found.pages) == shown:
        draw(f'<p class="cd-meta">{e(view.says("documents.preview.more", n=found.of - len(found.pages)))}</p>')


def _turn(place: str, page: int) -> None:
    """Turn to a page: it is this visitor's alone, and no part of the address."""
    st.session_state[place] = page


def _said(draft: Draft) -> str:
    """Return what the first notice says, in its own sentences."""
    said = "".join(f"<p>{e(one)}</p>" for one in draft.notices[0].says)
    return panel(draft.view.says("documents.preview.says"), said)
