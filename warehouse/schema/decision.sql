-- decision: one row a decision that a person submitted about a held or rejected row, taken or refused.
-- batch, number: the load and place it came in; row_*: the row decided on; unit_code … count: what then stands.
-- alias means the unit `means`; other: the load that had settled the row; needless_by: the load that mended it.
create table if not exists decision (
    seq bigint not null,
    batch varchar not null,
    number bigint not null,
    received_at timestamp not null,
    decided_at timestamp not null,
    sender varchar not null,
    sender_name varchar not null,
    what varchar not null,
    why varchar not null,
    row_batch varchar not null,
    row_file varchar not null,
    row_number bigint not null,
    row_fate varchar not null,
    row_reason varchar not null,
    row_content varchar not null,
    unit_code varchar,
    category varchar,
    stage varchar,
    as_of date,
    "count" bigint,
    alias varchar,
    means varchar,
    outcome varchar not null,
    refusal varchar not null,
    other varchar,
    needless_by varchar
);
