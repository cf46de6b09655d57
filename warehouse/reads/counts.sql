-- One row a (unit, category, day) with a count that stands now. Parameters: $stage. day: ordinal, 1 = 0001-01-01.
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
where standing.stage = $stage;
