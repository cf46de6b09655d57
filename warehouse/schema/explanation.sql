-- explanation: one row an explanation that a person submitted of a stated total that differs from our sum.
-- batch, number: the load and place it came in; unit_code … as_of: which total; stated, summed: the figures it names.
-- It holds only while those very figures stand; signed: the name of who gives it.
create table if not exists explanation (
    seq bigint not null,
    batch varchar not null,
    number bigint not null,
    received_at timestamp not null,
    decided_at timestamp not null,
    sender varchar not null,
    signed varchar not null,
    why varchar not null,
    unit_code varchar,
    category varchar,
    stage varchar,
    measure varchar,
    as_of date,
    stated bigint,
    summed bigint,
    outcome varchar not null,
    refusal varchar not null
);
