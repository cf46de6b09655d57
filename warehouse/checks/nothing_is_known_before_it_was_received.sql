-- Batches whose time of receipt does not rise in order of arrival must never be.
with arrivals as (
    select
        received_at,
        min(seq) as first_seq,
        max(seq) as last_seq
    from submission
    group by received_at
),

ordered as (
    select
        first_seq,
        received_at,
        max(last_seq) over (order by received_at rows between unbounded preceding and 1 preceding) as earlier
    from arrivals
)

select
    first_seq,
    received_at
from ordered
where first_seq < earlier;
