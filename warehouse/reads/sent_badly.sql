-- One row a row that was held or rejected, for a day up to $as_of or none that can be read, whoever settled it since;
-- not the rows that the sender had no right to send. The parts of one held count are one row.
select
    refused.unit_code,
    min(refused.content) as content
from refused
where
    refused.reason <> 'outside_scope'
    and (refused.as_of is null or refused.as_of <= $as_of)
group by
    refused.batch,
    refused.file,
    refused.unit_code,
    refused.category,
    refused.stage,
    refused.as_of,
    case when refused.fate = 'rejected' then refused.row_number end;
