"""What the charts that compare say: days below the plan, who moved most, where labels stand, where work piles up."""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from campaign.comparing import Movement, day_share, days_below, pace, run_so_far, telling, tells_order
from campaign.configuration import StatusRules
from campaign.progress import Status, UnitProgress
from campaign.stage_flow import Flow, bottleneck, waiting
from campaign.units import Tree, Unit
from reporting import drawing, heatmap, multiples, rank_moves
from reporting.heatmap import Kind

FIRST = date(2025, 3, 1)


def row(code, day, done_today, done, *, planned=10, due=None, target=100, reported=True, parent="D", **changed):
    """Return one unit's figures on one day, `planned` due that day and `due` up to its end."""
    expected = Fraction(planned * day if due is None else due)
    on = FIRST + timedelta(days=day - 1)
    values = {
        "campaign": "c", "as_of": on, "level": "commune", "code": code, "name": f"Xã {code}", "parent_code": parent,
        "category": "all", "stage": "done", "target": target, "done": done, "remaining": max(target - done, 0),
        "excess": 0, "completion": Fraction(done, target) if target else None,
        "planned_share": expected / target if target else None, "expected": expected, "variance": done - expected,
        "pace": done / expected if expected else None, "done_today": done_today, "planned_today": Fraction(planned),
        "catchup_today": 0, "required_per_day": None, "rank": 1, "rank_change": 0, "status": Status.ON_TRACK,
        "finished_on": None, "last_as_of": on if reported else None, "days_silent": 0, "units_with_target": 1,
        "units_finished": 0, "gap_share": None, "stalled_days": 0, "is_leaf": True,
    }  # fmt: skip
    return UnitProgress(**(values | changed))


def test_a_day_is_measured_against_its_own_plan_alone():
    assert day_share(row("a", 1, 4, 4)) == Fraction(2, 5)
    assert day_share(row("a", 1, 4, 4, planned=0)) is None


def test_days_below_are_counted_back_and_step_over_days_for_which_nothing_is_planned():
    days = [row("a", 1, 12, 12), row("a", 2, 5, 17), row("a", 3, 0, 17, planned=0, due=20), row("a", 4, 9, 26, due=30)]
    assert days_below(days, pace) == 2
    assert days_below(days, day_share) == 2
    assert run_so_far(days) == 3


def test_a_day_on_the_plan_ends_the_run():
    days = [row("a", 1, 0, 0), row("a", 2, 10, 10), row("a", 3, 9, 19)]
    assert days_below(days, day_share) == 1
    assert days_below(days, pace) == 3


def test_a_finished_unit_is_below_nothing():
    assert days_below([row("a", 1, 5, 100)], day_share) == 0


def test_the_telling_units_are_three_at_either_end_and_who_moved_most():
    found = {str(n): Movement(str(n), (n, n)) for n in range(1, 13)}
    found["6"], found["7"] = Movement("6", (11, 6)), Movement("7", (2, 7))
    assert telling(found) == ("1", "2", "3", "6", "7", "10", "11", "12")


def test_ranks_that_most_units_share_put_nobody_in_order():
    assert not tells_order([1, 1, 1, 4, 5])
    assert tells_order([1, 1, 3, 4])
    assert tells_order([1])


def test_movement_counts_from_the_first_rank_there_was():
    assert Movement("a", (None, 9, 4)).change == 5
    assert Movement("a", (9, None)).change == 0


@pytest.mark.parametrize(
    ("wanted", "least", "places"),
    [
        (["0", "0", "1"], "1/4", ["0", "1/4", "1"]),
        (["0", "1", "1", "1"], "1/4", ["0", "1/2", "3/4", "1"]),
        (["0", "1/2", "1"], "1/4", ["0", "1/2", "1"]),
        (["1/2", "1/2"], "1/2", ["1/2", "1"]),
    ],
)
def test_labels_keep_their_distance_and_stay_inside(wanted, least, places):
    assert rank_moves.slots([Fraction(one) for one in wanted], Fraction(least)) == [Fraction(one) for one in places]


def test_ten_labels_at_one_end_all_have_their_own_line():
    places = rank_moves.slots([Fraction(1)] * 10, Fraction(1, 10))
    assert all(after - before >= Fraction(1, 10) for before, after in zip(places, places[1:], strict=False))
    assert places[0] >= 0


def flow(stage, waits, rate):
    return Flow(stage, 100, 0, Fraction(0), None, waits, None if rate is None else Fraction(rate))


