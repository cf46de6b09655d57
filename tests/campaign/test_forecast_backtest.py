"""The back-test on campaigns made here: its scores by hand, its files, and the forecast against every simple rule."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.forecast_campaigns import KINDS, Finished, cut, simulated
from benchmarks.forecast_reading import Cuts, campaigns_in
from benchmarks.forecast_rules import plan_pace, poisson_gamma, straight_line, three_days
from benchmarks.forecast_scores import Score, back_test, crps, lead
from campaign.errors import UsageError

SMALL = Finished(
    "small", "small", np.array([10.0, 10.0]), np.array([[0, 2, 4, 6, 12], [0, 4, 6, 7, 8]], float), np.ones(4)
)


def test_the_rules_say_what_their_names_say() -> None:
    # day 2 of 4: 4 and 6 done of 10
    assert straight_line(SMALL, 2).final[:, 0].tolist() == [8, 12]
    assert straight_line(SMALL, 2).p_on_time.tolist() == [0, 1]
    assert plan_pace(SMALL, 2).p_on_time.tolist() == [0, 1]
    assert three_days(SMALL, 3).p_on_time.tolist() == [0, 0]
    assert poisson_gamma(SMALL, 3).p_on_time[0] < 0.5


def test_scores_are_what_the_formulas_give() -> None:
    score = Score()
    score.add(SMALL, 2, straight_line(SMALL, 2))
    # 0 said and it came, 1 said and it did not; finals 8 for 12 and 12 for 8, of 10
    assert score.brier == [1.0]
    assert score.crps == [pytest.approx(0.4)]
    # nineteen equal quantiles are one number
    assert crps(np.full((1, 19), 8.0), np.array([[12.0]]))[0] == pytest.approx(4, abs=0.01)


def test_lead_time_counts_from_when_the_miss_is_named_for_good() -> None:
    said = np.array([[0.9, 0.9, 0.9], [0.4, 0.6, 0.3]])
    # the second unit misses; named on day 1, taken back on day 2, named for good on day 3 of 4
    assert lead([SMALL], [said]).days == 1
    assert lead([SMALL], [np.array([[0.9] * 3, [0.4] * 3])]).days == 3
    assert lead([SMALL], [np.array([[0.1] * 3, [0.4] * 3])]).false == 0.5


def test_a_cut_sets_the_target_a_share_of_the_units_reached() -> None:
    series = np.outer(np.arange(1, 11), np.arange(30)).astype(float)
    found = cut(series, np.full(10, 1000.0), "series", start=5, days=10, reached=0.8, from_zero=True)
    assert found is not None
    # finals 10, 20 … 100 of 1,000: at least eight reached 2 %, and 3 % would be beyond the share asked
    assert found.target.tolist() == [20] * 10
    assert found.on_time.sum() == 9
    assert (found.done[:, 0] == 0).all()
    cumulative = cut(series, np.full(10, 1000.0), "series", start=5, days=10, reached=0.8, from_zero=False)
    assert cumulative is not None
    assert (cumulative.done[:, 0] > 0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_simulated_campaigns_are_the_same_each_time_and_only_rise(kind: str) -> None:
    one, same = simulated(kind, 4, units=30), simulated(kind, 4, units=30)
    assert np.array_equal(one.done, same.done)
    assert (np.diff(one.done, axis=1) >= 0).all()
    assert one.done[:, -1].sum() > 0


def test_files_with_a_target_are_a_campaign_and_without_are_cut(tmp_path: Path) -> None:
    whole = tmp_path / "whole.csv"
    whole.write_text("unit,day,count,target\n01,2025-01-01,5,10\n02,2025-01-01,1,9\n01,2025-01-03,12,10\n")
    (found,) = campaigns_in(str(whole), Cuts())
    assert found.done.tolist() == [[0, 5, 5, 12], [0, 1, 1, 1]]
    assert found.on_time.tolist() == [True, False]
    series = tmp_path / "series.csv"
    rows = [f"{unit},2025-01-{day:02},{unit * day}" for unit in range(1, 6) for day in range(1, 31)]
    series.write_text("unit_code,as_of,count\n" + "\n".join(rows) + "\n")
    cuts = Cuts(lengths=(10, 15), reached=(0.6,), every=10, ways=(True,))
    assert [one.days for one in campaigns_in(str(series), cuts)] == [10, 10, 15, 15]
    with pytest.raises(UsageError, match="no column day"):
        list(campaigns_in(str(_file(tmp_path, "unit,count\n1,2\n")), Cuts()))


def _file(folder: Path, text: str) -> Path:
    path = folder / "wrong.csv"
    path.write_text(text)
    return path


def test_the_forecast_beats_every_simple_rule_at_a_third_of_the_time() -> None:
    campaigns = [simulated(kind, seed, units=60) for kind in ("arrivals", "bulk", "falling short") for seed in range(3)]
    one_kind = [Finished(one.name, "all", one.target, one.done, one.weights) for one in campaigns]
    table = back_test(one_kind)["all"]
    brier = {name: np.mean(scores[5].brier) for name, scores in table.scores.items()}
    ours = brier.pop("this forecast")
    assert ours < 0.8 * brier["straight line"]
    assert all(ours < other for other in brier.values()), brier
