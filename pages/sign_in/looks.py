"""How the sign-in page and the account's own page look: values put into templates, as HTML that runs no script."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from pages._document import ICON, asset
from pages._templates import templates
from reporting.texts import LANGUAGES, text

FOLDER = Path(__file__).parent / "templates"


def page(template: str, lang: str, title: str, values: Mapping[str, Any]) -> str:
    """Return a page of one of the templates; `values` are words and links, never HTML."""
    given = {
        "lang": lang,
        "languages": LANGUAGES,
        "says": partial(_says, lang),
        "title": title,
        "icon": ICON,
        "styles": [asset("candich.css"), asset("sign_in.css")],
    }
    return templates(FOLDER).get_template(template).render(**given, **values)


def _says(lang: str, key: str, **params: object) -> str:
    return text(key, lang, **params)
