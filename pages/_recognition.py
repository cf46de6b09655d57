"""Recognition on the ranking: who finished first, who improved most, who kept the plan longest; and the score sheet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import streamlit as st

from campaign.calendar import ONE_DAY
from campaign.configuration import ALL
from campaign.recognition import Size
from etl.emulation_command import book
from pages import _ask, _recorded
from pages._cards import e, items, panel, unit_link
from pages._view import View
from reporting import numbers
from reporting.recognition import NAMED, Recognised, class_title, points, run_days

WEEK = timedelta(days=7)
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Line = tuple[str, str, str, str]


def shows(view: View) -> bool:
    """Tell whether the view is the one that units are recognised by: all categories, the headline stage."""
    return view.category == ALL and view.stage == view.campaign.headline


def block(view: View, level: str) -> str:
    """Return who is to be named among the units of a level in view; empty in another view than the headline's."""
    if not shows(view):
        return ""
    before = max(view.as_of - WEEK, view.campaign.start - ONE_DAY)
    below = any(row.level == level and row.code != view.scope for row in view.within())
    is_whole = view.scope == view.tree.top.code and not view.figures.is_part
    within = view.scope if below and not is_whole else None  # who has none below is compared with all there are
    found = _ask.recogniser(view.edition, before, view.as_of, view.figures).of(level, within)
    since = numbers.day_short(before + ONE_DAY, view.lang)
    lines = [*_first(view, found), *_improved(view, found, since), *_steadiest(view, found)]
    if not lines and view.figures.is_part:  # there may be somebody, who is not his to see
        return ""
    body = items(lines) if lines else f"<p>{e(view.says('recognised.none'))}</p>"
    return panel(view.says("recognised.title"), body, view.says("recognised.note"))


def _first(view: View, found: Recognised) -> list[Line]:
    if found.first is None:
        return []
    return [_line(view, "recognised.first.title", found.first.codes, numbers.day_short(found.first.on, view.lang))]


def _improved(view: View, found: Recognised, since: str) -> list[Line]:
    lines = []
    for one in found.improved:
        rise = view.says("recognised.rise", n=points(one.rise, view.lang))
        of = "" if one.in_class == Size.WHOLE else class_title(one.in_class, view.lang)
        lines.append(_line(view, "recognised.improved.title", one.codes, rise, of, since))
    return lines


def _steadiest(view: View, found: Recognised) -> list[Line]:
    one = found.steadiest
    if one is None:
        return []
    days = view.says("recognised.streak.days", n=one.days)
    when = run_days(one.runs[0], view.lang) if len(one.runs) == 1 else ""
    return [_line(view, "recognised.streak.title", one.codes, days, when)]


def _line(view: View, title: str, codes: Sequence[str], figure: str, more: str = "", since: str = "") -> Line:
    """Return one line of the panel: what for, who (equals together), and the figure."""
    ordered = [code for code in view.tree.codes if code in set(codes)]
    who = ", ".join(unit_link(view, code, view.tree.unit(code).name) for code in ordered[:NAMED])
    if len(ordered) > NAMED:
        who = view.says("recognised.more", names=who, n=len(ordered) - NAMED)
    heading = f"<b>{e(view.says(title, first=since))}</b><small>{e(more)}</small>"
    return heading, e(figure), "", who


def download(view: View, level: str) -> None:
    """Offer the scores of a level as a sheet that waits for its signatures; it is made when somebody asks for it."""
    if not shows(view):
        return
    name = f"{view.campaign.id}_thi-dua-{level}_{view.as_of.isoformat()}.xlsx"
    with st.container(key=f"cd-downloads-emulation-{level}", horizontal=True, horizontal_alignment="right"):
        st.download_button(
            view.says("emulation.download"),
            data=_recorded.taken_from(
                view, name, lambda: book(view.config, view.figures, level, view.as_of, view.lang), level=level
            ),
            file_name=name,
            mime=SHEET,
            on_click="ignore",
            key=f"xlsx-emulation-{level}",
        )
