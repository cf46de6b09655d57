"""The plan, and what keeping it or catching up with it leads to."""

import math
from datetime import date
from fractions import Fraction

from tests.oracle.campaigns import Delivery, InventedFile
from tests.oracle.figures import Figures
from tests.oracle.playing import Told
from tests.oracle.setting import ONE_DAY

HEADER = ["unit_code", "category", "stage", "as_of", "count", "reason"]


def test_the_plan_never_falls_is_nought_before_the_first_day_and_ends_at_one(each_campaign) -> None:
    def law(told: Told) -> None:
        days = [told.by_code(day) for day in told.around]
        for leaf in told.leaves():
            dated = [Fraction(rows[leaf]["planned_share"]) for rows in days if rows[leaf]["planned_share"]]
            assert dated == sorted(dated)
            for rows, day in zip(days, told.around, strict=True):
                if rows[leaf]["planned_share"]:
                    assert 0 <= Fraction(rows[leaf]["planned_share"]) <= 1
                if rows[leaf]["planned_share"] and day < told.campaign.start:
                    assert rows[leaf]["planned_share"] == "0.000000"
                if rows[leaf]["planned_share"] and day >= told.campaign.end:
                    assert rows[leaf]["planned_share"] == "1.000000"

    each_campaign(law)


def test_what_is_planned_for_the_days_adds_up_to_the_target_that_never_changed(each_campaign) -> None:
    def law(told: Told) -> None:
        days = [told.by_code(day) for day in told.around]
        for code in (unit.code for unit in told.campaign.units):
            targets = {rows[code]["target"] for rows in days}
            if len(targets) == 1 and targets != {""} and told.targets_are_settled and not leaves_moved(told, code):
                planned = sum(Fraction(rows[code]["planned_today"]) for rows in days)
                assert abs(planned - int(targets.pop())) <= Fraction(len(days), 100)

    each_campaign(law)


def leaves_moved(told: Told, code: str) -> bool:
    """Return whether a target below a unit ever changes."""
    versions = [
        told.setting.targets.get(key, {}) for key in told.setting.targets if key[0] in told.setting.leaves(code)
    ]
    return any(len(version) > 1 for version in versions)


def test_keeping_the_required_rate_reaches_the_target(each_campaign) -> None:
    def law(told: Told) -> None:
        if not told.targets_are_settled:
            return
        day = max(told.last_reported, told.campaign.start - ONE_DAY)
        plan = Figures(told.setting, [])
        report = InventedFile("kept.csv", HEADER)
        promised: set[tuple[str, str]] = set()
        for category in told.setting.categories:
            for leaf, row in told.by_code(day, category).items():
                versions = told.setting.targets.get((leaf, category, told.setting.headline), {})
                if len(versions) != 1 or not row["required_per_day"] or row["remaining"] == "0":
                    continue
                # as printed, the rate may lack up to half a hundredth
                rate = Fraction(row["required_per_day"]) + Fraction(5, 1000)
                worked = Fraction(0)
                for at, weight in zip(told.setting.days, plan.weights(leaf), strict=True):
                    if at > day and weight > 0:
                        worked += weight
                        count = int(row["done"]) + math.ceil(rate * worked)
                        report.rows.append(reported(told, leaf, category, at, count))
                promised.add((leaf, category))
        if not promised:
            return
        end = told.campaign.end
        told.deliver(Delivery(told.next_moment(end), [report]))
        for leaf, category in promised:
            assert told.by_code(end, category)[leaf]["status"] == "finished"

    each_campaign(law, delivers=True)


def reported(told: Told, leaf: str, category: str, day: date, count: int) -> list[str]:
    return [leaf, category, told.setting.headline, day.isoformat(), str(count), "theo nhịp"]


def test_doing_each_days_catch_up_finishes_by_the_last_working_day(each_campaign) -> None:
    def law(told: Told) -> None:
        if not told.targets_are_settled:
            return
        category = next(iter(told.setting.categories))
        plan = Figures(told.setting, [])
        first = max(told.last_reported + ONE_DAY, told.campaign.start)
        if (told.campaign.end - first).days > 5:
            first = told.campaign.end - 5 * ONE_DAY
        due = {
            leaf
            for leaf in told.leaves()
            if len(told.setting.targets.get((leaf, category, told.setting.headline), {})) == 1
            and any(weight > 0 for at, weight in zip(told.setting.days, plan.weights(leaf), strict=True) if at >= first)
        }
        day = first
        while due and day <= told.campaign.end:
            before, today = told.by_code(day - ONE_DAY, category), told.by_code(day, category)
            report = InventedFile("caught-up.csv", HEADER)
            for leaf in sorted(due):
                count = max(int(before[leaf]["done"]) + int(today[leaf]["catchup_today"]), int(today[leaf]["done"]))
                report.rows.append(reported(told, leaf, category, day, count))
            told.deliver(Delivery(told.next_moment(day), [report]))
            day += ONE_DAY
        for leaf, row in told.by_code(told.campaign.end, category).items():
            if leaf in due:
                assert row["status"] in ("finished", "nothing_to_do")

    each_campaign(law, delivers=True)


def test_catch_up_is_nothing_before_the_campaign_and_all_that_was_left_after_it(each_campaign) -> None:
    def law(told: Told) -> None:
        for category in told.setting.categories:
            for row in told.progress(told.campaign.start - ONE_DAY, category):
                assert row["catchup_today"] in ("", "0")
            after = told.campaign.end + 2 * ONE_DAY
            eve = told.by_code(after - ONE_DAY, category)
            for leaf in told.leaves():
                row = told.by_code(after, category)[leaf]
                if row["target"]:
                    assert int(row["catchup_today"]) == max(int(row["target"]) - int(eve[leaf]["done"]), 0)

    each_campaign(law)


def test_no_rate_is_required_when_nothing_remains_and_none_is_possible_after_the_end(each_campaign) -> None:
    def law(told: Told) -> None:
        for day in told.some_days:
            for row in told.progress(day):
                if row["remaining"] == "0":
                    assert row["required_per_day"] == "0.00"
                elif day >= told.campaign.end:
                    assert row["required_per_day"] == ""

    each_campaign(law)
