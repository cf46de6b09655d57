-- meta: one row a key. What this version was built with (configuration shape, fingerprints of the inputs).
create table if not exists meta (
    key varchar not null,
    value varchar not null
);
