"""Mojibake: Vietnamese written in the codes of the time before Unicode, recognised and read, never silently taken.

TCVN3 (fonts .VnTime; TCVN 5712:1993, third character set) gives each letter one byte; its capitals with a tone
live in another font (.VnTimeH), so such text comes in small letters. VNI (fonts VNI-Times) writes a letter and, after
it, its mark as a letter of its own. Either, kept in a file as Windows-1252, looks like "X· Ch©u Phong" or "Xaõ Chaâu
Phong". UTF-8 read as Windows-1252 looks like "XÃ£ ChÃ¢u Phong".
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum


class Encoding(StrEnum):
    """What a text was written in."""

    TCVN3 = "TCVN3"
    VNI = "VNI"
    UTF8 = "UTF-8"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says once it is read in the code it was written in."""

    encoding: Encoding
    text: str


_TCVN3 = str.maketrans(
    "\u00b5\u00b8\u00b6\u00b7\u00b9"  # à á ả ã ạ
    "\u00a8\u00bb\u00be\u00bc\u00bd\u00c6"  # ă ằ ắ ẳ ẵ ặ
    "\u00a9\u00c7\u00ca\u00c8\u00c9\u00cb"  # â ầ ấ ẩ ẫ ậ
    "\u00ae"  # đ
    "\u00cc\u00d0\u00ce\u00cf\u00d1"  # è é ẻ ẽ ẹ
    "\u00aa\u00d2\u00d5\u00d3\u00d4\u00d6"  # ê ề ế ể ễ ệ
    "\u00d7\u00dd\u00d8\u00dc\u00de"  # ì í ỉ ĩ ị
    "\u00df\u00e3\u00e1\u00e2\u00e4"  # ò ó ỏ õ ọ
    "\u00ab\u00e5\u00e8\u00e6\u00e7\u00e9"  # ô ồ ố ổ ỗ ộ
    "\u00ac\u00ea\u00ed\u00eb\u00ec\u00ee"  # ơ ờ ớ ở ỡ ợ
    "\u00ef\u00f3\u00f1\u00f2\u00f4"  # ù ú ủ ũ ụ
    "\u00ad\u00f5\u00f8\u00f6\u00f7\u00f9"  # ư ừ ứ ử ữ ự
    "\u00fa\u00fd\u00fb\u00fc\u00fe"  # ỳ ý ỷ ỹ ỵ
    "\u00a1\u00a2\u00a7\u00a3\u00a4\u00a5\u00a6",  # Ă Â Đ Ê Ô Ơ Ư
    "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂĐÊÔƠƯ",
)

# VNI: the mark that follows a letter, as combining marks, and the letters that stand for themselves.
_VNI_TONE = {"\u00f9": "\u0301", "\u00f8": "\u0300", "\u00fb": "\u0309", "\u00f5": "\u0303", "\u00ef": "\u0323"}
_VNI_HAT = dict(zip(("", *_VNI_TONE.values()), "\u00e2\u00e1\u00e0\u00e5\u00e3\u00e4", strict=True))
_VNI_BREVE = dict(zip(("", *_VNI_TONE.values()), "\u00ea\u00e9\u00e8\u00fa\u00fc\u00eb", strict=True))
_VNI_ALONE = dict(zip("\u00f1\u00f4\u00f6\u00ed\u00ec\u00e6\u00f3\u00f2\u00ee", "đơưíìỉĩịỵ", strict=True))


def _vni_pairs() -> dict[str, str]:
    """Return every letter of VNI that is two characters long, small and capital, as its letter."""
    found: dict[str, str] = {}
    for base in "aeouy\u00f4\u00f6":
        for mark, tone in _VNI_TONE.items():
            found[base + mark] = _VNI_ALONE.get(base, base) + tone
    for base, marks, shape in (
        ("a", _VNI_HAT, "\u0302"),
        ("e", _VNI_HAT, "\u0302"),
        ("o", _VNI_HAT, "\u0302"),
        ("a", _VNI_BREVE, "\u0306"),
    ):
        for tone, mark in marks.items():
            found[base + mark] = base + shape + tone
    found = {pair: unicodedata.normalize("NFC", letter) for pair, letter in found.items()}
    capitals = {pair.upper(): letter.upper() for pair, letter in found.items()}
    mixed = {pair[0].upper() + pair[1]: letter.upper() for pair, letter in found.items()}
    return found | mixed | capitals


