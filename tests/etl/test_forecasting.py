"""Forecasts are kept beside their version: one a day, from what was known that evening, and never at a load's cost."""

from datetime import UTC, date, datetime

import pytest

from campaign.errors import CanDichError
from campaign.prospects import Standing
from etl import forecasting
from etl.commands import main
from etl.configured import load
from etl.forecasting import keep
from reporting.figures import Figures
from tests.pages.house import ID, build, ingest, report


@pytest.fixture
def house(tmp_path):
    return load(build(tmp_path / "house", days=2))


def figures(config) -> Figures:
    return Figures.open(config, ID)


def names(config) -> tuple[str, ...]:
    return figures(config).forecasts.names()


IN_THE_EVENING = datetime(2025, 3, 2, 12, 0, tzinfo=UTC)  # 19:00 in Vietnam, after the cut-off of day 2


def test_the_latest_days_forecast_is_kept_from_the_whole_version(house):
    assert keep(house, ID, IN_THE_EVENING, past=False) == 1
    assert names(house) == ("2025-03-02_v000002",)
    about = figures(house).forecasts.about("2025-03-02_v000002")
    assert about is not None
    assert about.known_at is None
    assert keep(house, ID, IN_THE_EVENING, past=False) == 0


def test_what_is_kept_is_what_is_computed(house):
    computed = figures(house).outlook(date(2025, 3, 2))
    keep(house, ID, IN_THE_EVENING)
    opened = figures(house)
    stored = opened.forecasts.read("2025-03-02_v000002")
    assert stored == tuple(computed)
    assert opened.outlook(date(2025, 3, 2)) == computed
    assert {one.standing for one in computed} == {Standing.OPEN}


def test_days_gone_by_are_made_up_for_from_what_was_known_that_evening(house):
    ingest(house.path, report(house.path.parent, 3), 3)
    after_the_end = datetime(2025, 3, 9, 12, 0, tzinfo=UTC)
    assert keep(house, ID, after_the_end) == 4
    assert names(house) == tuple(f"2025-03-0{day}_v000003" for day in range(1, 5))
    first = {one.code: one for one in figures(house).forecasts.read("2025-03-01_v000003") or ()}
    then = figures(house).outlook(date(2025, 3, 1), known_at=datetime(2025, 3, 1, 17, 0, tzinfo=UTC))
    assert [first[one.code] for one in then] == then
    assert keep(house, ID, after_the_end) == 0


def test_a_load_said_to_be_older_overtakes_what_was_made_up_and_leaves_earlier_days(house):
    after_the_end = datetime(2025, 3, 9, 12, 0, tzinfo=UTC)
    assert keep(house, ID, after_the_end) == 4
    ingest(house.path, report(house.path.parent, 3), 3)
    assert keep(house, ID, after_the_end) == 2  # days 3 and 4: the load came on the evening of day 3
    last = [name.partition("_") for name in figures(house).forecasts.last_of_days().values()]
    assert [version for _, _, version in last] == ["v000002", "v000002", "v000003", "v000003"]


def test_a_forecast_made_at_its_time_is_never_made_up_again(house):
    keep(house, ID, IN_THE_EVENING, past=False)
    ingest(house.path, report(house.path.parent, 3), 3)
    keep(house, ID, datetime(2025, 3, 9, 12, 0, tzinfo=UTC))
    assert [name for name in names(house) if name.startswith("2025-03-02")] == ["2025-03-02_v000002"]


def test_a_forecast_that_fails_does_not_fail_the_load(house, monkeypatch, caplog):
    def broken(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr(forecasting, "keep", broken)
    file = report(house.path.parent, 3)
    sent = ["--config", str(house.path), "ingest", "--campaign", ID, "--received-at", "2025-03-03T16:00:00+07:00"]
    assert main([*sent, str(file)]) == 0
    assert figures(house).version == "v000003"
    assert "no forecast for thu-2025" in caplog.text


def test_one_campaign_that_fails_does_not_keep_the_others_from_theirs(house):
    broken = house.warehouse / "chua-co-so-lieu"
    broken.mkdir(parents=True)
    (broken / "CURRENT").write_text("torn", "utf-8")
    with pytest.raises(CanDichError, match="CURRENT"):
        forecasting.keep_all(house)
    assert len(names(house)) == 4


def test_a_campaign_without_data_has_nothing_to_keep(house):
    assert keep(house, "chua-co-so-lieu") == 0


def test_rebuild_leaves_a_forecast_for_every_day(house):
    assert main(["--config", str(house.path), "rebuild", "--campaign", ID]) == 0
    assert [name.partition("_")[0] for name in names(house)] == [f"2025-03-0{day}" for day in range(1, 5)]
