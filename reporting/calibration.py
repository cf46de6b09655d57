"""The calibration plot: chances given against what came, as a still picture that needs no script."""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence
from math import sqrt

from reporting.burnup import DONE, GRID, PLAN
from reporting.forecast_score import Bin

SIDE = 200
LARGEST, SMALLEST = 13.0, 4.0


def still(bins: Sequence[Bin], said: str, came: str) -> str:
    """Return the plot as HTML: a square picture, its two axes in words."""
    most = max((one.units for one in bins), default=1)
    lines = "".join(
        f'<path d="M{at} 0V{SIDE}M0 {at}H{SIDE}" stroke="{GRID}" fill="none"/>'
        for at in (SIDE * step // 4 for step in range(5))
    )
    dots = "".join(
        f'<circle cx="{SIDE * float(one.said):.1f}" cy="{SIDE * (1 - float(one.share)):.1f}" '
        f'r="{max(LARGEST * sqrt(one.units / most), SMALLEST):.1f}" fill="{DONE}" fill-opacity=".75"/>'
        for one in bins
    )
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-14 -14 {SIDE + 28} {SIDE + 28}">{lines}'
        f'<path d="M0 {SIDE}L{SIDE} 0" stroke="{PLAN}" stroke-width="2" stroke-dasharray="7,6"/>{dots}</svg>'
    )
    source = base64.b64encode(picture.encode()).decode()
    return (
        f'<figure class="cd-square"><span>{html.escape(came)} ↑</span><img alt="" '
        f'src="data:image/svg+xml;base64,{source}"><figcaption>{html.escape(said)} →</figcaption></figure>'
    )
