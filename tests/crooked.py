"""A provider for tests that can lie: OpenID Connect on loopback, whose ID tokens are as right or wrong as it is told.

It signs in whoever comes, at once. A code is good for one token, as the standard wants.
"""

from __future__ import annotations

import json
import threading
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT, SECRET = "can-dich", "mot-bi-mat-khong-duoc-noi-ra"
METADATA = "/.well-known/openid-configuration"
Claims = dict[str, Any]


def as_it_is(claims: Claims) -> Claims:
    return claims


@dataclass
class Crooked:
    """A running provider. `claims`: of whoever signs in; `bend`: what becomes of an ID token's claims."""

    address: str = ""
    claims: Claims = field(default_factory=dict)
    bend: Callable[[Claims], Claims] = as_it_is
    forged: bool = False  # signed with a key that is not the provider's
    header: dict[str, Any] = field(default_factory=dict)
    without_token: bool = False
    down: bool = False
    tokens_asked: int = 0
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}))
    other: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}))
    codes: dict[str, str] = field(default_factory=dict)

    def honest(self, **claims: Any) -> None:
        """Be honest from now on, and sign in somebody with these claims."""
        self.claims = {"email": "lan@x.example", "email_verified": True} | claims
        self.bend, self.forged, self.header, self.without_token, self.down = as_it_is, False, {}, False, False

    def metadata(self) -> Claims:
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/jwks",
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def led_back(self, query: dict[str, str]) -> str:
        code = f"code-{len(self.codes)}"
        self.codes[code] = query["nonce"]
        return query["redirect_uri"] + "?" + urlencode({"code": code, "state": query["state"]})

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, Claims]:
        self.tokens_asked += 1
        given = unquote(b64decode(authorization.removeprefix("Basic ")).decode())
        nonce = self.codes.pop(form.get("code", ""), None)
        if given != f"{CLIENT}:{SECRET}" or nonce is None:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.address, "aud": CLIENT, "sub": "17", "iat": now, "exp": now + 300, "nonce": nonce}
        header = {"alg": "RS256", "kid": "one"} | self.header
        signed = jwt.encode(header, self.bend(claims | self.claims), self.other if self.forged else self.key)
        answer = {"access_token": "x", "token_type": "Bearer"}
        return 200, answer if self.without_token else answer | {"id_token": signed}


class _Handler(BaseHTTPRequestHandler):
    crooked: Crooked

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if self.crooked.down:
            self._say(503, {})
        elif parts.path == METADATA:
            self._say(200, self.crooked.metadata())
        elif parts.path == "/jwks":
            self._say(200, KeySet([self.crooked.key]).as_dict(private=False))
        elif parts.path == "/authorize":
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            self.send_response(302)
            self.send_header("Location", self.crooked.led_back(query))
            self.end_headers()
        else:
            self._say(404, {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        self._say(*self.crooked.token(form, self.headers["Authorization"] or ""))

    def _say(self, status: int, body: Claims) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def crooked_provider() -> Iterator[Crooked]:
    """Run a provider on a free port."""
    crooked = Crooked()
    crooked.honest()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"crooked": crooked}))
    server.daemon_threads = True
    crooked.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield crooked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
