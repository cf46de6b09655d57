"""Bản đồ: every unit in its place, so that what lies together is seen together; nothing comes from the network."""

from __future__ import annotations

import streamlit as st

from pages import _atlas, _tables, _words
from pages._atlas import Atlas
from pages._cards import chip, draw, e, note, panel
from pages._document import module
from pages._view import View
from reporting import numbers, unit_map
from reporting.told import told

COLUMNS = {
    "status": (("name", 1), ("completion", 1), ("status", 1)),
    "completion": (("name", 1), ("completion", 1), ("remaining", 1)),
    "pace": (("name", 1), ("pace", 1), ("status", 2)),
    "silent": (("name", 1), ("days_silent", 1), ("last_as_of", 1)),
}
LISTED = 6

_component = st.components.v2.component(
    "candich_map",
    js=module("map.js"),
    isolate_styles=False,
)


def show(view: View) -> None:
    """Draw the map of the units in view, and beside it the table that says the same."""
    atlas = _atlas.of(view)
    draw(_words.head(view, view.row(view.scope), atlas.title), _measures(view, atlas.measure))
    left, right = st.columns([1.6, 1], gap="small")
    with left:
        draw(unit_map.key(atlas.shades, atlas.measure, view.figures.rules, view.lang))
        with st.container(key="cd-map"):  # its picture is a message of its own: another measure does not send it again
            _component(key="map-still", data=atlas.still)
            _component(key="map-said", data=atlas.said)
        draw(_notes(view, atlas))
    with right:
        rows = [one.row for one in sorted((*atlas.shades, *atlas.left_out), key=unit_map.worst)]
        title = view.says(f"map.measure.{atlas.measure}")
        _tables.units(view, rows, COLUMNS[atlas.measure], title, f"map-{atlas.measure}", view.says("map.table"))


def _measures(view: View, now: str) -> str:
    """Return the choice of what the places say, as links."""
    tabs = "".join(
        f'<a href="{e(view.address.href(measure=one if number else ""))}"'
        f"{' aria-current=true' if one == now else ''}>{e(view.says(f'map.measure.{one}'))}</a>"
        for number, one in enumerate(unit_map.MEASURES)
    )
    label = e(view.says("map.measure"))
    nav = f'<nav class="cd-tabs cd-map-measures" aria-label="{label}">{tabs}</nav>'
    return f'<div class="cd-choice"><span>{label}</span>{nav}</div>'


def _notes(view: View, atlas: Atlas) -> str:
    """Return how the map was laid out, what of the boundary file did not match, and units without a place."""
    picture = atlas.picture
    if atlas.shaped:
        said = [view.says("map.shapes")]
    elif len(picture.apart) == len(picture.places):
        said = [view.says("map.tiles.none")]
    else:
        said = [view.says("map.tiles")]
        notes = (("map.tiles.beside", picture.beside), ("map.tiles.apart", picture.apart))
        said += [view.says(key, n=len(codes)) for key, codes in notes if codes]
    meta = f'<p class="cd-meta">{e(" ".join(said))}</p>'
    return meta + _file(view, atlas) + _without(view, atlas)


def _file(view: View, atlas: Atlas) -> str:
    """Return what is wrong with the boundary file, or what of it is nobody's; of a part, no word out of the file."""
    read = atlas.read
    if read is None:
        return ""
    if read.found is None:
        why = "" if view.figures.is_part else e(told(str(read.wrong), view.lang))
        return note(f"<b>{e(view.says('map.file.wrong'))}</b> {why}", "bad")
    parts = []
    if not atlas.shaped:
        n = sum(one.row.code in read.found.rings for one in atlas.shades)
        parts.append(view.says("map.file.few", n=n, m=len(atlas.shades)))
    if read.found.unknown and not view.figures.is_part:
        shown = ", ".join(code or view.says("map.file.no_code") for code in read.found.unknown[:LISTED])
        more = "…" if len(read.found.unknown) > LISTED else ""
        parts.append(view.says("map.file.unknown", n=len(read.found.unknown), codes=shown + more))
    return note(" ".join(e(one) for one in parts), "plain") if parts else ""


def _without(view: View, atlas: Atlas) -> str:
    """Return the units without a shape, as links with their signs: they are listed, not guessed."""
    if not atlas.left_out:
        return ""
    links = "".join(
        f'<li><a href="{e(view.address.href("unit", unit=one.row.code))}">{e(one.row.name)}</a> '
        f"{chip(view.standing(one.row), view.lang)}</li>"
        for one in atlas.left_out
    )
    title = view.says("map.without", n=numbers.whole(len(atlas.left_out), view.lang))
    return panel(title, f'<ul class="cd-map-without">{links}</ul>', view.says("map.without.note"))
