"""The stage funnel: how far each step of the work has come, what waits before it, and where the work piles up."""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import date

from campaign.feasibility import recent_rate
from campaign.progress import UnitProgress
from campaign.prospects import upstream_stage
from campaign.stage_flow import Flow, bottleneck, waiting
from campaign.warning import Work
from reporting import brief_words, numbers
from reporting.charts import width
from reporting.figures import Figures
from reporting.texts import named, text


def flows(figures: Figures, scope: str, as_of: date, category: str) -> tuple[Flow, ...]:
    """Return the stages of a campaign for one unit, in order; none where there is but one."""
    stages = figures.campaign.stages
    if len(stages) < 2:  # noqa: PLR2004 - one stage is no funnel
        return ()
    inside = set(figures.tree(as_of).subtree(scope))
    rows = {
        stage.id: {row.code: row for row in figures.progress(as_of, category=category, stage=stage.id)}
        for stage in stages
    }
    found = []
    for stage in stages:
        upstream = upstream_stage(figures.campaign, stage.id)
        work = figures.work(as_of, category=category, stage=stage.id).get(scope)
        leaves = [row for code, row in rows[stage.id].items() if code in inside and row.is_leaf]
        before = rows[upstream] if upstream else None
        found.append(_flow(rows[stage.id][scope], leaves, before, upstream, work))
    return tuple(found)


def _flow(
    row: UnitProgress,
    leaves: Sequence[UnitProgress],
    before: dict[str, UnitProgress] | None,
    upstream: str | None,
    work: Work | None,
) -> Flow:
    if before is None:
        waits = row.remaining or 0
    else:
        waits = waiting((before[leaf.code].done, leaf.done) for leaf in leaves if leaf.code in before)
    return Flow(
        stage=row.stage,
        target=row.target,
        done=row.done,
        completion=row.completion,
        upstream=upstream,
        waiting=waits,
        pace=recent_rate(work.done, work.weights) if work else None,
    )


def title(found: Sequence[Flow], figures: Figures, lang: str) -> str:
    """Return the funnel in one sentence: the bottleneck, what waits there, and how long it takes to clear."""
    worst = bottleneck(found)
    if worst is None:
        nothing = all(one.waiting == 0 for one in found)
        return text("comparing.funnel.clear" if nothing else "comparing.funnel.no_day", lang)
    said = {
        "stage": stage_name(figures, worst.stage, lang),
        "n": worst.waiting,
        "counts": brief_words.counted(figures.campaign, worst.stage, lang),
    }
    days = worst.days_to_clear
    if days is None:
        return text("comparing.funnel.stuck", lang, **said)
    return text("comparing.funnel.bottleneck", lang, **said, days=numbers.decimal(days, 1, lang))


def stage_name(figures: Figures, stage: str, lang: str) -> str:
    """Return the name of a stage."""
    found = next((one for one in figures.campaign.stages if one.id == stage), None)
    return found.title(lang) if found else named("stage", stage, lang)


def steps(found: Sequence[Flow], figures: Figures, lang: str) -> str:
    """Return the stages as HTML, one under the other, the bottleneck marked."""
    worst = bottleneck(found)
    return f'<ol class="cd-funnel">{"".join(_step(one, one is worst, figures, lang) for one in found)}</ol>'


def _step(one: Flow, is_worst: bool, figures: Figures, lang: str) -> str:  # noqa: FBT001 - what the stage is
    counts = brief_words.counted(figures.campaign, one.stage, lang)
    share = numbers.percent(one.completion, lang, one.target is not None and one.done >= one.target)
    of = f"{numbers.whole(one.done, lang)}/{numbers.whole(one.target, lang)} {counts}"
    mark = (
        f'<span class="cd-chip cd-behind">▼ {html.escape(text("comparing.funnel.here", lang))}</span>'
        if is_worst
        else ""
    )
    name = html.escape(stage_name(figures, one.stage, lang))
    return (
        f"<li{' class=cd-worst' if is_worst else ''}><div><b>{name}</b> {mark}</div>"
        f'<div class="cd-num">{html.escape(share)} <small>{html.escape(of)}</small></div>'
        f'<div class="cd-track" aria-hidden="true"><i style="width:{width(one.completion)}%"></i></div>'
        f"<p>{html.escape(_waits(one, figures, lang))}</p></li>"
    )


def _waits(one: Flow, figures: Figures, lang: str) -> str:
    """Return what waits before a stage, the pace it is worked off at, and the days that takes."""
    if one.waiting == 0:
        return text("comparing.funnel.nothing_waits", lang)
    if one.upstream:
        told = text(
            "comparing.funnel.waits", lang, n=one.waiting, before=stage_name(figures, one.upstream, lang).lower()
        )
    else:
        told = text("comparing.funnel.left", lang, n=one.waiting)
    if one.pace is None:
        return told
    days = one.days_to_clear
    if days is None:
        return f"{told}; {text('comparing.funnel.no_pace', lang)}"
    pace = numbers.whole(one.pace, lang)
    return f"{told}; {text('comparing.funnel.pace', lang, pace=pace, days=numbers.decimal(days, 1, lang))}"
