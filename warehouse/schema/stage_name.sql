-- stage_name: one row a stage of the work, numbered from 0 in the campaign's order.
create table if not exists stage_name (
    stage_no integer not null,
    stage varchar not null
);
