-- One row a (unit, source) that brought an accepted count of it: when the last one came (UTC). No parameters.
select
    submission.unit_code,
    batch.source,
    max(submission.received_at) as received_at
from submission
inner join batch on submission.batch = batch.batch
group by submission.unit_code, batch.source;
