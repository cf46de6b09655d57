"""Stored forecasts: what was written is read back, and pruning leaves the last one of each day."""

from datetime import UTC, date, datetime
from fractions import Fraction

from campaign.prospects import Prospect, Standing
from warehouse.forecasts import ForecastStore, Stored

DAY = date(2025, 3, 3)


def prospect(code="a1", p=Fraction(123457, 10**6)):
    return Prospect(
        as_of=DAY, level="commune", code=code, name="Xã Đông", category="all", stage="approved",
        standing=Standing.OPEN, p_on_time=p, finish_p10=date(2025, 3, 5), finish_p50=None, finish_p90=None,
        horizon=date(2025, 3, 20), expected_final=Fraction(18025, 100), units_on_time=Fraction(1, 2),
        band=((date(2025, 3, 4), 1, 2, 3), (date(2025, 3, 5), 2, 3, 4)), pooled=0.25, moving=True, is_leaf=True,
    )  # fmt: skip


def kept(day=DAY, version="v000007", known_at=None):
    return Stored(day, version, "model-1", known_at, "batch-3")


def test_a_stored_forecast_is_read_back_whole(tmp_path):
    store = ForecastStore(tmp_path)
    evening = datetime(2025, 3, 3, 17, 0, tzinfo=UTC)
    said = kept(known_at=evening)
    name = store.write(said, [prospect(), prospect("a2", None)])
    assert name == "2025-03-03_v000007"
    assert store.about(name) == said
    assert store.read(name) == (prospect(), prospect("a2", None))


def test_pruning_keeps_the_last_of_each_day_and_those_of_kept_versions(tmp_path):
    store = ForecastStore(tmp_path)
    for version in ("v000001", "v000002", "v000010"):
        store.write(kept(version=version), [prospect()])
    store.write(kept(day=date(2025, 3, 2), version="v000001"), [prospect()])
    assert store.prune(["v000002"]) == ["2025-03-03_v000001"]
    assert store.names() == ("2025-03-02_v000001", "2025-03-03_v000002", "2025-03-03_v000010")
    assert store.last_of_days() == {date(2025, 3, 2): "2025-03-02_v000001", DAY: "2025-03-03_v000010"}


def test_a_damaged_file_is_no_forecast_and_no_error(tmp_path):
    store = ForecastStore(tmp_path)
    name = store.write(kept(), [prospect()])
    (store.folder / f"{name}.parquet").write_bytes(b"PAR1 torn")
    assert store.about(name) is None
    assert store.read(name) is None
    assert store.about("2025-03-09_v000001") is None
