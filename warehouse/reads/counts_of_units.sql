-- One row a (unit, category, stage, day) with a count, of the units asked for: the one that stands. series: the number
-- of (unit, category, stage); day: ordinal. Tables: asked_unit, asked_category, asked_stage (number, word).
select
    (asked_unit.number * $categories + asked_category.number) * $stages + asked_stage.number as series,
    cast(standing.as_of - date '1970-01-01' as bigint) + 719163 as "day",
    standing."count" as done
from standing
inner join asked_unit on standing.unit_code = asked_unit.word
inner join asked_category on standing.category = asked_category.word
inner join asked_stage on standing.stage = asked_stage.word;
