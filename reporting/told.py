"""Told: what an error says, in the language of who reads it.

Errors are English where they are raised, logged and kept; a page shows them by the sentences of texts/told.vi.toml.
What has no sentence there stays as it is: better a word too many in English than one too few.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "texts" / "told.vi.toml"
_HOLE = re.compile(r"\{([a-z_]+)\}")
_NUMBER = r"[0-9][0-9.,]*"
_BEGINS, _ENDS = r"(?:^|(?<=: )|(?<=; )|(?<=, ))", r"(?=$|; |: |, | \()"
_BEGINS_ASIDE = r"(?<= )"
Sentence = tuple[re.Pattern[str], str]


def told(words: str, lang: str) -> str:
    """Return an error's one line in a language: every part of it that has a sentence by that sentence."""
    if lang == "en":
        return words
    pattern, sentences = _sentences()

    def put(match: re.Match[str]) -> str:
        one, sentence = next(one for one in sentences if (found := one[0].fullmatch(match[0])) is not None)
        found = one.fullmatch(match[0])
        parts = found.groupdict() if found else {}
        return _HOLE.sub(lambda hole: parts.get(hole[1], hole[0]), sentence)

    return pattern.sub(put, words)


@cache
def _sentences() -> tuple[re.Pattern[str], list[Sentence]]:
    """Return one pattern for all that can be said, and (pattern, sentence) of each, the longest words first."""
    known = tomllib.loads(_FILE.read_text("utf-8"))
    ordered = sorted(known, key=lambda words: (-len(_HOLE.sub("", words)), words))
    whole = "|".join(f"{_BEGINS_ASIDE if one.startswith('(') else _BEGINS}{_pattern(one)}{_ENDS}" for one in ordered)
    return re.compile(whole), [(re.compile(_pattern(one, named=True)), str(known[one])) for one in ordered]


def _pattern(words: str, *, named: bool = False) -> str:
    parts = _HOLE.split(words)
    made = ""
    for place, part in enumerate(parts):
        if place % 2 == 0:
            made += re.escape(part)
        else:
            value = _NUMBER if part in {"n", "m"} else r".+?"
            made += f"(?P<{part}>{value})" if named else f"(?:{value})"
    return made
