"""The pieces every page is drawn with: escaped HTML in one style, from values that are already words."""

from __future__ import annotations

import html
from collections.abc import Iterable

import streamlit as st

from campaign.progress import UnitProgress
from pages._view import Trouble, View
from reporting import charts
from reporting.texts import text


def e(value: object) -> str:
    """Return a text safe inside HTML: whatever a unit is called, it is shown, never obeyed."""
    return html.escape(str(value), quote=True)


def draw(*parts: str) -> None:
    """Draw pieces of HTML as one element."""
    st.html("".join(parts))


def chip(status: str, lang: str, *, big: bool = False) -> str:
    """Return a status: its sign, its word, its colour."""
    sign, word = text(f"status.{status}.sign", lang), text(f"status.{status}", lang)
    size = " cd-big" if big else ""
    return f'<span class="cd-chip cd-{status}{size}"><span aria-hidden="true">{sign}</span>{e(word)}</span>'


def link(label: str, href: str) -> str:
    """Return a link to an address of ours."""
    return f'<a href="{e(href)}">{e(label)}</a>'


def track(row: UnitProgress, *, plan: bool = True) -> str:
    """Return a bar of what is covered, with a mark where the plan stands."""
    mark = f'<b style="left:{charts.width(row.planned_share)}%"></b>' if plan and row.planned_share is not None else ""
    return f'<div class="cd-track" aria-hidden="true"><i style="width:{charts.width(row.completion)}%"></i>{mark}</div>'


def bar(share: float) -> str:
    """Return a bar of a share already turned into a width."""
    return f'<div class="cd-track" aria-hidden="true"><i style="width:{share}%"></i></div>'


def card(title: str, figure: str, small: str, *lines: str, gauge: str = "", mark: str = "") -> str:
    """Return one figure card; `lines`, `gauge` and `mark` (the "?" of its corner) are HTML already."""
    said = "".join(f"<p>{line}</p>" for line in lines if line)
    side = f" <small>{e(small)}</small>" if small else ""
    shown = f'<div class="cd-figure">{e(figure)}{side}</div>'
    return f'<section class="cd-card"><h2>{e(title)}</h2>{shown}{gauge}{said}{mark}</section>'


def panel(title: str, body: str, note: str = "") -> str:
    """Return a titled panel around HTML."""
    small = f"<small>{e(note)}</small>" if note else ""
    return f'<section class="cd-panel"><h2>{e(title)}{small}</h2>{body}</section>'


def items(rows: Iterable[tuple[str, str, str, str]]) -> str:
    """Return a list of (name, number, bar, why), each HTML already."""
    lines = []
    for name, number, gauge, why in rows:
        reason = f'<div class="cd-why">{why}</div>' if why else ""
        lines.append(f'<li><div class="cd-name">{name}</div><div class="cd-num">{number}</div>{gauge}{reason}</li>')
    return f'<ul class="cd-list">{"".join(lines)}</ul>'


def note(message: str, kind: str = "") -> str:
    """Return a note across the page; the message is HTML already."""
    return f'<div class="cd-note" data-kind="{e(kind)}" role="note">{message}</div>'


def unit_link(view: View, code: str, name: str) -> str:
    """Return a unit's name as a link to its page."""
    return link(name, view.address.href("unit", unit=code))


def trouble(problem: Trouble, lang: str) -> None:
    """Draw why an address cannot be shown, and the way back."""
    draw(
        f'<div class="cd-message"><h1>{e(problem.title)}</h1><p>{e(problem.says)}</p>'
        f'<a class="cd-button" href="{e(problem.back)}">{e(text("button.back_to_data", lang))}</a></div>'
    )
