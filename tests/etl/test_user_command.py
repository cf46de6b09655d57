"""`manage.py user`: accounts made, ended and let in again by whoever runs the machine; the log knows of each."""

import io
import json
from pathlib import Path

import pytest

from access.accounts import Accounts, Answer
from access.sessions import Sessions
from etl.commands import main
from etl.configured import load
from tests.access.test_accounts import AT, GOOD, HOME, OTHER
from tests.pages.house import CONFIG


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(CONFIG + '[access]\n[[access.grant]]\nuser = "lan"\nrole = "leader"\n', "utf-8")
    return path


@pytest.fixture
def user(config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Return the command: its arguments and what it is told on stdin in, its exit code and what it says out."""

    def run(*arguments: str, told: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(told))
        code = main(["user", "--config", str(config), *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def opened(config: Path) -> Accounts:
    return Accounts(load(config))


def test_an_account_is_added_and_opens(user, config):
    assert user("add", "lan", "--name", "Nguyễn Thị Lan", "--password-stdin", told=f"{GOOD}\n") == (
        0,
        "lan: added\n",
        "",
    )
    verdict = opened(config).check("lan", GOOD, HOME, AT)
    assert (verdict.answer, verdict.name) == (Answer.IN, "Nguyễn Thị Lan")


def test_an_account_nobody_granted_anything_is_told_of(user):
    code, _, told = user("add", "hoa", "--password-stdin", told=OTHER)
    assert code == 0
    assert "no grant names hoa" in told


@pytest.mark.parametrize(
    ("arguments", "told", "says"),
    [
        (("add", "lan", "--password-stdin"), "ngắn\n", "at least 10"),
        (("add", "lan", "--password-stdin"), "", "at least 10"),
        (("add", "lan", "--password-stdin"), "matkhau123456\n", "guessed first"),
        (("add", "lan"), f"{GOOD}\n", "--password-stdin"),
        (("add", "Lan Nguyễn", "--password-stdin"), GOOD, "small letters"),
        (("add",), GOOD, "names nobody"),
        (("reset", "ghost", "--password-stdin"), GOOD, "no such account"),
        (("reset", "oidc:x", "--password-stdin"), GOOD, "no such account"),
        (("disable", "ghost"), "", "no such account"),
        (("forget", "lan"), "", "invalid choice"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(user, config, arguments, told, says):
    code, out, error = user(*arguments, told=told)
    assert code == 2
    assert out == ""
    assert says in error
    assert GOOD not in error
    assert opened(config).all(AT) == []


def test_a_reset_ends_what_was_open(user, config):
    user("add", "lan", "--password-stdin", told=GOOD)
    token = Sessions(load(config)).begin("lan", "", "local", {}, AT)
    assert user("reset", "lan", "--password-stdin", told=OTHER)[0] == 0
    assert Sessions(load(config)).find(token, AT) is None
    assert opened(config).check("lan", OTHER, HOME, AT).answer is Answer.IN


def test_disabling_signing_out_and_letting_in_again(user, config):
    user("add", "lan", "--password-stdin", told=GOOD)
    sessions = Sessions(load(config))
    sessions.begin("lan", "", "local", {}, AT)
    assert user("sign-out", "lan")[1] == "lan: 1 sessions ended\n"
    sessions.begin("lan", "", "local", {}, AT)
    assert user("disable", "lan")[1] == "lan: disabled, 1 sessions ended\n"
    assert opened(config).check("lan", GOOD, HOME, AT).answer is Answer.DISABLED
    assert user("enable", "lan")[0] == 0
    assert opened(config).check("lan", GOOD, HOME, AT).answer is Answer.IN


def test_somebody_the_provider_signs_in_is_disabled_too(user, config):
    config.write_text(f"{CONFIG}[access]\n[access.oidc]\n", "utf-8")
    token = Sessions(load(config)).begin("oidc:mai@x.example", "", "oidc", {}, AT)
    assert user("disable", "oidc:mai@x.example")[1] == "oidc:mai@x.example: disabled, 1 sessions ended\n"
    assert Sessions(load(config)).find(token, AT) is None


def test_the_list_has_every_account_with_its_state(user):
    user("add", "lan", "--name", "Lan", "--password-stdin", told=GOOD)
    user("add", "hoa", "--password-stdin", told=OTHER)
    user("disable", "hoa")
    rows = json.loads(user("list", "--format", "json")[1])
    assert [(row["user"], row["name"], row["state"], row["grants"]) for row in rows] == [
        ("hoa", "", "disabled", 0),
        ("lan", "Lan", "", 1),
    ]


def test_the_log_knows_what_was_done_and_no_password(user, config):
    user("add", "lan", "--password-stdin", told=GOOD)
    user("disable", "lan")
    raw = "".join(path.read_text("utf-8") for path in (load(config).data / "audit").glob("*.jsonl"))
    told = [json.loads(line) for line in raw.splitlines()]
    assert [(one["what"], one["who"].partition(":")[0], one["about"]["did"]) for one in told] == [
        ("account", "terminal", "add"),
        ("account", "terminal", "disable"),
    ]
    assert GOOD not in raw
