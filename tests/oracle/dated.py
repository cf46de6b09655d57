"""Campaigns in which units merge, split, move and hand on their codes, told day by day under every map.

`python -m tests.oracle.dated --seeds 1..50` looks for one on which the product and the oracle differ.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from random import Random

from tests.oracle.campaigns import Campaign, Delivery, InventedFile, InventedSource, InventedTarget, Question
from tests.oracle.comparison import tables_differ
from tests.oracle.dating import DatedFigures, read_rows, units_on
from tests.oracle.inventing import LOCAL, Dice
from tests.oracle.printing import PROGRESS_COLUMNS, printed
from tests.oracle.setting import ALL, ONE_DAY, read_setting
from tests.oracle.worlds import OracleWorld, ProductWorld

COLUMNS = ["code", "name", "level", "parent_code", "valid_from", "valid_to", "successor"]
SHARES = [("0.5", "0.5"), ("0.6", "0.4"), ("1/3", "2/3"), ("0.25", "3/4"), ("1/7", "2/7", "4/7")]
RANK_CHANGE = "rank_change"


@dataclass
class DatedCampaign(Campaign):
    """A campaign whose units have days."""

    rows: list[dict[str, str]] = None  # type: ignore[assignment]
    days: list[date] = None  # type: ignore[assignment]
    """the days on which the map changes"""

    def write(self, folder: Path) -> Path:
        config = super().write(folder)
        file = InventedFile("units.csv", COLUMNS, [[row[name] for name in COLUMNS] for row in self.rows])
        file.write(folder)
        return config


class Geographer:
    """Draws one campaign whose map changes."""

    def __init__(self, dice: Dice) -> None:
        self.dice = dice
        self.made = DatedCampaign(date(2025, 1, 1), dice.between(4, 9), rows=[], days=[])
        self.numbers = iter(range(30, 99))
        self.freed: list[str] = []

    def campaign(self) -> DatedCampaign:
        dice, made = self.dice, self.made
        if dice.happens(60):
            made.categories = {"c0": "", "c1": ""}
        if dice.happens(30):
            made.stages, made.headline = ["entered", "approved"], "approved"
        made.sources = [InventedSource("map", ['on_fall = "accept"'], {"unit_code": ["unit_code"]}, {})]
        made.sources[0].columns = {name: [name] for name in ("unit_code", "category", "stage", "as_of", "count")}
        self.add("24", "province", "")
        self.districts = [self.add(f"D{number}", "district", "24") for number in (1, 2)][: dice.between(0, 2)]
        for _ in range(dice.between(2, 6)):
            self.add(str(next(self.numbers)), "commune", self.somewhere())
        self.aim([row["code"] for row in made.rows if row["level"] == "commune"], None)
        day = made.start
        for _ in range(dice.between(1, 3)):
            day += dice.between(1 if made.days else 0, 3) * ONE_DAY
            self.change(day)
        for row in [row for row in made.rows if row["level"] == "district"]:
            if not any(one["parent_code"] == row["code"] for one in made.rows):
                made.rows.remove(row)
        if dice.happens(30):
            dice.random.shuffle(made.rows)
        self.live()
        return made

    def somewhere(self) -> str:
        return self.dice.one_of(self.districts) if self.districts else "24"

    def add(self, code: str, level: str, parent: str, first: date | None = None) -> str:
        name = f"Đơn vị {code}" + (f" từ {first}" if first else "")
        row = dict(zip(COLUMNS, [code, name, level, parent, first.isoformat() if first else "", "", ""], strict=True))
        self.made.rows.append(row)
        return code

    def alive(self, day: date) -> list[dict[str, str]]:
        """Return the communes that may change on a day: nothing has befallen them that day."""
        eve = (day - ONE_DAY).isoformat()
        rows = [row for row in self.made.rows if row["level"] == "commune" and not row["valid_to"]]
        return [row for row in rows if row["valid_from"] <= eve]

    def end(self, row: dict[str, str], day: date, successor: str = "") -> None:
        row["valid_to"], row["successor"] = (day - ONE_DAY).isoformat(), successor

    def code(self, used: set[str]) -> str:
        """Return a new code, or one whose unit ends now."""
        known = [code for code in self.freed if code not in used]
        return self.dice.one_of(known) if known and self.dice.happens(40) else str(next(self.numbers))

    def change(self, day: date) -> None:
        """Let some units merge, split, move, or take others in, on one day."""
        dice, made = self.dice, self.made
        made.days.append(day)
        free = self.alive(day)
        dice.random.shuffle(free)
        done: set[str] = set()
        plans = []
        while free and dice.happens(75):
            manner = dice.one_of(["merge", "split", "move", "join", "share", "rename"])
            taken = [
                free.pop()
                for _ in range(min(len(free), {"merge": dice.between(2, 3), "join": 2, "share": 2}.get(manner, 1)))
            ]
            plans.append((manner, taken))
        self.freed = [
            row["code"]
            for manner, taken in plans
            for row in (taken[:1] if manner in ("join", "share") else taken)
            if manner != "move"
        ]
        for manner, taken in plans:
            self.carry_out(manner, taken, day, done)

    def carry_out(self, manner: str, taken: list[dict[str, str]], day: date, used: set[str]) -> None:
        dice = self.dice
        parent = self.somewhere()
        if manner == "move":
            self.end(taken[0], day)
            self.add(taken[0]["code"], "commune", parent, day)
            return
        if manner == "join" and len(taken) == 2:
            self.end(taken[0], day, taken[1]["code"])
            return
        taboo = used | {row["code"] for row in taken}
        if manner in ("split", "share"):
            shares = dice.one_of(SHARES)
            joined = [taken[1]["code"]] if manner == "share" and len(taken) == 2 else []
            heirs = [*(self.heir(day, parent, taboo) for _ in shares[len(joined) :]), *joined]
            used |= set(heirs)
            self.end(taken[0], day, " ".join(f"{heir}:{share}" for heir, share in zip(heirs, shares, strict=True)))
            return
        heir = self.heir(day, parent, taboo)
        used.add(heir)
        for row in taken:
            self.end(row, day, heir)

    def heir(self, day: date, parent: str, used: set[str]) -> str:
        code = self.code(used)
        used.add(code)
        self.add(code, "commune", parent, day)
        if self.dice.happens(50):
            self.aim([code], day)
        return code

    def aim(self, codes: list[str], first: date | None) -> None:
        dice, made = self.dice, self.made
        for code in codes:
            for category in list(made.categories) or [ALL]:
                for stage in made.stages or ["done"]:
                    due = 0 if dice.happens(8) else dice.between(1, 120)
                    begun = first + dice.one_of([0, 0, 1]) * ONE_DAY if first else None
                    made.targets.append(InventedTarget(code, category, stage, due, begun))

    def live(self) -> None:
        dice, made = self.dice, self.made
        rows = made.rows
        communes = [row["code"] for row in rows if row["level"] == "commune"]
        for number in range(dice.between(1, 5)):
            file = InventedFile(f"{number}.csv", ["unit_code", "category", "stage", "as_of", "count"])
            reported: dict[tuple[str, ...], str] = {}
            for _ in range(dice.between(3, 14)):
                day = made.start + dice.between(-2, made.length + 1) * ONE_DAY
                on = [row["code"] for row in rows if row["level"] == "commune" and _is_on(row, day.isoformat())]
                code = dice.one_of(on) if on and not dice.happens(6) else dice.one_of(communes)
                category, stage = dice.one_of(list(made.categories) or [ALL]), dice.one_of(made.stages or ["done"])
                reported[code, category, stage, day.isoformat()] = str(dice.between(0, 140))
            file.rows = [[*key, count] for key, count in reported.items()]
            received = datetime.combine(made.end + (3 + number) * ONE_DAY, time(9), LOCAL)
            made.deliveries.append(Delivery(received.astimezone(UTC), [file], "map"))
        views = [ALL, *made.categories]
        days = [made.start + step * ONE_DAY for step in range(-2, made.length + 2)]
        for _ in range(3):
            known = dice.one_of(made.deliveries).stamp() if dice.happens(30) else None
            made.questions.append(
                Question(dice.one_of(days), dice.one_of(views), dice.one_of([None, *made.stages]), known_at=known)
            )


def dated_differences(campaign: DatedCampaign, folder: Path) -> list[str]:
    """Return a line for everything that differs, by the units of each day and by those of every map."""
    config = campaign.write(folder)
    product = ProductWorld(config, campaign.identifier)
    rows = read_rows(folder / "units.csv")
    settings = {day: _setting(config, campaign.identifier, rows, day) for day in _maps(campaign)}
    oracle = OracleWorld(config, campaign.identifier)
    oracle.setting.units = {row.unit.code: row.unit for row in rows}
    found = []
    for number, delivery in enumerate(campaign.deliveries):
        files = campaign.write_delivery(folder, number)
        expected = oracle.ingest(files, delivery.stamp(), delivery.source)
        got = product.ingest(files, delivery.stamp(), delivery.source)
        names = ("read", "accepted", "unchanged", "held", "rejected")
        told = [[tally[name] for name in names] for tally in (expected, got)]
        found += [f"{delivery.stamp()}: expected {told[0]}, got {told[1]}"] if told[0] != told[1] else []
    for question in campaign.questions:
        for on in [None, *settings]:
            day = on or question.as_of
            setting = settings.get(day) or _setting(config, campaign.identifier, rows, day)
            known = datetime.fromisoformat(question.known_at) if question.known_at else None
            figures = DatedFigures(setting, oracle.intake.accepted, rows, day, category=question.category,
                                   stage=question.stage, known_at=known)  # fmt: skip
            expected = printed(figures.progress(question.as_of), PROGRESS_COLUMNS)
            got = product.progress(question.as_of, category=question.category, stage=question.stage,
                                   known_at=question.known_at, units_on=on)  # fmt: skip
            if on is None and question.as_of in campaign.days:
                expected = [{**row, RANK_CHANGE: ""} for row in expected]
                got = [{**row, RANK_CHANGE: ""} for row in got]
            found += [f"{question} on {on}: {line}" for line in tables_differ(expected, got)]
    return found


def _is_on(row: dict[str, str], day: str) -> bool:
    return row["valid_from"] <= day and (not row["valid_to"] or day <= row["valid_to"])


def _maps(campaign: DatedCampaign) -> list[date]:
    return [campaign.start - 9 * ONE_DAY, *campaign.days, campaign.end + 9 * ONE_DAY]


def _setting(config: Path, campaign: str, rows: list, day: date):  # type: ignore[no-untyped-def, type-arg]
    setting = read_setting(config, campaign)
    whole = {row.unit.code: row.unit for row in rows}
    assert set(whole) == set(setting.units)
    return replace(setting, units=units_on(rows, day))


def invent_dated(random: Random) -> DatedCampaign:
    """Return a campaign whose units have days."""
    return Geographer(Dice(random)).campaign()


def main(arguments: list[str]) -> int:
    """Hunt and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", required=True)
    options = parser.parse_args(arguments)
    first, _, last = options.seeds.partition("..")
    different = 0
    for seed in range(int(first), int(last or first) + 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                found = dated_differences(invent_dated(Random(seed)), Path(folder))  # noqa: S311
            except Exception as error:  # noqa: BLE001 - whatever it is, it is what we hunt
                found = [f"{type(error).__name__}: {error}"]
        different += bool(found)
        print(f"seed {seed}: {len(found)} differences", *found[:3], sep="\n  ", flush=True)
    print(f"seeds {options.seeds}: {different} differ")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
