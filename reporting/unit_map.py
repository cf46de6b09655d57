"""The map's words: what each unit's place says by one measure, the key to it, and the map in one sentence.

A place says it by a sign and a shade together, so it is read on paper and without colours too. Silence is not drawn as
zero: a unit that never reported has a sign of its own, whatever the measure.
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from campaign.configuration import StatusRules
from campaign.freshness import Gap
from campaign.progress import Status, UnitProgress
from reporting import heatmap, numbers
from reporting.quick import LAGGING
from reporting.texts import text

FIFTHS = 5
BELOW = ("at_risk", "behind", "far_behind")
FAR = 2  # times the bound of silence: far beyond it
SIGNS = {"far_behind": "▼▼", "none": numbers.NONE, "s0": "▁", "s1": "▂", "s2": "▄", "s3": "▆", "s4": "█"}
ORDER = (
    "overdue", "silent", "source_down", "stalled", "far_behind", "behind", "at_risk", "on_track",
    "s0", "s1", "s2", "s3", "s4", "finished", "none", "nothing_to_do", "no_target",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shade:
    """What one place says: its kind (a class of the page's style), the figure in it, and the figure in words.

    `meant`: it is one of those that the map's title counts.
    """

    row: UnitProgress
    kind: str
    value: str = ""
    told: str = ""
    meant: bool = False


def sign(kind: str, lang: str) -> str:
    """Return the sign of a kind."""
    return SIGNS.get(kind) or text(f"status.{kind}.sign", lang)


def _percent(row: UnitProgress, lang: str) -> str:
    return numbers.percent(row.completion, lang, row.status is Status.FINISHED)


def _settled(row: UnitProgress) -> str | None:
    """Return the kind of a unit of which no measure says more."""
    if row.status in (Status.NO_TARGET, Status.NOTHING_TO_DO, Status.FINISHED):
        return row.status.value
    return None


def _by_status(row: UnitProgress, standing: str, _: StatusRules, lang: str) -> Shade:
    return Shade(row, standing, "", _percent(row, lang) if row.target else "", standing in LAGGING)


def _by_completion(row: UnitProgress, _: str, __: StatusRules, lang: str) -> Shade:
    kind = _settled(row)
    if kind is None and row.last_as_of is None:
        return Shade(row, Status.SILENT)
    if kind not in (None, Status.FINISHED) or row.completion is None:
        return Shade(row, kind or "none")
    share = _percent(row, lang)
    fifth = min(int(row.completion * FIFTHS), FIFTHS - 1)
    return Shade(row, kind or f"s{fifth}", share.removesuffix("%"), share)


def _by_pace(row: UnitProgress, _: str, rules: StatusRules, lang: str) -> Shade:
    kind = _settled(row)
    if kind is None and row.last_as_of is None:
        return Shade(row, Status.SILENT)
    if kind is not None or row.pace is None:
        return Shade(row, kind or "none")
    share = numbers.percent(row.pace, lang)
    band = heatmap.banded(row.pace, rules).name.lower()
    return Shade(row, band, share.removesuffix("%"), share, band in BELOW)


def _by_silence(row: UnitProgress, standing: str, rules: StatusRules, lang: str) -> Shade:
    kind = _settled(row)
    if kind is not None or standing == Gap.SOURCE_DOWN:
        return Shade(row, kind or Gap.SOURCE_DOWN)
    if row.last_as_of is None:
        return Shade(row, Status.SILENT, meant=row.days_silent >= rules.silent_days)
    days = row.days_silent
    band = ("on_track", *BELOW)[sum(days >= bound for bound in _bounds(rules))]
    told = text("map.silent.days", lang, n=days) if days > 0 else text("map.silent.none", lang)
    return Shade(row, band, numbers.whole(max(days, 0), lang), told, days >= rules.silent_days)


def _bounds(rules: StatusRules) -> tuple[int, int, int]:
    """Return from how many days without a report on each band begins."""
    return 1, rules.silent_days, FAR * rules.silent_days


Measure = Callable[[UnitProgress, str, StatusRules, str], Shade]
MEASURES: dict[str, Measure] = {
    "status": _by_status,
    "completion": _by_completion,
    "pace": _by_pace,
    "silent": _by_silence,
}


def shades(
    rows: Iterable[UnitProgress], measure: str, rules: StatusRules, lang: str, standing: Callable[[UnitProgress], str]
) -> list[Shade]:
    """Return what each unit's place says; `standing`: the word a unit is shown by elsewhere."""
    return [MEASURES[measure](row, standing(row), rules, lang) for row in rows]


def said(kind: str, measure: str, rules: StatusRules, lang: str) -> str:
    """Return a kind in words, as its measure means it."""
    if measure == "completion" and kind.startswith("s") and kind[1:].isdigit():
        low, high = (numbers.bound(Fraction(int(kind[1:]) + step, FIFTHS), lang) for step in (0, 1))
        return text("map.share", lang, low=low, high=high)
    banded = kind == "on_track" or kind in BELOW
    if measure == "pace" and banded:
        bounds = {
            "far": numbers.bound(heatmap.FAR_BELOW, lang),
            "behind": numbers.bound(Fraction(rules.behind_below), lang),
            "at_risk": numbers.bound(Fraction(rules.at_risk_below), lang),
        }
        return text(f"comparing.kind.{kind}", lang, **bounds)
    if measure == "silent" and banded:
        return _silence(kind, rules, lang)
    if kind == Status.SILENT and measure != "status":
        return text("map.silent.never", lang)
    return text("map.none", lang) if kind == "none" else text(f"status.{kind}", lang)


def _silence(kind: str, rules: StatusRules, lang: str) -> str:
    if kind == "on_track":
        return text("map.silent.none", lang)
    if kind == "far_behind":
        return text("map.silent.from", lang, n=FAR * rules.silent_days)
    one, some, far = _bounds(rules)
    low, high = (one, some - 1) if kind == "at_risk" else (some, far - 1)
    if low >= high:
        return text("map.silent.days", lang, n=low)
    return text("map.silent.between", lang, low=low, high=high)


def worst(one: Shade) -> tuple[int, int, Fraction, str]:
    """Return the place of a unit in a list: the gravest kind first, in it the longest silent, then the least done."""
    days = one.row.days_silent if one.kind == Status.SILENT else 0
    return ORDER.index(one.kind), -days, one.row.completion or Fraction(0), one.row.code


def kinds_of(found: Iterable[Shade]) -> list[str]:
    """Return the kinds that occur, the gravest first."""
    return sorted({one.kind for one in found}, key=ORDER.index)


def key(found: Sequence[Shade], measure: str, rules: StatusRules, lang: str) -> str:
    """Return the key as HTML: sign, shade and words of each kind that occurs, and how many units are of it."""
    counted = Counter(one.kind for one in found)
    drawn = "".join(
        f'<li><i class="k-{kind}" aria-hidden="true">{html.escape(sign(kind, lang))}</i>'
        f"{html.escape(said(kind, measure, rules, lang))} <b>{numbers.whole(counted[kind], lang)}</b></li>"
        for kind in kinds_of(found)
    )
    return f'<ul class="cd-map-key" aria-label="{html.escape(text("map.key", lang))}">{drawn}</ul>'


def title(
    found: Sequence[Shade],
    measure: str,
    rules: StatusRules,
    whole: UnitProgress,
    areas: Mapping[str, UnitProgress],
    lang: str,
) -> str:
    """Return the map in one sentence; `whole`: the unit in view, `areas`: the rows of the areas drawn, by code."""
    due = [one for one in found if one.row.target]
    if not due:
        return text("map.title.no_target", lang)
    if measure == "completion":
        return _told_of_shares(found, whole, areas, lang)
    meant = [one for one in due if one.meant]
    if not meant:
        return text(f"map.title.{measure}.none", lang, m=len(due), d=rules.silent_days)
    told = text(f"map.title.{measure}", lang, n=len(meant), m=len(due), d=rules.silent_days)
    counted = Counter(one.row.parent_code for one in meant).most_common(2)
    (code, n), *others = counted
    if code is not None and code in areas and len(areas) > 1 and (not others or n > others[0][1]):
        told += text("comparing.heat.most" if others else "comparing.heat.in", lang, where=areas[code].name, n=n)
    return told


def _told_of_shares(found: Sequence[Shade], whole: UnitProgress, areas: Mapping[str, UnitProgress], lang: str) -> str:
    """Return what is done of the whole, and the area that has done least, where one has."""
    done = sum(one.kind == Status.FINISHED for one in found)
    told = text("map.title.completion", lang, share=_percent(whole, lang), n=done, m=len(found))
    known = sorted((row.completion, row.code) for row in areas.values() if row.completion is not None)
    if len(known) > 1 and known[0][0] < known[1][0]:
        last = areas[known[0][1]]
        told += text("map.title.lowest", lang, where=last.name, share=_percent(last, lang))
    return told
