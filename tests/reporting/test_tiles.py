"""Laws of the tile map: a cell each, none twice, the same every time, and neighbours that stay neighbours."""

import csv
import itertools
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reporting.matching import matched
from reporting.tiles import AROUND, Spot, borders, layout

ROOT = Path(__file__).parents[2]


def spread(count, areas=1, seed=1):
    """Return units strewn over two degrees, dense in one corner, each of the area whose first unit is nearest."""
    chance = random.Random(seed)  # noqa: S311 - units strewn, no secrets
    points = [(20 + 2 * chance.random() ** 1.7, 105 + 2 * chance.random() ** 1.7) for _ in range(count)]
    heads = points[:areas]

    def area(lat, lon):
        return min(range(areas), key=lambda one: (lat - heads[one][0]) ** 2 + (lon - heads[one][1]) ** 2)

    return frozenset(Spot(f"{n:04}", f"D{area(*point):02}", *point) for n, point in enumerate(points))


def demo(name):
    with (ROOT / "data" / "demo" / name / "units.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["level"] == "commune" and row["lat"]]
    return frozenset(Spot(row["code"], row["parent_code"], float(row["lat"]), float(row["lon"])) for row in rows)


def steps(one, other):
    """Return how many cells one walks from one cell to another."""
    across, down = abs(one[0] - other[0]), abs(one[1] - other[1]) // 3
    return down + max(across - down, 0) // 2


def fragments(cells, spots):
    """Return into how many pieces each area falls."""
    area = {one.code: one.area for one in spots}
    at, found = {cell: code for code, cell in cells.items()}, {}
    for one in sorted(set(area.values())):
        left, found[one] = {code for code in area if area[code] == one}, 0
        while left:
            found[one] += 1
            pending = [left.pop()]
            while pending:
                x, y = cells[pending.pop()]
                near = {at.get((x + dx, y + dy)) for dx, dy in AROUND} & left
                left -= near
                pending += near
    return found


@given(st.lists(st.lists(st.integers(0, 6), min_size=5, max_size=5), min_size=5, max_size=5))
@settings(deadline=None, max_examples=60)
def test_no_other_matching_costs_less(costs):
    table = np.array(costs, dtype=float)
    found = matched(table)
    least = min(sum(table[row, column] for row, column in enumerate(way)) for way in itertools.permutations(range(5)))
    assert sorted(found) == list(range(5))
    assert table[np.arange(5), found].sum() == least


@pytest.mark.parametrize(("count", "areas"), [(1, 1), (2, 1), (2, 2), (3, 3), (37, 5), (600, 30)])
def test_every_unit_has_exactly_one_cell_on_the_lattice(count, areas):
    spots = spread(count, areas)
    made = layout(spots)
    assert set(made.cells) == {one.code for one in spots}
    assert len(set(made.cells.values())) == count
    assert all(y % 3 == 0 and (x - y // 3) % 2 == 0 for x, y in made.cells.values())
    assert not made.beside
    assert not made.apart


def test_the_layout_does_not_hang_on_the_order_of_the_units():
    spots = sorted(spread(80, 6), key=lambda one: one.code)
    first = layout(frozenset(spots)).cells
    layout.cache_clear()
    assert layout(frozenset(reversed(spots))).cells == first


@pytest.mark.parametrize("name", ["bac-ninh", "yen-bai"])
def test_the_nearest_units_on_the_ground_are_near_on_the_map_and_areas_hold_together(name):
    spots = sorted(demo(name), key=lambda one: one.code)
    cells = layout(frozenset(spots)).cells
    points = np.array([(one.lon * 0.93, one.lat) for one in spots])
    apart = ((points[:, None] - points[None]) ** 2).sum(-1)
    near = [(n, int(other)) for n in range(len(spots)) for other in np.argsort(apart[n])[1:4]]

    def walk(places):
        return sum(steps(places[a], places[b]) for a, b in near) / len(near)

    placed = [cells[one.code] for one in spots]
    by_chance = random.Random(0).sample(placed, len(placed))  # noqa: S311 - as above
    assert walk(placed) < 1.8
    assert walk(by_chance) > 4
    # Văn Chấn lies around the town of Nghĩa Lộ on the ground as well.
    assert sum(fragments(cells, spots).values()) <= len({one.area for one in spots}) + 1


def test_what_lies_to_the_north_and_east_is_drawn_above_and_to_the_right():
    corners = {"nw": (21, 105), "ne": (21, 106), "sw": (20, 105), "se": (20, 106)}
    cells = layout(frozenset(Spot(code, "A", *where) for code, where in corners.items())).cells
    assert cells["nw"][1] < cells["sw"][1]
    assert cells["ne"][1] < cells["se"][1]
    assert cells["nw"][0] < cells["ne"][0]
    assert cells["sw"][0] < cells["se"][0]


def test_units_at_one_point_or_on_one_line_still_have_a_cell_each():
    same = frozenset(Spot(str(n), "A", 21.0, 105.0) for n in range(50))
    line = frozenset(Spot(str(n), "A", 21.0, 105 + n / 100) for n in range(40))
    assert len(set(layout(same).cells.values())) == 50
    assert len(set(layout(line).cells.values())) == 40


def test_without_any_coordinates_each_area_is_a_block_of_its_own():
    spots = frozenset(Spot(f"{n:03}", "ABCDEFG"[n % 7]) for n in range(100))
    made = layout(spots)
    assert made.apart == {one.code for one in spots}
    assert len(set(made.cells.values())) == 100
    assert set(fragments(made.cells, spots).values()) == {1}
    area = {one.code: one.area for one in spots}
    at = {cell: area[code] for code, cell in made.cells.items()}
    for (x, y), mine in at.items():
        assert {at.get((x + dx, y + dy), mine) for dx, dy in AROUND} == {mine}


def test_blocks_of_many_areas_together_are_a_little_wider_than_high():
    spots = frozenset(Spot(f"{n:03}", f"{n % 20:02}") for n in range(600))
    cells = layout(spots).cells.values()
    wide = (max(x for x, _ in cells) - min(x for x, _ in cells) + 2) / 2
    high = (max(y for _, y in cells) - min(y for _, y in cells)) / 3 + 1
    assert 1 <= wide / high <= 2


def test_units_without_coordinates_stand_beside_the_others_of_their_area():
    every = sorted(demo("bac-ninh"), key=lambda one: one.code)
    spots = frozenset(Spot(one.code, one.area) if n % 2 else one for n, one in enumerate(every))
    made = layout(spots)
    assert made.beside == {one.code for n, one in enumerate(every) if n % 2}
    assert len(set(made.cells.values())) == 121
    assert sum(fragments(made.cells, spots).values()) <= 9


def test_areas_without_any_coordinates_stand_below_the_map():
    lost = {"256", "258"}
    spots = frozenset(Spot(one.code, one.area) if one.area in lost else one for one in demo("bac-ninh"))
    made = layout(spots)
    assert made.apart == {one.code for one in spots if one.area in lost}
    lowest = max(y for code, (_, y) in made.cells.items() if code not in made.apart)
    assert min(made.cells[code][1] for code in made.apart) > lowest
    assert len(set(made.cells.values())) == 121


def test_a_line_between_two_areas_is_drawn_once_and_none_within_an_area():
    cells, area = {"a": (0, 0), "b": (2, 0), "c": (4, 0)}, {"a": "A", "b": "A", "c": "C"}
    sides = [tuple(sorted(pair)) for line in borders(cells, area) for pair in itertools.pairwise(line)]
    # three hexagons in a row have 16 outer and inner sides; the one between a and b is no border
    assert len(sides) == len(set(sides)) == 15
    assert ((1, -1), (1, 1)) not in sides
    assert ((3, -1), (3, 1)) in sides
