-- One row a (unit, category, day) whose count that stands is made of an increment. Variable: stage_no. Parameter:
-- $known_at (UTC; null: now). day: ordinal, 1 = 0001-01-01.
with daily as (
    select distinct unit_code
    from submission
    where increment is not null
),

ordered as (
    select
        submission.unit_code,
        submission.category,
        submission.as_of,
        submission.increment,
        row_number() over (
            partition by submission.unit_code, submission.category, submission.as_of
            order by submission.received_at desc, submission.seq desc
        ) as place
    from submission
    inner join daily on submission.unit_code = daily.unit_code
    inner join stage_name on submission.stage = stage_name.stage
    where
        stage_name.stage_no = getvariable('stage_no')
        and ($known_at is null or submission.received_at <= $known_at)
),

numbered as (
    select distinct
        code,
        unit_no
    from unit
)

select
    numbered.unit_no,
    category_name.category_no,
    cast(ordered.as_of - date '1970-01-01' as bigint) + 719163 as day
from ordered
inner join numbered on ordered.unit_code = numbered.code
inner join category_name on ordered.category = category_name.category
where ordered.place = 1 and ordered.increment is not null;
