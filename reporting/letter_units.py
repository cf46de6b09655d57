"""The units of a letter as an official speaks of them: the one it is about, its parts by kind, and their offices."""

from __future__ import annotations

from collections.abc import Sequence

from reporting.letter_annexes import level_spoken
from reporting.notice_content import Line, Notice
from reporting.notice_words import mid_sentence
from reporting.texts import has, named, text

_KINDS = ("Huyện", "Thị xã", "Thành phố", "Quận", "Xã", "Phường", "Thị trấn", "Đặc khu", "Tỉnh")
_LETTERS = "a b c d đ e g h i k l m n o p q r s t u v x y".split()  # noqa: SIM905 - the Vietnamese alphabet, read as such


def mid(name: str, lang: str) -> str:
    """Return a name within a sentence: huyện Quế Võ; names stay as they are in English."""
    return mid_sentence(name) if lang == "vi" else name


def joined(words: Sequence[str], lang: str) -> str:
    """Return an enumeration: A, B và C."""
    if len(words) < 2:  # noqa: PLR2004 - one needs no "and"
        return "".join(words)
    return f"{', '.join(words[:-1])} {text('letter.and', lang)} {words[-1]}"


def lettered(said: Sequence[str]) -> list[str]:
    """Return points as the decree counts them: a) …; b) …; the last ended by a full stop."""
    return [
        f"{letter}) {one}{';' if place < len(said) else '.'}"
        for place, (letter, one) in enumerate(zip(_LETTERS, said, strict=False), 1)
    ]


class Units:
    """Names the units of one notice."""

    def __init__(self, notice: Notice) -> None:
        self.notice, self.lang = notice, notice.lang
        self.itself = mid(notice.unit, self.lang) if notice.unit else text("letter.units.these", self.lang)
        self._shows_above = {one.level: one.shows_above for one in notice.rankings}
        self._shows_any = any(self._shows_above.values())

    def name(self, line: Line) -> str:
        """Return a unit's name, with the unit above it where several are in question: xã A thuộc huyện B."""
        name = mid(line.name, self.lang)
        level = line.row.level if line.row else ""
        if not line.above or not self._shows_above.get(level, self._shows_any):
            return name
        return text("letter.name.above", self.lang, name=name, above=mid(line.above, self.lang))

    def spoken(self, level: str) -> str:
        """Return the units of a level: đơn vị cấp xã; of unlike levels in one table: đơn vị."""
        return level_spoken(level, self.lang)

    def levels(self) -> list[str]:
        """Return the levels that have a table, from the top."""
        return [one.level for one in self.notice.rankings]

    def with_work(self, level: str) -> int:
        """Return how many units of a level have a target above 0."""
        ranking = next(one for one in self.notice.rankings if one.level == level)
        return sum(bool(line.whole.target) for line in ranking.lines if line.row and line.row.level == level)

    def addressee(self) -> str:
        """Return whose duty it is: UBND huyện Quế Võ; UBND các huyện, thị xã, thành phố; các đơn vị."""
        notice, lang = self.notice, self.lang
        if notice.row is not None and (notice.row.parent_code is not None or notice.row.is_leaf):
            return self._office(notice.unit)
        lines = notice.rankings[0].lines
        if len(lines) == 1:
            return self._office(lines[0].name)
        kinds = [kind for kind in _KINDS if any(line.name.startswith(f"{kind} ") for line in lines)]
        others = any(not line.name.startswith(tuple(f"{kind} " for kind in _KINDS)) for line in lines)
        if not kinds and not has(f"levels.{notice.rankings[0].level}"):
            return text("letter.units.these", lang)
        if not kinds:
            return text("letter.to.units", lang, units=named("levels", notice.rankings[0].level, lang).lower())
        spoken = ", ".join(kind.lower() for kind in kinds)
        if lang != "vi":
            spoken = named("levels", notice.rankings[0].level, lang).lower()
        found = text("letter.to.offices", lang, kinds=spoken)
        return f"{found} {text('letter.to.others', lang)}" if others else found

    def _office(self, name: str) -> str:
        if name.startswith(tuple(f"{kind} " for kind in _KINDS)):
            return text("letter.to.office", self.lang, name=mid(name, self.lang))
        return mid(name, self.lang)
