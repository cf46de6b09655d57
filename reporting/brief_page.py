"""The brief on one page: a PDF to print, a picture 1,080 pixels wide to read in a chat on a phone.

Set by typst from brief.typ. What people wrote - names, sentences - goes in as data, so nothing of it is ever obeyed.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, Literal

import fontpkg_be_vietnam_pro
import typst

from reporting import charts, numbers
from reporting.brief import Brief
from reporting.burnup import Burnup, burnup_of, drawn_series, moment
from reporting.figures import Figures
from reporting.notice import plain_letters
from reporting.palette import LIGHT
from reporting.texts import text

TEMPLATE = Path(__file__).parent / "brief.typ"
FONTS = Path(fontpkg_be_vietnam_pro.ROOT) / "files"
PIXELS_PER_INCH = 216.0  # 360 points wide: 1,080 pixels
SHORT = timedelta(hours=1)
SHOWN = ("finished", "on_track", "at_risk", "behind", "stalled", "overdue")  # the others stay plain
COLOURS = ("ink", "ink-2", "bar", "line-2", "at_risk")
Form = Literal["pdf", "png"]


def picture_of(figures: Figures, of: Brief) -> Burnup:
    """Return the burn-up of the brief's unit up to its day, on few enough days to be drawn small."""
    campaign, row = figures.campaign, of.row
    return burnup_of(
        drawn_series(figures, row.code, row.as_of),
        figures.plan(row.code, as_of=row.as_of) if row.target else (),
        campaign,
        row.as_of,
        charts.excused_days(campaign, figures.tree(row.as_of), row.code),
        of.prospect.band,
    )


def rendered(of: Brief, drawn: Burnup | None, form: Form, made_at: datetime | None = None) -> bytes:
    """Return the page as a file; `made_at`: what a PDF says of when it was made, else nothing."""
    said = json.dumps(_said(of, drawn), ensure_ascii=False)
    page: Any = typst.compile(
        str(TEMPLATE),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        format=form,
        ppi=PIXELS_PER_INCH if form == "png" else None,
        sys_inputs={"said": said, "form": form},
        timestamp=int(made_at.timestamp()) if made_at else 0,
    )
    return bytes(page[0] if isinstance(page, list) else page)


def file_name(of: Brief, form: Form) -> str:
    """Return a file name a clerk would choose: what it is, of whom, of which day, in plain letters."""
    plain = plain_letters(of.row.name)[:60].strip() or of.row.code
    return f"{text('brief.file', of.lang)} - {plain} - {of.row.as_of.isoformat()}.{form}"


def _said(of: Brief, drawn: Burnup | None) -> dict[str, Any]:
    lang, row = of.lang, of.row
    sign, word = text(f"status.{of.standing}.sign", lang), text(f"status.{of.standing}", lang)
    return {
        "lang": lang,
        "author": text("app.name", lang),
        "campaign": of.campaign,
        "title": text("brief.title.of", lang, on=row.as_of),
        "headline": of.headline.removesuffix("."),
        "status": f"{_shown(sign)}{word}",
        "tone": LIGHT[of.standing if of.standing in SHOWN else "silent"],
        "colours": {name: LIGHT[name] for name in COLOURS},
        "lines": [line for line in (of.against, of.today, of.outlook) if line],
        "calls": list(of.called) or ([of.nobody] if of.nobody else []),
        "data": text("brief.data", lang, what="; ".join(of.data)) if of.data else "",
        "fresh": of.fresh,
        "simulated": text("brief.simulated", lang) if of.simulated else "",
        "burnup": _burnup(drawn) if drawn is not None and drawn.planned else None,
        "first": numbers.day_short(drawn.first, lang) if drawn else "",
        "last": numbers.day_short(drawn.last, lang) if drawn else "",
        "target": text("brief.chart.target", lang, n=numbers.whole(row.target, lang)),
        "words": {
            "done": text("chart.done", lang),
            "plan": text("chart.plan", lang),
            "forecast": text("brief.chart.forecast", lang),
            "calls": text("brief.calls", lang) if of.calls else "",
        },
    }


@cache
def _shown(sign: str) -> str:
    """Return a status sign with its space: only where the font has it."""
    return f"{sign} " if sign in "●■○✓✕?" else ""


def _burnup(drawn: Burnup) -> dict[str, Any]:
    """Return the burn-up as points of a square: [across, up], 0 to 1 each."""
    first, last = moment(drawn.first), moment(drawn.last)
    whole = max((last - first) // SHORT, 1)

    def at(day: Any, count: Fraction | int) -> list[float]:
        return [float(Fraction((moment(day) - first) // SHORT, whole)), float(count / drawn.top)]

    band = [at(day, high) for day, _, _, high in drawn.band] + [at(day, low) for day, low, _, _ in drawn.band[::-1]]
    return {
        "planned": [at(day, count) for day, count in drawn.planned],
        "reported": [at(day, count) for day, count in drawn.reported],
        "target": float(drawn.target / drawn.top),
        "band": band,
    }
