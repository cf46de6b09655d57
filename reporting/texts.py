"""The texts people read, by key, in Vietnamese and English.

Texts live in texts/vi.toml and texts/en.toml, one flat quoted key a line; both files hold the same
keys and the same placeholders (tested). To add one, write the line in both and call
`text("my.key", lang, unit=name, n=3)`.

A placeholder is filled by its kind: a whole number with thousands set apart, a date in the form of
the language, anything else as it is (so a percentage comes in through numbers.percent). A year is
passed as text. `{n:record|records}` takes the first word for exactly one, the second otherwise.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path

from reporting import numbers

LANGUAGES = ("vi", "en")

_FOLDER = Path(__file__).parent / "texts"


def text(key: str, lang: str, /, **params: object) -> str:
    """Return the text of a key with its placeholders filled; an unknown key is a KeyError."""
    found = texts(lang)
    if key not in found:
        raise KeyError(f"no text {key!r} in reporting/texts/{lang}.toml")
    return _Filled(lang).vformat(found[key], (), params) if params else found[key]


def has(key: str) -> bool:
    """Return whether there is a text of this key."""
    return key in texts(LANGUAGES[0])


def named(kind: str, value: str, lang: str) -> str:
    """Return the text `kind.value` (a level, a status), or the value itself where none is written."""
    key = f"{kind}.{value}"
    return text(key, lang) if has(key) else value


@cache
def texts(lang: str) -> Mapping[str, str]:
    """Return all texts of one language by flat dotted key."""
    if lang not in LANGUAGES:
        raise KeyError(f"no texts in the language {lang!r}: expected one of {', '.join(LANGUAGES)}")
    content = (_FOLDER / f"{lang}.toml").read_text(encoding="utf-8")
    return dict(_flat(tomllib.loads(content), ""))


def _flat(table: Mapping[str, object], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, str(value)


class _Filled(string.Formatter):
    """Fills placeholders in the manner of one language."""

    def __init__(self, lang: str) -> None:
        self._lang = lang

    def format_field(self, value: object, format_spec: str) -> str:
        if "|" in format_spec:
            one, _, many = format_spec.partition("|")
            return one if value in (1, "1") else many
        if isinstance(value, int) and not isinstance(value, bool):
            return numbers.whole(value, self._lang)
        if isinstance(value, date) and not isinstance(value, datetime):
            return numbers.day(value, self._lang)
        return str(value)
