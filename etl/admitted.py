"""The admitted: what `doctor` says of sign-in: grants that grant nothing, people who cannot come in, plain links."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from access.accounts import Accounts
from access.admission import Admission
from campaign.access import Access, Grant
from campaign.configuration import Configuration
from campaign.errors import CanDichError
from etl.configured import inputs_of

MOST_NAMED = 5


def examine(config: Configuration, now: datetime | None = None) -> Iterator[tuple[bool, str]]:
    """Yield what there is to say of `[access]`, each with whether it is well."""
    access = config.access
    if access is None:
        yield True, "off: this machine only, everybody on it may do everything"
        return
    if access.local and config.public_url.startswith("http:"):
        yield False, f"{config.public_url}: passwords would cross the network unencrypted; serve it over https"
    admission = Admission(config)
    grants = admission.grants()
    if admission.problem is not None:
        yield False, f"the grants file is not read: {admission.problem}"
    problems = [*_unknown(config, grants), *_unreachable(config, access, grants, now or datetime.now(UTC))]
    yield from ((False, words) for words in problems)
    if not problems and admission.problem is None:
        ways = [word for word, is_on in (("accounts", access.local), ("a provider", access.oidc is not None)) if is_on]
        yield bool(ways), f"{len(grants)} grants; people come in by {' and '.join(ways) or 'no way at all'}"


def _unknown(config: Configuration, grants: tuple[Grant, ...]) -> Iterator[str]:
    """Yield which grants name a campaign or a unit that there is not."""
    codes: dict[str, frozenset[str]] = {}
    for campaign in config.campaigns:
        try:
            codes[campaign.id] = frozenset(inputs_of(config, campaign, lambda _: True).registry.codes)
        except CanDichError:  # said of the campaign itself
            return
    for grant in grants:
        whose = f"the grant of {grant.role} to {grant.user or f'{grant.claim} = {grant.value}'}"
        for name in grant.campaigns or ():
            if name not in codes:
                yield f"{whose} names the campaign {name!r}, which is not configured"
        covered = [found for name, found in codes.items() if grant.campaigns is None or name in grant.campaigns]
        lost = [code for code in grant.units or () if covered and not any(code in found for found in covered)]
        if lost:
            yield f"{whose} names units that none of its campaigns has: {_named(lost)}"


def _unreachable(config: Configuration, access: Access, grants: tuple[Grant, ...], now: datetime) -> Iterator[str]:
    """Yield who has rights and no way in, and who has a way in and no rights."""
    accounts = {one.user: one for one in Accounts(config).all(now)}
    users = {grant.user for grant in grants if grant.user}
    foreign = {user for user in users if user.startswith("oidc:")}
    if access.oidc is None and (foreign or any(grant.claim for grant in grants)):
        yield "there are grants for people the provider signs in, and [access.oidc] is not configured"
    if not access.local:
        if users - foreign:
            yield f"granted something, but accounts are off (local = false): {_named(sorted(users - foreign))}"
        return
    missing = sorted(user for user in users - foreign if user not in accounts)
    if missing:
        yield f"granted something, but without an account (user add): {_named(missing)}"
    idle = sorted(user for user, one in accounts.items() if one.password and not one.disabled and user not in users)
    if idle:
        yield f"with an account, but granted nothing (grant, or user disable): {_named(idle)}"


def _named(names: list[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
