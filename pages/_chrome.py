"""The header of every page: navigation, the choices, the language, and the watch for a new version.

One component draws it all in the browser. It sends one of two things: the address to go to, or the news
that a version was published; neither reloads the page.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from campaign.access import Viewer
from campaign.configuration import ALL
from etl import heartbeat
from pages import _viewer, campaigns
from pages._address import PATHS, PER_PAGE, Address, parsed
from pages._document import asset, module
from pages._rights import may_open
from pages._session import ACCOUNT
from pages._view import View
from pages.quick.asked import Asked
from reporting import numbers
from reporting.links import QUICK
from reporting.texts import LANGUAGES, named, text

GO = "cd_go"
HERE = "cd_here"
TAKEN = "cd_taken"
KEY = "cd_chrome"
ONE_DAY = timedelta(days=1)
MAIN = ("overview", "targets", "ranking", "lagging")
LINKED = ("same_day", "campaigns")
WORK = ("sources", "issues", "sending", "documents", "audit")
MOST_OPTIONS = 1000
NATIVE = {  # what the framework's own widgets say to a screen reader, in English only
    "Choose date": "widget.date",
    "Choose an option": "widget.option",
    "Open": "widget.open",
    "file upload": "widget.file",
    "Add files": "widget.file.other",
    "Remove": "widget.file.remove",
    "Next": "widget.next",
    "Previous": "widget.previous",
    "Next month": "widget.month.next",
    "Previous month": "widget.month.previous",
}
FIND = ("open", "placeholder", "none", "count", "more", "hint", "key", "close", "failed", "loading")
INDENT = "\u2007\u2007"  # figure spaces: a plain space at the start of an option is dropped

_component = st.components.v2.component(
    "candich_chrome",
    js=module("chrome.js"),
    isolate_styles=False,
)


def show(address: Address, lang: str, view: View | None) -> None:
    """Draw the header for an address; without a view it offers navigation and language only."""
    st.session_state[HERE] = address.page
    with st.container(key="cd-chrome"):
        # A list, as the framework searches each value of a dictionary for a table.
        data = [_data(address, lang, view)]
        drawn = _component(key=KEY, data=data, on_go_change=_followed, on_version_change=_noticed)
    if drawn.go and st.session_state.pop(TAKEN, None) != drawn.go:
        # The server was started again since this page was drawn: the new session knew of no callback yet.
        _take(drawn.go)
        st.rerun()


def _followed() -> None:
    link = st.session_state[KEY].go
    st.session_state[TAKEN] = link
    _take(link)


def _take(link: object) -> None:
    """Take the visitor to the address the header asked for: this page's choices, or another page."""
    target = parsed(link) if isinstance(link, str) else None
    if target is None:
        return
    if target.page == st.session_state.get(HERE):
        st.query_params.from_dict(target.query())
    else:
        st.session_state[GO] = link


def _noticed() -> None:
    """Do nothing: a trigger alone reruns the page, and the rerun reads the new version."""


def _data(address: Address, lang: str, view: View | None) -> dict[str, Any]:
    other, who = next(one for one in LANGUAGES if one != lang), _viewer.viewer()
    pages = [
        {
            "label": text(f"page.{page}", lang),
            "href": address.href(page),
            "current": page == address.page or (page, address.page) == ("comparing", "same_day"),
            "icon": page,
            "group": _group(page),
        }
        for page in PATHS
        if page not in LINKED or view is None or len(campaigns.seen(view.config)) > 1
        if may_open(who, page, view.campaign.id if view else None)
    ]
    waiting = len(view.waiting.open) if view else 0
    return {
        "lang": lang,
        "page": address.page,
        "pages": pages,
        "waiting": {"page": "issues", "n": waiting, "label": text("mending.title", lang, n=waiting)},
        "home": address.href("overview"),
        "language": {
            "code": other,
            "short": other.upper(),
            "label": text(f"app.language.{other}", other),
            "href": address.href(lang=other),
        },
        "quick": QUICK if address.page == "campaigns" else quick_link(view) if view else "",
        "account": _account(address, lang, who),
        "start": _start(address, lang, view) if view else None,
        "find": _find(view) if view else None,
        "campaign": view.campaign.id if view else "",
        "seen": view.watched if view else "",
        "permalink": _permalink(view) if view else address.href(),
        "quiet": view.quiet if view else False,
        "quiet_after_seconds": heartbeat.SILENT_AFTER,
        "filters": _filters(view) if view else [],
        "summary": _summary(view) if view else "",
        "native": {} if lang == "en" else {words: text(key, lang) for words, key in NATIVE.items()},
        "texts": {
            "brand": text("app.name", lang),
            "menu": text("app.menu", lang),
            "work": text("app.menu.work", lang),
            "more": text("app.menu.more", lang),
            "filters": text("filter.more", lang),
            "quick": text("quick.title", lang),
            "share": text("button.share", lang),
            "copied": text("button.share.done", lang),
            "live": text("live.on", lang),
            "quiet": text("live.quiet", lang),
            "lost": text("live.lost", lang),
            "quiet_says": text("quick.scheduler", lang),
            "lost_says": _lost(lang, view),
        },
    }


