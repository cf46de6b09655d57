-- One row a (unit, day) that one of some categories was accepted for: when the first came (UTC). What was held, or sent
-- back, came when it was accepted in the end. Variables: stage_no, category_nos.
select
    submission.unit_code,
    submission.as_of,
    min(submission.received_at) as received_at
from submission
inner join category_name on submission.category = category_name.category
inner join stage_name on submission.stage = stage_name.stage
where
    submission.moved_by is null
    and stage_name.stage_no = getvariable('stage_no')
    and list_contains(getvariable('category_nos'), category_name.category_no)
group by submission.unit_code, submission.as_of;
