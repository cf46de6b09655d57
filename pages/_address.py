"""Addresses: what is chosen lives in the query string, so a copied link shows a colleague the same thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit

CHOSEN = ("lang", "campaign", "as_of", "units", "district", "category", "stage", "pin")
PER_PAGE = (
    "level", "unit", "people", "until", "row", "way", "period", "measure", "open",
    "part", "units_shown", "against", "align", "cols", "sort", "find", "rows",
    "what", "who", "since", "before",
)  # fmt: skip
PATHS = {
    "overview": "/",
    "targets": "/chi-tieu-ngay",
    "ranking": "/xep-hang",
    "lagging": "/don-vi-cham",
    "comparing": "/so-sanh",
    "map": "/ban-do",
    "same_day": "/cung-ky",
    "forecast": "/du-bao",
    "unit": "/don-vi",
    "sources": "/nguon-so-lieu",
    "issues": "/can-xu-ly",
    "sending": "/gui-so-lieu",
    "documents": "/van-ban",
    "audit": "/nhat-ky",
    "campaigns": "/chien-dich",
}
PAGE_AT = {path: page for page, path in PATHS.items()}


@dataclass(frozen=True)
class Address:
    """A page and what was chosen; a choice left out is the standard one."""

    page: str = "overview"
    chosen: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """Return a choice as it was written; empty when the standard one holds."""
        return self.chosen.get(name, "")

    def query(self, page: str | None = None, **changes: str) -> dict[str, str]:
        """Return the choices as query parameters; an empty change drops one, another page drops its own."""
        kept = dict(self.chosen)
        if page is not None and page != self.page:
            kept = {name: value for name, value in kept.items() if name in CHOSEN}
        kept |= changes
        return {name: kept[name] for name in (*CHOSEN, *PER_PAGE) if kept.get(name)}

    def href(self, page: str | None = None, **changes: str) -> str:
        """Return the link to a page with these choices."""
        query = urlencode(self.query(page, **changes))
        return PATHS[page or self.page] + (f"?{query}" if query else "")


def address_of(page: str, params: Mapping[str, str]) -> Address:
    """Return the address of a page with the query parameters we know; others are dropped."""
    return Address(page, {name: params[name] for name in (*CHOSEN, *PER_PAGE) if params.get(name)})


def parsed(link: str) -> Address | None:
    """Return the address a link of ours leads to; None when it is not one of ours."""
    parts = urlsplit(link)
    page = PAGE_AT.get(parts.path)
    if page is None or parts.netloc or parts.scheme:
        return None
    return address_of(page, dict(parse_qsl(parts.query)))
