-- batch: one row a load. Counts are rows; read = accepted + unchanged + held + rejected.
create table if not exists batch (
    batch varchar not null,
    source varchar not null,
    received_at timestamp not null,
    files varchar not null,
    "read" bigint not null,
    accepted bigint not null,
    unchanged bigint not null,
    held bigint not null,
    rejected bigint not null,
    flagged bigint not null
);
