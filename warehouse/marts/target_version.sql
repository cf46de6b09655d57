-- target_version: one row a unit, category, stage and valid_from: the target that stands from that day.
-- valid_from null: from the very start. Source: target; what a source stated wins over targets.csv for one day.
create or replace table target_version as
with ordered as (
    select
        unit_code,
        category,
        stage,
        valid_from,
        target,
        reason,
        row_number() over (
            partition by unit_code, category, stage, valid_from
            order by batch is not null desc, seq desc
        ) as place
    from target
)

select
    unit_code,
    category,
    stage,
    valid_from,
    target,
    reason
from ordered
where place = 1
order by unit_code, category, stage, valid_from;
