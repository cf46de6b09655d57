-- One row a (unit, category, day) with a count that stands now. Variable: stage_no. day: ordinal, 1 = 0001-01-01.
with numbered as (
    select distinct
        code,
        unit_no
    from unit
)

select
    numbered.unit_no,
    category_name.category_no,
    cast(standing.as_of - date '1970-01-01' as bigint) + 719163 as day,
    standing."count" as done
from standing
inner join numbered on standing.unit_code = numbered.code
inner join category_name on standing.category = category_name.category
inner join stage_name on standing.stage = stage_name.stage
where stage_name.stage_no = getvariable('stage_no');
