-- A count that stands for a unit no row of units.csv describes must never be.
select distinct standing.unit_code
from standing
left join unit on standing.unit_code = unit.code
where unit.code is null;
