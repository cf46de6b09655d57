"""Names to units: one spelling key for the many ways a Vietnamese unit name is written.

Codes come first; a name is matched only when exactly one unit answers to it, never guessed. Two keys serve:
the strict one keeps every letter and every mark and forgives only how they were typed (composed or not, tone on
either vowel, capitals, spaces, "X." for "Xã", "01" for "1"); the loose one, asked only when the strict one finds
nobody, also forgives what differs between orthographies (Mỹ and Mĩ, Đắk and Đăk, R'Lấp and R Lấp, IV and 4).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cached_property

from campaign import mojibake
from campaign.units import Tree

LEAST_LIKE = 50  # of 100: a name less like is not worth suggesting
SUGGESTIONS = 3
_ODD_LETTERS = str.maketrans(
    {
        # Letters that look like đ and are typed for it: eth (of Western keyboards) and the African d with tail.
        **dict.fromkeys("\u00f0\u0256", "đ"),
        **dict.fromkeys("\u2018\u2019\u201b\u02bc\u02b9\u2032\u0060\u00b4\uff07", "'"),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad", ""),
    }
)
# The tone mark may stand on either vowel (hoà = hòa, qúy = quý) and before or after the vowel's own mark: a
# syllable has one tone, so it moves to the syllable's end.
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_END = r" \-'.,:;()/0-9"
_TONE_INSIDE = re.compile(rf"([{_TONES}])([^{_TONES}{_END}]+)(?=[{_END}]|$)")
_SPACES = re.compile(r"[\s_]+")
_DASH = re.compile(r" ?- ?")
_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")
_ENDS = " .,;:"


def spelling(name: str) -> str:
    """Return `name` in one spelling: NFD, lower case, single spaces, each tone at its syllable's end, 01 as 1.

    Letters and marks are kept: "Quế" and "Quê" differ. A spelling's own spelling is itself.
    """
    text = unicodedata.normalize("NFC", name).casefold().translate(_ODD_LETTERS)
    text = _SPACES.sub(" ", unicodedata.normalize("NFD", text)).strip(_ENDS)
    if "-" in text:
        text = _DASH.sub("-", text)
    if "0" in text:
        text = _ZEROS.sub("", text)
    return _TONE_INSIDE.sub(r"\2\1", text)


# Each kind: how it is written out, and how it is shortened. Longer short forms come before "t".
_KINDS = (
    ("thanh pho", ("thành phố", "thanh pho"), (r"t\.?p",)),
    ("thi tran", ("thị trấn", "thi tran"), (r"t\.?tr?",)),
    ("thi xa", ("thị xã", "thi xa"), (r"t\.?x",)),
    ("dac khu", ("đặc khu", "dac khu"), ("đk",)),
    ("phuong", ("phường", "phuong"), ("p",)),
    ("quan", ("quận", "quan"), ("q",)),
    ("huyen", ("huyện", "huyen"), ("h",)),
    ("tinh", ("tỉnh", "tinh"), ("t",)),
    ("xa", ("xã", "xa"), ("x",)),
)
_NUMBERED = ("phuong", "quan")  # "P1", "Phường1": a number may follow at once


def _kind_pattern() -> re.Pattern[str]:
    """Return the pattern of a kind at the beginning of a spelling; the group that matched is the kind's number."""
    office = rf"(?:(?:ubnd|{spelling('Ủy ban nhân dân')}) )?"
    ways = []
    for kind, words, short in _KINDS:
        whole = "|".join(re.escape(spelling(word)) for word in words)
        after = r"(?:[.:] ?| |(?=[0-9]))" if kind in _NUMBERED else r"(?:[.:] ?| )"
        ways.append(rf"((?:{whole}|{'|'.join(short)}){after})")
    return re.compile(rf"{office}(?:{'|'.join(ways)})(?=[^ ])")


_KIND = _kind_pattern()
_UNMARKED = tuple(f"{kind} " for kind, _, _ in _KINDS)
_KIND_OF = {spelling(word): kind for kind, words, _ in _KINDS for word in words}


def split_kind(name: str) -> tuple[str, str]:
    """Return (kind, bare name) in one spelling: "X. Châu Phong" and "Xã Châu Phong" are the same."""
    return _split(spelling(name))


