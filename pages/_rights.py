"""Which pages somebody may open, by what he has a right to; the pages themselves ask for rights to units."""

from __future__ import annotations

from collections.abc import Mapping

from campaign.access import Right, Viewer

NEEDED: Mapping[str, tuple[Right, ...]] = {  # any of these; a page that is not here asks for the right to see
    "sources": (Right.OPERATE,),
    "issues": (Right.MEND, Right.EXPLAIN, Right.SUBMIT),
    "sending": (Right.SUBMIT,),
    "documents": (Right.ISSUE, Right.EXPLAIN),
}
OF_THE_WHOLE = frozenset({"sources", "issues", "documents"})  # also looked at by whoever sees a whole campaign
ADMINISTRATORS = frozenset({"audit"})


def may_open(viewer: Viewer, page: str, campaign: str | None = None) -> bool:
    """Tell whether somebody may open a page at all, of one campaign or of any."""
    if page in ADMINISTRATORS:
        return viewer.administers
    if page in OF_THE_WHOLE and _sees_whole(viewer, campaign):
        return True
    return any(viewer.may(right, campaign) for right in NEEDED.get(page, (Right.SEE,)))


def _sees_whole(viewer: Viewer, campaign: str | None) -> bool:
    if campaign is not None:
        return viewer.may_whole(Right.SEE, campaign)
    return viewer.everything or any(grant.units is None and Right.SEE in rights for grant, rights in viewer.grants)
