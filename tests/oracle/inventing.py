"""Campaigns made by chance: trees, plans, excuses, targets, and files with all that goes wrong in real life.

Everything is drawn through ``Dice`` from a `random.Random`: a seeded one when hunting, Hypothesis's own
when testing, which then shrinks what it finds. Low draws are the plain case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import TypeVar
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tests.oracle.campaigns import (
    Campaign,
    Delivery,
    InventedFile,
    InventedSource,
    InventedTarget,
    InventedUnit,
    Question,
)
from tests.oracle.setting import ALL, ONE_DAY

T = TypeVar("T")
LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
ODD_NAMES = [", Đông", ' "Tây"', " =1+1", "; Nam", " <script>alert(1)</script>", " 's"]
PLAIN_HEADER = ["unit_code", "category", "stage", "as_of", "count", "reason"]


@dataclass(frozen=True)
class Dice:
    """Chance, with the plain case at the low end."""

    random: Random

    def between(self, low: int, high: int) -> int:
        """Return a whole number, both ends included."""
        return self.random.randint(low, high)

    def happens(self, percent: int) -> bool:
        """Return whether something that happens so often happens now."""
        return self.random.randint(0, 99) >= 100 - percent

    def one_of(self, items: Sequence[T]) -> T:
        """Return one of the items."""
        return items[self.random.randint(0, len(items) - 1)]

    def some_of(self, items: Sequence[T], percent: int) -> list[T]:
        """Return the items that a coin each picks."""
        return [item for item in items if self.happens(percent)]


def invent(random: Random) -> Campaign:
    """Return a campaign made by chance."""
    return Inventor(Dice(random)).campaign()


campaigns: st.SearchStrategy[Campaign] = st.randoms(use_true_random=False).map(invent)
"""Hypothesis's campaigns."""

Place = tuple[str, str, str]
"""(leaf, category, stage)"""


