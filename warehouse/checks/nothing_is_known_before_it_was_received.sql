-- Batches whose time of receipt does not rise in order of arrival must never be.
with arrivals as (
    select
        seq,
        received_at,
        max(received_at) over (order by seq rows between unbounded preceding and 1 preceding) as earlier
    from submission
)

select
    seq,
    received_at
from arrivals
where received_at < earlier;
