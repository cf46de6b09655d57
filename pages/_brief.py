"""The brief on a page: one line that opens, ready to be copied, printed and posted."""

from __future__ import annotations

from functools import partial

import streamlit as st

from campaign.configuration import ALL
from pages import _ask, _recorded
from pages._cards import draw, e, unit_link
from pages._view import View
from reporting.brief import Brief, Call, Failing
from reporting.brief_page import Form, file_name

MIME: dict[Form, str] = {"png": "image/png", "pdf": "application/pdf"}


def told(view: View) -> Brief:
    """Return what is said of the units in view, be it of all their work or of a part of it."""
    ours = Failing(view.failing, view.sources, _ask.failure(view.config, view.campaign.id))
    asked = (view.scope, view.category, view.stage, view.as_of, view.today, view.lang)
    return _ask.brief(view.edition, *asked, ours, view.now, view.figures)


def of(view: View) -> Brief | None:
    """Return the brief of the units in view; None where only a part of the work is: it is of the whole."""
    return told(view) if view.category == ALL and view.stage == view.campaign.headline else None


def folded(view: View) -> str:
    """Return the brief as a line that opens to the whole of it, ready to be copied; its answers stand above it."""
    made = of(view)
    if made is None:
        return ""
    called = dict(zip(made.called, made.calls, strict=True))
    lines = "".join(f"<p>{_line(view, line, called.get(line))}</p>" for line in made.lines)
    data = f'data-copy="{e(made.text)}" data-said="{e(view.says("brief.copied"))}"'
    copy = f'<button type="button" class="cd-button" {data}>{e(view.says("brief.copy"))}</button>'
    label = e(view.says("brief.title"))
    return f'<details class="cd-brief"><summary>{label}</summary><div>{lines}{copy}</div></details>'


def _line(view: View, line: str, one: Call | None) -> str:
    """Return one line of the brief; of a unit to call, its name as a link."""
    if one is None:
        return e(line)
    before, name, after = line.partition(one.name)
    return f"{e(before)}{unit_link(view, one.code, name)}{e(after)}"


def downloads(view: View) -> None:
    """Offer the brief as a picture for a chat and as a page to print; each is drawn when somebody asks for it."""
    made = of(view)
    if made is None:
        return
    with st.container(key="cd-downloads-brief", horizontal=True, horizontal_alignment="right"):
        draw(e(view.says("brief.take")))
        for form, mime in MIME.items():
            st.download_button(
                view.says(f"brief.take.{form}"),
                data=_recorded.taken_from(
                    view, file_name(made, form), partial(_ask.brief_page, made, form, view.figures)
                ),
                file_name=file_name(made, form),
                mime=mime,
                on_click="ignore",
                key=f"brief-{form}",
            )
