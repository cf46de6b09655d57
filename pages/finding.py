"""The list of units a browser searches, as one plain route: fetched once, and asked for again only of a new version."""

from __future__ import annotations

import gzip
import hashlib
import json
from datetime import UTC, date, datetime
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from campaign.access import Right, Viewer
from campaign.configuration import Campaign, Configuration
from campaign.units import Tree
from pages import _ask
from pages._viewer import viewer_of
from reporting.figures import Figures
from reporting.kept import make_room

PATH = "/api/units/{campaign}"
LISTS_KEPT = 24
Key = tuple[str, str, str]


class UnitLists:
    """Hands out who there is to find in each campaign, as far as whoever asks may see it."""

    def __init__(self, config: Configuration) -> None:
        """Serve the campaigns of `config`."""
        self.config = config
        self._packed: dict[Key, tuple[bytes, str]] = {}

    def route(self) -> Route:
        """Return the route."""
        return Route(PATH, self._show)

    async def _show(self, request: Request) -> Response:
        campaign = self.config.campaign(request.path_params["campaign"])
        viewer = viewer_of(request)
        if campaign is None or not viewer.may(Right.SEE, campaign.id):
            return JSONResponse({"error": "unknown campaign"}, HTTPStatus.NOT_FOUND)
        asked = request.query_params
        found = await run_in_threadpool(self._made, campaign, viewer, asked.get("as_of", ""), asked.get("units", ""))
        if found is None:
            return JSONResponse({"error": "no such list"}, HTTPStatus.NOT_FOUND)
        packed, tag = found
        headers = {"cache-control": "private, no-cache", "etag": tag, "vary": "accept-encoding, cookie"}
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(packed, headers=headers | {"content-encoding": "gzip"}, media_type="application/json")
        return Response(gzip.decompress(packed), headers=headers, media_type="application/json")

    def _made(self, campaign: Campaign, viewer: Viewer, as_of: str, units_on: str) -> tuple[bytes, str] | None:
        """Return a list packed, and its tag; None where the address asks for none there is."""
        version = _ask.opened(self.config, campaign)
        if version is None:
            return None
        edition, figures = _ask.seen_by(viewer, self.config, campaign.id, version, datetime.now(UTC))
        key = (edition, as_of, units_on)
        if key not in self._packed:
            tree = _tree(figures, as_of, units_on)
            if tree is None:
                return None
            body = json.dumps({"units": listed(tree)}, ensure_ascii=False, separators=(",", ":")).encode()
            make_room(self._packed, LISTS_KEPT)
            self._packed[key] = gzip.compress(body, 6, mtime=0), f'W/"{hashlib.sha256(body).hexdigest()[:20]}"'
        return self._packed[key]


def _tree(figures: Figures, as_of: str, units_on: str) -> Tree | None:
    """Return the units an address asks for; None for a day that is none, or of which there is no list."""
    try:
        day = date.fromisoformat(as_of) if as_of else figures.default_as_of(datetime.now(UTC))
    except ValueError:
        return None
    if units_on:
        known = next((one for one in figures.unit_days if one.isoformat() == units_on), None)
        if known is None:
            return None
        figures = figures.under(known)
    return figures.tree(day)


def listed(tree: Tree) -> list[tuple[str, str, str]]:
    """Return (code, name, name of the unit above) of every unit of a tree; the only top says nothing as a parent."""
    found = []
    for code in tree.codes:
        unit = tree.unit(code)
        above = unit.parent_code
        told = above is not None and (tree.depth[code] > 1 or len(tree.tops) > 1)
        found.append((code, unit.name, tree.unit(above).name if told and above is not None else ""))
    return found