_VNI = _vni_pairs() | _VNI_ALONE | {one.upper(): letter.upper() for one, letter in _VNI_ALONE.items()}
_VNI_LETTER = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))

_FOREIGN = re.compile("[\u00a1-\u00ff]")
_UNICODE_ONLY = re.compile(
    "[\u0102\u0103\u0110\u0111\u0128\u0129\u0168\u0169\u01a0\u01a1\u01af\u01b0\u0300-\u0323\u1ea0-\u1ef9]"
)
_VIETNAMESE_LATIN1 = frozenset("àáâãèéêìíòóôõùúýÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝ")
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_ONSET = "(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdđghklmnpqrstvx])?"
_OPEN = "(?:ai|ao|au|ay|âu|ây|eo|êu|iu|iêu|yêu|oi|oai|oay|oeo|oao|ôi|ơi|ui|uây|uôi|uya|uyu|uai|ưi|ưu|ươi|ươu|ia|ua|ưa)"
_CORE = "(?:iê|yê|uyê|uô|ươ|oa|oă|oe|uâ|uê|uơ|uy|[aăâeêioôơuưy])"
_SYLLABLE = re.compile(f"{_ONSET}(?:{_OPEN}|{_CORE}(?:ch|ng|nh|[cmnpt])?)")
_TONE_LAST = re.compile("[aâeêiôơuưo][ioyu][\u0300\u0301\u0303\u0309\u0323]$")  # "aõ": never on a closing i, o, u, y
_EITHER_VOWEL = ("uy", "qui")


def _vietnamese(text: str) -> bool:
    """Tell whether every word could be a Vietnamese syllable: its letters in order, one tone at most."""
    words = re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", text.lower()))
    for word in words:
        marks = unicodedata.normalize("NFD", word)
        if sum(mark in _TONES for mark in marks) > 1:
            return False
        bare = unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in _TONES))
        if len(bare) > 1 and not _SYLLABLE.fullmatch(bare):
            return False
        if _TONE_LAST.search(marks) and not bare.endswith(_EITHER_VOWEL):
            return False
    return bool(words)


def _utf8(text: str) -> str:
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return ""


def readings(text: str) -> list[Reading]:
    """Return what a text says in each of the old codes; empty for ASCII and for letters only Unicode has.

    "Hép" may be a word as it stands, and "Hộp" written in TCVN3: only a list of names can tell which reading is right.
    """
    if not _FOREIGN.search(text) or _UNICODE_ONLY.search(text):
        return []
    found = (
        Reading(Encoding.UTF8, _utf8(text)),
        Reading(Encoding.TCVN3, unicodedata.normalize("NFC", text.translate(_TCVN3))),
        Reading(Encoding.VNI, unicodedata.normalize("NFC", _VNI_LETTER.sub(lambda match: _VNI[match[0]], text))),
    )
    return [one for one in found if one.text not in ("", text)]


def read_as(text: str, encoding: Encoding) -> str:
    """Return what a text says in one code; the text itself when it says nothing else in it."""
    return next((one.text for one in readings(text) if one.encoding is encoding), text)


def recognised(text: str) -> Reading | None:
    """Return what a text says when it cannot be Vietnamese as it stands and one old code makes it so; else None."""
    signs = _FOREIGN.findall(text)
    if not signs or (all(sign in _VIETNAMESE_LATIN1 for sign in signs) and _vietnamese(text)):
        return None
    return next((one for one in readings(text) if _vietnamese(one.text)), None)


_FONTS = {Encoding.TCVN3: "TCVN3 (.VnTime)", Encoding.VNI: "VNI (VNI-Times)", Encoding.UTF8: "UTF-8 → Windows-1252"}


def described(text: str, reading: Reading | None = None) -> str:
    """Return a text, followed by its code and what it says when it is mojibake: `X· = TCVN3 (.VnTime) “Xã”`."""
    reading = reading or recognised(text)
    return f"{text} = {_FONTS[reading.encoding]} “{reading.text}”" if reading else text
