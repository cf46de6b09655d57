-- unit: one row a unit and period of validity, in the order of units.csv; unit_no numbers the codes from 0.
create table if not exists unit (
    unit_no integer not null,
    code varchar not null,
    name varchar not null,
    level varchar not null,
    parent_code varchar,
    kind varchar,
    valid_from date,
    valid_to date,
    lat double,
    lon double,
    staff integer,
    successor varchar
);
