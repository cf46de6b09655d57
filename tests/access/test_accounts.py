"""Accounts: which passwords may be, who gets in by them, and how somebody who guesses is slowed."""

import os
import sqlite3
import subprocess
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import process_time

import pytest
from pwdlib import PasswordHash

from access import passwords
from access.accounts import SLOW_AFTER, SLOW_SECONDS, Accounts, Answer, Verdict
from access.passwords import Unfit, accepted
from access.sessions import NotLetIn, Sessions
from access.store import path_of
from campaign.configuration import parse
from campaign.errors import UsageError
from etl.configured import PROJECT

AT = datetime(2025, 7, 10, 1, 0, tzinfo=UTC)
GOOD, OTHER, WRONG = "trời xanh mây trắng", "biển rộng sông dài", "không phải mật khẩu"
MINUTE = timedelta(minutes=1)
HOME, AWAY = "10.0.0.1", "203.0.113.7"


@pytest.fixture
def accounts(tmp_path: Path) -> Accounts:
    made = Accounts(parse("[access]\n", tmp_path / "config.toml"))
    made.add("lan", "Nguyễn Thị Lan", GOOD, AT)
    return made


def guess(accounts: Accounts, times: int, at: datetime = AT, ip: str = AWAY, user: str = "lan") -> list[Verdict]:
    return [accounts.check(user, WRONG, ip, at) for _ in range(times)]


# Which passwords


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("ngắn quá", "short"),
        ("x" * 201, "long"),
        ("trời xanh\nmây trắng", "odd"),
        ("lan.nguyen2025", "named"),
        ("Nguyễn Thị Lan!", "named"),
        ("NGUYENTHILAN1", "named"),
        ("matkhau@12345", "guessed"),
        ("Mật khẩu 2025", "guessed"),
        ("P@ssw0rd2025", "guessed"),
        ("1234567890", "guessed"),
        ("0912 345 678", "guessed"),
        ("qwertyuiop", "guessed"),
        ("lkjhgfdsa0lkj", None),
        ("aaaaaaaaaaaa", "guessed"),
        ("xyzxyzxyzxyz", "guessed"),
        ("!!!!!!!!!!!!", "guessed"),
        ("hà nội hà nội", "guessed"),
        (GOOD, None),
        ("correct horse battery", None),
    ],
)
def test_a_password_easily_guessed_is_refused(password, why):
    if why is None:
        assert accepted(password, "lan.nguyen", "Nguyễn Thị Lan") == password
        return
    with pytest.raises(Unfit) as problem:
        accepted(password, "lan.nguyen", "Nguyễn Thị Lan")
    assert problem.value.why == why
    assert password not in str(problem.value)


def test_no_password_is_kept_as_it_is(accounts):
    with sqlite3.connect(path_of(accounts.config)) as store:
        (kept,) = store.execute("select hash from account").fetchone()
    assert kept.startswith("$argon2id$")
    assert GOOD.encode() not in path_of(accounts.config).read_bytes()


def test_a_password_is_the_same_however_the_keyboard_composed_it(accounts):
    taken_apart = "tr" + "o\u031b\u0300" + "i xanh m" + "a\u0302" + "y tr" + "a\u0306\u0301" + "ng"
    assert taken_apart != GOOD
    assert accounts.check("lan", taken_apart, HOME, AT).answer is Answer.IN


@pytest.mark.parametrize(
    "user", ["", "Lan", "lan nguyen", "oidc:lan", "../lan", "lan\n", "-lan", "local", "house", "l" * 61, "lân"]
)
def test_a_name_that_could_pass_for_another_is_refused(accounts, user):
    with pytest.raises(UsageError):
        accounts.add(user, "", GOOD, AT)


def test_a_name_is_given_once(accounts):
    with pytest.raises(UsageError, match="exists already"):
        accounts.add("lan", "", OTHER, AT)
    assert accounts.check("lan", GOOD, HOME, AT).answer is Answer.IN


def test_a_name_may_be_typed_in_capitals(accounts):
    verdict = accounts.check("  LAN ", GOOD, HOME, AT)
    assert (verdict.answer, verdict.user, verdict.name) == (Answer.IN, "lan", "Nguyễn Thị Lan")


