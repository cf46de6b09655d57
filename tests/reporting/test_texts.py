"""Claims about the texts: the two languages say the same things, and say them whole."""

from __future__ import annotations

import ast
import string
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from campaign.progress import Status
from campaign.reconciliation import Cause
from reporting.faults import Kind
from reporting.texts import LANGUAGES, has, named, text, texts

ROOT = Path(__file__).parents[2]

REASONS = (
    "unknown_unit",
    "ambiguous_unit",
    "unknown_category",
    "unknown_stage",
    "bad_count",
    "negative_count",
    "bad_date",
    "future_date",
    "conflicting_rows",
    "missing_field",
    "count_falls",
    "exceeds_later",
    "over_target",
)


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def test_both_languages_have_the_same_keys() -> None:
    assert sorted(texts("vi")) == sorted(texts("en"))


def test_both_languages_have_the_same_placeholders() -> None:
    differing = [key for key in texts("vi") if placeholders(text(key, "vi")) != placeholders(text(key, "en"))]
    assert differing == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_is_empty_and_every_placeholder_is_named(lang: str) -> None:
    for key, value in texts(lang).items():
        assert value.strip() == value != "", key
        assert all(name.isidentifier() for name in placeholders(value)), key


@pytest.mark.parametrize("lang", LANGUAGES)
def test_keys_stand_once_and_quoted_on_lines_of_their_own(lang: str) -> None:
    lines = (ROOT / "reporting" / "texts" / f"{lang}.toml").read_text("utf-8").splitlines()
    keys = [line.split('" = "')[0].strip('"') for line in lines if line.startswith('"')]
    assert Counter(keys) == Counter(texts(lang).keys())


def test_every_status_issue_and_reason_is_named_explained_and_mended() -> None:
    for status in Status:
        assert has(f"status.{status}")
        assert has(f"status.{status}.means")
    signs = [text(f"status.{status}.sign", "vi") for status in Status]
    assert len(set(signs)) == len(Status)
    assert all(len(sign) == 1 for sign in signs)
    for kind, names in (("issue", Kind), ("reason", REASONS)):
        for name in names:
            assert all(has(f"{kind}.{name}{part}") for part in ("", ".means", ".mend"))
    assert all(has(f"cause.{cause}") for cause in Cause)


def test_a_placeholder_is_filled_in_the_manner_of_the_language() -> None:
    assert text("overview.done.of", "vi", done=519_537, target=637_469, counts="thông tin") == (
        "519.537 trên 637.469 thông tin"
    )
    assert text("overview.done.of", "en", done=519_537, target=637_469, counts="records") == (
        "519,537 of 637,469 records"
    )
    assert text("data.as_of", "vi", on=date(2024, 10, 22)) == "Số liệu tính đến hết ngày 22/10/2024"
    assert text("overview.day", "vi", day=9, days=15) == "Ngày 9/15"


def test_english_counts_one_thing_and_many_things() -> None:
    assert text("lag.silent", "en", days=1) == "silent for 1 day"
    assert text("lag.silent", "en", days="1") == "silent for 1 day"
    assert text("lag.silent", "en", days=3) == "silent for 3 days"


def test_a_name_is_shown_as_it_is_whatever_it_holds() -> None:
    shown = text("unit.within", "vi", name="{lang} <script>alert(1)</script>")
    assert shown == "Thuộc {lang} <script>alert(1)</script>"


def test_a_missing_text_or_value_is_an_error_and_never_a_gap() -> None:
    with pytest.raises(KeyError, match=r"no\.such\.key"):
        text("no.such.key", "vi")
    with pytest.raises(KeyError):
        text("data.as_of", "vi", other=1)
    with pytest.raises(KeyError, match="fr"):
        text("page.overview", "fr")


def test_a_word_of_the_campaign_itself_stands_where_no_text_is_written() -> None:
    assert named("level", "commune", "vi") == "xã"
    assert named("level", "thôn", "vi") == "thôn"


def test_every_key_written_out_in_the_code_exists() -> None:
    missing = []
    for folder in ("pages", "reporting", "etl"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "text":
                    key = node.args[0] if node.args else None
                    if isinstance(key, ast.Constant) and isinstance(key.value, str) and not has(key.value):
                        missing.append(f"{path.name}: {key.value}")
    assert missing == []
