-- One row a (unit, category, stage) with a count. No parameters.
select distinct
    unit_code,
    category,
    stage
from standing;
