"""The palette: every colour the product uses, each once, by what it means; pages, charts, paper and workbooks ask here.

`LIGHT` and `DARK` are the tokens of the screens: pages write them as CSS variables (`--cd-NAME`), the quick view, which
old phones read too, as plain colours. `CHART` stands out on both grounds alike, as charts are drawn once for both.
docs/design.md says what each means; tests/reporting/test_palette.py holds them to contrast, colour blindness and grey.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

STATUSES = (
    "finished", "on_track", "at_risk", "behind", "stalled", "silent", "overdue", "nothing_to_do", "no_target",
)  # fmt: skip

LIGHT: Mapping[str, str] = {
    "ground": "#f4f6f8",
    "card": "#ffffff",
    "raised": "#eef2f6",
    "ink": "#14202b",
    "ink-2": "#4a5967",
    "ink-3": "#5f6d7a",
    "line": "#dde3e9",
    "line-2": "#c3ccd5",
    "accent": "#0b4f8a",
    "accent-soft": "#e4eef7",
    "on-accent": "#ffffff",
    "bar": "#2b78b8",
    "bar-ground": "#e3e9ef",
    "plan": "#14202b",
    "now": "#c4502a",
    "finished": "#22519b",
    "finished-soft": "#e1eefa",
    "on_track": "#267767",
    "on_track-soft": "#dff2ea",
    "at_risk": "#7c5a2f",
    "at_risk-soft": "#fcf0d6",
    "behind": "#a10302",
    "behind-soft": "#fde7de",
    "stalled": "#481d51",
    "stalled-soft": "#f5e5f3",
    "silent": "#414f5d",
    "silent-soft": "#e6eaee",
    "overdue": "#7d0125",
    "overdue-soft": "#fbe0e6",
    "nothing_to_do": "#586673",
    "nothing_to_do-soft": "#eef1f4",
    "no_target": "#586673",
    "no_target-soft": "#eef1f4",
    # how far below its plan a unit is on a day, of cells and areas: the darker, the worse
    "heat-o": "#e3f1ea",
    "heat-r": "#f9e3b4",
    "heat-b": "#ee9a6c",
    "heat-f": "#9c2b0c",
    "heat-d": "#e1eefa",
    "heat-ink": "#14202b",
    "heat-f-ink": "#ffffff",
    # units on the map by how much is done: the fuller, the further from the ground
    "map-line": "#ffffff",
    "map-border": "#14202b",
    "map-s0": "#eef4fa",
    "map-s1": "#cfe1f2",
    "map-s2": "#9cc5e6",
    "map-s3": "#4f92c6",
    "map-s3-ink": "#0d141b",
    "map-s4": "#1f659f",
    "map-stalled": "#b884b2",
}
DARK: Mapping[str, str] = {
    "ground": "#0d141b",
    "card": "#151e27",
    "raised": "#1c2732",
    "ink": "#e9eef3",
    "ink-2": "#b2bfcb",
    "ink-3": "#8f9dab",
    "line": "#26323e",
    "line-2": "#3a4856",
    "accent": "#7fbdf2",
    "accent-soft": "#16324a",
    "on-accent": "#0d141b",
    "bar": "#3d8ccf",
    "bar-ground": "#263341",
    "plan": "#e9eef3",
    "now": "#e0693f",
    "finished": "#8fc9ff",
    "finished-soft": "#14304a",
    "on_track": "#3ea987",
    "on_track-soft": "#10342a",
    "at_risk": "#caa53c",
    "at_risk-soft": "#3a2c0e",
    "behind": "#fca46f",
    "behind-soft": "#40200f",
    "stalled": "#b77db4",
    "stalled-soft": "#38203a",
    "silent": "#e2ecfc",
    "silent-soft": "#28333f",
    "overdue": "#fcbdce",
    "overdue-soft": "#42151f",
    "nothing_to_do": "#8f9dab",
    "nothing_to_do-soft": "#222d38",
    "no_target": "#8f9dab",
    "no_target-soft": "#222d38",
    "heat-o": "#17372d",
    "heat-r": "#57430f",
    "heat-b": "#a5532a",
    "heat-f": "#ffb08a",
    "heat-d": "#16324a",
    "heat-ink": "#ffffff",
    "heat-f-ink": "#2a0d02",
    "map-line": "#0d141b",
    "map-border": "#e9eef3",
    "map-s0": "#1b2836",
    "map-s1": "#234059",
    "map-s2": "#2c5f8a",
    "map-s3": "#5b9bd0",
    "map-s3-ink": "#0d141b",
    "map-s4": "#a3d0f5",
    "map-stalled": "#8a4f84",
}
CHART: Mapping[str, str] = {
    "chart-done": "#3b8bcb",
    "chart-plan": "#7d8b99",
    "chart-now": "#c4502a",
}
PAPER: Mapping[str, str] = {  # official documents are printed in black; these are all they have beside it
    "dark": "#1f4e79",
    "grey": "#7f7f7f",
    "rule": "#d9d9d9",
    "head": "#ededed",
    "warning": "#9c0006",
    "to-fill": "#fff9db",
    "refused": "#f8c9c4",
}


def rrggbb(colour: str) -> str:
    """Return a colour as workbooks write it: RRGGBB."""
    return colour.removeprefix("#").upper()


def see_through(colour: str, opacity: float) -> str:
    """Return a colour through which what lies below is seen."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {opacity})"


def variables() -> str:
    """Return the tokens as CSS variables, light and dark."""
    light, dark = (
        "".join(f"--cd-{name}:{value};" for name, value in one.items()) for one in ({**LIGHT, **CHART}, DARK)
    )
    return f":root{{{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"


def filled(css: str) -> str:
    """Return CSS with its variables put in, for browsers that know none; the dark part comes last in it."""
    light, sign, dark = css.partition("@media(prefers-color-scheme:dark)")
    return _put(light, {**LIGHT, **CHART}) + sign + _put(dark, {**DARK, **CHART})


def _put(css: str, tokens: Mapping[str, str]) -> str:
    return re.sub(r"var\(--cd-([\w-]+)\)", lambda found: tokens[found[1]], css)
