-- A decision that was taken on a row which still waits for a person must never be.
select
    decision.batch,
    decision.number
from decision
inner join refused
    on
        decision.row_batch = refused.batch
        and decision.row_file = refused.file
        and decision.row_number = refused.row_number
where decision.outcome = 'taken' and refused.released_by is null;
