"""The pages of a draft as pictures: drawn beside the pages' own work, one draft at a time, and kept by edition.

A page never waits for them and never writes: what is drawn lives in memory, a few drafts of it.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock

from campaign.errors import CanDichError
from etl import office

LOG = logging.getLogger(__name__)
WIDTH = 900  # pixels: sharp on a phone, and a page stays below 200 kB
MOST_PAGES = 12
KEPT = 8
FORGOTTEN_AFTER = 10.0  # seconds without anybody asking: it is not drawn any more


@dataclass
class Preview:
    """One draft: nothing yet, its pages (PNG) and its PDF, or why it could not be drawn."""

    pages: tuple[bytes, ...] = ()
    of: int = 0
    pdf: bytes = b""
    failed: str = ""
    asked_at: float = field(default_factory=time.monotonic)

    @property
    def ready(self) -> bool:
        """Tell whether it is drawn, or will not be."""
        return bool(self.pages or self.failed)


class Studio:
    """Draws drafts one after the other and keeps the last ones."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self._kept: OrderedDict[tuple[str, ...], Preview] = OrderedDict()
        self._lock = Lock()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="draft")

    def ask(self, key: tuple[str, ...], make: Callable[[], bytes]) -> Preview:
        """Return what there is of a draft, and have it drawn when there is nothing; `make` returns its PDF."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                found = self._kept[key] = Preview()
                self._worker.submit(self._draw, key, found, make)
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            found.asked_at = time.monotonic()
            return found

    def _draw(self, key: tuple[str, ...], preview: Preview, make: Callable[[], bytes]) -> None:
        if time.monotonic() - preview.asked_at > FORGOTTEN_AFTER:
            self._forget(key)
            return
        try:
            pdf = make()
            pages = office.pictures(pdf, WIDTH)
        except CanDichError as problem:
            preview.failed = str(problem)
        except Exception:
            LOG.exception("draft %s could not be drawn", "/".join(key))
            preview.failed = "?"
        else:
            preview.pdf, preview.of = pdf, len(pages)
            preview.pages = tuple(pages[:MOST_PAGES])
        if preview.failed:
            LOG.warning("draft %s: %s", "/".join(key), preview.failed)

    def _forget(self, key: tuple[str, ...]) -> None:
        with self._lock:
            self._kept.pop(key, None)


STUDIO = Studio()
