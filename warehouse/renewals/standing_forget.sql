-- Takes from standing the keys that arrived anew. Parameter: $since, the last seq there was before.
delete from standing
using (
    select distinct
        unit_code,
        category,
        stage,
        as_of
    from submission
    where seq > $since
) as anew
where
    anew.unit_code = standing.unit_code
    and anew.category = standing.category
    and anew.stage = standing.stage
    and anew.as_of = standing.as_of;
