"""What somebody is told whom the provider signed in, or did not, and who is not let in."""

from __future__ import annotations

from enum import StrEnum
from http import HTTPStatus

from starlette.responses import HTMLResponse, Response

from pages._document import message
from reporting.texts import text


class Why(StrEnum):
    """Why the way through the provider did not lead in."""

    TOO_LATE = "too_late"  # begun long ago, elsewhere, or finished already
    GAVE_UP = "gave_up"
    NOT_BELIEVED = "not_believed"  # a wrong state, nonce, signature, or an answer out of its time
    OUT_OF_REACH = "out_of_reach"
    NO_NAME = "no_name"
    ODD_NAME = "odd_name"
    UNVERIFIED = "unverified"
    DISABLED = "disabled"
    UNRECORDED = "unrecorded"  # what cannot be written down does not happen


_STATUS = {Why.OUT_OF_REACH: HTTPStatus.BAD_GATEWAY, Why.UNRECORDED: HTTPStatus.SERVICE_UNAVAILABLE}


def refused(why: Why, again: str, lang: str) -> Response:
    """Return the page that says why, with a way to try again; it names nobody."""
    content = message(
        text("oidc.refused", lang), text(f"oidc.refused.{why.value}", lang), again, text("oidc.again", lang), lang
    )
    status = _STATUS.get(why, HTTPStatus.FORBIDDEN)
    return HTMLResponse(content, status, {"cache-control": "no-store"})
