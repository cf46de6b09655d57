"""Forecasting: after a version is published, what it makes us expect is written beside it, outside the lock.

Days gone by without a forecast of their own are made up for: forecast from what had arrived by that evening, no more.
"""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime, time, timedelta

from campaign.calendar import ONE_DAY
from campaign.configuration import Configuration
from reporting.figures import Figures, store_of
from warehouse.forecasts import Stored, model_mark

LOG = logging.getLogger(__name__)
EACH_DAY_UP_TO = 62  # days; of a longer campaign, only days on which a load arrived are made up for


def keep_all(config: Configuration) -> dict[str, int]:
    """Write the forecasts that every campaign lacks; return how many, by campaign.

    One campaign's failure does not keep the others from theirs; the last failure is raised at the end.
    """
    written: dict[str, int] = {}
    failure: Exception | None = None
    for campaign in config.campaigns:
        try:
            written[campaign.id] = keep(config, campaign.id)
        except Exception as problem:  # noqa: BLE001 - raised below, when every campaign has had its turn
            failure = problem
    if failure is not None:
        raise failure
    return written


def after_publishing(config: Configuration, campaign_id: str, *, past: bool = False) -> None:
    """Write today's forecast of a campaign; whatever goes wrong is logged, never the load's failure."""
    try:
        keep(config, campaign_id, past=past)
    except Exception as problem:  # noqa: BLE001 - a forecast that fails must not make a load fail; the next run tries again
        LOG.warning("no forecast for %s: %s", campaign_id, problem)


def keep(config: Configuration, campaign_id: str, now: datetime | None = None, *, past: bool = True) -> int:
    """Write the forecasts a campaign lacks, of the day asked for by default and of the days `past`; return how many."""
    store = store_of(config, campaign_id)
    if store.current() is None:
        return 0
    figures = Figures.open(config, campaign_id)
    try:
        as_of = figures.default_as_of(now or datetime.now(UTC))
        written = _keep_past(figures, as_of) if past else 0
        if figures.campaign.start <= as_of < figures.campaign.end:
            written += _keep_today(figures, as_of)
        if written:
            figures.forecasts.prune(store.versions())
    finally:
        figures.close()
    return written


def _keep_today(figures: Figures, as_of: date) -> int:
    """Write the forecast of the latest day from the whole version, unless it is there already."""
    about = figures.forecasts.about(f"{as_of}_{figures.version}")
    if about is not None and about.known_at is None and about.model == model_mark():
        return 0
    _write(figures, as_of, None, _through(figures, None))
    return 1


def _keep_past(figures: Figures, until: date) -> int:
    """Write the forecasts of earlier days that have none, or whose making-up a later load has overtaken."""
    last, written = figures.forecasts.last_of_days(), 0
    for day in _days(figures, until):
        evening = datetime.combine(day + ONE_DAY, time(), figures.zone).astimezone(UTC)
        through = _through(figures, evening)
        about = figures.forecasts.about(last[day]) if day in last else None
        stands = about is not None and (
            about.known_at is None or (about.through == through and about.model == model_mark())
        )
        if not stands:
            _write(figures, day, evening, through)
            written += 1
    return written


def _days(figures: Figures, until: date) -> list[date]:
    """Return the campaign days before `until` and the last day that are worth a forecast."""
    campaign = figures.campaign
    length = (campaign.end - campaign.start).days
    days = [campaign.start + timedelta(days=number) for number in range(length)]
    if length > EACH_DAY_UP_TO:
        came = {one.received_at.astimezone(figures.zone).date() for one in figures.reader.batches()}
        days = [day for day in days if day in came]
    return [day for day in days if day < until]


def _through(figures: Figures, evening: datetime | None) -> str:
    """Return the last load that had arrived by an evening (of all, when None); '' before the first."""
    return next((one.id for one in figures.reader.batches() if evening is None or one.received_at <= evening), "")


def _write(figures: Figures, day: date, known_at: datetime | None, through: str) -> None:
    made = figures.outlook(day, known_at=known_at)
    figures.forecasts.write(Stored(day, figures.version, model_mark(), known_at, through), made)
