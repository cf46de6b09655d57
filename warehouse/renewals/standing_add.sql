-- Adds to standing what arrived anew, the last of each key. Parameter: $since, the last seq there was before.
insert into standing
with ordered as (
    select
        unit_code,
        category,
        stage,
        as_of,
        "count",
        received_at,
        row_number() over (partition by unit_code, category, stage, as_of order by seq desc) as place
    from submission
    where seq > $since
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
