"""Dự báo & kiểm chứng: will each unit make it, what would it take, and how right have the forecasts been."""

from __future__ import annotations

from collections.abc import Sequence

from campaign.progress import UnitProgress
from campaign.prospects import FORECAST_COLUMNS, Standing
from pages import _ask, _forecast, _help, _tables, _words
from pages._cards import card, draw, e, items, note, panel
from pages._view import View
from reporting import calibration, forecasts, headlines, numbers, tables
from reporting.forecast_score import FEWEST_DAYS, GUESS, DayScore, Score
from reporting.forecasts import Assessment

COLUMNS = (("name", 1), ("chance", 1), ("finish_p50", 2), ("finish_p90", 3), ("expected_final", 3), ("remaining", 2),
           ("feasible", 1))  # fmt: skip
ROWS = 20  # the score comes after the table: it must be within reach
SCORED = (("made_on", 1), ("open", 2), ("within", 1), ("expected_on_time", 2), ("came_on_time", 2), ("brier", 1))


def show(view: View) -> None:
    """Draw the forecast of the units in view, then its score."""
    row = view.row(view.scope)
    title = headlines.forecast(view.assessed[view.scope], view.campaign, view.lang)
    draw(_words.head(view, row, title), _forecast.strip(view, view.scope), _cards(view, row))
    ahead = _forecast.what_if(view, view.scope), _forecast.below(view)
    if any(ahead):
        draw(f'<div class="cd-grid2">{"".join(ahead)}</div>')
    _units(view)
    _score(view)


def _cards(view: View, row: UnitProgress) -> str:
    one = _forecast.of(view, row.code)
    prospect, lang = one.prospect, view.lang
    if prospect.standing is not Standing.OPEN:
        return ""
    middle, low, high = forecasts.days(prospect, lang)
    of = view.says("forecast.expected_final.of", target=numbers.whole(row.target, lang), counts=view.counts)
    drawn = [
        card(view.says("forecast.expected_finish"), middle, "",
             e(view.says("forecast.range", low=low, high=high)) if low != high else "",
             e(view.says("forecast.deadline", on=view.campaign.end)), mark=_mark(view, "expected_finish")),
        card(view.says("forecast.expected_final"), numbers.percent(one.expected_share, lang, finished=False), "",
             e(f"{numbers.whole(prospect.expected_final, lang)} {of}"), mark=_mark(view, "expected_final")),
    ]  # fmt: skip
    if not row.is_leaf:
        n = numbers.whole(numbers.half_up(prospect.units_on_time), lang)
        finished = view.says("forecast.now_finished", n=row.units_finished)
        of = f"/ {numbers.whole(row.units_with_target, lang)}"
        every = view.says("forecast.all_units")
        title, mark = view.says("forecast.expected_units"), _mark(view, "expected_units")
        drawn.append(card(title, n, of, e(finished), e(every), mark=mark))
    return f'<div class="cd-cards">{"".join(drawn)}</div>'


def _mark(view: View, term: str, page: str = "forecast") -> str:
    return _help.mark(term, view.lang, view.says(f"{page}.{term}"))


def _units(view: View) -> None:
    """Draw the forecast of every leaf in view, the least likely first; nothing once all is over."""
    leaves = [view.assessed[row.code] for row in view.within() if row.is_leaf]
    leaves = [one for one in leaves if one.prospect.standing in (Standing.OPEN, Standing.FINISHED)]
    if not any(one.prospect.standing is Standing.OPEN for one in leaves):
        return
    leaves.sort(key=lambda one: (one.prospect.p_on_time or 0, one.row.code))
    listed, note_ = _tables.first(view, leaves, view.says("forecast.table.note"))
    cells = [_cells(view, one) for one in listed]
    title = view.says("forecast.table")
    _tables.draw(view, _heads(view, COLUMNS), cells, title, "forecast", note_, ROWS)
    rows = [(one.row, one.prospect) for one in leaves]
    _tables.downloads(view, lambda: tables.forecast_table(rows, FORECAST_COLUMNS, title, view.lang), "forecast")


def _heads(view: View, columns: Sequence[tuple[str, int]]) -> list[_tables.Cell]:
    left = ("name", "feasible", "finish_p50", "finish_p90", "made_on")
    return [
        {
            "label": view.says(f"column.{name}.short"),
            "long": view.says(f"column.{name}.long"),
            "align": "left" if name in left else "right",
            "kind": "name" if name == "name" else "",
            "part": part if part > 1 else None,
            "first": 1,
            "thin": name != "name",
        }
        for name, part in columns
    ]


