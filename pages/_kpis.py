"""The four cards every leader reads first: done, today, each day from now on, units finished."""

from __future__ import annotations

from campaign.progress import Status, UnitProgress
from pages import _help, _words
from pages._cards import bar, card, e, track
from pages._view import View
from reporting import charts, numbers, others


def cards(view: View, row: UnitProgress) -> str:
    """Return the four cards of one unit, and how many units below it stand where."""
    lang, done = view.lang, row.status is Status.FINISHED
    share = numbers.percent(row.completion, lang, done)
    of = view.says("overview.done.of", done=row.done, target=numbers.whole(row.target, lang), counts=view.counts)
    due = numbers.percent(row.planned_share, lang, finished=True)
    plan = view.says("overview.plan.of", expected=numbers.whole(row.expected, lang), share=due)
    units = f"{numbers.whole(row.units_finished, lang)}/{numbers.whole(row.units_with_target, lang)}"
    required = row.required_per_day
    drawn = "".join(
        [
            card(
                view.says("overview.done"),
                share,
                "",
                e(of),
                e(plan),
                gauge=track(row),
                mark=_help.mark("completion", lang),
            ),
            card(
                view.says("overview.today"),
                numbers.whole(row.done_today, lang),
                f"/ {numbers.whole(row.catchup_today, lang)}",
                _words.today(view, row),
                e(view.says("overview.today.plan", n=numbers.whole(row.planned_today, lang))),
                gauge=bar(charts.covered(row.done_today, row.catchup_today)),
                mark=_help.mark("catchup_today", lang),
            ),
            card(
                view.says("overview.per_day"),
                numbers.whole(required, lang),
                view.counts if required else "",
                e(view.says("overview.remaining", n=numbers.whole(row.remaining, lang))),
                _words.deadline(view, row),
                mark=_help.mark("required_per_day", lang),
            ),
            rank(view, row)
            if row.is_leaf
            else card(
                view.says("overview.units"),
                units,
                view.says("word.unit"),
                e(view.says("overview.units.left", n=row.units_with_target - row.units_finished)),
                gauge=bar(charts.covered(row.units_finished, row.units_with_target)),
                mark=_help.mark("units_finished", lang),
            ),
        ]
    )
    return f'<div class="cd-cards">{drawn}</div>{_words.tally(view, row.code)}'


def rank(view: View, row: UnitProgress) -> str:
    """Return a leaf's place among its peers, where a roll-up says how many of its units are finished."""
    peers = others.peers(view.figures, row)
    change = row.rank_change or 0
    key = "ranking.same" if change == 0 else "ranking.up" if change > 0 else "ranking.down"
    moved = view.says(key, n=abs(change)) if row.rank is not None else view.says("ranking.unranked")
    return card(
        view.says("column.rank.long"),
        numbers.whole(row.rank, view.lang),
        "" if peers is None else f"/ {numbers.whole(peers, view.lang)}",
        e(moved),
        e(view.says("ranking.movers.note")) if row.rank is not None else "",
        mark=_help.mark("rank", view.lang),
    )
