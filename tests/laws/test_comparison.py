"""Ranks and statuses: who stands where, and which word says how."""

import math
from datetime import date
from fractions import Fraction

from tests.oracle.campaigns import Campaign
from tests.oracle.playing import Told, play
from tests.oracle.setting import ONE_DAY


def standing(row: dict[str, str]) -> tuple[Fraction, date]:
    covered = 1 - Fraction(int(row["remaining"]), int(row["target"]))
    return (-covered, date.fromisoformat(row["finished_on"]) if row["finished_on"] else date.max)


def test_a_rank_is_one_more_than_the_units_of_the_level_that_stand_better(each_campaign) -> None:
    def law(told: Told) -> None:
        for day in told.some_days:
            rows = told.progress(day)
            for level in {row["level"] for row in rows}:
                ranked = [row for row in rows if row["level"] == level and row["target"] not in ("", "0")]
                for row in ranked:
                    better = sum(standing(other) < standing(row) for other in ranked)
                    assert row["rank"] == str(1 + better)
            assert all(row["rank"] == "" for row in rows if row["target"] in ("", "0"))

    each_campaign(law)


def test_rank_change_is_the_rank_of_the_day_before_less_that_of_the_day(each_campaign) -> None:
    def law(told: Told) -> None:
        for day in told.some_days:
            before = told.by_code(day - ONE_DAY)
            for code, row in told.by_code(day).items():
                ranks = (before[code]["rank"], row["rank"])
                assert row["rank_change"] == ("" if "" in ranks else str(int(ranks[0]) - int(ranks[1])))

    each_campaign(law)


def test_asking_for_one_level_gives_the_same_rows_as_asking_for_all(each_campaign) -> None:
    def law(told: Told) -> None:
        day = told.campaign.end
        rows = told.progress(day)
        levels = list(dict.fromkeys(row["level"] for row in rows))
        assert rows == [row for level in levels for row in told.progress(day, level=level)]
        for level in levels:
            of_level = [row for row in rows if row["level"] == level]
            listed = [(int(row["rank"]) if row["rank"] else math.inf, row["code"]) for row in of_level]
            assert listed == sorted(listed)

    each_campaign(law)


def test_the_order_of_units_targets_and_rows_makes_no_difference(each_campaign) -> None:
    def law(told: Told) -> None:
        turned = turned_round(told.campaign)
        other = play(turned, told.folder / "turned", type(told.world))  # type: ignore[arg-type]
        for day in (told.campaign.start, told.campaign.end):
            assert told.progress(day) == other.progress(day)

    each_campaign(law, delivers=True)


def turned_round(campaign: Campaign) -> Campaign:
    """Return the campaign with the rows of all its files in the opposite order."""
    turned = Campaign(**vars(campaign))
    turned.units = turned.units[::-1]
    turned.targets = turned.targets[::-1]
    turned.deliveries = [
        type(delivery)(
            delivery.received_at,
            [type(file)(**{**vars(file), "rows": file.rows[::-1]}) for file in delivery.files],
            delivery.source,
        )
        for delivery in campaign.deliveries
    ]
    return turned


def test_the_status_is_the_first_that_holds(each_campaign) -> None:
    def law(told: Told) -> None:
        rules = told.setting.rules
        for day in told.some_days:
            for row in told.progress(day):
                status = row["status"]
                assert (status == "no_target") == (row["target"] == "")
                assert (status == "nothing_to_do") == (row["target"] == "0")
                finished = row["target"] not in ("", "0") and row["remaining"] == "0"
                assert (status == "finished") == finished == bool(row["finished_on"])
                if status in ("no_target", "nothing_to_do", "finished"):
                    continue
                assert (status == "overdue") == (day > told.campaign.end)
                if status == "silent":
                    assert int(row["days_silent"]) >= rules.silent_days
                pace, slack = Fraction(row["pace"] or "9"), Fraction(1, 10**6)
                if status == "behind":
                    assert pace <= rules.behind_below + slack
                if status == "at_risk":
                    assert rules.behind_below - slack <= pace <= rules.at_risk_below + slack
                if status == "on_track":
                    assert pace >= max(rules.at_risk_below, rules.behind_below) - slack

    each_campaign(law)
