"""Nhật ký: who did what, when and from where, the latest first; whether the log is whole; its export."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import islice

import streamlit as st

from access.audit import What, folder
from access.chain import files_of
from access.entries import Entry, Wanted, latest
from access.verifying import Verdict
from campaign.configuration import Configuration
from etl.audit_kept import judged
from pages import _audit_told as told
from pages import _recorded
from pages._address import Address
from pages._cards import draw, e, note, panel
from pages._kept import kept
from reporting import numbers, tables
from reporting.texts import text

PAGE = 50
SMALL = 16_000_000  # bytes of a log that is judged anew on every change; a longer one once a minute
CHOSEN = ("what", "who", "since", "until")


def show(address: Address, config: Configuration, lang: str) -> None:
    """Draw the log, or the part of it that the address asks for."""
    verdict = _judged(*_as_it_stands(config), config)
    title, intro = e(text("page.audit", lang)), e(text("audit.intro", lang))
    draw(f'<div class="cd-head"><h1>{title}</h1><p class="cd-says">{intro}</p></div>')
    draw(_state(verdict, lang))
    with st.container(key="cd-work"):
        _choices(address, lang)
        wanted = _wanted(address, config)
        found = list(islice(latest(folder(config), wanted), PAGE + 1))
        draw(panel(text("audit.records", lang), _list(found[:PAGE], config, lang)))
        _turn(address, found, lang)
        _downloads(wanted, config, lang)


def _as_it_stands(config: Configuration) -> tuple[str, tuple[tuple[str, int, int], ...], int]:
    """Return what the verdict is kept by: the folder, how its files stand, and for a long log the minute."""
    listed = []
    for path in [*files_of(folder(config)), folder(config) / "head.json"]:
        if path.is_file():
            stat = path.stat()
            listed.append((path.name, stat.st_size, stat.st_mtime_ns))
    if sum(size for _, size, _ in listed) <= SMALL:
        return str(folder(config)), tuple(listed), 0
    return str(folder(config)), (), int(datetime.now(UTC).timestamp()) // 60


@kept(4)
def _judged(place: str, stood: tuple[tuple[str, int, int], ...], minute: int, _config: Configuration) -> Verdict:  # noqa: ARG001 - they are the key
    return judged(_config)


def _state(verdict: Verdict, lang: str) -> str:
    """Return whether the log is whole; where it is not, the first place that says so."""
    if verdict.whole:
        says = text("audit.whole", lang, n=verdict.last.n)
        mark = text("audit.last", lang, mark=verdict.last.hash[:16]) if verdict.last.n else ""
        return note(f"<b>{e(says)}</b> {e(mark)}", "plain")
    first = verdict.breaks[0]
    where = text("audit.broken.at", lang, file=first.file, line=first.line) if first.file else ""
    says = f"{where} {text(f'audit.flaw.{first.flaw}', lang)}".strip()
    return note(
        f"<b>{e(text('audit.broken', lang, n=len(verdict.breaks)))}</b> {e(says)} {e(text('audit.broken.mend', lang))}",
        "bad",
    )


def _choices(address: Address, lang: str) -> None:
    what, who, since, until = st.columns([1.4, 1.4, 1, 1], gap="small", vertical_alignment="bottom")
    asked = address.get("what")
    what.selectbox(
        text("audit.what", lang),
        ["", *(one.value for one in What)],
        index=[one.value for one in What].index(asked) + 1 if asked in set(What) else 0,
        format_func=lambda one: text(f"audit.what.{one}", lang) if one else text("audit.any", lang),
        key="cd-audit-what",
        on_change=_chosen,
    )
    who.text_input(text("audit.who", lang), value=address.get("who"), key="cd-audit-who", on_change=_chosen)
    for place, name in ((since, "since"), (until, "until")):
        place.date_input(
            text(f"audit.{name}", lang), value=_day(address.get(name)), format="DD/MM/YYYY", key=f"cd-audit-{name}",
            on_change=_chosen,
        )  # fmt: skip


def _chosen() -> None:
    """Keep what is asked for in the address; a page further back is left."""
    for name in CHOSEN:
        value = st.session_state.get(f"cd-audit-{name}")
        _ask_for(name, value.isoformat() if isinstance(value, date) else str(value or ""))
    _ask_for("before", "")


def _ask_for(name: str, value: str) -> None:
    if value:
        st.query_params[name] = value
    elif name in st.query_params:
        del st.query_params[name]


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _wanted(address: Address, config: Configuration) -> Wanted:
    before, what = address.get("before"), address.get("what")
    return Wanted(
        what=what if what in set(What) else "",
        who=address.get("who"),
        since=_day(address.get("since")),
        until=_day(address.get("until")),
        before=int(before) if before.isdecimal() and len(before) < 19 else None,  # noqa: PLR2004 - digits of a number
        zone=config.zone,
    )


def _list(found: Sequence[Entry], config: Configuration, lang: str) -> str:
    if not found:
        return f'<p class="cd-empty">{e(text("audit.none", lang))}</p>'
    lines = []
    for one in found:
        at = numbers.moment(one.at, config.zone, lang)
        whence = " · ".join(part for part in (one.campaign, one.ip) if part)
        name = f"{e(told.kind(one, lang))}<small>{e(told.who(one, lang))}</small>"
        number = f"<small>{e(at)} · {e(numbers.whole(one.n, lang))}</small>"
        about = " · ".join(part for part in (told.about(one, lang), whence) if part)
        lines.append(f'<li><div class="cd-name">{name}</div><div class="cd-num">{number}</div>'
                     f'<div class="cd-why">{e(about)}</div></li>')  # fmt: skip
    return f'<ul class="cd-list">{"".join(lines)}</ul>'


def _turn(address: Address, found: Sequence[Entry], lang: str) -> None:
    """Draw the ways to older records, and back to the latest."""
    ways = []
    if address.get("before"):
        ways.append((text("audit.newest", lang), address.href(before="")))
    if len(found) > PAGE:
        ways.append((text("audit.older", lang), address.href(before=str(found[PAGE - 1].n))))
    links = "".join(f'<a class="cd-button" href="{e(href)}">{e(label)}</a> ' for label, href in ways)
    if links:
        draw(f'<p class="cd-meta">{links}</p>')


def _downloads(wanted: Wanted, config: Configuration, lang: str) -> None:
    """Offer what is asked for as a table, and the whole log as it stands, for whoever checks it himself."""
    everything = replace(wanted, before=None)
    ways = (
        ("csv", "text/csv", lambda: _table(everything, config, lang)),
        ("jsonl", "application/jsonl", lambda: _recorded.Counted(b"".join(_files(config)), None)),
    )
    with st.container(key="cd-downloads-audit", horizontal=True, horizontal_alignment="right"):
        for form, mime, make in ways:
            name = f"nhat-ky.{form}"
            st.download_button(
                text(f"audit.take.{form}", lang),
                data=_recorded.taken(config, name, make, always=True),
                file_name=name,
                mime=mime,
                on_click="ignore",
                key=f"audit-{form}",
            )


def _table(wanted: Wanted, config: Configuration, lang: str) -> _recorded.Counted:
    made = told.table(list(latest(folder(config), wanted))[::-1], config.zone, lang)
    return _recorded.Counted(tables.csv_download(made), len(made.rows))


def _files(config: Configuration) -> Iterator[bytes]:
    for path in files_of(folder(config)):
        yield path.read_bytes()
