-- A submission whose batch is not on record, or was received at another time, must never be.
select
    submission.seq,
    submission.batch
from submission
left join batch on submission.batch = batch.batch
where batch.batch is null or batch.received_at <> submission.received_at;
