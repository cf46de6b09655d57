-- Adds to standing the counts that arrive (table: arrived), each key once, none standing. Parameter: $at, when (UTC).
insert into standing
select
    unit_code,
    category,
    stage,
    as_of,
    "count",
    $at
from arrived;
