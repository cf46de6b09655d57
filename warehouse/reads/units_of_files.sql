-- One row a unit that a source brought in a file of one of these names. Parameters: $source, $names.
-- Where none of the names is known: in a file of the same name but for its figures (a date, a number).
with brought as (
    select distinct
        submission.unit_code,
        submission.file,
        regexp_replace(submission.file, '[0-9]+', '#', 'g') as pattern
    from submission
    inner join batch on submission.batch = batch.batch
    where batch.source = $source
),

named as (
    select unit_code from brought
    where list_contains($names, file)
)

select unit_code from named
union
select unit_code
from brought
where
    not exists (select 1 from named)
    and list_contains(list_transform($names, name -> regexp_replace(name, '[0-9]+', '#', 'g')), pattern);