# Wrong ones


def test_five_wrong_passwords_and_the_account_rests(accounts):
    found = guess(accounts, 6)
    assert [one.answer for one in found] == [Answer.WRONG] * 4 + [Answer.RESTING] * 2
    assert [one.left for one in found[:4]] == [4, 3, 2, 1]
    assert accounts.check("lan", GOOD, HOME, AT + 14 * MINUTE).answer is Answer.RESTING
    assert accounts.check("lan", GOOD, HOME, AT + 15 * MINUTE).answer is Answer.IN


def test_trying_while_it_rests_prolongs_no_rest(accounts):
    guess(accounts, 5)
    for minute in range(1, 15):
        assert guess(accounts, 1, AT + minute * MINUTE)[0].until == AT + 15 * MINUTE
    assert accounts.check("lan", GOOD, HOME, AT + 15 * MINUTE).answer is Answer.IN


def test_a_name_nobody_has_answers_just_the_same(accounts):
    lan, ghost = guess(accounts, 6), guess(accounts, 6, user="ghost", ip=HOME)
    assert [(one.answer, one.left, one.until) for one in lan] == [(one.answer, one.left, one.until) for one in ghost]
    assert (lan[0].exists, ghost[0].exists) == (True, False)


def test_a_name_nobody_has_costs_just_as_much(accounts, monkeypatch):
    monkeypatch.setattr(passwords, "_HASHER", PasswordHash.recommended())
    passwords._nobodys.cache_clear()
    accounts.reset("lan", GOOD, AT)
    passwords.ready()

    def cost(user: str) -> float:
        began = process_time()
        for number in range(3):
            accounts.check(user, WRONG, f"10.1.1.{number}", AT)
        return process_time() - began

    lan, ghost = cost("lan"), cost("ghost")
    assert 0.5 < lan / ghost < 2  # without the work for nobody it is some thirty times


def test_hashing_weighs_what_is_recommended():
    said = subprocess.run(
        [sys.executable, "-c", f"from access.passwords import hashed; print(hashed({GOOD!r}))"],
        cwd=PROJECT, capture_output=True, text=True, check=True, env=os.environ | {"PYTHONUTF8": "1"},
    ).stdout  # fmt: skip
    assert said.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_many_at_once_are_no_way_round(accounts):
    with ThreadPoolExecutor(12) as pool:
        found = list(pool.map(lambda _: accounts.check("lan", WRONG, AWAY, AT), range(12)))
    assert len([one for one in found if one.looked]) == 5
    assert accounts.check("lan", GOOD, HOME, AT).answer is Answer.RESTING


def test_whoever_guesses_cannot_shut_out_the_browser_its_owner_uses(accounts):
    known = accounts.check("lan", GOOD, HOME, AT).known
    guess(accounts, 40)
    assert accounts.check("lan", GOOD, AWAY, AT).answer is Answer.RESTING
    assert accounts.check("lan", GOOD, AWAY, AT, known).answer is Answer.IN


def test_a_known_browser_has_no_more_tries_than_another(accounts):
    known = accounts.check("lan", GOOD, HOME, AT).known
    found = [accounts.check("lan", WRONG, HOME, AT, known).answer for _ in range(6)]
    assert found == [Answer.WRONG] * 4 + [Answer.RESTING] * 2


def test_a_known_browser_is_known_for_its_own_users_only(accounts):
    accounts.add("hoa", "", OTHER, AT)
    known = accounts.check("hoa", OTHER, HOME, AT).known
    guess(accounts, 5)
    assert accounts.check("lan", GOOD, HOME, AT, known).answer is Answer.RESTING


def test_people_who_share_a_browser_are_known_to_it_both(accounts):
    accounts.add("hoa", "", OTHER, AT)
    known = accounts.check("lan", GOOD, HOME, AT).known
    known = accounts.check("hoa", OTHER, HOME, AT, known).known
    guess(accounts, 5)
    guess(accounts, 5, user="hoa")
    assert accounts.check("lan", GOOD, HOME, AT, known).answer is Answer.IN
    assert accounts.check("hoa", OTHER, HOME, AT, known).answer is Answer.IN


