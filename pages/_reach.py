"""Reach: what whoever looks may do with what is drawn, and which pages to lead him to; the intake asks again."""

from __future__ import annotations

from campaign.access import Right
from pages._cards import e, link, note
from pages._rights import may_open
from pages._view import View


def opens(view: View, page: str) -> bool:
    """Tell whether whoever looks may open another page of the campaign."""
    return may_open(view.viewer, page, view.campaign.id)


def way(view: View, page: str, words: str, **choices: str) -> str:
    """Return the link to a page; the words alone for whom it is not."""
    return link(words, view.address.href(page, **choices)) if opens(view, page) else e(words)


def codes(view: View, right: Right) -> list[str]:
    """Return the units of the page's day that whoever looks has a right to, in the order of the tree."""
    seen = view.viewer.scope(view.campaign.id, right).codes(view.tree)
    return [code for code in view.tree.codes if seen is None or code in seen]


def may(view: View, right: Right) -> bool:
    """Tell whether whoever looks has a right to anything of the campaign."""
    return view.viewer.may(right, view.campaign.id)


def may_whole(view: View, right: Right) -> bool:
    """Tell whether whoever looks has a right to the whole campaign."""
    return view.viewer.may_whole(right, view.campaign.id)


def why_not(view: View, right: Right) -> str:
    """Return who may do what this viewer may not, in words, for where he would look for it."""
    return note(e(view.says(f"right.{right}.not")), "plain")
