"""Access: who may do what to which units of which campaigns, and since when. `[access]` and its meaning.

A grant gives somebody a role over whole subtrees of some campaigns; a viewer is who has signed in, with his grants.
Nothing here knows how he signed in (access/), and nothing below asks who he is: readers are given a Scope.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from ipaddress import ip_network
from pathlib import Path

from pydantic import Field, field_validator, model_validator

from campaign.scope import EVERYTHING, NOTHING, Scope
from campaign.sections import Day, Identifier, Section


class Right(StrEnum):
    """What somebody may do to the units of a grant."""

    SEE = "see"  # pages, quick view, downloads of what is shown
    SUBMIT = "submit"  # hand in files and forms
    MEND = "mend"  # decide about held and rejected rows, give aliases, set explanations aside
    EXPLAIN = "explain"  # explain a stated total that is not our sum
    ISSUE = "issue"  # issue notices
    OPERATE = "operate"  # sources, pulls, what was sent: the campaign's machinery, which is the whole campaign's
    ADMINISTER = "administer"  # the audit log, accounts; over everything only


ROLES: Mapping[str, frozenset[Right]] = {
    "leader": frozenset({Right.SEE}),
    "lead": frozenset({Right.SEE, Right.EXPLAIN}),
    "officer": frozenset(set(Right) - {Right.ADMINISTER}),
    "clerk": frozenset({Right.SEE, Right.SUBMIT}),
    "viewer": frozenset({Right.SEE}),
    "administrator": frozenset(Right),
}


class Others(StrEnum):
    """What a viewer of a part may know of the rest."""

    NOTHING = "nothing"
    RANKS = "ranks"  # the places and shares of units of his levels, without names
    TOTALS = "totals"  # that, and the roll-ups above and beside his units, with their names
    NAMES = "names"  # that, with every unit's name


class Role(Section):
    """A role of the province's own, or another meaning of one of ours: `[access.role.ID]`."""

    rights: frozenset[Right]


