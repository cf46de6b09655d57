"""What `doctor` says of sign-in, and on which addresses the pages may be served."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from access.accounts import Accounts
from campaign.configuration import Configuration, parse
from campaign.errors import ConfigError
from etl.admitted import examine
from etl.listening import checked, here, is_loopback
from tests.pages.house import CONFIG, ID, UNITS, write

AT = datetime(2025, 7, 10, tzinfo=UTC)
GRANT = '[[access.grant]]\nuser = "lan"\nrole = "lead"\n'


def house(place: Path, access: str = "[access]\n", top: str = "") -> Configuration:
    write(place / "units.csv", [("code", "name", "level", "parent_code"), *UNITS])
    for name in ("targets.csv", "one-target.csv"):
        (place / name).write_text("unit_code,target\n", "utf-8")
    return parse(top + CONFIG + access, place / "config.toml")


def complaints(config: Configuration) -> list[str]:
    return [words for well, words in examine(config, AT) if not well]


def test_without_access_it_says_who_is_let_in(tmp_path):
    assert list(examine(house(tmp_path, ""))) == [(True, "off: this machine only, everybody on it may do everything")]
    assert not (tmp_path / "data").exists()


def test_what_is_whole_is_said_in_a_line(tmp_path):
    config = house(tmp_path, f"[access]\n{GRANT}units = ['A']\ncampaigns = ['{ID}']\n")
    Accounts(config).add("lan", "", "trời xanh mây trắng", AT)
    assert list(examine(config, AT)) == [(True, "1 grants; people come in by accounts")]


@pytest.mark.parametrize(
    ("access", "says"),
    [
        (f"[access]\n{GRANT}", "without an account (user add): lan"),
        (f"[access]\n{GRANT}campaigns = ['thu-2026']\n", "'thu-2026', which is not configured"),
        (f"[access]\n{GRANT}units = ['A', 'zz', 'yy']\n", "none of its campaigns has: zz, yy"),
        ("[access]\n", "granted nothing (grant, or user disable): mai"),
        (f"[access]\n{GRANT.replace('lan', 'oidc:lan@x')}", "[access.oidc] is not configured"),
        (f"[access]\nlocal = false\n[access.oidc]\n{GRANT}", "accounts are off (local = false): lan"),
        ("[access]\ngrants_file = 'no.csv'\n", "no.csv: not readable"),
        ("[access]\nlocal = false\n", "no way at all"),
    ],
)
def test_what_grants_nothing_is_named(tmp_path, access, says):
    config = house(tmp_path, access)
    Accounts(config).add("mai", "", "trời xanh mây trắng", AT)
    assert any(says in one for one in complaints(config)), complaints(config)


def test_somebody_disabled_needs_no_grant(tmp_path):
    config = house(tmp_path)
    Accounts(config).add("mai", "", "trời xanh mây trắng", AT)
    Accounts(config).disable("mai", AT)
    assert complaints(config) == []


def test_passwords_over_a_plain_line_are_named(tmp_path):
    assert "unencrypted" in complaints(house(tmp_path, top='public_url = "http://candich.example"\n'))[0]
    assert complaints(house(tmp_path, top='public_url = "https://candich.example"\n')) == []


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "localhost", "127.3.4.5", "[::1]"])
def test_this_machine_may_always_be_served(tmp_path, address):
    assert is_loopback(address)
    assert checked(house(tmp_path, ""), address) == address


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.168.1.20", "10.0.0.1"])  # noqa: S104 - refused is the point
@pytest.mark.parametrize(
    ("access", "top", "says"),
    [
        ("", "", "no sign-in is configured"),
        ("", 'public_url = "https://x.example"\n', "no sign-in is configured"),
        ("[access]\n", "", "public_url"),
        ("[access]\n", 'public_url = "https://x.example"\n', None),
    ],
)
def test_others_are_served_only_where_they_sign_in_and_have_an_address_to_type(tmp_path, address, access, top, says):
    config = house(tmp_path, access, top)
    if says is None:
        assert checked(config, address) == address
        return
    with pytest.raises(ConfigError, match=says):
        checked(config, address)


def test_a_name_is_no_address_to_listen_on(tmp_path):
    with pytest.raises(ConfigError, match=r"like 0\.0\.0\.0"):
        checked(house(tmp_path, top='public_url = "https://x.example"\n'), "candich.example")


@pytest.mark.parametrize(
    ("listens", "reached"),
    [("0.0.0.0", "127.0.0.1"), ("::", "::1"), ("[::]", "::1"), ("localhost", "127.0.0.1"), ("10.0.0.1", "10.0.0.1")],  # noqa: S104 - it is read
)
def test_the_supervisor_reaches_what_listens_everywhere(listens, reached):
    assert here(listens) == reached