def test_an_address_that_tries_many_names_is_slowed_and_others_are_not(accounts):
    most = accounts.access.failures * SLOW_AFTER
    for number in range(most):
        assert accounts.check(f"user{number}", WRONG, AWAY, AT).looked
    slowed = accounts.check("user-next", WRONG, AWAY, AT)
    assert (slowed.answer, slowed.looked) == (Answer.SLOW, False)
    assert accounts.check("lan", GOOD, AWAY, AT).answer is Answer.SLOW
    assert accounts.check("lan", GOOD, HOME, AT).answer is Answer.IN
    later = AT + timedelta(seconds=SLOW_SECONDS)
    assert accounts.check("lan", GOOD, AWAY, later).answer is Answer.IN  # slowed, not shut out


def test_one_subscriber_has_one_address_however_many_he_has(accounts):
    for number in range(accounts.access.failures * SLOW_AFTER):
        accounts.check(f"user{number}", WRONG, f"2001:db8:1:2::{number:x}", AT)
    assert accounts.check("lan", GOOD, "2001:db8:1:2:ffff::1", AT).answer is Answer.SLOW
    assert accounts.check("lan", GOOD, "2001:db8:1:3::1", AT).answer is Answer.IN


def test_what_was_typed_as_a_name_is_not_kept(accounts):
    accounts.check("mật khẩu gõ nhầm chỗ", WRONG, AWAY, AT)
    assert "gõ nhầm chỗ".encode() not in path_of(accounts.config).read_bytes()


# The rest of an account's life


def test_a_disabled_account_is_told_so_only_to_whoever_knows_its_password(accounts):
    accounts.disable("lan", AT)
    assert accounts.check("lan", WRONG, HOME, AT).answer is Answer.WRONG
    assert accounts.check("lan", GOOD, HOME, AT).answer is Answer.DISABLED
    accounts.enable("lan", AT)
    assert accounts.check("lan", GOOD, HOME, AT).answer is Answer.IN


def test_a_reset_ends_sessions_rest_and_the_old_password(accounts):
    sessions = Sessions(accounts.config)
    token = sessions.begin("lan", "Lan", "local", {}, AT)
    known = accounts.check("lan", GOOD, HOME, AT).known
    guess(accounts, 5)
    accounts.reset("lan", OTHER, AT)
    assert sessions.find(token, AT) is None
    assert accounts.check("lan", OTHER, HOME, AT).answer is Answer.IN
    assert accounts.check("lan", GOOD, HOME, AT).answer is Answer.WRONG
    guess(accounts, 4)
    assert accounts.check("lan", OTHER, HOME, AT, known).answer is Answer.RESTING  # no browser is known any more


def test_a_password_of_ones_own_keeps_the_session_it_was_changed_in(accounts):
    sessions = Sessions(accounts.config)
    here, there = (sessions.begin("lan", "Lan", "local", {}, AT) for _ in range(2))
    assert accounts.change("lan", WRONG, OTHER, AT, ip=HOME, keep=here).answer is Answer.WRONG
    assert sessions.find(there, AT) is not None
    verdict = accounts.change("lan", GOOD, OTHER, AT, ip=HOME, keep=here)
    assert verdict.answer is Answer.IN
    assert sessions.find(here, AT) is not None
    assert sessions.find(there, AT) is None
    assert accounts.check("lan", OTHER, HOME, AT).answer is Answer.IN
    guess(accounts, 5)
    assert accounts.check("lan", OTHER, HOME, AT, verdict.known).answer is Answer.IN


def test_changing_ones_password_is_no_way_to_guess_it(accounts):
    here = Sessions(accounts.config).begin("lan", "Lan", "local", {}, AT)
    found = [accounts.change("lan", WRONG, OTHER, AT, ip=HOME, keep=here).answer for _ in range(6)]
    assert found == [Answer.WRONG] * 4 + [Answer.RESTING] * 2
    assert accounts.change("lan", GOOD, OTHER, AT, ip=HOME, keep=here).answer is Answer.RESTING


