"""The viewer: who asks for a page. Sign-in fills it in here, and nowhere else."""

from __future__ import annotations

from campaign.access import ANYBODY_HERE, Viewer


def viewer() -> Viewer:
    """Return who uses the page that is being drawn."""
    return ANYBODY_HERE
