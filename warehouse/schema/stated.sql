-- stated: one row a total somebody stated (a parent, a group, all): kept and compared, never added.
-- measure: count, target or units_finished. The higher (received_at, seq) stands.
-- increment, moved_by: as in submission.
create table if not exists stated (
    seq bigint not null,
    unit_code varchar not null,
    category varchar not null,
    stage varchar not null,
    measure varchar not null,
    as_of date not null,
    "count" bigint not null check ("count" >= 0),
    received_at timestamp not null,
    batch varchar not null,
    file varchar not null,
    row_number bigint not null,
    increment bigint,
    moved_by date
);
