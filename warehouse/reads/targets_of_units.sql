-- One row a version of a target of the units asked for, those that stand last. series: the number of (unit, category,
-- stage); day: ordinal; 1 = from the very start. Tables: asked_unit, asked_category, asked_stage (number, word).
select
    (asked_unit.number * $categories + asked_category.number) * $stages + asked_stage.number as series,
    coalesce(cast(target.valid_from - date '1970-01-01' as bigint) + 719163, 1) as "day",
    target.target as due
from target
inner join asked_unit on target.unit_code = asked_unit.word
inner join asked_category on target.category = asked_category.word
inner join asked_stage on target.stage = asked_stage.word
order by target.batch is not null, target.seq;
