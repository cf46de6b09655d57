"""One draft: what the notices of a period and a unit say in a language, kept by edition, and what blocks them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from pathlib import Path

from campaign.configuration import Campaign
from campaign.errors import ContractError
from campaign.notices import FORMATS, Reason
from campaign.paperwork import Paper
from campaign.period import Period
from etl import numbered, office
from etl.drawn import Drawn, contents_of, draw_up
from pages._kept import kept
from pages._view import View
from reporting.explained import unexplained
from reporting.faults import Issue
from reporting.figures import Figures
from reporting.letter_content import Stamp
from reporting.notice_content import Notice

_ASIDE = re.compile(r" \(.*\)$")  # what a library said, with the paths of this machine in it


@dataclass(frozen=True)
class Draft:
    """A period's notices of a campaign's units (`unit`: of one alone) in a language, by one edition's figures."""

    view: View
    campaign: Campaign  # as configured: its paper is no part of an edition's figures
    edition: str
    figures: Figures
    period: Period
    unit: str
    lang: str

    @property
    def key(self) -> tuple[str, ...]:
        """Return what the draft depends on; the day because a period under way grows by a day at each cut-off."""
        return self.edition, self.period.code, self.unit, self.lang, self.view.standard_as_of.isoformat()

    @cached_property
    def notices(self) -> tuple[Notice, ...]:
        """Return what they say; raises UsageError when there are no figures to say anything with."""
        return _notices(self.key, self.period, self.view.now, self.campaign.paper, self.figures)

    @property
    def as_of(self) -> date:
        """Return the day at whose end the figures stand."""
        return self.notices[0].as_of

    @cached_property
    def reasons(self) -> list[Reason]:
        """Return why nothing may be issued; [] when nothing is in the way."""
        waiting = _waiting(self.key, self.as_of, numbered.covered(self.figures, self.notices), self.figures)
        return numbered.reasons(self.view.config, self.campaign, waiting)

    @cached_property
    def unfit(self) -> dict[str, str]:
        """Return what is wrong with the agency's own documents, by the format that cannot be made of them."""
        paper, found = self.campaign.paper, dict[str, str]()
        for form, own in (("xlsx", paper.workbook), ("docx", paper.letter)):
            if own is not None:
                found[form] = _unfit((*self.key, form, _stood(own)), form, self)
        return {form: why for form, why in found.items() if why}

    def files(self, formats: tuple[str, ...], first: int | None = None) -> list[Drawn]:
        """Return the draft's files in some formats: of all notices, or of the `first` ones."""
        made = self.notices[:first]
        return draw_up(self.figures, made, self.campaign.paper, Stamp(), formats, self.view.now)

    @property
    def formats(self) -> tuple[str, ...]:
        """Return the formats that can be made here: a PDF needs an office, and the letter it is made of."""
        able = (one for one in FORMATS if one != "pdf" or office.office() is not None)
        return tuple(one for one in able if ("docx" if one == "pdf" else one) not in self.unfit)

    def pdf(self) -> bytes:
        """Return the first letter as PDF."""
        (only,) = self.files(("pdf",), first=1)
        return only.content

    def into(self, lang: str) -> Draft:
        """Return the same draft in another language."""
        return replace(self, lang=lang)


def draft_of(view: View, period: Period, unit: str) -> Draft:
    """Return the draft a page shows: by the units of the day asked for, whatever list of units it is seen by."""
    campaign = view.config.campaign(view.campaign.id) or view.campaign
    edition = view.edition.partition("@")[0]
    return Draft(view, campaign, edition, view.figures.under(None), period, unit, view.lang)


@kept(60)
def _notices(
    key: tuple[str, ...], _period: Period, _now: datetime, _paper: Paper, _figures: Figures
) -> tuple[Notice, ...]:
    _, _, unit, lang, _ = key
    return tuple(contents_of(_figures, _period, unit, lang, _now, _paper))


@kept(60)
def _waiting(key: tuple[str, ...], as_of: date, codes: frozenset[str], _figures: Figures) -> tuple[Issue, ...]:  # noqa: ARG001 - it is part of the key
    return tuple(unexplained(_figures, as_of, codes))


def _stood(own: Path) -> str:
    """Return how an agency's document stands on the disk: mended, it is looked at again."""
    try:
        return f"{own.stat().st_mtime_ns}"
    except OSError:
        return ""


@kept(60)
def _unfit(key: tuple[str, ...], form: str, _draft: Draft) -> str:  # noqa: ARG001 - it is part of the key
    """Return what is wrong with the document one format is made in; empty when it serves."""
    try:
        _draft.files((form,), first=1)
    except ContractError as problem:
        found = _ASIDE.sub("", problem.found)
        return f"{Path(problem.where).name}: {found}; {problem.expected}"
    return ""
