"""An independent reading of DEFINITIONS.md: what every number and every row's fate must be.

Plain Python, standard library only, no code shared with the product; exact fractions; clarity over speed.
``setting`` reads the files of a campaign, ``intake`` decides what happens to each row on its way in, ``figures``
computes `progress` and `series`, ``printing`` writes the figures as the contract prints them. ``campaigns`` holds
a whole invented campaign, ``inventing`` makes them by chance, ``worlds`` has the oracle and the product behind one
door, ``comparison`` tells them apart, ``hunt`` looks for campaigns on which they differ. ``manners`` invents
increments, series restated whole, long files and people who decide (``deciding``); ``dating`` and ``dated`` do all of
it for units that merge, split and hand on their codes.

Where the definitions are silent, this is what the oracle takes them to say:

*Rows on their way in*

- A row equal (key, count) to one still held, without a reason and not from a source that restates, is
  unchanged; with a reason it is judged on its merits, and accepted it releases the held one.
  Otherwise a held row stays held until a person decides: a later accepted row does not release it.
- The same key and count twice in one file: the first takes effect, the later one is unchanged.
- Rows of one file take effect in the order (as_of, position). Files of one load follow each other.
- A row with several faults is rejected once; the tallies do not depend on which fault is named.
- `flagged` counts accepted rows only, and compares with the target of the row's own as_of.
- Stated totals are accepted, unchanged when that very key, measure and count already stands, or rejected
  (conflicting rows too); never held, never flagged.
- `combine = "sum"`: invalid parts are rejected alone and the valid ones added; a reason on any part is the
  reason of the sum; each part of a sum above the target is flagged.
- `measure = "daily"`: what was last accepted for a day is its entry: an increment, or a count from elsewhere. The
  count of a day is the latest count at or before it and all increments since (no count: all increments). So an accepted
  increment moves all later days up to the next count; each day that moves is a fact received then. The same
  increment again is unchanged, also while it is held. Increments are judged by what they add up to: held when
  the day's own count falls, or when the increments before a later count would overtake it. Stated totals of a
  daily source are not in the invented campaigns.
- Several count columns: each must be a whole number; an empty one is a missing field.
- A measure other than `count` is for stated totals only, and only the two that are named: elsewhere it is rejected.
- A column that is missing altogether is a missing field on every row.
- A target row for a unit with children, a group or `all` is stated as well: never added.
- Targets a source states: taken from every row (or sum of parts) that is not rejected.

*Rows that wait for a person* (docs/mending.md)

- An accepted fall stands like any other count: sent again it is unchanged while it stands, and judged anew once another
  count has come to stand. A held row that was corrected or dismissed is unchanged whenever it comes again.
- A rejected row that comes again word for word is rejected again, and listed once. Decided on, it is unchanged.
- An increment that was held is accepted as an increment; a correction of it is the whole count of its day.

*Units with days* (docs/units.md)

- "The evening before" is that of the day before the unit's first; so are the targets by which later work is spread.
- Ties go to the lower code, whatever the order in which units and successors are listed.
- A unit that has told nothing itself last told something when its parts last did; by earlier units a report
  of the later unit is one of each of its parts.

*Figures*

- A single-category view is one asked for by a category's id (or the implied `all` of a campaign that names
  none); `all` and groups are views over several categories, however few.
- A roll-up of which no leaf has a target: no target, done 0, done_today 0, status no_target; last_as_of of
  any roll-up is the latest of any leaf, with or without a target.
- Levels are listed by the depth at which they first occur, then by the depth at which they last occur.
- Unranked units are listed last in their level, by code. rank_change is none when either rank is none.
- A figure that rounds to zero is written without a sign.
- Where no cut-off is configured it is 17:00.
"""
