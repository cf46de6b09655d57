-- One row a (unit, category, stage) whose count at the end of $as_of is above its target then. Parameters: $as_of.
with latest as (
    select
        unit_code,
        category,
        stage,
        as_of,
        "count",
        row_number() over (partition by unit_code, category, stage order by as_of desc) as place
    from standing
    where as_of <= $as_of
),

versions as (
    select
        unit_code,
        category,
        stage,
        target,
        row_number() over (
            partition by unit_code, category, stage
            order by
                coalesce(valid_from, date '0001-01-01') <= $as_of desc,
                case when coalesce(valid_from, date '0001-01-01') <= $as_of then valid_from end desc nulls last,
                valid_from asc nulls first
        ) as place
    from target_version
)

select
    latest.unit_code,
    latest.category,
    latest.stage,
    latest.as_of,
    latest."count",
    versions.target
from latest
inner join versions
    on
        latest.unit_code = versions.unit_code
        and latest.category = versions.category
        and latest.stage = versions.stage
where latest.place = 1 and versions.place = 1 and latest."count" > versions.target
order by latest."count" - versions.target desc, latest.unit_code asc, latest.category asc, latest.stage asc;
