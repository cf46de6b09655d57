"""Figures: the one door to every number of a campaign at one published version, through one scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction

from campaign.calendar import ONE_DAY
from campaign.configuration import ALL, Campaign
from campaign.credit import Credit
from campaign.cube import Cube
from campaign.earned import Earned, earned_schedule
from campaign.errors import UsageError
from campaign.facts import Facts, View
from campaign.mapping import Mapping, misdated
from campaign.progress import UnitProgress
from campaign.prospects import Prospect, prospects_of, proven_of, upstream_stage
from campaign.units import Tree
from campaign.warning import Work
from reporting.kept import make_room
from reporting.lens import store_of
from reporting.records import Records
from warehouse.forecasts import ForecastStore, model_mark
from warehouse.reader import Reader

__all__ = ["Figures", "store_of"]
CUBES_KEPT = 24
DAYS_KEPT = 64
LONGEST_SERIES = 3660  # days


class Figures(Records):
    """Every number anybody sees comes from here: pages, command line, workbooks and messages alike."""

    def __init__(self, reader: Reader, version: str, published_at: datetime) -> None:
        """Read one version's own configuration; `published_at` is UTC."""
        super().__init__(reader, version, published_at)
        self.forecasts = ForecastStore(reader.path.parent)
        self._cubes: dict[tuple[object, ...], Cube] = {}
        self._days: dict[tuple[object, ...], tuple[UnitProgress, ...]] = {}
        self._outlooks: dict[tuple[object, ...], dict[str, Prospect]] = {}

    def _of_another_list(self) -> dict[str, object]:
        return {"_days": {}, "_outlooks": {}}

    def misdated(self, stage: str, as_of: date) -> list[tuple[str, str, date, int]]:
        """Return (unit, category, day, count) of counts up to a day that belong to nobody: no such unit on their day.

        Only where units follow one another; elsewhere a code means one unit, whenever it reports.
        """
        if self._lineage is None:
            return []
        return misdated(self.reader.facts(stage), self.reader.registry, self._lineage, as_of)

    def _facts(self, stage: str, tree: Tree, known_at: datetime | None) -> Facts:
        """Return the facts of a stage by the units of `tree`."""
        facts = self.reader.facts(stage, known_at)
        if self._lineage is None:
            return facts
        return Mapping(facts, self._lineage, self.reader.added(stage, known_at)).seen_by(tree, tree.day.toordinal())

    def _campaign_of(self, tree: Tree) -> Campaign:
        """Return the campaign with its excuses given to the units of `tree`."""
        if self._lineage is None:
            return self.campaign
        excused = self._lineage.excuses(self.campaign.excused, tree)
        return self.campaign.model_copy(update={"excused": excused})

    def view(self, category: str = "all", stage: str | None = None) -> View:
        """Return the view of a category, a group or `all`, and a stage; UsageError when there is none such."""
        members = self.campaign.members(category)
        if members is None:
            known = [*self.campaign.category_ids, *(group.id for group in self.campaign.groups), "all"]
            raise UsageError(f"category {category!r}", "is not configured", f"one of {', '.join(dict.fromkeys(known))}")
        chosen = stage or self.campaign.headline
        if chosen not in self.campaign.stage_ids:
            raise UsageError(f"stage {chosen!r}", "is not configured", f"one of {', '.join(self.campaign.stage_ids)}")
        return View(category, members, chosen, single=category in self.campaign.category_ids)

    def _cube(self, view: View, tree: Tree, known_at: datetime | None) -> Cube:
        key = (view, id(tree), known_at)
        with self._lock:
            if key not in self._cubes:
                make_room(self._cubes, CUBES_KEPT)
                facts = self._facts(view.stage, tree, known_at)
                self._cubes[key] = Cube(self._campaign_of(tree), self.rules, tree, view, facts)
            return self._cubes[key]

    def _rows(self, view: View, as_of: date, known_at: datetime | None) -> tuple[UnitProgress, ...]:
        """Return every unit's figures, remembered: a series asks for the same days again and again."""
        key = (view, as_of, known_at)
        with self._lock:
            found = self._days.get(key)
        if found is None:
            found = tuple(self._figures_on(view, as_of, known_at))
            with self._lock:
                make_room(self._days, DAYS_KEPT)
                self._days[key] = found
        return found

    def _figures_on(
        self, view: View, as_of: date, known_at: datetime | None, only: str | None = None
    ) -> list[UnitProgress]:
        """Return the figures of a day, of one unit or of all; ranks of the day before are of that day's own units."""
        tree, before = self.map(as_of), self.map(as_of - ONE_DAY)
        earlier = None if before is tree else self._cube(view, before, known_at).ranks_on(as_of - ONE_DAY)
        if earlier is not None and self._lineage is not None:  # a code given to another unit has no rank yesterday
            kin = self._lineage
            earlier = {one: rank for one, rank in earlier.items() if kin.same_unit(one, as_of - ONE_DAY, as_of)}
        return self._cube(view, tree, known_at).figures_on(as_of, earlier, only)

    # The figures

    def progress(
        self,
        as_of: date,
        *,
        level: str | None = None,
        category: str = "all",
        stage: str | None = None,
        known_at: datetime | None = None,
    ) -> list[UnitProgress]:
        """Return one row a unit at the end of a day: top level first, then rank, then code."""
        view, levels = self.view(category, stage), self.map(as_of).levels
        if level is not None and level not in levels:
            raise UsageError(f"level {level!r}", "no unit has it", f"one of {', '.join(levels)}")
        rows = self._rows(view, as_of, known_at)
        return self._shown([row for row in rows if level is None or row.level == level], view, as_of, known_at)

    def _shown(
        self, rows: Sequence[UnitProgress], view: View, as_of: date, known_at: datetime | None
    ) -> list[UnitProgress]:
        """Return the rows that may be seen: none names a unit above that may not, and shares are of what may be."""
        seen = self.seen(as_of)
        if seen is None:
            return list(rows)
        left = self._cube(view, self.map(as_of), known_at).left(self.tree(as_of).tops, as_of)
        return [
            replace(
                row,
                parent_code=row.parent_code if row.parent_code in seen else None,
                gap_share=Fraction(row.remaining, left) if row.remaining is not None and left else None,
            )
            for row in rows
            if row.code in seen
        ]

    def unit(
        self,
        code: str,
        as_of: date,
        *,
        category: str = "all",
        stage: str | None = None,
        known_at: datetime | None = None,
    ) -> UnitProgress:
        """Return one unit's row; UsageError when there is no such unit (in scope)."""
        view = self.view(category, stage)
        if code not in self.tree(as_of):
            raise UsageError(f"unit {code!r}", "is not in the campaign on that day", "a code of units.csv was expected")
        return self._shown(self._figures_on(view, as_of, known_at, code), view, as_of, known_at)[0]

    def series(
        self,
        unit: str,
        *,
        category: str = "all",
        stage: str | None = None,
        first: date | None = None,
        last: date,
        known_at: datetime | None = None,
    ) -> list[UnitProgress]:
        """Return one row a day for one unit, from `first` (default: the campaign's first day) to `last`."""
        day, found = first or self.campaign.start, []
        if (last - day).days > LONGEST_SERIES:
            raise UsageError(f"days {day} to {last}", f"are more than {LONGEST_SERIES}", "a shorter time was expected")
        while day <= last:
            if unit in self.tree(day):
                found.append(self.unit(unit, day, category=category, stage=stage, known_at=known_at))
            day += ONE_DAY
        if not found and (self.is_part or unit not in self.reader.registry.codes):
            raise UsageError(f"unit {unit!r}", "is not in the campaign", "a code of units.csv was expected")
        return found

    def plan(
        self, unit: str, *, category: str = "all", stage: str | None = None, as_of: date
    ) -> list[tuple[date, Fraction]]:
        """Return (day, expected) from the eve of the campaign to its last day, at the target of `as_of`."""
        if unit not in self.tree(as_of):
            raise UsageError(f"unit {unit!r}", "is not in the campaign on that day", "a code of units.csv was expected")
        first, last = self.campaign.start, self.campaign.end
        days = [first + timedelta(days=number) for number in range(-1, (last - first).days + 1)]
        cube = self._cube(self.view(category, stage), self.map(as_of), None)
        return list(zip(days, cube.expected_on(unit, as_of, days), strict=True))

    def earned(self, unit: str, *, category: str = "all", stage: str | None = None, as_of: date) -> Earned | None:
        """Return where a unit stands on the plan's own clock; None when it has no target or nothing to do."""
        curve = [expected for _, expected in self.plan(unit, category=category, stage=stage, as_of=as_of)]
        row = self.unit(unit, as_of, category=category, stage=stage)
        if not row.target:
            return None
        elapsed = min(max((as_of - self.campaign.start).days + 1, 0), len(curve) - 1)
        return Earned(earned_schedule(curve, row.done), elapsed)

    def outlook(
        self,
        as_of: date,
        *,
        level: str | None = None,
        category: str = "all",
        stage: str | None = None,
        known_at: datetime | None = None,
    ) -> list[Prospect]:
        """Return what is to be expected of each unit, asked at the end of a day; rows as in progress()."""
        view, tree = self.view(category, stage), self.map(as_of)
        rows = self.progress(as_of, level=level, category=category, stage=stage, known_at=known_at)
        key = (view, as_of, known_at)
        with self._lock:
            found = self._outlooks.get(key)
        if found is None:
            made = self._stored_outlook(view, as_of) if known_at is None else None
            if made is None:
                everyone = self._rows(view, as_of, known_at)
                cubes = self._cube(view, tree, known_at), self._upstream(view, tree, known_at)
                made = tuple(prospects_of(cubes[0], everyone, as_of, cubes[1]))
            found = {one.code: one for one in made}
            with self._lock:
                make_room(self._outlooks, CUBES_KEPT)
                self._outlooks[key] = found
        return [found[row.code] for row in rows]

    def _stored_outlook(self, view: View, as_of: date) -> tuple[Prospect, ...] | None:
        """Return the forecast stored beside this version, when it was made from all of it by today's model."""
        if (view.category, view.stage) != (ALL, self.campaign.headline) or self.units_on is not None:
            return None
        name = f"{as_of}_{self.version}"
        about = self.forecasts.about(name)
        if about is None or about.known_at is not None or about.model != model_mark():
            return None
        return self.forecasts.read(name)

    def earlier_outlooks(self, until: date) -> dict[date, dict[str, Prospect]]:
        """Return the last stored forecast of each campaign day before `until`, by day and unit (headline, all)."""
        found = {}
        for day, name in self.forecasts.last_of_days().items():
            if self.campaign.start <= day < until:
                seen, rows = self.seen(day), self.forecasts.read(name) or ()
                found[day] = {row.code: row for row in rows if seen is None or row.code in seen}
        return found

    def work(
        self, as_of: date, *, category: str = "all", stage: str | None = None, known_at: datetime | None = None
    ) -> dict[str, Work]:
        """Return what each unit did on each campaign day up to a day, and what the stage before it did."""
        view, tree = self.view(category, stage), self.map(as_of)
        eve = self.campaign.start - ONE_DAY
        days = [eve + timedelta(days=n) for n in range((min(max(as_of, eve), self.campaign.end) - eve).days + 1)]
        cube, upstream = self._cube(view, tree, known_at), self._upstream(view, tree, known_at)
        done = cube.daily(days).tolist()
        before = upstream.daily(days).tolist() if upstream else [None] * len(done)
        proven = proven_of(cube, as_of, days).tolist()
        seen = self.seen(as_of)
        return {
            code: Work(tuple(one), cube.profile(code).weights[: len(days) - 1], tuple(up) if up else None, tuple(best))
            for code, one, up, best in zip(cube.codes, done, before, proven, strict=True)
            if seen is None or code in seen
        }

    def credit(self, as_of: date) -> Credit:
        """Return what of the work done counts toward the targets, by the units of a day (headline, all)."""
        return Credit(self._cube(self.view(), self.map(as_of), None), self.seen(as_of))

    def _upstream(self, view: View, tree: Tree, known_at: datetime | None) -> Cube | None:
        """Return the same view of the stage whose backlog this one works off."""
        stage = upstream_stage(self.campaign, view.stage)
        return self._cube(replace(view, stage=stage), tree, known_at) if stage else None