def test_what_waits_is_summed_unit_by_unit_so_no_lead_hides_a_backlog():
    assert waiting([(10, 4), (3, 9)]) == 6


def test_the_bottleneck_takes_longest_to_clear_not_the_most_counts():
    found = bottleneck([flow("entered", 900, 300), flow("checked", 100, 10), flow("approved", 50, 25)])
    assert found is not None
    assert (found.stage, found.days_to_clear) == ("checked", 10)


@pytest.mark.parametrize("rate", [0, -5])
def test_work_that_waits_without_any_pace_takes_longest_of_all(rate):
    found = bottleneck([flow("entered", 900, 1), flow("checked", 2, rate)])
    assert found is not None
    assert (found.stage, found.days_to_clear) == ("checked", None)


def test_nothing_waiting_and_no_working_day_yet_have_no_bottleneck():
    assert bottleneck([flow("entered", 0, 5)]) is None
    assert bottleneck([flow("entered", 900, None)]) is None


def tree(districts, communes):
    units = [Unit("T", "Tỉnh", "province")]
    for number in range(districts):
        units.append(Unit(f"D{number}", f"Huyện {number}", "district", "T"))
        units += [Unit(f"{number}-{n}", f"Xã {number}-{n}", "commune", f"D{number}") for n in range(communes)]
    return Tree(units)


def heat_of(districts, communes, done=lambda _: 5, days=3):
    units = tree(districts, communes)
    found = {}
    for day in range(1, days + 1):
        rows = {
            code: row(code, day, done(code), done(code) * day, parent=units.unit(code).parent_code,
                      is_leaf=units.is_leaf(code), name=units.unit(code).name)
            for code in units.codes
        }  # fmt: skip
        found[FIRST + timedelta(days=day - 1)] = rows
    return heatmap.heatmap(found, units, "T", "pace", StatusRules())


def test_the_worst_district_and_in_it_the_worst_unit_come_first():
    speed = {"D1": 2, "1-1": 1, "D0": 9}
    heat = heat_of(2, 2, lambda code: speed.get(code, 8))
    assert [group.head.row.code for group in heat.groups] == ["D1", "D0"]
    assert [line.row.code for line in heat.groups[0].lines] == ["1-1", "1-0"]


def test_the_title_counts_who_is_below_and_names_where_most_of_them_are():
    late = {"0-0", "0-1", "1-1"}
    heat = heat_of(2, 3, lambda code: 5 if code in late else 12)
    assert heatmap.title(heat, "vi") == "3 đơn vị dưới kế hoạch ba ngày liền, nhiều nhất ở Huyện 0 (2)"
    assert heatmap.title(heat_of(2, 2, lambda _: 12), "vi") == "Không đơn vị nào dưới kế hoạch ba ngày liền"
    assert heatmap.title(heat_of(2, 2), "vi") == "4 đơn vị dưới kế hoạch ba ngày liền"


def test_two_hundred_units_are_all_shown_and_more_come_district_by_district():
    some = heat_of(10, 20)
    assert not some.collapsed
    assert len(heatmap.part_of(some, [], 1).lines) == 200
    many = heat_of(30, 20)
    assert [head for head, _, _ in heatmap.part_of(many, [], 1).lines] == [True] * 30
    opened = heatmap.part_of(many, ["D3"], 1).lines
    assert len(opened) == 50
    assert sum(line.row.parent_code == "D3" for _, line, _ in opened) == 20


def test_every_line_is_on_exactly_one_part_and_a_part_there_is_not_is_the_nearest():
    heat = heat_of(1, 450)
    found = [heatmap.part_of(heat, [], number) for number in (1, 2, 3)]
    assert [one.parts for one in found] == [3, 3, 3]
    codes = [line.row.code for one in found for _, line, _ in one.lines]
    assert len(codes) == len(set(codes)) == 451
    assert heatmap.part_of(heat, [], 99) == found[-1]
    assert heatmap.part_of(heat, [], 0) == found[0]


@pytest.mark.parametrize(
    ("figures", "kind"),
    [
        (row("a", 2, 8, 20), Kind.ON_TRACK),
        (row("a", 2, 8, 19), Kind.AT_RISK),
        (row("a", 2, 8, 15), Kind.BEHIND),
        (row("a", 2, 8, 9), Kind.FAR_BEHIND),
        (row("a", 2, 0, 20, reported=False), Kind.SILENT),
        (row("a", 2, 0, 20, planned=0), Kind.EXCUSED),
        (row("a", 2, 8, 100), Kind.FINISHED),
        (row("a", 2, 0, 0, target=0), Kind.NONE),
        (row("a", 2, 0, 0, due=0), Kind.NONE),
    ],
)
def test_every_cell_says_what_kind_of_day_it_was(figures, kind):
    units = Tree([Unit("a", "Xã a", "commune")])
    heat = heatmap.heatmap({figures.as_of: {"a": figures}}, units, "a", "pace", StatusRules())
    (group,) = heat.groups
    assert group.head.cells[0].kind is kind


