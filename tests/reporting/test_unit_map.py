"""What each place of the map says by each measure, and the map in one sentence."""

import re
from datetime import date, timedelta
from fractions import Fraction

import pytest

from campaign.configuration import StatusRules
from campaign.freshness import Gap
from campaign.progress import Status, UnitProgress
from reporting import unit_map
from reporting.map_picture import tiled
from reporting.texts import LANGUAGES
from reporting.tiles import Spot

ON = date(2025, 3, 10)
RULES = StatusRules()


def row(code, target, done, *, due=50, silent=0, parent="A", status=None, **changed):
    """Return one leaf; `due`: what the plan asks for by then, `silent`: days since its report, None: it had none."""
    finished = bool(target) and done >= target
    standing = Status.FINISHED if finished else Status.ON_TRACK
    if not target:
        standing = Status.NO_TARGET if target is None else Status.NOTHING_TO_DO
    values = {
        "campaign": "c", "as_of": ON, "level": "commune", "code": code, "name": f"Xã {code}", "parent_code": parent,
        "category": "all", "stage": "done", "target": target, "done": done,
        "remaining": None if target is None else max(target - done, 0), "excess": 0,
        "completion": Fraction(done, target) if target else None, "planned_share": None, "expected": Fraction(due),
        "variance": None, "pace": Fraction(done, due) if target and due else None, "done_today": 0,
        "planned_today": Fraction(0), "catchup_today": 0, "required_per_day": None, "rank": 1, "rank_change": 0,
        "status": status or standing, "finished_on": None,
        "last_as_of": None if silent is None else ON - timedelta(days=silent),
        "days_silent": 10 if silent is None else silent, "units_with_target": 1, "units_finished": int(finished),
        "gap_share": None, "stalled_days": 0, "is_leaf": True,
    }  # fmt: skip
    return UnitProgress(**(values | changed))


def shade(figures, measure, standing=None):
    (found,) = unit_map.shades([figures], measure, RULES, "vi", lambda one: standing or str(one.status))
    return found.kind, found.value, found.told, found.meant


@pytest.mark.parametrize(
    ("figures", "measure", "said"),
    [
        (row("a", 100, 42), "status", ("on_track", "", "42,0%", False)),
        (row("a", 100, 42, status=Status.STALLED), "status", ("stalled", "", "42,0%", True)),
        (row("a", None, 5), "status", ("no_target", "", "", False)),
        (row("a", 100, 19), "completion", ("s0", "19,0", "19,0%", False)),
        (row("a", 100, 20), "completion", ("s1", "20,0", "20,0%", False)),
        (row("a", 1000, 999), "completion", ("s4", "99,9", "99,9%", False)),
        (row("a", 100, 100), "completion", ("finished", "100,0", "100,0%", False)),
        (row("a", 100, 0, silent=None), "completion", ("silent", "", "", False)),
        (row("a", 0, 0), "completion", ("nothing_to_do", "", "", False)),
        (row("a", 100, 50), "pace", ("on_track", "100,0", "100,0%", False)),
        (row("a", 100, 49), "pace", ("at_risk", "98,0", "98,0%", True)),
        (row("a", 100, 39), "pace", ("behind", "78,0", "78,0%", True)),
        (row("a", 100, 24), "pace", ("far_behind", "48,0", "48,0%", True)),
        (row("a", 100, 0, silent=None), "pace", ("silent", "", "", False)),
        (row("a", 100, 0, due=0), "pace", ("none", "", "", False)),
        (row("a", 100, 100), "pace", ("finished", "", "", False)),
        (row("a", 100, 9), "silent", ("on_track", "0", "có báo cáo trong ngày", False)),
        (row("a", 100, 9, silent=1), "silent", ("at_risk", "1", "1 ngày chưa báo cáo", False)),
        (row("a", 100, 9, silent=3), "silent", ("behind", "3", "3 ngày chưa báo cáo", True)),
        (row("a", 100, 9, silent=4), "silent", ("far_behind", "4", "4 ngày chưa báo cáo", True)),
        (row("a", 100, 9, silent=None), "silent", ("silent", "", "", True)),
        (row("a", 100, 100, silent=7), "silent", ("finished", "", "", False)),
    ],
)
def test_a_place_says_what_its_measure_means(figures, measure, said):
    assert shade(figures, measure) == said


def test_a_silence_that_is_our_own_failure_is_never_counted_as_theirs():
    figures = row("a", 100, 9, silent=3, status=Status.SILENT)
    assert shade(figures, "silent", Gap.SOURCE_DOWN) == ("source_down", "", "", False)
    assert shade(figures, "status", Gap.SOURCE_DOWN) == ("source_down", "", "9,0%", False)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("measure", unit_map.MEASURES)
