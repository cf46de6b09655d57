"""Admission: grants of the configuration and of the file, read again when they change, never half."""

import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from access.admission import Admission
from access.grants import read_grants
from access.sessions import Sessions
from campaign.access import ANYBODY_HERE, NOBODY, Access, Grant, Right
from campaign.configuration import parse
from campaign.errors import ConfigError
from campaign.scope import NOTHING, Scope

AT = datetime(2025, 7, 10, 1, 0, tzinfo=UTC)
DAY = date(2025, 7, 10)
CONFIG = """
[access]
grants_file = "grants.csv"
[access.oidc]
[[access.grant]]
user = "hoa"
role = "leader"
[[access.grant]]
claim = "phong"
value = "ho-tich"
role = "officer"
campaigns = ["a"]
"""


def written(place: Path, text: str) -> Path:
    path = place / "grants.csv"
    path.write_text(text, "utf-8")
    moment = (path.stat().st_mtime_ns + 1_000_000) if path.exists() else 0
    os.utime(path, ns=(moment, moment))
    return path


def admitted(place: Path, grants: str) -> Admission:
    written(place, grants)
    return Admission(parse(CONFIG, place / "config.toml"))


def test_without_access_everybody_here_may_do_everything(tmp_path):
    admission = Admission(parse("", tmp_path / "config.toml"))
    assert admission.viewer("", AT) is ANYBODY_HERE
    assert admission.viewer_at("anybody", {}, DAY) is ANYBODY_HERE
    assert not (tmp_path / "data").exists()


def test_rows_of_the_file_are_grants_like_those_of_the_configuration(tmp_path):
    admission = admitted(
        tmp_path,
        "user,role,units,campaigns,from,to\n"
        "lan,lead,D1 D2,a;b,2025-01-01,2025-12-31\n"
        "minh,clerk,c7,*,,\n"
        "oidc:mai@x,viewer,*,a,,\n",
    )  # fmt: skip
    lan = admission.viewer_at("lan", {}, DAY)
    assert lan.scope("a") == Scope(frozenset({"D1", "D2"}), frozenset({"a"}))
    assert lan.scope("c") == NOTHING
    assert admission.viewer_at("lan", {}, date(2026, 1, 1)).scope("a") == NOTHING
    assert admission.viewer_at("minh", {}, DAY).scope("c", Right.SUBMIT).units == {"c7"}
    assert admission.viewer_at("oidc:mai@x", {}, DAY).may_whole(Right.SEE, "a")
    assert admission.viewer_at("hoa", {}, DAY).may_whole(Right.SEE, "z")
    assert admission.viewer_at("nobody", {}, DAY).scope("a") == NOTHING
    assert admission.viewer_at("", {}, DAY) == NOBODY


def test_a_claim_gives_what_it_gives(tmp_path):
    admission = admitted(tmp_path, "claim,value,role,units\nxa,c7,clerk,c7\n")
    found = admission.viewer_at("oidc:x", {"xa": "c7", "phong": ["ho-tich"]}, DAY)
    assert found.scope("a", Right.ISSUE).units is None
    assert found.scope("b").units == {"c7"}


def test_a_session_is_admitted_to_its_users_grants_of_that_day(tmp_path):
    admission = admitted(tmp_path, "user,role,units,to\noidc:mai@x,lead,D1,2025-07-10\n")
    token = Sessions(admission.config).begin("oidc:mai@x", "Mai", "oidc", {}, AT)
    found = admission.viewer(token, AT)
    assert (found.id, found.name, found.scope("a").units) == ("oidc:mai@x", "Mai", {"D1"})
    later = datetime(2025, 7, 10, 17, 1, tzinfo=UTC)  # a minute past midnight in Vietnam
    token = Sessions(admission.config).begin("oidc:mai@x", "Mai", "oidc", {}, later)
    assert admission.viewer(token, later).scope("a") == NOTHING
    assert admission.viewer("forged", AT) == NOBODY


def test_a_changed_file_counts_at_once_and_a_broken_one_not_at_all(tmp_path, caplog):
    admission = admitted(tmp_path, "user,role,units\nlan,lead,D1\n")
    assert admission.viewer_at("lan", {}, DAY).scope("a").units == {"D1"}
    written(tmp_path, "user,role,units\nlan,lead,D2\n")
    assert admission.viewer_at("lan", {}, DAY).scope("a").units == {"D2"}
    written(tmp_path, "user,role,units\nlan,lead,D3\nhoa,queen,D1\n")
    assert admission.viewer_at("lan", {}, DAY).scope("a").units == {"D2"}
    assert "line 3" in str(admission.problem)
    assert "line 3" in caplog.text
    (tmp_path / "grants.csv").unlink()
    assert admission.viewer_at("lan", {}, DAY).scope("a").units == {"D2"}
    written(tmp_path, "user,role,units\n")
    assert admission.viewer_at("lan", {}, DAY).scope("a") == NOTHING
    assert admission.problem is None


def test_a_file_broken_from_the_start_grants_nothing_and_the_configuration_still_does(tmp_path):
    admission = admitted(tmp_path, "user,role\nlan\n")
    assert admission.viewer_at("lan", {}, DAY).scope("a") == NOTHING
    assert admission.viewer_at("hoa", {}, DAY).may_whole(Right.SEE, "a")
    assert admission.problem is not None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("user,units\nlan,D1\n", "role"),
        ("user,role,unit\nlan,lead,D1\n", "'unit'"),
        ("user,role,role\nlan,lead,lead\n", "'role'"),
        ("user,role,units\nlan,lead,\n", "line 2, units: is empty"),
        ("user,role,units\nlan,lead,* D1\n", "line 2, units"),
        ("user,role,campaigns\nlan,lead,\n", "line 2, campaigns"),
        ("user,role\nlan,queen\n", "queen"),
        ("user,role\n,lead\n", "line 2"),
        ("user,claim,value,role\nlan,a,b,lead\n", "line 2"),
        ("user,role,from\nlan,lead,10/7/2025\n", "line 2, from"),
        ("user,role,from,to\nlan,lead,2025-07-10,2025-07-09\n", "before"),
        ("user,role\nlan,lead,extra\n", "3 cells"),
        ('user,role\n"lan,lead\n', "not readable as CSV"),
    ],
)
def test_a_wrong_file_is_named_by_its_line(tmp_path, text, says):
    with pytest.raises(ConfigError) as problem:
        read_grants(written(tmp_path, text), Access())
    assert says in str(problem.value)


def test_a_file_that_is_not_utf8_is_named(tmp_path):
    path = tmp_path / "grants.csv"
    path.write_bytes("user,role\nlân,lead\n".encode("cp1258", "replace").replace(b"?", b"\xe2"))
    with pytest.raises(ConfigError, match="UTF-8"):
        read_grants(path, Access())


def test_a_role_of_the_provinces_own_may_be_granted_in_the_file(tmp_path):
    access = Access.model_validate({"role": {"kiem-tra": {"rights": ["see", "explain"]}}})
    path = written(tmp_path, "\ufeffuser;role;units\nlan;kiem-tra;D1\n")
    assert read_grants(path, access) == (Grant(user="lan", role="kiem-tra", units=("D1",)),)