def test_somebody_the_provider_signs_in_has_no_password_here(accounts):
    accounts.disable("oidc:hoa@x.example", AT)
    accounts.enable("oidc:hoa@x.example", AT)
    assert accounts.check("oidc:hoa@x.example", "", HOME, AT).answer is Answer.WRONG
    with pytest.raises(UsageError):
        accounts.reset("oidc:hoa@x.example", GOOD, AT)


@pytest.mark.parametrize("do", ["disable", "enable", "reset"])
def test_who_is_not_there_is_named(accounts, do):
    with pytest.raises(UsageError, match="ghost"):
        getattr(accounts, do)(*(("ghost", GOOD, AT) if do == "reset" else ("ghost", AT)))


def test_the_list_tells_how_each_account_stands(accounts):
    accounts.add("hoa", "", OTHER, AT)
    accounts.disable("hoa", AT)
    Sessions(accounts.config).begin("lan", "Lan", "local", {}, AT)
    guess(accounts, 5)
    hoa, lan = accounts.all(AT)
    assert (hoa.user, hoa.disabled, hoa.resting, hoa.sessions) == ("hoa", True, False, 0)
    assert (lan.user, lan.disabled, lan.resting, lan.sessions) == ("lan", False, True, 1)


def test_a_long_password_is_the_same_however_the_keyboard_composed_it(accounts):
    long = "ếộữặ" * 30 + GOOD
    accounts.add("dai", "Dài", long, AT)
    assert len(unicodedata.normalize("NFD", long)) > 2 * len(long)
    assert accounts.check("dai", unicodedata.normalize("NFD", long), HOME, AT).answer is Answer.IN
    assert accounts.check("dai", long + "x", HOME, AT).answer is Answer.WRONG


@pytest.mark.parametrize("do", ["reset", "disable"])
def test_a_password_taken_away_while_it_is_looked_at_opens_nothing(accounts, monkeypatch, do):
    """A check may wait in line for many seconds; the administrator does not."""

    def taken_away(password: str, kept: str | None) -> tuple[bool, str | None]:
        found = passwords.matches(password, kept)
        accounts.reset("lan", OTHER, AT) if do == "reset" else accounts.disable("lan", AT)
        return found

    monkeypatch.setattr("access.accounts.matches", taken_away)
    assert accounts.check("lan", GOOD, HOME, AT).answer is Answer.WRONG


def test_a_password_taken_away_before_the_session_begins_opens_none(accounts):
    verdict = accounts.check("lan", GOOD, HOME, AT)
    accounts.reset("lan", OTHER, AT)
    with pytest.raises(NotLetIn):
        Sessions(accounts.config).begin("lan", "Lan", "local", {}, AT, turn=verdict.turn)


@pytest.mark.parametrize("typed", ["oidc:Lan@Tinh.vn", "OIDC:lan@tinh.vn", "oidc: lan@tinh.vn "])
def test_somebody_the_provider_signs_in_is_disabled_however_his_name_is_typed(tmp_path, typed):
    made = Accounts(parse("[access]\n[access.oidc]\n", tmp_path / "config.toml"))
    begin = partial(Sessions(made.config).begin, "oidc:lan@tinh.vn", "Lan", "oidc", {}, AT)
    begin()
    assert made.disable(typed, AT) == 1
    with pytest.raises(NotLetIn):
        begin()
    made.enable(typed, AT)
    begin()
    assert made.sign_out(typed) == 1


@pytest.mark.parametrize("typed", ["idp:lan", "oidc:", ":"])
def test_a_name_no_provider_gives_is_nobody_to_disable(accounts, typed):
    with pytest.raises(UsageError):
        accounts.disable(typed, AT)


def test_wrong_passwords_of_a_clock_that_ran_ahead_slow_nobody_once_it_is_set_right(accounts):
    for n in range(5 * SLOW_AFTER):
        guess(accounts, 1, AT + timedelta(days=1), user=f"nobody{n}")
    assert guess(accounts, 1, AT + timedelta(days=1), user="one-more")[0].answer is Answer.SLOW
    assert accounts.check("lan", GOOD, AWAY, AT).answer is Answer.IN
