-- refused: one row a held or rejected row, as it was received (content: JSON), with why.
-- released_by: the batch that accepted a held count after all; null while it waits for a person.
create table if not exists refused (
    batch varchar not null,
    received_at timestamp not null,
    file varchar not null,
    row_number bigint not null,
    fate varchar not null,
    reason varchar not null,
    unit_code varchar,
    category varchar,
    stage varchar,
    measure varchar,
    as_of date,
    "count" bigint,
    field varchar not null,
    found varchar not null,
    near varchar not null,
    standing bigint,
    standing_day date,
    content varchar not null,
    released_by varchar
);
