"""The launcher: the web application, its routes, its configuration and its gate; no numbers.

`python app.py` serves the pages on this machine. The campaign file comes from CANDICH_CONFIG, address and port from
CANDICH_ADDRESS and CANDICH_PORT; `[server] [theme] [client]` and the like of config.toml go to Streamlit, so one file
serves both.
"""

from __future__ import annotations

import logging
import os
import sys
import tomllib
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import fontpkg_be_vietnam_pro
import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from campaign.access import Right
from campaign.configuration import STREAMLIT_SECTIONS, Configuration
from campaign.errors import CanDichError, ConfigError
from etl import freshness, heartbeat, secret_file
from etl.configured import PROJECT, config_path, load
from etl.listening import checked
from pages import _ask, _errors
from pages._address import PATHS
from pages._document import ASSETS, STYLE, document, language_of, not_found, stylesheet
from pages._gate import Gate
from pages._viewer import viewer_of
from pages._warm import announced, kept_warm, settle, warm
from pages.finding import UnitLists
from pages.quick.serving import QuickView
from pages.sign_in.door import Door
from pages.sign_in.oidc import OPEN, Oidc, OnlyOurSession, oidc_of
from reporting import palette

LOG = logging.getLogger("candich.app")
STANDARD_PORT = 8501
PORTS = range(1, 65536)
FONTS = Path(fontpkg_be_vietnam_pro.ROOT) / "files"
KEPT = "public, max-age=31536000, immutable"  # its address changes with it
THEME = {  # the framework's own parts, in our colours
    f"theme.{scheme}.{option}": colours[name]
    for scheme, colours in (("light", palette.LIGHT), ("dark", palette.DARK))
    for option, name in {
        "primaryColor": "accent",
        "backgroundColor": "ground",
        "secondaryBackgroundColor": "card",
        "textColor": "ink",
        "borderColor": "line-2",
    }.items()
}
NOBODY_ELSE = "none"  # may say for whom a request is
NOT_OURS = ("global", "ui", "mapbox", "secrets")
ALWAYS = {
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "minimal",
    "runner.postScriptGC": False,
    "secrets.files": [],  # etl/secret_file.py reads ours; none is taken from a home folder
    "server.enableCORS": True,
    "server.enableXsrfProtection": True,
    "server.enableStaticServing": False,
    "server.fileWatcherType": "none",
    "server.headless": True,
}


def flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the options of a table by dotted name."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def options(config: Configuration, environment: Mapping[str, str]) -> dict[str, Any]:
    """Return Streamlit's options: the project's, then the campaign file's, then what we always want.

    Raises ConfigError for an address others can reach, where there is no sign-in to keep them out.
    """
    project = PROJECT / "config.toml"
    own = tomllib.loads(project.read_text("utf-8-sig")) if project.exists() else {}
    found: dict[str, Any] = dict(THEME)
    for table in (own, config.streamlit):
        wanted = [name for name in STREAMLIT_SECTIONS if name in table and name not in NOT_OURS]
        found |= dict(flat({name: table[name] for name in wanted}))
    found |= ALWAYS
    address = environment.get("CANDICH_ADDRESS") or str(found.get("server.address", "127.0.0.1"))
    checked(config, address)
    written = environment.get("CANDICH_PORT") or found.get("server.port", STANDARD_PORT)
    if not str(written).isdigit() or int(written) not in PORTS:
        raise ConfigError("CANDICH_PORT", f"found {written!r}", "a port from 1 to 65535 was expected")
    if config.access is not None and config.public_url:
        parts = urlsplit(config.public_url)
        found["server.corsAllowedOrigins"] = [f"{parts.scheme}://{parts.netloc}"]
    return found | {"server.address": address, "server.port": int(written)}


def routes(config: Configuration, quick: QuickView) -> list[Route | Mount]:
    """Return the plain routes beside the pages: health, the version a browser watches, the document, the quick view."""

    def health(_: Request) -> Response:
        return PlainTextResponse("ok")

    def version(request: Request) -> Response:
        name = request.path_params["campaign"]
        if config.campaign(name) is None or not viewer_of(request).may(Right.SEE, name):
            return JSONResponse({"error": "unknown campaign"}, status_code=404)
        return JSONResponse(_version(config, name), headers={"cache-control": "no-store"})

    def start(request: Request) -> Response:
        lang = language_of(request.url.query, config.language)
        return HTMLResponse(document(lang), headers={"cache-control": "no-cache"})

    def style(_: Request) -> Response:
        return Response(stylesheet(), media_type="text/css", headers={"cache-control": KEPT})

    return [
        Route("/health", health),
        Route("/api/version/{campaign}", version),
        *(Route(path, start) for path in PATHS.values()),
        *(Door(config).routes() if config.access else ()),
        *quick.routes(),
        UnitLists(config).route(),
        Mount("/fonts", StaticFiles(directory=FONTS)),
        Route(f"/assets/{STYLE}", style),
        Mount("/assets", StaticFiles(directory=ASSETS)),
    ]


def _version(config: Configuration, campaign: str) -> dict[str, Any]:
    """Return the version to show, the day it is read for, the scheduler's last beat, and which sources fail."""
    now = datetime.now(UTC)
    age = heartbeat.age(config, now)
    published = announced(config, campaign)
    as_of = None
    if published is not None:
        as_of = _ask.figures(_ask.edition_of(config, campaign, published), config).default_as_of(now).isoformat()
    return {
        "version": published,
        "as_of": as_of,
        "scheduler_age_seconds": None if age is None else round(age, 1),
        "failing": freshness.mark(freshness.outages(config, campaign, now)),
    }


def application(config: Configuration, oidc: Oidc | None = None) -> st.App:
    """Return the web application; `oidc`: the way in through the province's provider, where there is one."""
    quick = QuickView(config)

    @asynccontextmanager
    async def lifespan(_: st.App) -> AsyncIterator[None]:
        await run_in_threadpool(warm, config, quick)
        settle()
        with kept_warm(config, quick):
            yield

    return st.App(
        PROJECT / "pages" / "_shell.py",
        lifespan=lifespan,
        routes=[*routes(config, quick), *(oidc.routes() if oidc else ())],
        secrets=oidc.secrets() if oidc else None,
        middleware=[
            Middleware(
                Gate,
                pages=PATHS.values(),
                not_found=lambda query: not_found(query, config.language),
                config=config,
                ways_in=OPEN if oidc else (),
            ),
            Middleware(OnlyOurSession, oidc=oidc),
        ],
        on_script_error=_errors.shown,
    )


def main() -> int:
    """Serve until stopped; one line on stderr and 2 when the configuration is wrong."""
    try:
        secret_file.into_environment(config_path())
        config = load()
        chosen = options(config, os.environ)
        oidc = oidc_of(config, os.environ, chosen["server.port"])
    except CanDichError as problem:
        print(problem, file=sys.stderr)  # noqa: T201 - the launcher speaks to the terminal
        return problem.exit_code
    os.environ["FORWARDED_ALLOW_IPS"] = ",".join(config.access.proxies if config.access else ()) or NOBODY_ELSE
    application(config, oidc).run(config=chosen)
    return 0


if __name__ == "__main__":
    sys.exit(main())