def _split(whole: str) -> tuple[str, str]:
    match = _KIND.match(whole)
    if match is None or match.lastindex is None:
        return "", whole
    return _KINDS[match.lastindex - 1][0], whole[match.end() :]


def readings(name: str) -> list[tuple[str, str]]:
    """Return the ways to read a name as (kind, bare name), the likeliest first.

    A kind written without its marks may as well begin the name itself: "Quan Hóa" is a district's name, not the
    quận Hóa. Such a name has two readings.
    """
    return _readings(spelling(name))


def _readings(whole: str) -> list[tuple[str, str]]:
    kind, bare = _split(whole)
    return [(kind, bare), ("", whole)] if kind and whole.startswith(_UNMARKED) else [(kind, bare)]


_DAK = re.compile(r"(?<![^ '-])(?:đa\u0306?k\u0301?)(?![^ '-])")
_FINAL_Y = re.compile(rf"(?<![^ '-])(h|k|l|m|s|t|qu)y(?=[{_TONES}]?(?:[ '-]|$))")
_ROMAN = re.compile(r"(?<![^ '-])[ivx]{1,5}(?![^ '-])")
_TENS = ("", "x", "xx")
_ONES = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
_ROMANS = {ten + one: str(10 * tens + ones) for tens, ten in enumerate(_TENS) for ones, one in enumerate(_ONES)}
_JOINTS = str.maketrans("", "", " -'.")
_WITHIN = re.compile(r"(.+?) ?[,(] ?([^,()]+)\)?")  # "An Bình, H. Cai Lậy", "An Bình (Cai Lậy)"
_LONGEST_NAME = 200


def loosened(bare: str) -> str:
    """Return the loose key of a bare name in one spelling: orthographies, numerals and joints made one."""
    text = _ROMAN.sub(lambda match: _ROMANS.get(match[0], match[0]), bare)
    text = _FINAL_Y.sub(r"\1i", _DAK.sub("đak", text))
    return text.translate(_JOINTS)


def _unmarked(bare: str) -> str:
    """Return the loose key of a bare name as it is typed without any mark: Thành as Thanh, Đa as Da."""
    return "".join(letter for letter in loosened(bare).replace("đ", "d") if not unicodedata.combining(letter))


