"""Secrets beside the configuration: they count as the environment, never come before it, and are never told."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from campaign.errors import ConfigError
from etl.secret_file import into_environment, is_open, read
from tests.served import Says, serving
from tests.warehouse.small import ROOT, Small

SECRET = "rat-bi-mat-7c1"  # noqa: S105 - invented
SOURCE = """
[[source]]
name = "so-ho-tich"
campaign = "nho"
kind = "http"
url = "{address}/a.csv"
headers = {{ Authorization = "Token ${{SO_TOKEN}}" }}
tries = 1
"""


def run(config: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name != "SO_TOKEN"} | environment
    return subprocess.run(
        [sys.executable, "-m", "etl", "--config", str(config), *command],
        cwd=ROOT, env=clean, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(("environment", "sent"), [({}, SECRET), ({"SO_TOKEN": "khac-han"}, "khac-han")])
def test_a_source_gets_its_token_from_the_file_unless_the_environment_has_one(small: Small, environment, sent):
    with serving() as web:
        web.says["/a.csv"] = Says("unit_code,as_of,count\n00101,2025-02-03,5\n")
        small.write("config.toml", small.config_text + SOURCE.format(address=web.address))
        small.write("secrets.toml", f'SO_TOKEN = "{SECRET}"\n[auth]\nclient_id = "x"\n')
        done = run(small.path, "run", "--source", "so-ho-tich", "--json", **environment)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)[0]["accepted"] == 1
        assert web.asked[0].headers["Authorization"] == f"Token {sent}"


@pytest.mark.parametrize(
    "written",
    [f'SO_TOKEN = "{SECRET}', f"SO_TOKEN = ['{SECRET}']", f'"SO TOKEN" = "{SECRET}"', f'SO_TOKEN = "{SECRET}\\u0000"'],
    ids=["broken", "a list", "an odd name", "a sign no variable can hold"],
)
def test_a_file_that_is_wrong_is_named_without_what_it_holds(small: Small, written: str):
    small.write("secrets.toml", written)
    done = run(small.path, "doctor")
    assert done.returncode == 2
    assert "secrets.toml" in done.stderr
    assert SECRET not in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["start", "doctor"])
def test_a_provider_without_its_secret_is_told_before_anything_starts(small: Small, command: str):
    small.write("config.toml", f"{small.config_text}\n[access]\n[access.oidc]\n")
    done = run(small.path, command)
    assert done.returncode == (2 if command == "start" else 1)
    assert "auth.client_id: the key is missing" in done.stdout + done.stderr
    assert "CANDICH_OIDC_CLIENT_ID" in done.stdout + done.stderr


def test_without_a_file_nothing_is_set(tmp_path):
    before = dict(os.environ)
    into_environment(tmp_path / "config.toml")
    assert dict(os.environ) == before
    assert read(tmp_path / "secrets.toml") == {}
    (tmp_path / "secrets.toml").mkdir()
    with pytest.raises(ConfigError, match="not readable"):
        read(tmp_path / "secrets.toml")


@pytest.mark.skipif(os.name != "posix", reason="rights of files are POSIX")
def test_a_file_that_others_may_read_is_told_by_the_doctor(small: Small):
    path = small.write("secrets.toml", f'SO_TOKEN = "{SECRET}"\n')
    path.chmod(0o644)
    assert is_open(path)
    done = run(small.path, "doctor")
    assert f"{path}" in done.stdout
    assert "chmod 600" in done.stdout
    path.chmod(0o600)
    assert not is_open(path)
    assert "chmod 600" not in run(small.path, "doctor").stdout


def test_a_backup_carries_no_secrets(small: Small, tmp_path: Path):
    small.write("secrets.toml", f'SO_TOKEN = "{SECRET}"\n')
    out = tmp_path / "b.candich.zip"
    done = run(small.path, "backup", "--out", str(out))
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(out) as archive:
        assert "secrets.toml" not in " ".join(archive.namelist())
        assert all(SECRET.encode() not in archive.read(name) for name in archive.namelist())
