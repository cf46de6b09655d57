-- One row a version of a target of one stage. Variable: stage_no. day: ordinal; 0 = from the very start.
with numbered as (
    select distinct
        code,
        unit_no
    from unit
)

select
    numbered.unit_no,
    category_name.category_no,
    coalesce(cast(target_version.valid_from - date '1970-01-01' as bigint) + 719163, 0) as day,
    target_version.target as due
from target_version
inner join numbered on target_version.unit_code = numbered.code
inner join category_name on target_version.category = category_name.category
inner join stage_name on target_version.stage = stage_name.stage
where stage_name.stage_no = getvariable('stage_no');
