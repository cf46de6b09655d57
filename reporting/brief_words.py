"""Sentences about one unit, from its figures: where it stands, against what, and what the day brought.

Pages set them in HTML, briefs and messages send them as they are: `emphasis` is put around a figure, (before, after).
"""

from __future__ import annotations

from campaign.configuration import Campaign
from campaign.earned import Earned
from campaign.progress import Status, UnitProgress
from reporting import numbers
from reporting.texts import text

SETTLED = (Status.NO_TARGET, Status.NOTHING_TO_DO, Status.FINISHED, Status.OVERDUE)
PLAIN = ("", "")


def counted(campaign: Campaign, stage: str, lang: str) -> str:
    """Return the word for what a stage counts."""
    found = next((one for one in campaign.stages if one.id == stage), None)
    return (found.counted(lang) if found else None) or text("word.records", lang)


def verdict(row: UnitProgress, campaign: Campaign, lang: str) -> str:
    """Return in one line where a unit stands against where it should."""
    if row.as_of < campaign.start:
        return text("overview.not_begun", lang, on=campaign.start)
    params: dict[str, object] = {"name": row.name, "counts": counted(campaign, row.stage, lang)}
    if row.status in SETTLED:
        return text(f"verdict.{row.status}", lang, **params, n=row.remaining)
    if row.as_of == campaign.end and row.remaining:
        return text("verdict.due", lang, **params, n=numbers.whole(row.remaining, lang))
    variance = row.variance or 0
    if numbers.half_up(variance) == 0:
        return text("verdict.hardly_behind" if variance < 0 else "verdict.on_plan", lang, **params)
    key = "verdict.behind" if variance < 0 else "verdict.ahead"
    return text(key, lang, **params, n=numbers.whole(max(variance, -variance), lang))


def clock(
    row: UnitProgress, campaign: Campaign, earned: Earned | None, lang: str, emphasis: tuple[str, str] = PLAIN
) -> str:
    """Return by how many days the work trails the plan or is ahead of it; empty before the start and at the end."""
    if row.as_of < campaign.start or row.status in SETTLED:
        return ""
    if earned is None or numbers.half_up(earned.days_behind * 10) == 0:
        return ""
    behind, (before, after) = earned.days_behind, emphasis
    key = "overview.clock.behind" if behind > 0 else "overview.clock.ahead"
    return text(key, lang, days=f"{before}{numbers.decimal(max(behind, -behind), 1, lang)}{after}")


def today(row: UnitProgress, campaign: Campaign, lang: str) -> str:
    """Return whether the day's target was met."""
    short = row.short_today
    if row.as_of < campaign.start:
        return text("overview.not_begun", lang, on=campaign.start)
    if short is None or row.catchup_today == 0:
        return text("overview.today.excused" if is_excused(row) else "overview.today.met", lang)
    if short == 0:
        return text("overview.today.met", lang)
    return text("overview.today.short", lang, n=numbers.whole(short, lang))


def is_excused(row: UnitProgress) -> bool:
    """Tell whether nothing was asked of a unit on a day though work is left."""
    return row.planned_today == 0 and not row.catchup_today and bool(row.remaining)
