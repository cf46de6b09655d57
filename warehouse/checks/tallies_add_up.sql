-- A load whose rows read are not all accepted, unchanged, held or rejected must never be.
select
    batch,
    "read"
from batch
where "read" <> accepted + unchanged + held + rejected;