def _lost(lang: str, view: View | None) -> str:
    """Return what is said while the server cannot be reached: of when the figures are that are still to be seen."""
    if view is None:
        return text("live.lost.plain", lang)
    return text("live.lost.says", lang, at=numbers.moment(view.figures.published_at, view.config.zone, lang))


def _account(address: Address, lang: str, who: Viewer) -> dict[str, str]:
    """Return who is signed in and the link to his account; or, without sign-in, that everybody here may do all."""
    if who.everything:
        return {"href": "", "label": text("account.none", lang), "title": text("account.none", lang)}
    asked = f"?{urlencode({'lang': address.get('lang')})}" if address.get("lang") else ""
    return {"href": ACCOUNT + asked, "label": who.name or who.id, "title": text("account.title", lang)}


def _group(page: str) -> str:
    """Return where a page stands in the menu: `main` always in sight, `more` not on a phone, `work` apart.

    `linked`: a page that others lead to; on a phone it stands behind the button with the rest.
    """
    if page in WORK:
        return "work"
    if page in LINKED:
        return "linked"
    return "main" if page in MAIN else "more"


def quick_link(view: View, mode: str = "") -> str:
    """Return the link to the plain page of the same unit and choices; a choice left out stays left out."""
    chosen = view.address.get
    return Asked(
        view.campaign.id,
        chosen("unit") if view.address.page == "unit" else chosen("district"),
        chosen("lang"),
        view.as_of if chosen("as_of") else None,
        chosen("category"),
        chosen("stage"),
        mode,
    ).here


def _start(address: Address, lang: str, view: View) -> dict[str, str] | None:
    """Return the link to all campaigns; None where there is only one."""
    if len(campaigns.seen(view.config)) == 1 or address.page == "campaigns":
        return None
    href = Address("campaigns", {"lang": address.get("lang"), "campaign": view.campaign.id}).href()
    return {"href": href, "label": text("campaigns.all", lang)}


def _find(view: View) -> dict[str, Any]:
    """Return where the browser finds the list of units it searches, and the words of the box."""
    chosen = {"as_of": view.as_of.isoformat(), "units": view.address.get("units"), "v": view.figures.version}
    query = urlencode({name: value for name, value in chosen.items() if value})
    return {
        "script": asset("finding.js"),
        "list": f"/api/units/{view.campaign.id}?{query}",
        "page": PATHS["unit"],
        "clears": ["unit", "district", *PER_PAGE],
        "texts": {one: text(f"find.{one}", view.lang) for one in FIND},
    }


def _permalink(view: View) -> str:
    """Return the link that shows a colleague exactly this, on any later day too."""
    return view.address.href(
        lang=view.lang,
        campaign=view.campaign.id,
        as_of=view.as_of.isoformat(),
        category=view.category,
        stage=view.stage,
    )


def _filters(view: View) -> list[dict[str, Any]]:
    """Return the choices as the header draws them; one with a single possible value is left out."""
    if view.address.page in ("campaigns", "audit"):
        return []
    if view.awaits_first or view.address.page == "documents":  # a notice speaks of a period, of all that is counted
        return [one for one in [_campaigns(view)] if len(one["options"]) > 1]
    built = [_campaigns(view), _days(view), _units(view), _lists(view)]
    page = view.address.page
    if page != "issues":  # rows that wait are shown whatever they count
        built[3:3] = [*([_categories(view)] if page != "sending" else []), _stages(view)]
    if view.address.page == "unit":
        built.insert(3, _unit(view))
    return [one for one in built if len(one["options"]) > 1]


def _filter(view: View, name: str, value: str, standard: str, options: list[tuple[str, str]]) -> dict[str, Any]:
    return {
        "name": name,
        "label": view.says(f"filter.{name}"),
        "value": value,
        "standard": standard,
        "set": value != standard,
        "options": [{"value": one, "label": label} for one, label in options],
        "clears": {},
    }


def _campaigns(view: View) -> dict[str, Any]:
    config = view.config
    options = [(one.id, one.title(view.lang)) for one in campaigns.seen(config)]
    begins = campaigns.begins(config, view.now)  # then an address without a campaign shows them all
    found = _filter(view, "campaign", view.campaign.id, "" if begins or not options else options[0][0], options)
    found["clears"] = dict.fromkeys(("as_of", "units", "district", "category", "stage", "unit", "level", "pin"), "")
    found["set"] = False
    return found


