"""Paperwork: what config.toml says of the notices that go out, the messages, and the emulation score."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from campaign.sections import Identifier, Names, Section

BANDS = (Decimal(0), Decimal("0.1"), Decimal("0.5"), Decimal("0.9"))
_FROM_ENVIRONMENT = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*")


class Signer(Section):
    """Who signs: in whose place (TM., KT., TL. … and the post it stands for), the own post, the name."""

    authority: str = ""  # "KT. GIÁM ĐỐC"; "TM. ỦY BAN NHÂN DÂN"; empty: signs in the own right
    post: str = ""  # "PHÓ GIÁM ĐỐC"
    name: str = ""


class Paper(Section):
    """How a campaign's notices look and who signs them: `[campaign.notice]`. No figure depends on it.

    `bands`: shares of completion, rising; the first may be 0 (nothing done yet). The last bounds the band above it.
    `letter`, `workbook`: the agency's own .docx and .xlsx with named placeholders, in place of ours.
    """

    superior: str = ""  # "UBND TỈNH BẮC NINH"
    agency: str = ""  # "SỞ TƯ PHÁP"
    place: str = ""  # "Bắc Ninh"
    symbol: str = "TB"  # "TB-STP": Số: 05/TB-STP
    form: Literal["thong-bao", "cong-van"] = "thong-bao"
    addressed_to: tuple[str, ...] = ()  # Kính gửi: …, for a công văn
    grounds: tuple[str, ...] = ()  # Căn cứ …
    request: str = ""  # a sentence of the agency's own at the end, in place of ours
    due_days: int = Field(3, ge=1, le=60)  # the day by which the laggards are asked to answer: so many days later
    recipients: tuple[str, ...] = ()  # Nơi nhận
    filed: str = "VT"  # - Lưu: VT.
    signer: Signer = Signer()
    bands: tuple[Decimal, ...] = BANDS
    letter: Path | None = None
    workbook: Path | None = None

    @field_validator("bands")
    @classmethod
    def _rising(cls, value: tuple[Decimal, ...]) -> tuple[Decimal, ...]:
        if any(not 0 <= one < 1 for one in value) or list(value) != sorted(set(value)):
            raise ValueError("shares that rise, from 0 to below 1, like [0, 0.1, 0.5, 0.9] were expected")
        return value


class Emulation(Section):
    """The emulation score (điểm thi đua) of a campaign: `[campaign.emulation]`; the weights of its parts."""

    weights: dict[str, Decimal] = Field(default_factory=dict)


class Message(Section):
    """One message that goes out by itself: `[[message]]`. Addresses come from the environment only.

    `to`: "env:NAME", the variable holding one or more addresses that apprise understands. `units`: whose brief it is
    (each a unit of the campaign; left out: the top unit).
    """

    name: Identifier
    campaign: str
    to: tuple[str, ...]
    units: tuple[str, ...] = ()
    schedule: str | None = None  # cron, local time; left out: only by hand
    language: Literal["vi", "en"] | None = None
    attach: tuple[Literal["pdf", "png"], ...] = ()
    title: Names = Field(default_factory=dict)

    @field_validator("to")
    @classmethod
    def _from_the_environment(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value or not all(_FROM_ENVIRONMENT.fullmatch(one) for one in value):
            raise ValueError('a list like ["env:CANDICH_ZALO"] was expected: addresses are read from the environment')
        return value