class NameBook:
    """Every unit of a tree by name; answers with the codes that fit."""

    def __init__(self, tree: Tree, aliases: Mapping[str, str] | None = None) -> None:
        """File each unit under its bare name, in every reading; `aliases`: other names in one spelling, to codes."""
        self.tree = tree
        self._by_name: dict[str, list[tuple[str, str]]] = {}
        for unit in tree.units:
            for kind, bare in readings(unit.name):
                known = kind or _KIND_OF.get(spelling(unit.kind), "") if unit.kind else kind
                self._by_name.setdefault(bare, []).append((known, unit.code))
        self._aliases = {_split(alias): code for alias, code in (aliases or {}).items() if code in tree}
        self._parents: dict[str, frozenset[str]] = {}

    @cached_property
    def _loosely(self) -> dict[str, list[tuple[str, str]]]:
        """Return the units, and the aliases with their kinds, by loose key."""
        found: dict[str, list[tuple[str, str]]] = {}
        for bare, known in self._by_name.items():
            found.setdefault(loosened(bare), []).extend(known)
        for (kind, bare), code in self._aliases.items():
            own = kind or split_kind(self.tree.unit(code).name)[0]
            found.setdefault(loosened(bare), []).append((own, code))
        return found

    @cached_property
    def _without_marks(self) -> dict[str, list[tuple[str, str]]]:
        """Return the units by their names as they are typed without any mark."""
        found: dict[str, list[tuple[str, str]]] = {}
        for bare, known in self._by_name.items():
            found.setdefault(_unmarked(bare), []).extend(known)
        return found

    def find(self, name: str, parent_name: str = "") -> list[str]:
        """Return the codes of the units called `name` (below a unit called `parent_name`, when given).

        A name of several readings answers with the units of all of them; a name of one that no unit answers to is
        tried with its kind as a part of it: "Phường Đúc" is short for "Phường Phường Đúc". Then come the aliases,
        then the loose key. Of several units of one name, the one an alias names is meant. Who writes "Xa Nga Thanh"
        types without marks and may mean "Xã Nga Thành": where both are, both answer. Last, a name may state its
        parent itself: "An Bình, H. Cai Lậy".
        """
        whole = spelling(name)
        ways = _readings(whole)
        inside = self._inside(parent_name) if parent_name else None
        for found in self._tiers(whole, ways):
            if kept := self._kept(found, inside):
                codes = list(dict.fromkeys([*kept, *self._kept(self._with_marks(whole, ways), inside)]))
                meant = self._aliases.get(ways[0]) if len(codes) > 1 else None
                return [meant] if meant in codes else codes
        return []

    def _tiers(self, whole: str, ways: list[tuple[str, str]]) -> Iterator[list[str]]:
        yield self._called(self._by_name, ways)
        yield self._called(self._by_name, [("", whole)])
        yield [code for way in ways if (code := self._aliases.get(way)) is not None]
        if whole:
            yield self._called(self._loosely, [(kind, loosened(bare)) for kind, bare in ways])
        if len(whole) <= _LONGEST_NAME and (within := _WITHIN.fullmatch(whole)):
            yield self.find(*within.groups())

    def _with_marks(self, whole: str, ways: list[tuple[str, str]]) -> list[str]:
        """Return the units that a name and kind typed without any mark may mean with their marks."""
        if len(ways) == 1 or not whole.isascii():
            return []
        kind, bare = ways[0]
        return self._called(self._without_marks, [(kind, _unmarked(bare))])

    def _kept(self, codes: list[str], inside: frozenset[str] | None) -> list[str]:
        return codes if inside is None else [code for code in codes if self._below(code, inside)]

    def _below(self, code: str, tops: frozenset[str]) -> bool:
        return not tops.isdisjoint(self.tree.ancestors(code))

    def _inside(self, parent_name: str) -> frozenset[str]:
        """Return the codes of the units a parent's name may mean."""
        if parent_name not in self._parents:
            self._parents[parent_name] = frozenset(self.find(parent_name))
        return self._parents[parent_name]

    @staticmethod
    def _called(by_name: Mapping[str, list[tuple[str, str]]], ways: list[tuple[str, str]]) -> list[str]:
        return [
            code
            for kind, bare in ways
            for known, code in by_name.get(bare, ())
            if not kind or not known or known == kind
        ]

    def called(self, codes: list[str]) -> tuple[str, ...]:
        """Return at most three units as people read them: name and code."""
        return tuple(f"{self.tree.unit(code).name} ({code})" for code in codes[:SUGGESTIONS])

    def unknown(self, name: str, parent_name: str = "") -> tuple[str, tuple[str, ...]]:
        """Return what to say of a name nobody answers to: what was found, and the three nearest units.

        A name in a code from before Unicode is said to be so, with what it reads as; the units it then names come
        first among the nearest. It is not taken for them: the sender is to mend the file. Where the name is known,
        but not below the parent that was stated, that parent is part of what was found.
        """
        near = self.nearest(name, parent_name)
        sure = mojibake.recognised(name)
        for reading in mojibake.readings(name):
            for parent in dict.fromkeys((mojibake.read_as(parent_name, reading.encoding), parent_name)):
                codes = self.find(reading.text, parent)
                if codes:
                    both = tuple(dict.fromkeys((*self.called(codes), *near)))
                    return mojibake.described(name, reading) if sure else name, both[:SUGGESTIONS]
        if parent_name and self.find(name):
            return f"{name}, {mojibake.described(parent_name)}", near
        return mojibake.described(name), self.nearest(sure.text, parent_name) if sure else near

    def nearest(self, name: str, parent_name: str = "") -> tuple[str, ...]:
        """Return the names most like `name`, best first; of names equally like, those below the parent named."""
        from rapidfuzz import fuzz, process  # noqa: PLC0415 - only a name nobody answers to pays for it

        like: dict[str, float] = {}
        for _, bare in readings(name):
            for one, score, _ in process.extract(
                bare, list(self._by_name), scorer=fuzz.ratio, limit=4 * SUGGESTIONS, score_cutoff=LEAST_LIKE
            ):
                like[one] = max(like.get(one, 0), score)
        inside = self._inside(parent_name) if parent_name else frozenset()
        scored = [(-score, code) for one, score in like.items() for _, code in self._by_name[one]]
        scored.sort(key=lambda one: (one[0], not self._below(one[1], inside)))
        codes = list(dict.fromkeys(code for _, code in scored))
        return self.called(codes)
