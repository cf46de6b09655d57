"""Secrets in every place one may stand, and all of it failing: none is in an output, a file, a page or a backup."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.browser.conftest import ROOT
from tests.etl.receivers import MESSAGE
from tests.pages.house import ID, build
from tests.served import Asked, Says, serving

SOURCES = """
[[source]]
name = "web-loi"
campaign = "thu-2025"
kind = "http"
url = "env:WEB_URL"
headers = { Authorization = "Bearer ${WEB_TOKEN}", X-Rieng = "env:WEB_TOKEN" }
params = { api_key = "${WEB_KEY}" }
tries = 1
[[source]]
name = "web-tat"
campaign = "thu-2025"
kind = "http"
url = "env:GONE_URL"
tries = 1
[[source]]
name = "kho-loi"
campaign = "thu-2025"
kind = "sql"
url = "env:SQL_URL"
query = "select 1"
[[source]]
name = "kho-sai"
campaign = "thu-2025"
kind = "sql"
url = "env:ODD_URL"
query = "select 1"
"""
SECRETS = {name: f"bimat-{name}-9f3c" for name in ("webpw", "webtoken", "webkey", "gone", "sql", "odd", "mail", "oidc")}
SECRETS["webpw-sent"] = b64encode(f"nguoi:{SECRETS['webpw']}".encode()).decode()


def echo(asked: Asked) -> Says:
    """Answer as a careless server does: with all it was sent."""
    return Says(f"bad: {asked.path} {asked.query} {asked.headers}", status=400, headers={"X-Echo": str(asked.query)})


@dataclass
class Failed:
    """A house where everything that holds a secret has failed; what was said while it did."""

    config: Path
    said: str


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> Failed:
    config = build(tmp_path_factory.mktemp("secrets"))
    message = MESSAGE.format(name="toi", campaign=ID, to='["env:TO"]', schedule="30 17 * * *", more="")
    config.write_text(config.read_text("utf-8") + SOURCES + message, "utf-8")
    with serving() as web:
        web.says["/a"] = echo
        host = web.address.removeprefix("http://")
        values = {
            "WEB_URL": f"http://nguoi:{SECRETS['webpw']}@{host}/a",
            "WEB_TOKEN": SECRETS["webtoken"],
            "WEB_KEY": SECRETS["webkey"],
            "GONE_URL": f"http://127.0.0.1:1/b?token={SECRETS['gone']}",
            "SQL_URL": f"postgresql://nguoi:{SECRETS['sql']}@127.0.0.1:1/kho",
            "ODD_URL": f"postgresql://nguoi:{SECRETS['odd']}@/#[x:y/kho",
            "TO": f"json://nguoi:{SECRETS['mail']}@127.0.0.1:1/c",
        }
        lines = "".join(f'{name} = "{value}"\n' for name, value in values.items())
        auth = f'[auth]\nclient_id = "x"\nclient_secret = "{SECRETS["oidc"]}"\nserver_metadata_url = "http://x"\n'
        path = config.with_name("secrets.toml")
        path.write_text(lines + auth, "utf-8")
        path.chmod(0o600)
        out = config.with_name("kept.candich.zip")
        said = ""
        for words in (["run"], ["run", "--source", "kho-sai"], ["run", "--source", "web-loi", "--json"], ["doctor"],
                      ["send", "--name", "toi"], ["send", "--list"], ["issues", "--campaign", ID],
                      ["backup", "--out", str(out)], ["doctor"]):  # fmt: skip
            done = subprocess.run(
                [sys.executable, "-X", "dev", "-W", "ignore", "-m", "etl", "--config", str(config), *words],
                cwd=ROOT, env=os.environ | {"PYTHONFAULTHANDLER": "1"}, capture_output=True, text=True,
                timeout=180, check=False,
            )  # fmt: skip
            said += f"\n$ {words} -> {done.returncode}\n{done.stdout}{done.stderr}"
        assert web.asked, "the server was asked, with the secrets"
        assert web.asked[0].headers["X-Rieng"] == SECRETS["webtoken"]
        assert web.asked[0].headers["Authorization"] == f"Basic {SECRETS['webpw-sent']}"
    return Failed(config, said)


@pytest.fixture
def house(failed: Failed) -> Path:
    return failed.config


def test_each_thing_failed_and_was_told(failed):
    for name in ("web-loi", "web-tat", "kho-loi", "kho-sai", "toi"):
        assert name in failed.said, name
    assert "Traceback" not in failed.said


@pytest.mark.parametrize("name", SECRETS)
def test_no_output_tells_a_secret(failed, name):
    assert SECRETS[name] not in failed.said


@pytest.mark.parametrize("name", SECRETS)
def test_no_file_keeps_a_secret(failed, name):
    folder = failed.config.parent
    for path in (one for one in folder.rglob("*") if one.is_file() and one.name != "secrets.toml"):
        assert SECRETS[name].encode() not in path.read_bytes(), path
    with zipfile.ZipFile(folder / "kept.candich.zip") as kept:
        for member in kept.namelist():
            assert SECRETS[name].encode() not in kept.read(member), member


@pytest.mark.parametrize("path", ["nguon-so-lieu", "", "can-xu-ly", "nhat-ky"])
def test_no_page_shows_a_secret(show, path):
    shown = show(path)
    drawn = shown.html + " ".join(str(element.proto) for element in shown.at.main)
    assert "web-loi" in drawn or path != "nguon-so-lieu"
    for secret in SECRETS.values():
        assert secret not in drawn


@pytest.mark.parametrize(
    "line",
    [
        'url = "http://nguoi:{secret}@127.0.0.1/a"',
        'url = "http://127.0.0.1/a?token={secret}"',
        'url = "env:WEB_URL"\nheaders = {{ Authorization = "Bearer {secret}" }}',
        'url = "env:WEB_URL"\nparams = {{ api_key = "{secret}" }}',
    ],
)
def test_a_secret_written_into_the_configuration_is_refused_and_not_repeated(tmp_path, line):
    secret = "bimat-trong-tep-1"  # noqa: S105 - invented
    config = build(tmp_path / "house", days=1)
    source = '\n[[source]]\nname = "a"\ncampaign = "thu-2025"\nkind = "http"\n' + line.format(secret=secret)
    config.write_text(config.read_text("utf-8") + source, "utf-8")
    done = subprocess.run([sys.executable, "-m", "etl", "--config", str(config), "doctor"], cwd=ROOT,
                          capture_output=True, text=True, timeout=60, check=False)  # fmt: skip
    assert done.returncode == 2
    assert secret not in done.stdout + done.stderr
    assert "environment" in done.stderr
