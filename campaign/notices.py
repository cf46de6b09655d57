"""Notices: what the register keeps of a notice that was issued, which number is next, and what stands in its way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from campaign.errors import ContractError
from campaign.paperwork import Paper
from campaign.period import Period, read_period

FORMATS = ("xlsx", "docx", "pdf")
LANGUAGES = ("vi", "en")
MOST = 99_999


class Block(StrEnum):
    """Why nothing may be issued yet."""

    UNEXPLAINED = "unexplained"
    FAILED_CHECK = "failed_check"
    AGENCY = "agency"
    PLACE = "place"
    POST = "post"
    SIGNER = "signer"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: its kind, how many of them there are, and the first in words."""

    block: Block
    n: int = 0
    words: str = ""


@dataclass(frozen=True, slots=True)
class KeptFile:
    """One file of an issued notice: its name, whom it is about, its format, its bytes."""

    name: str
    unit: str
    format: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Said:
    """What a person said of a stated total that is not our sum; in force when the notice was issued."""

    unit: str
    category: str
    stage: str
    measure: str
    as_of: str
    why: str
    by: str


@dataclass(frozen=True, slots=True)
class Record:
    """One notice as it was issued. Nothing in it ever changes: a correction is another record that names this one.

    `unit`: the unit it is about, empty for the whole campaign with an annex for each unit below; `units`: all heads.
    `paper`: how it looked and who signed, as configured then. `issued_at` is UTC; `signed_on` stands on the paper.
    """

    id: str
    campaign: str
    number: int
    symbol: str
    signed_on: date
    period: str
    as_of: date
    unit: str
    units: tuple[str, ...]
    language: str
    version: str
    version_sha256: str
    files: tuple[KeptFile, ...]
    paper: Paper
    issued_by: str
    issued_by_name: str
    issued_at: datetime
    replaces: str = ""
    explanations: tuple[Said, ...] = ()
    envelope: str = ""

    @property
    def reference(self) -> str:
        """Return number and symbol as they stand on the paper: 05/TB-STP."""
        return reference(self.number, self.symbol)

    @property
    def formats(self) -> tuple[str, ...]:
        """Return the formats its files have, in the order they are offered."""
        return tuple(one for one in FORMATS if any(file.format == one for file in self.files))

    @property
    def signer(self) -> str:
        """Return who signed, in one line."""
        return signed_by(self.paper)

    def document(self) -> dict[str, Any]:
        """Return the record as JSON carries it."""
        return {
            **asdict(self),
            "reference": self.reference,
            "signed_on": self.signed_on.isoformat(),
            "as_of": self.as_of.isoformat(),
            "issued_at": self.issued_at.isoformat(),
            "formats": list(self.formats),
            "recipients": list(self.paper.recipients),
            "signer": self.paper.signer.model_dump(mode="json"),
            "paper": self.paper.model_dump(mode="json"),
        }


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be issued: `unit` empty means the whole campaign; `number` None the next free one.

    `seen`: the mark of what its sender saw before; empty: whatever the figures are now.
    """

    period: Period
    signed_on: date
    language: str
    unit: str = ""
    number: int | None = None
    replaces: str = ""
    formats: tuple[str, ...] = FORMATS
    seen: str = ""

    def document(self) -> dict[str, Any]:
        """Return the order as JSON carries it."""
        return {
            "period": self.period.code,
            "unit": self.unit,
            "number": self.number,
            "signed_on": self.signed_on.isoformat(),
            "language": self.language,
            "replaces": self.replaces,
            "formats": list(self.formats),
            "seen": self.seen,
        }


def read_order(content: object, where: str) -> Order:
    """Return an order as it was handed in; ContractError for one that is none."""
    if not isinstance(content, Mapping):
        raise ContractError(where, "is no order for a notice", "hand it in again")
    try:
        number = content.get("number")
        found = Order(
            period=read_period(str(content["period"])),
            signed_on=date.fromisoformat(content["signed_on"]),
            language=str(content["language"]),
            unit=str(content.get("unit") or ""),
            number=None if number is None else int(number),
            replaces=str(content.get("replaces") or ""),
            formats=tuple(str(one) for one in content.get("formats") or FORMATS),
            seen=str(content.get("seen") or ""),
        )
    except (KeyError, ValueError, TypeError) as problem:
        raise ContractError(where, f"is no order for a notice ({problem!r})", "hand it in again") from None
    if found.language not in LANGUAGES or not set(found.formats) <= set(FORMATS) or not found.formats:
        raise ContractError(where, "is no order for a notice (language or format)", "hand it in again")
    return found


def signed_by(paper: Paper) -> str:
    """Return who signs in one line: the name, the post, in whose place."""
    own, authority = paper.signer, paper.signer.authority
    said = ", ".join(filter(None, (own.name, own.post)))
    return f"{said} ({authority})" if said and authority else said or authority


def reference(number: int, symbol: str) -> str:
    """Return a number and a symbol as they stand on the paper; below ten a nought stands before it."""
    return f"{number:02d}/{symbol}"


def read_record(content: Mapping[str, Any], where: str) -> Record:
    """Return a record as it was written down; ContractError names one that is damaged."""
    try:
        return Record(
            id=str(content["id"]),
            campaign=str(content["campaign"]),
            number=int(content["number"]),
            symbol=str(content["symbol"]),
            signed_on=date.fromisoformat(content["signed_on"]),
            period=read_period(str(content["period"])).code,
            as_of=date.fromisoformat(content["as_of"]),
            unit=str(content["unit"]),
            units=tuple(str(one) for one in content["units"]),
            language=str(content["language"]),
            version=str(content["version"]),
            version_sha256=str(content["version_sha256"]),
            files=tuple(KeptFile(**one) for one in content["files"]),
            paper=Paper.model_validate(content["paper"]),
            issued_by=str(content["issued_by"]),
            issued_by_name=str(content["issued_by_name"]),
            issued_at=datetime.fromisoformat(content["issued_at"]),
            replaces=str(content["replaces"]),
            explanations=tuple(Said(**one) for one in content["explanations"]),
            envelope=str(content["envelope"]),
        )
    except (KeyError, ValueError, TypeError, AttributeError) as problem:
        raise ContractError(where, f"is no record of a notice ({problem!r})", "bring it back from a backup") from None


def is_record(content: object) -> bool:
    """Tell whether a document of the notices' folder has a number: drafts have none, and are no records."""
    return isinstance(content, Mapping) and "number" in content


