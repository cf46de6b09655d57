"""Asking: every number a page shows comes through here, from the figures, kept by data version.

Every key holds the configuration's fingerprint, the campaign, its version and the arguments. What is
kept is shared between visitors, so it is never changed after it was made; old versions fall out.
"""

from __future__ import annotations

import logging
import os
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import plotly.graph_objects as go

from campaign.access import Viewer
from campaign.configuration import Campaign, Configuration
from campaign.earned import Earned
from campaign.errors import CanDichError
from campaign.freshness import Outage, Past
from campaign.progress import UnitProgress
from campaign.warning import Warned
from etl import unpublished
from etl.configured import load
from etl.publishing import failure_of
from pages._kept import kept
from reporting import brief as briefs
from reporting import charts, faults, forecast_score, forecasts, funnel, headlines
from reporting.brief import Brief, Failing
from reporting.brief_page import Form, picture_of, rendered
from reporting.burnup import burnup_of, drawn_series, still
from reporting.explained import Difference
from reporting.explained import differences as _differences
from reporting.explained import history as _history
from reporting.faults import Issue
from reporting.figures import Figures, store_of
from reporting.forecast_score import Score
from reporting.forecasts import Assessment
from reporting.freshness import Arrivals, Gaps, Punctuality, arrivals, gaps, punctuality
from reporting.recognition import Recogniser
from reporting.waiting import Waiting
from reporting.waiting import waiting as _waiting
from warehouse.decided import Decided
from warehouse.explanations import ExplanationRow
from warehouse.reader import Batch, Submission

LOG = logging.getLogger(__name__)
Rows = tuple[UnitProgress, ...]


def configuration() -> Configuration:
    """Return the configuration this process was started with."""
    return _configuration(os.environ.get("CANDICH_CONFIG"))


@cache
def _configuration(path: str | None) -> Configuration:
    return load(Path(path) if path else None)


def current(config: Configuration, campaign: str) -> str | None:
    """Return the name of a campaign's published version; None before the first."""
    published = store_of(config, campaign).current()
    return published.version if published else None


def opened(config: Configuration, campaign: Campaign) -> str | None:
    """Return the name of a campaign's published version, or of what stands for it before the first.

    None while there is neither: units or targets cannot be read, which the log tells of, once.
    """
    published = current(config, campaign.id)
    if published is not None:
        return published
    try:
        name = unpublished.name_of(config, campaign)
    except CanDichError as problem:
        _told(campaign.id, str(problem))
        return None
    return name if _stands(edition_of(config, campaign.id, name), config) else None


@kept(60)
def _told(campaign: str, problem: str) -> None:
    LOG.warning("campaign %s cannot be opened: %s", campaign, problem)


@kept(60)
def _stands(edition: str, _config: Configuration) -> bool:
    """Tell whether an edition can be opened; the same files are not tried again at every look."""
    try:
        figures(edition, _config)
    except CanDichError as problem:
        _told(edition.split("/")[1], str(problem))
        return False
    return True


def edition_of(config: Configuration, campaign: str, version: str) -> str:
    """Return the first part of every key: which configuration, campaign and version a number belongs to."""
    return f"{config.fingerprint}/{campaign}/{version}"


def _closed(figures: Figures) -> None:
    figures.close()


@kept(12, on_release=_closed)
def figures(edition: str, _config: Configuration) -> Figures:
    """Return the door to the figures of one edition."""
    _, campaign, version = edition.split("/")
    found = _config.campaign(campaign)
    if found is not None and version.startswith(unpublished.PREFIX):
        return unpublished.figures(_config, found, version)
    return Figures.open(_config, campaign, version)


def seen_by(viewer: Viewer, config: Configuration, campaign: str, version: str, now: datetime) -> tuple[str, Figures]:
    """Return the edition and the figures somebody may see of a campaign; who may see all shares those of all.

    What is kept is kept by edition, so an edition of a part holds a mark of whatever decides what is in it: the scope,
    the day on which its codes are read, and what may be known of others.
    """
    edition = edition_of(config, campaign, version)
    whole, scope = figures(edition, config), viewer.scope(campaign)
    today = now.astimezone(config.zone).date()
    seen = whole.within(scope, today, viewer.others)
    if seen is whole:
        return edition, whole
    said = "\n".join([today.isoformat(), viewer.others, *sorted(seen.scope.units or ())])
    return f"{edition}~{sha256(said.encode()).hexdigest()[:16]}", seen


