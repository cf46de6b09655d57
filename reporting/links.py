"""Links: where the plain page of a campaign or a unit lies, for pages and for what is read elsewhere."""

from __future__ import annotations

from urllib.parse import quote

QUICK = "/xem"


def quick_path(campaign: str, unit: str = "") -> str:
    """Return the path of the plain page of a unit (none: the top one)."""
    return "/".join([QUICK, *(quote(part, safe="") for part in (campaign, unit) if part)])


def public_link(public_url: str, campaign: str, unit: str = "") -> str:
    """Return the whole address of that page as others reach it; empty where none is configured."""
    return public_url.rstrip("/") + quick_path(campaign, unit) if public_url else ""
