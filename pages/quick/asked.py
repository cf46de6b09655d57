"""What an address of the quick view asks for: a campaign, a unit, a day, a view, and on what it is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from pages._address import Address
from reporting.links import quick_path
from reporting.texts import LANGUAGES

WALL, PRINT = "tuong", "in"
WALL_VIEWS = ("", "don-vi", "cham")  # the overview, the units below, those that lag
LONGEST = 200  # characters a choice may have; a longer one is none of ours


class Unreadable(ValueError):
    """A choice of an address that cannot be one: which, and what was written."""

    def __init__(self, name: str, value: str) -> None:
        super().__init__(f"{name}: {value}")
        self.name, self.value = name, value


@dataclass(frozen=True)
class Asked:
    """One address, read; what it left out is empty. `view`: which of the wall's views; `still`: no refreshing."""

    campaign: str
    unit: str = ""
    lang: str = ""
    as_of: date | None = None
    category: str = ""
    stage: str = ""
    mode: str = ""
    view: str = ""
    still: bool = False

    @property
    def here(self) -> str:
        """Return the link to this very page."""
        return self.to(self.unit)

    def to(self, unit: str = "", **changes: object) -> str:
        """Return the link to a unit (none: the top one) seen as here, or with something changed."""
        other = replace(self, unit=unit, **changes)  # type: ignore[arg-type]  # fields by name, checked at run time
        query = urlencode(other.query())
        return quick_path(other.campaign, other.unit) + (f"?{query}" if query else "")

    def query(self) -> dict[str, str]:
        """Return the choices as they are written in an address."""
        written = {
            "lang": self.lang,
            "as_of": self.as_of.isoformat() if self.as_of else "",
            "category": self.category,
            "stage": self.stage,
            "che-do": self.mode if self.mode == WALL else "",
            "man": self.view,
            "in": "1" if self.mode == PRINT else "",
            "tu-dong": "0" if self.still else "",
        }
        return {name: value for name, value in written.items() if value}

    def working(self, page: str, **own: str) -> str:
        """Return the link to a working page that shows the same."""
        kept = {"lang": self.lang, "campaign": self.campaign, "category": self.category, "stage": self.stage}
        kept |= {"as_of": self.as_of.isoformat() if self.as_of else ""} | own
        return Address(page, {name: value for name, value in kept.items() if value}).href()


def read(campaign: str, unit: str, params: Mapping[str, str]) -> Asked:
    """Return what an address asks for; Unreadable when one of its choices can be nobody's."""
    given = {name: params.get(name, "") for name in ("lang", "as_of", "category", "stage", "che-do", "man", "in")}
    for name, value in given.items():
        if len(value) > LONGEST:
            raise Unreadable(name, f"{value[:40]}…")
    _one_of("che-do", given["che-do"], ("", WALL))
    _one_of("man", given["man"], WALL_VIEWS)
    mode = WALL if given["che-do"] else PRINT if given["in"] == "1" else ""
    return Asked(
        campaign=campaign,
        unit=unit,
        lang=given["lang"] if given["lang"] in LANGUAGES else "",
        as_of=_day(given["as_of"]),
        category=given["category"],
        stage=given["stage"],
        mode=mode,
        view=given["man"] if mode == WALL else "",
        still=params.get("tu-dong") == "0",
    )


def _one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise Unreadable(name, value)


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        raise Unreadable("as_of", written) from None
