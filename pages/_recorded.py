"""Recorded: what somebody who signed in looked at, took home, or was refused, as pages put it into the audit log.

Where there is no sign-in there is nobody to name, and nothing of this is kept.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from datetime import UTC, datetime
from time import monotonic
from types import MappingProxyType
from typing import NamedTuple

from access.audit import What, note
from campaign.access import Viewer
from campaign.configuration import ALL, Configuration
from pages import _viewer
from pages._address import Address
from pages._view import View

EVERY_SECONDS = 600.0
MOST = 20_000


class Counted(NamedTuple):
    """A file as it is taken home, and the rows in it where it has any."""

    content: bytes
    rows: int | None


class Lately:
    """What was put on record within the last minutes, so that looking again is not."""

    def __init__(self, seconds: float = EVERY_SECONDS, most: int = MOST) -> None:
        """Remember each thing for so long, and so many of them."""
        self._seconds, self._most = seconds, most
        self._seen: OrderedDict[Hashable, float] = OrderedDict()
        self._lock = threading.Lock()

    def is_new(self, key: Hashable, now: float) -> bool:
        """Tell whether a thing was not met lately, and remember it; `now` in seconds."""
        with self._lock:
            before = self._seen.get(key)
            if before is not None and now - before < self._seconds:
                return False
            self._seen[key] = now
            self._seen.move_to_end(key)
            while len(self._seen) > self._most:
                self._seen.popitem(last=False)
            return True


_LATELY = Lately()


def viewed(view: View) -> None:
    """Put on record which page of which unit somebody looks at: once in ten minutes from one place."""
    if view.config.access is None:
        return
    unit = view.address.get("unit") if view.address.page == "unit" else view.address.get("district")
    if unit and unit not in view.tree:
        refused(view.config, view.viewer, _viewer.address_of_client(), view.address.page, view.address)
        return
    looked(view.config, view.viewer, _viewer.address_of_client(), view.campaign.id, view.address.page, unit)


def looked(config: Configuration, who: Viewer, ip: str, campaign: str, page: str, unit: str) -> None:
    """Put on record that somebody looks at a page; any shell may say so."""
    if config.access is not None and _LATELY.is_new((config.data, who.id, ip, campaign, page, unit), monotonic()):
        note(config, What.VIEW, who.id, {"page": page, **({"unit": unit} if unit else {})}, ip=ip, campaign=campaign)


def refused(config: Configuration, who: Viewer, ip: str, page: str, address: Address | None = None) -> None:
    """Put on record that an address led somebody to nothing he may see, with what it named."""
    if config.access is None or not who.id:
        return
    named = {name: address.get(name) for name in ("unit", "district") if address.get(name)} if address else {}
    asked = address.get("campaign") if address else ""
    if asked and config.campaign(asked) is None:  # somebody's own words: a fact as any other, and no column of a table
        named["campaign"], asked = asked, ""
    if _LATELY.is_new((config.data, who.id, ip, What.REFUSED, page, asked, *named.values()), monotonic()):
        note(config, What.REFUSED, who.id, {"page": page, **named}, ip=ip, campaign=asked)


def taken(
    config: Configuration, name: str, make: Callable[[], bytes | Counted], campaign: str = "",
    about: Mapping[str, object] = MappingProxyType({}), *, always: bool = False,
) -> Callable[[], bytes]:  # fmt: skip
    """Return what makes a file for whoever uses the page that is being drawn, and puts on record that he took it.

    SourceError, and no file, when that cannot be kept. `always`: also where nobody signed in.
    """
    if config.access is None and not always:
        return lambda: _counted(make()).content
    who, ip = _viewer.viewer().id, _viewer.address_of_client()  # what makes it runs when no page is being drawn

    def handed() -> bytes:
        made = _counted(make())
        told: dict[str, object] = {"file": name, **about, "bytes": len(made.content)}
        if made.rows is not None:
            told["rows"] = made.rows
        note(config, What.DOWNLOAD, who, told, ip=ip, campaign=campaign, at=datetime.now(UTC))
        return made.content

    return handed


def taken_from(view: View, name: str, make: Callable[[], bytes | Counted], **about: object) -> Callable[[], bytes]:
    """Do what taken() does for a file of a view: of its day, and of the unit whose part it shows."""
    shown = {"as_of": view.as_of, **({"unit": view.scope} if view.scope != view.tree.top.code else {})}
    chosen = {"stage": view.stage} | ({"category": view.category} if view.category != ALL else {})
    facts: dict[str, object] = {**shown, **chosen, **about}
    return taken(view.config, name, make, view.campaign.id, facts)


def _counted(made: bytes | Counted) -> Counted:
    return made if isinstance(made, Counted) else Counted(made, None)