@kept(600)
def progress(edition: str, as_of: date, category: str, stage: str, _figures: Figures) -> Rows:  # noqa: ARG001 - it is part of the key
    """Return the figures of every unit on one day: top level first, then rank, then code."""
    return tuple(_figures.progress(as_of, category=category, stage=stage))


@kept(600)
def series(edition: str, unit: str, category: str, stage: str, last: date, _figures: Figures) -> Rows:  # noqa: ARG001 - it is part of the key
    """Return one unit's figures for the days the chart draws, up to `last`."""
    return tuple(drawn_series(_figures, unit, last, category, stage))


@kept(300)
def burnup(
    edition: str, unit: str, category: str, stage: str, as_of: date, lang: str, _figures: Figures
) -> tuple[str, go.Figure, str]:
    """Return the burn-up of one unit: its headline, the chart, and the picture seen until the script is there."""
    rows = series(edition, unit, category, stage, as_of, _figures)
    drawn = burnup_of(
        rows,
        _figures.plan(unit, category=category, stage=stage, as_of=as_of),
        _figures.campaign,
        as_of,
        charts.excused_days(_figures.campaign, _figures.tree(as_of), unit),
        assess(edition, category, stage, as_of, _figures)[unit].prospect.band,
    )
    return headlines.burnup(rows, _figures.campaign, lang), charts.burnup(drawn, lang), still(drawn, lang)


@kept(200)
def stage_flow(edition: str, unit: str, category: str, as_of: date, lang: str, _figures: Figures) -> str:  # noqa: ARG001 - it is part of the key
    """Return in one sentence at which stage of the work most waits; empty where there are no stages to compare."""
    found = funnel.flows(_figures, unit, as_of, category)
    return funnel.title(found, _figures, lang) if found else ""


@kept(60)
def assess(edition: str, category: str, stage: str, as_of: date, _figures: Figures) -> dict[str, Assessment]:  # noqa: ARG001 - it is part of the key
    """Return what is to be expected of every unit, and whether what is left can be done."""
    return forecasts.assess(_figures, as_of, category, stage)


@kept(60)
def warned(
    edition: str,  # noqa: ARG001 - it is part of the key
    kept: tuple[str, ...],  # noqa: ARG001 - so are the forecasts kept so far, which are written after a version
    category: str,
    stage: str,
    as_of: date,
    _figures: Figures,
) -> tuple[Warned, ...]:
    """Return the leaves that will more likely miss than not, the gravest first."""
    return tuple(forecasts.warned(_figures, as_of, category, stage))


@kept(60)
def score(edition: str, kept: tuple[str, ...], as_of: date, _figures: Figures) -> Score:  # noqa: ARG001 - they are parts of the key
    """Return how right the forecasts kept so far have been."""
    return forecast_score.score(_figures, as_of)


@kept(300)
def earned(edition: str, unit: str, category: str, stage: str, as_of: date, _figures: Figures) -> Earned | None:  # noqa: ARG001 - it is part of the key
    """Return where one unit stands on the plan's own clock."""
    return _figures.earned(unit, category=category, stage=stage, as_of=as_of)


@kept(60)
def issues(edition: str, as_of: date, _figures: Figures) -> tuple[Issue, ...]:  # noqa: ARG001 - it is part of the key
    """Return what is held, rejected, over target, without target, or does not reconcile."""
    return tuple(faults.issues(_figures, as_of))


@kept(60)
def differences(edition: str, as_of: date, _figures: Figures) -> tuple[Difference, ...]:
    """Return the stated totals that are not our sum, each with what a person said of it."""
    return tuple(_differences(_figures, as_of, found=issues(edition, as_of, _figures)))


