"""Laws of the forecast on campaigns invented at random: sane numbers, no warning, one answer, sums that agree."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.forecast import History, Outlook, outlook

LEAVES = 6


@st.composite
def histories(draw: st.DrawFn) -> History:
    generator = np.random.default_rng(draw(st.integers(0, 10**6)))
    leaf = np.sort(generator.integers(0, LEAVES, draw(st.integers(0, 12))))
    rows, n, m = len(leaf), draw(st.integers(0, 16)), draw(st.integers(0, 6))
    target = generator.integers(0, draw(st.sampled_from([1, 3, 200, 10**7])) + 1, rows)
    share = draw(st.sampled_from([0.0, 0.05, 0.3]))
    gains = generator.poisson(np.maximum(target, 1)[:, None] * share, (rows, n + 1))
    if draw(st.booleans()):
        gains = gains * generator.integers(-1, 3, (rows, n + 1))  # falls, idle days, bulk
    done = np.maximum(gains.cumsum(axis=1), 0)
    return History(
        leaf=leaf,
        target=target,
        done=done,
        reported=generator.random((rows, n + 1)) < draw(st.sampled_from([0.0, 0.5, 1.0])),
        upstream=done + generator.integers(-5, 50, (rows, n + 1)) if draw(st.booleans()) else None,
        past=generator.integers(0, 4, (rows, n)) * draw(st.sampled_from([0.0, 1.0, 0.3])),
        ahead=generator.integers(0, 4, (rows, m)) * draw(st.sampled_from([0.0, 1.0, 0.3])),
        days_after=draw(st.integers(0, 30)),
    )


def asked(history: History) -> Outlook:
    low, high = np.array([*range(LEAVES), 0, 2, 0]), np.array([*range(1, LEAVES + 1), LEAVES, 5, 0])
    return outlook(history, low, high, seed=11, draws=40)


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(histories())
def test_every_history_has_a_sane_outlook(history: History) -> None:
    with np.errstate(all="raise", under="ignore"):
        said = asked(history)
    done, work = history.done[:, -1], history.target > 0
    for node, (low, high) in enumerate([*((k, k + 1) for k in range(LEAVES)), (0, LEAVES), (2, 5), (0, 0)]):
        rows = (history.leaf >= low) & (history.leaf < high)
        met = bool((done >= history.target)[rows & work].all())
        now, m = done[rows].sum(), history.ahead.shape[1]
        assert 0 <= said.p_on_time[node] <= 1
        assert 0 <= said.pooled[node] <= 1
        assert (said.finish[node] == 0).all() == met
        assert said.p_on_time[node] == 1 or not met
        assert not (met and not said.moving[node])
        if m == 0 and not met:
            assert said.p_on_time[node] == 0
        assert np.isfinite(said.counts[node]).all()
        assert (said.counts[node] >= now).all()
        assert (np.diff(said.counts[node], axis=-1) >= 0).all()
        assert np.isfinite(said.final[node]).all()
        assert said.expected_final[node] >= now - 1e-6
        finish = np.where(said.finish[node] < 0, 10**6, said.finish[node])
        assert (np.diff(finish) >= 0).all()
        assert finish[finish < 10**6].max(initial=0) <= m + history.days_after


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(histories())
def test_the_whole_is_the_sum_of_its_leaves_and_no_surer_than_the_least_sure(history: History) -> None:
    said = asked(history)
    whole = LEAVES  # the node over all leaves
    assert np.isclose(said.expected_final[whole], said.expected_final[:LEAVES].sum(), rtol=1e-4, atol=1e-3)
    assert said.p_on_time[whole] <= said.p_on_time[:LEAVES].min() + 1e-12


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(histories())
def test_the_same_history_and_seed_give_the_same_outlook(history: History) -> None:
    first, second = asked(history), asked(history)
    for name in first.__dataclass_fields__:
        assert np.array_equal(getattr(first, name), getattr(second, name))
