-- As counts.sql, from what had been received by $known_at (UTC) only. Parameters: $stage, $known_at.
with ordered as (
    select
        unit_code,
        category,
        as_of,
        "count",
        row_number() over (
            partition by unit_code, category, as_of
            order by received_at desc, seq desc
        ) as place
    from submission
    where stage = $stage and received_at <= $known_at
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
    cast(ordered.as_of - date '1970-01-01' as bigint) + 719163 as day,
    ordered."count" as done
from ordered
inner join numbered on ordered.unit_code = numbered.code
inner join category_name on ordered.category = category_name.category
where ordered.place = 1;
