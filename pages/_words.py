"""Sentences: what a page says about figures before it draws any."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from campaign.configuration import ALL
from campaign.freshness import Gap
from campaign.progress import Status, UnitProgress
from campaign.rows import Fate
from pages import _ask, _reach
from pages._cards import chip, e, link, note, track
from pages._chrome import category_name, stage_name
from pages._view import View
from reporting import brief_words, numbers
from reporting.explained import Difference, told
from reporting.faults import Issue, Kind
from reporting.texts import has
from warehouse.reader import Batch

TOLD = 3
WORTH_SAYING = (
    Kind.FAILING_CHECK, Kind.RECONCILIATION, Kind.HELD, Kind.REJECTED, Kind.OVER_TARGET, Kind.NO_TARGET,
)  # fmt: skip
TOLD_OTHERWISE = (Kind.HELD, Kind.REJECTED, Kind.RECONCILIATION)
SHOWN_ORDER = (
    Status.FINISHED, Status.ON_TRACK, Status.AT_RISK, Status.BEHIND, Status.STALLED, Status.SILENT, Gap.SOURCE_DOWN,
    Status.OVERDUE, Status.NOTHING_TO_DO, Status.NO_TARGET,
)  # fmt: skip


def head(view: View, row: UnitProgress, title: str = "", *, dated: bool = True) -> str:
    """Return the head of a page: the verdict, the sentence behind it, and (`dated`) when it was published."""
    return (
        f'<div class="cd-head"><h1>{e(title or verdict(view, row))}</h1>{chip(view.standing(row), view.lang, big=True)}'
        f'<p class="cd-says">{sentence(view, row)}</p>{freshness(view, dated=dated)}</div>'
        f"{receiving(view)}{failing_sources(view)}"
    )


def verdict(view: View, row: UnitProgress) -> str:
    """Return in one line where a unit stands against where it should."""
    return brief_words.verdict(row, view.campaign, view.lang)


def sentence(view: View, row: UnitProgress) -> str:
    """Return the figures behind the verdict, as HTML with the figures set off."""
    lang = view.lang
    if row.target is None:
        return e(view.says("status.no_target.means"))
    day = (row.as_of - view.campaign.start).days + 1
    length = (view.campaign.end - view.campaign.start).days + 1
    key = "overview.sentence" if 1 <= day <= length else "overview.sentence.outside"
    share = numbers.percent(row.completion, lang, row.status is Status.FINISHED)
    told = view.says(
        key,
        on=row.as_of,
        day=day,
        days=length,
        stage=stage_name(view, row.stage).lower(),
        done=f"\x01{numbers.whole(row.done, lang)}\x02",
        target=numbers.whole(row.target, lang),
        counts=view.counts,
        share=f"\x01{share}\x02",
        planned=f"\x01{numbers.percent(row.planned_share, lang, finished=True)}\x02",
    )
    return e(f"{told}{_clock(view, row)}.").replace("\x01", "<b>").replace("\x02", "</b>")


def _clock(view: View, row: UnitProgress) -> str:
    """Return by how many days the work trails the plan or is ahead of it; empty before the start and at the end."""
    if row.as_of < view.campaign.start or row.status in brief_words.SETTLED:
        return ""
    earned = _ask.earned(view.edition, row.code, row.category, row.stage, row.as_of, view.figures)
    return brief_words.clock(row, view.campaign, earned, view.lang, ("\x01", "\x02"))


def freshness(view: View, *, dated: bool = True) -> str:
    """Return what a reader must know before believing: simulated data, how fresh, which part of the whole."""
    parts = []
    if view.campaign.simulated:
        means = e(view.says("app.simulated.means"))
        parts.append(f'<span class="cd-chip cd-simulated" title="{means}">{e(view.says("app.simulated"))}</span>')
    at = numbers.moment(view.figures.published_at, view.config.zone, view.lang)
    said = [view.says("data.published", at=at)] if dated else []
    since = view.figures.estimated_since(view.as_of)
    if since is not None:
        said.append(view.says("data.estimated", day=numbers.day(since, view.lang)))
    if view.category != ALL:
        said.append(category_name(view))
    if view.stage != view.campaign.headline:
        said.append(stage_name(view))
    parts += [f"<span>{e(one)}</span>" for one in said]
    return f'<div class="cd-meta">{"".join(parts)}</div>' if parts else ""


def receiving(view: View) -> str:
    """Return a note on the day whose reports are still coming in; empty when there is none."""
    if view.receiving is None:
        return ""
    top = next(row for row in view.rows(as_of=view.receiving) if row.code == view.scope)
    told = view.says("data.receiving.says", on=view.receiving, at=view.campaign.cutoff.strftime("%H:%M"))
    so_far = view.says("data.receiving.so_far", n=numbers.whole(top.done_today, view.lang), counts=view.counts)
    look = ""
    if view.as_of != view.receiving:
        look = link(view.says("data.receiving.look"), view.address.href(as_of=view.receiving.isoformat()))
    return note(f"<b>{e(told)}.</b> {e(so_far)} {look}", "plain")


def failing_sources(view: View) -> str:
    """Return a note on every source of ours that fails, and how many of the units in view that keeps from us."""
    codes = frozenset(view.tree.subtree(view.scope))
    notes = []
    for one in view.outages:
        n = view.gaps.waiting_in(one.source, codes)
        since = one.since.astimezone(view.config.zone)
        at = numbers.clock(one.since, view.config.zone)
        at = at if since.date() == view.today else numbers.moment(one.since, view.config.zone, view.lang)
        if one.files and not n and view.address.page != "overview":
            continue
        key = f"source.failing{'.file' if one.files else ''}{'.units' if n else ''}"
        told = view.says(key, source=one.source, at=at, n=n)
        means = "data.source.down" if n or not one.files else "source.failing.file.says"
        why = _reach.way(view, "sources", view.says("source.failing.look"))
        notes.append(note(f"<b>{e(told)}.</b> {e(view.says(means))} {why}", "" if one.files else "bad"))
    return "".join(notes)


def today(view: View, row: UnitProgress) -> str:
    """Return whether today's target was met."""
    return e(brief_words.today(row, view.campaign, view.lang))


