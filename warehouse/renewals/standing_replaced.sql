-- Takes from standing the keys of counts that arrive (table: arrived).
delete from standing
using arrived
where
    arrived.unit_code = standing.unit_code
    and arrived.category = standing.category
    and arrived.stage = standing.stage
    and arrived.as_of = standing.as_of;
