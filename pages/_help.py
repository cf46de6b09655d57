"""Help where the question arises: a small "?" that says what a number means, from one glossary (texts `help.…`).

It is a disclosure of the browser's own, so it opens by touch, by mouse and by keyboard, and needs no script.
"""

from __future__ import annotations

from pages._cards import e
from reporting.texts import has, text


def means(term: str, lang: str) -> str:
    """Return what a term of the glossary means; empty for one that is not in it."""
    return text(f"help.{term}", lang) if has(f"help.{term}") else ""


def mark(term: str, lang: str, what: str = "") -> str:
    """Return the "?" of a term as HTML, set at the corner of the card or panel it stands in; `what`: its name."""
    label = text("help.open", lang, what=what or _name(term, lang))
    return (
        f'<details class="cd-help"><summary aria-label="{e(label)}" title="{e(label)}">?</summary>'
        f"<p>{e(means(term, lang))}</p></details>"
    )


def _name(term: str, lang: str) -> str:
    for key in (f"column.{term}.long", f"page.{term}"):
        if has(key):
            return text(key, lang)
    return term