def test_a_silence_that_is_our_own_failure_is_marked_as_such_on_the_last_day_alone():
    units = Tree([Unit("a", "Xã a", "commune")])
    days = {one.as_of: {"a": one} for one in (row("a", n, 0, 0, reported=False) for n in (1, 2))}
    heat = heatmap.heatmap(days, units, "a", "pace", StatusRules(), down={"a"})
    assert [cell.kind for cell in heat.groups[0].head.cells] == [Kind.SILENT, Kind.SOURCE_DOWN]


def test_a_line_keeps_the_points_at_which_it_turns():
    line = [(Fraction(x), Fraction(y)) for x, y in ((0, 0), (1, 1), (2, 2), (3, 2), (4, 2), (5, 0))]
    assert drawing.turns(line) == [line[0], line[2], line[4], line[5]]
    assert drawing.turns(line[:1]) == line[:1]


def test_the_lines_begin_on_the_first_day_that_puts_units_in_order():
    ranks = {"a": (1, 1, 2), "b": (1, 2, 1), "c": (1, 3, 3)}
    days = {
        FIRST + timedelta(days=n): {code: row(code, n + 1, 1, 1, rank=all_[n]) for code, all_ in ranks.items()}
        for n in range(3)
    }
    drawn = rank_moves.moves(days, list(ranks))
    assert drawn.days == tuple(days)[1:]
    assert {one.code: one.ranks for one in drawn.lines} == {"a": (1, 2), "b": (2, 1), "c": (3, 3)}


def test_names_are_escaped_in_the_table():
    units = Tree([Unit("a", "x", "commune")])
    one = row("a", 1, 5, 5, name="<script>")
    heat = heatmap.heatmap({FIRST: {"a": one}}, units, "a", "pace", StatusRules())
    html = heatmap.table(heat, heatmap.part_of(heat, [], 1), "vi", lambda code: f'/x?"{code}', None)
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "/x?&quot;a" in html


def test_multiples_share_one_scale_that_an_excess_does_not_flatten():
    days = {FIRST: {"D0": row("D0", 1, 8, 8), "D1": row("D1", 1, 300, 300), "D2": row("D2", 1, 0, 0, target=0)}}
    plan = [(FIRST, Fraction(10))]
    drawn = multiples.multiples(days, ["D0", "D1", "D2"], {"D0": plan, "D1": plan}, (FIRST, FIRST))
    assert [one.row.code for one in drawn.units] == ["D0", "D1"]
    assert drawn.top == Fraction(5, 4)
    assert drawn.units[0].plan == ((FIRST, Fraction(1, 10)),)
    assert multiples.title(drawn, "vi") == (
        "1 trên 2 đơn vị chậm so với kế hoạch; chậm nhất là Xã D0: đạt 8,0%, kế hoạch 10,0%"
    )


def test_silence_is_not_drawn_as_work_that_stood_still():
    days = {one.as_of: {"a": one} for one in (row("a", 1, 8, 8), row("a", 2, 0, 8, reported=False))}
    drawn = multiples.multiples(days, ["a"], {"a": [(FIRST, Fraction(10))]}, (FIRST, FIRST))
    assert drawn.units[0].done == ((FIRST, Fraction(8, 100)),)


def test_chosen_units_are_drawn_unknown_ones_left_out_and_none_means_the_telling_ones():
    ranks = {"a": (1, 2), "b": (2, 1), "c": (3, 3)}
    days = {
        FIRST + timedelta(days=n): {code: row(code, n + 1, 1, 1, rank=both[n]) for code, both in ranks.items()}
        for n in (0, 1)
    }
    assert [one.code for one in rank_moves.moves(days, list(ranks), ["c", "x", "a"]).lines] == ["a", "c"]
    assert [one.code for one in rank_moves.moves(days, list(ranks), ["x"]).lines] == ["b", "a", "c"]
    drawn = rank_moves.moves(days, list(ranks))
    assert rank_moves.title(drawn, "vi") == "Xã b tăng 1 bậc (từ 2 lên 1); Xã a giảm 1 bậc (từ 1 xuống 2)"
