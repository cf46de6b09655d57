"""What a letter says, part by part as Nghị định 30/2020/NĐ-CP names the parts: plain values, no looks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from campaign.paperwork import Paper
from reporting.citations import cited, date_parts
from reporting.letter_annexes import Annex, annexes
from reporting.letter_words import Passage, Words, agency_spoken
from reporting.notice_content import Notice
from reporting.texts import text

DOTS = "…………"
_GROUND = ("Căn cứ", "Theo", "Xét", "Thực hiện", "Pursuant", "In accordance")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July",
           "August", "September", "October", "November", "December")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the clerk gives a letter when it goes out; a draft has neither number nor date.

    `replaces`: the sentence by which a correction names the letter it stands in place of.
    """

    number: int | None = None
    signed_on: date | None = None
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """The parts of one letter, in the order they stand on the paper. `kind` is empty for a công văn."""

    lang: str
    superior: str
    agency: str
    number: str
    place_and_date: str
    kind: str
    subject: str
    addressed_to: tuple[str, ...]
    grounds: tuple[str, ...]
    body: tuple[Passage, ...]
    recipients: tuple[str, ...]
    authority: str
    post: str
    signer: str
    simulated: str
    attached: str
    annexes: tuple[Annex, ...]


def missing(paper: Paper, lang: str = "vi") -> list[str]:
    """Return in words what the configuration lacks of a letter that may be signed; [] when it is whole."""
    parts = (
        ("agency", paper.agency),
        ("place", paper.place),
        ("post", paper.signer.post or paper.signer.authority),
        ("signer", paper.signer.name),
    )
    return [text(f"letter.missing.{part}", lang) for part, given in parts if not given.strip()]


def letter_of(notice: Notice, paper: Paper, stamp: Stamp) -> Letter:
    """Return what the letter of a notice says; a draft has dots where something is not known yet."""
    lang = notice.lang
    added = annexes(notice)
    words = Words(notice, paper, added, stamp.signed_on, stamp.replaces)
    formal = paper.form == "thong-bao"
    return Letter(
        lang=lang,
        superior=paper.superior.upper(),
        agency=paper.agency.upper() or DOTS,
        number=text("letter.number", lang, number=number_shown(stamp), symbol=paper.symbol),
        place_and_date=place_and_date(paper.place, stamp.signed_on, lang),
        kind=text("letter.kind", lang) if formal else "",
        subject=words.subject(),
        addressed_to=() if formal else tuple(words.addressed_to()),
        grounds=grounds(paper, lang),
        body=tuple(words.body()),
        recipients=tuple(_recipients(words, paper, lang)),
        authority=paper.signer.authority.upper(),
        post=paper.signer.post.upper() or ("" if paper.signer.authority else DOTS),
        signer=paper.signer.name or DOTS,
        simulated=text("letter.simulated", lang) if notice.simulated else "",
        attached=_attached(paper, stamp, lang),
        annexes=added,
    )


def number_shown(stamp: Stamp) -> str:
    """Return a letter's number: below ten a nought before it; room to write it while it is a draft."""
    return f"{stamp.number:02}" if stamp.number is not None else "\u00a0" * 6


def long_date(day: date | None, lang: str) -> str:
    """Return a date in full: ngày 05 tháng 01 năm 2025; 5 January 2025."""
    if lang == "vi":
        shown, month, year = date_parts(day)
        return f"ngày {shown} tháng {month} năm {year}"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}" if day else "\u00a0" * 12


def place_and_date(place: str, day: date | None, lang: str) -> str:
    """Return where and when a letter is signed: Bắc Ninh, ngày 05 tháng 01 năm 2025."""
    return f"{place.strip() or DOTS}, {long_date(day, lang)}"


def grounds(paper: Paper, lang: str) -> tuple[str, ...]:
    """Return the grounds of a letter, each ended by a semicolon, the last by a full stop."""
    bare = [re.sub(r"[\s;.,]+$", "", cited(one)) for one in paper.grounds if one.strip()]
    said = [one if one.startswith(_GROUND) else text("letter.ground", lang, what=one) for one in bare]
    return tuple(one + (";" if place < len(said) else ".") for place, one in enumerate(said, 1))


def _recipients(words: Words, paper: Paper, lang: str) -> list[str]:
    """Return whom a letter goes to, each line as it stands on the paper, its file copy last."""
    formal = paper.form == "thong-bao"
    found = [] if formal else [text("letter.as_above", lang)]
    listed = words.recipients()
    found += listed
    bare = [re.sub(r"^[\s–-]+|[\s;.,]+$", "", one) for one in found]
    filed = paper.filed.strip().rstrip(".")
    return [f"- {one};" for one in bare] + [text("letter.filed", lang, where=filed)]


def _attached(paper: Paper, stamp: Stamp, lang: str) -> str:
    """Return what each annex says of the letter it goes with."""
    kind = text("letter.kind.spoken" if paper.form == "thong-bao" else "letter.kind.plain", lang)
    number, agency = number_shown(stamp), agency_spoken(paper) or DOTS
    on = long_date(stamp.signed_on, lang)
    return text("letter.attached", lang, kind=kind, number=number, symbol=paper.symbol, on=on, agency=agency)
