"""Rights: what whoever hands something in may do, found when it is taken in, and never read from what was handed in.

The grants of the day it was handed in decide: one that ended later still holds for it, one that was taken back
altogether does not. What was found is written into the load's manifest, and a replay goes by that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from access.admission import Admission
from campaign.access import ANYBODY_HERE, NOBODY, Right, Viewer
from campaign.configuration import Configuration
from campaign.errors import SourceError, UsageError
from campaign.scope import NOTHING, Scope
from etl.audited import grants_told
from etl.envelope import Envelope, Kind, Sender, read_sender

NEEDED: Mapping[Kind, tuple[Right, ...]] = {
    Kind.FILES: (Right.SUBMIT,),
    Kind.FORM: (Right.SUBMIT,),
    Kind.DECISIONS: (Right.MEND, Right.EXPLAIN),
    Kind.NOTICE: (Right.ISSUE,),
}
ALSO: Mapping[Kind, tuple[Right, ...]] = {
    Kind.FILES: (Right.OPERATE,),  # with it, over the whole campaign, a row may state a target
    Kind.FORM: (Right.OPERATE,),
    Kind.DECISIONS: (Right.OPERATE,),
    Kind.NOTICE: (Right.SEE,),  # a notice says what its sender was shown
}
_admissions: dict[Path, Admission] = {}


def admission_of(config: Configuration) -> Admission:
    """Return who is admitted to what; one for as long as `[access]` stays the same, so that good grants are kept."""
    known = _admissions.get(config.path)
    if known is None or known.config.access != config.access or known.config.data != config.data:
        known = _admissions[config.path] = Admission(config, partial(grants_told, config))
    return known


def viewer_at(config: Configuration, sender: Sender, at: datetime) -> Viewer:
    """Return a sender with what he was granted at a moment; SourceError while the grants cannot be read."""
    if config.access is None:
        return ANYBODY_HERE
    admission = admission_of(config)
    found = admission.viewer_at(sender.id, sender.claims, at.astimezone(config.zone).date(), sender.name)
    if admission.problem is not None and not found.grants:
        raise _unread(config)
    return found


def _unread(config: Configuration) -> SourceError:
    file = config.access.grants_file if config.access else None
    return SourceError(str(file), "the grants cannot be read", "mend it; it is tried again")


def entitled(config: Configuration, envelope: Envelope) -> Envelope:
    """Return an envelope with the rights its sender had when he handed it in, in place of whatever it claims.

    Without `[access]` a sender speaks for the scope he was given. Raises UsageError for one who may do nothing of the
    kind in this campaign, SourceError while nobody can tell.
    """
    if config.access is None:
        found = replace(envelope, rights=None)
        scopes = [envelope.sender.scope]
    else:
        viewer = viewer_at(config, envelope.sender, envelope.at)
        needed, also = NEEDED[envelope.kind], ALSO.get(envelope.kind, ())
        rights = {right: viewer.scope(envelope.campaign, right) for right in (*needed, *also)}
        scopes = [rights[right] for right in needed]
        if admission_of(config).is_blind and any(scope.units is not None for scope in scopes):
            raise _unread(config)
        _may_use_source(envelope, viewer)
        found = replace(envelope, sender=replace(envelope.sender, scope=scopes[0], claims={}), rights=rights)
    if not any(_is_something(scope, envelope.campaign) for scope in scopes):
        raise UsageError(f"campaign {envelope.campaign}", "is not the sender's", "a campaign he has rights for")
    return found


def _is_something(scope: Scope, campaign: str) -> bool:
    return scope != NOTHING and scope.allows_campaign(campaign)


def _may_use_source(envelope: Envelope, viewer: Viewer) -> None:
    """Refuse a source's own form to whoever does not run the sources: it may let counts fall, and state targets."""
    if envelope.source and not viewer.may_whole(Right.OPERATE, envelope.campaign):
        raise UsageError(f"source {envelope.source}", "is not the sender's", "the plain form, or our own workbook")


def may_ask(config: Configuration, wish: Mapping[str, Any]) -> bool:
    """Tell whether whoever asked for a pull or a backup may have it: `sender` and `at` are his, as the page saw them.

    While the grants cannot be read, nobody may.
    """
    if config.access is None:
        return True
    try:
        sender, at = read_sender(wish["sender"]), datetime.fromisoformat(wish["at"])
        viewer = viewer_at(config, sender, at) if at.tzinfo else NOBODY
    except (KeyError, ValueError, TypeError, AttributeError, SourceError):
        return False
    if wish.get("do") == "pull":
        source = config.source(str(wish.get("source")))
        return source is not None and viewer.may_whole(Right.OPERATE, source.campaign)
    return viewer.administers
