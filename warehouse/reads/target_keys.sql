-- One row a (unit, category, stage) that has a target row. No parameters.
select distinct
    unit_code,
    category,
    stage
from target_version;