def _days(view: View) -> dict[str, Any]:
    """Return the days that can be replayed, latest first; the day still coming in says so."""
    days = [view.standard_as_of]
    while days[-1] > view.campaign.start:
        days.append(days[-1] - ONE_DAY)
    options = [(day.isoformat(), _day_label(view, day)) for day in days]
    if view.receiving:
        late = f"{numbers.day(view.receiving, view.lang)} · {view.says('data.receiving')}"
        options.insert(0, (view.receiving.isoformat(), late))
    found = _filter(view, "as_of", view.as_of.isoformat(), view.standard_as_of.isoformat(), options)
    steps = {one: view.says(f"filter.day.{one}") for one in ("before", "after", "slide")}
    return found | {"steps": steps}


def _day_label(view: View, day: date) -> str:
    if not view.campaign.start <= day <= view.campaign.end:
        return numbers.day(day, view.lang)
    number = (day - view.campaign.start).days + 1
    return f"{numbers.day(day, view.lang)} · {view.says('filter.day.number', n=number)}"


def _units(view: View) -> dict[str, Any]:
    tree = view.tree
    tops = tree.tops if view.figures.is_part else []  # of several parts one is chosen, be it but a leaf
    codes = [code for code in tree.codes if not tree.is_leaf(code) or code in tops]
    options = [(INDENT * max(tree.depth[code] - 1, 0) + tree.unit(code).name, code) for code in codes]
    found = _filter(view, "district", view.scope, tree.top.code, [(code, label) for label, code in options])
    if any(tree.is_leaf(code) for code in tops):  # then they are no districts
        found["label"] = view.says("filter.unit")
    return found | {"clears": {"unit": ""}}


def _unit(view: View) -> dict[str, Any]:
    """Return the units that one can be picked from; none where a list would be too long to read."""
    tree, codes = view.tree, view.tree.subtree(view.scope)
    options = [(code, INDENT * (tree.depth[code] - tree.depth[view.scope]) + tree.unit(code).name) for code in codes]
    asked = view.address.get("unit") or view.scope
    if asked in tree and asked not in codes:
        options.append((asked, tree.unit(asked).name))
    return _filter(view, "unit", asked, view.scope, options if len(options) <= MOST_OPTIONS else [])


def _lists(view: View) -> dict[str, Any]:
    """Return the days whose units the figures can be seen by, where the list of units changes within the campaign."""
    options = [("", view.says("filter.units.own"))]
    for day in view.figures.unit_days if len(view.figures.unit_days) > 1 else ():
        leaves = len(view.figures.under(day).tree(day).leaves)
        options.append((day.isoformat(), view.says("filter.units.of", day=numbers.day(day, view.lang), n=leaves)))
    return _filter(view, "units", view.address.get("units"), "", options) | {"clears": {"district": "", "unit": ""}}


def _categories(view: View) -> dict[str, Any]:
    campaign, lang = view.campaign, view.lang
    options = [(ALL, view.says("filter.all.categories"))]
    for group in campaign.groups:
        options.append((group.id, group.title(lang)))
        options += [(one.id, INDENT + one.title(lang)) for one in campaign.categories if one.group == group.id]
    options += [(one.id, one.title(lang)) for one in campaign.categories if one.group is None]
    return _filter(view, "category", view.category, ALL, options)


def _stages(view: View) -> dict[str, Any]:
    options = [(stage.id, stage.title(view.lang)) for stage in view.campaign.stages]
    return _filter(view, "stage", view.stage, view.campaign.headline, options)


def _summary(view: View) -> str:
    """Return the choices in one line, for the phone's filter button."""
    if view.awaits_first or view.address.page == "documents":
        return view.campaign.title(view.lang)
    parts = [numbers.day(view.as_of, view.lang), view.tree.unit(view.scope).name, category_name(view)]
    if view.stage != view.campaign.headline:
        parts.append(stage_name(view))
    if view.figures.units_on is not None:
        parts.append(view.says("filter.units.short", day=numbers.day(view.figures.units_on, view.lang)))
    return " · ".join(parts)


def category_name(view: View) -> str:
    """Return the name of the category view."""
    for one in (*view.campaign.groups, *view.campaign.categories):
        if one.id == view.category:
            return one.title(view.lang)
    return view.says("filter.all.categories")


def stage_name(view: View, stage: str | None = None) -> str:
    """Return the name of a stage."""
    wanted = stage or view.stage
    found = next((one for one in view.campaign.stages if one.id == wanted), None)
    return found.title(view.lang) if found else named("stage", wanted, view.lang)