def _cells(view: View, one: Assessment) -> list[_tables.Cell]:
    prospect, lang = one.prospect, view.lang
    middle, _, high = forecasts.days(prospect, lang)
    tone, sign = _forecast.LOOKS[one.feasibility.verdict]
    p, final = prospect.p_on_time, prospect.expected_final
    return [
        _tables.CELLS["name"](view, one.row),
        {"text": forecasts.likely(prospect, lang), "sort": "" if p is None else float(p)},
        {"text": middle, "sort": (prospect.finish_p50 or prospect.horizon).isoformat()},
        {"text": high, "sort": (prospect.finish_p90 or prospect.horizon).isoformat()},
        {"text": numbers.whole(final, lang), "sort": "" if final is None else float(final)},
        _tables.CELLS["remaining"](view, one.row),
        {"text": view.says(f"feasible.{one.feasibility.verdict}"), "chip": tone, "sign": sign,
         "sort": list(_forecast.LOOKS).index(one.feasibility.verdict)},
    ]  # fmt: skip


def _score(view: View) -> None:
    """Draw how right the forecasts kept so far have been, or why that cannot be said yet."""
    found = _ask.score(view.edition, view.figures.forecasts.names(), view.as_of, view.figures)
    title = f'<h2 class="cd-h2">{e(view.says("score.title"))}</h2>'
    if not found.enough:
        draw(title, note(e(view.says("score.empty", n=FEWEST_DAYS)), "plain"))
        return
    other = "" if forecasts.is_kept(view.campaign, view.category, view.stage) else view.says("score.other_view")
    reads = f'<p class="cd-says">{e(_reads(view, found))}</p>' + (f"<p>{e(other)}</p>" if other else "")
    draw(title, reads, _score_cards(view, found), _calibration(view, found))
    cells = [_day(view, day) for day in reversed(found.days)]
    heads, title, said = _heads(view, SCORED), view.says("score.days"), view.says("score.days.note")
    _tables.draw(view, heads, cells, title, "score", said, searched=False)


def _reads(view: View, found: Score) -> str:
    """Return the score in a sentence or two that anybody can read."""
    told = view.says(f"score.reads.{found.fit}", days=found.judged, share=numbers.percent(found.coverage, view.lang))
    if found.brier is None:
        return told
    key = "score.reads.better" if found.brier < GUESS else "score.reads.worse"
    return f"{told} {view.says(key, brier=numbers.decimal(found.brier, 2, view.lang))}"


def _score_cards(view: View, found: Score) -> str:
    lang = view.lang
    within = view.says("score.coverage.of", hit=found.within, n=found.compared)
    wait = view.says("score.brier.of" if found.brier is not None else "score.brier.wait")
    drawn = [
        card(view.says("score.coverage"), numbers.percent(found.coverage, lang), "", e(within),
             mark=_mark(view, "coverage", "score")),
        card(view.says("score.brier"), numbers.decimal(found.brier, 2, lang), "", e(wait),
             mark=_mark(view, "brier", "score")),
    ]  # fmt: skip
    half = found.halfway
    if half is not None:
        missed = view.says("score.missed.of", hit=half.both, n=half.missed)
        warned = view.says("score.warned.of", hit=half.both, n=half.warned, on=half.on)
        shown, mark = numbers.percent(half.right, lang), _mark(view, "warned", "score")
        drawn.append(card(view.says("score.warned"), shown, "", e(warned), e(missed), mark=mark))
    return f'<div class="cd-cards">{"".join(drawn)}</div>'


def _calibration(view: View, found: Score) -> str:
    """Return the chances given against what came, as a picture and as lines; before the end, that it waits."""
    if not found.bins:
        return panel(view.says("score.calibration"), f"<p>{e(view.says('score.calibration.none'))}</p>")
    lines = []
    for one in found.bins:
        low, high = (numbers.whole(edge * 100, view.lang) for edge in (one.low, one.high))
        hit = view.says("score.calibration.of", hit=one.came, n=one.units)
        share = numbers.percent(one.share, view.lang)
        lines.append(
            (e(view.says("score.calibration.line", low=low, high=high)), f"{share}<small>{hit}</small>", "", "")
        )
    picture = calibration.still(found.bins, view.says("score.calibration.said"), view.says("score.calibration.came"))
    body = f'<div class="cd-calibration">{picture}{items(lines)}</div>'
    return panel(view.says("score.calibration"), body, view.says("score.calibration.note"))


def _day(view: View, day: DayScore) -> list[_tables.Cell]:
    lang = view.lang
    share = day.coverage
    return [
        {"text": numbers.day(day.made_on, lang), "sort": day.made_on.isoformat()},
        {"text": numbers.whole(day.units, lang), "sort": day.units},
        {"text": numbers.percent(share, lang), "sort": "" if share is None else float(share)},
        {"text": numbers.decimal(day.expected, 1, lang), "sort": float(day.expected)},
        {"text": numbers.whole(day.came, lang), "sort": "" if day.came is None else day.came},
        {"text": numbers.decimal(day.brier, 3, lang), "sort": "" if day.brier is None else float(day.brier)},
    ]
