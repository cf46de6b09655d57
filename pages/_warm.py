"""The warm-up: what a visitor would wait for is computed before, at the start and after each new version."""

from __future__ import annotations

import gc
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

from campaign.access import ANYBODY_HERE
from campaign.configuration import Configuration
from pages import _ask, _atlas, _view
from pages._address import Address
from pages._document import document
from pages.quick.serving import QuickView
from reporting.texts import LANGUAGES

LOG = logging.getLogger(__name__)
LOOK_EVERY_SECONDS = 1.0
MOST_HELD_SECONDS = 3.0  # browsers are told of a version once it is warm, or after so long
REST_SECONDS = 0.02
DAYS_BACK = 31
_ready: dict[tuple[Path, str], str | None] = {}  # by data root and campaign: the version that is warm
_held: dict[tuple[Path, str], tuple[str | None, float]] = {}  # the version held back, and since when


def warm(config: Configuration, quick: QuickView) -> None:
    """Compute the standard overview of every campaign, and the document pages start from."""
    for lang in LANGUAGES:
        document(lang)
    for campaign in config.campaigns:
        _guarded(config, quick, campaign.id, whole=False, stop=Event())


def settle() -> None:
    """Take what lives as long as a version out of the sight of the collector of garbage, once the old one's is gone.

    What is kept warm is most of what the process holds; looked over again and again it would stop every page for a
    fifth of a second, and twenty pages asked for meanwhile come late.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def announced(config: Configuration, campaign: str) -> str | None:
    """Return the version browsers are told of: the published one, as soon as its first page need not be computed."""
    published, key = _ask.current(config, campaign), (config.data, campaign)
    ready = _ready.get(key)
    if ready is None or ready == published:
        return published
    if _held.get(key, (None, 0.0))[0] != published:
        _held[key] = (published, time.monotonic())
    return ready if time.monotonic() - _held[key][1] < MOST_HELD_SECONDS else published


@contextmanager
def kept_warm(config: Configuration, quick: QuickView) -> Iterator[None]:
    """Keep the recent days of every campaign computed while the block lasts, whatever version comes."""
    stop = Event()
    watcher = Thread(target=_watch, args=(config, quick, stop), name="warm", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        stop.set()
        watcher.join(timeout=5)


def _watch(config: Configuration, quick: QuickView, stop: Event) -> None:
    warmed: dict[str, str | None] = {}
    while not stop.is_set():
        for campaign in config.campaigns:
            version = _ask.current(config, campaign.id)
            if warmed.get(campaign.id) != version:
                warmed[campaign.id] = version
                _guarded(config, quick, campaign.id, whole=False, stop=stop)
                _ready[config.data, campaign.id] = version
                _guarded(config, quick, campaign.id, whole=True, stop=stop)
                settle()
            else:  # a source that began to fail, or a new day, makes new plain pages of the same version
                _plain(quick, campaign.id, stop=stop)
        stop.wait(LOOK_EVERY_SECONDS)


def _plain(quick: QuickView, campaign: str, *, stop: Event, whole: bool = True) -> None:
    try:
        quick.warm(campaign, rest=lambda: stop.wait(REST_SECONDS), whole=whole)
    except Exception:  # as below
        LOG.exception("the plain pages of %s could not be warmed", campaign)


def _guarded(config: Configuration, quick: QuickView, campaign: str, *, whole: bool, stop: Event) -> None:
    _plain(quick, campaign, stop=stop, whole=whole)
    try:
        _compute(config, campaign, whole=whole, stop=stop)
    except Exception:  # a visitor would see a page that says so; the other campaigns must still be served
        LOG.exception("%s could not be warmed", campaign)


def _compute(config: Configuration, campaign: str, *, whole: bool, stop: Event) -> None:
    """Compute the latest day's overview; `whole` adds the recent days, a rest after each."""
    view = _view.read(Address("overview", {"campaign": campaign}), config, ANYBODY_HERE)
    if isinstance(view, _view.Trouble):
        return
    _ask.burnup(view.edition, view.scope, view.category, view.stage, view.as_of, view.lang, view.figures)
    if whole:
        _atlas.of(view)  # where each unit's place is
    for back in range(DAYS_BACK if whole else 1):
        day = view.as_of - timedelta(days=back)
        if day < view.campaign.start and back:
            break
        for category in (view.category, *(group.id for group in view.campaign.groups)):
            view.rows(as_of=day, category=category)
        for stage in view.campaign.stages:
            view.rows(as_of=day, stage=stage.id)
        _ask.series(view.edition, view.scope, view.category, view.stage, day, view.figures)
        _ask.issues(view.edition, day, view.figures)
        if stop.wait(REST_SECONDS):
            break
