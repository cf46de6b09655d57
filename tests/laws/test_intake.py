"""Every row ends somewhere, and what changes nothing changes nothing."""

import copy
from pathlib import Path

import pytest

from tests.oracle.campaigns import Delivery, InventedFile
from tests.oracle.intake import Refused
from tests.oracle.playing import Told
from tests.oracle.worlds import ProductWorld


def test_every_row_read_is_accepted_unchanged_held_or_rejected(each_campaign) -> None:
    def law(told: Told) -> None:
        for delivery, tally in zip(told.campaign.deliveries, told.tallies, strict=True):
            assert tally["read"] == sum(len(file.rows) for file in delivery.files)
            assert tally["read"] == tally["accepted"] + tally["unchanged"] + tally["held"] + tally["rejected"]
            assert tally["flagged"] <= tally["accepted"]

    each_campaign(law)


def test_a_file_sent_twice_changes_nothing(each_campaign) -> None:
    def law(told: Told) -> None:
        last = told.campaign.deliveries[-1]
        file = copy.deepcopy(last.files[-1])
        once = told.deliver(Delivery(told.next_moment(), [file], last.source))
        before = told.progress(told.campaign.end)
        twice = told.deliver(Delivery(told.next_moment(), [file], last.source))
        assert twice["accepted"] == twice["held"] == twice["flagged"] == 0
        assert twice["rejected"] == once["rejected"]
        assert told.progress(told.campaign.end) == before

    each_campaign(law, delivers=True)


def test_a_stated_total_moves_no_figure(each_campaign) -> None:
    def law(told: Told) -> None:
        total = InventedFile("stated.csv", ["unit_code", "category", "stage", "as_of", "count"])
        stage, day = told.setting.headline, told.campaign.start.isoformat()
        parents = [unit.code for unit in told.campaign.units if not told.setting.is_leaf(unit.code)]
        categories = [*told.setting.categories, *told.campaign.groups, "all"]
        total.rows += [[code, category, stage, day, "987654"] for code in parents for category in set(categories)]
        if told.campaign.categories:
            total.rows.append([told.leaves()[0], "all", stage, day, "987654"])
        before = [told.progress(day) for day in told.some_days]
        moment = told.next_moment(told.campaign.start)
        first = told.deliver(Delivery(moment, [total]))
        assert (first["held"], first["rejected"], first["flagged"]) == (0, 0, 0)
        assert [told.progress(day) for day in told.some_days] == before

    each_campaign(law, delivers=True)


def test_a_load_from_before_the_last_one_is_refused_and_changes_nothing(each_campaign) -> None:
    def law(told: Told) -> None:
        last = told.campaign.deliveries[-1]
        before = told.progress(told.campaign.end)
        files = told.campaign.write_delivery(told.folder, len(told.campaign.deliveries) - 1)
        with pytest.raises(Refused):
            told.world.ingest(files, last.stamp(), last.source)
        told.answers.clear()
        assert told.progress(told.campaign.end) == before

    each_campaign(law, delivers=True)


def test_a_dry_run_tells_the_same_and_does_nothing(for_the_product, tmp_path: Path) -> None:
    def law(told: Told) -> None:
        report = InventedFile("report.csv", ["unit_code", "category", "stage", "as_of", "count", "reason"])
        stage, day = told.setting.headline, told.campaign.start.isoformat()
        for category in told.setting.categories:
            report.rows += [[leaf, category, stage, day, "77", "thử"] for leaf in told.leaves()]
        report.rows.append(["không có", "x", "y", "z", "-1", ""])
        delivery = Delivery(told.next_moment(told.campaign.start), [report])
        path = tmp_path / report.name
        path.write_bytes(report.content())
        before = told.progress(told.campaign.end)
        world = told.world
        assert isinstance(world, ProductWorld)
        tried = world.ingest([path], delivery.stamp(), None, dry_run=True)
        told.answers.clear()
        assert told.progress(told.campaign.end) == before
        assert told.deliver(delivery) == tried

    for_the_product(law, delivers=True)


def test_a_rollback_brings_back_what_was_published_before_the_load(for_the_product) -> None:
    def law(told: Told) -> None:
        world = told.world
        assert isinstance(world, ProductWorld)
        report = InventedFile("report.csv", ["unit_code", "category", "stage", "as_of", "count", "reason"])
        stage, day = told.setting.headline, told.campaign.start.isoformat()
        for category in told.setting.categories:
            report.rows += [[leaf, category, stage, day, "78", "thử"] for leaf in told.leaves()]
        before = [told.progress(day) for day in told.some_days]
        assert told.deliver(Delivery(told.next_moment(told.campaign.start), [report]))["accepted"]
        after = [told.progress(day) for day in told.some_days]
        assert after != before
        world.rollback()
        told.answers.clear()
        assert [told.progress(day) for day in told.some_days] == before

    for_the_product(law, delivers=True)
