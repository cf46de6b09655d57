"""What a provider says of somebody: only a name it vouches for, written in plain signs, is a user here."""

import pytest

from access.vouched import Doubt, Vouched, vouched
from campaign.access import Provider

EMAIL = Provider()


def test_a_verified_name_is_a_user_in_lower_case():
    found = vouched(EMAIL, {"email": "Lan.Nguyen@BacNinh.gov.vn", "email_verified": True, "name": "Nguyễn Thị Lan"})
    assert isinstance(found, Vouched)
    assert (found.user, found.name) == ("oidc:lan.nguyen@bacninh.gov.vn", "Nguyễn Thị Lan")


@pytest.mark.parametrize("name", [None, "", "   ", 17, ["lan@x.vn"], {"a": 1}])
def test_a_name_that_is_missing_or_no_text_is_nobody(name):
    assert vouched(EMAIL, {"email": name, "email_verified": True}) is Doubt.NO_NAME
    assert vouched(EMAIL, {"email_verified": True, "sub": "17"}) is Doubt.NO_NAME


@pytest.mark.parametrize("verified", [False, None, "false", "", 1.5, [], "yes"])
def test_an_unverified_address_is_not_believed(verified):
    assert vouched(EMAIL, {"email": "lan@x.vn", "email_verified": verified}) is Doubt.UNVERIFIED


def test_a_provider_that_verifies_nothing_is_believed_only_when_the_configuration_says_so():
    told = {"preferred_username": "lan"}
    assert vouched(Provider(name="preferred_username"), told) is Doubt.UNVERIFIED
    found = vouched(Provider(name="preferred_username", verified=""), told)
    assert isinstance(found, Vouched)
    assert found.user == "oidc:lan"


@pytest.mark.parametrize(
    "name",
    ["\u212aim@x.vn", "ﬁ@x.vn", "lan\u200b@x.vn", "lan\n@x.vn", "l\u0061\u0301n@x.vn", "a" * 255],
    ids=["kelvin sign", "ligature", "zero width", "line break", "loose accent", "too long"],
)
def test_signs_that_pass_for_others_are_refused(name):
    assert vouched(EMAIL, {"email": name, "email_verified": True}) is Doubt.ODD_NAME


def test_claims_a_grant_may_ask_for_are_kept_and_those_of_the_protocol_are_not():
    told = {"email": "lan@x.vn", "email_verified": "true", "roles": ["district", {"a": 1}, 3, "x" * 2000], "d": "D01"}
    told |= {"nonce": "n", "exp": 1, "iss": "https://p", "aud": "c", "at_hash": "h", "deep": {"a": 1}, "level": 2}
    found = vouched(EMAIL, told)
    assert isinstance(found, Vouched)
    assert found.claims == {
        "email": "lan@x.vn", "email_verified": "true", "roles": ["district"], "d": "D01", "level": 2,
    }  # fmt: skip


def test_a_name_that_steers_the_screen_is_not_shown():
    found = vouched(EMAIL, {"email": "lan@x.vn", "email_verified": True, "name": "Lan\u202e"})
    assert isinstance(found, Vouched)
    assert found.name == "lan@x.vn"
