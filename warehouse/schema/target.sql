-- target: one row a version of what is due (a count) from a unit, category and stage by the last day.
-- Source: targets.csv (batch is null) or a file that states targets (batch is set). The higher seq wins a day.
create table if not exists target (
    seq bigint not null,
    unit_code varchar not null,
    category varchar not null,
    stage varchar not null,
    target bigint not null check (target >= 0),
    valid_from date,
    reason varchar,
    batch varchar
);
