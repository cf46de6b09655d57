"""The map's page says of the small campaign what can be added up by hand, by whatever it is shaded."""

import json
import re

import pytest

from campaign.units import Tree, Unit
from etl.configured import load
from pages._atlas import drawn_units
from tests.pages.house import ID, LATER, LONG, SCRIPT, UNITS, build, ingest, report, write

PLACES = {"a1": (21.2, 106.0), "a2": (21.2, 106.1), "a3": (21.1, 106.0), "b1": (21.0, 106.1), "b2": (21.0, 106.2)}


def square(lat, lon):
    ring = [[lon, lat], [lon + 0.1, lat], [lon + 0.1, lat + 0.1], [lon, lat + 0.1], [lon, lat]]
    return {"type": "Polygon", "coordinates": [ring]}


def shapes(folder, codes):
    """Write a boundary file with one square a code."""
    features = [
        {"type": "Feature", "properties": {"ma_xa": code}, "geometry": square(*PLACES.get(code, (22.0, 106.0)))}
        for code in codes
    ]
    (folder / "map.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")


def located(path, codes=PLACES, **keys):
    """Return the configuration of a house whose communes have coordinates, and whose campaign has more keys."""
    config = build(path, days=2)
    rows = [(*unit, *(PLACES[unit[0]] if unit[0] in codes else ("", ""))) for unit in UNITS]
    write(path / "units.csv", [("code", "name", "level", "parent_code", "lat", "lon"), *rows])
    ingest(config, report(path, 3), 3)
    said = "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())
    config.write_text(config.read_text("utf-8").replace('id = "thu-2025"\n', f'id = "thu-2025"\n{said}'), "utf-8")
    return config


@pytest.fixture(scope="module")
def houses(tmp_path_factory):
    """Return a maker of such houses, each made once."""
    made = {}

    def of(name, codes=PLACES, **keys):
        if name not in made:
            made[name] = located(tmp_path_factory.mktemp(name), codes, **keys)
        return made[name]

    return of


def drawn(shown):
    """Return the picture and what its places say, as the browser gets them."""
    still, said = shown._component("map-still"), shown._component("map-said")
    assert said["of"] == still["id"]
    return still, said


def by_code(shown):
    still, said = drawn(shown)
    return {
        place[0]: (said["kinds"][kind][0], value, told)
        for place, (kind, value, told) in zip(still["places"], said["units"], strict=True)
    }


def test_the_title_and_every_place_say_who_needs_a_call(show):
    shown = show("ban-do")
    assert "<h1>2/5 đơn vị cần đôn đốc</h1>" in shown.html
    assert by_code(shown) == {
        "a1": ("finished", "", "100,0%"),
        "a2": ("on_track", "", "60,0%"),
        "a3": ("behind", "", "30,0%"),
        "b1": ("on_track", "", "75,0%"),
        "b2": ("stalled", "", "10,0%"),
    }


@pytest.mark.parametrize(
    ("measure", "title", "places"),
    [
        (
            "completion",
            "Đạt 55,0%, 1/5 đơn vị đã về đích; thấp nhất là Huyện Bình: 42,5%",
            {"a1": ("finished", "100,0"), "a2": ("s3", "60,0"), "a3": ("s1", "30,0"), "b2": ("s0", "10,0")},
        ),
        (
            "pace",
            "2/5 đơn vị dưới kế hoạch",
            {
                "a1": ("finished", ""),
                "a2": ("on_track", "100,0"),
                "a3": ("behind", "50,0"),
                "b2": ("far_behind", "16,7"),
            },
        ),
        (
            "silent",
            "Không đơn vị nào chưa báo cáo từ 2 ngày trở lên",
            {"a1": ("finished", ""), "a2": ("on_track", "0"), "a3": ("at_risk", "1"), "b1": ("on_track", "0")},
        ),
    ],
)
def test_another_measure_has_its_own_sentence_and_shades(show, measure, title, places):
    shown = show("ban-do", measure=measure)
    assert f"<h1>{title}</h1>" in shown.html
    found = by_code(shown)
    assert {code: found[code][:2] for code in places} == places


def test_the_table_says_the_same_as_the_map_the_gravest_first(show):
    shown = show("ban-do", measure="pace")
    table = [(line[0], line[1]) for line in shown.table("map-pace")]
    assert table[0] == (LONG, "16,7%")
    assert table[1] == (SCRIPT, "50,0%")
    assert len(table) == len(by_code(shown)) == 5


def test_the_same_picture_is_named_alike_whatever_is_measured(show):
    assert drawn(show("ban-do"))[0] == drawn(show("ban-do", measure="pace"))[0]


def test_without_coordinates_the_cells_stand_by_district(show):
    shown = show("ban-do")
    assert "Chưa đơn vị nào có tọa độ nên các ô chỉ xếp theo địa bàn" in shown.html
    assert [label[2] for label in drawn(shown)[0]["labels"]] == ["Huyện An", "Huyện Bình"]


def test_a_district_shows_its_own_units_alone(show):
    shown = show("ban-do", district="B")
    assert set(by_code(shown)) == {"b1", "b2"}
    assert "<h1>1/2 đơn vị cần đôn đốc</h1>" in shown.html


def test_links_lead_to_the_unit_with_the_choices_kept(show):
    said = drawn(show("ban-do", category="birth"))[1]
    assert said["href"] == "/don-vi?as_of=2025-03-03&category=birth&unit=~unit~"


