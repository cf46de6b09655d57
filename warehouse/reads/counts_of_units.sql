-- One row a (unit, category, stage, day) with a count, of the units asked for: the one that stands; increments: 1 if any
-- count of that day was ever made of one. Tables: asked_unit, asked_category, asked_stage (number, word). day: ordinal.
select
    asked_unit.number as unit,
    asked_category.number as category,
    asked_stage.number as stage,
    cast(submission.as_of - date '1970-01-01' as bigint) + 719163 as day,
    arg_max(submission."count", submission.seq) as done,
    max(case when submission.increment is null then 0 else 1 end) as increments
from submission
inner join asked_unit on submission.unit_code = asked_unit.word
inner join asked_category on submission.category = asked_category.word
inner join asked_stage on submission.stage = asked_stage.word
group by asked_unit.number, asked_category.number, asked_stage.number, submission.as_of;
