"""What a visitor sees when a page fails: a sentence and a code, never a traceback."""

from __future__ import annotations

import logging
from uuid import uuid4

import streamlit as st

from pages._ask import configuration
from pages._cards import draw, e
from reporting.texts import LANGUAGES, text

LOG = logging.getLogger(__name__)


def shown(problem: Exception) -> bool:
    """Say on the page that it failed, and put the traceback on the log under the same code."""
    code = uuid4().hex[:8]
    LOG.error("page failed, code %s", code, exc_info=problem)
    asked = st.query_params.get("lang", "")
    lang = asked if asked in LANGUAGES else configuration().language
    draw(
        f'<div class="cd-message" role="alert"><h1>{e(text("error.title", lang))}</h1>'
        f"<p>{e(text('error.says', lang, code=code))}</p>"
        f'<a class="cd-button" href="/?lang={lang}">{e(text("button.home", lang))}</a></div>'
    )
    return True
