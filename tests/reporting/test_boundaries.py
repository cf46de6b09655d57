"""What a boundary file is told to be wrong with, and what becomes of one that is right."""

import json
from itertools import pairwise

import pytest

from campaign.errors import ConfigError
from reporting.boundaries import boundaries
from reporting.map_picture import shaped
from reporting.outlines import outlines, path
from reporting.told import told

CODES = {"001", "002", "003", "004"}


def square(west, south, side=1.0, between=0):
    """Return a closed ring, with so many more points on each side."""
    corners = [(west, south), (west + side, south), (west + side, south + side), (west, south + side), (west, south)]
    ring = []
    for (ax, ay), (bx, by) in pairwise(corners):
        ring += [[ax + (bx - ax) * n / (between + 1), ay + (by - ay) * n / (between + 1)] for n in range(between + 1)]
    return [*ring, [west, south]]


def feature(ring, **properties):
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def packed(*features):
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


FOUR = [feature(square(100 + n % 2, 20 + n // 2), ma=f"00{n + 1}", stt=n + 1) for n in range(4)]


def read(content, key=None, codes=CODES):
    return boundaries(content, codes, key, "map = x.geojson")


def test_the_property_that_holds_the_codes_is_found_by_itself():
    found = read(packed(*FOUR))
    assert found.key == "ma"
    assert set(found.rings) == CODES
    assert found.unknown == ()


def test_codes_of_nobody_and_units_without_a_shape_are_listed():
    other = feature(square(110, 20), ma="999")
    empty = feature(square(110, 20), ma="004") | {"geometry": None}
    found = read(packed(*FOUR[:3], other, empty))
    assert found.unknown == ("999",)
    assert found.missing(["001", "002", "003", "004"]) == ["004"]


def test_islands_in_features_of_their_own_are_one_unit():
    found = read(packed(*FOUR, feature(square(105, 25), ma="001")))
    assert len(found.rings["001"]) == 2


def test_a_bom_and_whole_numbers_written_with_a_fraction_are_read():
    one = feature(square(100, 20), ma=7.0)
    assert set(read(b"\xef\xbb\xbf" + packed(one), codes={"7"}).rings) == {"7"}


@pytest.mark.parametrize(
    ("content", "key", "said"),
    [
        (b"\xff\xfe", None, "not UTF-8"),
        (b"{", None, "not readable as JSON"),
        (b"[" * 100_000, None, "not readable as JSON"),
        (b'{"type": "Topology"}', None, "is TopoJSON"),
        (b"[]", None, "its type is 'list'"),
        (packed(), None, "no shape in it"),
        (packed(feature(square(100, 20), ten="Xã A")), None, "no property holds codes of units"),
        (packed(feature(square(100, 20), ma=1)), None, "ma says 1 for 001, its leading zeros are lost"),
        (packed(feature(square(100, 20), ma=1)), "ma", "ma says 1 for 001, its leading zeros are lost"),
        (packed(*FOUR), "code", "no shape has the property 'code'"),
        (packed(*FOUR), "stt", "stt says 1 for 001"),
        (packed(feature(square(100, 20), a="001", b="002")), None, "the properties 'a' and 'b' both hold codes"),
        (packed(feature(square(500_000, 2_300_000), ma="001")), None, "is not in degrees"),
        (packed(feature([[100, 20], [101, 20], [100, 20]], ma="001")), None, "a ring of 3 points"),
        (packed(feature(["x"], ma="001")), None, "its coordinates are no list of points"),
        (packed(FOUR[0] | {"geometry": {"type": "Point", "coordinates": [1, 2]}}), None, "its type is 'Point'"),
        (packed("x"), None, "shape 1 is no feature"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_what_is_wrong_in_both_languages(content, key, said):
    with pytest.raises(ConfigError) as wrong:
        read(content, key)
    words = str(wrong.value)
    assert words.startswith("map = x.geojson")
    assert said in words
    assert wrong.value.expected
    assert not {"the", "was", "expected", "is", "of"} & set(told(words, "vi").replace(",", " ").split())


def test_a_named_property_is_taken_even_where_another_matches_too():
    two = [feature(square(100, 20), a="001", b="002"), feature(square(101, 20), a="002", b="001")]
    assert min(read(packed(*two), "b").rings["002"][0]) == (100, 20)
    assert min(read(packed(*two), "a").rings["002"][0]) == (101, 20)


def area_of(ring):
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True)) / 2


def test_neighbours_share_their_line_and_points_a_screen_cannot_show_are_left_out():
    fine = [feature(square(100 + n % 2, 20 + n // 2, between=200), ma=f"00{n + 1}") for n in range(4)]
    drawn = outlines(read(packed(*fine)).rings, dict.fromkeys(CODES, "A"))
    assert drawn.points == 16
    corners = [set(one.rings[0]) for one in drawn.units.values()]
    assert len(set.intersection(*corners)) == 1  # the middle, where all four meet
    assert sum(abs(area_of(one.rings[0])) for one in drawn.units.values()) == drawn.width * drawn.height


def test_the_picture_keeps_north_above_and_a_degree_east_shorter_than_one_north():
    drawn = outlines(read(packed(*FOUR)).rings, dict.fromkeys(CODES, "A"))
    assert (drawn.width, drawn.height) == (934, 1000)  # the cosine of 21 degrees is 0.9336
    assert drawn.units["003"].at[1] < drawn.units["001"].at[1]
    assert drawn.units["001"].at[0] < drawn.units["002"].at[0]


def sides(drawn):
    return {tuple(sorted(pair)) for line in drawn.borders for pair in pairwise(line)}


def test_the_lines_of_areas_run_around_them_and_not_through_them():
    area = {"001": "A", "002": "A", "003": "B", "004": "B"}
    drawn = outlines(read(packed(*FOUR)).rings, area)
    level = {y for (_, y), (_, other) in sides(drawn) if y == other}
    assert level == {0, drawn.height // 2, drawn.height}
    upright = [side for side in sides(drawn) if side[0][0] == side[1][0] and 0 < side[0][0] < drawn.width]
    assert upright == []


def test_where_neighbours_do_not_share_their_points_no_line_runs_between_two_of_one_area():
    west = feature(square(100, 20), ma="001")
    east = feature(square(101, 20, between=3), ma="002")  # three more points on the line between the two
    drawn = outlines(read(packed(west, east)).rings, {"001": "A", "002": "A"})
    inner = [side for side in sides(drawn) if all(0 < x < drawn.width for x, _ in side)]
    assert inner == []
    two = outlines(read(packed(west, east)).rings, {"001": "A", "002": "B"})
    assert [side for side in sides(two) if all(0 < x < two.width for x, _ in side)] != []


def test_a_unit_too_small_to_be_seen_is_still_drawn_and_a_hole_stays_open():
    holed = {"type": "Polygon", "coordinates": [square(100, 20, 10), square(104, 24, 2)]}
    large = {"type": "Feature", "properties": {"ma": "001"}, "geometry": holed}
    drawn = outlines(read(packed(large, feature(square(104.9, 24.9, 0.001), ma="002"))).rings, {"001": "A", "002": "A"})
    assert len(drawn.units["001"].rings) == 2
    assert len(drawn.units["002"].rings[0]) == 4
    assert drawn.units["002"].room == 0
    x, y = drawn.units["001"].at
    hole = drawn.units["001"].rings[1]
    assert not (min(hole)[0] < x < max(hole)[0] and min(p[1] for p in hole) < y < max(p[1] for p in hole))


def test_a_path_says_each_point_by_its_step_from_the_one_before():
    assert path([(1, 2), (4, 1), (2, 3)], closed=True) == "M1 2l3-1-2 2z"
    assert path([(5, 5)], closed=False) == "M5 5"


def test_names_of_areas_stand_where_they_do_not_cover_each_other():
    rings = read(packed(*FOUR)).rings
    both = shaped(rings, {"001": "A", "002": "A", "003": "B", "004": "B"}, {"A": "Huyện A", "B": "Huyện B"})
    assert {one.area for one in both.labels} == {"A", "B"}
    assert shaped(rings, dict.fromkeys(CODES, "A"), {"A": "Huyện A"}).labels == ()
    long = dict.fromkeys("ABCD", "Huyện có một cái tên rất dài để thử xem có đè lên nhau hay không")
    four = shaped(rings, dict(zip(sorted(CODES), "ABCD", strict=True)), long)
    assert len(four.labels) < 4
