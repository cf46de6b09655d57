"""The palette holds: enough contrast, told apart by who sees colours otherwise, in order in grey; each colour once."""

import re
from itertools import combinations
from pathlib import Path

import pytest

from reporting.palette import CHART, DARK, LIGHT, PAPER, STATUSES, filled, rrggbb, see_through, variables

ROOT = Path(__file__).resolve().parents[2]
SCHEMES = {"light": LIGHT, "dark": DARK}
GROUNDS = ("card", "ground", "raised")
# Machado, Oliveira, Fernandes (2009), severity 1.0, on linear light.
SEEN_AS = {
    "all colours": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
TELLING = tuple(status for status in STATUSES if status not in ("nothing_to_do", "no_target"))
WELL, ILL = ("finished", "on_track"), ("at_risk", "behind", "stalled", "overdue")


def linear(colour: str) -> tuple[float, ...]:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return tuple(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)


def luminance(colour: str) -> float:
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear(colour), strict=True))


def contrast(one: str, other: str) -> float:
    """Return the ratio of WCAG 2."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def seen(colour: str, matrix) -> tuple[float, float, float]:
    """Return where an eye places a colour in CIELAB."""
    light = linear(colour)
    r, g, b = (min(max(sum(m * part for m, part in zip(row, light, strict=True)), 0), 1) for row in matrix)
    xyz = (
        (0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047,
        0.2126729 * r + 0.7151522 * g + 0.0721750 * b,
        (0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883,
    )
    x, y, z = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def apart(one: str, other: str, matrix) -> float:
    return sum((a - b) ** 2 for a, b in zip(seen(one, matrix), seen(other, matrix), strict=True)) ** 0.5


def lightness(colour: str) -> float:
    return seen(colour, SEEN_AS["all colours"])[0]


def test_the_yardsticks_are_those_of_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert lightness("#777777") == pytest.approx(50, abs=0.1)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_light_and_dark_name_the_same_things(scheme):
    assert list(SCHEMES[scheme]) == list(LIGHT)


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("ink", ["ink", "ink-2", "ink-3", "accent", *STATUSES])
def test_every_text_is_read_on_every_ground(scheme, ink, ground):
    tokens = SCHEMES[scheme]
    assert contrast(tokens[ink], tokens[ground]) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        *((status, f"{status}-soft") for status in STATUSES),
        ("on-accent", "accent"),
        ("accent", "accent-soft"),
        ("ink", "accent-soft"),
        ("heat-f-ink", "heat-f"),
        ("map-s3-ink", "map-s3"),
        *(("heat-ink", f"heat-{kind}") for kind in "orbd"),
    ],
)
def test_what_is_written_on_a_colour_is_read_on_it(scheme, ink, ground):
    tokens = SCHEMES[scheme]
    assert contrast(tokens[ink], tokens[ground]) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("colour", CHART)
def test_the_lines_of_a_chart_stand_out_on_both_grounds(scheme, colour):
    assert contrast(CHART[colour], SCHEMES[scheme]["card"]) >= 3


@pytest.mark.parametrize("scheme", SCHEMES)
def test_bars_and_the_plans_mark_stand_out(scheme):
    tokens = SCHEMES[scheme]
    assert contrast(tokens["bar"], tokens["bar-ground"]) >= 3
    assert contrast(tokens["plan"], tokens["bar"]) >= 3
    assert contrast(tokens["now"], tokens["card"]) >= 3


@pytest.mark.parametrize("eye", SEEN_AS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_two_statuses_look_the_same_to_any_eye_and_well_is_never_taken_for_ill(scheme, eye):
    tokens, matrix = SCHEMES[scheme], SEEN_AS[eye]
    assert min(apart(tokens[a], tokens[b], matrix) for a, b in combinations(TELLING, 2)) >= 10
    assert min(apart(tokens[a], tokens[b], matrix) for a in WELL for b in ILL) >= 20


@pytest.mark.parametrize("eye", SEEN_AS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_steps_of_a_heatmap_are_told_apart_by_every_eye(scheme, eye):
    tokens = SCHEMES[scheme]
    steps = [tokens[f"heat-{kind}"] for kind in "orbf"]
    assert min(apart(one, other, SEEN_AS[eye]) for one, other in combinations(steps, 2)) >= 10


@pytest.mark.parametrize(
    "names",
    [
        ("on_track", "at_risk", "behind", "overdue"),
        ("heat-o", "heat-r", "heat-b", "heat-f"),
        ("map-s0", "map-s1", "map-s2", "map-s3", "map-s4"),
    ],
)
def test_in_grey_the_worse_is_further_from_the_ground(names):
    light, dark = ([lightness(tokens[name]) for name in names] for tokens in (LIGHT, DARK))
    assert all(one - other >= 3 for one, other in zip(light, light[1:], strict=False))
    assert all(other - one >= 3 for one, other in zip(dark, dark[1:], strict=False))


@pytest.mark.parametrize("folder", ["reporting", "pages", "etl", "access", "."])
def test_no_colour_is_written_anywhere_else(folder):
    """Black and white, and the arrow drawn within a picture of the style sheet, are nobody's choice."""
    kinds = ("*.py", "*.css", "*.js", "*.typ", "*.html") if folder != "." else ("*.py", "*.toml")
    files = [
        path for kind in kinds for path in ((ROOT / folder).glob if folder == "." else (ROOT / folder).rglob)(kind)
    ]
    written = {
        (path.name, found)
        for path in files
        if path.name not in ("palette.py", "pyproject.toml")
        for found in re.findall(r"(?i)(?:#|\")((?!000000|ffffff)[0-9a-f]{6})\b", path.read_text("utf-8"))
    }
    assert written == set()


def test_every_variable_a_page_uses_is_a_colour_of_the_palette_or_its_own():
    css = (ROOT / "pages" / "assets" / "candich.css").read_text("utf-8")
    used = set(re.findall(r"var\(--cd-([\w-]+)", css))
    own = set(re.findall(r"--cd-([\w-]+):", css)) | {"days", "table-height"}  # the last two are set by what is drawn
    assert used - own <= {*LIGHT, *CHART}


def test_screens_get_the_colours_as_variables_and_old_phones_as_they_are():
    css = variables()
    assert css.startswith(":root{--cd-ground:#f4f6f8;")
    assert "@media (prefers-color-scheme:dark){:root{--cd-ground:#0d141b;" in css
    plain = filled("a{color:var(--cd-ink)}@media(prefers-color-scheme:dark){a{color:var(--cd-ink)}}")
    assert plain == "a{color:#14202b}@media(prefers-color-scheme:dark){a{color:#e9eef3}}"


def test_workbooks_and_charts_write_colours_in_their_own_way():
    assert rrggbb(PAPER["warning"]) == "9C0006"
    assert see_through("#3b8bcb", 0.13) == "rgba(59, 139, 203, 0.13)"