@kept(60)
def recogniser(edition: str, before: date, as_of: date, _figures: Figures) -> Recogniser:  # noqa: ARG001 - it is part of the key
    """Return who finds whom to name at the end of a day."""
    return Recogniser(_figures, before, as_of)


@kept(24)
def waiting(edition: str, as_of: date, _figures: Figures) -> Waiting:  # noqa: ARG001 - it is part of the key
    """Return the held and rejected rows that wait for a person, apart from those that a later report overtook."""
    return _waiting(_figures, as_of)


@kept(12)
def decisions(edition: str, _figures: Figures) -> tuple[Decided, ...]:  # noqa: ARG001 - it is part of the key
    """Return what people decided about such rows, the latest first."""
    return tuple(_figures.decisions())


@kept(12)
def explanations(edition: str, _figures: Figures) -> tuple[ExplanationRow, ...]:  # noqa: ARG001 - it is part of the key
    """Return what people said of stated totals that are not our sum, the latest first."""
    return tuple(_history(_figures))


@kept(100)
def brief(
    edition: str,
    unit: str,
    category: str,
    stage: str,
    as_of: date,
    today: date,  # noqa: ARG001 - it is part of the key: the day it is, by which the brief says "today"
    lang: str,
    ours: Failing,
    _now: datetime,
    _figures: Figures,
) -> Brief:
    """Return the brief of one unit, of all its work or of one part of it."""
    row = _figures.unit(unit, as_of, category=category, stage=stage)
    return briefs.brief_of(_figures, row, _now, lang, ours, rows_waiting=waiting(edition, as_of, _figures))


def brief_page(made: Brief, form: Form, figures: Figures) -> bytes:
    """Return a brief as a page; drawn for whoever asks, in a twentieth of a second."""
    return rendered(made, picture_of(figures, made), form)


def failure(config: Configuration, campaign: str) -> dict[str, Any] | None:
    """Return what the last run that published nothing said: it belongs to no version, so it is read each time."""
    return failure_of(config, campaign)


def failing(config: Configuration, campaign: str) -> list[Issue]:
    """Return the check that kept the last run from publishing: it belongs to no version, so it is read each time."""
    return faults.failing(failure_of(config, campaign))


@kept(200)
def submissions(edition: str, unit: str, stage: str, _figures: Figures) -> tuple[tuple[Submission, bool], ...]:  # noqa: ARG001 - it is part of the key
    """Return what one unit sent for one stage, the latest first, each with whether it came late."""
    return tuple(_figures.submissions(unit, stage=stage))


@kept(24)
def came(edition: str, _figures: Figures) -> Arrivals:  # noqa: ARG001 - it is part of the key
    """Return which units each source brought, and when a figure of each unit last came."""
    return arrivals(_figures)


@kept(200)
def kept_from_us(
    edition: str,
    as_of: date,
    category: str,
    stage: str,
    failing: tuple[Outage, ...],
    configured: tuple[str, ...],
    _figures: Figures,
) -> Gaps:
    """Return what failing sources keep from us on one day."""
    rows = progress(edition, as_of, category, stage, _figures)
    return gaps(_figures, rows, failing, configured, came(edition, _figures))


@kept(100)
def reporting(
    edition: str,  # noqa: ARG001 - it is part of the key
    within: str,
    last: date,
    open_day: date | None,
    category: str,
    stage: str,
    past: tuple[Past, ...],
    configured: tuple[str, ...],
    _figures: Figures,
) -> Punctuality:
    """Return who reported and who in time, up to the closed day `last` and on the day still open."""
    return punctuality(
        _figures, within, last, open_day=open_day, category=category, stage=stage, past=past, configured=configured
    )


@kept(12)
def brought_by(edition: str, _figures: Figures) -> dict[str, str]:  # noqa: ARG001 - it is part of the key
    """Return the source of each load; one by hand has an empty name."""
    return {one.id: one.source for one in _figures.batches()}


@kept(12)
def last_batch(edition: str, _figures: Figures) -> Batch | None:  # noqa: ARG001 - it is part of the key
    """Return the latest load; None before the first."""
    return next(iter(_figures.batches()), None)
