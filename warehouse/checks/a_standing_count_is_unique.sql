-- Two counts that stand for one unit, category, stage and day must never be.
select
    unit_code,
    category,
    stage,
    as_of
from standing
group by unit_code, category, stage, as_of
having count(*) > 1;
