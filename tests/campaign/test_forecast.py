"""The forecast of one small campaign, by plain arithmetic, and its answers to odd inputs."""

import numpy as np
import pytest

from campaign.forecast import History, Outlook, outlook


def history(
    done: list[list[int]],
    target: list[int],
    ahead: int,
    *,
    leaf: list[int] | None = None,
    reported: list[list[bool]] | None = None,
    upstream: list[list[int]] | None = None,
    past: list[list[float]] | None = None,
    weights: list[float] | None = None,
) -> History:
    rows, columns = len(done), len(done[0])
    return History(
        leaf=np.array(leaf or range(rows)),
        target=np.array(target),
        done=np.array(done),
        reported=np.ones((rows, columns), bool) if reported is None else np.array(reported),
        upstream=None if upstream is None else np.array(upstream),
        past=np.ones((rows, columns - 1)) if past is None else np.array(past, float),
        ahead=np.ones((rows, ahead)) if weights is None else np.tile(weights, (rows, 1)),
        days_after=30,
    )


def each_leaf(given: History, **more: int) -> Outlook:
    leaf = np.arange(int(given.leaf.max()) + 1)
    return outlook(given, leaf, leaf + 1, seed=7, **more)


def sane(said: Outlook) -> None:
    for name in ("p_on_time", "counts", "expected_final", "pooled", "final"):
        assert np.isfinite(getattr(said, name)).all(), name
    assert ((said.p_on_time >= 0) & (said.p_on_time <= 1)).all()
    assert ((said.pooled >= 0) & (said.pooled <= 1)).all()
    assert (np.diff(said.counts, axis=2) >= 0).all()
    assert (np.diff(said.counts, axis=1) >= 0).all()
    finish = np.where(said.finish < 0, 10**6, said.finish)
    assert (np.diff(finish, axis=1) >= 0).all()


def steady(per_day: int, days: int) -> list[int]:
    return [per_day * day for day in range(days + 1)]


def test_even_work_at_twice_the_pace_needed_is_on_time_and_at_a_quarter_of_it_is_not() -> None:
    # ten units each, day 6 of 12, 120 due: 20 a day has done 120 by today, 15 a day needs 2 more days, 3 a day 34 more
    given = history([steady(20, 6)] * 10 + [steady(15, 6)] * 10 + [steady(3, 6)] * 10, [120] * 30, 6)
    said = each_leaf(given)
    sane(said)
    assert (said.p_on_time[:10] == 1).all()
    assert (said.finish[:10] == 0).all()
    assert (said.p_on_time[10:20] > 0.9).all()
    assert ((said.finish[10:20, 1] >= 2) & (said.finish[10:20, 1] <= 4)).all()
    assert (said.p_on_time[20:] < 0.1).all()


def test_the_median_follows_even_work() -> None:
    # everyone 10 a day for 10 of 20 days with 1,000 due: about 200 at the end
    said = each_leaf(history([steady(10, 10)] * 30, [1000] * 30, 10))
    assert said.counts.shape == (30, 10, 3)
    assert np.median(said.counts[:, -1, 1]) == pytest.approx(200, rel=0.15)
    assert (said.counts[:, -1, 0] < 200).all()
    assert (said.counts[:, -1, 2] > 200).all()


def test_a_day_without_weight_brings_nothing_and_a_double_day_more() -> None:
    given = history([steady(10, 6)] * 20, [1000] * 20, 3, weights=[0, 1, 2])
    median = each_leaf(given, draws=2000).counts[:, :, 1].mean(axis=0)
    assert median[0] == 60
    assert median[2] - median[1] == pytest.approx(2 * (median[1] - 60), rel=0.2)


