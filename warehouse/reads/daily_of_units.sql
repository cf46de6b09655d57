-- One row a (unit, category, stage) of the units asked for with a count that was ever made of an increment. series: its
-- number. Tables: asked_unit, asked_category, asked_stage (number, word).
select distinct (asked_unit.number * $categories + asked_category.number) * $stages + asked_stage.number as series
from submission
inner join asked_unit on submission.unit_code = asked_unit.word
inner join asked_category on submission.category = asked_category.word
inner join asked_stage on submission.stage = asked_stage.word
where submission.increment is not null;
