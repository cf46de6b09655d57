"""Names to units: one spelling key for the many ways a Vietnamese unit name is written.

Codes come first; a name is matched only when exactly one unit answers to it, never guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict

from campaign.units import Tree

LEAST_LIKE = 50  # of 100: a name less like is not worth suggesting
_KINDS = (
    ("thanh pho", ("thành phố", "thanh pho"), ("tp",)),
    ("thi tran", ("thị trấn", "thi tran"), ("tt",)),
    ("thi xa", ("thị xã", "thi xa"), ("tx",)),
    ("phuong", ("phường", "phuong"), ("p",)),
    ("quan", ("quận", "quan"), ("q",)),
    ("huyen", ("huyện", "huyen"), ("h",)),
    ("tinh", ("tỉnh", "tinh"), ("t",)),
    ("xa", ("xã", "xa"), ("x",)),
)
_KIND_PATTERNS = [
    (re.compile(rf"(?:(?:{'|'.join(words)})\s+|(?:{'|'.join(short)})(?:\.\s*|\s+))(?=\S)", re.IGNORECASE), kind)
    for kind, words, short in _KINDS
]
# Letters that look like đ and are typed for it: eth (of Western keyboards) and the African d with tail.
_LIKE_D = str.maketrans("\u00f0\u0256", "đđ")
# The tone mark of oa, oe, uy may stand on either vowel (hoà = hòa): both move to the first.
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_TONE_ON_SECOND = re.compile(rf"(o)([ae])([{_TONES}])(?![a-z])|((?<!q)u)(y)([{_TONES}])(?![a-z])")


def _move_tone(match: re.Match[str]) -> str:
    first, second, tone = match.groups()[:3] if match[1] else match.groups()[3:]
    return f"{first}{tone}{second}"


def spelling(name: str) -> str:
    """Return `name` in one spelling: NFD, lower case, single spaces, tone marks in one place, diacritics kept."""
    text = unicodedata.normalize("NFD", unicodedata.normalize("NFC", name).casefold().translate(_LIKE_D))
    text = re.sub(r"[\s\u00a0_]+", " ", text.replace("–", "-")).strip(" .,;")
    return _TONE_ON_SECOND.sub(_move_tone, text)


def split_kind(name: str) -> tuple[str, str]:
    """Return (kind, bare name) in one spelling: "X. Châu Phong" and "Xã Châu Phong" are the same."""
    text = unicodedata.normalize("NFC", name).strip()
    for pattern, kind in _KIND_PATTERNS:
        match = pattern.match(text)
        if match:
            return kind, spelling(text[match.end() :])
    return "", spelling(text)


def readings(name: str) -> list[tuple[str, str]]:
    """Return the ways to read a name as (kind, bare name), the likeliest first.

    A kind written without its marks may as well begin the name itself: "Quan Hóa" is a district's name, not the
    quận Hóa. Such a name has two readings.
    """
    kind, bare = split_kind(name)
    whole = spelling(name)
    return [(kind, bare), ("", whole)] if kind and whole.startswith(f"{kind} ") else [(kind, bare)]


class NameBook:
    """Every unit of a tree by name; answers with the codes that fit."""

    def __init__(self, tree: Tree) -> None:
        """File each unit under its bare name, in every reading."""
        self.tree = tree
        self._by_name: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for unit in tree.units:
            for kind, bare in readings(unit.name):
                self._by_name[bare].append((kind, unit.code))

    def find(self, name: str, parent_name: str = "") -> list[str]:
        """Return the codes of the units called `name` (below a unit called `parent_name`, when given).

        A name of several readings answers with the units of all of them; a name of one that no unit answers to is
        tried with its kind as a part of it: "Phường Đúc" is short for "Phường Phường Đúc".
        """
        found = [code for kind, bare in readings(name) for code in self._called(kind, bare)]
        found = list(dict.fromkeys(found or self._called("", spelling(name))))
        if parent_name:
            parents = set(self.find(parent_name))
            found = [code for code in found if parents.intersection(self.tree.ancestors(code))]
        return found

    def _called(self, kind: str, bare: str) -> list[str]:
        return [code for known, code in self._by_name.get(bare, []) if not kind or not known or known == kind]

    def nearest(self, name: str, count: int = 3) -> tuple[str, ...]:
        """Return the names most like `name`, best first."""
        from rapidfuzz import fuzz, process  # noqa: PLC0415 - only a name nobody answers to pays for it

        like: dict[str, float] = {}
        for _, bare in readings(name):
            for one, score, _ in process.extract(
                bare, list(self._by_name), scorer=fuzz.ratio, limit=count, score_cutoff=LEAST_LIKE
            ):
                like[one] = max(like.get(one, 0), score)
        near = sorted(like, key=lambda one: -like[one])
        codes = list(dict.fromkeys(code for one in near for _, code in self._by_name[one]))
        return tuple(f"{self.tree.unit(code).name} ({code})" for code in codes[:count])
