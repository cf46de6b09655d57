"""The brief on a page: whom to call in one line that opens, ready to be copied, printed and posted."""

from __future__ import annotations

import streamlit as st

from campaign.configuration import ALL
from pages import _ask
from pages._cards import draw, e, unit_link
from pages._view import View
from reporting.brief import Brief, Call, Failing
from reporting.brief_page import Form, file_name

MIME: dict[Form, str] = {"png": "image/png", "pdf": "application/pdf"}


def of(view: View) -> Brief | None:
    """Return the brief of the units in view; None where only a part of the work is: it is of the whole."""
    if view.category != ALL or view.stage != view.campaign.headline:
        return None
    ours = Failing(view.outages, view.sources, _ask.failure(view.config, view.campaign.id))
    return _ask.brief(view.edition, view.scope, view.as_of, view.today, view.lang, ours, view.now, view.figures)


def strip(view: View) -> str:
    """Return the brief as one line that opens: whom to call, or what is wrong with the data, or that all is well."""
    made = of(view)
    if made is None:
        return ""
    names = e(" · ".join(one.name for one in made.calls))  # no links: the whole line is one button that opens
    short = f"<b>{e(view.says('brief.calls'))}</b> {names}" if names else e(made.nobody or made.against or made.fresh)
    called = dict(zip(made.called, made.calls, strict=True))
    told = "".join(f"<p>{_line(view, line, called.get(line))}</p>" for line in made.lines)
    data = f'data-copy="{e(made.text)}" data-said="{e(view.says("brief.copied"))}"'
    copy = f'<button type="button" class="cd-button" {data}>{e(view.says("brief.copy"))}</button>'
    label = f"<b>{e(view.says('brief.title'))}</b>"
    return f'<details class="cd-brief"><summary>{label}<span>{short}</span></summary><div>{told}{copy}</div></details>'


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
                data=lambda form=form: _ask.brief_page(made, form, view.figures),
                file_name=file_name(made, form),
                mime=mime,
                on_click="ignore",
                key=f"brief-{form}",
            )
