"""How the sign-in page and the account's own page look: values put into templates, as HTML that runs no script."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pages._document import ICON, asset
from reporting.texts import LANGUAGES, text

FOLDER = Path(__file__).parent / "templates"


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        auto_reload=False,
    )


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
    return _templates().get_template(template).render(**given, **values)


def _says(lang: str, key: str, **params: object) -> str:
    return text(key, lang, **params)
