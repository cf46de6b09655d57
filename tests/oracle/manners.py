"""More manners in which campaigns are told: increments, whole series restated, long files."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from random import Random

from tests.oracle.campaigns import Campaign, Delivery, InventedFile, InventedSource, Question, Sitting
from tests.oracle.inventing import LOCAL, PLAIN_HEADER, Dice, Inventor, Place, invent
from tests.oracle.setting import ALL, ONE_DAY


class _KnownAtEachLoad(Inventor):
    """Asks for the last day, and for the day itself, as known after every load."""

    most_deliveries = 6

    def ask(self) -> None:
        dice, made = self.dice, self.made
        super().ask()
        views = [ALL, *made.categories, *made.groups]
        for delivery in made.deliveries:
            at, stage = delivery.stamp(), dice.one_of([None, *made.stages])
            day = delivery.received_at.astimezone(LOCAL).date() - dice.between(0, 3) * ONE_DAY
            made.questions.append(Question(made.end, dice.one_of(views), stage, known_at=at))
            made.questions.append(Question(day, dice.one_of(views), stage, known_at=at))


class DailyInventor(_KnownAtEachLoad):
    """Increments: days that come late, days corrected, the same again, and counts from elsewhere in between."""

    def manner(self) -> str:
        return "daily"

    def by_the_source(self) -> bool:
        return not self.dice.happens(15)

    def add_daily_source(self) -> None:
        dice = self.dice
        columns = {name: [name.upper()] for name in PLAIN_HEADER}
        columns |= {"target": ["CHI TIEU"]} if dice.happens(20) else {}
        lines = ['measure = "daily"']
        lines += ['on_fall = "accept"'] if dice.happens(40) else []
        lines += ['combine = "sum"'] if dice.happens(40) else []
        self.made.sources.append(InventedSource("daily", lines, columns, {}))
        self.sent: dict[Place, dict[date, int]] = {}

    def daily_file(self, number: int, today: date) -> InventedFile:
        dice, made = self.dice, self.made
        source = made.sources[0]
        parts_are_added = 'combine = "sum"' in source.lines
        names = list(source.columns)
        file = InventedFile(f"{number}.csv", [source.columns[name][0] for name in names])
        since = made.start - ONE_DAY if dice.happens(50) else today - dice.between(0, 3) * ONE_DAY
        places = dice.some_of(self.reporters[:6], 70) or self.places[:1]
        for place in places:
            known = self.sent.setdefault(place, {})
            for step in range(max((today - since).days + 1, 0)):
                day = since + step * ONE_DAY
                if dice.happens(25):  # a day left out now: it comes late, or never
                    continue
                if day not in known or dice.happens(12):
                    known[day] = dice.one_of([0, 1, dice.between(0, 15), dice.between(0, 15)])
                file.rows += self.increments_of(place, day, known[day], names, added=parts_are_added)
        if dice.happens(30):
            dice.random.shuffle(file.rows)
        return file

    def increments_of(self, place: Place, day: date, count: int, names: list[str], *, added: bool) -> list[list[str]]:
        """Return the rows that say how many more a day brought: one, or parts."""
        dice = self.dice
        first = dice.between(0, count) if added else count
        parts = [first, count - first] if added and dice.happens(70) else [count]
        rows = []
        for part in [*parts, *(parts if dice.happens(2) else [])]:
            row = self.plain_row(place, day, part, dice.one_of(["sửa", " "]) if dice.happens(8) else "")
            row["target"] = "" if dice.happens(70) else str(self.due.get(place, 60) + dice.one_of([0, 0, 5]))
            if dice.happens(4):
                row = self.spoiled(row, day)
            rows.append([row.get(name, "") for name in names])
        return rows


class RestatingInventor(_KnownAtEachLoad):
    """A source that sends every day of its history each time, and tells it, and its targets, anew."""

    def manner(self) -> str:
        return "mapped"

    def add_source(self) -> None:
        dice = self.dice
        columns = {"unit_code": ["MA"], "category": ["LOAI"], "stage": ["BUOC"], "as_of": ["NGAY"]}
        columns |= {"count": ["MOI", "CU"] if dice.happens(40) else ["SO_LUONG"]}
        columns |= {"reason": ["LY DO"]} if dice.happens(30) else {}
        columns |= {"target": ["CHI TIEU"]} if dice.happens(60) else {}
        lines = ['on_fall = "accept"'] if dice.happens(80) else []
        lines += ['combine = "sum"'] if dice.happens(40) else []
        self.made.sources.append(InventedSource("mapped", lines, columns, {}))
        self.history: dict[tuple[Place, date], int] = {}

    def fitting_rows(self, today: date) -> list[tuple[Place, date, int, str]]:
        dice, made = self.dice, self.made
        if dice.happens(20):
            return super().fitting_rows(today)
        rows = []
        for place in self.reporters[:8]:
            if dice.happens(5):  # forgotten this time
                continue
            for step in range(-1, (today - made.start).days + 1):
                day = made.start + step * ONE_DAY
                if (place, day) not in self.history or dice.happens(15):
                    self.history[place, day] = max(0, self.truth(place, day) + dice.one_of([0, 0, 0, -4, 6]))
                rows.append((place, day, self.history[place, day], ""))
        return rows


class DecidingInventor(Inventor):
    """People who decide about the rows that wait, and the same files again after that."""

    most_deliveries = 3

    def manner(self) -> str:
        return "daily" if self.dice.happens(25) else "plain"

    def add_daily_source(self) -> None:
        columns = {name: [name.upper()] for name in PLAIN_HEADER}
        self.made.sources.append(InventedSource("daily", ['measure = "daily"'], columns, {}))
        self.increments = {}

    def by_the_source(self) -> bool:
        return not self.dice.happens(25)

    def plain_file(self, name: str, today: date) -> InventedFile:
        file = super().plain_file(name, today)
        file.name, file.gaps = file.name.replace(".xlsx", ".csv"), False
        return file

    def live(self) -> None:
        super().live()
        dice, made = self.dice, self.made
        for number in range(dice.between(1, 3)):
            made.deliveries.append(Sitting(None, [], seed=dice.between(0, 10**6)))
            for _ in range(dice.between(0, 2)):
                last = dice.one_of([one for one in made.deliveries if one.files])
                again = Delivery(None, copy.deepcopy(last.files), last.source)
                for file in again.files:
                    file.name = f"again-{number}-{len(made.deliveries)}-{file.name}"
                if dice.happens(40):
                    name = f"late-{number}-{len(made.deliveries)}.csv"
                    again = Delivery(None, [self.plain_file(name, made.end + 3 * ONE_DAY)])
                made.deliveries.append(again)

    def ask(self) -> None:
        whole, self.made.deliveries = self.made.deliveries, [one for one in self.made.deliveries if one.received_at]
        super().ask()
        self.made.deliveries = whole
        self.made.questions += [Question(day) for day in (self.made.start, self.made.end + 9 * ONE_DAY)]


class LongInventor(Inventor):
    """Many units, and among the files some so long that they are read by columns."""

    def plant_units(self) -> None:
        dice, made = self.dice, self.made
        self.numbers = list(range(1, 200))
        top = self.plant("province", "")
        for _ in range(dice.between(1, 4)):
            district = self.plant("district", top)
            for _ in range(dice.between(5, 25)):
                self.plant("commune", district)
        if dice.happens(20):
            made.units.reverse()

    def manner(self) -> str:
        return "mapped" if self.dice.happens(30) else "plain"

    def plain_file(self, name: str, today: date) -> InventedFile:
        file = super().plain_file(name, today)
        return lengthened(file, self.dice) if file.name.endswith(".csv") else file

    def mapped_file(self, number: int, today: date) -> InventedFile:
        file = super().mapped_file(number, today)
        return lengthened(file, self.dice) if file.name.endswith(".csv") else file

    def fitting_rows(self, today: date) -> list[tuple[Place, date, int, str]]:
        rows = super().fitting_rows(today)
        if self.dice.happens(40):
            return rows
        seen = {(place, day) for place, day, _, _ in rows}
        days = [today - back * ONE_DAY for back in range(self.dice.between(1, 8))]
        for place in self.places:
            for day in days:
                if (place, day) not in seen:
                    count = self.truth(place, day)
                    rows.append((place, day, count, ""))
                    self.reported[place][day] = count
        return rows


def lengthened(file: InventedFile, dice: Dice, size: int = 520_000) -> InventedFile:
    """Return a file with a column of notes that make it long."""
    if not file.rows:
        return file
    room = size // len(file.rows) + 1
    note = ("ghi chép " * (room // 11 + 1))[:room]
    odd = ['nói "thế"', "a, b; c", "hai\ndòng", ""]
    rows = [[*row, dice.one_of(odd) if dice.happens(2) else note] for row in file.rows]
    return replace(file, header=[*file.header, "ghi dài"], rows=rows, gaps=False)


def by(inventor: type[Inventor]) -> Callable[[Random], Campaign]:
    """Return how an inventor makes a campaign of chance."""

    def made(random: Random) -> Campaign:
        return inventor(Dice(random)).campaign()

    return made


MANNERS: dict[str, Callable[[Random], Campaign]] = {
    "any": invent,
    "daily": by(DailyInventor),
    "restating": by(RestatingInventor),
    "deciding": by(DecidingInventor),
    "long": by(LongInventor),
}