class Inventor:
    """Draws one campaign, part by part."""

    most_deliveries = 5

    def __init__(self, dice: Dice) -> None:
        self.dice = dice

    def campaign(self) -> Campaign:
        dice = self.dice
        start = dice.one_of([date(2025, 1, 1), date(2024, 2, 26), date(2024, 12, 28), date(2025, 3, 3)])
        self.made = made = Campaign(start, dice.between(1, 12))
        self.name_categories_and_stages()
        self.plant_units()
        self.plan()
        self.excuse()
        self.rule()
        self.aim()
        self.live()
        self.ask()
        return made

    def name_categories_and_stages(self) -> None:
        dice, made = self.dice, self.made
        made.groups = [f"g{number}" for number in range(dice.between(0, 2))]
        for number in range(dice.between(0, 4)):
            group = dice.one_of([*made.groups, ""])
            made.categories[f"c{number}"] = group
        made.groups = [group for group in made.groups if group in made.categories.values()]
        made.stages = ["scanned", "entered", "approved"][: dice.between(0, 3)]
        if made.stages:
            made.headline = dice.one_of(made.stages)

    @property
    def categories(self) -> list[str]:
        return list(self.made.categories) or [ALL]

    @property
    def stages(self) -> list[str]:
        return self.made.stages or ["done"]

    def plant_units(self) -> None:
        dice, made = self.dice, self.made
        self.numbers = list(range(1, 40))
        depth, leaves = dice.one_of([3, 2, 1]), dice.between(1, 12)
        if depth == 1:
            for _ in range(leaves if dice.happens(20) else 1):  # a wood of single trees
                self.plant("province", "")
        elif depth == 2:
            top = self.plant("province", "")
            for _ in range(leaves):
                self.plant("commune", top)
        else:
            self.plant_districts(leaves)
        if dice.happens(20):  # in whatever order
            made.units.reverse()

    def plant_districts(self, leaves: int) -> None:
        dice = self.dice
        top = self.plant("province", "")
        if dice.happens(5):  # a second tree
            self.plant("commune", self.plant("province", ""))
        while leaves > 0:
            here = dice.between(1, leaves)
            if dice.happens(20):  # reports directly to the top
                self.plant(dice.one_of(["district", "commune"]), top)
                leaves -= 1
                continue
            district = self.plant("district", top)
            for _ in range(here):
                self.plant("commune", district)
            leaves -= here

    def plant(self, level: str, parent: str) -> str:
        """Add a unit and return its code."""
        dice = self.dice
        number = self.numbers.pop(dice.between(0, len(self.numbers) - 1) if dice.happens(30) else 0)
        code = dice.one_of([f"{number:02d}", f"{number:05d}", f"{number}", f"X-{number}"])
        name = f"Đơn vị {number}" + (dice.one_of(ODD_NAMES) if dice.happens(15) else "")
        if level == "commune" and dice.happens(10):
            name = "Xã Trùng Tên"
        self.made.units.append(InventedUnit(code, name, level, parent))
        return code

    def plan(self) -> None:
        dice, made = self.dice, self.made
        if dice.happens(40):
            made.weights = [dice.one_of(["1", "0", "2", "0.5", "1.5", "0.1", "3"]) for _ in range(made.length)]
            if all(weight == "0" for weight in made.weights):
                made.weights[dice.between(0, made.length - 1)] = "1"
        elif dice.happens(40):
            share = 0
            for day in range(made.length - 1):
                if dice.happens(25):
                    share = dice.between(share, 100)
                    made.milestones[made.start + day * ONE_DAY] = f"{share // 100}.{share % 100:02d}"
            if made.milestones and dice.happens(20):
                made.milestones[made.end] = "1.0"

    def excuse(self) -> None:
        dice, made = self.dice, self.made
        for _ in range(dice.between(0, 4) if dice.happens(50) else 0):
            first = made.start + dice.between(0, made.length - 1) * ONE_DAY
            last = min(first + dice.between(0, 2) * ONE_DAY, made.end)
            if dice.happens(5):
                first, last = made.start, made.end
            some = [dice.one_of(made.units).code for _ in range(dice.between(1, 2))]
            units = None if dice.happens(25) else sorted(set(some))
            made.excuses.append((first, last, units))

    def rule(self) -> None:
        dice, made = self.dice, self.made
        if dice.happens(25):
            made.status["silent_days"] = str(dice.between(1, 3))
            made.status["stalled_days"] = str(dice.between(1, 3))
        if dice.happens(20):
            made.status["behind_below"] = dice.one_of(["0.5", "0.75", "0.9"])
            made.status["at_risk_below"] = dice.one_of(["1.0", "0.95", "1.1"])

    def aim(self) -> None:
        dice, made = self.dice, self.made
        for leaf in made.leaves():
            without = dice.happens(8)
            for category in self.categories:
                for stage in self.stages:
                    if without or dice.happens(8):
                        continue
                    due = 0 if dice.happens(8) else dice.between(1, 120)
                    first_day = made.start + dice.between(-3, 2) * ONE_DAY if dice.happens(10) else None
                    made.targets.append(InventedTarget(leaf, category, stage, due, first_day))
                    begun = first_day or made.start - 5 * ONE_DAY
                    for _ in range(dice.between(1, 2) if dice.happens(12) else 0):
                        begun += dice.between(1, 6) * ONE_DAY
                        due = 0 if dice.happens(15) else max(0, due + dice.between(-30, 40))
                        made.targets.append(InventedTarget(leaf, category, stage, due, begun))
        self.state_targets()
        if dice.happens(15):
            made.targets.reverse()

    def state_targets(self) -> None:
        """Add targets that are totals: for units with children, for groups, for all."""
        dice, made = self.dice, self.made
        parents = sorted({unit.parent for unit in made.units if unit.parent})
        totals = [*made.groups, *([ALL] if made.categories else [])]
        if parents and dice.happens(10):
            category = dice.one_of([*self.categories, *totals])
            made.targets.append(InventedTarget(dice.one_of(parents), category, made.headline, dice.between(0, 999)))
        if totals and dice.happens(10):
            leaf = dice.one_of(made.leaves())
            made.targets.append(InventedTarget(leaf, dice.one_of(totals), made.headline, dice.between(0, 999)))

    # --- what happens, delivery by delivery ---

    def live(self) -> None:
        dice, made = self.dice, self.made
        self.due: dict[Place, int] = {}
        for target in made.targets:
            self.due.setdefault((target.unit, target.category, target.stage), target.target)
        self.places: list[Place] = [
            (leaf, category, stage) for leaf in made.leaves() for category in self.categories for stage in self.stages
        ]
        headline = [place for place in self.places if place[2] == made.headline]
        most = dice.between(4, 14)
        self.reporters = [dice.one_of(headline) for _ in range(most)] if len(headline) > most else headline
        self.reporters = list(dict.fromkeys(self.reporters))
        self.speed = {place: dice.one_of([10, 9, 14, 9, 7, 20, 2]) for place in self.places}
        self.reported: dict[Place, dict[date, int]] = {place: {} for place in self.places}
        manner = self.manner()
        daily, mapped = manner == "daily", manner == "mapped"
        if daily:
            self.add_daily_source()
        elif mapped:
            self.add_source()
        day = made.start + dice.between(-2, 1) * ONE_DAY
        last_file: list[InventedFile] = []
        last_source: str | None = None
        moment = datetime.min.replace(tzinfo=UTC)
        for number in range(dice.between(1, self.most_deliveries)):
            day += dice.between(0 if number else -1, max(2, made.length // 3)) * ONE_DAY
            clock = time(*dice.one_of([(16, 30), (9, 0), (17, 0), (23, 59), (0, 5), (6, 59)]))
            received = datetime.combine(day, clock, LOCAL)
            received = max(received, moment + timedelta(seconds=1))
            moment = received
            received = received.astimezone(UTC) if dice.happens(50) else received
            day = max(day, received.astimezone(LOCAL).date())
            if last_file and dice.happens(15):
                made.deliveries.append(Delivery(received, last_file, last_source))
                continue
            source = None
            if daily and self.by_the_source():
                files, source = [self.daily_file(number, day)], "daily"
            elif mapped and dice.happens(65):
                files, source = [self.mapped_file(number, day)], "mapped"
            else:
                files = [self.plain_file(f"{number}-{part}.csv", day) for part in range(dice.one_of([1, 1, 1, 2]))]
            made.deliveries.append(Delivery(received, files, source))
            last_file, last_source = files, source

    def manner(self) -> str:
        """Return who sends: people by plain files, or (also) a source of counts or of increments."""
        manner = self.dice.between(0, 99)
        return "daily" if manner >= 90 else "mapped" if manner >= 75 else "plain"

    def by_the_source(self) -> bool:
        """Return whether a file of a daily campaign is the source's."""
        return True

    def truth(self, place: Place, day: date) -> int:
        """Return a count that fits the place's story on a day: rising, and near its plan."""
        dice, made = self.dice, self.made
        before = [count for at, count in self.reported[place].items() if at <= day]
        after = [count for at, count in self.reported[place].items() if at > day]
        due = self.due.get(place, 50)
        number = max((day - made.start).days + 1, 0)
        fitting = due * number * self.speed[place] // (10 * made.length)
        idle = dice.happens(12)
        grown = 0 if idle else min([fitting + dice.between(-3, 3), *after])
        count = max([*before, grown, 0])
        if dice.happens(10):
            count = max(due, *before, 0)
        if dice.happens(3):
            count = due + dice.between(1, 30)
        return count

    def day_of_report(self, today: date) -> date:
        dice, made = self.dice, self.made
        back = dice.one_of([0, 0, 0, 0, 1, 1, 2, 3])
        day = today - back * ONE_DAY
        if dice.happens(4):
            day = made.start - dice.between(1, 3) * ONE_DAY
        return day

    def fitting_rows(self, today: date) -> list[tuple[Place, date, int, str]]:
        """Return (place, as_of, count, reason): mostly good rows, with the falls of real life."""
        dice = self.dice
        day = self.day_of_report(today)
        when = [(place, day) for place in dice.some_of(self.reporters, 70)]
        # stragglers, other stages, corrections of other days
        when += [(dice.one_of(self.places), self.day_of_report(today)) for _ in range(dice.between(0, 4))]
        rows = []
        for place, at in dict.fromkeys(when):
            count, reason = self.truth(place, at), ""
            if dice.happens(10):  # a fall, or a rise above what came later
                count = max(0, count + dice.one_of([-1, -7, 5, 40]))
                reason = dice.one_of(["", "", "đếm lại", "  ", "sửa, nhầm"])
            elif dice.happens(5):
                reason = "ghi chú"
            rows.append((place, at, count, reason))
            if reason.strip() or not dice.happens(20):
                self.reported[place][at] = count
        return rows

    def plain_file(self, name: str, today: date) -> InventedFile:
        dice = self.dice
        file = InventedFile(name, list(PLAIN_HEADER))
        file.delimiter = dice.one_of([",", ";", "\t"]) if dice.happens(30) else ","
        file.marked = dice.happens(20)
        file.gaps = dice.happens(10)
        file.newline = "\r\n" if dice.happens(30) else "\n"
        rows = self.plain_rows(today)
        if dice.happens(20):
            rows += self.stated_rows(today)
            if dice.happens(60):
                file.header.append("measure")
            else:
                rows = [row for row in rows if row.get("measure", "count") == "count"]
        if dice.happens(30):
            rows.reverse()
        if dice.happens(8):
            file.header[0:1] = ["unit_name", "parent_name"]
            for row in rows:
                self.name_unit(row)
        self.reshape(file, rows)
        file.rows = [[row.get(column, "") for column in file.header] for row in rows]
        if dice.happens(15):
            file.name = file.name.replace(".csv", ".xlsx")
        return file

    def plain_rows(self, today: date) -> list[dict[str, str]]:
        dice = self.dice
        rows: list[dict[str, str]] = []
        for place, day, count, reason in self.fitting_rows(today):
            row = self.plain_row(place, day, count, reason)
            rows.append(row)
            if dice.happens(5):
                rows.append(dict(row))
            if dice.happens(4):
                rows.append({**row, "count": str(count + 1)})
            if dice.happens(4):
                rows.append({**row, "reason": "" if reason else "gửi lại"})
            if dice.happens(10):
                rows[-1] = self.spoiled(row, today)
            elif dice.happens(3):
                rows.append(self.spoiled(row, today))
        return rows

    def reshape(self, file: InventedFile, rows: list[dict[str, str]]) -> None:
        """Add a column nobody asked for, or leave one out."""
        dice, made = self.dice, self.made
        if dice.happens(10):
            file.header.append("ghi chú")
        if dice.happens(10):
            file.header.remove("reason")
        for column, named in (("category", made.categories), ("stage", made.stages)):
            if not named and dice.happens(50) and self.unset(rows, column):
                file.header.remove(column)
        if dice.happens(2):
            file.header.remove(dice.one_of(file.header[:4]))

    @staticmethod
    def unset(rows: list[dict[str, str]], column: str) -> bool:
        return all(row[column] in ("", "all", "done") for row in rows)

    def plain_row(self, place: Place, day: date, count: int, reason: str) -> dict[str, str]:
        dice, made = self.dice, self.made
        leaf, category, stage = place
        return {
            "unit_code": leaf,
            "category": "" if not made.categories and dice.happens(30) else category,
            "stage": "" if not made.stages and dice.happens(30) else stage,
            "as_of": self.written_day(day),
            "count": self.written_count(count),
            "reason": reason,
        }

    def written_day(self, day: date) -> str:
        shapes = [f"{day}", f"{day:%d/%m/%Y}", f"{day:%d-%m-%Y}", f"{day:%d.%m.%Y}"]
        shapes.append(f"{day.day}/{day.month}/{day.year}")
        return self.dice.one_of(shapes) if self.dice.happens(30) else shapes[0]

    def written_count(self, count: int) -> str:
        if count >= 1000:
            return f"{count:,}".replace(",", self.dice.one_of([".", ",", ""]))
        return str(count)

    def spoiled(self, row: dict[str, str], today: date) -> dict[str, str]:
        """Return a row with something wrong (or only odd) about it."""
        dice = self.dice
        column, text = dice.one_of(
            [
                ("count", "12.5"),
                ("count", "519.537"),
                ("count", "1,234"),
                ("count", "1.234,567"),
                ("count", "-3"),
                ("count", ""),
                ("count", "abc"),
                ("count", "12,5"),
                ("unit_code", "99999"),
                ("unit_code", ""),
                ("category", "không-có"),
                ("category", ""),
                ("stage", "khong-co"),
                ("stage", ""),
                ("as_of", ""),
                ("as_of", "31/02/2025"),
                ("as_of", "hôm qua"),
                ("as_of", f"{today + ONE_DAY}"),
                ("as_of", f"{today + 9 * ONE_DAY:%d/%m/%Y}"),
            ]
        )
        return {**row, column: text}

    def stated_rows(self, today: date) -> list[dict[str, str]]:
        dice, made = self.dice, self.made
        parents = sorted({unit.parent for unit in made.units if unit.parent})
        totals = [*made.groups, *([ALL] if made.categories else [])]
        rows = []
        for _ in range(dice.between(1, 3)):
            leaf, category, stage = dice.one_of(self.places)
            if parents and (dice.happens(60) or not totals):
                leaf = dice.one_of(parents)
            elif totals:
                category = dice.one_of(totals)
            else:
                continue
            row = self.plain_row((leaf, category, stage), self.day_of_report(today), dice.between(0, 2000), "")
            row["measure"] = dice.one_of(["count", "", "target", "units_finished"])
            rows.append(row)
            if dice.happens(15):
                rows.append(dict(row))
            if dice.happens(10):
                rows.append({**row, "count": "7"})
        return rows

    def name_unit(self, row: dict[str, str]) -> None:
        dice = self.dice
        known = {unit.code: unit for unit in self.made.units}
        unit = known.get(row["unit_code"])
        row["unit_name"] = unit.name if unit else ("Nơi Nào Đó" if row["unit_code"] else "")
        parent = known.get(unit.parent) if unit else None
        row["parent_name"] = parent.name if parent and dice.happens(50) else ""

    # --- files of a source ---

    def add_source(self) -> None:
        dice, made = self.dice, self.made
        columns = {"unit_code": ["MA"], "count": ["MOI", "CU"] if dice.happens(40) else ["SO_LUONG"]}
        constants: dict[str, str] = {}
        for name, ours, named in (
            ("category", self.categories, made.categories),
            ("stage", self.stages, made.stages),
        ):
            if named or dice.happens(50):
                if dice.happens(50):
                    constants[name] = dice.one_of(ours)
                else:
                    columns[name] = [name.upper()]
        columns |= {"reason": ["LY DO"]} if dice.happens(60) else {}
        columns |= {"target": ["CHI TIEU"]} if dice.happens(25) else {}
        lines = ['on_fall = "accept"'] if dice.happens(50) else []
        lines += ['combine = "sum"'] if dice.happens(60) else []
        manner = dice.between(0, 2)
        if manner == 0:
            columns["as_of"] = ["NGAY"]
        elif manner == 1:
            lines.append("as_of = { filename = '_(\\d{4}-\\d{2}-\\d{2})' }")
        else:
            fixed = made.start + dice.between(0, made.length - 1) * ONE_DAY
            lines.append(f"as_of = {{ fixed = {fixed} }}")
        made.sources.append(InventedSource("mapped", lines, columns, constants))

    def mapped_file(self, number: int, today: date) -> InventedFile:
        dice = self.dice
        source = self.made.sources[0]
        adds_up = 'combine = "sum"' in source.lines
        headers = [header for several in source.columns.values() for header in several]
        day = self.day_of_report(today)
        file = InventedFile(f"dot_{day}_{number}.csv", ["STT", *headers])
        file.delimiter = dice.one_of([",", ";", "\t"]) if dice.happens(30) else ","
        rows: list[dict[str, str]] = []
        for place, at, count, reason in self.fitting_rows(today):
            parts = dice.between(1, 3) if adds_up else 1
            due = "" if dice.happens(10) else str(self.due.get(place, 60) // parts + dice.one_of([0, 0, 0, 5]))
            for part in range(parts):
                row = self.plain_row(place, at, count // parts + (count % parts if part == 0 else 0), reason)
                row["target"] = due
                if dice.happens(4):
                    row = self.spoiled(row, today)
                rows.append(row)
        if not adds_up and dice.happens(10) and rows:
            rows.append(dict(rows[-1]))
        if dice.happens(20):
            rows.reverse()
        for row in rows:
            cells = {}
            for name, several in source.columns.items():
                if len(several) == 1:
                    cells[several[0]] = row[name]
                else:
                    second = dice.between(0, int(row[name])) if row[name].isdigit() else 0
                    first = str(int(row[name]) - second) if row[name].isdigit() else row[name]
                    cells |= {several[0]: first, several[1]: str(second)}
            file.rows.append([str(len(file.rows) + 1), *(cells[header] for header in headers)])
        if dice.happens(15):
            file.name = file.name.replace(".csv", ".xlsx")
        return file

    def add_daily_source(self) -> None:
        columns = {name: [name.upper()] for name in PLAIN_HEADER}
        lines = ['measure = "daily"']
        if self.dice.happens(50):
            lines.append('on_fall = "accept"')
        if self.dice.happens(30):
            lines.append('combine = "sum"')
        self.made.sources.append(InventedSource("daily", lines, columns, {}))
        self.increments: dict[Place, dict[date, int]] = {}

    def daily_file(self, number: int, today: date) -> InventedFile:
        """Return a file of increments: the whole history of the places in it, or what came since some day."""
        dice, made = self.dice, self.made
        adds_up = 'combine = "sum"' in made.sources[0].lines
        file = InventedFile(f"{number}.csv", [name.upper() for name in PLAIN_HEADER])
        since = made.start if dice.happens(50) else today - dice.between(0, 2) * ONE_DAY
        for place in dice.some_of(self.places[:5], 60):
            known = self.increments.setdefault(place, {})
            for step in range(max((today - since).days + 1, 0)):
                day = since + step * ONE_DAY
                if day not in known or dice.happens(5):
                    known[day] = dice.between(0, 15)
                parts = [known[day] // 2, known[day] - known[day] // 2] if adds_up else [known[day]]
                for part in [*parts, *(parts if dice.happens(3) else [])]:
                    row = self.plain_row(place, day, part, "sửa" if dice.happens(5) else "")
                    file.rows.append([row[name] for name in PLAIN_HEADER])
        if dice.happens(20):
            file.rows.reverse()
        return file

    # --- what is asked ---

    def ask(self) -> None:
        dice, made = self.dice, self.made
        views = [ALL, *made.categories, *made.groups]
        levels = [None, None, None, *sorted({unit.level for unit in made.units})]
        stamps = [delivery.stamp() for delivery in made.deliveries]
        made.questions.append(Question(made.end))
        days = [made.start + step * ONE_DAY for step in range(-4, made.length + 5)]
        for _ in range(dice.between(2, 5)):
            as_of = dice.one_of(days)
            if dice.happens(50):
                as_of = dice.one_of(made.deliveries).received_at.astimezone(LOCAL).date()
            known_at = dice.one_of(stamps) if dice.happens(30) else None
            if known_at and dice.happens(30):
                known_at = (datetime.fromisoformat(known_at) - timedelta(seconds=1)).isoformat()
            stage = dice.one_of([None, *made.stages])
            made.questions.append(Question(as_of, dice.one_of(views), stage, dice.one_of(levels), known_at))
        for _ in range(dice.one_of([1, 1, 2])):
            unit = dice.one_of(made.units).code
            view, stage = dice.one_of(views), dice.one_of([None, *made.stages])
            made.questions.append(Question(made.end, view, stage, unit=unit))
