-- One row a unit: how many counts for days up to $as_of counted as they were sent, without anybody deciding on them.
select
    submission.unit_code,
    count(*) as sent_well
from submission
where
    submission.moved_by is null
    and submission.as_of <= $as_of
    and submission.batch not in (select decision.batch from decision)
group by submission.unit_code;