def test_a_roll_up_is_on_time_only_with_all_its_leaves() -> None:
    generator = np.random.default_rng(5)
    done = np.concatenate((np.zeros((8, 1), int), generator.poisson(10, (8, 6)).cumsum(axis=1)), axis=1)
    given = history(done.tolist(), [110] * 8, 6)
    low, high = np.array([*range(8), 0, 0, 4]), np.array([*range(1, 9), 8, 4, 8])
    said = outlook(given, low, high, seed=3, draws=500)
    leaves, whole, first, second = said.p_on_time[:8], *said.p_on_time[8:]
    assert whole <= min(first, second) <= leaves.min() + 1e-9
    # drawn together: better than if the leaves had nothing in common
    assert whole > leaves.prod()
    assert said.expected_final[8] == pytest.approx(said.expected_final[:8].sum(), rel=1e-4)
    # the sum's band is narrower than the sum of bands, yet wider than a single one
    width = said.counts[:, -1, 2] - said.counts[:, -1, 0]
    assert width[:8].max() < width[8] < width[:8].sum()


def test_a_leaf_waits_for_its_slowest_category() -> None:
    # ten leaves: one category done in 5 days, the other at 2 of 100 a day with 6 days to go
    both = history([steady(20, 6), steady(2, 6)] * 10, [100, 100] * 10, 6, leaf=sorted([*range(10), *range(10)]))
    said = each_leaf(both)
    fast = each_leaf(history([steady(20, 6)] * 10, [100] * 10, 6))
    slow = each_leaf(history([steady(2, 6)] * 10, [100] * 10, 6))
    assert (fast.p_on_time == 1).all()
    assert (slow.p_on_time < 0.2).all()
    assert (said.p_on_time < 0.5).all()
    assert (said.finish[:, 1] > 6).all()


def test_the_same_question_has_the_same_answer() -> None:
    given = history([steady(9, 5), steady(4, 5)], [100, 100], 5)
    first, second = each_leaf(given), each_leaf(given)
    for name in first.__dataclass_fields__:
        assert np.array_equal(getattr(first, name), getattr(second, name))


def test_what_waits_for_approval_counts() -> None:
    done = [[0, 5, 10, 15, 20]] * 10
    waiting = [[0, 20, 40, 60, 80]] * 10
    without = each_leaf(history(done, [100] * 10, 8))
    with_it = each_leaf(history(done, [100] * 10, 8, upstream=waiting))
    assert (with_it.expected_final > without.expected_final).all()


def test_few_data_are_borrowed_and_many_are_not() -> None:
    generator = np.random.default_rng(2)

    def after(days: int) -> Outlook:
        rate = np.linspace(2, 30, 12)
        counts = generator.poisson(rate[:, None], (12, days)).cumsum(axis=1)
        return each_leaf(history(np.concatenate((np.zeros((12, 1), int), counts), axis=1).tolist(), [600] * 12, 5))

    assert after(1).pooled.mean() > after(12).pooled.mean()
    assert after(12).pooled.mean() < 0.2


def test_silence_is_not_zero_work() -> None:
    done = [[0, 10, 20, 20, 20]] + [[0, 10, 20, 30, 40]] * 9
    heard = [[True, True, True, False, False]] + [[True] * 5] * 9
    silent = each_leaf(history(done, [100] * 10, 6, reported=heard)).expected_final[0]
    idle = each_leaf(history(done, [100] * 10, 6)).expected_final[0]
    assert silent > idle


def test_books_that_run_out_end_at_the_target() -> None:
    # all who reached their target stand exactly there: nobody is expected beyond it
    done = [[0, 40, 80, 100, 100, 100]] * 40 + [steady(15, 5)] * 10
    said = each_leaf(history(done, [100] * 50, 6))
    assert np.median(said.counts[40:, -1, 1]) == 100
    # people vaccinated go past it
    done = [[0, 40, 80, 120, 160, 200]] * 40 + [steady(15, 5)] * 10
    assert np.median(each_leaf(history(done, [100] * 50, 6)).counts[40:, -1, 1]) > 110