def holder(records: Iterable[Record], symbol: str, year: int, number: int) -> Record | None:
    """Return the notice that has a number of a symbol's year already; None when it is free."""
    same = (one for one in records if _same_series(one, symbol, year))
    return next((one for one in same if one.number == number), None)


def next_number(records: Iterable[Record], symbol: str, year: int) -> int:
    """Return the number after the highest of a symbol's year; 1 for the first."""
    return 1 + max((one.number for one in records if _same_series(one, symbol, year)), default=0)


def _same_series(one: Record, symbol: str, year: int) -> bool:
    return one.signed_on.year == year and one.symbol.strip().casefold() == symbol.strip().casefold()


def corrections(records: Iterable[Record]) -> dict[str, Record]:
    """Return which notice corrects which: by the id of the old one, the first that names it."""
    found: dict[str, Record] = {}
    for one in sorted(records, key=lambda record: record.issued_at):
        if one.replaces:
            found.setdefault(one.replaces, one)
    return found


def lacking(paper: Paper) -> tuple[Block, ...]:
    """Return what a notice may not be issued without and the configuration does not say."""
    needed = (
        (Block.AGENCY, paper.agency),
        (Block.PLACE, paper.place),
        (Block.POST, paper.signer.post or paper.signer.authority),
        (Block.SIGNER, paper.signer.name),
    )
    return tuple(block for block, words in needed if not words.strip())


def record_id(campaign: str, signed_on: date, number: int, symbol: str) -> str:
    """Return the name a record goes by: campaign, year, number, symbol in plain letters."""
    plain = re.sub(r"[^a-z0-9]+", "-", symbol.casefold().replace("đ", "d")).strip("-") or "so"
    return f"{campaign}-{signed_on.year}-{number:02d}-{plain}"
