-- standing: one row a unit, category, stage and day with an accepted count: the one that stands now.
-- count: cumulative, of the stage's own thing counted. Source: submission.
create or replace table standing as
with ordered as (
    select
        unit_code,
        category,
        stage,
        as_of,
        "count",
        received_at,
        row_number() over (
            partition by unit_code, category, stage, as_of
            order by received_at desc, seq desc
        ) as place
    from submission
)

select
    unit_code,
    category,
    stage,
    as_of,
    "count",
    received_at
from ordered
where place = 1
order by as_of, unit_code, category, stage;
