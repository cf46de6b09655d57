-- Takes from standing the keys that arrived anew. Parameter: $since, the last seq there was before.
delete from standing
where exists (
    select 1
    from submission
    where
        submission.seq > $since
        and submission.unit_code = standing.unit_code
        and submission.category = standing.category
        and submission.stage = standing.stage
        and submission.as_of = standing.as_of
);