def test_every_kind_has_its_sign_and_words_that_no_other_has(lang, measure):
    kinds = [kind for kind in unit_map.ORDER if (kind[1:].isdigit() and kind[0] == "s") == (measure == "completion")]
    if measure in ("completion", "silent"):
        kinds = [kind for kind in kinds if kind not in ("far_behind", "behind", "at_risk", "on_track")]
    kinds = [kind for kind in kinds if kind != "far_behind" or measure == "pace"]
    assert len({unit_map.sign(kind, lang) for kind in kinds}) == len(kinds)
    assert len({unit_map.said(kind, measure, RULES, lang) for kind in kinds}) == len(kinds)


def test_bands_of_silence_follow_the_configured_bound():
    said = [unit_map.said(kind, "silent", RULES, "vi") for kind in ("at_risk", "behind", "far_behind")]
    assert said == ["1 ngày chưa báo cáo", "2–3 ngày chưa báo cáo", "từ 4 ngày chưa báo cáo"]
    soon = StatusRules(silent_days=1)
    figures = row("a", 100, 9, silent=1)
    assert unit_map.MEASURES["silent"](figures, "on_track", soon, "vi").kind == "behind"
    assert unit_map.said("behind", "silent", soon, "vi") == "1 ngày chưa báo cáo"


def test_the_key_counts_every_kind_that_occurs_the_gravest_first():
    rows = [row("a", 100, 10), row("b", 100, 20), row("c", 100, 90), row("d", None, 0)]
    found = unit_map.shades(rows, "pace", RULES, "vi", lambda one: str(one.status))
    drawn = re.findall(
        r'class="k-(\w+)"[^>]*>([^<]+)</i>([^<]+) <b>(\d+)</b>', unit_map.key(found, "pace", RULES, "vi")
    )
    assert drawn == [
        ("far_behind", "▼▼", "dưới 50%", "2"),
        ("on_track", "●", "đạt từ 100% kế hoạch", "1"),
        ("no_target", "?", "Chưa giao chỉ tiêu", "1"),
    ]


def titled(rows, measure, lang="vi"):
    found = unit_map.shades(rows, measure, RULES, lang, lambda one: str(one.status))
    areas = {code: row(code, 100, done, parent="T", is_leaf=False) for code, done in (("A", 40), ("B", 60))}
    whole = row("T", 1000, 633, parent=None, is_leaf=False)
    return unit_map.title(found, measure, RULES, whole, areas, lang)


def test_the_title_names_the_area_that_has_more_of_them_than_any_other():
    behind = {"status": Status.BEHIND}
    rows = [row("a", 9, 1, **behind), row("b", 9, 1, **behind), row("c", 9, 1, parent="B", **behind), row("d", 9, 8)]
    assert titled(rows, "status") == "3/4 đơn vị cần đôn đốc, nhiều nhất ở Xã A (2)"
    assert titled(rows[:1] + rows[2:], "status") == "2/3 đơn vị cần đôn đốc"
    assert titled(rows[2:], "status") == "1/2 đơn vị cần đôn đốc, ở Xã B"
    assert titled(rows[3:], "status") == "Không có đơn vị nào chậm trong 1 đơn vị"
    assert titled(rows[:2], "status", "en") == "2/2 units need a call, in Xã A"


def test_the_other_titles_say_what_the_map_is_shaded_by():
    rows = [row("a", 100, 100), row("b", 100, 30, silent=5), row("c", 100, 90, parent="B")]
    assert titled(rows, "completion") == "Đạt 63,3%, 1/3 đơn vị đã về đích; thấp nhất là Xã A: 40,0%"
    assert titled(rows, "pace") == "1/3 đơn vị dưới kế hoạch, ở Xã A"
    assert titled(rows, "silent") == "1/3 đơn vị chưa báo cáo từ 2 ngày trở lên, ở Xã A"
    assert titled([row("a", None, 3), row("b", 0, 0)], "pace") == "Chưa đơn vị nào có chỉ tiêu để lên bản đồ"


def test_the_list_beside_the_map_begins_with_the_gravest_and_in_it_the_least_done():
    rows = [row("a", 100, 45), row("b", 100, 41), row("c", 100, 5), row("d", 100, 0, silent=None)]
    found = unit_map.shades(rows, "pace", RULES, "vi", lambda one: str(one.status))
    assert [one.row.code for one in sorted(found, key=unit_map.worst)] == ["d", "c", "b", "a"]


def test_a_part_is_drawn_where_it_is_in_the_whole():
    every = frozenset(Spot(f"{n}", "AB"[n % 2], 20 + n % 4, 105 + n // 4) for n in range(12))
    whole = tiled(every, frozenset(one.code for one in every), {"A": "Huyện A", "B": "Huyện B"})
    part = tiled(every, frozenset({"0", "1", "5"}), {"A": "Huyện A", "B": "Huyện B"})
    assert set(part.places) == {"0", "1", "5"}

    def way(picture):
        return picture.places["5"].x - picture.places["0"].x, picture.places["5"].y - picture.places["0"].y

    assert way(part) == way(whole)
    for picture in (whole, part):
        assert all(26 < place.x < picture.width - 26 for place in picture.places.values())
        assert all(30 < place.y < picture.height - 30 for place in picture.places.values())
