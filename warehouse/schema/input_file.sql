-- input_file: one row an input (config, units, targets): the bytes this version was built with.
create table if not exists input_file (
    name varchar not null,
    sha256 varchar not null,
    content blob not null
);
