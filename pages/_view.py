"""The view: one address read against the configuration and the data, or what is wrong with it in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property

from campaign.access import ANYBODY_HERE, Viewer
from campaign.configuration import ALL, Campaign, Configuration
from campaign.freshness import Gap, Outage
from campaign.progress import UnitProgress
from campaign.scope import NOTHING
from campaign.units import Tree
from etl import freshness, heartbeat, unpublished
from pages import _ask, _viewer
from pages._address import Address
from reporting import brief_words
from reporting.figures import Figures
from reporting.forecasts import Assessment
from reporting.freshness import NO_GAPS, Gaps
from reporting.texts import LANGUAGES, text
from reporting.waiting import Waiting

WITHOUT_FIGURES = frozenset({"sources", "issues", "sending"})  # they are of use before the first figure came


@dataclass(frozen=True)
class Trouble:
    """Why an address cannot be shown: a title, what to do, and the link that leads back."""

    title: str
    says: str
    back: str


@dataclass(frozen=True)
class View:
    """What a page shows: whose figures, of which day, over which units, categories and stage."""

    address: Address
    lang: str
    config: Configuration
    campaign: Campaign
    edition: str
    figures: Figures
    tree: Tree
    now: datetime
    standard_as_of: date
    as_of: date
    scope: str
    category: str
    stage: str
    viewer: Viewer = ANYBODY_HERE
    met: dict[tuple[date, str, str], _ask.Rows] = field(default_factory=dict, compare=False)  # within one run
    inside: dict[str, _ask.Rows] = field(default_factory=dict, compare=False)  # so are these: of a unit and below it

    def says(self, key: str, **params: object) -> str:
        """Return a text in the language of the view."""
        return text(key, self.lang, **params)

    @property
    def awaits_first(self) -> bool:
        """Tell whether the page has nothing to show: it is made of figures, and the campaign waits for its first."""
        return self.address.page not in WITHOUT_FIGURES and self.figures.awaits_first(self.now)

    @property
    def watched(self) -> str:
        """Return what `/api/version` says of these figures, as the header compares it."""
        if self.figures.version.startswith(unpublished.PREFIX):
            return f"null|null|{self.failing_mark}"
        return f"{self.figures.version}|{self.standard_as_of}|{self.failing_mark}"

    @property
    def today(self) -> date:
        """Return the local day it is now."""
        return self.now.astimezone(self.config.zone).date()

    @property
    def receiving(self) -> date | None:
        """Return the day whose reports are still coming in, if there is one after the standard day."""
        day = self.today
        return day if self.campaign.start <= day <= self.campaign.end and day > self.standard_as_of else None

    @property
    def counts(self) -> str:
        """Return the word for what the stage counts."""
        return brief_words.counted(self.campaign, self.stage, self.lang)

    @cached_property
    def quiet(self) -> bool:
        """Return whether the scheduler has stopped giving its heartbeat."""
        return heartbeat.is_silent(self.config, self.now)

    @cached_property
    def failing(self) -> tuple[Outage, ...]:
        """Return the campaign's sources that fail now, for figures to judge by; what may be told of them is `outages`.

        It belongs to no version, so it is read each time.
        """
        return freshness.outages(self.config, self.campaign.id, self.now)

    @property
    def failing_mark(self) -> str:
        """Return a word that changes whenever a source begins to fail or is mended, whoever looks."""
        return freshness.mark(self.failing)

    @cached_property
    def outages(self) -> tuple[Outage, ...]:
        """Return the failing sources that the viewer may hear of: of a part, those that keep something of it back."""
        return self.gaps.outages if self.figures.is_part else self.failing

    @property
    def sources(self) -> tuple[str, ...]:
        """Return the names of the sources configured for the campaign."""
        return tuple(one.name for one in self.config.sources if one.campaign == self.campaign.id)

    @cached_property
    def gaps(self) -> Gaps:
        """Return what the failing sources keep from us on the day shown."""
        if not self.failing:
            return NO_GAPS
        asked = (self.as_of, self.category, self.stage, self.failing, self.sources)
        return _ask.kept_from_us(self.edition, *asked, self.figures)

    @cached_property
    def assessed(self) -> dict[str, Assessment]:
        """Return what is to be expected of every unit."""
        return _ask.assess(self.edition, self.category, self.stage, self.as_of, self.figures)

    @cached_property
    def waiting(self) -> Waiting:
        """Return the rows that wait for a person, of the units in view; those of no known unit are the whole's."""
        found = _ask.waiting(self.edition, self.as_of, self.figures)
        return found if self.is_all else found.within(frozenset(self.tree.subtree(self.scope)))

    @property
    def is_all(self) -> bool:
        """Tell whether the view stands on all that may be seen, and on what names no unit with it."""
        return self.is_all_of(self.scope)

    def is_all_of(self, code: str) -> bool:
        """Tell whether a unit stands for all that may be seen."""
        return code == self.tree.top.code and (not self.figures.is_part or len(self.tree.tops) == 1)

    def standing(self, row: UnitProgress) -> str:
        """Return the word a unit is shown by: its status, or that its silence is a failure of our own."""
        down = self.gaps.gap_of(row) is Gap.SOURCE_DOWN
        return str(Gap.SOURCE_DOWN if down else row.status)

    def rows(self, *, category: str | None = None, stage: str | None = None, as_of: date | None = None) -> _ask.Rows:
        """Return the figures of every unit for this view, or with one choice changed."""
        asked = (as_of or self.as_of, category or self.category, stage or self.stage)
        if asked not in self.met:
            self.met[asked] = _ask.progress(self.edition, *asked, self.figures)
        return self.met[asked]

    def row(self, code: str, *, category: str | None = None, stage: str | None = None) -> UnitProgress:
        """Return the figures of one unit."""
        return next(row for row in self.rows(category=category, stage=stage) if row.code == code)

    def within(self, code: str | None = None) -> _ask.Rows:
        """Return the rows of a unit and of everything below it."""
        asked = code or self.scope
        if asked not in self.inside:
            codes = frozenset(self.tree.subtree(asked))
            self.inside[asked] = tuple(row for row in self.rows() if row.code in codes)
        return self.inside[asked]

    def parent_name(self, row: UnitProgress) -> str:
        """Return the name of the unit above; empty right below the only top, where it says nothing."""
        parent, alone = row.parent_code, len(self.tree.tops) == 1 or not self.figures.is_part
        return "" if parent is None or (alone and parent == self.tree.top.code) else self.tree.unit(parent).name


