-- One row a (unit, day) that one of some categories was reported for, held reports too: when the first came (UTC).
-- Variables: stage_no, category_nos.
with came as (
    select
        unit_code,
        category,
        stage,
        as_of,
        received_at
    from submission
    union all
    select
        unit_code,
        category,
        stage,
        as_of,
        received_at
    from refused
    where fate = 'held' and measure = 'count'
)

select
    came.unit_code,
    came.as_of,
    min(came.received_at) as received_at
from came
inner join category_name on came.category = category_name.category
inner join stage_name on came.stage = stage_name.stage
where
    stage_name.stage_no = getvariable('stage_no')
    and list_contains(getvariable('category_nos'), category_name.category_no)
group by came.unit_code, came.as_of;
