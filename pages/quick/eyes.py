"""Eyes: who looks at a plain page, as far as it decides what is on it; a part of every key."""

from __future__ import annotations

from dataclasses import dataclass

from campaign.access import Others, Viewer
from campaign.scope import EVERYTHING, NOTHING, Scope


@dataclass(frozen=True)
class Eyes:
    """What of one campaign may be seen, and what may be known of the rest."""

    scope: Scope = EVERYTHING
    others: Others = Others.NOTHING


WHOLE = Eyes()  # whoever may see all of a campaign shares its pages with everybody who may


def eyes_of(viewer: Viewer, campaign: str) -> Eyes | None:
    """Return what a viewer may see of a campaign; None for nothing of it."""
    scope = viewer.scope(campaign)
    if scope == NOTHING:
        return None
    return WHOLE if scope.units is None else Eyes(scope, viewer.others)