ODD: dict[str, History] = {
    "one report": history([[0, 10]], [100], 14),
    "all zero": history([[0] * 6] * 5, [100] * 5, 10),
    "finished": history([[0, 50, 100]] * 3, [100] * 3, 5),
    "over target": history([[0, 80, 160]] * 3, [100] * 3, 5),
    "falls": history([[50, 60, 20, 10], [50, 40, 30, 60]], [100, 100], 5),
    "falls below the eve": history([[50, 40, 30, 10]] * 2, [100, 100], 5),
    "target 0": history([[0, 0, 0], [0, 5, 5]], [0, 0], 5),
    "target 0 beside work": history([[0, 0, 0], [0, 5, 9]], [0, 20], 5),
    "excused to the end": history([[0, 5, 9]] * 3, [100] * 3, 5, weights=[0, 0, 0, 0, 0]),
    "excused so far": history([[0, 0, 0]] * 3, [100] * 3, 5, past=[[0, 0]] * 3),
    "everything excused": history([[0, 0, 0]] * 2, [100] * 2, 2, past=[[0, 0]] * 2, weights=[0, 0]),
    "one unit": history([[0, 5, 9, 30]], [100], 5),
    "no day left": history([[0, 5, 9, 30], [0, 100, 100, 100]], [100, 100], 0),
    "before the first day": history([[0], [7]], [100, 100], 10),
    "nobody reported": history([[0, 0, 0]] * 3, [100] * 3, 5, reported=[[False] * 3] * 3),
    "weekly, with idle weeks": history([[0, *[0] * 20, 90]] * 3, [100] * 3, 5),
    "a row of zeros among weeks": history([steady(1, 20), [0] * 21], [100, 1], 5),
    "huge": history([[0, 10**9, 2 * 10**9]] * 2, [2**40] * 2, 5),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_input_gets_a_sensible_answer_without_a_warning(name: str) -> None:
    given = ODD[name]
    said = each_leaf(given)
    sane(said)
    met = given.done[:, -1] >= given.target
    assert (said.p_on_time[met] == 1).all()
    assert (said.finish[met] == 0).all()
    assert (said.expected_final >= given.done[:, -1] - 1e-6).all()
    if given.ahead.shape[1] == 0:
        assert (said.p_on_time[~met] == 0).all()
        assert (said.finish[~met] != 0).all()


def test_no_progress_is_said_and_nothing_left_is_not_no_progress() -> None:
    said = each_leaf(history([[0, 0, 0], [0, 1, 2], [9, 9, 9]], [9, 9, 9], 3))
    assert said.moving.tolist() == [False, True, True]


def test_excused_to_the_end_is_not_finished_within_the_campaign() -> None:
    said = each_leaf(ODD["excused to the end"])
    assert (said.p_on_time == 0).all()
    assert (said.counts == 9).all()


def test_a_node_without_rows_has_nothing_to_do() -> None:
    said = outlook(history([[0, 5]], [10], 3), np.array([0, 1]), np.array([1, 5]), seed=1)
    assert said.p_on_time[1] == 1
    assert said.finish[1].tolist() == [0, 0, 0]
    assert said.expected_final[1] == 0


def test_rows_out_of_leaf_order_are_refused() -> None:
    with pytest.raises(ValueError, match="leaf order"):
        history([[0, 1], [0, 1]], [5, 5], 3, leaf=[1, 0])


def test_one_row_that_jumps_hides_little_of_how_the_others_differ() -> None:
    # twenty even rows of 5 … 24 a day; one that stands still, then gets 600 in one day
    rows = [steady(per_day, 8) for per_day in range(5, 25)]
    alone = each_leaf(history(rows, [4000] * 20, 6))
    beside = each_leaf(history([*rows, [0] * 8 + [600]], [4000] * 21, 6))
    assert alone.pooled.mean() < 0.1
    assert beside.pooled[:20].mean() < 0.6