class Grant(Section):
    """A role somebody has: `[[access.grant]]`, or one row of the file of grants.

    Somebody: `user` (a local account's name, or `oidc:` and the name the provider vouches for), or whoever's `claim`
    holds `value`. `units`: codes, whole subtrees; left out: all. `since` and `until`: days of access, both included.
    """

    user: str = ""
    claim: str = ""
    value: str = ""
    role: Identifier
    units: tuple[str, ...] | None = None
    campaigns: tuple[str, ...] | None = None
    since: Day | None = Field(None, alias="from")
    until: Day | None = Field(None, alias="to")

    @model_validator(mode="after")
    def _somebody(self) -> Grant:
        if bool(self.user) == bool(self.claim):
            raise ValueError("either user, or claim and value, was expected")
        if bool(self.claim) != bool(self.value):
            raise ValueError("claim and value go together")
        if self.since and self.until and self.until < self.since:
            raise ValueError(f"to {self.until} is before from {self.since}")
        return self

    def holds_on(self, day: date) -> bool:
        """Tell whether the grant is in force on a day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


class Provider(Section):
    """How an OpenID Connect provider's word is read: `[access.oidc]`. Its addresses and secrets are Streamlit's.

    `name`: the claim that names the user; `verified`: the claim that must be true, empty for none.
    """

    name: str = "email"
    verified: str = "email_verified"
    label: str = ""  # on the button: "Đăng nhập bằng tài khoản tỉnh"


class Access(Section):
    """Who is let in, and to what: `[access]`. Without it there is one user, on this machine, who may do everything."""

    local: bool = True  # accounts of our own (manage.py user)
    oidc: Provider | None = None
    hosts: tuple[str, ...] = ()  # names this server answers to, beside that of public_url
    proxies: tuple[str, ...] = ()  # addresses whose X-Forwarded-For is believed
    others: Others = Others.RANKS
    session_hours: int = Field(12, ge=1, le=24 * 30)
    idle_minutes: int = Field(120, ge=1, le=60 * 24 * 30)
    failures: int = Field(5, ge=1, le=100)  # wrong passwords before an account rests
    rest_minutes: int = Field(15, ge=1, le=60 * 24)
    roles: dict[str, Role] = Field(default_factory=dict, alias="role")
    grants: tuple[Grant, ...] = Field((), alias="grant")
    grants_file: Path | None = None  # user,role,units,campaigns,from,to: the same as rows

    @field_validator("hosts")
    @classmethod
    def _plain(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            if not one or any(sign in one for sign in "/:@* "):
                raise ValueError(f"{one!r} is no host name; one without port and path was expected")
        return tuple(one.lower() for one in value)

    @field_validator("proxies")
    @classmethod
    def _known_machines(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            try:
                is_anybody = ip_network(one).prefixlen == 0
            except ValueError:
                is_anybody = True
            if is_anybody:
                raise ValueError(f"{one!r} is no proxy's address; one like 10.1.2.9 or 10.1.2.0/28 was expected")
        return value

    @model_validator(mode="after")
    def _known_roles(self) -> Access:
        for grant in self.grants:
            if grant.role not in self.roles and grant.role not in ROLES:
                known = ", ".join([*ROLES, *self.roles])
                raise ValueError(f"a grant names the role {grant.role!r}; one of {known} was expected")
        return self

    def rights_of(self, role: str) -> frozenset[Right]:
        """Return what a role may do; nothing for one nobody knows."""
        own = self.roles.get(role)
        return own.rights if own else ROLES.get(role, frozenset())


LOCAL_USER = "local"


@dataclass(frozen=True)
class Viewer:
    """Who looks, or hands in, with what he was granted. `grants` are those in force today, each with its rights.

    `claims`: what the provider vouches for and some grant asks for, so that his grants can be found again later.
    """

    id: str
    name: str = ""
    grants: tuple[tuple[Grant, frozenset[Right]], ...] = ()
    others: Others = Others.NOTHING
    everything: bool = False  # the one user of a machine without sign-in
    claims: Mapping[str, object] = field(default_factory=dict, compare=False)

    def scope(self, campaign: str, right: Right = Right.SEE) -> Scope:
        """Return the units of a campaign he has a right to; NOTHING when there are none."""
        if self.everything:
            return EVERYTHING
        held = [grant for grant in self._held(right) if grant.campaigns is None or campaign in grant.campaigns]
        if not held:
            return NOTHING
        if any(grant.units is None for grant in held):
            return Scope(None, frozenset({campaign}))
        return Scope(frozenset(code for grant in held for code in grant.units or ()), frozenset({campaign}))

    def may(self, right: Right, campaign: str | None = None) -> bool:
        """Tell whether he has a right to anything of a campaign; without one: of any campaign."""
        if campaign is not None:
            return self.scope(campaign, right) != NOTHING
        return self.everything or bool(self._held(right))

    def may_whole(self, right: Right, campaign: str) -> bool:
        """Tell whether he has a right to the whole of a campaign."""
        return self.scope(campaign, right).units is None

    @cached_property
    def administers(self) -> bool:
        """Tell whether he administers everything: the log and the accounts are nobody's part."""
        held = self._held(Right.ADMINISTER)
        return self.everything or any(grant.units is None and grant.campaigns is None for grant in held)

    def _held(self, right: Right) -> list[Grant]:
        return [grant for grant, rights in self.grants if right in rights]


NOBODY = Viewer("")
ANYBODY_HERE = Viewer(LOCAL_USER, everything=True)


def viewer_of(
    access: Access, grants: Iterable[Grant], user: str, name: str, claims: Mapping[str, object], on: date
) -> Viewer:
    """Return who has signed in as `user`, with the grants in force on a day that are his, by name or by claim."""
    offered = tuple(grants)
    held = tuple(
        (grant, access.rights_of(grant.role))
        for grant in offered
        if grant.holds_on(on) and _is_his(grant, user, claims)
    )
    asked = {grant.claim: claims[grant.claim] for grant in offered if grant.claim in claims}
    return Viewer(user, name, held, access.others, claims=asked)


def _is_his(grant: Grant, user: str, claims: Mapping[str, object]) -> bool:
    if grant.user:
        return grant.user == user
    found = claims.get(grant.claim)
    return grant.value in found if isinstance(found, (list, tuple)) else found is not None and str(found) == grant.value
