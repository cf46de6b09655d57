-- A count that stands for a unit no row of units.csv describes must never be.
with counted as (
    select distinct unit_code
    from standing
)

select counted.unit_code
from counted
left join unit on counted.unit_code = unit.code
where unit.code is null;
