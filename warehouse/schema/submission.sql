-- submission: one row an accepted cumulative count, in order of arrival (seq); append-only.
-- received_at is UTC. Two for one key and day: the higher (received_at, seq) stands.
-- increment: the day's own work, when the count is that of the unit's nearest earlier day and this; null: reported.
-- moved_by: the corrected or late day whose row moved this one along; null: the day has a row of its own.
create table if not exists submission (
    seq bigint not null,
    unit_code varchar not null,
    category varchar not null,
    stage varchar not null,
    as_of date not null,
    "count" bigint not null check ("count" >= 0),
    received_at timestamp not null,
    batch varchar not null,
    file varchar not null,
    row_number bigint not null,
    reason varchar,
    reported_by varchar,
    increment bigint,
    moved_by date
);
