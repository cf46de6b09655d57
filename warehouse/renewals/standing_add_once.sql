-- As standing_add.sql, where no key arrived twice. Parameter: $since, the last seq there was before.
insert into standing
select
    unit_code,
    category,
    stage,
    as_of,
    "count",
    received_at
from submission
where seq > $since;
