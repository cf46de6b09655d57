"""The provider's address and secret: from secrets.toml or the environment, and never told in a message."""

from pathlib import Path

import pytest

from campaign.configuration import Configuration, parse
from campaign.errors import ConfigError
from etl.provider import provider_of

SECRET = "khong-duoc-noi-ra"  # noqa: S105 - invented
WHOLE = f"""
[auth]
client_id = "can-dich"
client_secret = "{SECRET}"
server_metadata_url = "https://id.tinh.example/.well-known/openid-configuration"
"""


def configured(folder: Path, written: str | None, head: str = "[access]\n[access.oidc]\n") -> Configuration:
    path = folder / "config.toml"
    path.write_text(head, "utf-8")
    if written is not None:
        (folder / "secrets.toml").write_text(written, "utf-8")
    return parse(head, path)


def test_without_a_provider_nothing_is_read(tmp_path):
    assert provider_of(configured(tmp_path, "[[[", ""), {}, 8501) is None
    assert provider_of(configured(tmp_path, "[[[", "[access]\n"), {}, 8501) is None


def test_the_provider_answers_to_the_public_address_or_to_this_machine(tmp_path):
    found = provider_of(configured(tmp_path, WHOLE), {}, 8600)
    assert found is not None
    assert found.redirect_uri == "http://127.0.0.1:8600/oauth2callback"
    head = 'public_url = "https://so-hoa.example"\n[access]\n[access.oidc]\n'
    found = provider_of(configured(tmp_path, WHOLE, head), {}, 8600)
    assert found is not None
    assert (found.redirect_uri, found.origin) == ("https://so-hoa.example/oauth2callback", "https://so-hoa.example")


def test_the_environment_alone_is_enough_and_comes_first(tmp_path):
    environment = {
        "CANDICH_OIDC_CLIENT_ID": "other",
        "CANDICH_OIDC_CLIENT_SECRET": "mine",
        "CANDICH_OIDC_METADATA_URL": "https://id.example/.well-known/openid-configuration",
    }
    found = provider_of(configured(tmp_path, None), environment, 8501)
    assert found is not None
    assert (found.client_id, found.client_secret) == ("other", "mine")
    found = provider_of(configured(tmp_path, WHOLE), {"CANDICH_OIDC_CLIENT_SECRET": "mine"}, 8501)
    assert found is not None
    assert (found.client_id, found.client_secret) == ("can-dich", "mine")


@pytest.mark.parametrize("key", ["client_id", "client_secret", "server_metadata_url"])
@pytest.mark.parametrize("instead", ["", '{key} = ""', "{key} = 17", '{key} = "  "'])
def test_a_key_that_is_missing_or_empty_is_named_with_its_variable(tmp_path, key, instead):
    lines = [instead.format(key=key) if line.startswith(key) else line for line in WHOLE.splitlines()]
    with pytest.raises(ConfigError, match=rf"secrets\.toml: auth\.{key}: .*CANDICH_OIDC_"):
        provider_of(configured(tmp_path, "\n".join(lines)), {}, 8501)


@pytest.mark.parametrize(
    "written",
    [
        WHOLE.replace(f'"{SECRET}"', f'"{SECRET}'),
        WHOLE.replace("https:", "http:"),
        WHOLE.replace("https://", f"https://me:{SECRET}@"),
        WHOLE.replace("https://", f"{SECRET}://"),
        WHOLE + f'cookie_secret = "{SECRET}"\n',
        WHOLE + f'client_kwargs = "{SECRET}"\n',
        f'auth = "{SECRET}"\n',
    ],
    ids=[
        "broken",
        "plain http",
        "password in the address",
        "no address",
        "unknown key",
        "no table",
        "auth is no table",
    ],
)
def test_what_is_wrong_is_said_without_the_secret(tmp_path, written):
    with pytest.raises(ConfigError) as told:
        provider_of(configured(tmp_path, written), {}, 8501)
    assert SECRET not in str(told.value)
    assert "secrets.toml" in str(told.value)


def test_bytes_that_are_no_text_are_named(tmp_path):
    (tmp_path / "secrets.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="not readable"):
        provider_of(configured(tmp_path, None), {}, 8501)


def test_what_is_read_does_not_show_its_secret(tmp_path):
    assert SECRET not in repr(provider_of(configured(tmp_path, WHOLE), {}, 8501))