def language(address: Address, config: Configuration) -> str:
    """Return the language an address asks for, else the configured one."""
    asked = address.get("lang")
    return asked if asked in LANGUAGES else config.language


def read(address: Address, config: Configuration, viewer: Viewer | None = None) -> View | Trouble:
    """Return the view of an address, or what is wrong with it; `viewer`: who looks (left out: whose page is drawn)."""
    lang, viewer = language(address, config), viewer or _viewer.viewer()
    if not config.campaigns:
        return Trouble(text("empty.campaign", lang), text("empty.campaign.mend", lang), address.href())
    seen = [one for one in config.campaigns if viewer.scope(one.id) != NOTHING]
    if not seen:
        return Trouble(text("access.nothing", lang), text("access.nothing.mend", lang), address.href())
    asked = address.get("campaign")
    chosen = next((one for one in seen if one.id == asked), None) if asked else seen[0]
    if chosen is None:
        says = text("empty.campaign.unknown", lang, id=asked)
        return Trouble(text("error.address", lang), says, Address("overview", _only_language(address)).href())
    version = _ask.opened(config, chosen)
    if version is None:
        return Trouble(chosen.title(lang), text("empty.broken", lang), address.href())
    now = datetime.now(UTC)
    edition, figures = _ask.seen_by(viewer, config, chosen.id, version, now)
    return _chosen(address, lang, config, edition, figures, now, viewer)


def _chosen(
    address: Address, lang: str, config: Configuration, edition: str, figures: Figures, now: datetime, viewer: Viewer
) -> View | Trouble:
    """Return the view of an address whose campaign has data, or which of its choices there is not."""
    campaign = figures.campaign
    standard = figures.default_as_of(now)
    as_of = _day(address.get("as_of"), standard) or date.min
    if address.get("units"):
        chosen = next((day for day in figures.unit_days if day.isoformat() == address.get("units")), None)
        if chosen is None:
            return _wrong(address, lang, "units")
        figures, edition = figures.under(chosen), f"{edition}@{chosen}"
    if not _shown(as_of, campaign, standard, now.astimezone(config.zone).date()):
        return _wrong(address, lang, "as_of")
    tree = figures.tree(as_of)
    if not tree.codes:
        says = text("access.none_then", lang, on=as_of)
        return Trouble(text("access.nothing", lang), says, address.href(as_of="", units=""))
    scope = address.get("district") or tree.top.code
    category, stage = address.get("category") or ALL, address.get("stage") or campaign.headline
    tops = tree.tops if figures.is_part else [tree.top.code]
    right = {
        "district": scope in tree and (not tree.is_leaf(scope) or scope in tops),
        "category": campaign.members(category) is not None,
        "stage": stage in campaign.stage_ids,
    }
    for name, holds in right.items():
        if not holds:
            return _wrong(address, lang, name)
    return View(
        address, lang, config, campaign, edition, figures, tree, now, standard, as_of, scope, category, stage, viewer
    )


def _only_language(address: Address) -> dict[str, str]:
    return {"lang": address.get("lang")} if address.get("lang") else {}


def _day(written: str, standard: date) -> date | None:
    try:
        return date.fromisoformat(written) if written else standard
    except ValueError:
        return None


def _shown(day: date, campaign: Campaign, standard: date, today: date) -> bool:
    return day == standard or campaign.start <= day <= max(standard, min(today, campaign.end))


def _wrong(address: Address, lang: str, name: str) -> Trouble:
    label = text(f"filter.{name}", lang)
    says = text("error.choice", lang, name=label, value=address.get(name))
    return Trouble(text("error.address", lang), says, address.href(**{name: ""}))
