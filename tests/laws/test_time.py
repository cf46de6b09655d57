"""Days and moments: what was known when, and how days add up."""

from tests.oracle.campaigns import Campaign
from tests.oracle.playing import Told, play
from tests.oracle.setting import ONE_DAY


def test_the_work_of_the_days_adds_up_to_the_difference_of_the_counts(each_campaign) -> None:
    def law(told: Told) -> None:
        first, last = told.around[0], told.around[-1]
        for code, row in told.by_code(last).items():
            done_today = sum(int(told.by_code(day)[code]["done_today"]) for day in told.around[1:])
            assert done_today == int(row["done"]) - int(told.by_code(first)[code]["done"])

    each_campaign(law)


def test_what_was_known_at_a_moment_stays_what_was_known_then(each_campaign) -> None:
    def law(told: Told) -> None:
        if len(told.campaign.deliveries) < 2 or not told.targets_are_settled:  # known_at is not about targets
            return
        some = len(told.campaign.deliveries) // 2
        earlier = Campaign(**{**vars(told.campaign), "deliveries": told.campaign.deliveries[:some]})
        then = play(earlier, told.folder / "then", type(told.world))  # type: ignore[arg-type]
        known_at = told.campaign.deliveries[some - 1].stamp()
        for day in (told.campaign.start, told.campaign.end, told.campaign.end + ONE_DAY):
            assert told.progress(day, known_at=known_at) == then.progress(day)

    each_campaign(law, delivers=True)


def test_known_at_the_last_moment_is_all_that_is_known(each_campaign) -> None:
    def law(told: Told) -> None:
        known_at = told.campaign.deliveries[-1].stamp()
        assert told.progress(told.campaign.end, known_at=known_at) == told.progress(told.campaign.end)

    each_campaign(law)


def test_no_figure_of_a_day_looks_into_the_days_after_it(each_campaign) -> None:
    def law(told: Told) -> None:
        for day in told.some_days:
            for row in told.progress(day):
                assert row["as_of"] == day.isoformat()
                assert row["last_as_of"] <= row["as_of"]
                assert row["finished_on"] <= row["as_of"]

    each_campaign(law)


def test_a_unit_finished_on_a_day_was_finished_every_day_since_and_not_the_day_before(each_campaign) -> None:
    def law(told: Told) -> None:
        end = told.around[-1]
        for code, row in told.by_code(end).items():
            for day in told.around:
                if row["finished_on"] and row["finished_on"] <= day.isoformat():
                    assert told.by_code(day)[code]["status"] == "finished"
                if row["finished_on"] == (day + ONE_DAY).isoformat():
                    assert told.by_code(day)[code]["status"] != "finished"

    each_campaign(law)


def test_a_series_tells_what_progress_tells_day_by_day(each_campaign) -> None:
    def law(told: Told) -> None:
        code = told.campaign.units[0].code
        days = told.setting.days
        series = {row["as_of"]: row for row in told.world.series(code, days[0], days[-1])}
        for day in days:
            row = told.by_code(day)[code]
            assert series[day.isoformat()] == {column: row[column] for column in series[day.isoformat()]}

    each_campaign(law)
