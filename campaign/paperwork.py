"""Paperwork: what config.toml says of the notices that go out, the messages, and the emulation score."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from campaign.emulation import Part
from campaign.sections import Identifier, Names, Section

HUNDRED = 100
STANDARD_WEIGHTS = {
    Part.COMPLETION: Decimal(50),
    Part.ON_TIME: Decimal(20),
    Part.FINISHED_EARLY: Decimal(10),
    Part.STREAK: Decimal(10),
    Part.DATA_QUALITY: Decimal(10),
}
BANDS = (Decimal(0), Decimal("0.1"), Decimal("0.5"), Decimal("0.9"))
_FROM_ENVIRONMENT = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*")


def _in_one_class(value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    codes = [code for units in value.values() for code in units]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise ValueError(f"each unit in one class was expected, {twice[0]} is in two")
    return value


Classes = Annotated[dict[str, tuple[str, ...]], AfterValidator(_in_one_class)]


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
    agency_name: str = ""  # within a sentence: "Sở Tư pháp"; left out: made from `agency`
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
    """The emulation score (điểm thi đua) of a campaign: `[campaign.emulation]`. No other figure depends on it.

    `weights`: the points each part brings at most, 100 in all (docs/emulation.md).
    """

    weights: dict[Part, Decimal] = Field(default_factory=lambda: dict(STANDARD_WEIGHTS))

    @field_validator("weights")
    @classmethod
    def _a_hundred(cls, value: dict[Part, Decimal]) -> dict[Part, Decimal]:
        if any(not one.is_finite() or one < 0 for one in value.values()) or sum(value.values()) != HUNDRED:
            raise ValueError("points of 0 or more that add up to 100 were expected")
        return {part: value[part] for part in Part if value.get(part)}

    @property
    def points(self) -> dict[Part, Fraction]:
        """Return the points each part brings at most, exactly."""
        return {part: Fraction(weight) for part, weight in self.weights.items()}


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

    @model_validator(mode="before")
    @classmethod
    def _from_the_environment(cls, table: Any) -> Any:  # of the whole table: an error of one key would tell an address
        to = table.get("to", ("env:X",)) if isinstance(table, dict) else ("env:X",)
        said = to if isinstance(to, list | tuple) else ()
        if not said or not all(isinstance(one, str) and _FROM_ENVIRONMENT.fullmatch(one) for one in said):
            raise ValueError(
                'to: a list like ["env:CANDICH_ZALO"] was expected: addresses are read from the environment'
            )
        return table
