"""What a grant gives: to whom, over which units of which campaigns, and on which days."""

from datetime import date

import pytest
from pydantic import ValidationError

from campaign.access import ANYBODY_HERE, NOBODY, ROLES, Access, Grant, Others, Right, viewer_of
from campaign.scope import EVERYTHING, NOTHING, Scope

TODAY = date(2025, 7, 10)


def grant(**said: object) -> Grant:
    return Grant.model_validate({"user": "lan", "role": "lead"} | said)


def test_a_machine_without_sign_in_has_one_user_who_may_do_everything():
    assert ANYBODY_HERE.scope("any") == EVERYTHING
    assert all(ANYBODY_HERE.may(right) and ANYBODY_HERE.may_whole(right, "any") for right in Right)
    assert ANYBODY_HERE.administers


def test_nobody_may_nothing():
    assert NOBODY.scope("any") == NOTHING
    assert not any(NOBODY.may(right) or NOBODY.may(right, "any") for right in Right)
    assert not NOBODY.administers


def test_units_of_several_grants_are_added_and_the_whole_holds_them_all():
    access = Access()
    parts = [grant(units=("D1",)), grant(units=("D2",), role="clerk"), grant(user="hoa")]
    lan = viewer_of(access, parts, "lan", "", {}, TODAY)
    assert lan.scope("c") == Scope(frozenset({"D1", "D2"}), frozenset({"c"}))
    assert lan.scope("c", Right.EXPLAIN).units == {"D1"}
    assert lan.scope("c", Right.SUBMIT).units == {"D2"}
    assert not lan.may(Right.ISSUE)
    assert lan.others is Others.RANKS
    hoa = viewer_of(access, parts, "hoa", "", {}, TODAY)
    assert hoa.scope("c") == Scope(None, frozenset({"c"}))
    assert hoa.may_whole(Right.SEE, "c")


def test_a_campaign_not_granted_is_not_seen():
    one = viewer_of(Access(), [grant(campaigns=("a",))], "lan", "", {}, TODAY)
    assert one.may(Right.SEE, "a")
    assert one.scope("b") == NOTHING


@pytest.mark.parametrize(("day", "holds"), [(9, False), (10, True), (12, True), (13, False)])
def test_both_days_of_a_grant_are_included(day, holds):
    dated = grant(**{"from": "2025-07-10", "to": "2025-07-12"})
    assert viewer_of(Access(), [dated], "lan", "", {}, date(2025, 7, day)).may(Right.SEE) is holds


@pytest.mark.parametrize(
    ("claims", "his"),
    [({"groups": ["x", "so-tu-phap"]}, True), ({"groups": "so-tu-phap"}, True), ({"groups": "so"}, False), ({}, False)],
)
def test_a_claim_grants_to_whom_it_holds_for(claims, his):
    by_claim = Grant(claim="groups", value="so-tu-phap", role="officer")
    assert viewer_of(Access(), [by_claim], "oidc:a@b", "", claims, TODAY).may(Right.ISSUE) is his


def test_only_a_grant_over_everything_administers():
    part = grant(role="administrator", units=("D1",))
    assert not viewer_of(Access(), [part], "lan", "", {}, TODAY).administers
    assert viewer_of(Access(), [grant(role="administrator")], "lan", "", {}, TODAY).administers


def test_a_role_of_the_provinces_own_takes_the_place_of_ours():
    access = Access.model_validate({"role": {"clerk": {"rights": ["see", "mend"]}}})
    assert access.rights_of("clerk") == {Right.SEE, Right.MEND}
    assert access.rights_of("lead") == ROLES["lead"]
    assert access.rights_of("nobody-knows") == frozenset()


@pytest.mark.parametrize(
    "wrong",
    [
        {"grant": [{"role": "lead"}]},
        {"grant": [{"user": "lan", "claim": "x", "value": "y", "role": "lead"}]},
        {"grant": [{"claim": "x", "role": "lead"}]},
        {"grant": [{"user": "lan", "role": "king"}]},
        {"grant": [{"user": "lan", "role": "lead", "from": "2025-02-01", "to": "2025-01-01"}]},
        {"hosts": ["https://x.vn"]},
        {"hosts": ["*"]},
        {"proxies": ["*"]},
        {"proxies": ["0.0.0.0/0"]},
        {"proxies": ["proxy.vn"]},
        {"failures": 0},
    ],
)
def test_what_cannot_be_meant_is_refused(wrong: dict[str, object]):
    with pytest.raises(ValidationError):
        Access.model_validate(wrong)
