"""The session as a browser carries it: the cookie, where it comes from, and where it may be led."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import Response

from campaign.configuration import Configuration
from pages._address import PATHS
from reporting.links import QUICK

COOKIE = "candich_session"
SIGN_IN = "/dang-nhap"
OIDC = "/dang-nhap/oidc"
SIGN_OUT = "/dang-xuat"
ACCOUNT = "/tai-khoan"
PASSWORD = "/tai-khoan/mat-khau"  # noqa: S105 - a path
EVERYWHERE = "/tai-khoan/dang-xuat-moi-noi"
OF_ACCOUNT = frozenset({ACCOUNT, PASSWORD, EVERYWHERE})
LONGEST_LINK = 2_000
LOOPBACK = "127.0.0.1"
Asked = HTTPConnection | Mapping[str, Any]  # a request or websocket, or the scope of one


def is_secure(config: Configuration) -> bool:
    """Tell whether people reach this server over TLS only."""
    return config.public_url.startswith("https:")


def cookie_name(config: Configuration) -> str:
    """Return the name of the cookie; over TLS one that no other host, path or plain connection can set."""
    return f"__Host-{COOKIE}" if is_secure(config) else COOKIE


def token_of(asked: Asked, config: Configuration) -> str:
    """Return the token a request carries; empty when it carries none."""
    return connection(asked).cookies.get(cookie_name(config), "")


def set_session(answer: Response, config: Configuration, token: str) -> None:
    """Let the browser carry a session's token, until the browser is closed or the session is over."""
    answer.set_cookie(cookie_name(config), token, path="/", httponly=True, samesite="lax", secure=is_secure(config))


def forget_session(answer: Response, config: Configuration) -> None:
    """Let the browser carry no session any more."""
    answer.delete_cookie(cookie_name(config), path="/", httponly=True, samesite="lax", secure=is_secure(config))


def address_of(asked: Asked) -> str:
    """Return where a request comes from: what a proxy of `[access] proxies` says, else who is connected."""
    client = connection(asked).client
    return client.host if client else LOOPBACK


def agent_of(asked: Asked) -> str:
    """Return what a browser calls itself."""
    return connection(asked).headers.get("user-agent", "")


def connection(asked: Asked) -> HTTPConnection:
    """Return a request or websocket, whichever way it was given."""
    return asked if isinstance(asked, HTTPConnection) else HTTPConnection(dict(asked))


def local_path(link: str) -> str:
    """Return a link when it leads to a page of ours, else the front page: nobody is led anywhere else."""
    if (
        not link
        or len(link) > LONGEST_LINK
        or not link.isascii()
        or any(sign <= " " or sign in "\\\x7f" for sign in link)
    ):
        return "/"
    try:
        parts = urlsplit(link)
    except ValueError:
        return "/"
    ours = parts.path in (*PATHS.values(), ACCOUNT) or f"{parts.path}/".startswith(f"{QUICK}/")
    if parts.scheme or parts.netloc or not ours or not link.startswith("/") or "/../" in f"{parts.path}/":
        return "/"
    return parts.path + (f"?{parts.query}" if parts.query else "")
