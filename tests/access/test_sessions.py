"""Sessions: they end when they should, for whom they should, and nothing that is kept opens one."""

import sqlite3
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from access.accounts import Accounts
from access.sessions import NotLetIn, Sessions
from access.store import path_of
from campaign.configuration import Configuration, parse

AT = datetime(2025, 7, 10, 1, 0, tzinfo=UTC)
GOOD = "trời xanh mây trắng"
MINUTE = timedelta(minutes=1)


def house(place: Path, access: str = "") -> Configuration:
    return parse(f"[access]\n{access}\n[access.oidc]\n", place / "config.toml")


def lan_in(config: Configuration, at: datetime = AT) -> str:
    return Sessions(config).begin("lan", "Lan", "local", {}, at, "10.0.0.1", "Firefox")


@pytest.fixture
def config(tmp_path: Path) -> Configuration:
    made = house(tmp_path)
    Accounts(made).add("lan", "Lan", GOOD, AT)
    return made


def test_a_session_tells_who_began_it_when_and_from_where(config):
    token = Sessions(config).begin("oidc:lan@x", "Lan", "oidc", {"groups": ["so", "huyện"]}, AT, "10.0.0.1", "Firefox")
    found = Sessions(config).find(token, AT)
    assert found is not None
    assert (found.user, found.name, found.via) == ("oidc:lan@x", "Lan", "oidc")
    assert found.claims == {"groups": ["so", "huyện"]}
    assert (found.begun_at, found.ip, found.agent) == (AT, "10.0.0.1", "Firefox")


def test_what_is_kept_opens_no_session(config):
    token = lan_in(config)
    with sqlite3.connect(path_of(config)) as store:
        kept = [str(value) for row in store.execute("select * from session") for value in row]
    assert token not in " ".join(kept)
    assert not any(Sessions(config).find(value, AT) for value in kept)


@pytest.mark.parametrize("wrong", ["", "x", "x" * 5000, "\udcff", "'; drop table session; --"])
def test_what_is_no_token_finds_nothing(config, wrong):
    token = lan_in(config)
    assert Sessions(config).find(wrong, AT) is None
    assert Sessions(config).find(token + "x", AT) is None
    assert Sessions(config).find(token, AT) is not None


def test_only_the_owner_of_the_process_reads_the_store(config):
    lan_in(config)
    assert stat.S_IMODE(path_of(config).stat().st_mode) == 0o600
    assert stat.S_IMODE(path_of(config).parent.stat().st_mode) == 0o700


def test_no_use_prolongs_a_session_beyond_its_hours(config):
    token, sessions = lan_in(config), Sessions(config)
    for minutes in range(0, 12 * 60, 60):
        assert sessions.find(token, AT + minutes * MINUTE) is not None
    assert sessions.find(token, AT + timedelta(hours=12)) is None
    assert sessions.find(token, AT) is None  # over for good


def test_a_session_left_alone_ends(config):
    token, sessions = lan_in(config), Sessions(config)
    assert sessions.find(token, AT + 119 * MINUTE) is not None
    assert sessions.find(token, AT + (119 + 119) * MINUTE) is not None
    assert sessions.find(token, AT + (119 + 119 + 120) * MINUTE) is None


def test_what_a_browser_asks_by_itself_does_not_keep_a_session(config):
    token, sessions = lan_in(config), Sessions(config)
    for minutes in range(0, 120, 10):
        assert sessions.find(token, AT + minutes * MINUTE, used=False) is not None
    assert sessions.find(token, AT + 120 * MINUTE) is None


def test_a_session_of_one_idle_minute_is_kept_by_use(tmp_path):
    config = house(tmp_path, "idle_minutes = 1")
    Accounts(config).add("lan", "", GOOD, AT)
    token, sessions = lan_in(config), Sessions(config)
    for seconds in range(0, 300, 30):
        assert sessions.find(token, AT + timedelta(seconds=seconds)) is not None


def test_a_clock_set_back_prolongs_nothing(config):
    token = lan_in(config)
    assert Sessions(config).find(token, AT - timedelta(days=1)) is None


def test_signing_out_ends_one_session_and_everywhere_ends_all(config):
    sessions = Sessions(config)
    one, two, three = (lan_in(config) for _ in range(3))
    other = sessions.begin("oidc:hoa@x", "", "oidc", {}, AT)
    sessions.end(one)
    assert [sessions.find(token, AT) is not None for token in (one, two, three)] == [False, True, True]
    assert sessions.end_all("lan", but=three) == 1
    assert [sessions.find(token, AT) is not None for token in (two, three)] == [False, True]
    assert sessions.end_all("lan") == 1
    assert sessions.find(three, AT) is None
    assert sessions.find(other, AT) is not None


def test_a_disabled_user_is_out_at_once_and_stays_out_by_either_way(config):
    sessions, accounts = Sessions(config), Accounts(config)
    local, foreign = lan_in(config), sessions.begin("oidc:hoa@x", "", "oidc", {}, AT)
    assert accounts.disable("lan", AT) == 1
    assert accounts.disable("oidc:hoa@x", AT) == 1
    assert sessions.find(local, AT) is None
    assert sessions.find(foreign, AT) is None
    with pytest.raises(NotLetIn):
        lan_in(config)
    with pytest.raises(NotLetIn):
        sessions.begin("oidc:hoa@x", "", "oidc", {}, AT)
    accounts.enable("oidc:hoa@x", AT)
    again = sessions.begin("oidc:hoa@x", "", "oidc", {}, AT)
    assert sessions.find(again, AT) is not None
    assert sessions.find(foreign, AT) is None  # an old session does not come back


def test_a_session_kept_aside_does_not_outlive_a_new_password(config):
    """Put the row back that a reset removed: the session belongs to an earlier turn of the account."""
    token = lan_in(config)
    with sqlite3.connect(path_of(config)) as store:
        row = store.execute("select * from session").fetchone()
    Accounts(config).reset("lan", "biển rộng sông dài", AT)
    with sqlite3.connect(path_of(config)) as store:
        store.execute(f"insert into session values ({','.join('?' * len(row))})", row)  # noqa: S608 - question marks
    assert Sessions(config).find(token, AT) is None


def test_nobody_without_an_account_signs_in_with_a_password(config):
    with pytest.raises(NotLetIn):
        Sessions(config).begin("ghost", "", "local", {}, AT)


def test_a_way_in_that_is_configured_no_more_ends_its_sessions(tmp_path):
    both = house(tmp_path)
    Accounts(both).add("lan", "", GOOD, AT)
    local, foreign = lan_in(both), Sessions(both).begin("oidc:x", "", "oidc", {}, AT)
    no_local = parse("[access]\nlocal = false\n[access.oidc]\n", tmp_path / "config.toml")
    no_oidc = parse("[access]\n", tmp_path / "config.toml")
    assert Sessions(no_local).find(foreign, AT) is not None
    assert Sessions(no_oidc).find(foreign, AT) is None
    assert Sessions(no_local).find(local, AT) is None


def test_a_user_sees_where_he_is_signed_in(config):
    sessions = Sessions(config)
    lan_in(config)
    sessions.begin("lan", "Lan", "local", {}, AT + MINUTE, "10.0.0.2", "Chrome")
    assert [(one.ip, one.agent) for one in sessions.of("lan", AT + 2 * MINUTE)] == [
        ("10.0.0.2", "Chrome"),
        ("10.0.0.1", "Firefox"),
    ]
    assert sessions.of("lan", AT + timedelta(hours=3)) == []
