-- standing: one row a unit, category, stage and day with an accepted count: the one that stands now.
-- count: cumulative, of the stage's own thing counted. Source: submission; each load renews the keys it touches.
create table if not exists standing (
    unit_code varchar not null,
    category varchar not null,
    stage varchar not null,
    as_of date not null,
    "count" bigint not null,
    received_at timestamp not null
);
