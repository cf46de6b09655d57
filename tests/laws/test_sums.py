"""Sum first, divide last: units, categories and groups."""

from fractions import Fraction

from tests.oracle.playing import Told
from tests.oracle.printing import fixed

WHOLE = ["target", "done", "remaining", "excess", "done_today", "catchup_today", "units_with_target", "units_finished"]
PARTS = ["expected", "planned_today"]


def test_a_roll_up_is_the_sum_of_its_leaves_that_have_a_target(each_campaign) -> None:
    def law(told: Told) -> None:
        for day in told.some_days:
            for view in told.views:
                rows = told.by_code(day, view)
                for code, row in rows.items():
                    if told.setting.is_leaf(code):
                        continue
                    leaves = [rows[leaf] for leaf in told.setting.leaves(code) if rows[leaf]["target"]]
                    if not leaves:
                        assert (row["target"], row["done"], row["status"]) == ("", "0", "no_target")
                        continue
                    for column in WHOLE:
                        assert int(row[column]) == sum(int(leaf[column]) for leaf in leaves), column
                    for column in PARTS:
                        total = sum(Fraction(leaf[column]) for leaf in leaves)
                        assert abs(Fraction(row[column]) - total) <= Fraction(len(leaves) + 1, 200), column

    each_campaign(law)


def test_a_unit_is_the_sum_of_its_categories_that_have_a_target(each_campaign) -> None:
    def law(told: Told) -> None:
        for day in told.some_days:
            for view in ["all", *told.campaign.groups] if told.campaign.categories else []:
                members = [told.by_code(day, category) for category in told.setting.in_view(view)]
                for code, row in told.by_code(day, view).items():
                    parts = [rows[code] for rows in members if rows[code]["target"]]
                    assert bool(parts) == bool(row["target"])
                    for column in ["target", "done", "remaining", "excess", "done_today"] if parts else []:
                        assert int(row[column]) == sum(int(part[column]) for part in parts), column

    each_campaign(law)


def test_an_excess_never_hides_a_shortfall(each_campaign) -> None:
    def law(told: Told) -> None:
        for day in told.some_days:
            rows = told.by_code(day)
            for code, row in rows.items():
                if row["target"]:
                    assert int(row["remaining"]) - int(row["excess"]) == int(row["target"]) - int(row["done"])
                    below = [rows[leaf] for leaf in told.setting.leaves(code)]
                    with_work = [leaf for leaf in below if leaf["target"] not in ("", "0")]
                    finished = bool(with_work) and all(leaf["status"] == "finished" for leaf in with_work)
                    assert (row["status"] == "finished") == finished

    each_campaign(law)


def test_shares_are_the_quotients_of_the_sums(each_campaign) -> None:
    def law(told: Told) -> None:
        for day in told.some_days:
            for row in told.progress(day):
                if row["target"] in ("", "0"):
                    assert row["completion"] == row["planned_share"] == ""
                    continue
                target, done, expected = int(row["target"]), int(row["done"]), Fraction(row["expected"])
                assert row["completion"] == fixed(Fraction(done, target), 6)
                assert abs(Fraction(row["planned_share"]) - expected / target) <= Fraction(1, 100 * target)
                assert abs(Fraction(row["variance"]) - (done - expected)) <= Fraction(1, 100)
                if expected > 0:
                    spread = done * Fraction(1, 100) / expected**2 + Fraction(1, 10**6)
                    assert abs(Fraction(row["pace"]) - done / expected) <= spread

    each_campaign(law)
