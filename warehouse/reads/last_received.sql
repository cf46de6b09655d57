-- One row a key with an accepted report of its own, for some units and days: when the last one came (UTC).
-- Parameters: units, days (lists).
select
    unit_code,
    category,
    stage,
    as_of,
    max(received_at) as received_at
from submission
where
    moved_by is null
    and list_contains($units, unit_code)
    and list_contains($days, as_of)
group by unit_code, category, stage, as_of;