def deadline(view: View, row: UnitProgress) -> str:
    """Return by when the rest is due."""
    if row.remaining == 0:
        return e(view.says("overview.deadline.done"))
    key = "overview.deadline.passed" if row.required_per_day is None else "overview.deadline"
    return e(view.says(key, on=view.campaign.end))


def tally(view: View, code: str) -> str:
    """Return how many leaves below a unit stand where, as one link to the page that names them."""
    inside = [row for row in view.within(code) if row.is_leaf]
    counted = Counter(view.standing(row) for row in inside)
    if len(inside) == 1:
        return ""
    chips = "".join(
        f'<span class="cd-chip cd-{status}"><span aria-hidden="true">{e(view.says(f"status.{status}.sign"))}</span>'
        f"{e(view.says(f'status.{status}'))} <b>{counted[status]}</b></span>"
        for status in SHOWN_ORDER
        if counted[status]
    )
    label = e(view.says("overview.by_status"))
    return f'<a href="{e(view.address.href("lagging"))}" class="cd-tally" aria-label="{label}">{chips}</a>'


def part(view: View, name: str, row: UnitProgress) -> tuple[str, str, str, str]:
    """Return one part of the work (a group, a category, a stage) as a line of a list."""
    share = numbers.percent(row.completion, view.lang, row.status is Status.FINISHED)
    of = f"{numbers.whole(row.done, view.lang)}/{numbers.whole(row.target, view.lang)}"
    return e(name), f"{share}<small>{of}</small>", track(row), ""


def trust(view: View, found: Sequence[Issue], differences: Sequence[Difference], last: Batch | None) -> str:
    """Return whether totals agree, what waits for a person, and what the last load brought.

    `differences`: those of `found`; the ones that somebody has explained are counted apart, and told last.
    """
    counted: Counter[Kind] = Counter(one.kind for one in found if one.kind not in TOLD_OTHERWISE)
    counted[Kind.RECONCILIATION] = sum(one.explanation is None for one in differences)
    counted.update(Kind.HELD if row.fate == Fate.HELD else Kind.REJECTED for row in view.waiting.open)
    chips = "".join(
        f'<span class="cd-chip">{e(view.says(f"issue.{kind}"))} <b>{counted[kind]}</b></span>'
        for kind in WORTH_SAYING
        if counted[kind]
    )
    explained = len(differences) - counted[Kind.RECONCILIATION]
    if explained:
        chips += f'<span class="cd-chip cd-finished">✓ {e(view.says("explained.count"))} <b>{explained}</b></span>'
    to_mend = f'<span class="cd-tally">{chips}</span>' if chips else ""
    if chips and _reach.opens(view, "issues"):
        to_mend = f'<a class="cd-tally" href="{e(view.address.href("issues"))}">{chips}</a>'
    first = sorted(differences, key=lambda one: one.explanation is not None)[:TOLD]
    lines = [difference(view, one.issue) + _explained(view, one) for one in first]
    told = "".join(f"<li><div class='cd-name'>{line}</div></li>" for line in lines)
    agree = "" if lines else f"<p>{e(view.says('overview.trust.agrees'))}</p>"
    return f'{to_mend}{agree}<ul class="cd-list">{told}</ul>{_load(view, last)}'


def _explained(view: View, one: Difference) -> str:
    said = told(one, view.lang)
    return f"<div class='cd-why'>{e(said)}</div>" if said else ""


def _load(view: View, last: Batch | None) -> str:
    if last is None:
        return ""
    at = view.says("load.last", at=numbers.moment(last.received_at, view.config.zone, view.lang))
    counts = {name: getattr(last, name) for name in ("read", "accepted", "unchanged", "held", "rejected")}
    return f'<p class="cd-meta">{e(at)}. {e(view.says("load.sum", **counts))}.</p>'


def difference(view: View, one: Issue) -> str:
    """Return one reconciliation difference: what was stated, what adds up, and the likely cause."""
    lang = view.lang
    gap = one.difference or 0
    key = "reconciliation.above" if gap > 0 else "reconciliation.below"
    told = view.says(
        key,
        stated=numbers.whole(int(one.found or 0), lang),
        summed=numbers.whole(int(one.expected or 0), lang),
        n=numbers.whole(abs(gap), lang),
    )
    cause = f"cause.{one.reason}" if has(f"cause.{one.reason}") else "cause.unknown"
    why = view.says(cause, name=one.hint or "", on=one.as_of) if one.reason else ""
    where = " · ".join(
        part for part in (one.unit_name or "", _category(view, one.category), numbers.day(one.as_of, lang)) if part
    )
    return (
        f"<b>{e(where)}</b><small>{e(_measure(view, one.measure))}</small><div class='cd-why'>{e(told)}. {e(why)}</div>"
    )


def _category(view: View, category: str | None) -> str:
    named = {one.id: one.title(view.lang) for one in (*view.campaign.groups, *view.campaign.categories)}
    return named.get(category or "", "")


def _measure(view: View, measure: str | None) -> str:
    return view.says(f"measure.{measure or 'count'}")
