-- category_name: one row a category counted, numbered from 0 in the campaign's order.
create table if not exists category_name (
    category_no integer not null,
    category varchar not null
);
