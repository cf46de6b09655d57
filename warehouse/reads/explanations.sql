-- Every explanation of a stated total, the latest first; one row an explanation, taken or refused.
select
    batch,
    number,
    received_at,
    decided_at,
    sender,
    signed,
    why,
    unit_code,
    category,
    stage,
    measure,
    as_of,
    stated,
    summed,
    outcome,
    refusal
from explanation
order by received_at desc, number desc;