def test_one_unit_alone_is_a_map_of_one_cell(tmp_path, show, monkeypatch):
    config = build(tmp_path, days=0)
    write(tmp_path / "units.csv", [("code", "name", "level", "parent_code"), ("a1", "Xã Đông", "commune", "")])
    targets = [("a1", kind, stage, 50) for kind in ("birth", "death") for stage in ("entered", "approved")]
    write(tmp_path / "targets.csv", [("unit_code", "category", "stage", "target"), *targets])
    counts = [("unit_code", "category", "stage", "as_of", "count"), ("a1", "birth", "approved", "2025-03-03", 30)]
    ingest(config, write(tmp_path / "one.csv", counts), 3)
    monkeypatch.setenv("CANDICH_CONFIG", str(config))
    shown = show("ban-do", measure="pace")
    assert by_code(shown) == {"a1": ("behind", "50,0", "50,0%")}  # 30 of the 60 due by the third day of five
    assert drawn(shown)[0]["labels"] == []


def test_of_too_many_units_those_above_are_drawn_as_far_down_as_there_is_room():
    units = [Unit("T", "Tỉnh", "province")]
    for number in range(30):
        units.append(Unit(f"D{number}", f"Huyện {number}", "district", "T"))
        units += [Unit(f"{number}-{n}", f"Xã {number}-{n}", "commune", f"D{number}") for n in range(40)]
    tree = Tree(units)
    assert drawn_units(tree, "T") == [f"D{number}" for number in range(30)]
    assert len(drawn_units(tree, "D3")) == 40
    flat = Tree([units[0], *(Unit(str(n), f"Xã {n}", "commune", "T") for n in range(900))])
    assert len(drawn_units(flat, "T")) == 900


def test_a_campaign_that_has_not_begun_is_drawn_without_a_reproach(show):
    shown = show("ban-do", campaign=LATER, as_of="")
    assert {kind for kind, _, _ in by_code(shown).values()} <= {"on_track", "no_target"}
    assert "Không có đơn vị nào chậm trong 1 đơn vị" in shown.html


def test_english_says_the_same(show):
    assert "<h1>2/5 units need a call</h1>" in show("ban-do", lang="en").html


def test_a_measure_there_is_not_is_the_first(show):
    assert by_code(show("ban-do", measure="x")) == by_code(show("ban-do"))


def test_coordinates_put_the_north_above_and_the_east_to_the_right(houses, show, monkeypatch):
    monkeypatch.setenv("CANDICH_CONFIG", str(houses("located")))
    shown = show("ban-do")
    at = {place[0]: place[3:5] for place in drawn(shown)[0]["places"]}
    assert at["a1"][1] < at["b1"][1]
    assert at["b1"][0] < at["b2"][0]
    assert "gần đúng vị trí thực" in shown.html


def test_units_without_coordinates_are_said_to_stand_beside_their_district(houses, show, monkeypatch):
    monkeypatch.setenv("CANDICH_CONFIG", str(houses("half", ("a1", "b1"))))
    html = show("ban-do").html
    assert "3 đơn vị chưa có tọa độ được đặt cạnh các đơn vị cùng địa bàn." in html


def test_true_boundaries_are_drawn_and_what_does_not_match_is_listed(houses, show, monkeypatch):
    config = houses("shaped", map="map.geojson", map_code="ma_xa")
    shapes(config.parent, ["a1", "a2", "a3", "b1", "zz"])
    monkeypatch.setenv("CANDICH_CONFIG", str(config))
    shown = show("ban-do")
    still, _ = drawn(shown)
    assert [place[0] for place in still["places"]] == ["a1", "a2", "a3", "b1"]
    assert all(re.fullmatch(r"M\d+ \d+l[\d -]+z", place[7]) for place in still["places"])
    assert "1 mã trong tệp bản đồ không có trong chiến dịch: zz." in shown.html
    assert "1 đơn vị chưa có ranh giới trong tệp bản đồ" in shown.html
    without = shown.html[shown.html.index("cd-map-without") :]
    assert "unit=b2" in without
    assert "unit=a1" not in without
    assert len(shown.table("map-status")) == 5


def test_a_file_that_knows_too_few_units_is_left_for_cells(houses, show, monkeypatch):
    config = houses("few", map="map.geojson")
    shapes(config.parent, ["a1", "a2"])
    monkeypatch.setenv("CANDICH_CONFIG", str(config))
    shown = show("ban-do")
    assert "Tệp bản đồ chỉ có ranh giới của 2/5 đơn vị, nên vẽ bằng ô." in shown.html
    assert len(by_code(shown)) == 5


def test_a_file_that_cannot_be_used_is_told_in_vietnamese_until_it_is_mended(houses, show, monkeypatch):
    config = houses("wrong", map="map.geojson")
    monkeypatch.setenv("CANDICH_CONFIG", str(config))
    assert "Tệp bản đồ chưa dùng được, tạm xếp bằng ô." in show("ban-do").html
    (config.parent / "map.geojson").write_text('{"type": "Topology"}', "utf-8")
    assert "là tệp TopoJSON; xuất lại dạng GeoJSON" in show("ban-do").html
    shapes(config.parent, list(PLACES))
    shown = show("ban-do")
    assert "Tệp bản đồ chưa dùng được" not in shown.html
    assert drawn(shown)[0]["tiles"] is False


def test_a_map_file_shapes_no_figure_and_so_makes_no_new_version(houses):
    config = load(houses("wrong"))
    campaign = config.campaign(ID)
    assert campaign.map_file == houses("wrong").parent / "map.geojson"
    assert config.shape(campaign) == config.shape(campaign.model_copy(update={"map_file": None, "map_code": None}))
